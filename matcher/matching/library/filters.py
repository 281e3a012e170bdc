"""Which records a text may be matched with: wishes about columns in, boolean masks over rows out."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.matching.library.base import BaseIndex
from matcher.matching.library.between import Between
from matcher.matching.library.records import id_column_of
from matcher.matching.library.validity import valid_rows, warn_of_unread_ends
from matcher.progress import logger
from matcher.tables.arguments import as_number, check_frame
from matcher.tables.cells.checkboxes import ticked
from matcher.tables.cells.dates import ENDED
from matcher.tables.cells.texts import is_nothing
from matcher.tables.naming import regions
from matcher.tables.naming.synonyms import common_label
from matcher.tables.naming.writings import fold
from matcher.tables.rows.ids import find_ids
from matcher.tables.schemas.main import EXPERTS, HIGH, LOW, NEEDS, OUTCOMES, STATE

_SEPARATOR = re.compile(r"[,，､、;；/／|｜\n]+")
_BETWEEN_REGIONS = re.compile(r"[,，､、;；|｜\n]+")
_LEVEL = re.compile(r"[->→]+")
REGION = "region"  # the column whose labels are places

NOT_EXCLUDED = "排除的配对中有编号不在表中，没有起作用"
SHOWN = 20  # labels named to somebody who asked for one that no record has

Mask = NDArray[np.bool_]
Path = tuple[str, ...]


Wish = str | Sequence[str] | Between
Where = Mapping[str, Wish]


def labels_of(value: object, *, column: str = "") -> frozenset[Path]:
    """The labels of a cell, each as its path from the general to the special: "制造业——纺织业,农业" has two.

    Labels are in the form in which their writings meet (`matcher.tables.naming.synonyms`); those of a `region` are
    places of the national list: "山东-临沂" and "临沂市" are one (`matcher.tables.naming.regions`). Placeholders
    (未说明, 面议, 不限 ...) are no labels, so that they agree with nothing. Of check boxes (☑小试 □中试) the ticked
    ones count.
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return frozenset()
    if column == REGION:
        return regions.region_paths(str(value))
    parts = (_LEVEL.split(fold(part)) for part in _SEPARATOR.split(ticked(str(value))) if not is_nothing(part))
    paths = (tuple(common_label(level, column) for level in levels if level) for levels in parts)
    return frozenset(path for path in paths if path)


def agree(left: frozenset[Path], right: frozenset[Path]) -> bool:
    """Whether two cells share a label, or a label of one lies above one of the other's; empty agrees with nothing."""
    return any(regions.meet(a, b) for a in left for b in right)


class Agreement:
    """The cells of one column, ready to be held against the cells of a table.

    inside: a place agrees with those that lie in it, not with those that it lies in.
    """

    def __init__(self, cells: NDArray[np.object_], *, column: str, inside: bool = False) -> None:
        codes, values = pd.factorize(cells)
        self._codes, self._inside = codes, inside and column == REGION
        self._labels = [labels_of(value, column=column) for value in values]
        self._known: dict[frozenset[Path], Mask] = {}

    def rows(self, wanted: frozenset[Path]) -> Mask:
        """The rows whose cell agrees with these labels."""
        if wanted not in self._known:
            cells = (
                any(regions.meet(one, other, inside=self._inside) for one in labels for other in wanted)
                for labels in self._labels
            )
            self._known[wanted] = np.append(np.fromiter(cells, bool, len(self._labels)), False)[self._codes]
        return self._known[wanted]


def agreement(index: BaseIndex, column: str) -> Agreement:
    """A column of an index's rows. Raises ArgumentError when it has no such column."""
    return Agreement(cells_of(index, column), column=column)


def cells_of(index: BaseIndex, column: str) -> NDArray[np.object_]:
    """The cells of an index's rows, dead ones included. Raises ArgumentError when it has no such column."""
    if not any(column in part.records for part in index.parts):
        raise ArgumentError(f"the index has no column {column!r}; it has {list(index.records.columns)}")
    return index.column(column)


def check_where(where: object) -> None:
    """Raises ArgumentTypeError unless it is column -> label, labels or range."""
    if not isinstance(where, Mapping):
        raise ArgumentTypeError(f"where is a dict: column -> label, labels or Between, not {type(where).__name__}")
    for column, wish in where.items():
        if isinstance(wish, (str, Between)):
            continue
        listed = isinstance(wish, (list, tuple, set, frozenset, np.ndarray, pd.Series))
        if not listed or not all(isinstance(label, str) for label in wish):
            raise ArgumentTypeError(
                f"where[{column!r}] is a label (str), a list of labels, or a range such as Between(0, 100), "
                f"not {wish!r}"
            )


def fitting(cells: NDArray[np.object_], wish: Wish, *, column: str) -> Mask:
    """Which cells have one of the wanted labels, or lie in the wanted range."""
    if isinstance(wish, Between):
        return wish.holds(cells, column=column)
    labels = frozenset[Path]().union(*(labels_of(label, column=column) for label in _labels(wish)))
    return Agreement(cells, column=column, inside=True).rows(labels)


def _labels(wish: str | Sequence[str]) -> list[str]:
    return [wish] if isinstance(wish, str) else list(wish)


def unknown_labels(records: pd.DataFrame, where: Where) -> dict[str, tuple[list[str], list[str]]]:
    """The labels of `where` that no record has: a slip of the pen, most often.

    Parameters
    ----------
    records : DataFrame
        The table that `where` is about, such as `index.records`.
    where : dict
        As in `match`. Ranges are passed over, and so are columns that the table does not have.

    Returns
    -------
    dict
        Column -> the labels that no record has, in the order of `where`, and the labels that there are: the most
        frequent first, equally frequent ones by name, at most 20. Empty where every label has a record.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.matching.library.filters import unknown_labels
    >>> records = pd.DataFrame({"maturity": ["中试", "小试、中试", ""]})
    >>> unknown_labels(records, {"maturity": ["小式", "中试"]})
    {'maturity': (['小式'], ['中试', '小试'])}
    """
    check_where(where)
    result = {}
    for column, wish in where.items():
        if isinstance(wish, Between) or column not in records:
            continue
        cells = records[column].to_numpy(object)
        known = Agreement(cells, column=column, inside=True)
        parts = [part for label in _labels(wish) for part in _parts(label, column)]
        if lost := [part for part in parts if not known.rows(labels_of(part, column=column)).any()]:
            there = Counter(part for cell in cells if not pd.isna(cell) for part in _parts(str(cell), column))
            result[column] = lost, sorted(there, key=lambda label: (-there[label], label))[:SHOWN]
    return result


def _parts(text: str, column: str) -> list[str]:
    separator = _BETWEEN_REGIONS if column == REGION else _SEPARATOR
    return [part.strip() for part in separator.split(text) if labels_of(part, column=column)]


def label_notes(records: pd.DataFrame, where: Where) -> Iterator[str]:
    """What somebody should know of the labels of `where`: those that no record has, those that records write at
    greater length, places of several names; columns by their Chinese titles where they have one.
    """
    titles = {column.name: column.title for kind in (NEEDS, OUTCOMES, EXPERTS) for column in kind.columns}
    for name, (lost, there) in unknown_labels(records, where).items():
        column = f"“{titles[name]}”" if name in titles else name
        message = f"没有一条记录的{column}是“{'、'.join(lost)}”；有：{'、'.join(there) or '（全为空）'}"
        for label in lost if name == REGION else ():
            if near := regions.nearest_regions(label):
                message += f"；行政区划中没有“{label}”，相近的有：{'、'.join(near)}"
        yield message
    for name, wish in where.items():
        if name != REGION and name in records and not isinstance(wish, Between):
            yield from _longer_labels(records[name], wish, f"“{titles[name]}”" if name in titles else name)
    if REGION in where and REGION in records and not isinstance(wish := where[REGION], Between):
        yield from _shared_names(records, [label for one in _labels(wish) for label in _parts(one, REGION)])


def _longer_labels(cells: pd.Series[Any], wish: str | Sequence[str], title: str) -> Iterator[str]:
    """Cells that hold a wanted label in a longer writing (小试（实验室）) and do not count."""
    column = str(cells.name)
    wanted = frozenset[Path]().union(*(labels_of(label, column=column) for label in _labels(wish)))
    words = {path[-1] for path in wanted if len(path[-1]) > 1}
    counts = Counter(cell for cell in cells if isinstance(cell, str) and cell)
    longer = Counter(
        {
            cell: many
            for cell, many in counts.items()
            if not agree(labels := labels_of(cell, column=column), wanted)
            and any(word in level for word in words for path in labels for level in path)
        }
    )
    if longer:
        shown = "、".join(f"“{cell}”" for cell in list(longer)[:5])
        many = f"等 {len(longer)} 种" if len(longer) > 5 else ""
        label = "、".join(_labels(wish))
        yield f"{longer.total()} 条记录的{title}写作{shown}{many}，没有算作“{label}”；要算在内，请改成一样的写法"


def _shared_names(records: pd.DataFrame, labels: Sequence[str]) -> Iterator[str]:
    """Places of records that may lie in a wanted one, but whose name several places have."""
    wanted = [place for label in labels if (place := regions.find_region(label))]
    counts = Counter(cell for cell in records[REGION] if isinstance(cell, str) and cell)
    for cell, many in counts.items():
        places = regions.candidates(cell)
        if len(places) > 1 and any(regions.within(place, other) for place in places for other in wanted):
            where = "、".join("".join(place.names) for place in places[:5])
            yield f"{many} 条记录的“地区”是“{cell}”，有几处同名（{where}），没有算在内；请写明所在的市"


def mask_of(mask: object, records: pd.DataFrame) -> Mask:
    """A mask over records as an array. Raises ArgumentTypeError or ArgumentError unless it is one boolean a record."""
    if isinstance(mask, pd.Series) and not mask.index.equals(records.index):
        raise ArgumentError(
            "mask is a Series over other rows than the records: make it from them, such as "
            "index.records['price'] <= 100, or give mask.to_numpy() where the order is theirs"
        )
    values = mask.to_numpy(bool, na_value=False) if isinstance(getattr(mask, "dtype", ""), pd.BooleanDtype) else mask  # type: ignore[attr-defined]
    array = np.asarray(values)
    if array.dtype != bool:
        raise ArgumentTypeError(f"mask is a boolean array or Series, one value a record, not {type(mask).__name__}")
    if array.shape != (len(records),):
        raise ArgumentError(f"mask has {array.shape} values for {len(records)} records")
    return array


def allowed_for_all(index: BaseIndex, where: Where, mask: object, valid_on: dt.date | str | None) -> Mask:
    """The living rows that fit `where` in every column, are in the mask, have not ended by their own words, and are
    not surely past `valid_until`.
    """
    check_where(where)
    allowed = index.alive.copy()
    for column, wish in where.items():
        fits = fitting(cells_of(index, column), wish, column=column)
        if isinstance(wish, Between) and (low := _beside(index, column + LOW)) is not None:
            high = _beside(index, column + HIGH)
            assert high is not None
            fits = fits | wish.meets(low, high)
        allowed &= fits
    if where:
        for note in label_notes(index.records, where):
            logger.warning("%s", note)
    if mask is not None:
        allowed[np.flatnonzero(index.alive)] &= mask_of(mask, index.records)
    if valid_on is not None:
        allowed &= valid_rows(index, valid_on)
        warn_of_unread_ends(index)
    if (states := _beside(index, "valid_until" + STATE)) is not None:
        ended = allowed & (states == ENDED)
        allowed &= ~ended
        if ended.any():
            logger.warning("%d 条记录的有效期写着已过期、已截止之类，不参与匹配", np.count_nonzero(ended))
    if not allowed.any() and len(index):
        logger.warning("筛选条件没有留下任何记录（索引共 %d 条）", len(index))
    return allowed


def _beside(index: BaseIndex, column: str) -> NDArray[np.object_] | None:
    """The cells of a column that only some tables have."""
    return index.column(column) if any(column in part.records for part in index.parts) else None


class Limits:
    """What a row of the asking table may be matched with, and what agreement is worth to the user."""

    def __init__(
        self,
        queries: pd.DataFrame,
        index: BaseIndex,
        where: Where,
        mask: object,
        same: Sequence[str],
        valid_on: dt.date | str | None,
        exclude: pd.DataFrame | None,
        weights: Mapping[str, float],
    ) -> None:
        if isinstance(same, str):
            raise ArgumentTypeError(f"same is a list of columns, not one str: [{same!r}]")
        if not isinstance(weights, Mapping):
            raise ArgumentTypeError(f"weights is a dict: column -> number, not {type(weights).__name__}")
        for column in (*same, *weights):
            if column not in queries:
                raise ArgumentError(f"the table has no column {column!r}; it has {list(queries.columns)}")
        self._everyone = allowed_for_all(index, where, mask, valid_on)
        columns = {column: agreement(index, column) for column in {*same, *weights}}
        cells = {column: [labels_of(value, column=column) for value in queries[column]] for column in columns}
        self._same = [(columns[column], cells[column]) for column in same]
        self._weights = [
            (as_number(weight, f"weights[{column!r}]"), columns[column], cells[column])
            for column, weight in weights.items()
        ]
        self._excluded = _excluded(queries, index, exclude)
        self.prefers = bool(self._weights)

    def allowed(self, row: int) -> Mask | None:
        """The rows of the index that this row may be matched with; None for all of them."""
        if self._everyone.all() and not self._same and row not in self._excluded:
            return None
        allowed = self._everyone
        for column, cells in self._same:
            allowed = allowed & column.rows(cells[row])
        if row in self._excluded:
            allowed = allowed.copy()
            allowed[self._excluded[row]] = False
        return allowed

    def preference(self, row: int) -> NDArray[np.float64]:
        """What the user's weights add to the sum of each row of the index."""
        total = np.zeros(len(self._everyone) if self.prefers else 0)
        for weight, column, cells in self._weights:
            total += weight * column.rows(cells[row])
        return total


def _excluded(queries: pd.DataFrame, index: BaseIndex, exclude: pd.DataFrame | None) -> dict[int, list[int]]:
    if exclude is None:
        return {}
    check_frame(exclude, "exclude")
    asking = id_column_of(queries)
    if missing := {asking, index.id_column} - set(exclude.columns):
        raise TableError(f"exclude needs the columns {asking} and {index.id_column}; it lacks {sorted(missing)}")
    asked: dict[str, list[int]] = {}
    for row, name in enumerate(queries[asking]):
        asked.setdefault(name, []).append(row)
    records: dict[str, list[int]] = {}
    for row, name in enumerate(index.ids.tolist()):
        records.setdefault(name, []).append(row)
    lefts, rights = (
        find_ids(exclude[name], known, NOT_EXCLUDED) for known, name in ((asked, asking), (records, index.id_column))
    )
    result: dict[int, list[int]] = {}
    for left, right in zip(lefts, rights, strict=True):
        for row in asked.get(left, []):
            result.setdefault(row, []).extend(records.get(right, []))
    return result
