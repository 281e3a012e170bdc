"""Column contracts as data. Whatever people hand in becomes a clean frame and a list of what was wrong with it.

Nothing is dropped in silence: the filled rows below the header are the rows of the answer and the rows that its problems
list with kept = False.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from matcher import cleaning
from matcher.cleaning import Fault
from matcher.errors import TableError
from matcher.files import Book, Grid, Source, read_book

PROBLEM_COLUMNS = ["file", "sheet", "row", "column", "value", "problem", "action", "kept"]
KINDS = ("id", "text", "labels", "date", "number", "yuan", "share", "yesno")

_HEADER_ROWS = 20  # the header is looked for among the first rows
_SHOWN = 20  # problems that a message spells out
_REPOST_CHARACTERS = 200  # of a description that decide whether a posting was made before
_TOTALS = {"合计", "总计", "小计", "共计", "累计", "total", "subtotal"}


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    name: the field's name in the clean frame. kind: "id", "text", "labels", "date", "number", "yuan", "share" or
    "yesno". title: its Chinese header in reports. headers: further accepted headers. labels: known labels, for cells
    that run them together. lines: whether a text keeps its line breaks.
    """

    name: str
    kind: str
    title: str
    headers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    lines: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind of column {self.name!r} is one of {', '.join(KINDS)}, not {self.kind!r}")


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table.

    title: what one row is called in Chinese, also before made-up ids ("需求-00007"). any_of: at least one of these is
    filled in every row. reposts: rows that agree in these texts are one posting made twice.
    """

    name: str
    title: str
    id_column: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    reposts: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class Reading(NamedTuple):
    """What was read: the clean rows in the file's order, and the problems (PROBLEM_COLUMNS) by row."""

    rows: pd.DataFrame
    problems: pd.DataFrame


NEEDS = Contract(
    "needs",
    "需求",
    "need_id",
    (
        Column("need_id", "id", "需求编号", ("编号", "序号", "需求ID", "需求号", "ID", "No")),
        Column(
            "title",
            "text",
            "需求名称",
            (
                "需求标题",
                "技术需求名称",
                "技术需求",
                "名称",
                "标题",
                "需求题目",
                "技术难题名称",
                "项目名称",
                "need_title",
                "name",
            ),
        ),
        Column(
            "description",
            "text",
            "需求描述",
            (
                "需求内容",
                "需求详情",
                "需求简介",
                "需求说明",
                "技术需求描述",
                "技术需求内容",
                "需求具体内容",
                "具体需求",
                "内容",
                "详情",
                "简介",
                "描述",
                "详细描述",
                "need_description",
                "content",
                "detail",
                "details",
            ),
            lines=True,
        ),
        Column("industry", "text", "所属行业", ("行业", "行业领域", "行业分类", "企业所属行业")),
        Column("field", "text", "技术领域", ("领域", "所属领域", "所属技术领域", "高新技术领域", "需求领域")),
        Column(
            "region",
            "text",
            "地区",
            ("所在地区", "所属地区", "区域", "所在地", "所属区域", "县区", "区县", "城市", "area", "city"),
        ),
        Column(
            "cooperation",
            "labels",
            "合作方式",
            ("拟合作方式", "期望合作方式", "意向合作方式", "合作类型", "cooperation_mode"),
            (
                "技术转让",
                "技术许可",
                "委托开发",
                "合作开发",
                "技术入股",
                "技术服务",
                "技术咨询",
                "联合攻关",
                "共建平台",
                "其他",
            ),
        ),
        Column(
            "budget",
            "yuan",
            "预算",
            ("拟投入资金", "投入预算", "资金预算", "预算金额", "意向金额", "悬赏金额", "拟投入金额", "计划投入"),
        ),
        Column(
            "enterprise", "text", "企业名称", ("企业", "需求单位", "单位名称", "公司名称", "需求方", "company", "firm")
        ),
        Column("keywords", "text", "关键词", ("关键字", "技术关键词", "keyword")),
        Column(
            "valid_until",
            "date",
            "有效期至",
            ("有效期", "有效期限", "截止日期", "截止时间", "到期日", "valid_period", "deadline"),
        ),
        Column("posted_on", "date", "发布日期", ("发布时间", "登记日期", "提交时间", "征集日期", "posted", "date")),
    ),
    any_of=("title", "description"),
    reposts=("title", "description"),
)

OUTCOMES = Contract(
    "outcomes",
    "成果",
    "outcome_id",
    (
        Column("outcome_id", "id", "成果编号", ("编号", "序号", "成果ID", "成果号", "登记号", "ID", "No")),
        Column(
            "title",
            "text",
            "成果名称",
            (
                "成果标题",
                "科技成果名称",
                "科技成果",
                "名称",
                "标题",
                "项目名称",
                "专利名称",
                "技术名称",
                "outcome_title",
                "name",
            ),
        ),
        Column(
            "description",
            "text",
            "成果描述",
            (
                "成果简介",
                "成果内容",
                "成果详情",
                "成果介绍",
                "成果说明",
                "项目简介",
                "技术简介",
                "技术描述",
                "内容",
                "详情",
                "简介",
                "描述",
                "摘要",
                "abstract",
                "outcome_description",
                "content",
                "detail",
                "details",
            ),
            lines=True,
        ),
        Column(
            "scope", "text", "应用范围", ("适用范围", "应用领域", "应用前景", "应用场景", "application"), lines=True
        ),
        Column("keywords", "text", "关键词", ("关键字", "技术关键词", "keyword")),
        Column("field", "text", "技术领域", ("领域", "所属领域", "所属技术领域", "高新技术领域", "成果领域")),
        Column("industry", "text", "应用行业", ("行业", "所属行业", "行业领域", "行业分类")),
        Column(
            "region", "text", "地区", ("所在地区", "所属地区", "区域", "所在地", "所属区域", "城市", "area", "city")
        ),
        Column(
            "institution",
            "text",
            "完成单位",
            (
                "成果单位",
                "单位",
                "单位名称",
                "第一完成单位",
                "所属单位",
                "高校院所",
                "持有单位",
                "成果持有人",
                "专利权人",
                "organisation",
                "organization",
            ),
        ),
        Column(
            "maturity",
            "text",
            "成熟度",
            ("技术成熟度", "成果成熟度", "成熟程度", "所处阶段", "研发阶段", "成果阶段", "stage"),
        ),
        Column("ip_type", "text", "知识产权类型", ("知识产权", "知识产权形式", "专利类型", "成果类型", "知识产权状态")),
        Column(
            "cooperation",
            "labels",
            "合作方式",
            ("转化方式", "拟转化方式", "意向合作方式", "合作类型", "交易方式", "转让方式", "cooperation_mode"),
            (
                "完全转让",
                "许可转让",
                "技术转让",
                "技术许可",
                "技术入股",
                "合作生产",
                "合作开发",
                "委托开发",
                "技术服务",
                "其他",
            ),
        ),
        Column("price", "text", "价格", ("意向价格", "转让价格", "交易价格", "报价", "意向金额")),
        Column(
            "valid_until",
            "date",
            "有效期至",
            ("有效期", "有效期限", "截止日期", "截止时间", "到期日", "valid_period", "deadline"),
        ),
        Column("posted_on", "date", "发布日期", ("发布时间", "登记日期", "提交时间", "posted", "date")),
    ),
    any_of=("title", "description"),
    reposts=("title", "description"),
)


class _Problem(NamedTuple):
    row: int | None
    column: str
    value: str
    problem: str
    action: str
    kept: bool = True


class _Header(NamedTuple):
    """The header found: the index of its row, the texts in it, and for each column read its place and unit."""

    at: int
    texts: list[str]
    places: dict[str, int]
    units: dict[str, str]
    rivals: list[tuple[int, Column]]


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
    says what a repost is: the id of the first posting with the same texts, "" otherwise), then the file's other columns
    as they are. Texts, ids and labels are str with "" for nothing (labels joined by ","), dates datetime64[us], yuan
    Int64 in whole yuan (half a yuan is rounded up), numbers and shares Float64 (a share of 60 % is 0.6), yes and no
    boolean; unknown is NaT or NA. A table with nothing below its header gives no rows and one problem.

    Problems are sorted by row, the number that a spreadsheet shows beside it (the header of a DataFrame or a Parquet
    file counts as row 1; JSON lines are counted as lines). `kept` is False where the row was left out: filled rows below
    the header = rows + distinct rows with kept False.

    sheet: its name, or its position from 1; by default the first one that fits the contract best. columns: header ->
    field, for headers that nobody foresaw. bad_rows: "list" goes on without the rows that cannot be used, "refuse"
    raises if there is one.

    Raises TableError when the file cannot be read, no header is found, `sheet` or `columns` name what is not there, or
    rows are refused; its `problems` then hold every fault.
    """
    if bad_rows not in ("list", "refuse"):
        raise ValueError(f'bad_rows is "list" or "refuse", not {bad_rows!r}')
    book = read_book(source, sheet=sheet)
    grid, header = _find_header(book, contract, columns or {})
    problems = _sheet_problems(book, grid, header, contract)
    rows, numbers = _body(grid, header, problems)
    frame = _Body(contract, grid, header, rows, numbers).frame(problems)
    listed = _problem_frame(book.name, grid.sheet, problems)
    if bad_rows == "refuse" and not listed["kept"].all():
        raise TableError(describe(listed), listed)
    return Reading(frame, listed)


def split_labels(value: str, column: Column) -> tuple[str, ...]:
    """The labels of a cell in its order, each once: "技术转让,技术许可", and "完全转让许可转让" by the column's known ones."""
    return cleaning.cut_labels(value, column.labels)


def describe(problems: pd.DataFrame) -> str:
    """The problems for the eye: a head line for each file, then a line for each of the first 20 problems; "" for none."""
    parts = []
    for file, group in problems.groupby("file", sort=False):
        lines = [f"{file}：{len(group)} 处问题"]
        for problem in group.head(_SHOWN).itertuples():
            where = "" if pd.isna(problem.row) else f"第 {problem.row} 行"
            value = f"“{_shorten(problem.value, 40)}”" if problem.value else ""
            place = "，".join(filter(None, [where, " = ".join(filter(None, [problem.column, value]))]))
            left_out = "" if problem.kept else "（这一行没有读入）"
            lines.append(f"  {place}{'：' if place else ''}{problem.problem}{left_out}；{problem.action}")
        if len(group) > _SHOWN:
            lines.append(f"  ……另有 {len(group) - _SHOWN} 处")
        parts.append("\n".join(lines))
    return "\n".join(parts)


# Headers

_MONEY = sorted((unit for unit in cleaning.UNITS if unit not in ("人民币", "rmb")), key=len, reverse=True)
_UNIT_AT_END = re.compile(rf"(.+?)[(\[【〔/,，:]?(?:单位:?)?(?:人民币)?({'|'.join(_MONEY)}|%)[)\]】〕]?")
_HINT_AT_END = re.compile(r"(.+?)[(\[【〔][^()\[\]]*(?:填|选|字|格式|如|例|注|要求|限)[^()\[\]]*[)\]】〕]")
_IGNORED = re.compile(r"[\s_*\-★☆]+|x000d|:$")


def _header_key(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", cleaning.clean_text(text)[:200]).lower())


def _lookup(contract: Contract) -> dict[str, Column]:
    accepted: dict[str, Column] = {}
    for column in contract.columns:
        for header in (column.name, column.title, *column.headers):
            accepted.setdefault(_header_key(header), column)
    return accepted


def _recognise(key: str, accepted: Mapping[str, Column]) -> tuple[Column, str] | None:
    """The column that a header names, and the unit written in it."""
    unit = match[2] if (match := _UNIT_AT_END.fullmatch(key)) else ""
    hint = _HINT_AT_END.fullmatch(key)
    for form in (key, match and match[1], hint and hint[1]):
        if form and form in accepted:
            return accepted[form], unit
    if hint:
        return _recognise(hint[1], accepted)
    return None


def _find_header(book: Book, contract: Contract, columns: Mapping[str, str]) -> tuple[Grid, _Header]:
    """The sheet and the row in it that name the most columns of the contract."""
    accepted = _lookup(contract)
    named = {}
    for header, field in columns.items():
        if field not in {column.name for column in contract.columns}:
            known = "、".join(column.name for column in contract.columns)
            raise TableError(f"{book.name}：没有字段“{field}”；“{header}”可以指定为：{known}")
        named[_header_key(header)] = contract[field]
    best: tuple[Grid, _Header] | None = None
    for grid in book.grids:
        for at, row in enumerate(grid.rows[:_HEADER_ROWS]):
            header_row = _read_header(at, row, accepted, named)
            if best is None or len(header_row.places) > len(best[1].places):
                best = grid, header_row
    if best is None or not best[1].places:
        seen = "、".join(dict.fromkeys(_seen_headers(book)))
        wanted = "、".join(contract[name].title for name in contract.any_of) or contract[contract.id_column].title
        raise TableError(
            f"{book.name}：找不到表头，前 {_HEADER_ROWS} 行里没有“{wanted}”这样的列名（看到的是：{_shorten(seen, 120)}）；"
            "请加上表头，或指定哪一列是什么"
        )
    grid, header = best
    for written, field in columns.items():
        if _header_key(written) not in map(_header_key, header.texts):
            raise TableError(
                f"{book.name}：没有列“{written}”（要读作 {field}）；表头是：{_shorten('、'.join(filter(None, header.texts)), 200)}"
            )
    if contract.any_of and not any(name in header.places for name in contract.any_of):
        wanted = "”或“".join(contract[name].title for name in contract.any_of)
        raise TableError(
            f"{book.name}：没有“{wanted}”这样的列；表头是：{_shorten('、'.join(filter(None, header.texts)), 200)}；"
            "请改列名，或指定哪一列是什么"
        )
    return grid, header


def _seen_headers(book: Book) -> Iterable[str]:
    for grid in book.grids:
        for row in grid.rows[:1]:
            yield from filter(None, (_header_text(cell) for cell in row[:20]))


def _header_text(cell: object) -> str:
    return cleaning.clean_text(cleaning.as_written(cell))


def _read_header(
    at: int, row: Sequence[object], accepted: Mapping[str, Column], named: Mapping[str, Column]
) -> _Header:
    texts = [_header_text(cell) for cell in row]
    keys = [_header_key(text) for text in texts]
    places: dict[str, int] = {}
    units: dict[str, str] = {}
    rivals = []
    for names in (named, accepted):
        for place, key in enumerate(keys):
            found = _recognise(key, names) if key and (names is named or key not in named) else None
            if found is None or place in places.values():
                continue
            column, unit = found
            if column.name in places:
                rivals.append((place, column))
            else:
                places[column.name], units[column.name] = place, unit
    return _Header(at, texts, places, units, rivals)


# Rows


def _sheet_problems(book: Book, grid: Grid, header: _Header, contract: Contract) -> list[_Problem]:
    """What concerns the whole table: other sheets, a missing id column, two headers for one field, broken lines."""
    problems = []
    number = grid.numbers[header.at] or None
    filled = [
        other.sheet for other in book.grids if any(not cleaning.is_blank(cell) for row in other.rows for cell in row)
    ]
    if len(filled) > 1:
        problems.append(
            _Problem(
                None,
                "",
                "",
                f"工作簿有 {len(filled)} 个有内容的工作表（{_shorten('、'.join(filled), 80)}），只读了“{grid.sheet}”",
                "要读别的，请指定工作表",
            )
        )
    if contract.id_column not in header.places:
        title = contract[contract.id_column].title
        problems.append(
            _Problem(number, title, "", f"没有“{title}”这一列，已按行号编号", f"行号变了编号就会变，请加上“{title}”")
        )
    for place, column in header.rivals:
        first = header.texts[header.places[column.name]]
        problems.append(
            _Problem(
                number,
                header.texts[place],
                "",
                f"和“{first}”同是“{column.title}”，只用了“{first}”，这一列原样保留",
                "请改列名，或指定用哪一列",
            )
        )
    problems += [_Problem(row, "", value, what, action, False) for row, value, what, action in grid.bad]
    return problems


def _body(grid: Grid, header: _Header, problems: list[_Problem]) -> tuple[list[Sequence[object]], list[int]]:
    """The filled rows below the header and their numbers, without those that are no records."""
    width = len(header.texts)
    keys = [_header_key(text) for text in header.texts]
    rows, numbers = [], []
    found = bool(grid.bad)
    for row, number in zip(grid.rows[header.at + 1 :], grid.numbers[header.at + 1 :], strict=True):
        if all(map(cleaning.is_blank, row)):
            continue
        found = True
        first = next(cell for cell in row if not cleaning.is_blank(cell))
        if grid.delimited and not all(map(cleaning.is_blank, row[width:])):
            fault = Fault(f"有 {len(row)} 格，表头只有 {width} 列", "请给含分隔符的内容加上引号，或改存为 .xlsx")
        elif _is_repeated_header(row, keys):
            fault = Fault("是重复的表头", "请删去这一行")
        elif isinstance(first, str) and _header_key(first[:20]) in _TOTALS:
            fault = Fault("是合计行", "请删去这一行")
        else:
            if grid.delimited and len(row) < width:
                problem = f"只有 {len(row)} 格，表头有 {width} 列，后面的当作空"
                problems.append(_Problem(number, "", _shown(first), problem, "请检查这一行是否断开或不完整"))
            rows.append(row)
            numbers.append(number)
            continue
        problems.append(_Problem(number, "", _shown(first), *fault, kept=False))
    if not found:
        problems.append(
            _Problem(grid.numbers[header.at] or None, "", "", "表头下面没有数据", "请检查是否选错了文件或工作表")
        )
    return rows, numbers


def _is_repeated_header(row: Sequence[object], keys: Sequence[str]) -> bool:
    if len(row) > 1 and not (isinstance(row[0], str) or isinstance(row[1], str)):
        return False
    filled = [(cell, key) for cell, key in zip(row, keys, strict=False) if not cleaning.is_blank(cell)]
    return len(filled) >= min(2, len(keys)) and all(
        isinstance(cell, str) and len(cell) <= 200 and _header_key(cell) == key for cell, key in filled
    )


class _Body:
    """The rows of one table on their way to a frame."""

    def __init__(
        self, contract: Contract, grid: Grid, header: _Header, rows: list[Sequence[object]], numbers: list[int]
    ) -> None:
        self.contract = contract
        self.grid = grid
        self.header = header
        self.rows = rows
        self.numbers = numbers

    def frame(self, problems: list[_Problem]) -> pd.DataFrame:
        cells = {column.name: self._read(column, problems) for column in self.contract.columns}
        kept = self._usable(cells, problems)
        ids = self._ids(cells[self.contract.id_column], kept, problems)
        kept = list(ids)
        if len(kept) < len(self.rows):
            cells = {name: [values[i] for i in kept] for name, values in cells.items()}
        cells[self.contract.id_column] = list(ids.values())
        series = {column.name: _series(column.kind, cells[column.name]) for column in self.contract.columns}
        if self.contract.reposts:
            texts = [cells[name] for name in self.contract.reposts]
            series["duplicate_of"] = _series("text", self._reposts(texts, ids, problems))
        for name, place in self._other_columns(series).items():
            series[name] = _as_is([_cell(self.rows[i], place) for i in kept])
        return pd.DataFrame(series, index=pd.RangeIndex(len(kept)))

    def _read(self, column: Column, problems: list[_Problem]) -> list[Any]:
        place = self.header.places.get(column.name)
        if place is None:
            return ["" if column.kind in ("id", "text", "labels") else None] * len(self.rows)
        values, faults = _READERS[column.kind](
            column, self.header.units[column.name], (_cell(row, place) for row in self.rows)
        )
        for i, fault in faults:
            value = _shown(_cell(self.rows[i], place))
            problems.append(_Problem(self.numbers[i], self.header.texts[place], value, *fault))
        return values

    def _usable(self, cells: Mapping[str, list[Any]], problems: list[_Problem]) -> list[int]:
        if not self.contract.any_of:
            return list(range(len(self.rows)))
        kept = []
        titles = [self.contract[name].title for name in self.contract.any_of]
        fault = Fault(f"“{'”和“'.join(titles)}”都是空的", f"请至少填写{'或'.join(titles)}")
        for i, filled in enumerate(zip(*(cells[name] for name in self.contract.any_of), strict=True)):
            if any(value not in ("", None) for value in filled):
                kept.append(i)
            else:
                first = next((cell for cell in self.rows[i] if not cleaning.is_blank(cell)), "")
                problems.append(_Problem(self.numbers[i], "", _shown(first), *fault, kept=False))
        return kept

    def _ids(self, given: list[str], kept: list[int], problems: list[_Problem]) -> dict[int, str]:
        """The id of each row that stays: made up where it is missing, the first of equals."""
        place = self.header.places.get(self.contract.id_column)
        title = self.contract[self.contract.id_column].title if place is None else self.header.texts[place]
        taken = set(given)
        first: dict[str, int] = {}
        ids: dict[int, str] = {}
        for i in kept:
            name = given[i]
            if not name:
                name = f"{self.contract.title}-{self.numbers[i]:05d}"
                while name in taken:
                    name += "+"
                taken.add(name)
                if place is not None:
                    problems.append(_Problem(self.numbers[i], title, "", f"是空的，已编为“{name}”", "请填写编号"))
            elif name in first:
                before = first[name]
                if self._as_written(i) == self._as_written(before):
                    fault = Fault(f"和第 {self.numbers[before]} 行完全相同", "请删去重复的行")
                else:
                    fault = Fault(f"和第 {self.numbers[before]} 行编号相同，内容不同", "请给每行不同的编号")
                problems.append(_Problem(self.numbers[i], title, _shorten(name, 80), *fault, kept=False))
                continue
            first[name] = i
            ids[i] = name
        return ids

    def _as_written(self, i: int) -> list[str]:
        return [cleaning.as_written(_cell(self.rows[i], place)).strip() for place in range(len(self.header.texts))]

    def _reposts(self, texts: list[list[str]], ids: Mapping[int, str], problems: list[_Problem]) -> list[str]:
        """For each row the id of the first row with the same texts, letters and digits counted, or ""."""
        letters = [_letters(text) for text in texts[0]]
        seen: dict[str, int] = {}
        for text in letters:
            seen[text] = seen.get(text, 0) + 1
        first: dict[tuple[str, ...], int] = {}
        found = []
        kept = list(ids)
        for at, text in enumerate(letters):
            if text and seen[text] == 1:  # most rows: their title alone tells them from all others
                found.append("")
                continue
            key = (text, *(_letters(others[at])[:_REPOST_CHARACTERS] for others in texts[1:]))
            before = first.setdefault(key, at)
            found.append("" if before == at else ids[kept[before]])
            if before != at:
                row = self.numbers[kept[before]]
                column = self.contract[self.contract.reposts[0]]
                place = self.header.places.get(column.name)
                header = column.title if place is None else self.header.texts[place]
                problem = f"和第 {row} 行（{found[-1]}）是同一条，疑为重复发布"
                problems.append(
                    _Problem(
                        self.numbers[kept[at]], header, _shorten(texts[0][at], 80), problem, "若确是重复，请删去一条"
                    )
                )
        return found

    def _other_columns(self, taken: Iterable[str]) -> dict[str, int]:
        """The places of the columns that the contract does not know, under names of their own."""
        names = set(taken) | {"duplicate_of"}
        used = set(self.header.places.values())
        width = max([len(self.header.texts), *(0 if self.grid.delimited else len(row) for row in self.rows)])
        others: dict[str, int] = {}
        for place in range(width):
            if place in used:
                continue
            text = self.header.texts[place] if place < len(self.header.texts) else ""
            if not text and all(cleaning.is_blank(_cell(row, place)) for row in self.rows):
                continue
            text = text or f"第{place + 1}列"
            name, number = text, 2
            while name in names:
                name, number = f"{text}_{number}", number + 1
            names.add(name)
            others[name] = place
        return others


def _cell(row: Sequence[object], place: int) -> object:
    return row[place] if place < len(row) else None


# Cells to columns

_Faults = list[tuple[int, Fault]]


def _read_text(column: Column, unit: str, cells: Iterable[object]) -> tuple[list[Any], _Faults]:
    values: list[str] = []
    faults: _Faults = []
    for i, cell in enumerate(cells):
        text = cell if isinstance(cell, str) else cleaning.as_written(cell)
        if text.startswith("#") and cleaning.is_excel_error(text):
            text = ""
            faults.append((i, cleaning.EXCEL_ERROR))
        elif len(text) > cleaning.MAX_CELL:
            faults.append((i, Fault(f"超过 {cleaning.MAX_CELL:,} 字，已略去", "请缩短内容")))
            text = ""
        values.append(cleaning.clean_text(text, lines=column.lines))
    return values, faults


def _read_ids(column: Column, unit: str, cells: Iterable[object]) -> tuple[list[Any], _Faults]:
    kept = list(cells)
    values, faults = _read_text(column, unit, kept)
    for i, (cell, value) in enumerate(zip(kept, values, strict=True)):
        in_doubt = isinstance(cell, float) and abs(cell) >= 1e15
        if in_doubt or ("+" in value and re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value)):
            faults.append(
                (i, Fault("编号已被 Excel 改成数字，15 位以后的数字丢失", "请把这一列设为文本格式后重新填写"))
            )
    return values, faults


def _read_labels(column: Column, unit: str, cells: Iterable[object]) -> tuple[list[Any], _Faults]:
    values, faults = _read_text(Column(column.name, "text", column.title, lines=True), unit, cells)
    joined = {value: ",".join(split_labels(value, column)) for value in set(values)}
    return [joined[value] for value in values], faults


def _read_values(column: Column, unit: str, cells: Iterable[object]) -> tuple[list[Any], _Faults]:
    values: list[Any] = []
    faults: _Faults = []
    known: dict[str, Any] = {}  # the same text is read once
    for i, cell in enumerate(cells):
        if isinstance(cell, str):
            if cell not in known:
                known[cell] = _read_value(column.kind, unit, cell)
            value = known[cell]
        else:
            value = None if cleaning.is_blank(cell) else _read_value(column.kind, unit, cell)
        if isinstance(value, Fault):
            faults.append((i, value))
            value = None
        values.append(value)
    return values, faults


def _read_value(kind: str, unit: str, cell: object) -> object:
    if cleaning.is_excel_error(cell):
        return cleaning.EXCEL_ERROR
    if kind == "date":
        return cleaning.read_date(cell)
    if kind == "yesno":
        return cleaning.read_yesno(cell)
    if kind == "share":
        return cleaning.read_share(cell, unit == "%")
    factor = cleaning.UNITS.get(unit, 1)
    return cleaning.read_yuan(cell, factor) if kind == "yuan" else cleaning.read_float(cell, factor)


_READERS = {
    "id": _read_ids,
    "text": _read_text,
    "labels": _read_labels,
    "date": _read_values,
    "number": _read_values,
    "yuan": _read_values,
    "share": _read_values,
    "yesno": _read_values,
}


def _series(kind: str, values: list[Any]) -> pd.Series[Any]:
    if kind == "date":
        return pd.Series(np.array(values, "datetime64[D]").astype("datetime64[us]"))
    if kind in ("id", "text", "labels"):
        return pd.Series(values, dtype=str)
    return pd.Series(pd.array(values, dtype={"yuan": "Int64", "yesno": "boolean"}.get(kind, "Float64")))


def _as_is(values: list[object]) -> pd.Series[Any]:
    """Cells of an unknown column: str where all are texts or empty, their own types otherwise."""
    if all(value is None or isinstance(value, str) for value in values):
        return pd.Series([_storable(value or "") for value in values], dtype=str)
    clean = [None if cleaning.is_blank(value) else _storable(value) for value in values]
    return pd.Series(clean, dtype=object).infer_objects()


def _storable(value: Any) -> Any:
    """Half a surrogate pair fits in no file and no str column."""
    return value if not isinstance(value, str) or value.isprintable() else value.encode("utf-8", "replace").decode()


def _letters(text: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"[\W_]+", "", text[:2000])).lower()


def _problem_frame(file: str, sheet: str, problems: list[_Problem]) -> pd.DataFrame:
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    frame = pd.DataFrame(
        [(file, sheet, *problem) for problem in ordered],
        columns=PROBLEM_COLUMNS,
    )
    texts = ["file", "sheet", "column", "value", "problem", "action"]
    return frame.astype({name: str for name in texts} | {"row": "Int64", "kept": bool})


def _shown(cell: object) -> str:
    return _shorten(cleaning.as_written(cell)[:1000], 80)


def _shorten(text: str, length: int) -> str:
    line = " ".join(_storable(text).split())
    return line if len(line) <= length else line[:length] + "…"
