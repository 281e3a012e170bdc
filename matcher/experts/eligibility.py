"""Whom a need may be matched with: wishes about people's columns in, masks over people out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.matching.library.filters import (
    NOT_EXCLUDED,
    Where,
    agree,
    check_where,
    fitting,
    label_notes,
    labels_of,
    mask_of,
)
from matcher.progress import logger
from matcher.tables.arguments import check_frame
from matcher.tables.rows.ids import find_ids


class Eligible:
    """Whom each need may be matched with."""

    def __init__(
        self,
        queries: pd.DataFrame,
        people: pd.DataFrame,
        where: Where,
        mask: object,
        same: Sequence[str],
        exclude: pd.DataFrame | None,
    ) -> None:
        check_where(where)
        if isinstance(same, str):
            raise ArgumentTypeError(f"same is a list of columns, not one str: [{same!r}]")
        for column in same:
            if column not in queries:
                raise ArgumentError(f"the table has no column {column!r}; it has {list(queries.columns)}")
        for column in (*where, *same):
            if column not in people:
                raise ArgumentError(f"the experts have no column {column!r}; they have {list(people.columns)}")
        self._everyone: NDArray[np.bool_] | None = None if mask is None else mask_of(mask, people)
        for column, wish in where.items():
            fits = fitting(people[column].to_numpy(object), wish, column=column)
            self._everyone = fits if self._everyone is None else self._everyone & fits
        for note in label_notes(people, where):
            logger.warning("%s", note)
        self._same = [
            ([labels_of(value, column=c) for value in people[c]], [labels_of(value, column=c) for value in queries[c]])
            for c in same
        ]
        self._size = len(people)
        self._out: dict[str, list[int]] = {}
        if exclude is not None:
            check_frame(exclude, "exclude")
            if missing := {"need_id", "expert_id"} - set(exclude):
                raise TableError(f"exclude needs the columns need_id and expert_id; it lacks {sorted(missing)}")
            place = {name: i for i, name in enumerate(people["expert_id"])}
            needs = find_ids(exclude["need_id"], queries["need_id"], NOT_EXCLUDED)
            for need, expert in zip(needs, find_ids(exclude["expert_id"], place, NOT_EXCLUDED), strict=True):
                if expert in place:
                    self._out.setdefault(need, []).append(place[expert])
        self._ids = queries["need_id"].tolist()

    def people(self, row: int) -> NDArray[np.bool_] | None:
        """A mask over the people; None for all of them."""
        out = self._out.get(self._ids[row], [])
        if self._everyone is None and not self._same and not out:
            return None
        mask = np.ones(self._size, bool) if self._everyone is None else self._everyone.copy()
        for labels, wanted in self._same:
            mask &= np.fromiter((agree(wanted[row], one) for one in labels), bool, self._size)
        mask[out] = False
        return mask
