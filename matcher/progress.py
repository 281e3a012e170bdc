"""Progress on standard error for whoever asks for it, silence otherwise; and the library's logger.

Short work shows no progress, and a log file gets none. The logger is named "matcher": what was done, with counts and
seconds, at INFO; what a user should know at WARNING. It writes nothing until a program gives it a handler.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

LOOK = "{desc}：{percentage:3.0f}%|{bar}| {elapsed}，还需 {remaining}"  # work has several stages, so no count of rows

Item = TypeVar("Item")

logger = logging.getLogger("matcher")
logger.addHandler(logging.NullHandler())


@contextmanager
def timed(work: str) -> Iterator[None]:
    """Log the work's name and its seconds at INFO when it has been done."""
    start = time.perf_counter()
    yield
    logger.info("%s: %.2f s", work, time.perf_counter() - start)


@contextmanager
def advancing(total: int, title: str, show: bool) -> Iterator[Callable[[int], object]]:
    """A function to be called with how many of `total` have been done since the last call.

    A bar that cannot be written, since standard error is closed or nobody reads it, does not stop the work.
    """
    bar = _bar(total, title) if show and sys.stderr is not None else None
    if bar is None:
        yield lambda done: None
        return

    def advance(done: int) -> None:
        with suppress(OSError):
            bar.update(done)

    try:
        yield advance
    finally:
        with suppress(OSError):
            bar.close()


def _bar(total: int, title: str) -> Any:
    from tqdm import tqdm

    hidden = False if "ipykernel" in sys.modules else None  # None: where standard error is no terminal, such as a log
    with suppress(OSError):
        return tqdm(total=total, desc=title, leave=False, delay=0.5, mininterval=0.3, disable=hidden, bar_format=LOOK)
    return None


def track(items: Sequence[Item], title: str, show: bool) -> Iterator[Item]:
    """The items one by one, under a bar."""
    with advancing(len(items), title, show) as advance:
        for item in items:
            yield item
            advance(1)
