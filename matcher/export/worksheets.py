"""xlsxwriter's worksheet with a shorter way for the cells that large tables consist of: texts and plain numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class QuickWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes the cells of a column together, as the XML that they become."""

    def write_cells(self, column: int, cells: Iterable[tuple[str | float, Format] | None]) -> None:
        """Texts that a cell holds and finite numbers, each with its format, from the second row on; None: no cell."""
        letters, shared, row = xl_col_to_name(column), self.str_table._get_shared_string_index, 0
        for row, cell in enumerate(cells, start=1):
            if cell is None:
                continue
            value, look = cell
            place = f'<c r="{letters}{row + 1}" s="{look._get_xf_index()}"'
            if isinstance(value, str):
                self.table[row][column] = f'{place} t="s"><v>{shared(value)}</v></c>'
            else:
                self.table[row][column] = f"{place}><v>{value:.16G}</v></c>"
        self._check_dimensions(row, column)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, str):
            self.fh.write(cell)
        else:
            super()._write_cell(row, col, cell)

    def _calculate_spans(self) -> None:
        """Leave out the columns that rows reach, which nobody needs."""
