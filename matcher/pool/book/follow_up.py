"""The follow-up of recommendations: statuses on dates, the funnel, and what signed and declined pairs teach.

An item is what was recommended: a pair (need_id, outcome_id), a firm (enterprise_id), or both. Its statuses stand in
the book's log as events of the kind `follow`; the last one by day (and place in the log) is its status.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.event_log.log import Event
from matcher.pool.book.event_log import Log
from matcher.tables.arguments import Day, as_day
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.naming.writings import KnownIds
from matcher.tables.schemas.main import HIGH, LOW, Column, Contract

STATUS = {"pushed": "已推送", "contacted": "已联系", "talks": "洽谈中", "signed": "已签约", "declined": "已拒绝"}
_SAID = {  # what else the keepers of tables write
    "pushed": "推送 推荐 已推荐 已推介",
    "contacted": "联系 联系中 已联络 沟通中 已沟通",
    "talks": "洽谈 在谈 对接中 正在对接 正在洽谈 接洽中 商谈中 谈判中",
    "signed": "签约 已签 签订合同 已签合同 已签订合同 合同已签 签约成功 成交 已成交",
    "declined": "拒绝 婉拒 谢绝 不感兴趣 没兴趣 无兴趣 无意向 没有意向 无合作意向 不合作 放弃 不考虑 企业不考虑",
}
_UNINTERESTED = frozenset(_SAID["declined"].split()[3:])
STEPS = ("pushed", "contacted", "talks", "signed")
# The keys that `fit_feedback` takes; the two modules do not import each other, a test holds them together.
REASONS = {
    "too early": "太早",
    "no benefit over what we have": "无优势",
    "commercial route unclear": "商业路径不清",
    "description unclear": "描述不清",
    "wrong field": "领域不符",
    "too expensive": "太贵",
    "already solved": "已解决",
    "other": "其他",
}
_REASON_WORDS = {  # words by which a free text gives one of them
    "too early": "不成熟|太早|尚早|未中试|没有中试|实验室阶段",
    "no benefit over what we have": "没有优势|无优势|优势不|效果不|提升不|不如",
    "commercial route unclear": "商业|市场前景|盈利|回报",
    "description unclear": "不清楚|不清晰|不明确|看不懂",
    "wrong field": "不对口|领域|行业不|不匹配|不相关|方向不|不适用",
    "too expensive": "价格|报价|太贵|过高|太高|预算|费用|成本",
    "already solved": "已解决|已经解决|自行解决|自己解决|已有供应商|已采购",
}
CONTRACTS = ("技术开发", "技术转让", "技术许可", "技术咨询", "技术服务")
# Which contracts put an outcome to use: an assumption. Advice and services are listed but not counted.
CONVERTS = CONTRACTS[:3]
_CONTRACT = dict.fromkeys(("委托开发", "合作开发"), "技术开发")  # 技术开发合同 are these two (民法典 851)
_SIGNED = re.compile(rf"已?签(?:订|署|了)?({'|'.join((*CONTRACTS, *_CONTRACT))})(?:合同|协议)")
_NO_CONTRACT = f"已签约须填写合同类型：{'、'.join(CONTRACTS)}"
_DECLINED = re.compile(rf"(?:已拒绝|{_SAID['declined'].replace(' ', '|')})[-—:：,，;；、(（\s]+(.+?)[)）]?")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
ITEM = ("enterprise_id", "need_id", "outcome_id")
ITEMS = (*ITEM, "status", "day", "person", "contract", "amount", "reason", "note")
FUNNEL = ("step", "title", "items", "of_pushed", "of_before", "median_days", "amount")

FOLLOW = Contract(
    "follow",
    "跟进",
    "row_id",
    (
        Column("row_id", "id", "行编号"),
        Column("enterprise_id", "text", "企业编号", ("企业ID", "企业")),
        Column("name", "text", "企业名称", ("单位名称", "公司名称", "单位", "公司", "统一社会信用代码")),
        Column("need_id", "text", "需求编号", ("需求ID", "需求号", "需求")),
        Column("outcome_id", "text", "成果编号", ("成果ID", "成果号", "成果", "对接成果", "推荐成果")),
        Column(
            "status",
            "text",
            "状态",
            ("跟进状态", "对接状态", "进展情况", "进展", "对接情况", "对接进展", "跟进情况", "进展状态"),
        ),
        Column(
            "day",
            "date",
            "日期",
            ("跟进日期", "对接日期", "对接时间", "走访日期", "走访时间", "联系日期", "联系时间", "时间"),
        ),
        Column("person", "text", "跟进人", ("经办人", "联系人员", "走访人", "走访人员", "对接人", "跟进人员")),
        Column("contract", "text", "合同类型", ("合同类别", "合作方式", "合同")),
        Column("amount", "yuan", "合同金额", ("金额", "成交额")),
        Column("reason", "text", "拒绝理由", ("拒绝原因", "原因")),
        Column("note", "text", "备注", ("说明",)),
    ),
    keeps_unread=True,
)
_ROW = re.compile(rf"{FOLLOW.title}-0*([1-9]\d*)")  # a made-up id, which holds the row of the file


def follow(log: Log, rows: pd.DataFrame) -> int:
    """Write statuses to the log; the same rows again write nothing. Returns how many were new.

    rows: status (a key of STATUS or its Chinese word), day, person, and those known of enterprise_id, need_id,
    outcome_id, contract (of CONTRACTS; signed only), amount (whole yuan; signed only), reason (of REASONS; declined
    only, and needed there), note. An item is a firm or a whole pair. An amount that is known within bounds only
    (约50万) is none, and stands in the note, as do a reason in other words (价格太高: 太贵, or 其他) and a word that
    says no without a reason (不感兴趣; 其他). Raises TableError with every fault; then nothing is written.
    """
    words = {word: key for key, title in STATUS.items() for word in (key, title, *_SAID[key].split())}
    reasons = {word: key for key, title in REASONS.items() for word in (key, title)}
    known = _ids_of_items(log)
    events, faults = [], []
    for at, row in enumerate(rows.to_dict("records"), start=2):
        cell = {name: _text(row.get(name)) for name in (*ITEM, "status", "person", "contract", "reason", "note")}
        cell |= {name: known[name].find(cell[name]) or cell[name] for name in ITEM}
        if signed := _SIGNED.fullmatch(_ASIDE.sub("", cell["status"])):  # 已签订技术开发合同
            cell |= {"status": STATUS["signed"], "contract": cell["contract"] or signed[1]}
        cell["contract"] = _CONTRACT.get(cell["contract"].removesuffix("合同"), cell["contract"].removesuffix("合同"))
        if (no := _DECLINED.fullmatch(cell["status"])) and not cell["reason"] and _reason(no[1]) != "other":
            cell |= {"status": STATUS["declined"], "reason": no[1]}  # 拒绝-价格高
        word = _ASIDE.sub("", cell["status"])
        if word != cell["status"] and word in words:  # 对接中（已见面）
            cell |= {"status": word, "note": "；".join(filter(None, [cell["note"], cell["status"]]))}
        status, reason = words.get(cell["status"], ""), reasons.get(cell["reason"], "")
        day: Any = pd.to_datetime(row.get("day", ""))
        amount: Any = row.get("amount")
        amount = None if pd.isna(amount) else int(amount)
        why_no_day, why_no_amount = (why_unknown(FOLLOW[name], row) for name in ("day", "amount"))
        about = any(not pd.isna(row.get("amount" + end)) for end in (LOW, HIGH)) and why_no_amount
        if about and status == "signed":
            cell["note"] = "；".join(filter(None, [cell["note"], f"合同金额{why_no_amount}，不计入金额合计"]))
            why_no_amount = ""
        if status == "declined" and not reason and cell["reason"]:
            reason = _reason(cell["reason"])
            cell["note"] = "；".join(filter(None, [cell["note"], f"拒绝理由：{cell['reason']}"]))
        if status == "declined" and not reason and cell["status"] in _UNINTERESTED:
            reason = "other"
            cell["note"] = "；".join(filter(None, [cell["note"], cell["status"]]))
        checks = [
            (not status, f"状态“{cell['status']}”不是{'、'.join(STATUS.values())}之一"),
            (pd.isna(day), f"日期{why_no_day}" if why_no_day else "没有日期"),
            (bool(why_no_amount), f"合同金额{why_no_amount}"),
            (not cell["person"], "没有跟进人"),
            (bool(cell["need_id"]) != bool(cell["outcome_id"]), "需求编号和成果编号须同时填写"),
            (not any(cell[name] for name in ITEM), "须填写企业编号，或需求编号和成果编号"),
            (status == "declined" and not reason, f"已拒绝须填写理由：{'、'.join(REASONS.values())}"),
            (status != "declined" and bool(cell["reason"]), "只有已拒绝才填写理由"),
            (
                status == "signed" and cell["contract"] not in CONTRACTS,
                f"合同类型“{cell['contract']}”不是{'、'.join(CONTRACTS)}之一" if cell["contract"] else _NO_CONTRACT,
            ),
            (
                status != "signed" and (bool(cell["contract"]) or amount is not None or bool(about)),
                "只有已签约才填写合同类型和金额",
            ),
            (amount is not None and amount < 0, "金额不能为负"),
        ]
        made_up = _ROW.fullmatch(_text(row.get("row_id")))
        place = int(made_up[1]) if made_up else at
        wrong = [f"第 {place} 行：{message}" for fault, message in checks if fault]
        faults += wrong
        if not wrong:
            body: dict[str, Any] = {name: cell[name] for name in ("need_id", "outcome_id", "contract", "note")}
            body |= {"status": status, "reason": reason, "amount": amount}
            events.append(Event("follow", f"{day:%Y-%m-%d}", cell["person"], body, cell["enterprise_id"]))
    if faults:
        raise TableError(f"跟进表有 {len(faults)} 处问题，没有写入：\n  " + "\n  ".join(faults[:20]))
    with log.writing():
        return len(log.append(events))


def _reason(text: str) -> str:
    """Which of REASONS a free text gives, where it gives one.

    >>> _reason("价格太高，超出预算"), _reason("技术不成熟，工艺对不上"), _reason("老板出差")
    ('too expensive', 'too early', 'other')
    """
    found = [reason for reason, words in _REASON_WORDS.items() if re.search(words, text)]
    return found[0] if len(found) == 1 else "other"


def _ids_of_items(log: Log) -> dict[str, KnownIds]:
    """The ids that the follow-up holds already, so that another writing of one is no new item."""
    events = log.events("follow")
    ids = [[event.subject, event.body["need_id"], event.body["outcome_id"]] for event in events]
    return {name: KnownIds(row[place] for row in ids) for place, name in enumerate(ITEM)}


def push(log: Log, pairs: pd.DataFrame, *, on: Day, person: str, first: int | None = None) -> tuple[int, int]:
    """Record recommended pairs as pushed on a day; items that have a status already keep it.

    pairs: enterprise_id, need_id, outcome_id, and where known rank and good_match: of each firm's need those of rank
    `first` and better that are good matches. A pair without an outcome is left out. Returns how many were new, and how
    many stood there already.
    """
    day = as_day(on)
    table = pairs.assign(**{name: pairs[name].map(_text) for name in ITEM})
    keep = (table["enterprise_id"] != "") & (table["need_id"] != "") & (table["outcome_id"] != "")
    if "good_match" in table:
        keep &= table["good_match"].map(lambda cell: cell in (True, "是"))
    table = table[keep]
    if "rank" in table:
        table = table.sort_values("rank", kind="stable")
    table = table.drop_duplicates(list(ITEM))
    table = table[table.groupby(["enterprise_id", "need_id"]).cumcount() < (len(table) if first is None else first)]
    known = {tuple(row) for row in items(log, on=day)[list(ITEM)].to_numpy().tolist()}
    new = table[np.array([tuple(row) not in known for row in table[list(ITEM)].to_numpy().tolist()], bool)]
    rows = new[list(ITEM)].assign(status="pushed", day=day, person=person)
    return follow(log, rows) if len(rows) else 0, len(table) - len(new)


def _text(cell: Any) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell).strip()


def items(log: Log, *, on: Day) -> pd.DataFrame:
    """The status of every item on a day: ITEMS, sorted by the three ids."""
    last = {key: history[-1] for key, history in _histories(log, as_day(on)).items()}
    rows = [
        (*key, event.body["status"], event.day, event.person, *(event.body[name] for name in ITEMS[6:]))
        for key, event in sorted(last.items())
    ]
    return pd.DataFrame(rows, columns=list(ITEMS), dtype=object)


def _histories(log: Log, on: dt.date) -> dict[tuple[str, str, str], list[Event]]:
    histories: dict[tuple[str, str, str], list[Event]] = {}
    for event in sorted(log.events("follow", day=on), key=lambda event: (event.day, event.seq)):
        key = (event.subject, event.body["need_id"], event.body["outcome_id"])
        histories.setdefault(key, []).append(event)
    return histories


def funnel(log: Log, *, on: Day, since: Day | None = None) -> pd.DataFrame:
    """How far the items came that were first recorded from `since` on, as known on a day.

    One row a step (pushed, contacted, talks, signed, declined): items that ever reached it (a later step includes the
    earlier ones; declined: those whose status it is now), of_pushed and of_before (shares; NaN of nothing),
    median_days since the item's first record, amount (yuan, signed). The row `talks` carries the 对接率 in of_pushed:
    items that ever were 洽谈中 or 已签约, by all items pushed. The row `needs` is the same for needs: those with such
    an item, by all needs with an item. No official definition of 对接率 was seen; this one is ours.
    """
    start = "" if since is None else as_day(since).isoformat()
    histories = {key: history for key, history in _histories(log, as_day(on)).items() if history[0].day >= start}
    first_days: dict[str, list[int]] = {step: [] for step in (*STEPS, "declined")}
    needs: dict[str, bool] = {}
    amount = 0
    for key, history in histories.items():
        first = dt.date.fromisoformat(history[0].day)
        days: dict[str, int] = {"pushed": 0}
        for event in history:
            status, day = event.body["status"], (dt.date.fromisoformat(event.day) - first).days
            for step in STEPS[: STEPS.index(status) + 1] if status in STEPS else ():
                days.setdefault(step, day)
        if history[-1].body["status"] == "declined":
            days["declined"] = (dt.date.fromisoformat(history[-1].day) - first).days
        for step, day in days.items():
            first_days[step].append(day)
        amount += max((event.body["amount"] or 0 for event in history if event.body["status"] == "signed"), default=0)
        if key[1]:
            needs[key[1]] = needs.get(key[1], False) or "talks" in days
    count = {step: len(days) for step, days in first_days.items()}
    rows = []
    for step, title in STATUS.items():
        before = STEPS[max(STEPS.index(step) - 1, 0)] if step in STEPS else "pushed"
        median = float(np.median(first_days[step])) if first_days[step] else np.nan
        paid = amount if step == "signed" else None
        shares = _share(count[step], count["pushed"]), _share(count[step], count[before])
        rows.append((step, title, count[step], *shares, median, paid))
    met = sum(needs.values())
    rows.append(("needs", "已对接的需求", met, _share(met, len(needs)), _share(met, len(needs)), np.nan, None))
    return pd.DataFrame(rows, columns=list(FUNNEL)).astype({"amount": "Int64"})


def _share(part: int, whole: int) -> float:
    return part / whole if whole else np.nan


def judged(log: Log, *, on: Day) -> pd.DataFrame:
    """Pairs signed (accepted) or declined, as `fit_feedback` takes them: need_id, outcome_id, verdict, reason, day.

    Sorted by both ids. A pair that several firms answered counts by its last answer.
    """
    ended = items(log, on=on)
    ended = ended[(ended["need_id"] != "") & ended["status"].isin(["signed", "declined"])]
    ended = ended.sort_values(["day", "enterprise_id"], kind="stable").drop_duplicates(
        ["need_id", "outcome_id"], keep="last"
    )
    verdicts = ended["status"].map({"signed": "accepted", "declined": "declined"})
    table = ended.assign(verdict=verdicts)[["need_id", "outcome_id", "verdict", "reason", "day"]]
    return table.sort_values(["need_id", "outcome_id"]).reset_index(drop=True)


def conversions(log: Log, *, on: Day) -> pd.DataFrame:
    """The signed contracts, and which of them count as conversions.

    Columns: enterprise_id, outcome_id, day, contract, amount, counts; sorted by firm, day and outcome. An outcome
    counts once a firm, by its first contract of CONVERTS; an item without firm or outcome does not count.
    """
    return _conversions(log.events("follow", day=as_day(on)))


def _conversions(events: Sequence[Event]) -> pd.DataFrame:
    names = ["enterprise_id", "outcome_id", "day", "contract", "amount"]
    rows = sorted(
        (event.subject, event.body["outcome_id"], event.day, event.body["contract"], event.body["amount"])
        for event in events
        if event.body["status"] == "signed"
    )
    table = pd.DataFrame(rows, columns=names).sort_values(["enterprise_id", "day", "outcome_id"], kind="stable")
    able = table["contract"].isin(CONVERTS) & (table["enterprise_id"] != "") & (table["outcome_id"] != "")
    first = ~table[able].duplicated(["enterprise_id", "outcome_id"])
    return table.assign(counts=first.reindex(table.index, fill_value=False)).reset_index(drop=True)


def added_conversions(
    events: Sequence[Event], ids: Sequence[str], declared: Sequence[str], on: dt.date
) -> NDArray[np.int64]:
    """How many conversions to add to what each firm declared, by the events of the kind `follow` up to `on`.

    declared: the day of the figure that each firm declared (ISO; "" for none). Counted are contracts (see
    `conversions`) of the three accounting years before that of `on`, from the year of the declared figure on, which
    covers the years before it.
    """
    table = _conversions(events)
    counted = table[table["counts"].astype(bool)]
    place = {firm: at for at, firm in enumerate(ids)}
    more = np.zeros(len(ids), np.int64)
    for firm, day in zip(counted["enterprise_id"], counted["day"], strict=True):
        at = place.get(firm)
        if at is not None and declared[at] and max(int(declared[at][:4]), on.year - 3) <= int(day[:4]) < on.year:
            more[at] += 1
    return more
