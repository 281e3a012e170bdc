"""Every broken file is refused in clear words or read with every row accounted for; nothing else ever comes of it."""

import warnings
from pathlib import Path

import pytest
from broken_files import KINDS, VARIANTS, outcome, write


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_broken_file_is_refused_or_accounted_for(kind, tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcomes = [outcome(case) for case in write(tmp_path, kind)]
    assert len(outcomes) == VARIANTS


def test_there_are_twenty_kinds():
    assert len({kind.__name__ for kind in KINDS}) == 20
