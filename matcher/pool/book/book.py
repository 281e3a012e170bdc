"""The pool as a book of record: facts, entries and exits on dates, tiers by rule, and the same book again from its log.

Whatever the book says follows from its events and the rule texts kept beside them; see docs/pool.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import ConflictError, PoolError
from matcher.export.privacy import mask_contacts
from matcher.export.targets import save_files
from matcher.policy.loader import parse_yaml
from matcher.policy.policy import Policy, load_policy
from matcher.policy.scoring import score
from matcher.pool.book.event_log import Event, Log, text_of
from matcher.pool.book.follow_up import added_conversions
from matcher.pool.tiers import COLUMNS as TIER_COLUMNS
from matcher.pool.tiers import default_leads, tiers

VERSION = "账本版本"  # the column of an edited sheet that says what its editor had seen
CONFLICTS = ("enterprise_id", "column", "seen", "yours", "theirs", "person", "day")
STATES = ("candidate", "in_pool", "left", "graduated")
# Exits that pools use; no official text with exits was seen, so the list is an assumption.
EXITS = ("已认定", "期满", "条件丧失", "弄虚作假", "事故或违法", "迁出", "其他")
GRADUATED = EXITS[0]
SNAPSHOT = ("enterprise_id", "name", "state", "entered_on", "left_on", "left_reason", *TIER_COLUMNS[1:])
_LISTED = ("seq", "event_id", "day", "kind", "enterprise_id", "person", "source", "body")


@dataclass(frozen=True)
class Rules:
    """What the book goes by from a day on: the policy of entry, the goal, and the goal's lead times."""

    entry: Policy
    goal: Policy
    leads: Mapping[str, int | str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """What a write did: firms that are new, firms and cells that changed, and the conflicts, which were not written."""

    new: int
    firms: int
    cells: int
    conflicts: pd.DataFrame


class Book:
    """A pool's book in one file. Every method that writes is one transaction; `log` holds its events."""

    def __init__(self, log: Log) -> None:
        self.log = log

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        on: dt.date,
        person: str,
        goal: str | Policy = "hte",
        entry: str | Policy = "hte-pool",
        leads: Mapping[str, int | str] | None = None,
    ) -> Book:
        """A new book whose rules hold from `on`; see `set_rules`. PoolError where the file is there already."""
        goal, entry = (load_policy(name) if isinstance(name, str) else name for name in (goal, entry))
        leads = default_leads(goal.id) if leads is None else leads
        book = cls(Log.create(path))
        book.set_rules(on=on, person=person, goal=goal, entry=entry, leads=leads)
        return book

    @classmethod
    def open(cls, path: str | Path) -> Book:
        """The book in a file. PoolError where there is none or it is of another format."""
        return cls(Log.open(path))

    # ---- rules

    def set_rules(
        self, *, on: dt.date, person: str, goal: Policy, entry: Policy, leads: Mapping[str, int | str] | None = None
    ) -> None:
        """The rules from `on` on. Their texts are kept in the book, so that it can be worked out again from itself."""
        body: dict[str, Any] = {"leads": dict(default_leads(goal.id) if leads is None else leads)}
        with self.log.writing():
            for role, policy in (("entry", entry), ("goal", goal)):
                text = self._text(policy)
                body[role] = {
                    "policy": policy.id,
                    "text": self.log.keep_text(text),
                    "readings": dict(policy.readings),
                    "parameters": {name: str(value) for name, value in policy.parameters.items()},
                }
            self.log.append([Event("rules", on.isoformat(), person, body)])

    def _text(self, policy: Policy) -> str:
        kept = self.log.texts()
        name = policy.folder.removeprefix("rules/").removesuffix(".yaml")
        if policy.folder.startswith("rules/") and name in kept:
            return kept[name]
        try:
            return Path(policy.folder).read_text("utf-8")
        except OSError as error:
            raise PoolError(f"读不到政策 {policy.id} 的文件“{policy.folder}”") from error

    def rules(self, on: dt.date, *, until: int | None = None) -> Rules:
        """The rules that hold on a day, from the texts in the book. PoolError where none hold yet."""
        found = self.log.events("rules", until=until, day=on)
        if not found:
            raise PoolError(f"{on} 这一天库中还没有规则；请检查日期")
        body = max(found, key=lambda event: (event.day, event.seq)).body
        texts = self.log.texts()

        def policy(role: Mapping[str, Any]) -> Policy:
            name = f"rules/{role['text']}.yaml"
            numbers = {key: parse_yaml(value, name) for key, value in role["parameters"].items()}
            tree = parse_yaml(texts[role["text"]], name)
            return Policy.from_tree(tree, name, readings=role["readings"], parameters=numbers)

        named = {role: text_of({**body[role], "leads": body["leads"] if role == "goal" else 0}) for role in _ROLES}
        return Rules(policy(body["entry"]), policy(body["goal"]), body["leads"], named)

    # ---- facts

    def put(
        self, firms: pd.DataFrame, *, on: dt.date, person: str, source: str = "", refuse_conflicts: bool = False
    ) -> Written:
        """Write what a table of firms says beyond the book, as facts valid from `on`.

        firms: enterprise_id, once a firm, and any columns; an empty cell says nothing. Where the table has `VERSION`
        (from `sheet`), a cell counts only where it differs from what its editor had seen, an emptied cell makes the
        fact unknown, and a cell that somebody else changed in the meantime is a conflict: it is not written but
        returned, or ConflictError is raised and nothing written. The same table again writes nothing.
        """
        ids = firms["enterprise_id"].astype(str)
        if ids.duplicated().any() or (ids == "").any():
            raise PoolError(f"企业编号为空或重复：{'、'.join(ids[ids.duplicated()].unique()[:10])}")
        names = [str(name) for name in firms.columns if name not in ("enterprise_id", VERSION)]
        columns = [[_plain(cell) for cell in firms[name].tolist()] for name in names]
        versions = [_plain(v) for v in firms[VERSION].tolist()] if VERSION in firms else [None] * len(firms)
        events, conflicts, new, cells = list[Event](), list[tuple[Any, ...]](), 0, 0
        with self.log.writing():
            history: dict[str, list[Event]] = {}
            for event in self.log.events("facts"):
                history.setdefault(event.enterprise_id, []).append(event)
            for firm, seen, *row in zip(ids, versions, *columns, strict=True):
                past = history.get(firm, [])
                now = _fold(past)
                then = None if seen is None else _fold([event for event in past if event.seq <= seen])
                changed = {}
                for name, value in zip(names, row, strict=True):
                    theirs = now.get(name, _NOTHING)
                    if then is None:
                        if value is not None and value != theirs.value:
                            changed[name] = value
                        continue
                    was = then.get(name, _NOTHING).value
                    if value in (was, masked(name, was), theirs.value):
                        continue
                    if theirs.value == was:
                        changed[name] = value
                    else:
                        conflicts.append((firm, name, was, value, theirs.value, theirs.person, theirs.day))
                if changed or not past:
                    new += not past
                    cells += len(changed)
                    # what it was written upon is part of the event, so that A, B, A are three events
                    body = {"facts": changed, "upon": past[-1].seq if past else 0}
                    events.append(Event("facts", on.isoformat(), person, body, firm, source))
            told = pd.DataFrame(conflicts, columns=list(CONFLICTS), dtype=object)
            if conflicts and refuse_conflicts:
                raise ConflictError(told_conflicts(told), told)
            self.log.append(events)
        return Written(new, len(events) - new, cells, told)

    def firms(self, on: dt.date, *, until: int | None = None) -> pd.DataFrame:
        """The wide firm table as it is known on a day (up to a place in the log), sorted by enterprise_id.

        Columns by their names after enterprise_id and name; `conversions_3y` has the signed contracts added (see
        `matcher.pool.book.follow_up.added_conversions`).
        """
        history: dict[str, list[Event]] = {}
        for event in self.log.events("facts", until=until, day=on):
            history.setdefault(event.enterprise_id, []).append(event)
        ids = sorted(history)
        cells = [_fold(history[firm], on) for firm in ids]
        names = sorted({name for row in cells for name in row} - {"name"})
        table = pd.DataFrame({"enterprise_id": ids}, dtype=object)
        for name in ["name", *names]:
            values = [row[name].value if name in row else None for row in cells]
            kinds = {type(value) for value in values} - {type(None)}
            table[name] = pd.Series(values, dtype=None if kinds <= {int, float} and kinds else object)
        if "conversions_3y" in table:
            declared = [row["conversions_3y"].day if "conversions_3y" in row else "" for row in cells]
            more = added_conversions(self.log.events("follow", until=until, day=on), ids, declared, on)
            table["conversions_3y"] = pd.to_numeric(table["conversions_3y"]) + more
        return table

    def sheet(self, *, on: dt.date, mask: bool = True) -> pd.DataFrame:
        """The firm table to be edited: `firms` without what was worked out, with `VERSION`; contacts masked."""
        history: dict[str, list[Event]] = {}
        for event in self.log.events("facts", day=on):
            history.setdefault(event.enterprise_id, []).append(event)
        rows = []
        for firm in sorted(history):
            cells = _fold(history[firm], on)
            facts = {name: masked(name, cell.value) if mask else cell.value for name, cell in cells.items()}
            rows.append({"enterprise_id": firm, **facts, VERSION: history[firm][-1].seq})
        names = sorted({name for row in rows for name in row} - {"enterprise_id", "name"})
        return pd.DataFrame(rows, columns=["enterprise_id", "name", *names], dtype=object)

    # ---- who is in

    def states(self, on: dt.date, *, until: int | None = None) -> pd.DataFrame:
        """Of every firm: enterprise_id, state (of STATES), entered_on, left_on, left_reason ("" for none)."""
        firms = {event.enterprise_id for event in self.log.events("facts", until=until, day=on)}
        found = dict.fromkeys(firms, ("candidate", "", "", ""))
        for event in self.log.events("enter", "leave", until=until, day=on):
            if event.kind == "enter":
                found[event.enterprise_id] = ("in_pool", event.day, "", "")
            else:
                state = "graduated" if event.body["reason"] == GRADUATED else "left"
                since = found[event.enterprise_id][1]
                found[event.enterprise_id] = (state, since, event.day, event.body["reason"])
        rows = [(firm, *found[firm]) for firm in sorted(found)]
        return pd.DataFrame(rows, columns=["enterprise_id", "state", "entered_on", "left_on", "left_reason"])

    def enter(self, ids: Sequence[str] | None = None, *, on: dt.date, person: str, reason: str = "") -> pd.DataFrame:
        """Take firms into the pool: those named, or without names every candidate that passes the rules of entry.

        A firm that does not surely pass enters by a `reason` only. Returns enterprise_id and decision of those who
        entered. PoolError names every firm that is unknown, in already, or needs a reason; then nobody enters.
        """
        rules = self.rules(on)
        states = self.states(on).set_index("enterprise_id")["state"]
        firms = self.firms(on)
        decisions = score(firms, rules.entry, on=on).summary
        passed = dict(zip(decisions["enterprise_id"], decisions["decision"].astype(str), strict=True))
        if ids is None:
            ids = [firm for firm in states.index if states[firm] == "candidate" and passed[firm] == "passes"]
        given, why = list(ids), {"policy": rules.entry.id, "text": rules.texts["entry"]}
        events = [
            Event("enter", on.isoformat(), person, {**why, "decision": passed.get(firm), "reason": reason}, firm)
            for firm in given
        ]
        with self.log.writing():
            known = {event.id for event in self.log.events("enter")}
            states = self.states(on).set_index("enterprise_id")["state"]
            faults = []
            for event in events:
                firm = event.enterprise_id
                if event.id in known:
                    continue
                if firm not in states.index:
                    faults.append(f"{firm}：库中没有这家企业，请先导入")
                elif states[firm] == "in_pool":
                    faults.append(f"{firm}：已在库")
                elif passed.get(firm) != "passes" and not reason:
                    faults.append(f"{firm}：不确定符合入库条件，须写明入库理由")
            _refuse("入库", faults)
            new = self.log.append(events)
        taken = [event.enterprise_id for event in new]
        return pd.DataFrame({"enterprise_id": taken, "decision": [passed[firm] for firm in taken]}, dtype=object)

    def leave(self, ids: Sequence[str], *, on: dt.date, person: str, reason: str, note: str = "") -> list[str]:
        """Take firms out of the pool for a reason of EXITS (已认定: they graduate). Returns those who left now.

        PoolError names every firm that is not in; then nobody leaves.
        """
        if reason not in EXITS:
            raise PoolError(f"出库原因“{reason}”不在列表中；可用：{'、'.join(EXITS)}")
        events = [Event("leave", on.isoformat(), person, {"reason": reason, "note": note}, str(firm)) for firm in ids]
        with self.log.writing():
            known = {event.id for event in self.log.events("leave")}
            states = self.states(on).set_index("enterprise_id")["state"]
            _refuse(
                "出库",
                [
                    f"{event.enterprise_id}：不在库"
                    for event in events
                    if event.id not in known and states.get(event.enterprise_id) != "in_pool"
                ],
            )
            return [event.enterprise_id for event in self.log.append(events)]

    # ---- snapshots

    def snapshot(self, *, on: dt.date, person: str) -> pd.DataFrame:
        """Work out state and tier of every firm on a day and keep them in the book.

        One row a firm with the columns SNAPSHOT, sorted by enterprise_id. The same day again, with nothing new in the
        log, is the same snapshot; with new events it is a later one, which then stands for the day.
        """
        past = [event.seq for event in self.log.events() if event.kind != "snapshot"]
        if not past:
            raise PoolError("库中还没有任何内容")
        event = Event("snapshot", on.isoformat(), person, {"until": past[-1]})
        table = self._worked_out(event)
        with self.log.writing():
            for kept in self.log.append([event]):
                self.log.keep_rows(kept.seq, _row_texts(table))
        return table

    def _worked_out(self, event: Event) -> pd.DataFrame:
        on, until = dt.date.fromisoformat(event.day), event.body["until"]
        rules = self.rules(on, until=until)
        firms = self.firms(on, until=until)
        found = tiers(firms, rules.goal, on=on, leads=rules.leads)
        table = found.merge(self.states(on, until=until), on="enterprise_id").assign(name=firms["name"].fillna(""))
        return table[list(SNAPSHOT)]

    def snapshots(self) -> pd.DataFrame:
        """The snapshots in the order of the log: seq, day, person, firms (how many)."""
        rows = [(event.seq, event.day, event.person, len(self.log.rows(event.seq))) for event in self._snapshots()]
        return pd.DataFrame(rows, columns=["seq", "day", "person", "firms"])

    def _snapshots(self) -> list[Event]:
        return self.log.events("snapshot")

    def snapshot_on(self, day: dt.date) -> tuple[Event, pd.DataFrame]:
        """The last snapshot of a day, its event and its rows. PoolError where there is none."""
        found = [event for event in self._snapshots() if event.day == day.isoformat()]
        if not found:
            days = "、".join(sorted({event.day for event in self._snapshots()})) or "无"
            raise PoolError(f"{day} 没有快照；已有：{days}")
        rows = [json.loads(text) for text in self.log.rows(found[-1].seq).values()]
        return found[-1], pd.DataFrame(rows, columns=list(SNAPSHOT))

    def replay(self) -> pd.DataFrame:
        """Work every snapshot out again from the log: one row a firm that differs (seq, day, enterprise_id, kept,
        again); no rows when the book is what its events and rules say.
        """
        rows = []
        for event in self._snapshots():
            kept, again = self.log.rows(event.seq), _row_texts(self._worked_out(event))
            rows += [
                (event.seq, event.day, firm, kept.get(firm, ""), again.get(firm, ""))
                for firm in sorted({*kept, *again})
                if kept.get(firm) != again.get(firm)
            ]
        return pd.DataFrame(rows, columns=["seq", "day", "enterprise_id", "kept", "again"])

    # ---- out and in again

    def export(self, folder: str | Path, *, mask: bool = True) -> None:
        """Write events.csv, snapshots.csv and rules/<sha256>.yaml into a folder; equal books give equal bytes.

        With `mask`, contacts are hidden, and a book made again from the files has them hidden too.
        """
        target = Path(folder)
        (target / "rules").mkdir(parents=True, exist_ok=True)
        events = [
            [event.seq, event.event_id, event.day, event.kind, event.enterprise_id, event.person, event.source,
             text_of(_masked_body(event) if mask else event.body)]
            for event in self.log.events()
        ]  # fmt: skip
        rows = [
            [event.seq, event.day, *(("" if value is None else value) for value in json.loads(text).values())]
            for event in self._snapshots()
            for text in self.log.rows(event.seq).values()
        ]
        files = {target / "rules" / f"{name}.yaml": text.encode() for name, text in self.log.texts().items()}
        files[target / "events.csv"] = _csv_bytes(_LISTED, events)
        files[target / "snapshots.csv"] = _csv_bytes(("seq", "day", *SNAPSHOT), rows)
        save_files(files)

    @classmethod
    def rebuild(cls, folder: str | Path, path: str | Path) -> Book:
        """A new book from the files of `export`: the same events, and every snapshot worked out again."""
        source = Path(folder)
        try:
            texts = [file.read_bytes().decode() for file in sorted((source / "rules").glob("*.yaml"))]
            listed = _csv_rows((source / "events.csv").read_bytes())
        except OSError as error:
            raise PoolError(f"“{folder}”不是导出的文件夹：缺少 events.csv 或 rules") from error
        book = cls(Log.create(path))
        with book.log.writing():
            for text in texts:
                book.log.keep_text(text)
            events = [
                Event(row["kind"], row["day"], row["person"], json.loads(row["body"]), row["enterprise_id"],
                      row["source"], row["event_id"])
                for row in listed
            ]  # fmt: skip
            for event in book.log.append(events):
                if event.kind == "snapshot":
                    book.log.keep_rows(event.seq, _row_texts(book._worked_out(event)))
        return book


def told_conflicts(conflicts: pd.DataFrame, titles: Mapping[str, str] | None = None) -> str:
    """The conflicts for the eye, one a line; titles: column -> Chinese header."""
    lines = [f"{len(conflicts)} 处已被他人改动，没有写入："]
    for row in conflicts.to_dict("records"):
        seen, yours, theirs = (_shown(row["column"], row[name]) for name in ("seen", "yours", "theirs"))
        name = (titles or {}).get(row["column"], row["column"])
        lines.append(
            f"  {row['enterprise_id']}，{name}：您看到的是 {seen}，您改为 {yours}；"
            f"{row['person']} 于 {row['day']} 已改为 {theirs}；请核对后再改"
        )
    return "\n".join(lines[:21] + ([f"  ……另有 {len(lines) - 21} 处"] if len(lines) > 21 else []))


_ROLES = ("entry", "goal")


@dataclass(frozen=True)
class _Cell:
    value: Any
    day: str
    person: str


_NOTHING = _Cell(None, "", "")


def _fold(events: Sequence[Event], on: dt.date | None = None) -> dict[str, _Cell]:
    """The facts of one firm: of each the last that was valid first, unknown ones left out."""
    found: dict[str, _Cell] = {}
    for event in events:
        day = event.body.get("valid_from", event.day)
        if on is not None and day > on.isoformat():
            continue
        for name, value in event.body["facts"].items():
            if name not in found or day >= found[name].day:
                found[name] = _Cell(value, day, event.person)
    return {name: cell for name, cell in found.items() if cell.value is not None}


def _plain(cell: Any) -> Any:
    """A cell as JSON has it: None, bool, int, float or text; days as ISO texts."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, dt.datetime | dt.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return None if math.isnan(cell) else int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    return cell if isinstance(cell, bool | int) else str(cell).strip() or None


def masked(name: str, value: Any) -> Any:
    """A fact with contacts hidden; a number counts as one under a header that says so."""
    if value is None or isinstance(value, bool | float):
        return value
    hidden = mask_contacts(f"{name}：{value}").removeprefix(f"{name}：")
    return value if hidden == str(value) else hidden


def _shown(name: str, value: Any) -> str:
    return "空" if value is None else f"“{masked(name, value)}”"


def _masked_body(event: Event) -> Mapping[str, Any]:
    if event.kind == "facts":
        return {**event.body, "facts": {name: masked(name, value) for name, value in event.body["facts"].items()}}
    texts = {name: mask_contacts(value) for name, value in event.body.items() if isinstance(value, str)}
    return {**event.body, **texts} if event.kind in ("follow", "enter", "leave") else event.body


def _row_texts(table: pd.DataFrame) -> dict[str, str]:
    rows = zip(*([_plain(cell) for cell in table[name].tolist()] for name in table), strict=True)
    names = list(table.columns)
    made = (
        {name: "" if v is None and name in _TEXTS else v for name, v in zip(names, row, strict=True)} for row in rows
    )
    return {row["enterprise_id"]: json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in made}


_TEXTS = {"name", "entered_on", "left_on", "left_reason", "edition", "open_rules"}
_SIGN = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠']")


def _csv_bytes(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A CSV that a spreadsheet takes for no formula: such texts get a leading ', as do those that have one."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    safe = (["'" + cell if isinstance(cell, str) and _SIGN.match(cell) else cell for cell in row] for row in rows)
    writer.writerows(itertools.chain([names], safe))
    return file.getvalue().encode("utf-8-sig")


def _csv_rows(content: bytes) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in reader]


def _refuse(what: str, faults: Sequence[str]) -> None:
    if faults:
        more = f"\n  ……另有 {len(faults) - 20} 处" if len(faults) > 20 else ""
        raise PoolError(f"{what}有 {len(faults)} 处问题，没有写入：\n  " + "\n  ".join(faults[:20]) + more)
