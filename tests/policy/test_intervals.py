"""Exact comparison and three-valued growth, held against fractions and against every value of a small world."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.policy.language.intervals import Span, Truth, compare_span, excess, holds, within
from matcher.policy.language.ratios import Growth, Quotient

WORDS = ("at_least", "more_than", "at_most", "less_than")
LIMITS = [Fraction(5, 100), Fraction(3, 100), Fraction(1, 10), Fraction(6, 10), Fraction(115, 100)]
money = st.integers(0, 10**12)
decimals = st.decimals(0, 10_000, places=3)


def _answers(word: str, value: Fraction, limit: Fraction) -> bool:
    return {
        "at_least": value >= limit, "more_than": value > limit, "at_most": value <= limit, "less_than": value < limit,
    }[word]  # fmt: skip


@given(st.sampled_from(LIMITS), st.sampled_from(WORDS), money, st.integers(1, 10**12), st.integers(-1, 1))
@settings(max_examples=300)
def test_money_at_a_limit_is_exact(limit: Fraction, word: str, scale: int, bottom: int, off: int) -> None:
    top = int(limit * bottom) + off if scale % 2 else scale
    one = np.array([float(max(top, 0))])
    answer = holds(excess(one, np.array([float(bottom)]), limit), word)[0]
    assert answer == _answers(word, Fraction(max(top, 0), bottom), limit)


@given(st.sampled_from(LIMITS), st.sampled_from(WORDS), decimals, st.decimals("0.001", 10_000, places=3))
@settings(max_examples=300)
def test_decimals_at_a_limit_are_exact(limit: Fraction, word: str, top: object, bottom: object) -> None:
    answer = holds(excess(np.array([float(str(top))]), np.array([float(str(bottom))]), limit), word)[0]
    assert answer == _answers(word, Fraction(str(top)) / Fraction(str(bottom)), limit)
    exact = limit * Fraction(str(bottom))
    at_limit = holds(excess(np.array([float(exact)]), np.array([float(str(bottom))]), limit), "at_least")[0]
    assert at_limit or Fraction(repr(float(exact))) < exact


@pytest.mark.parametrize("places", [1, 2])
def test_every_share_of_ten_per_cent_is_ten_per_cent(places: int) -> None:
    whole = np.arange(1, 5000) / 10**places
    tenth = np.array([float(Fraction(repr(float(w))) / 10) for w in whole])
    assert holds(excess(tenth, whole, Fraction(1, 10)), "at_least").all()


SMALL = [0.0, 1.0, 2.0, 3.0, 5.0, 8.0]


def _spans() -> list[tuple[float, float]]:
    return [(a, b) for a in SMALL for b in SMALL if a <= b]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("limit", [Fraction(1, 2), Fraction(1), Fraction(2)])
def test_ratios_of_ranges_are_tried_at_every_value(word: str, limit: Fraction) -> None:
    cases = [(top, bottom) for top in _spans() for bottom in _spans()]
    top, bottom = (
        Span(np.array([case[i][0] for case in cases]), np.array([case[i][1] for case in cases])) for i in (0, 1)
    )
    truth = Quotient(top, bottom, 1.0).compare(word, limit)
    for place, ((a, b), (c, d)) in enumerate(cases):
        values = [
            y > 0 and _answers(word, Fraction(int(x)) / int(y), limit)
            for x in range(int(a), int(b) + 1)
            for y in range(int(c), int(d) + 1)
        ]
        assert (bool(truth.sure[place]), bool(truth.may[place])) == (all(values), any(values)), cases[place]


@pytest.mark.parametrize("word", WORDS)
def test_ranges_against_a_limit(word: str) -> None:
    spans = _spans()
    truth = compare_span(Span(np.array([a for a, _ in spans]), np.array([b for _, b in spans])), word, Fraction(3))
    for place, (a, b) in enumerate(spans):
        values = [_answers(word, Fraction(x), Fraction(3)) for x in range(int(a), int(b) + 1)]
        assert (bool(truth.sure[place]), bool(truth.may[place])) == (all(values), any(values))


def test_brackets_share_out_every_whole_number_once() -> None:
    value = Span.known(np.array([0.0, 4.0, 5.0, 6.0, 7.0, 8.0]))
    below = within(value, None, 5, open_below=False, open_above=True)[1]
    point = within(value, 5, 5, open_below=False, open_above=False)[1]
    middle = within(value, 5, 7, open_below=True, open_above=False)[1]
    above = within(value, 7, None, open_below=True, open_above=False)[1]
    assert np.stack([below, point, middle, above]).sum(axis=0).tolist() == [1] * 6
    open_ = Span(np.array([0.0]), np.array([np.inf]))
    span, sure, may = within(open_, 5, 7, open_below=True, open_above=False)
    assert (span.lo[0], span.hi[0], sure[0], may[0]) == (6.0, 7.0, False, True)


@given(st.lists(st.integers(-3, 40), min_size=3, max_size=3), st.sampled_from([0, 5, 15, 25, 35]), st.booleans())
@settings(max_examples=400)
def test_known_growth_is_the_formula(values: list[int], per_cent: int, two_years: bool) -> None:
    y1, y2, y3 = (np.array([float(v)]) for v in values)
    years = np.array([2 if two_years else 3])
    growth = Growth(Span.known(y1), Span.known(y2), Span.known(y3), years, True)
    a, b, c = (Fraction(v) for v in values)
    rate = None
    if b > 0 and (two_years or a == 0):
        rate = c / b - 1
    elif b > 0 and a > 0:
        rate = (b / a + c / b) / 2 - 1
    for word in ("at_least", "more_than"):
        truth = growth.compare(word, Fraction(per_cent, 100))
        wanted = rate is not None and _answers(word, rate, Fraction(per_cent, 100))
        assert (bool(truth.sure[0]), bool(truth.may[0])) == (wanted, wanted)
    outcomes = [growth.no_rate().sure[0], growth.unaddressed().sure[0], rate is not None]
    assert sum(bool(o) for o in outcomes) == 1


def test_truths_join_as_three_values() -> None:
    yes, no, open_ = (Truth(np.array([a]), np.array([b])) for a, b in ((True, True), (False, False), (False, True)))
    words = {(True, True): "yes", (False, False): "no", (False, True): "open"}

    def word(truth: Truth) -> str:
        return words[bool(truth.sure[0]), bool(truth.may[0])]

    assert [word(yes & open_), word(no & open_), word(yes | open_), word(no | open_), word(~open_), word(~yes)] == [
        "open", "no", "yes", "open", "open", "no",
    ]  # fmt: skip
