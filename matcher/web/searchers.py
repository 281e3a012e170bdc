"""Processes that search beside the service, so that several processors answer those who type at the same time.

They are forked from the service once its library is warm and before it has threads, and share its memory. Each has the
library as it was then, and learns what is judged since, and takes up what is saved elsewhere, as the service does.
"""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from matcher.forks import Fork, ForkError, processors
from matcher.matching import Index, fit_feedback, match
from matcher.web.library import Library, Side

FROM = 20_000  # records from which on a search takes longer than what goes between the processes


class Searchers:
    """Processes that answer one search of a few texts at a time. Shared by all threads.

    A process that has ended is done without.
    """

    def __init__(self, library: Library, many: int) -> None:
        self._known = dict(library.sides())
        self._idle: queue.SimpleQueue[Fork] = queue.SimpleQueue()
        self._all: list[Fork] = []
        for _ in range(many):
            self._all.append(Fork(_answering(dict(self._known)), self._all))
            self._idle.put(self._all[-1])

    @classmethod
    def beside(cls, library: Library) -> Searchers | None:
        """One for each processor, where there are several and the library is large."""
        most = max((len(index) for _, index in library.sides()), default=0)
        return cls(library, processors()) if processors() > 1 and most >= FROM else None

    def together(self, index: Index) -> int:
        """How many searches of this very index they answer at the same time."""
        return len(self._all) if any(one is index for one in self._known.values()) else 0

    def match(self, asked: pd.DataFrame, index: Index, k: int) -> pd.DataFrame:
        """`match`, by a process that is idle. Raises ForkError."""
        side = next((side for side, one in self._known.items() if one is index), None)
        if side is None:
            raise ForkError
        fork = self._next()
        with contextlib.suppress(ForkError):  # told by `_heard`
            fork.tell(json.dumps({"side": side, "k": k, "asked": asked.to_dict("records")}).encode())
        return pa.ipc.open_stream(self._heard(fork)).read_pandas()

    def learn(self, side: Side, index: Index, learned: Index, asked: pd.DataFrame, judged: pd.DataFrame) -> None:
        """Have all of them learn what made `learned` of `index`; what came from elsewhere is none of theirs."""
        if self._known.pop(side, None) is index:
            told = {"judged": judged.to_dict("records"), "asked": asked.to_dict("records")}
            self._renew(side, learned, told)

    def follow(self, side: Side, saved: Index) -> None:
        """Have all of them take up an index that was saved elsewhere: each reads it from its folder."""
        self._renew(side, saved, {"saved": list(saved.origin)})

    def _renew(self, side: Side, index: Index, told: dict[str, Any]) -> None:
        """Tell all of them by what the index of a side becomes this one; whoever cannot do it ends.

        Meanwhile nobody is asked for that side.
        """
        self._known.pop(side, None)
        forks = list[Fork]()
        with contextlib.suppress(ForkError):
            while True:  # until there is none but those
                forks.append(self._next(forks))
        question = json.dumps({"side": side, **told}).encode()
        for fork in forks:
            with contextlib.suppress(ForkError):  # told by `_heard`
                fork.tell(question)
        for fork in forks:
            try:
                self._heard(fork)
            except ForkError:  # it would go on giving the answers of before
                self._gone(fork)
        self._known[side] = index

    def close(self) -> None:
        """Let the processes end."""
        for fork in list(self._all):
            self._gone(fork)

    def _next(self, besides: Sequence[Fork] = ()) -> Fork:
        """A process that is idle; waits until one is. Raises ForkError where there is none but some that are held."""
        while any(fork not in besides for fork in self._all):
            with contextlib.suppress(queue.Empty):
                fork = self._idle.get(timeout=1)
                if fork in self._all:
                    return fork
        raise ForkError

    def _heard(self, fork: Fork) -> bytes:
        """The answer of a process that was told something; it is idle then, or gone."""
        try:
            return fork.hear()
        finally:
            if fork.has_ended:
                self._gone(fork)
            else:
                self._idle.put(fork)

    def _gone(self, fork: Fork) -> None:
        self._all = [other for other in self._all if other is not fork]
        fork.end()


def _answering(known: dict[Side, Index]) -> Callable[[bytes], bytes]:
    """What a process does with the library that it has."""

    def answer(question: bytes) -> bytes:
        told = json.loads(question)
        asked, side = pd.DataFrame(told.get("asked")), told["side"]
        if "judged" in told:
            known[side] = fit_feedback(known[side], asked, pd.DataFrame(told["judged"])).warm()
            return b"learned"
        if "saved" in told:
            folder, version = told["saved"]
            index = Index.load(folder).warm()
            if index.origin[1] != version:
                raise ForkError  # it was saved once more
            known[side] = index
            return b"read"
        table = pa.Table.from_pandas(match(asked, known[side], k=told["k"]))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        packed: bytes = sink.getvalue().to_pybytes()
        return packed

    return answer
