"""A table of firms to the facts of one policy: exact figures, unknown left unknown, impossible ones reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.language.intervals import EXACT, Bools, Facts, Floats, Span
from matcher.policy.language.model import FactColumn, YearsRule
from matcher.tables.cells.dates import local_times, read_date
from matcher.tables.cells.yes_no import CODE_OR_COUNT, codes_or_counts, read_yesno
from matcher.tables.columns.soft_values import text_of
from matcher.tables.naming.regions import find_region
from matcher.tables.schemas.main import HIGH, LOW

EPOCH = dt.date(1970, 1, 1)
_NO_CODE = 2.0  # 1 is yes and 2 is no by the national code
EMPTY = frozenset({"", "nan", "none", "null", "<na>", "nat", "-", "—", "/", "未知", "不详"})


PROBLEMS = ("enterprise_id", "policy", "column", "cell", "problem", "level")


@dataclass
class Notes:
    """Problems of a table: firm, column, the cell as given, what is wrong, and how bad (`impossible`, `unusual`...)."""

    policy: str
    blocks: list[tuple[list[str], list[str], tuple[str, str, str, str]]] = field(default_factory=list)

    def add(self, ids: np.ndarray[Any, Any], rows: Bools, column: str, cells: Any, problem: str, level: str) -> None:
        """One line per marked row."""
        if len(marked := np.flatnonzero(rows)):
            written = [""] * len(marked) if cells is None else [str(cells[row]) for row in marked.tolist()]
            self._lines(list(map(str, ids[marked].tolist())), written, column, problem, level)

    def whole(self, column: str, problem: str, level: str) -> None:
        """One line for the whole table."""
        self._lines([""], [""], column, problem, level)

    def _lines(self, firms: list[str], cells: list[str], column: str, problem: str, level: str) -> None:
        self.blocks.append((firms, cells, (self.policy, column, problem, level)))


def problem_table(notes: Iterable[Notes]) -> pd.DataFrame:
    """The problems as a table with the columns of `PROBLEMS`."""
    blocks = [block for note in notes for block in note.blocks]
    if not blocks:
        return pd.DataFrame(columns=list(PROBLEMS))
    sizes = [len(firms) for firms, _, _ in blocks]
    words = pd.DataFrame([said for *_, said in blocks], columns=["policy", "column", "problem", "level"], dtype=object)
    table = words.loc[np.repeat(words.index, sizes)].reset_index(drop=True)
    table["enterprise_id"] = [firm for firms, _, _ in blocks for firm in firms]
    table["cell"] = [cell for _, cells, _ in blocks for cell in cells]
    return table[list(PROBLEMS)]


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (dt.date(day.year, day.month, day.day) - EPOCH).days


_NO_DAY = day_number(dt.date(1900, 1, 1))  # what programs write where nothing is known


def _text(series: pd.Series[Any]) -> tuple[list[str], Bools]:
    """The cells as texts, and which of them are empty."""
    cells = ["" if value is None or value is pd.NA else str(value).strip() for value in series.tolist()]
    return cells, np.array([cell.lower() in EMPTY for cell in cells], dtype=bool)


def written(series: pd.Series[Any]) -> Bools:
    """The rows in which something is written."""
    return ~_text(series)[1]


def numbers(series: pd.Series[Any]) -> tuple[Floats, Bools]:
    """Figures as float64 (NaN: empty) and the rows that hold no figure though they are not empty."""
    if pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return values, np.isinf(values)
    cells, empty = _text(series)
    out = np.full(len(cells), np.nan)
    bad = np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        if empty[row]:
            continue
        try:
            out[row] = float(cell.replace(",", "").replace("，", ""))
        except ValueError:
            bad[row] = True
    return out, bad | np.isinf(out)


def yes_no(series: pd.Series[Any]) -> tuple[Floats, Bools]:
    """1, 0 or NaN, and the rows that hold neither yes nor no though they are not empty. A count is yes from 1 on; a 2
    beside nothing but 1 may as well be the code of no.
    """
    if pd.api.types.is_bool_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(series), dtype=bool)
    if pd.api.types.is_numeric_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = ~np.isnan(values) & ((values < 0) | (values != np.floor(values)) | np.isinf(values))
        if not (np.isin(values, (0.0,)) | (values > _NO_CODE)).any():
            bad |= values == _NO_CODE
        return np.where(bad, np.nan, np.minimum(values, 1.0)), bad

    def code(cell: str) -> float:
        answer = read_yesno(cell)
        return float(answer) if isinstance(answer, bool) else np.nan

    values, bad = _coded(series, lambda cell: np.nan if cell.lower() in EMPTY else code(cell))
    if codes_or_counts(pd.unique(series).tolist()):  # which are few
        codes = codes_or_counts(series.tolist())
        values[codes], bad[codes] = np.nan, True
    return values, bad


def _coded(series: pd.Series[Any], code: Callable[[str], float]) -> tuple[Floats, Bools]:
    """The code of every cell, worked out once a writing, and the rows that have none though they are not empty."""
    at, writings = pd.factorize(series, use_na_sentinel=False)
    cells, empty = _text(pd.Series(writings, dtype=object))
    codes = np.array([code(cell) for cell in cells], dtype=float)
    return codes[at], (np.isnan(codes) & ~empty)[at]


def dates(series: pd.Series[Any]) -> tuple[Floats, Bools]:
    """Days since 1970-01-01, and the rows that hold no date though they are not empty."""
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        stamps = local_times(series).to_numpy(dtype="datetime64[s]")
        return _days(stamps), np.zeros(len(series), dtype=bool)
    cells = series.tolist()
    out = np.full(len(cells), np.nan)
    bad = np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        day = None if cell is None or cell is pd.NA or cell is pd.NaT else read_date(cell)
        if isinstance(day, dt.date):
            out[row] = day_number(day)
        elif day is not None:
            bad[row] = True
    return out, bad


def in_region(column: FactColumn, firms: pd.DataFrame) -> Floats:
    """Whether the `region` of each firm lies where `column.region` asks for: 1, 0, or NaN where it names no place, or
    one that lies only in part there. Where nothing is written: as `column.unplaced` says.
    """
    texts = firms["region"] if "region" in firms.columns else pd.Series(None, index=firms.index, dtype=object)
    inside, *left_out = column.region

    def code(cell: str) -> float:
        found = find_region(cell)
        if found is None:
            return np.nan
        place = found.division
        if not place.startswith(inside):
            return np.nan if inside.startswith(place) else 0.0
        if any(place.startswith(other) for other in left_out):
            return 0.0
        return np.nan if any(other.startswith(place) for other in left_out) else 1.0

    codes, _ = _coded(texts, code)
    nothing = _text(texts)[1]
    return np.where(nothing & column.unplaced, 1.0, codes)


def _days(stamps: Any) -> Floats:
    whole = stamps.astype("datetime64[D]")
    return np.where(np.isnat(whole), np.nan, whole.astype(np.int64).astype(np.float64))


def choices(series: pd.Series[Any], known: Mapping[str, tuple[str, ...]]) -> tuple[Floats, Bools]:
    """The number of the choice, by its name or one of its Chinese words."""
    codes = {word.lower(): float(code) for code, (name, words) in enumerate(known.items()) for word in (name, *words)}
    # a choice may itself be called "none", so the words come before emptiness
    return _coded(series, lambda cell: codes.get(cell.lower(), np.nan) if cell else np.nan)


_WRONG = {
    "yesno": "既不是“是”也不是“否”；按未知处理",
    "date": "不是日期；请写成 2026-11-24；按未知处理",
    "choice": "不在可选项之内；按未知处理",
}


@dataclass(frozen=True)
class Fault:
    """Cells of a column that count for nothing: which rows, the cells as given, what is wrong, and how bad."""

    rows: Bools
    cells: list[Any]
    problem: str
    level: str


def read_values(column: FactColumn, series: pd.Series[Any]) -> tuple[Floats, list[Fault]]:
    """One column to figures, unknown where a cell cannot be one, and those cells."""
    if column.kind == "yesno":
        values, bad = yes_no(series)
    elif column.kind == "date":
        values, bad = dates(series)
    elif column.kind == "choice":
        values, bad = choices(series, column.choices)
    else:
        values, bad = numbers(series)
    faults = []
    if bad.any():
        cells, problem = series.tolist(), _WRONG.get(column.kind, "不是数字；按未知处理")
        coded = np.zeros(len(bad), dtype=bool)
        if column.kind == "yesno":
            coded[codes_or_counts(cells)] = True
        for rows, what in ((bad & ~coded, problem), (bad & coded, f"{CODE_OR_COUNT.problem}；请填“是”或“否”")):
            if rows.any():
                faults.append(Fault(rows, cells, what, "unreadable"))
        values = np.where(bad, np.nan, values)
    if column.kind == "date" and (unlikely := values <= _NO_DAY).any():
        faults.append(Fault(unlikely, series.tolist(), "像是程序写在空格里的日期；按未知处理", "impossible"))
        values = np.where(unlikely, np.nan, values)
    if column.kind in ("count", "number", "yuan", "share"):
        with np.errstate(invalid="ignore"):
            outside = (values < column.lowest) | (values > column.highest)
            huge = (np.abs(values) > EXACT) & ~outside
            broken = (values != np.floor(values)) & ~np.isnan(values) & ~outside & ~huge
        top = "" if np.isinf(column.highest) else f"，最大 {column.highest:g}"
        wrong = [(outside, f"不可能的数值（最小 {column.lowest:g}{top}）"), (huge, "数值过大，请核对单位")]
        if column.kind == "count" or column.whole:
            wrong.append((broken, "应为整数"))
        for rows, problem in wrong:
            if rows.any():
                faults.append(Fault(rows, series.tolist(), f"{problem}；按未知处理", "impossible"))
                values = np.where(rows, np.nan, values)
    return values, faults


def column_values(column: FactColumn, series: pd.Series[Any], ids: np.ndarray[Any, Any], notes: Notes) -> Floats:
    """One column to figures; a cell that cannot be is reported and left unknown."""
    values, faults = read_values(column, series)
    for fault in faults:
        notes.add(ids, fault.rows, column.title, fault.cells, fault.problem, fault.level)
    return values


class FirmCells:
    """The columns of a table of firms as figures, each read once for all the policies that read it alike."""

    def __init__(self, firms: pd.DataFrame, ids: np.ndarray[Any, Any]) -> None:
        self._firms, self._ids = firms, ids
        self._read: dict[tuple[Any, ...], tuple[Floats, list[Fault]]] = {}
        self.unknown = np.full(len(ids), np.nan)

    def __contains__(self, name: str) -> bool:
        return name in self._firms.columns

    def values(self, column: FactColumn, name: str, notes: Notes) -> Floats:
        """What the column `name` of the table says of a fact; a cell that cannot be is reported and left unknown."""
        key = (name, column.kind, column.lowest, column.highest, column.whole, *column.choices.items())
        if key not in self._read:
            self._read[key] = read_values(column, self._firms[name])
        values, faults = self._read[key]
        for fault in faults:
            notes.add(self._ids, fault.rows, column.title, fault.cells, fault.problem, fault.level)
        return values


def bounds_of(
    column: FactColumn, firms: pd.DataFrame, name: str, ids: np.ndarray[Any, Any], notes: Notes
) -> Span | None:
    """What the columns `<name>_min` and `<name>_max` say of a fact, within its domain; None where there are none.

    Bounds that leave no value are reported and count for nothing.
    """
    if column.kind in ("yesno", "choice") or not (name + LOW in firms or name + HIGH in firms):
        return None
    read = dates if column.kind == "date" else numbers
    lowest, highest = domain(column)
    ends = []
    for end, open_end in ((LOW, lowest), (HIGH, highest)):
        values = read(firms[name + end])[0] if name + end in firms else np.full(len(firms), np.nan)
        ends.append(np.where(np.isnan(values) | (np.abs(values) > EXACT), open_end, values))
    low, high = ends
    if column.step == 1 or column.whole:
        low, high = np.ceil(low), np.floor(high)
    low, high = np.maximum(low, lowest), np.minimum(high, highest)
    empty = low > high
    if empty.any():
        cells = [f"{one:g}–{other:g}" for one, other in zip(*ends, strict=True)]
        notes.add(ids, empty, column.title, cells, "范围里没有可能的数值；按未知处理", "impossible")
    return Span(np.where(empty, lowest, low), np.where(empty, highest, high))


def written_facts(firms: pd.DataFrame, policy: str, name: str) -> list[str]:
    """What the table says of a fact that it knows within bounds only, a text for each firm, "" for the others."""
    texts = [""] * len(firms)
    for full in (f"{policy}.{name}", name, *twin_names(name)):
        if full in firms:
            texts = [old or new for old, new in zip(texts, text_of(firms, full), strict=True)]
    return texts


_SAME_YEAR = {"_last_year": "_y3", "_y3": "_last_year", "_prev_year": "_y2", "_y2": "_prev_year"}


def twin_names(name: str) -> list[str]:
    """The other name of a fact of the same accounting year."""
    return [name.removesuffix(end) + twin for end, twin in _SAME_YEAR.items() if name.endswith(end)]


def domain(column: FactColumn) -> tuple[float, float]:
    """Smallest and largest possible value of an unknown cell."""
    if column.kind == "yesno":
        return 0.0, 1.0
    if column.kind == "choice":
        return 0.0, float(len(column.choices) - 1)
    if column.kind == "date":
        return -np.inf, np.inf
    return column.lowest, column.highest


def count_years(
    spans: Mapping[str, Span], partial: Mapping[str, Bools], on: Floats, rule: YearsRule
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Accounting years before the year of application, 0..3; -1 where neither the count nor the year of registration
    is known, or the count is known in part.
    """
    given, since = spans[rule.column].value(), spans[rule.since]
    known = np.isfinite(since.lo) & np.isfinite(since.hi)
    if rule.column in partial:
        known &= ~partial[rule.column]
    most, least = (np.clip(_years(on) - _years(np.where(known, day, 0)), 0, 3) for day in (since.lo, since.hi))
    derived = np.where(known & (most == least), most, -1)
    return np.where(np.isnan(given), derived, np.nan_to_num(given)).astype(np.int64)


def _years(days: Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    return days.astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)


def build(
    columns: Mapping[str, FactColumn],
    values: Mapping[str, Floats],
    on: Floats,
    years: YearsRule | None,
    bounds: Mapping[str, Span] | None = None,
) -> Facts:
    """Facts with every unknown cell spread over its `bounds` where there are some, else over its domain."""
    size = len(on)
    spans: dict[str, Span] = {}
    partial: dict[str, Bools] = {}
    for name, column in columns.items():
        lowest, highest = domain(column)
        spans[name] = Span.of(values[name], lowest, highest)
        if bounds and name in bounds and not spans[name].settled:
            open_, held = np.isnan(values[name]), bounds[name]
            spans[name] = Span(np.where(open_, held.lo, spans[name].lo), np.where(open_, held.hi, spans[name].hi))
            partial[name] = open_ & (held.lo < held.hi) & ((held.lo > lowest) | (held.hi < highest))
    steps = {name: column.step for name, column in columns.items()}
    counted = None if years is None else count_years(spans, partial, on, years)
    return Facts(size, spans, steps, counted, on, partial)


def cut_years(facts: Facts, rule: YearsRule) -> Facts:
    """Figures of accounting years that do not exist become zero, so that sums run over the years that do."""
    assert facts.years is not None
    if (facts.years >= 3).all():
        return facts
    spans = dict(facts.spans)
    for name, needed in rule.cut.items():
        gone = facts.years < needed
        if gone.any():
            span = spans[name]
            lo = np.where(gone, 0.0, span.lo)
            spans[name] = Span.known(lo) if span.settled else Span(lo, np.where(gone, 0.0, span.hi))
    return Facts(facts.size, spans, facts.steps, facts.years, facts.on)
