"""Two texts side by side: which sentence stands for which, and what the new one has that the old one lacks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.matching.encoding.encoders import Encoder, StaticEncoder, encode_texts
from matcher.matching.texts.tokens import sentences
from matcher.projects.figures import figures_of
from matcher.projects.fingerprints import bare, shared_runs

COPIED = 0.5  # the share of a sentence's runs from which it is copied
# Chosen on examples/rewordings_sentences.csv: what a common figure adds to a cosine; what an old sentence left out
# costs, and at most, as does a step back; the cosine below which a sentence is new
_FIGURE, _SKIP, _JUMP, _NEW = 0.3, 0.1, 0.12, 0.13
ALIGNED = ["number", "new_sentence", "old_sentence", "how", "value"]
HOW = {"copied": "照抄", "reworded": "改写", "new": "新内容"}


def align(new: str, old: str, *, encoder: Encoder | None = None) -> pd.DataFrame:
    """The sentences of a new text in their order, each with the old sentence that it stands for.

    Whoever rewords a text mostly keeps its order: of all ways to read the new text as steps through the old one, the
    likeliest is taken (Viterbi 1967), where leaving out and stepping back cost, and a sentence may be new.

    Returns
    -------
    DataFrame
        number (from 1), new_sentence, old_sentence ("" for none), how (照抄: at least half of its runs of eight
        characters stand in that sentence; 改写: likely the same in other words; 新内容), value (the share or the
        cosine).

    Examples
    --------
    >>> align("研究齿面烧伤的磁弹检测方法。面向蔬菜大棚推广。", "研究齿面烧伤的磁弹检测方法。")["how"].tolist()
    ['照抄', '新内容']
    """
    ours, theirs = sentences(new), sentences(old)
    if not ours or not theirs:
        rows = [(at, text, "", HOW["new"], 0.0) for at, text in enumerate(ours, 1)]
        return pd.DataFrame(rows, columns=ALIGNED)
    copied = _shares(ours, theirs)
    vectors = encode_texts(StaticEncoder.load() if encoder is None else encoder, [*ours, *theirs], role="document")
    alike = vectors[: len(ours)] @ vectors[len(ours) :].T
    figures = [[bool(figures_of(one) & figures_of(other)) for other in theirs] for one in ours]
    path = _likeliest(np.where(copied >= COPIED, 1 + copied, alike + _FIGURE * np.array(figures)))
    rows = []
    for at, (text, source) in enumerate(zip(ours, path, strict=True)):
        if source < 0:
            rows.append((at + 1, text, "", HOW["new"], float(max(alike[at].max(), 0))))
        else:
            how = "copied" if copied[at, source] >= COPIED else "reworded"
            value = copied if how == "copied" else alike
            rows.append((at + 1, text, theirs[source], HOW[how], float(max(value[at, source], 0))))
    return pd.DataFrame(rows, columns=ALIGNED)


def has_copied_sentence(new: str, old: str) -> bool:
    """Whether a sentence of the new text is copied from one of the old: what holds whatever other texts say."""
    ours, theirs = sentences(new), sentences(old)
    return bool(ours and theirs and (_shares(ours, theirs) >= COPIED).any())


def _shares(ours: Sequence[str], theirs: Sequence[str]) -> NDArray[np.float64]:
    """(new, old) the share of each new sentence's runs that stand in each old one."""
    mine, held = shared_runs(bare(ours), bare(theirs))
    return np.asarray((mine @ held.T).toarray() / np.maximum(np.diff(mine.indptr), 1)[:, None])


def _likeliest(scores: NDArray[np.floating]) -> list[int]:
    """For each new sentence the old one on the best way through `scores` (new, old), -1 for none."""
    count, places = scores.shape[1], np.arange(scores.shape[1])
    steps = places[None, :] - places[:, None]
    costs = np.where(steps < 0, _JUMP, np.minimum(_SKIP * np.maximum(steps - 1, 0), _JUMP))
    best = -np.minimum(_SKIP * places, _JUMP)  # of the ways that stand at each old sentence
    came: list[tuple[NDArray[np.int64], NDArray[np.bool_]]] = []
    for at, row in enumerate(scores):
        ways = best[:, None] - (costs if at else np.where(np.eye(count) > 0, 0, np.inf))
        before = ways.argmax(axis=0)
        through, stay = ways.max(axis=0) + row, best + _NEW
        came.append((np.where(through >= stay, before, places), through >= stay))
        best = np.maximum(through, stay)
    path, place = [], int(best.argmax())
    for before, stands in reversed(came):
        path.append(place if stands[place] else -1)
        place = int(before[place])
    return path[::-1]
