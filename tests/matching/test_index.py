"""The index: both channels against brute force; changes against a rebuild."""

import re

import faiss
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.feature_extraction.text import TfidfVectorizer
from small import NEEDS, OUTCOMES, Known, build

from matcher import Index, match
from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.matching import Segmenter
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.index import TITLE, texts_of


def counted(title: str, body: str) -> list[str]:
    """A record's terms: those of the title twice, those of the rest once."""
    terms = Segmenter().terms([title, body])
    flat = [terms.names[i] for i in terms.ids.tolist()]
    times = terms.counts * np.repeat([TITLE, 1], np.diff(terms.offsets))
    return [name for name, n in zip(flat, times.tolist(), strict=True) for _ in range(n)]


def unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


def vectors_by_hand(titles: list[str], bodies: list[str]) -> np.ndarray:
    """The title's unit vector plus the whole text's, as a unit vector; a blank text has none."""

    def encode(texts):
        return unit(Known().encode(texts)) * [[bool(text.strip())] for text in texts]

    whole = [f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)]
    return unit(encode(titles) + encode(whole))


def known_share(pair: tuple[str, str], vocabulary: dict[str, int]) -> float:
    """How much of a text the library knows; scikit-learn takes it for all of it."""
    local2 = {name: (1 + np.log(counted(*pair).count(name))) ** 2 for name in set(counted(*pair))}
    return sum(value for name, value in local2.items() if name in vocabulary) / sum(local2.values())


def test_channels_are_the_cosines_that_brute_force_gives():
    records = OUTCOMES.assign(scope=["", "", "水田", "", "", "食品"], keywords=["", "合成", "", "", "", ""])
    index = build(records)
    texts = texts_of(records)
    assert texts[1][1] == "医药中间体合成。收率高。\n合成"
    needs = [["机械手抓取", "医药包装", ""], ["机械手。", "", "农业灌溉，电子控制"]]
    asked = index.asked(*needs)
    semantic, lexical, _ = index.channels(asked, slice(0, 3))
    np.testing.assert_allclose(semantic, vectors_by_hand(*needs) @ vectors_by_hand(*texts).T, atol=1e-6)

    tfidf = TfidfVectorizer(analyzer=lambda pair: counted(*pair), sublinear_tf=True)
    documents = tfidf.fit_transform(list(zip(*texts, strict=True)))
    pairs = list(zip(*needs, strict=True))
    whole = (tfidf.transform(pairs) @ documents.T).toarray()
    np.testing.assert_allclose(
        lexical, whole * np.sqrt([[known_share(pair, tfidf.vocabulary_)] for pair in pairs]), atol=1e-6
    )

    rows = np.array([5, 0, 3])
    exact = index.exact(asked, 0, index.channels(asked, slice(0, 1))[2][0], rows)
    np.testing.assert_allclose(exact, [semantic[0, rows], lexical[0, rows]], atol=1e-6)


def test_faiss_gives_the_same_neighbours():
    index = Index.build(OUTCOMES)
    semantic = index.channels(asked := index.asked(*texts_of(NEEDS)), slice(0, len(NEEDS)))[0]
    flat = faiss.IndexFlatIP(index.encoder.dim)
    flat.add(index.vectors(np.arange(len(index))))
    cosines, neighbours = flat.search(asked.vectors, 3)
    np.testing.assert_array_equal(np.argsort(-semantic, axis=1, kind="stable")[:3, :3], neighbours[:3])
    np.testing.assert_allclose(-np.sort(-semantic, axis=1)[:, :3], cosines, atol=1e-6)


# ---- changes

WORDS = ["机械手", "医药包装", "农业灌溉", "电子秤", "机械", "cnc", "高精度", "量子", ""]
IDS = [f"C{n}" for n in range(15)]
record = st.tuples(st.sampled_from(IDS), st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(WORDS))
change = st.tuples(
    st.sampled_from(["put", "remove"]), st.lists(record, min_size=1, max_size=4, unique_by=lambda r: r[0])
)


def frame(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["outcome_id", "title", "a", "b"], dtype=str)
    return table.assign(description=table["a"] + "，" + table["b"])[["outcome_id", "title", "description"]]


@settings(max_examples=60)
@example([(f"C{n}", *["机械手"] * 3) for n in (1, 2, 3)], [("put", [("C0", *["机械手"] * 3)])])  # all equal
@given(st.lists(record, max_size=6, unique_by=lambda r: r[0]), st.lists(change, min_size=1, max_size=6))
def test_a_changed_index_matches_as_one_built_anew(start, changes):
    index, kept = build(frame(start)), {row[0]: row for row in start}
    for what, rows in changes:
        ids = {row[0] for row in rows}
        if what == "remove":
            index = index.remove(ids & set(kept))
            kept = {name: row for name, row in kept.items() if name not in ids}
            continue
        old, new = [r for r in rows if r[0] in kept], [r for r in rows if r[0] not in kept]
        index = index.update(frame(old)) if old else index
        index = index.add(frame(new)) if new else index
        for row in old:
            del kept[row[0]]
        kept |= {row[0]: row for row in [*old, *new]}
    rebuilt = build(frame(list(kept.values())))
    assert len(index) == len(rebuilt) == len(kept)
    assert_frame_equal(index.records, rebuilt.records)
    result, expected = (match(NEEDS, one, k=20) for one in (index, rebuilt))
    exact = ["need_id", "outcome_id", "rank", "shared_terms", "evidence", "unanswered"]
    assert_frame_equal(result[exact], expected[exact], check_dtype=False)
    parts = ["semantic", "lexical"]
    np.testing.assert_allclose(result[parts], expected[parts], atol=2e-5)


def test_scores_after_changes_are_those_of_an_index_built_anew():
    changed = build().remove(["C1"]).add(OUTCOMES[:1])
    assert len(changed.parts) == 2
    result, expected = match(NEEDS, changed, k=6), match(NEEDS, build(), k=6)
    assert_frame_equal(result, expected, rtol=1e-5)


def test_equal_texts_tie_wherever_they_lie():
    """Records of equal text, indexed months apart and in other company, stand in the order of their ids."""
    words = ["数控机床", "机械手", "主轴", "热误差", "五轴联动", "cnc", "抓取", "零件", "高精度", "加工中心", "补偿"]
    twins = [(f"B{n}", "".join(words[n : n + 4]), "，".join(words), "") for n in range(7)]
    others = [(f"D{n}", word, "", "") for n, word in enumerate(words[::-1])]
    index = build(frame([*twins, *others])).add(frame([("E0", *others[0][1:]), *[("A" + t[0], *t[1:]) for t in twins]]))
    assert len(index.parts) == 2
    asked = pd.DataFrame({"need_id": words, "title": words, "description": ["".join(words[::-1])] * len(words)})
    result = match(asked, index, k=30)
    pairs = result.assign(text=result["outcome_id"].str.lstrip("A")).groupby(["need_id", "text"])
    assert pairs.ngroups == len(words) * 19
    twice = pairs.filter(lambda pair: len(pair) == 2).groupby(["need_id", "text"])
    assert twice.ngroups == len(words) * 7
    assert (twice["score"].nunique() == 1).all()
    assert (twice["outcome_id"].first().str[:1] == "A").all()


def test_an_index_is_a_value():
    index = build()
    before = match(NEEDS, index)
    index.add(OUTCOMES[:1].assign(outcome_id="C7"))
    index.update(OUTCOMES[:1].assign(title="量子"))
    index.remove(["C2"])
    assert_frame_equal(match(NEEDS, index), before)


def test_an_updated_record_is_ranked_by_its_new_text_alone():
    index = build().update(OUTCOMES[:1].assign(title="量子", description=""))
    assert len(index) == 6
    result = match(NEEDS, index, k=1).set_index("need_id")["outcome_id"]
    assert result.to_dict() == {"N1": "C5", "N2": "C6", "N3": "C3", "N4": "C1"}


def test_unknown_columns_come_along():
    first = OUTCOMES[:2].assign(备注=["甲", "乙"], price=pd.array([1, None], "Int64"))
    second = OUTCOMES[2:3].assign(mark=[1.5])
    records = build(first).add(second).records
    assert records["备注"].isna().tolist() == [False, False, True]
    assert records["备注"].tolist()[:2] == ["甲", "乙"]
    assert records["price"].dtype == "Int64"
    assert records["trl"].tolist() == [7, 8, 9]
    assert records["trl"].dtype == np.int64
    assert records["valid_until"].dtype == OUTCOMES["valid_until"].dtype
    assert records["mark"].isna().tolist() == [True, True, False]


# ---- edges


def test_an_empty_library():
    index = build(OUTCOMES[:0])
    assert len(index) == 0
    result = match(NEEDS, index)
    assert result["need_id"].tolist() == ["N1", "N2", "N3", "N4"]
    assert result["rank"].tolist() == [0] * 4
    assert len(index.remove([])) == 0
    assert match(NEEDS, index.add(OUTCOMES), k=1)["outcome_id"].tolist() == ["C1", "C6", "C3", "C4"]


def test_one_record():
    result = match(NEEDS, build(OUTCOMES[:1]), k=5)
    assert result["outcome_id"].tolist() == ["C1"] * 4
    assert not result["good_match"].any()  # nothing is known about chance


def test_everything_may_be_removed():
    index = build().remove(OUTCOMES["outcome_id"])
    assert len(index) == 0
    assert index.records.dtypes.to_dict() == build().records.dtypes.to_dict()
    assert len(index.add(OUTCOMES)) == 6


def test_records_without_any_text():
    result = match(NEEDS, build(OUTCOMES.assign(title="", description="")), k=2)
    assert result["outcome_id"].tolist() == ["C1", "C2"] * 4
    assert (result["evidence"] == "").all()


def test_ids_are_texts():
    index = build(OUTCOMES.assign(outcome_id=[10, 9, 8, 7, 6, 5]))
    assert index.records["outcome_id"].tolist() == ["10", "9", "8", "7", "6", "5"]
    assert len(index.update(OUTCOMES[:1].assign(outcome_id=[10]))) == 6


def test_the_table_handed_in_is_left_alone():
    table = OUTCOMES.assign(outcome_id=[1, 2, 3, 4, 5, 6])
    copy = table.copy()
    build(table)
    assert_frame_equal(table, copy)


def test_how_an_index_looks():
    assert repr(Index.build(OUTCOMES)) == f"Index(6 records by 'outcome_id', encoder={StaticEncoder.load()!r})"


REFUSED = {
    "a table needs one of the columns outcome_id or need_id; it has ['title']; "
    "read it first: read_needs(table).rows or read_outcomes(table).rows": lambda: build(OUTCOMES[["title"]]),
    "a table needs one of the columns outcome_id or need_id; it has ['title']; "
    "outcome_id is its index: table.reset_index()": lambda: build(OUTCOMES.set_index("outcome_id")[["title"]]),
    "a table has only one of the columns outcome_id or need_id: drop the one that others own": lambda: build(
        OUTCOMES[["outcome_id"]].assign(need_id="N1")
    ),
    "a table needs a column title or description": lambda: build(OUTCOMES[["outcome_id"]]),
    "1 个编号重复：C1": lambda: build(OUTCOMES.assign(outcome_id=["C1", "C1", "C1", "C4", "C5", "C6"])),
    "2 个编号已在索引中，请用 update 更新：C1、C2": lambda: build().add(OUTCOMES[:2]),
    "1 个编号不在索引中，请用 add 添加：C9": lambda: build().update(OUTCOMES[:1].assign(outcome_id="C9")),
    "1 个编号不在索引中，请用 add 添加：C1": lambda: build().remove(["C1"]).update(OUTCOMES[:1]),
    "this index holds outcome_id, the table need_id": lambda: build().add(NEEDS),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_words(message):
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        REFUSED[message]()


def test_unknown_ids_are_not_removed():
    with pytest.raises(KeyError, match="not in the index: C8, C9"):
        build().remove(["C1", "C9", "C8"])
    with pytest.raises(KeyError, match="not in the index: C1"):
        build().remove(["C1"]).remove(["C1"])


def test_pieces_are_indexed_as_their_concatenation_is():
    whole, pieces = build(OUTCOMES), build(OUTCOMES[at : at + 4] for at in range(0, len(OUTCOMES), 4))
    pd.testing.assert_frame_equal(match(NEEDS, pieces), match(NEEDS, whole), check_exact=True)
    (one,), (other,) = pieces.parts, whole.parts
    assert one.postings.names == other.postings.names
    for name in ("offsets", "rows", "counts"):
        assert getattr(one.postings, name).tolist() == getattr(other.postings, name).tolist()
    assert one.vectors.tolist() == other.vectors.tolist()


def test_pieces_that_do_not_fit_are_refused():
    with pytest.raises(ArgumentError, match="no pieces"):
        build(iter(()))
    with pytest.raises(TableError, match="1 个编号重复：C3"):
        build([OUTCOMES[:3], OUTCOMES[2:]])
    with pytest.raises(TableError, match="a piece holds need_id, the first one outcome_id"):
        build([OUTCOMES, NEEDS])
    with pytest.raises(ArgumentTypeError, match=r"records is a DataFrame .* not str"):
        build([OUTCOMES, "more"])
