"""Patterns of many branches open with the signs that one can begin with: with all of them, and no others."""

import re
import re._constants as kinds
import re._parser as parser

import pytest

from matcher.matching.texts import wording
from matcher.needs import completeness_cues, cues

OPENED = {
    name: pattern.pattern
    for patterns in (vars(wording), vars(completeness_cues), cues.FEATURES)
    for name, pattern in patterns.items()
    if isinstance(pattern, re.Pattern) and pattern.pattern.startswith("(?=[")
}
PASSED = (kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT)


def first_signs(parsed):
    """The signs that a match can begin with, and whether it may be empty."""
    found = set()
    for kind, value in parsed:
        if kind in PASSED:
            continue
        if kind is kinds.LITERAL:
            some, empty = {chr(value)}, False
        elif kind is kinds.IN:
            assert {one for one, _ in value} == {kinds.LITERAL}
            some, empty = {chr(code) for _, code in value}, False
        elif kind is kinds.BRANCH:
            branches = [first_signs(one) for one in value[1]]
            some, empty = set().union(*(signs for signs, _ in branches)), any(empty for _, empty in branches)
        else:
            some, empty = first_signs(value[-1])
            empty |= kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and value[0] == 0
        found |= some
        if not empty:
            return found, False
    return found, True


def test_there_are_patterns_that_open_so():
    assert len(OPENED) >= 9


@pytest.mark.parametrize("name", OPENED)
def test_a_pattern_opens_with_all_signs_that_its_branches_begin_with(name):
    signs, rest = re.fullmatch(r"\(\?=\[(.*?)\]\)(.*)", OPENED[name], re.DOTALL).groups()
    assert first_signs(parser.parse(rest)) == (set(signs), False)
