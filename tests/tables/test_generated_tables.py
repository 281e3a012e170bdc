"""A slice of the generated tables: what is understood stays understood, and equal seeds give equal tables."""

import random

import pytest
from generated_tables import GROUPS, KINDS, measure, variant
from table_kinds.draft import draft
from table_kinds.expected import Ask, Interval, Ticked, holds


@pytest.mark.parametrize("group", GROUPS)
def test_no_reader_dies_on_a_generated_table(group):
    tallies = measure(GROUPS[group].KINDS, variants=1)
    assert [crash for tally in tallies.values() for crash in tally.crashes] == []


@pytest.mark.parametrize(
    "kind", ["tidy", "file_gbk", "file_utf16", "number_thousands", "number_full_width", "text_signs"]
)
def test_common_tables_are_understood_to_the_last_cell(kind):
    tally = measure([kind], variants=3)[kind]
    assert tally.silent == []
    assert tally.understood == 1.0


def test_equal_seeds_give_equal_tables():
    for kind in KINDS:
        one, other = variant(kind, 3, 7), variant(kind, 3, 7)
        assert (one.truth, one.layout()) == (other.truth, other.layout())


def test_a_value_is_held_against_the_truth_and_not_against_what_resembles_it():
    row = {
        "budget": None,
        "budget_min": 500_000.0,
        "budget_max": 700_000.0,
        "ways": "技术转让;合作开发",
        "sales": 4850,
    }
    assert holds(Interval(500_000, 700_000), row, "budget")
    assert not holds(Interval(500_000, 600_000), row, "budget")
    assert not holds(Interval(500_000, None), row, "budget")
    assert not holds(48_500_000, row, "sales")
    assert holds(4850, row, "sales")
    assert not holds(Ask(), row, "sales")
    assert holds(Ask((4850,)), row, "sales")
    assert holds(Ticked(frozenset({"合作开发", "技术转让"})), row, "ways")
    assert not holds(Ticked(frozenset({"技术转让"})), row, "ways")


def test_there_are_sixty_kinds_and_each_varies():
    assert len(KINDS) >= 60
    for kind in KINDS:
        assert len({repr(variant(kind, number).layout()) for number in range(20)}) == 20


def test_a_tidy_draft_writes_its_truth(tmp_path):
    made = draft(random.Random(1), "experts", ["name", "institution"])
    made.encoding = "utf-8"
    lines = made.write(tmp_path).read_text().splitlines()
    assert lines[0] == "姓名,工作单位"
    assert lines[1:] == [f"{row['name']},{row['institution']}" for row in made.truth]
