"""What a list of nominations says across its rows: how often a person, a unit or a content stands in it, and in
earlier awards. Facts for the policies of formal checks, with where each was found.

A list proves what stands in it and never what does not: a count is at least what was found, and no earlier award
found answers nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.policy.policy import Policy
from matcher.tables.naming.writings import fold
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.main import HIGH, LOW
from matcher.tables.schemas.reviews import EARLIER_AWARDS, NOMINATED_PERSONS

FOUND = ["item", "fact", "found"]
PERSON_FACTS = {"person_nominations", "leader_nominations", "persons"}
AWARD_FACTS = {
    "content_awarded",
    "support_awarded",
    "repeat_share",
    "person_awarded_last_year",
    "person_awarded_last_two_years",
}
_PLACE = re.compile("[^，。（(]{2,3}?(?:省|市|自治区)")
_GRADED = re.compile(r"^(.+奖)[\s:：·—（(-]*([特一二三]等)奖?[)）]?$")
_BETWEEN = re.compile(r"[、，,；;\n|]+")
_MARKS = re.compile(r"[\W_]+")
_NOT_AWARDED = re.compile("未|没|否|落|淘汰|不")


class Derived(NamedTuple):
    """The rows with what was derived, and where it was found: item, fact (its title), found (in words)."""

    rows: pd.DataFrame
    found: pd.DataFrame


class _Person(NamedTuple):
    item: str
    name: str
    unit: str
    id: str
    first: bool


def read_nominated_persons(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """The persons of nominations, one row a person and nomination (the contract NOMINATED_PERSONS)."""
    return read_table(source, NOMINATED_PERSONS, sheet=sheet, columns=columns)


def read_earlier_awards(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Earlier nominations with their year and what became of them (the contract EARLIER_AWARDS)."""
    return read_table(source, EARLIER_AWARDS, sheet=sheet, columns=columns)


def derive_facts(
    rows: pd.DataFrame,
    policy: Policy,
    *,
    year: int,
    persons: pd.DataFrame | None = None,
    awarded: pd.DataFrame | None = None,
) -> Derived:
    """The facts that a policy asks for and that other rows answer.

    Parameters
    ----------
    rows
        Nominations or applications, as `matcher.policy.read_firms` reads them for a policy over applications:
        enterprise_id, name, host, and where known person_names, unit_names, nominator, support.
    policy
        Only facts among its columns are derived: person_nominations (of the person who stands in most), and
        leader_nominations, unit_nominations, unit_parts (led or joined), nominator_nominations, same_title, persons,
        units; with `awarded` also content_awarded, support_awarded, repeat_share, person_awarded_last_year and
        person_awarded_last_two_years.
    year
        The year of the nomination.
    persons
        item, person, and where known unit, person_id, order; else the names of the column person_names.
    awarded
        title, year, result (empty: awarded), persons, units, support.

    Returns
    -------
    Derived
        A count is the larger of what the table states and what the list shows; where only some namesakes may be one
        person, it lies between `<fact>_min` and `<fact>_max`. Same name and unit, or the same id, is one person; the
        same name with another unit is another; where a unit is not known, it may be one. A yes stands where it was
        found, and what the table states otherwise.
    """
    found: list[tuple[str, str, str]] = []
    wanted = policy.columns
    table = rows.reset_index(drop=True)
    items = table["enterprise_id"].astype(str).tolist()
    people = list(_people(table, persons))
    counts = {**_person_counts(people, items, found), **_unit_counts(table, items), "persons": _sizes(people, items)}
    for name, bounds in counts.items():
        if name in wanted:
            table = _counted(table, name, bounds)
    if awarded is not None:
        for name, values in _earlier(table, people, awarded, year, found).items():
            if name in wanted:
                table = _stated_or_found(table, name, values)
    shown = [(item, wanted[fact].title, text) for item, fact, text in found if fact in wanted]
    return Derived(table, pd.DataFrame(shown, columns=FOUND))


def awards_apart(table: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    """The table with a grade that stands behind the award (科技进步奖一等奖) as the grade, where that is not said, and
    without the place's name before the award (山东省科技进步奖) where it is that of the rules.
    """
    if "award" not in table:
        return table
    awards = table["award"].fillna("").astype(str).str.strip()
    if place := _PLACE.match(rules.title):
        awards = awards.str.replace(rf"^(?:\d{{4}}年度?)?{place[0]}(?=.*奖)", "", regex=True)
    grades = table["grade"].fillna("").astype(str).str.strip() if "grade" in table else pd.Series("", table.index)
    found = awards.str.extract(_GRADED)
    taken = found[0].notna() & ((grades == "") | (grades.str.removesuffix("奖") == found[1]))
    awards, grades = awards.mask(taken, found[0]), grades.mask(taken, found[1])
    return table.assign(award=awards, **({"grade": grades} if taken.any() or "grade" in table else {}))


def parts_of(cell: Any) -> list[str]:
    """The names in a cell, in their order."""
    text = "" if cell is None or cell is pd.NA or cell != cell else str(cell)
    return [part for part in (re.sub(r"\s+", "", piece) for piece in _BETWEEN.split(text)) if part]


def key_of(text: Any) -> str:
    """A title or a name of a unit without marks, width and case, to be compared."""
    return _MARKS.sub("", fold(str(text))).lower()


def _column(table: pd.DataFrame, name: str) -> list[str]:
    if name not in table:
        return [""] * len(table)
    return table[name].fillna("").astype(str).str.strip().tolist()


def _people(table: pd.DataFrame, persons: pd.DataFrame | None) -> Iterator[_Person]:
    if persons is not None:
        rows = persons.reset_index(drop=True)
        order = pd.to_numeric(rows["order"], errors="coerce") if "order" in rows else pd.Series(np.nan, rows.index)
        rows = rows.assign(order=order).sort_values("order", kind="stable", na_position="last")
        seen: set[str] = set()
        columns = zip(*(_column(rows, name) for name in ("item", "person", "unit", "person_id")), strict=True)
        for item, name, unit, id_ in columns:
            yield _Person(item, re.sub(r"\s+", "", name), key_of(unit), id_, item not in seen)
            seen.add(item)
        return
    columns = zip(*(_column(table, name) for name in ("enterprise_id", "person_names", "unit_names")), strict=True)
    for item, names, units in columns:
        only = parts_of(units)
        for place, name in enumerate(parts_of(names)):
            yield _Person(item, name, key_of(only[0]) if len(only) == 1 else "", "", place == 0)


def _same(one: _Person, other: _Person) -> bool | None:
    """Whether two of one name are one person; None where it may be."""
    if one.id and other.id:
        return one.id == other.id
    return one.unit == other.unit if one.unit and other.unit else None


def _person_counts(
    people: list[_Person], items: list[str], found: list[tuple[str, str, str]]
) -> dict[str, dict[str, tuple[int, int]]]:
    by_name: dict[str, list[_Person]] = defaultdict(list)
    for person in people:
        by_name[person.name].append(person)
    out: dict[str, dict[str, tuple[int, int]]] = {}
    for fact, leading in (("person_nominations", False), ("leader_nominations", True)):
        most: dict[str, tuple[int, int]] = {}
        for person in people:
            if leading and not person.first:
                continue
            others = [one for one in by_name[person.name] if not leading or one.first]
            sure = {one.item for one in others if _same(person, one)} | {person.item}
            maybe = {one.item for one in others if _same(person, one) is None} | sure
            low, high = most.get(person.item, (0, 0))
            most[person.item] = max(low, len(sure)), max(high, len(maybe))
            for word, where in (("另见", sure - {person.item}), ("同名，可能是一人", maybe - sure)):
                if where:
                    found.append((person.item, fact, f"{person.name}：{word} {'、'.join(sorted(where))}"))
        out[fact] = {item: most[item] for item in items if item in most}
    return out


def _unit_counts(table: pd.DataFrame, items: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    first = [key_of(text) for text in _column(table, "host")]
    all_of = [
        {key_of(unit) for unit in parts_of(units)} | ({one} if one else set())
        for one, units in zip(first, _column(table, "unit_names"), strict=True)
    ]
    nominators = [key_of(text) for text in _column(table, "nominator")]
    titles = [key_of(text) for text in _column(table, "name")]

    def counted(keys: list[str], sets: Iterable[set[str]]) -> dict[str, tuple[int, int]]:
        held = list(sets)
        many = {key: sum(key in one for one in held) for key in set(keys) if key}
        return {item: (many[key], many[key]) for item, key in zip(items, keys, strict=True) if key}

    listed = [parts_of(units) for units in _column(table, "unit_names")]
    return {
        "unit_nominations": counted(first, ({one} for one in first)),
        "unit_parts": counted(first, all_of),
        "nominator_nominations": counted(nominators, ({one} for one in nominators)),
        "same_title": counted(titles, ({one} for one in titles)),
        "units": {
            item: (len(units), len(units))
            for item, units, names in zip(items, all_of, listed, strict=True)
            if names
        },
    }  # fmt: skip


def _sizes(people: list[_Person], items: list[str]) -> dict[str, tuple[int, int]]:
    many: dict[str, int] = defaultdict(int)
    for person in people:
        many[person.item] += 1
    return {item: (many[item], many[item]) for item in items if many[item]}


def _counted(table: pd.DataFrame, name: str, bounds: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """The table with a count: what was found, and more where the table states more."""
    ids = table["enterprise_id"].astype(str)
    low, high = (ids.map({item: float(ends[at]) for item, ends in bounds.items()}).astype(float) for at in (0, 1))
    stated = (
        pd.to_numeric(table[name], errors="coerce").astype(float) if name in table else pd.Series(np.nan, ids.index)
    )
    low, high = low.where(~(stated > low), stated), high.where(~(stated > high), stated)
    high = high.where(
        stated.isna() | high.isna(), low.combine(stated, max)
    )  # who states a count has seen the namesakes
    exact = low.where(low == high).fillna(stated.where(low.isna()))
    return table.assign(**{name: exact, name + LOW: low.where(exact.isna()), name + HIGH: high.where(exact.isna())})


def _earlier(
    table: pd.DataFrame, people: list[_Person], awarded: pd.DataFrame, year: int, found: list[tuple[str, str, str]]
) -> dict[str, dict[str, float]]:
    """fact -> item -> 1 (yes) or a share, where earlier awards show it."""
    out: dict[str, dict[str, float]] = defaultdict(dict)
    earlier = [
        _Earlier(title, str(one)[:4], not _NOT_AWARDED.search(result), set(parts_of(names)), units, support)
        for title, one, result, names, units, support in zip(
            *(_column(awarded, name) for name in ("title", "year", "result", "persons")),
            [{key_of(unit) for unit in parts_of(cell)} for cell in _column(awarded, "units")],
            [{key_of(work) for work in parts_of(cell)} for cell in _column(awarded, "support")],
            strict=True,
        )
    ]
    of_item: dict[str, list[_Person]] = defaultdict(list)
    for person in people:
        of_item[person.item].append(person)
    columns = zip(*(_column(table, name) for name in ("enterprise_id", "name", "support")), strict=True)
    for item, title, cell in columns:
        own = {key_of(work) for work in parts_of(cell)}
        lost: dict[int, float] = {}
        for one in earlier:
            shared = own & one.support
            when = f"{one.year}年“{one.title}”"
            if one.won and key_of(title) == key_of(one.title):
                out["content_awarded"][item] = 1.0
                found.append((item, "content_awarded", f"{when}名称相同"))
            if one.won and shared:
                out["support_awarded"][item] = 1.0
                found.append((item, "support_awarded", f"{when}用过其中 {len(shared)} 件支撑材料"))
            ago = year - int(one.year) if one.year.isdigit() else 0
            if not one.won and shared and ago in (1, 2):
                lost[ago] = max(lost.get(ago, 0.0), len(shared) / len(own))
                found.append((item, "repeat_share", f"{when}未获奖，相同支撑材料 {len(shared)}/{len(own)} 件"))
            for person in of_item[item] if one.won and ago in (1, 2) else ():
                if person.name in one.persons:
                    sure = person.unit in one.units
                    text = f"{person.name}：{when}获奖" + ("" if sure else "，同名，请核对是否一人")
                    facts = ("person_awarded_last_two_years", *(("person_awarded_last_year",) if ago == 1 else ()))
                    for fact in facts:
                        found.append((item, fact, text))
                        if sure:
                            out[fact][item] = 1.0
        if len(lost) == 2:
            out["repeat_share"][item] = min(lost.values())
    return out


class _Earlier(NamedTuple):
    title: str
    year: str
    won: bool
    persons: set[str]
    units: set[str]
    support: set[str]


def _stated_or_found(table: pd.DataFrame, name: str, values: Mapping[str, float]) -> pd.DataFrame:
    shown = table["enterprise_id"].astype(str).map(dict(values)).astype(float)
    stated = table[name] if name in table else pd.Series(np.nan, table.index)
    numbers = pd.to_numeric(stated.map(lambda cell: float(cell) if isinstance(cell, bool | np.bool_) else cell))
    stated = numbers.astype(float)
    return table.assign(**{name: shown.where(~(stated >= shown), stated).fillna(stated)})
