"""Fixtures of the pool's tests."""

import re
import sys

import pytest

from matcher.cli.app import main


@pytest.fixture
def pool(monkeypatch, capsys, tmp_path):
    """Runs a command of the group in an empty folder; gives status, and the summary or the error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, group: tuple[str, ...] = ("pool",)) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["matcher", *group, *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        err = re.sub(r"^.*：读入 \d+ 条$\n", "", err, flags=re.MULTILINE)
        return status, (err if status == 2 else out + err if status else out).strip()

    return run
