"""The examples in the docstrings of the room's public modules run."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["checking", "lengths", "records", "rules", "workbook"])
def test_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(f"matcher.integrity.{name}")
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0, f"{name} has no example"
    assert outcome.failed == 0
