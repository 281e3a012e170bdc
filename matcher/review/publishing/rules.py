"""For how many days a list must be public: dated rules (publicity.yaml), and rows that state another period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from matcher.errors import PolicyError
from matcher.policy.language.loader import named_faults, need, read_yaml
from matcher.tables.cells.dates import days_after
from matcher.tables.cells.texts import first_few


class PublicityRule(NamedTuple):
    """How long a list is public, and whether objections must be signed, with evidence, and sealed by units."""

    name: str
    title: str
    days: int
    working: bool
    signed: bool
    source: str
    address: str
    verified: bool

    def until(self, first: dt.date) -> dt.date:
        """The last day; the day of publication does not count."""
        return days_after(first, self.days, working=self.working)

    @property
    def text(self) -> str:
        """The days in words."""
        return f"{self.days} {'个工作日' if self.working else '日'}"


@lru_cache(maxsize=1)
def _shipped() -> dict[str, PublicityRule]:
    path = Path(str(files("matcher.review.publishing") / "publicity.yaml"))
    keys = [key for key in PublicityRule._fields if key != "name"]
    with named_faults(str(path)):
        tree = {name: need(node, name, keys, keys) for name, node in read_yaml(path).items()}
        return {name: PublicityRule(name, **node) for name, node in tree.items()}


def publicity_rule(name: str) -> PublicityRule:
    """A shipped rule by its name. Raises PolicyError, which lists the names."""
    if name not in _shipped():
        raise PolicyError(f"没有名为“{name}”的公示规则；可用：{'、'.join(_shipped())}；也可以用 --days 直接给出天数")
    return _shipped()[name]


def differing_periods(
    stated: Mapping[str, tuple[dt.date | None, dt.date | None]],
    given: Mapping[str, tuple[dt.date, dt.date]],
    used: str,
) -> list[str]:
    """Sentences on rows that state another period than the given one; used: what goes by which of them."""
    groups: dict[str, list[str]] = {}
    for item, days in stated.items():
        if any(day and day != other for day, other in zip(days, given[item], strict=True)):
            theirs, ours = (" 至 ".join(str(day or "（未写）") for day in one) for one in (days, given[item]))
            groups.setdefault(f"表中写的公示期是 {theirs}，按给出的日期和规则是 {ours}；{used}", []).append(item)
    return [f"{first_few(items, '项')}：{text}" for text, items in groups.items()]
