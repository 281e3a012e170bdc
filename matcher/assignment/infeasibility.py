"""Why an assignment cannot be made: the fewest rules whose relaxing would make it possible, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from matcher.assignment.highs import Model, search
from matcher.assignment.labels import Names, label
from matcher.assignment.problem import Problem, Rule

COLUMNS = ["set", "rule", "left_id", "right_id", "by", "text"]
FEW = 60_000  # pairs up to which all are looked at
EXACT = 20_000  # pairs up to which a smallest set is searched for and proven
NODES = 20


class Obstacles(NamedTuple):
    """rows: one a rule to relax (COLUMNS). set 1 is a smallest one; set 2, if set 1 lifts a conflict, a smallest
    one that leaves every conflict standing. smallest: whether the size of set 1 is proven.
    """

    rows: pd.DataFrame
    smallest: bool


def find_obstacles(problem: Problem, *, nouns: Mapping[str, str], names: Names) -> Obstacles:
    """A true and smallest set of rules to relax: without them, and with all others, there is an assignment.

    Of equally small sets the one that lifts fewest conflicts, then fewest required pairs, then asks for least.
    """
    relaxed, smallest = _relaxed_rules(problem, conflicts=True)
    barred = {_ids(problem, pair): "、".join(reasons) for pair, reasons in problem.barred.items()}
    rows = [_row(1, rule, by, nouns, names, barred) for rule, by in relaxed]
    if any(rule.kind == "barred" for rule, _ in relaxed):
        second = _relaxed_rules(problem, conflicts=False)[0]
        rows += [_row(2, rule, by, nouns, names, barred) for rule, by in second]
    return Obstacles(pd.DataFrame(rows, columns=COLUMNS), smallest)


def _relaxed_rules(problem: Problem, *, conflicts: bool) -> tuple[list[tuple[Rule, int]], bool]:
    kept = _looked_at(problem)
    matrix = problem.matrix.tocsc()[:, kept]
    n = len(kept)
    place = {int(pair): i for i, pair in enumerate(kept)}
    relaxable: list[tuple[Rule, float]] = []  # a rule and the most by which it may have to give way
    right_side: list[float] = []
    signs: list[tuple[int, float]] = []
    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    for i, rule in enumerate(problem.rules):
        low, high = float(problem.low[i]), float(problem.high[i])
        if np.isfinite(low):
            relaxable.append((rule._replace(name=f"min:{low:.0f}:{rule.name}"), low))
            signs.append((i, 1.0))
            right_side.append(low)
        if np.isfinite(high):
            relaxable.append((rule._replace(name=f"max:{high:.0f}:{rule.name}"), float(sizes[i])))
            signs.append((i, -1.0))
            right_side.append(-high)
    rows = sp.csr_array(
        ([sign for _, sign in signs], (range(len(signs)), [i for i, _ in signs])), shape=(len(signs), matrix.shape[0])
    )
    over_pairs = [rows @ matrix]
    pair_rows: list[tuple[int, float]] = []
    for pair in problem.required.tolist():
        left, right = _ids(problem, pair)
        relaxable.append((Rule("required", left, right), 1.0))
        pair_rows.append((place[pair], 1.0))
        right_side.append(1.0)
    most = np.ones(n)
    for pair, reasons in sorted(problem.barred.items()):
        if pair not in place:
            continue
        if not conflicts:
            most[place[pair]] = 0.0
            continue
        left, right = _ids(problem, pair)
        for reason in reasons:
            relaxable.append((Rule("barred", left, right, reason), 1.0))
            pair_rows.append((place[pair], -1.0))
            right_side.append(0.0)
    if pair_rows:
        over_pairs.append(
            sp.csr_array(
                ([sign for _, sign in pair_rows], (range(len(pair_rows)), [at for at, _ in pair_rows])),
                shape=(len(pair_rows), n),
            )
        )
    rules: list[tuple[Rule, int]] = [(Rule("absent", *pair), 1) for pair in problem.absent]
    m = len(relaxable)
    if not m:
        return rules, True
    reach = np.array([amount for _, amount in relaxable])
    weight = np.array([{"barred": 1e4, "required": 1e2}.get(rule.kind, 0.0) for rule, _ in relaxable])
    lines = sp.vstack(over_pairs)
    asked = np.array(right_side)
    if len(problem.scores) <= EXACT:
        x, proven = _fewest(lines, asked, most, reach, weight)
    else:  # the least amounts instead of the fewest rules: a linear problem, and a true set all the same
        plain = Model(
            -np.r_[np.zeros(n), 1 + weight],
            sp.hstack([lines, sp.eye_array(m)]).tocsr(),
            asked,
            np.full(m, np.inf),
            np.zeros(n + m),
            np.r_[most, reach],
        )
        least = search(plain, whole=np.r_[np.ones(n, np.int64), np.zeros(m, np.int64)], gap=0.01, nodes=NODES)
        assert least is not None  # every rule can give way
        x, proven = least.x, False
    chosen = x[:n].round()
    given = np.maximum(asked - lines @ chosen, 0.0).round()
    rules += [(rule, int(by)) for (rule, _), by in zip(relaxable, given, strict=True) if by > 0]
    return rules, proven or len(rules) == 1


def _fewest(lines: Any, asked: Any, most: Any, reach: Any, weight: Any) -> tuple[Any, bool]:
    """A choice of pairs that breaks the fewest rules, then those of least weight and amount; whether that is proven."""
    m, n = lines.shape
    eye = sp.eye_array(m, format="csr")
    # pairs, amounts, switches: lines + amounts >= asked; amounts <= reach * switches
    constraints = sp.vstack(
        [
            sp.hstack([lines, eye, sp.csr_array((m, m))]),
            sp.hstack([sp.csr_array((m, n)), -eye, sp.diags_array(reach)]),
        ]
    ).tocsr()
    least = np.r_[asked, np.zeros(m)]
    count = np.r_[np.zeros(n + m), np.ones(m)]
    whole = np.r_[np.ones(n, np.int64), np.zeros(m, np.int64), np.ones(m, np.int64)]
    model = Model(
        -count, constraints, least, np.full(2 * m, np.inf), np.zeros(n + 2 * m), np.r_[most, reach, np.ones(m)]
    )
    first = search(model, whole=whole)
    assert first is not None  # every rule can give way
    fewest = round(first.x[n + m :].sum())
    among = model._replace(
        gain=-np.r_[np.zeros(n), np.ones(m), weight],
        matrix=sp.vstack([constraints, sp.csr_array(count[None, :])]).tocsr(),
        low=np.r_[least, -np.inf],
        high=np.r_[model.high, fewest],
    )
    again = search(among, whole=whole, gap=1e-6)
    return first.x if again is None else again.x, -first.bound > fewest - 1 + 1e-6


def _looked_at(problem: Problem) -> Any:
    """All pairs, or of very many the best of each id, so that the search ends in time."""
    n = len(problem.scores)
    if n <= FEW:
        return np.arange(n)
    kept = [problem.required]
    value = problem.scores - np.where(problem.open, 0.0, 2 * np.abs(problem.scores).max())
    for at in (problem.at_left, problem.at_right):
        order = np.lexsort((-value, at))
        starts = np.r_[0, np.flatnonzero(np.diff(at[order])) + 1]
        rank = np.arange(n) - np.repeat(starts, np.diff(np.r_[starts, n]))
        kept.append(order[rank < 12])
    return np.unique(np.concatenate(kept))


def _ids(problem: Problem, pair: int) -> tuple[str, str]:
    return problem.left[problem.at_left[pair]], problem.right[problem.at_right[pair]]


def _row(
    number: int, rule: Rule, by: int, nouns: Mapping[str, str], names: Names, barred: Mapping[tuple[str, str], str]
) -> tuple[int, str, str, str, int, str]:
    left = f"{nouns['left']} {label(names.get('left', {}), rule.left_id)}"
    right = f"{nouns['right']} {label(names.get('right', {}), rule.right_id)}"
    pair = f"{left} 与{right}"
    if rule.kind == "barred":
        text = f"{pair}：不得分配（{rule.name}）；须解除"
        return number, "forbid", rule.left_id, rule.right_id, by, text
    if rule.kind == "required":
        why = barred.get((rule.left_id, rule.right_id))
        but = f"，但这一对同时不得分配（{why}）" if why else ""
        return number, "require", rule.left_id, rule.right_id, by, f"{pair}：要求必须分配{but}；须取消这一要求"
    if rule.kind == "absent":
        text = f"{pair}：要求必须分配，但配对表中没有这一对；须取消这一要求，或在配对表中补上"
        return number, "require", rule.left_id, rule.right_id, by, text
    word, limit, name = rule.name.split(":", 2)
    who = left if rule.kind == "left" else right
    new = int(limit) + (by if word == "max" else -by)
    what = {
        "left": f"{'至少' if word == 'min' else '至多'} {limit} 个",
        "right": f"{'至少' if word == 'min' else '至多'} {limit} 个",
        "group": f"同一组（{name}）至多 {limit} 人",
        "grade": f"“{name}”至少 {limit} 人",
        "panel": f"与以往{name}相同的人至多 {limit} 人",
    }[rule.kind]
    code = {"group": "at_most_per_group", "grade": "seniority", "panel": "rotation"}.get(
        rule.kind, f"{rule.kind}.{word}"
    )
    verb = "减" if word == "min" else "增"
    return number, code, rule.left_id, rule.right_id, by, f"{who}：{what}；须放宽 {by}（{verb}到 {new}）"
