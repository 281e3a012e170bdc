"""xlsxwriter's worksheet with a shorter way for the cells that large tables consist of: texts and plain numbers."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class QuickWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that writes the same XML in less than half the time, where cells are written with a format."""

    def __init__(self) -> None:
        super().__init__()
        self._letters: dict[int, str] = {}

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        """One cell; links, days, formulas and cells without a format as xlsxwriter writes them."""
        kind = cell.__class__.__name__
        if cell.format is None or kind not in ("String", "Number"):
            super()._write_cell(row, col, cell)
            return
        if (letters := self._letters.get(col)) is None:
            letters = self._letters[col] = xl_col_to_name(col)
        place = f'<c r="{letters}{row + 1}" s="{cell.format._get_xf_index()}"'
        self.fh.write(
            f'{place} t="s"><v>{cell.string}</v></c>' if kind == "String" else f"{place}><v>{cell.number:.16G}</v></c>"
        )
