"""The examples in the docstrings of the room's public modules run."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "lifecycle.book",
        "lifecycle.entries",
        "lifecycle.rules",
        "lifecycle.stages",
        "alignment",
        "reading",
    ],
)
def test_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(f"matcher.projects.{name}")
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0, f"{name} has no example"
    assert outcome.failed == 0
