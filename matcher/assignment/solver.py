"""Best choices of pairs, with proof. scipy's HiGHS does the solving; which columns it must see is decided in here.

A linear relaxation over few columns is optimal for all of them when no other column has a positive reduced cost
(column generation). Bounds on both sides alone make a transportation problem, whose relaxation is whole by itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matcher.assignment.highs import Floats, Model, UnfinishedError, Whole, linear, search
from matcher.assignment.local_search import raise_worst
from matcher.assignment.problem import Problem

SCALE = 1000.0  # the largest score, so that HiGHS's absolute tolerances lie far below any difference
SMALL = 5_000  # pairs up to which whole numbers are asked for at once and exactly
MANY = 40_000  # pairs from which a relaxation starts with few of them
BATCH = 10_000  # columns that join a relaxation at once
HELP = 20 * SCALE  # what a missing partner costs while few columns are looked at
NEAR = 1e-6
GAPS = (0.0, 1e-4, 9e-4)  # of the floor, tried one after another on large problems
ROOMS = (2.0, 20.0, 200.0, np.inf)  # of columns left out of a search, by what a choice with one must lose
NODES = 400  # of a search on a large problem; a count, not a clock, so that a replay gives the same


class Solved(NamedTuple):
    """A choice of pairs. total, total_bound and worst, worst_bound: reached and proven, in the scores' own unit.

    A bound is None where the goal does not ask for it.
    """

    chosen: NDArray[np.bool_]
    total: float
    total_bound: float | None
    worst: float | None
    worst_bound: float | None
    method: str


class _Relaxed(NamedTuple):
    x: Floats
    value: float
    reduced: Floats  # how much the value changes with a column, at best
    dual: Floats


def solve(problem: Problem, *, goal: str, seed: int | None) -> Solved | None:
    """The best choice, or None where the rules leave none.

    goal: "total", "max_min" or "max_min_then_total". seed: draws one among the best choices.
    """
    if problem.absent or any(place in problem.barred for place in problem.required.tolist()):
        return None
    usable = np.flatnonzero(problem.open)
    if (problem.low > problem.high).any():
        return None
    unit = float(np.abs(problem.scores).max(initial=0.0)) or 1.0
    gain = problem.scores[usable] * (SCALE / unit)
    at_right = problem.at_right[usable]
    least = np.isin(usable, problem.required).astype(float)
    model = Model(
        gain, problem.matrix.tocsc()[:, usable].tocsr(), problem.low, problem.high, least, np.ones(len(usable))
    )
    rng = np.random.default_rng(seed) if seed is not None else None
    steps: list[str] = []
    answer: tuple[Floats | None, float | None, float | None, float | None]
    if goal == "total":
        best = _best(model, rng, steps)
        answer = (*best, None, None) if best else (None, None, None, None)
    else:
        places = (problem.at_left[usable], at_right, (len(problem.left), len(problem.right)))
        per_right = sp.csr_array((gain, (at_right, np.arange(len(gain)))), shape=(len(problem.right), len(gain)))
        answer = _worst_first(model, per_right, places, goal, rng, steps)
    x, bound, worst, worst_bound = answer
    if x is None:
        return None
    chosen = np.zeros(len(problem.scores), bool)
    chosen[usable[x > 0.5]] = True
    back = unit / SCALE
    return Solved(
        chosen,
        float(problem.scores[chosen].sum()),
        None if bound is None else bound * back,
        None if worst is None else worst * back,
        None if worst_bound is None else worst_bound * back,
        "；".join(steps),
    )


def _best(
    model: Model, rng: np.random.Generator | None, steps: list[str], start: Floats | None = None
) -> tuple[Floats, float] | None:
    """A choice of the largest gain and what is proven of it; drawn by lot among the largest with `rng`."""
    relaxed = _relax(model)
    if relaxed is None:
        return None
    if _is_whole(relaxed.x):
        steps.append("线性规划（对偶证明，整数解）")
        x, bound = relaxed.x, relaxed.value
        if rng is not None:
            x = _draw_on_face(model, relaxed, rng)
        return x.round(), bound
    whole = _whole(model, relaxed, start=start)
    if whole is None:
        return None
    steps.append("混合整数规划（分支定界）")
    x, bound = whole.x, min(whole.bound, relaxed.value)
    if rng is not None:
        x = _draw_above(model, x, relaxed, rng)
    return x, bound


def _worst_first(
    model: Model, per_right: Any, places: Any, goal: str, rng: np.random.Generator | None, steps: list[str]
) -> tuple[Floats | None, float | None, float | None, float | None]:
    """Raise the smallest sum of a right id; then the sum of all."""
    counted = np.arange(per_right.shape[0])
    if goal == "max_min":  # who can have nobody is at 0 whatever is done, and does not stop the others' rise
        counted = counted[np.diff(per_right.indptr) > 0]
    sums = per_right[counted]
    small = len(model.gain) <= SMALL
    floor = _floor_exactly(model, sums) if small else _floor_by_steps(model, sums, places)
    if floor is None:
        return None, None, None, None
    x, worst, worst_bound = floor
    steps.append("最低者：" + ("混合整数规划（分支定界）" if small else "线性规划上界，逐级下限与交换"))
    above = _with_floor(model, sums, worst - NEAR)
    if not small and worst < worst_bound - GAPS[-1] * 1.1 * abs(
        worst_bound
    ):  # no search reached it, so none is tried here
        relaxed = _relax(above)
        best = None if relaxed is None else (x, relaxed.value)
    else:
        best = _best(above, rng, steps, start=x)
    bound = best[1] if best else None
    y = best[0] if best else x
    if float((sums @ y).min(initial=np.inf)) < worst - 2 * NEAR:  # pragma: no cover - a solver's tolerance
        y = x
    return y, bound if goal == "max_min_then_total" else None, worst, worst_bound


def _floor_exactly(model: Model, sums: Any) -> tuple[Floats, float, float] | None:
    n = len(model.gain)
    rows = sums.shape[0]
    if rows == 0:
        best = _best(model, None, [])
        return None if best is None else (best[0], 0.0, 0.0)
    matrix = sp.vstack(
        [
            sp.hstack([model.matrix, sp.csr_array((model.matrix.shape[0], 1))]),
            sp.hstack([sums, sp.csr_array(-np.ones((rows, 1)))]),
        ]
    ).tocsr()
    reach = SCALE * max(n, 1)
    wide = Model(
        np.r_[np.zeros(n), 1.0],
        matrix,
        np.r_[model.low, np.zeros(rows)],
        np.r_[model.high, np.full(rows, np.inf)],
        np.r_[model.least, -reach],
        np.r_[model.most, reach],
    )
    best_floor = search(wide, whole=np.r_[np.ones(n, np.int64), 0])
    if best_floor is None:
        return None
    x = best_floor.x[:n].round()
    return x, float((sums @ x).min()), best_floor.bound


def _floor_by_steps(model: Model, sums: Any, places: Any) -> tuple[Floats, float, float] | None:
    """On large problems: a bound from the relaxation, then floors below it, the highest that can be reached first."""
    if _relax(model) is None:
        return None
    bound = _floor_bound(model, sums)
    for share in GAPS:
        floor = bound - abs(bound) * share
        raised = _with_floor(model, sums, floor - NEAR)
        relaxed = _relax(raised)
        if relaxed is None:
            continue
        x = relaxed.x if _is_whole(relaxed.x) else None
        if x is None and (whole := _whole(raised, relaxed, first=True)) is not None:
            x = whole.x
        if x is not None:
            return x.round(), float((sums @ x.round()).min()), bound
    best = _best(model, None, [])
    if best is None:
        return None
    at_left, at_right, shape = places
    x = raise_worst(model, at_left, at_right, shape, best[0])
    return x, float((sums @ x).min()), bound


def _floor_bound(model: Model, sums: Any) -> float:
    """No choice gives every right id more: what each could have of the best for itself, and the relaxation."""
    n, rows = len(model.gain), sums.shape[0]
    columns = _few(model) if n > MANY else np.arange(n)
    while True:
        part = sums.tocsc()[:, columns]
        inner = model.matrix.tocsc()[:, columns]
        matrix = sp.vstack(
            [
                sp.hstack([inner, sp.csc_array((inner.shape[0], 1))]),
                sp.hstack([part, sp.csc_array(-np.ones((rows, 1)))]),
            ]
        ).tocsr()
        wide = Model(
            np.r_[np.zeros(len(columns)), 1.0], matrix,
            np.r_[model.low, np.zeros(rows)], np.r_[model.high, np.full(rows, np.inf)],
            np.r_[model.least[columns], -np.inf], np.r_[model.most[columns], np.inf],
        )  # fmt: skip
        solved = linear(wide, "highs-ipm")
        if solved is None:  # too few columns for the rules
            columns = np.arange(n)
            continue
        value, dual = solved[1], solved[2]
        rest = np.setdiff1d(np.arange(n), columns)
        if not len(rest):
            return value
        cost = -(model.matrix.T @ dual[: model.matrix.shape[0]] + sums.T @ dual[model.matrix.shape[0] :])[rest]
        better = cost > NEAR
        if not better.any():
            return value
        columns = np.union1d(columns, rest[np.argsort(-cost, kind="stable")[: min(int(better.sum()), BATCH)]])


def _with_floor(model: Model, sums: Any, floor: float) -> Model:
    rows = sums.shape[0]
    return model._replace(
        matrix=sp.vstack([model.matrix, sums]).tocsr(),
        low=np.r_[model.low, np.full(rows, floor)],
        high=np.r_[model.high, np.full(rows, np.inf)],
    )


def _is_whole(x: Floats) -> bool:
    return bool((np.abs(x - x.round()) < NEAR).all())


def _few(model: Model) -> NDArray[np.int64]:
    """Columns to start with: those that must be, and the best ones of each row that asks for some."""
    columns = [np.flatnonzero(model.least > 0)]
    matrix = model.matrix
    for row in range(matrix.shape[0]):
        members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        if not np.isfinite(model.low[row]) and len(members) < 100:  # a small limit seldom decides
            continue
        wanted = model.high[row] if np.isfinite(model.high[row]) else max(model.low[row], 0)
        many = min(len(members), int(min(wanted, 10)) * 2 + (20 if np.isfinite(model.low[row]) else 2))
        columns.append(members[np.argpartition(-model.gain[members], many - 1)[:many]] if many else members)
    return np.unique(np.concatenate(columns)).astype(np.int64)


def _relax(model: Model) -> _Relaxed | None:
    """The relaxation over all columns, solved over as few as prove it; None where the rules leave nothing."""
    n = len(model.gain)
    matrix = model.matrix.tocsc()
    columns = _few(model) if n > MANY else np.arange(n)
    lowest = np.flatnonzero(np.isfinite(model.low))
    help_ = sp.csc_array((np.ones(len(lowest)), (lowest, np.arange(len(lowest)))), shape=(matrix.shape[0], len(lowest)))
    # Few columns may not fulfil the rules. Help is allowed at a price; if it stays, only help counts, to be sure.
    stage = "priced" if len(columns) < n else "plain"
    while True:
        part = model._replace(
            gain=model.gain[columns] * (stage != "only"),
            matrix=matrix[:, columns],
            least=model.least[columns],
            most=model.most[columns],
        )
        if stage != "plain":
            part = part._replace(
                gain=np.r_[part.gain, np.full(len(lowest), -HELP)],
                matrix=sp.hstack([part.matrix, help_]),
                least=np.r_[part.least, np.zeros(len(lowest))],
                most=np.r_[part.most, np.full(len(lowest), np.inf)],
            )
        solved = linear(part)
        if solved is None:
            return None
        x, value, dual = solved
        needs_help = stage != "plain" and x[len(columns) :].sum() > NEAR
        if stage == "only" and not needs_help:
            stage = "plain"
            continue
        reduced = model.gain * (stage != "only") - matrix.T @ dual
        outside = np.ones(n, bool)
        outside[columns] = False
        better = np.flatnonzero(outside & (reduced > NEAR))
        if len(better):
            better = better[np.lexsort((-model.gain[better], -reduced[better].round(3)))[:BATCH]]
            columns = np.union1d(columns, better)
        elif stage == "only":
            return None
        elif needs_help:
            stage = "only"
        elif stage == "priced":
            stage = "plain"
        else:
            full = np.zeros(n)
            full[columns] = x
            return _Relaxed(full, value, reduced, dual)


def _whole(model: Model, relaxed: _Relaxed, *, first: bool = False, start: Floats | None = None) -> Whole | None:
    """A best choice in whole numbers; with `first`, any choice.

    On a large problem columns are left out whose reduced cost says that they cannot be in a better choice.
    """
    n = len(model.gain)
    if n <= SMALL:
        return search(model)
    matrix = model.matrix.tocsc()
    for room in ROOMS:
        kept = np.flatnonzero((relaxed.reduced > -room) | (relaxed.x > NEAR) | (model.least > 0))
        part = model._replace(
            gain=model.gain[kept], matrix=matrix[:, kept], least=model.least[kept], most=model.most[kept]
        )
        last = len(kept) == n
        try:
            whole = search(
                part, gap=1.0 if first else 0.0, nodes=None if last and not first and start is None else NODES
            )
        except UnfinishedError:
            whole = None
        if whole is not None:
            x = np.zeros(n)
            x[kept] = whole.x
            # a choice with a column that was left out loses at least `room`
            return Whole(x, min(relaxed.value, max(whole.bound, relaxed.value - room)))
        if last or first or start is not None:
            break
    return None if start is None else Whole(start, relaxed.value)


def _draw_on_face(model: Model, relaxed: _Relaxed, rng: np.random.Generator) -> Floats:
    """One of the best choices by lot: dual weights fix what all best choices share; the rest is drawn."""
    least, most = model.least.copy(), model.most.copy()
    most[relaxed.reduced < -NEAR] = least[relaxed.reduced < -NEAR]
    least[relaxed.reduced > NEAR] = most[relaxed.reduced > NEAR]
    low, high = model.low.copy(), model.high.copy()
    low[relaxed.dual > NEAR] = high[relaxed.dual > NEAR]
    high[relaxed.dual < -NEAR] = low[relaxed.dual < -NEAR]
    weights = rng.random(len(model.gain)) * SCALE
    free = np.flatnonzero(most > 0)
    face = Model(weights[free], model.matrix.tocsc()[:, free].tocsr(), low, high, least[free], most[free])
    drawn = linear(face, "highs")
    x = np.zeros(len(model.gain))
    if drawn is not None:
        x[free] = drawn[0]
    if drawn is None or not _is_whole(x):
        return _draw_above(model, relaxed.x, relaxed, rng)
    return x if model.gain @ x >= relaxed.value - 1e-9 * max(SCALE, abs(relaxed.value)) else relaxed.x


def _draw_above(model: Model, x: Floats, relaxed: _Relaxed, rng: np.random.Generator) -> Floats:
    """One by lot among the choices whose gain is that of x."""
    reached = float(model.gain @ x)
    close = np.flatnonzero((relaxed.reduced >= reached - relaxed.value - NEAR) | (x > 0.5) | (model.least > 0))
    matrix = sp.vstack([model.matrix.tocsc()[:, close], sp.csc_array(model.gain[close][None, :])]).tocsr()
    lot = Model(
        rng.random(len(model.gain))[close] * SCALE, matrix,
        np.r_[model.low, reached - NEAR], np.r_[model.high, np.inf], model.least[close], model.most[close],
    )  # fmt: skip
    small = len(close) <= SMALL
    try:
        whole = search(lot, gap=0.0 if small else 1.0, nodes=None if small else NODES)
    except UnfinishedError:
        whole = None
    if whole is None:
        return x
    drawn = np.zeros(len(x))
    drawn[close] = whole.x
    return drawn if model.gain @ drawn >= reached - 2 * NEAR else x
