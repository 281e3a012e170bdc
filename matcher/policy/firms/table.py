"""Firm tables as people keep them, to the wide table that policies read: one row per firm, one column per fact."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from matcher.errors import PolicyError, TableError
from matcher.policy.firms.certificate_columns import issued_by_number, told
from matcher.policy.firms.identity import APPLICATION, FIRM, PLATFORM, Subject, identified, resident_by_code, with_lines
from matcher.policy.firms.joint_questions import joint_answers
from matcher.policy.firms.one_year_totals import without_one_year_totals
from matcher.policy.firms.places import with_whole_places
from matcher.policy.firms.rows_a_year import without_hints_a_year
from matcher.policy.firms.words import CLOSE_WORDS, STEMS, SUMS, WORDS, series_of, without_year
from matcher.policy.language.model import FactColumn
from matcher.policy.policy import Policies, Policy, load_policies, shipped, shipped_policy
from matcher.policy.programmes.platforms import KINDS, in_plain_words
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.texts import shorten
from matcher.tables.files.grids import Source, reader_errors
from matcher.tables.headers.finding import likely_kind
from matcher.tables.headers.forms import peel
from matcher.tables.headers.words import Meaning, vocabulary_of
from matcher.tables.reading import CARRIED, PROBLEM_COLUMNS, UNKNOWN, USED, Reading, read_table
from matcher.tables.schemas.main import TEXT, Column, Contract

_KINDS = {"yesno": "yesno", "count": "number", "number": "number", "yuan": "yuan", "share": "share", "date": "date"}

WHOLE = 2  # the rank of a header that names a field with all its words; see `Meaning`
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHARE_OF = re.compile(
    r"(.{2,}?)占.*(?:比|比[重例率]|份额)"
)  # a header of a share: 高新收入占比, 研发费用占销售收入比例
_ROW = Column("row_id", "id", "行编号")


def _column(fact: FactColumn, policies: Sequence[Policy]) -> Column:
    """A fact with the headers that each policy gives it and those that all tables use."""
    facts = [policy.columns[fact.name] for policy in policies if fact.name in policy.columns]
    headers = list(dict.fromkeys(text for one in facts for text in (one.title, *one.headers)))
    base, back = series_of(fact.name)
    more = WORDS.get(base, "").split()
    words = tuple(dict.fromkeys((*map(without_year, headers), *more))) if back else ()
    return Column(
        fact.name,
        _KINDS.get(fact.kind, "text"),
        fact.title,
        (*headers, *(() if back else more)),
        tuple(word for choice in fact.choices.values() for word in choice),
        sums=(kinds := SUMS.get(fact.name, ())),
        stems=tuple(STEMS[words[0]] for words in kinds),
        back=back,
        words=words,
        close_words=tuple(CLOSE_WORDS.get(base, "").split()) if back else (),
        basis=fact.basis,
    )


def firm_contract(policies: Sequence[Policy]) -> Contract:
    """The columns that a firm table may have for these policies, in the order of the policies.

    Plain columns first, then `<policy>.<column>` for each policy, which wins over the plain one. Policies over
    platforms have the columns of platforms; raises PolicyError where some are over firms and some over platforms.
    """
    subject = subject_of(policies)
    plain: dict[str, Column] = {}
    special: list[Column] = []
    for policy in policies:
        for fact in policy.columns.values():
            if fact.name not in plain:
                plain[fact.name] = _column(fact, policies)
            kind = _KINDS.get(fact.kind, "text")
            words = plain[fact.name].labels
            special.append(Column(f"{policy.id}.{fact.name}", kind, f"{policy.title}：{fact.title}", labels=words))
    columns = (_ROW, *subject.identity, *subject.beside, *plain.values(), *special)
    return Contract(f"{subject.id}s", subject.title, "row_id", columns)


def subject_of(policies: Sequence[Policy]) -> Subject:
    """What the rows of a table for these policies are about; raises PolicyError where they differ."""
    subjects = {policy.subject.id: policy for policy in policies}
    if len(subjects) > 1:
        told = "、".join(f"“{policy.title}”看{policy.subject.title}" for policy in subjects.values())
        raise PolicyError(f"{told}，一张表不能同时判断；请分开运行")
    return policies[0].subject if policies else FIRM


def read_firms(
    source: Source,
    policy: Policies,
    *,
    on: Day | None = None,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: Literal["list", "refuse"] = "list",
    extra: Sequence[Column] = (),
) -> Reading:
    """Read the wide firm table of one or several policies: English names or Chinese headers, units in headers or cells.

    Parameters
    ----------
    source
        A file (csv, xlsx, xls, parquet, jsonl) or a DataFrame. A Parquet file whose columns carry the English names is
        taken as it is, column by column, and read fast.
    policy
        A name (id or Chinese title), a folder, a `Policy`, or a sequence of these.
    on
        The day of the decision, a date or ISO text, by which years in headers are placed (“2025年销售收入”: the last
        accounting year on any day of 2026). Without it they are placed by today, which is told.
    sheet
        Of a workbook: its name or its place.
    columns
        Header in the file -> column name, where a header is not known.
    bad_rows
        "list" reports rows that cannot be read, "refuse" raises.
    extra
        Further columns that the table may have, beside those of the policies.

    Returns
    -------
    Reading
        `rows`, one per firm and application in the order of the file, and `problems`. `enterprise_id` is the firm's
        企业编号, else its right 统一社会信用代码, else its name in one writing, else made up from its row; numbers that
        only count the rows stand in `serial`. Columns that the table does not have, or in which every cell is empty,
        are left out; an empty cell is unknown, or known within the bounds that stand in `<column>_min` and
        `<column>_max`.

    Raises
    ------
    TableError
        When the table cannot be used; see `matcher.tables.reading.read_table`.
    PolicyError
        When a policy is not known or given twice.

    Examples
    --------
    >>> table = pd.DataFrame({"企业编号": ["a"], "上年度销售收入（万元）": [1200]})
    >>> read_firms(table, "科技型中小企业").rows[["enterprise_id", "sales_last_year"]].values.tolist()
    [['a', 12000000]]
    """
    policies = load_policies(policy)
    contract = firm_contract(policies)
    known = {column.name for column in contract.columns}
    day = dt.date.today() if on is None else as_day(on)
    contract = replace(
        contract, year=day.year, columns=(*contract.columns, *(column for column in extra if column.name not in known))
    )
    if isinstance(source, (str, Path)) and str(source).lower().endswith(".parquet") and not columns:
        typed = _typed(Path(source), contract)
        if typed is not None:
            return Reading(typed, pd.DataFrame(columns=PROBLEM_COLUMNS))
    reading = read_table(source, contract, sheet=sheet, columns=columns, bad_rows=bad_rows)
    if issued := issued_by_number(reading, contract):
        named = {**issued, **(columns or {})}
        reading = told(read_table(source, contract, sheet=sheet, columns=named, bad_rows=bad_rows), *issued)
    subject = subject_of(policies)
    found = identified(reading, columns, subject)
    if subject is not APPLICATION:
        found = _of_firms(found, contract) if subject is FIRM else _other_kinds(found, policies)
    rows, problems = found.rows, found.problems
    known = {column.name for column in contract.columns}
    empty = [
        name
        for name in rows.columns
        if name in known
        and name != "enterprise_id"
        and name + TEXT not in rows
        and (rows[name].isna() | (rows[name].astype(object) == "")).all()
    ]
    rows = rows.drop(columns=empty)
    _check_kind(source, rows, contract, subject)
    dated = [header for header in found.columns.loc[found.columns["use"] == USED, "header"] if _YEAR.search(header)]
    answer = Reading(rows, problems, _carried(found.columns, contract, subject))
    if on is not None or not dated:
        return answer
    problem = f"没有给判断日期，表头里的年份（{shorten('、'.join(dated), 60)}）按今天（{day}）归位"
    line = {
        "row": None,
        "column": "",
        "value": "",
        "problem": problem,
        "action": "请给出判断日期（--on）",
        "kept": True,
    }
    return replace(answer, problems=with_lines(answer, [line]))


def _carried(columns: pd.DataFrame, contract: Contract, subject: Subject) -> pd.DataFrame:
    """What became of the columns: those of facts that only other shipped policies read are no riddles."""
    open_ = columns["use"] == UNKNOWN
    if not open_.any():
        return columns
    fields = {column.name for column in contract.columns}
    meaning = vocabulary_of(_every_contract(subject.id)).meaning
    known = [
        found.rank <= WHOLE and bool(found.columns) and fields.isdisjoint(one.name for one in found.columns)
        for found in map(meaning, columns.loc[open_, "header"])
    ]
    places = columns.index[open_][known]
    return columns.assign(
        use=columns["use"].mask(columns.index.isin(places), CARRIED),
        nearest=columns["nearest"].mask(columns.index.isin(places), ""),
        hint=columns["hint"].mask(columns.index.isin(places), ""),
    )


@cache
def _every_contract(subject: str) -> Contract:
    return firm_contract([policy for policy in map(shipped_policy, shipped()) if policy.subject.id == subject])


def _of_firms(reading: Reading, contract: Contract) -> Reading:
    """What only the columns of a table of firms say together: places, answers, sums."""
    titles = {column.name: column.title for column in contract.columns}
    reading = joint_answers(with_whole_places(resident_by_code(reading)), titles)
    return _with_shares(without_hints_a_year(without_one_year_totals(reading)), contract)


def _with_shares(reading: Reading, contract: Contract) -> Reading:
    """A problem for each column that nobody reads and that holds only the share of a fact: 高新收入占比."""
    lines = []
    fed = set("、".join(reading.columns["field"].astype(str)).split("、"))
    for header in reading.columns.loc[reading.columns["use"] == UNKNOWN, "header"].astype(str):
        share = _SHARE_OF.fullmatch(peel(header).bare)
        meaning = vocabulary_of(contract).meaning(share[1]) if share else Meaning()
        facts = sorted((*meaning.columns, *meaning.asked), key=lambda column: column.back)
        if facts and fed.isdisjoint(column.name for column in facts):
            what = f"是占比，政策按“{facts[0].title}”本身的数算，没有采用"
            action = f"请补一列“{facts[0].title}”"
            line = {"row": None, "column": header, "value": "", "problem": what, "action": action, "kept": True}
            lines.append(line)
    return Reading(reading.rows, with_lines(reading, lines), reading.columns) if lines else reading


def _other_kinds(reading: Reading, policies: Sequence[Policy]) -> Reading:
    """A problem for each policy over one kind of platforms whose table says of some rows that they are of another."""
    kinds = in_plain_words(reading.rows["kind"], KINDS)
    lines = [
        {
            "row": None,
            "column": PLATFORM.words["kind"],
            "value": "",
            "problem": f"{many} 行不是{policy.tree['kind']}，“{policy.title}”不是给它们的",
            "action": "仍逐条判断，多半未定；请只留这一类",
            "kept": True,
        }
        for policy in policies
        if "kind" in policy.tree and (many := int(((kinds != "") & (kinds != policy.tree["kind"])).sum()))
    ]
    return Reading(reading.rows, with_lines(reading, lines), reading.columns)


def _check_kind(source: Source, rows: pd.DataFrame, contract: Contract, subject: Subject) -> None:
    """Refuse a table of another kind: no column is a fact of the policies, and the headers are those of that kind; one
    header beside the names of firms (名次 of a list) says nothing.
    """
    identity = {column.name for column in (_ROW, *subject.identity, *subject.beside)}
    facts = {column.name for column in contract.columns} - identity
    heads = [str(name) for name in rows.columns if name not in identity]
    named = "name" in rows and (rows["name"].fillna("") != "").all()
    if not facts.intersection(heads) and (kind := likely_kind(heads, contract, least=2 if named else 1)):
        name = Path(source).name if isinstance(source, (str, Path)) else "表"
        raise TableError(
            f"{name}：没有一列是这些政策要的事实{kind}；表头有：{'、'.join(heads[:12])}；"
            f"请换{subject.title}情况表，或用 --column 表头=字段 指定哪一列是什么"
        )


def is_typed(names: Sequence[str], contract: Contract) -> bool:
    """Whether a file's columns carry the contract's English names, an id among them."""
    known = {column.name for column in contract.columns}
    return "enterprise_id" in names and len(known & set(names)) > 1


def unread_facts(names: Sequence[str], contract: Contract) -> dict[str, str]:
    """Headers of a table that name a fact which it has under no English name, each with that name: nobody read it."""
    headers = {word: column.name for column in contract.columns for word in (column.title, *column.headers)}
    return {name: headers[name] for name in map(str, names) if name in headers and headers[name] not in names}


def _typed(path: Path, contract: Contract) -> pd.DataFrame | None:
    import pyarrow.parquet as pq

    try:
        names: list[Any] = pq.read_schema(path).names
    except reader_errors():  # damaged or no Parquet file: the ordinary reader says so
        return None
    return pd.read_parquet(path) if is_typed(names, contract) else None
