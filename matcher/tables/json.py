"""JSON that programs write, as strictly as they write it: whatever else a file holds is a ValueError, never a crash."""

from __future__ import annotations

import json
import math
from typing import Any

DEPTH = 40  # levels of nesting; whoever walks the values may do so by recursion


def parse_json(data: bytes | str) -> Any:
    """A JSON text as plain values.

    Raises ValueError for no JSON or UTF-8, a key given twice, a number that is not finite, and nesting beyond `DEPTH`.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)
    except RecursionError as error:
        raise ValueError(f"嵌套超过 {DEPTH} 层") from error
    level = [value]
    for _ in range(DEPTH + 1):
        level = [part for node in level if isinstance(node, dict | list) for part in _parts(node)]
    if level:
        raise ValueError(f"嵌套超过 {DEPTH} 层")
    return value


def _parts(node: Any) -> Any:
    """What a list or mapping holds; something where it holds nothing, so that it counts as a level."""
    return (node.values() if isinstance(node, dict) else node) or [None]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("同一个键写了两次")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} 不是有限的数")
    return number
