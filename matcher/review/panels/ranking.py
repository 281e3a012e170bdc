"""The places that the bureau's own method gives, and in plain sentences what another method would change."""

from __future__ import annotations

import pandas as pd

from matcher.errors import ArgumentError
from matcher.export.titles import REVIEW
from matcher.review.panels.aggregation import METHODS

_IN, _OUT, _TIED = "in", "out", "tied"


def rank_items(table: pd.DataFrame, *, by: str = "mean", winners: int | None = None) -> pd.DataFrame:
    """What `aggregate` gave, with places.

    Parameters
    ----------
    table
        As `aggregate` gives it.
    by
        The method whose places count, one of METHODS.
    winners
        How many are chosen; adds `changes`.

    Returns
    -------
    DataFrame
        Sorted by rank, then by id: rank (from 1; equal values share one), then the columns of `table`, and after
        trimmed_mean ranks (the first and the last place over all methods) and changes (in Chinese: by which methods the
        item would be chosen or not, or that its place is shared and not all who share it can be chosen).

    Raises
    ------
    ArgumentError
        There is no such method.
    """
    if by not in METHODS:
        raise ArgumentError(f"by must be one of {', '.join(METHODS)}, not {by}")
    places = _places(table)
    result = table.copy()
    result.insert(0, "rank", places[by])
    low, high = places.min(axis=1), places.max(axis=1)
    after = 1 + list(result.columns).index("trimmed_mean")
    result.insert(after, "ranks", [str(a) if a == b else f"{a}–{b}" for a, b in zip(low, high, strict=True)])
    if winners is not None:
        states = _states(table, winners)
        result.insert(
            after + 1, "changes", [_sentence(row, by, rank) for row, rank in zip(states, places[by], strict=True)]
        )
    return result.sort_values(["rank", "item"], kind="stable", ignore_index=True)


def changed_winners(table: pd.DataFrame, winners: int, *, by: str = "mean") -> pd.DataFrame:
    """What each method would change of the winners by `by`: method, changed (how many leave for sure), text (in
    Chinese, who comes and who leaves). One row for each other method, in the order of METHODS.
    """
    items = table["item"].astype(str).tolist()
    states = _states(table, winners)
    rows = []
    for method in METHODS:
        if method == by:
            continue
        pairs = [(item, row[by], row[method]) for item, row in zip(items, states, strict=True)]
        leave = sorted(item for item, own, other in pairs if (own, other) == (_IN, _OUT))
        come = sorted(item for item, own, other in pairs if (own, other) == (_OUT, _IN))
        open_ = sorted(item for item, own, other in pairs if own != other and _TIED in (own, other))
        parts = [f"{'、'.join(come)} 入选"] * bool(come) + [f"{'、'.join(leave)} 落选"] * bool(leave)
        parts += [f"{'、'.join(open_)} 在两种算法之一中与别项并列在名额边上"] * bool(open_)
        rows.append((method, len(leave), "，".join(parts) or "入选的不变"))
    return pd.DataFrame(rows, columns=["method", "changed", "text"])


def _places(table: pd.DataFrame) -> pd.DataFrame:
    values = table[list(METHODS)].astype(float).round(9)
    return values.rank(method="min", ascending=False).astype(int)


def _states(table: pd.DataFrame, winners: int) -> list[dict[str, str]]:
    """Of each item by each method: chosen, not chosen, or tied across the line."""
    values = table[list(METHODS)].astype(float).round(9)
    first, last = (values.rank(method=how, ascending=False) for how in ("min", "max"))
    states = first.astype(object).mask(last <= winners, _IN).mask(first > winners, _OUT)
    states = states.mask((first <= winners) & (last > winners), _TIED)
    return [{str(name): str(state) for name, state in row.items()} for row in states.to_dict("records")]


def _sentence(states: dict[str, str], by: str, rank: int) -> str:
    if states[by] == _TIED:
        return f"并列第 {rank} 名，名额不够都选；请另定"
    other = _OUT if states[by] == _IN else _IN
    differ, tied = (
        "、".join(f"“{REVIEW[method]}”" for method in METHODS if states[method] == state) for state in (other, _TIED)
    )
    parts = [f"改用{differ}就{'落选' if other == _OUT else '入选'}"] * bool(differ)
    parts += [f"改用{tied}则并列在名额边上"] * bool(tied)
    return "；".join(parts) or f"改用哪种算法都{'入选' if other == _OUT else '不入选'}"
