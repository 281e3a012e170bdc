"""What a service searches: a saved index, a table, or a folder of tables, told apart here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from matcher.errors import TableError
from matcher.experts import Experts
from matcher.experts.works_by_name import join_by_name
from matcher.matching import Index
from matcher.matching.library.folders import CURRENT
from matcher.tables.gathering import SUFFIXES, likely_contract
from matcher.tables.reading import COLUMN_ACCOUNT, PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES, WORKS, Contract

Side = Literal["outcomes", "needs"]
KINDS: dict[str, Contract] = {"outcomes": OUTCOMES, "needs": NEEDS, "experts": EXPERTS, "works": WORKS}
_NAMES = {"works": "业绩"}  # as a command calls the table, beside its own title
Say = Callable[[str], object]


@dataclass(frozen=True)
class Library:
    """The parts of a library, None where there is none of the kind.

    `problems`, `columns`: of the tables that were read, as `Reading` has them.
    """

    outcomes: Index | None
    needs: Index | None
    experts: Experts | None
    problems: pd.DataFrame
    columns: pd.DataFrame

    @classmethod
    def open(cls, place: str | Path, *, say: Say = lambda line: None) -> Library:
        """Read what lies at a place.

        Parameters
        ----------
        place
            A folder that `Index.save` wrote; a table of outcomes or of needs; or a folder that holds at most one of
            each of outcomes, needs, experts and works, as a table or a saved index, named so: `outcomes.csv` or
            成果.xlsx, `needs`, 需求; `experts`, 专家; `works`, 业绩.
        say
            Called with each line on what was read.

        Raises
        ------
        TableError
            Nothing there can be used, or two files are of one kind.
        IndexFolderError
            A saved index is damaged.
        """
        path = Path(place)
        found = _found(path)
        readings: dict[str, Reading] = {}
        indexes: dict[str, Index] = {}
        for kind, part in found.items():
            if part.is_dir():
                index = Index.load(part)
                side = "needs" if index.id_column == "need_id" else "outcomes"
                if part != path and side != kind:
                    raise TableError(f"{part.name}：这是{KINDS[side].title}的索引，不是{KINDS[kind].title}的")
                indexes[side] = index
                say(f"{part.name}：已保存的索引，{KINDS[side].title} {len(index)} 条")
            else:
                readings[kind] = read_table(part, KINDS[kind])
                say(f"{part.name}：{KINDS[kind].title}，读入 {len(readings[kind].rows)} 条")
        for side in ("outcomes", "needs"):
            if side in readings:
                indexes[side] = Index.build(readings[side].rows)
        experts = None
        if {"experts", "works"} <= set(readings):
            people = readings["experts"].rows
            experts = Experts.build(people, join_by_name(people, readings["works"].rows, file="业绩").works)
        if not indexes:
            raise TableError(f"{path}：里面没有成果，也没有需求；请给出成果表、已保存的索引，或放有这些表的文件夹")
        return cls(
            indexes.get("outcomes"),
            indexes.get("needs"),
            experts,
            _joined([one.problems for one in readings.values()], PROBLEM_COLUMNS),
            _joined([one.columns for one in readings.values()], COLUMN_ACCOUNT),
        )

    def index(self, side: Side) -> Index:
        """The records of a side. Raises TableError where the library has none."""
        index = self.outcomes if side == "outcomes" else self.needs
        if index is None:
            raise TableError(f"这个库里没有{KINDS[side].title}；请管理员把{KINDS[side].title}表放进库后重新启动")
        return index

    def persons(self) -> Experts:
        """The experts. Raises TableError where the library has none."""
        if self.experts is None:
            raise TableError("这个库里没有专家；请管理员把专家表和业绩表放进库后重新启动")
        return self.experts

    def sides(self) -> list[tuple[Side, Index]]:
        """The sides that the library has, each with its records."""
        both: tuple[tuple[Side, Index | None], ...] = (("outcomes", self.outcomes), ("needs", self.needs))
        return [(side, index) for side, index in both if index is not None]

    def with_index(self, side: Side, index: Index) -> Library:
        """The library with another index on a side."""
        return replace(self, outcomes=index) if side == "outcomes" else replace(self, needs=index)

    def warm(self) -> Library:
        """Everything worked out that is worked out once, so that the first search is as quick as the later ones."""
        for _, index in self.sides():
            index.warm()
        return self


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _found(path: Path) -> dict[str, Path]:
    """Kind -> file or folder of a saved index."""
    if not path.exists():
        raise TableError(f"{path}：找不到；请给出成果表、已保存的索引，或放有这些表的文件夹")
    if path.is_file():
        return {likely_contract([path], {kind: KINDS[kind] for kind in ("outcomes", "needs")}): path}
    if (path / CURRENT).is_file():
        return {"outcomes": path}
    found: dict[str, Path] = {}
    inside: list[Any] = [one for one in sorted(path.iterdir()) if _is_part(one)]
    for kind, contract in KINDS.items():
        words = {kind, contract.title, _NAMES.get(kind, contract.title)}
        named = [one for one in inside if one.stem.removesuffix("表") in words]
        if len(named) > 1:
            raise TableError(f"{path}：{'、'.join(one.name for one in named)} 都是{contract.title}；请只留一个")
        if named:
            found[kind] = named[0]
    if not found:
        names = "、".join(f"{kind} 或 {_NAMES.get(kind, contract.title)}" for kind, contract in KINDS.items())
        raise TableError(f"{path}：没有认得的表；文件名（不含后缀）请用 {names}")
    return found


def _is_part(path: Path) -> bool:
    return (path / CURRENT).is_file() if path.is_dir() else path.suffix.lower() in SUFFIXES
