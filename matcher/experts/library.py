"""People and their works, which lie in an `Index`, and what a work counts for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, IndexFolderError, TableError
from matcher.experts.works_by_name import join_by_name
from matcher.matching.encoding.encoders import Encoder
from matcher.matching.index import Index
from matcher.matching.library import storage
from matcher.matching.library.folders import named_damage
from matcher.matching.library.unlike import OWNERS
from matcher.matching.library.validity import day_of
from matcher.matching.texts.tokens import Segmenter
from matcher.tables.arguments import check_frame, plain_cells
from matcher.tables.cells.dates import local_times
from matcher.tables.rows.ids import find_ids, id_texts, ids_of, with_lost_zeros
from matcher.tables.schemas.main import HIGH, LOW

FORMAT = "matcher-experts-1"
NOBODYS = "业绩的专家编号不在专家表中，没有用"
PROFILE = "简介"  # the kind of work that stands for what a person says of himself
TOP = 5  # works of a person that count
FADE = 0.6  # what each next of them counts of the one before
HALF_LIFE = 10.0  # years after which a work counts half
KINDS = {PROFILE: 0.6, "项目": 0.8, "标准": 0.8}  # others 1
ROLES = {"第一": 1.0, "通讯": 1.0, "负责": 1.0, "主持": 1.0, "主要": 0.8, "参": 0.4, "合作": 0.4, "其他": 0.4}

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Weighing:
    """What works count. These are reasons put in numbers, not learned ones; state other ones where you know better.

    A kind or role that is unknown counts 1, a work without a date as one half-life old.

    Parameters
    ----------
    top, fade : int, float
        How many of a person's works count, and what each next one counts of the one before.
    half_life : float
        Years after which a work counts half.
    kinds : dict
        Part of the kind -> weight from 0 to 1.
    roles : dict
        Part of the role -> weight from 0 to 1, the largest where several occur.

    Raises
    ------
    ArgumentError
        A number lies outside its range.
    """

    top: int = TOP
    fade: float = FADE
    half_life: float = HALF_LIFE
    kinds: Mapping[str, float] = field(default_factory=lambda: dict(KINDS))
    roles: Mapping[str, float] = field(default_factory=lambda: dict(ROLES))

    def __post_init__(self) -> None:
        """Values outside their range are refused."""
        if self.top < 1 or not 0 < self.fade <= 1 or self.half_life <= 0:
            raise ArgumentError("top is at least 1, fade lies in (0, 1], half_life is above 0")
        if not all(0 <= weight <= 1 for weight in (*self.kinds.values(), *self.roles.values())):
            raise ArgumentError("weights of kinds and roles lie between 0 and 1")

    @property
    def steps(self) -> Numbers:
        """What the first, second, ... work counts; sums to 1."""
        steps = self.fade ** np.arange(self.top, dtype=float)
        return np.asarray(steps / steps.sum(), float)


@dataclass(frozen=True, eq=False)
class Experts:
    """People and their works. `links`: one row a person and work, by person: person, row (of the index), role.

    Made by `Experts.build`. `unknown`: ids in the works' table that are nobody's in the people's (the logger "matcher"
    warns of them), and, of works without an id, names that are nobody's or of several people.
    """

    people: pd.DataFrame
    index: Index
    links: pd.DataFrame
    unknown: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        people: pd.DataFrame,
        works: pd.DataFrame,
        *,
        encoder: Encoder | None = None,
        segmenter: Segmenter | None = None,
        progress: bool = False,
    ) -> Experts:
        """A library of experts from clean tables.

        A work counts once for a person, in the best role (see ROLES). People differ by their id alone;
        `propose_merges` finds ids that may be one person.

        Parameters
        ----------
        people : DataFrame
            As `read_experts` gives it in `.rows`: `expert_id`, and as far as known `title` (direction), `description`,
            `keywords` and whatever filters need.
        works : DataFrame
            As `read_works` gives it: one row a work and person, `work_id`, `expert_id`, `title`, and as far as known
            `description`, `keywords`, `kind`, `role`, `date` (or its bounds `date_min` and `date_max`, whose middle
            counts). A row without a work_id is a work by itself; one without an expert_id is that of the person whose
            name it has (see `matcher.experts.works_by_name`).
        encoder, segmenter, progress
            As in `Index.build`.

        Raises
        ------
        TableError
            Ids are missing or occur twice, or one work_id stands for works of several titles.
        ArgumentTypeError
            An argument is of another kind.

        Examples
        --------
        >>> import pandas as pd
        >>> from matcher import Experts, rank_experts
        >>> people = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["齿轮检测", "果蔬保鲜"]})
        >>> works = pd.DataFrame({"work_id": ["W1"], "expert_id": ["E1"], "title": ["齿轮磨削烧伤检测方法"]})
        >>> experts = Experts.build(people, works)
        >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["桃采后保鲜"]})
        >>> rank_experts(needs, experts, k=1)["expert_id"].tolist()
        ['E2']
        """
        check_frame(people, "people")
        check_frame(works, "works")
        if missing := {"expert_id"} - set(people) | {"work_id", "expert_id", "title"} - set(works):
            raise TableError(f"people need expert_id, works work_id, expert_id and title; missing: {sorted(missing)}")
        people, works = plain_cells(people), plain_cells(works)
        people = people.assign(expert_id=ids_of(people, "expert_id", distinct=True)).reset_index(drop=True)
        named = join_by_name(people, works)
        works = _named(named.works.reset_index(drop=True))
        dates = {name: local_times(works[name]) for name in ("date", "date" + LOW, "date" + HIGH) if name in works}
        works = _dated(works.assign(**dates))
        titles = works[["work_id", "title"]].drop_duplicates()
        if (twice := titles["work_id"].duplicated()).any():
            raise TableError(f"同一业绩编号有不同的名称：{'、'.join(titles.loc[twice, 'work_id'].unique()[:10])}")
        place = pd.Series(np.arange(len(people)), index=people["expert_id"])
        owned = works["expert_id"] != ""
        written = with_lost_zeros(works.loc[owned, "expert_id"], people["expert_id"], "业绩的专家编号")
        works.loc[owned, "expert_id"] = find_ids(written, people["expert_id"], NOBODYS)
        person = works["expert_id"].map(place)
        known = person.notna()
        lost = set(works.loc[~known, "expert_id"]) - {""}
        unknown = (*sorted(lost), *sorted({*named.ambiguous, *named.unknown}))
        profiles = _profiles(people, set(works["work_id"]))
        fields = [name for name in ("title", "description", "keywords", "kind", "date") if name in works]
        distinct = works.loc[known, ["work_id", *fields]].drop_duplicates("work_id")
        if "date" in distinct:  # pandas < 3 warns of joining unlike columns
            profiles = profiles.assign(date=distinct["date"].iloc[:0].reindex(profiles.index))
        of_work = works.loc[known].groupby("work_id", sort=False)["expert_id"]
        owners = of_work.agg(lambda ids: "\n".join(sorted(set(ids))))
        distinct = distinct.assign(**{OWNERS: distinct["work_id"].map(owners)})
        fields.append(OWNERS)
        records = profiles
        if len(distinct):
            records = pd.concat([distinct, profiles[["work_id", *fields]]], ignore_index=True)
        records = records.drop(columns="person", errors="ignore").reset_index(drop=True)
        row = pd.Series(np.arange(len(records)), index=records["work_id"])
        of_works = pd.DataFrame(
            {
                "person": person[known].astype(np.int64),
                "row": works.loc[known, "work_id"].map(row),
                "role": works.loc[known, "role"].fillna("").astype(str) if "role" in works else "",
            }
        )
        of_profiles = pd.DataFrame({"person": profiles["person"], "row": profiles["work_id"].map(row), "role": ""})
        links = pd.concat([of_works, of_profiles], ignore_index=True)
        worth = links["role"].map({role: _weight(role, ROLES) for role in links["role"].unique()})
        links = links.assign(worth=-worth.astype(float)).sort_values(["person", "row", "worth"], kind="stable")
        links = links.drop_duplicates(["person", "row"])[["person", "row", "role"]].reset_index(drop=True)
        index = Index.build(records, encoder=encoder, segmenter=segmenter, approximate_from=None, progress=progress)
        return cls(people, index, links.astype({"person": np.int64, "row": np.int64}), unknown)

    def __repr__(self) -> str:
        """Size."""
        return f"Experts({len(self)} people, {len(self.index)} works and profiles, {len(self.unknown)} unknown)"

    def __len__(self) -> int:
        """How many people."""
        return len(self.people)

    def weights(self, weighing: Weighing, on: dt.date | str | None) -> Numbers:
        """What each link weighs (0..1): kind times role times age on that day; without a day ages play no part."""
        key = (weighing.half_life, *sorted(weighing.kinds.items()), None, *sorted(weighing.roles.items()), str(on))
        weights = self._known.get(key)
        if weights is None:
            weights = self._weights(weighing, on)
            self._known.clear()  # the same day is asked for again and again; a service outlives its days
            self._known[key] = weights
        return weights

    @cached_property
    def _known(self) -> dict[object, Numbers]:
        return {}

    def _weights(self, weighing: Weighing, on: dt.date | str | None) -> Numbers:
        codes, kinds = pd.factorize(self.index.column("kind"))
        of_row = np.array([_weight(name, weighing.kinds) for name in kinds], float)[codes]
        if on is not None:
            dates = pd.to_datetime(pd.Series(self.index.column("date"), dtype=object), errors="coerce")
            years = (day_of(on, "on") - dates).dt.days.to_numpy(float) / 365.25
            years = np.where(np.isnan(years), weighing.half_life, np.maximum(years, 0))
            of_row *= np.where(self.is_profile, 1.0, 0.5 ** (years / weighing.half_life))
        codes, roles = pd.factorize(self.links["role"].to_numpy(object))
        of_link = np.array([_weight(name, weighing.roles) for name in roles], float)[codes]
        weights = np.asarray(of_row[self.rows] * of_link, float)
        weights.flags.writeable = False
        return weights

    @cached_property
    def is_profile(self) -> NDArray[np.bool_]:
        """Which rows of the index are what somebody says of himself."""
        return np.asarray(self.index.column("kind") == PROFILE, bool)

    @cached_property
    def titles(self) -> NDArray[np.object_]:
        """The title of every row of the index."""
        return self.index.column("title")

    @cached_property
    def rows(self) -> Whole:
        """The row of the index of each link."""
        return self.links["row"].to_numpy(np.int64)

    @cached_property
    def person(self) -> Whole:
        """The person of each link."""
        return self.links["person"].to_numpy(np.int64)

    @cached_property
    def first(self) -> Whole:
        """Where the links of each person begin, and the end."""
        return np.searchsorted(self.person, np.arange(len(self) + 1)).astype(np.int64)

    @cached_property
    def order(self) -> Whole:
        """The place of each person's id among all ids sorted; settles ties."""
        place = np.empty(len(self), np.int64)
        place[np.argsort(self.people["expert_id"].to_numpy(object), kind="stable")] = np.arange(len(self))
        return place

    def save(self, folder: str | Path, *, replace: bool = False) -> None:
        """Write the library into a folder and make it the folder's current version in one step.

        Whatever happens meanwhile, the folder holds the old or the new library, whole. Nothing is pickled.

        Parameters
        ----------
        folder : str or Path
            A folder of this machine; made where there is none.
        replace : bool
            Take the place of whatever library the folder holds.

        Raises
        ------
        IndexFolderError
            The folder holds a library that this one does not come from and `replace` is False, it holds other files,
            it cannot be written, an address such as "s3://..." was given, or a column of `people` is of several kinds.

        Examples
        --------
        >>> import tempfile
        >>> import pandas as pd
        >>> from matcher import Experts
        >>> people = pd.DataFrame({"expert_id": ["E1"], "title": ["齿轮检测"]})
        >>> works = pd.DataFrame({"work_id": ["W1"], "expert_id": ["E1"], "title": ["齿轮磨削烧伤检测方法"]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Experts.build(people, works).save(folder)
        ...     len(Experts.load(folder))
        1
        """
        tables = {"people": self.people, "links": self.links}
        settings = {"unknown": list(self.unknown)}
        storage.save(self.index, folder, replace_other=replace, format=FORMAT, tables=tables, settings=settings)

    @classmethod
    def load(cls, folder: str | Path, *, encoder: Encoder | None = None) -> Experts:
        """Read a folder's current version; its answers are those of the library that was saved.

        Parameters
        ----------
        folder : str or Path
            A folder of this machine that `save` wrote.
        encoder : object with `encode`, optional
            The one that the library was built with, unless that was the default.

        Raises
        ------
        IndexFolderError
            Files are damaged or missing, or the encoder, segmenter or format is another.
        """
        stored = storage.load(folder, encoder=encoder, format=FORMAT)
        index, tables = stored.index, stored.tables
        with named_damage(Path(folder)):
            people, links = tables["people"], tables["links"].astype({"person": np.int64, "row": np.int64})
            unknown = tuple(map(str, stored.settings["unknown"]))
            inside = links["person"].between(0, len(people) - 1) & links["row"].between(0, len(index.ids) - 1)
            sound = inside.all() and links["person"].is_monotonic_increasing and people["expert_id"].is_unique
            texts = [*people["expert_id"], *links["role"]]
            if not (sound and all(isinstance(text, str) for text in texts)):
                raise IndexFolderError(f"{folder}：专家库的人员与业绩对不上；请从备份恢复，或重新建立")
        return cls(people, index, links, unknown)

    def links_of(self, people: Whole) -> tuple[Whole, Whole]:
        """The links of some people, and the place in `people` that each belongs to."""
        counts = self.first[people + 1] - self.first[people]
        owner = np.repeat(np.arange(len(people)), counts)
        start = np.repeat(self.first[people] - (np.cumsum(counts) - counts), counts)
        return start + np.arange(len(owner)), owner


def check_experts(experts: object) -> None:
    """Raises ArgumentTypeError unless it is an Experts."""
    if not isinstance(experts, Experts):
        raise ArgumentTypeError(f"experts is an Experts (Experts.build(people, works)), not {type(experts).__name__}")


def check_weighing(weighing: object) -> None:
    """Raises ArgumentTypeError unless it is None or a Weighing."""
    if not (weighing is None or isinstance(weighing, Weighing)):
        raise ArgumentTypeError(f"weighing is a Weighing or None, not {type(weighing).__name__}")


def _named(works: pd.DataFrame) -> pd.DataFrame:
    """Works with ids as strings, made up where there are none; their kinds in a column."""
    ids = id_texts(works["work_id"])
    made_up = (
        id_texts(works["entry_id"])
        if "entry_id" in works
        else pd.Series([f"第{i}条" for i in range(1, len(works) + 1)])
    )
    ids = ids.where(ids != "", made_up)
    kind = works["kind"].fillna("").astype(str) if "kind" in works else ""
    return works.assign(work_id=ids, expert_id=id_texts(works["expert_id"]), kind=kind)


def _dated(works: pd.DataFrame) -> pd.DataFrame:
    """Works with the middle of its bounds for a date that is known by its month or year only."""
    ends = ["date" + LOW, "date" + HIGH]
    if not {"date", *ends} <= set(works.columns):
        return works
    first, last = (pd.to_datetime(works[end], errors="coerce") for end in ends)
    middle = (first + (last - first) / 2).dt.normalize()
    return works.assign(date=pd.to_datetime(works["date"], errors="coerce").fillna(middle)).drop(columns=ends)


def _profiles(people: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """One pseudo-work for each person who says anything of himself."""
    texts = {
        name: people[name].fillna("").astype(str) if name in people else pd.Series("", index=people.index)
        for name in ("title", "description", "keywords")
    }
    table = pd.DataFrame(texts).assign(
        work_id=PROFILE + ":" + people["expert_id"],
        kind=PROFILE,
        date=pd.Series(pd.NaT, index=people.index),
        person=np.arange(len(people)),
        **{OWNERS: people["expert_id"]},
    )
    table = table[(table[list(texts)] != "").any(axis=1)]
    if clash := sorted(set(table["work_id"]) & taken):
        raise TableError(f"业绩编号“{clash[0]}”与简介的编号相同，请改名")
    return table


def _weight(name: object, weights: Mapping[str, float]) -> float:
    return max((weight for part, weight in weights.items() if part in str(name or "")), default=1.0)
