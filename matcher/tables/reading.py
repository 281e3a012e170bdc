"""Whatever people hand in becomes a clean frame, and a list of what was wrong with it.

Nothing is dropped in silence: the filled rows below the header are the rows of the answer and those that its problems
list as not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.tables import cells as cleaning
from matcher.tables.cells import Fault, is_blank, shorten
from matcher.tables.columns import Cells, Soft, read_cells
from matcher.tables.grids import Book, Grid, Source, read_book
from matcher.tables.header_words import header_key, header_label
from matcher.tables.headers import Header, find_header
from matcher.tables.near_duplicates import find_reposts
from matcher.tables.records import Problem as _Problem
from matcher.tables.records import cell_of as _cell
from matcher.tables.records import records as _records
from matcher.tables.records import row_of as _row_of
from matcher.tables.records import shown as _shown
from matcher.tables.row_numbers import numbers_rows
from matcher.tables.schemas import EXPERTS, HIGH, LOW, NEEDS, OUTCOMES, STATE, TEXT, WORKS, Column, Contract
from matcher.tables.soft_values import lasting_text

__all__ = [
    "CARRIED",
    "COLUMN_ACCOUNT",
    "EXPERTS",
    "NEEDS",
    "OUTCOMES",
    "PROBLEM_COLUMNS",
    "UNKNOWN",
    "USED",
    "WORKS",
    "Column",
    "Contract",
    "Reading",
    "describe",
    "read_experts",
    "read_needs",
    "read_outcomes",
    "read_table",
    "read_works",
    "split_labels",
]

PROBLEM_COLUMNS = ["file", "sheet", "row", "column", "value", "problem", "action", "kept"]
COLUMN_ACCOUNT = ["file", "sheet", "header", "field", "title", "use", "nearest", "hint"]
USED, CARRIED, UNKNOWN = "已采用", "原样保留", "没看懂"  # what becomes of a column

_SMALL = 100_000  # yuan: a firm's sales, assets or budgets that are all below this may be in another unit
_SHOWN = 20  # problems that a message spells out


@dataclass(frozen=True)
class Reading:
    """What was read: the clean rows in the file's order, the problems by row, and what became of each column.

    It unpacks as `rows, problems`. `problems` has PROBLEM_COLUMNS, `columns` COLUMN_ACCOUNT: one row for each header
    of the file in its order, with the field that it fills (`field` and its Chinese `title`, "" for none), its `use`
    (USED, CARRIED or UNKNOWN) and, for a column that no field took, the `nearest` field and a `hint`,
    "表头=字段", that makes it that field.
    """

    rows: pd.DataFrame
    problems: pd.DataFrame
    columns: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMN_ACCOUNT, dtype=str))

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Rows, then problems."""
        return iter((self.rows, self.problems))


def read_needs(
    source: Source,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table of technical needs (the contract NEEDS); see `read_table`."""
    return read_table(source, NEEDS, sheet=sheet, columns=columns, bad_rows=bad_rows)


def read_outcomes(
    source: Source,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table of research outcomes (the contract OUTCOMES); see `read_table`."""
    return read_table(source, OUTCOMES, sheet=sheet, columns=columns, bad_rows=bad_rows)


def read_experts(
    source: Source,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table of experts, teams or platforms (the contract EXPERTS); see `read_table`."""
    return read_table(source, EXPERTS, sheet=sheet, columns=columns, bad_rows=bad_rows)


def read_works(
    source: Source,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table of their works, one row a work and person (the contract WORKS); see `read_table`."""
    return read_table(source, WORKS, sheet=sheet, columns=columns, bad_rows=bad_rows)


def read_table(
    source: Source,
    contract: Contract,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
) -> Reading:
    """Read a table by its contract, from a file (path, bytes or binary file) or a DataFrame.

    Rows keep their order. Their columns: every column of the contract in its order, `duplicate_of` (if the contract
    says what a repost is: the id of the posting that the row repeats, "" otherwise), then, only for columns that have
    such cells, `<field>_min`, `<field>_max` and `<field>_text` (the bounds of a value known in part, NA for no end,
    and its writing; a known value is both of its bounds) and `<field>_state` ("ended", "open" or "": words in place of
    a date), then the file's other columns: numbers, times or yes and no where all cells are, texts as written
    otherwise. Texts, ids and labels are str with "" for nothing (labels joined by ","), dates datetime64[us], yuan
    Int64 in whole yuan (half a yuan is rounded up), numbers and shares Float64 (a share of 60 % is 0.6), yes and no
    boolean; unknown is NaT or NA. A table with nothing below its header gives no rows and one problem.

    Problems are sorted by row, the number that a spreadsheet shows beside it (the header of a DataFrame or a Parquet
    file counts as row 1; JSON lines are counted as lines). `kept` is False where the row was left out: filled rows
    below the header = rows + distinct rows with kept False.

    sheet: its name, or its position from 1; by default the first one that fits the contract best. columns: header ->
    field, for headers that are not known. bad_rows: "list" goes on without the rows that cannot be used, "refuse"
    raises if there is one.

    Raises TableError when the file cannot be read, no header is found, `sheet` or `columns` name what is not there, or
    rows are refused; its `problems` then hold every fault.
    """
    if bad_rows not in ("list", "refuse"):
        raise ValueError(f'bad_rows is "list" or "refuse", not {bad_rows!r}')
    book = read_book(source, sheet=sheet)
    grid, header = find_header(book, contract, columns or {})
    problems = _table_problems(book, grid, header, contract)
    table = _Table(contract, header, *_records(grid, header, contract, problems))
    frame = table.frame(problems)
    problems += _open_units(table, frame, _row_of(grid, header))
    listed = _problem_frame(book.name, grid.sheet, problems)
    if bad_rows == "refuse" and not listed["kept"].all():
        raise TableError(describe(listed), listed)
    return Reading(frame, listed, _column_account(book.name, grid.sheet, header, contract))


def _open_units(table: _Table, frame: pd.DataFrame, row: int | None) -> Iterator[_Problem]:
    """Money without a unit anywhere that is too little for yuan: it may as well be 万元. English names mean yuan."""
    for place, name in {place: name for name, place in table.header.places.items()}.items():
        text = table.header.texts[place]
        if table.contract[name].kind != "yuan" or table.header.units[name] or name in table.header.unit_places:
            continue
        amounts = pd.to_numeric(frame[name], errors="coerce").abs()
        most = amounts.max()
        if header_key(text) == header_key(name) or pd.isna(most) or not 0 < most < _SMALL:
            continue
        if all(_names_unit(_cell(line, place)) for line in table.rows):
            continue
        problem, action = "没有写单位，按元读入", "如果是万元，请在表头注明“（万元）”；确实是元，请注明“（元）”"
        yield _Problem(row, text, "", problem, action)


def _names_unit(cell: object) -> bool:
    return is_blank(cell) or (isinstance(cell, str) and not cell.rstrip()[-1:].isdigit())


def _column_account(file: str, sheet: str, header: Header, contract: Contract) -> pd.DataFrame:
    """What became of each column that has a header."""
    lines = []
    for place, text in enumerate(header.texts):
        if not text:
            continue
        names = header.fields.of(place)
        if names:
            titles = [contract[name].title for name in names]
            lines.append((file, sheet, text, "、".join(names), "、".join(titles), USED, "", ""))
            continue
        near = header.fields.nearest.get(place)
        nearest, hint = (near.title, f"{text}={near.title}") if near else ("", "")
        use = CARRIED if place in header.fields.known else UNKNOWN
        lines.append((file, sheet, text, "", "", use, nearest, hint))
    return pd.DataFrame(lines, columns=COLUMN_ACCOUNT, dtype=str)


def split_labels(value: str, column: Column) -> tuple[str, ...]:
    """The labels of a cell in its order, each once.

    Cut at signs ("技术转让,技术许可"), and where labels that the column knows stand together ("完全转让许可转让").
    """
    return cleaning.cut_labels(value, column.labels)


def describe(problems: pd.DataFrame) -> str:
    """The problems for the eye: for each file a head line and a line for each of its first 20; "" for none."""
    parts = []
    for file, group in problems.groupby("file", sort=False):
        parts.append(f"{file}：{len(group)} 处问题")
        for problem in group.head(_SHOWN).to_dict("records"):
            row = "" if pd.isna(problem["row"]) else f"第 {problem['row']} 行"
            value = f"“{shorten(problem['value'], 40)}”" if problem["value"] else ""
            cell = " = ".join(filter(None, [problem["column"], value]))
            where = "，".join(filter(None, [row, cell]))
            left_out = "" if problem["kept"] else "（这一行没有读入）"
            parts.append(f"  {where}{'：' if where else ''}{problem['problem']}{left_out}；{problem['action']}")
        if len(group) > _SHOWN:
            parts.append(f"  ……另有 {len(group) - _SHOWN} 处")
    return "\n".join(parts)


def _table_problems(book: Book, grid: Grid, header: Header, contract: Contract) -> list[_Problem]:
    """What concerns the whole table: other sheets, a missing id column, two headers for one field, broken lines."""
    problems = []
    filled = [other for other in book.grids if not all(all(map(is_blank, row)) for row in other.rows)]
    visible = [other.sheet for other in filled if not other.hidden]
    hidden = [other.sheet for other in filled if other.hidden and other.sheet != grid.sheet]
    if grid.hidden and len(book.grids) > 1:
        problem = f"可见的工作表里没有合适的表，读了隐藏的“{grid.sheet}”"
        problems.append(_Problem(None, "", "", problem, "要读别的，请指定工作表"))
    elif len(visible) > 1:
        problem = f"工作簿有 {len(visible)} 个有内容的工作表（{shorten('、'.join(visible), 80)}），只读了“{grid.sheet}”"
        problems.append(_Problem(None, "", "", problem, "要读别的，请指定工作表"))
    if hidden and not grid.hidden:
        problem = f"隐藏的工作表“{shorten('”“'.join(hidden), 80)}”没有读"
        problems.append(_Problem(None, "", "", problem, "要读它，请指定工作表"))
    if contract.id_column not in header.places:
        title = contract[contract.id_column].title
        action = f"行号变了编号就会变，请加上“{title}”"
        problems.append(_Problem(_row_of(grid, header), title, "", f"没有“{title}”这一列，已按行号编号", action))
    for place, column in header.rivals:
        first = header.texts[header.places[column.name]]
        problem = f"和“{first}”都是“{column.title}”，只用了“{first}”，这一列原样保留"
        problems.append(_Problem(_row_of(grid, header), header.texts[place], "", problem, "请改列名，或指定用哪一列"))
    for place, what, action in header.fields.remarks:
        problems.append(_Problem(_row_of(grid, header), header.texts[place], "", what, action))
    problems += [_Problem(row, "", value, what, action, False) for row, value, what, action in grid.bad]
    for remark in (*grid.remarks, *header.remarks):
        text = header.texts[remark.column] if remark.column is not None and remark.column < len(header.texts) else ""
        problems.append(_Problem(remark.row, text, remark.value, remark.problem, remark.action))
    return problems


class _Table(NamedTuple):
    """The records of one sheet on their way to a frame."""

    contract: Contract
    header: Header
    rows: list[Sequence[object]]
    numbers: list[int]

    def frame(self, problems: list[_Problem]) -> pd.DataFrame:
        contract = self.contract
        read = {column.name: self._read(column, problems) for column in contract.columns}
        cells = {name: column.values for name, column in read.items()}
        kept = self._filled(cells, problems)
        ids = self._ids(cells[contract.id_column], kept, problems)
        kept = list(ids)
        if len(kept) < len(self.rows):
            cells = {name: [values[i] for i in kept] for name, values in cells.items()}
        cells[contract.id_column] = list(ids.values())
        series = {column.name: _series(column.kind, cells[column.name]) for column in contract.columns}
        if contract.reposts:
            texts = [cells[name] for name in contract.reposts]
            series["duplicate_of"] = _series("text", self._reposts(texts, ids, problems))
        for column in contract.columns:
            series |= self._companions(column, read[column.name], kept)
        for name, place in self._other_columns(series).items():
            series[name] = _as_is([_cell(self.rows[i], place) for i in kept])
        return pd.DataFrame(series, index=pd.RangeIndex(len(kept)))

    def _read(self, column: Column, problems: list[_Problem]) -> Cells:
        place = self.header.places.get(column.name)
        if column.name in self.header.fields.joined:
            return self._joined(column, problems)
        if column.name in self.header.fields.summed:
            return self._summed(column, problems)
        if place is None:
            return Cells(["" if column.kind in ("id", "text", "labels") else None] * len(self.rows), [], {}, {}, [])
        return self._read_place(column, place, problems)

    def _read_place(self, column: Column, place: int, problems: list[_Problem] | None) -> Cells:
        cells = [_cell(row, place) for row in self.rows]
        header, unit = self.header.texts[place], self.header.units[column.name]
        found: list[_Problem] = []
        if any(map(cleaning.is_ditto, cells)):
            cells = self._as_above(column, header, cells, found)
        if unit and column.kind == "text":  # a price is text: its unit stays with it
            cells = [f"{cleaning.as_written(cell)}{unit}" if cleaning.is_plain_number(cell) else cell for cell in cells]
        read = read_cells(column, unit, cells)
        found += [_Problem(self.numbers[i], header, _shown(cells[i]), *fault) for i, fault in read.faults]
        found += [_Problem(None, header, shorten(value, 80), *fault) for value, fault in read.notes]
        if problems is not None:
            problems += found
        return read

    def _joined(self, column: Column, problems: list[_Problem]) -> Cells:
        """A text of several columns in the file's order; all but the field's own under their headers."""
        fields = self.header.fields
        texts = []
        for place in fields.joined[column.name]:
            alone = fields.of(place) == [column.name]  # faults of a part are told where it is read for itself
            own = alone and place == fields.places[column.name]
            label = "" if own or not column.lines else header_label(self.header.texts[place])
            texts.append((label, self._read_place(column, place, problems if alone else None).values))
        joined = [_join(column, [(label, values[i]) for label, values in texts]) for i in range(len(self.rows))]
        return Cells(joined, [], {}, {}, [])

    def _summed(self, column: Column, problems: list[_Problem]) -> Cells:
        """The sum of several columns, within bounds where one of them is; unknown where one of them is unknown."""
        places = self.header.fields.summed[column.name]
        read = [self._read_place(column, place, problems) for place in places]
        values: list[Any] = []
        soft: dict[int, Soft] = {}
        for i, parts in enumerate(zip(*(part.values for part in read), strict=True)):
            bounds = [part.soft.get(i, Soft(value, value)) for part, value in zip(read, parts, strict=True)]
            unknown = [place for place, bound in zip(places, bounds, strict=True) if bound == (None, None)]
            values.append(sum(parts) if None not in parts else None)
            if unknown and len(unknown) < len(places):
                empty = "”“".join(self.header.texts[place] for place in unknown)
                problem = f"“{empty}”没有数，“{column.title}”按未知处理"
                problems.append(_Problem(self.numbers[i], column.title, "", problem, "没有请填 0"))
            elif not unknown and None in parts:
                soft[i] = Soft(*(None if None in ends else sum(ends) for ends in zip(*bounds, strict=True)))
        return Cells(values, [], soft, {}, [])

    def _as_above(self, column: Column, header: str, cells: list[object], problems: list[_Problem]) -> list[object]:
        """Cells with what stands above in place of 同上; an id of the rows themselves is never repeated."""
        repeated: list[object] = []
        for i, cell in enumerate(cells):
            if cleaning.is_ditto(cell):
                above = repeated[-1] if repeated and column.name != self.contract.id_column else None
                fault = Fault("上面没有可照抄的内容，当作没填", "请填写完整")
                if not is_blank(above):
                    fault = Fault(f"照上一行读作“{_shown(above)}”", "请核对")
                problems.append(_Problem(self.numbers[i], header, _shown(cell), *fault))
                cell = above
            repeated.append(cell)
        return repeated

    def _companions(self, column: Column, read: Cells, kept: list[int]) -> dict[str, pd.Series[Any]]:
        """What a column cannot hold: the bounds and the writing of its soft values, the states of its dates."""
        series: dict[str, pd.Series[Any]] = {}
        soft, states = (any(i in found for i in kept) for found in (read.soft, read.states))
        if soft:
            bounds = [read.soft.get(i, Soft(read.values[i], read.values[i])) for i in kept]
            series[column.name + LOW] = _series(column.kind, [bound.low for bound in bounds])
            series[column.name + HIGH] = _series(column.kind, [bound.high for bound in bounds])
        if soft or states:
            series[column.name + TEXT] = _series("text", self._written(column, read, kept))
        if states:
            series[column.name + STATE] = _series("text", [read.states.get(i, "") for i in kept])
        return series

    def _written(self, column: Column, read: Cells, kept: list[int]) -> list[str]:
        """The writing of soft values and states, "" elsewhere."""
        places = self.header.fields.summed.get(column.name, [self.header.places[column.name]])
        unit = self.header.units[column.name]
        alone = not unit and len(places) == 1 and column.name not in self.header.unit_places
        texts: dict[tuple[str, Soft | None], str] = {}
        out = []
        for i in kept:
            if i not in read.soft and i not in read.states:
                out.append("")
                continue
            cells = [cleaning.as_written(_cell(self.rows[i], place)).strip() for place in places]
            key = "、".join(cells), read.soft.get(i)
            if key not in texts:
                text, bounds = key
                texts[key] = text if alone or bounds is None else lasting_text(column, text, unit, bounds)
            out.append(texts[key])
        return out

    def _filled(self, cells: Mapping[str, list[Any]], problems: list[_Problem]) -> list[int]:
        """The rows that hold at least one of the contract's `any_of`."""
        if not self.contract.any_of:
            return list(range(len(self.rows)))
        titles = [self.contract[name].title for name in self.contract.any_of]
        kept = []
        for i, values in enumerate(zip(*(cells[name] for name in self.contract.any_of), strict=True)):
            if any(value not in ("", None) for value in values):
                kept.append(i)
                continue
            first = next(cell for cell in self.rows[i] if not is_blank(cell))
            problem, action = f"{'和'.join(titles)}都是空的", f"请至少填写{'或'.join(titles)}"
            problems.append(_Problem(self.numbers[i], "", _shown(first), problem, action, kept=False))
        return kept

    def _ids(self, given: list[str], kept: list[int], problems: list[_Problem]) -> dict[int, str]:
        """The id of each row that stays: made up where it is missing, the first of equals."""
        header = self._header_of(self.contract.id_column)
        taken = set(given) if "" in given else set()
        first: dict[str, int] = {}
        ids: dict[int, str] = {}
        for i in kept:
            name = given[i]
            if not name:
                name = f"{self.contract.title}-{self.numbers[i]:05d}"
                while name in taken:
                    name += "+"
                taken.add(name)
                if self.contract.id_column in self.header.places:
                    problems.append(_Problem(self.numbers[i], header, "", f"是空的，已编为“{name}”", "请填写编号"))
            elif name in first:
                before = first[name]
                if self._as_written(i) == self._as_written(before):
                    fault = Fault(f"和第 {self.numbers[before]} 行完全相同", "请删去重复的行")
                elif numbers_rows(header, []):  # 序号 that begins anew on every page loses no row
                    made = f"{self.contract.title}-{self.numbers[i]:05d}"
                    ids[i] = made
                    taken.add(made)
                    problem = f"和第 {self.numbers[before]} 行的序号相同，已编为“{made}”"
                    problems.append(_Problem(self.numbers[i], header, name, problem, "请给每行不同的编号"))
                    continue
                else:
                    fault = Fault(f"和第 {self.numbers[before]} 行编号相同，内容不同", "请给每行不同的编号")
                problems.append(_Problem(self.numbers[i], header, shorten(name, 80), *fault, kept=False))
                continue
            first[name] = i
            ids[i] = name
        return ids

    def _as_written(self, i: int) -> list[str]:
        width = max(len(self.header.texts), len(self.rows[i]))
        return [cleaning.as_written(_cell(self.rows[i], place)).strip() for place in range(width)]

    def _reposts(self, texts: list[list[str]], ids: Mapping[int, str], problems: list[_Problem]) -> list[str]:
        """For each row that stays the id of the posting that it repeats, or ""."""
        header = self._header_of(self.contract.reposts[0])
        rows = list(ids)
        repeats: list[str] = []
        for at, before in enumerate(find_reposts(texts)):
            repeats.append("" if before == at else ids[rows[before]])
            if before != at:
                problem = f"和第 {self.numbers[rows[before]]} 行（{repeats[-1]}）几乎相同，疑为重复发布"
                value = shorten(texts[0][at], 80)
                problems.append(_Problem(self.numbers[rows[at]], header, value, problem, "若确是重复，请删去一条"))
        return repeats

    def _header_of(self, name: str) -> str:
        place = self.header.places.get(name)
        return self.contract[name].title if place is None else self.header.texts[place]

    def _other_columns(self, taken: Iterable[str]) -> dict[str, int]:
        """The places of the columns that the contract does not know, each under a name of its own."""
        names = set(taken)
        times = Counter(names)
        fields = self.header.fields
        used = set(fields.places.values()).union(*fields.joined.values(), *fields.summed.values())
        texts = self.header.texts
        others: dict[str, int] = {}
        for place in range(max(len(texts), *map(len, self.rows)) if self.rows else len(texts)):
            text = texts[place] if place < len(texts) else ""
            if place in used or (not text and all(is_blank(_cell(row, place)) for row in self.rows)):
                continue
            name = text = text or f"第{place + 1}列"
            while name in names:
                times[text] += 1
                name = f"{text}_{times[text]}"
            names.add(name)
            times[name] += 1
            others[name] = place
        return others


def _join(column: Column, pieces: Sequence[tuple[str, str]]) -> str:
    """Texts as one, each said once."""
    kept: list[str] = []
    for label, text in pieces:
        if text and not any(text in other for other in kept):
            kept.append(f"{label}：{text}" if label else text)
    return ("\n" if column.lines else "；").join(kept)


def _series(kind: str, values: list[Any]) -> pd.Series[Any]:
    if kind == "date":
        return pd.Series(np.array(values, "datetime64[D]").astype("datetime64[us]"))
    if kind in ("id", "text", "labels"):
        return pd.Series(values, dtype=str)
    return pd.Series(values, dtype={"yuan": "Int64", "yesno": "boolean"}.get(kind, "Float64"))


def _as_is(cells: list[object]) -> pd.Series[Any]:
    """Cells of an unknown column: of one type where all have it, else texts, so that any file holds them."""
    values = [None if is_blank(cell) else float(cell) if isinstance(cell, Decimal) else cell for cell in cells]
    if not any(isinstance(value, str) for value in values):
        series = pd.Series(values, dtype=object).infer_objects()
        if series.dtype != object:
            return series
    return pd.Series([cleaning.storable(cleaning.as_written(value)) for value in values], dtype=str)


def _problem_frame(file: str, sheet: str, problems: list[_Problem]) -> pd.DataFrame:
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    frame = pd.DataFrame(
        [(file, sheet, *problem) for problem in ordered],
        columns=PROBLEM_COLUMNS,
    )
    texts = ["file", "sheet", "column", "value", "problem", "action"]
    return frame.astype(dict.fromkeys(texts, str) | {"row": "Int64", "kept": bool})
