"""Many tables of one kind, as they come in from counties and firms, to one; and one table to many again."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from matcher.errors import TableError
from matcher.tables.cells.texts import as_written, is_blank
from matcher.tables.documents import is_document, read_document
from matcher.tables.files.grids import Book, Source, read_book
from matcher.tables.files.sheets import OWN_SHEETS, is_about_others
from matcher.tables.headers.finding import HEADER_ROWS, find_header
from matcher.tables.headers.forms import header_key
from matcher.tables.headers.words import vocabulary_of
from matcher.tables.headers.written_headers import with_stated_units, with_years
from matcher.tables.naming.regions import candidates
from matcher.tables.reading import COLUMN_ACCOUNT, PROBLEM_COLUMNS, Reading
from matcher.tables.rows.near_duplicates import find_reposts, near_doubles
from matcher.tables.schemas.main import Contract

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".csv", ".tsv", ".parquet", ".jsonl", ".docx")
SOURCES = ("来源文件", "来源工作表", "来源县区")  # columns that `gather` adds
_SYSTEM = {"Thumbs.db", "desktop.ini"}
_YEAR_ALONE = re.compile(r"((?:19|20)\d\d)\s*年?度?(?:数据?|情况|指标|报表|年报|财务(?:数据|报表)?)?表?")
_PLACE = re.compile(r"[\u4e00-\u9fff]+?(?:[区县市旗])")

Reader = Callable[..., Reading]


class Gathered(NamedTuple):
    """All rows, where they come from in the columns SOURCES; the problems of all files; what became of columns."""

    rows: pd.DataFrame
    problems: pd.DataFrame
    columns: pd.DataFrame


def _name_below(path: Path, root: Path | None) -> str:
    """A file's name with the folders between it and a folder above it, where it lies there."""
    if root and (whole := path.absolute()).is_relative_to(root.absolute()):
        return whole.relative_to(root.absolute()).as_posix()
    return path.name


def files_in(place: Path) -> list[Path]:
    """The files of a folder and its folders that can be read, in the order of their names; or the one file."""
    if not place.is_dir():
        return [place]
    found = [path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(path for path in found if not path.name.startswith(("~$", ".")))


def others_in(place: Path) -> list[Path]:
    """The files of a folder and its folders that `gather` has no reader for, but people may have sent: pdf, doc ..."""
    if not place.is_dir():
        return []
    found = [path for path in place.rglob("*") if path.suffix.lower() not in SUFFIXES and path.is_file()]
    return sorted(path for path in found if not path.name.startswith(("~$", ".")) and path.name not in _SYSTEM)


def likely_contract(
    files: Sequence[Path], contracts: Mapping[str, Contract], others: Mapping[str, Contract] = MappingProxyType({})
) -> str:
    """The name of the contract that knows the most headers of the most files. Raises TableError, also where it is one
    of `others`, kinds by their titles that are not gathered; of equals the first of `contracts`, of firms and a
    register firms.
    """
    votes = dict.fromkeys((*contracts, *others), 0)
    for path in files:
        places = {}
        book: Book | None = None
        for name, contract in {**contracts, **others}.items():
            with contextlib.suppress(TableError, OSError):
                if book is None or path.suffix.lower() == ".docx":  # what of a form is a label, the contract says
                    book = _book(path, contract)
                header = find_header(book, contract, {})[1]
                meanings = map(vocabulary_of(contract).meaning, header.texts)
                asked = {one.asked for one in meanings if one.asked}  # a figure of any of several years
                places[name] = (len(header.places) + len(asked), len(header.places))
        if places:
            votes[max(places, key=lambda name: (*places[name], name == "firms"))] += 1
    best = max(votes, key=lambda name: votes[name])
    if not votes[best]:
        raise TableError("看不出这些是什么表；请用 --kind 说明，如 --kind needs")
    if best in others:
        raise TableError(f"看表头像是{others[best].title}表，gather 不合这种表；若是别的表，请用 --kind 说明")
    return best


def _book(path: Path, contract: Contract) -> Book:
    data = path.read_bytes() if path.suffix.lower() == ".docx" else b""
    return read_document(path.name, data, contract) if data and is_document(data) else read_book(path)


def gather(
    files: Sequence[Path],
    contract: Contract,
    reader: Reader,
    *,
    id_column: str | None = None,
    sources: Sequence[Path] = (),
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> Gathered:
    """Read all sheets of all files by one reader and put them under each other.

    files: tables and Word documents. reader: called with a source, `sheet` and `columns`, gives a `Reading`.
    id_column: made unique over all files, where given; what was written is kept in 原编号 where it had to change.
    sources: the folders and files that were named; names of folders below them, and of several their own, can be
    counties. columns: by the name of a file,
    "" for all, headers and the fields that they are; a sheet without such a header is read without.

    Figures of sheets or files that are named after years (2023年, 2024年) are of these years where their headers name
    none, which is told. A sheet that stands in two files counts once; one that `gather` made of these files, one on
    how to fill in the others, and what cannot be read are listed and left out. Raises TableError where nothing can be
    read.
    """
    parts: list[pd.DataFrame] = []
    problems: list[pd.DataFrame] = []
    accounts: list[pd.DataFrame] = []
    years = {path: match[1] for path in files if (match := _YEAR_ALONE.fullmatch(path.stem.strip()))}
    folders = [path.absolute().parent for path in sources] if len(sources) > 1 else [*filter(Path.is_dir, sources)]
    root = Path(os.path.commonpath(folders)) if folders else None
    names = {path: _name_below(path, root) for path in files}
    used: set[tuple[str, str]] = set()  # files and headers of `columns` that were there
    seen: dict[str, str] = {}  # what stands in a sheet -> which one that was
    for path in files:
        year = years.get(path, "") if len({*years.values()}) > 1 else ""
        latest = max(years.values(), default="")
        named = {**(columns or {}).get("", {}), **(columns or {}).get(path.name, {})}
        for sheet, source, own in _sheets(path, contract, problems, year, latest, named):
            used |= {(name, header) for header in own for name in ("", path.name)}
            name = names[path]
            place = f"{name}，{sheet}"
            if (first := seen.setdefault(_content(source) or place, place)) != place:
                problems.append(
                    _left_out(path, sheet, f"和“{first}”的内容完全相同", "无需处理；若是误交，请换成该交的")
                )
                continue
            try:
                reading = reader(source, sheet=None, columns=own)
            except TableError as error:
                problems.append(_left_out(path, sheet, str(error)))
                continue
            if _is_gathered(reading.rows, {*names.values()} - {name}):
                problems.append(_left_out(path, sheet, "是这里的文件汇总成的表", "请把汇总结果放到别的文件夹"))
                continue
            county = _county((sheet, path.stem, *(part for part in reversed(Path(name).parts[:-1]))))
            parts.append(reading.rows.assign(**dict(zip(SOURCES, (name, sheet, county), strict=True))))
            problems.append(reading.problems.assign(file=name, sheet=sheet))
            accounts.append(reading.columns.assign(file=name, sheet=sheet))
    wanted = {(file, header) for file, headers in (columns or {}).items() for header in headers}
    if missing := sorted(wanted - used):
        raise TableError(f"没有一张表有列“{'”“'.join(header for _, header in missing)}”；请照表头的写法指定")
    problems += [
        _left_out(path, "", f"这里不读 {path.suffix or '没有后缀的'} 文件", "是表的请另存为 .xlsx 或 .docx")
        for folder in sources
        for path in others_in(folder)
    ]
    if not parts:
        raise TableError("没有一个文件能读入：" + "；".join(line["problem"].iloc[0] for line in problems[:3]))
    rows = pd.concat([_plain(part) for part in parts], ignore_index=True)
    rows = rows if id_column is None else _unique(rows, id_column)
    problems += [_alike(rows, contract)] if contract.reposts else []
    listed = pd.concat([part for part in problems if len(part)] or [pd.DataFrame(columns=PROBLEM_COLUMNS)])
    account = pd.concat(accounts) if accounts else pd.DataFrame(columns=COLUMN_ACCOUNT)
    return Gathered(rows, listed.reset_index(drop=True)[PROBLEM_COLUMNS], account.reset_index(drop=True))


def _content(book: Book) -> str:
    """What stands in a sheet, by which it is known again; "" for one that holds a line or none."""
    rows = [[cell for cell in row if not is_blank(cell)] for row in book.grids[0].rows]
    filled = [row for row in rows if row]
    return repr(filled) if len(filled) > 1 else ""


def _is_gathered(rows: pd.DataFrame, others: set[str]) -> bool:
    """Whether all rows are said to be from other files of the folder, as `gather` writes it."""
    if SOURCES[0] not in rows or rows.empty:
        return False
    return all({*str(said).split("；")} <= others for said in rows[SOURCES[0]])


def _alike(rows: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """A line for each row that is a posting of another sheet again, or a need that is but for one character."""
    texts = [rows[name].map(lambda cell: "" if cell is None else str(cell)).tolist() for name in contract.reposts]
    sources = list(zip(*(rows[name].tolist() for name in SOURCES[:2]), strict=True))
    ids = rows[contract.id_column].tolist()
    again = find_reposts(texts)
    near = near_doubles(texts) if contract.id_column == "need_id" else again
    lines = []
    for at, firsts in enumerate(zip(again, near, strict=True)):
        for first, how in zip(firsts, ("几乎相同，疑为重复发布", "只差一个字，没有当作同一条"), strict=True):
            if sources[first] != sources[at]:
                problem = f"和“{'，'.join(filter(None, sources[first]))}”的 {ids[first]} {how}"
                lines.append(
                    (
                        *sources[at],
                        None,
                        contract[contract.id_column].title,
                        ids[at],
                        problem,
                        "请核对；若是重复，请删去一条",
                        True,
                    )
                )
                break
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})


def _sheets(
    path: Path,
    contract: Contract,
    problems: list[pd.DataFrame],
    year: str,
    latest: str,
    named: Mapping[str, str],
) -> Iterator[tuple[str, Book, dict[str, str]]]:
    """Each sheet that has the header of the contract: its name, the book of it alone, and which of the fields named for
    headers are of it; year: that of the file; latest: that of all files.
    """
    try:
        book = _book(path, contract)
    except (TableError, OSError) as error:
        problems.append(_left_out(path, "", str(error)))
        return
    filled = [grid for grid in book.grids if not all(all(map(is_blank, row)) for row in grid.rows)]
    years = {grid.sheet: match[1] for grid in filled if (match := _YEAR_ALONE.fullmatch(grid.sheet.strip()))}
    several = len({*years.values()}) > 1
    latest = max(years.values()) if several else latest
    others = [grid for grid in filled if not is_about_others(grid.sheet)]
    explained = len(others) < len(filled) and _has_header(book._replace(grids=others), contract)
    for grid in filled:
        if grid.sheet in OWN_SHEETS:
            continue
        if explained and is_about_others(grid.sheet):
            problems.append(_left_out(path, grid.sheet, "是填报说明或示例", "无需处理；若是要报的，请改工作表名"))
            continue
        if grid.hidden and not all(other.hidden for other in filled):
            problems.append(_left_out(path, grid.sheet, "工作表是隐藏的", "要用它，请取消隐藏后重新汇总"))
            continue
        alone = book._replace(grids=[grid])
        own = _own_columns(alone, contract, named)
        try:
            read, header = find_header(alone, contract, own)
        except TableError:
            problems.append(_left_out(path, grid.sheet, f"不是{contract.title}表"))
            continue
        if read.numbers == grid.numbers and header.end == header.at + 1:
            of_year = years.get(grid.sheet, "") if several else year
            dated = with_years(grid, header, contract, of_year, latest) if of_year else grid
            alone = book._replace(grids=[with_stated_units(dated, header, contract)])
            own |= _own_columns(alone, contract, named)  # as the hints of an earlier call write them
        yield grid.sheet, alone, own


def _own_columns(alone: Book, contract: Contract, named: Mapping[str, str]) -> dict[str, str]:
    """The headers of which a sheet has a column, as far as its first rows say it, with the fields named for them."""
    if not named:
        return {}
    filled = [row for row in alone.grids[0].rows if not all(map(is_blank, row))][:HEADER_ROWS]
    keys = {header_key(as_written(cell)) for row in filled for cell in row}
    with contextlib.suppress(TableError):  # a header of several rows
        keys |= set(map(header_key, find_header(alone, contract, {})[1].texts))
    return {header: field for header, field in named.items() if header_key(header) in keys}


def _has_header(book: Book, contract: Contract) -> bool:
    """Whether a sheet in sight has the header of the contract."""
    for grid in book.grids:
        with contextlib.suppress(TableError):
            if not grid.hidden and grid.sheet not in OWN_SHEETS:
                find_header(book._replace(grids=[grid]), contract, {})
                return True
    return False


def _left_out(path: Path, sheet: str, why: str, action: str = "请改好后重新汇总") -> pd.DataFrame:
    line = (path.name, sheet, None, "", "", f"没有读入：{why}", action, False)
    return pd.DataFrame([line], columns=PROBLEM_COLUMNS).astype({"row": "Int64"})


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns can stand under those of another: every column of plain objects."""
    return rows.astype(object).where(rows.notna(), None)


def _county(names: Sequence[str]) -> str:
    """The first county or city of the national list that one of the names holds; "" for none."""
    for name in names:
        for match in _PLACE.finditer(name):
            for start in range(len(match[0]) - 1):
                place = match[0][start:]
                if any(place == region.names[-1] for region in candidates(place)):
                    return place
    return ""


def _unique(rows: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """The rows with ids that no two files share: the county or file goes before an id that is taken."""
    taken: dict[str, int] = {}
    ids, written = [], []
    for id_, file, county in zip(rows[id_column], rows[SOURCES[0]], rows[SOURCES[2]], strict=True):
        name = id_
        if name in taken:
            name = f"{county or Path(file).stem}-{id_}"
            while name in taken:
                taken[name] += 1
                name = f"{name}-{taken[name]}"
        taken[name] = 1
        ids.append(name)
        written.append(id_ if name != id_ else "")
    out = rows.assign(**{id_column: ids})
    return out.assign(原编号=written) if any(written) else out


def join_firms(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of one firm to one row: the first value of each column; values that differ are listed as problems."""
    problems = []
    first: dict[str, dict[str, object]] = {}
    records: list[dict[str, object]] = [
        dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False)
    ]
    for record in records:
        firm = str(record["enterprise_id"])
        before = first.setdefault(firm, record)
        for name, value in record.items():
            if is_blank(value) or value == before[name]:
                continue
            if is_blank(before[name]):
                before[name] = value
            elif name not in SOURCES:
                problem = f"同一企业（{firm}）在两张表中不同：{as_written(before[name])}，采用先读到的"
                where = record[SOURCES[0]], record[SOURCES[1]], None, name
                problems.append((*where, as_written(value), problem, "请核对", True))
            elif str(value) not in str(before[name]).split("；"):
                before[name] = f"{before[name]}；{value}"
    return pd.DataFrame(list(first.values()), columns=rows.columns), pd.DataFrame(
        problems, columns=PROBLEM_COLUMNS
    ).astype({"row": "Int64"})


def split(source: Source, by: str, *, sheet: str | int | None = None) -> dict[str, pd.DataFrame]:
    """The rows of a tidy table by the value of one column, as they are written; "未填" where it is empty.

    Raises TableError where no row among the first has such a header, or something stands above the header, such as a
    line with the unit, that each part would lose, or rows are struck through.
    """
    book = read_book(source, sheet=sheet)
    for grid in book.grids:
        for at, row in enumerate(grid.rows[:HEADER_ROWS]):
            texts = [as_written(cell).strip() for cell in row]
            keys = list(map(header_key, texts))
            if header_key(by) not in keys:
                continue
            if any(not all(map(is_blank, above)) for above in grid.rows[:at]):
                raise TableError(f"{book.name}：表头上方还有内容，拆开会丢失；请先用 matcher gather 合成整齐的表")
            if grid.struck:
                numbers = "、".join(map(str, sorted(grid.struck)[:5]))
                raise TableError(f"{book.name}：有整行画了删除线（第 {numbers} 行），拆开会看不出来；请先删去这些行")
            place = keys.index(header_key(by))
            names = [text or f"第{i + 1}列" for i, text in enumerate(texts)]
            body = [[*row, *[None] * len(names)][: len(names)] for row in grid.rows[at + 1 :]]
            body = [row for row in body if not all(map(is_blank, row))]
            values = [as_written(row[place]).strip() or "未填" for row in body]
            table = pd.DataFrame(body, columns=_apart(names), dtype=object)
            return {value: table[[one == value for one in values]] for value in dict.fromkeys(values)}
    raise TableError(f"{book.name}：没有“{by}”这一列；请照表头的写法指定")


def _apart(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return out
