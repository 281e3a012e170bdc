"""Columns of shares: which plain numbers are fractions and which per cent, read as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from matcher.tables.cells.numbers import EXACT, Number, is_about, read_number
from matcher.tables.cells.texts import Fault, as_written
from matcher.tables.columns.mixed_shares import clearly_fractions, clearly_per_cent
from matcher.tables.columns.numbers import TOO_LARGE, hundredth
from matcher.tables.columns.readings import Cells, Soft, read_each, told, without_excel_errors
from matcher.tables.schemas.main import Column

_OF_WHOLE = re.compile("占|份额|比例|比重|百分比|概率|覆盖率|合格率")
_OF_NO_WHOLE = re.compile("增|同比|环比|负债|利润|收益|回报|毛利|研发|研究|投入|强度|完成")
_FRACTION_OR_PER_CENT = Fault(
    "同一列有的写“%”，有的没写，不知这格是小数还是百分数，没有采用", "请写成 2.1% 这样，写明“%”"
)
_NO_PART = Fault("不在 0 到 100% 之间，不会是这样的比例，没有采用", "请检查数字和“%”")


def read_shares(column: Column, percent: bool, cells: Sequence[object]) -> Cells:
    """Fractions: 60% and 0.6 are the same. Plain numbers are per cent where the header says so, or one of them is
    too large for a fraction; the column is read as a whole, but for small numbers that the cells with “%” place.
    """
    numbers, faults = read_each(cells, without_excel_errors(lambda cell: _share(read_number(cell, 1))))
    fractions, asked = _among_marked(numbers, percent)
    plain = [
        number for i, number in enumerate(numbers) if number is not None and number.suffix != "%" and i not in fractions
    ]
    ends = [abs(end) for number in plain for end in number[:2] if end is not None]
    largest = max(ends, default=Decimal(0))
    small = sum(0 < end <= 1 for end in ends)
    notes: list[tuple[str, Fault]] = []
    in_doubt: Fault | None = None
    if percent and plain and 0 < largest <= 1 and any(end != end.to_integral_value() for end in ends):
        text = (
            f"表头写着“%”，这一列的数却都不大于 1，仍按百分数读入（{largest.normalize()} 读作 {largest.normalize()}%）"
        )
        notes.append(("", Fault(text, "若已是小数，请去掉表头的“%”")))
    elif not percent and largest > 1:
        percent = not small or largest >= 2
        if percent:
            notes.append(("", Fault("这一列有大于 1 的数，全列按百分数读入", "请在表头注明“%”")))
        else:
            in_doubt = Fault("同一列有大于 1 的数，不知是不是百分数", "请写成 60% 或 0.6，或在表头注明“%”")
    per_cent = bool(notes) and largest > 1
    if fractions:
        first = next(iter(fractions))
        read_as = f"（{as_written(cells[first])} 读作 {_share_text(float(numbers[first].exact))}）"
        text = f"这一列有的写“%”，有的没写；{len(fractions)} 格没写的是小数，按小数读入{read_as}"
        notes.append((as_written(cells[first]), Fault(text, "若不是，请写明“%”")))
    faults += [(i, _FRACTION_OR_PER_CENT) for i in asked]
    values: list[Any] = []
    soft: dict[int, Soft] = {}
    whole = bool(_OF_WHOLE.search(column.title)) and not _OF_NO_WHOLE.search(column.title)
    for i, number in enumerate(numbers):
        value: Any = None
        if number is not None and number.suffix != "%" and in_doubt is not None:
            faults.append((i, in_doubt))
        elif number is not None and i not in asked:
            divisor = Decimal(100) if percent and number.suffix != "%" and i not in fractions else Decimal(1)
            low, high = (None if end is None else float(EXACT.divide(end, divisor)) for end in number[:2])
            if whole and low is not None and low <= 1 and is_about(cells[i]):  # about 95 % is no more than all
                high = None if high is None else min(high, 1.0)
            if whole and ((low is not None and low < 0) or (high is not None and high > 1)):
                faults.append((i, _NO_PART))
            elif number.exact is None:
                soft[i] = Soft(low, high)
                faults.append((i, told(soft[i], _share_text)))
            else:
                value = low
                if per_cent and divisor != 1 and 0 < abs(number.exact) <= 1:
                    faults.append(
                        (i, Fault(f"读作 {number.exact.normalize():f}%，因为这一列按百分数读入", "请写明“%”"))
                    )
        values.append(value)
    return Cells(values, faults, soft, {}, notes)


def _among_marked(numbers: Sequence[Any], percent: bool) -> tuple[list[int], list[int]]:
    """Of the plain numbers up to 1 beside cells with “%”, by index: those that are fractions, and those of which nobody
    can say. Where the header says per cent (`percent`), or a plain number is above 1, that is what the others are.
    """
    marked = [number.exact for number in numbers if number is not None and number.suffix == "%" and number.exact]
    plain = {
        i: number.exact
        for i, number in enumerate(numbers)
        if number is not None and number.suffix != "%" and number.exact and abs(number.exact) <= 1
    }
    if not marked or not plain:
        return [], []
    large = [number.exact for number in numbers if number and number.suffix != "%" and (number.exact or 0) > 1]
    fractions = clearly_fractions(plain, [*marked, *(number / 100 for number in large)])
    if percent or large:
        return sorted(fractions), []
    if fractions and not clearly_per_cent(plain, marked):  # plain numbers of one column are written in one way
        return list(plain), []
    return [], list(plain)


def _share(number: Number | Fault | None) -> Number | Fault | None:
    if number is None or isinstance(number, Fault):
        return number
    if number.suffix not in ("", "%"):
        return Fault(f"写的是“{number.suffix}”，不是比例", "请写成 60% 或 0.6")
    if any(end is not None and abs(end) >= Decimal("1e300") for end in number[:2]):
        return TOO_LARGE
    return hundredth(number) if number.suffix == "%" else number


def _share_text(share: float) -> str:
    return f"{share * 100:.12g}%"
