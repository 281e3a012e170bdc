"""What one searches with: a library of records that is built, changed, searched by text, and kept in a folder.

How its files lie in a folder is the business of `matcher.matching.library.storage`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NotRequired, Self, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching.encoding.encoders import Encoder
from matcher.matching.encoding.text_reading import TITLE as TITLE
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.learned_ranker import Ranker, calibration_of, is_good, ranker_of
from matcher.matching.library.base import LIKE_A_NEED as LIKE_A_NEED
from matcher.matching.library.base import BaseIndex
from matcher.matching.library.filters import Where
from matcher.matching.library.records import check_characters, texts_of
from matcher.matching.library.records import id_column_of as id_column_of
from matcher.matching.library.remembered import texts_of_rows
from matcher.matching.matches import match
from matcher.matching.second_stage.reordering import Rerank
from matcher.progress import timed
from matcher.tables.cells.texts import as_written

SEARCHED = "?"  # the id of a text that has none


class Hit(TypedDict):
    """One record for one text, in plain Python values: JSON as it stands. Unknown is None.

    The keys are the columns of `match`, and the record's title.
    """

    outcome_id: NotRequired[str]
    need_id: NotRequired[str]
    work_id: NotRequired[str]
    title: str
    rank: int
    score: float
    level: float | None
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    recommended: bool
    good_match: bool
    note: str
    met: str
    shared_terms: NotRequired[str]
    evidence: NotRequired[str]
    unanswered: NotRequired[str]
    answers: NotRequired[str]
    semantic: float
    lexical: float
    preference: NotRequired[float]
    feedback: NotRequired[float]
    rerank: NotRequired[float | None]


class Index(BaseIndex):
    """Records searchable by meaning and by words: outcomes, needs or works.

    Build one with `Index.build`, read one with `Index.load`. An index is a value: `add`, `update` and `remove` give a
    new one and leave the old as it is. Threads may share one. `id_column` is "outcome_id", "need_id" or "work_id".

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher import Index
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "桃采后保鲜"]})
    >>> index = Index.build(outcomes)
    >>> index.search("齿轮磨削烧伤怎样检测", k=1)[0]["outcome_id"]
    'C1'
    >>> len(index.remove(["C1"])), len(index)
    (1, 2)
    """

    def search(
        self,
        text: str | Mapping[str, object],
        k: int = 10,
        *,
        where: Where | None = None,
        mask: ArrayLike | pd.Series[bool] | None = None,
        same: Sequence[str] = (),
        valid_on: dt.date | str | None = None,
        weights: Mapping[str, float] | None = None,
        rerank: Rerank | None = None,
        rerank_top: int = 50,
        false_alarm: float = 0.05,
        reasons: bool = True,
    ) -> list[Hit]:
        """The best records for one text, best first, as `match` ranks them.

        Parameters
        ----------
        text : str or dict
            The text, read as a title; or a row as a dict, column -> value (`title`, `description` and whatever `same`
            and `weights` need).
        k : int
            How many records.
        where, mask, same, valid_on, weights, rerank, rerank_top, false_alarm, reasons
            As in `match`.

        Returns
        -------
        list of Hit
            Dicts of plain Python values, so that `json.dumps` takes them as they stand. Empty where the filters leave
            nothing.

        Raises
        ------
        ArgumentError, ArgumentTypeError
            As in `match`, and for a blank text.

        Examples
        --------
        >>> import json
        >>> import pandas as pd
        >>> from matcher import Index
        >>> index = Index.build(pd.DataFrame({"outcome_id": ["C1"], "title": ["齿轮磨削烧伤检测"]}))
        >>> [hit] = index.search("磨削烧伤")
        >>> json.dumps({name: hit[name] for name in ("outcome_id", "rank", "shared_terms")}, ensure_ascii=False)
        '{"outcome_id": "C1", "rank": 1, "shared_terms": "磨削、烧伤"}'
        """
        if not isinstance(text, (str, Mapping)):
            raise ArgumentTypeError(f"text is a str, or a dict of columns such as title, not {type(text).__name__}")
        row = {"title": text} if isinstance(text, str) else {"title": "", **text}
        if not any(as_written(row.get(name)).strip() for name in ("title", "description", "scope", "keywords")):
            raise ArgumentError("the text is blank: there is nothing to search for")
        check_characters(value for value in row.values() if isinstance(value, str))
        asking = "need_id" if self.id_column != "need_id" else "outcome_id"
        row = {name: value for name, value in row.items() if name != self.id_column}
        row[asking] = row.get(asking) or SEARCHED
        matches = match(
            pd.DataFrame([row]),
            self,
            k=k,
            where=where,
            mask=mask,
            same=same,
            valid_on=valid_on,
            weights=weights,
            rerank=rerank,
            rerank_top=rerank_top,
            false_alarm=false_alarm,
            reasons=reasons,
        )
        return self.hits(matches)

    def hits(self, matches: pd.DataFrame) -> list[Hit]:
        """The rows that `match` gives for one asking row, as `search` gives them."""
        asking = matches.columns[0]
        shown = {name: column.tolist() for name, column in matches[matches["rank"] > 0].items() if name != asking}
        rows = np.array([self.row_of[name] for name in shown[self.id_column]], np.int64)
        shown = {self.id_column: shown.pop(self.id_column), "title": texts_of_rows(self, rows)[0], **shown}
        hits: Any = [
            {name: None if value != value else value for name, value in zip(shown, row, strict=True)}
            for row in zip(*shown.values(), strict=True)
        ]
        result: list[Hit] = hits
        return result

    def warm(self) -> Self:
        """Work out everything that is worked out once, so that the first search is as quick as the later ones.

        The idf and norms of the terms, the scale of scores, what judged pairs teach, the segmenter's dictionary, and
        every page of a loaded index. Give it to workers before they fork, so that they share all of it. Returns the
        index itself.
        """
        with timed(f"warmed an index of {len(self)} records"):
            self.records, self.lexical, self.scale, self.order, self.row_of, self.calibration  # noqa: B018
            titles, bodies = texts_of(self.records[:1])
            self.search("".join(titles + bodies).strip() or "预热", k=1)
        return self

    @cached_property
    def ranker(self) -> Ranker | None:
        """What the judged pairs teach; None without any."""
        return ranker_of(self)

    @cached_property
    def calibration(self) -> Calibration | None:
        """What a sum of parts means to people: learned from the judged pairs, else as shipped with the encoder."""
        return calibration_of(self)

    def is_good(
        self, total: NDArray[np.float64], false_alarm: float, beyond: NDArray[np.float64] | None = None
    ) -> NDArray[np.bool_]:
        """Which sums of parts are recommended (see `matcher.matching.learning.learned_ranker.is_good`)."""
        return is_good(self, total, false_alarm, beyond)

    def save(self, folder: str | Path, *, replace: bool = False) -> None:
        """Write the index into a folder, beside what is there, and make it the folder's current version in one step.

        Whatever happens meanwhile, the folder holds the old or the new index, whole.

        Parameters
        ----------
        folder : str or Path
            A folder of this machine; made where there is none.
        replace : bool
            Take the place of whatever index the folder holds.

        Raises
        ------
        IndexFolderError
            The folder holds an index that this one does not come from (somebody else saved meanwhile) and `replace` is
            False, it holds other files, it cannot be written, or an address such as "s3://..." was given.
        """
        from matcher.matching.library import storage

        storage.save(self, folder, replace_other=replace)

    @classmethod
    def load(cls, folder: str | Path, *, encoder: Encoder | None = None) -> Index:
        """Read a folder's current version.

        Vectors and postings are mapped, not copied: processes that load the same folder share them, and so do forks.

        Parameters
        ----------
        folder : str or Path
            A folder of this machine that `save` wrote.
        encoder : object with `encode`, optional
            The one that the index was built with, unless that was the default.

        Raises
        ------
        IndexFolderError
            Files are damaged or missing, or the encoder, segmenter or format is another.
        """
        from matcher.matching.library import storage

        return storage.load(folder, encoder=encoder).index
