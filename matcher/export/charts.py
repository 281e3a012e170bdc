"""Native charts beside the tables of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

MOST = 40  # rows that a chart can still show
_COLOURS = ("#2F6B4F", "#D08A2E", "#5B7DB1", "#B5525C")


@dataclass(frozen=True)
class Chart:
    """A chart below a table: `kind` ("column", "bar" or "line"), `over` the field along the axis, `of` the fields drawn
    (with the headers that the sheet gives them), `title`, `format`: Excel's number format of the other axis.
    """

    kind: str
    over: str
    of: Sequence[str]
    title: str
    format: str = "General"


def insert_chart(book: Any, page: Any, name: str, chart: Chart, table: pd.DataFrame) -> None:
    """Draw the first `MOST` rows of a table that stands in a sheet from its first cell on; nothing of an empty one."""
    rows, columns = min(len(table), MOST), list(table.columns)
    if not rows:
        return
    drawn = book.add_chart({"type": chart.kind})
    over = columns.index(chart.over)
    for field, colour in zip(chart.of, _COLOURS, strict=False):
        at = columns.index(field)
        look = {"line": {"color": colour, "width": 2.25}} if chart.kind == "line" else {"fill": {"color": colour}}
        drawn.add_series(
            {
                "name": [name, 0, at],
                "categories": [name, 1, over, rows, over],
                "values": [name, 1, at, rows, at],
                **look,
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"size": 11}, "overlay": False})
    value_axis, name_axis = drawn.set_y_axis, drawn.set_x_axis
    value_axis({"num_format": chart.format, "major_gridlines": {"visible": True, "line": {"color": "#E3EBE6"}}})
    name_axis({"reverse": True, "label_position": "low"} if chart.kind == "bar" else {"label_position": "low"})
    drawn.set_legend({"none": True} if len(chart.of) == 1 else {"position": "bottom"})
    tall = 90 + 22 * rows if chart.kind == "bar" else 300
    drawn.set_size({"width": 720, "height": max(240, tall)})
    page.insert_chart(len(table) + 2, 0, drawn, {"description": chart.title})
