"""Ranked pairs to files that can be handed on: a workbook, a page, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.export.formats import is_text
from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet, cells_of, percent_digits
from matcher.export.tables import all_ids, clean_table, clean_text, files_of, problem_files
from matcher.export.targets import check_targets, problems_beside, save_files
from matcher.export.titles import MATCHES, TITLES
from matcher.tables.contacts import mask_contacts
from matcher.tables.privacy import mask_nested, mask_table
from matcher.tables.reading import PROBLEM_COLUMNS
from matcher.tables.schemas import EXPERTS, NEEDS, OUTCOMES, Contract
from matcher.tables.soft_values import with_texts

SUFFIXES = (".xlsx", ".html", ".csv", ".parquet")

_KEY_FIELDS = ["name", "position", "institution", "enterprise", "region", "maturity", "cooperation", "price", "budget"]
_KEY_FIELDS += ["valid_until"]
_SCORES = ["score", "level", "probability", "good_match", "strength", "speaking"]
_IN_WORDS = ["works", "shared_terms", "need_sentence", "work_sentence", "evidence", "unanswered"]  # on the page
_IN_VIEW = ["score", "probability", "good_match", "strength", "name", "institution", "enterprise"]  # of the workbook
_REASONS = [*_IN_WORDS, "work_ids", "note", "semantic", "lexical", "preference", "feedback"]
_SHOWN = dict.fromkeys(("semantic", "lexical", "preference", "feedback", "affinity"), "{:.2f}")
_SHOWN |= dict.fromkeys(("price", "budget"), "{:,.0f}元")
_SHOWN |= {"level": "{:.1f}", "probability": "{:.0%}"}


def write_matches(
    output: str | Path,
    matches: pd.DataFrame,
    *,
    queries: pd.DataFrame,
    records: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write matches as a workbook (.xlsx), a page (.html) or a table (.csv, .parquet); the suffix decides.

    Parameters
    ----------
    matches
        One row a pair; its first two columns are the id of the side that asks and of the side that answers (`need_id`
        and `outcome_id`, in either order), then rank, score (0..1), good_match and the reasons; further columns
        survive.
    queries, records
        The clean tables of the two sides, with unique ids; every query appears in workbook and page, matched or not.
        What is known in part only is shown as it was written (约50万, 已过期).
    problems
        What was found wrong in the inputs. Beside everything but a workbook they are written as
        `<stem>.problems.csv` when there are any (an older file of that name is always renewed).
    columns
        What became of the columns of the inputs (`Reading.columns`), for the sheet 列的去向 of a workbook.
    about
        Label -> text for the sheet 说明, such as the day and the settings of the run.
    mask
        Hide contacts in cells, headers and such ids (see `matcher.tables.privacy`).

    A table has the columns of `matches`, and `query_title` and `record_title` after the score. In CSV a text cell that
    a spreadsheet would take for a formula gets a leading `'`. Files are replaced in one step.

    Raises
    ------
    OutputError
        The file cannot be written there, or the tables are too large for a workbook.
    """
    check_targets({output: SUFFIXES})
    target = Path(output)
    problems = pd.DataFrame(columns=PROBLEM_COLUMNS) if problems is None else problems
    columns = pd.DataFrame() if columns is None else columns
    sides = [with_texts(side, _SIDES[str(matches.columns[at])]) for at, side in enumerate((queries, records))]
    shown = [clean_table(table) for table in (matches, *sides, problems, columns)]
    if mask:
        ids = all_ids(shown[:3])
        shown = [mask_table(table, ids=ids) for table in shown]
    name = mask_contacts(target.name) if mask else target.name
    notes: Any = {clean_text(label): clean_text(str(text)) for label, text in (about or {}).items()}
    notes = mask_nested(notes) if mask else notes
    report = _Report(shown[0], shown[1], shown[2], shown[3], notes, mask, name)
    if target.suffix.lower() == ".html":
        save_files({**problem_files(target, report.problems, mask=False), target: report.page()})
    else:
        save_files(
            files_of(
                target,
                report.sheets() if target.suffix.lower() == ".xlsx" else {"匹配结果": report.table()},
                problems=report.problems,
                columns=shown[4],
                notes=report.legend() | report.counts() | report.about,
                title=report.heading,
                mask=False,
            )
        )


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

    @property
    def heading(self) -> str:
        """What the result is called."""
        if EXPERTS in (self.ask, self.answer):
            return "专家推荐结果" if self.answer is EXPERTS else "专家可承接的需求"
        return f"{self.ask.title}匹配结果"

    def header(self, column: str, side: Contract) -> str:
        """The Chinese header of a column of matches or problems, or of one that stems from the table of that side."""
        ids = {contract.id_column: contract[contract.id_column].title for contract in (self.ask, self.answer)}
        ids |= {"query_title": self.ask["title"].title, "record_title": self.answer["title"].title}
        ids |= {"best_id": "最佳" + ids[self.answer.id_column], "best_title": "最佳" + ids["record_title"]}
        titles = {declared.name: declared.title for declared in side.columns}
        return (ids | TITLES | MATCHES | titles).get(column, column)

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
        asked = self.queries[ask]
        answers = {
            "good_count": asked.map(good).fillna(0).astype(int),
            "best_id": _look_up(asked, best, answer, key=ask),
            "best_title": _look_up(asked, best, "record_title", key=ask),
            "best_score": _look_up(asked, best, "score", key=ask),
        }
        return _ordered(self.queries[_filled(self.queries)].assign(**answers), [ask, "title", *answers])

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
        learned_texts = [text for name, text in learned.items() if name in _filled(self.matches)]
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
            **{head: text for part in learned_texts for head, text in part.items()},
            "联系方式": contacts,
        }

    def counts(self) -> dict[str, str]:
        ask, answer = self.ask.title, self.answer.title
        matched = self.matches.loc[self.matches["good_match"].astype(bool), self.ask.id_column].nunique()
        none = len(self.queries) - matched
        return {
            ask: f"{len(self.queries):,} 条，其中 {matched:,} 条有较强匹配，{none:,} 条未找到合适匹配",
            answer: f"{len(self.records):,} 条",
            "输入问题": f"{len(self.problems):,} 处",
        }

    def sheets(self) -> dict[str, Sheet]:
        """The workbook: every query with its best answer, and every pair with its reasons."""
        asked, pairs = self.asked(), self.pairs()
        ask, answer = self.ask.id_column, self.answer.id_column
        return {
            self.ask.title: Sheet(
                asked,
                {name: self.header(name, self.ask) for name in _names(asked)},
                key=[ask, "title", "good_count", "best_id", "best_title", "best_score", "description", "enterprise"],
                frozen=2,
                shade=("good_count", "=0", "attention"),
            ),
            "匹配结果": Sheet(
                pairs,
                {name: self.header(name, self.answer) for name in _names(pairs)},
                key=[ask, "query_title", "rank", answer, "record_title", *_IN_VIEW, *_IN_WORDS, "note"],
                frozen=2,
                shade=("good_match", '="是"', "good"),
            ),
        }

    def page(self) -> bytes:
        """One self-contained page that reads well on a phone and on paper."""
        pairs, ask, answer = self.pairs(), self.ask.id_column, self.answer.id_column
        if self.answer is EXPERTS and "name" in pairs:  # a person is known by the name
            titles = zip(pairs["name"].fillna(""), pairs["record_title"].fillna(""), strict=True)
            pairs = pairs.assign(record_title=["，".join(filter(None, title)) for title in titles], name="")
        digits = percent_digits(pairs["score"].tolist())
        placed = {ask, answer, "query_title", "record_title", "rank", "score", "good_match", *_IN_WORDS, *_KEY_FIELDS}
        matches: dict[str, list[dict[str, str]]] = {}
        for row in _shown_rows(pairs.assign(score=[f"{score:.{digits}%}" for score in pairs["score"]])):
            matches.setdefault(row[ask], []).append(row)
        context = {
            "heading": self.heading,
            "nouns": (self.ask.title, self.answer.title),
            "answer": answer,
            "queries": [(row, matches.get(row[ask], [])) for row in _shown_rows(self.queries)],
            "query_fields": [
                (name, self.header(name, self.ask))
                for name in _names(self.queries)
                if name not in (ask, "title", "description")
            ],
            "terms": [name for name in _KEY_FIELDS if name in pairs],
            "parts": [(name, self.header(name, self.answer)) for name in _names(pairs) if name not in placed],
            "good": "是",
            "ask": ask,
            "counts": self.counts(),
            "legend": self.legend(),
            "about": self.about,
            "problems": problems_beside(Path(self.name)).name if len(self.problems) else "",
        }
        return page_bytes("matches", context, mask=False)


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns]


def _filled(frame: pd.DataFrame) -> list[str]:
    """The columns that somebody filled."""
    names = []
    for name, column in frame.items():
        present = column.notna()
        if is_text(column):
            present &= column.astype(object) != ""
        if present.any():
            names.append(str(name))
    return names


def _ordered(frame: pd.DataFrame, first: list[str]) -> pd.DataFrame:
    names = _names(frame)
    return frame[[name for name in first if name in names] + [name for name in names if name not in first]]


def _look_up(ids: pd.Series[Any], frame: pd.DataFrame, column: str, key: str | None = None) -> pd.Series[Any]:
    """`column` of the row of `frame` that has each id; the id is the column that `ids` is named after."""
    if column not in frame:
        return pd.Series(None, index=ids.index, dtype=object)
    return ids.map(frame.set_index(key or ids.name)[column])


def _shown_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    columns = [[_shown(value, str(name)) for value in cells_of(column)] for name, column in frame.items()]
    return [dict(zip(_names(frame), row, strict=True)) for row in zip(*columns, strict=True)]


def _shown(value: Any, column: str) -> str:
    if isinstance(value, int | float):
        return _SHOWN.get(column, "{:.6g}" if isinstance(value, float) else "{}").format(value)
    return "" if value is None else str(value)
