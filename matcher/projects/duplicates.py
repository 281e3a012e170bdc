"""New applications against earlier projects: how much is shared, what it may be, and whether to look.

Everything here flags and shows; a person judges. A threshold is a promise of false alarms, kept on the user's own
library: texts of it are held against the rest of it, and the limits are set so that only the promised share would be
flagged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import compress, islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, TableError
from matcher.matching.second_stage.late_interaction import Accurate, token_model
from matcher.progress import advancing
from matcher.projects.alignment import COPIED, has_copied_sentence
from matcher.projects.fingerprints import RUN, bare, shared_runs
from matcher.projects.nearest import MEANING, NEAR, Floats, Near, Whole, near_rows, nearest, read_closely
from matcher.projects.promise import SIGNS, Promise, signs
from matcher.projects.sections import SECTIONS, whole_texts
from matcher.tables.arguments import check_frame
from matcher.tables.naming.names import person_key, unit_key
from matcher.tables.naming.regions import without_place
from matcher.tables.naming.units import same_units

SAMPLE = 2000  # library texts that a promise is read from
SAMPLE_OF_MANY = 1000  # the same of a library that is too large to be read whole
AGAIN = 0.8  # from this share of a text it is the earlier one again

CASES = {
    "again": "本人重复申报",
    "continuation": "本人延续",
    "person": "同一负责人",
    "institution": "同一单位",
    "other": "他人他单位",
    "other_person": "他人，单位不明",
    "other_unit": "他单位，负责人不明",
}
_WITHIN = re.compile(
    "(?:(?!大学).)*(?:学院|学部|系)$"
)  # a school or department; one behind a place or the state is a whole
_NATIONAL = re.compile("中[国央华]|国家|国防")
TOO_SHORT = "文本太短，未比对"
COLUMNS = [
    "new_id",
    "old_id",
    "rank",
    "overlap",
    "likeness",
    "meaning",
    "adds",
    "flagged",
    "because",
    "case",
    "funded",
    "sections",
    "promised",
]


def find_duplicates(
    new: pd.DataFrame,
    old: pd.DataFrame | None = None,
    *,
    k: int = 5,
    false_alarm: float = 0.01,
    rng: int = 0,
    accurate: Accurate = False,
    progress: bool = False,
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
        The share of honest texts that may be flagged, kept on the library where it has texts enough (`promised`); at 1
        nothing is promised and nothing flagged.
    rng
        The seed of the library's texts that the promise is read from.
    accurate
        Read the nearest texts with a transformer too (as in `match`; extra `accurate`), which finds a few more full
        rewordings: True for the model that comes with the library's source, or the folder of one. About 0.04 s of
        processor time a text: the new ones, those that the promise is read from and the nearest of all these.
    progress
        Show a bar on standard error while it reads them.

    Returns
    -------
    DataFrame
        One row a pair, new ones in their order, flagged ones first, then the nearest by words, meaning and figures:

        * new_id, old_id, rank (from 1);
        * overlap: the share of the new text's runs of eight characters that stand in the old one; likeness: cosine of
          their pairs of characters, by how rare they are in the library; meaning: cosine of their vectors less the
          library's mean; adds: the share of the new text that this source has and none that has more of it;
        * flagged: overlap, overlaps of all sources together, likeness, or
          meaning and figures beyond what the words explain and beyond the next ones are stronger than in all but a
          share `false_alarm` of the library's own texts. A continuation is not flagged. Texts that stand in the library
          twice (four fifths) count as no honest ones. In libraries of more than 20,000 texts only the nearest by words
          are looked at, so that full rewordings are missed; because: which of them, "" where not flagged. A text of
          fewer than eight letters and figures is not compared and never flagged: one row that says 文本太短，未比对,
          without figures;
        * case: 本人重复申报 (the same person, four fifths of the text), 本人延续 (the same person in a later year),
          同一负责人, 同一单位 (also two schools of one university), 他人他单位, or 他人，单位不明 and
          他单位，负责人不明 where only one of both is known on both sides; "" where neither is. Names are compared
          without titles and telephones (`matcher.tables.naming.names`); a surname alone is not known, nor is a school
          without its university (材料学院), or a unit that nearly agrees (`matcher.tables.naming.units`);
        * funded: whether the old one was, where known; sections: the sections that share most, "研究内容 64%";
          promised: whether the library has texts enough to keep the promise with nine tenths of certainty, 230 for 1 %.
          With fewer, closeness to one of them is no evidence: only a pair with a copied sentence, or of which half of
          the new text stands in the old one, is flagged.

    Raises
    ------
    TableError
        A table has no project_id or text, or ids occur twice.
    ArgumentError
        A number lies outside its range.
    MissingExtraError, EncoderError
        `accurate` without its packages, or without a model that can be read.

    Examples
    --------
    >>> from matcher.projects import find_duplicates
    >>> text = "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法并研制在线装置"
    >>> old = pd.DataFrame({"project_id": ["P1", "P2"], "text": [text, "桃采后保鲜与冷链运输技术规程的研究与示范推广"]})
    >>> new = pd.DataFrame({"project_id": ["N1"], "text": ["本项目" + text]})
    >>> find_duplicates(new, old, k=1, false_alarm=1)[["old_id", "overlap"]].round(2).values.tolist()
    [['P1', 0.87]]
    """
    if not 1 <= k <= NEAR:
        raise ArgumentError(f"k must be between 1 and {NEAR}, not {k}")
    if not 0 < false_alarm <= 1:
        raise ArgumentError(f"false_alarm must be above 0 and at most 1, not {false_alarm}")
    library = new if old is None else old
    for name, table in (("new", new), ("old", library)):
        _check(table, name)
    texts, known = whole_texts(new), whole_texts(library)
    size = min(SAMPLE if len(known) <= MEANING else SAMPLE_OF_MANY, len(known)) if false_alarm < 1 else 0
    long = np.array([not _too_short(text) for text in known], bool)
    sample = np.sort(np.random.default_rng(rng).permutation(len(known))[:size])
    sample = sample[long[sample]]
    own = [*(range(len(texts)) if old is None else [-1] * len(texts)), *sample.tolist()]
    asked = [*texts, *(known[i] for i in sample.tolist())]
    model = token_model(accurate) if accurate else None
    near = nearest(asked, known, own, k)
    if model is not None:
        with advancing(len(asked) + len(near_rows(near)), "通读", progress) as advance:
            near = read_closely(near, asked, known, model, advance)
    promise = None
    if false_alarm < 1:
        honest = _honest(near[len(texts) :], library, sample, long)
        promise = Promise(honest, false_alarm)
    parties = _parties(new), _parties(library)
    units = _units(parties[0].institution, parties[1].institution)
    rows = [
        row
        for at, one in enumerate(near[: len(texts)])
        for row in _rows(parties, units, (texts, known), at, _compared(one, long), k, promise)
    ]
    names = ["new", "old", "rank", "overlap", "likeness", "meaning", "adds", "flagged", "because", "case"]
    table = pd.DataFrame(rows, columns=names)
    at, found = (table[name].to_numpy(int) for name in ("new", "old"))
    table["new_id"] = new["project_id"].astype(str).to_numpy(object)[at]
    table["old_id"] = library["project_id"].astype(str).to_numpy(object)[found]
    funded = library["funded"].astype("boolean") if "funded" in library else pd.Series(pd.NA, library.index, "boolean")
    table["funded"] = funded.array[found]
    table["sections"] = _sections(at, found, new, library)
    table["promised"] = promise is not None and promise.sure
    return table.astype({"flagged": bool, "rank": int, "promised": bool})[COLUMNS]


def _check(table: pd.DataFrame, name: str) -> None:
    check_frame(table, name, "read_projects(path).rows")
    texts = {"title", "text", *SECTIONS}
    if "project_id" not in table or not texts & set(table):
        raise TableError(f"{name}：要有 project_id，和 text、title 或各部分（{'、'.join(SECTIONS.values())}）")
    ids = table["project_id"].astype(str)
    if twice := ids[ids.duplicated()].unique().tolist():
        raise TableError(f"{len(twice)} 个项目编号重复：{'、'.join(twice[:5])}")


class _Parties(NamedTuple):
    """Who is behind each project: "" and NaN where not known."""

    person: NDArray[np.object_]
    institution: NDArray[np.object_]
    year: Floats


def _parties(table: pd.DataFrame) -> _Parties:
    years = [re.search(r"(?:19|20)\d\d", str(cell)) for cell in _words(table, "year")]
    year = np.array([float(found[0]) if found else np.nan for found in years])
    return _Parties(_keys(table, "person", person_key), _keys(table, "institution", unit_key), year)


def _keys(table: pd.DataFrame, name: str, key: Callable[[str], str]) -> NDArray[np.object_]:
    """The names of a column as they are compared; "" for what is empty, not there or not sure (张教授)."""
    return np.array([key(cell) if cell else "" for cell in _words(table, name)], object)


def _words(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Cells as texts; "" for what is empty or not there."""
    if name not in table:
        return np.full(len(table), "", object)
    cells = table[name].astype(object).where(table[name].notna(), "")
    return np.array([str(cell).strip() for cell in cells], object)


def _too_short(text: str) -> bool:
    """Whether a text is shorter than the runs that are compared."""
    return sum(1 for _ in islice(filter(str.isalnum, text), RUN)) < RUN


def _compared(near: Near, long: NDArray[np.bool_]) -> Near:
    """The neighbours that are long enough to be compared; all of them where none is."""
    enough = long[near.rows]
    return near.among(enough) if enough.any() else near


def _honest(near: Sequence[Near], library: pd.DataFrame, sample: Whole, long: NDArray[np.bool_]) -> Floats:
    """The largest of each sign for library texts, without pairs of one person and texts that stand there twice."""
    persons = _keys(library, "person", person_key)
    tables = []
    for one, row in zip(near, sample.tolist(), strict=True):
        others = one.among(((persons[one.rows] != persons[row]) | (persons[row] == "")) & long[one.rows])
        if not len(others.rows) or others.overlap.max() < AGAIN:
            tables.append(np.vstack([signs(others), np.zeros(len(SIGNS))]).max(axis=0))
    return np.array(tables).reshape(-1, len(SIGNS)) if tables else np.zeros((1, len(SIGNS)))


def _rows(
    parties: tuple[_Parties, _Parties],
    units: Mapping[tuple[str, str], bool],
    texts: tuple[Sequence[str], Sequence[str]],
    at: int,
    near: Near,
    k: int,
    promise: Promise | None,
) -> list[tuple[object, ...]]:
    cases = [
        _case(*parties, units, at, old, share) for old, share in zip(near.rows, near.overlap.tolist(), strict=True)
    ]
    if _too_short(texts[0][at]) or (len(near.rows) and _too_short(texts[1][near.rows[0]])):
        shares = [np.nan] * 4
        return [(at, row, 1, *shares, False, TOO_SHORT, case) for row, case in zip(near.rows[:1], cases, strict=False)]
    broken = np.zeros((len(cases), len(SIGNS)), bool)
    others: NDArray[np.bool_] = np.array([case != CASES["continuation"] for case in cases], bool)
    if promise is not None and others.any():
        broken[others] = promise.broken(signs(near.among(others)))
        if not promise.sure:
            for i in np.flatnonzero(broken.any(axis=1)).tolist():
                broken[i] &= has_copied_sentence(texts[0][at], texts[1][near.rows[i]])
            broken[:, 0] |= others & (near.overlap >= COPIED)  # most of it stands there, whatever others show
    flagged: NDArray[np.bool_] = np.asarray(broken.any(axis=1))
    first = np.argsort(~flagged, kind="stable")[:k].tolist()
    because = ["、".join(compress(SIGNS.values(), row)) for row in broken.tolist()]
    shares = np.stack([near.overlap, near.likeness, near.meaning, near.adds], axis=1).tolist()
    return [(at, near.rows[i], rank, *shares[i], flagged[i], because[i], cases[i]) for rank, i in enumerate(first, 1)]


def _case(
    new: _Parties, old: _Parties, units: Mapping[tuple[str, str], bool], at: int, row: int, overlap: float
) -> str:
    other_person = bool(new.person[at] and old.person[row])
    if other_person and new.person[at] == old.person[row]:
        if overlap >= AGAIN:
            return CASES["again"]
        return CASES["continuation" if new.year[at] > old.year[row] else "person"]
    mine, theirs = str(new.institution[at]), str(old.institution[row])
    same = units.get((mine, theirs))
    if mine and same and not _is_within(mine):
        return CASES["institution"]
    other_unit = bool(mine and theirs) and same is None and not (_is_within(mine) or _is_within(theirs))
    if other_person:
        return CASES["other" if other_unit else "other_person"]
    return CASES["other_unit"] if other_unit else ""


def _units(new: NDArray[np.object_], old: NDArray[np.object_]) -> dict[tuple[str, str], bool]:
    """Pairs of names that are one unit (True), or nearly one (False)."""
    pairs = same_units(*(sorted({str(name) for name in names} - {""}) for names in (new, old)))
    return {(left, right): not near for left, right, near in pairs[["left", "right", "near"]].to_numpy().tolist()}


def _is_within(unit: str) -> bool:
    """Whether a unit is a school or department whose university is not named (材料学院, not 山东交通学院)."""
    return bool(_WITHIN.fullmatch(unit)) and without_place(unit) == unit and not _NATIONAL.match(unit)


def _sections(at: Whole, found: Whole, new: pd.DataFrame, old: pd.DataFrame) -> list[str]:
    """Of each pair the sections with the most shared runs, where the new one has sections."""
    names = [name for name in SECTIONS if name in new]
    used, place = np.unique(found, return_inverse=True)
    library = bare(whole_texts(old.iloc[used])) if names else []
    result: list[list[tuple[float, str]]] = [[] for _ in at]
    for name in names:
        mine, theirs = shared_runs(
            bare(new[name].astype(object).where(new[name].notna(), "").astype(str).tolist()), library
        )
        shared = np.asarray(mine[at].multiply(theirs[place]).sum(axis=1)).ravel()
        for pair, share in enumerate((shared / np.maximum(np.diff(mine.indptr), 1)[at]).tolist()):
            if share >= 0.01:
                result[pair].append((share, SECTIONS[name]))
    return ["、".join(f"{title} {share:.0%}" for share, title in sorted(one, key=lambda x: -x[0])) for one in result]
