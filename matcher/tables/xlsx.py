"""Workbooks of the .xlsx kind to raw grids, read piece by piece. The package, its XML and its oddities stay in here.

Every cell is placed by its own checked position, so a damaged or hostile sheet can ask for no more memory than the
cells that it holds. Numbers become what their format shows where that is more than a plain number.
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.parsers import expat

from matcher.errors import TableError
from matcher.tables import sheets
from matcher.tables.cells import DAYS_TO_1904, LIKELY_DAYS, NO_VALUE, Day1904, shorten
from matcher.tables.number_formats import BUILT_IN, NumberFormat, number_format, shown
from matcher.tables.sheets import SAVE_AS, Grid, Merged, Remark, check_shape, check_span, column_letters, hidden_remark

MAX_RATIO = 200  # unpacked to packed, for what unpacks to more than MAX_BYTES / 16

_MAX_DEPTH = 100
_MAX_NAMED = 5  # rows or columns that a remark names
_MAX_SEEN = 100_000  # cells kept for others of the same style and number
_PIECE = 1 << 20
_DIGITS = "0123456789"
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?")
_TRUE = ("1", "true", "on")
_NO_CELLS = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


class DamagedError(Exception):
    """The workbook does not hold together; the message says where, in words for its owner."""


class _Sheet(NamedTuple):
    title: str
    path: str  # "" where it leads nowhere, or to a chart
    hidden: bool


class _Workbook(NamedTuple):
    """What all sheets share: formats by the number of a style, and how days and formulas are stored."""

    strings: list[str]
    formats: dict[str, NumberFormat]
    from_1904: bool
    uncalculated: bool


def read_xlsx(name: str, data: bytes) -> list[Grid]:
    """The grids of a workbook. Raises TableError for one that is damaged, too large or of another kind."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_package(name, archive, len(data))
        return _grids(name, _Package(archive))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise TableError(f"{name}：工作簿不完整（可能没有下载完）；请重新下载或导出") from error
    except expat.ExpatError as error:
        raise TableError(f"{name}：文件已损坏，读不出来（{error}）；请重新下载或导出") from error
    except DamagedError as error:
        raise TableError(f"{name}：{error}；{SAVE_AS}") from error


def _check_package(name: str, archive: zipfile.ZipFile, size: int) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > sheets.MAX_BYTES or unpacked > max(sheets.MAX_BYTES >> 4, MAX_RATIO * size):
        raise TableError(f"{name}：解开后有 {unpacked >> 20} MB，不像正常的工作簿；{SAVE_AS}")
    names = [member.filename.lower() for member in members]
    if "word/document.xml" in names:
        raise TableError(
            f"{name}：这是 Word 文档，不是表格；请用 matcher gather 收集其中的表单，或把表格复制到 Excel 后另存为 .xlsx"
        )
    if "ppt/presentation.xml" in names:
        raise TableError(f"{name}：这是演示文稿（PPT），不是表格；请把其中的表格复制到 Excel 后另存为 .xlsx")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise TableError(f"{name}：不支持 .xlsb 和 .ods；{SAVE_AS}")
    tables = [m.filename for m in members if m.filename.lower().endswith((".xlsx", ".xls", ".csv", ".et", ".docx"))]
    if tables:
        listed = shorten("、".join(tables), 80)
        raise TableError(f"{name}：这是压缩包，里面有 {len(tables)} 个文件（{listed}）；请解开后给出其中的表格")
    if "xl/workbook.xml" not in names:
        raise TableError(f"{name}：压缩包里没有 Excel 工作表；{SAVE_AS}")
    twice = [path for path, times in Counter(names).items() if times > 1 and path.startswith("xl/")]
    if twice:
        raise TableError(f"{name}：工作簿里有两个“{twice[0]}”，不知该读哪一个；{SAVE_AS}")


class _Package:
    """The parts of a workbook by their paths, in whatever case; all that is read from it together has a limit."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts = {member.filename.lower().replace("\\", "/"): member for member in archive.infolist()}
        self.read = 0

    def parse(self, path: str, start: Callable[..., object], end: Callable[..., object], text: Any = None) -> None:
        """Send the elements of a part to `start(kind, attributes)` and `end(kind)`, kind being the name without prefix.

        Raises DamagedError for what no spreadsheet program writes: entities, and elements in hundreds of levels.
        """
        member = self.parts[path.lower()]
        self.read += member.file_size
        if self.read > sheets.MAX_BYTES:
            raise DamagedError("工作表太大，或同一个工作表被引用了多次")
        depth = 0
        kinds = _LocalNames()

        def opened(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _MAX_DEPTH:
                raise DamagedError(f"“{path}”里的元素嵌套过深，不像正常的工作簿")
            start(kinds[tag], attributes)

        def closed(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(kinds[tag])

        def refuse(*_: object) -> None:
            raise DamagedError(f"“{path}”里有文档类型声明，不像正常的工作簿")

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = refuse
        with self.archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece)
            parser.Parse(b"", True)

    def attributes(self, path: str, *kinds: str) -> list[tuple[str, dict[str, str]]]:
        """The elements of these kinds in a small part, in order; none where there is no such part."""
        found: list[tuple[str, dict[str, str]]] = []
        if path.lower() in self.parts:

            def start(kind: str, attributes: dict[str, str]) -> None:
                if kind in kinds:
                    found.append((kind, attributes))

            self.parse(path, start, _nothing)
        return found

    def related(self, folder: str, part: str) -> list[tuple[str, str, str]]:
        """Id, type and path of what a part refers to."""
        links = []
        for _, link in self.attributes(f"{folder}/_rels/{part}.rels", "Relationship"):
            target = link.get("Target", "").replace("\\", "/")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}"
            links.append((link.get("Id", ""), link.get("Type", "").rpartition("/")[2], path.lower()))
        return links


class _LocalNames(dict[str, str]):
    """x:row -> row."""

    def __missing__(self, tag: str) -> str:
        self[tag] = local = tag.rpartition(":")[2]
        return local


class _Places(dict[str, int]):
    """The number of a column, from 0, by its letters."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters.strip().replace("$", "").upper()[:4]:
            number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else 10**6
        if not 0 < number <= sheets.MAX_COLUMNS:
            raise DamagedError(f"有单元格的位置写坏了（“{shorten(letters, 20)}”）")
        self[letters] = number - 1
        return number - 1


def _nothing(*_: object) -> None:
    pass


def _grids(name: str, package: _Package) -> list[Grid]:
    links = package.related("xl", "workbook.xml")
    paths = {link: path for link, kind, path in links if kind not in _NO_CELLS}
    empty = {link for link, kind, _ in links if kind in _NO_CELLS}
    listed: list[_Sheet] = []
    from_1904 = uncalculated = False
    for kind, given in package.attributes("xl/workbook.xml", "sheet", "workbookPr", "calcPr"):
        if kind == "sheet":
            link = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            hidden = given.get("state", "visible") in ("hidden", "veryHidden")
            title, path = given.get("name", ""), paths.get(link, "")
            if link not in empty and path not in package.parts:
                raise DamagedError(f"工作表“{shorten(title, 40)}”的内容找不到了")
            listed.append(_Sheet(title, path, hidden))
        elif kind == "workbookPr":
            from_1904 = given.get("date1904", "").lower() in _TRUE
        else:
            uncalculated = given.get("fullCalcOnLoad", "").lower() in _TRUE
    where = {kind: path for _, kind, path in links}
    strings = _strings(package, where.get("sharedStrings", "xl/sharedStrings.xml"))
    formats = _formats(package, where.get("styles", "xl/styles.xml"))
    workbook = _Workbook(strings, formats, from_1904, uncalculated)
    return [_Reader(name, sheet, workbook).read(package) for sheet in listed]


def _strings(package: _Package, path: str) -> list[str]:
    """The texts that cells share, without the readings that Japanese Excel writes beside them."""
    strings: list[str] = []
    pieces: list[str] = []
    runs: list[str] = []
    spoken = 0

    def start(kind: str, _: dict[str, str]) -> None:
        nonlocal spoken
        if kind == "si":
            runs.clear()
        elif kind == "rPh":
            spoken += 1
        pieces.clear()

    def end(kind: str) -> None:
        nonlocal spoken
        if kind == "t" and not spoken:
            runs.append("".join(pieces))
        elif kind == "rPh":
            spoken -= 1
        elif kind == "si":
            strings.append("".join(runs))

    if path.lower() in package.parts:
        package.parse(path, start, end, pieces.append)
    return strings


def _formats(package: _Package, path: str) -> dict[str, NumberFormat]:
    """What cells of a style (its number as written in them) show besides their number; plain styles are left out."""
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    inside = False

    def start(kind: str, given: dict[str, str]) -> None:
        nonlocal inside
        if kind == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif kind == "cellXfs":
            inside = True
        elif kind == "xf" and inside:
            styles.append(given.get("numFmtId", "0"))

    def end(kind: str) -> None:
        nonlocal inside
        inside &= kind != "cellXfs"

    if path.lower() in package.parts:
        package.parse(path, start, end)
    found = {str(i): number_format(codes.get(number, "")) for i, number in enumerate(styles)}
    return {style: known for style, known in found.items() if known}


class _Reader:
    """One sheet on its way to a grid."""

    def __init__(self, name: str, sheet: _Sheet, workbook: _Workbook) -> None:
        self.name, self.sheet, self.workbook = name, sheet, workbook
        self.rows: list[Sequence[object]] = []
        self.numbers: list[int] = []
        self.remarks: list[Remark] = []
        self.ranges: list[str] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self.doubts: dict[tuple[int, str], list[Any]] = {}
        self.pieces: list[str] = []
        self.row: list[object] | None = None
        self.number = 0  # of the row
        self.placed = False  # whether a cell has confirmed it
        self.given = ""  # as written in the row
        self.hides = False
        self.column = -1
        self.width = 0
        self.cell: dict[str, str] | None = None
        self.value: str | None = None
        self.formula = False
        self.spoken = False
        self.bare_day = False
        self.places = _Places()
        self.texts: dict[str, str] = {}  # equal texts are kept once
        self.seen: dict[tuple[str, str], object] = {}  # cells by style and number as written

    def read(self, package: _Package) -> Grid:
        """The grid."""
        if self.sheet.path:
            package.parse(self.sheet.path, self.start, self.end, self.pieces.append)
        self._order()
        self._remark_hidden()
        rows, numbers = self._laid_out()
        merged = tuple(cells for written in self.ranges if (cells := self._merged(written, numbers)))
        for (column, _), (count, row, value, doubt) in self.doubts.items():
            problem = doubt if count == 1 else f"{doubt}（这一列有 {count} 格如此）"
            self.remarks.append(Remark(row, column, value, problem, "请核对数额和单位，并改正单元格的格式"))
        return Grid(
            self.sheet.title, rows, numbers, remarks=tuple(self.remarks), merged=merged, hidden=self.sheet.hidden
        )

    def start(self, kind: str, given: dict[str, str]) -> None:
        """An element begins."""
        if kind == "v" or kind == "t":
            self.pieces.clear()
        elif kind == "c":
            self._open_cell(given)
        elif kind == "f":
            self.formula = True
        elif kind == "row":
            self._open_row(given)
        elif kind == "rPh":
            self.spoken = True
        elif kind == "mergeCell":
            self.ranges.append(given.get("ref", ""))
        elif kind == "col" and given.get("hidden", "").lower() in _TRUE:
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.hidden_columns.update(range(int(first[:6]) - 1, min(int(last[:6]), sheets.MAX_COLUMNS)))

    def end(self, kind: str) -> None:
        """An element ends."""
        if kind == "v":
            self.value = "".join(self.pieces)
        elif kind == "c":
            self._close_cell()
        elif kind == "t":
            if not self.spoken:
                self.value = (self.value or "") + "".join(self.pieces)
        elif kind == "row":
            self._close_row()
        elif kind == "rPh":
            self.spoken = False

    def _open_row(self, given: dict[str, str]) -> None:
        if self.row is not None:
            raise DamagedError(f"工作表“{self.sheet.title}”的第 {self.number} 行没有写完")
        written = given.get("r", "").strip()
        self.number = self._row_number(written) if written else self.number + 1
        self.placed = False
        self.given = written
        self.hides = given.get("hidden", "").lower() in _TRUE
        self.row = []
        self.column = -1

    def _row_number(self, written: str) -> int:
        if not (written.isascii() and written.isdecimal() and 0 < int(written[:8]) <= sheets.MAX_ROWS):
            raise DamagedError(f"工作表“{self.sheet.title}”里有行号写坏了（“{shorten(written, 20)}”）")
        return int(written)

    def _open_cell(self, given: dict[str, str]) -> None:
        if self.row is None or self.cell is not None:
            raise DamagedError(f"工作表“{self.sheet.title}”里有单元格不在行里")
        self.cell = given
        self.value = None
        self.formula = False
        place = given.get("r")
        if place is None:
            self.column += 1
            return
        letters = place.rstrip(_DIGITS)
        self.column = self.places[letters]
        digits = place[len(letters) :]
        if digits != self.given:
            if self.placed:
                raise DamagedError(f"工作表“{self.sheet.title}”里单元格“{shorten(place, 20)}”的位置和所在的行不符")
            self.number = self._row_number(digits)
            self.given = digits
        self.placed = True

    def _close_cell(self) -> None:
        given, value, row, column = self.cell, self.value, self.row, self.column
        assert given is not None
        assert row is not None
        self.cell = None
        cell: object
        if value:
            kind = given.get("t")
            if kind is None or kind == "n":
                cell = self._number(given.get("s", "0"), value)
            elif kind == "s":
                try:
                    cell = self.workbook.strings[int(value)]
                except (ValueError, IndexError):
                    raise DamagedError(f"工作表“{self.sheet.title}”里有单元格的文字找不到了") from None
            elif kind == "b":
                cell = value.strip() in _TRUE
            else:
                cell = self.texts.setdefault(value, value)
        elif self.formula and (value is None or given.get("t") != "str"):
            cell = NO_VALUE
        else:
            return
        missing = column - len(row)
        if missing < 0:
            self._repeated(row, column, cell)
            return
        if missing:
            row.extend([None] * missing)
        row.append(cell)

    def _number(self, style: str, written: str) -> object:
        if self.formula and written == "0" and self.workbook.uncalculated:
            return NO_VALUE  # what programs write that cannot calculate
        known = self.workbook.formats.get(style)
        if known and (style, written) in self.seen:
            return self.seen[style, written]
        try:
            value = float(written)
        except ValueError:
            return written
        if not abs(value) < float("inf"):
            return written
        if known is None:
            return self._from_1904(value, written) if self.workbook.from_1904 else value
        seen = shown(value, known, from_1904=self.workbook.from_1904)
        if seen.doubt:
            self.doubts.setdefault((self.column, known.code), [0, self.number, written, seen.doubt])[0] += 1
        elif len(self.seen) < _MAX_SEEN:
            self.seen[style, written] = seen.cell
        return seen.cell

    def _from_1904(self, value: float, written: str) -> Day1904:
        if not self.bare_day and value.is_integer() and LIKELY_DAYS.start <= value + DAYS_TO_1904 < LIKELY_DAYS.stop:
            self.bare_day = True
            problem = "工作簿从 1904 年起算日期，日期列里没有日期格式的数也照此读"
            self.remarks.append(Remark(self.number, self.column, written, problem, "请给日期列设上日期格式"))
        return Day1904(value)

    def _repeated(self, row: list[object], column: int, cell: object) -> None:
        """A cell left of the one before it: its place may be free, or it stands twice in the file."""
        if row[column] is None:
            row[column] = cell
        elif row[column] != cell:
            problem = f"单元格 {column_letters(column)}{self.number} 在文件里写了两次，只读了前一个，后一个是“{cell}”"
            self.remarks.append(Remark(self.number, column, shorten(str(row[column]), 80), problem, "请核对这一格"))

    def _close_row(self) -> None:
        row, self.row = self.row, None
        if not row:
            return
        self.width = max(self.width, len(row))
        if max(len(self.rows), self.number) * self.width > sheets.MAX_DENSE_CELLS:
            check_span(self.name, self.sheet.title, max(len(self.rows), self.number), self.width)
        check_shape(self.name, len(self.rows), self.width)
        if self.hides:
            self.hidden_rows.append(self.number)
        self.rows.append(row)
        self.numbers.append(self.number)

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
        left, right = sorted((self.places[match[1]], self.places[match[3]]))
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
