"""What is published of a challenge: one row a challenge, and one row a challenge and technical indicator."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from matcher.needs.completeness import ReadNeed, read_all
from matcher.needs.indicators import Indicator
from matcher.tables.arguments import check_frame
from matcher.tables.cells import first_few

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
    "outcomes_elsewhere",
    "experts_elsewhere",
)
INDICATORS = ("challenge_id", "number", "quantity", "relation", "value", "unit", "condition", "text", "need_id")
_MOST_INDICATORS = 20
_POSTING = "valid_until"  # a day until which a posting stands is no term of the work
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
        does), owner and owner_id (the firm of the need that is most complete), needs, postings, firms, unnamed,
        need_ids (at most five, then 等 N 条), lead_need_id (the most complete need), completeness, ready (enough to
        be published), outcomes_elsewhere, experts_elsewhere.

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
    rows = []
    for challenge, reads in groups.items():
        first = found[found["challenge_id"] == challenge].iloc[0]
        lead = most_complete(reads)
        ids = [need.need_id for need in reads]
        rows.append(
            {
                **{name: first[name] for name in CHALLENGES if name in found and name != "need_id"},
                "indicators": "；".join(f"{row['quantity']}{row['text']}" for row in _indicators(reads)),
                "deadline": _said(reads, "deadline"),
                "money": _said(reads, "money"),
                "rights": _said(reads, "rights"),
                "bidder_conditions": _said(reads, "solver"),
                "cooperation": _ways(reads),
                "owner": owners.get(lead.need_id, ""),
                "owner_id": owner_ids.get(lead.need_id, ""),
                "need_ids": first_few(ids),
                "lead_need_id": lead.need_id,
            }
        )
    return pd.DataFrame(rows, columns=list(CHALLENGES))


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
    bounded = {_measure(one) for need in reads for figure in need.figures if (one := figure.indicator).comparator}
    for need in sorted(reads, key=lambda one: -one.completeness):
        for figure in need.figures:
            one = figure.indicator
            key = (one.quantity, one.comparator, one.low, one.high, one.unit.symbol)
            beside = not one.comparator and _measure(one) in bounded  # what is today, beside what is asked
            if figure.asked and key not in seen and not beside:
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
                    }
                )
    return rows[:_MOST_INDICATORS]


def _measure(one: Indicator) -> tuple[str, str]:
    return one.quantity, one.unit.dimension


def said(need: ReadNeed, part: str) -> list[str]:
    """The words of a need that say a part of it; the last day of a posting is no time limit."""
    found = [one for one in need.evidence if one.part == part and one.field != _POSTING]
    return [_money(one.text) if one.field == "budget" else one.text for one in found]


def _money(text: str) -> str:
    """Yuan of a cell as one writes them.

    >>> _money("3000000"), _money("约50万")
    ('300 万元', '约50万')
    """
    return f"{float(text) / 1e4:,g} 万元" if text.replace(".", "", 1).isdigit() else text


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
