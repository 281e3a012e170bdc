"""A bar that nobody can see does not stop the work, and one that nobody watches is not drawn."""

import io
import sys
import time

import pytest

from matcher.progress import advancing


class Gone:
    """A terminal whose reader has gone."""

    encoding = "utf-8"

    def isatty(self):
        return True

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


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "drawn"), [(io.StringIO(), False), (Terminal(), True)])
def test_a_log_file_gets_no_bar(monkeypatch, stream, drawn):
    monkeypatch.setattr(sys, "stderr", stream)
    with advancing(2, "匹配", True) as advance:
        time.sleep(0.7)
        advance(1)
    assert ("匹配： 50%" in stream.getvalue()) is drawn
