"""The examples in the docstrings of all modules give what they show."""

import doctest
import importlib
from pathlib import Path

import pytest

import matcher

ROOT = Path(matcher.__file__).parent
SHOWING = sorted(
    ".".join(("matcher", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", SHOWING)
def test_examples_in_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert (result.attempted > 0, result.failed) == (True, 0)
