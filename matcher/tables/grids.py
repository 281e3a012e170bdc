"""Files to raw grids of cells. Formats, encodings and hostile sizes stay in here; columns mean nothing yet."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import os
import re
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.tables import xls_errors
from matcher.tables.cells import is_blank, shorten

MAX_BYTES = 1 << 30  # of a file, and of what a packed file unpacks to
MAX_RATIO = 200  # unpacked to packed, for what unpacks to more than MAX_BYTES / 16
MAX_ROWS = 2_000_000
MAX_COLUMNS = 16_384  # Excel's own
MAX_DENSE_CELLS = 50_000_000  # rows times columns that a sheet spans

Source = str | os.PathLike[str] | bytes | IO[bytes] | pd.DataFrame

_DELIMITERS = ",;\t"
_END = "\x00end"  # a last record of its own: when it comes back changed, a quote was left open before it
_CSV_LOCK = threading.Lock()  # the csv module keeps its field limit for the whole process
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))
_NOT_TABLES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"GIF8": "GIF 图片",
    b"\x1f\x8b": "gzip 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"Rar!": "RAR 压缩包",
    b"SQLite format 3": "SQLite 数据库",
    b"MZ": "程序",
    b"\x7fELF": "程序",
}
_SAVE_AS = "请在 Excel 或 WPS 中打开后另存为 .xlsx"


class BadRow(NamedTuple):
    """A line that could not be taken apart into cells."""

    row: int
    value: str
    problem: str
    action: str


class Remark(NamedTuple):
    """What was mended or could not be known in a cell (column counted from 0), a row or the whole sheet."""

    row: int | None
    column: int | None
    value: str
    problem: str
    action: str


class Merged(NamedTuple):
    """Cells that are one: first and last row and column, counted from 0 in the rows of the grid."""

    top: int
    left: int
    bottom: int
    right: int


class Grid(NamedTuple):
    """One sheet: rows of raw cells (None or "" = empty), and the number that a user sees beside each row.

    delimited: cells were cut at a sign, so a row longer than its header has lost a quote. merged: only the first cell
    of each holds the value. hidden: the sheet is hidden in the workbook.
    """

    sheet: str
    rows: list[Sequence[object]]
    numbers: Sequence[int]
    delimited: bool = False
    bad: tuple[BadRow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    merged: tuple[Merged, ...] = ()
    hidden: bool = False


class Book(NamedTuple):
    """The sheets of one file in order; `name` is what messages call the file."""

    name: str
    grids: list[Grid]


def read_book(source: Source, *, sheet: str | int | None = None) -> Book:
    """The grids of a CSV (any of , ; tab; UTF-8, GB18030, UTF-16), xlsx, xls, Parquet or JSON-lines file or DataFrame.

    What a file is, its content decides, not its name. `sheet` keeps one sheet, by name or by position from 1.

    Raises TableError when the file cannot be opened, is damaged, locked, too large or of another format.
    """
    if isinstance(source, pd.DataFrame):
        book = Book("DataFrame", [_frame_grid(source)])
    else:
        name, data = _load(source)
        try:
            book = Book(name, _grids(name, data))
        except TableError:
            raise
        except MemoryError:
            raise TableError(f"{name}：内存不够，读不下这个文件；请拆成几个小文件") from None
        except reader_errors() as error:
            raise TableError(f"{name}：文件已损坏，读不出来（{shorten(str(error), 60)}）；请重新下载或导出") from error
    if sheet is not None:
        book = Book(book.name, [_pick(book, sheet)])
    if not any(grid.bad or not all(all(map(is_blank, row)) for row in grid.rows) for grid in book.grids):
        raise TableError(f"{book.name}：文件里没有任何内容；请检查是否选错了文件")
    return book


def reader_errors() -> tuple[type[Exception], ...]:
    """What readers raise over a damaged file; any other error is a fault of this library or of a reader."""
    import pyarrow as pa
    import python_calamine

    formats = (python_calamine.CalamineError, pa.ArrowException, zipfile.BadZipFile, zlib.error, csv.Error)
    return (*formats, ValueError, OverflowError, OSError, EOFError)


def _load(source: str | os.PathLike[str] | bytes | IO[bytes]) -> tuple[str, bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        name, data = "数据", bytes(source)
    elif isinstance(source, str | os.PathLike):
        path = Path(source)
        name = path.name.encode("utf-8", "replace").decode() or str(path)
        try:
            if not path.exists():
                raise TableError(f"{name}：找不到这个文件；请检查路径是否写对")
            if path.is_dir():
                raise TableError(f"{name}：这是一个文件夹；请给出其中的一个表格文件")
            if not path.is_file():
                raise TableError(f"{name}：这不是普通文件；请给出一个表格文件")
            if path.stat().st_size > MAX_BYTES:
                raise TableError(_too_large(name))
            data = path.read_bytes()
        except (OSError, ValueError) as error:
            if isinstance(error, TableError):
                raise
            reason = getattr(error, "strerror", None) or str(error)
            raise TableError(
                f"{name}：打不开这个文件（{shorten(reason, 60)}）；请检查权限，或它是否被别的程序占用"
            ) from error
    elif hasattr(source, "read"):
        name = Path(str(getattr(source, "name", "") or "数据")).name
        content: Any = source.read(MAX_BYTES + 1)
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else bytes(content)
    else:
        raise TypeError(f"source is a path, bytes, a binary file or a DataFrame, not {type(source).__name__}")
    if len(data) > MAX_BYTES:
        raise TableError(_too_large(name))
    return name, data


def _too_large(name: str) -> str:
    return f"{name}：文件超过 {MAX_BYTES >> 20} MB；请拆成几个小文件"


def _grids(name: str, data: bytes) -> list[Grid]:
    if not data:
        raise TableError(f"{name}：文件是空的（0 字节）；请重新导出")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _xlsx_grids(name, data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _xls_grids(name, data)
    if data.startswith(b"PAR1"):
        return [_parquet_grid(name, data)]
    for magic, kind in _NOT_TABLES.items():
        if data.startswith(magic):
            raise TableError(f"{name}：这是{kind}，不是表格；请给出 .xlsx、.xls、.csv、.parquet 或 .jsonl 文件")
    text = _decode(name, data)
    opening = text[:2000].lstrip("\ufeff \t\r\n").lower()
    if opening.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta", "<head", "<div", "<style")):
        raise TableError(f"{name}：文件内容其实是网页（HTML 或 XML），不是 Excel 工作簿；{_SAVE_AS}")
    if opening.startswith("[") and Path(name).suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise TableError(f"{name}：这是一个 JSON 数组；请改成每行一个对象的 JSON lines（.jsonl）")
    if opening.startswith("{"):
        return [_json_grid(name, text)]
    return [_csv_grid(name, text)]


def _frame_grid(frame: pd.DataFrame) -> Grid:
    header = [" ".join(map(str, label)) if isinstance(label, tuple) else label for label in frame.columns]
    columns = []
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i].astype(object)
        columns.append(column.where(column.notna(), None).tolist())
    rows = list(zip(*columns, strict=True)) if columns else []
    _check_shape("DataFrame", len(rows), len(header))
    return Grid("", [header, *rows], range(1, len(rows) + 2))


def _parquet_grid(name: str, data: bytes) -> Grid:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data))
    meta = file.metadata
    unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if unpacked > MAX_BYTES:
        raise TableError(_too_large(name))
    _check_shape(name, meta.num_rows, meta.num_columns)
    table = file.read()
    columns = [column.to_pylist() for column in table.columns]
    rows = list(zip(*columns, strict=True))
    return Grid("", [list(table.column_names), *rows], range(1, len(rows) + 2))


def _json_grid(name: str, text: str) -> Grid:
    names: dict[str, int] = {}
    rows: list[Sequence[object]] = [[]]
    numbers = [0]
    bad = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_float=Decimal, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            bad.append(BadRow(number, shorten(line, 60), "不是一个 JSON 对象", "请检查这一行的引号、逗号和括号"))
            continue
        for key in record:
            names.setdefault(key, len(names))
        cells: list[object] = [None] * len(names)
        for key, value in record.items():
            cells[names[key]] = value
        rows.append(cells)
        numbers.append(number)
        _check_shape(name, len(rows), len(names))
    if not names:
        raise TableError(f"{name}：没有一行是 JSON 对象；请每行写一个完整的对象")
    rows[0] = list(names)
    return Grid("", rows, numbers, bad=tuple(bad))


def _decode(name: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif (layout := _nul_layout(data[:4096])) is not None:
        encodings = [layout]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    failures: dict[str, UnicodeDecodeError] = {}
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            failures[encoding] = error
            if encoding == "utf-8-sig" and _is_damaged_utf8(data):
                break
    head = data[:65536]
    if len(head) - len(head.translate(None, _CONTROL)) > 0.02 * len(head):
        raise TableError(f"{name}：这是二进制文件，不是表格；请给出 .xlsx、.xls、.csv、.parquet 或 .jsonl 文件")
    encoding = max(failures, key=lambda tried: failures[tried].start)
    start = failures[encoding].start + (3 if encoding == "utf-8-sig" and data.startswith(b"\xef\xbb\xbf") else 0)
    line = data.count(b"\n", 0, start) + 1
    shown = encoding.removesuffix("-sig").upper()
    raise TableError(
        f"{name}：第 {line} 行（第 {start + 1} 字节）不是有效的 {shown} 文字，文件可能混用了编码或被截断；"
        "请重新导出，编码选 UTF-8"
    )


def _nul_layout(head: bytes) -> str | None:
    """UTF-16 without a mark: the first byte of every separator and digit is NUL, and few second bytes (of 一, 最)."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.02 * len(head) or 4 * min(even, odd) > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few: GB18030 read as UTF-8 fails at nearly every character."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for sign in text[:1_000_000] if sign >= "\u0800") - broken
    return foreign > 4 * broken


def _csv_grid(name: str, text: str) -> Grid:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows: list[Sequence[object]] = []
    with _CSV_LOCK:
        limit = csv.field_size_limit(len(text) + len(_END))
        try:
            for row in _records(text, _delimiter(text[:100_000])):
                if len(row) > MAX_COLUMNS:
                    _check_shape(name, len(rows), len(row))
                rows.append(row)
        finally:
            csv.field_size_limit(limit)
    if rows.pop() != [_END]:
        row_number = len(rows) + 1
        raise TableError(
            f"{name}：第 {row_number} 行的引号没有配对，它后面的内容都读成了一格；请补上引号，或改存为 .xlsx"
        )
    _check_shape(name, len(rows), 0)
    return Grid("", rows, range(1, len(rows) + 1), delimited=True)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(itertools.chain(_lines(text), [_END]), delimiter=delimiter)


def _lines(text: str) -> Iterator[str]:
    start = 0
    while end := text.find("\n", start) + 1:
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _delimiter(text: str) -> str:
    """The sign that cuts the most of the first rows into one and the same number of cells, more than one."""
    best, most = ",", (0, 0)
    for sign in _DELIMITERS:
        try:
            widths = [len(row) for row in itertools.islice(_records(text, sign), 30) if row]
        except csv.Error:
            continue
        for width in set(widths) - {1}:
            if (widths.count(width), width) > most:
                best, most = sign, (widths.count(width), width)
    return best


def _xls_grids(name: str, data: bytes) -> list[Grid]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(_locked(name))
    try:
        errors = xls_errors.excel_errors(data)
    except xls_errors.LockedError as error:
        raise TableError(_locked(name)) from error
    except xls_errors.DamagedError as error:
        raise TableError(f"{name}：不是完整的 .xls 工作簿；请重新下载或导出") from error
    return _workbook_grids(name, data + bytes(-len(data) % 512), errors)  # the reader wants whole sectors


def _locked(name: str) -> str:
    return f"{name}：工作簿有打开密码；请在 Excel 中取消密码后另存"


def _xlsx_grids(name: str, data: bytes) -> list[Grid]:
    broken = f"{name}：工作簿不完整（可能没有下载完）；请重新下载或导出"
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise TableError(broken) from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_BYTES or unpacked > max(MAX_BYTES >> 4, MAX_RATIO * len(data)):
        raise TableError(f"{name}：解开后有 {unpacked >> 20} MB，不像正常的工作簿；{_SAVE_AS}")
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise TableError(f"{name}：不支持 .xlsb 和 .ods；{_SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise TableError(f"{name}：压缩包里没有 Excel 工作表；{_SAVE_AS}")
    try:
        errors = _scan_sheets(name, archive)
        if "xl/sharedStrings.xml" in names:
            archive.testzip()
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise TableError(broken) from error
    return _workbook_grids(name, data, errors)


_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+)(\d+)")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d+)")
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\bt=[\"']e[\"'])[^>]*?\br=[\"']([A-Z]+)(\d+)[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.S,
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


def _scan_sheets(name: str, archive: zipfile.ZipFile) -> list[xls_errors.Errors]:
    """Refuse sheets that span too much, and find the Excel errors in cells: the reader shows them as empty."""
    faults = []
    for title, path in _sheet_paths(archive):
        xml = archive.read(path) if path else b""
        letters, numbers = set(), set(_ROW.findall(xml))
        for cell in _CELL.finditer(xml):
            letters.add(cell[1])
            numbers.add(cell[2])
        rows, columns = max(map(int, numbers), default=0), max(map(_column_number, letters), default=0)
        if rows * columns > MAX_DENSE_CELLS:
            raise TableError(
                f"{name}：工作表“{title}”占到第 {rows} 行、第 {columns} 列，范围太大；请把有内容的区域复制到新工作表"
            )
        errors = _ERROR_CELL.findall(xml) if b't="e"' in xml or b"t='e'" in xml else []
        faults.append(
            {
                (int(row) - 1, _column_number(column) - 1): value.decode("utf-8", "replace")
                for column, row, value in errors
            }
        )
    return faults


def _sheet_paths(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Title and path of each sheet in the workbook's order; "" where the path leads nowhere."""
    names = set(archive.namelist())
    relations = archive.read("xl/_rels/workbook.xml.rels") if "xl/_rels/workbook.xml.rels" in names else b""
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    paths = []
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        target = targets.get(_attribute(tag, "id"), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        paths.append((_attribute(tag, "name"), path if path in names else ""))
    return paths


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rb"\b" + name.encode() + rb"=[\"']([^\"']*)", tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:6]:
        number = number * 26 + letter - 64
    return number


def _workbook_grids(name: str, data: bytes, errors: list[xls_errors.Errors]) -> list[Grid]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            grids = []
            for at, title in enumerate(book.sheet_names):
                sheet = book.get_sheet_by_name(title)
                top = sheet.start[0] if sheet.start else 0
                left = sheet.start[1] if sheet.start else 0
                rows: list[Any] = list(sheet.iter_rows()) if sheet.start else []  # calamine < 0.8.3 crashes
                for (row, column), value in (errors[at] if at < len(errors) else {}).items():
                    if 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top]):
                        rows[row - top][column - left] = value
                _check_shape(name, len(rows), sheet.width)
                grids.append(Grid(title, rows, range(top + 1, top + 1 + len(rows))))
            return grids
    except python_calamine.PasswordError as error:
        raise TableError(_locked(name)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust reader's crash is no Exception
            raise
        raise TableError(f"{name}：文件已损坏，读不出来；请重新下载或导出") from error


def _pick(book: Book, sheet: str | int) -> Grid:
    titles = [grid.sheet for grid in book.grids]
    if titles == [""]:
        raise TableError(f"{book.name}：不是工作簿，没有工作表可选；请去掉工作表“{sheet}”的设置")
    if isinstance(sheet, int) and 1 <= sheet <= len(titles):
        return book.grids[sheet - 1]
    if sheet in titles:
        return book.grids[titles.index(str(sheet))]
    raise TableError(f"{book.name}：没有工作表“{sheet}”；这个文件有：{'、'.join(titles)}")


def _check_shape(name: str, rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise TableError(f"{name}：超过 {MAX_ROWS:,} 行；请拆成几个小文件")
    if columns > MAX_COLUMNS:
        raise TableError(f"{name}：有 {columns:,} 列，超过 {MAX_COLUMNS:,} 列的上限；请检查分隔符，或删去多余的列")
