"""Two texts side by side: which sentence stands for which, and what the new one has that the old one lacks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from matcher.matching.encoders import StaticEncoder, encode_texts
from matcher.matching.tokens import sentences
from matcher.projects.fingerprints import bare, shared_runs

COPIED = 0.5  # the share of a sentence's runs from which it is copied
ALIKE = 0.55  # cosine of meaning from which two sentences say the same, each the other's nearest
ALIGNED = ["number", "new_sentence", "old_sentence", "how", "value"]
HOW = {"copied": "照抄", "reworded": "改写", "new": "新内容"}


def align(new: str, old: str, *, encoder: StaticEncoder | None = None) -> pd.DataFrame:
    """The sentences of a new text in their order, each with the old sentence that it stands for.

    Returns
    -------
    DataFrame
        number (from 1), new_sentence, old_sentence ("" for none), how (照抄: at least half of its runs of eight
        characters stand in that sentence; 改写: the nearest in meaning, and the other way round; 新内容), value (the
        share or the cosine).

    Examples
    --------
    >>> align("研究齿面烧伤的磁弹检测方法。面向蔬菜大棚推广。", "研究齿面烧伤的磁弹检测方法。")["how"].tolist()
    ['照抄', '新内容']
    """
    ours, theirs = sentences(new), sentences(old)
    if not ours or not theirs:
        rows = [(at, text, "", HOW["new"], 0.0) for at, text in enumerate(ours, 1)]
        return pd.DataFrame(rows, columns=ALIGNED)
    mine, held = shared_runs(bare(ours), bare(theirs))
    size = np.maximum(np.asarray(mine.sum(axis=1)).ravel(), 1)
    copied = (mine @ held.T).toarray() / size[:, None]
    encoder = StaticEncoder.load() if encoder is None else encoder
    vectors = encode_texts(encoder, [*ours, *theirs], role="document")
    alike = vectors[: len(ours)] @ vectors[len(ours) :].T
    back = alike.argmax(axis=0)
    rows = []
    for at, text in enumerate(ours):
        source, nearest = int(copied[at].argmax()), int(alike[at].argmax())
        if copied[at, source] >= COPIED:
            rows.append((at + 1, text, theirs[source], HOW["copied"], float(copied[at, source])))
        elif alike[at, nearest] >= ALIKE and back[nearest] == at:
            rows.append((at + 1, text, theirs[nearest], HOW["reworded"], float(alike[at, nearest])))
        else:
            rows.append((at + 1, text, "", HOW["new"], float(max(alike[at, nearest], 0.0))))
    return pd.DataFrame(rows, columns=ALIGNED)
