"""The place of a firm that several columns hold part by part: 省份, 城市, 区县."""

from __future__ import annotations

import re

import pandas as pd

from matcher.policy.firms.identity import with_lines
from matcher.tables.cells.texts import is_nothing
from matcher.tables.headers.column_account import USED
from matcher.tables.headers.forms import header_key
from matcher.tables.reading import Reading

_PARTS = re.compile(
    "(?:所属|所在|注册|登记)?(?:(?P<province>省|省份)|(?P<city>市|城市|地市|地级市)|(?P<county>区县|县区|区|县|县市区|区/县))"
)
_LEVELS = ("province", "city", "county")


def with_whole_places(reading: Reading) -> Reading:
    """The parts of each firm's place in one text, the largest first, where each has a column of its own; told."""
    rows, account = reading.rows, reading.columns
    found: dict[str, list[str]] = {}
    for header in account["header"].astype(str):
        if part := _PARTS.fullmatch(header_key(header)):
            found.setdefault(str(part.lastgroup), []).append(header)
    taken = account.loc[account["field"] == "region", "header"].astype(str).tolist()
    headers = [found[level][0] for level in _LEVELS if level in found]
    one_each = all(len(texts) == 1 for texts in found.values())
    if "region" not in rows or len(headers) < 2 or not one_each or len(taken) != 1 or taken[0] not in headers:
        return reading
    parts = [rows["region"] if header == taken[0] else rows[header] for header in headers]
    whole = [_joined([str(cell) for cell in cells if not pd.isna(cell)]) for cells in zip(*parts, strict=True)]
    account = account.copy()
    others = account["header"].isin(headers) & (account["use"] != USED)
    told = account.loc[others, "header"].tolist()
    title = account.loc[account["field"] == "region", "title"].iloc[0]
    account.loc[others, ["field", "title", "use", "nearest", "hint"]] = ["region", title, USED, "", ""]
    dropped = reading.problems["column"].isin(told) & reading.problems["problem"].str.contains(
        "都是“地区”", regex=False
    )
    line = {
        "row": None, "column": taken[0], "value": "", "action": "若不是，请改列名", "kept": True,
        "problem": f"“{'”“'.join(headers)}”合成“{title}”",
    }  # fmt: skip
    kept = Reading(
        rows.assign(region=pd.Series(whole, index=rows.index, dtype=object)), reading.problems[~dropped], account
    )
    return Reading(kept.rows, with_lines(kept, [line]).reset_index(drop=True), account)


def _joined(parts: list[str]) -> str:
    """The parts as one text; one that begins with those before it says them itself (滁州市琅琊区)."""
    text = ""
    for part in (part.strip() for part in parts if not is_nothing(part)):
        text = part if part.startswith(text) else text if text.endswith(part) else text + part
    return text
