"""A library in parts: statistics of the whole for all of them, and their answers put together to the whole's.

Nothing in the score, the probability or the reasons of a pair depends on other records but through the library's
`Statistics`; so indexes of parts that share them give each pair what an index of everything would give it, and the
best of all are among the best of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching.base import AFAR, BaseIndex, check_index
from matcher.matching.index import Index
from matcher.matching.matches import match
from matcher.matching.requirements import ASK_BACK
from matcher.matching.statistics import Census, Statistics


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
    for shard in shards:
        check_index(shard)
    census = Census.joined([shard.census for shard in shards])
    bare = Statistics(census.texts, census.names, census.counts)
    if len(census.sample) < 2:
        return bare
    first = shards[0]
    among = Index.build(census.sample, encoder=first.encoder, segmenter=first.segmenter, statistics=bare)
    scale, texts = among.sampled_scale()
    parts = [replace(shard, whole=bare) for shard in shards if len(shard)]
    near = _quantile((part.meanings(texts) for part in parts), census.texts)
    best = np.max([part.best_afar(texts, scale, near) for part in parts], axis=0)
    return replace(bare, scale=replace(scale, out_of_library=tuple(np.sort(best).tolist())))


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
        tables.append(match(queries, shard, k=k, **options))
    return merge_matches(tables, k=k)


def merge_matches(tables: Iterable[pd.DataFrame], *, k: int) -> pd.DataFrame:
    """The k best of each asking row over tables of `match` with shards that share their statistics.

    Parameters
    ----------
    tables
        One a shard, each of the same asking rows with the best k or more.
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
    found = found.assign(rank=rank)[rank <= k]
    later = (found["rank"] > 1).to_numpy()
    notes = found["note"].astype(object)
    found["note"] = notes.where(~later, notes.map(_without_asking_back))
    empty = both[~both[asking].isin(found[asking])].drop_duplicates(asking)
    table = pd.concat([found, empty]) if len(empty) else found
    place = table[asking].map(order).to_numpy(np.int64)
    table = table.iloc[np.lexsort((table["rank"], place))].reset_index(drop=True)
    typical = next((part for part in parts if (part["rank"] > 0).any()), parts[0])
    return table.astype(typical.dtypes.to_dict())


def _without_asking_back(note: str) -> str:
    """A note of a row that is not its need's first."""
    return "；".join(part for part in note.split("；") if part != ASK_BACK)
