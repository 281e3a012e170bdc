"""Progress on standard error for whoever asks for it; silence otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def track(items: Sequence[Item], title: str, show: bool) -> Iterator[Item]:
    """The items one by one, with a bar under `title` when `show`. Short work shows no bar."""
    if not show or len(items) < 2:
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, desc=title, leave=False, delay=0.5, mininterval=0.3)
