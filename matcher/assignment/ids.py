"""Ids in rules as people write them, to the ids of the pair table. What finds none, or more than one, is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

import pandas as pd

from matcher.assignment.labels import SIDES
from matcher.errors import TableError
from matcher.tables.cells.texts import as_written
from matcher.tables.naming.writings import KnownIds

SHOWN = 5  # ids that a sentence names
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_BETWEEN = re.compile(r"[、,，;；/\s]+(?![^(（\[【]*[)）\]】])")  # what parts ids, outside of brackets
_TO = ("[至到~～—]+", "[–-]+")
_EVERY = re.compile("全部|所有|一切|任何|各个?项目|等(?:[0-9一二三四五六七八九十两几]+)?[个项人位]")

Value = TypeVar("Value")


class RuleIds:
    """The ids of both sides of a pair table, and Chinese sentences about how those in rules were read."""

    def __init__(self, pairs: pd.DataFrame, nouns: Mapping[str, str]) -> None:
        self._known = {side: KnownIds(pairs[f"{side}_id"].unique().tolist()) for side in SIDES}
        self._nouns = nouns
        self._other: dict[tuple[str, str], None] = {}
        self._several: dict[str, list[str]] = {}
        self._swapped: list[str] = []
        self._lost: dict[tuple[str, str], None] = {}
        self._apart: dict[str, list[str]] = {}
        self._not_applied = 0

    def knows(self, side: str, written: str) -> bool:
        """Whether an id of this side is meant."""
        return bool(self._known[side].find(written))

    def find(self, side: str, written: str) -> str:
        """The id of this side that is meant; as it is written where that cannot be said."""
        known, written = self._known[side], as_written(written)
        if written in known:
            return written
        meant = known.find(written)
        if meant and meant != written.strip():
            self._other[written.strip(), meant] = None
        elif not meant and (several := known.alike(written)):
            self._several[written.strip()] = several
        return meant or written

    def keys(self, side: str, facts: Mapping[str, Value]) -> dict[str, Value]:
        """A mapping with the ids that are meant as its keys; where one is there twice, the exact writing counts."""
        facts = {as_written(name): fact for name, fact in facts.items()}
        return {self.find(side, name): fact for name, fact in facts.items()} | {
            name: fact for name, fact in facts.items() if name in self._known[side]
        }

    def pairs(self, table: pd.DataFrame) -> pd.DataFrame:
        """A list of pairs (left_id, right_id and more) with the ids that are meant; turned round ones are put right.

        A cell of several ids (P01、P03) makes a pair of each, and what stands beside an id in brackets is left out.
        Raises TableError where a cell means ids that it does not name (全部甲公司项目, P01至P09).
        """
        cells = list(zip(table["left_id"].map(str), table["right_id"].map(str), strict=True))
        if faults := [text for pair in cells if (text := self._unnamed(*pair))]:
            shown = "；".join(dict.fromkeys(faults[:SHOWN]))
            raise TableError(
                f"回避（禁止）名单中有 {len(faults)} 条没有写明编号，不知排除哪些：{shown}；请逐个写出编号"
            )
        rows = [
            (at, *self.pair(left, right))
            for at, (a, b) in enumerate(cells)
            for left in self._named(a)
            for right in self._named(b)
        ]
        found = pd.DataFrame(rows, columns=["at", "left_id", "right_id"])
        kept = table.iloc[found["at"].to_numpy(int)].reset_index(drop=True)
        return kept.assign(left_id=found["left_id"].astype(str), right_id=found["right_id"].astype(str))

    def _anywhere(self, written: str) -> bool:
        return any(self.knows(side, written) or self._known[side].alike(written) for side in SIDES)

    def _named(self, written: str) -> list[str]:
        """The ids that a cell names, if it does any; else the cell."""
        if self._anywhere(written):
            return [written]
        pieces = []
        for piece in filter(None, _BETWEEN.split(written.strip())):
            bare = _BRACKETS.sub("", piece).strip()
            pieces.append(bare if bare and not self._anywhere(piece) and self._anywhere(bare) else piece)
        if not any(map(self._anywhere, pieces)):
            return [written]
        self._apart[written] = pieces
        return pieces

    def _unnamed(self, left: str, right: str) -> str:
        """A pair of which one cell means ids of the table without naming them, for a message; "" for others."""
        for cell, other in ((left, right), (right, left)):
            if not self._anywhere(cell) and any(map(self._anywhere, self._named(other))):
                ends = [[part.strip() for part in re.split(sign, cell)] for sign in _TO]
                if _EVERY.search(cell) or any(len(two) == 2 and all(map(self._anywhere, two)) for two in ends):
                    return f"{left}—{right}"
        return ""

    def pair(self, left: str, right: str, *, told: bool = True) -> tuple[str, str]:
        """One pair of such a list; told: an id that is in no pair goes into the notes."""
        known = [self.knows("left", left), self.knows("right", right)]
        if not any(known) and self.knows("left", right) and self.knows("right", left):
            self._swapped.append(f"{left}—{right}")
            return self.find("left", right), self.find("right", left)
        found = self.find("left", left), self.find("right", right)
        if told and not all(known):
            self._not_applied += 1
            sides = zip(SIDES, (left, right), known, strict=True)
            self._lost |= {(side, name): None for side, name, is_known in sides if not is_known}
        return found

    @property
    def unclear(self) -> list[str]:
        """What could not be applied as it is written."""
        notes = []
        if self._lost:
            shown = [self._unknown(side, name) for side, name in list(self._lost)[:SHOWN]]
            notes.append(
                f"回避（禁止）名单中有 {self._not_applied} 条没有起作用，编号不在配对表中："
                f"{_joined(shown, len(self._lost))}；如是笔误，请改正后重算"
            )
        if self._several:
            shown = [f"“{name}”可能是 {'、'.join(ids[:3])}" for name, ids in list(self._several.items())[:SHOWN]]
            notes.append(f"规则中的编号不知指哪一个：{_joined(shown, len(self._several))}；请照配对表的写法写")
        return notes

    @property
    def understood(self) -> list[str]:
        """What is written otherwise than in the pair table, and was understood."""
        notes = []
        if self._swapped:
            shown = [f"“{pair}”" for pair in self._swapped[:SHOWN]]
            notes.append(
                f"名单中有 {len(self._swapped)} 条左右写反，已按{self._nouns['left']}、{self._nouns['right']}对调："
                f"{_joined(shown, len(self._swapped))}"
            )
        if self._apart:
            shown = [f"“{written}”即 {'、'.join(ids)}" for written, ids in list(self._apart.items())[:SHOWN]]
            notes.append(f"名单中一格写了几个编号或另有文字，已拆开：{_joined(shown, len(self._apart))}")
        if self._other:
            shown = [f"“{written}”即“{meant}”" for written, meant in list(self._other)[:SHOWN]]
            notes.append(f"规则中的编号与配对表写法不同，已当作同一个：{_joined(shown, len(self._other))}")
        return notes

    def _unknown(self, side: str, name: str) -> str:
        return self._nouns[side] + self._known[side].unknown([name])


def in_their_writing(rows: pd.DataFrame, known: Mapping[str, KnownIds | None]) -> tuple[pd.DataFrame, list[str]]:
    """The rows of a table of a rule with the ids of the pair table where the two differ in dashes alone (zj-001 and
    ZJ001, `KnownIds.without_dashes`), and sentences on that.
    """
    notes = []
    for side, ids in known.items():
        if ids is None or f"{side}_id" not in rows:
            continue
        if meant := ids.without_dashes(rows[f"{side}_id"].astype(str)):
            rows = rows.assign(**{f"{side}_id": rows[f"{side}_id"].astype(str).replace(meant)})
            first = next(f"“{written}”即“{name}”" for written, name in meant.items())
            notes.append(f"{len(meant)} 个编号和配对表只差横线（{first}），已当作同一个；请核对")
    return rows, notes


def parted(written: str) -> list[str]:
    """The ids or names of a cell.

    >>> parted("P01、P03（某项目、二期）")
    ['P01', 'P03（某项目、二期）']
    """
    return [piece for piece in _BETWEEN.split(written.strip()) if piece]


def _joined(shown: Iterable[str], many: int) -> str:
    texts = list(shown)
    return "、".join(texts) + (f"等 {many} 个" if many > len(texts) else "")
