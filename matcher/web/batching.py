"""Searches that wait at the same time are answered together: the answers are the same, and most work is done once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd
from starlette.concurrency import run_in_threadpool

from matcher.forks import ForkError
from matcher.matching import Index, match
from matcher.web.searchers import Searchers

TYPED = "随手查找-"
MOST = 16  # texts answered together; more would make the first of them wait too long


@dataclass(frozen=True, eq=False)
class _Waiting:
    index: Index
    k: int
    text: str
    answer: asyncio.Future[pd.DataFrame]


def asking_id(text: str) -> str:
    """An id for a text that has none, the same for the same text."""
    return TYPED + hashlib.sha256(text.encode()).hexdigest()[:16]


class Batches:
    """While batches are worked out, one for each process that searches, the next one gathers."""

    def __init__(self, searchers: Searchers | None = None) -> None:
        self._searchers = searchers
        self._waiting: list[_Waiting] = []
        self._running: list[asyncio.Task[None]] = []

    async def matches(self, index: Index, text: str, k: int) -> pd.DataFrame:
        """What `match` gives for a text with the id `asking_id(text)`."""
        answer: asyncio.Future[pd.DataFrame] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(index, k, text, answer))
        together = self._searchers.together(index) if self._searchers else 0
        self._running = [task for task in self._running if not task.done()]
        if len(self._running) < max(1, together):
            self._running.append(asyncio.create_task(self._run()))
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            alike = [one for one in self._waiting if one.index is first.index and one.k == first.k][:MOST]
            self._waiting = [one for one in self._waiting if one not in alike]
            try:
                parts = await run_in_threadpool(self._answered, first.index, first.k, {one.text for one in alike})
            except Exception as error:  # whatever it is, it is the answer to those who wait
                _settle(alike, lambda one, error=error: one.answer.set_exception(error))
            else:
                _settle(alike, lambda one, parts=parts: one.answer.set_result(parts[asking_id(one.text)]))

    def _answered(self, index: Index, k: int, texts: set[str]) -> dict[str, pd.DataFrame]:
        asking = "outcome_id" if index.id_column == "need_id" else "need_id"
        ordered = sorted(texts)
        asked = pd.DataFrame({asking: [asking_id(text) for text in ordered], "title": ordered})
        table = None
        if self._searchers:
            with contextlib.suppress(ForkError):
                table = self._searchers.match(asked, index, k)
        if table is None:
            table = match(asked, index, k=k)
        return {str(name): part.reset_index(drop=True) for name, part in table.groupby(asking, sort=False)}


def _settle(waiting: list[_Waiting], settle: Any) -> None:
    for one in waiting:
        if not one.answer.done():
            settle(one)
