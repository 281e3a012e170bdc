"""The examples in the docstrings of the public modules give what they show."""

import doctest
import importlib

import pytest

MODULES = {
    "matching": ["base", "encoders", "evaluation", "feedback", "filters", "index", "matches", "sklearn"],
    "experts": ["library", "points", "teams"],
}


@pytest.mark.parametrize("name", [f"matcher.{room}.{module}" for room, names in MODULES.items() for module in names])
def test_examples(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0
