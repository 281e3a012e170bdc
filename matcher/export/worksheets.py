"""xlsxwriter's worksheet with a shorter way for the cells that large tables consist of: texts and plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class QuickWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes the cells of a column together, as the XML that they become."""

    def write_cells(
        self, column: int, values: Iterable[str | float | None], look: Format, of_number: Callable[[float], Format]
    ) -> None:
        """Texts that a cell holds, under one format, and finite numbers, from the second row on; None: no cell."""
        letters, shared, row, text = xl_col_to_name(column), self.str_table._get_shared_string_index, 0, ""
        for row, value in enumerate(values, start=1):
            if isinstance(value, str):
                text = text or f'" s="{look._get_xf_index()}" t="s"><v>'
                self.table[row][column] = f'<c r="{letters}{row + 1}{text}{shared(value)}</v></c>'
            elif value is not None:
                number = f'" s="{of_number(value)._get_xf_index()}"><v>{value:.16G}'
                self.table[row][column] = f'<c r="{letters}{row + 1}{number}</v></c>'
        self._check_dimensions(row, column)

    def _write_row(self, row: int, *arguments: Any, **how: Any) -> None:
        """The beginning of a row, and all its cells where each is written already."""
        super()._write_row(row, *arguments, **how)
        cells = self.table[row]
        if all(isinstance(cell, str) for cell in cells.values()):
            self.fh.write("".join(map(cells.__getitem__, sorted(cells))))
            self.table[row] = {}

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, str):
            self.fh.write(cell)
        else:
            super()._write_cell(row, col, cell)

    def _calculate_spans(self) -> None:
        """Leave out the columns that rows reach, which nobody needs."""
