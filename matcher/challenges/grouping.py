"""Needs that ask for the same thing on the same object, grouped over firms. A table of needs in, one row a need out.

Two needs are linked by their titles, which name object and problem: either the words of both titles answer one another
in meaning, or one title's object stands in the other's and what is asked of it is the same. Every two needs of a group
are linked, so that no chain of half-alike needs makes one problem.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.challenges.wording import clearest, problem_name
from matcher.matching.encoding.encoders import StaticEncoder, encode_texts, unit
from matcher.matching.index import Index
from matcher.matching.library.records import texts_of
from matcher.needs.elements import Understood, understand
from matcher.needs.vocabulary import GENERAL, QUALIFIERS
from matcher.policy.firms.linkage import plain_name
from matcher.tables.arguments import check_frame
from matcher.tables.naming.words import default_engine, load_segmenter
from matcher.tables.rows.near_duplicates import same_posting

COLUMNS = ("problem_id", "need_id", "name", "wording", "needs", "postings", "firms", "unnamed", "fields")
_NEAR_TITLE, _SAME_TITLE = 0.75, 0.9  # cosines of titles from which their words are compared
_SAME_WHOLE = 0.88  # cosine of needs whose titles name one word only
_ALIKE, _WELL_ALIKE = 0.6, 0.75  # share of a title's weight of words that the other answers
_ABOUT_ONE = 0.7  # cosine of titles for which object and problem are compared
_WHOLE = 0.72  # and cosine of whole needs
_SAME_TASK = 0.75  # cosine of two phrases that are the same task
_WORD = 0.5  # cosine from which a word answers another
_BLOCK = 2048
_EMPTY_TAGS = ("u", "c", "p", "d", "r", "m", "f", "q", "y")  # parts of speech that name nothing


def common_problems(needs: pd.DataFrame, *, index: Index | None = None) -> pd.DataFrame:
    """Group needs that ask for the same thing on the same object.

    Parameters
    ----------
    needs
        need_id, and title, description or both; as far as known enterprise_id, enterprise, field, industry.
    index
        `Index.build(needs)`, where there is one already.

    Returns
    -------
    DataFrame
        One row a need: problem_id ("P001" ..., the largest groups first, then in the order of `needs`), need_id, name
        (what the problem is, short), wording (the clearest asked sentence of the group), needs (in the group),
        postings (of them that are no copy of another), firms (distinct ones that are named), unnamed (postings
        without a firm), fields (joined by 、). Sorted by problem_id, then as in `needs`. A need like no other is a
        group of its own.

    Raises
    ------
    TableError
        `needs` has no need_id or no text.

    Examples
    --------
    >>> titles = ["泵壳气孔检测", "泵壳气孔检测技术", "桃采后保鲜"]
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2", "N3"], "title": titles})
    >>> common_problems(needs)[["problem_id", "need_id", "needs"]].values.tolist()
    [['P001', 'N1', 2], ['P001', 'N2', 2], ['P002', 'N3', 1]]
    """
    check_frame(needs, "needs")
    needs = needs.reset_index(drop=True)
    if not len(needs):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    index = Index.build(needs) if index is None else index
    titles, bodies = texts_of(needs)
    read = [understand(title, body) for title, body in zip(titles, bodies, strict=True)]
    linked = _Links.of(index, needs["need_id"].astype(str).tolist(), titles, read).pairs()
    groups = _whole_groups(len(needs), linked)
    digits = max(3, len(str(len(groups))))
    firms = _firms(needs)
    tables = []
    for number, rows in enumerate(groups, 1):
        several = [read[i] for i in rows]
        apart = _apart(rows, titles, bodies)
        named = {firms[i] for i in rows if firms[i]}
        tables.append(
            pd.DataFrame(
                {
                    "problem_id": f"P{number:0{digits}d}",
                    "need_id": [str(needs["need_id"][i]) for i in rows],
                    "name": problem_name(several),
                    "wording": clearest(several),
                    "needs": len(rows),
                    "postings": len(apart),
                    "firms": len(named),
                    "unnamed": sum(not firms[i] for i in apart),
                    "fields": "、".join(_fields(needs, rows)),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


@dataclass(frozen=True, eq=False)
class _Links:
    """What is compared of every need: vectors of titles and of whole needs, words of titles, objects and problems."""

    titles: NDArray[np.float32]
    whole: NDArray[np.float32]
    words: list[list[int]]
    vectors: NDArray[np.float32]  # of the words
    weights: NDArray[np.float64]  # of the words
    read: list[Understood]
    tasks: dict[str, NDArray[np.float32]]

    @classmethod
    def of(cls, index: Index, ids: list[str], titles: list[str], read: list[Understood]) -> _Links:
        """Everything worked out once."""
        words = [_words(title) for title in titles]
        often = Counter(word for some in words for word in set(some))
        place = {word: i for i, word in enumerate(often)}
        encoder = StaticEncoder.load()
        tasks = sorted({task for one in read for task in one.problems})
        vectors = unit(encoder.encode(tasks)) if tasks else np.zeros((0, 0), np.float32)
        return cls(
            unit(encode_texts(index.encoder, titles, role="document")),
            index.vectors(np.array([index.row_of[name] for name in ids], np.int64)),
            [[place[word] for word in some] for some in words],
            unit(encoder.encode(list(place))) if place else np.zeros((0, 0), np.float32),
            np.array([math.log((1 + len(ids)) / (1 + often[word])) + 1 for word in place]),
            read,
            dict(zip(tasks, vectors, strict=True)),
        )

    def pairs(self) -> dict[tuple[int, int], float]:
        """The linked pairs, the earlier row first, each with the cosine of its titles."""
        found = {}
        for at in range(0, len(self.titles), _BLOCK):
            cosines = self.titles[at : at + _BLOCK] @ self.titles.T
            for i, j in zip(*np.nonzero(cosines >= _ABOUT_ONE), strict=True):
                one, two = at + int(i), int(j)
                if one < two and self._linked(one, two, float(cosines[i, j])):
                    found[one, two] = float(cosines[i, j])
        return found

    def _linked(self, one: int, two: int, title: float) -> bool:
        whole = float(self.whole[one] @ self.whole[two])
        if title >= _NEAR_TITLE:
            answered = min(self._answered(one, two), self._answered(two, one))
            several = min(len(self.words[one]), len(self.words[two])) > 1 or whole >= _SAME_WHOLE
            if several and answered >= (_ALIKE if title >= _SAME_TITLE else _WELL_ALIKE):
                return True
        return whole >= _WHOLE and self._same_object(one, two) and self._same_task(one, two)

    def _answered(self, one: int, two: int) -> float:
        """The share of the weight of one title's words that the other title's words answer."""
        asked, given = self.words[one], self.words[two]
        if not asked or not given:
            return 0.0
        best = (self.vectors[asked] @ self.vectors[given].T).max(axis=1)
        best = np.where(np.isin(asked, given), 1, best)  # also a word without a vector
        weights = self.weights[asked]
        return float((np.where(best >= _WORD, best, 0) * weights).sum() / weights.sum())

    def _same_object(self, one: int, two: int) -> bool:
        """Whether an object of one title stands in an object of the other."""
        first, second = (_title_texts(self.read[i], "object") for i in (one, two))
        return any(len(min(a, b, key=len)) > 1 and (a in b or b in a) for a in first for b in second)

    def _same_task(self, one: int, two: int) -> bool:
        """Whether what one title asks is asked anywhere in the other need, or the other way round."""
        return any(
            float(self.tasks[a] @ self.tasks[b]) >= _SAME_TASK
            for left, right in ((one, two), (two, one))
            for a in _title_texts(self.read[left], "problem", "effect")
            for b in self.read[right].problems
            if a in self.tasks
        )


def _title_texts(need: Understood, *kinds: str) -> list[str]:
    return [one.text for one in need.elements if one.field == "title" and one.kind in kinds]


def _words(title: str) -> list[str]:
    """The words of a title that name a thing or a task, each once."""
    text = unicodedata.normalize("NFKC", title).lower()
    found = []
    for word, tag in load_segmenter(default_engine(), ()).tag(text, False):
        latin = word.isascii()
        if word in GENERAL or word in QUALIFIERS or not any(map(str.isalnum, word)):
            continue
        if (len(word) > 1 or latin) and (latin or tag[:1] not in _EMPTY_TAGS or not tag):
            found.append(word)
    return list(dict.fromkeys(found))


def _whole_groups(size: int, linked: dict[tuple[int, int], float]) -> list[list[int]]:
    """Groups in which every two are linked, grown from the best links; largest first, then by their first row."""
    group_of = {i: [i] for i in range(size)}
    for one, two in sorted(linked, key=lambda pair: (-linked[pair], pair)):
        first, second = group_of[one], group_of[two]
        if first is not second and all((min(a, b), max(a, b)) in linked for a in first for b in second):
            both = sorted(first + second)
            group_of.update(dict.fromkeys(both, both))
    distinct = {id(group): group for group in group_of.values()}
    return sorted(distinct.values(), key=lambda group: (-len(group), group[0]))


def _apart(rows: list[int], titles: list[str], bodies: list[str]) -> list[int]:
    """The rows of a group that are no copy of an earlier one."""
    kept: list[int] = []
    for i in rows:
        if not any(same_posting(titles[i] + bodies[i], titles[j] + bodies[j]) for j in kept):
            kept.append(i)
    return kept


def _firms(needs: pd.DataFrame) -> list[str]:
    """The firm of every need: its id, else its name in one writing, else ""."""
    names, ids = (
        needs[column].fillna("").astype(str).str.strip().tolist() if column in needs else [""] * len(needs)
        for column in ("enterprise", "enterprise_id")
    )
    return [own or plain_name(name) for own, name in zip(ids, names, strict=True)]


def _fields(needs: pd.DataFrame, rows: list[int]) -> list[str]:
    """The fields of a group's needs, the most frequent first; their industries where no field is given."""
    for column in ("field", "industry"):
        if column in needs:
            cells = needs[column].iloc[rows].fillna("").astype(str).str.strip()
            counted: defaultdict[str, int] = defaultdict(int)
            for cell in cells:
                counted[cell] += bool(cell)
            if names := [name for name in counted if name]:
                return sorted(names, key=lambda name: (-counted[name], names.index(name)))
    return []
