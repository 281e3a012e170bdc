"""What a need sets as conditions, held against a record: is the need definite enough to be answered, are its indicators
met. Tables of both sides in, one value a pair out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.library.base import BaseIndex
from matcher.matching.library.records import texts_of
from matcher.matching.library.remembered import remembered
from matcher.needs.comparison import compare_indicators, comparison_text
from matcher.needs.completeness import read_all
from matcher.needs.indicators import Indicator, indicators_of
from matcher.needs.names import with_value
from matcher.needs.routes import asked_back


class Said(NamedTuple):
    """An asked indicator that a record gives a figure for: its name and value, and the record's figure, as written."""

    name: str
    value: str
    offered: str


class Requirements(NamedTuple):
    """Of n pairs: why the need must be asked back first ("" where it need not), whether one of its indicators is not
    met, the asked indicators compared, in words ("" where none is asked), and those that the record gives a figure for
    (`Said`).
    """

    asks_back: NDArray[np.object_]
    missed: NDArray[np.bool_]
    met: NDArray[np.object_]
    said: NDArray[np.object_]


def requirements_of(
    index: BaseIndex, asking: pd.DataFrame, at: NDArray[np.int64], rows: NDArray[np.int64]
) -> Requirements:
    """Of the pairs of row `at[i]` of the asking table and row `rows[i]` of the index; needs stand on either side, and
    where there are none (works), nothing is required.
    """
    n = len(at)
    result = Requirements(np.full(n, "", object), np.zeros(n, bool), np.full(n, "", object), _nothing_said(n))
    of, answer = (at, rows) if index.id_column != "need_id" else (rows, at)
    if not n or (of is at and "need_id" not in asking):
        return result
    wanted = np.unique(of)
    needs = asking.iloc[wanted] if of is at else index.rows(wanted)
    reads = dict(zip(wanted.tolist(), read_all(needs), strict=True))
    back = dict(zip(reads, asked_back(needs, [*reads.values()]), strict=True))
    figures = {number: [one.indicator for one in read.figures if one.asked] for number, read in reads.items()}
    used = np.unique(answer[[bool(figures[need]) for need in of.tolist()]])
    if of is at:
        texts = remembered(index, "indicators", used, lambda some: _offered(index.texts(some)))
    else:
        texts = _offered(texts_of(asking.iloc[used]))
    offered = dict(zip(used.tolist(), texts, strict=True))
    for pair, (need, record) in enumerate(zip(of.tolist(), answer.tolist(), strict=True)):
        result.asks_back[pair] = back[need]
        if not figures[need]:
            continue
        compared = compare_indicators(figures[need], offered[record])
        said = [one for one in compared if one.offered is not None]
        result.missed[pair] = any(one.state == "not_met" for one in said)
        silent = len(compared) - len(said)
        rest = f"{'其余' if said else ''} {silent} 项指标成果未提及".strip() if silent else ""
        result.met[pair] = "；".join(filter(None, [comparison_text(said), rest]))
        result.said[pair] = tuple(_said(one.asked, one.offered) for one in compared if one.offered is not None)
    return result


def _nothing_said(n: int) -> NDArray[np.object_]:
    said = np.empty(n, object)
    said[:] = [()] * n
    return said


def _said(asked: Indicator, offered: Indicator) -> Said:
    return Said(asked.quantity, asked.text, with_value(offered.quantity, offered.text))


def _offered(texts: tuple[list[str], list[str]]) -> list[list[Indicator]]:
    """The indicators of each record, of its title and its body."""
    return [[one for text in both for one in indicators_of(text, offered=True)] for both in zip(*texts, strict=True)]
