"""How far down a header reaches, and how the texts of its rows read as one: groups, merged cells, units."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from matcher.tables.cells import texts as cleaning
from matcher.tables.files.grids import Grid
from matcher.tables.headers.written_years import plain_years
from matcher.tables.layout.unit_lines import money_unit, statements, unit_in_header, unit_row

DEPTH = 3  # rows that one header has at most

_PERIOD = re.compile(
    r"(?:19|20)\d\d(?:\.0)?\s*年?(?:度|末|底)?(?:\s*\d{1,2}\s*[-—~至]\s*\d{1,2}\s*月)?"
    r"|[上本去今前当近][一二两三四五123]?(?:个)?(?:会计)?年(?:度|末|底|内)?|第[一二三123]年"
    r"|(?:[本上]期|[本上去今]年)(?:金额|发生额|数|末|累计)?|[上去]年同期|[年期][初末](?:余额|数)?"
)
_MONTHS = re.compile(
    r"(?:(?:19|20)\d\d\s*年)?\s*(?:\d{1,2}\s*[-—~至]\s*)?\d{1,2}\s*月份?[末底]?|.{0,7}(?:半年|季度)[末底]?"
)
_PART = re.compile(
    r"(?:其中|其它|其他)[:：]?.{0,12}|合计|小计|总计|总数|总额|人数|数量|金额|数额|占比|比例|比重|增速|增幅|同比"
)
_WHOLE = re.compile(r"合计|小计|总计|总数|总额|人数|数量|金额|数额|名称|全称|数")
_OF_A_PERSON = re.compile("(?:[人员者]|专家|评委)$")  # a group over 姓名: 项目负责人
_LINE = re.compile(
    r"[(（]?(?!其[中它他])[^:：(（]{1,12}[:：]\s*\S|附[件表]\s*[\d一二三]*$|.*(?:19|20)\d\d\s*[年.-]\s*\d{1,2}\s*[月.-]"
)
_VAGUE = re.compile("名称|编号|序号|单位|类型|类别|内容|简介|描述|时间|日期|状态|地址|说明|详情|摘要|领域|标题|备注")
_FRAME = re.compile(
    r"(?:基本|详细|相关|主要)?(?:信息|情况|概况|资料|数据|指标)$|^\s*[一二三四五六七八九十\d]+[、.．]\s*"
)
_SPAN = re.compile(r"^(?:最?近|前)[三3]个?(?:会计)?年度?内?的?")  # before the figure of which its years stand below
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]$")
_PHONE = re.compile(r"^([\u4e00-\u9fff]{2,4})\s*1\d{10}$")  # behind a name below a common header
_NUMBERED = re.compile(r"[(（\[]?(\d{1,3})[)）\]]?")
_HINT = re.compile(
    r"[(（].+[)）]|[必选]填项?|.{0,6}(?:不超过|限)\d+[个]?字.{0,6}|.{0,6}\d+[个]?字以内.{0,6}"
)  # what to fill in
_AMOUNT = re.compile(r"[(（][\d,.%\s]+[)）]")  # an accountant's minus
_NAMES = re.compile("名称|姓名|企业|单位|项目|标题|题目")
_STEMS = "甲乙丙丁戊己庚辛"
_NUMBERING = ("栏次", "列次", "序列", "行次", "序号")  # before the numbers of the columns
_COLUMN_NUMBER = re.compile(r"[(（]?(\d{1,3}(?:\.\d)?)[)）]?(?:\s*=[\d+\-*×/.（）() ]+)?")  # 8.1, and 3=1+2


class HeaderRows(NamedTuple):
    """The rows of a header: the first, the one after the last, what stands in them.

    parts: for each column the texts over it, the highest first. units: for each column what a row of units below the
    header says, "" for nothing. lines: indices of rows below the header that state a unit for all.
    """

    at: int
    end: int
    parts: list[tuple[str, ...]]
    units: list[str]
    lines: list[int]


def header_rows(grid: Grid, at: int, knows: Callable[[str], bool]) -> HeaderRows:
    """The header that begins with the row `at`; `knows` says whether a text names a column of the contract."""
    end = at + 1
    while end < min(at + DEPTH, len(grid.rows)) and _continues(grid, at, end, knows):
        end += 1
    parts = _parts(grid, at, end)
    units = [""] * len(parts)
    lines = []
    for below in range(end, min(end + 5, len(grid.rows))):
        texts = row_texts(grid.rows[below])
        filled = list(filter(None, texts))
        if len(filled) > len(parts):
            break
        if not filled:
            continue
        if len(filled) == 1 and any(statements(filled[0], below, above=False)):
            lines.append(below)
        elif (
            (named := unit_row(texts))
            and (len(filled) > 1 or _has_figure(grid, below + 1, end=below + 21, place=texts.index(filled[0])))
            and not any(unit_in_header(parts[place][-1]) for place, unit in enumerate(named) if unit and parts[place])
        ):
            units = [new or old for new, old in itertools.zip_longest(named[: len(parts)], units, fillvalue="")]
        elif _says_how_to_fill(filled):
            hinted = [money_unit(text) or "" for text in texts[: len(parts)]]
            hinted = [
                "" if part and unit_in_header(part[-1]) else unit for unit, part in zip(hinted, parts, strict=False)
            ]
            units = [new or old for new, old in itertools.zip_longest(hinted, units, fillvalue="")]
        elif (
            not _is_numbering(filled, parts)
            and not _numbers_the_rest(texts, parts)
            and not (len(filled) > 1 and all(map(is_period, filled)))
        ):
            break
        end = below + 1
    return HeaderRows(at, end, parts, units, lines)


def _says_how_to_fill(filled: Sequence[str]) -> bool:
    """Whether the texts of a row say what to write below them: two of them or more, and most."""
    hints = [
        text
        for text in filled
        if _HINT.fullmatch(text) and not _AMOUNT.fullmatch(text) and not cleaning.is_nothing(text.strip("()（）"))
    ]
    return len(hints) > 1 and 2 * len(hints) > len(filled)


_OF_VALUES = re.compile("日期|时间|金额")


def spellings(parts: Sequence[str]) -> Iterator[str]:
    """How the texts over a column may read as one header, the likeliest first.

    A period goes before its group (2025年 under 销售收入（万元）: 2025年销售收入（万元）), other texts after it, or
    before one that says what its values are (签订 under 日期). A text too vague to stand without its group (名称) does
    so only where the group is a mere frame (基本信息).
    """
    if not parts:
        return
    *groups, child = parts
    for group in reversed(groups):
        if is_period(child):
            period = _BRACKETS.sub("", child).removesuffix(".0")
            yield period + _SPAN.sub("", group) + child.removeprefix(period).removeprefix(".0")
        yield group + child
        if _OF_VALUES.fullmatch(_BRACKETS.sub("", group)):
            yield child + group
        for bare in (_FRAME.sub("", group), _BRACKETS.sub("", group)):
            if bare and bare != group:
                yield bare + child
    if not _VAGUE.fullmatch(child) or not groups or not _FRAME.sub("", groups[-1]):
        yield child
    if groups and (_WHOLE.fullmatch(child) or (child == "姓名" and _OF_A_PERSON.search(groups[-1]))):
        yield groups[-1]


def is_period(text: str) -> bool:
    """Whether a text is a year or another stretch of time and nothing else."""
    return bool(_PERIOD.fullmatch(plain_years(_BRACKETS.sub("", text))))


def row_texts(row: Sequence[object]) -> list[str]:
    """The cells of a row as clean texts."""
    return [
        cleaning.clean_text(cleaning.as_written(cell)[:1000]) if not cleaning.is_blank(cell) else "" for cell in row
    ]


def _parts(grid: Grid, at: int, end: int) -> list[tuple[str, ...]]:
    """For each column the texts over it in the rows at..end-1; a group stands over the columns that it covers."""
    rows = [row_texts(row) for row in grid.rows[at:end]]
    width = max(map(len, rows))
    for row in rows:
        row += [""] * (width - len(row))
    covered = set()
    spread = [list(row) for row in rows]
    for top, left, bottom, right in grid.merged:
        if at <= top < end and right >= left and left < width:
            columns = range(left, min(right + 1, width))
            covered |= {(i - at, place) for i in range(top, min(bottom + 1, end)) for place in columns}
            for place in columns:
                spread[top - at][place] = rows[top - at][left]
    for i, row in enumerate(rows[:-1]):
        group = ""
        for place, text in enumerate(row):
            below = any(lower[place] for lower in rows[i + 1 :])
            if (i, place) in covered or (i and rows[i - 1][place]):
                group = ""
            if text:
                group = text if below and (i, place) not in covered else ""
            elif group and below and (i, place) not in covered:
                spread[i][place] = group
            elif (i, place) not in covered:
                group = ""
    return [tuple(dict.fromkeys(filter(None, column))) for column in zip(*spread, strict=True)]


def _continues(grid: Grid, at: int, end: int, knows: Callable[[str], bool]) -> bool:
    """Whether the row `end` still belongs to the header that begins at `at`: it names columns, and holds no data."""
    above, below = _texts_above(grid, at, end), row_texts(grid.rows[end])
    filled = [place for place, text in enumerate(below) if text]
    heads = [place for place, text in enumerate(above) if text]
    tied = any(top < end <= bottom and top >= at for top, _, bottom, _ in grid.merged)
    if not filled:
        return tied
    if not heads or (heads == [0] and not tied) or any(_LINE.match(text) or money_unit(text) for text in above):
        return False
    if unit_row(below) or all(place < len(above) and below[place] == above[place] for place in filled):
        return False  # units, or the header again
    over = {
        place
        for top, left, bottom, right in grid.merged
        if at <= top and bottom == end - 1 and right > left
        for place in range(left, min(right + 1, len(below)))
    }
    parts, named = _parts(grid, at, end + 1), set(above)
    names = 0
    loose = True  # no text stands under a header that is complete without it
    for place in filled:
        text = below[place]
        head = above[place] if place < len(above) else ""
        group = place in over or not head or _has_followers(above, below, place)
        if head and knows(head) and text != head and text in named:
            return False  # a whole header stands above, and this name has its column: a value
        if is_period(text) or (group and _MONTHS.fullmatch(_BRACKETS.sub("", text))):
            names += 2 * (group and len(parts[place]) > 1)
            loose = loose and group
        elif money_unit(text):
            continue  # of the header above
        elif _is_data(grid.rows[end][place], _PHONE.sub(r"\1", text) if place in over else text):
            return False
        elif any(map(knows, spellings(parts[place]))) and not (head and not group and knows(head) and not knows(text)):
            names += 2 if group or not knows(text) else 1  # a value may be the name of a column once
            loose = loose and group
        elif _PART.fullmatch(text):
            loose = loose and group
        elif head and not group:
            if knows(head):
                return False
            loose = False
    complete = any(knows(above[place]) and not (place < len(below) and below[place]) for place in heads)
    return bool(tied or names > 1 or (loose and complete))


def _texts_above(grid: Grid, at: int, end: int) -> list[str]:
    """The texts of the row before `end`, with those of cells that are merged downwards into it."""
    above = row_texts(grid.rows[end - 1])
    for top, left, bottom, _ in grid.merged:
        if at <= top < end - 1 <= bottom and left < len(grid.rows[top]):
            above += [""] * (left + 1 - len(above))
            above[left] = row_texts(grid.rows[top])[left]
    return above


def _has_followers(above: Sequence[str], below: Sequence[str], place: int) -> bool:
    """Whether a text stands over more columns than its own: it is repeated, or blank cells follow it and are filled
    below.
    """
    neighbours = {above[at] for at in (place - 1, place + 1) if 0 <= at < len(above)}
    if place < len(above) and above[place] in neighbours:
        return True
    run = itertools.takewhile(lambda at: not (at < len(above) and above[at]), range(place + 1, len(below)))
    return any(below[at] for at in run)


def _is_data(cell: object, text: str) -> bool:
    if isinstance(cell, (int, float, datetime.date, datetime.time)):
        return True
    if len(text) > 40:
        return True
    return sum(sign.isdigit() for sign in text) * 2 > len(text)


def _has_figure(grid: Grid, start: int, *, end: int, place: int) -> bool:
    """Whether a figure stands in a column of some rows; one unit alone in a row is otherwise a row like others."""
    rows = (row_texts(row) for row in grid.rows[start:end])
    return any(place < len(row) and any(map(str.isdigit, row[place])) for row in rows)


def _is_numbering(filled: Sequence[str], parts: Sequence[tuple[str, ...]]) -> bool:
    """甲 乙 1 2 3, or (1) (2) (3): the numbers that statistical forms give their columns."""
    width = len(parts)
    if len(filled) > 1 and filled[0] in _NUMBERING:
        filled = filled[1:]
        width = len(filled)
        counted = [match for text in filled if (match := _COLUMN_NUMBER.fullmatch(text.removesuffix(".0")))]
        numbers = [float(match[1]) for match in counted]
        if len(counted) == width > 1 and numbers[0] == 1 and all(a < b for a, b in itertools.pairwise(numbers)):
            return True
    letters = [text.upper() for text in filled] == [chr(65 + i) for i in range(min(width, 26))]
    if len(filled) == width >= 4 and letters:
        return True
    # three numbers may be a record, but not where they are in brackets or the first column holds names
    plain = not (_NAMES.search("".join(parts[0])) or all(text[:1] in "(（" for text in filled))
    if filled[0] == "A":
        filled = [_STEMS[0], *filled[1:]]
    stems = list(itertools.takewhile(lambda text: text in _STEMS, filled))
    found = [match[1] for text in filled[len(stems) :] if (match := _NUMBERED.fullmatch(text.removesuffix(".0")))]
    counts = list(map(int, found))
    part = len(stems) > 1 and counts[:1] == [1] and all(a < b for a, b in itertools.pairwise(counts))  # 甲 乙 1 5 6
    return (
        len(filled) == width >= (4 if plain and not stems else 3)
        and "".join(stems) == _STEMS[: len(stems)]
        and len(counts) == width - len(stems) >= 2
        and (part or counts == list(range(1, len(counts) + 1)))
    )


def _numbers_the_rest(texts: Sequence[str], parts: Sequence[tuple[str, ...]]) -> bool:
    """Whether nothing stands below the names, and 1, 2, 3 ... below all columns to their right: 行次 of tax forms."""
    start = next((place for place, text in enumerate(texts) if text), 0)
    numbers = [
        match[1] for text in texts[start : len(parts)] if (match := _NUMBERED.fullmatch(text.removesuffix(".0")))
    ]
    named = any(_NAMES.search("".join(part)) for part in parts[:start])
    many = len(parts) - start
    return named and many >= 4 and numbers == list(map(str, range(1, many + 1))) and not any(texts[len(parts) :])
