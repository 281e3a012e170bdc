"""From verdicts to advice: which fact to ask for first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.answers.evaluation import Answer, Prepared, answers, evaluate, judged_columns
from matcher.policy.answers.relevance import Hanging, deciding, hangs_on
from matcher.policy.firms.facts import EPOCH, domain
from matcher.policy.language.intervals import Bools, Floats
from matcher.policy.language.model import Rule, Ruleset
from matcher.policy.language.thresholds import all_turns, candidates, columns_of
from matcher.policy.policy import Policy, PolicyName
from matcher.policy.scoring import Scored, decision_codes, prepared_for
from matcher.tables.arguments import Day
from matcher.tables.columns.hidden_kinds import with_text_kinds

QUESTIONS = ("enterprise_id", "policy", "rank", "column", "title", "settles", "open_rules", "width")


@dataclass(frozen=True)
class Part:
    """Firms answered by one ruleset, and their facts as figures."""

    ready: Prepared
    ruleset: Ruleset
    rows: np.ndarray[Any, np.dtype[np.int64]]
    answer: Answer

    def run(self, rows: np.ndarray[Any, Any], changed: Mapping[str, Floats]) -> Answer:
        """The ruleset over copies of some firms (`rows`: numbers in the whole table) with some facts replaced."""
        return evaluate(self.ready.policy, self.ruleset, self.ready.facts_of(rows, changed), figures=False)


def parts(ready: Prepared) -> Iterator[Part]:
    """The firms by the ruleset that answers them; those that nothing answers are left out."""
    for group in answers(ready, figures=False):
        if group.edition is None or group.answer is None or group.answer.decision is None:
            continue
        day = EPOCH + dt.timedelta(days=int(ready.days[group.rows[0]]))
        purpose = None
        if ready.policy.purpose_column is not None:
            given = ready.values[ready.policy.purpose_column][group.rows[0]]
            purpose = None if np.isnan(given) else float(given)
        yield Part(ready, ready.policy.ruleset(group.edition, day, purpose), group.rows, group.answer)


def ask_first(firms: pd.DataFrame | Scored, policy: PolicyName, *, on: Day | None = None) -> pd.DataFrame:
    """The missing facts of every firm whose decision is unknown, the most telling first.

    A fact that all open conditions read only in parts that are settled already is left out. Each missing fact is given,
    in turn, one value from every gap between the values at which some rule turns. Facts are ordered by `settles`,
    `open_rules` and `width`, then by their place in the policy. Experts' points are not facts and are not asked for.

    Parameters
    ----------
    firms
        The table of `score`, or what `score` returned, whose facts are then not read again.
    policy
        A name (id or Chinese title), a folder or a `Policy`; of a scoring, one of its policies.
    on
        The day of the answer, a date or ISO text; needed with a table, not given with a scoring.

    Returns
    -------
    pandas.DataFrame
        One row per firm and missing fact: enterprise_id, policy, rank (from 1), column, title, settles (share of the
        values tried after which the decision stands), open_rules (conditions still unknown after it, on average),
        width (how wide the score is still, on average; NaN without a score). Firms in the order of the table; no rows
        when nothing is open.

    Raises
    ------
    PolicyError
        When the policy is not known.
    ArgumentError, ArgumentTypeError
        When `firms` is no table or scoring of this policy, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "age_years": [3], "valuation_usd": [2e9], "listed": [False]})
    >>> ask_first(firms, "unicorn", on="2026-11-24")[["column", "settles"]].values.tolist()
    [['private_equity_raised', 1.0]]
    """
    pieces: list[pd.DataFrame] = []
    ready = prepared_for(firms, policy, on)
    rules, experts = ready.policy, judged_columns(ready.policy)
    implied = {name: yes for yes, name in rules.implied.items()}
    always = {rules.purpose_column, *(() if rules.years is None else (rules.years.since, rules.years.column))}
    for part in parts(ready):
        open_ = decision_codes(part.answer.decision, len(part.rows)) == 3
        matters = _matters(part, open_)
        for place, name in enumerate(_asked(rules, part.ruleset)):
            if name in experts:
                continue
            rows = part.rows[open_ if name in always else matters.get(name, np.zeros(len(part.rows), dtype=bool))]
            rows = rows[np.isnan(part.ready.values[name][rows])]
            if rules.years is not None and name == rules.years.column:
                rows = rows[np.isnan(part.ready.values[rules.years.since][rows])]
            if name in implied:  # asked for once it is known that there is such a day
                rows = rows[part.ready.values[implied[name]][rows] == 1]
            if len(rows):
                pieces.append(_question(part, name, rows).assign(_place=place))
    if not pieces:
        nothing = pd.DataFrame(columns=list(QUESTIONS)).astype(
            {"rank": "int64", **dict.fromkeys(QUESTIONS[5:], "float64")}
        )
        return with_text_kinds(nothing)
    table = pd.concat(pieces, ignore_index=True)
    table = table.sort_values(
        ["_row", "settles", "open_rules", "width", "_place"], ascending=[True, False, True, True, True], kind="stable"
    )
    table["rank"] = table.groupby("_row").cumcount() + 1
    return table[list(QUESTIONS)].reset_index(drop=True)


def open_readings(firms: pd.DataFrame | Scored, policy: PolicyName, *, on: Day | None = None) -> pd.DataFrame:
    """The readings to choose of firms whose decision is unknown and hangs on a condition of which all facts that matter
    are known.

    Parameters
    ----------
    firms, policy, on
        As `ask_first` takes them.

    Returns
    -------
    pandas.DataFrame
        One row per firm and reading: enterprise_id, policy, reading ("" where the source leaves a point open and there
        is no choice), title (in Chinese, with the choices). Firms in the order of the table; no rows when no decision
        hangs on a reading alone.

    Raises
    ------
    PolicyError, ArgumentError, ArgumentTypeError
        As `ask_first`.

    Examples
    --------
    >>> firm = {"enterprise_id": "a", "small_or_micro": True, "in_shandong": True, "in_qingdao": False}
    >>> open_readings(pd.DataFrame([firm]), "innovation-voucher-shandong", on="2026-11-24")["reading"].tolist()
    ['later_years']
    """
    ready = prepared_for(firms, policy, on)
    found: dict[tuple[int, str, str], None] = {}
    for part in parts(ready):
        open_ = decision_codes(part.answer.decision, len(part.rows)) == 3
        for rule, rows, hanging in _hanging(part, open_):
            known = rows & ~np.logical_or.reduce([np.zeros_like(rows), *hanging.facts.values()])
            for name, where in hanging.readings.items():
                title = _reading_title(ready.policy, name, rule.title)
                found.update({(int(row), name, title): None for row in part.rows[known & where]})
    order = sorted(found, key=lambda key: key[0])
    columns = ["enterprise_id", "policy", "reading", "title"]
    return pd.DataFrame([(ready.ids[row], ready.policy.id, *words) for row, *words in order], columns=columns)


def _reading_title(policy: Policy, name: str, rule: str) -> str:
    if name not in policy.open_points:
        return f"“{rule}”条文没有写清，请向主管部门核实"
    point = policy.open_points[name]
    choices = "、".join(f"{name}={key} {said}" for key, said in point.choices.items() if key != policy.readings[name])
    return f"先选定读法：{point.title}（可选 {choices}）"


def _hanging(part: Part, open_: Bools) -> Iterator[tuple[Rule, Bools, Hanging]]:
    """The conditions that can still move the decision, the rows of the part where they can, and what they hang on."""
    rules = {rule.id: rule for rule in part.ruleset.of_kind("condition")}
    for name, rows in deciding(part.ruleset.decision, part.answer.states, open_).items():
        if rows.any():
            yield rules[name], rows, hangs_on(rules[name], part.answer, part.ready, part.rows)


def _matters(part: Part, open_: Bools) -> dict[str, Bools]:
    """The facts that can still move the decision, with the rows of the part where they can."""
    out: dict[str, Bools] = {}
    for _, rows, hanging in _hanging(part, open_):
        for fact, where in hanging.facts.items():
            out[fact] = out.get(fact, False) | (where & rows)
    return out


def _asked(policy: Policy, ruleset: Ruleset) -> list[str]:
    names = columns_of(ruleset)
    if policy.years is not None:
        names += [name for name in (policy.years.since, policy.years.column) if name not in names]
    return names


def _grid(part: Part, name: str, rows: np.ndarray[Any, Any]) -> Floats:
    """Answers to try for a missing fact: (rows, answers), NaN for none."""
    policy = part.ready.policy
    column = policy.columns[name]
    facts = part.ready.facts_of(rows, {})
    if column.kind == "yesno" or column.kind == "choice" or name == getattr(policy.years, "column", None):
        low, high = domain(column)
        return np.tile(np.arange(low, high + 1), (len(rows), 1))
    if column.kind == "date":
        days, span = part.ready.days[rows].astype(np.float64), facts[name]
        grid = np.stack([days - 100, days - 364, days - 365, days - 800, days - 1200, days - 3000], axis=1)
        inside = (grid >= span.lo[:, None]) & (grid <= span.hi[:, None])
        ends = np.stack([span.lo, span.hi], axis=1)
        return np.column_stack([np.where(inside, grid, np.nan), np.where(np.isfinite(ends), ends, np.nan)])
    return candidates(all_turns(part.ruleset), facts, name, column.step)


def _question(part: Part, name: str, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    grid = _grid(part, name, rows)
    at, place = np.nonzero(~np.isnan(grid))
    answer = part.run(rows[at], {name: grid[at, place]})
    settled = decision_codes(answer.decision, len(at)) != 3
    still = sum((state.can_hold.astype(int) + state.open() + state.can_fail) > 1 for state in answer.states.values())
    total = answer.total()
    width = np.full(len(at), np.nan) if total is None else total.high_max - total.low_min
    many = np.bincount(at, minlength=len(rows))

    def mean(values: Any) -> Floats:
        return np.asarray(np.bincount(at, weights=np.asarray(values, dtype=np.float64), minlength=len(rows)) / many)

    return pd.DataFrame(
        {
            "_row": rows,
            "enterprise_id": part.ready.ids[rows],
            "policy": part.ready.policy.id,
            "column": name,
            "title": part.ready.policy.columns[name].title,
            "settles": np.round(mean(settled), 6),
            "open_rules": np.round(mean(still), 6),
            "width": np.round(mean(width), 6),
        }
    )
