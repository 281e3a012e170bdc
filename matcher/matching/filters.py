"""Which records a text may be matched with: wishes about columns in, boolean masks over an index's rows out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.index import Index

_SEPARATOR = re.compile(r"[,，、;；/|\n]+")
_LEVEL = re.compile(r"\s*(?:——|--|-|>|→)\s*")

_UNIT = re.compile(r".+?(?:省|自治区|特别行政区|[市区县州盟旗镇乡]|$)")

Mask = NDArray[np.bool_]
Path = tuple[str, ...]


def labels_of(value: object, *, column: str = "") -> frozenset[Path]:
    """The labels of a cell, each as its path from the general to the special: "制造业——纺织业,农业" has two.

    A `region` is cut at its units, and may begin at any of them: "山东省临沂市" and "临沂市兰山区" meet in 临沂市.
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return frozenset()
    parts = (tuple(filter(None, _LEVEL.split(part.strip()))) for part in _SEPARATOR.split(str(value)))
    paths = frozenset(path for path in parts if path)
    if column != "region":
        return paths
    whole = [tuple(unit for part in path for unit in _UNIT.findall(part)) for path in paths]
    return frozenset(units[start:] for units in whole for start in range(len(units)))


def agree(left: frozenset[Path], right: frozenset[Path]) -> bool:
    """Whether two cells share a label, or a label of one lies above one of the other's; empty agrees with nothing."""
    return any(a[: len(b)] == b[: len(a)] for a in left for b in right)


class Agreement:
    """One column of an index's rows, ready to be held against the cells of a table."""

    def __init__(self, index: Index, column: str) -> None:
        if not any(column in part.records for part in index.parts):
            raise ValueError(f"the index has no column {column!r}; it has {list(index.records.columns)}")
        codes, values = pd.factorize(index.column(column))
        self._codes = codes
        self._labels = [labels_of(value, column=column) for value in values]
        self._known: dict[frozenset[Path], Mask] = {}

    def rows(self, wanted: frozenset[Path]) -> Mask:
        """The rows whose cell agrees with these labels."""
        if wanted not in self._known:
            found = np.fromiter((agree(wanted, labels) for labels in self._labels), bool, len(self._labels))
            self._known[wanted] = np.append(found, False)[self._codes]
        return self._known[wanted]


def allowed_for_all(index: Index, where: Mapping[str, str | Sequence[str]], valid_on: dt.date | str | None) -> Mask:
    """The living rows that have one of the wanted labels in every column of `where`, and are not past `valid_until`."""
    allowed = index.alive.copy()
    for column, values in where.items():
        wanted = [values] if isinstance(values, str) else list(values)
        labels: frozenset[Path] = frozenset().union(*(labels_of(value, column=column) for value in wanted))
        allowed &= Agreement(index, column).rows(labels)
    if valid_on is not None:
        day = pd.Timestamp(valid_on)
        until = pd.to_datetime(pd.Series(index.column("valid_until"), dtype=object), errors="coerce")
        allowed &= ~(until < day).to_numpy(bool)
    return allowed
