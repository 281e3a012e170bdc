"""xlsxwriter's worksheet with a shorter way for the cells that large tables consist of: texts and plain numbers."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class QuickWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that writes the same XML in less than half the time, where cells are written with a format.

    Places are given as numbers, never as "A1".
    """

    write_string, write_number = Worksheet._write_string, Worksheet._write_number

    def __init__(self) -> None:
        super().__init__()
        self._letters: dict[int, str] = {}
        self._styles: dict[Format, int] = {}

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        """One cell; links, days, formulas and cells without a format as xlsxwriter writes them."""
        kind = type(cell).__name__
        if cell.format is None or kind not in ("String", "Number"):
            super()._write_cell(row, col, cell)
            return
        if (letters := self._letters.get(col)) is None:
            letters = self._letters[col] = xl_col_to_name(col)
        if (style := self._styles.get(cell.format)) is None:
            style = self._styles[cell.format] = cell.format._get_xf_index()
        if kind == "String":
            self.fh.write(f'<c r="{letters}{row + 1}" s="{style}" t="s"><v>{cell.string}</v></c>')
        else:
            self.fh.write(f'<c r="{letters}{row + 1}" s="{style}"><v>{cell.number:.16G}</v></c>')
