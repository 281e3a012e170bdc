"""Who served in a round, from its scores or from a table of how often each reviewer served in each month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from matcher.errors import TableError
from matcher.review.sheets.forms import PERIOD
from matcher.review.sheets.scores import read_scores
from matcher.review.sheets.wide_scores import SUMMED
from matcher.tables.files.grids import read_book
from matcher.tables.files.sheets import Grid, sheets_of_data
from matcher.tables.headers.column_account import CARRIED, COLUMN_ACCOUNT, USED
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import row_texts
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

_WHO = {header_key(one) for one in (REVIEW_SCORES["reviewer"].title, *REVIEW_SCORES["reviewer"].headers, "姓名")}
_TIMES = re.compile(r"(?:本年|全年|累计|参加|参评|评审)*(?:次数|项数|场次|项目数)|(?:参加|参评)?评审数")
_MOST = 9999  # times that anybody serves; more is a telephone number or a day (20260101)
_LEAST = 2  # months that make such a table, where no column counts the whole


def read_served(
    source: str | Path | pd.DataFrame, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None
) -> Reading:
    """Who reviewed what in a round: its scores (`read_scores`), or else a table with a row a reviewer and how often
    each served, by month or in all (姓名, 1月 ... 12月, 合计), as one row a service, told; its item is the month and
    the number in it.

    Examples
    --------
    >>> table = pd.DataFrame({"姓名": ["虚构人甲", "虚构人乙"], "1月": [2, 0], "2月": [None, 1]})
    >>> read_served(table).rows[["item", "reviewer"]].values.tolist()
    [['1月-1', '虚构人甲'], ['1月-2', '虚构人甲'], ['2月-1', '虚构人乙']]
    """
    try:
        return read_scores(source, sheet=sheet, columns=columns)
    except TableError:
        book = read_book(source, sheet=sheet)
        for grid in (one for one in book.grids if one.sheet in sheets_of_data(book)):
            if (reading := _served(book.name, grid)) is not None:
                return reading
        raise


def _served(file: str, grid: Grid) -> Reading | None:
    texts = [row_texts(row) for row in grid.rows]
    for at, row in enumerate(texts):
        who = next((place for place, one in enumerate(row) if one and header_key(one) in _WHO), None)
        months = [place for place, one in enumerate(row) if PERIOD.fullmatch(one)]
        times = [place for place, one in enumerate(row) if _TIMES.fullmatch(one)]
        if who is not None and (len(months) >= _LEAST or len(times) == 1):
            return _counted(file, grid, texts, at, who, months if len(months) >= _LEAST else times)
    return None


def _counted(
    file: str, grid: Grid, texts: Sequence[Sequence[str]], head: int, who: int, places: Sequence[int]
) -> Reading | None:
    rows: list[tuple[str, str]] = []
    lines: list[tuple[int | None, str, str, str, str, bool]] = []
    header = texts[head]
    total = next((place for place, one in enumerate(header) if re.search("合计|总计|总次数", one)), None)
    for at in range(head + 1, len(texts)):
        cells = list(texts[at]) + [""] * (len(header) - len(texts[at]))
        if not (name := cells[who]) or SUMMED.search(name) or re.search("[:：]", name):
            continue
        many = 0
        for place in places:
            number = pd.to_numeric(pd.Series([cells[place]]), errors="coerce").iloc[0]
            if cells[place] and (pd.isna(number) or not 0 <= number <= _MOST or number % 1):
                lines.append((grid.numbers[at], header[place], cells[place], "不是次数", "请填整数；这一格不计", True))
                continue
            count = 0 if pd.isna(number) else int(number)
            rows += [(f"{header[place]}-{one}", name) for one in range(1, count + 1)]
            many += count
        stated = pd.to_numeric(pd.Series([cells[total]]), errors="coerce").iloc[0] if total is not None else many
        if total not in places and not pd.isna(stated) and stated != many:
            wrong = f"写的是 {stated:g} 次，各格相加是 {many} 次；按各格计"
            lines.append((grid.numbers[at], header[total] if total is not None else "", name, wrong, "请核对", True))
    if not rows:
        return None
    what = f"一行一位评委的次数表，已按次数读成 {len(rows)} 次"
    lines.insert(0, (None, header[who], "", what, "请核对；哪一项由谁评，表中没有写", True))
    used = {who: "reviewer", **dict.fromkeys(places, "item")}
    account = [
        (file, grid.sheet, one, used.get(place, ""), REVIEW_SCORES[used[place]].title if place in used else "",
         USED if place in used else CARRIED, "", "", "")
        for place, one in enumerate(header) if one
    ]  # fmt: skip
    problems = pd.DataFrame([(file, grid.sheet, *line) for line in lines], columns=PROBLEM_COLUMNS)
    return Reading(
        pd.DataFrame(rows, columns=["item", "reviewer"]),
        problems.astype({"row": "Int64", "kept": bool}),
        pd.DataFrame(account, columns=COLUMN_ACCOUNT),
    )
