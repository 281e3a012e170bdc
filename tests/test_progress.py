"""A bar that nobody can see does not stop the work."""

import sys
import time

import pytest

from matcher.progress import advancing


class Gone:
    """A standard error whose reader has gone."""

    encoding = "utf-8"

    def write(self, text):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError


@pytest.mark.parametrize("stream", [None, Gone()])
def test_work_goes_on_where_nobody_listens(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    done = []
    with advancing(3, "匹配", True) as advance:
        for item in range(3):
            time.sleep(0.4)  # until the bar would be shown
            advance(1)
            done.append(item)
    assert done == [0, 1, 2]
