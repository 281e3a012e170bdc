"""One-to-one meetings of an event: who meets whom in which slot and room, and the repair on the day.

Which meetings are held is a matching problem with a proof; that they fit into the slots is, without absences, König's
theorem, and else a search by exchanging two slots along chains of meetings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from matcher.assignment.highs import Model, Whole, search
from matcher.assignment.schedule import Grid
from matcher.errors import TableError

EXACT = 3_000  # meetings times slots up to which the slots are part of one exact problem
_MEETING = ["left_id", "right_id", "slot", "room", "value"]
_CHANGE = ["change", "left_id", "right_id", "from_slot", "slot", "from_room", "room"]


@dataclass(frozen=True)
class Timetable:
    """What is held, where and when, and what it was made under.

    meetings: left_id, right_id, slot, room, value; by slot in the order of `slots`, then room. unplaced: candidates
    (left_id, right_id, value) that are not held, best first. changes: what a repair did (change: moved, room, added or
    dropped; left_id, right_id, from_slot, slot, from_room, room). unavailable: person_id, slot. closed: room, slot.
    proof: value, bound, gap, optimal.
    """

    meetings: pd.DataFrame
    unplaced: pd.DataFrame
    changes: pd.DataFrame
    slots: tuple[str, ...]
    rooms: tuple[str, ...]
    unavailable: pd.DataFrame
    closed: pd.DataFrame
    proof: dict[str, Any]


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

    meetings: candidates left_id, right_id, value (or score); one not above 0 is not held. An id on both sides is one
    person. slots: in their order; breaks are simply none of them. rooms: each holds one meeting a slot. unavailable:
    person_id, slot: who is away when (a slot not in `slots` is an error). closed: room, slot. most_per_left,
    most_per_right: meetings a person at most.

    A person keeps a room from slot to slot where one is free. `proof` compares with the best choice of meetings whose
    persons and rooms have slots enough; up to 3,000 meetings times slots the answer is exact.

    Raises TableError when a table cannot be used.
    """
    candidates = _candidates(meetings)
    away, shut = _pairs_of(unavailable, "person_id"), _pairs_of(closed, "room")
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
    return _timetable(grid, rooms, away, shut, _no_changes(), value, bound)


def repair(
    plan: Timetable,
    *,
    meetings: pd.DataFrame | None = None,
    cancelled: pd.DataFrame | None = None,
    absent: Iterable[str] = (),
    unavailable: pd.DataFrame | None = None,
    closed: pd.DataFrame | None = None,
    most_changes: int = 30,
) -> Timetable:
    """A timetable after what happened on the day, with the fewest changes.

    cancelled: meetings (left_id, right_id) that do not take place. absent: persons who do not come. unavailable
    (person_id, slot), closed (room, slot): newly so. Whatever can stay stays in its slot and room. First, as much value
    as possible of the meetings that can no longer stay is placed anew, moving as few meetings as possible. Then, with
    `meetings` (candidates with value), those who lost a meeting get new ones in places that are free: the most value.
    At most `most_changes` meetings are moved, given another room or added; dropped ones are not counted, and a room
    that closes is left in any case.

    `changes` lists every difference; `proof` compares the value with that of the old timetable and candidates that
    could be added: bound is None, as the fewest changes come before value.
    """
    old = plan.meetings
    gone = set(map(str, absent))
    off = set(_texts(cancelled, ["left_id", "right_id"])) if cancelled is not None else set()
    away = {*_pairs_of(plan.unavailable, "person_id"), *_pairs_of(unavailable, "person_id")}
    shut = {*_pairs_of(plan.closed, "room"), *_pairs_of(closed, "room")}
    keys = list(zip(old["left_id"], old["right_id"], strict=True))
    kept = [key not in off and not gone & set(key) for key in keys]
    if off - set(keys):
        raise TableError(f"要取消的会面不在日程中：{'、'.join('—'.join(key) for key in sorted(off - set(keys))[:10])}")
    known = _candidates(old)
    if meetings is not None:
        known = pd.concat([known, _candidates(meetings)]).drop_duplicates(["left_id", "right_id"], ignore_index=True)
    known = known[
        [
            a not in gone and b not in gone and (a, b) not in off
            for a, b in known[["left_id", "right_id"]].itertuples(index=False)
        ]
    ]
    grid = Grid(known.reset_index(drop=True), plan.slots, plan.rooms, away, shut)
    before = {key: (slot, room) for key, slot, room in zip(keys, old["slot"], old["room"], strict=True)}
    stay, loose = _stay(grid, [key for key, keeps in zip(keys, kept, strict=True) if keeps], before)
    forced = sum((before[grid.names(meeting)][1], before[grid.names(meeting)][0]) in grid.closed for meeting in stay)
    budget = _place_anew(grid, stay, loose, max(0, most_changes - forced))
    lost = {name for key, keeps in zip(keys, kept, strict=True) if not keeps for name in key}
    lost |= {name for meeting in loose if grid.slot_of[meeting] < 0 for name in grid.names(meeting)}
    if meetings is not None:
        _add_best(grid, lost, budget, before)
    value = float(grid.values[grid.held()].sum())
    same = [key for key, place in before.items() if _slot(grid, key) == place[0]]
    rooms = _rooms(grid, {grid.find(*key): before[key][1] for key in same})
    changes = _changes(grid, rooms, before)
    return _timetable(grid, plan.rooms, away, shut, changes, value, None, rooms)


def _slot(grid: Grid, key: tuple[str, str]) -> str | None:
    """The slot of a pair that is held."""
    meeting = grid.find(*key)
    return None if meeting is None or grid.slot_of[meeting] < 0 else grid.slots[grid.slot_of[meeting]]


def _candidates(table: pd.DataFrame) -> pd.DataFrame:
    value = "value" if "value" in table else "score"
    if missing := {"left_id", "right_id", value} - set(table.columns):
        raise TableError(f"会面表缺少列：{'、'.join(sorted(missing))}；需要 left_id、right_id、value（或 score）")
    found = pd.DataFrame(
        {
            "left_id": table["left_id"].astype(str).to_numpy(object),
            "right_id": table["right_id"].astype(str).to_numpy(object),
            "value": pd.to_numeric(table[value], errors="coerce").to_numpy(float, na_value=np.nan),
        }
    )
    faults = [f"第 {i + 1} 行：value 不是数字" for i in np.flatnonzero(~np.isfinite(found["value"]))[:20]]
    faults += [
        f"第 {i + 1} 行：左方和右方是同一个人" for i in np.flatnonzero(found["left_id"] == found["right_id"])[:20]
    ]
    twice = found.duplicated(["left_id", "right_id"])
    faults += [f"第 {i + 1} 行：前面已经有这一对" for i in np.flatnonzero(twice)[:20]]
    if faults:
        raise TableError("会面表不能使用：\n" + "\n".join(f"  {fault}" for fault in faults))
    return found.sort_values(["left_id", "right_id"]).reset_index(drop=True)


def _texts(table: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    if missing := [name for name in columns if name not in table]:
        raise TableError(f"表中缺少列：{'、'.join(missing)}；需要 {'、'.join(columns)}")
    return list(table[columns].astype(str).itertuples(index=False, name=None))


def _pairs_of(table: pd.DataFrame | None, who: str) -> list[tuple[str, ...]]:
    return [] if table is None else sorted(set(_texts(table, [who, "slot"])))


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
    found = _best(values[at], rows[0].tocsc()[:, at], rows[1])
    return at[found.x > 0.5], found.bound


def _best(gain: Any, matrix: Any, high: Any, least: Any = -np.inf) -> Whole:
    """The largest sum of gains of whole numbers 0 and 1 within the rows, which hold at least with nothing."""
    unit = 1000 / (float(np.abs(gain).max(initial=0.0)) or 1.0)
    n, rows = len(gain), matrix.shape[0]
    found = search(
        Model(gain * unit, matrix, np.broadcast_to(least, rows), np.broadcast_to(high, rows), np.zeros(n), np.ones(n))
    )
    if found is None:
        raise RuntimeError("no choice keeps what is held; this is a fault of the library")
    return Whole(found.x, found.bound / unit)


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
    found = _best(grid.values[meeting], matrix, high)
    return [(int(meeting[i]), int(slot[i])) for i in np.flatnonzero(found.x > 0.5)], found.bound


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
        mine = columns.indices[columns.indptr[meeting] : columns.indptr[meeting + 1]]
        if (load[mine] < rows[1][mine]).all() and grid.place_by_chains(meeting):
            load[mine] += 1


def _stay(
    grid: Grid, keys: Sequence[tuple[str, str]], before: dict[tuple[str, str], tuple[str, str]]
) -> tuple[list[int], list[int]]:
    """Meetings that keep their slot, put there, and those that cannot. Of too many in a slot the least valued go."""
    found = [(grid.find(*key), grid.slots.index(before[key][0])) for key in keys]
    stay, loose = [], []
    for meeting, slot in sorted(found, key=lambda one: (-grid.values[one[0]], one[0])):
        if grid.fits[meeting, slot] and grid.count[slot] < grid.capacity[slot]:
            grid.put(meeting, slot)
            stay.append(meeting)
        else:
            loose.append(meeting)
    return stay, loose


def _place_anew(grid: Grid, stay: list[int], loose: list[int], budget: int) -> int:
    """Place what lost its place with the fewest moves; gives how many changes remain allowed.

    Where each finds a free place, that is one change each and no choice does with fewer. Else one problem over all
    that is held decides.
    """
    if not loose:
        return budget
    held = stay + loose
    home = {meeting: int(grid.slot_of[meeting]) for meeting in stay}
    meeting, slot = np.nonzero(grid.fits[held])
    n, slots = len(meeting), grid.available.shape[1]
    at, ones = np.arange(n), np.ones(n)
    who = np.array(held)[meeting]
    cells = len(grid.people) * slots
    busy = sp.csr_array((ones, (grid.left[who] * slots + slot, at)), shape=(cells, n)) + sp.csr_array(
        (ones, (grid.right[who] * slots + slot, at)), shape=(cells, n)
    )
    busy = busy[np.diff(busy.tocsr().indptr) > 1]
    once = sp.csr_array((ones, (meeting, at)), shape=(len(held), n))
    full = sp.csr_array((ones, (slot, at)), shape=(slots, n))
    moved = np.array([home.get(int(one), -1) != at_ for one, at_ in zip(who, slot, strict=True)], float)
    least = np.r_[np.ones(len(stay)), np.zeros(len(loose))]  # what can stay is held, here or there
    top = float(np.abs(grid.values[held]).max()) or 1.0
    gain = grid.values[who] / top * 100 * (budget + 1) - moved
    matrix = sp.vstack([busy, once, full, sp.csr_array(moved[None, :])]).tocsr()
    high = np.concatenate([np.ones(busy.shape[0] + len(held)), grid.capacity, [budget]])
    low = np.concatenate([np.full(busy.shape[0], -np.inf), least, np.full(slots + 1, -np.inf)])
    chosen = np.flatnonzero(_best(gain, matrix, high, low).x > 0.5)
    for one in stay:
        grid.take(one)
    for at_ in chosen.tolist():
        grid.put(int(who[at_]), int(slot[at_]))
    return budget - int(moved[chosen].sum())


def _add_best(grid: Grid, lost: set[str], budget: int, before: dict[tuple[str, str], tuple[str, str]]) -> None:
    """New meetings for whoever lost one, in places that are free: the largest sum of values."""
    options = [
        (meeting, int(slot))
        for meeting in range(len(grid.values))
        if grid.slot_of[meeting] < 0
        and grid.values[meeting] > 0
        and lost & set(grid.names(meeting))
        and grid.names(meeting) not in before
        for slot in grid.free_for(meeting)
    ]
    if not options or budget <= 0:
        return
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, (meeting, slot) in enumerate(options):
        for key in (("meeting", meeting), *((name, slot) for name in grid.names(meeting))):
            groups[key].append(i)
        groups["slot", slot].append(i)
    groups["budget",] = list(range(len(options)))
    rows = [(k, i) for k, members in enumerate(groups.values()) for i in members]
    high = [
        budget if key == ("budget",) else grid.capacity[key[1]] - grid.count[key[1]] if key[0] == "slot" else 1
        for key in groups
    ]
    at = np.array(rows, np.int64)
    matrix = sp.csr_array((np.ones(len(rows)), (at[:, 0], at[:, 1])), shape=(len(groups), len(options)))
    gain = np.array([grid.values[meeting] for meeting, _ in options])
    for one in np.flatnonzero(_best(gain, matrix, np.array(high, float)).x > 0.5).tolist():
        grid.put(*options[one])


def _rooms(grid: Grid, wanted: dict[Any, str]) -> dict[int, str]:
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


def _changes(grid: Grid, rooms: dict[int, str], before: dict[tuple[str, str], tuple[str, str]]) -> pd.DataFrame:
    now = {grid.names(m): (grid.slots[grid.slot_of[m]], room) for m, room in rooms.items()}
    rows = []
    for key in sorted({*before, *now}):
        was, is_ = before.get(key), now.get(key)
        if was == is_:
            continue
        kind = "added" if was is None else "dropped" if is_ is None else "moved" if was[0] != is_[0] else "room"
        rows.append(
            (kind, *key, (was or ("", ""))[0], (is_ or ("", ""))[0], (was or ("", ""))[1], (is_ or ("", ""))[1])
        )
    return pd.DataFrame(rows, columns=_CHANGE, dtype=str)


def _no_changes() -> pd.DataFrame:
    return pd.DataFrame(columns=_CHANGE, dtype=str)


def _timetable(
    grid: Grid,
    rooms: Sequence[str],
    away: Iterable[tuple[str, ...]],
    shut: Iterable[tuple[str, ...]],
    changes: pd.DataFrame,
    value: float,
    bound: float | None,
    given: dict[int, str] | None = None,
) -> Timetable:
    given = _rooms(grid, {}) if given is None else given
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
    )
