"""Judged pairs as people hand them in, and as an index keeps them. A table in, a table of one kind out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.matching.learning.calibration import Calibration
from matcher.progress import logger
from matcher.tables.cells.dates import read_date
from matcher.tables.cells.texts import first_few, shorten
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.rows.ids import ids_of

# Why a user declines a pair, in English or Chinese, and the level that the reason implies (None: none).
REASONS: dict[str, tuple[str, float | None]] = {
    "too early": ("太早", None),
    "no benefit over what we have": ("无优势", 2.0),
    "commercial route unclear": ("商业路径不清", None),
    "description unclear": ("描述不清", None),
    "wrong field": ("领域不符", 1.0),
    "too expensive": ("太贵", None),
    "already solved": ("已解决", None),
    "other": ("其他", None),
}
VERDICTS = {"accepted": "accepted", "采纳": "accepted", "declined": "declined", "拒绝": "declined"}
_WHO = "(?:企业|对方|双方|老师|专家|单位|最终|明确|已经?|被)*"
_ACCEPTED = re.compile(
    f"{_WHO}(?:采纳|接受|采用|同意合作|签约|签订?合同|达成合作|合作成功|对接成功|成交"
    "|同意|认可|通过|可以|可行|合适|适合)(?:成功|了)?|[是对√✓✔]|y(?:es)?",
    re.IGNORECASE,
)
_DECLINED = re.compile(
    f"{_WHO}(?:拒绝|谢绝|婉拒|婉言谢绝|否决|(?:不予?|未予?|没有?)被?(?:采纳|接受|采用|认可|通过)"
    "|不(?:愿意?)?合作|不同意|不感兴趣|[无没]有?(?:兴趣|意向)|不需要|不想?要|不行|不可[以行]|不合适|不适[合用]"
    "|用不[上了]|放弃|(?:对接|合作|洽谈)?失败)(?:了|合作|对接)?|[否×✗✘x]|no?",
    re.IGNORECASE,
)
_OPEN = re.compile(  # nothing is said yet, or not by whom and why
    "待定|待[^,，。；;]{1,8}|暂[不无缓停][^,，。；;]{0,8}|(?:正在?)?(?:跟进|对接|洽谈|接洽|商谈|谈判|考虑|评估|联系|沟通|了解|观望)中?"
    "|进行中|[尚还仍暂][未没]有?(?:采纳|接受|采用)|[尚还仍暂]?[未没][有能]?(?:达?成|谈成|签约|联系上?|对接上?|接洽|回复|反馈|定)(?:合作|交|功)?|无(?:回复|反馈|结果)|未知|再议|另议"
    "|(?:企业|对方|双方|已?有|初步|合作)*(?:意向|兴趣)|(?:企业|对方|双方|很|较|比较)*感兴趣"
)
_REASONS_IN_WORDS = {  # what people write for a reason, whole
    "too early": "成熟度不够|成熟度低|[还尚]?不(?:够)?成熟|技术不成熟|[还尚]?在实验室(?:阶段)?|阶段太早",
    "no benefit over what we have": "没有?优势|优势不明显|与现有(?:技术|工艺|方案)(?:相当|差不多)",
    "description unclear": "说不清|介绍不清楚?|资料太少|信息太少|描述不清楚?",
    "wrong field": "不对口|方向不符|领域不对|不相关|不匹配|技术不对口|专业不对口",
    "too expensive": "(?:价格|费用|报价|要价|成本|转让费)(?:太|过|偏|较)?高|太贵了?|[价嫌]贵",
    "already solved": "(?:企业|自己|自行|已经?|内部)*解决了?",
}
_VERDICTS_TOO = ("too early", "no benefit over what we have", "wrong field", "too expensive")  # said as a verdict, too
_BEHIND = re.compile(r"[，,、。：:；;（(\s—-]+|(?<=[√✓✔×✗✘])(?=.)")  # between a verdict and what is said behind it
_OPENS_AGAIN = re.compile("但|待|再|考虑|可能|或许")
_DECLINED_ADVICE = "已拒绝"  # as a workbook of matches says that a pair was declined
ACCEPTED = 4.0  # the level that an accepted pair implies


@dataclass(frozen=True, eq=False)
class Feedback:
    """Judged pairs as an index keeps them; `prior`: the calibration from which they start.

    `table`: asking_id, title, description (of the asking text), record_id, level (1..4, unknown where nothing implies
    it), stated (whether it was given as a level), reason (a key of `REASONS`, "" for none); sorted by both ids.
    """

    table: pd.DataFrame
    prior: Calibration | None


def read_judgements(judged: pd.DataFrame, asking: str, answering: str) -> pd.DataFrame:
    """The judged table with levels, verdicts and reasons read: asking_id, record_id, level, stated, reason, day.

    The rows stand in the order of their days, those of one day as they stood; all as they stood where the table has no
    days or one of them cannot be read. Verdicts and reasons may be in people's words (不予采纳; ×; 价格太高), and in
    one cell (拒绝：价格太高); a reason in other words is 其他, and other words beside a level are no verdict. A remark
    gives the reason of a declined pair that has none, and where nothing else is said that it was declined. A pair that
    a workbook of matches calls 已拒绝 stays declined. Rows whose verdict leaves it open (待定, 跟进中) are left out.
    The logger says which.

    Raises TableError naming every row that says nothing.
    """
    if not {"level", "verdict", "reason"} & set(judged.columns):
        raise TableError("反馈表缺少列：等级（level）、结论（verdict）和理由（reason）至少要有一列")
    blank = pd.Series("", index=judged.index)
    level, verdict, reason, *beside_them = (
        judged[name].astype(object).where(judged[name].notna(), "").astype(str).str.strip() if name in judged else blank
        for name in ("level", "verdict", "reason", "remark", "advice", "note")
    )
    said = [_said(*row) for row in zip(level, verdict, reason, *beside_them, strict=True)]
    verdict, reason = (pd.Series([row[at] for row in said], judged.index, dtype=object) for at in (0, 1))
    silent = (level + verdict + reason) == ""
    undecided = np.array([_OPEN.fullmatch(text) is not None for text in verdict], bool)
    open_ = (undecided & (level == "")) | (silent & (not silent.all()))
    if open_.any():
        pairs = judged.loc[open_, [asking, answering]].astype(str).agg("—".join, axis=1)
        named = first_few([f"{pair}“{text}”" for pair, text in zip(pairs, verdict[open_], strict=True)], "对")
        logger.warning("反馈表有 %d 对还没有结论，没有用：%s", int(open_.sum()), named)
    numbers = np.flatnonzero(~open_) + 2  # rows of a sheet
    judged, level, verdict, reason = judged[~open_], level[~open_], verdict[~open_], reason[~open_]
    stated = pd.to_numeric(level, errors="coerce")
    verdicts = verdict.map(_verdict)
    reasons = pd.Series(
        [reason_of(*both) for both in zip(reason, verdicts, strict=True)], index=reason.index, dtype=object
    )
    _tell_of_others(reason, reasons)
    beside = (verdict != "") & verdicts.isna() & (level != "")
    if beside.any():
        named = first_few([f"“{shorten(mask_contacts(text), 20)}”" for text in dict.fromkeys(verdict[beside])], "种")
        logger.warning("反馈表有 %d 对的结论读不懂，只按等级算：%s", int(beside.sum()), named)
    checks = [
        (stated.isin([1, 2, 3, 4]) | (level == ""), level, "不是 1 到 4 的等级"),
        (verdicts.notna() | (verdict == "") | beside, verdict, "不是 accepted（采纳）或 declined（拒绝）"),
        (
            reasons.notna() | (reason == ""),
            reason,
            f"不是拒绝理由；可用：{'、'.join(name for name, _ in REASONS.values())}；"
            "结论写明“拒绝”的，别的说法记作“其他”",
        ),
        ((verdicts != "accepted") | (reason == "") | (reasons == ""), reason, "是拒绝理由，而该对标为采纳"),
        ((level + verdict + reason) != "", level, "没有等级、结论或理由"),
    ]
    faults = [
        f"第 {numbers[row]} 行“{values.iloc[row]}”：{fault}"
        for good, values, fault in checks
        for row in np.flatnonzero(~good.to_numpy(bool))
    ]
    if faults:
        raise TableError(f"反馈表有 {len(faults)} 处问题：\n  " + "\n  ".join(faults[:20]))
    reasons = reasons.where(reasons.notna(), "").where((verdicts != "declined") | (reason != ""), "other")
    implied = reasons.map({key: level for key, (_, level) in REASONS.items()}).astype(float)
    implied = implied.where(verdicts != "accepted", ACCEPTED)
    days = _days_of(judged)
    read = pd.DataFrame(
        {
            "asking_id": ids_of(judged, asking),
            "record_id": ids_of(judged, answering),
            "level": stated.where(stated.notna(), implied),
            "stated": stated.notna(),
            "reason": reasons,
        }
    ).assign(day=pd.Series(days, judged.index, dtype="datetime64[us]"))
    known = [day for day in days if day is not None]
    order = sorted(range(len(days)), key=known.__getitem__) if len(known) == len(days) else range(len(days))
    return read.iloc[list(order)].reset_index(drop=True)


def _verdict(text: str) -> str | None:
    if known := VERDICTS.get(text.lower()):
        return known
    return "accepted" if _ACCEPTED.fullmatch(text) else "declined" if _DECLINED.fullmatch(text) else None


def _said(level: str, verdict: str, reason: str, remark: str, advice: str, note: str) -> tuple[str, str]:
    """Verdict and reason of a row, each from the cell that says it."""
    if not level and not verdict and not reason:
        if advice == _DECLINED_ADVICE:
            verdict, reason = "拒绝", note.removeprefix(_DECLINED_ADVICE).lstrip("：").split("；")[0]
        elif _verdict(_apart(remark, "")[0]) == "declined":
            verdict, remark = remark, ""
    verdict, reason = _apart(verdict, reason)
    return verdict, reason or (remark if _verdict(verdict) == "declined" else "")


def _apart(verdict: str, reason: str) -> tuple[str, str]:
    """A verdict without the reason behind it (不采纳（太贵）), or one that is a reason itself (不对口)."""
    head, *more = _BEHIND.split(verdict, maxsplit=1)
    told = more[0].rstrip("）)。 ") if more else ""
    if told and _verdict(head) == "declined" and not _OPENS_AGAIN.search(told):
        return head, reason or told
    if told and _verdict(head) == _verdict(told) == "accepted":
        return head, reason
    if _verdict(verdict) is None and reason_of(verdict, None) in _VERDICTS_TOO:
        return "拒绝", reason or verdict
    return verdict, reason


def reason_of(text: str, verdict: str | None) -> str | None:
    """The reason that a text names; 其他 for other words beside a verdict, None where there is no verdict either."""
    names = {name: key for key, (chinese, _) in REASONS.items() for name in (key, chinese)}
    if not text or text in names:
        return names.get(text)
    if verdict == "accepted":  # how it went on
        return ""
    found = next((key for key, words in _REASONS_IN_WORDS.items() if re.fullmatch(words, text)), None)
    return found or ("other" if verdict == "declined" else None)


def _tell_of_others(written: pd.Series, read: pd.Series) -> None:
    """Say which reasons were not written as one of `REASONS` and what they count as."""
    known = {*REASONS, *(chinese for chinese, _ in REASONS.values()), ""}
    counted = {text: REASONS[key][0] for text, key in zip(written, read, strict=True) if text not in known and key}
    if counted:
        named = first_few([f"“{shorten(mask_contacts(text), 20)}”记作“{name}”" for text, name in counted.items()], "种")
        logger.warning("拒绝理由按意思归类：%s；请核对", named)


def _days_of(judged: pd.DataFrame) -> list[dt.date | None]:
    read = [read_date(cell) for cell in judged["day"]] if "day" in judged else [None] * len(judged)
    return [day if isinstance(day, dt.date) else None for day in read]
