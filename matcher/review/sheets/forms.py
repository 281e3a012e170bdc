"""Forms of score tables in which a part is a group's or an item's, or rows and columns are changed: as one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.review.sheets.cells import says_not_scored
from matcher.review.sheets.reviewer_names import is_numbered, is_person, reviewer_key
from matcher.review.sheets.wide_scores import SUMMED
from matcher.tables.cells.texts import first_few, is_blank
from matcher.tables.files.sheets import Book, Grid, Merged, Remark, sheets_of_data
from matcher.tables.headers.forms import header_key, is_carried
from matcher.tables.headers.rows import row_texts
from matcher.tables.reading import PROBLEM_COLUMNS, Reading
from matcher.tables.schemas.single_commands import REVIEW_SCORES

Read = Callable[[Book], Reading]

_GROUP = re.compile("组|领域|专业|方向|行业|学科|会场|片区|类[）)]?$")  # in a line above a block
_NO_GROUP = re.compile(
    r"初|复|终|轮|次|旧|备份|往|历|年|月|汇总|合计|总|名次|结果|参考|(?:19|20)\d\d"
)  # rounds and copies
_NO_NAME = re.compile(r"sheet\d*|工?作?表?\d*|.*(?:评分|打分|评审|汇总|成绩|得分|分数|统计|结果|[组轮]).*", re.I)
_ITEM = re.compile(r"(?:申报|评审|参评|提名)?(?:项目|成果|课题)(名称|编号)|(?:申报|受理|提名)编号|(?:项目|课题)?题目")
_OVER_ITEMS = re.compile("(?:各|申报|评审|参评)?(?:项目|成果|课题)(?:的?(?:评审)?(?:得分|评分|打分|分数))?(?:情况)?")
_ID = re.compile(r"[A-Za-z\d\-—_.（）()]*\d[A-Za-z\d\-—_.（）()]*|(?:项目|课题|成果)[\d一二三四五六七八九十]+")
_CRITERION = re.compile(  # what a header of points says: 创新性, 技术水平, 经济效益, 研究基础（20分）
    "[性度力值益量况础能平率]$|水平|效益|团队|条件|基础|意义|前景|风险|创新|先进|可行|经费|预算|进度|文本|表现|答辩|陈述|汇报"
    r"|年|月|日|龄|次|数|额|元|费|电话|手机|方案|路线|目标|内容|背景|依据|成效|贡献|影响|指标|模式|市场|[\d一二三四五六七八九十]+分"
)
PERIOD = re.compile(  # how often each served in them, which is no score
    r"(?:(?:20)?\d\d\s*[年.\-/]\s*)?\d{1,2}\s*月份?|(?:第?[一二三四1-4]|[上下]半)(?:季度?|年)|20\d\d(?:[.\-/]\d{1,2}|年?度?)"
)
_LEAST = 2  # parts, items and reviewers that make such a form


class _Part(NamedTuple):
    """What one group or item has of a workbook."""

    name: str
    book: Book


def in_groups(book: Book, read: Read) -> Reading | None:
    """The scores of sheets, or of blocks below lines that name their groups (第一组, 新材料组), of which each has items
    of its own, told; None where there are no such. A reviewer by number (专家1) is another one in each group.
    """
    grids = [grid for grid in book.grids if grid.sheet in sheets_of_data(book)]
    parts = [
        _Part(name or grid.sheet, Book(book.name, [part])) for grid in grids for name, part in _blocks(grid)
    ]  # fmt: skip
    if len(parts) == len(grids) and any(_NO_GROUP.search(name) for name, _ in parts):
        return None
    return _joined(parts, read, "组", apart=True) if len(parts) >= _LEAST else None


def by_items(book: Book, read: Read) -> Reading | None:
    """The scores of sheets of which each is one item's, named above the table (项目名称：…) or by the sheet, told; None
    where there are no such.
    """
    parts = [
        part
        for grid in book.grids
        if grid.sheet in sheets_of_data(book) and (part := _of_an_item(book, grid)) is not None
    ]
    return _joined(parts, read, "个项目", apart=False) if parts else None


def turned(book: Book, read: Read) -> Reading | None:
    """The scores of a table with a row a reviewer and a column an item, told; None where it is no such table, or its
    columns may as well be criteria.
    """
    for grid in book.grids:
        if grid.sheet in sheets_of_data(book) and (long := _turned(grid)) is not None:
            return read(Book(book.name, [long]))
    return None


def _joined(parts: Sequence[_Part], read: Read, what: str, *, apart: bool) -> Reading | None:
    readings: dict[str, Reading] = {}
    others = []
    for name, book in parts:
        try:
            reading = read(book)
        except TableError:
            others.append(name)
            continue
        rows = reading.rows
        if name in readings:
            return None
        if rows["score"].notna().any() and rows["reviewer"].fillna("").astype(str).str.strip().ne("").all():
            readings[name] = reading
        else:
            others.append(name)
    items = [set(reading.rows["item"].astype(str)) for reading in readings.values()]
    if len(readings) < (_LEAST if apart else 1) or any(one & other for one, other in combinations(items, 2)):
        return None
    numbered = {name: set(filter(is_numbered, map(str, one.rows["reviewer"]))) for name, one in readings.items()}
    again = set().union(*(one & other for one, other in combinations(numbered.values(), 2))) if apart else set()
    frames = [
        one.rows.assign(
            reviewer=one.rows["reviewer"].map(lambda who, name=name: f"{name}{who}" if who in again else who)
        )
        for name, one in readings.items()
    ]
    first = next(iter(readings.values()))
    lines = [("、".join(readings), f"{len(readings)} {what}各有一张表，都已读入", "请核对；只要其中一张的，请另存")]
    if again:
        lines.append(
            (first_few(sorted(again), "位"), "各组的编号相同，当作不同的人，编号前加了组名", "若是同一人，请写姓名")
        )
    if others:
        lines.append(("、".join(others), "不像评分表，没有读", "要读它，请指定工作表，或改成一样的表"))
    title = REVIEW_SCORES["item"].title
    told = pd.DataFrame(
        [(parts[0].book.name, "", pd.NA, title, *line, True) for line in lines], columns=PROBLEM_COLUMNS
    )
    lists = [one for one in (told, *(reading.problems for reading in readings.values())) if len(one)]
    problems = (
        pd.concat(lists, ignore_index=True).astype({"row": "Int64", "kept": bool}).drop_duplicates(ignore_index=True)
    )
    account = pd.concat([reading.columns for reading in readings.values()], ignore_index=True).drop_duplicates()
    whole = pd.concat(frames, ignore_index=True)
    return replace(first, rows=whole, problems=problems, columns=account.reset_index(drop=True))


def _headers(name: str) -> set[str]:
    column = REVIEW_SCORES[name]
    return {header_key(text) for text in (column.title, *column.headers)}


def _names(text: str, *fields: str) -> bool:
    return bool(text) and any(header_key(text) in _headers(name) for name in fields)


def _blocks(grid: Grid) -> Iterator[tuple[str, Grid]]:
    """The parts of a sheet below lines that name their groups, or side by side, each with its header; ("", the sheet)
    for one part.
    """
    texts = [row_texts(row) for row in grid.rows]
    if beside := _beside(grid, texts):
        yield from beside
        return
    heads = [
        at
        for at, row in enumerate(texts)
        if len(set(filter(None, row))) > 1 and any(_names(one, "item", "title") for one in row)
    ]
    starts = {}
    for head in heads:
        above = next((at for at in range(head - 1, max(head - 3, -1), -1) if any(texts[at])), None)
        said = set(filter(None, texts[above])) if above is not None else set()
        if above is not None and len(said) == 1 and _GROUP.search(name := said.pop()):
            starts[above] = name
    if len(heads) < _LEAST or len(starts) != len(heads) or len(set(starts.values())) < len(starts):
        yield "", grid
        return
    places = list(starts)
    for at, until in zip(places, [*places[1:], len(grid.rows)], strict=True):
        yield starts[at].strip("：: "), _rows_of(grid, at + 1, until)


def _beside(grid: Grid, texts: Sequence[Sequence[str]]) -> list[tuple[str, Grid]]:
    """The parts of a sheet whose header begins again in its row, below a name for each; [] where it does not."""
    for at, row in enumerate(texts):
        first = next((one for one in row if one), "")
        starts = [place for place, one in enumerate(row) if one and one == first]
        if len(starts) < _LEAST or not at:
            continue
        ends = [*starts[1:], max(map(len, grid.rows))]
        over = [next(filter(None, texts[at - 1][start:end]), "") for start, end in zip(starts, ends, strict=True)]
        named = all(map(_GROUP.search, over)) and len(set(over)) == len(over)
        if named and all(
            any(_names(one, "item", "title") for one in row[a:b]) for a, b in zip(starts, ends, strict=True)
        ):
            return [
                (name, grid._replace(rows=[line[a:b] for line in grid.rows[at:]], numbers=grid.numbers[at:], merged=()))
                for name, a, b in zip(over, starts, ends, strict=True)
            ]
    return []


def _rows_of(grid: Grid, first: int, last: int) -> Grid:
    merged = tuple(
        Merged(one.top - first, one.left, one.bottom - first, one.right)
        for one in grid.merged
        if first <= one.top and one.bottom < last
    )
    return grid._replace(rows=grid.rows[first:last], numbers=grid.numbers[first:last], merged=merged)


def _header_of_reviewers(texts: Sequence[Sequence[str]]) -> int | None:
    """The first row that is a header of reviewers, in rows or in columns, and of no item."""
    for at, row in enumerate(texts):
        filled = [one for one in row if one]
        of_them = any(_names(one, "reviewer") for one in filled) or sum(map(is_numbered, filled)) > 1
        if len(filled) > 1 and of_them:
            return None if any(_names(one, "item", "title") for one in filled) else at
    return None


def _of_an_item(book: Book, grid: Grid) -> _Part | None:
    texts = [row_texts(row) for row in grid.rows]
    head = _header_of_reviewers(texts)
    if head is None:
        return None
    said = dict(_said_above(texts[:head]))
    name = grid.sheet.strip()
    if not said:
        if len(sheets_of_data(book)) < _LEAST or _NO_NAME.fullmatch(name) or is_person(name) or is_numbered(name):
            return None
        said = {REVIEW_SCORES["title"].title: name}
    added: list[Sequence[object]] = []
    for at, row in enumerate(grid.rows):
        full = at > head and sum(not is_blank(cell) for cell in row) > 1
        cells: tuple[object, ...] = tuple(said) if at == head else tuple(said.values()) if full else (None,) * len(said)
        added.append([*cells, *row])
    many = len(said)
    merged = tuple(one._replace(left=one.left + many, right=one.right + many) for one in grid.merged)
    remarks = tuple(one._replace(column=None if one.column is None else one.column + many) for one in grid.remarks)
    moved = grid._replace(rows=added, merged=merged, remarks=remarks, hidden_columns=frozenset(
        place + many for place in grid.hidden_columns
    ))  # fmt: skip
    return _Part(name, Book(book.name, [moved]))


def _said_above(texts: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The name and the number of the item that stand above a table: header, value."""
    for row in texts:
        cells = [one for one in row if one]
        for at, text in enumerate(cells):
            label, _, value = re.sub("[:：]", "：", text, count=1).partition("：")
            if not (found := _ITEM.fullmatch(re.sub(r"\s", "", label))):
                continue
            value = value.strip() or (cells[at + 1] if at + 1 < len(cells) and not value else "")
            if value:
                field = "item" if (found[1] or label[-2:]) == "编号" else "title"
                yield REVIEW_SCORES[field].title, value


def _turned(grid: Grid) -> Grid | None:
    texts = [row_texts(row) for row in grid.rows]
    head = _header_of_reviewers(texts)
    if head is None:
        return None
    who = next((place for place, one in enumerate(texts[head]) if _names(one, "reviewer")), None)
    if who is None or any(_names(one, "score") for one in texts[head]):
        return None
    names, end, grouped = texts[head], head + 1, False
    below = texts[end] if end < len(texts) else []
    if below and not (below[who] if who < len(below) else "") and sum(map(bool, below)) > 1:
        over = {one for place, one in enumerate(names) if place != who and one and not is_carried(header_key(one))}
        grouped = bool(over) and all(_OVER_ITEMS.fullmatch(one) or SUMMED.search(one) for one in over)
        names, end = (
            [one if place == who else below[place] if place < len(below) else "" for place, one in enumerate(names)],
            end + 1,
        )
        if not grouped:
            return None
    rows = [
        at
        for at in range(end, len(grid.rows))
        if who < len(texts[at]) and texts[at][who] and sum(map(bool, texts[at])) > 1
        and not SUMMED.search(texts[at][who]) and not re.search("[:：]", texts[at][who])
    ]  # fmt: skip
    items = {
        place: name
        for place, name in enumerate(names)
        if place != who and name and not is_carried(header_key(name)) and not SUMMED.search(name)
        and not _names(name, "comment", "submitted_on", "conflict", "alternate", "weight", "score_id")
        and _are_scores([texts[at][place] if place < len(texts[at]) else "" for at in rows])
    }  # fmt: skip
    reviewers = [reviewer_key(texts[at][who]) for at in rows]
    if len(items) < _LEAST or len(set(items.values())) < len(items) or len(set(reviewers)) < len(reviewers) or not rows:
        return None
    if any(map(PERIOD.fullmatch, items.values())):
        return None
    by_id = all(map(_ID.fullmatch, items.values()))
    added = any(re.search("总[分评计]|合计|总得分", name) for name in names)
    if not by_id and not grouped and (added or any(_CRITERION.search(name) for name in items.values())):
        return None
    title = REVIEW_SCORES["item" if by_id else "title"].title
    long: list[Sequence[object]] = [[REVIEW_SCORES["reviewer"].title, title, REVIEW_SCORES["score"].title]]
    numbers = [grid.numbers[head]]
    for at in rows:
        for place, name in items.items():
            cell = grid.rows[at][place] if place < len(grid.rows[at]) else None
            if not is_blank(cell):
                long.append([texts[at][who], name, cell])
                numbers.append(grid.numbers[at])
    what = f"一行一位评委、一列一项的表，已按列读成 {len(items)} 项的分数"
    told = Remark(
        None, None, "、".join(items.values()), what, "请核对；各列若是评分指标，请改成一行一项、一列一位评委的表"
    )
    left = [
        texts[at][who]
        for at in range(end, len(grid.rows))
        if at not in rows and any(texts[at]) and who < len(texts[at])
    ]
    left += [name for place, name in enumerate(names) if name and place != who and place not in items]
    more = Remark(
        None, None, "、".join(filter(None, left)), "不是评委，也不是项目，没有采用", "由各位评委的分数重新计算"
    )
    remarks = (*grid.remarks, told, *([more] if any(left) else []))
    return grid._replace(
        rows=long, numbers=numbers, merged=(), remarks=remarks, hidden_columns=frozenset(), struck=frozenset()
    )


def _are_scores(cells: Sequence[str]) -> bool:
    filled = [one for one in cells if one]
    return any(re.search(r"\d", one) for one in filled) and all(
        re.search(r"\d", one) or says_not_scored(one) for one in filled
    )
