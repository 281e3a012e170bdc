"""From verdicts to advice: which fact to ask for first, the cheapest way to pass, and what a new edition changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matcher.policy.evaluation import Answer, Prepared, answers, evaluate, judged_columns, prepare
from matcher.policy.facts import build, domain
from matcher.policy.intervals import Floats
from matcher.policy.model import Ruleset
from matcher.policy.policy import Policy, load_policy
from matcher.policy.scoring import decision_codes, score
from matcher.policy.thresholds import all_turns, candidates, columns_of

QUESTIONS = ("enterprise_id", "policy", "rank", "column", "title", "settles", "open_rules", "width")
CHANGES = (
    "enterprise_id",
    "policy",
    "edition_before",
    "edition_after",
    "decision_before",
    "decision_after",
    "rules",
)


def loaded(policy: str | Policy) -> Policy:
    """The policy, loaded where only its id is given."""
    return load_policy(policy) if isinstance(policy, str) else policy


def as_day(on: dt.date | str) -> dt.date:
    """The day, read where it is text."""
    return dt.date.fromisoformat(on) if isinstance(on, str) else on


@dataclass(frozen=True)
class Part:
    """Firms answered by one ruleset, and their facts as figures."""

    ready: Prepared
    ruleset: Ruleset
    rows: np.ndarray[Any, np.dtype[np.int64]]
    answer: Answer

    def run(self, rows: np.ndarray[Any, Any], changed: Mapping[str, Floats]) -> Answer:
        """The ruleset over copies of some firms (`rows`: numbers in the whole table) with some facts replaced."""
        policy = self.ready.policy
        values = {name: changed.get(name, column[rows]) for name, column in self.ready.values.items()}
        facts = build(policy.columns, values, self.ready.days[rows].astype(np.float64), policy.years)
        return evaluate(policy, self.ruleset, facts, figures=False)


def parts(policy: Policy, firms: pd.DataFrame, on: dt.date) -> Iterator[Part]:
    """The firms of a table by the ruleset that answers them; those that nothing answers are left out."""
    (ready,), _ = prepare([policy], firms, on)
    for group in answers(ready, figures=False):
        if group.edition is None or group.answer is None or group.answer.decision is None:
            continue
        day = dt.date(1970, 1, 1) + dt.timedelta(days=int(ready.days[group.rows[0]]))
        purpose = None
        if policy.purpose_column is not None:
            given = ready.values[policy.purpose_column][group.rows[0]]
            purpose = None if np.isnan(given) else float(given)
        yield Part(ready, policy.ruleset(group.edition, day, purpose), group.rows, group.answer)


def ask_first(firms: pd.DataFrame, policy: str | Policy, *, on: dt.date | str) -> pd.DataFrame:
    """The missing facts of every firm whose decision is unknown, the most telling first.

    Each missing fact is given, in turn, one value from every gap between the values at which some rule turns.
    `settles`: the share of those answers after which the decision stands; `open_rules`: how many conditions are still
    unknown after it, on average; `width`: how wide the score is still, on average (NaN without a score). Facts are
    ordered by these three, then by their place in the policy. One row a firm and missing fact: enterprise_id, policy,
    rank (from 1), column, title, settles, open_rules, width; firms in the order of the table. Experts' points are not
    facts and are not asked for.
    """
    policy = loaded(policy)
    experts = judged_columns(policy)
    pieces: list[pd.DataFrame] = []
    for part in parts(policy, firms, as_day(on)):
        undecided = part.rows[decision_codes(part.answer.decision, len(part.rows)) == 3]
        for place, name in enumerate(_asked(policy, part.ruleset)):
            if name in experts:
                continue
            rows = undecided[np.isnan(part.ready.values[name][undecided])]
            if policy.years is not None and name == policy.years.column:
                rows = rows[np.isnan(part.ready.values[policy.years.since][rows])]
            if len(rows):
                pieces.append(_tell(policy, part, name, rows).assign(_place=place))
    if not pieces:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in QUESTIONS})
    table = pd.concat(pieces, ignore_index=True)
    table = table.sort_values(
        ["_row", "settles", "open_rules", "width", "_place"], ascending=[True, False, True, True, True], kind="stable"
    )
    table["rank"] = table.groupby("_row").cumcount() + 1
    return table[list(QUESTIONS)].reset_index(drop=True)


def _asked(policy: Policy, ruleset: Ruleset) -> list[str]:
    names = columns_of(ruleset)
    if policy.years is not None:
        names += [name for name in (policy.years.since, policy.years.column) if name not in names]
    return names


def _grid(policy: Policy, part: Part, name: str, rows: np.ndarray[Any, Any]) -> Floats:
    """Answers to try for a missing fact: (rows, answers), NaN for none."""
    column = policy.columns[name]
    low, high = domain(column)
    if column.kind == "yesno" or column.kind == "choice" or name == getattr(policy.years, "column", None):
        return np.tile(np.arange(low, high + 1), (len(rows), 1))
    days = part.ready.days[rows].astype(np.float64)
    if column.kind == "date":
        return np.stack([days - 100, days - 364, days - 365, days - 800, days - 1200, days - 3000], axis=1)
    values = {key: value[rows] for key, value in part.ready.values.items()}
    facts = build(policy.columns, values, days, policy.years)
    return candidates(all_turns(part.ruleset), facts, name, low, high, column.step)


def _tell(policy: Policy, part: Part, name: str, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    grid = _grid(policy, part, name, rows)
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
            "policy": policy.id,
            "column": name,
            "title": policy.columns[name].title,
            "settles": np.round(mean(settled), 6),
            "open_rules": np.round(mean(still), 6),
            "width": np.round(mean(width), 6),
        }
    )


def what_changes(
    firms: pd.DataFrame, policies: Sequence[str | Policy], *, before: dt.date | str, after: dt.date | str
) -> pd.DataFrame:
    """What changes for a list between two days, for instance when a new edition comes into force.

    The same facts are answered on both days (`apply_on` in the table is left aside). One row a firm and policy whose
    edition, decision or any condition differs: enterprise_id, policy, edition_before, edition_after, decision_before,
    decision_after, rules (conditions that differ, as "rule: before -> after", "none" where an edition does not have
    it, joined by "; "). Firms in the order of the table within each policy; nothing changed gives no rows.
    """
    plain = firms.drop(columns=[name for name in ("apply_on",) if name in firms.columns])
    one, two = (score(plain, list(policies), on=as_day(day)) for day in (before, after))
    key = ["enterprise_id", "policy"]
    sides = []
    for scored in (one, two):
        summary = scored.summary.astype({"policy": str, "edition": object, "decision": object})
        sides.append(summary[[*key, "edition", "decision"]])
    joined = sides[0].merge(sides[1], on=key, how="left", suffixes=("_before", "_after"), sort=False)
    rules = _rule_changes(one.verdicts, two.verdicts)
    joined["rules"] = [rules.get(pair, "") for pair in zip(joined["enterprise_id"], joined["policy"], strict=True)]
    for name in ("edition_before", "edition_after", "decision_before", "decision_after"):
        joined[name] = joined[name].astype(object).where(joined[name].notna(), None)
    differs = (joined["rules"] != "") | (joined["decision_before"] != joined["decision_after"])
    differs |= joined["edition_before"] != joined["edition_after"]
    return joined.loc[differs, list(CHANGES)].reset_index(drop=True)


def _rule_changes(one: pd.DataFrame, two: pd.DataFrame) -> dict[tuple[str, str], str]:
    sides = []
    for verdicts in (one, two):
        part = verdicts[verdicts["kind"] == "condition"] if len(verdicts) else verdicts
        sides.append(
            {
                (str(row[0]), str(row[1]), str(row[2])): str(row[3])
                for row in part[["enterprise_id", "policy", "rule", "passed"]].itertuples(index=False)
            }
        )
    told: dict[tuple[str, str], list[str]] = {}
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        was, now = sides[0].get(key, "none"), sides[1].get(key, "none")
        if was != now:
            told.setdefault((key[0], key[1]), []).append(f"{key[2]}: {was} -> {now}")
    return {key: "; ".join(lines) for key, lines in told.items()}
