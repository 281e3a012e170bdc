"""Users' judgements: what they accepted, what they declined and why, and what that changes in the next table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentTypeError, TableError
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.judgements import REASONS as REASONS
from matcher.matching.learning.judgements import Feedback, read_judgements
from matcher.matching.library.base import BaseIndex, check_index
from matcher.matching.library.filters import Agreement, Mask, labels_of
from matcher.matching.library.records import id_column_of, texts_of
from matcher.progress import logger
from matcher.tables.arguments import check_frame
from matcher.tables.naming.writings import KnownIds
from matcher.tables.rows.ids import find_ids, id_texts, ids_of

NOT_LEARNED = "反馈中有编号不在索引中，入库后才起作用"
STEP = 0.5  # what one reason takes from the sum of parts, in deviations of random pairs
TWIN, ALIKE = 0.9, 0.7  # from so alike on (`ScoreScale.alike`) two records are one thing posted twice; do the same
STAGES = ("概念", "正在研发", "实验室", "小试", "样品", "样机", "中试", "小批", "试生产", "量产", "产业化", "推广")
NOTES = {"description unclear": "描述不清", "commercial route unclear": "商业路径不清"}

_KEPT = ["asking_id", "title", "description", "record_id", "level", "stated", "reason"]
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(亿|万)?")
SomeIndex = TypeVar("SomeIndex", bound=BaseIndex)


def fit_feedback(
    index: SomeIndex,
    queries: pd.DataFrame,
    judged: pd.DataFrame,
    *,
    prior: Calibration | Literal["shipped"] | None = "shipped",
) -> SomeIndex:
    """An index that has learned from judged pairs, beside those that it knew; the given one stays as it is.

    Ranking and calibration are worked out anew from all judgements together, so their order makes no difference. A
    pair with a level of any kind gets very nearly that level, under equal texts too, and changes other pairs of this
    need and, more softly, of needs near it (`matcher.matching.learning.learned_ranker`). Only stated levels, fifty of
    them where there is no prior, move the calibration, since picked pairs do not show how common good ones are. A
    reason acts on this asking id alone: every decline takes `STEP` from the pair and its re-posts, and besides

    * too early: `STEP` from records that are no further (`maturity`, by `STAGES`; one that is unknown stays);
    * no benefit over what we have: `STEP` from records much like it (`ALIKE`); level 2;
    * wrong field: `STEP` from records that agree in `field`, unless one of them was accepted; level 1;
    * too expensive: `STEP` from records whose `price` is known and no lower;
    * already solved: the pair and its re-posts are shown no more;
    * description unclear, commercial route unclear: the record is marked in the column `note`, for every need.

    Parameters
    ----------
    index : Index
        The index that was matched with.
    queries : DataFrame
        The asking table (needs, for an index of outcomes) with the texts of every asking id in `judged`.
    judged : DataFrame
        Both ids, and in each row at least one of `level` (1 unrelated to 4 strongly related), `verdict` ("accepted" or
        "declined", 采纳 or 拒绝) and `reason` (why it was declined: one of `REASONS`). A later judgement of a pair
        takes the place of an earlier one: by `day` where every row has one, else by its place. A pair whose record is
        not in the index counts from the day it is; such ids are logged as a warning by the logger "matcher".
    prior : "shipped", Calibration or None
        What the calibration starts from: "shipped" is the one for the default encoder.

    Returns
    -------
    Index
        A new index; `withdraw_feedback` takes judgements out again.

    Raises
    ------
    TableError
        Missing columns, unknown ids, levels, verdicts or reasons: all of a kind at once.
    ArgumentTypeError
        An argument is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher import Index, fit_feedback, match
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "齿轮箱"]})
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮磨削"]})
    >>> judged = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"], "verdict": ["拒绝"], "reason": ["已解决"]})
    >>> match(needs, fit_feedback(Index.build(outcomes), needs, judged))["outcome_id"].tolist()
    ['C2']
    """
    check_index(index)
    check_frame(queries, "queries")
    check_frame(judged, "judged")
    if not (prior is None or prior == "shipped" or isinstance(prior, Calibration)):
        raise ArgumentTypeError(f'prior is "shipped", a Calibration or None, not {prior!r}')
    asking = id_column_of(queries)
    if missing := {asking, index.id_column} - set(judged.columns):
        raise TableError(f"反馈表缺少列：{'、'.join(sorted(missing))}")
    added = read_judgements(judged, asking, index.id_column).drop(columns="day")
    texts = pd.DataFrame(dict(zip(("title", "description"), texts_of(queries), strict=True)))
    texts["asking_id"] = ids_of(queries, asking).to_numpy()
    added["asking_id"] = KnownIds(texts["asking_id"]).find_all(added["asking_id"].tolist())
    added["record_id"] = find_ids(added["record_id"], index.ids.tolist(), NOT_LEARNED)
    if unknown := sorted(set(added["asking_id"]) - set(texts["asking_id"])):
        raise TableError(f"反馈表中 {len(unknown)} 个编号在 {asking} 表中没有：{'、'.join(unknown[:10])}")
    added = added.merge(texts.drop_duplicates("asking_id"), on="asking_id", how="left")[_KEPT]
    before = [index.feedback.table] if index.feedback else []
    table = pd.concat([*before, added], ignore_index=True).drop_duplicates(["asking_id", "record_id"], keep="last")
    start = Calibration.shipped(index.encoder, index.scale.texts) if prior == "shipped" else prior
    logger.info("learned from %d judged pairs, %d in all", len(added), len(table))
    return replace(index, feedback=Feedback(_sorted(table), start))


def withdraw_feedback(index: SomeIndex, pairs: pd.DataFrame | None = None) -> SomeIndex:
    """An index without these judged pairs (both ids), or without any: it matches as if they had never been given."""
    check_index(index)
    if index.feedback is None or pairs is None:
        return replace(index, feedback=None)
    asking = next(column for column in ("need_id", "outcome_id") if column != index.id_column)
    check_frame(pairs, "pairs")
    if missing := {asking, index.id_column} - set(pairs.columns):
        raise TableError(f"反馈表缺少列：{'、'.join(sorted(missing))}")
    table = index.feedback.table
    columns = {"asking_id": pairs[asking], "record_id": pairs[index.id_column]}
    gone = pd.MultiIndex.from_arrays(
        [KnownIds(table[name]).find_all(id_texts(ids).tolist()) for name, ids in columns.items()]
    )
    table = table[~pd.MultiIndex.from_frame(table[["asking_id", "record_id"]]).isin(gone)]
    return replace(index, feedback=Feedback(_sorted(table), index.feedback.prior) if len(table) else None)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["asking_id", "record_id"]).reset_index(drop=True)


class Wishes:
    """What declines change, ready to be asked for single records. Threads may share it."""

    def __init__(self, index: BaseIndex, table: pd.DataFrame, rows: NDArray[np.int64]) -> None:
        """`rows`: the index's row of each judged pair. `declines`: by the ids of the pair, in words."""
        self._index = index
        self._vectors = index.vectors(rows).astype(float)
        self._pairs: dict[str, list[tuple[int, int, str]]] = {}
        for place, (asking, row, reason) in enumerate(
            zip(table["asking_id"], rows.tolist(), table["reason"], strict=True)
        ):
            if reason:
                self._pairs.setdefault(asking, []).append((place, row, reason))
        accepted = (table["level"] >= 3).to_numpy(bool)
        self._accepted = {
            asking: rows[accepted & (table["asking_id"] == asking).to_numpy(bool)] for asking in self._pairs
        }
        reasons = set(table["reason"])
        known = {column for part in index.parts for column in part.records}
        fields = "wrong field" in reasons and "field" in known
        self._fields = Agreement(index.column("field"), column="field") if fields else None
        self._stages = _read(index, "maturity", _stage) if "too early" in reasons and "maturity" in known else None
        self._prices = _read(index, "price", _amount) if "too expensive" in reasons and "price" in known else None
        names = table["asking_id"].tolist()
        self.declines = {
            (name, record): f"已拒绝：{REASONS[reason][0]}"
            for name, record, reason in zip(names, table["record_id"], table["reason"], strict=True)
            if reason
        }
        self.notes: dict[int, str] = {}
        for row, reason in zip(rows.tolist(), table["reason"], strict=True):
            if (note := NOTES.get(reason)) and note not in self.notes.get(row, ""):
                self.notes[row] = "、".join(filter(None, [self.notes.get(row, ""), note]))

    def shown(self, asking_id: str) -> Mask | None:
        """The rows that may still be shown to this asking id; None for all."""
        solved = [(place, row) for place, row, reason in self._pairs.get(asking_id, ()) if reason == "already solved"]
        if not solved:
            return None
        places, rows = map(list, zip(*solved, strict=True))
        alike = self._index.vectors(np.arange(len(self._index.ids))) @ self._vectors[places].T.astype(np.float32)
        result = np.asarray((self._index.scale.alike(alike) < TWIN).all(axis=1), bool)
        result[rows] = False
        return result

    def lost(self, asking_id: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the declines of this asking id take from the sums of these rows."""
        total = np.zeros(len(rows))
        for place, row, reason in self._pairs.get(asking_id, ()):
            alike = self._index.scale.alike(self._index.vectors(rows).astype(float) @ self._vectors[place])
            itself = (rows == row) | (alike >= TWIN)
            total += STEP * itself
            others = ~itself
            if reason == "no benefit over what we have":
                total += STEP * (others & (alike >= ALIKE))
            elif reason == "wrong field" and self._fields:
                total += STEP * (others & self._foreign(asking_id, row)[rows])
            elif reason == "too early" and self._stages is not None:
                total += STEP * (others & (self._stages[rows] <= self._stages[row]))
            elif reason == "too expensive" and self._prices is not None:
                total += STEP * (others & (self._prices[rows] >= self._prices[row]))
        return total

    def _foreign(self, asking_id: str, row: int) -> Mask:
        """The rows of the field of a record that was declined for its field, unless one of that field was accepted."""
        assert self._fields is not None
        same = self._fields.rows(labels_of(self._index.column("field")[row], column="field"))
        return np.zeros(len(same), bool) if same[self._accepted[asking_id]].any() else same


def _read(index: BaseIndex, column: str, read: Callable[[str], float]) -> NDArray[np.float64]:
    return np.array([read("" if pd.isna(cell) else str(cell)) for cell in index.column(column)], float)


def _stage(text: str) -> float:
    """The place of the furthest stage that a text names; a number as it is; unknown for anything else."""
    places = [place for place, name in enumerate(STAGES) if name in text]
    number = re.search(r"\d+", text)
    return float(max(places)) if places else float(number[0]) if number else np.nan


def _amount(text: str) -> float:
    """The first amount of money in a text, in yuan; unknown if there is none."""
    amount = _AMOUNT.search(text)
    return float(amount[1]) * {"亿": 1e8, "万": 1e4}.get(amount[2] or "", 1.0) if amount else np.nan
