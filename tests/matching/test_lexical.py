"""The lexical channel, held against scikit-learn's TF-IDF and, in ranking, against bm25s."""

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.matching.library import lexical
from matcher.matching.library import postings as module
from matcher.matching.library.lexical import Lexical, take
from matcher.matching.library.postings import Postings
from matcher.matching.texts.tokens import Segmenter

TEXTS = [
    "数控机床主轴热误差补偿",
    "机床 机床 机床 CNC",
    "水稻病虫害防治",
    "中药有效成分提取与纯化工艺",
    "锂电池正极材料回收",
    "废水处理，废水回用",
    "",
    "。",
    "数控系统故障诊断",
    "机床床身铸造",
    "热处理变形控制",
    "5G 通信 机床 联网",
]
ASKED = ["数控机床主轴", "热误差补偿", "废水处理 废水", "机床", "水稻 CNC 5G"]


def counted(text: str) -> list[str]:
    """A text's terms, each as often as it counts."""
    terms = Segmenter().terms([text])
    return [terms.names[i] for i, n in zip(terms.ids.tolist(), terms.counts.tolist(), strict=True) for _ in range(n)]


def postings(texts: list[str]) -> Postings:
    return Postings.build([Segmenter().terms(texts)])


def alive(*flags: int) -> np.ndarray:
    return np.array(flags, bool)


def scores(lexical: Lexical, asked: list[str]) -> np.ndarray:
    return lexical.scores(lexical.queries(Segmenter().terms(asked)))[0]


def sklearn_scores(texts: list[str], asked: list[str]) -> np.ndarray:
    vectorizer = TfidfVectorizer(analyzer=counted, sublinear_tf=True)
    documents = vectorizer.fit_transform(texts)
    return (vectorizer.transform(asked) @ documents.T).toarray()


def test_postings_hold_places_and_counts():
    result = postings(["机床 机床", "CNC", "机床"])
    table = {
        name: (result.rows[start:end].tolist(), result.counts[start:end].tolist())
        for name, start, end in zip(result.names, result.offsets[:-1], result.offsets[1:], strict=True)
    }
    assert table == {"机床": ([0, 2], [4, 2]), "机": ([0, 2], [2, 1]), "床": ([0, 2], [2, 1]), "cnc": ([1], [1])}
    assert result.size == 3
    assert result.frequencies(alive(0, 1, 1)).tolist() == [1] * 4


def test_a_cosine_worked_out_by_hand():
    """Two texts, "甲" and "甲 乙": df of 甲 is 2, of 乙 1; asked is "乙"."""
    result = scores(Lexical([postings(["甲", "甲 乙"])], [alive(1, 1)]), ["乙"])
    rare = np.log(3 / 2) + 1
    np.testing.assert_allclose(result, [[0, rare / np.sqrt(1 + rare**2)]], rtol=1e-6)


def test_scores_are_those_of_scikit_learn():
    result = scores(Lexical([postings(TEXTS)], [np.ones(len(TEXTS), bool)]), ASKED)
    np.testing.assert_allclose(result, sklearn_scores(TEXTS, ASKED), atol=1e-6)


def test_a_term_that_no_text_holds_counts_in_the_norm_of_what_is_asked():
    """scikit-learn drops it, and with it a need that is answered in part scores as one that is answered in full."""
    whole = Lexical([postings(TEXTS)], [np.ones(len(TEXTS), bool)])
    known, unknown = scores(whole, ["水稻", "水稻 XYZ"])
    known_terms = (1 + np.log(2)) ** 2 + 1 + 1  # 水稻 twice, 水, 稻
    average = known_terms / (known_terms + 1)  # XYZ as the mean of them
    np.testing.assert_allclose(unknown, known * np.sqrt(average), rtol=1e-5)


@pytest.mark.parametrize("common", [0, 1, 3, 256])
def test_however_many_terms_are_held_as_a_block_the_scores_are_the_same(monkeypatch, common):
    monkeypatch.setattr(lexical, "COMMON", common)
    result = scores(Lexical([postings(TEXTS)], [np.ones(len(TEXTS), bool)]), ASKED)
    np.testing.assert_allclose(result, sklearn_scores(TEXTS, ASKED), atol=1e-6)


def test_norms_are_the_same_in_pieces_of_any_size(monkeypatch):
    whole = postings(TEXTS)
    idf2 = np.linspace(1, 4, len(whole.names))
    expected = ((whole.columns(np.arange(len(whole.names))).toarray().astype(float)) ** 2) @ idf2
    for piece in (1, 3, 7, 10_000):
        monkeypatch.setattr(module, "PIECE", piece)
        np.testing.assert_allclose(whole.squares(idf2), expected, rtol=1e-6)


def test_exact_gives_the_scores_to_the_last_digit():
    parts = [postings(TEXTS[:5]), postings(TEXTS[5:])]
    both = Lexical(parts, [np.ones(5, bool), np.ones(len(TEXTS) - 5, bool)])
    queries = both.queries(Segmenter().terms(ASKED))
    whole, rare = both.scores(queries)
    rows = np.array([11, 0, 5, 4, 6])
    for query, cosines, part in zip(queries, whole, rare, strict=True):
        exact = both.exact(query, part, rows)
        assert exact.dtype == np.float64
        np.testing.assert_allclose(exact, cosines[rows], atol=1e-6)


cut = st.integers(0, len(TEXTS))


@settings(max_examples=60)
@given(st.tuples(cut, cut).map(sorted), st.lists(st.booleans(), min_size=len(TEXTS), max_size=len(TEXTS)))
def test_parts_with_dead_rows_score_as_one_part_of_the_living(cuts, living):
    bounds = [(0, cuts[0]), (cuts[0], cuts[1]), (cuts[1], len(TEXTS))]
    mask = np.array(living)
    split = Lexical([postings(TEXTS[a:b]) for a, b in bounds], [mask[a:b] for a, b in bounds])
    one = Lexical([postings([t for t, keep in zip(TEXTS, living, strict=True) if keep])], [mask[mask]])
    np.testing.assert_allclose(scores(split, ASKED)[:, mask], scores(one, ASKED), atol=1e-6)
    assert split.texts == one.texts == mask.sum()


def test_texts_without_terms_score_zero():
    result = scores(Lexical([postings(["", "机床"])], [alive(1, 1)]), ["", "机床", "水稻"])
    np.testing.assert_allclose(result, [[0, 0], [0, 1], [0, 0]], atol=1e-6)


def test_take_reads_across_parts():
    parts = [np.float32([[0, 0], [1, 1]]), np.zeros((0, 2), np.float32), np.float32([[2, 2]])]
    assert take(parts, np.array([2, 0, 1, 2])).tolist() == [[2, 2], [0, 0], [1, 1], [2, 2]]
    assert take(parts[:1], np.array([1])).tolist() == [[1, 1]]


PLANTED = {
    "齿轮磨削烧伤检测": "基于巴克豪森噪声的齿轮磨削烧伤检测装置",
    "木粉尘除尘防爆": "木工车间粉尘防爆与湿式除尘",
    "桃子采后保鲜": "桃果实采后保鲜与冷链贮运",
    "中药提取物喷雾干燥": "中药浸膏喷雾干燥防粘壁",
    "锂电池热失控预警": "锂电池热失控早期预警",
}
OTHERS = ["齿轮箱设计", "粉尘检测", "桃树栽培", "中药材种植", "锂矿提取", "干燥设备", "保鲜膜", "电池外壳", "木材加工"]


def test_it_and_bm25s_both_put_the_planted_answer_first():
    texts = [*PLANTED.values(), *OTHERS]
    result = scores(Lexical([postings(texts)], [np.ones(len(texts), bool)]), list(PLANTED))
    peer = bm25s.BM25()
    peer.index([counted(text) for text in texts], show_progress=False)
    asked = [counted(text) for text in PLANTED]
    peers, _ = peer.retrieve(asked, corpus=np.arange(len(texts)), k=1, show_progress=False)
    assert result.argmax(axis=1).tolist() == peers[:, 0].tolist() == list(range(len(PLANTED)))


@pytest.mark.parametrize("common", [0, 3, 256])
@pytest.mark.parametrize("gathered", [1, 5, 1 << 21])
def test_which_texts_hold_which_terms_and_what_all_their_terms_weigh(monkeypatch, common, gathered):
    monkeypatch.setattr(lexical, "COMMON", common)
    monkeypatch.setattr(module, "GATHERED", gathered)
    whole = Lexical([postings(TEXTS[:5]), postings(TEXTS[5:])], [alive(*[1] * 5), alive(*[1] * 7)])
    names, rows = ["机床", "没有", "数", "主轴", "cnc", "5g"], np.array([0, 1, 4, 6, 8, 11])
    held = [set(counted(text)) for text in TEXTS]
    expected = [[float(name in held[row]) for name in names] for row in rows]
    assert whole.holding(names, rows).toarray().tolist() == expected
    assert whole.holding([], rows).shape == (6, 0)
    assert whole.holding(names, rows[:0]).shape == (0, 6)
    weights = [whole.idf2(sorted(some)).sum() for some in held]
    np.testing.assert_allclose(whole.weights, weights, rtol=1e-12)
