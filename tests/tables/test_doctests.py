"""The examples in the docstrings of the room's public modules run."""

import doctest

from matcher.tables import arguments


def test_examples_in_docstrings_run():
    outcome = doctest.testmod(arguments)
    assert (outcome.attempted > 0, outcome.failed) == (True, 0)
