"""Which rows of a sheet are its header, and which column of the contract stands where. Headers as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from matcher.errors import ArgumentTypeError, TableError
from matcher.tables.cells import texts as cleaning
from matcher.tables.files.grids import Book, Grid, Remark
from matcher.tables.files.sheets import OWN_SHEETS, is_about_others
from matcher.tables.files.strikes import without_struck_rows
from matcher.tables.headers.column_values import correct_fields
from matcher.tables.headers.fields import Fields, assign
from matcher.tables.headers.forms import header_key, peel
from matcher.tables.headers.rows import HeaderRows, header_rows, row_texts, spellings
from matcher.tables.headers.words import Meaning, Vocabulary, vocabulary_of
from matcher.tables.layout.above import Values, take_owner
from matcher.tables.layout.block_titles import headings_between, titles_between, without_titles
from matcher.tables.layout.blocks import Block, is_lower_header, lower_tables, side_by_side
from matcher.tables.layout.double_columns import take_apart, take_kinds_apart
from matcher.tables.layout.footers import Footers
from matcher.tables.layout.indicator_columns import compose_indicators, measured_columns
from matcher.tables.layout.indicator_forms import as_record
from matcher.tables.layout.sheet_forms import as_list, is_beside_years
from matcher.tables.layout.sheet_units import open_units, settle_units
from matcher.tables.layout.year_columns import a_row_a_year
from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES, WORKS, Column, Contract
from matcher.tables.schemas.reviews import EARLIER_AWARDS, NOMINATED_PERSONS, VOTES
from matcher.tables.schemas.single_commands import REVIEW_SCORES

HEADER_ROWS = 20  # the header is looked for among the first filled rows
_IN_A_FORM = 3  # fields that a row of a form, label beside value, may name
_LOOKED_THROUGH = 200  # rows, filled or not, among which these are looked for
_YEAR = re.compile(
    r"(?<![\d〔\[【(（])((?:19|20)\d\d)\s*年(?:度|(?=\s*0?1\s*月?[-—~至]\s*12\s*月)|(?!\s*\d))"
    r"|(?<=[(（])(?<!》[(（])((?:19|20)\d\d)\s*年度?(?=\s*[)）])"
)
_YEARS = re.compile(r"(?:19|20)\d\d\s*(?:年度?)?\s*[-—–~～至到、及和/]+\s*(?:19|20)\d\d\s*年")  # 2023—2025年
_STATED_YEAR = re.compile(r"(?:^|[^\u4e00-\u9fff]|所属|会计)年度\s*[:：]\s*((?:19|20)\d\d)(?!\d)")  # 年度：2025
_PART_OF_YEAR = re.compile(r"半年|季度|\d\s*[-—~至]\s*(?!12)\d{1,2}\s*月|(?<!\d)\d{1,2}\s*月份")
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d\s*年?度?")
_OF_FIGURES = re.compile(r"(?:(?:主要|经济|财务|统计|考核)*指标|项目|科目)(?:名称)?")
_OF_A_ROUND = re.compile(
    r"申报|申请|认定|入库|征集|推荐|报名|填报|名录|名单|培育|摸底|更新|走访|台账|截至|[:：]"
)  # in a title, the time is not that of figures
_INDICATORS = "技术指标"
_KINDS = (NEEDS, OUTCOMES, EXPERTS, WORKS, REVIEW_SCORES, NOMINATED_PERSONS, EARLIER_AWARDS, VOTES)


class Header(NamedTuple):
    """The header of a sheet.

    at, end: the indices of its first row and of the first row of data. texts: what is written over each column, the
    rows of a header joined. places, units: for each column found its index and the unit in its header or stated for
    the sheet ("" = none). rivals: further headers, by index, that name a column found before them. fields: these, and
    what else the columns feed. unit_places: for money whose unit stands in the rows, the index of the column of units.
    open_units: for columns of no field, by index, the unit that the sheet states for its money.
    remarks: what was wrong with units. footers: tells rows that are no records. above: columns, by index, that are said
    above the header or above blocks of rows, with the row from which each value holds.
    """

    at: int
    end: int
    texts: list[str]
    places: dict[str, int]
    units: dict[str, str]
    rivals: list[tuple[int, Column]]
    fields: Fields
    unit_places: dict[str, int]
    open_units: dict[int, str]
    remarks: list[Remark]
    footers: Footers
    above: Mapping[int, Values]


class _Found(NamedTuple):
    grid: Grid
    rows: HeaderRows
    texts: list[str]
    fields: Fields
    above: Mapping[int, Values] = MappingProxyType({})


def find_header(book: Book, contract: Contract, columns: Mapping[str, str]) -> tuple[Grid, Header]:
    """The sheet, and the rows among its first, that name the most columns of the contract; the first of equals.

    A hidden sheet is taken only where no visible one will do, a sheet that this library adds to workbooks (OWN_SHEETS)
    or that is about the others (填报说明, 示例) only where there is no other. `columns` (header -> field, which may say
    the unit: 预算（万元）) goes before the contract's own headers. Raises TableError when there is no such row, or when
    `columns` names what is not there.
    """
    plain = vocabulary_of(contract)
    accepted = plain.exact
    named: dict[str, Column] = {}
    units: dict[str, str] = {}
    for written, field in columns.items():
        if not isinstance(field, str):
            raise ArgumentTypeError(f"columns is a dict: header -> one field, not {written!r} -> {field!r}")
        if header_key(field) not in accepted:
            peeled = peel(field)
            column = accepted.get(header_key(peeled.core))
            if column is not None and (column.kind != "yuan" or peeled.unit in cleaning.UNITS):
                field, units[header_key(written)] = peeled.core, peeled.unit
        if header_key(field) not in accepted:
            known = "、".join(f"{column.title}（{column.name}）" for column in contract.columns)
            raise TableError(f"{book.name}：没有字段“{field}”，“{written}”可以指定为：{known}")
        named[header_key(written)] = accepted[header_key(field)]
    vocabulary = Vocabulary(contract, named, units) if named else plain
    grids = [grid for grid in book.grids if grid.sheet not in OWN_SHEETS] or book.grids
    if any(column.back for column in contract.columns):
        upright = [one for grid in grids if (one := _upright(grid, _names(vocabulary)))]
        if not upright:
            raise TableError(
                f"{book.name}：像是一家企业各年的指标表（指标在左，年份在上），这样的表不读；"
                "请改成一家企业一行、每项每年一列，如“2025年销售收入（万元）”"
            )
        grids = upright
    found = _chosen([without_struck_rows(grid) for grid in grids], contract, vocabulary)
    if any(grid.struck for grid in grids) and (found is None or not _serves(found, contract) or not _filled(found)):
        found = _with_struck(grids, contract, vocabulary) or found
    if found is None or set(found.fields.places) == {"serial"}:  # 序号 stands in tables of any kind
        own = [column.title for column in contract.columns if column.name == "name" and not contract.any_of]
        titles = own or [contract[name].title for name in contract.any_of or (contract.id_column,)]
        seen = list(_first_texts(book))
        below = next(_headers_below(grids, vocabulary), "")
        raise TableError(
            f"{book.name}：找不到表头，前 {HEADER_ROWS} 行里没有“{'”“'.join(titles)}”这样的列名"
            f"{likely_kind(seen, contract)}，看到的是：{_list(seen)}；"
            f"{below or '请加上表头，或指定哪一列是什么'}"
        )
    header = _settled(found, contract)
    written_keys = {header_key(text) for parts in found.rows.parts for text in (*parts, *spellings(parts))}
    written_keys |= set(map(header_key, header.texts))
    missing = [written for written in columns if header_key(written) not in written_keys]
    if missing:
        raise TableError(
            f"{book.name}：没有列“{'”“'.join(missing)}”；表头是：{_list(header.texts)}；请照表头的写法指定"
        )
    if not _serves(found, contract):
        titles = [contract[name].title for name in contract.any_of]
        titled = {column.name: column.title for column in contract.columns}  # of a form, the fields
        raise TableError(
            f"{book.name}：没有“{'”或“'.join(titles)}”这样的列{likely_kind(header.texts, contract)}；"
            f"表头是：{_list([titled.get(text, text) for text in header.texts])}；请改列名，或指定哪一列是什么"
        )
    return found.grid, header


def _upright(grid: Grid, names: Callable[[str], str | None]) -> Grid | None:
    """A sheet of firms, a form of figures as a record; None for figures by year that are no record of a firm."""
    at = _years_across(grid)
    if at is None:
        return as_record(grid) or grid
    above = grid._replace(rows=grid.rows[:at], numbers=grid.numbers[:at], merged=())
    return grid if as_list(above, names) else as_record(grid)


def _years_across(grid: Grid) -> int | None:
    """Where among the first rows is a header of figures on the left and of years: 指标, 单位, 2023年, 2024年."""
    for at, row in enumerate(grid.rows[:HEADER_ROWS]):
        first, *others = [*filter(None, row_texts(row)), ""]
        years = sum(bool(_YEAR_ALONE.fullmatch(text)) for text in others)
        if years > 1 and _OF_FIGURES.fullmatch(header_key(first)):
            below = [text for text in row_texts(grid.rows[at + 1])[1:] if text] if grid.rows[at + 1 :] else []
            if below and not any(re.fullmatch(r"[-—\d,.%]+", text) for text in below):
                return None  # a second row of the header: 企业名称 under 项目, 销售收入 under 2023年
            alone = all(_YEAR_ALONE.fullmatch(text) or is_beside_years(text) for text in others if text)
            return at if alone else None
    return None


def _chosen(grids: Sequence[Grid], contract: Contract, vocabulary: Vocabulary) -> _Found | None:
    others = [grid for grid in grids if not is_about_others(grid.sheet)]
    found = _best([grid for grid in others if not grid.hidden], contract, vocabulary)
    if found is None or not _serves(found, contract):
        found = _best([grid for grid in grids if not grid.hidden], contract, vocabulary)
    if found is None or not _serves(found, contract):
        hidden = _best([grid for grid in grids if grid.hidden], contract, vocabulary)
        found = hidden if hidden and (found is None or _serves(hidden, contract)) else found
    return found


def _with_struck(grids: Sequence[Grid], contract: Contract, vocabulary: Vocabulary) -> _Found | None:
    """What is found where the header may be struck: its rows stay, and those below it if all of them are struck."""
    found = _chosen(grids, contract, vocabulary)
    if found is None or not _serves(found, contract):
        return None
    grid = next(grid for grid in grids if grid.sheet == found.grid.sheet)
    header = set(found.grid.numbers[found.rows.at : found.rows.end])
    below = {grid.numbers[at] for at, row in enumerate(grid.rows) if not all(map(cleaning.is_blank, row))}
    below = {number for number in below if number > max(header)}
    kept = header if below - grid.struck else header | below
    return _chosen([without_struck_rows(one, kept if one is grid else ()) for one in grids], contract, vocabulary)


def _filled(found: _Found) -> bool:
    """Whether anything stands below the header."""
    return not all(all(map(cleaning.is_blank, row)) for row in found.grid.rows[found.rows.end :])


def _best(grids: Sequence[Grid], contract: Contract, vocabulary: Vocabulary) -> _Found | None:
    best: _Found | None = None
    above: list[_Found] = []  # headers on the same sheet before the best one

    for grid in grids:
        here: list[_Found] = []
        seen = 0
        for at, row in enumerate(grid.rows[:_LOOKED_THROUGH]):
            if all(map(cleaning.is_blank, row)):
                continue
            seen += 1
            if seen > HEADER_ROWS:
                break
            rows, texts = _header(grid, at, vocabulary)
            found = _Found(
                grid,
                rows,
                texts,
                _assigned(grid, at, texts, vocabulary, contract, rows.parts),
            )
            more = len(found.fields.places) - (len(best.fields.places) if best else 0)
            if more > 0 or (best and not more and _begins_below(best, found, vocabulary)):
                best, above = found, list(here)
            if len(found.fields.places) > 1 and _serves(found, contract):
                here.append(found)
    upright = best
    if best is None or len(best.fields.places) <= _IN_A_FORM:
        best = _best_form(grids, best, contract, vocabulary)
    if best is None or best is not upright:
        return best
    upper = next((one for one in above if _holds_table(one, best.rows.at)), None)
    if upper and is_lower_header(best.grid.rows[best.rows.at], upper.texts, vocabulary, contract):
        best = upper  # a table stands there too
    return _as_one(best, contract, vocabulary)


def _best_form(
    grids: Sequence[Grid], upright: _Found | None, contract: Contract, vocabulary: Vocabulary
) -> _Found | None:
    """The form that names more fields than a table does; one on the same sheet where this has two fields at least."""
    best = upright
    for grid in grids:  # a table that stands upright goes before a form on another sheet
        other = upright and grid.sheet != upright.grid.sheet and len(upright.fields.places) > 1
        form = None if other else _form(grid, contract, vocabulary)
        if form and (best is None or len(form.fields.places) + _comes_again(best) > len(best.fields.places)):
            best = form
    return best


def _comes_again(found: _Found) -> bool:
    """Whether the names of all fields stand in the row below too, beside their values: no header, but a form a row."""
    rows = [row_texts(row) for row in found.grid.rows[found.rows.at : found.rows.at + 2]]
    over = [[row[place] if place < len(row) else "" for row in rows] for place in found.fields.places.values()]
    return len(rows) > 1 and len(over) > 1 and all(first == second for first, second in over)


def _header(grid: Grid, at: int, vocabulary: Vocabulary) -> Block:
    """The header that begins with a row."""
    rows = header_rows(grid, at, lambda text: vocabulary.meaning(text) != Meaning())
    return Block(rows, [_text(parts, vocabulary) for parts in rows.parts])


def _begins_below(best: _Found, found: _Found, vocabulary: Vocabulary) -> bool:
    """Whether a header is another one without its first row, in which stands a record of another table: a text over
    each column, of which none names one.
    """
    at = best.rows.at
    if found.grid is not best.grid or found.rows.end != best.rows.end or found.rows.at != at + 1:
        return False
    over, under = (row_texts(best.grid.rows[i]) for i in (at, at + 1))
    alone = not any(top <= at <= bottom for top, _, bottom, _ in best.grid.merged)
    return (
        alone
        and all(map(bool, over))
        and all(map(bool, under))
        and not any(vocabulary.meaning(text).columns for text in over)
    )


def _holds_table(found: _Found, below: int) -> bool:
    """Whether rows with as many cells as its header names fields, at least, stand between a header and a lower row."""
    least = max(2, len(found.fields.places) // 2)
    rows = found.grid.rows[found.rows.end : below]
    return len(found.fields.places) > 2 and any(
        sum(not cleaning.is_blank(cell) for cell in row) >= least for row in rows
    )


def _as_one(found: _Found, contract: Contract, vocabulary: Vocabulary) -> _Found:
    """What was found with the other tables of the kind on its sheet, and with the owner or person named above it."""
    grid, block = found.grid, Block(found.rows, found.texts)
    grid, block = side_by_side(grid, block, vocabulary, contract) or (grid, block)
    titles = titles_between(grid, *block, vocabulary, contract, found.fields.places)
    grid, block = lower_tables(grid, block, lambda at: _header(grid, at, vocabulary), vocabulary, contract)
    of_years = None if titles else a_row_a_year(grid, block, vocabulary, contract)
    grid, (rows, texts) = of_years or (grid, block)
    whole = next((one for one in contract.columns if one.name == "indicators" and one.lines), None)
    if whole and not vocabulary.named and (composed := compose_indicators(grid, rows, texts, whole.title)):
        grid, heads = composed
        changed = {at: (head,) if head else () for at, head in enumerate(heads) if head != texts[at]}
        rows = rows._replace(parts=[changed.get(at, one) for at, one in enumerate(rows.parts)])
        texts = heads
    grid, apart = take_apart(grid, rows, texts, vocabulary)
    grid, kinds = take_kinds_apart(grid, rows, texts, vocabulary)
    apart |= kinds
    grid, measured = _with_indicators(grid, rows, texts, vocabulary, apart)
    grid, more = take_owner(grid, rows, texts, found.fields.places, _names(vocabulary), contract.by_one)
    grid, said = _said_by_titles(grid, rows, texts, titles, found.fields.places, contract)
    more = {**more, **said}
    if texts == found.texts and not more and not apart:
        return found._replace(grid=grid, rows=rows)
    start = len(texts) if grid.delimited or not (more or apart) else max(len(texts), *map(len, grid.rows))
    texts = [*texts, *[""] * (start - len(texts)), *apart, *more]
    if apart:
        body = zip(grid.rows[rows.end :], zip(*apart.values(), strict=True), strict=True)
        lines = [[*row, *[None] * (start - len(row)), *cells] for row, cells in body]
        grid = grid._replace(rows=[*grid.rows[: rows.end], *lines])
        start += len(apart)
    parts = [*rows.parts, *((text,) if text else () for text in texts[len(rows.parts) :])]
    rows = rows._replace(parts=parts, units=[*rows.units, *[""] * (len(texts) - len(rows.units))])
    above = dict(enumerate(more.values(), start))
    whole_sheet = found.grid._replace(hidden_columns=grid.hidden_columns)
    fields = _assigned(whole_sheet, found.rows.at, texts, vocabulary, contract, rows.parts)
    fields.known.update(measured)
    return _Found(grid, rows, texts, fields, above)


def _said_by_titles(
    grid: Grid,
    rows: HeaderRows,
    texts: Sequence[str],
    titles: Sequence[tuple[int, str]],
    places: Mapping[str, int],
    contract: Contract,
) -> tuple[Grid, dict[str, Values]]:
    """The sheet without the titles between its rows, and the year and the kind that they, and for the year those above
    the header, say of the rows.
    """
    more: dict[str, Values] = {}
    remarks: list[Remark] = []
    dated = not contract.year_above or not places.keys().isdisjoint(contract.year_above)
    years = [] if dated else _years_of_rows(grid, rows.at, titles)
    if any(year for _, year in years):
        title = contract[contract.year_above[0]].title
        said = [f"{f'第 {grid.numbers[start]} 行起' if start else ''}作 {year or '未知'}" for start, year in years]
        what = f"没有“{title}”这一列，照标题{'，'.join(said if years[0][1] else said[1:])}"
        remarks.append(Remark(grid.numbers[rows.at], None, "", what, f"若不是，请加一列“{title}”"))
        more[title] = years
    kind = contract[contract.headed_by] if contract.headed_by else None
    own = places.get(contract.headed_by)
    headings = headings_between(grid, rows.end, kind.labels, own) if kind else []
    if kind and (labelled := [at for at, label in headings if label]):
        titles = [*titles, *((at, next(filter(None, row_texts(grid.rows[at])))) for at in labelled)]
        if own is None and kind.title not in texts:
            what = f"没有“{kind.title}”这一列，照各节的标题填写"
            remarks.append(Remark(grid.numbers[rows.at], None, "", what, "请核对"))
            more[kind.title] = [(0, ""), *headings]
    grid = without_titles(grid, titles)
    return grid._replace(remarks=(*grid.remarks, *remarks)), more


def _with_indicators(
    grid: Grid, rows: HeaderRows, texts: Sequence[str], vocabulary: Vocabulary, apart: dict[str, list[object]]
) -> tuple[Grid, list[int]]:
    """The sheet with a remark on the columns of one indicator each, and these; what they say goes into `apart`."""
    field = next(iter(vocabulary.meaning(_INDICATORS).columns), None)
    if field is None or not field.joins:
        return grid, []
    measured, said = measured_columns(grid.rows[rows.end :], texts, lambda text: vocabulary.meaning(text) != Meaning())
    if measured:
        apart[_INDICATORS if _INDICATORS not in texts else f"{_INDICATORS}（各列）"] = [text or None for text in said]
        names = cleaning.shorten("”“".join(texts[at] for at in measured), 80)
        remark = Remark(grid.numbers[rows.at], None, "", f"“{names}”合成“{_INDICATORS}”，各列原样保留", "请核对")
        grid = grid._replace(remarks=(*grid.remarks, remark))
    return grid, measured


def _assigned(
    grid: Grid,
    at: int,
    texts: Sequence[str],
    vocabulary: Vocabulary,
    contract: Contract,
    parts: Sequence[Sequence[str]],
) -> Fields:
    """What the columns feed under a header whose title stands in the rows of the grid before `at`."""
    titles = [text for row in grid.rows[:at] for text in row_texts(row) if text]
    part = next((text for text in titles if _PART_OF_YEAR.search(text) and not _OF_A_ROUND.search(text)), "")
    year = _year_of_title(titles)
    return assign(texts, vocabulary, contract.columns, parts, year, grid.hidden_columns, cleaning.shorten(part, 40))


def _years_of_rows(grid: Grid, at: int, titles: Sequence[tuple[int, str]]) -> Values:
    """The year of which the texts above a header, and the titles between the rows, say that the rows are, "" where one
    names none or speaks of a round, with the row from which each holds; nothing where no text says.
    """
    above = [text for row in grid.rows[:at] for text in row_texts(row) if text]
    if titles:
        over = next((text for text in reversed(above) if _YEAR.search(text)), "")
        return [(start, _year_written([text])) for start, text in ((0, over), *titles)]
    if (stated := [match[1] for text in above if (match := _STATED_YEAR.search(text))]) and len(set(stated)) == 1:
        return [(0, f"{stated[0]}年")]
    below = (list(filter(None, row_texts(row))) for row in grid.rows[at:])
    above += [said[0] for said in below if len(said) == 1 and _YEAR.search(said[0])]
    return [(0, _year_written(above))]


def _year_written(titles: Sequence[str]) -> str:
    titles = [text.rstrip(":： ") for text in titles]
    year = _year_of_title(titles)
    return "" if year is None or any(map(_OF_A_ROUND.search, filter(_YEAR.search, titles))) else f"{year}年"


def _year_of_title(titles: Sequence[str]) -> int | None:
    """The one year of which the texts above a header say that the table is; None for none, several or a part of one."""
    if any(map(_YEARS.search, titles)):
        return None
    years = {match[1] or match[2] for text in titles for match in _YEAR.finditer(text)}
    return int(years.pop()) if len(years) == 1 and not any(map(_PART_OF_YEAR.search, titles)) else None


def _names(vocabulary: Vocabulary) -> Callable[[str], str | None]:
    """The field that a label names, "" for a label that nobody misses, None for what is no label."""

    def names(text: str) -> str | None:
        meaning = vocabulary.meaning(text)
        fields = (*meaning.columns, *meaning.asked, *(column for column, _ in meaning.summed))
        return None if meaning == Meaning() else fields[0].name if fields else ""

    return names


def _form(grid: Grid, contract: Contract, vocabulary: Vocabulary) -> _Found | None:
    """A sheet of forms, labels beside values, as a list."""

    listed = as_list(grid, _names(vocabulary), {one.name for one in contract.columns if one.kind == "yuan"})
    if listed is None:
        return None
    grid, at = listed
    texts = row_texts(grid.rows[at])
    rows = HeaderRows(at, at + 1, [(text,) for text in texts], [""] * len(texts), [])
    return _Found(grid, rows, texts, assign(texts, vocabulary, contract.columns))


def _text(parts: Sequence[str], vocabulary: Vocabulary) -> str:
    """The texts over a column as one header: the spelling that says the most directly what the column is."""
    if len(parts) < 2:
        return "".join(parts)
    meanings = [(vocabulary.meaning(text), text) for text in spellings(parts)]
    told = [
        (meaning.known, meaning.rank and max(meaning.rank, 2), order)  # with a unit is as direct as without
        for order, (meaning, _) in enumerate(meanings)
        if meaning != Meaning()
    ]
    return meanings[min(told)[2]][1] if told else "-".join(parts)


def _serves(found: _Found, contract: Contract) -> bool:
    return not contract.any_of or any(name in found.fields.places for name in contract.any_of)


def _settled(found: _Found, contract: Contract) -> Header:
    """The header with the unit of each field; a field whose unit nobody can tell has no column."""
    grid, rows, texts, fields, above = found
    correct_fields(fields, texts, grid.rows[rows.end :], contract)
    ways = [(*parts, *spellings(parts)) for parts in rows.parts]
    titled = {contract[name].title: place for name, place in fields.places.items()}
    footers = Footers(grid, rows.end, ways, titled, named=bool(contract.any_of))
    plain = {name: (contract[name], place, fields.units[name]) for name, place in fields.places.items()}
    numbers = bool(contract.unit_column) and contract.unit_column not in plain
    money = settle_units(grid, rows, footers.notes(), texts, plain, numbers=numbers)
    fields.units.update(money.units)
    beside = set(money.places.values())
    for name, place in list(fields.places.items()):
        if name in money.unknown or place in beside:
            del fields.places[name]
            fields.known.add(place)
    fields.known |= beside
    return Header(
        at=rows.at,
        end=rows.end,
        texts=texts,
        places=fields.places,
        units=fields.units,
        rivals=fields.rivals,
        fields=fields,
        unit_places={name: place for name, place in money.places.items() if name in fields.places},
        open_units=open_units(grid, rows, footers.notes(), texts, plain),
        remarks=money.remarks,
        footers=footers,
        above=above,
    )


_ANYWHERE = frozenset(  # headers that tell of no kind
    ("日期", "时间", "年份", "年度", "类型", "类别", "状态", "说明", "内容", "数量", "金额", "角色")
)


def likely_kind(texts: Sequence[str], contract: Contract, *, least: int = 1) -> str:
    """ "，这像是一张需求表" where one other kind of table has more of the headers than any else, and two at least or,
    where `least` is 1, one that no other has; "" where this kind has one of its own, or as many.
    """
    kinds = {kind.title: _headers_of(kind) for kind in _KINDS}
    kinds[contract.title] = _headers_of(contract)
    keys = {header_key(text) for text in texts}
    counts = {title: len(keys & headers) for title, headers in kinds.items()}
    alone = {
        title: keys & headers - set().union(*(others for other, others in kinds.items() if other != title))
        for title, headers in kinds.items()
    }
    best = max(counts, key=lambda title: counts[title])
    sure = all(counts[best] > count for title, count in counts.items() if title != best)
    told = (
        sure
        and not alone[contract.title]
        and best != contract.title
        and (counts[best] > 1 or (least == 1 and alone[best] - _ANYWHERE))
    )
    return f"，这像是一张{best}表" if told else ""


def _headers_of(contract: Contract) -> set[str]:
    return {header_key(text) for column in contract.columns for text in (*column.headers, column.title, column.name)}


def _first_texts(book: Book) -> Iterator[str]:
    for grid in book.grids:
        for row in grid.rows[:1]:
            yield from (cleaning.as_written(cell)[:50] for cell in row[:20])


def _headers_below(grids: Sequence[Grid], vocabulary: Vocabulary) -> Iterator[str]:
    """What to do about a row that looks like a header, below those among which headers are looked for."""
    for grid in grids:
        filled = [at for at, row in enumerate(grid.rows[:_LOOKED_THROUGH]) if not all(map(cleaning.is_blank, row))]
        for at in filled[HEADER_ROWS:]:
            texts = [text for text in row_texts(grid.rows[at]) if text]
            if len({column.name for text in texts for column in vocabulary.meaning(text).columns}) > 1:
                where = f"工作表“{grid.sheet}”" if len(grids) > 1 else ""
                yield f"{where}第 {grid.numbers[at]} 行像是表头，上面的文字太长，请删去后再用"


def _list(texts: Sequence[str]) -> str:
    return cleaning.shorten("、".join(filter(None, texts)), 200)
