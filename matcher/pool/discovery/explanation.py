"""Reasons and questions of a discovery list, in Chinese."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from matcher.policy.answers.advice import Part
from matcher.policy.answers.evaluation import judged_columns
from matcher.policy.language.intervals import Floats
from matcher.policy.language.model import Rule, Ruleset
from matcher.policy.language.thresholds import columns_of, reads
from matcher.policy.policy import Policy
from matcher.policy.scoring import passed_codes
from matcher.pool.discovery.variables import Variable

FAR = 0.6  # deviations from which on a firm is said to stand near to technology, or far from it
PRIOR = 200.0  # draws that the overall worth of a question weighs, beside the draws of the firm


def asks(
    policy: Policy,
    order: list[Variable],
    values: dict[str, Floats],
    sums: Any,
    alive: np.ndarray,
    ruleset: Ruleset,
    size: int,
    codes: np.ndarray,
) -> np.ndarray:
    """Up to three unknown facts a firm: those whose draws explain most of the variance of its chance."""
    out = np.full(size, "", dtype=object)
    drawn = [
        i for i, v in enumerate(order) if not v.only_seen and v.name in policy.columns and v.name in columns_of(ruleset)
    ]
    if not drawn or not len(alive):
        return out
    n = np.maximum(sums.states[alive], 1)[:, None]
    x, xx, xp = (each[alive][:, drawn] / n for each in (sums.score, sums.square, sums.cross))
    p, pp = (each[alive][:, None] / n for each in (sums.passes, sums.chance_square))
    both, spread, var = xp - x * p, np.maximum(xx - x**2, 1e-9), np.maximum(pp - p**2, 0)
    unknown = np.stack([np.isnan(values[order[i].name][alive]) for i in drawn], axis=1)
    gain = np.where(unknown, both**2 / spread, 0)
    overall = gain.sum(axis=0) / np.maximum((var * unknown).sum(axis=0), 1e-12)
    of_firm = np.divide(gain, var, out=np.zeros_like(gain), where=var > 1e-9)
    worth = np.where(unknown, (of_firm * n + overall * PRIOR) / (n + PRIOR), -1)
    best = np.argsort(-worth, axis=1, kind="stable")[:, :3]
    titles = np.array([policy.columns[order[i].name].title for i in drawn], dtype=object)
    for place, row in enumerate(alive.tolist()):
        if codes[row] in (0, 2):
            continue
        out[row] = "、".join(titles[k] for k in best[place] if worth[place, k] > 0)
    return out


def reasons(
    policy: Policy,
    part: Part,
    values: dict[str, Floats],
    holds: dict[str, Floats],
    codes: np.ndarray,
    learned: set[str],
    near: Floats,
) -> np.ndarray:
    """What is met by known facts, growth and recent patents, what a firm surely fails, and what it may fail.

    learned: the facts that something is known of, from other firms; what a firm may fail is named only where one of
    them is open, never where all that is unknown is merely assumed.
    """
    rules = {rule.id: rule.title for rule in part.ruleset.of_kind("condition")}
    titles = {name: re.sub("（.*?）", "", title) for name, title in rules.items()}
    known = {name: passed_codes(state) for name, state in part.answer.states.items()}
    size = len(part.rows)
    growth = _growth(values)
    recent = values.get("patents_granted_3y", np.full(size, np.nan))
    judged_by_people = judged_columns(policy)
    judged = {
        rule.id for rule in part.ruleset.of_kind("condition") if judged_by_people & set(reads(rule, part.ruleset))
    }
    out = np.empty(size, dtype=object)
    names = list(rules)
    met = np.stack([known[name] == 0 for name in names], axis=1)
    failed = np.stack([known[name] == 1 for name in names], axis=1)
    held = np.stack([holds[name] for name in names], axis=1)
    grounds = np.stack(
        [_grounds(rule, part.ruleset, values, learned) for rule in part.ruleset.of_kind("condition")], axis=1
    )
    for row in range(size):
        if codes[row] == 1:
            lost = [titles[names[k]] for k in np.flatnonzero(failed[row])]
            out[row] = "不可能通过：" + (
                "；".join(f"不满足“{t}”" for t in lost) if lost else "已知事实使各种取值都不满足"
            )
            continue
        lines = []
        fine = [titles[names[k]] for k in np.flatnonzero(met[row])]
        if fine:
            lines.append("已满足：" + "、".join(fine))
        if not np.isnan(recent[row]):
            lines.append(f"近三年授权专利{recent[row]:.0f}件")
        if growth is not None and not np.isnan(growth[row]):
            lines.append(f"销售收入年增长{growth[row]:.0%}")
        if abs(near[row]) > FAR:
            lines.append(
                f"行业、经营范围和名称{'接近' if near[row] > 0 else '离'}高新技术领域{'' if near[row] > 0 else '较远'}"
            )
        unsure = [k for k in np.argsort(held[row], kind="stable") if not met[row, k] and grounds[row, k]]
        blank = sum(not met[row, k] and not grounds[row, k] for k in range(len(names)))
        likely = [
            f"{titles[names[k]]}（估计{held[row, k]:.0%}）"
            for k in unsure
            if held[row, k] >= 0.5 and names[k] == "field"
        ]
        if likely:
            lines.append("很可能满足：" + "、".join(likely))
        weak = [
            f"{titles[names[k]]}（估计{held[row, k]:.0%}{'，含专家评分' if names[k] in judged else ''}）"
            for k in unsure[:2]
        ]
        if weak:
            lines.append("最可能不足：" + "、".join(weak))
        if blank:
            lines.append(f"{'其余' if fine else ''}{blank}项条件表中没有依据，按假设取值")
        out[row] = "；".join(lines)
    return out


def _grounds(rule: Rule, ruleset: Ruleset, values: dict[str, Floats], learned: set[str]) -> np.ndarray:
    """Of which firms something is known that an open fact of the rule may be learned from."""
    open_ = [np.isnan(values[name]) & (name in learned) for name in reads(rule, ruleset)]
    return np.asarray(np.any(open_, axis=0))


def _growth(values: dict[str, Floats]) -> Floats | None:
    if not {"sales_y2", "sales_y3"} <= set(values):
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = values["sales_y3"] / values["sales_y2"] - 1
    return np.where(np.isfinite(rate) & (np.abs(rate) < 10), rate, np.nan)
