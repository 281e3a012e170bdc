"""What a register counts, put into the table of firms, and compared with what the table says.

The register's figure is used. Where it is known between two bounds only and the table's figure lies between them, the
table's is; where the two contradict each other, both are told. A table's count that is greater than all rows of the
firm in a register that nobody called complete is its upper bound, the register's the lower: neither can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.policy.firms.facts import choices, numbers, twin_names, yes_no
from matcher.policy.language.model import FactColumn
from matcher.policy.policy import Policy
from matcher.policy.registers.entries import COUNTED, Bounds, Warnings
from matcher.tables.schemas.main import HIGH, LOW, TEXT

COMPARED = ("enterprise_id", "policy", "title", "column", "register", "by_register", "by_table", "used", "differs")
Key = tuple[str, str]
Ends = np.ndarray[Any, np.dtype[np.float64]]


class Derived(NamedTuple):
    """What one register says of one column: its Chinese name, and firm -> bounds (or the word of a choice).

    listed: firm -> how many of its rows are about that, counted or not, in a register that need not hold everything.
    """

    register: str
    facts: Mapping[str, Bounds | str]
    listed: Mapping[str, int] = {}


def put(
    firms: pd.DataFrame, policies: Sequence[Policy], derived: Mapping[Key, Derived], told: Warnings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The firms with the facts of the registers, and one row per firm and fact (COMPARED).

    A column that another policy of the run defines differently is written as `<policy>.<column>`; firms that the
    register does not name keep what they had.
    """
    out = firms.copy()
    ids = [str(firm) for firm in firms["enterprise_id"]]
    owners: dict[str, FactColumn] = {}
    written: dict[str, Key] = {}
    lines: list[tuple[Any, ...]] = []
    for policy in policies:
        for name, fact in policy.columns.items():
            owner = owners.setdefault(name, fact)
            key = (name, fact.basis)
            if key not in derived or not derived[key].facts:
                continue
            special = f"{policy.id}.{name}"
            differs = bool(owner.basis and fact.basis) and owner.basis != fact.basis
            target = special if special in firms or differs or written.get(name, key) != key else name
            if target in written:
                continue
            written[target] = key
            meant = [special] if differs else [special, name]
            kept = [target] if target in firms else [name] if name in firms else twin_names(name)
            silent = [firm not in derived[key].facts for firm in ids]
            shared = target not in firms and (differs or name not in firms) and any(one in firms for one in kept)
            if shared and not np.isnan(_ends(firms, kept, fact)[0][silent]).all():
                problem = f"“{fact.title}”：登记表中没有的企业沿用企业表的数，口径可能不同"
                told.firm(derived[key].register, "", policy.title, problem, COUNTED, "两表核对", f"另给 {special} 列")
            lines += _write(out, firms, ids, policy, fact, derived[key], target, meant, kept)
    return out, pd.DataFrame(lines, columns=list(COMPARED))


def _write(
    out: pd.DataFrame,
    firms: pd.DataFrame,
    ids: list[str],
    policy: Policy,
    fact: FactColumn,
    derived: Derived,
    target: str,
    meant: Sequence[str],
    kept: Sequence[str],
) -> list[tuple[Any, ...]]:
    """Fill `target` with the register's facts, and with what the columns `kept` say of the firms that it does not name.

    meant: the columns of the table that mean the same, with which the register is compared.
    """
    if fact.kind == "choice":
        return _write_choice(out, firms, ids, policy, fact, derived, target, meant)
    low, high = _ends(firms, meant, fact)
    new_low, new_high = _ends(firms, kept, fact)
    lines = []
    for row, firm in enumerate(ids):
        found = derived.facts.get(firm)
        if found is None or isinstance(found, str):
            continue
        bottom, top = (np.nan if end is None else float(end) for end in found)
        known = not np.isnan(low[row]) and low[row] == high[row]
        inside = known and not low[row] < bottom and not low[row] > top
        contradicts = bool(_below(high[row], bottom) or _below(top, low[row]))
        if fact.kind == "yesno" and bottom != top:
            new_low[row], new_high[row] = (low[row], high[row]) if known else (np.nan, np.nan)
        elif inside:
            new_low[row] = new_high[row] = low[row]
        elif low[row] > max(top, derived.listed.get(firm, np.inf)):
            new_low[row], new_high[row] = bottom, high[row]
        else:
            new_low[row], new_high[row] = bottom, top
        texts = [_text(fact, *ends) for ends in ((bottom, top), (low[row], high[row]), (new_low[row], new_high[row]))]
        lines.append((firm, policy.title, fact.title, target, derived.register, *texts, contradicts))
    exact = new_low == new_high
    values = np.where(exact, new_low, np.nan)
    if fact.kind == "yesno":
        out[target] = pd.Series(values, out.index).astype("Float64").astype("boolean")
        return lines
    out[target] = pd.Series(values, out.index, dtype="Float64")
    if (~exact & ~(np.isnan(new_low) & np.isnan(new_high))).any() or target + LOW in out or target + HIGH in out:
        for end, ends in ((LOW, new_low), (HIGH, new_high)):
            out[target + end] = pd.Series(ends, out.index, dtype="Float64")
        before = firms[target + TEXT].fillna("").tolist() if target + TEXT in firms else [""] * len(ids)
        said = [_text(fact, one, other) for one, other in zip(new_low, new_high, strict=True)]
        out[target + TEXT] = [
            old if firm not in derived.facts else now if loose else ""
            for firm, now, loose, old in zip(ids, said, ~exact, before, strict=True)
        ]
    return lines


def _write_choice(
    out: pd.DataFrame, firms: pd.DataFrame, ids: list[str], policy: Policy, fact: FactColumn, derived: Derived,
    target: str, meant: Sequence[str],
) -> list[tuple[Any, ...]]:  # fmt: skip
    codes = np.full(len(firms), np.nan)
    for name in meant:
        if name in firms:
            codes = np.where(np.isnan(codes), choices(firms[name], fact.choices)[0], codes)
    names = list(fact.choices)
    words = {name: (titles[0] if titles else name) for name, titles in fact.choices.items()}
    had = ["" if np.isnan(code) else names[int(code)] for code in codes]
    found = [str(derived.facts.get(firm, "")) for firm in ids]
    shown = [words.get(new or old) for new, old in zip(found, had, strict=True)]
    out[target] = pd.Series(shown, out.index, dtype=object)
    return [
        (firm, policy.title, fact.title, target, derived.register, words[new], words.get(old, ""), words[new],
         bool(old) and old != new)
        for firm, new, old in zip(ids, found, had, strict=True) if new
    ]  # fmt: skip


def _ends(firms: pd.DataFrame, names: Sequence[str], fact: FactColumn) -> tuple[Ends, Ends]:
    """What the first of these columns that is filled says: both ends of each cell, NaN for no end."""
    low, high = np.full(len(firms), np.nan), np.full(len(firms), np.nan)
    read = yes_no if fact.kind == "yesno" else numbers
    for name in names:
        empty = np.isnan(low) & np.isnan(high)
        values = read(firms[name])[0] if name in firms else np.full(len(firms), np.nan)
        ends = [numbers(firms[name + end])[0] if name + end in firms else values for end in (LOW, HIGH)]
        low, high = (
            np.where(empty, np.where(np.isnan(values), end, values), old)
            for end, old in zip(ends, (low, high), strict=True)
        )
    return low, high


def _below(one: float, other: float) -> bool:
    return not np.isnan(one) and not np.isnan(other) and one < other


def _text(fact: FactColumn, low: float, high: float) -> str:
    """Bounds in words."""
    if np.isnan(low) and np.isnan(high):
        return ""
    if fact.kind == "yesno":
        return ("是" if low else "否") if low == high else "未知"
    unit = "元" if fact.kind == "yuan" else ""
    if low == high:
        return f"{low:,.10g}{unit}"
    if np.isnan(high):
        return f"不少于{low:,.10g}{unit}"
    return f"不多于{high:,.10g}{unit}" if np.isnan(low) else f"{low:,.10g}–{high:,.10g}{unit}"
