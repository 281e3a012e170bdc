"""Ranked pairs to files that can be handed on: a workbook, a page, or a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.export.advice import (
    CONTACT,
    DECLINED,
    OPEN,
    RECOMMENDED,
    SAME_FIELD,
    SILENT,
    UNRELATED,
    advice_of,
    answered,
    compared,
    next_steps,
    probability_in_words,
)
from matcher.export.formats import is_text
from matcher.export.match_legend import legend_of
from matcher.export.notes import SIDES, with_notes
from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet, cells_of
from matcher.export.tables import all_ids, clean_table, clean_text, files_of, problem_files
from matcher.export.targets import check_targets, problems_beside, save_files
from matcher.export.titles import MATCHES, TITLES
from matcher.tables.columns.soft_values import with_texts
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import mask_nested, mask_table
from matcher.tables.reading import PROBLEM_COLUMNS
from matcher.tables.schemas.main import EXPERTS, Contract

SUFFIXES = (".xlsx", ".html", ".csv", ".parquet")

_COMMAND = re.compile(r"（matcher [^）]*）")
_KEY_FIELDS = ["name", "position", "institution", "enterprise", "region", "maturity", "cooperation", "price", "budget"]
_KEY_FIELDS += ["valid_until"]
_ADVICE = ["advice", "probability", "probability_low", "probability_high", "strength"]
_REASONS = ["works", "need_sentence", "work_sentence", "evidence", "met", "answers", "unanswered", "shared_terms"]
_NUMBERS = ["level", "score", "speaking", "semantic", "lexical", "preference", "feedback", "affinity", "rerank"]
_VERDICTS = ["recommended", "good_match"]  # the same in words is the advice
_SHOWN = {"price": "{:,.0f}元", "budget": "{:,.0f}元"}
_IN_VIEW = ["name", "institution", "enterprise"]  # of what is known of the answering side
_ANSWERS = ["good_count", "contact_count", "best_id", "best_title", "best_advice", "next_step"]


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
        and `outcome_id`, in either order), then rank, score (0..1), recommended or good_match, and what is known of
        probability, level, note, met and the other reasons; further columns survive.
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

    Each pair gets its `advice` in one word (可推荐, 可联系, 同领域, 不相关, 已拒绝; see `matcher.export.advice`).
    A page shows what is recommended or worth a call and folds the rest away. A table has the columns of `matches`, with
    `query_title` and `record_title` after the score and `advice` before recommended. In CSV a text cell that a
    spreadsheet would take for a formula gets a leading `'`. Files are replaced in one step.

    Raises
    ------
    OutputError
        The file cannot be written there, or the tables are too large for a workbook.
    ArgumentError
        `matches` lacks rank, score, or recommended and good_match.
    """
    check_targets({output: SUFFIXES})
    save_files(
        match_files(
            output,
            matches,
            queries=queries,
            records=records,
            problems=problems,
            columns=columns,
            about=about,
            mask=mask,
        )
    )


def match_files(
    output: str | Path,
    matches: pd.DataFrame,
    *,
    queries: pd.DataFrame,
    records: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    total: int | None = None,
    lapsed: Mapping[str, str] | None = None,
    mask: bool = True,
) -> dict[Path, bytes]:
    """The files of `write_matches`, for whoever hands them on without saving them.

    total: how many records there were, where `records` are those alone that the matches name. lapsed: query -> the
    record that would be recommended, were it still valid.
    """
    lacking = [name for name in ("rank", "score") if name not in matches]
    if lacking or not {"recommended", "good_match"} & set(matches.columns):
        raise ArgumentError(f"matches lacks the column {[*lacking, 'recommended'][0]!r}: give what match(...) returned")
    for name, side in zip(map(str, matches.columns[:2]), (queries, records), strict=True):
        if twice := side.loc[side[name].duplicated(), name].unique().tolist():
            raise TableError(f"{name} 中 {len(twice)} 个编号重复，分不清是哪一条：{'、'.join(map(str, twice[:10]))}")
    target = Path(output)
    report, account = _report(target.name, matches, queries, records, problems, columns, about, total, mask)
    ended: Any = mask_nested(dict(lapsed or {})) if mask else dict(lapsed or {})
    report = report._replace(lapsed=ended)
    if target.suffix.lower() == ".html":
        return {**problem_files(target, report.problems, mask=False), target: report.page()}
    return files_of(
        target,
        report.sheets() if target.suffix.lower() == ".xlsx" else {"匹配结果": report.table()},
        problems=report.problems,
        columns=account,
        notes=report.legend() | report.counts() | report.about,
        title=report.heading,
        mask=False,
    )


def match_table(matches: pd.DataFrame, *, queries: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The matches as `write_matches` puts them into a .csv or .parquet, contacts not yet hidden."""
    asking, answering = (
        clean_table(side.loc[side[name].isin(matches[name]), [name, *(["title"] if "title" in side else [])]])
        for name, side in zip(map(str, matches.columns[:2]), (queries, records), strict=True)
    )
    nothing = pd.DataFrame(columns=PROBLEM_COLUMNS)
    return _Report(clean_table(matches), asking, answering, nothing, {}, False, "", 0).table()


def matches_shown(
    matches: pd.DataFrame,
    *,
    queries: pd.DataFrame,
    records: pd.DataFrame,
    problems: pd.DataFrame | None = None,
    total: int | None = None,
    mask: bool = True,
) -> dict[str, Any]:
    """What the page of `write_matches` shows, for a page with another frame: the context of its templates.

    Its readers have no command line, so no command is named. total: as in `match_files`.
    """
    shown = _report("matches.html", matches, queries, records, problems, None, None, total, mask)[0].shown()
    for query in shown["queries"]:
        query["step"] = _COMMAND.sub("", query["step"])
        for one in query["matches"]:
            one["note"] = _COMMAND.sub("", one.get("note", ""))
    return shown


def _report(
    name: str,
    matches: pd.DataFrame,
    queries: pd.DataFrame,
    records: pd.DataFrame,
    problems: pd.DataFrame | None,
    columns: pd.DataFrame | None,
    about: Mapping[str, str] | None,
    total: int | None,
    mask: bool,
) -> tuple[_Report, pd.DataFrame]:
    """The tables cleaned and masked, and the account of columns."""
    problems = pd.DataFrame(columns=PROBLEM_COLUMNS) if problems is None else problems
    columns = pd.DataFrame() if columns is None else columns
    sides = [with_texts(side, SIDES[str(matches.columns[at])]) for at, side in enumerate((queries, records))]
    shown = [clean_table(table) for table in (with_notes(matches, queries, records), *sides, problems, columns)]
    if mask:
        ids = all_ids(shown[:3])
        shown = [mask_table(table, ids=ids) for table in shown]
    notes: Any = {clean_text(label): clean_text(str(text)) for label, text in (about or {}).items()}
    notes = mask_nested(notes) if mask else notes
    name = mask_contacts(name) if mask else name
    total = len(records) if total is None else total
    return _Report(shown[0], shown[1], shown[2], shown[3], notes, mask, name, total), shown[4]


class _Report(NamedTuple):
    """What every format is made from: cleaned tables, and the words for the two sides."""

    matches: pd.DataFrame
    queries: pd.DataFrame
    records: pd.DataFrame
    problems: pd.DataFrame
    about: dict[str, str]
    masked: bool
    name: str
    total: int
    lapsed: Mapping[str, str] = {}

    @property
    def ask(self) -> Contract:
        return SIDES[str(self.matches.columns[0])]

    @property
    def answer(self) -> Contract:
        return SIDES[str(self.matches.columns[1])]

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
        """The matches with both titles after the score, and the advice before what it puts into a word."""
        query_title = _look_up(self.matches[self.ask.id_column], self.queries, "title")
        record_title = _look_up(self.matches[self.answer.id_column], self.records, "title")
        pairs = self.matches.assign(query_title=query_title, record_title=record_title, advice=advice_of(self.matches))
        names = _names(self.matches)
        verdict = names.index(next(name for name in _VERDICTS if name in names))
        after_score = names.index("score") + 1
        return _ordered(
            pairs, [*names[:after_score], "query_title", "record_title", *names[after_score:verdict], "advice"]
        )

    def pairs(self) -> pd.DataFrame:
        """The matches as people read them: who, to whom, what to do, on what terms, why, and whatever else there is."""
        pairs = self.table()
        ask, answer = self.ask.id_column, self.answer.id_column
        filled = _filled(self.records)
        fields = [name for name in _KEY_FIELDS if name in filled and name not in pairs]
        pairs = pairs.assign(**{name: _look_up(pairs[answer], self.records, name) for name in fields})
        optional = {"level", *_ADVICE[1:4], "note", "met", "answers"}
        pairs = pairs.drop(columns=(optional & set(pairs)) - set(_filled(pairs)))
        first = [ask, "query_title", "rank", answer, "record_title", *_ADVICE, "note", *fields, *_REASONS, "work_ids"]
        return _ordered(pairs, [*first, *_NUMBERS, *_VERDICTS])

    def steps(self) -> dict[str, str]:
        """What to do with each query that has nothing recommended."""
        ids = self.queries[self.ask.id_column].astype(str).tolist()
        advice, answer = advice_of(self.matches), self.answer.title
        return next_steps(self.matches, advice, ids, answer=answer, lapsed=self.lapsed)

    def asked(self) -> pd.DataFrame:
        """The queries, each with how many answers are recommended or worth a call, the best one and what to do."""
        pairs = self.table()
        ask, answer = self.ask.id_column, self.answer.id_column
        best = pairs.sort_values("rank", kind="stable").drop_duplicates(ask)
        asked = self.queries[ask]
        count = {word: pairs.loc[pairs["advice"] == word, ask].value_counts() for word in OPEN}
        answers = {
            "good_count": asked.map(count[RECOMMENDED]).fillna(0).astype(int),
            "contact_count": asked.map(count[CONTACT]).fillna(0).astype(int),
            "best_id": _look_up(asked, best, answer, key=ask),
            "best_title": _look_up(asked, best, "record_title", key=ask),
            "best_advice": _look_up(asked, best, "advice", key=ask),
            "next_step": asked.astype(str).map(self.steps()),
            "best_score": _look_up(asked, best, "score", key=ask),
        }
        table = self.queries[_filled(self.queries)].assign(**answers)
        return _ordered(table, [ask, "title", *list(answers)[:-1]])

    def counts(self) -> dict[str, str]:
        """How many queries have something recommended, something worth a call, or neither."""
        ask, answer = self.ask.title, self.answer.title
        advice, asking = advice_of(self.matches), self.matches[self.ask.id_column]
        good = set(asking[advice == RECOMMENDED])
        call = set(asking[advice == CONTACT]) - good
        rest = len(self.queries) - len(good) - len(call)
        return {
            ask: f"{len(self.queries):,} 条，其中 {len(good):,} 条有可推荐的{answer}，{len(call):,} 条只有可联系的，"
            f"{rest:,} 条都没有",
            answer: f"{self.total:,} 条",
            "输入问题": f"{len(self.problems):,} 处",
        }

    def legend(self, *, page: bool = False) -> dict[str, str]:
        """How to read what is shown."""
        filled = {*_filled(self.matches), "advice"} - ({*_NUMBERS, *_VERDICTS} if page else set())
        return legend_of(self.ask, self.answer, filled, masked=self.masked)

    def sheets(self) -> dict[str, Sheet]:
        """The workbook: every query with its best answer, and every pair with its reasons."""
        asked, pairs = self.asked(), self.pairs()
        ask, answer = self.ask.id_column, self.answer.id_column
        if "met" in pairs:
            pairs = pairs.assign(met=pairs["met"].fillna("").astype(str).str.replace("；", "\n"))
        return {
            self.ask.title: Sheet(
                asked,
                {name: self.header(name, self.ask) for name in _names(asked)},
                key=[ask, "title", *_ANSWERS, "description", "enterprise"],
                frozen=2,
                shade=("good_count", "=0", "attention"),
            ),
            "匹配结果": Sheet(
                pairs,
                {name: self.header(name, self.answer) for name in _names(pairs)},
                key=[ask, "query_title", "rank", answer, "record_title", *_ADVICE, "note", *_IN_VIEW, *_REASONS],
                frozen=2,
                shade=("advice", f'="{RECOMMENDED}"', "good"),
            ),
        }

    def page(self) -> bytes:
        """One self-contained page that reads well on a phone and on paper."""
        return page_bytes("matches", self.shown(), mask=False)

    def shown(self) -> dict[str, Any]:
        """What the page shows; queries that a person can act on come first, otherwise they keep their order."""
        pairs, ask, answer = self.pairs(), self.ask.id_column, self.answer.id_column
        if self.answer is EXPERTS and "name" in pairs:  # a person is known by the name
            titles = zip(pairs["name"].fillna(""), pairs["record_title"].fillna(""), strict=True)
            pairs = pairs.assign(record_title=["，".join(filter(None, title)) for title in titles], name="")
        ends = [pairs.get(name, pd.Series(None, index=pairs.index, dtype=float)) for name in _ADVICE[1:4]]
        chances = [probability_in_words(*row) for row in zip(*ends, strict=True)]
        unseen = {*_NUMBERS, *_VERDICTS} - {"speaking"}
        placed = {ask, answer, "query_title", "record_title", "rank", "note", "work_ids", *_ADVICE[:4], *_KEY_FIELDS}
        placed |= {*_REASONS, *unseen}
        matches: dict[str, list[dict[str, Any]]] = {}
        for row, chance in zip(_shown_rows(pairs.drop(columns=unseen & set(pairs))), chances, strict=True):
            details = {"chance": chance, "met": compared(row.get("met", "")), "open": row["advice"] in OPEN}
            matches.setdefault(row[ask], []).append(row | details | {"answers": answered(row.get("answers", ""))})
        words = (SAME_FIELD, UNRELATED, DECLINED)
        steps = self.steps()
        entries = [
            {
                "row": _once(row, self.ask["description"].parts),
                "matches": (found := [one for one in matches.get(row[ask], []) if one["advice"]]),
                "rest": "、".join(
                    f"{word} {count}" for word in words if (count := sum(one["advice"] == word for one in found))
                ),
                "step": steps.get(row[ask], ""),
            }
            for row in _shown_rows(self.queries)
        ]
        return {
            "heading": self.heading,
            "nouns": (self.ask.title, self.answer.title),
            "answer": answer,
            "queries": sorted(entries, key=lambda one: _place([match["advice"] for match in one["matches"]])),
            "query_fields": [
                (name, self.header(name, self.ask))
                for name in _names(self.queries)
                if name not in (ask, "title", "description")
            ],
            "terms": [name for name in _KEY_FIELDS if name in pairs],
            "reasons": [(name, self.header(name, self.answer)) for name in _REASONS if name in pairs],
            "parts": [(name, self.header(name, self.answer)) for name in _names(pairs) if name not in placed],
            "recommended": RECOMMENDED,
            "contact": CONTACT,
            "silent": SILENT,
            "ask": ask,
            "counts": self.counts(),
            "legend": self.legend(page=True),
            "about": self.about,
            "problems": problems_beside(Path(self.name)).name if len(self.problems) else "",
        }


def _once(row: dict[str, str], parts: Sequence[str]) -> dict[str, str]:
    """A query without the parts that its description was put together from."""
    text = row.get("description", "")
    return row | {name: "" for name in parts if row.get(name, "") in text}


def _place(advice: list[str]) -> int:
    """Where a query stands on the page: first what has a recommended answer, then what has one worth a call."""
    return next((place for place, word in enumerate((RECOMMENDED, CONTACT)) if word in advice), 2)


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns]


def _filled(frame: pd.DataFrame) -> list[str]:
    """The columns that somebody filled."""
    names = []
    for name, column in frame.items():
        present = column.notna()
        if is_text(column):
            present &= (column if isinstance(column.dtype, pd.StringDtype) else column.astype(object)) != ""
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
    names = _names(frame)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _shown(value: Any, column: str) -> str:
    if isinstance(value, int | float):
        return _SHOWN.get(column, "{:.6g}" if isinstance(value, float) else "{}").format(value)
    return "" if value is None else str(value)
