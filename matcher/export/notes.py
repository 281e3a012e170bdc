"""What a reader must know of ranked pairs beside their scores: remarks, own outcomes, rows of one name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from matcher.tables.naming.names import is_unit, unit_key
from matcher.tables.naming.writings import fold
from matcher.tables.rows.remarks import remarks_by_id
from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES

SIDES = {contract.id_column: contract for contract in (NEEDS, OUTCOMES, EXPERTS)}
_HOLDERS = re.compile(r"institution|(?:\[[^\]]*\])?(?:当前|现|最新)?(?:申请\(?)?专利权\)?人(?:名称)?")
_OWN = "成果就是提出需求的企业自己的，请不要推荐给它"
_SHORTEST = 4  # characters of a title that is no mere name of a kind


def with_notes(matches: pd.DataFrame, queries: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The matches with more in their note: what remarks say against either side (成果备注“已转让”), which outcomes are
    the asking firm's own, and which have the name of one before them (perhaps the same outcome, posted twice).
    """
    for id_column, side in zip(map(str, matches.columns[:2]), (queries, records), strict=True):
        contract = SIDES[id_column]
        if said := remarks_by_id(side, contract):
            names = matches[id_column].astype(str).tolist()
            told = [f"{contract.title}{said[name]}" if name in said else "" for name in names]
            matches = _noted(matches, told)
    if list(matches.columns[:2]) in (["need_id", "outcome_id"], ["outcome_id", "need_id"]):
        needs, outcomes = (queries, records) if matches.columns[0] == "need_id" else (records, queries)
        asking = {} if "enterprise" not in needs else _keys(needs, "need_id", ["enterprise"])
        held = _keys(outcomes, "outcome_id", [name for name in map(str, outcomes.columns) if _HOLDERS.fullmatch(name)])
        pairs = zip(*(matches[name].astype(str).tolist() for name in ("need_id", "outcome_id")), strict=True)
        matches = _noted(matches, [_OWN * bool(asking.get(need, set()) & held.get(one, set())) for need, one in pairs])
        matches = _noted(matches, _same_names(matches, records))
    return matches


def _same_names(matches: pd.DataFrame, records: pd.DataFrame) -> list[str]:
    """Of each pair which earlier one of the same asking row has a record of the same title."""
    asking, answering = map(str, matches.columns[:2])
    if "title" not in records:
        return [""] * len(matches)
    ids, titles = records[answering].astype(str).tolist(), records["title"].fillna("").astype(str).tolist()
    names = dict(zip(ids, map(fold, titles), strict=True))
    seen: dict[tuple[str, str], str] = {}
    told = []
    pairs = (matches[name].astype(str).tolist() for name in (asking, answering))
    for ask, one, rank in zip(*pairs, matches["rank"].tolist(), strict=True):
        name = names.get(one, "")
        first = seen.setdefault((ask, name), f"第 {rank} 名（{one}）") if len(name) >= _SHORTEST else ""
        again = first and not first.endswith(f"（{one}）")
        told.append(f"和{first}同名，请核对是不是同一项" if again else "")
    return told


def _noted(matches: pd.DataFrame, told: Sequence[str]) -> pd.DataFrame:
    """The matches with more words in their note; the same where there are none."""
    if not any(told):
        return matches
    notes = matches["note"].fillna("").astype(str).tolist() if "note" in matches else [""] * len(matches)
    return matches.assign(note=["；".join(filter(None, pair)) for pair in zip(notes, told, strict=True)])


def _keys(table: pd.DataFrame, id_column: str, columns: list[str]) -> dict[str, set[str]]:
    """By its id the units that columns of a row name, each in the writing by which units are compared."""
    found: dict[str, set[str]] = {}
    for name in columns:
        for row, cell in zip(table[id_column].astype(str), table[name], strict=True):
            if isinstance(cell, str) and cell:
                units = filter(is_unit, re.split("[;；、\\n]", cell))  # a comma may stand in a name
                keys = filter(None, map(unit_key, units))
                found.setdefault(row, set()).update(key for key in keys if key[0] not in "某匿")  # 某公司 is anybody
    return found
