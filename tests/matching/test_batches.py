"""Asking rows in batches: the table of all of them, a batch at a time."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small import NEEDS, OUTCOMES, build

from matcher import match
from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.matching import match_batches


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("choices", [{}, {"k": 2, "reasons": False}, {"where": {"region": "兰山区"}}])
def test_the_batches_are_the_whole(rows, choices):
    index = build()
    tables = [*match_batches(NEEDS, index, rows=rows, **choices)]
    assert [len(set(table["need_id"])) for table in tables] == [
        len(NEEDS[at : at + rows]) for at in range(0, len(NEEDS), rows)
    ]
    assert_frame_equal(pd.concat(tables, ignore_index=True), match(NEEDS, index, **choices))


def test_a_generator_is_read_as_far_as_tables_are_asked_for():
    read = []

    def pieces():
        for at in range(len(NEEDS)):
            read.append(at)
            yield NEEDS[at : at + 1]

    tables = match_batches(pieces(), build(), k=1)
    assert read == []
    assert next(tables)["outcome_id"].tolist() == ["C1"]
    assert read == [0]
    assert sum(map(len, tables)) == 3
    assert read == [0, 1, 2, 3]


def test_an_empty_table_gives_an_empty_one_and_no_tables_give_none():
    index = build()
    (table,) = match_batches(NEEDS[:0], index)
    assert_frame_equal(table, match(NEEDS[:0], index))
    assert [*match_batches([], index)] == []


def test_what_is_no_batch_is_refused():
    index = build()
    with pytest.raises(TableError, match="1 个编号在前面的批次里已经有：N2"):
        [*match_batches([NEEDS[:2], NEEDS[1:]], index)]
    for wrong in (7, "needs.csv"):
        with pytest.raises(ArgumentTypeError, match="is a DataFrame"):
            [*match_batches(wrong, index)]
    with pytest.raises(ArgumentError, match="rows"):
        match_batches(NEEDS, index, rows=0)
    with pytest.raises(TableError, match="match needs with outcomes"):
        [*match_batches(OUTCOMES, index)]
