"""A workbook with a sheet a reviewer: the sheets read as one table, each with its reviewer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd

from matcher.errors import TableError
from matcher.tables.files.grids import read_book
from matcher.tables.files.sheets import Book, sheets_of_data
from matcher.tables.naming.names import person_key
from matcher.tables.naming.writings import fold
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_ROLE = re.compile(r"^(?:(?:评审|评议)?专家|评委|评审人|委员)[\s:：_-]*|[\s_-]*的?(?:(?:评分|打分|评审)表?)?$")
_NUMBERED = re.compile(r"(?:第?[\da-zA-Z一二三四五六七八九十甲乙丙丁]{1,3}号?)")


def sheets_of_reviewers(
    source: str | Path | pd.DataFrame, read: Callable[[Book, str], Reading], is_person: Callable[[str], bool]
) -> Reading | None:
    """The rows of all sheets of a workbook in which each is one reviewer's, with the sheet's reviewer; else None.

    The sheets have one header, which names no reviewers. Who a sheet's is stands above its header (评委：…) or is its
    name, and each is another one's. A sheet with another header is told.
    """
    if isinstance(source, pd.DataFrame):
        return None
    book = read_book(source)
    if len(names := sheets_of_data(book)) < 2:
        return None
    readings: dict[str, Reading] = {}
    reviewers: dict[str, str] = {}
    others = []
    guessed = False
    for name in names:
        try:
            reading = read(book, name)
        except TableError:
            others.append(name)
            continue
        said = set(reading.rows["reviewer"].fillna("").astype(str).str.strip()) - {""}
        who = next(iter(said), "") or _reviewer_of(name, is_person)
        guessed |= not said and who == _ROLE.sub("", name.strip()) == name.strip()
        if len(said) > 1 or person_key(who) in map(person_key, reviewers.values()):
            return None
        if not who or _headers(reading) != _headers(next(iter(readings.values()), reading)):
            others.append(name)
            continue
        readings[name], reviewers[name] = reading, who
    if len(readings) < 2 or "score" not in next(iter(readings.values())).columns["field"].tolist():
        return None
    items = [set(reading.rows["item"].dropna().astype(str)) for reading in readings.values()]
    if guessed and not any(one & other for one, other in combinations(items, 2)):
        return None  # groups of projects (石油, 金属), no panel
    rows = [reading.rows.assign(reviewer=reviewers[name]) for name, reading in readings.items()]
    shown = "、".join(f"{who}（“{name}”）" for name, who in reviewers.items())
    lines = [(shown, f"{len(readings)} 个工作表各是一位评委的，都已读入", "请核对各表是哪一位的")]
    lines += [
        (
            name,
            "这个工作表的表头和别的不同，或看不出是哪一位评委的，没有读",
            "是评委的，请改成一样的表头，在表头上方写“评委：姓名”",
        )
        for name in others
    ]
    title = REVIEW_SCORES["reviewer"].title
    told = pd.DataFrame([(book.name, "", pd.NA, title, *line, True) for line in lines], columns=PROBLEM_COLUMNS)
    problems = [one for one in (told, *(reading.problems for reading in readings.values())) if len(one)]
    whole = pd.concat(problems, ignore_index=True).astype({"row": "Int64", "kept": bool})
    first = next(iter(readings.values()))
    return replace(first, rows=pd.concat(rows, ignore_index=True), problems=whole)


def _headers(reading: Reading) -> list[str]:
    """The headers of a sheet but that of its reviewer, which may stand above."""
    account = reading.columns
    return [str(one) for one in account.loc[account["field"] != "reviewer", "header"] if one]


def _reviewer_of(sheet: str, is_person: Callable[[str], bool]) -> str:
    """The reviewer whom the name of a sheet names: a person, with or without 评委 before, or 评委1; "" for none."""
    bare = _ROLE.sub("", sheet.strip())
    led = bool(re.match("(?:评审|评议)?专家|评委|评审人|委员", sheet.strip()))
    if is_person(bare):
        return bare
    return fold(sheet) if led and _NUMBERED.fullmatch(bare) else ""
