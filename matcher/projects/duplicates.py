"""New applications against earlier projects: how much is shared, what it may be, and whether to look.

Everything here flags and shows; a person judges. A threshold is a promise of false alarms, kept on the user's own
library: texts of it are held against the rest of it, and the limits are set so that only the promised share would be
flagged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.errors import ArgumentError, TableError
from matcher.matching.encoders import StaticEncoder, encode_texts, unit
from matcher.projects.fingerprints import BLOCK, Subjects, bare, shared_runs
from matcher.projects.sections import SECTIONS, whole_texts
from matcher.tables.arguments import check_frame

SAMPLE = 1000  # library texts that the limits are read from
NEIGHBOURS = 6  # texts whose likeness the best is compared with
NEAR = 24  # texts of a library that are looked at for each new one
MEANING = 20_000  # texts of a library of which all are held against a new one by meaning; of a larger one the nearest
LEAST = 50  # texts from which a promise of false alarms can be kept
AGAIN = 0.8  # from this share of a text a person's later application is the earlier one again
_NEAR, _MEAN = 10, 2000  # of a large library: texts looked at for each new one, and texts whose mean stands for all
ADDS = 0.1  # what a second source must add to the shared part
CASES = {
    "again": "本人重复申报",
    "continuation": "本人延续",
    "person": "同一负责人",
    "institution": "同一单位",
    "other": "他人他单位",
}
COLUMNS = [
    "new_id",
    "old_id",
    "rank",
    "overlap",
    "likeness",
    "meaning",
    "adds",
    "flagged",
    "case",
    "funded",
    "sections",
]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class _Near(NamedTuple):
    """The nearest library texts of one text, best first."""

    rows: Whole
    overlap: Floats
    likeness: Floats
    meaning: Floats
    adds: Floats


def find_duplicates(
    new: pd.DataFrame, old: pd.DataFrame | None = None, *, k: int = 5, false_alarm: float = 0.01, rng: int = 0
) -> pd.DataFrame:
    """The earlier projects that share most with each new one.

    Parameters
    ----------
    new, old
        project_id, title, text or sections (`matcher.projects.sections.SECTIONS`), and where known person,
        institution, year, programme, funded. Without `old` the new ones are held against each other.
    k
        Earlier projects for each new one, at most 24.
    false_alarm
        The share of honest texts that may be flagged, kept on the library; it needs 50 texts.
    rng
        The seed of the library's texts that the limits are read from.

    Returns
    -------
    DataFrame
        One row a pair, new ones in their order, best first; those that share nothing are left out:

        * new_id, old_id, rank (from 1);
        * overlap: the share of the new text's runs of eight characters that stand in the old one; likeness: cosine of
          their pairs of characters, by how rare they are in the library; meaning: cosine of their vectors less the
          library's mean (in libraries of more than 20,000 texts only of the nearest by the others); adds: the share of
          the new text that this source has and none ranked before it;
        * flagged: overlap, likeness, or likeness or meaning beyond that of the next ones lie above limits that only a
          share `false_alarm` of the library's own texts would pass, or it adds much to a flagged one (a mosaic). A
          continuation is not flagged;
        * case: 本人重复申报 (the same person, four fifths of the text), 本人延续 (the same person in a later year),
          同一负责人, 同一单位, 他人他单位; "" where neither person nor institution is known on both sides;
        * funded: whether the old one was, where known; sections: the sections that share most, "研究内容 64%".

    Raises
    ------
    TableError
        A table has no project_id or text, ids occur twice, or there are too few texts to keep the promise.
    ArgumentError
        A number lies outside its range.

    Examples
    --------
    >>> from matcher.projects import find_duplicates
    >>> text = "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法并研制在线装置"
    >>> old = pd.DataFrame({"project_id": ["P1", "P2"], "text": [text, "桃采后保鲜与冷链运输技术规程的研究与示范推广"]})
    >>> new = pd.DataFrame({"project_id": ["N1"], "text": ["本项目" + text]})
    >>> find_duplicates(new, old, false_alarm=1)[["old_id", "overlap"]].round(2).values.tolist()
    [['P1', 0.88]]
    """
    if not 1 <= k <= NEAR:
        raise ArgumentError(f"k must be between 1 and {NEAR}, not {k}")
    if not 0 < false_alarm <= 1:
        raise ArgumentError(f"false_alarm must be above 0 and at most 1, not {false_alarm}")
    among = old is None
    library = new if old is None else old
    for name, table in (("new", new), ("old", library)):
        _check(table, name)
    if len(library) < LEAST and false_alarm < 1:
        raise TableError(
            f"已有项目只有 {len(library)} 项，少于 {LEAST} 项，估不出误报率；"
            "请给出更多项目，或用 --false-alarm 1（Python 中 false_alarm=1）只看排序"
        )
    asked, known = bare(whole_texts(new)), bare(whole_texts(library))
    size = min(SAMPLE, len(known)) if false_alarm < 1 else 0
    sample = np.sort(np.random.default_rng(rng).permutation(len(known))[:size])
    limits = None
    whole = whole_texts(new), whole_texts(library)
    nearest = _nearest(
        [*asked, *(known[i] for i in sample.tolist())],
        known,
        _Meanings([*whole[0], *(whole[1][i] for i in sample.tolist())], whole[1]),
        [*(range(len(asked)) if among else [-1] * len(asked)), *sample.tolist()],
        NEAR if len(known) <= MEANING else max(k, _NEAR),
    )
    if false_alarm < 1:
        honest = _without_own(nearest[len(asked) :], library, sample)
        limits = _limits(np.array([_signs(one) for one in honest]), false_alarm)
    rows = [
        row
        for at, near in enumerate(nearest[: len(asked)])
        for row in _rows(new, library, at, near, k, limits, _signs(near))
    ]
    table = pd.DataFrame(
        rows, columns=["new_id", "old_id", "rank", "overlap", "likeness", "meaning", "adds", "flagged", "case"]
    )
    table["funded"] = _funded(table["old_id"], library)
    table["sections"] = _sections(table, new, library)
    return table.astype({"flagged": bool, "rank": int})[COLUMNS]


def _check(table: pd.DataFrame, name: str) -> None:
    check_frame(table, name, "read_projects(path).rows")
    texts = {"title", "text", *SECTIONS}
    if "project_id" not in table or not texts & set(table):
        raise TableError(f"{name}：要有 project_id，和 text、title 或各部分（{'、'.join(SECTIONS.values())}）")
    ids = table["project_id"].astype(str)
    if twice := ids[ids.duplicated()].unique().tolist():
        raise TableError(f"{len(twice)} 个项目编号重复：{'、'.join(twice[:5])}")


class _Meanings:
    """Cosines of asked texts and a library by the default encoder, less the library's mean."""

    def __init__(self, asked: Sequence[str], library: Sequence[str]) -> None:
        self._encoder, self._texts = StaticEncoder.load(), library
        self.whole = len(library) <= MEANING
        sample = library if self.whole else library[:: len(library) // _MEAN + 1]
        vectors = encode_texts(self._encoder, sample, role="document")
        self._mean = vectors.mean(axis=0, keepdims=True) if len(vectors) else np.zeros((1, vectors.shape[1]))
        self._library = unit(vectors - self._mean) if self.whole else vectors[:0]
        self._asked = unit(encode_texts(self._encoder, asked, role="document") - self._mean)
        self._place: dict[int, int] = {}

    def read(self, rows: Whole) -> None:
        """Make these rows of a large library ready."""
        vectors = encode_texts(self._encoder, [self._texts[row] for row in rows.tolist()], role="document")
        self._library = unit(vectors - self._mean)
        self._place = {row: at for at, row in enumerate(rows.tolist())}

    def all(self, asked: int) -> Floats:
        """The cosines of an asked text and the whole library."""
        return np.asarray(self._library @ self._asked[asked], float)

    def some(self, asked: int, rows: Whole) -> Floats:
        """The cosines of an asked text and some rows that were made ready."""
        return np.asarray(self._library[[self._place[row] for row in rows.tolist()]] @ self._asked[asked], float)


def _nearest(
    asked: Sequence[str], known: Sequence[str], meanings: _Meanings, own: Sequence[int], count: int
) -> list[_Near]:
    """The nearest library texts of each asked one; `own`: the row in the library that is the asked text itself."""
    mine, theirs = shared_runs(asked, known)
    held = csr_array(theirs.T)
    sizes = np.maximum(np.asarray(mine.sum(axis=1)).ravel(), 1)
    found: list[tuple[Whole, Floats, Floats, Floats]] = []
    for block, alike in enumerate(Subjects(known).likeness(asked)):
        start = block * BLOCK
        runs = csr_array(mine[start : start + BLOCK] @ held)
        for i in range(alike.shape[0]):
            at = start + i
            cosines, shares = _dense(alike, i), _dense(runs, i) / sizes[at]
            value = cosines + shares
            meaning = meanings.all(at) if meanings.whole else np.zeros(0)
            if meanings.whole:
                value += meaning
            if own[at] >= 0:
                value[own[at]] = -np.inf
            rows = _best(value, count)
            rows = rows[rows != own[at]]
            found.append((rows, shares[rows], cosines[rows], meaning[rows] if meanings.whole else meaning))
    if not meanings.whole:
        meanings.read(np.unique(np.concatenate([rows for rows, *_ in found])))
    result: list[_Near] = []
    for at, (rows, shares, cosines, meaning) in enumerate(found):
        meaning = meaning if meanings.whole else meanings.some(at, rows)
        order = np.lexsort((rows, -np.round(shares + cosines + meaning, 6)))
        rows, shares, cosines, meaning = rows[order], shares[order], cosines[order], meaning[order]
        result.append(_Near(rows, shares, cosines, meaning, _added(mine[[at]], theirs, rows, shares)))
    return result


def _dense(matrix: csr_array, row: int) -> Floats:
    values = np.zeros(matrix.shape[1])
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    values[matrix.indices[here]] = matrix.data[here]
    return values


def _best(values: Floats, count: int) -> Whole:
    if len(values) <= count:
        return np.arange(len(values))
    return np.argpartition(-values, count - 1)[:count]


def _added(mine: csr_array, theirs: csr_array, rows: Whole, shares: Floats) -> Floats:
    """What each of the rows adds to the shared part, taken greedily: the largest first."""
    adds = np.zeros(len(rows))
    if not (shares > 0).any():
        return adds
    size = max(int(mine.nnz), 1)
    left = set(mine.indices.tolist())
    open_ = [int(i) for i in np.argsort(-shares, kind="stable") if shares[i] > 0]
    having = {i: left & set(theirs[[rows[i]]].indices.tolist()) for i in open_}
    while open_ and left:
        best = max(open_, key=lambda i: len(having[i] & left))
        gain = having[best] & left
        if not gain:
            break
        adds[best] = len(gain) / size
        left -= gain
        open_.remove(best)
    return adds


def _signs(near: _Near) -> tuple[float, ...]:
    """The largest overlap and likeness, and how far likeness and meaning lie above those of the next ones."""
    if not len(near.rows):
        return (0.0,) * 4
    return float(near.overlap.max()), float(near.likeness.max()), _ahead(near.likeness), _ahead(near.meaning)


def _ahead(values: Floats) -> float:
    """How far the largest lies above the mean of the next ones."""
    ordered = -np.sort(-values)
    rest = np.zeros(NEIGHBOURS)
    rest[: len(ordered[1 : NEIGHBOURS + 1])] = ordered[1 : NEIGHBOURS + 1]
    return float(ordered[0] - rest.mean())


def _without_own(nearest: Sequence[_Near], library: pd.DataFrame, sample: Whole) -> list[_Near]:
    """The nearest texts without those of the same person, which honest people repeat."""
    if "person" not in library:
        return list(nearest)
    persons = _words(library, "person")
    kept = []
    for near, row in zip(nearest, sample.tolist(), strict=True):
        others = (persons[near.rows] != persons[row]) | (persons[row] == "")
        kept.append(_Near(*(part[others] for part in near)))
    return kept


def _limits(signs: Floats, false_alarm: float) -> Floats:
    """Limits for the signs, each passed by the same share of the texts, that together `false_alarm` pass."""
    low, high = false_alarm / signs.shape[1], false_alarm
    best = np.quantile(signs, 1 - low, axis=0)
    for _ in range(30):
        middle = (low + high) / 2
        limits = np.quantile(signs, 1 - middle, axis=0)
        if (signs > limits).any(axis=1).mean() <= false_alarm:
            low, best = middle, limits
        else:
            high = middle
    return np.asarray(best)


def _rows(
    new: pd.DataFrame,
    library: pd.DataFrame,
    at: int,
    near: _Near,
    k: int,
    limits: Floats | None,
    signs: tuple[float, ...],
) -> list[tuple[object, ...]]:
    beyond = limits is None or bool((np.array(signs) > limits).any())
    ids = library["project_id"].astype(str).to_numpy(object)[near.rows]
    rows: list[tuple[object, ...]] = []
    for rank, (old, overlap, alike, meaning, adds) in enumerate(
        zip(*(part[:k].tolist() for part in near), strict=True), 1
    ):
        case = _case(new.iloc[at], library.iloc[old], overlap)
        first = beyond and (limits is None or rank == 1 or overlap > limits[0] or alike > limits[1])
        flagged = (first or (beyond and adds >= ADDS)) and case != CASES["continuation"]
        row = (str(new["project_id"].iloc[at]), ids[rank - 1], rank, overlap, alike, meaning, adds, flagged, case)
        rows.append(row)
    return rows


def _case(new: pd.Series, old: pd.Series, overlap: float) -> str:
    person, institution = (_same(new, old, name) for name in ("person", "institution"))
    if person:
        years = [_year(one.get("year")) for one in (new, old)]
        if overlap >= AGAIN:
            return CASES["again"]
        return CASES["continuation" if years[0] > years[1] else "person"]
    if institution:
        return CASES["institution"]
    return "" if person is None and institution is None else CASES["other"]


def _year(cell: object) -> float:
    found = re.search(r"(?:19|20)\d\d", str(cell))
    return float(found[0]) if found else float("nan")


def _same(new: pd.Series, old: pd.Series, name: str) -> bool | None:
    cells = [one.get(name) for one in (new, old)]
    texts = ["" if cell is None or cell is pd.NA or cell != cell else "".join(str(cell).split()) for cell in cells]
    return texts[0] == texts[1] if all(texts) else None


def _words(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    cells = table[name].astype(object).where(table[name].notna(), "")
    return np.array(["".join(str(cell).split()) for cell in cells], object)


def _funded(ids: pd.Series, library: pd.DataFrame) -> pd.Series:
    if "funded" not in library:
        return pd.Series(pd.NA, index=ids.index, dtype="boolean")
    known = library.assign(project_id=library["project_id"].astype(str)).set_index("project_id")["funded"]
    return ids.map(known.astype("boolean")).astype("boolean")


def _sections(table: pd.DataFrame, new: pd.DataFrame, old: pd.DataFrame) -> list[str]:
    """Of each pair the sections with the most shared runs, where the new one has sections."""
    names = [name for name in SECTIONS if name in new]
    if not names or not len(table):
        return [""] * len(table)
    rows = {str(one): at for at, one in enumerate(new["project_id"])}
    known = {str(one): at for at, one in enumerate(old["project_id"])}
    used = [known[name] for name in dict.fromkeys(table["old_id"])]
    place = {str(old["project_id"].iloc[row]): at for at, row in enumerate(used)}
    library = bare(whole_texts(old.iloc[used]))
    result: list[list[tuple[float, str]]] = [[] for _ in range(len(table))]
    for name in names:
        asked = bare(new[name].astype(object).where(new[name].notna(), "").astype(str).tolist())
        mine, theirs = shared_runs(asked, library)
        sizes = np.maximum(np.asarray(mine.sum(axis=1)).ravel(), 1)
        for pair, (one, other) in enumerate(zip(table["new_id"], table["old_id"], strict=True)):
            at = rows[one]
            share = float(mine[[at]].multiply(theirs[[place[other]]]).sum()) / sizes[at]
            if share >= 0.01:
                result[pair].append((share, SECTIONS[name]))
    return ["、".join(f"{title} {share:.0%}" for share, title in sorted(one, key=lambda x: -x[0])) for one in result]
