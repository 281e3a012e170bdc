"""What a library knows of itself as a whole: how often terms occur in it, and what its random pairs score.

Handed to indexes of its parts, every part scores a pair as the whole would (`matcher.matching.shards`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError
from matcher.matching.library.records import id_column_of
from matcher.matching.library.score_scale import ScoreScale

SAMPLE = 2048  # records whose random pairs stand for those of the library


class Census(NamedTuple):
    """What is counted in a library, or in a part of it.

    texts: living records; names: its terms in ascending order; counts: in how many records each occurs; sample: the
    `SAMPLE` records whose ids hash lowest, in that order.
    """

    texts: int
    names: tuple[str, ...]
    counts: NDArray[np.int64]
    sample: pd.DataFrame

    @classmethod
    def of(cls, terms: Iterable[tuple[Sequence[str], NDArray[np.int64]]], records: pd.DataFrame) -> Census:
        """Of terms with their frequencies, part by part, and the living records."""
        totals: dict[str, int] = {}
        for names, counts in terms:
            for name, many in zip(names, counts.tolist(), strict=True):
                totals[name] = totals.get(name, 0) + many
        kept = tuple(sorted(name for name, many in totals.items() if many))
        counted = np.fromiter((totals[name] for name in kept), np.int64, len(kept))
        return cls(len(records), kept, counted, sampled(records))

    @classmethod
    def joined(cls, parts: Sequence[Census]) -> Census:
        """Of several parts together. Raises ArgumentError where there is none."""
        if not parts:
            raise ArgumentError("there are no parts")
        sample = pd.concat([one.sample for one in parts if len(one.sample)] or [parts[0].sample], ignore_index=True)
        whole = cls.of([(one.names, one.counts) for one in parts], sample)
        return whole._replace(texts=sum(one.texts for one in parts))


def sampled(records: pd.DataFrame) -> pd.DataFrame:
    """The `SAMPLE` records whose ids hash lowest, in that order: a draw that no order of the records changes."""
    digests = [hashlib.sha256(str(name).encode()).digest() for name in records[id_column_of(records)]]
    return records.iloc[sorted(range(len(digests)), key=digests.__getitem__)[:SAMPLE]].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of one library: `texts`, the number of its records; `names`, its terms in ascending order; `counts` (terms), in
    how many records each of them occurs; `scale`.
    """

    texts: int
    names: tuple[str, ...]
    counts: NDArray[np.int64]
    scale: ScoreScale = field(default_factory=ScoreScale)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def frequencies(self, names: Sequence[str]) -> NDArray[np.int64]:
        """In how many records each term occurs; 0 for one that the library lacks."""
        places = np.fromiter((self._numbers.get(name, -1) for name in names), np.int64, len(names))
        return np.where(places < 0, 0, np.append(self.counts, 0)[places])
