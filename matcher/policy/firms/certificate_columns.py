"""发证日期 beside the numbers of certificates of high-tech enterprises (GR202337000001): of these certificates."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from matcher.policy.firms.identity import with_lines
from matcher.tables.cells.dates import last_day
from matcher.tables.cells.texts import as_written
from matcher.tables.headers.column_account import USED
from matcher.tables.headers.forms import header_key
from matcher.tables.reading import Reading
from matcher.tables.schemas.contracts import Contract

_FIELD = "hte_certificate_on"
_NUMBER = re.compile(r"G[RSF](20\d\d)\d{8}", re.I)  # the year of issue, the province, the count
_DAYS = {"发证日期", "发证时间", "发证年度", "颁发日期", "颁发时间", "认定日期", "认定时间", "批准日期", "批准时间"}


def issued_by_number(reading: Reading, contract: Contract) -> dict[str, str]:
    """The header of the days of issue and the field that it is, by the numbers beside; {} where they do not tell.

    Only where each row that has both has a number of the year of its day.
    """
    rows, account = reading.rows, reading.columns
    if _FIELD not in {column.name for column in contract.columns} or _FIELD in set(account["field"]):
        return {}
    free = [str(text) for text in account.loc[account["use"] != USED, "header"] if text in rows]
    days = [text for text in free if header_key(text) in _DAYS]
    years = [found for text in free if (found := _years(rows[text])) is not None]
    if len(days) != 1 or len(years) != 1:
        return {}
    ends = [last_day(cell) for cell in rows[days[0]]]
    pairs = [(year, getattr(end, "year", None)) for year, end in zip(years[0], ends, strict=True)]
    both = [(int(year), at) for year, at in pairs if year and at]
    return {days[0]: contract[_FIELD].title} if both and all(year == at for year, at in both) else {}


def told(reading: Reading, header: str) -> Reading:
    """The table with the line that says by what a header was read."""
    line = {
        "row": None, "column": header, "value": "", "kept": True,
        "problem": "旁边的证书编号是高新技术企业证书的（GR 加年份），已照高企发证日期读",
        "action": "不是的请指定这一列是什么",
    }  # fmt: skip
    return Reading(reading.rows, with_lines(reading, [line]), reading.columns)


def _years(cells: pd.Series[Any]) -> list[str] | None:
    """The years of a column of numbers of certificates, "" for an empty cell; None for another column."""
    texts = [re.sub(r"\s", "", as_written(cell)) if not pd.isna(cell) else "" for cell in cells]
    found = [_NUMBER.fullmatch(text) for text in texts]
    if not any(found) or any(text and one is None for text, one in zip(texts, found, strict=True)):
        return None
    return [one[1] if one else "" for one in found]
