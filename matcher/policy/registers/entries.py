"""The rows of a register, each with its firm and its place in the file; what is known of a cell; the warnings."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

import pandas as pd

from matcher.errors import TableError
from matcher.policy.firms.identity import counts_rows
from matcher.policy.firms.linkage import OTHER_WRITING, link, right_codes
from matcher.policy.registers.project_units import without_units
from matcher.policy.registers.schemas import NEEDED
from matcher.tables.arguments import check_firms
from matcher.tables.cells.dates import local_times
from matcher.tables.cells.texts import shorten
from matcher.tables.files.grids import Source
from matcher.tables.headers.column_account import USED
from matcher.tables.headers.forms import header_key
from matcher.tables.naming.names import is_unit
from matcher.tables.naming.writings import KnownIds
from matcher.tables.reading import Reading, read_table
from matcher.tables.rows.ids import id_texts
from matcher.tables.schemas.main import HIGH, LOW, TEXT, Contract

WARNINGS = ("enterprise_id", "register", "file", "row", "item", "problem", "counted", "source", "what_to_do")
COUNTED, NOT_COUNTED, OPEN = "计入", "不计入", "未定"
Bounds = tuple[float | None, float | None]  # both ends included; None: no end
Truth = bool | None  # None: not known


class Span(NamedTuple):
    """A day known to lie from `low` to `high`, None for no end."""

    low: dt.date | None
    high: dt.date | None

    def by(self, day: dt.date) -> Truth:
        """Whether it is on that day or before."""
        if self.high is not None and self.high <= day:
            return True
        return False if self.low is not None and self.low > day else None

    def within(self, first: dt.date, last: dt.date) -> Truth:
        """Whether it lies from `first` to `last`."""
        return every(self.by(last), negated(self.by(first - dt.timedelta(days=1))))


UNKNOWN_DAY = Span(None, None)


def every(*parts: Truth) -> Truth:
    """Whether all hold."""
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def some(*parts: Truth) -> Truth:
    """Whether one holds."""
    return negated(every(*map(negated, parts)))


def negated(part: Truth) -> Truth:
    """The opposite."""
    return None if part is None else not part


def agreed(parts: Iterable[Truth]) -> Truth:
    """What several rows of one thing say of it together: what some know and none contradicts."""
    known = {part for part in parts if part is not None}
    return known.pop() if len(known) == 1 else None


def count(states: Iterable[Truth]) -> Bounds:
    """How many hold, at least and at most."""
    kept = list(states)
    sure = sum(state is True for state in kept)
    return sure, sure + sum(state is None for state in kept)


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day of an earlier year; the 28th for a 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def plain(text: str) -> str:
    """A text by which two cells are compared: half width, capitals, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).upper()


def year_of(text: str) -> int | None:
    """The one year that a text names: 2025, 2025年, 2025年度; None for none or several."""
    years = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", unicodedata.normalize("NFKC", text)))
    return int(years.pop()) if len(years) == 1 else None


class Entry:
    """One row of a register that belongs to a firm, surely or as a proposal that nobody confirmed."""

    def __init__(
        self,
        cells: Mapping[str, Any],
        file: str,
        firm: str,
        sure: bool,
        strange: Mapping[str, str] | None = None,
        sheet: str = "",
    ) -> None:
        self.cells, self.file, self.sheet = cells, file, sheet
        self.firm, self.sure = firm, sure
        self._strange = strange or {}
        self.row = int(found[0]) if (found := re.search(r"\d+", cells["record_id"])) else 0

    def text(self, name: str) -> str:
        """A text, "" for nothing."""
        return str(self.cells[name]).strip()

    def yes(self, name: str) -> Truth:
        """Yes, no or unknown."""
        value = self.cells[name]
        return None if pd.isna(value) else bool(value)

    def number(self, name: str) -> Bounds:
        """Between which bounds a figure lies."""
        value = self.cells[name]
        if not pd.isna(value):
            return float(value), float(value)
        ends = [self.cells.get(name + end) for end in (LOW, HIGH)]
        low, high = (None if end is None or pd.isna(end) else float(end) for end in ends)
        return low, high

    def unread(self, name: str) -> str:
        """What stands in a cell of which nothing could be read, where the contract keeps it; "" for none."""
        return str(self.cells.get(name + TEXT, "")) if self.number(name) == (None, None) else ""

    def beside(self) -> Iterator[tuple[str, str, Any]]:
        """What is filled in columns that no field took: the header, the field that it is like ("" for none), the
        cell.
        """
        for header, nearest in self._strange.items():
            if Entries._says(cell := self.cells.get(header, "")):
                yield header, nearest, cell

    def day(self, name: str) -> Span:
        """What is known of a day."""
        value = self.cells[name]
        if not pd.isna(value):
            return Span(value.date(), value.date())
        ends = [self.cells.get(name + end) for end in (LOW, HIGH)]
        low, high = (None if end is None or pd.isna(end) else end.date() for end in ends)
        return Span(low, high)


@dataclass
class Warnings:
    """What an auditor would mark: firm, register, file, row, which item, what is wrong, whether it counts, the rule,
    what to do.
    """

    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(
        self, register: str, entry: Entry, item: str, problem: str, counted: str, source: str, what_to_do: str
    ) -> None:
        """One line on a row of a register."""
        place = (entry.firm, register, entry.file, entry.row or None, shorten(item, 60))
        self.rows.append((*place, problem, counted, source, what_to_do))

    def firm(self, register: str, firm: str, item: str, problem: str, counted: str, source: str, do: str) -> None:
        """One line on a firm as a whole."""
        self.rows.append((firm, register, "", None, item, problem, counted, source, do))

    def table(self) -> pd.DataFrame:
        """The lines as a table with the columns of WARNINGS: by firm, then register, then row."""
        frame = pd.DataFrame(self.rows, columns=list(WARNINGS)).astype({"row": "Int64"})
        order = ["enterprise_id", "register", "file", "row"]
        return frame.sort_values(order, kind="stable", ignore_index=True, na_position="first")


class Entries(NamedTuple):
    """The joined rows of all files of one register."""

    contract: Contract
    rows: list[Entry]
    links: pd.DataFrame
    problems: pd.DataFrame

    def by_firm(self) -> Iterator[tuple[str, list[Entry]]]:
        """Firms in the order of their first row, each with its rows."""
        firms: dict[str, list[Entry]] = {}
        for entry in self.rows:
            firms.setdefault(entry.firm, []).append(entry)
        yield from firms.items()

    def fills(self, name: str) -> bool:
        """Whether any row says anything in this column."""
        return any(self._says(entry.cells[name]) for entry in self.rows)

    @staticmethod
    def _says(cell: Any) -> bool:
        return bool(not pd.isna(cell) and cell != "")


def application_days(firms: pd.DataFrame, on: dt.date) -> dict[str, dt.date]:
    """Firm -> its `apply_on`, else `on`."""
    check_firms(firms, "enterprise_id")
    given = firms["apply_on"] if "apply_on" in firms else pd.Series(pd.NaT, firms.index)
    days = pd.to_datetime(local_times(given), errors="coerce")
    dates = (on if pd.isna(day) else day.date() for day in days)
    return dict(zip(id_texts(firms["enterprise_id"]), dates, strict=True))


def read_register(
    source: Source,
    contract: Contract,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a register; its rows need no number. See `matcher.tables.reading.read_table`.

    Raises TableError, also for a table that has none of the columns that make such a register.
    """
    reading = read_table(source, contract, sheet=sheet, columns=columns, bad_rows=bad_rows)
    taken = dict(zip(reading.columns["field"], reading.columns["header"].map(header_key), strict=True))
    said = set(map(header_key, columns or ()))
    things = [name for name in ("right", "project") if taken.get(name) == "名称"]
    open_name = "name" not in taken and "名称" not in said and "名称" in set(reading.columns["header"].map(header_key))
    if contract.name in ("rights", "projects") and open_name and all(_are_units(reading.rows[one]) for one in things):
        own = {**(columns or {}), "名称": "name"}  # of firms, or beside 专利名称
        reading = read_table(source, contract, sheet=sheet, columns=own, bad_rows=bad_rows)
    needed = NEEDED.get(contract.name, ())
    if needed and not set(needed) & set(reading.columns["field"]):
        titles = "、".join(contract[name].title for name in needed[:4])
        file, read = reading.columns["file"].iloc[0], reading.columns["sheet"].iloc[0]
        raise TableError(f"{file}{read and f'（{read}）'}：不像{contract.title}登记表，没有{titles}等列；请换一张表")
    if contract.name == "projects":
        reading = without_units(reading)
    if not counts_rows(reading, columns):
        return reading
    return Reading(reading.rows.assign(enterprise_id=""), reading.problems, reading.columns)


def _are_units(names: pd.Series[Any]) -> bool:
    return all(is_unit(name) for name in names if name)


def joined(
    readings: Iterable[Reading],
    contract: Contract,
    firms: pd.DataFrame,
    warnings: Warnings,
    accepted: Mapping[int, str] | None = None,
    same_name: bool = False,
) -> Entries:
    """The rows of a register with their firms (`matcher.policy.firms.linkage.link`).

    A row that is only proposed may be the firm's or not; it and rows that are not joined are told.
    """
    entries: list[Entry] = []
    ids = KnownIds(firms["enterprise_id"].astype(str))
    links, problems = [], []
    start = 0
    for reading in readings:
        file, sheet = (str(reading.columns[at].iloc[0]) if len(reading.columns) else "" for at in ("file", "sheet"))
        rows = _named(reading.rows, ids)
        here = {row - start: firm for row, firm in (accepted or {}).items()}
        found = link(rows, firms, accepted=here, same_name=same_name).links
        unused = reading.columns[reading.columns["use"] != USED]
        strange = dict(zip(unused["header"].astype(str), unused["nearest"].astype(str), strict=True))
        known = [
            Entry(cells, file, firm, sure, strange, sheet)
            for cells, firm, sure in zip(
                cast(list[dict[str, Any]], rows.to_dict("records")),
                found["enterprise_id"].tolist(),
                found["joined"].tolist(),
                strict=True,
            )
        ]
        entries += [entry for entry in known if entry.firm]
        found = found.assign(
            register=contract.title, file=file, sheet_row=[entry.row for entry in known], row=found["row"] + start
        )
        _unjoined(known, found, contract.title, warnings)
        links.append(found)
        problems.append(reading.problems)
        start += len(known)
    return Entries(contract, entries, pd.concat(links, ignore_index=True), pd.concat(problems, ignore_index=True))


def _named(rows: pd.DataFrame, ids: KnownIds) -> pd.DataFrame:
    """Rows with what stands in the place of an id and is a code or a name where those stand; a right without a firm's
    name is its first owner's.
    """
    given, code, name = rows["enterprise_id"], rows["uscc"], rows["name"]
    strange = given.map(ids.find).eq("") & (given != "")
    is_code = strange & (right_codes(given) != "")
    code = code.mask(is_code & (code == ""), given)
    name = name.mask(strange & ~is_code & (name == ""), given)
    if "owners" in rows:
        name = name.where(name != "", rows["owners"].map(lambda text: (owners_of(text) or [""])[0]))
    return rows.assign(uscc=code, name=name)


_CUT = re.compile(r"[;；、,，/|\n]+|\s{2,}")


def owners_of(text: str) -> list[str]:
    """The owners that a cell names."""
    return [part.strip() for part in _CUT.split(str(text)) if part.strip()]


def _unjoined(entries: list[Entry], links: pd.DataFrame, register: str, warnings: Warnings) -> None:
    """A line for each proposal and each wrong code, one for all rows whose firm is not in the table, and one for all
    whose id is written otherwise than there.
    """
    absent: list[str] = []
    nameless = True
    otherwise: list[str] = []
    source = "按统一社会信用代码归户"
    for entry, (written, name, how) in zip(entries, links[["written", "name", "how"]].to_numpy().tolist(), strict=True):
        if entry.sure:
            otherwise += [f"{entry.text('enterprise_id')}（{entry.firm}）"] if how == OTHER_WRITING else []
            continue
        if not entry.firm and how == "没有找到":
            nameless &= not (entry.text("name") or entry.text("uscc") or entry.text("enterprise_id"))
            absent.append(written or f"第 {entry.row} 行")
            continue
        problem = f"没有归户：{how}" + (f"（可能是“{name}”）" if name else "")
        do = "请在登记表补填正确的统一社会信用代码或企业编号"
        do += "；名称完全相同的可用 --same-name 一并确认" if how == "名称相同，待确认" else ""
        warnings.add(register, entry, written, problem, OPEN if entry.firm else NOT_COUNTED, source, do)
    if otherwise:
        shown = shorten("、".join(dict.fromkeys(otherwise)), 100)
        problem = f"{len(otherwise)} 行的企业编号与企业表写法不同，已归户：{shown}"
        do, file = "请核对；不是同一家的请更正企业编号", entries[0].file
        warnings.rows.append(("", register, file, None, "", problem, COUNTED, source, do))
    if absent:
        problem = f"{len(absent)} 行的企业不在企业表中：{shorten('、'.join(dict.fromkeys(absent)), 100)}"
        do, file = "若应在表中，请补进企业表或更正代码", entries[0].file
        if nameless:
            problem = f"{len(absent)} 行没有写是哪家企业：{shorten('、'.join(dict.fromkeys(absent)), 100)}"
            do = "请补企业名称或统一社会信用代码；表中有这一列而没看懂的，请用 --column 指定"
        warnings.rows.append(("", register, file, None, "", problem, NOT_COUNTED, source, do))
