"""HiGHS behind two functions: a linear problem with its dual weights, and one in whole numbers with its bound."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

Floats = NDArray[np.float64]


class Model(NamedTuple):
    """Maximise gain @ x over low <= matrix @ x <= high, x between least and most."""

    gain: Floats
    matrix: Any
    low: Floats
    high: Floats
    least: Floats
    most: Floats


class Whole(NamedTuple):
    """A choice in whole numbers, and what no choice exceeds."""

    x: Floats
    bound: float


class UnfinishedError(Exception):
    """A search ended at its limit before it found any choice."""


def linear(model: Model, method: str = "highs") -> tuple[Floats, float, Floats] | None:
    """x, value and the rows' dual weights of a relaxation; None where there is no x."""
    if not len(model.gain):
        return (np.zeros(0), 0.0, np.zeros(len(model.low))) if _holds_with_nothing(model) else None
    matrix = model.matrix.tocsr()
    equal = model.low == model.high
    above = np.flatnonzero(np.isfinite(model.high) & ~equal & ~_unbreakable(model))
    below = np.flatnonzero(np.isfinite(model.low) & ~equal)
    at = np.flatnonzero(equal)
    call = cast(Any, linprog)  # its stubs do not know sparse matrices
    for way in (method, "highs-ds", "highs-ipm"):
        result = call(
            -model.gain,
            A_ub=sp.vstack([matrix[above], -matrix[below]]).tocsr() if len(above) + len(below) else None,
            b_ub=np.r_[model.high[above], -model.low[below]] if len(above) + len(below) else None,
            A_eq=matrix[at] if len(at) else None,
            b_eq=model.high[at] if len(at) else None,
            bounds=np.column_stack([model.least, model.most]),
            method=way,
        )
        if result.status in (0, 2):
            break
    else:
        raise RuntimeError(f"HiGHS: {result.message}")
    if result.status == 2:
        return None
    dual = np.zeros(len(model.low))
    if len(above) + len(below):
        dual[above] -= result.ineqlin.marginals[: len(above)]
        dual[below] += result.ineqlin.marginals[len(above) :]
    if len(at):
        dual[at] = -result.eqlin.marginals
    return result.x, -float(result.fun), dual


def search(
    model: Model, *, whole: NDArray[np.int64] | None = None, gap: float = 0.0, nodes: int | None = None
) -> Whole | None:
    """A best x in whole numbers (all, or those that `whole` marks with 1), or None where there is none.

    gap: stop where it is proven. nodes: stop after so many; UnfinishedError if nothing was found by then.
    """
    if not len(model.gain):
        return Whole(np.zeros(0), 0.0) if _holds_with_nothing(model) else None
    whole = np.ones(len(model.gain), np.int64) if whole is None else whole
    binding = np.flatnonzero(~(_unbreakable(model) & np.isneginf(model.low)))
    matrix = model.matrix.tocsr()[binding]
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)  # for scipy < 1.15
    rows = LinearConstraint(matrix, model.low[binding], model.high[binding])
    options: dict[str, Any] = {"mip_rel_gap": gap} | ({} if nodes is None else {"node_limit": nodes})
    result = cast(Any, milp)(
        -model.gain,
        constraints=rows if len(binding) else (),
        bounds=Bounds(model.least, model.most),
        integrality=whole,
        options=options,
    )
    if result.x is None:
        if result.status == 2:
            return None
        raise UnfinishedError(result.message)
    bound = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
    return Whole(np.where(whole > 0, result.x.round(), result.x), -float(bound))


def _holds_with_nothing(model: Model) -> bool:
    return bool((np.nan_to_num(model.low, neginf=0) <= 0).all() and (model.high >= 0).all())


def _unbreakable(model: Model) -> NDArray[np.bool_]:
    """Rows whose upper bound these columns cannot break."""
    endless = ~np.isfinite(model.most)
    matrix = model.matrix.tocsr()
    reach = matrix.maximum(0) @ np.where(endless, 0.0, model.most)
    free: NDArray[np.bool_] = (reach <= model.high) & (abs(matrix) @ endless.astype(float) == 0)
    return free
