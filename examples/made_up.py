"""Made-up needs and outcomes of real length, for timing. Nothing here is a real posting.

A text is a row of clauses, each of two to five words. Half of them come from one of 2,000 topics of 12 clauses, half
from a common stock of 60,000, the earlier ones far more often (the cube of a random share). Words come from jieba's
dictionary by the square root of its counts.
"""

from __future__ import annotations

from pathlib import Path

import jieba
import numpy as np
import pandas as pd

STOCK, TOPICS, TOPIC_CLAUSES = 60_000, 2_000, 12
REGIONS = ("兰山区", "罗庄区", "河东区", "沂南县", "郯城县", "费县")


def _stock() -> tuple[list[str], list[str]]:
    """The clauses that texts are made of, and the words that titles are made of: the same ones in every run."""
    random = np.random.default_rng(0)
    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    table = [(word, float(count)) for word, count, *_ in map(str.split, lines) if 2 <= len(word) <= 4]
    shares = np.sqrt([count for _, count in table])
    drawn = random.choice(len(table), (STOCK, 5), p=shares / shares.sum())
    clauses = [
        "".join(table[i][0] for i in row[:size]) for row, size in zip(drawn, random.integers(2, 6, STOCK), strict=True)
    ]
    return clauses, [table[row[0]][0] for row in drawn]


def made_up(kind: str, n: int, *, characters: int, rng: int) -> pd.DataFrame:
    """n rows of `need_id` or `outcome_id` (kind "need" or "outcome"), title, description of `characters`, region."""
    clauses, words = _stock()
    topics = np.random.default_rng(1).integers(STOCK, size=(TOPICS, TOPIC_CLAUSES))
    random = np.random.default_rng(rng)
    per_text = characters // 6
    own_topic = random.integers(TOPICS, size=n)
    common = (STOCK * random.random((n, per_text)) ** 3).astype(int)
    own = topics[own_topic[:, None], random.integers(TOPIC_CLAUSES, size=(n, per_text))]
    chosen = np.where(random.random((n, per_text)) < 0.5, own, common)
    texts, titles = [], []
    for row, mine in zip(chosen.tolist(), own[:, :5].tolist(), strict=True):
        texts.append("".join(clauses[c] + ("。" if i % 4 == 3 else "，") for i, c in enumerate(row))[:characters])
        titles.append("".join(words[c] for c in mine)[:15])
    ids = [f"{kind[0].upper()}{i:06d}" for i in range(n)]
    regions = np.array(REGIONS, object)[random.integers(len(REGIONS), size=n)]
    return pd.DataFrame({f"{kind}_id": ids, "title": titles, "description": texts, "region": regions})
