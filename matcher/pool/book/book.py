"""The pool as a book of record: facts, entries and exits on dates, tiers by rule, and the same book again from its log.

Whatever the book says follows from its events and the rule texts kept beside them; see docs/pool.md.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from matcher.errors import ConflictError, PoolError
from matcher.event_log.log import Event, refuse_faults
from matcher.event_log.places import Place
from matcher.policy.firms.identity import has_ended
from matcher.policy.firms.linkage import coded_twins, find_firm
from matcher.policy.firms.table import firm_contract, unread_facts
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.scoring import score
from matcher.pool.book.edits import VERSION, Written, against_book, conflict_message, edited_rows, stranger_message
from matcher.pool.book.event_log import Log
from matcher.pool.book.facts import apart, fold, masked, plain, shown
from matcher.pool.book.follow_up import added_conversions
from matcher.pool.book.rules import Rules, read_rules, write_rules
from matcher.pool.tiers import COLUMNS as TIER_COLUMNS
from matcher.pool.tiers import LEADS, assign_tiers, default_leads
from matcher.progress import logger
from matcher.tables.arguments import Day, as_day, as_ids, check_firms
from matcher.tables.cells.texts import first_few
from matcher.tables.schemas.main import HIGH, LOW

STATES = ("candidate", "in_pool", "left", "graduated")
# Exits that pools use; no official text with exits was seen, so the list is an assumption.
EXITS = ("已认定", "期满", "条件丧失", "弄虚作假", "事故或违法", "迁出", "其他")
GRADUATED = EXITS[0]
SNAPSHOT = ("enterprise_id", "name", "state", "entered_on", "left_on", "left_reason", *TIER_COLUMNS[1:])


class Book:
    """A pool's book in one file or schema. Every method that writes is one transaction; `log` holds its events.

    Days (`on`) are dates or ISO texts. The book is closed by `close`, or as a context manager.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> path = tempfile.mkdtemp() + "/pool.db"
    >>> with Book.create(path, on="2026-01-05", person="王岚") as book:
    ...     done = book.put(pd.DataFrame({"enterprise_id": ["A"], "rd_staff": [12]}), on="2026-01-05", person="王岚")
    ...     done.new, book.states("2026-01-05")["state"].tolist()
    (1, ['candidate'])
    """

    def __init__(self, log: Log) -> None:
        self.log = log

    def close(self) -> None:
        """Close the file or the connection."""
        self.log.close()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def create(
        cls,
        path: str | Place,
        *,
        on: Day,
        person: str,
        goal: PolicyName = "hte",
        entry: PolicyName = "hte-pool",
        leads: Mapping[str, int | str] | None = None,
    ) -> Book:
        """A new book whose rules hold from `on`.

        Parameters
        ----------
        path
            A file that is not there yet, or `postgresql://user@host:5432/database?schema=name` with a schema that is
            not there yet (extra `postgres`; docs/service.md).
        goal, entry
            What the pool leads to, and the rules of entry: a policy each, by its name or itself.
        leads
            Lead times of the goal's conditions (condition -> days, "gap" or "missing share"); by default those of
            `matcher.pool.tiers.LEADS`.

        Raises
        ------
        PoolError
            The file or schema is there already, or there are no lead times for the goal.
        """
        goal, entry, on = load_policy(goal), load_policy(entry), as_day(on)
        leads = default_leads(goal.id) if leads is None else leads
        book = cls(Log.create(path))
        write_rules(book.log, on=on, person=person, goal=goal, entry=entry, leads=leads)
        return book

    @classmethod
    def open(cls, path: str | Place) -> Book:
        """The book in a file or at an address. PoolError where there is none or it is of another format."""
        return cls(Log.open(path))

    # ---- rules

    def rules(self, on: Day, *, until: int | None = None) -> Rules:
        """The rules that hold on a day, from the texts in the book. PoolError where none hold yet."""
        return read_rules(self.log, as_day(on), until=until)

    def set_rules(
        self,
        *,
        on: Day,
        person: str,
        goal: PolicyName | None = None,
        entry: PolicyName | None = None,
        parameters: Mapping[str, Any] | None = None,
        leads: Mapping[str, int | str] | None = None,
    ) -> Rules:
        """Change the rules from `on` on; whatever is not given stays. Returns the rules that hold now.

        parameters: numbers of the policy of entry. leads: condition of the goal -> days, "gap" or "missing share" (see
        `matcher.pool.tiers`); for a new goal beside its default lead times. Raises PoolError for a goal without any.
        """
        now = self.rules(on)
        target = now.goal if goal is None else load_policy(goal)
        source = (now.entry if entry is None else load_policy(entry)).remade({}, parameters or {})
        base = now.leads if target.id == now.goal.id else LEADS.get(target.id, {})
        times = {**base, **(leads or {})} or default_leads(target.id)
        write_rules(self.log, on=as_day(on), person=person, goal=target, entry=source, leads=times)
        return self.rules(on)

    # ---- facts

    def put(
        self,
        firms: pd.DataFrame,
        *,
        on: Day,
        person: str,
        source: str = "",
        accept: Collection[str] = (),
        refuse_conflicts: bool = False,
    ) -> Written:
        """Write the facts of a table that the book does not have yet, valid from `on`; the same table again: nothing.

        Parameters
        ----------
        firms
            enterprise_id, once a firm, and any columns, as `read_firms` gives them (headers of facts that nobody read
            are told through the logger: no rule reads them); an empty cell says nothing. Where the table has the column
            `VERSION` (from `sheet`), a cell counts only where it differs from what its editor had seen, an emptied cell
            makes the fact unknown, and a cell that somebody else changed in the meantime is a conflict. A cell known
            within bounds only (`<column>_min`, `_max`, `_text`) is one fact, which later values replace; bounds around
            an exact fact of the book say nothing. Elsewhere a row
            whose name is quite another than the book's for its id (`matcher.policy.firms.linkage.is_like_name`), or
            whose 统一社会信用代码 is, is another firm's and is not written.
        source
            Where the facts are from.
        accept
            Ids whose rows are the book's firms all the same, such as firms that were renamed.
        refuse_conflicts
            Raise ConflictError and write nothing where there are conflicts or strangers; else the rest is written and
            they are returned.

        Raises
        ------
        TableError
            An id is empty or stands twice.
        PoolError
            Nobody is named as `person`; ConflictError see above.
        """
        on = as_day(on)
        check_firms(firms, "enterprise_id")
        rows = edited_rows(firms)
        self._tell_unread([str(name) for name in firms.columns], on)
        with self.log.writing():
            events, written = against_book(rows, self._facts(), on=on, person=person, source=source, accept=accept)
            conflicts, strangers = written.conflicts, written.strangers
            if refuse_conflicts and (len(conflicts) or len(strangers)):
                faults = filter(None, [conflict_message(conflicts), stranger_message(strangers)])
                raise ConflictError("\n".join(faults), conflicts if len(conflicts) else strangers)
            self.log.append(events)
        return written

    def _tell_unread(self, names: Sequence[str], on: dt.date) -> None:
        """Say which columns are facts under headers that `read_firms` would have read."""
        if all(name.isascii() for name in names):
            return
        with contextlib.suppress(PoolError):  # no rules hold yet on that day
            rules = self.rules(on)
            if unread := unread_facts(names, firm_contract([rules.goal, rules.entry])):
                named = first_few([f"“{header}”应是 {name}" for header, name in unread.items()], "列")
                logger.warning("企业表没有经过 read_firms，这些列原样记下，判断时不用：%s", named)

    def firms(self, on: Day, *, until: int | None = None, year: int | None = None) -> pd.DataFrame:
        """The wide firm table as it is known on a day (up to a place in the log), sorted by enterprise_id.

        year: before which the accounting years lie, by default that of `on`: what was 上一年 when it was written is
        前二年 a year later, and the new 上一年 is unknown until somebody writes it.

        Columns by their names after enterprise_id and name; `conversions_3y` has the signed contracts added (see
        `matcher.pool.book.follow_up.added_conversions`).
        """
        on = as_day(on)
        history = self._facts(on, until)
        ids = sorted(history)
        cells = [fold(history[firm], on, year) for firm in ids]
        names = sorted({name for row in cells for name in row} - {"name"})
        table = pd.DataFrame({"enterprise_id": ids}, dtype=object)
        for name in ["name", *names]:
            for column, values in apart(name, [row[name].value if name in row else None for row in cells]).items():
                kinds = {type(value) for value in values} - {type(None)}
                table[column] = pd.Series(values, dtype=None if kinds <= {int, float} and kinds else object)
        if "conversions_3y" in table:
            declared = [row["conversions_3y"].day if "conversions_3y" in row else "" for row in cells]
            more = added_conversions(self.log.events("follow", until=until, day=on), ids, declared, on)
            for name in ("conversions_3y", "conversions_3y" + LOW, "conversions_3y" + HIGH):
                if name in table:
                    table[name] = pd.to_numeric(table[name]) + more
        return table

    def sheet(self, *, on: Day, mask: bool = True) -> pd.DataFrame:
        """The firm table to be edited: `firms` without what was worked out, with `VERSION`; contacts masked.

        A masked cell that comes back unchanged changes nothing.
        """
        on = as_day(on)
        history = self._facts(on)
        rows = []
        for firm in sorted(history):
            cells = fold(history[firm], on)
            facts = {name: shown(masked(name, cell.value) if mask else cell.value) for name, cell in cells.items()}
            rows.append({"enterprise_id": firm, **facts, VERSION: history[firm][-1].seq})
        names = sorted({name for row in rows for name in row} - {"enterprise_id", "name"})
        return pd.DataFrame(rows, columns=["enterprise_id", "name", *names], dtype=object)

    def _facts(self, on: dt.date | None = None, until: int | None = None) -> dict[str, list[Event]]:
        """The events on each firm's facts, in order."""
        history: dict[str, list[Event]] = {}
        for event in self.log.events("facts", until=until, day=on):
            history.setdefault(event.subject, []).append(event)
        return history

    # ---- who is in

    def states(self, on: Day, *, until: int | None = None) -> pd.DataFrame:
        """Of every firm: enterprise_id, state (of STATES), entered_on, left_on, left_reason ("" for none)."""
        on = as_day(on)
        firms = {event.subject for event in self.log.events("facts", until=until, day=on)}
        states = dict.fromkeys(firms, ("candidate", "", "", ""))
        for event in self.log.events("enter", "leave", until=until, day=on):
            if event.kind == "enter":
                states[event.subject] = ("in_pool", event.day, "", "")
            else:
                state = "graduated" if event.body["reason"] == GRADUATED else "left"
                since = states[event.subject][1]
                states[event.subject] = (state, since, event.day, event.body["reason"])
        rows = [(firm, *states[firm]) for firm in sorted(states)]
        return pd.DataFrame(rows, columns=["enterprise_id", "state", "entered_on", "left_on", "left_reason"])

    def ids_of(self, firms: Sequence[str], *, on: Day) -> list[str]:
        """The book's ids of firms that are named by id, 统一社会信用代码 or name; what it does not know stays. A firm
        known by its name alone is the one of that name with a code, where there is one.
        """
        known = self.firms(on)
        own, twins = set(known["enterprise_id"]), coded_twins(known)
        return [twins.get(firm, firm) if firm in own else find_firm(known, firm) or firm for firm in as_ids(firms)]

    def outside(self, ids: Sequence[str], *, on: Day) -> list[str]:
        """Those of some firms that are neither in the pool nor graduated."""
        states = self.states(on).set_index("enterprise_id")["state"]
        return [firm for firm in ids if states.get(firm) not in ("in_pool", "graduated")]

    def enter(self, ids: Sequence[str] | None = None, *, on: Day, person: str, reason: str = "") -> pd.DataFrame:
        """Take firms into the pool: those named, or without names every candidate that passes the rules of entry (and
        is not 注销, 吊销 or the like).

        A firm that does not surely pass enters by a `reason` only. Returns enterprise_id and decision of those who
        entered. PoolError names every firm that is unknown, in already, no more by its 登记状态, or needs a reason;
        then nobody enters.
        """
        on = as_day(on)
        rules = self.rules(on)
        states = self.states(on).set_index("enterprise_id")["state"]
        firms = self.firms(on)
        decisions = score(firms, rules.entry, on=on).summary
        passed = dict(zip(decisions["enterprise_id"], decisions["decision"].astype(str), strict=True))
        ended = dict[str, str]()
        if "status" in firms:
            gone = firms[has_ended(firms["status"])]
            ended = dict(zip(gone["enterprise_id"], gone["status"].astype(str), strict=True))
        if ids is None:
            fit = {firm for firm, decision in passed.items() if decision == "passes"} - set(ended)
            ids = [firm for firm in states.index if states[firm] == "candidate" and firm in fit]
        given, why = as_ids(ids), {"policy": rules.entry.id, "text": rules.texts["entry"]}
        events = [
            Event("enter", on.isoformat(), person, {**why, "decision": passed.get(firm), "reason": reason}, firm)
            for firm in given
        ]
        with self.log.writing():
            known = {event.id for event in self.log.events("enter")}
            states = self.states(on).set_index("enterprise_id")["state"]
            faults = []
            for event in events:
                firm = event.subject
                if event.id in known:
                    continue
                if firm not in states.index:
                    faults.append(f"{firm}：库中没有这家企业，请先导入")
                elif states[firm] == "in_pool":
                    faults.append(f"{firm}：已在库")
                elif firm in ended:
                    faults.append(f"{firm}：登记状态是“{ended[firm]}”，不能入库")
                elif passed.get(firm) != "passes" and not reason:
                    faults.append(f"{firm}：不确定符合入库条件，须写明入库理由")
            refuse_faults("入库", faults, PoolError)
            new = self.log.append(events)
        taken = [event.subject for event in new]
        return pd.DataFrame({"enterprise_id": taken, "decision": [passed[firm] for firm in taken]}, dtype=object)

    def leave(self, ids: Sequence[str], *, on: Day, person: str, reason: str, note: str = "") -> list[str]:
        """Take firms out of the pool for a reason of EXITS (已认定: they graduate). Returns those who left now.

        PoolError names every firm that is not in; then nobody leaves.
        """
        on = as_day(on)
        if reason not in EXITS:
            raise PoolError(f"出库原因“{reason}”不在列表中；可用：{'、'.join(EXITS)}")
        said = {"reason": reason, "note": note}
        events = [Event("leave", on.isoformat(), person, said, firm) for firm in as_ids(ids)]
        with self.log.writing():
            known = {event.id for event in self.log.events("leave")}
            states = self.states(on).set_index("enterprise_id")["state"]
            refuse_faults(
                "出库",
                [
                    f"{event.subject}：不在库"
                    for event in events
                    if event.id not in known and states.get(event.subject) != "in_pool"
                ],
                PoolError,
            )
            return [event.subject for event in self.log.append(events)]

    # ---- snapshots

    def snapshot(self, *, on: Day, person: str) -> pd.DataFrame:
        """Work out state and tier of every firm on a day and keep them in the book.

        One row a firm with the columns SNAPSHOT, sorted by enterprise_id. The same day again, with nothing new in the
        log, is the same snapshot; with new events it is a later one, which then stands for the day.
        """
        past = [event.seq for event in self.log.events() if event.kind != "snapshot"]
        if not past:
            raise PoolError("库中还没有任何内容")
        event = Event("snapshot", as_day(on).isoformat(), person, {"until": past[-1]})
        table = self._worked_out(event)
        with self.log.writing():
            for kept in self.log.append([event]):
                self.log.keep_rows(kept.seq, _row_texts(table))
        return table

    def rows_of(self, event: Event) -> dict[str, str]:
        """The rows of a snapshot worked out again, as the log keeps them: enterprise_id -> JSON."""
        return _row_texts(self._worked_out(event))

    def _worked_out(self, event: Event) -> pd.DataFrame:
        on, until = dt.date.fromisoformat(event.day), event.body["until"]
        rules = self.rules(on, until=until)
        firms = self.firms(on, until=until)
        tiers = assign_tiers(firms, rules.goal, on=on, leads=rules.leads)
        table = tiers.merge(self.states(on, until=until), on="enterprise_id").assign(name=firms["name"].fillna(""))
        return table[list(SNAPSHOT)]

    def snapshots(self) -> pd.DataFrame:
        """The snapshots in the order of the log: seq, day, person, firms (how many)."""
        rows = [(event.seq, event.day, event.person, len(self.log.rows(event.seq))) for event in self._snapshots()]
        return pd.DataFrame(rows, columns=["seq", "day", "person", "firms"])

    def _snapshots(self) -> list[Event]:
        return self.log.events("snapshot")

    def snapshot_on(self, day: Day) -> tuple[Event, pd.DataFrame]:
        """The last snapshot of a day, its event and its rows. PoolError where there is none."""
        day = as_day(day)
        events = [event for event in self._snapshots() if event.day == day.isoformat()]
        if not events:
            days = "、".join(sorted({event.day for event in self._snapshots()})) or "无"
            raise PoolError(f"{day} 没有快照；已有：{days}")
        rows = [json.loads(text) for text in self.log.rows(events[-1].seq).values()]
        return events[-1], pd.DataFrame(rows, columns=list(SNAPSHOT))

    def replay(self) -> pd.DataFrame:
        """Work every snapshot out again from the log: one row a firm that differs (seq, day, enterprise_id, kept,
        again); no rows when the book is what its events and rules say.
        """
        rows = []
        for event in self._snapshots():
            kept, again = self.log.rows(event.seq), self.rows_of(event)
            rows += [
                (event.seq, event.day, firm, kept.get(firm, ""), again.get(firm, ""))
                for firm in sorted({*kept, *again})
                if kept.get(firm) != again.get(firm)
            ]
        return pd.DataFrame(rows, columns=["seq", "day", "enterprise_id", "kept", "again"])


def _row_texts(table: pd.DataFrame) -> dict[str, str]:
    rows = zip(*([plain(cell) for cell in table[name].tolist()] for name in table), strict=True)
    names = list(table.columns)
    records = (
        {name: "" if v is None and name in _TEXTS else v for name, v in zip(names, row, strict=True)} for row in rows
    )
    return {row["enterprise_id"]: json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in records}


_TEXTS = {"name", "entered_on", "left_on", "left_reason", "edition", "open_rules"}
