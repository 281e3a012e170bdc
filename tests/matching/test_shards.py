"""A library in parts gives the very answers of the whole."""

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES

from matcher.errors import ArgumentError, ArgumentTypeError, IndexFolderError, TableError
from matcher.matching import Index, fit_feedback, match
from matcher.matching.shards import Shards, match_shards, merge_matches, shard_statistics
from matcher.tables import read_needs, read_outcomes

NEEDS = read_needs(EXAMPLES / "needs.csv").rows
OUTCOMES = read_outcomes(EXAMPLES / "outcomes.csv").rows
MORE = read_outcomes(EXAMPLES / "abroad_outcomes.csv").rows.reindex(columns=OUTCOMES.columns)
LIBRARY = pd.concat([OUTCOMES, MORE.assign(outcome_id="A" + MORE["outcome_id"].astype(str))], ignore_index=True)


@pytest.fixture(scope="module")
def whole():
    return Index.build(LIBRARY)


def parts(statistics, many=3):
    return [Index.build(LIBRARY.iloc[at::many], statistics=statistics) for at in range(many)]


@pytest.mark.parametrize(
    "options", [{}, {"k": 1}, {"reasons": False}, {"weights": {"field": 0.5}}, {"where": {"field": "农业"}}]
)
def test_shards_with_the_statistics_of_the_whole_give_its_table_to_the_last_bit(whole, options):
    options = {"k": 7, **options}
    expected = match(NEEDS, whole, **options)
    given = match_shards(NEEDS, (shard for shard in parts(whole.statistics)), **options)
    pd.testing.assert_frame_equal(given, expected, check_exact=True)


def test_two_merges_are_one_and_the_order_of_shards_does_not_count(whole):
    tables = [match(NEEDS, shard, k=5) for shard in parts(whole.statistics, 4)]
    once = merge_matches(tables, k=5)
    twice = merge_matches([merge_matches(tables[2:], k=5), merge_matches(tables[:2], k=5)], k=5)
    pd.testing.assert_frame_equal(once, twice, check_exact=True)


def test_statistics_from_shards_are_those_of_the_whole(whole):
    bare = [Index.build(LIBRARY.iloc[at::3]) for at in range(3)]
    given, expected = shard_statistics(bare), whole.statistics
    assert (given.texts, given.names) == (expected.texts, expected.names)
    assert given.counts.tolist() == expected.counts.tolist()
    for name in ("centre", "spread", "quantiles", "tail", "out_of_library"):
        np.testing.assert_allclose(getattr(given.scale, name), getattr(expected.scale, name), rtol=1e-5, atol=1e-5)
    assert given.scale.texts == expected.scale.texts
    table, other = match_shards(NEEDS, parts(given), k=5), match(NEEDS, whole, k=5)
    assert table[["need_id", "outcome_id", "rank"]].equals(other[["need_id", "outcome_id", "rank"]])
    assert (table["recommended"] == other["recommended"]).all()


def test_what_is_added_or_removed_changes_no_other_score(whole):
    shard = Index.build(LIBRARY.iloc[:20], statistics=whole.statistics)
    before = match(NEEDS, shard, k=50)
    after = match(NEEDS, shard.add(LIBRARY.iloc[20:]).remove(LIBRARY["outcome_id"].iloc[20:].tolist()), k=50)
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_a_saved_shard_is_a_shard_again(whole, tmp_path):
    for at, shard in enumerate(parts(whole.statistics)):
        shard.save(tmp_path / str(at))
    loaded = (Index.load(tmp_path / str(at)) for at in range(3))
    pd.testing.assert_frame_equal(match_shards(NEEDS, loaded, k=4), match(NEEDS, whole, k=4), check_exact=True)
    again = Index.load(tmp_path / "0")
    again.save(tmp_path / "0")
    assert Index.load(tmp_path / "0").statistics.names == whole.statistics.names


def pieces():
    return (LIBRARY.iloc[at : at + 60] for at in range(0, len(LIBRARY), 60))


def test_a_library_is_built_piece_by_piece_and_read_when_asked_for(whole, tmp_path):
    shards = Shards.build(pieces(), tmp_path)
    assert [len(shard) for shard in shards] == [len(piece) for piece in pieces()]
    given, expected = match_shards(NEEDS, Shards(tmp_path), k=5), match(NEEDS, whole, k=5)
    names = ["need_id", "outcome_id", "rank", "recommended", "evidence"]
    pd.testing.assert_frame_equal(given[names], expected[names])
    np.testing.assert_allclose(given["score"], expected["score"], rtol=1e-5)
    assert shards[-1].whole.texts == len(LIBRARY)
    with pytest.raises(IndexError):
        shards[len(shards)]


def test_building_goes_on_where_it_was_broken_off(tmp_path, monkeypatch):
    def broken():
        yield from list(pieces())[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Shards.build(broken(), tmp_path)
    with pytest.raises(IndexFolderError, match="没有做完"):
        Shards(tmp_path)
    built = []
    real = Index.build.__func__
    monkeypatch.setattr(Index, "build", classmethod(lambda cls, *a, **b: built.append(len(a[0])) or real(cls, *a, **b)))
    Shards.build(pieces(), tmp_path)
    assert built[:-1] == [len(piece) for piece in list(pieces())[2:]]  # the last one is the sample of the statistics


def test_a_library_built_again_holds_the_texts_of_now(tmp_path):
    old = pd.DataFrame({"outcome_id": ["C1", "C2", "C3"], "title": ["齿轮磨削烧伤检测", "桃采后保鲜", "大蒜烘干"]})
    new = old.assign(title=["齿轮磨削烧伤检测", "无人机植保", "水泵"])
    for table in (old, new, new):
        shards = Shards.build([table[:1], table[1:]], tmp_path)
        assert [title for shard in shards for title in shard.records["title"]] == table["title"].tolist()


def test_an_id_in_two_pieces_is_refused(tmp_path):
    with pytest.raises(TableError, match="1 个编号在两个分片中"):
        Shards.build([LIBRARY[:3], LIBRARY[2:5]], tmp_path)
    with pytest.raises(ArgumentError, match="no pieces"):
        Shards.build([], tmp_path)


def test_an_asking_row_that_finds_nothing_keeps_its_line(whole):
    nothing = {"where": {"outcome_id": OUTCOMES["outcome_id"].iloc[0]}}
    expected = match(NEEDS, whole, k=3, **nothing)
    pd.testing.assert_frame_equal(match_shards(NEEDS, parts(whole.statistics), k=3, **nothing), expected)


def test_what_cannot_be_merged_is_refused(whole):
    with pytest.raises(ArgumentError, match="one and the same statistics"):
        match_shards(NEEDS, [Index.build(OUTCOMES)])
    with pytest.raises(ArgumentError, match="does not take accurate"):
        match_shards(NEEDS, parts(whole.statistics), accurate=True)
    with pytest.raises(ArgumentError, match="no parts"):
        shard_statistics([])
    with pytest.raises(ArgumentError, match="needs a table"):
        match_shards(NEEDS, [])
    with pytest.raises(ArgumentTypeError, match="Statistics"):
        Index.build(OUTCOMES, statistics=3)
    judged = pd.DataFrame({"need_id": NEEDS["need_id"][:1], "outcome_id": OUTCOMES["outcome_id"][:1], "level": [4]})
    taught = fit_feedback(whole, NEEDS, judged)
    with pytest.raises(ArgumentError, match="judged pairs"):
        merge_matches([match(NEEDS, taught, k=3)], k=3)


def test_a_folder_of_shards_is_no_index_and_told_so(tmp_path):
    Shards.build([OUTCOMES[:3], OUTCOMES[3:]], tmp_path / "library")
    with pytest.raises(IndexFolderError, match="这是分片的库"):
        Index.load(tmp_path / "library")
    assert len(Index.load(tmp_path / "library" / "shard-00000")) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexFolderError, match="缺少 CURRENT 文件"):
        Index.load(tmp_path / "empty")
