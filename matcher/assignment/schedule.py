"""Who is where in which slot: placing, taking back, and exchanging two slots along a chain of meetings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matcher.errors import TableError

Ints = NDArray[np.int64]


class Grid:
    """Candidates (left_id, right_id, value) on slots and rooms.

    slot_of: the slot of each candidate, -1 if not held. at: the candidate that a person has in a slot, or -1.
    available: person x slot. capacity, count: rooms open and meetings held, a slot. fits: candidate x slot, both there.
    """

    def __init__(
        self,
        candidates: pd.DataFrame,
        slots: Sequence[str],
        rooms: Sequence[str],
        away: Iterable[tuple[str, ...]],
        closed: Iterable[tuple[str, ...]],
    ) -> None:
        self.slots, self.rooms = list(slots), list(rooms)
        if len(set(self.slots)) < len(self.slots) or len(set(self.rooms)) < len(self.rooms):
            raise TableError("时段或会议室的名称有重复")
        self.closed = set(closed)
        away = list(away)
        unknown = sorted({slot for _, slot in (*away, *self.closed)} - set(self.slots))
        if unknown or (lost := sorted({room for room, _ in self.closed} - set(self.rooms))):
            raise TableError(f"不在日程里的时段或会议室：{'、'.join(unknown or lost)}")
        lefts, rights = candidates["left_id"].tolist(), candidates["right_id"].tolist()
        self.people = sorted({*lefts, *rights})
        place = {name: i for i, name in enumerate(self.people)}
        self.left: Ints = np.array([place[name] for name in lefts], np.int64)
        self.right: Ints = np.array([place[name] for name in rights], np.int64)
        self.values = candidates["value"].to_numpy(float)
        self._find = {key: i for i, key in enumerate(zip(lefts, rights, strict=True))}
        self.available = np.ones((len(self.people), len(self.slots)), bool)
        number = {slot: i for i, slot in enumerate(self.slots)}
        for name, slot in away:
            if name in place:
                self.available[place[name], number[slot]] = False
        self.capacity = np.full(len(self.slots), len(self.rooms), np.int64)
        for _, slot in self.closed:
            self.capacity[number[slot]] -= 1
        self.count = np.zeros(len(self.slots), np.int64)
        self.at = np.full(self.available.shape, -1, np.int64)
        self.slot_of = np.full(len(self.values), -1, np.int64)
        self.fits = self.available[self.left] & self.available[self.right] & (self.capacity > 0)
        self.possible = self.fits.sum(1)

    def find(self, left: str, right: str) -> Any:
        """The number of a candidate, or None."""
        return self._find.get((left, right))

    def names(self, meeting: int) -> tuple[str, str]:
        """Left and right id of a candidate."""
        return self.people[self.left[meeting]], self.people[self.right[meeting]]

    def held(self) -> Ints:
        """The candidates that are held."""
        return np.flatnonzero(self.slot_of >= 0)

    def put(self, meeting: int, slot: int) -> None:
        """Hold a meeting in a slot that is free for it."""
        self.at[self.left[meeting], slot] = self.at[self.right[meeting], slot] = meeting
        self.slot_of[meeting] = slot
        self.count[slot] += 1

    def take(self, meeting: int) -> None:
        """Take a meeting out of its slot."""
        slot = self.slot_of[meeting]
        self.at[self.left[meeting], slot] = self.at[self.right[meeting], slot] = -1
        self.slot_of[meeting] = -1
        self.count[slot] -= 1

    def free_for(self, meeting: int) -> Ints:
        """Slots in which both are there and free, and a room is."""
        free = (self.at[self.left[meeting]] < 0) & (self.at[self.right[meeting]] < 0)
        return np.flatnonzero(free & self.fits[meeting] & (self.count < self.capacity))

    def fill_by_matchings(self, picked: Ints) -> None:
        """Slot by slot a matching of what is picked, first those whose persons have no slot to spare.

        Slots with the fewest persons come first; within a slot the rooms go to the most pressed.
        """
        waiting = np.zeros(len(self.values), bool)
        waiting[picked] = True
        lefts, rights = np.unique(self.left[picked]), np.unique(self.right[picked])
        row, column = np.searchsorted(lefts, self.left), np.searchsorted(rights, self.right)
        open_ = np.ones(len(self.slots), bool)
        for slot in np.argsort(self.available.sum(0), kind="stable"):
            now = np.flatnonzero(waiting & self.fits[:, slot])
            rest = np.bincount(self.left[waiting], minlength=len(self.people))
            rest += np.bincount(self.right[waiting], minlength=len(self.people))
            spare = self.available[:, open_].sum(1) - rest
            press = 4.0 ** -np.clip(spare, 0, 12)
            weight = np.zeros((len(lefts), len(rights)))
            weight[row[now], column[now]] = press[self.left[now]] + press[self.right[now]]
            which = np.full(weight.shape, -1, np.int64)
            which[row[now], column[now]] = now
            a, b = linear_sum_assignment(weight, maximize=True)
            chosen = which[a, b]
            chosen = chosen[chosen >= 0]
            urgent = press[self.left[chosen]] + press[self.right[chosen]]
            for meeting in chosen[np.lexsort((chosen, -urgent))][: self.capacity[slot]]:
                self.put(int(meeting), int(slot))
                waiting[meeting] = False
            open_[slot] = False

    def place_by_chains(self, meeting: int) -> bool:
        """Place a meeting by exchanging two slots along a chain of others; whether it could be."""
        for make_room in (False, True):
            if make_room:
                self._spread(meeting)
            slots = self.free_for(meeting)
            if len(slots):
                self.put(meeting, int(slots[0]))
                return True
            u, v = self.left[meeting], self.right[meeting]
            free_left = np.flatnonzero((self.at[u] < 0) & self.fits[meeting])
            free_right = np.flatnonzero((self.at[v] < 0) & self.available[v])
            for a in free_left:
                for b in free_right:
                    if a != b and self._exchange(int(v), int(a), int(b), int(u), room_for=1):
                        self.put(meeting, int(a))
                        return True
            free_left = np.flatnonzero((self.at[u] < 0) & self.available[u])
            free_right = np.flatnonzero((self.at[v] < 0) & self.fits[meeting])
            for b in free_right:
                for a in free_left:
                    if a != b and self._exchange(int(u), int(b), int(a), int(v), room_for=1):
                        self.put(meeting, int(b))
                        return True
        return False

    def _spread(self, meeting: int) -> None:
        """Free a room in slots that the meeting's persons could use, by exchanging them with emptier slots."""
        u, v = self.left[meeting], self.right[meeting]
        usable = ((self.at[u] < 0) | (self.at[v] < 0)) & self.fits[meeting] & (self.count >= self.capacity)
        for full in np.flatnonzero(usable):
            for empty in np.flatnonzero(self.count < self.capacity):
                done = any(
                    self.at[person, empty] < 0 <= self.at[person, full]
                    and person not in (u, v)
                    and self._exchange(int(person), int(full), int(empty), -1, room_for=0, shorter=True)
                    for person in range(len(self.people))
                )
                if done:
                    break

    def _exchange(self, start: int, a: int, b: int, avoid: int, *, room_for: int, shorter: bool = False) -> bool:
        """Exchange slots a and b along the chain that begins with `start`'s meeting in a; whether it was done.

        room_for: how many more meetings slot a must take afterwards. shorter: only if slot a loses a meeting.
        """
        chain: list[int] = []
        person, slot = start, a
        while (meeting := int(self.at[person, slot])) >= 0:
            other = b if slot == a else a
            if not self.fits[meeting, other] or meeting in chain:
                return False
            chain.append(meeting)
            person = int(self.left[meeting] + self.right[meeting] - person)
            if person in (avoid, start):
                return False
            slot = other
        lost = len(chain) % 2  # an odd chain has one more meeting in a
        if (shorter and not lost) or self.count[b] + lost > self.capacity[b]:
            return False
        if self.count[a] - lost + room_for > self.capacity[a]:
            return False
        places = [(meeting, b if self.slot_of[meeting] == a else a) for meeting in chain]
        for meeting in chain:
            self.take(meeting)
        for meeting, slot in places:
            self.put(meeting, slot)
        return True
