"""Fields and chains as sheets for people: Chinese words for codes, names beside ids."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import FIELDS
from matcher.fields.chains import KINDS

_KINDS = {"firm": "企业", "need": "需求", "outcome": "成果"}
_SUPPLY = {"outcome": "库中有成果", "none": "库中无成果"}
_NAMED_BY = {"firm": ("enterprise_id", "name"), "need": ("need_id", "title"), "outcome": ("outcome_id", "title")}
_LINK_KEY = ["cluster", "order", "link", "required", "missing", "supply", "firms", "needs", "outcomes"]
_LINK_KEY += [f"{kind}_names" for kind in KINDS]


def field_sheets(fields: pd.DataFrame, texts: pd.DataFrame) -> dict[str, Sheet]:
    """What `classify` gave, with the title of every row of `texts`, or else its firm's name, beside its id."""
    names = {**_names(texts, "enterprise_id", "name"), **_names(texts, "enterprise_id", "title")}
    return {"领域": Sheet(_with_names(fields, "id", "text_title", names), FIELDS, frozen=2)}


def chain_sheets(
    tables: Mapping[str, pd.DataFrame],
    *,
    firms: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
) -> dict[str, Sheet]:
    """Sheets of the tables of `matcher.fields.chains`, by their names 环节, 落位, 无解需求, 强链成果.

    The names of firms, needs and outcomes are those of their tables.
    """
    names = {kind: _names(table, *_NAMED_BY[kind]) for kind, table in zip(KINDS, (firms, needs, outcomes), strict=True)}
    return {title: _sheet(table, names) for title, table in tables.items()}


def _sheet(table: pd.DataFrame, names: Mapping[str, Mapping[str, str]]) -> Sheet:
    """One of these tables, whichever it is, with names beside its ids."""
    shown = table.copy()
    if "kind" in table:
        place = list(table).index("id") + 1
        titles = [names[kind].get(name, "") for kind, name in zip(table["kind"], table["id"].astype(str), strict=True)]
        shown.insert(place, "title", titles)
        shown["kind"] = table["kind"].map(_KINDS)
    for kind in KINDS:
        if f"{kind}_id" in table:
            shown = _with_names(shown, f"{kind}_id", "title", names[kind])
        if f"{kind}_ids" in table and names[kind]:
            listed = [_named(cell, names[kind]) for cell in table[f"{kind}_ids"]]
            shown.insert(list(shown).index(f"{kind}_ids") + 1, f"{kind}_names", listed)
    if "supply" not in table:
        return Sheet(shown, FIELDS)
    shown["supply"] = table["supply"].map(_SUPPLY).fillna("")
    return Sheet(shown, FIELDS, key=_LINK_KEY, frozen=3, shade=("missing", '="是"', "attention"))


def _named(cell: str, names: Mapping[str, str]) -> str:
    """Names in the place of the ids of a cell; how many there are stays behind them."""
    ids, sign, many = cell.partition(" 等 ")
    return "、".join(names.get(name, "") for name in ids.split("、")) + sign + many


def _with_names(table: pd.DataFrame, key: str, column: str, names: Mapping[str, str]) -> pd.DataFrame:
    if not names:
        return table
    table = table.copy()
    table.insert(list(table).index(key) + 1, column, [names.get(name, "") for name in table[key].astype(str)])
    return table


def _names(table: pd.DataFrame | None, key: str, column: str) -> dict[str, str]:
    """Id -> name, where there is one."""
    if table is None or column not in table or key not in table:
        return {}
    texts = table[column].fillna("").astype(str)
    return {name: text for name, text in zip(table[key].astype(str), texts, strict=True) if text}
