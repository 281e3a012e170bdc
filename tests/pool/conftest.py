"""Fixtures of the pool's tests."""

import sys

import pytest

from matcher.cli.app import main


@pytest.fixture
def pool(monkeypatch, capsys, tmp_path):
    """Runs a command of the group in an empty folder; gives status and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, group: tuple[str, ...] = ("pool",)) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["matcher", *group, *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().err.strip()

    return run
