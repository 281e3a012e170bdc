"""The repair of a timetable on the day: what stays, what moves, what is added, with the fewest changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from matcher.assignment.labels import names_of
from matcher.assignment.schedule import Grid
from matcher.assignment.timetabling import (
    CHANGE,
    Timetable,
    best_choice,
    candidates_of,
    pairs_of,
    rooms_of,
    texts_of,
    timetable_of,
)
from matcher.errors import TableError


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

    Whatever can stay stays in its slot and room. First, as much value as possible of the meetings that can no longer
    stay is placed anew, moving as few meetings as possible. Then, with `meetings`, those who lost a meeting get new
    ones in places that are free: the most value.

    Parameters
    ----------
    plan
        The timetable as it was.
    meetings
        Candidates with value, as for `timetable`.
    cancelled
        Meetings (left_id, right_id) that do not take place.
    absent
        Persons who do not come.
    unavailable, closed
        person_id, slot, and room, slot: newly so.
    most_changes
        How many meetings at most are moved, given another room or added; dropped ones are not counted, and a room that
        closes is left in any case.

    Returns
    -------
    Timetable
        `changes` lists every difference. The bound of `proof` is None, as the fewest changes come before value.

    Raises
    ------
    TableError
        A table cannot be used, or a cancelled meeting is not in the timetable.
    """
    old = plan.meetings
    gone = set(map(str, absent))
    off = set(texts_of(cancelled, ["left_id", "right_id"])) if cancelled is not None else set()
    away = {*pairs_of(plan.unavailable, "person_id"), *pairs_of(unavailable, "person_id")}
    shut = {*pairs_of(plan.closed, "room"), *pairs_of(closed, "room")}
    keys = list(zip(old["left_id"], old["right_id"], strict=True))
    kept = [key not in off and not gone & set(key) for key in keys]
    if off - set(keys):
        raise TableError(f"要取消的会面不在日程中：{'、'.join('—'.join(key) for key in sorted(off - set(keys))[:10])}")
    known = candidates_of(old)
    if meetings is not None:
        known = pd.concat([known, candidates_of(meetings)]).drop_duplicates(["left_id", "right_id"], ignore_index=True)
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
    rooms = rooms_of(grid, {grid.find(*key): before[key][1] for key in same})
    changes = _changes(grid, rooms, before)
    names = plan.names if meetings is None else names_of(meetings, plan.names)
    return timetable_of(grid, plan.rooms, away, shut, changes, value, None, rooms, names=names)


def _slot(grid: Grid, key: tuple[str, str]) -> str | None:
    """The slot of a pair that is held."""
    meeting = grid.find(*key)
    return None if meeting is None or grid.slot_of[meeting] < 0 else grid.slots[grid.slot_of[meeting]]


def _stay(
    grid: Grid, keys: Sequence[tuple[str, str]], before: dict[tuple[str, str], tuple[str, str]]
) -> tuple[list[int], list[int]]:
    """Meetings that keep their slot, put there, and those that cannot. Of too many in a slot the least valued go."""
    places = [(grid.find(*key), grid.slots.index(before[key][0])) for key in keys]
    stay, loose = [], []
    for meeting, slot in sorted(places, key=lambda one: (-grid.values[one[0]], one[0])):
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
    chosen = np.flatnonzero(best_choice(gain, matrix, high, low).x > 0.5)
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
    for one in np.flatnonzero(best_choice(gain, matrix, np.array(high, float)).x > 0.5).tolist():
        grid.put(*options[one])


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
    return pd.DataFrame(rows, columns=CHANGE, dtype=str)
