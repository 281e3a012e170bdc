"""Processes that search beside the service, so that several processors answer those who type at the same time.

They are forked from the service once its library is warm and before it has threads, and share its memory; where
processes cannot be forked there are none, and the service searches by itself. Each has the library as it was then, and
learns what is judged since as the service does.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import queue
import signal
import sys
import warnings
from multiprocessing.connection import Connection
from typing import Any

import pandas as pd
import pyarrow as pa

from matcher.matching import Index, fit_feedback, match
from matcher.web.library import Library, Side

MOST = 4  # processes
FROM = 20_000  # records from which on a search takes longer than what goes between the processes
_FAULT = b""  # the answer of a process that could not do what was asked


class SearcherError(Exception):
    """A process has ended, or could not answer: whoever asked it answers by itself."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Searchers:
    """Processes that answer one search of a few texts at a time. Shared by all threads.

    A process that has ended is done without; an index that came from elsewhere meanwhile is none of theirs.
    """

    def __init__(self, library: Library, many: int) -> None:
        sides: tuple[tuple[Side, Index | None], ...] = (("outcomes", library.outcomes), ("needs", library.needs))
        self._known = {side: index for side, index in sides if index is not None}
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._all: list[Connection] = []
        context = multiprocessing.get_context("fork")
        for _ in range(many):
            ours, theirs = context.Pipe()
            process = context.Process(target=_answer, args=(theirs, [*self._all, ours], self._known), daemon=True)
            with (
                warnings.catch_warnings()
            ):  # of threads: only those of the linear algebra library, which knows of forks
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            theirs.close()
            self._all.append(ours)
            self._idle.put(ours)

    @classmethod
    def beside(cls, library: Library) -> Searchers | None:
        """One for each processor, where there are several, the library is large, and Linux forks processes."""
        most = max((len(index) for index in (library.outcomes, library.needs) if index is not None), default=0)
        if processors() < 2 or most < FROM or sys.platform != "linux":
            return None
        return cls(library, min(processors(), MOST))

    def together(self, index: Index) -> int:
        """How many searches of this very index they answer at the same time."""
        return len(self._all) if any(one is index for one in self._known.values()) else 0

    def match(self, asked: pd.DataFrame, index: Index, k: int) -> pd.DataFrame:
        """`match`, by a process that is idle. Raises SearcherError."""
        side = next((side for side, one in self._known.items() if one is index), None)
        if side is None:
            raise SearcherError
        line = self._next()
        answer = self._said(line, {"side": side, "k": k, "asked": asked.to_dict("records")})
        self._idle.put(line)
        if answer == _FAULT:
            raise SearcherError
        return pa.ipc.open_stream(answer).read_pandas()

    def learn(self, side: Side, index: Index, learned: Index, asked: pd.DataFrame, judged: pd.DataFrame) -> None:
        """Have all of them learn what made `learned` of `index`."""
        known = self._known.pop(side, None)
        if known is not index:
            return
        told = {"side": side, "judged": judged.to_dict("records"), "asked": asked.to_dict("records")}
        lines = list[Connection]()
        with contextlib.suppress(SearcherError):
            lines += [self._next() for _ in list(self._all)]
        for line in lines:
            with contextlib.suppress(SearcherError):
                if self._said(line, told) == _FAULT:
                    self._gone(line)
                else:
                    self._idle.put(line)
        self._known[side] = learned

    def close(self) -> None:
        """Let the processes end."""
        for line in list(self._all):
            self._gone(line)

    def _next(self) -> Connection:
        """A process that is idle; waits until one is."""
        while self._all:
            with contextlib.suppress(queue.Empty):
                return self._idle.get(timeout=1)
        raise SearcherError

    def _said(self, line: Connection, told: dict[str, Any]) -> bytes:
        try:
            line.send_bytes(json.dumps(told).encode())
            return line.recv_bytes()
        except (OSError, EOFError) as error:
            self._gone(line)
            raise SearcherError from error

    def _gone(self, line: Connection) -> None:
        self._all = [other for other in self._all if other is not line]
        line.close()


def _answer(line: Connection, others: list[Connection], known: dict[Side, Index]) -> None:
    """What a process does until the service ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which finishes what is in hand
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()  # else they stay open when the service ends, and nobody learns of it
    with contextlib.suppress(EOFError, OSError):
        while True:
            told = json.loads(line.recv_bytes())
            try:
                line.send_bytes(_done(told, known))
            except OSError:
                raise
            except Exception:  # the service does the same and says what is wrong
                line.send_bytes(_FAULT)


def _done(told: dict[str, Any], known: dict[Side, Index]) -> bytes:
    asked, side = pd.DataFrame(told["asked"]), told["side"]
    if "judged" in told:
        known[side] = fit_feedback(known[side], asked, pd.DataFrame(told["judged"])).warm()
        return b"1"
    table = pa.Table.from_pandas(match(asked, known[side], k=told["k"]))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()
