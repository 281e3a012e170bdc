"""Progress on standard error for whoever asks for it; silence otherwise. Short work shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


@contextmanager
def advancing(total: int, title: str, show: bool) -> Iterator[Callable[[int], object]]:
    """A function to be called with how many of `total` have been done since the last call."""
    if not show:
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc=title, leave=False, delay=0.5, mininterval=0.3) as bar:
        yield bar.update


def track(items: Sequence[Item], title: str, show: bool) -> Iterator[Item]:
    """The items one by one, under a bar."""
    with advancing(len(items), title, show) as advance:
        for item in items:
            yield item
            advance(1)
