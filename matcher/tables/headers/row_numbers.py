"""Whether a column of numbers says what a row is, or only counts the rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matcher.tables.headers.forms import header_key

_COUNTERS = {"序号", "序", "序列", "序次", "序列号", "顺序号", "行号", "行次", "项次", "no", "no."}
_EITHER = {"编号", "编码", "代码", "号", "id"}


def numbers_rows(header: str, ids: Sequence[str]) -> bool:
    """Whether an id column only numbers the rows of its table.

    序号 and its like always do, and so does a table without any id column (`header` is ""). 编号 or ID do where the
    cells count: whole numbers no larger than about the length of the table, each once, or each one more than the one
    above it, from 1 again on every page. A header that says whose id it is (企业编号) never does.

    Examples
    --------
    >>> numbers_rows("序号", ["A1"]), numbers_rows("编号", ["1", "2", "1", "2"]), numbers_rows("编号", ["QY1", "QY2"])
    (True, True, False)
    """
    key = header_key(header)
    if not key or key in _COUNTERS:
        return True
    return key in _EITHER and _count(ids)


def _count(ids: Sequence[str]) -> bool:
    filled = [text for text in ids if text]
    if not filled or not all(text.isdecimal() and len(text) <= 9 for text in filled):
        return False
    numbers = [int(text) for text in filled]
    if len(set(numbers)) == len(numbers) and max(numbers) <= 2 * len(numbers) + 10:
        return True
    return numbers[0] <= 1 and all(after in (before + 1, 1) for before, after in pairwise(numbers))
