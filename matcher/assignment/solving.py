"""Best choices of pairs, with proof. scipy's HiGHS does the solving; which columns it must see is decided in here.

A linear relaxation over few columns is optimal for all of them when no other column's reduced cost speaks for it
(column generation). Bounds on both sides alone make a transportation problem, whose relaxation is whole by itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from matcher.assignment.problem import Floats, Problem

SCALE = 1000.0  # the largest score, so that HiGHS's absolute tolerances lie far below any difference
SMALL = 5_000  # pairs up to which whole numbers are asked for at once and exactly
MANY = 40_000  # pairs from which a relaxation starts with few of them
BATCH = 10_000  # columns that join a relaxation at once
NEAR = 1e-6
GAPS = (0.0, 1e-5, 1e-4, 5e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)  # of the floor, tried one after another on large problems
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


class _Model(NamedTuple):
    """Maximise gain @ x over low <= matrix @ x <= high, x between least and most."""

    gain: Floats
    matrix: Any
    low: Floats
    high: Floats
    least: Floats
    most: Floats


class _Relaxed(NamedTuple):
    x: Floats
    value: float
    reduced: Floats  # how much the value changes with a column, at best
    dual: Floats


class _Whole(NamedTuple):
    x: Floats
    bound: float


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
    model = _Model(
        gain, problem.matrix.tocsc()[:, usable].tocsr(), problem.low, problem.high, least, np.ones(len(usable))
    )
    rng = np.random.default_rng(seed) if seed is not None else None
    steps: list[str] = []
    if goal == "total":
        found = _best(model, rng, steps)
        x, bound, worst, worst_bound = (*found, None, None) if found else (None, None, None, None)
    else:
        per_right = sp.csr_array((gain, (at_right, np.arange(len(gain)))), shape=(len(problem.right), len(gain)))
        x, bound, worst, worst_bound = _worst_first(model, per_right, goal, rng, steps)
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


def _best(model: _Model, rng: np.random.Generator | None, steps: list[str]) -> tuple[Floats, float] | None:
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
    whole = _whole(model, relaxed)
    if whole is None:
        return None
    steps.append("混合整数规划（分支定界）")
    x, bound = whole.x, min(whole.bound, relaxed.value)
    if rng is not None:
        x = _draw_above(model, x, relaxed, rng)
    return x, bound


def _worst_first(
    model: _Model, per_right: Any, goal: str, rng: np.random.Generator | None, steps: list[str]
) -> tuple[Floats | None, float | None, float | None, float | None]:
    """Raise the smallest sum of a right id; then the sum of all."""
    counted = np.arange(per_right.shape[0])
    if goal == "max_min":  # who can have nobody is at 0 whatever is done, and does not stop the others' rise
        counted = counted[np.diff(per_right.indptr) > 0]
    sums = per_right[counted]
    small = len(model.gain) <= SMALL
    floor = _floor_exactly(model, sums) if small else _floor_by_steps(model, sums)
    if floor is None:
        return None, None, None, None
    x, worst, worst_bound = floor
    steps.append("最低者：" + ("混合整数规划（分支定界）" if small else "线性规划上界与逐级下限"))
    found = _best(_with_floor(model, sums, worst - NEAR), rng, steps)
    bound = found[1] if found else None
    y = found[0] if found else x
    if float((sums @ y).min(initial=np.inf)) < worst - 2 * NEAR:  # pragma: no cover - a solver's tolerance
        y = x
    return y, bound if goal == "max_min_then_total" else None, worst, worst_bound


def _floor_exactly(model: _Model, sums: Any) -> tuple[Floats, float, float] | None:
    n = len(model.gain)
    rows = sums.shape[0]
    if rows == 0:
        found = _best(model, None, [])
        return None if found is None else (found[0], 0.0, 0.0)
    matrix = sp.vstack(
        [
            sp.hstack([model.matrix, sp.csr_array((model.matrix.shape[0], 1))]),
            sp.hstack([sums, sp.csr_array(-np.ones((rows, 1)))]),
        ]
    ).tocsr()
    reach = SCALE * max(n, 1)
    wide = _Model(
        np.r_[np.zeros(n), 1.0],
        matrix,
        np.r_[model.low, np.zeros(rows)],
        np.r_[model.high, np.full(rows, np.inf)],
        np.r_[model.least, -reach],
        np.r_[model.most, reach],
    )
    found = _search(wide, np.r_[np.ones(n), 0.0])
    if found is None:
        return None
    x = found.x[:n].round()
    return x, float((sums @ x).min()), found.bound


def _floor_by_steps(model: _Model, sums: Any) -> tuple[Floats, float, float] | None:
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
    found = _best(model, None, [])
    return None if found is None else (found[0], float((sums @ found[0]).min()), bound)


def _floor_bound(model: _Model, sums: Any) -> float:
    """No choice gives every right id more: what each could have of the best for itself, and the relaxation."""
    n, rows = len(model.gain), sums.shape[0]
    columns = _few(model) if n > MANY else np.arange(n)
    while True:
        part = sums.tocsc()[:, columns]
        inner = model.matrix.tocsc()[:, columns]
        matrix = sp.vstack(
            [sp.hstack([inner, sp.csc_array((inner.shape[0], 1))]), sp.hstack([part, sp.csc_array(-np.ones((rows, 1)))])]
        ).tocsr()
        wide = _Model(
            np.r_[np.zeros(len(columns)), 1.0], matrix,
            np.r_[model.low, np.zeros(rows)], np.r_[model.high, np.full(rows, np.inf)],
            np.r_[model.least[columns], -np.inf], np.r_[model.most[columns], np.inf],
        )  # fmt: skip
        solved = _linear(wide, "highs-ipm")
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


def _with_floor(model: _Model, sums: Any, floor: float) -> _Model:
    rows = sums.shape[0]
    return model._replace(
        matrix=sp.vstack([model.matrix, sums]).tocsr(),
        low=np.r_[model.low, np.full(rows, floor)],
        high=np.r_[model.high, np.full(rows, np.inf)],
    )


def _is_whole(x: Floats) -> bool:
    return bool((np.abs(x - x.round()) < NEAR).all())


def _few(model: _Model) -> NDArray[np.int64]:
    """Columns to start with: those that must be, and the best ones of each row that asks for some."""
    columns = [np.flatnonzero(model.least > 0)]
    matrix = model.matrix
    asking = np.flatnonzero(np.isfinite(model.low))
    for row in asking if len(asking) else range(matrix.shape[0]):
        members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        wanted = model.high[row] if np.isfinite(model.high[row]) else max(model.low[row], 0)
        many = min(len(members), int(min(wanted, 10)) * 2 + 20)
        columns.append(members[np.argpartition(-model.gain[members], many - 1)[:many]] if many else members)
    return np.unique(np.concatenate(columns)).astype(np.int64)


def _relax(model: _Model) -> _Relaxed | None:
    """The relaxation over all columns, solved over as few as prove it; None where the rules leave nothing."""
    n = len(model.gain)
    matrix = model.matrix.tocsc()
    columns = _few(model) if n > MANY else np.arange(n)
    lowest = np.flatnonzero(np.isfinite(model.low))
    help_ = sp.csc_array((np.ones(len(lowest)), (lowest, np.arange(len(lowest)))), shape=(matrix.shape[0], len(lowest)))
    helped = len(columns) < n  # few columns may not fulfil the rules: first drive out what helps them
    while True:
        part = model._replace(
            gain=model.gain[columns], matrix=matrix[:, columns], least=model.least[columns], most=model.most[columns]
        )
        if helped:
            part = part._replace(
                gain=np.r_[np.zeros(len(columns)), -np.ones(len(lowest))],
                matrix=sp.hstack([part.matrix, help_]),
                least=np.r_[part.least, np.zeros(len(lowest))],
                most=np.r_[part.most, np.full(len(lowest), np.inf)],
            )
        solved = _linear(part, "highs")
        if solved is None:
            return None
        x, value, dual = solved
        if helped and value > -NEAR:
            helped = False
            continue
        reduced = (0.0 if helped else model.gain) - matrix.T @ dual
        outside = np.ones(n, bool)
        outside[columns] = False
        better = np.flatnonzero(outside & (reduced > NEAR))
        if not len(better):
            if helped:
                return None
            full = np.zeros(n)
            full[columns] = x
            return _Relaxed(full, value, reduced, dual)
        better = better[np.argsort(-reduced[better], kind="stable")[:BATCH]]
        columns = np.union1d(columns, better)


def _linear(model: _Model, method: str) -> tuple[Floats, float, Floats] | None:
    """x, value and the rows' prices of a relaxation; None where there is no x."""
    matrix = model.matrix.tocsr()
    equal = model.low == model.high
    free = _unbreakable(model)
    above = np.flatnonzero(np.isfinite(model.high) & ~equal & ~free)
    below = np.flatnonzero(np.isfinite(model.low) & ~equal)
    at = np.flatnonzero(equal)
    result = linprog(
        -model.gain,
        A_ub=sp.vstack([matrix[above], -matrix[below]]).tocsr() if len(above) + len(below) else None,
        b_ub=np.r_[model.high[above], -model.low[below]] if len(above) + len(below) else None,
        A_eq=matrix[at] if len(at) else None,
        b_eq=model.high[at] if len(at) else None,
        bounds=np.column_stack([model.least, model.most]),
        method=method,
    ) if len(model.gain) else None  # fmt: skip
    if result is None:
        fits = (np.nan_to_num(model.low, neginf=0) <= 0).all() and (model.high >= 0).all()
        return (np.zeros(0), 0.0, np.zeros(len(model.low))) if fits else None
    if result.status == 2:
        return None
    if result.status != 0:
        raise RuntimeError(f"HiGHS: {result.message}")
    dual = np.zeros(len(model.low))
    if len(above) + len(below):
        dual[above] -= result.ineqlin.marginals[: len(above)]
        dual[below] += result.ineqlin.marginals[len(above) :]
    if len(at):
        dual[at] = -result.eqlin.marginals
    return result.x, -float(result.fun), dual


def _unbreakable(model: _Model) -> NDArray[np.bool_]:
    """Rows whose upper bound these columns cannot break."""
    endless = ~np.isfinite(model.most)
    matrix = model.matrix.tocsr()
    reach = matrix.maximum(0) @ np.where(endless, 0.0, model.most)
    free: NDArray[np.bool_] = (reach <= model.high) & (abs(matrix) @ endless.astype(float) == 0)
    return free


def _whole(model: _Model, relaxed: _Relaxed, *, first: bool = False) -> _Whole | None:
    """A best choice in whole numbers; with `first`, any choice.

    On a large problem columns are left out whose reduced cost says that they cannot be in a better choice.
    """
    n = len(model.gain)
    if n <= SMALL:
        return _search(model, np.ones(n))
    matrix = model.matrix.tocsc()
    for room in (2e-3 * SCALE, 2e-2 * SCALE, 0.2 * SCALE, np.inf):
        kept = np.flatnonzero((relaxed.reduced > -room) | (relaxed.x > NEAR) | (model.least > 0))
        part = model._replace(
            gain=model.gain[kept], matrix=matrix[:, kept], least=model.least[kept], most=model.most[kept]
        )
        found = _search(part, np.ones(len(kept)), gap=1.0 if first else 1e-4, nodes=NODES)
        if found is not None:
            x = np.zeros(n)
            x[kept] = found.x
            # a choice with a column that was left out loses at least `room`
            return _Whole(x, min(relaxed.value, max(found.bound, relaxed.value - room)))
        if len(kept) > MANY:
            break
    return None


def _search(model: _Model, whole: Floats, *, gap: float = 0.0, nodes: int | None = None) -> _Whole | None:
    options: dict[str, Any] = {"mip_rel_gap": gap}
    if nodes is not None:
        options["node_limit"] = nodes
    if not len(model.gain):
        fits = (np.nan_to_num(model.low, neginf=0) <= 0).all() and (model.high >= 0).all()
        return _Whole(np.zeros(0), 0.0) if fits else None
    binding = np.flatnonzero(~(_unbreakable(model) & np.isneginf(model.low)))
    rows = LinearConstraint(model.matrix.tocsr()[binding], model.low[binding], model.high[binding])
    result = milp(
        -model.gain,
        constraints=rows if len(binding) else (),
        bounds=Bounds(model.least, model.most),
        integrality=whole,
        options=options,
    )
    if result.x is None:
        return None
    bound = result.mip_dual_bound
    x = np.where(whole > 0, result.x.round(), result.x)
    return _Whole(x, -float(result.fun if bound is None else bound))


def _draw_on_face(model: _Model, relaxed: _Relaxed, rng: np.random.Generator) -> Floats:
    """One of the best choices by lot: prices say what all best choices share; the rest is drawn."""
    least, most = model.least.copy(), model.most.copy()
    most[relaxed.reduced < -NEAR] = least[relaxed.reduced < -NEAR]
    least[relaxed.reduced > NEAR] = most[relaxed.reduced > NEAR]
    low, high = model.low.copy(), model.high.copy()
    low[relaxed.dual > NEAR] = high[relaxed.dual > NEAR]
    high[relaxed.dual < -NEAR] = low[relaxed.dual < -NEAR]
    weights = rng.random(len(model.gain)) * SCALE
    free = np.flatnonzero(most > 0)
    face = _Model(weights[free], model.matrix.tocsc()[:, free].tocsr(), low, high, least[free], most[free])
    drawn = _linear(face, "highs")
    x = np.zeros(len(model.gain))
    if drawn is not None:
        x[free] = drawn[0]
    if drawn is None or not _is_whole(x):
        return _draw_above(model, relaxed.x, relaxed, rng)
    return x if model.gain @ x >= relaxed.value - 1e-9 * max(SCALE, abs(relaxed.value)) else relaxed.x


def _draw_above(model: _Model, x: Floats, relaxed: _Relaxed, rng: np.random.Generator) -> Floats:
    """One by lot among the choices whose gain is that of x."""
    reached = float(model.gain @ x)
    close = np.flatnonzero((relaxed.reduced >= reached - relaxed.value - NEAR) | (x > 0.5) | (model.least > 0))
    matrix = sp.vstack([model.matrix.tocsc()[:, close], sp.csc_array(model.gain[close][None, :])]).tocsr()
    lot = _Model(
        rng.random(len(model.gain))[close] * SCALE, matrix,
        np.r_[model.low, reached - NEAR], np.r_[model.high, np.inf], model.least[close], model.most[close],
    )  # fmt: skip
    small = len(close) <= SMALL
    found = _search(lot, np.ones(len(close)), gap=0.0 if small else 1.0, nodes=None if small else NODES)
    if found is None:
        return x
    drawn = np.zeros(len(x))
    drawn[close] = found.x
    return drawn if model.gain @ drawn >= reached - 2 * NEAR else x
