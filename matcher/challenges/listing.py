"""What is published of a challenge: one row a challenge, and one row a challenge and technical indicator."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from matcher.challenges.terms import term_months
from matcher.challenges.withheld import unnamed_needs
from matcher.needs.asked import clause_of
from matcher.needs.completeness import Figure, ReadNeed, read_all
from matcher.needs.completeness_cues import WISHED
from matcher.needs.cues import NUMBER
from matcher.needs.indicators import Indicator
from matcher.needs.names import with_value
from matcher.needs.units import Unit
from matcher.policy.firms.linkage import core_name, plain_name
from matcher.tables.arguments import check_frame
from matcher.tables.cells.texts import first_few

CHALLENGES = (
    "challenge_id",
    "name",
    "wording",
    "fields",
    "indicators",
    "deadline",
    "money",
    "rights",
    "bidder_conditions",
    "cooperation",
    "owner",
    "owner_id",
    "needs",
    "postings",
    "firms",
    "unnamed",
    "need_ids",
    "lead_need_id",
    "completeness",
    "ready",
    "conflicts",
    "outcomes_elsewhere",
    "experts_elsewhere",
)
INDICATORS = ("challenge_id", "number", "quantity", "relation", "value", "unit", "condition", "text", "need_id")
_MOST_INDICATORS = 20
_POSTING = "valid_until"  # a day until which a posting stands is no term of the work
_BOUNDS = ("≥", ">", "≤", "<", "区间", "±", "优于")
_FEW_YUAN = 1_000  # less than one writes in 万元
_LONGEST = 24  # characters of a clause that says no more than an indicator
_BARE = re.compile(r"[\d.]+[^\d一-鿿]*")
_ASIDE = re.compile("[（(][^（()）]*[)）]")
_WISH = re.compile(
    "^(?:客户|[急亟]需|寻?求|一[套种项]|要求|希望|期望|需要?|必须|须|应|能够?|可以?|其|且|并且?|同时|以及|保证|确保|使得?|将|把|达到|实现)+"
)
_CHANGED = re.compile("(?:提高|降低|(?<=级)[A-Z])$")  # what is put behind a name: 数据规模提升≥10倍, 抗冻等级≥F200
OWNERS = "；"  # between the firms of a challenge
UNNAMED = "（企业要求不公开名称）"
_SHORTEST = 3  # signs of a short name that is looked for in texts
_FORM = "(?:股份|有限|责任|集团|总?公司)*"  # behind a short name
_SPLIT = re.compile(r"[,，、;；\s]+")


def challenge_table(found: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    """Challenges ready to publish.

    Parameters
    ----------
    found
        What `find_challenges` gave.
    needs
        The needs that it was called with.

    Returns
    -------
    DataFrame
        One row a challenge in the order of `found`: challenge_id, name, wording, fields, indicators (asked ones,
        joined by ；), deadline, money, rights, bidder_conditions and cooperation as the needs say them ("" where none
        does), owner and owner_id (its firms, joined by ；, that of the most complete need first; `UNNAMED` for
        those that want no name published, which the texts of the row do not name either), needs, postings,
        firms, unnamed, need_ids (at most five, then 等 N 条), lead_need_id (the most complete need), completeness,
        ready (enough to be published, and nothing in conflict), conflicts (on what its needs do not agree: need and
        words, "" where they do), outcomes_elsewhere, experts_elsewhere.

    Examples
    --------
    >>> from matcher.challenges import find_challenges
    >>> text = "寻求泵壳气孔检测方法，单件检测时间≤5秒。合作方须具有检测经验。"
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["泵壳气孔检测"], "description": [text]})
    >>> matches = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"], "good_match": [False]})
    >>> row = challenge_table(find_challenges(needs, matches), needs).iloc[0]
    >>> row["indicators"], row["bidder_conditions"]
    ('单件检测时间≤5秒', '合作方须具有检测经验')
    """
    check_frame(found, "found", "find_challenges(needs, matches)")
    groups = read_groups(found, needs)
    owners, owner_ids = (_cells(needs, column) for column in ("enterprise", "enterprise_id"))
    hidden = {need: owners[need] for need in unnamed_needs(needs)}
    for need in hidden:
        owners[need], owner_ids[need] = UNNAMED, ""
    rows = []
    for challenge, reads in groups.items():
        first = found[found["challenge_id"] == challenge].iloc[0]
        lead = most_complete(reads)
        ids = [need.need_id for need in reads]
        asking = [lead.need_id, *(name for name in ids if name != lead.need_id)]
        conflicts = _conflicts(reads)
        said = _without_names([hidden[name] for name in ids if name in hidden])
        rows.append(
            {
                **{name: said(first[name]) for name in CHALLENGES if name in found and name != "need_id"},
                "indicators": said("；".join(row["said"] for row in _indicators(reads))),
                "deadline": said(_said(reads, "deadline")),
                "money": said(_said(reads, "money")),
                "rights": said(_said(reads, "rights")),
                "bidder_conditions": said(_said(reads, "solver")),
                "cooperation": _ways(reads),
                "owner": OWNERS.join(_once(owners, asking)),
                "owner_id": OWNERS.join(_once(owner_ids, asking)),
                "need_ids": first_few(ids),
                "lead_need_id": lead.need_id,
                "ready": bool(first["ready"]) and not conflicts,
                "conflicts": said(conflicts),
            }
        )
    return pd.DataFrame(rows, columns=list(CHALLENGES))


def shown_titles(needs: pd.DataFrame) -> dict[str, str]:
    """The title of each need, by its id, without the name of a firm that wants it kept back."""
    titles, owners = _cells(needs, "title"), _cells(needs, "enterprise")
    hidden = unnamed_needs(needs)
    return {
        need: _without_names([owners[need]])(text) if need in hidden & owners.keys() else text
        for need, text in titles.items()
    }


def _without_names(names: Sequence[str]) -> Callable[[Any], Any]:
    """A function that takes the names of firms, in full and short, out of a text; other cells stay as they are."""
    forms = {form for name in names for form in (name, plain_name(name), core_name(name)) if len(form) >= _SHORTEST}
    longest = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    found = re.compile(f"(?:{longest}){_FORM}", re.I)
    return lambda cell: found.sub("某企业", cell) if forms and isinstance(cell, str) else cell


def challenge_indicators(found: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    """The asked technical indicators of every challenge.

    Returns
    -------
    DataFrame
        One row a challenge and indicator: challenge_id, number (from 1), quantity, relation (≥, ≤, 区间 ...), value
        ("5", "60～70"), unit, condition, text (as written), need_id (whose text says it). An indicator that two needs
        of a challenge give alike stands once.
    """
    check_frame(found, "found", "find_challenges(needs, matches)")
    rows = [
        {"challenge_id": challenge, "number": number, **row}
        for challenge, reads in read_groups(found, needs).items()
        for number, row in enumerate(_indicators(reads), 1)
    ]
    return pd.DataFrame(rows, columns=list(INDICATORS))


def read_groups(found: pd.DataFrame, needs: pd.DataFrame) -> dict[str, list[ReadNeed]]:
    """The needs of every challenge, read, in the order of `found`."""
    wanted = needs[needs["need_id"].astype(str).isin(set(found["need_id"]))]
    reads = {need.need_id: need for need in read_all(wanted)}
    groups: defaultdict[str, list[ReadNeed]] = defaultdict(list)
    for challenge, need in zip(found["challenge_id"], found["need_id"], strict=True):
        groups[challenge].append(reads[need])
    return dict(groups)


def most_complete(reads: Sequence[ReadNeed]) -> ReadNeed:
    """The need that says most; of equals the first."""
    return max(reads, key=lambda need: need.completeness)


def _indicators(reads: Sequence[ReadNeed]) -> list[dict[str, Any]]:
    rows, seen = [], set()
    figures = [figure.indicator for need in reads for figure in need.figures]
    bounded = {_measure(one) for one in figures if one.comparator in _BOUNDS}
    for need in sorted(reads, key=lambda one: -one.completeness):
        for figure in need.figures:
            one = figure.indicator
            key = (one.quantity, one.comparator, one.low, one.high, one.unit.symbol)
            # a bare value beside a bound of the same, or before anything is wished for, is what is today
            bare = one.comparator not in _BOUNDS
            today = bare and (_measure(one) in bounded or not _is_wished(need, figure))
            if figure.asked and key not in seen and not today and not need.is_condition(figure):
                seen.add(key)
                value = "～".join(f"{bound:g}" for bound in dict.fromkeys((one.low, one.high)) if bound is not None)
                rows.append(
                    {
                        "quantity": one.quantity,
                        "relation": one.comparator,
                        "value": value,
                        "unit": one.unit.symbol,
                        "condition": one.condition,
                        "text": one.text,
                        "need_id": need.need_id,
                        "said": _in_own_words(need, figure),
                    }
                )
    return rows[:_MOST_INDICATORS]


_SUM = re.compile(r"\d[\d.]*|[百千]?[万亿]|以[内下上]")  # what two writings of one sum have in common
_LAST_DAY = re.compile("(?<=月)(?:28|29|30|31)日")


def _conflicts(reads: Sequence[ReadNeed]) -> str:
    """On what the needs of a challenge do not agree: 气孔：N1 ≤0.3mm，N2 ≤0.5mm；完成期限：N1 12个月，N2 48个月."""
    told: dict[str, dict[object, tuple[str, str]]] = {}

    def tell(what: str, key: object, need: ReadNeed, text: str) -> None:
        told.setdefault(what, {}).setdefault(key, (need.need_id, text))

    for need in reads:
        for one in (figure.indicator for figure in need.figures if figure.asked):
            if one.comparator in _BOUNDS:
                ends = [None if end is None else one.unit.convert(end, _base(one)) for end in (one.low, one.high)]
                tell("\n".join((*_measure(one), "≥" if one.high is None else "≤")), (*ends,), need, one.text)
        for text in said(need, "deadline"):
            tell("完成期限", term_months(text) or _LAST_DAY.sub("", text), need, text)
        for text in said(need, "money"):
            tell("资金投入", "".join(_SUM.findall(text)) or None, need, text)
    apart = {
        what.split("\n")[0]: ways.values()
        for what, ways in told.items()
        if len({need for need, _ in ways.values()}) > 1
    }
    return "；".join(f"{what}：{'，'.join(' '.join(way) for way in ways)}" for what, ways in apart.items())


def _base(one: Indicator) -> Unit:
    return Unit("", one.unit.dimension, 1.0)


def _once(cells: Mapping[str, str], ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(cells[name] for name in ids if name in cells))


def _is_wished(need: ReadNeed, figure: Figure) -> bool:
    """Whether a description has wished for something by the end of the figure's clause, or wishes in no other words;
    other fields only ask, and a change is a wish.
    """
    text, one = need.texts[figure.field], figure.indicator
    wished = WISHED.search(text)
    if figure.field != "description" or wished is None or one.meaning.change:
        return True
    return wished.start() < clause_of(text, one.start, one.end)[1]


def _in_own_words(need: ReadNeed, figure: Figure) -> str:
    """An indicator as the need says it: its clause up to the value, where that is short and says nothing else."""
    text, one = need.texts[figure.field], figure.indicator
    first = clause_of(text, one.start, one.end)[0]
    before = [
        other for other in need.figures if other.field == figure.field and first < other.indicator.end <= one.start
    ]
    others = not all(need.is_condition(other) for other in before)
    clause = NUMBER.sub("", text[first : one.end].strip(), count=1)
    said = _WISH.sub("", re.split("[（(]", _ASIDE.sub("", clause))[-1].strip())
    if (name := _CHANGED.sub("", one.quantity)) and name in said and len(said) <= _LONGEST and not others:
        return said
    unit = one.unit.symbol if one.text[-1:].isdigit() and one.unit.symbol not in one.text else ""  # of a size
    sign = one.comparator if one.comparator in ("≥", ">", "≤", "<") and _BARE.fullmatch(one.text) else ""
    value = sign + one.text + unit
    return with_value(one.quantity, value)


def _measure(one: Indicator) -> tuple[str, str]:
    return one.quantity, one.unit.dimension


def said(need: ReadNeed, part: str) -> list[str]:
    """The words of a need that say a part of it; the last day of a posting is no time limit."""
    found = [one for one in need.evidence if one.part == part and one.field != _POSTING]
    return [_money(one.text) if one.field == "budget" else one.text for one in found]


def _money(text: str) -> str:
    """Yuan of a cell as one writes them; a few, which may be 万元 without its unit, with the digits of the cell.

    >>> _money("3000000"), _money("约50万"), _money("50")
    ('300 万元', '约50万', '50 元')
    """
    if not text.replace(".", "", 1).isdigit():
        return text
    return f"{float(text) / 1e4:,g} 万元" if float(text) >= _FEW_YUAN else f"{float(text):g} 元"


def _said(reads: Sequence[ReadNeed], part: str) -> str:
    return "；".join(dict.fromkeys(text for need in reads for text in said(need, part)))


def _ways(reads: Iterable[ReadNeed]) -> str:
    texts = [text for need in reads for text in said(need, "cooperation")]
    return "、".join(dict.fromkeys(way for text in texts for way in _SPLIT.split(text) if way))


def _cells(needs: pd.DataFrame, column: str) -> dict[str, str]:
    """Need -> its text in a column, where there is one."""
    if column not in needs:
        return {}
    cells = needs[column].fillna("").astype(str).str.strip()
    return {name: cell for name, cell in zip(needs["need_id"].astype(str), cells, strict=True) if cell}
