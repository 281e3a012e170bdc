"""The step from a pair table to an assignment: rules in, a proven best choice with alternates and reasons out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from matcher.assignment.ids import RuleIds
from matcher.assignment.infeasibility import find_obstacles
from matcher.assignment.labels import NOUNS, Names, labels, names_of
from matcher.assignment.problem import Bounds, Extra, Problem, build, check_pairs, limits
from matcher.assignment.solver import Solved, solve
from matcher.errors import ArgumentError, ArgumentTypeError, InfeasibleError, TableError
from matcher.tables.cells.texts import as_written
from matcher.tables.rows.ids import id_texts

GOALS = ("total", "max_min", "max_min_then_total")
FORBIDDEN, SAME_GROUP = "禁止名单", "同一单位（组）"


@dataclass(frozen=True)
class Assignment:
    """What was decided, and the proof.

    Attributes
    ----------
    pairs
        left_id, right_id, alternate (0 or 1), score, rank; by right id, its partners by falling score, then its
        alternates by rank from 1 (0 for partners); ties by left id.
    excluded
        left_id, right_id, reason: one row per pair of the table and reason why it must not be.
    shortages
        right_id, asked, found: where fewer alternates can step in than were asked for.
    notes
        Chinese sentences that a reader must know.
    unclear
        Those of the notes that name a rule which may not bar what it was meant to bar.
    proof
        goal, total, total_bound, worst, worst_bound, gap (largest relative distance to what is proven impossible to
        exceed; 0 is optimal), optimal, method.
    names
        "left" and "right" -> id -> name, where names are known.
    """

    pairs: pd.DataFrame
    excluded: pd.DataFrame
    shortages: pd.DataFrame
    notes: tuple[str, ...]
    proof: dict[str, Any]
    names: Names = field(default_factory=dict)
    unclear: tuple[str, ...] = ()


def assign(
    pairs: pd.DataFrame,
    *,
    left: Bounds | None = None,
    right: Bounds | None = None,
    forbid: pd.DataFrame | Iterable[tuple[str, str]] = (),
    require: Iterable[tuple[str, str]] = (),
    groups: Mapping[str, Mapping[str, str]] | None = None,
    forbid_same_group: bool = False,
    at_most_per_group: int | None = None,
    grades: Mapping[str, str] | None = None,
    at_least_of_grade: Mapping[str, int] | None = None,
    previous: Sequence[Iterable[str]] = (),
    at_most_together: int | None = None,
    goal: Literal["total", "max_min", "max_min_then_total"] = "total",
    alternates: int = 0,
    seed: str | int | None = None,
    nouns: Mapping[str, str] = NOUNS,
    names: Names | None = None,
    notes: Sequence[str] = (),
) -> Assignment:
    """Choose pairs of a table: the best choice that keeps every rule.

    Ids in rules meet those of the table in any writing (width, case, dashes, blanks); a pair of `forbid` or `require`
    may be turned round. What was read so, and a pair of `forbid` whose ids are in no pair, is said in the notes.

    Parameters
    ----------
    pairs
        left_id, right_id, score, one row per pair, and left_name, right_name where names are known. A pair that is not
        in the table cannot be chosen.
    left, right
        Id -> {"min", "max"}: least and most partners. "default" holds for whoever is not named and for a bound that is
        not given; without it 0 and any number. An id that only these name, and no pair, counts too.
    forbid
        Pairs that must not be, as a table (left_id, right_id, reason; see `matcher.assignment.conflicts`) or as
        tuples.
    require
        Pairs that must be.
    groups
        {"left": {id: group}, "right": {...}}, for the next two; ids without a group are free of both.
    forbid_same_group
        No pair within one group.
    at_most_per_group
        Of one right id's partners.
    grades, at_least_of_grade
        Left id -> grade, and grade -> how many of a right id's partners at least.
    previous, at_most_together
        Earlier panels, sets of left ids: no right id gets one of them again whole, or more than so many of it.
    goal
        "total": the largest sum of scores. "max_min": the smallest sum of scores of a right id is as large as can be;
        an id without partners has 0, and one that can have no partner at all is passed over (it also prefers the
        larger sum of all, without a proof). "max_min_then_total": and among these choices the largest sum of all,
        proven too; an id that can have no partner counts as 0.
    alternates
        For each right id, so many of the best-scored pairs whose left id could step in, alone, for whoever drops out:
        not barred, not a partner, below its own most, and its group below `at_most_per_group`. One left id may be
        alternate of several. Fewer than asked for are listed in `shortages`.
    seed
        Draws by lot among equally good choices (SHA-256 of seed, rules and pairs: the draw cannot be predicted before
        all of them are fixed). Without it, equal inputs give equal answers, without a lot.
    nouns, names
        Words for the two sides, and "left" and "right" -> id -> name, for messages and workbook.
    notes
        Sentences about rules that may not bar what they were meant to bar; they stand first among the result's.

    Returns
    -------
    Assignment
        Up to 5,000 pairs, and for "total" with bounds and conflicts alone at any size, the optimum is exact; beyond,
        `proof` gives the distance that is proven.

    Raises
    ------
    InfeasibleError
        The rules contradict each other; `obstacles` name a smallest set of rules to relax.
    TableError
        The pair table cannot be used.
    ArgumentError
        An argument has a value that cannot be used.

    Examples
    --------
    >>> pairs = pd.DataFrame({"left_id": ["a", "a", "b"], "right_id": ["P", "Q", "P"], "score": [0.9, 0.8, 0.7]})
    >>> chosen = assign(pairs, left={"default": {"max": 1}}, right={"default": {"max": 1}})
    >>> chosen.pairs[["left_id", "right_id"]].to_numpy().tolist(), chosen.proof["optimal"]
    ([['b', 'P'], ['a', 'Q']], True)
    """
    left, right, groups = left or {}, right or {}, groups or {}
    _check(left, right, groups, at_most_per_group, at_least_of_grade or {}, goal, alternates)
    table, known = check_pairs(pairs), names_of(pairs, names)
    ids = RuleIds(table, nouns)
    left, right = ids.keys("left", left), ids.keys("right", right)
    groups = {side: ids.keys(side, groups[side]) for side in groups}
    barred = _barred(table, ids.pairs(_listed(forbid)), groups if forbid_same_group else {})
    extra = Extra(
        at_most_per_group, groups.get("left", {}), ids.keys("left", grades or {}), at_least_of_grade or {},
        [frozenset(ids.find("left", as_written(name)) for name in panel) for panel in previous], at_most_together,
    )  # fmt: skip
    wanted = [ids.pair(as_written(a), as_written(b), told=False) for a, b in require]
    problem = build(table, left=left, right=right, forbid=barred, require=wanted, extra=extra)
    settings = [left, right, sorted(wanted), groups, forbid_same_group, at_most_per_group, goal]
    lot = None if seed is None else _lot(str(seed), table, barred, settings)
    solved = solve(problem, goal=goal, seed=lot)
    if solved is None:
        obstacles = find_obstacles(problem, nouns=nouns, names=known)
        text = _infeasible_text(obstacles.rows, obstacles.smallest)
        raise InfeasibleError(text, obstacles.rows, smallest=obstacles.smallest)
    chosen = solved.chosen
    loads = _loads(problem, chosen)
    spare = _alternates(problem, chosen, loads, left, extra, alternates, lot)
    shortages = _shortages(problem, spare, alternates)
    unclear = (*notes, *ids.unclear)
    return Assignment(
        _result(problem, chosen, spare),
        _excluded(problem),
        shortages,
        (*unclear, *ids.understood, *_notes(problem, goal, shortages, nouns, known)),
        _proof(goal, solved, float(np.abs(problem.scores).max(initial=0.0))),
        known,
        unclear,
    )


def _check(
    left: Bounds,
    right: Bounds,
    groups: Mapping[str, Mapping[str, str]],
    at_most_per_group: int | None,
    at_least_of_grade: Mapping[str, int],
    goal: str,
    alternates: int,
) -> None:
    if goal not in GOALS:
        raise ArgumentError(f"goal is one of {', '.join(GOALS)}, not {goal!r}")
    if unknown := set(groups) - {"left", "right"}:
        raise ArgumentError(f'groups has the keys "left" and "right", not {sorted(unknown)}')
    numbers = {"alternates": alternates, "at_most_per_group": at_most_per_group or 0, **at_least_of_grade}
    for side, bounds in (("left", left), ("right", right)):
        if not isinstance(bounds, Mapping) or not all(isinstance(one, Mapping) for one in bounds.values()):
            raise ArgumentTypeError(f'{side} is a dict: id -> {{"min": 1, "max": 3}}, not {bounds!r}')
        for name, one in bounds.items():
            if unknown := set(one) - {"min", "max"}:
                raise ArgumentError(f'{side}[{name!r}] has the keys "min" and "max", not {sorted(unknown)}')
            numbers |= {f"{side}[{name!r}][{key!r}]": value for key, value in one.items()}
    for what, value in numbers.items():
        whole = isinstance(value, int | np.integer) or (isinstance(value, float) and value.is_integer())
        if not whole or isinstance(value, bool):
            raise ArgumentTypeError(f"{what} is a whole number, not {value!r}")
        if value < 0:
            raise ArgumentError(f"{what} is not below 0, not {value}")


def _listed(forbid: pd.DataFrame | Iterable[tuple[str, str]]) -> pd.DataFrame:
    """The pairs that must not be, as a table: left_id, right_id, reason."""
    if isinstance(forbid, pd.DataFrame):
        if missing := {"left_id", "right_id"} - set(forbid.columns):
            raise TableError(f"forbid needs the columns left_id and right_id; it lacks {sorted(missing)}")
        listed = forbid[["left_id", "right_id"]].apply(id_texts)
        return listed.assign(reason=forbid["reason"].astype(str) if "reason" in forbid else FORBIDDEN)
    rows = [(str(a), str(b), FORBIDDEN) for a, b in forbid]
    return pd.DataFrame(rows, columns=["left_id", "right_id", "reason"])


def _barred(table: pd.DataFrame, listed: pd.DataFrame, groups: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """All pairs that must not be, each with its reason."""
    if groups:
        lefts = table["left_id"].map(groups.get("left", {})).fillna("")
        rights = table["right_id"].map(groups.get("right", {})).fillna("")
        same = table.loc[(lefts == rights) & (lefts != ""), ["left_id", "right_id"]].assign(reason=SAME_GROUP)
        listed = pd.concat([listed, same], ignore_index=True)
    return listed


def _lot(seed: str, table: pd.DataFrame, barred: pd.DataFrame, settings: Sequence[Any]) -> int:
    """A number that depends on seed, pairs and rules and cannot be predicted without all of them."""
    digest = hashlib.sha256(seed.encode())
    for frame in (table, barred):
        ordered = frame.sort_values(["left_id", "right_id"], kind="stable")
        digest.update(pd.util.hash_pandas_object(ordered, index=False).to_numpy().tobytes())
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    return int.from_bytes(digest.digest()[:16])


def _infeasible_text(rows: pd.DataFrame, smallest: bool) -> str:
    first = rows.loc[rows["set"] == 1, "text"]
    size = "最少" if smallest else "（未证明最少）"
    lines = [f"无法分配：规则互相矛盾。放宽以下 {len(first)} 条即可，{size}："]
    lines += [f"  {number}. {text}" for number, text in enumerate(first, start=1)]
    second = rows.loc[rows["set"] == 2, "text"]
    if len(second):
        lines.append(f"若回避（禁止）一条也不解除，则须放宽以下 {len(second)} 条：")
        lines += [f"  {number}. {text}" for number, text in enumerate(second, start=1)]
    return "\n".join(lines)


def _loads(problem: Problem, chosen: Any) -> Any:
    return np.bincount(problem.at_left[chosen], minlength=len(problem.left))


def _alternates(
    problem: Problem, chosen: Any, loads: Any, left: Bounds, extra: Extra, many: int, lot: int | None
) -> list[tuple[int, int]]:
    """(pair, rank) of those who can step in, best first; equals by lot, or by id."""
    if not many:
        return []
    most = np.array([limits(left, name)[1] for name in problem.left])
    free = problem.open & ~chosen & (loads < most)[problem.at_left]
    if extra.at_most_per_group is not None:
        names = [extra.left_groups.get(name, "") for name in problem.left]
        code = pd.factorize(pd.Series(names))[0]
        key = problem.at_right * (code.max(initial=0) + 1) + code[problem.at_left]
        full = np.bincount(key[chosen], minlength=int(key.max(initial=0)) + 1) >= extra.at_most_per_group
        has = np.array([bool(name) for name in names])[problem.at_left]
        free &= ~(full[key] & has)
    at = np.flatnonzero(free)
    tie = problem.at_left if lot is None else np.random.default_rng([lot, 1]).permutation(len(problem.scores))
    order = at[np.lexsort((tie[at], -problem.scores[at], problem.at_right[at]))]
    ranks = pd.Series(problem.at_right[order]).groupby(problem.at_right[order]).cumcount().to_numpy() + 1
    return [(int(pair), int(rank)) for pair, rank in zip(order, ranks, strict=True) if rank <= many]


def _result(problem: Problem, chosen: Any, spare: Sequence[tuple[int, int]]) -> pd.DataFrame:
    at = np.r_[np.flatnonzero(chosen), np.array([pair for pair, _ in spare], np.int64)].astype(np.int64)
    rank = np.r_[np.zeros(int(chosen.sum()), np.int64), np.array([rank for _, rank in spare], np.int64)]
    frame = pd.DataFrame(
        {
            "left_id": pd.Series([problem.left[i] for i in problem.at_left[at]], dtype=str),
            "right_id": pd.Series([problem.right[i] for i in problem.at_right[at]], dtype=str),
            "alternate": (rank > 0).astype(np.int64),
            "score": problem.scores[at],
            "rank": rank.astype(np.int64),
        }
    )
    order = np.lexsort((problem.at_left[at], -frame["score"], rank, problem.at_right[at]))
    return frame.iloc[order].reset_index(drop=True)


def _excluded(problem: Problem) -> pd.DataFrame:
    rows = [
        (problem.left[problem.at_left[pair]], problem.right[problem.at_right[pair]], reason)
        for pair, reasons in sorted(problem.barred.items())
        for reason in reasons
    ]
    return pd.DataFrame(rows, columns=["left_id", "right_id", "reason"], dtype=str)


def _shortages(problem: Problem, spare: Sequence[tuple[int, int]], many: int) -> pd.DataFrame:
    counts = np.bincount(problem.at_right[[pair for pair, _ in spare]], minlength=len(problem.right)) if spare else (
        np.zeros(len(problem.right), np.int64)
    )  # fmt: skip
    rows = [(name, many, int(n)) for name, n in zip(problem.right, counts, strict=True) if n < many]
    return pd.DataFrame(rows, columns=["right_id", "asked", "found"])


def _notes(
    problem: Problem, goal: str, shortages: pd.DataFrame, nouns: Mapping[str, str], names: Names
) -> tuple[str, ...]:
    notes = []
    if len(shortages):
        who = labels(names["right"], shortages["right_id"].head(10))
        others = "等" if len(shortages) > 10 else ""
        notes.append(f"候补不足：{len(shortages)} 个{nouns['right']}可用的候补少于要求（{who}{others}）")
    reach = np.bincount(problem.at_right[problem.open], minlength=len(problem.right)) > 0
    if goal != "total" and not reach.all():
        stuck = [name for name, can in zip(problem.right, reach, strict=True) if not can]
        effect = "其合计为 0，“最低者”因此不超过 0；要让其余各方的最低者尽量高，请先将其移出"
        if goal == "max_min":
            effect = "不计入“最低者”"
        notes.append(f"没有任何人选的{nouns['right']}：{labels(names['right'], stuck[:10])}；{effect}")
    return tuple(notes)


def _proof(goal: str, solved: Solved, unit: float) -> dict[str, Any]:
    close = 1e-8 * unit
    gaps = [
        max(0.0, bound - value) / max(abs(bound), abs(value)) if bound - value > close else 0.0
        for value, bound in ((solved.total, solved.total_bound), (solved.worst, solved.worst_bound))
        if value is not None and bound is not None
    ]
    gap = max(gaps, default=0.0)
    return {
        "goal": goal,
        "total": solved.total,
        "total_bound": solved.total_bound,
        "worst": solved.worst,
        "worst_bound": solved.worst_bound,
        "gap": gap,
        "optimal": gap == 0.0,
        "method": solved.method,
    }
