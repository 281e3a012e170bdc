"""A table of facts held against the book: what it changes, what is refused or asked about, with messages in Chinese."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.event_log.log import Event
from matcher.policy.firms.linkage import compact_uscc, has_legal_form, is_like_name, plain_name, uscc_fault
from matcher.pool.book.facts import (
    LEAP,
    UNKNOWN,
    Fact,
    adds,
    fold,
    is_same,
    joined,
    leaps_from,
    masked,
    plain,
    shown,
)
from matcher.tables.rows.ids import ids_of

VERSION = "账本版本"  # the column of an edited sheet that says what its editor had seen
CONFLICTS = ("enterprise_id", "column", "seen", "yours", "theirs", "person", "day")
STRANGERS = ("enterprise_id", "column", "yours", "theirs", "person", "day")


@dataclass(frozen=True)
class Written:
    """What a write did: firms that are new, firms and cells that changed.

    Not written were the conflicts (cells that somebody else changed) and the strangers (rows whose id is another
    firm's in the book). Written, but to be asked about, are the leaps: numbers of `LEAP` times the book's or more, or
    as much less, of which one may be in a wrong unit, and texts in place of a number.
    """

    new: int
    firms: int
    cells: int
    conflicts: pd.DataFrame
    strangers: pd.DataFrame
    leaps: pd.DataFrame


def edited_rows(firms: pd.DataFrame) -> list[tuple[str, Any, dict[str, Any]]]:
    """The rows of a table of facts: firm, place in the log that its editor had seen (None: no edited sheet), facts.

    Raises TableError for an id that is empty or stands twice, and for numbers without an end.
    """
    firms = joined(firms)
    ids = ids_of(firms, "enterprise_id", distinct=True)
    names = [str(name) for name in firms.columns if name not in ("enterprise_id", VERSION)]
    columns = [[plain(cell) for cell in firms[name].tolist()] for name in names]
    endless = [
        f"{firm}，{name}"
        for name, cells in zip(names, columns, strict=True)
        for firm, cell in zip(ids, cells, strict=True)
        if isinstance(cell, float) and math.isinf(cell)
    ]
    if endless:
        raise TableError(f"{len(endless)} 格不是有限的数：{'；'.join(endless[:5])}；没有写入任何内容，请改正或空着")
    versions = [plain(v) for v in firms[VERSION].tolist()] if VERSION in firms else [None] * len(firms)
    return [
        (firm, seen, dict(zip(names, row, strict=True)))
        for firm, seen, *row in zip(ids, versions, *columns, strict=True)
    ]


def against_book(
    rows: Sequence[tuple[str, Any, Mapping[str, Any]]],
    history: Mapping[str, Sequence[Event]],
    *,
    on: dt.date,
    person: str,
    source: str,
    accept: Collection[str],
) -> tuple[list[Event], Written]:
    """The events by which the book takes in some rows (see `Book.put`), and what they come to.

    history: firm -> the events on its facts, in order. accept: firms whose rows are theirs whatever their names say.
    """
    events, conflicts, strangers = list[Event](), list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    leaps = list[tuple[Any, ...]]()
    new, cells = 0, 0
    for firm, seen, row in rows:
        past = history.get(firm, [])
        now = fold(past, year=on.year)
        before = [] if seen is None else [event for event in past if event.seq <= seen]
        then = None if seen is None else fold(before, year=on.year)
        # the sheet may have been written in an earlier year, when its figures stood one column further
        earlier = [fold(before, year=year) for year in range(int(before[-1].day[:4]), on.year)] if before else []
        changed = {}
        unlike = _unlike(now, row) if then is None else []
        if unlike and firm not in accept:
            strangers += [(firm, *cell) for cell in unlike]
            continue
        if any(name == "name" for name, *_ in unlike) and "former_names" not in row:
            past_names = (now.get(name, UNKNOWN).value for name in ("former_names", "name"))
            changed["former_names"] = "；".join(str(text) for text in past_names if text)
        for name, value in row.items():
            current = now.get(name, UNKNOWN)
            if then is None:
                if adds(value, current.value) and not (name == "name" and _shortens(value, current.value)):
                    changed[name] = value
                continue
            was = then.get(name, UNKNOWN).value
            stood = [was, *(side.get(name, UNKNOWN).value for side in earlier)]
            if any(is_same(value, one) or value == masked(name, one) for one in stood) or is_same(value, current.value):
                continue
            if current.value == was:
                changed[name] = value
            else:
                sides = map(shown, (was, value, current.value))
                conflicts.append((firm, name, *sides, current.person, current.day))
        leaps += [
            (firm, name, shown(value), shown(now[name].value), now[name].person, now[name].day)
            for name, value in changed.items()
            if name in now and leaps_from(value, now[name].value)
        ]
        if changed or not past:
            new += not past
            cells += len(changed)
            # what it was written upon is part of the event, so that A, B, A are three events
            body = {"facts": changed, "upon": past[-1].seq if past else 0}
            events.append(Event("facts", on.isoformat(), person, body, firm, source))
    refused = pd.DataFrame(conflicts, columns=list(CONFLICTS), dtype=object)
    others, far = (pd.DataFrame(found, columns=list(STRANGERS), dtype=object) for found in (strangers, leaps))
    return events, Written(new, len(events) - new, cells, refused, others, far)


def conflict_message(conflicts: pd.DataFrame, titles: Mapping[str, str] | None = None) -> str:
    """The conflicts as a message in Chinese, one a line, "" for none; titles: column -> Chinese header."""
    if not len(conflicts):
        return ""
    lines = [f"{len(conflicts)} 处已被他人改动，没有写入："]
    for row in conflicts.to_dict("records"):
        seen, edited, current = (_shown(row["column"], row[name]) for name in CONFLICTS[2:5])
        name = (titles or {}).get(row["column"], row["column"])
        lines.append(
            f"  {row['enterprise_id']}，{name}：您看到的是 {seen}，您改为 {edited}；"
            f"{row['person']} 于 {row['day']} 已改为 {current}；请核对后再改"
        )
    return _first_lines(lines)


def stranger_message(strangers: pd.DataFrame) -> str:
    """The rows of another firm as a message in Chinese, one a line, "" for none."""
    if not len(strangers):
        return ""
    titles = {"name": "企业名称", "uscc": "统一社会信用代码"}
    lines = [f"{strangers['enterprise_id'].nunique()} 行的编号在库中是另一家企业，没有写入："]
    lines += [
        f"  {row['enterprise_id']}，{titles[row['column']]}：库中是“{row['theirs']}”，表中是“{row['yours']}”；"
        "若是同一家（如已更名），请确认（--accept 编号）后再导入，否则请改编号"
        for row in strangers.to_dict("records")
    ]
    return _first_lines(lines)


def leap_message(leaps: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """The leaps as a message in Chinese, one a line, "" for none; titles: column -> Chinese header."""
    if not len(leaps):
        return ""
    lines = [f"{len(leaps)} 处与库中此前的数相差 {LEAP:,} 倍以上，或以文字代替了数，已写入，请核对："]
    lines += [
        f"  {row['enterprise_id']}，{titles.get(row['column'], row['column'])}：此前是 {row['theirs']}"
        f"（{row['person']}，{row['day']}），现写入 {row['yours']}；若写错了，请改正后再导入"
        for row in leaps.to_dict("records")
    ]
    return _first_lines(lines)


def _first_lines(lines: Sequence[str]) -> str:
    """A heading and the first twenty lines below it."""
    return "\n".join([*lines[:21], *([f"  ……另有 {len(lines) - 21} 处"] if len(lines) > 21 else [])])


def _shortens(name: str, full: Any) -> bool:
    """Whether a name is the full one that the book has, without its legal form (虚构机械 for 虚构机械有限公司)."""
    return has_legal_form(str(full or "")) and not has_legal_form(name) and plain_name(name) == plain_name(str(full))


def _unlike(book: Mapping[str, Fact], row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What of a row makes it another firm than the book's: column, the row's value, the book's, who wrote it, when."""

    def both(name: str) -> tuple[str, str]:
        return str(row.get(name) or ""), str(book.get(name, UNKNOWN).value or "")

    former = "；".join(both("former_names"))
    names, codes = both("name"), both("uscc")
    found = [] if is_like_name(*names, former) or is_like_name(names[1], names[0], former) else ["name"]
    right = [compact_uscc(code) for code in codes if code and uscc_fault(code) is None]
    found += ["uscc"] if len(set(right)) == 2 else []
    return [(name, row[name], book[name].value, book[name].person, book[name].day) for name in found]


def _shown(name: str, value: Any) -> str:
    return "空" if value is None else f"“{masked(name, value)}”"
