"""Whatever people hand in becomes a clean frame, and a list of what was wrong with it.

Nothing is dropped in silence: the filled rows below the header are the rows of the answer and those that its problems
list as not kept.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from matcher.errors import TableError
from matcher.tables.cells import texts as cleaning
from matcher.tables.cells.numbers import names_yuan
from matcher.tables.cells.texts import as_written, first_few, is_blank, shorten
from matcher.tables.columns.mistaken_units import SMALL
from matcher.tables.files.grids import Book, Grid, Source, read_book
from matcher.tables.files.sheets import OWN_SHEETS, is_about_others, is_own_book
from matcher.tables.headers.column_account import CARRIED, COLUMN_ACCOUNT, UNKNOWN, USED, column_account
from matcher.tables.headers.finding import HEADER_ROWS, Header, find_header
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.rows import row_texts
from matcher.tables.naming.synonyms import writings_of
from matcher.tables.rows.record_frame import Table
from matcher.tables.rows.records import PROBLEM_COLUMNS, Problem, cell_of, records, row_of
from matcher.tables.rows.remarks import may_speak, remarks_against
from matcher.tables.rows.secrecy import of_secrecy, says_not_public, secret_rows
from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES, WORKS, Column, Contract
from matcher.tables.schemas.single_commands import TECH_CONTRACTS

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

_TINY = 1_000  # yuan: where one of sales, assets or budgets is below it, they may be in another unit
NO_UNIT = "没有写单位，按元读入"
_LOOKED_AT = 500  # rows in which cells that hold objects are looked for
_USED_IN = {NEEDS.name: "参加匹配", OUTCOMES.name: "参加匹配", TECH_CONTRACTS.name: "参加核对和统计"}  # secret rows too
_SHOWN = 20  # lines of problems that a message has
_ALIKE = 3  # cells of a column of which a problem is told for each
_SAID = ("problem", "action")
_VARYING = re.compile(  # what a problem says of the one cell; not another row, nor what to write
    r"“[^”]*”|(?<![0-9A-Z])(?<!第 )(?<!应为 )[0-9A-Z][0-9A-Z,.:/-]*"
)


@dataclass(frozen=True)
class Reading:
    """What was read: the clean rows in the file's order, the problems by row, and what became of each column.

    It unpacks as `rows, problems`. `problems` has PROBLEM_COLUMNS, `columns` COLUMN_ACCOUNT: one row for each header
    of the file in its order, with the field that it fills (`field` and its Chinese `title`, "" for none), its `use`
    (USED, CARRIED or UNKNOWN), for a column that no field took the `nearest` field and a `hint`, "表头=字段", that
    makes it that field ("" where several columns have that header), and for money the `unit` in which plain numbers
    were read, wherever the file states it.
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
    below the header = rows + distinct rows with kept False; rows above it that look like records are listed too.

    sheet: its name, or its position from 1; by default the first one that fits the contract best. columns: header ->
    field, for headers that are not known; of money with the unit of its plain numbers (预算（万元）) where the header
    does not say it. bad_rows: "list" goes on without the rows that cannot be used, "refuse"
    raises if there is one.

    Raises TableError when the file cannot be read, no header is found, `sheet` or `columns` name what is not there, or
    rows are refused; its `problems` then hold every fault.
    """
    if bad_rows not in ("list", "refuse"):
        raise ValueError(f'bad_rows is "list" or "refuse", not {bad_rows!r}')
    book = read_book(source, sheet=sheet)
    grid, header = find_header(book, contract, columns or {})
    problems = _table_problems(book, grid, header, contract)
    table = Table(contract, header, *records(grid, header, contract, problems))
    frame = table.frame(problems)
    problems += remarks_against(contract, header.texts, table.rows, table.numbers)
    if contract.name in _USED_IN:
        fed = header.fields.by_place()
        strange = {place: text for place, text in enumerate(header.texts) if text and place not in fed}
        problems += secret_rows(strange, table.rows, table.numbers, _USED_IN[contract.name])
        problems = [_secret_note(one) for one in problems]
        header.fields.known |= {at for at, text in strange.items() if may_speak(contract, text) or of_secrecy(text)}
    problems += _open_units(table, frame, row_of(grid, header))
    problems += _nested_cells(table)
    listed = _problem_frame(book.name, grid.sheet, problems)
    if isinstance(source, pd.DataFrame) and "file" not in source.attrs:
        listed["action"] = listed["action"].map(_for_python)
    if bad_rows == "refuse" and not listed["kept"].all():
        raise TableError(describe(listed), listed)
    return Reading(frame, listed, column_account(book.name, grid.sheet, header, contract))


def _secret_note(one: Problem) -> Problem:
    """A note below the table that says something of secrecy, with what to do about it."""
    if one.kept or not one.problem.startswith("是表注") or not says_not_public("备注", one.value):
        return one
    return one._replace(action="注里写着不公开或涉密：请在有关的行写明，如“是否公开”填“否”，再删去这一行")


def _nested_cells(table: Table) -> Iterator[Problem]:
    """Columns whose cells are objects, as JSON has them: they are read as texts, and hardly what their field holds."""
    for place, text in enumerate(table.header.texts):
        nested = [
            cell
            for row in table.rows[:_LOOKED_AT]
            if isinstance(cell := cell_of(row, place), dict)
            or (isinstance(cell, list) and any(isinstance(one, dict) for one in cell))
        ]
        if nested:
            problem = "格里是一个对象（有自己的名称和值），按文字读入"
            action = "请先展开，一个名称一列（如 pandas.json_normalize）"
            yield Problem(None, text, shorten(as_written(nested[0]), 40), problem, action)


def _for_python(action: str) -> str:
    """What to do about a DataFrame, whose columns no option of a command names."""
    return re.sub('--column "([^"]+)=([^"=]+)"', r'columns={"\1": "\2"}', action).replace("--column", "columns=")


def _open_units(table: Table, frame: pd.DataFrame, row: int | None) -> Iterator[Problem]:
    """Money without a unit anywhere that is too little for yuan: it may as well be 万元. English names mean yuan."""
    for place, name in {place: name for name, place in table.header.places.items()}.items():
        text = table.header.texts[place]
        if table.contract[name].kind != "yuan" or table.header.units[name] or name in table.header.unit_places:
            continue
        amounts = pd.to_numeric(frame[name], errors="coerce").abs()
        amounts = amounts[(amounts > 0).fillna(False).astype(bool)]
        if header_key(text) == header_key(name) or not len(amounts):
            continue
        if amounts.max() >= SMALL and amounts.min() >= _TINY:
            continue
        if all(_names_unit(cell_of(line, place)) for line in table.rows):
            continue
        problem, action = NO_UNIT, "如果是万元，请在表头注明“（万元）”；确实是元，请注明“（元）”"
        yield Problem(row, text, "", problem, action)


def _names_unit(cell: object) -> bool:
    return is_blank(cell) or (isinstance(cell, str) and not cell.rstrip()[-1:].isdigit()) or names_yuan(cell)


def split_labels(value: str, column: Column) -> tuple[str, ...]:
    """The labels of a cell in its order, each once.

    Cut at signs ("技术转让,技术许可"), and where labels that the column knows stand together ("完全转让许可转让").
    """
    return cleaning.cut_labels(value, column.labels, writings_of(column.name))


def describe(problems: pd.DataFrame) -> str:
    """The problems for the eye: for each file a head line and at most 20 lines; "" for none.

    The same of more than three rows of a column, or of more than three columns of a row, is one line, also where it
    differs in what it quotes and in figures.
    """
    parts = []
    for file, group in problems.groupby("file", sort=False):
        parts.append(f"{file}：{len(group)} 处问题")
        lines = _alike(group)
        parts += [_line_of(group.iloc[places]) for places in lines[:_SHOWN]]
        if left := sum(map(len, lines[_SHOWN:])):
            parts.append(f"  ……另有 {left} 处")
    return "\n".join(parts)


def _alike(problems: pd.DataFrame) -> list[list[int]]:
    """The places of the problems of a file, those together that are the same but for quotes and figures of more than
    `_ALIKE` rows of a column, or of more than as many columns of a row, in order.
    """
    cells = problems[["sheet", "problem", "action", "kept", "column", "row"]].astype(object)
    cells[[*_SAID]] = cells[[*_SAID]].map(_kind_of)
    keys = list(cells.where(cells.notna(), None).itertuples(index=False, name=None))
    of_column, of_row = dict[tuple[object, ...], list[int]](), dict[tuple[object, ...], list[int]]()
    for at, (*same, column, row) in enumerate(keys):
        if row is not None:
            of_column.setdefault((*same, column or ""), []).append(at)
        if column:
            of_row.setdefault((*same, row), []).append(at)
    found, told = list[list[int]](), set[int]()
    for group in (*of_column.values(), *of_row.values()):
        left = [at for at in group if at not in told]
        if len(left) > _ALIKE:
            found.append(left)
            told.update(left)
    found += [[at] for at in range(len(keys)) if at not in told]
    return sorted(found)


def _kind_of(text: str) -> str:
    return _VARYING.sub(lambda match: "“…”" if match[0][0] == "“" else "…", text)


def _line_of(same: pd.DataFrame) -> str:
    """One line for a problem, or for the same problem of several cells, which leaves out wherein they differ; an
    example is that of the first.
    """
    first = same.iloc[0]
    problem, action = (
        first[name] if same[name].nunique() == 1 or "如“" in first[name] else _kind_of(first[name]) for name in _SAID
    )
    rows = [f"{row}" for row in dict.fromkeys(same["row"].dropna())]
    row = f"第 {'、'.join(rows[:5])} " + (f"等 {len(rows)} 行" if len(rows) > 5 else "行") if rows else ""
    columns = first_few([str(column) for column in dict.fromkeys(same["column"]) if column], "列", most=3)
    values = first_few([f"“{shorten(value, 40)}”" for value in dict.fromkeys(same["value"]) if value], "种", most=3)
    cell = " = ".join(filter(None, [columns, values]))
    where = "，".join(filter(None, [row, cell]))
    left_out = "" if first["kept"] else "（这一行没有读入）" if len(same) == 1 else "（这些行没有读入）"
    return f"  {where}{'：' if where else ''}{problem}{left_out}；{action}"


def _table_problems(book: Book, grid: Grid, header: Header, contract: Contract) -> list[Problem]:
    """What concerns the whole table: other sheets, a missing id column, two headers for one field, broken lines."""
    problems = []
    filled = [
        other
        for other in book.grids
        if (other.sheet not in OWN_SHEETS or other.sheet == grid.sheet)
        and not all(all(map(is_blank, row)) for row in other.rows)
    ]
    visible = [other.sheet for other in filled if not other.hidden]
    hidden = [other.sheet for other in filled if other.hidden and other.sheet != grid.sheet]
    if grid.hidden and len(book.grids) > 1:
        problem = f"可见的工作表里没有合适的表，读了隐藏的“{grid.sheet}”"
        problems.append(Problem(None, "", "", problem, "要读别的，请指定工作表"))
    elif len(visible) > 1 and not (grid.sheet == visible[0] and is_own_book(book)):
        problem = f"工作簿有 {len(visible)} 个有内容的工作表（{shorten('、'.join(visible), 80)}），只读了“{grid.sheet}”"
        others = [other for other in filled if other.sheet != grid.sheet and not other.hidden]
        alike = [other.sheet for other in others if _has_header(other, header)]
        how = "表头相同"
        if not alike and (contract.any_of or grid.numbers[header.at] == 0):  # a form has its labels on the left
            others = [other for other in others if not is_about_others(other.sheet)]
            alike, how = [other.sheet for other in others if _is_of(other, book, contract)], f"也像{contract.title}表"
        together = (
            f"；“{shorten('”“'.join(alike), 60)}”{how}，要一起用，请先用 matcher gather 合成一张" if alike else ""
        )
        problems.append(Problem(None, "", "", problem, f"要读别的，请指定工作表{together}"))
    if hidden and not grid.hidden:
        problem = f"隐藏的工作表“{shorten('”“'.join(hidden), 80)}”没有读"
        problems.append(Problem(None, "", "", problem, "要读它，请指定工作表"))
    if contract.referred and contract.id_column not in header.places:
        title = contract[contract.id_column].title
        action = f"行号变了编号就会变，请加上“{title}”"
        problems.append(Problem(row_of(grid, header), title, "", f"没有“{title}”这一列，已按行号编号", action))
    for place, column in header.rivals:
        first = header.texts[header.places[column.name]]
        seen = "看得见的" if place in grid.hidden_columns else ""
        problem = f"和“{first}”都是“{column.title}”，只用了{seen}“{first}”，这一列原样保留"
        problems.append(Problem(row_of(grid, header), header.texts[place], "", problem, "请改列名，或指定用哪一列"))
    remarks = [
        Problem(row_of(grid, header), header.texts[place], "", what, action)
        for place, what, action in header.fields.remarks
    ]
    problems += dict.fromkeys(remarks)  # those of columns of one header once
    problems += [Problem(row, "", value, what, action, False) for row, value, what, action in grid.bad]
    for remark in (*grid.remarks, *header.remarks):
        text = header.texts[remark.column] if remark.column is not None and remark.column < len(header.texts) else ""
        problems.append(Problem(remark.row, text, remark.value, remark.problem, remark.action))
    return problems


def _is_of(grid: Grid, book: Book, contract: Contract) -> bool:
    """Whether a sheet alone is read as a table of the contract: three fields, and something below them."""
    with contextlib.suppress(TableError):
        read, header = find_header(book._replace(grids=[grid]), contract, {})
        return len(header.places) > 2 and not all(all(map(is_blank, row)) for row in read.rows[header.end :])
    return False


def _has_header(grid: Grid, header: Header) -> bool:
    """Whether one of the first rows of another sheet is the last row of a header of at least three columns."""
    texts = list(filter(None, header.texts))
    return len(texts) > 2 and any(list(filter(None, row_texts(row))) == texts for row in grid.rows[:HEADER_ROWS])


def _problem_frame(file: str, sheet: str, problems: list[Problem]) -> pd.DataFrame:
    rows = [(file, sheet, *problem) for problem in sorted(problems, key=lambda problem: problem.row or 0)]
    columns = zip(PROBLEM_COLUMNS, zip(*rows, strict=True) if rows else [()] * len(PROBLEM_COLUMNS), strict=True)
    kinds: dict[str, Any] = {"row": "Int64", "kept": bool}
    return pd.DataFrame({name: pd.Series(list(values), dtype=kinds.get(name, str)) for name, values in columns})
