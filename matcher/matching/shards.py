"""A library in parts: statistics of the whole for all of them, and their answers put together to the whole's.

Nothing in the score, the probability or the reasons of a pair depends on other records but through the library's
`Statistics`; so indexes of parts that share them give each pair what an index of everything would give it, and the
best of all are among the best of each.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, IndexFolderError, TableError
from matcher.matching.encoding.encoders import Encoder
from matcher.matching.index import Index
from matcher.matching.library.base import AFAR, BaseIndex, check_index
from matcher.matching.library.folders import SHARDED
from matcher.matching.library.records import id_column_of
from matcher.matching.library.statistics import Census, Statistics
from matcher.matching.likely_first import FIRST, likely_first
from matcher.matching.matches import match
from matcher.matching.reasons.explanation import REASONS, is_explained
from matcher.matching.texts.tokens import Segmenter
from matcher.needs.routes import ASK_BACK, NOT_TECHNICAL
from matcher.tables.fingerprint import table_fingerprint
from matcher.tables.json import parse_json
from matcher.tables.rows.ids import ids_of


class Shards(Sequence[Index]):
    """The shards of a library in a folder, which `Shards.build` wrote; each is read when it is asked for.

    Parameters
    ----------
    folder
        Where they lie.
    encoder
        The one that they were built with, unless that was the default.

    Raises
    ------
    IndexFolderError
        There are none, or building was broken off.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> titles = ["齿轮磨削烧伤检测", "桃采后保鲜", "大蒜烘干"]
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2", "C3"], "title": titles})
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["桃子怎样保鲜"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shards = Shards.build((outcomes[i : i + 2] for i in (0, 2)), folder)
    ...     len(shards), match_shards(needs, shards, k=1)["outcome_id"].tolist()
    (2, ['C2'])
    """

    def __init__(self, folder: str | Path, *, encoder: Encoder | None = None) -> None:
        self._folder, self._encoder = Path(folder), encoder
        try:
            content = parse_json((self._folder / SHARDED).read_bytes())
            self._many = int(content["shards"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexFolderError(f"{folder}：没有分片的库，或建库没有做完；请用 Shards.build 建库") from error

    def __len__(self) -> int:
        """How many shards there are."""
        return self._many

    @overload
    def __getitem__(self, place: int) -> Index: ...

    @overload
    def __getitem__(self, place: slice) -> list[Index]: ...

    def __getitem__(self, place: int | slice) -> Index | list[Index]:
        """A shard, read from its folder."""
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(self._many))]
        if not -self._many <= place < self._many:
            raise IndexError(place)
        return Index.load(_place(self._folder, place % self._many), encoder=self._encoder)

    @classmethod
    def build(
        cls,
        pieces: Iterable[pd.DataFrame],
        folder: str | Path,
        *,
        encoder: Encoder | None = None,
        segmenter: Segmenter | None = None,
    ) -> Shards:
        """Index a library piece by piece, so that one piece at a time lies in memory.

        Where building was broken off, the shards that are there and were built from the same pieces are kept.

        Parameters
        ----------
        pieces
            Clean tables as `Index.build` takes them; no id stands in two of them.
        folder
            Where they go: made where there is none.
        encoder, segmenter
            As in `Index.build`.

        Returns
        -------
        Shards
            With the statistics of all pieces.

        Raises
        ------
        ArgumentError
            There are no pieces.
        TableError
            A piece is no such table, or an id stands in two of them.
        IndexFolderError
            The folder cannot be written.
        """
        place, seen, segmenter = Path(folder), set[str](), segmenter or Segmenter()
        many = 0
        with contextlib.suppress(FileNotFoundError):
            (place / SHARDED).unlink()
        for piece in pieces:
            ids = ids_of(piece, id_column_of(piece)).tolist()
            if twice := seen.intersection(ids):
                raise TableError(f"{len(twice)} 个编号在两个分片中：{'、'.join(sorted(twice)[:10])}")
            seen.update(ids)
            made_from = {"piece": table_fingerprint(piece), **segmenter.identity}
            shard = _place(place, many)
            if not _is_built(shard, made_from, encoder):
                built = Index.build(piece, encoder=encoder, segmenter=segmenter)
                shard.mkdir(parents=True, exist_ok=True)
                _marker(shard).unlink(missing_ok=True)
                built.save(shard, replace=True)
                _marker(shard).write_text(json.dumps(made_from), "utf-8")
            many += 1
        if not many:
            raise ArgumentError("there are no pieces")
        shards = cls.__new__(cls)
        shards._folder, shards._encoder, shards._many = place, encoder, many
        statistics = shard_statistics(shards)
        for at in range(many):
            replace(shards[at], whole=statistics).save(_place(place, at))
        (place / SHARDED).write_text(json.dumps({"shards": many}), "utf-8")
        return shards


def _place(folder: Path, at: int) -> Path:
    return folder / f"shard-{at:05}"


def _marker(shard: Path) -> Path:
    """The file that says from what a shard was built."""
    return shard.with_suffix(".json")


def _is_built(shard: Path, made_from: Mapping[str, str], encoder: Encoder | None) -> bool:
    """Whether there is a whole shard that was built from this piece, with this segmenter and encoder."""
    try:
        known = parse_json(_marker(shard).read_bytes())
        Index.load(shard, encoder=encoder)
    except (OSError, ValueError, IndexFolderError):
        return False
    return bool(known == made_from)


def shard_statistics(shards: Sequence[BaseIndex]) -> Statistics:
    """The statistics of a library from indexes of its parts, each of which is read three times.

    Parameters
    ----------
    shards
        Indexes of disjoint parts, with one encoder and segmenter. What `Index.load` gives lies in its folder, so few of
        them need memory.

    Returns
    -------
    Statistics
        Those of an index of all records, but for the last bits.

    Raises
    ------
    ArgumentError
        There are no shards.
    ArgumentTypeError
        One is no Index.
    """
    census = Census.joined([_checked(shard).census for shard in shards])
    bare = Statistics(census.texts, census.names, census.counts)
    if len(census.sample) < 2:
        return bare
    first = shards[0]
    among = Index.build(census.sample, encoder=first.encoder, segmenter=first.segmenter, statistics=bare)
    scale, texts = among.sampled_scale()
    near = _quantile((replace(shard, whole=bare).meanings(texts) for shard in shards), census.texts)
    best = np.max([replace(shard, whole=bare).best_afar(texts, scale, near) for shard in shards], axis=0)
    return replace(bare, scale=scale.with_best_afar(best))


def _checked(shard: BaseIndex) -> BaseIndex:
    check_index(shard)
    return shard


def _quantile(cosines: Iterable[NDArray[np.float32]], size: int) -> NDArray[np.float32]:
    """The quantile `AFAR` of each text's cosines over all shards, of which only the largest are kept."""
    place = (size - 1) * AFAR
    low = int(place)
    top = size - low
    kept: NDArray[np.float32] | None = None
    for part in cosines:
        both = part if kept is None else np.concatenate([kept, part], axis=1)
        kept = np.partition(both, both.shape[1] - top, axis=1)[:, -top:] if both.shape[1] > top else both
    assert kept is not None
    kept = np.sort(kept, axis=1)
    above = kept[:, min(1, kept.shape[1] - 1)]
    return kept[:, 0] + (above - kept[:, 0]) * np.float32(place - low)


def match_shards(queries: pd.DataFrame, shards: Iterable[BaseIndex], *, k: int = 10, **options: Any) -> pd.DataFrame:
    """`match` of a library in parts that share their statistics: the table that an index of everything would give.

    Parameters
    ----------
    queries, k
        As in `match`.
    shards
        Indexes with one `Statistics`, gone through once, so that they may be loaded one after the other.
    **options
        Of `match`, but for `mask`, `rerank` and `accurate`.

    Returns
    -------
    DataFrame
        As of `match`.

    Raises
    ------
    ArgumentError
        There are no shards, one has statistics of its own or judged pairs, or an option is not taken here.
    """
    if wrong := sorted({"mask", "rerank", "accurate", "rerank_top"} & set(options)):
        raise ArgumentError(f"match_shards does not take {wrong[0]}")
    tables, seen = [], None
    for shard in shards:
        check_index(shard)
        if shard.whole is None or (seen is not None and shard.whole is not seen and shard.whole.scale != seen.scale):
            raise ArgumentError("the shards are indexes with one and the same statistics (Index.build(statistics=))")
        seen = shard.whole
        tables.append(match(queries, shard, k=max(k, FIRST), **options))
    return merge_matches(tables, k=k)


def merge_matches(tables: Iterable[pd.DataFrame], *, k: int) -> pd.DataFrame:
    """The k best of each asking row over tables of `match` with shards that share their statistics.

    Parameters
    ----------
    tables
        One a shard, each of the same asking rows with the best k, or three where k is less.
    k
        How many.

    Returns
    -------
    DataFrame
        As of `match`; ties by id, as there.

    Raises
    ------
    ArgumentError
        There are no tables, k is below 1, or they were reordered (`rerank`, `accurate`) or learned from judged pairs.
    """
    parts = list(tables)
    if not parts or k < 1:
        raise ArgumentError("merge_matches needs a table, and k of at least 1")
    for part in parts:
        if not isinstance(part, pd.DataFrame):
            raise ArgumentTypeError(f"tables are DataFrames of match, not {type(part).__name__}")
        if {"rerank", "feedback"} & set(part):
            raise ArgumentError("tables that were reordered or learned from judged pairs cannot be merged")
    asking, record = parts[0].columns[:2]
    order = {name: at for at, name in enumerate(dict.fromkeys(parts[0][asking]))}
    both = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    found = both[(both["rank"] > 0).to_numpy(bool)]
    total = found["semantic"].to_numpy(float) + found["lexical"].to_numpy(float)
    if "preference" in found:
        total = total + found["preference"].to_numpy(float)
    at = found[asking].map(order).to_numpy(np.int64)
    found = found.iloc[np.lexsort((found[record].astype(str).to_numpy(object), -total, at))]
    rank = found.groupby(asking, sort=False).cumcount().to_numpy(np.int64) + 1
    found = found.assign(rank=rank)[rank <= max(k, FIRST)]
    notes = found["note"].astype(object)
    found["note"] = notes.where(found["rank"] == 1, notes.map(_without_asking_back))
    if told := [name for name in REASONS if name in found]:
        shown = is_explained(found["rank"].to_numpy(), found["level"].to_numpy(float)) | found["recommended"].to_numpy(
            bool
        )
        found.loc[~shown, told] = ""
    empty = both[~both[asking].isin(found[asking])].drop_duplicates(asking)
    table = pd.concat([found, empty]) if len(empty) else found
    place = table[asking].map(order).to_numpy(np.int64)
    table = table.iloc[np.lexsort((table["rank"], place))].reset_index(drop=True)
    table = table[table["rank"] <= k] if "preference" in table else likely_first(table, k)
    typical = next((part for part in parts if (part["rank"] > 0).any()), parts[0])
    return table.astype(typical.dtypes.to_dict())


def _without_asking_back(note: str) -> str:
    """A note of a row that is not its need's first."""
    return "；".join(part for part in note.split("；") if not part.startswith((ASK_BACK, NOT_TECHNICAL)))
