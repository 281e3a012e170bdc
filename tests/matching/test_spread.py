"""Work spread over processes gives what one process gives, to the last bit."""

import sys

import numpy as np
import pytest
from stories import told

from matcher.matching.spread import packed, unpacked
from matcher.matching.texts.tokens import Segmenter, Terms

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
START = """
import os, signal
import numpy as np
import pandas as pd
from matcher import Index, fit_feedback, match
from matcher.errors import TableError
from matcher.matching import matches, spread
from matcher.matching.encoding import text_reading
from matcher.matching.library import base

text_reading.processors = matches.processors = lambda: 3  # whatever this machine has
words = ["齿轮", "磨削", "烧伤", "检测", "桃", "采后", "保鲜", "大蒜", "烘干", "轴承", "在线", "测量", "效率≥92%"]
draw = np.random.default_rng(1)


def table(kind, many):
    texts = ["".join(draw.choice(words, 4)) for _ in range(many)]
    bodies = ["。".join("".join(draw.choice(words, 5)) for _ in range(3)) for _ in range(many)]
    return pd.DataFrame({f"{kind}_id": [f"{kind[0]}{i}" for i in range(many)], "title": texts, "description": bodies})


outcomes, needs = table("outcome", 90), table("need", 700)
"""


def test_arrays_travel_whole():
    arrays = {
        "wide": np.arange(6, dtype=np.float32).reshape(3, 2),
        "texts": np.array(["甲", None, ""], object),
        "flags": np.array([True, False]),
        "none": np.zeros((0, 4)),
        "nan": np.array([np.nan, -0.0]),
        "counts": np.array([1, 255], np.uint8),
    }
    found = unpacked(packed(arrays))
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].shape == array.shape, name
        np.testing.assert_array_equal(found[name], array)
    assert np.signbit(found["nan"][1])


def test_terms_travel_whole():
    terms = Segmenter().terms(["齿轮磨削烧伤检测", "", "ABC 12"])
    found = Terms.of(unpacked(packed(terms.arrays)))
    assert found.names == terms.names
    for name in ("offsets", "ids", "counts", "is_word"):
        np.testing.assert_array_equal(getattr(found, name), getattr(terms, name))


def test_a_table_of_matches_is_the_same_from_several_processes():
    told(
        START
        + """
index = Index.build(outcomes)
alone = match(needs, index)
pd.testing.assert_frame_equal(match(needs, index, processes=3), alone, check_exact=True)
pd.testing.assert_frame_equal(match(needs, index, processes=2), alone, check_exact=True)
options = {"k": 3, "reasons": False, "where": {"title": ["没有"]}}
pd.testing.assert_frame_equal(match(needs, index, processes=3, **options), match(needs, index, **options))
judged = pd.DataFrame({"need_id": ["n1"], "outcome_id": ["o2"], "verdict": ["declined"], "reason": ["已解决"]})
learned = fit_feedback(index, needs[:5], judged)
one = match(needs, learned)
pd.testing.assert_frame_equal(match(needs, learned, processes=3), one, check_exact=True)

real, first = matches._match_some, os.getpid()

def dying(queries, index, some, *more, **options):
    if some.start and os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(queries, index, some, *more, **options)

matches._match_some = dying
pd.testing.assert_frame_equal(match(needs, index, processes=3), alone, check_exact=True)
"""
    )


def test_an_index_is_the_same_from_several_processes():
    told(
        START
        + """
base.BATCH = 16
alone = Index.build(outcomes)
pieces = lambda: (outcomes[at : at + 40] for at in range(0, 90, 40))
for given in (outcomes, pieces()):
    spread = Index.build(given, processes=3)
    [one], [other] = alone.parts, spread.parts
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert one.postings.names == other.postings.names
    for name in ("offsets", "rows", "counts"):
        np.testing.assert_array_equal(getattr(one.postings, name), getattr(other.postings, name))
    pd.testing.assert_frame_equal(match(needs[:20], spread), match(needs[:20], alone), check_exact=True)
try:
    Index.build((table for table in (outcomes[:40], outcomes[30:])), processes=3)
except TableError as error:
    assert "重复" in str(error)
else:
    raise AssertionError
assert len(Index.build(outcomes[:0], processes=3)) == 0
"""
    )
