"""One-to-one meetings of an event: who meets whom in which slot and room.

Which meetings are held is a matching problem with a proof; that they fit into the slots is, without absences, König's
theorem, and else a search by exchanging two slots along chains of meetings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from matcher.assignment.highs import Model, Whole, search
from matcher.assignment.labels import Names, names_of
from matcher.assignment.schedule import Grid
from matcher.errors import ArgumentTypeError, TableError
from matcher.tables.cells.texts import as_written

EXACT = 3_000  # meetings times slots up to which the slots are part of one exact problem
_MEETING = ["left_id", "right_id", "slot", "room", "value"]
CHANGE = ["change", "left_id", "right_id", "from_slot", "slot", "from_room", "room"]


@dataclass(frozen=True)
class Timetable:
    """What is held, where and when, and what it was made under.

    Attributes
    ----------
    meetings
        left_id, right_id, slot, room, value; by slot in the order of `slots`, then room.
    unplaced
        Candidates (left_id, right_id, value) that are not held, best first.
    changes
        What a repair did: change (moved, room, added or dropped), left_id, right_id, from_slot, slot, from_room, room.
    slots, rooms
        In their order.
    unavailable, closed
        person_id, slot, and room, slot.
    proof
        value, bound, gap, optimal.
    names
        "left" and "right" -> id -> name, where names are known.
    """

    meetings: pd.DataFrame
    unplaced: pd.DataFrame
    changes: pd.DataFrame
    slots: tuple[str, ...]
    rooms: tuple[str, ...]
    unavailable: pd.DataFrame
    closed: pd.DataFrame
    proof: dict[str, Any]
    names: Names = field(default_factory=dict)


def timetable(
    meetings: pd.DataFrame,
    *,
    slots: Sequence[str],
    rooms: Sequence[str],
    unavailable: pd.DataFrame | None = None,
    closed: pd.DataFrame | None = None,
    most_per_left: int | None = None,
    most_per_right: int | None = None,
) -> Timetable:
    """Choose and place meetings so that their values sum to the most that is possible.

    Parameters
    ----------
    meetings
        Candidates left_id, right_id, value (or score), and left_name, right_name where names are known; one whose value
        is not above 0 is not held. An id on both sides is one person.
    slots
        In their order; breaks are simply none of them.
    rooms
        Each holds one meeting per slot.
    unavailable
        person_id, slot: who is away when.
    closed
        room, slot.
    most_per_left, most_per_right
        Meetings of a person at most.

    Returns
    -------
    Timetable
        A person keeps a room from slot to slot where one is free. `proof` compares with the best choice of meetings
        whose persons and rooms have slots enough; up to 3,000 meetings times slots the answer is exact.

    Raises
    ------
    TableError
        A table cannot be used, or names a slot or room that is not in the timetable.

    Examples
    --------
    >>> meetings = pd.DataFrame({"left_id": ["a", "b"], "right_id": ["P", "P"], "value": [0.9, 0.7]})
    >>> timetable(meetings, slots=["09:00", "09:20"], rooms=["A"]).meetings["slot"].tolist()
    ['09:00', '09:20']
    """
    slots, rooms = _names_of(slots, "slots"), _names_of(rooms, "rooms")
    candidates = candidates_of(meetings)
    away, shut = pairs_of(unavailable, "person_id"), pairs_of(closed, "room")
    grid = Grid(candidates, slots, rooms, away, shut)
    most = (most_per_left, most_per_right)
    rows = _degree_rows(grid, most)
    possible = (grid.possible > 0) & (grid.values > 0)
    picked, bound = _most_value(grid.values, rows, possible)
    if len(candidates) * len(slots) <= EXACT:
        placed, bound = _exactly(grid, rows, possible)
        for meeting, slot in placed:
            grid.put(meeting, slot)
    else:
        _fill(grid, picked)
        _add_greedily(grid, rows)
    value = float(grid.values[grid.held()].sum())
    changes = pd.DataFrame(columns=CHANGE, dtype=str)
    return timetable_of(grid, rooms, away, shut, changes, value, bound, names=names_of(meetings))


def _names_of(given: object, what: str) -> list[str]:
    """Names of slots or rooms as texts, numbers and times too."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ArgumentTypeError(f"{what} is a list of names, not {given!r}")
    return [as_written(name) for name in given]


def candidates_of(table: pd.DataFrame) -> pd.DataFrame:
    """left_id, right_id and value of a checked table of meetings, sorted. Raises TableError with every fault."""
    value = "value" if "value" in table else "score"
    if missing := {"left_id", "right_id", value} - set(table.columns):
        raise TableError(f"会面表缺少列：{'、'.join(sorted(missing))}；需要 left_id、right_id、value（或 score）")
    rows = pd.DataFrame(
        {
            "left_id": table["left_id"].astype(str).to_numpy(object),
            "right_id": table["right_id"].astype(str).to_numpy(object),
            "value": pd.to_numeric(table[value], errors="coerce").to_numpy(float, na_value=np.nan),
        }
    )
    faults = [f"第 {i + 1} 行：value 不是数字" for i in np.flatnonzero(~np.isfinite(rows["value"]))[:20]]
    faults += [f"第 {i + 1} 行：左方和右方是同一个人" for i in np.flatnonzero(rows["left_id"] == rows["right_id"])[:20]]
    twice = rows.duplicated(["left_id", "right_id"])
    faults += [f"第 {i + 1} 行：前面已经有这一对" for i in np.flatnonzero(twice)[:20]]
    if faults:
        raise TableError("会面表不能使用：\n" + "\n".join(f"  {fault}" for fault in faults))
    return rows.sort_values(["left_id", "right_id"]).reset_index(drop=True)


def texts_of(table: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    """The rows of some columns as texts. Raises TableError where one is missing."""
    if missing := [name for name in columns if name not in table]:
        raise TableError(f"表中缺少列：{'、'.join(missing)}；需要 {'、'.join(columns)}")
    return list(table[columns].astype(str).itertuples(index=False, name=None))


def pairs_of(table: pd.DataFrame | None, who: str) -> list[tuple[str, ...]]:
    """The pairs of a person or room and a slot, sorted, each once."""
    return [] if table is None else sorted(set(texts_of(table, [who, "slot"])))


def _degree_rows(grid: Grid, most: tuple[int | None, int | None]) -> tuple[Any, Any]:
    """Rows over candidates: no person has more meetings than slots (or than allowed), nor the event than places."""
    n = len(grid.values)
    many = len(grid.people)
    ones = np.ones(n)
    left = sp.csr_array((ones, (grid.left, np.arange(n))), shape=(many, n))
    right = sp.csr_array((ones, (grid.right, np.arange(n))), shape=(many, n))
    parts, limits = [left + right, sp.csr_array(np.ones((1, n)))], [grid.available.sum(1), [grid.capacity.sum()]]
    for rows, limit in ((left, most[0]), (right, most[1])):
        if limit is not None:
            parts.append(rows)
            limits.append(np.full(many, limit))
    return sp.vstack(parts).tocsr(), np.concatenate(limits).astype(float)


def _most_value(values: Any, rows: tuple[Any, Any], possible: Any) -> tuple[Any, float]:
    """Candidates of the largest sum of values within the rows, and that sum."""
    at = np.flatnonzero(possible)
    if not len(at):
        return at, 0.0
    choice = best_choice(values[at], rows[0].tocsc()[:, at], rows[1])
    return at[choice.x > 0.5], choice.bound


def best_choice(gain: Any, matrix: Any, high: Any, least: Any = -np.inf) -> Whole:
    """The largest sum of gains of whole numbers 0 and 1 within the rows, which hold at least with nothing."""
    unit = 1000 / (float(np.abs(gain).max(initial=0.0)) or 1.0)
    n, rows = len(gain), matrix.shape[0]
    whole = search(
        Model(gain * unit, matrix, np.broadcast_to(least, rows), np.broadcast_to(high, rows), np.zeros(n), np.ones(n))
    )
    if whole is None:
        raise RuntimeError("no choice keeps what is held; this is a fault of the library")
    return Whole(whole.x, whole.bound / unit)


def _exactly(grid: Grid, rows: tuple[Any, Any], possible: Any) -> tuple[list[tuple[int, int]], float]:
    """Meetings and slots in one problem: the best placing there is, and its sum."""
    fits = grid.fits & possible[:, None]
    meeting, slot = np.nonzero(fits)
    n, slots = len(meeting), grid.available.shape[1]
    if not n:
        return [], 0.0
    at = np.arange(n)
    ones = np.ones(n)
    cells = len(grid.people) * slots
    busy = sp.csr_array((ones, (grid.left[meeting] * slots + slot, at)), shape=(cells, n)) + sp.csr_array(
        (ones, (grid.right[meeting] * slots + slot, at)), shape=(cells, n)
    )
    once = sp.csr_array((ones, (meeting, at)), shape=(len(grid.values), n))
    full = sp.csr_array((ones, (slot, at)), shape=(slots, n))
    matrix = sp.vstack([busy, once, full, rows[0] @ once]).tocsr()
    high = np.concatenate([np.ones(cells), np.ones(len(grid.values)), grid.capacity, rows[1]])
    choice = best_choice(grid.values[meeting], matrix, high)
    return [(int(meeting[i]), int(slot[i])) for i in np.flatnonzero(choice.x > 0.5)], choice.bound


def _fill(grid: Grid, picked: Any) -> None:
    """Place the chosen meetings: slot by slot whoever has least to spare, then along chains."""
    grid.fill_by_matchings(picked)
    waiting = [int(meeting) for meeting in picked if grid.slot_of[meeting] < 0]
    for meeting in sorted(waiting, key=lambda one: (-grid.values[one], one)):
        grid.place_by_chains(meeting)


def _add_greedily(grid: Grid, rows: tuple[Any, Any]) -> None:
    """What else fits, as it is or along a chain, the most valued first."""
    load = rows[0] @ (grid.slot_of >= 0).astype(float)
    columns = rows[0].tocsc()
    for meeting in np.lexsort((np.arange(len(grid.values)), -grid.values)).tolist():
        if grid.slot_of[meeting] >= 0 or grid.values[meeting] <= 0:
            continue
        limits = columns.indices[columns.indptr[meeting] : columns.indptr[meeting + 1]]
        if (load[limits] < rows[1][limits]).all() and grid.place_by_chains(meeting):
            load[limits] += 1


def rooms_of(grid: Grid, wanted: dict[Any, str]) -> dict[int, str]:
    """A room for each meeting held: the one it had, else the one its right person had last, else its left's, else the
    first that nobody had last.
    """
    given: dict[int, str] = {}
    last: dict[str, str] = {}
    for slot in range(len(grid.slots)):
        here = [int(meeting) for meeting in np.flatnonzero(grid.slot_of == slot)]
        open_ = [room for room in grid.rooms if (room, grid.slots[slot]) not in grid.closed]
        free = dict.fromkeys(open_)
        waiting = []
        for meeting in here:
            room = wanted.get(meeting)
            if room in free:
                given[meeting] = str(room)
                del free[str(room)]
            else:
                waiting.append(meeting)
        for side in (1, 0):
            rest = []
            for meeting in waiting:
                room = last.get(grid.names(meeting)[side])
                if room in free:
                    given[meeting] = str(room)
                    del free[str(room)]
                else:
                    rest.append(meeting)
            waiting = rest
        taken = set(last.values())
        order = [room for room in free if room not in taken] + [room for room in free if room in taken]
        given.update(zip(waiting, order, strict=False))
        for meeting in here:
            for name in grid.names(meeting):
                last[name] = given[meeting]
    return given


def timetable_of(
    grid: Grid,
    rooms: Sequence[str],
    away: Iterable[tuple[str, ...]],
    shut: Iterable[tuple[str, ...]],
    changes: pd.DataFrame,
    value: float,
    bound: float | None,
    given: dict[int, str] | None = None,
    *,
    names: Names,
) -> Timetable:
    """The timetable that stands in a grid; `given`: the room of each meeting, chosen where it is None."""
    given = rooms_of(grid, {}) if given is None else given
    place = {room: i for i, room in enumerate(rooms)}
    held = sorted(given, key=lambda m: (grid.slot_of[m], place[given[m]]))
    rows = [(*grid.names(m), grid.slots[grid.slot_of[m]], given[m], grid.values[m]) for m in held]
    rest = np.flatnonzero(grid.slot_of < 0)
    rest = rest[np.lexsort((rest, -grid.values[rest]))]
    gap = 0.0 if bound is None or bound <= 0 else max(0.0, bound - value) / bound
    gap = 0.0 if gap < 1e-8 else gap
    return Timetable(
        pd.DataFrame(rows, columns=_MEETING),
        pd.DataFrame([(*grid.names(int(m)), grid.values[m]) for m in rest], columns=["left_id", "right_id", "value"]),
        changes,
        tuple(grid.slots),
        tuple(rooms),
        pd.DataFrame(sorted(away), columns=["person_id", "slot"], dtype=str),
        pd.DataFrame(sorted(shut), columns=["room", "slot"], dtype=str),
        {"value": value, "bound": bound, "gap": gap, "optimal": bound is not None and gap == 0.0},
        names,
    )
