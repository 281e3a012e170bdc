"""What needs no cluster: kinds, orders of bits, and arguments of another kind."""

import numpy as np
import pandas as pd
import pytest

from matcher.errors import ArgumentTypeError
from matcher.spark import match, score
from matcher.spark.frames import ddl, typed
from matcher.spark.shards import _sortable


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
