"""What needs no cluster: kinds, orders of bits, and arguments of another kind."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from made_up import made_up

import matcher
from matcher.errors import ArgumentTypeError
from matcher.matching import Index
from matcher.spark import match, score, shards
from matcher.spark.frames import ddl, pieces, typed
from matcher.spark.shards import _sortable, opened, rows_of


def test_bits_are_in_the_order_of_the_numbers():
    numbers = np.array([-1.0, -0.5, -1e-30, -0.0, 0.0, 1e-30, 0.25, 1.0], np.float32)
    keys = _sortable(numbers)
    assert keys[3] == keys[4]
    assert (np.diff(np.delete(keys, 3).astype(np.int64)) > 0).all()


def test_what_is_unknown_is_null_and_every_column_has_its_kind():
    table = pd.DataFrame({"b": [True, None], "x": [1.5, np.nan], "id": ["甲", None], "n": pd.array([1, None], "Int64")})
    kinds = {"id": "string", "n": "bigint", "x": "double", "b": "boolean"}
    assert typed(table, kinds).to_pydict() == {"id": ["甲", None], "n": [1, None], "x": [1.5, None], "b": [True, None]}
    assert ddl({"tech-sme.x": "double", "b": "string"}) == "`tech-sme.x` double, `b` string"


def test_a_table_of_pandas_is_named():
    with pytest.raises(ArgumentTypeError, match=r"firms is a Spark DataFrame, not pandas\..*DataFrame"):
        score(pd.DataFrame(), "hte", on="2026-11-24")
    with pytest.raises(ArgumentTypeError, match="queries is a Spark DataFrame"):
        match(pd.DataFrame(), pd.DataFrame())


def test_batches_of_any_size_become_pieces_of_one_size():
    batches = [pa.record_batch({"n": pa.array(range(*some), pa.int64())}) for some in ((0, 2), (2, 9), (9, 9), (9, 10))]
    assert [piece["n"].to_pylist() for piece in pieces(batches, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [piece["n"].to_pylist() for piece in pieces(batches, 5)] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert [piece.num_rows for piece in pieces(batches, np.inf)] == [10]
    assert list(pieces(batches[2:3], 4)) == []


def test_an_index_travels_in_rows_of_bounded_size_and_answers_as_before(monkeypatch):
    monkeypatch.setattr(shards, "DATA", 1000)
    monkeypatch.setattr(shards, "TERMS", 100)
    needs = made_up("need", 6, characters=60, rng=2)
    built = [Index.build(made_up("outcome", 30, characters=120, rng=seed)) for seed in (1, 3)]
    rows = [row | {"shard": name} for name, index in zip("ab", built, strict=True) for row in rows_of(index)]
    assert max(len(row.get("data", b"")) for row in rows) == 1000
    assert max(len(row.get("names", ())) for row in rows) == 100
    counted = [row for row in rows if "names" in row and row["shard"] == "b"]
    assert sum(row["texts"] for row in rows) == 60
    assert tuple(name for row in counted for name in row["names"]) == built[1].census.names
    assert np.concatenate([row["counts"] for row in counted]).tolist() == built[1].census.counts.tolist()
    files = [(row["shard"], row["file"], row["data"]) for row in rows if "file" in row]
    for (name, given), index in zip(opened(iter(files), built[0].statistics), built, strict=True):
        of_whole = Index.build(index.records, statistics=built[0].statistics)
        pd.testing.assert_frame_equal(matcher.match(needs, given), matcher.match(needs, of_whole))
        assert given.ids[0] == index.ids[0]
        assert name in "ab"
