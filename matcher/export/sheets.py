"""The one writer of workbooks: tables and forms in, the bytes of an .xlsx in one style out.

A4 landscape fitted to the width, the header frozen and repeated, the key columns first and in view, the others folded.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, OutputError
from matcher.export.charts import Chart, insert_chart
from matcher.export.formats import has_times, in_one, in_words
from matcher.export.titles import COLUMNS, PROBLEMS, TITLES
from matcher.tables.reading import PROBLEM_COLUMNS

EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384
EXCEL_CELL = 32_767  # UTF-16 units
SHADES = {"good": "#E2F3E6", "attention": "#FFF1D6", "bad": "#FDECEA"}

_A4 = 9
_MOST_LINES = 12  # of a row, so that rows can be looked through
_WIDEST = 42
_WIDTHS = {
    "rank": 6, "score": 10, "good_match": 10, "shared_terms": 28, "evidence": 56, "unanswered": 36, "works": 44,
    "need_sentence": 40, "work_sentence": 48, "query_title": 30, "record_title": 30, "title": 30, "best_title": 30,
    "description": 60, "reasons": 60, "ask": 44, "source": 40, "reason": 44, "说明": 110, "内容": 100,
    "advice": 9, "probability": 9, "probability_low": 9, "probability_high": 9, "met": 44, "answers": 60,
    "next_step": 44, "note": 30,
}  # fmt: skip
_NUMBERS = {
    **dict.fromkeys(("semantic", "lexical", "preference", "feedback", "affinity"), "0.00"),
    **dict.fromkeys(("price", "budget"), '#,##0"元"'),
    "level": "0.0",
    **dict.fromkeys(("probability", "probability_low", "probability_high"), "0%"),
    "good_count": '[=0]"无可推荐";0',
}
_CENTRED = {
    "rank", "score", "level", "probability", "probability_low", "probability_high", "advice", "recommended",
    "good_match", "good_count", "contact_count", "best_advice", "best_score", "kept", "row",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet of a workbook.

    `titles`: field -> header, before those of `matcher.export.titles`. `key`: the columns that come first; the others
    are folded behind a "+" above the header; empty: all stay in view. `frozen`: how many columns stay beside the
    header. `shade`: (field, Excel comparison, one of SHADES): rows that fulfil it are tinted. `formats`: field -> Excel
    number format. `links`: field -> for each row the sheet that its cell opens. `comments`, `choices`: field -> a note
    on the header, the words to choose from below it, for forms that people fill in; `bounds`: the least and the largest
    number that its cells take. `chart`: below the table.
    """

    table: pd.DataFrame
    titles: Mapping[str, str] = field(default_factory=dict)
    key: Sequence[str] = ()
    frozen: int = 1
    shade: tuple[str, str, str] | None = None
    formats: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    chart: Chart | None = None
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def header(self, column: str) -> str:
        """The Chinese header of a column."""
        return self.titles.get(column, TITLES.get(column, column))


@dataclass(frozen=True)
class Form:
    """A page of labelled lines, printed on one A4 sheet upright: (look, cells); looks: title, head, columns, row."""

    lines: Sequence[tuple[str, Sequence[str]]]


_FIRST_YEAR = 1900  # of Excel's days
_NO_SHEET_NAME = str.maketrans("[]:*?/\\", "［］：＊？／＼")


def workbook_bytes(sheets: Mapping[str, Sheet | Form], *, title: str = "", file: str = "") -> bytes:
    """A workbook; equal input gives equal bytes.

    Texts stay texts, also those that look like formulas; ids too. A text that a cell cannot hold is cut with a mark,
    and listed in the sheet 问题 of the workbook, where there is one; `file` is the name it is listed under. Raises
    OutputError for more rows or columns than a sheet has.
    """
    import xlsxwriter

    from matcher.export.worksheets import QuickWorksheet

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # a fixed day keeps equal inputs equal to the byte; the true date stands in 说明
    book.set_properties({"title": title, "created": dt.datetime(1980, 1, 1)})
    writer = _Writer(book)
    seen: dict[str, str] = {}
    for name, sheet in _with_cuts(sheets, file).items():
        shown = name.translate(_NO_SHEET_NAME).strip("'")[:31]
        if (other := seen.setdefault(shown.lower(), name)) is not name:
            raise ArgumentError(f"the sheets {other!r} and {name!r} would have one name in a workbook")
        page = book.add_worksheet(shown, QuickWorksheet)
        if isinstance(sheet, Form):
            writer.form(page, sheet)
        else:
            writer.table(page, name, sheet)
    book.close()
    return buffer.getvalue()


def fit_cell(text: str) -> str:
    """The text itself, or as much of it as an Excel cell holds, with a mark that says so."""
    if len(text) <= EXCEL_CELL // 2 or (units := len(text.encode("utf-16-le")) // 2) <= EXCEL_CELL:
        return text
    mark = f"…（原文 {units:,} 字，超过 Excel 单元格上限，已截断）"
    return text.encode("utf-16-le")[: 2 * (EXCEL_CELL - len(mark))].decode("utf-16-le", "ignore") + mark


def cells_of(column: pd.Series[Any]) -> list[Any]:
    """Cells as None, str, int, float or date; yes and no in Chinese, several texts joined, times of day as texts."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "if":
        numbers = column.tolist()
        return [None if value != value else value if abs(value) < 1e15 else str(value) for value in numbers]
    if has_times(column):
        column = in_words(column)
    cells = column.astype(object).where(column.notna(), None).tolist()
    return [(cell or None) if type(cell) is str else None if cell is None else _value(cell) for cell in cells]


def _value(cell: Any) -> Any:
    if cell is None or isinstance(cell, str):
        return cell or None
    if isinstance(cell, list | tuple | set | frozenset | dict | bytes | np.ndarray):
        return in_one(cell) or None
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dt.datetime):
        if cell.time() != dt.time():
            return cell.replace(tzinfo=None).isoformat(" ", "seconds" if cell.second else "minutes")
        return _value(cell.date())
    if isinstance(cell, int | float):
        return None if cell != cell else cell if abs(cell) < 1e15 else str(cell)  # Excel keeps 15 digits
    return cell if isinstance(cell, dt.date) and cell.year >= _FIRST_YEAR else str(cell)


def _with_cuts(sheets: Mapping[str, Sheet | Form], file: str) -> dict[str, Sheet | Form]:
    """The sheets; 问题 also lists the texts that are too long for a cell."""
    ready = dict(sheets)
    problems = ready.get("问题")
    if not isinstance(problems, Sheet) or list(problems.table.columns) != PROBLEM_COLUMNS:
        return ready
    cuts = []
    for name, sheet in sheets.items():
        if isinstance(sheet, Form) or name == "问题":
            continue
        for column in sheet.table.select_dtypes(["object", "string"]):
            for row, cell in _long_texts(sheet.table[column]):
                if fit_cell(cell) is not cell:
                    cuts.append(_cut_problem(file, name, row, sheet.header(str(column)), cell))
    if cuts:
        frame = pd.DataFrame(cuts, columns=PROBLEM_COLUMNS)
        table = pd.concat([problems.table, frame], ignore_index=True) if len(problems.table) else frame
        ready["问题"] = replace(problems, table=table)
    return ready


def _long_texts(column: pd.Series[Any]) -> list[tuple[int, str]]:
    """The texts that may be too long for a cell, each with its row on the sheet."""
    most = EXCEL_CELL // 2
    if isinstance(column.dtype, pd.StringDtype) and not (column.str.len() > most).any():
        return []
    return [(row, text) for row, text in enumerate(column.tolist(), 2) if isinstance(text, str) and len(text) > most]


def _cut_problem(file: str, sheet: str, row: int, column: str, text: str) -> tuple[Any, ...]:
    problem = f"文字超过 Excel 单元格上限 {EXCEL_CELL:,} 字"
    action = "已截断并注明；要全文请输出为 .csv、.parquet 或 .html"
    return file, sheet, row, column, text[:30] + "…", problem, action, True


class _Writer:
    """Writes sheets into one open workbook; formats are made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def _look(self, **properties: Any) -> Any:
        key = tuple(properties.items())
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def table(self, page: Any, name: str, sheet: Sheet) -> None:
        first = [column for column in sheet.key if column in sheet.table]
        table = sheet.table[[*first, *(column for column in sheet.table if column not in first)]]
        rows, columns = table.shape
        if rows >= EXCEL_ROWS or columns > EXCEL_COLUMNS:
            raise OutputError(
                f"“{name}”有 {rows:,} 行、{columns:,} 列，超过 Excel 的上限"
                f"（{EXCEL_ROWS - 1:,} 行、{EXCEL_COLUMNS:,} 列）；请把输出改为 .csv 或 .parquet"
            )
        head = self._look(
            bold=True,
            bg_color="#E3EBE6",
            bottom=1,
            valign="vcenter",
            font_size=10,
            text_wrap=True,
            border_color="#7F8F86",
        )
        lines = [1] * (rows + 1)
        folded = len(first) if sheet.key else columns
        for at, (label, series) in enumerate(table.items()):
            column = str(label)
            header, values = sheet.header(column), cells_of(series)
            width = _width(column, header, values)
            number = sheet.formats.get(column) or _number_format(column, values)
            look = self._look(
                valign="top",
                text_wrap=True,
                font_size=10,
                align="center" if column in _CENTRED else "left",
                num_format=number,
            )
            page.set_column(at, at, width, look, {} if at < folded else {"level": 1, "hidden": True})
            page.write_string(0, at, fit_cell(header), head)
            lines[0] = max(lines[0], math.ceil(_wide(header) / width))
            plain = number == "General" and column not in sheet.formats
            values = [fit_cell(value) if isinstance(value, str) else value for value in values]
            self._cells(page, at, values, look, plain, sheet.links.get(column))
            if at < folded:  # what is folded must not make rows high
                _grow(lines, values, width)
            if column in sheet.comments:
                page.write_comment(0, at, sheet.comments[column])
            if column in sheet.bounds and rows:
                page.data_validation(1, at, rows, at, _between(*sheet.bounds[column]))
            if column in sheet.choices:
                page.data_validation(1, at, 5000, at, {"validate": "list", "source": list(sheet.choices[column])})
        if folded < columns:
            page.set_column(columns, columns, None, None, {"collapsed": True})
        for row, count in enumerate(lines):
            page.set_row(row, 14 * min(count, _MOST_LINES) + 4)
        page.freeze_panes(1, min(sheet.frozen, columns))
        page.set_landscape()
        page.set_paper(_A4)
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        page.set_footer("&L&A&R&P / &N")
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if rows and columns:
            page.autofilter(0, 0, rows, columns - 1)
        if rows and sheet.shade:
            self._shade(page, list(table.columns), rows, sheet.shade)
        if sheet.chart:
            insert_chart(self.book, page, name[:31], sheet.chart, table)

    def _cells(
        self, page: Any, at: int, values: list[Any], look: Any, plain: bool, links: Sequence[str] | None
    ) -> None:
        """The cells of a column below its header; plain: numbers get the format that suits each."""
        rest = values
        if links or _has_days(values):
            rest = list(values)
            for row, value in enumerate(values, start=1):
                if isinstance(value, str) and links:
                    page.write_url(row, at, f"internal:'{links[row - 1]}'!A1", string=value[:255])
                elif isinstance(value, dt.date):
                    page.write_datetime(row, at, dt.datetime.combine(value, dt.time()))
                else:
                    continue
                rest[row - 1] = None
        page.write_cells(at, rest, look, lambda number: (self._number(number) if plain else None) or look)

    def _number(self, value: float) -> Any:
        """Large numbers in groups, fractions with at most four decimals; small whole ones as they are."""
        whole, large = float(value).is_integer(), abs(value) >= 10_000
        if whole and not large:
            return None
        number = ("#,##0" if whole else "#,##0.00") if large else "0.####"
        return self._look(valign="top", font_size=10, align="left", num_format=number)

    def _shade(self, page: Any, columns: list[Any], rows: int, shade: tuple[str, str, str]) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell

        column, comparison, name = shade
        criteria = f"={xl_rowcol_to_cell(1, columns.index(column), col_abs=True)}{comparison}"
        options = {"type": "formula", "criteria": criteria, "format": self._look(bg_color=SHADES[name])}
        page.conditional_format(1, 0, rows, len(columns) - 1, options)

    def form(self, page: Any, form: Form) -> None:
        base = {"text_wrap": True, "valign": "top", "font_size": 9}
        looks = {
            "title": self._look(bold=True, font_size=14),
            "head": self._look(**base | {"bold": True, "font_size": 10, "bg_color": "#E3EBE6"}),
            "columns": self._look(**base, bold=True, bg_color="#F1F4F2", bottom=1),
            "row": self._look(**base),
        }
        widths = (34, 18, 18, 60)
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        for line, (look, given) in enumerate(form.lines):
            cells = [*given, *[""] * (len(widths) - len(given))] if look in ("head", "columns") else list(given)
            if len(cells) < 3:  # the last cell takes the rest of the line
                page.merge_range(line, len(cells) - 1, line, len(widths) - 1, "", looks[look])
            for place, cell in enumerate(cells):
                page.write_string(line, place, fit_cell(cell), looks[look])
            count = max(2 * len(cell) / width for cell, width in zip(cells, widths, strict=False))
            page.set_row(line, 20 if look == "title" else 13 * max(1, math.ceil(count if len(cells) > 2 else 1)))
        page.set_paper(_A4)
        page.fit_to_pages(1, 1)
        page.set_margins(0.4, 0.4, 0.4, 0.4)
        page.hide_gridlines(2)


def _between(low: float, high: float) -> dict[str, Any]:
    """A cell that takes a number between two, and says so."""
    words = {"error_title": "超出范围", "error_message": f"请填 {low:g} 至 {high:g} 的数字"}
    return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, **words}


def notes_sheet(lines: Mapping[str, str] | Sequence[str]) -> Sheet:
    """The sheet 说明: what a reader should know, one line each, with or without a label."""
    if isinstance(lines, Mapping):
        return Sheet(pd.DataFrame({"项目": list(lines), "内容": list(lines.values())}))
    return Sheet(pd.DataFrame({"说明": list(lines)}, dtype=object))


def problems_sheet(problems: pd.DataFrame) -> Sheet:
    """The sheet 问题: what was wrong in the files that were read, rows that were not used tinted."""
    shade = ("kept", '="否"', "attention") if "kept" in problems else None
    return Sheet(problems, PROBLEMS, frozen=0, shade=shade)


def columns_sheet(columns: pd.DataFrame) -> Sheet:
    """The sheet 列的去向: what became of each column of the files that were read; not understood ones tinted."""
    return Sheet(columns, COLUMNS, frozen=0, shade=("use", '="没看懂"', "attention"))


def percent_digits(scores: Sequence[Any]) -> int:
    """Decimals of a percentage: two, or up to four where fewer would show a score below 1 as 100 %."""
    below = max((score for score in scores if isinstance(score, float) and score < 1), default=0.0)
    return next((digits for digits in (2, 3) if round(below * 100, digits) < 100), 4)


def _number_format(column: str, values: list[Any]) -> str:
    if column in ("score", "best_score"):
        return f"0.{'0' * percent_digits(values)}%"
    if column.endswith(("_id", "_ids")) or column == "code":
        return "@"
    if column in _NUMBERS:
        return _NUMBERS[column]
    return "yyyy-mm-dd" if _has_days(values) else "General"


def _has_days(values: list[Any]) -> bool:
    return any(issubclass(kind, dt.date) for kind in set(map(type, values)))


def _width(column: str, header: str, values: list[Any]) -> int:
    if column in _WIDTHS:
        return _WIDTHS[column]
    shown = [value if isinstance(value, str) else _plain(value) for value in values[:200] if value is not None]
    lines = [line for value in shown for line in value.split("\n")]
    return max(8, min(_WIDEST, max([min(_wide(header), 24) + 4, *(_wide(line) + 2 for line in lines)])))


def _grow(lines: list[int], values: list[Any], width: int) -> None:
    """Make room in the rows for the lines that the texts of a column take."""
    for row, value in enumerate(values, start=1):
        if isinstance(value, str) and (2 * len(value) > width or "\n" in value):
            lines[row] = max(lines[row], _wide(value) // width + value.count("\n") + 1)


def _plain(value: Any) -> str:
    return "2026-11-24" if isinstance(value, dt.date) else f"{value:,.6g}"


def _wide(text: str) -> int:
    """Width on a page: two for a Chinese sign (three bytes), one for a Latin one."""
    return (len(text) + len(text.encode())) // 2
