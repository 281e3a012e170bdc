"""The rows that are left, by bounds or by every sum, are those that exact sums of every row give."""

import numpy as np
import pandas as pd
import pytest
from small import NEEDS, OUTCOMES, build

from matcher.matching.library import lexical, nearest, postings
from matcher.matching.library.nearest import SLACK, bounds
from matcher.matching.library.postings import Postings
from matcher.matching.library.records import texts_of
from matcher.matching.library.rounded import Rounded
from matcher.matching.texts.tokens import Segmenter


def library():
    """OUTCOMES and the same in English, in two parts; one is dead."""
    abroad = pd.DataFrame({"outcome_id": ["E1", "E2"], "title": ["Grinding burn of gears", "Drying garlic slices"]})
    return build(OUTCOMES.iloc[:4]).add(OUTCOMES.iloc[4:]).add(abroad).remove(["C2"])


@pytest.mark.parametrize("common", [0, 3, 256])
@pytest.mark.parametrize("levels", [(3, 40), (256, 512)])
@pytest.mark.parametrize("read", [(0, 0), (0, 1.5), (1, 1e9), (1e9, 1e9)])
@pytest.mark.parametrize("many", [1, 64])
@pytest.mark.parametrize("run", [1, 64])
@pytest.mark.parametrize("small", [0, nearest.SMALL])
def test_rows_are_those_whose_sums_reach_the_kth(monkeypatch, common, levels, read, many, run, small):
    monkeypatch.setattr(nearest, "SMALL", small)
    monkeypatch.setattr(lexical, "COMMON", common)
    monkeypatch.setattr(lexical, "LEVELS", (max(common, levels[0]), max(common, levels[1])))
    monkeypatch.setattr(lexical, "READ", read)
    monkeypatch.setattr(nearest, "MANY", many)
    monkeypatch.setattr(nearest, "SHARE", 1e9 if many == 1 else 32)
    monkeypatch.setattr(nearest, "RUN", run)
    index = library()
    asked = index.asked(*texts_of(NEEDS))
    wish = np.linspace(0, 1, len(index.ids))
    rows = np.arange(len(index.ids))
    rare = index.channels(asked, slice(0, len(NEEDS)))[2]
    for text, bound in enumerate(bounds(index, asked, slice(0, len(NEEDS)))):
        sums = np.add(*index.parts_of(asked, text, rare[text], rows))
        assert (bound.upper >= sums - SLACK).all()
        assert np.add(*bound.parts_of(rows)).tolist() == sums.tolist()
        for preference in (None, wish):
            wanted = sums if preference is None else sums + preference
            for allowed in (index.alive, index.alive & (rows != np.argmax(wanted))):
                for k in (1, 2, 20):
                    limit = np.sort(wanted[allowed])[::-1][: min(k, allowed.sum())][-1]
                    expected = rows[allowed & (wanted >= limit - SLACK)]
                    assert bound.nearest(k, allowed, preference).tolist() == expected.tolist()
        assert bound.nearest(3, np.zeros(len(rows), bool), None).tolist() == []


def test_parts_looked_up_are_those_of_the_whole_row_to_the_bit():
    index = library()
    asked = index.asked(*texts_of(NEEDS))
    rare = index.channels(asked, slice(0, len(NEEDS)))[2]
    for text in range(len(NEEDS)):
        for rows in (np.array([0, 2, 5, 7]), np.array([3]), np.zeros(0, np.int64)):
            for looked_up, whole in zip(
                index.parts_of(asked, text, None, rows), index.parts_of(asked, text, rare[text], rows), strict=True
            ):
                assert looked_up.tolist() == whole.tolist()


def test_a_text_alone_has_the_bits_that_it_has_among_others(monkeypatch):
    """numpy adds up one column by pairs and several one by one: shards would differ from the whole."""
    monkeypatch.setattr(lexical, "COMMON", 0)
    text = "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法，建立噪声与残余应力的关系，研制贴合齿面的柔性探头和在线检测装置"
    texts = [text, text[:40], "桃采后保鲜与冷链运输", text[10:]]
    index = build(pd.DataFrame({"outcome_id": ["C1", "C2", "C3", "C4"], "title": texts}))
    asked = index.asked([text[::-1] + text], [""])
    together = index.parts_of(asked, 0, None, np.arange(4))[1]
    alone = [index.parts_of(asked, 0, None, np.array([row]))[1][0] for row in range(4)]
    assert together.tolist() == alone
    assert (
        together.tolist()
        == index.parts_of(asked, 0, index.channels(asked, slice(0, 1))[2][0], np.arange(4))[1].tolist()
    )


def test_what_rounding_and_half_of_the_numbers_lose_is_known():
    vectors = np.array([[0.6, -0.8, 0], [0, 0, 0], [1, 1e-3, 0.5]], np.float32)
    rounded = Rounded.of(vectors)
    np.testing.assert_allclose(rounded.axes.T @ rounded.axes, np.eye(3), atol=1e-6)
    turned, given = vectors @ rounded.axes, rounded.codes * rounded.steps
    assert (rounded.half, np.abs(rounded.codes).max(axis=0)[:2].tolist()) == (2, [127, 127])
    for bound, exact in ((rounded.lost, turned - given), (rounded.rest, turned[:, 2:])):
        lengths = np.linalg.norm(exact, axis=1)
        assert ((bound >= lengths) & (bound <= lengths + 1.1e-3)).all()
    asked = np.array([[0.1, 0.7, -0.7]], np.float32)
    seen = rounded.turn(asked)
    np.testing.assert_allclose(seen.numbers / rounded.steps @ turned.T, asked @ vectors.T, atol=1e-6)
    for bound, exact in ((seen.lengths, asked), (seen.rest, seen.numbers[:, 2:] / rounded.steps[2:])):
        assert 0 <= bound[0] - np.linalg.norm(exact) <= 1.1e-3


@pytest.mark.parametrize("run", [1, 4, 64])
def test_the_largest_numbers_are_found(monkeypatch, run):
    monkeypatch.setattr(nearest, "RUN", run)
    values = np.float32([3, 1, 4, 1, 5, -np.inf, 9, 2, 6])
    runs = nearest.Runs.of(values)
    assert [runs.largest(k) for k in range(1, 10)] == sorted(values.tolist(), reverse=True)
    for limit in (-np.inf, 1, 4, 9, 10):
        assert runs.reaching(limit).tolist() == np.flatnonzero(values >= limit).tolist()


def test_terms_that_texts_have_are_found():
    index = build(OUTCOMES)
    names = index.parts[0].postings.names
    expected = index.parts[0].postings.columns(np.arange(len(names))).toarray() > 0
    rows = np.array([1, 4])
    assert (index.lexical.holding(names, rows).toarray() > 0).tolist() == expected[rows].tolist()


@pytest.mark.parametrize("turned", [1, 30])
def test_postings_are_the_same_in_however_large_pieces_they_are_put_in_order(monkeypatch, turned):
    texts = [*NEEDS["title"], *OUTCOMES["title"], "", *OUTCOMES["title"]]
    batches = [Segmenter().terms(some) for some in (texts[:3], texts[3:4], [], texts[4:])]
    whole = Postings.build(iter(batches))
    monkeypatch.setattr(postings, "TURNED", turned)
    pieces = Postings.build(iter(batches))
    assert pieces.names == whole.names
    for name in ("offsets", "rows", "counts"):
        assert getattr(pieces, name).tolist() == getattr(whole, name).tolist()
    by_text = np.zeros((len(texts), len(whole.names)), int)
    by_text[whole.rows, np.repeat(np.arange(len(whole.names)), np.diff(whole.offsets))] = whole.counts
    starts, terms, counts = pieces.contents
    for text, row in enumerate(by_text):
        here = slice(starts[text], starts[text + 1])
        assert terms[here].tolist() == np.flatnonzero(row).tolist()
        assert counts[here].tolist() == row[row > 0].tolist()
    assert (starts.dtype, terms.dtype, counts.dtype) == (np.int64, np.int32, np.uint8)
