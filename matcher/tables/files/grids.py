"""Files to raw grids of cells. Formats, encodings and hostile sizes stay in here; columns mean nothing yet."""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from matcher.errors import ArgumentTypeError, TableError
from matcher.tables.cells.texts import Day1904, is_blank, shorten
from matcher.tables.files import sheets, xls_records
from matcher.tables.files.number_formats import shown
from matcher.tables.files.sheets import SAVE_AS, BadRow, Book, Grid, Merged, Remark, check_shape, hidden_remark
from matcher.tables.files.text_files import csv_grid, decode, json_grid, records_of_answer
from matcher.tables.files.web_pages import archived_pages, is_web_page, page_grids
from matcher.tables.files.xlsx import read_xlsx
from matcher.tables.files.xml_spreadsheets import is_xml_spreadsheet, xml_spreadsheet_grids

__all__ = ["BadRow", "Book", "Grid", "Merged", "Remark", "Source", "read_book", "reader_errors"]

Source = str | os.PathLike[str] | bytes | IO[bytes] | pd.DataFrame | Book

_UNNAMED = re.compile(r"Unnamed: \d+_level_\d+")
_ROW_NUMBERS = ("id", "no", "index", "序号", "编号")  # names of an index
_NOT_TABLES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"GIF8": "GIF 图片",
    b"II*\0": "TIFF 图片",
    b"{\\rtf": "RTF 文档",
    b"\x1f\x8b": "gzip 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"Rar!": "RAR 压缩包",
    b"SQLite format 3": "SQLite 数据库",
    b"MZ": "程序",
    b"\x7fELF": "程序",
}
_REMEDIES = {
    "PDF": "请向提供者要 Excel 原件，或把其中的表格复制到 Excel 后另存为 .xlsx",
    "图片": "请向提供者要 Excel 原件，或把其中的表格录入 Excel",
    "文档": "请把其中的表格复制到 Excel 后另存为 .xlsx",
    "压缩包": "请解开后给出其中的表格",
    "": "请给出 .xlsx、.xls、.csv、.parquet 或 .jsonl 文件",
}
_NOT_WORKBOOKS = {  # streams inside an old Office file
    "WordDocument": "Word 或 WPS 文字文档",
    "PowerPoint Document": "演示文稿（PPT）",
    "__properties_version1.0": "Outlook 邮件",
}


def read_book(source: Source, *, sheet: str | int | None = None) -> Book:
    """The grids of a CSV (any of , ; tab; UTF-8, GB18030, UTF-16), xlsx, xls, web page, XML spreadsheet, Parquet or
    JSON-lines file or DataFrame; of a book that was read, the same.

    What a file is, its content decides, not its name. `sheet` keeps one sheet, by name or by position from 1.

    Raises TableError when the file cannot be opened, is damaged, locked, too large or of another format.
    """
    if isinstance(source, Book):
        book = source
    elif isinstance(source, pd.DataFrame):
        book = Book(str(source.attrs.get("file") or "DataFrame"), [_frame_grid(source)])
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
        what = "表里没有任何内容" if isinstance(source, pd.DataFrame) else "文件里没有任何内容；请检查是否选错了文件"
        raise TableError(f"{book.name}：{what}")
    return book


_FOREIGN = (".et", ".ett", ".wps", ".numbers", ".ods", ".xlsb", ".doc")  # of other programs


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
            if path.stat().st_size > sheets.MAX_BYTES:
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
        content: Any = source.read(sheets.MAX_BYTES + 1)
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else bytes(content)
    else:
        raise ArgumentTypeError(f"source is a path, bytes, a binary file or a DataFrame, not {type(source).__name__}")
    if len(data) > sheets.MAX_BYTES:
        raise TableError(_too_large(name))
    return name, data


def _too_large(name: str) -> str:
    return f"{name}：文件超过 {sheets.MAX_BYTES >> 20} MB；请拆成几个小文件"


def _grids(name: str, data: bytes) -> list[Grid]:
    if not data:
        raise TableError(f"{name}：文件是空的（0 字节）；请重新导出")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_xlsx(name, data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _xls_grids(name, data)
    if data.startswith(b"PAR1"):
        return [_parquet_grid(name, data)]
    for magic, kind in _NOT_TABLES.items():
        if data.startswith(magic):
            remedy = next(remedy for part, remedy in _REMEDIES.items() if part in kind)
            raise TableError(f"{name}：这是 {kind}，不是表格；{remedy}")
    if (suffix := Path(name).suffix.lower()) in _FOREIGN:
        raise TableError(f"{name}：{suffix} 文件读不出来；{SAVE_AS}")
    if pages := archived_pages(name, data):
        return [grid._replace(sheet=title + grid.sheet) for title, page in pages for grid in _grids(name, page)]
    text, remarks = decode(name, data)
    opening = text[:2000].lstrip("\ufeff \t\r\n").lower()
    if (of_xml := is_xml_spreadsheet(opening)) or is_web_page(text):
        first, *others = (xml_spreadsheet_grids if of_xml else page_grids)(name, text)
        return [first._replace(remarks=remarks + first.remarks), *others]
    if opening.startswith(("<!doctype", "<html", "<table", "<?xml", "<meta", "<head", "<div", "<style")):
        raise TableError(f"{name}：文件内容其实是网页（HTML 或 XML），里面没有表格；{SAVE_AS}")
    if opening.startswith("[") and Path(name).suffix.lower() in (".json", ".jsonl", ".ndjson"):
        raise TableError(f"{name}：这是一个 JSON 数组；请改成每行一个对象的 JSON lines（.jsonl）")
    if opening.startswith("{") and (found := records_of_answer(text)):
        where, count = found
        raise TableError(
            f"{name}：这是接口返回的整个结果，记录在“{where}”里（{count} 条）；"
            "请取出这个列表，改成每行一个对象的 JSON lines（.jsonl）"
        )
    grid = (json_grid if opening.startswith("{") else csv_grid)(name, text)
    return [grid._replace(remarks=remarks + grid.remarks)]


def _frame_grid(frame: pd.DataFrame) -> Grid:
    """A frame as a grid; levels of its index that have a name are columns too, one of mere numbers (id, no) only where
    no column is an id.
    """
    numbered = any(re.search("编号|序号|号$|_?id$", str(label), re.I) for label in frame.columns)
    given = [name for name in frame.index.names if isinstance(name, str) and name not in frame.columns]
    if named := [name for name in given if not (numbered and name.lower() in _ROW_NUMBERS)]:
        frame = pd.concat([frame.reset_index(drop=True), frame.index.to_frame(index=False)[named]], axis=1)
    headers, merged = _frame_header(frame.columns.tolist())
    columns: list[list[Any]] = []
    for i, missing in enumerate(frame.isna().to_numpy().T):
        values = frame.iloc[:, i].astype(object).tolist()
        columns.append([None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)])
    rows = list(zip(*columns, strict=True)) if columns else []
    check_shape("DataFrame", len(rows), frame.shape[1])
    return Grid("", [*headers, *rows], range(1, len(headers) + len(rows) + 1), merged=tuple(merged))


def _frame_header(labels: Sequence[Any]) -> tuple[list[list[Any]], list[Merged]]:
    """The header of a frame: labels of several levels are rows of texts and merged cells, as in the workbook from which
    pandas read them; the names that it gives to empty cells are left out.
    """
    depth = max((len(label) for label in labels if isinstance(label, tuple)), default=1)
    parts = [label if isinstance(label, tuple) else (label, *[""] * (depth - 1)) for label in labels]
    if depth == 1:
        return [[part[0] for part in parts]], []
    parts = [tuple("" if is_blank(text) or _UNNAMED.fullmatch(str(text)) else text for text in part) for part in parts]
    rows = [[part[level] for part in parts] for level in range(depth) if any(part[level] for part in parts)]
    merged = []
    for at, row in enumerate(rows):
        for text, group in itertools.groupby(enumerate(list(row)), lambda pair: pair[1]):
            places = [place for place, _ in group]
            if text != "" and len(places) > 1 and at + 1 < len(rows):
                merged.append(Merged(at, places[0], at, places[-1]))
                row[places[0] + 1 : places[-1] + 1] = [""] * (len(places) - 1)
    for place, column in enumerate(zip(*rows, strict=True)):
        filled = [at for at, text in enumerate(column) if text != ""]
        inside = any(one.left <= place <= one.right for one in merged)
        if filled and not inside and filled[-1] + 1 < len(rows):
            merged.append(Merged(filled[-1], place, len(rows) - 1, place))
    return rows, merged


def _parquet_grid(name: str, data: bytes) -> Grid:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data))
    meta = file.metadata
    unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if unpacked > sheets.MAX_BYTES:
        raise TableError(_too_large(name))
    check_shape(name, meta.num_rows, meta.num_columns)
    table = file.read()
    columns = [column.to_pylist() for column in table.columns]
    rows = list(zip(*columns, strict=True))
    return Grid("", [list(table.column_names), *rows], range(1, len(rows) + 2))


def _xls_grids(name: str, data: bytes) -> list[Grid]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(_locked(name))
    try:
        known = xls_records.read_records(data)
    except xls_records.LockedError as error:
        raise TableError(_locked(name)) from error
    except xls_records.DamagedError as error:
        for stream, kind in _NOT_WORKBOOKS.items():
            if stream.encode("utf-16-le") in data:
                remedy = "请把其中的表格复制到 Excel 后另存为 .xlsx"
                raise TableError(f"{name}：这是 {kind}，不是表格；{remedy}") from None
        raise TableError(f"{name}：不是完整的 .xls 工作簿；请重新下载或导出") from error
    return _workbook_grids(name, data + bytes(-len(data) % 512), known)  # the reader wants whole sectors


def _locked(name: str) -> str:
    return f"{name}：工作簿有打开密码；请在 Excel 中取消密码后另存"


def _workbook_grids(name: str, data: bytes, known: xls_records.WorkbookRecords) -> list[Grid]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if len(known.sheets) != len(book.sheet_names):
                raise TableError(f"{name}：不是完整的 .xls 工作簿；请重新下载或导出")
            return [
                _xls_grid(name, book.get_sheet_by_name(title), records, known.from_1904)
                for title, records in zip(book.sheet_names, known.sheets, strict=True)
            ]
    except python_calamine.PasswordError as error:
        raise TableError(_locked(name)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust reader's crash is no Exception
            raise
        raise TableError(f"{name}：文件已损坏，读不出来；请重新下载或导出") from error


def _xls_grid(name: str, sheet: Any, records: xls_records.SheetRecords, from_1904: bool) -> Grid:
    top, left = sheet.start or (0, 0)
    rows: list[Any] = list(sheet.iter_rows()) if sheet.start else []  # calamine < 0.8.3 crashes
    check_shape(name, len(rows), sheet.width)
    remarks: list[Remark] = []

    def inside(row: int, column: int) -> bool:
        return 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top])

    for (row, column), error in records.errors.items():
        if inside(row, column):
            rows[row - top][column - left] = error
    doubts: dict[tuple[int, str], Remark] = {}
    for (row, column), style in records.formats.items():
        if inside(row, column) and type(value := rows[row - top][column - left]) in (int, float):
            seen = shown(float(value), style)
            rows[row - top][column - left] = seen.cell
            if seen.doubt:
                action = "请核对数额和单位，并改正单元格的格式"
                doubts.setdefault((column, style.code), Remark(row + 1, column - left, str(value), seen.doubt, action))
    if from_1904:
        rows = [[Day1904(cell) if type(cell) in (int, float) else cell for cell in row] for row in rows]
    hidden = [row + 1 for row in records.hidden_rows if 0 <= row - top < len(rows) and any(rows[row - top])]
    remarks += [*hidden_remark(hidden), *doubts.values()]
    merged = []
    for (first, left_most), (last, right_most) in sheet.merged_cell_ranges or ():
        if first >= top and left_most >= left and last - top < len(rows):
            merged.append(Merged(first - top, left_most - left, last - top, right_most - left))
    numbers = range(top + 1, top + 1 + len(rows))
    return Grid(sheet.name, rows, numbers, remarks=tuple(remarks), merged=tuple(merged), hidden=records.hidden)


def _pick(book: Book, sheet: str | int) -> Grid:
    titles = [grid.sheet for grid in book.grids]
    if titles == [""]:
        raise TableError(f"{book.name}：不是工作簿，没有工作表可选；请去掉工作表“{sheet}”的设置")
    if isinstance(sheet, int) and 1 <= sheet <= len(titles):
        return book.grids[sheet - 1]
    if sheet in titles:
        return book.grids[titles.index(str(sheet))]
    raise TableError(f"{book.name}：没有工作表“{sheet}”；这个文件有：{'、'.join(titles)}")
