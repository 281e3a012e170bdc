"""The registration form (科技成果登记表) and the record of the public process: fields, dates, and what is missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from matcher.assessment.evidence import text_in
from matcher.assessment.scales import tree
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.texts import shorten
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.schemas.assessment import ASSESSED_OUTCOMES
from matcher.tables.schemas.public_period import public_period

UNJUDGED = "未评价"
_LONGEST = 366  # days of a public process
FORM = (
    "outcome_id", "title", "registered_number", "recommended_by", "registered_on", "started_on", "ended_on", "secrecy",
    "attribute", "keywords", "form", "standing", "stage", "evaluated_by", "evaluation", "evaluated_on", "use_state",
    "institution", "persons", "contact", "missing",
)  # fmt: skip
RECORD = (
    "outcome_id", "title", "announced_on", "announcement_days", "ends_on", "objections", "objections_settled", "state"
)  # fmt: skip
_REQUIRED = ("title", "recommended_by", "started_on", "ended_on", "secrecy", "attribute", "keywords", "form")
_NUMBER = re.compile(r"[0-9A-Za-z]{3}(?:19|20)\d{2}[A-Za-z]\d{4}")


class Remark(NamedTuple):
    """What a person should look at: the field (a Chinese title), its value, what is wrong, what to do."""

    column: str
    value: str
    problem: str
    action: str


def registration_form(record: Mapping[str, Any], stage: str) -> tuple[dict[str, Any], list[Remark]]:
    """The form of one outcome by the filling guides, and what does not fit them.

    record: the row by fields of ASSESSED_OUTCOMES. stage: 成果所处阶段 by its readiness, "" for unknown. An outcome
    without a verdict is 未评价. `missing` names the fields of the guides that are empty; of the conditions of
    registration a person judges that the material is complete, the verdict positive and no law broken.
    """
    rules = tree()["registration"]
    form = {name: record.get(name) for name in FORM}
    form |= {"stage": stage, "standing": text_in(record, "standing") or UNJUDGED}
    remarks = []

    def remark(name: str, problem: str, action: str) -> None:
        remarks.append(Remark(ASSESSED_OUTCOMES[name].title, text_in(record, name), problem, action))

    words = [word for word in re.split(r"[,，;；、\s]+", text_in(record, "keywords")) if word]
    if len(words) > int(rules["keywords"]["value"]):
        remark("keywords", f"登记表至多 {rules['keywords']['value']} 个关键词，这里有 {len(words)} 个", "请删减")
    for name, allowed in (("attribute", rules["attributes"]), ("standing", rules["standings"])):
        choices = allowed["value"].split()
        if (value := text_in(record, name)) and value not in choices:
            remark(name, f"不是登记表的选项：{'、'.join(choices)}", "请改为其中之一")
    if text_in(record, "standing") not in ("", UNJUDGED) and not text_in(record, "evaluation"):
        remark("standing", "写了水平而没有评价结论", f"水平以评价结论为准，没有结论应写“{UNJUDGED}”")
    if (number := text_in(record, "registered_number")) and not _NUMBER.fullmatch(number):
        remark(
            "registered_number",
            "批准登记号应为 12 位：3 位代号、4 位年份、1 位字母（应用技术为 Y）、4 位顺序号",
            "请核对",
        )
    empty = [ASSESSED_OUTCOMES[name].title for name in _REQUIRED if not text_in(record, name)]
    form["missing"] = "、".join([*empty, *(["成果所处阶段"] if not stage else [])])
    return form, remarks


def public_record(record: Mapping[str, Any], on: Day | None) -> dict[str, Any]:
    """The public process of one outcome: announced, days, objections, and how it stands on a day.

    The day of the announcement does not count, so that the last day is announced_on + announcement_days. Without `on`
    the state tells only what depends on no day. A period in one cell (公示起止时间) stands for both; a day alone is the
    first. A last day that is written (公示截止日期) stands as it is.
    """
    announced, last = public_period(record)
    if announced is not None:
        record = {**record, "announced_on": pd.Timestamp(announced)}
        if last is not None and _value(record, "announcement_days") is None:
            record["announcement_days"] = (last - announced).days
        if last is not None and not 0 < (last - announced).days <= _LONGEST:
            last = None
    row = {name: record.get(name) for name in RECORD}
    days = _value(record, "announcement_days")
    if last is None and announced is not None and days is not None and 0 < days <= _LONGEST:
        last = announced + dt.timedelta(days=int(days))
    row["ends_on"] = pd.NaT if last is None else pd.Timestamp(last)
    row["state"] = _state(record, last, None if on is None else as_day(on))
    return row


def _state(record: Mapping[str, Any], last: dt.date | None, on: dt.date | None) -> str:
    announced, objections, settled = (
        _value(record, name) for name in ("announced_on", "objections", "objections_settled")
    )
    if announced is None:
        written = text_in(record, "announcement")
        unread = f"公示起止时间“{shorten(written, 40)}”看不懂" if written else "未写公示日期"
        return _empty(record, "announced_on") or unread
    if last is None:
        days = _value(record, "announcement_days")
        wrong = "未写公示天数" if days is None else f"公示天数应在 1 至 {_LONGEST} 之间"
        return _empty(record, "announcement_days") or wrong
    if on is None:
        return "未给判断日期"
    if on < announced.date():
        return "待公示"
    if on <= last:
        return "公示中" if not objections else f"公示中，已收到异议 {int(objections)} 件"
    if objections is None:
        return f"公示期满，{_empty(record, 'objections') or '异议数未填'}"
    if not objections:
        return "公示期满，无异议"
    if settled is None:
        why = _empty(record, "objections_settled") or "处理情况未填"
        return f"公示期满，异议 {int(objections)} 件，{why}"
    still = int(objections) - int(settled)
    return f"公示期满，异议 {int(objections)} 件已办结" if still <= 0 else f"公示期满，还有 {still} 件异议未办结"


def _empty(record: Mapping[str, Any], name: str) -> str:
    """What was written in a field that has no exact value, with its title; "" where nothing was written."""
    why = why_unknown(ASSESSED_OUTCOMES[name], record)
    return f"{ASSESSED_OUTCOMES[name].title}{why}" if why else ""


def _value(record: Mapping[str, Any], name: str) -> Any:
    value = record.get(name)
    return None if value is None or pd.isna(value) else value
