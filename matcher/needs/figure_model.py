"""A second look at the values that no rule takes for an indicator: counted things, parts by weight, bare numbers.

A small linear model, learned from annotated texts (models/needs-zh/train.py); the weights are data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from matcher.needs.names import Meaning
from matcher.needs.values import Value

WEIGHTS = "figure_weights.json"
COUNTS = frozenset(("个", "种", "组", "路", "份"))
_LONGEST_NUMBER = 5
_THING = re.compile(r"\s?的?((?![及以其的和与或]|[组构]成)[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9/·-]{1,14})")
_THING_ENDS = re.compile(
    r"分别|以及|和(?!度|性)|与|及|或|为|是|等(?!级|效|离)|组成|构成|的|上(?!位|料|盖)|中(?!心|间|空)|均|都|能|可(?!控|调)|进行|即可"
    r"|并(?!联|行|网|发)|同时|以(?!太)|在(?!线)|接入|显(?!示)|连接|交织|用|来|就|也"
)


def is_figure(features: Iterable[str], learned: Mapping[str, float] | None = None) -> bool:
    """Whether a value with these features is an indicator, by the shipped weights or others."""
    learned = weights() if learned is None else learned
    return sum(learned.get(name, 0.0) for name in features) >= 0


def features_of(plain: str, value: Value, name: str, sense: Meaning, *, known: bool, cues: Sequence[str]) -> list[str]:
    """The names of the features of a value: unit and number, name, characters around it, cues of its clause."""
    unit, end = value.unit, value.low if value.low is not None else value.high
    before, after, low = plain[max(0, value.start - 2) : value.start], plain[value.end : value.end + 2], name.lower()
    behind = plain.find(name, value.end, value.end + 3 + len(name)) >= 0
    found = [
        "bias",
        f"unit {unit.symbol}",
        f"dimension {unit.dimension}",
        f"comparator {value.comparator}",
        f"unit and comparator {unit.symbol}{value.comparator}",
        f"number {_shape(end or 0.0)}",
        f"known {known}",
        f"concept {bool(sense.concept)}",
        f"name starts {low[:1]}",
        f"name ends {low[-1:]}",
        f"name ends {low[-2:]}",
        f"length {min(len(name), 8)}",
        f"before {before[-1:]}",
        f"before {before}",
        f"after {after[:1]}",
        f"after {after}",
        f"name before {plain[: value.start].rstrip().endswith(name)}",
        f"name behind {behind}",
        *cues,
    ]
    if value.prefix:
        found.append("prefix")
    if sense.change:
        found.append("change")
    return found


def thing_behind(plain: str, end: int) -> str:
    """The thing that is counted by a value that ends there: 2组经线 -> 经线; "" where none stands behind it."""
    ahead = _THING.match(plain, end)
    if not ahead:
        return ""
    cut = _THING_ENDS.search(ahead[1], 1)
    thing = ahead[1][: cut.start()] if cut else ahead[1]
    return thing if len(thing) > 1 else ""


def _shape(number: float) -> str:
    return f"{min(len(str(int(abs(number)))), _LONGEST_NUMBER)} digits" if number.is_integer() else "decimal"


@cache
def weights() -> dict[str, float]:
    """Feature -> its weight in the log odds."""
    shipped: dict[str, float] = json.loads(files(__package__).joinpath(WEIGHTS).read_text("utf-8"))
    return shipped
