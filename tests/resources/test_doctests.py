"""The examples in the docstrings of the room's public modules run."""

import doctest
import importlib

import pytest

MODULES = ["standards", "fees", "costs", "budgets", "methods", "reading", "capabilities", "finding", "joint_choice"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    outcome = doctest.testmod(importlib.import_module(f"matcher.resources.{name}"))
    assert (outcome.attempted > 0, outcome.failed) == (True, 0)
