"""The last step of an order: of the first rows of whole texts, what one would send comes first.

The sum of parts finds the rows; which of the first three answers the need, the probability tells better
(`models/ranker-zh/CARD.md`). It reads nothing but the table of `match`, so that the tables of shards, put together,
get what the table of the whole library gets.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.needs.routes import ASK_BACK, NOT_TECHNICAL

FIRST = 3  # rows of each need
LIKELY = 0.1  # the probability from which a row may move up
OTHER_LANGUAGE = "语言不同"  # so begins the note of a pair of two languages


def likely_first(table: pd.DataFrame, k: int, declined: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """The k best of each asking row: of its first three, the recommended ones come first, then the more probable ones.

    A row of a probability below `LIKELY` stays behind the others. Three rows stay as they are where probabilities were
    not learned on such texts (bare titles, two languages), where the need must be asked back, and where outcomes ask,
    which was not measured. Declined pairs come last.
    """
    if table.columns[0] != "need_id":
        return table[table["rank"] <= k].reset_index(drop=True)
    rank = table["rank"].to_numpy(np.int64)
    number = pd.factorize(table.iloc[:, 0])[0]
    first = (rank > 0) & (rank <= FIRST)
    notes = table["note"].astype(object).str
    held = table["probability_low"].isna() | notes.contains(f"{OTHER_LANGUAGE}|{ASK_BACK}|{NOT_TECHNICAL}")
    chance = table["probability"].to_numpy(float) + table["recommended"].to_numpy(bool)
    chance[chance < LIKELY] = 0
    if declined is not None:
        chance[declined] = -1
    moves = first & ~np.isin(number, number[first & held.to_numpy(bool)])
    order = np.lexsort((rank, np.where(moves, -chance, 0), np.where(moves, 1, rank), number))
    return table.iloc[order].assign(rank=rank)[rank <= k].reset_index(drop=True)
