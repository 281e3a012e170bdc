"""Bids for published challenges: read, checked for form, joined with the experts' scores, listed for publication.

Nothing here chooses: checks say what holds, scores are joined as they were given, and weights are the caller's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.challenges.calls import Call, load_call
from matcher.challenges.listing import OWNERS, UNNAMED
from matcher.challenges.terms import term_months
from matcher.errors import TableError
from matcher.integrity.checking import check_integrity
from matcher.needs.comparison import STATES as RESPONSES
from matcher.needs.comparison import Comparison, compare_indicators
from matcher.needs.indicators import indicators_of
from matcher.needs.names import with_value
from matcher.policy.firms.linkage import plain_name, right_codes
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.texts import shorten
from matcher.tables.naming.writings import KnownIds, fold, fold_id
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.single_commands import BIDS

CHECKS = ("bid_id", "challenge_id", "check", "title", "state", "detail", "source")
RESPONSE_COLUMNS = ("bid_id", "challenge_id", "number", "asked", "offered", "state", "margin")
TITLES_OF_CHECKS = {
    "challenge": "榜单存在",
    "in_time": "按时提交",
    "not_needer": "不由需求方牵头",
    "not_affiliated": "与发榜方无关联",
    "legal_person": "独立法人",
    "term": "期限在榜单要求之内",
    "integrity": "科研诚信",
    "responds": "逐项响应指标",
    "reaches": "承诺达到全部指标",
}
_ITEMS = re.compile(
    r"[；;。\n]|(?:^|(?<=[\s，,]))(?=[①-⑳])|[①-⑳]|(?:^|(?<=[\s，,]))[(（]?\d{1,2}[)）、]|(?:^|(?<=\n))\d{1,2}[.．](?!\d)"
)
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百两]+(?:个月|年|天|小时)")
_MONTHS_TO = re.compile(r"(\d+(?:\.\d+)?)\s*(?:个月|年)?\s*(?:[-–—~～]|至|到)\s*\d+(?:\.\d+)?\s*(个月|年)")  # 12-18个月
_SIGNS = r"[\s，,、。；;：:]"
_CLAUSE_ENDS = re.compile("[，,。；;！!？?\n]")
_DOUBTED = re.compile("[不未没非难待尚暂拟]|无(?![人线损])|是否|除外|如果|若")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")  # before a number
_OURS = "形式检查（本库，不是通知原文）"


class _Answer(NamedTuple):
    check: str
    state: str
    detail: str
    source: str


def read_bids(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a table of bids (the contract BIDS), one row a bid; see `matcher.tables.reading.read_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"榜单编号": ["B001"], "揭榜单位": ["甲大学"], "报价（万元）": [50]})
    >>> read_bids(table).rows[["challenge_id", "bidder", "price"]].values.tolist()
    [['B001', '甲大学', 500000]]
    """
    return read_table(source, BIDS, sheet=sheet, columns=columns)


def check_bids(
    bids: pd.DataFrame,
    challenges: pd.DataFrame,
    *,
    rules: str | Path | Call = "济南2025",
    closes: Day | None = None,
    affiliates: pd.DataFrame | None = None,
    records: pd.DataFrame | None = None,
    on: Day | None = None,
) -> pd.DataFrame:
    """The formal check of bids.

    Parameters
    ----------
    bids
        What `read_bids` gave, in `.rows`.
    challenges
        What `challenge_table` gave, or its file read back.
    rules
        The call whose facts on bidders are cited (`list_calls`). A check that its notice does not name is ours and
        says so.
    closes
        The last day of bidding.
    affiliates
        Pairs of firms known to belong together, in two columns: names or 统一社会信用代码.
    records, on
        Integrity records (`matcher.integrity.read_records`), in `.rows`, and the day on which they are looked up for
        bids without a day of their own; without them they are not looked up.

    Returns
    -------
    DataFrame
        One row a bid and check, bids in their order: bid_id, challenge_id, check, title, state (met, not_met, unknown),
        detail, source. The checks: challenge (it exists), in_time, not_needer (the owner of the need does not lead),
        not_affiliated, legal_person, term, integrity (where records are given), responds (every asked indicator is
        answered), reaches (every answer is as good as asked).

    Examples
    --------
    >>> owner, asked = "虚构重工有限公司", "单件检测时间≤5秒"
    >>> challenges = pd.DataFrame({"challenge_id": ["B001"], "owner": [owner], "indicators": [asked]})
    >>> bids = pd.DataFrame({"bid_id": ["J1"], "challenge_id": ["B001"], "bidder": [owner], "response": ["检测3秒"]})
    >>> checked = check_bids(bids, challenges).set_index("check")["state"]
    >>> checked["not_needer"], checked["in_time"]
    ('not_met', 'unknown')
    """
    check_frame(bids, "bids", "read_bids(path).rows")
    check_frame(challenges, "challenges", "challenge_table(found, needs)")
    call = load_call(rules)
    day = None if closes is None else as_day(closes, "closes")
    known = _Board(challenges)
    pairs = _pairs(affiliates)
    honest = {} if records is None else _integrity(bids, records, on)
    rows = []
    handed = _rows(bids)
    if not any(_response(bid) for bid in handed):  # more likely a column that was not read than silence of all
        handed = [{**bid, "response": None} for bid in handed]
    for bid in handed:
        name = str(bid.get("challenge_id") or "")
        challenge = known.find(name)
        answers = _answers(bid, challenge, call, day, pairs) if challenge else (known.missing(name),)
        for answer in (*answers, *honest.get(str(bid["bid_id"]), ())):
            names = (str(bid["bid_id"]), name)
            rows.append((*names, answer.check, TITLES_OF_CHECKS[answer.check], *answer[1:]))
    return pd.DataFrame(rows, columns=list(CHECKS))


def bid_responses(bids: pd.DataFrame, challenges: pd.DataFrame) -> pd.DataFrame:
    """What each bid answers to each asked indicator.

    Returns
    -------
    DataFrame
        One row a bid and asked indicator: bid_id, challenge_id, number (from 1), asked, offered ("" where the bid does
        not say it), state (met, near, not_met, not_said), margin (by which share it is better; NaN: cannot be said).
    """
    known = _Board(challenges)
    rows = []
    for bid in _rows(bids):
        name = str(bid.get("challenge_id") or "")
        for number, one in enumerate(_compared(bid, known.find(name)), 1):
            offered = "" if one.offered is None else with_value(one.offered.quantity, one.offered.text)
            asked = with_value(one.asked.quantity, one.asked.text)
            rows.append((str(bid["bid_id"]), name, number, asked, offered, one.state, one.margin))
    return pd.DataFrame(rows, columns=list(RESPONSE_COLUMNS)).astype({"margin": float})


class _Board:
    """The challenges, by what bids write for their ids."""

    def __init__(self, challenges: pd.DataFrame) -> None:
        self._rows = {str(row["challenge_id"]): row for row in _rows(challenges)}
        self._ids = KnownIds(self._rows)

    def find(self, name: str) -> Mapping[str, Any] | None:
        """The challenge that a bid is for; None where no id is written so."""
        return self._rows.get(self._ids.find(name))

    def missing(self, name: str) -> _Answer:
        """What is said of a bid for none of them; one that differs by zeros alone may be meant, and a person says."""
        near = self._ids.nearest(name)
        if near and _ZEROS.sub("", fold_id(near)) == _ZEROS.sub("", fold_id(name)):
            return _Answer("challenge", "unknown", f"榜单表中没有这个编号；是不是“{near}”？若是，请改成一样", _OURS)
        beside = f"（最接近的是“{near}”）" if near else ""
        return _Answer("challenge", "not_met", f"榜单表中没有这个编号{beside}", _OURS)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _answers(
    bid: Mapping[str, Any],
    challenge: Mapping[str, Any],
    call: Call,
    closes: dt.date | None,
    pairs: set[frozenset[str]],
) -> Iterator[_Answer]:
    yield _Answer("challenge", "met", "", _OURS)
    yield _in_time(bid, closes)
    same = _is_same(bid, challenge)
    lead = call.says("needer_may_lead", "no")
    yield _Answer(
        "not_needer",
        "unknown" if same is None else "not_met" if same else "met",
        "发榜方名称和代码都不知道" if same is None else "揭榜单位就是发榜方" if same else "",
        _OURS if lead is None else f"{call.title}：{lead.says}",
    )
    yield _affiliation(bid, challenge, same, call, pairs)
    alone = call.says("firm_is_legal_person", "yes")
    yield _Answer("legal_person", *_declared(bid.get("legal_person"), "独立法人", wanted=True), _cited(call, alone))
    yield _term(bid, challenge)
    yield from _responses(bid, challenge, call)


def _in_time(bid: Mapping[str, Any], closes: dt.date | None) -> _Answer:
    day = bid.get("submitted_on")
    if closes is None or day is None or pd.isna(day):
        missing = "没有给截止日期" if closes is None else "没有提交日期"
        return _Answer("in_time", "unknown", missing, _OURS)
    handed = pd.Timestamp(day).date()
    late = handed > closes
    return _Answer("in_time", "not_met" if late else "met", f"{handed} 提交，{closes} 截止", _OURS)


def _integrity(bids: pd.DataFrame, records: pd.DataFrame, on: Day | None) -> dict[str, list[_Answer]]:
    """Of each bid whether a record bars it on its day; the records are looked up once a day."""
    names = {"bid_id": "row_id", "head": "person", "bidder": "unit", "bidder_code": "unit_code", "members": "partners"}
    rows = bids[[name for name in names if name in bids]].rename(columns=names)
    handed = bids["submitted_on"] if "submitted_on" in bids else pd.Series(pd.NaT, bids.index)
    days = [on if pd.isna(day) else pd.Timestamp(day).date() for day in handed]
    states = {"barred": "not_met", "confirm": "unknown", "clear": "met"}
    nothing = _Answer("integrity", "unknown", "没有提交日期，不知查哪一天", _OURS)
    answers = {str(name): [nothing] for name in rows["row_id"]}
    for day in dict.fromkeys(day for day in days if day is not None):
        marks = check_integrity(rows[[one == day for one in days]], records, role="applicant", on=day)
        for mark in _rows(marks):
            detail = mark["reason"] or f"{day} 没有查到记录"
            answers[mark["row_id"]] = [_Answer("integrity", states[mark["state"]], detail, "诚信记录表")]
    return answers


def _affiliation(
    bid: Mapping[str, Any], challenge: Mapping[str, Any], same: bool | None, call: Call, pairs: set[frozenset[str]]
) -> _Answer:
    source = _cited(call, call.says("affiliates_may_bid", "no"))
    owners, bidders = _names(challenge, "owner", "owner_id"), _names(bid, "bidder", "bidder_code")
    if same:
        return _Answer("not_affiliated", "not_met", "揭榜单位就是发榜方", source)
    if any(frozenset((one, two)) in pairs for one in owners for two in bidders):
        return _Answer("not_affiliated", "not_met", "关联名单中有这两家单位", source)
    state, detail = _declared(bid.get("affiliated"), "与发榜方有关联", wanted=False)
    return _Answer("not_affiliated", state, detail, source)


def _declared(cell: Any, what: str, *, wanted: bool) -> tuple[str, str]:
    if cell is None or pd.isna(cell):
        return "unknown", f"没有申报是否{what}"
    return (
        "met" if bool(cell) is wanted else "not_met"
    ), f"自报：{'是' if cell else '否'}{what}" if cell else "自报：否"


def _term(bid: Mapping[str, Any], challenge: Mapping[str, Any]) -> _Answer:
    """Months are held against months; days count from the day of the bid."""
    handed = bid.get("submitted_on")
    start = None if handed is None or pd.isna(handed) else pd.Timestamp(handed).date()
    limits = [term_months(part, start) for part in str(challenge.get("deadline") or "").split("；")]
    told, said = [one for one in limits if one is not None], str(bid.get("done_by") or "").strip()
    least, offered = _promised(bid, said, start)
    if len(told) < len(limits) or least is None or offered is None:
        missing = f"“{said}”看不出是几个月" if said else "没有填完成月数"
        return _Answer("term", "unknown", missing if len(told) == len(limits) else "榜单没有写明月数", _OURS)
    asked = min(told)
    words = f"{offered:g} 个月" if least == offered else f"{least:g} 至 {offered:g} 个月"
    if asked < offered <= max(told):
        ways = "、".join(f"{one:g} 个月" for one in told)
        return _Answer("term", "unknown", f"承诺 {words}，榜单中各需求的期限不一：{ways}", _OURS)
    detail = f"承诺 {words}，榜单要求 {asked:g} 个月"
    if least <= asked < offered:
        return _Answer("term", "unknown", f"{detail}，请揭榜方写明最迟几个月", _OURS)
    return _Answer("term", "met" if offered <= asked else "not_met", detail, _OURS)


def _promised(bid: Mapping[str, Any], said: str, start: dt.date | None) -> tuple[float | None, float | None]:
    """The fewest and the most months that a bid promises; None where it does not say them."""
    bounds = [bid.get(name) for name in ("months", "months_min", "months_max")]
    exact, low, high = (None if one is None or pd.isna(one) else float(one) for one in bounds)
    if exact is not None or high is not None:
        return (exact, exact) if exact is not None else (high if low is None else low, high)
    most = term_months(said, start)
    both = _MONTHS_TO.search(said)
    if both is None or re.search(r"\d\s*(?:个月|年)", said[: both.start()] + said[both.end() :]):
        return most, most  # 3～6个月内完成样机，12个月完成 is one term
    return term_months(both[1] + both[2]), most


def _responses(bid: Mapping[str, Any], challenge: Mapping[str, Any], call: Call) -> Iterator[_Answer]:
    source = _cited(call, call.says("responds_to_each", "yes"))
    compared = _compared(bid, challenge)
    unsaid = "揭榜表里没有读到一份指标响应，请看是不是那一列没看懂" if bid.get("response") is None else ""
    if unsaid or not compared:
        for check in ("responds", "reaches"):
            yield _Answer(check, "unknown", unsaid or "榜单没有可比的量化指标，请人工核对", source)
        return
    by_hand = [item for item in _unread(str(challenge.get("indicators") or "")) if not _is_said(item, _response(bid))]
    silent: list[str] = []
    renamed: list[str] = []
    for one in compared:
        if one.offered is None:
            (renamed if _may_be_answered(one, compared, bid) else silent).append(
                with_value(one.asked.quantity, one.asked.text)
            )
    short = [
        f"{with_value(one.asked.quantity, one.asked.text)}（{RESPONSES[one.state]}）"
        for one in compared
        if one.state in ("near", "not_met")
    ]
    open_ = [one for one in compared if one.state == "not_said"]
    said = [f"未响应：{'、'.join(silent)}"] if silent else []
    said += [f"响应里没有同名的，请人工核对：{'、'.join(renamed)}"] if renamed else []
    said += [f"没有读成量化指标，请人工核对：{'、'.join(by_hand)}"] if by_hand else []
    detail = "；".join(said) or f"{len(compared)} 项指标都有响应"
    yield _Answer("responds", "not_met" if silent else "unknown" if renamed or by_hand else "met", detail, source)
    state = "not_met" if short else "unknown" if open_ or by_hand else "met"
    doubt = "有的指标无法比较" if open_ else "有的指标没有读成量化指标" if by_hand else ""
    yield _Answer("reaches", state, "、".join(short) or doubt, _OURS)


def _may_be_answered(one: Comparison, compared: Sequence[Comparison], bid: Mapping[str, Any]) -> bool:
    """Whether a bid has a value of the same dimension that answers nothing else: perhaps this, by another name."""
    taken = [other.offered for other in compared if other.offered is not None]
    offered = indicators_of(_response(bid), offered=True)
    return any(value.unit.dimension == one.asked.unit.dimension and value not in taken for value in offered)


def _unread(text: str) -> list[str]:
    """The items of a list of indicators that hold a number and of which no indicator was read."""
    items = [item.strip() for item in _ITEMS.split(text)]
    return [shorten(item, 40) for item in items if _NUMBER.search(item) and not indicators_of(item)]


def _is_said(item: str, response: str) -> bool:
    """Whether a response takes on an item word for word (采用5G通信, 符合GB/T 19001-2016), and no clause doubts it."""
    words, text = re.sub(_SIGNS, "", fold(item)), fold(response)
    if not words:
        return False
    said = f"{_SIGNS}*".join(map(re.escape, words))
    said = (r"(?<![a-z\d.])" if words[0].isascii() else "") + said
    said += r"(?![a-z\d]|\.\d)" if words[-1].isascii() else ""  # IP67 is not IP678
    found = [*re.finditer(said, text)]
    around = (_CLAUSE_ENDS.split(text[: one.start()])[-1] + _CLAUSE_ENDS.split(text[one.end() :])[0] for one in found)
    return bool(found) and not any(map(_DOUBTED.search, around))


def _response(bid: Mapping[str, Any]) -> str:
    cell = bid.get("response")
    return cell.strip() if isinstance(cell, str) else ""


def _compared(bid: Mapping[str, Any], challenge: Mapping[str, Any] | None) -> list[Comparison]:
    if challenge is None:
        return []
    asked = indicators_of(str(challenge.get("indicators") or ""))
    return compare_indicators(asked, indicators_of(_response(bid), offered=True))


def _cited(call: Call, fact: Any) -> str:
    return _OURS if fact is None else f"{call.title}：{fact.says}"


def _is_same(bid: Mapping[str, Any], challenge: Mapping[str, Any]) -> bool | None:
    """Whether the bidder is the owner; None where nothing of one of them is known."""
    owners, bidders = _names(challenge, "owner", "owner_id"), _names(bid, "bidder", "bidder_code")
    if not owners or not bidders:
        return None
    return bool(owners & bidders)


def _names(row: Mapping[str, Any], name: str, code: str) -> set[str]:
    """What a unit is known by: its plain name, and its 统一社会信用代码 where that is right."""
    names, codes = ([part.strip() for part in str(row.get(column) or "").split(OWNERS)] for column in (name, code))
    names = [one for one in names if one != UNNAMED]
    return {key for key in (*map(plain_name, names), *right_codes(pd.Series(codes, dtype=object))) if key}


def _pairs(affiliates: pd.DataFrame | None) -> set[frozenset[str]]:
    """Pairs of keys of units that belong together."""
    if affiliates is None:
        return set()
    if affiliates.shape[1] < 2:
        raise TableError("关联名单需要两列：两个单位的名称或统一社会信用代码")
    sides = [affiliates.iloc[:, at].fillna("").astype(str) for at in (0, 1)]
    keys = [right_codes(side).where(lambda codes: codes != "", side.map(plain_name)) for side in sides]
    return {frozenset(pair) for pair in zip(*keys, strict=True)}
