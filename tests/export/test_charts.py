"""Charts of a workbook: the drawn cells are those of the table, equal input gives equal bytes, nothing of nothing."""

import io
import re
import zipfile

import pandas as pd
import pytest

from matcher.export.charts import MOST, Chart
from matcher.export.sheets import Sheet, workbook_bytes


def drawings(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return [book.read(name).decode() for name in sorted(book.namelist()) if re.match("xl/charts/chart", name)]


@pytest.mark.parametrize(
    ("kind", "element"), [("column", "c:barChart"), ("bar", "c:barChart"), ("line", "c:lineChart")]
)
def test_a_chart_draws_the_cells_of_its_table(kind, element):
    table = pd.DataFrame(
        {"note": ["x"] * 3, "month": ["1月", "2月", "3月"], "amount": [1.0, 4.0, 2.0], "visits": [3, 1, 2]}
    )
    chart = Chart(kind, "month", ["amount", "visits"], "各月")
    sheets = {"按月": Sheet(table, {"amount": "金额"}, key=("month",), chart=chart)}
    content = workbook_bytes(sheets)
    [drawn] = drawings(content)
    assert element in drawn
    assert "各月" in drawn
    assert re.findall("<c:f>(.*?)</c:f>", drawn) == [
        "按月!$C$1", "按月!$A$2:$A$4", "按月!$C$2:$C$4", "按月!$D$1", "按月!$A$2:$A$4", "按月!$D$2:$D$4",
    ]  # fmt: skip
    assert content == workbook_bytes(sheets)


def test_a_long_table_is_drawn_in_part_and_an_empty_one_not_at_all():
    long = pd.DataFrame({"month": [str(i) for i in range(MOST + 5)], "amount": 1.0})
    chart = Chart("column", "month", ["amount"], "各月")
    [drawn] = drawings(workbook_bytes({"a": Sheet(long, chart=chart)}))
    assert f"a!$B$2:$B${MOST + 1}" in drawn
    assert drawings(workbook_bytes({"a": Sheet(long[:0], chart=chart)})) == []
