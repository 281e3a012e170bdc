"""Matches to files that can be handed on. Layout, masking and safe writing stay in here."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import OutputError
from matcher.export.files import EXCEL_CELL, fit_cell, save_files
from matcher.tables.reading import PROBLEM_COLUMNS, PROBLEM_TITLES
from matcher.tables.schemas import EXPERTS, NEEDS, OUTCOMES, Contract

EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384

_HEADERS = {
    "rank": "排名", "score": "分数", "level": "预计等级", "probability": "相关概率", "good_match": "较强匹配",
    "shared_terms": "共同术语", "evidence": "证据句", "unanswered": "未回应", "note": "提示", "semantic": "语义分",
    "lexical": "词面分", "preference": "偏好分", "feedback": "反馈分",
    "strength": "证据强度", "speaking": "有力业绩数", "work_ids": "代表业绩编号", "works": "代表业绩",
    "affinity": "综合匹配度", "need_sentence": "需求原句", "work_sentence": "业绩原句",
    "good_count": "较强匹配数", "best_score": "最佳分数", "duplicate_of": "疑似重复于",
    **PROBLEM_TITLES,
}  # fmt: skip
_KEY_FIELDS = ["name", "position", "institution", "enterprise", "region", "maturity", "cooperation", "price", "budget"]
_KEY_FIELDS += ["valid_until"]
_SCORES = ["score", "level", "probability", "good_match", "strength", "speaking"]
_SAID = ["works", "shared_terms", "need_sentence", "work_sentence", "evidence", "unanswered"]  # in words, on the page
_REASONS = [*_SAID, "work_ids", "note", "semantic", "lexical", "preference", "feedback"]
_WIDTHS = {"rank": 6, "score": 10, "good_match": 10, "shared_terms": 28, "evidence": 56, "unanswered": 36}
_WIDTHS |= {"works": 44, "need_sentence": 40, "work_sentence": 48}
_WIDTHS |= {"query_title": 30, "record_title": 30, "title": 30, "best_title": 30, "description": 60, "内容": 100}
_NUMBERS = dict.fromkeys(
    ("semantic", "lexical", "preference", "feedback", "affinity"), ("0.00", "{:.2f}")
)  # in Excel, on the page
_NUMBERS |= dict.fromkeys(("price", "budget"), ('#,##0"元"', "{:,.0f}元"))
_NUMBERS |= {"level": ("0.0", "{:.1f}"), "probability": ("0%", "{:.0%}")}
_NUMBERS["good_count"] = ('[=0]"未找到合适匹配";0', "{}")
_CENTRED = ["rank", "score", "level", "probability", "good_match", "good_count", "best_score", "kept", "row"]
_MOST_LINES = 12  # of a row of a sheet, so that rows can be looked through

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]|\r\n?")
_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?%?")

_MAYBE_CONTACT = re.compile(r"[@＠]|\d{3}[-\s()（）—－]*\d{4}")
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*([@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])([1-68]\d{5}|71\d{4})(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXxＸ]"
    r"(?![0-9A-Za-z])"
)
_START = r"(?:(?<![0-9A-Za-z_])|(?<=tel)|(?<=phone)|(?<=mobile)|(?<=qq)|(?<=wx)|(?<=vx)|(?<=微信v))(?<!\d[.．-])"
_MOBILE = re.compile(
    _START + r"((?:[+＋0]{0,2}86[-\s]?)?[1１][3-9３-９]\d)([-\s]?)\d{4}\2(\d{4})(?!\d|[.．]\d|\s*[万亿]?元)",
    re.IGNORECASE,
)
_LANDLINE = re.compile(
    _START + r"([(（]?0(?:10|2\d|[3-9]\d\d)[)）]?[-\s—－]*)\d{4}(\d{3,4})(?!\d|[.．]\d)", re.IGNORECASE
)
_LOCAL = re.compile(r"((?:电话|手机|传真|热线|座机|tel)[:：.\s]*)\d{4}(\d{3,4})(?![\d-])", re.IGNORECASE)
_TELEPHONE = re.compile(r"\d{4}(\d{3,4})(?!\d)")  # under such a header
_CONTACT_HEADER = re.compile("电话|手机|联系方式|传真|身份证|邮箱|phone|mobile|e-?mail", re.IGNORECASE)


def mask_contacts(text: str) -> str:
    """Hide mainland mobile and landline numbers, mail addresses and 18-digit identity numbers in a text.

    138****5678, 0539-****678, z***@example.com, 371302************. Patent numbers, credit codes, amounts in 元 and
    digits that are glued to the letters of an id stay as they are.
    """
    if not _MAYBE_CONTACT.search(text):
        return text
    text = _MAIL.sub(r"\1***\2", text)
    text = _IDENTITY.sub(r"\1************", text)
    text = _MOBILE.sub(r"\1\2****\2\3", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    return _LOCAL.sub(r"\1****\2", text)


def check_output(path: str | Path) -> Path:
    """The file that `write_matches` would write, checked before long work starts.

    Raises OutputError when the suffix is not .xlsx, .html, .csv or .parquet, when the folder is missing, and when the
    path is a folder itself.
    """
    target = Path(os.path.realpath(path))
    if target.suffix.lower() not in _WRITERS:
        raise OutputError(f"不能写成“{Path(path).name}”：输出文件名须以 .xlsx、.html、.csv 或 .parquet 结尾")
    if not target.parent.is_dir():
        raise OutputError(f"文件夹“{target.parent}”不存在，请先建立")
    if target.is_dir():
        raise OutputError(f"“{path}”是一个文件夹，请换一个文件名")
    return target


def write_matches(
    path: str | Path,
    matches: pd.DataFrame,
    *,
    queries: pd.DataFrame,
    records: pd.DataFrame,
    problems: pd.DataFrame,
    about: Mapping[str, str],
    mask: bool = True,
) -> None:
    """Write matches as a workbook (.xlsx), a page (.html) or a table (.csv, .parquet); the suffix decides.

    `matches`: one row a pair; its first two columns are the id of the side that asks and of the side that answers
    (`need_id` and `outcome_id`, in either order), then rank, score (0..1), good_match and the reasons; further columns
    survive. `queries` and `records`: the clean tables of the two sides, with unique ids; every query appears in
    workbook and page, matched or not. `problems`: what was found wrong in the inputs. `about`: label -> text for the
    sheet 说明.

    A table has the columns of `matches`, and `query_title` and `record_title` after the score. Beside everything but a
    workbook the problems are written as `<stem>.problems.csv` when there are any (an older file of that name is always
    renewed). In CSV a text cell that a spreadsheet would take for a formula gets a leading `'`. With `mask`, contacts
    are hidden in every text cell but those of id columns (see `mask_contacts`). Files are replaced in one step.

    Raises OutputError when the file cannot be written there, or the tables are too large for a workbook.
    """
    target = check_output(path)
    report = _Report(
        _clean(matches, mask),
        _clean(queries, mask),
        _clean(records, mask),
        _clean(problems, mask),
        about={_clean_text(label, mask): _clean_text(str(text), mask) for label, text in about.items()},
        masked=mask,
        name=target.name,
    )
    files = {target: _WRITERS[target.suffix.lower()](report)}
    beside = target.with_name(target.stem + ".problems.csv")
    if target.suffix.lower() != ".xlsx" and (len(problems) or beside.exists()):
        files = {beside: csv_bytes(report.problems), **files}
    save_files(files)


_EXPERT_LEGEND = {
    "综合匹配度": "专家最相关的几项业绩（论文、专利、项目、成果、本人简介）与需求匹配分的加权平均："
    "排在前面的业绩权重大，参与性的、年代久远的业绩权重小。0 表示没有任何业绩好过随机组合。",
    "分数": "把本库的文本与业绩随机两两相配，匹配分低于该综合匹配度的比例，只用于排序，不是合作成功的概率。",
    "较强匹配": "“是”表示该专家至少有一项业绩（或简介）与需求的匹配分高到库中没有其主题的文本很少能达到，值得先看。",
    "证据强度": "强：两项以上有力业绩，且均非久远或参与性的；中：一项；弱：没有达到有力程度的业绩；"
    "仅简介：只有本人填写的研究方向或简介相关；无：没有相关内容。",
    "代表业绩": "对综合匹配度贡献最大的业绩，至多三项；共同术语、原句和未回应均就其中第一项而言。",
    "未回应": "需求中在该项业绩文字里找不到对应内容的部分；不等于专家做不到，洽谈时可以先问。",
}
_SIDES = {contract.id_column: contract for contract in (NEEDS, OUTCOMES, EXPERTS)}


class _Report(NamedTuple):
    """What every format is made from: cleaned tables, and the words for the two sides."""

    matches: pd.DataFrame
    queries: pd.DataFrame
    records: pd.DataFrame
    problems: pd.DataFrame
    about: dict[str, str]
    masked: bool
    name: str

    @property
    def ask(self) -> Contract:
        return _SIDES[str(self.matches.columns[0])]

    @property
    def answer(self) -> Contract:
        return _SIDES[str(self.matches.columns[1])]

    def header(self, column: str, side: Contract) -> str:
        """The Chinese header of a column of matches or problems, or of one that stems from the table of that side."""
        ids = {contract.id_column: contract[contract.id_column].title for contract in (self.ask, self.answer)}
        ids |= {"query_title": self.ask["title"].title, "record_title": self.answer["title"].title}
        ids |= {"best_id": "最佳" + ids[self.answer.id_column], "best_title": "最佳" + ids["record_title"]}
        titles = {declared.name: declared.title for declared in side.columns}
        return (ids | _HEADERS | titles).get(column, column)

    def table(self) -> pd.DataFrame:
        """The matches with both titles after the score."""
        query_title = _look_up(self.matches[self.ask.id_column], self.queries, "title")
        record_title = _look_up(self.matches[self.answer.id_column], self.records, "title")
        pairs = self.matches.assign(query_title=query_title, record_title=record_title)
        first = _names(self.matches)[: _names(self.matches).index("score") + 1]
        return _ordered(pairs, [*first, "query_title", "record_title"])

    def pairs(self) -> pd.DataFrame:
        """The matches as people read them: who, to whom, how good, on what terms, why, and whatever else there is."""
        pairs = self.table()
        ask, answer = self.ask.id_column, self.answer.id_column
        filled = _filled(self.records)
        fields = [name for name in _KEY_FIELDS if name in filled and name not in pairs]
        pairs = pairs.assign(**{name: _look_up(pairs[answer], self.records, name) for name in fields})
        pairs = pairs.drop(columns={"level", "probability", "note"} & (set(pairs) - set(_filled(pairs))))
        return _ordered(pairs, [ask, "query_title", "rank", answer, "record_title", *_SCORES, *fields, *_REASONS])

    def asked(self) -> pd.DataFrame:
        """The queries, each with its number of good matches and its best match."""
        pairs = self.table()
        ask, answer = self.ask.id_column, self.answer.id_column
        good = pairs.loc[pairs["good_match"].astype(bool), ask].value_counts()
        best = pairs.sort_values("rank", kind="stable").drop_duplicates(ask)
        mine = self.queries[ask]
        found = {
            "good_count": mine.map(good).fillna(0).astype(int),
            "best_id": _look_up(mine, best, answer, key=ask),
            "best_title": _look_up(mine, best, "record_title", key=ask),
            "best_score": _look_up(mine, best, "score", key=ask),
        }
        return _ordered(self.queries[_filled(self.queries)].assign(**found), [ask, "title", *found])

    def legend(self) -> dict[str, str]:
        """How to read the numbers."""
        ask, answer = self.ask.title, self.answer.title
        learned = {
            "probability": {
                "预计等级、相关概率": "按人工标注过的配对估计：等级 1 无关、2 弱相关、3 较相关、4 强相关；"
                "概率指达到 3 级或以上的可能。换一类数据时请先用自己的标注校准（fit_feedback）。"
            },
            "feedback": {"反馈分": "已标注的配对使这一对升降多少；标注者的意见见“提示”。"},
        }
        said = [text for name, text in learned.items() if name in _filled(self.matches)]
        none = f"该{ask}的各行都没有达到较强匹配，本库中可能没有合适的{answer}。"
        contacts = "电话、邮箱和身份证号已遮盖。" if self.masked else "电话、邮箱和身份证号未遮盖，请妥善保管。"
        if "expert_id" in self.matches:
            return _EXPERT_LEGEND | {"未找到合适匹配": none, "联系方式": contacts}
        return {
            "分数": f"把本库的{answer}随机两两相配，分数低于这一对的比例。"
            "例如 99.97% 表示一万对随机组合中约有 9,997 对不如它。它不是合作成功的概率。",
            "较强匹配": "“是”表示分数高到库中没有其主题的文本很少能达到，值得先看"
            "（比例见“误报率”，按本库估计，小库偏宽）；“否”的行照样列出，供参考。",
            "未找到合适匹配": none,
            "共同术语": "双方文字中都出现、并且在本库中不常见的词。",
            "证据句": f"{answer}原文中最能回应该{ask}的一句。",
            "未回应": f"{ask}中在{answer}文字里找不到对应内容的部分；不等于对方做不到，洽谈时可以先问。",
            "语义分、词面分": "意思相近和用词相同的程度，均为标准化值：0 是随机组合的平均水平，"
            "越高越超出平均。两者之和决定次序，词面占七成，语义占三成。",
            **{head: text for part in said for head, text in part.items()},
            "联系方式": contacts,
        }

    def counts(self) -> dict[str, str]:
        ask, answer = self.ask.title, self.answer.title
        found = self.matches.loc[self.matches["good_match"].astype(bool), self.ask.id_column].nunique()
        none = len(self.queries) - found
        return {
            ask: f"{len(self.queries):,} 条，其中 {found:,} 条有较强匹配，{none:,} 条未找到合适匹配",
            answer: f"{len(self.records):,} 条",
            "输入问题": f"{len(self.problems):,} 处",
        }


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns]


def _filled(frame: pd.DataFrame) -> list[str]:
    """The columns that somebody filled."""
    return [name for name in _names(frame) if any(value is not None for value in _values(frame[name]))]


def _ordered(frame: pd.DataFrame, first: list[str]) -> pd.DataFrame:
    names = _names(frame)
    return frame[[name for name in first if name in names] + [name for name in names if name not in first]]


def _look_up(ids: pd.Series[Any], frame: pd.DataFrame, column: str, key: str | None = None) -> pd.Series[Any]:
    """`column` of the row of `frame` that has each id; the id is the column that `ids` is named after."""
    if column not in frame:
        return pd.Series(None, index=ids.index, dtype=object)
    return ids.map(frame.set_index(key or ids.name)[column])


def _clean_text(text: str, mask: bool) -> str:
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub(lambda found: "\n" if found[0][0] == "\r" else "", text)
    return mask_contacts(text) if mask else text


def _clean(frame: pd.DataFrame, mask: bool) -> pd.DataFrame:
    """The frame with text that is fit for every format: no control characters, contacts hidden, lists joined."""

    def clean(cell: Any) -> Any:
        if isinstance(cell, list | tuple | set | frozenset):
            cell = "、".join(map(str, cell))
        if not isinstance(cell, str):
            return cell
        text = _clean_text(cell, hide)
        return _TELEPHONE.sub(r"****\1", text) if contact else text

    columns = []
    for name, column in frame.items():
        hide = mask and not (str(name).endswith("_id") or name == "duplicate_of")
        contact = hide and bool(_CONTACT_HEADER.search(str(name)))
        if contact and pd.api.types.is_numeric_dtype(column.dtype):
            column = column.map("{:.0f}".format, na_action="ignore")  # a telephone that was read as a number
        if _is_text(column):
            column = pd.Series([clean(cell) for cell in column], index=frame.index, dtype=object)
        columns.append(column.rename(_clean_text(str(name), False)))
    return pd.concat(columns, axis=1) if columns else frame


def _is_text(column: pd.Series[Any]) -> bool:
    return not pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "M"


def _values(column: pd.Series[Any]) -> list[Any]:
    """Cells as None, str, int, float or date."""
    cells = column.astype(object).where(column.notna(), None).tolist()
    return [_value(cell) for cell in cells]


def _value(cell: Any) -> Any:
    if cell is None or isinstance(cell, str):
        return cell or None
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, int | float):
        return cell if abs(cell) < 1e15 else str(cell)  # Excel keeps 15 digits
    return cell if isinstance(cell, dt.date) else str(cell)


def _workbook(report: _Report) -> bytes:
    import xlsxwriter
    from xlsxwriter.utility import xl_rowcol_to_cell

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed day keeps equal inputs equal to the byte; the true date stands in 说明.
    book.set_properties({"title": f"{report.ask.title}匹配结果", "created": dt.datetime(1980, 1, 1)})
    cell = {"valign": "top", "text_wrap": True, "font_size": 10}
    head = book.add_format({**cell, "bold": True, "bg_color": "#E3EBE6", "bottom": 1, "valign": "vcenter"})
    green, amber = book.add_format({"bg_color": "#E2F3E6"}), book.add_format({"bg_color": "#FFF1D6"})
    cut: list[dict[str, Any]] = []

    def sheet(
        name: str, frame: pd.DataFrame, frozen: int, side: Contract, tint: tuple[str, str, Any] | None = None
    ) -> None:
        """Write one sheet. `tint`: shade the rows whose cell in this column fulfils this comparison."""
        rows, columns = frame.shape
        if rows >= EXCEL_ROWS or columns > EXCEL_COLUMNS:
            raise OutputError(
                f"“{name}”有 {rows:,} 行、{columns:,} 列，超过 Excel 的上限"
                f"（{EXCEL_ROWS - 1:,} 行、{EXCEL_COLUMNS:,} 列）；请把输出改为 .csv 或 .parquet"
            )
        page = book.add_worksheet(name)
        lines = [1] * (rows + 1)
        for at, (column, series) in enumerate(frame.items()):
            header, values = report.header(str(column), side), _values(series)
            number = _number_format(str(column), values)
            look = cell | {"num_format": number, "align": "center" if column in _CENTRED else "left"}
            width = _width(str(column), header, values)
            page.set_column(at, at, width, book.add_format(look))
            page.write_string(0, at, fit_cell(header), head)
            for row, value in enumerate(values, start=1):
                if isinstance(value, str):
                    fit = fit_cell(value)
                    if fit is not value:
                        cut.append(_cut_problem(report.name, name, row + 1, header, value))
                    page.write_string(row, at, fit)
                    if 2 * len(fit) > width or "\n" in fit:
                        lines[row] = max(lines[row], _wide(fit) // width + fit.count("\n") + 1)
                elif isinstance(value, dt.date):
                    page.write_datetime(row, at, dt.datetime.combine(value, dt.time()))
                elif value is not None:
                    page.write_number(row, at, value)
        for row, count in enumerate(lines):
            page.set_row(row, 14 * min(count, _MOST_LINES) + 4)
        page.freeze_panes(1, frozen)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if rows:
            page.autofilter(0, 0, rows, columns - 1)
        if rows and tint:
            criteria = f"={xl_rowcol_to_cell(1, list(frame).index(tint[0]), col_abs=True)}{tint[1]}"
            page.conditional_format(
                1, 0, rows, columns - 1, {"type": "formula", "criteria": criteria, "format": tint[2]}
            )

    sheet(report.ask.title, report.asked(), 2, report.ask, ("good_count", "=0", amber))
    sheet("匹配结果", report.pairs(), 2, report.answer, ("good_match", '="是"', green))
    problems = pd.concat([report.problems, pd.DataFrame(cut)], ignore_index=True) if cut else report.problems
    sheet("问题", problems, 0, report.ask, ("kept", '="否"', amber))
    notes = report.legend() | report.counts() | report.about
    sheet("说明", pd.DataFrame({"项目": list(notes), "内容": list(notes.values())}), 1, report.ask)
    book.close()
    return buffer.getvalue()


def _number_format(column: str, values: list[Any]) -> str:
    if column in ("score", "best_score"):
        return f"0.{'0' * _digits(values)}%"
    if column.endswith("_id"):
        return "@"
    if any(isinstance(value, dt.date) for value in values):
        return "yyyy-mm-dd"
    return _NUMBERS.get(column, ("General", ""))[0]


def _digits(scores: Iterable[Any]) -> int:
    """Decimals of a percentage: two, or up to four where fewer would show a score below 1 as 100 %."""
    below = max((score for score in scores if isinstance(score, float) and score < 1), default=0.0)
    return next((digits for digits in (2, 3) if round(below * 100, digits) < 100), 4)


def _width(column: str, header: str, values: list[Any]) -> int:
    if column in _WIDTHS:
        return _WIDTHS[column]
    lines = [line for value in values[:200] if isinstance(value, str) for line in value.split("\n")]
    return min(40, max(10, _wide(header) + 4, *map(_wide, lines))) + 2


def _wide(text: str) -> int:
    """Width on a page: two for a Chinese sign (three bytes), one for a Latin one."""
    return (len(text) + len(text.encode())) // 2


def _cut_problem(file: str, sheet: str, row: int, column: str, text: str) -> dict[str, Any]:
    problem = f"文字超过 Excel 单元格上限 {EXCEL_CELL:,} 字"
    action = "已截断并注明；要全文请输出为 .csv、.parquet 或 .html"
    return dict(zip(PROBLEM_COLUMNS, (file, sheet, row, column, text[:30] + "…", problem, action, True), strict=True))


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A table as CSV with a byte order mark; a text that a spreadsheet would take for a formula gets a leading `'`."""

    def safe(cell: Any) -> Any:
        if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
            return "'" + cell
        return cell

    safe_frame = frame.apply(lambda column: column.map(safe) if _is_text(column) else column)
    text: str = safe_frame.rename(columns=safe).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return text.encode("utf-8-sig")


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """A table as Parquet; a column of mixed types becomes text."""

    def typed(column: pd.Series[Any]) -> pd.Series[Any]:
        mixed = pd.api.types.infer_dtype(column).startswith("mixed")
        return column.map(str, na_action="ignore") if mixed else column

    buffer = io.BytesIO()
    frame.apply(typed).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _page(report: _Report) -> bytes:
    import jinja2

    pairs, ask, answer = report.pairs(), report.ask.id_column, report.answer.id_column
    digits = _digits(pairs["score"])
    own = {ask, answer, "query_title", "record_title", "rank", "score", "good_match", *_SAID}
    matches: dict[str, list[dict[str, str]]] = {}
    for row in _shown_rows(pairs.assign(score=[f"{score:.{digits}%}" for score in pairs["score"]])):
        matches.setdefault(row[ask], []).append(row)
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("matcher.export"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("matches.html.j2")
    page: str = template.render(
        nouns=(report.ask.title, report.answer.title),
        answer=answer,
        queries=[(row, matches.get(row[ask], [])) for row in _shown_rows(report.queries)],
        query_fields=[
            (name, report.header(name, report.ask))
            for name in _names(report.queries)
            if name not in (ask, "title", "description")
        ],
        terms=[name for name in _KEY_FIELDS if name in pairs],
        parts=[
            (name, report.header(name, report.answer))
            for name in _names(pairs)
            if name not in own and name not in _KEY_FIELDS
        ],
        good=_value(True),
        ask=ask,
        counts=report.counts(),
        legend=report.legend(),
        about=report.about,
        problems=report.name.rsplit(".", 1)[0] + ".problems.csv" if len(report.problems) else "",
    )
    return page.encode()


def _shown_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    columns = [[_shown(value, str(name)) for value in _values(column)] for name, column in frame.items()]
    return [dict(zip(_names(frame), row, strict=True)) for row in zip(*columns, strict=True)]


def _shown(value: Any, column: str) -> str:
    if isinstance(value, int | float):
        return _NUMBERS.get(column, ("", "{:.6g}" if isinstance(value, float) else "{}"))[1].format(value)
    return "" if value is None else str(value)


_WRITERS: dict[str, Callable[[_Report], bytes]] = {
    ".xlsx": _workbook,
    ".html": _page,
    ".csv": lambda report: csv_bytes(report.table()),
    ".parquet": lambda report: parquet_bytes(report.table()),
}
