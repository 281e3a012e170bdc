"""Ranges that a cell of a record has to lie in: of numbers, of money that is written out, of dates."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.progress import logger
from matcher.tables.cells.dates import local_times
from matcher.tables.columns.numbers import read_numbers
from matcher.tables.columns.readings import Soft
from matcher.tables.schemas.main import Column

Mask = NDArray[np.bool_]
Bound = int | float | dt.date | str | None
_MONEY = Column("price", "yuan", "价格")
_SUM = re.compile(r"\d\s*[万亿元]|\d[,，]\d{3}|[¥￥]\s*\d")


@dataclass(frozen=True)
class Between:
    """A range of numbers or of dates, both ends included; None is no bound.

    Dates are `datetime.date`, Timestamps or ISO texts, here and in the cells. A text of money (35.5万元) is its sum in
    yuan. What is unknown (面议), or cannot be read as a number or date, lies in no range; of a cell that is known
    within bounds (`<column>_min`, `<column>_max`, 20～30万元), some value between them has to.

    Raises
    ------
    ArgumentError
        Both bounds are None, or `low` lies above `high`.
    ArgumentTypeError
        A bound is neither number nor date, or one is a number and the other a date.

    Examples
    --------
    >>> from matcher.matching import Between
    >>> where = {"price": Between(high=1_000_000), "date": Between("2020-01-01", "2025-12-31")}
    """

    low: Bound = None
    high: Bound = None

    def __post_init__(self) -> None:
        bounds = [self._read(bound) for bound in (self.low, self.high) if bound is not None]
        if not bounds:
            raise ArgumentError("Between needs a lower bound, an upper bound or both")
        if len({isinstance(bound, pd.Timestamp) for bound in bounds}) > 1:
            raise ArgumentTypeError(f"{self}: one bound is a number, the other a date")
        if bounds[0] > bounds[-1]:
            raise ArgumentError(f"{self}: the lower bound lies above the upper one")

    def _read(self, bound: Any) -> Any:
        if isinstance(bound, (str, dt.date)):
            try:
                day = pd.Timestamp(bound)
            except ValueError as error:
                raise ArgumentTypeError(f"a bound is a number or a date such as 2026-03-31, not {bound!r}") from error
            if not pd.isna(day):
                return day.tz_localize(None)
        number = isinstance(bound, (int, float, np.integer, np.floating)) and not isinstance(bound, bool)
        if not number or pd.isna(bound):
            raise ArgumentTypeError(f"a bound is a number or a date such as 2026-03-31, not {bound!r}")
        return bound

    def holds(self, cells: NDArray[np.object_], *, column: str = "") -> Mask:
        """Which cells lie in the range; those that cannot be read are logged."""
        bound = self._read(self.high if self.low is None else self.low)
        given = pd.Series(cells, dtype=object)
        if isinstance(bound, pd.Timestamp):
            numbers = given.map(lambda cell: isinstance(cell, (int, float, np.number)))
            values = pd.to_datetime(local_times(given.mask(numbers, None)), errors="coerce", format="ISO8601")
        else:
            values = pd.to_numeric(given, errors="coerce")
            sums = values.isna() & given.map(lambda cell: isinstance(cell, str) and bool(_SUM.search(cell)))
            if sums.any():
                others = given.mask(sums, None).to_numpy(object)
                return self.holds(others, column=column) | self._sums(given.where(sums, None), column)
        blank = given.isna() | given.eq("")
        if (lost := np.flatnonzero(values.isna() & ~blank)).size:
            logger.warning("%s：%d 条读不成数或日期（如“%s”），不在范围之内", column, len(lost), cells[lost[0]])
        return self._has(values, values)

    def _has(self, low: pd.Series[Any], high: pd.Series[Any]) -> Mask:
        """Which values from `low` to `high`, where both are known, have one in the range."""
        first, last = (None if bound is None else self._read(bound) for bound in (self.low, self.high))
        result = low.notna() & high.notna()
        if first is not None:
            result &= high >= first
        if last is not None:
            result &= low <= last
        return result.to_numpy(bool)

    def _sums(self, written: pd.Series[Any], column: str) -> Mask:
        """Which texts name a sum of money in the range; those that name none are logged."""
        read = read_numbers(_MONEY, 1, written.tolist())
        faults = dict(read.faults)
        ends = [read.soft.get(at, Soft(value, value)) for at, value in enumerate(read.values)]
        known: Mask = np.array([value is not None for value in read.values], dtype=bool)
        known[list(read.soft)] = True
        if lost := [at for at in faults if not known[at]]:
            logger.warning("%s：%d 条读不成数或日期（如“%s”），不在范围之内", column, len(lost), written[lost[0]])
        low = pd.Series([-np.inf if end.low is None else float(end.low) for end in ends])
        high = pd.Series([np.inf if end.high is None else float(end.high) for end in ends])
        fits: Mask = self._has(low, high) & known
        return fits

    def meets(self, low: NDArray[np.object_], high: NDArray[np.object_]) -> Mask:
        """Which pairs of bounds have a value in the range; a bound that is not there is no end, but one must be."""
        open_low, open_high = (pd.isna(pd.Series(ends, dtype=object)).to_numpy(bool) for ends in (low, high))
        fits = ~(open_low & open_high)
        if self.low is not None:
            fits = fits & (open_high | Between(low=self.low).holds(high))
        if self.high is not None:
            fits = fits & (open_low | Between(high=self.high).holds(low))
        return fits
