"""Parquet files that grow piece by piece."""

import pandas as pd
import pyarrow as pa

from matcher.export.parquet import ParquetStream


def test_ids_that_are_contacts_are_hidden_alike_in_every_piece(tmp_path):
    for coded in (False, True):
        pieces = [["S01", "13800001234"], ["13800001234", "13811111234", "王工13800001234"]]
        stream = ParquetStream(tmp_path / "a.parquet")
        for ids in pieces:
            column = pa.array(ids)
            stream.put(
                pa.table({"enterprise_id": column.dictionary_encode() if coded else column, "n": range(len(ids))})
            )
        stream.close()
        ids = pd.read_parquet(tmp_path / "a.parquet")["enterprise_id"].tolist()
        assert ids[:3] == ["S01", "138****1234", "138****1234"]
        assert ids[3] == "138****1234-2"


def test_nothing_is_hidden_where_it_was_asked_for(tmp_path):
    stream = ParquetStream(tmp_path / "a.parquet", mask=False)
    assert stream.put(pa.table({"enterprise_id": ["13800001234"]})) == 1
    stream.close()
    assert pd.read_parquet(tmp_path / "a.parquet")["enterprise_id"].tolist() == ["13800001234"]
