"""One sheet of an .xlsx workbook, from its XML to a raw grid.

Every cell is placed by its own checked position, so a damaged or hostile sheet can ask for no more memory than the
cells that it holds. Numbers become what their format shows where that is more than a plain number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from matcher.tables.cells.texts import DAYS_TO_1904, LIKELY_DAYS, NO_VALUE, Day1904, shorten
from matcher.tables.files import sheets
from matcher.tables.files.number_formats import NumberFormat, shown
from matcher.tables.files.sheets import Grid, Merged, Remark, check_shape, check_span, column_letters, hidden_remark
from matcher.tables.files.strikes import Strikes, Struck

MAX_DEPTH = 100
TOO_DEEP = "元素嵌套过深，不像正常的工作簿"
TRUE = ("1", "true", "on")

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]

_MAX_SEEN = 100_000  # cells kept for others of the same style and number
_MAX_NAMED = 5  # columns that a remark names

# A row as programs write it, with nothing in it but numbers and shared texts; such rows need no XML parser.
_PLAIN_ROW = re.compile(
    rb'<row r="(\d{1,7})"((?: [\w:]++="[^"<>&]*+")*+)>'
    rb'((?:<c r="[A-Z]{1,3}\1"(?: s="\d++")?+(?: t="[sn]")?+(?:/>|><v>[-+.\deE]++</v></c>))*+)</row>'
)
_PLAIN_CELL = re.compile(r'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="([sn])")?(?:/>|><v>([^<]*)</v></c>)')
_LIFTED = "plain-row"  # the element that stands for one
_INFINITY = float("inf")
_DIGITS = "0123456789"
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?")


class DamagedError(Exception):
    """The workbook does not hold together; the message says where, in words for its owner."""


class Workbook(NamedTuple):
    """What all sheets share.

    name: what messages call the file. strings: texts by number. formats: what cells of a style, by its number as
    written, show besides their number. from_1904: how days are counted. uncalculated: a program wrote it that asks for
    all formulas to be calculated, so that a 0 beside a formula says nothing. struck: what is struck through.
    """

    name: str
    strings: list[str]
    formats: dict[str, NumberFormat]
    from_1904: bool
    uncalculated: bool
    struck: Struck


class LocalNames(dict[str, str]):
    """x:row -> row."""

    def __missing__(self, tag: str) -> str:
        self[tag] = local = tag.rpartition(":")[2]
        return local


class SheetReader:
    """One sheet on its way to a grid."""

    def __init__(self, workbook: Workbook, title: str) -> None:
        self.workbook, self.title = workbook, title
        self.rows: list[Sequence[object]] = []
        self.numbers: list[int] = []
        self.width = 0
        self.remarks: list[Remark] = []
        self.ranges: list[str] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self.strikes = Strikes(workbook.struck)
        self.doubts: dict[tuple[int, str], list[Any]] = {}
        self.bare_day = False
        self.number = 0  # of the row in hand
        self.digits = ""  # the same as written
        self.placed = False  # whether a cell of it has said so
        self.places: dict[str, int] = {}  # columns by their letters
        self.seen: dict[tuple[str, str], object] = {}  # cells by style and number as written
        self.lifted: deque[tuple[bytes, bytes, bytes]] = deque()

    def lift(self, piece: bytes) -> bytes:
        """A piece of the XML with each plain row replaced by one empty element, which the parser meets in its place."""

        def lifted(match: re.Match[bytes]) -> bytes:
            self.lifted.append((match[1], match[2], match[3]))
            return b"<plain-row/>"

        return _PLAIN_ROW.sub(lifted, piece)

    def handlers(self) -> tuple[Start, End, End]:
        """What a parser calls where an element starts, where it ends, and for what stands in it.

        They run for every cell of millions, so all that is not rare is done in place.
        """
        kinds = LocalNames()
        strings, formats, from_1904 = self.workbook.strings, self.workbook.formats, self.workbook.from_1904
        uncalculated = self.workbook.uncalculated
        places, place_of = self.places, self._place
        strikes = self.strikes
        texts: dict[str, str] = {}  # equal texts are kept once
        pieces: list[str] = []
        clear, join = pieces.clear, "".join
        depth = 0
        row: list[object] | None = None
        cell: dict[str, str] | None = None
        value: str | None = None
        column = -1
        formula = spoken = hides = False

        def start(tag: str, given: dict[str, str]) -> None:
            nonlocal depth, row, cell, value, column, formula, spoken, hides
            kind = kinds[tag]
            depth += 1
            if depth > MAX_DEPTH:
                raise DamagedError(f"工作表“{self.title}”的{TOO_DEEP}")
            if kind == "v" or kind == "t":
                clear()
            elif kind == "c":
                if row is None or cell is not None:
                    raise DamagedError(f"工作表“{self.title}”里有单元格不在行里")
                cell, value, formula = given, None, False
                at = given.get("r")
                if at is None:
                    column += 1
                else:
                    known = places.get(at.removesuffix(self.digits))
                    column = place_of(at) if known is None else known
            elif kind == _LIFTED and row is None:
                self._add_plain_row()
            elif kind == "row":
                if row is not None:
                    raise DamagedError(f"工作表“{self.title}”的第 {self.number} 行没有写完")
                self._start_row(given.get("r", "").strip())
                row, column, hides = [], -1, given.get("hidden", "").lower() in TRUE
            elif kind == "f":
                formula = True
            elif kind == "rPh":
                spoken = True
            else:
                self._note(kind, given)

        def end(tag: str) -> None:
            nonlocal depth, row, cell, value, spoken
            kind = kinds[tag]
            depth -= 1
            if kind == "v":
                value = join(pieces)
            elif kind == "c":
                given, cell = cell, None
                if given is None or row is None:
                    return
                content: object
                rich = strikes.take_text() if strikes.parts else None
                if rich and value and given.get("t") == "inlineStr":
                    value = rich.text
                if value:
                    kind = given.get("t", "n")
                    if kind == "n":
                        style = given.get("s", "0")
                        if style in formats or from_1904 or (formula and uncalculated):
                            content = self._number(style, column, value, formula)
                        else:
                            content = _float(value)
                    elif kind == "s":
                        try:
                            content = strings[_index(value)]
                        except (ValueError, IndexError):
                            raise DamagedError(f"工作表“{self.title}”里有单元格的文字找不到了") from None
                        rich = strikes.struck.texts.get(value)
                    elif kind == "b":
                        content = value.strip() in TRUE
                    else:
                        content = texts.setdefault(value, value)
                elif formula and (value is None or given.get("t") != "str"):
                    content = NO_VALUE
                else:
                    return
                if rich or strikes.active:
                    strikes.cell(column, content, given.get("s", "0"), rich)
                missing = column - len(row)
                if missing < 0:
                    self._repeated(row, column, content)
                    return
                if missing:
                    row.extend([None] * missing)
                row.append(content)
            elif kind == "row":
                if row:
                    self._keep(row, hides)
                row = None
            elif kind == "t":
                if not spoken:
                    text = join(pieces)
                    value = (value or "") + text
                    strikes.end_text(text)
            elif kind == "rPh":
                spoken = False

        return start, end, pieces.append

    def grid(self, *, hidden: bool) -> Grid:
        """The sheet, once all of it has been parsed."""
        self._order()
        self._remark_hidden()
        self.remarks += self.strikes.remarks()
        rows, numbers = self._laid_out()
        merged = tuple(cells for written in self.ranges if (cells := self._merged(written, numbers)))
        for (column, _), (count, row, value, doubt) in self.doubts.items():
            problem = doubt if count == 1 else f"{doubt}（这一列有 {count} 格如此）"
            self.remarks.append(Remark(row, column, value, problem, "请核对数额和单位，并改正单元格的格式"))
        remarks, struck = tuple(self.remarks), frozenset(self.strikes.rows)
        columns = frozenset(self.hidden_columns)
        return Grid(
            self.title,
            rows,
            numbers,
            remarks=remarks,
            merged=merged,
            hidden=hidden,
            struck=struck,
            hidden_columns=columns,
        )

    def _add_plain_row(self) -> None:
        if not self.lifted:
            raise DamagedError(f"工作表“{self.title}”里有不认识的元素“{_LIFTED}”")
        number, attributes, cells = self.lifted.popleft()
        self._start_row(number.decode())
        strings, formats, from_1904 = self.workbook.strings, self.workbook.formats, self.workbook.from_1904
        places, active = self.places, self.strikes.active
        row: list[object] = []
        for letters, style, kind, value in _PLAIN_CELL.findall(cells.decode()):
            if not value:
                continue
            content: object
            if kind == "s":
                try:
                    content = strings[_index(value)]
                except (ValueError, IndexError):
                    raise DamagedError(f"工作表“{self.title}”里有单元格的文字找不到了") from None
            elif from_1904 or (style or "0") in formats:
                content = self._number(style or "0", self._column(letters), value, False)
            else:
                content = _float(value)
            if active:
                text = self.strikes.struck.texts.get(value) if kind == "s" else None
                self.strikes.cell(self._column(letters), content, style or "0", text)
            missing = (places[letters] if letters in places else self._column(letters)) - len(row)
            if missing < 0:
                self._repeated(row, self._column(letters), content)
                continue
            if missing:
                row.extend([None] * missing)
            row.append(content)
        if row:
            self._keep(row, b' hidden="1"' in attributes or b' hidden="true"' in attributes)

    def _start_row(self, written: str) -> None:
        self.number = self._row_number(written) if written else self.number + 1
        self.digits = written
        self.placed = False

    def _row_number(self, written: str) -> int:
        if not (written.isascii() and written.isdecimal() and 0 < int(written[:8]) <= sheets.MAX_ROWS):
            raise DamagedError(f"工作表“{self.title}”里有行号写坏了（“{shorten(written, 20)}”）")
        return int(written)

    def _place(self, written: str) -> int:
        """The column of a cell that is the first in its column, or lies in a row that does not say its number."""
        letters = written.rstrip(_DIGITS)
        digits = written[len(letters) :]
        if digits != self.digits:
            if self.placed:
                raise DamagedError(f"工作表“{self.title}”里单元格“{shorten(written, 20)}”的位置和所在的行不符")
            self.number = self._row_number(digits)
            self.digits = digits
        self.placed = True
        return self._column(letters)

    def _column(self, letters: str) -> int:
        if letters not in self.places:
            number = 0
            for letter in letters.strip().replace("$", "").upper()[:4]:
                number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else 10**6
            if not 0 < number <= sheets.MAX_COLUMNS:
                raise DamagedError(f"工作表“{self.title}”里有单元格的位置写坏了（列“{shorten(letters, 20)}”）")
            self.places[letters] = number - 1
        return self.places[letters]

    def _note(self, kind: str, given: dict[str, str]) -> None:
        """What a sheet says of its ranges and columns, and of the parts of a text."""
        if kind == "mergeCell":
            self.ranges.append(given.get("ref", ""))
        elif kind == "col" and given.get("hidden", "").lower() in TRUE:
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.hidden_columns.update(range(int(first[:6]) - 1, min(int(last[:6]), sheets.MAX_COLUMNS)))
        elif kind == "r":
            self.strikes.begin_part()
        elif kind in ("rPr", "strike", "vertAlign"):
            self.strikes.describe_part(kind, given)

    def _keep(self, row: list[object], hides: bool) -> None:
        self.width = max(self.width, len(row))
        tall = max(len(self.rows), self.number)
        if tall * self.width > sheets.MAX_DENSE_CELLS:
            check_span(self.workbook.name, self.title, tall, self.width)
        check_shape(self.workbook.name, len(self.rows), self.width)
        if hides:
            self.hidden_rows.append(self.number)
        self.strikes.end_row(self.number)
        self.rows.append(row)
        self.numbers.append(self.number)

    def _number(self, style: str, column: int, written: str, formula: bool) -> object:
        if formula and written == "0" and self.workbook.uncalculated:
            return NO_VALUE  # what programs write that cannot calculate
        known = self.workbook.formats.get(style)
        if known and (style, written) in self.seen:
            return self.seen[style, written]
        value = _float(written)
        if isinstance(value, str):
            return value
        if known is None:
            return self._from_1904(value, column, written) if self.workbook.from_1904 else value
        seen = shown(value, known, from_1904=self.workbook.from_1904)
        if seen.doubt:
            self.doubts.setdefault((column, known.code), [0, self.number, written, seen.doubt])[0] += 1
        elif len(self.seen) < _MAX_SEEN:
            self.seen[style, written] = seen.cell
        return seen.cell

    def _from_1904(self, value: float, column: int, written: str) -> Day1904:
        if not self.bare_day and value.is_integer() and LIKELY_DAYS.start <= value + DAYS_TO_1904 < LIKELY_DAYS.stop:
            self.bare_day = True
            problem = "工作簿从 1904 年起算日期，日期列里没有日期格式的数也照此读"
            self.remarks.append(Remark(self.number, column, written, problem, "请给日期列设上日期格式"))
        return Day1904(value)

    def _repeated(self, row: list[object], column: int, cell: object) -> None:
        """A cell left of the one before it: its place may be free, or it stands twice in the file."""
        if row[column] is None:
            row[column] = cell
        elif row[column] != cell:
            problem = f"单元格 {column_letters(column)}{self.number} 在文件里写了两次，只读了前一个，后一个是“{cell}”"
            self.remarks.append(Remark(self.number, column, shorten(str(row[column]), 80), problem, "请核对这一格"))

    def _order(self) -> None:
        """Sort the rows by their numbers; two of one number are both kept, unless they are two parts of one row."""
        if all(first < second for first, second in pairwise(self.numbers)):
            return
        rows: list[Sequence[object]] = []
        numbers: list[int] = []
        for at in sorted(range(len(self.numbers)), key=self.numbers.__getitem__):
            row, number = self.rows[at], self.numbers[at]
            if numbers and numbers[-1] == number:
                joined = _joined(rows[-1], row)
                if joined is not None:
                    rows[-1] = joined
                    continue
                problem = f"文件里有不止一个第 {number} 行，都已读入"
                self.remarks.append(Remark(number, None, "", problem, "请核对这几行"))
            rows.append(row)
            numbers.append(number)
        self.rows, self.numbers = rows, numbers

    def _laid_out(self) -> tuple[list[Sequence[object]], list[int]]:
        """The rows from the first filled one on, blank ones between them included, all of one width."""
        blank = (None,) * self.width
        rows: list[Sequence[object]] = []
        numbers: list[int] = []
        for row, number in zip(self.rows, self.numbers, strict=True):
            for missing in range(numbers[-1] + 1 if numbers else number, number):
                rows.append(blank)
                numbers.append(missing)
            if len(row) < self.width:
                row = [*row, *blank[len(row) :]]
            rows.append(row)
            numbers.append(number)
        return rows, numbers

    def _merged(self, written: str, numbers: list[int]) -> Merged | None:
        """Merged cells by their places in the grid; None for what reaches no filled row."""
        match = _RANGE.fullmatch(written.strip().upper())
        if match is None or match[3] is None or not numbers:
            return None
        left, right = sorted((self._column(match[1]), self._column(match[3])))
        top, bottom = sorted((int(match[2]), int(match[4])))
        right, bottom = min(right, max(self.width - 1, left)), min(bottom, numbers[-1])
        if top < numbers[0] or bottom < top:
            return None
        return Merged(bisect_left(numbers, top), left, bisect_left(numbers, bottom), right)

    def _remark_hidden(self) -> None:
        self.remarks += hidden_remark(self.hidden_rows)
        filled = sorted(c for c in self.hidden_columns if any(c < len(r) and r[c] is not None for r in self.rows))
        if filled:
            named = "、".join(map(column_letters, filled[:_MAX_NAMED]))
            more = "等" if len(filled) > _MAX_NAMED else ""
            problem = f"有 {len(filled)} 列是隐藏的（{named}{more} 列），已照常读入"
            self.remarks.append(Remark(None, None, "", problem, "若不该用，请删去这些列"))


def _joined(first: Sequence[object], second: Sequence[object]) -> list[object] | None:
    """One row of two parts of it; None where both fill a cell."""
    short, long = sorted((first, second), key=len)
    if any(a is not None and b is not None for a, b in zip(short, long, strict=False)):
        return None
    return [a if a is not None else b for a, b in zip([*short, *[None] * (len(long) - len(short))], long, strict=True)]


def _index(written: str) -> int:
    number = int(written)
    if number < 0:
        raise IndexError
    return number


def _float(written: str) -> float | str:
    """A number as the file writes it; what is none stays text."""
    try:
        value = float(written)
    except ValueError:
        return written
    return value if -_INFINITY < value < _INFINITY else written
