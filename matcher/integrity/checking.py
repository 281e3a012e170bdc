"""Applications, experts, nominations or bids held against records: barred, to be confirmed, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.errors import ArgumentError
from matcher.integrity.records import bars, in_force, rows_of
from matcher.integrity.rules import ROLES, Notice, load_notice
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.cells.texts import is_nothing
from matcher.tables.naming.names import PersonName, bare_unit, is_unit, names_staff, read_persons, runs_on, unit_key
from matcher.tables.naming.units import same_units
from matcher.tables.naming.writings import fold_id
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.projects import SUBJECTS

HITS = (
    "row_id", "field", "name", "unit", "state", "record_id", "kind", "grade", "starts_on", "start_note",
    "ends_on", "end_note", "basis", "why", "appeal",
)  # fmt: skip
MARKS = ("row_id", "title", "person", "unit", "state", "records", "reason")
STATES = {"barred": "不得", "confirm": "需核实", "clear": "未见记录"}
_SEVERAL = re.compile("[、，,；;/\n]+")
_WITH_HEAD = re.compile(  # a unit and its head in one name
    "(.{3,}?)(?:及其?|和|与|、|，|,)(?:法定代表人|法人代表|法人|主要负责人|负责人|实际控制人|董事长|总经理)[:：]?([^、，,；;]{2,4})"
)
_OF_BOTH = "记录的名称写的是单位和负责人"
_RUNS_ON = "姓名后另有文字"
_OF_PERSONS = re.compile("(?:成员|人员|参[与加]人|完成人|负责人|主持人|申报人|申请人|骨干|带头人|姓名)(?:名单|信息)?$")
_OF_OFFICES = re.compile(  # who is to be reached, or answers for a house, is none who applies
    "联系|填[报表写]|经办|报送|审[核批]|推荐|提名|介绍|财务|会计|单位|企业|公司|部门|[处科所室院系]负责|行政|主管|法定|法人"
    "|科研管理|从业|职工|在职|其[他它]人员"
)
_UNIT_KINDS = re.compile("单位|法人|企业|公司|机构|组织|团体|合作社|工商户|高校|院校|学校|院所|研究所")
_PERSON_KINDS = re.compile("个人|自然人|人员|专家|负责人|代表人|法人代表|完成人|教师|学生|本人")
_COUNT = re.compile(r"\d+(?:\.\d+)?\s*[人名位个]?")
_MORE = "需核实：姓名没有写全（“等”几人），没有写出的人没有查"


class _Subject(NamedTuple):
    """Somebody in a row. `field`: where; `person`: a person's name, None for a unit; `unit`: of a person."""

    field: str
    person: PersonName | None
    name: str
    code: str
    unit: str


def read_subjects(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read applications, experts, nominations or bids (the contract SUBJECTS), one row each.

    Examples
    --------
    >>> table = pd.DataFrame({"专家编号": ["E1"], "专家姓名": ["虚构人甲"], "工作单位": ["虚构大学"]})
    >>> read_subjects(table).rows[["row_id", "person", "unit"]].values.tolist()
    [['E1', '虚构人甲', '虚构大学']]
    """
    return read_table(source, SUBJECTS, sheet=sheet, columns=columns)


def integrity_hits(
    table: pd.DataFrame, records: pd.DataFrame, *, role: str, on: Day, rules: str | None = None
) -> pd.DataFrame:
    """The records that bear on each row of a table on a day.

    Parameters
    ----------
    table
        What `read_subjects` gave, in `.rows`: row_id and those known of person, person_code, members, unit, unit_code,
        partners. Of reviewers only persons are looked up, since a bar of their unit is not theirs.
    records
        What `read_records` gave, in `.rows`.
    role
        "applicant", "reviewer" or "nominee".
    rules
        A notice that asks for subjects without a record (`list_notices`).

    Returns
    -------
    DataFrame
        One row a row, subject and record: row_id, field (姓名, 参与人员, 单位 or 参与单位), name, unit, state
        ("barred", "confirm"), record_id, kind, grade, starts_on, start_note, ends_on, end_note (what is known where
        there is no day), basis (the decision and the rule), why (what has to be confirmed), appeal; rows in their
        order, records in theirs.

        A subject is the record's where codes agree, or name and unit of a person do. Names are compared without titles,
        roles, numbers and telephones (`matcher.tables.naming.names`). The same name alone is to be confirmed, as are a
        surname alone (王教授), a unit whose name nearly agrees, and a record that does not say when it runs or whom it
        keeps from what. Codes that differ are different subjects.

    Examples
    --------
    >>> from matcher.integrity import read_records, read_subjects
    >>> records = read_records(pd.DataFrame({"记录编号": ["R1"], "姓名": ["虚构人甲"], "所在单位": ["虚构大学"],
    ...     "限制事项": ["评审"], "限制起始日期": ["2025-01-01"], "限制截止日期": ["永久"]})).rows
    >>> experts = read_subjects(pd.DataFrame({"专家编号": ["E1", "E2"], "姓名": ["虚构人甲"] * 2,
    ...     "单位": ["虚构大学", "别的研究院"]})).rows
    >>> integrity_hits(experts, records, role="reviewer", on="2026-11-24")[["row_id", "state", "why"]].values.tolist()
    [['E1', 'barred', ''], ['E2', 'confirm', '同名，单位不同']]
    """
    if role not in ROLES:
        raise ArgumentError(f"role is one of {', '.join(ROLES)}, not {role!r}")
    check_frame(table, "table", "read_subjects(path).rows")
    check_frame(records, "records", "read_records(path).rows")
    if "row_id" not in table:
        raise ArgumentError("table has no column 'row_id'")
    day = as_day(on)
    notice = None if rules is None else load_notice(rules, day)
    subjects = [(row, subject) for row in rows_of(table) for subject in _subjects(row, role)]
    units = {one.name if one.person is None else one.unit for _, one in subjects}
    known = _Records(records, role, day, notice, units)
    found = [(row, subject, record, why) for row, subject in subjects for record, why in known.of(subject)]
    # 王某 李某 is also looked up as one name
    by_name = {
        (row["row_id"], subject.field, record["record_id"])
        for row, subject, record, why in found
        if _RUNS_ON not in why
    }
    rows = []
    for row, subject, record, why in found:
        if _RUNS_ON not in why or (row["row_id"], subject.field, record["record_id"]) not in by_name:
            state = "confirm" if why else "barred"
            who = (str(row["row_id"]), subject.field, subject.name, subject.unit)
            names = ("record_id", "kind", "grade", "starts_on", "start_note", "ends_on", "end_note", "basis")
            rows.append((*who, state, *(record[name] for name in names), why, record["appeal"]))
    return pd.DataFrame(rows, columns=list(HITS)).astype(dict.fromkeys(("starts_on", "ends_on"), "datetime64[us]"))


def check_integrity(
    table: pd.DataFrame, records: pd.DataFrame, *, role: str, on: Day, rules: str | None = None
) -> pd.DataFrame:
    """Each row of a table with its mark; for the parameters see `integrity_hits`.

    Returns
    -------
    DataFrame
        One row a row, in its order: row_id, title, person, unit, state ("barred", "confirm", "clear"), records (their
        ids), reason (a sentence that cites each record and its rule; "" for clear). A row that names only some of its
        persons (王某等5人), or persons in a column that is none of the contract, is never clear. Advice: a person
        decides.

    Examples
    --------
    >>> from matcher.integrity import read_records, read_subjects
    >>> records = read_records(pd.DataFrame({"记录编号": ["R1"], "单位名称": ["虚构公司"], "限制事项": ["申报"],
    ...     "限制起始日期": ["2025-01-01"], "限制截止日期": ["2027-12-31"]})).rows
    >>> applied = read_subjects(pd.DataFrame({"申报编号": ["S1"], "申报单位": ["虚构公司"]})).rows
    >>> check_integrity(applied, records, role="applicant", on="2026-11-24")[["state", "records"]].values.tolist()
    [['confirm', 'R1']]
    """
    hits = integrity_hits(table, records, role=role, on=on, rules=rules)
    of: dict[str, list[tuple[str, str, str]]] = {}
    for name, state, record, reason in zip(
        hits["row_id"], hits["state"], hits["record_id"], reasons(hits, role), strict=True
    ):
        of.setdefault(name, []).append((state, record, reason))
    own = {column.name for column in SUBJECTS.columns}
    unread = [one for one in map(str, table) if one not in own and _is_of_persons(re.sub("[（(].*", "", one))]
    rows = []
    for row in rows_of(table):
        name = str(row["row_id"])
        told = (_text(row.get("title")), _text(row.get("person")), _text(row.get("unit")))
        states, ids, texts = (dict.fromkeys(hit[at] for hit in of.get(name, ())) for at in range(3))
        if any(read_persons(_text(row.get(cell))).more for cell in ("person", "members")):
            states["confirm"] = texts[_MORE] = None
        found = {one.key for cell in ("person", "members") for one in read_persons(_text(row.get(cell))).names}
        for header in (one for one in unread if _persons_in(row[one]) - found):
            states["confirm"] = texts[f"需核实：“{header}”一列没有采用，其中的人没有查"] = None
        state = "barred" if "barred" in states else "confirm" if states else "clear"
        rows.append((name, *told, state, "、".join(ids), "；".join(texts)))
    return pd.DataFrame(rows, columns=list(MARKS))


def reasons(hits: pd.DataFrame, role: str) -> Iterator[str]:
    """A sentence for each row of `integrity_hits`, without a name: the record, its days, its decision and rule."""
    for hit in rows_of(hits):
        word = f"不得{ROLES[role]}" if hit["state"] == "barred" else f"需核实能否{ROLES[role]}（{hit['why']}）"
        appeal = f"，申诉：{hit['appeal']}" if hit["appeal"] else ""
        yield f"{word}：{hit['field']}见记录 {hit['record_id']}（{hit['basis']}），{_span(hit)}{appeal}"


def _is_of_persons(header: str) -> bool:
    """Whether a header that no field took is of persons who do or ask for what the row is about."""
    return bool(_OF_PERSONS.search(header)) and not _OF_OFFICES.search(header)


def _persons_in(cell: Any) -> set[str]:
    """The keys of the persons whom a cell names, and does not only count (12, 20人)."""
    text = "" if pd.isna(cell) else _COUNT.sub("", str(cell))
    named = () if is_nothing(text) else read_persons(text).names
    return {one.key for one in named if not is_unit(one.name)}


def _span(hit: Mapping[str, Any]) -> str:
    """The days of a record; permanent, not written and written otherwise are different facts."""
    first, last, note = hit["starts_on"], hit["ends_on"], hit["end_note"]
    start = f"起始日期{hit['start_note']}" if pd.isna(first) else f"{first:%Y-%m-%d}"
    if not pd.isna(last):
        return f"{start}，截至 {last:%Y-%m-%d}" if pd.isna(first) else f"{start} 至 {last:%Y-%m-%d}"
    end = f"截止日期{note}" if note.startswith(("写的是", "没有写")) else f"{note}有效"
    return f"{start}，{end}" if pd.isna(first) else f"{start} 起，{end}"


def _text(cell: Any) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell).strip()


def _subjects(row: Mapping[str, Any], role: str) -> Iterator[_Subject]:
    cell = {
        name: _text(row.get(name)) for name in ("person", "person_code", "members", "unit", "unit_code", "partners")
    }
    unit = bare_unit(cell["unit"])
    nobody = PersonName("", "")
    persons = read_persons(cell["person"]).names or ((nobody,) if cell["person_code"] else ())
    for at, one in enumerate(persons):  # a code is the first one's; of several persons it may be anybody's
        yield _Subject("姓名", one, one.name, "" if at else cell["person_code"], one.unit or unit)
    for one in read_persons(cell["members"]).names:
        if one.key not in {other.key for other in persons}:
            yield _Subject("参与人员", one, one.name, "", one.unit)
    if role == "reviewer":
        return
    if unit or cell["unit_code"]:
        yield _Subject("单位", None, unit, cell["unit_code"], "")
    for name in map(bare_unit, filter(None, map(str.strip, _SEVERAL.split(cell["partners"])))):
        if name != unit:
            yield _Subject("参与单位", None, name, "", "")


class _Kept(NamedTuple):
    """A record that may bar: its place, what is open about it, its persons, its name as a unit's key, and its unit."""

    place: int
    record: dict[str, Any]
    open: str
    names: tuple[PersonName, ...]
    key: str
    unit: str


class _Records:
    """The records that may bar from a role on a day, found by code and by name."""

    def __init__(self, records: pd.DataFrame, role: str, day: Any, notice: Notice | None, units: set[str]) -> None:
        self._by_code: dict[str, list[_Kept]] = {}
        self._by_unit: dict[str, list[_Kept]] = {}
        self._by_name: dict[str, list[tuple[_Kept, PersonName]]] = {}
        self._by_surname: dict[str, list[tuple[_Kept, PersonName]]] = {}
        self._by_start: dict[str, list[tuple[_Kept, PersonName]]] = {}
        listed = set[str]()
        for place, record in enumerate(rows_of(records)):
            written = _text(record["name"])
            names = read_persons(written).names
            of_unit = bare_unit(_text(record["unit"]))
            name = "" if names_staff(written) else bare_unit(written)
            if both := _WITH_HEAD.fullmatch(written):
                name, names = bare_unit(both[1]), read_persons(both[2]).names
                of_unit, record = name, record | {"subject_kind": ""}
            listed |= {name, of_unit, *(one.unit for one in names)}
            running, open_ = in_force(record, day)
            barred, basis, why = bars(record, role, notice)
            if running is False or barred is False:
                continue
            open_ = _joined(open_, why, _OF_BOTH if both else "")
            kept = _Kept(place, record | {"basis": basis}, open_, names, unit_key(name), of_unit)
            if code := fold_id(_text(record["code"])):
                self._by_code.setdefault(code, []).append(kept)
            if kept.key:
                self._by_unit.setdefault(kept.key, []).append(kept)
            for one in names:
                self._by_name.setdefault(one.key, []).append((kept, one))
                for start in _starts(one):
                    self._by_start.setdefault(start, []).append((kept, one))
                for length in range(1, min(len(one.key), 2) + 1):
                    self._by_surname.setdefault(one.key[:length], []).append((kept, one))

        same = same_units(sorted(units - {""}), sorted(listed - {""}))
        # a unit and its whole, a school of a university, are one
        self._units: dict[str, dict[str, bool]] = {}
        for unit, name, near in same[["left", "right", "near"]].to_numpy().tolist():
            self._units.setdefault(unit, {})[name] = near

    def of(self, subject: _Subject) -> list[tuple[dict[str, Any], str]]:
        """The records of a subject, each with what has to be confirmed, "" where nothing."""
        code = fold_id(subject.code)
        found: dict[int, tuple[dict[str, Any], str]] = {}
        for kept in self._by_code.get(code, []) if code else []:
            key = unit_key(subject.name) if subject.person is None else subject.person.key
            known = {kept.key} if subject.person is None else {one.key for one in kept.names}
            same = not key or not kept.key or key in known
            found[kept.place] = (kept.record, _joined("" if same else "代码相同，姓名或名称不同", kept.open))
        alike = self._units_like(subject) if subject.person is None else self._persons_like(subject, subject.person)
        for kept, doubt in alike:
            if kept.place not in found and not self._is_other(subject, kept):
                found[kept.place] = (kept.record, _joined(doubt, kept.open))
        return [found[place] for place in sorted(found)]

    def _units_like(self, subject: _Subject) -> Iterator[tuple[_Kept, str]]:
        """The records of a unit's name, then of its wholes and parts, then of those whose names nearly agree."""
        key = unit_key(subject.name)
        yield from ((kept, "同名，没有相同的代码") for kept in self._by_unit.get(key, []) if key)
        for name, near in sorted(self._units.get(subject.name, {}).items(), key=lambda item: item[1]):
            doubt = "名称相近的单位" if near else "上下级或另一名称的单位"
            yield from ((kept, doubt) for kept in self._by_unit.get(unit_key(name), []))

    def _persons_like(self, subject: _Subject, person: PersonName) -> Iterator[tuple[_Kept, str]]:
        """The records of a person's name, then, where one side has no more, of the surname."""
        full = self._by_name.get(person.key, []) if person.key and not person.surname else []
        for kept, one in sorted(full, key=lambda pair: bool(pair[1].doubt)):
            if not one.surname:
                yield kept, self._doubt(subject, kept, one, person.doubt or one.doubt)
        if person.surname:
            for kept, one in self._by_surname.get(person.key, []):
                yield kept, self._doubt(subject, kept, one, person.doubt)
            return
        longer = [pair for start in _starts(person) for pair in self._by_name.get(start, []) if not pair[1].surname]
        for kept, one in (*longer, *self._by_start.get(person.key, [])):
            yield kept, self._doubt(subject, kept, one, _RUNS_ON)
        for length in range(1, min(len(person.key), 2) + 1):
            for kept, one in self._by_name.get(person.key[:length], []):
                if one.surname:
                    yield kept, self._doubt(subject, kept, one, one.doubt)

    def _is_other(self, subject: _Subject, kept: _Kept) -> bool:
        """Whether a record of the name is surely somebody else's."""
        code, kind = (_text(kept.record[name]) for name in ("code", "subject_kind"))
        of_unit, of_person = bool(_UNIT_KINDS.search(kind)), bool(_PERSON_KINDS.search(kind))
        if of_unit != of_person and of_person == (subject.person is None):
            return True
        return bool(code and subject.code and _shape(code) == _shape(subject.code))

    def _doubt(self, subject: _Subject, kept: _Kept, one: PersonName, doubt: str) -> str:
        """What has to be confirmed of a person whose name is `one` of a record's; `doubt`: what is not sure of it."""
        unit = one.unit or kept.unit
        near = self._units.get(subject.unit, {}).get(unit)
        if not unit or not subject.unit:
            of_unit = "没有单位可比"
        else:
            of_unit = "单位不同" if near is None else "单位相近" if near else ""
        return "，".join(filter(None, (doubt or (of_unit and "同名"), of_unit)))


def _starts(person: PersonName) -> list[str]:
    """The names with which a person's begins where more than a name is written."""
    cut = (person.key[:length] for length in range(2, len(person.key)))
    return [] if person.surname else [start for start in cut if runs_on(person.key, start)]


def _joined(*parts: str) -> str:
    return "、".join(filter(None, parts))


def _shape(code: str) -> str:
    """What codes of one kind share: how long they are, and where an expert's number is no identity number."""
    text = fold_id(code)
    return re.sub("[0-9]", "0", text) if len(text) < 15 else str(len(text))
