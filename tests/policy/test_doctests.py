"""The examples in the docstrings of the room's public modules run."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "advice", "cases", "explanation", "firm_table", "linkage", "minimal_changes",
    "policy", "registers.firm_years", "registers.joining", "registers.rights", "scoring",
    "support_programmes",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(f"matcher.policy.{name}")

    outcome = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert outcome.attempted > 0, f"{name} has no example"
    assert outcome.failed == 0
