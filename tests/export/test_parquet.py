"""Parquet files that grow piece by piece."""

import pandas as pd
import pyarrow as pa
import pytest

from matcher.export.parquet import HiddenIds, ParquetStream


def test_ids_that_are_contacts_are_hidden_alike_in_every_piece():
    for coded in (False, True):
        hidden, shown = HiddenIds(), []
        for ids in (["S01", "13800001234"], ["13800001234", "13811111234", "王工13800001234"]):
            column = pa.array(ids)
            column = column.dictionary_encode() if coded else column
            table = pa.table({"enterprise_id": column, "n": range(len(ids)), "need_id": column})
            masked = hidden.masked(table).to_pydict()
            assert masked["need_id"] == masked["enterprise_id"]
            assert masked["n"] == list(range(len(ids)))
            shown += masked["enterprise_id"]
        assert shown[:4] == ["S01", "138****1234", "138****1234", "138****1234-2"]


def test_contacts_are_hidden_behind_tables_of_the_same_ids_without_any():
    hidden = HiddenIds()
    pieces = [["S01", "S02"], ["S01", "S02"], ["S01", "13800001234"], ["S01", "S02"], ["S01", "13800001234"]]
    shown = [hidden.masked(pa.table({"need_id": ids})).to_pydict()["need_id"] for ids in pieces]
    assert shown == [["S01", text] for text in ("S02", "S02", "138****1234", "S02", "138****1234")]


def test_a_file_takes_its_place_when_it_is_whole_and_not_before(tmp_path):
    path = tmp_path / "a.parquet"
    with ParquetStream(path) as stream:
        stream.put(pa.table({"n": [1, 2]}))
        stream.put(pa.table({"n": [3]}))
        assert not path.exists()
    assert stream.rows == 3
    assert pd.read_parquet(path)["n"].tolist() == [1, 2, 3]
    with pytest.raises(ZeroDivisionError), ParquetStream(path) as stream:  # noqa: PT012 - the file is under way
        stream.put(pa.table({"n": [4]}))
        _ = 1 / 0
    assert pd.read_parquet(path)["n"].tolist() == [1, 2, 3]
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]
