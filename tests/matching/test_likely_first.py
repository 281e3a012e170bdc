"""The first three rows of each asking row: the recommended ones first, then the more probable ones."""

import numpy as np
import pandas as pd
import pytest

from matcher.matching.likely_first import likely_first
from matcher.needs.routes import ASK_BACK

NA = np.nan


def table(asking: str, *rows: tuple[str, str, int, float, bool, str]) -> pd.DataFrame:
    names = [asking, "outcome_id" if asking == "need_id" else "need_id", "rank", "probability", "recommended", "note"]
    made = pd.DataFrame(rows, columns=names)
    return made.assign(probability_low=made["probability"] / 2)


def shown(found: pd.DataFrame) -> dict[str, str]:
    assert found["rank"].tolist() == [n for _, rows in found.groupby(found.columns[0]) for n in range(1, len(rows) + 1)]
    return found.groupby(found.columns[0])[found.columns[1]].agg("".join).to_dict()


THREE = [("N1", "A", 1, 0.2, False, ""), ("N1", "B", 2, 0.3, False, ""), ("N1", "C", 3, 0.5, False, "")]
FOURTH = ("N1", "D", 4, 0.9, True, "")


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        ([*THREE, FOURTH], "CBAD"),  # the fourth is none of the first
        ([("N1", "A", 1, 0.2, True, ""), *THREE[1:]], "ACB"),  # as it was learned that it may be sent
        (
            [("N1", "A", 1, 0.2, False, ASK_BACK), *THREE[1:]],
            "ABC",
        ),  # no row answers such a need
        ([*THREE[:2], ("N1", "C", 3, 0.5, False, "语言不同，只按含义比较，概率未经检验")], "ABC"),
        ([*THREE[:2], ("N1", "C", 3, NA, False, "")], "ABC"),
        (THREE[:2], "BA"),
        ([("N1", "A", 1, 0.05, False, ""), ("N1", "B", 2, 0.09, False, ""), ("N1", "C", 3, 0.1, False, "")], "CAB"),
        ([("N1", "A", 1, 0.3, False, ""), ("N1", "B", 2, 0.3, False, "")], "AB"),
    ],
)
def test_the_first_three_go_by_probability(rows, order):
    assert shown(likely_first(table("need_id", *rows), 10)) == {"N1": order}


def test_each_asking_row_for_itself_and_no_more_than_k():
    other = [("N2", "E", 1, 0.6, False, ""), ("N2", "F", 2, 0.1, False, "")]
    found = likely_first(table("need_id", *THREE, FOURTH, *other), 2)
    assert shown(found) == {"N1": "CB", "N2": "EF"}


def test_the_needs_of_an_outcome_stay_as_they_are():
    rows = [("C1", "A", 1, 0.2, False, ""), ("C1", "B", 2, 0.3, True, ""), ("C1", "C", 3, 0.4, False, "")]
    assert shown(likely_first(table("outcome_id", *rows), 2)) == {"C1": "AB"}


def test_a_declined_pair_comes_last_of_the_three():
    found = likely_first(table("need_id", *THREE, FOURTH), 4, np.array([False, False, True, False]))
    assert shown(found) == {"N1": "BACD"}


def test_a_row_without_records_keeps_its_line():
    empty = table("need_id", *THREE, ("N2", "", 0, NA, False, ""))
    found = likely_first(empty, 1)
    assert found[["need_id", "outcome_id", "rank"]].values.tolist() == [["N1", "C", 1], ["N2", "", 0]]
