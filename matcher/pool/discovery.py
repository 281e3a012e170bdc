"""Whom to visit from a thin list: each firm's chance to pass a policy under what is unknown of it, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from matcher.policy.answers import judged_columns
from matcher.policy.core import Policy
from matcher.policy.facts import build, numbers
from matcher.policy.intervals import Floats
from matcher.policy.scoring import Part, as_day, loaded, parts
from matcher.policy.verdicts import decision_codes
from matcher.pool.latent import Draws, Latent
from matcher.pool.sampling import Run, judged_chance
from matcher.pool.scope_text import text_scores
from matcher.pool.told import asks, reasons
from matcher.pool.variables import EXTRA, Variable, newest_known, rebuild, variables

LISTED = ("enterprise_id", "rank", "chance", "reasons", "ask")
EXPECTED = ("policy", "on", "firms", "expected", "low", "high")
FIRST, SECOND, TOP = 16, 48, 3000  # draws of every firm, further draws of the best, how many are best
RESAMPLES, PROBED, PROBES = 16, 1200, 4  # bootstrap of the distributions: how often, on how many firms, draws of each
LEAN = 0.25  # assumption: how far a place's experts may lean from the middle of the ranges, normal deviations
COPULA = 0.6  # deviation of the log of expected over true passes that made-up cities showed (docs/discovery.md)

# assumptions for facts that a table hardly shows (fewer than 100 firms): lowest, likely, highest
ASSUMED: dict[str, tuple[float, float, float]] = {
    "yesno": (0.0, 0.5, 1.0),
    "share": (0.0, 0.5, 1.0),
    "growth": (0.5, 0.95, 1.6),
    "count": (0.0, 0.0, 9.0),
    "resident": (0.99, 0.99, 0.99),
    "in_field": (0.3, 0.3, 0.3),
    "major_safety_accident_365d": (0.01, 0.01, 0.01),
    "major_quality_accident_365d": (0.01, 0.01, 0.01),
    "serious_env_violation_365d": (0.01, 0.01, 0.01),
    "rd_expense_y1": (0.0, 0.03, 0.15),
    "rd_expense_y2": (0.0, 0.03, 0.15),
    "rd_expense_y3": (0.0, 0.03, 0.15),
    "rd_staff": (0.0, 0.05, 0.4),
    "rd_domestic_3y": (0.8, 1.0, 1.0),
    "standards_participation": (0.05, 0.05, 0.05),
}


@dataclass(frozen=True)
class Discovery:
    """`listed`: one row a firm, the likeliest first. `expected`: how many pass, with a 90 % interval."""

    listed: pd.DataFrame
    expected: pd.DataFrame
    assumed: pd.DataFrame


@dataclass
class _Sums:
    """Running sums over draws, a row a firm."""

    draws: Floats
    chance: Floats
    holds: dict[str, Floats]
    score: Floats
    square: Floats
    cross: Floats
    chance_square: Floats

    def add(self, rows: np.ndarray, run: Run, scores: Floats) -> None:
        self.draws[rows] += 1
        self.chance[rows] += run.chance
        self.chance_square[rows] += run.chance**2
        for name, held in run.holds.items():
            self.holds[name][rows] += held
        self.score[rows] += scores
        self.square[rows] += scores**2
        self.cross[rows] += scores * run.chance[:, None]


def discover(
    firms: pd.DataFrame,
    policy: str | Policy,
    *,
    on: dt.date | str,
    assume: Mapping[str, tuple[float, float, float]] | None = None,
    seed: int = 0,
) -> Discovery:
    """Rank firms by their chance to pass a policy on a day under what is unknown of them.

    `firms`: columns of the policy as far as they are known, and of a registry: `scope` (text), `capital` (yuan),
    `patents_granted_3y`. What is known is used as it is: a firm that no value of its unknown facts lets pass has chance
    0, one that every value lets pass has 1. What is unknown is drawn from the distributions that the table itself
    shows, given what is known of the firm (`matcher.pool.latent`), the rules are run on every draw, and points that
    are left to experts are drawn within the range of the rule. `assume` gives (lowest, likely, highest) of a fact that
    the table hardly shows, for a yes/no fact the share of yes as its likely value; `assumed` tells which were used.

    Returns `listed`: enterprise_id, rank (from 1), chance, reasons and ask (Chinese; up to three facts to ask for, the
    most telling first), sorted; ties by the mean chance of the conditions, then by id. `expected`: policy, on, firms,
    expected (the sum of the chances), low and high: a 90 % predictive interval of the number that pass, which allows
    for the uncertainty of the distributions that all firms share. No firms give empty tables. Equal inputs and seeds
    give equal tables. Raises PolicyError.
    """
    policy, day = loaded(policy), as_day(on)
    size = len(firms)
    chance, soft = np.zeros(size), np.zeros(size)
    words, questions = np.full(size, "该日没有适用的政策版本", dtype=object), np.full(size, "", dtype=object)
    counts: list[tuple[float, Floats]] = []
    used: list[pd.DataFrame] = []
    ids = firms["enterprise_id"].astype(str).to_numpy(dtype=object) if "enterprise_id" in firms else None
    if size:
        for part in parts(policy, firms, day):
            rng = np.random.default_rng(seed)
            ids = part.ready.ids
            found = _part(policy, part, firms, rng, {**ASSUMED, **(assume or {})})
            chance[part.rows], soft[part.rows] = found.chance, found.soft
            words[part.rows], questions[part.rows] = found.reasons, found.ask
            counts.append((float(found.chance.sum()), found.totals))
            used.append(found.assumed)
    if ids is None:
        ids = np.array([str(n) for n in range(1, size + 1)], dtype=object)
    listed = pd.DataFrame(
        {"enterprise_id": ids, "chance": np.round(chance, 6), "reasons": words, "ask": questions, "_soft": -soft}
    )
    listed = listed.sort_values(["chance", "_soft", "enterprise_id"], ascending=[False, True, True], kind="stable")
    listed.insert(1, "rank", np.arange(1, size + 1))
    totals = np.sum([each for _, each in counts], axis=0) if counts else np.zeros(1)
    low, high = np.quantile(totals, [0.05, 0.95])
    expected = pd.DataFrame(
        [(policy.id, day, size, float(sum(each for each, _ in counts)), float(np.floor(low)), float(np.ceil(high)))],
        columns=list(EXPECTED),
    )
    assumed = (
        pd.concat(used, ignore_index=True)
        if used
        else pd.DataFrame(columns=["column", "title", "low", "likely", "high"])
    )
    return Discovery(listed[list(LISTED)].reset_index(drop=True), expected, assumed.drop_duplicates(ignore_index=True))


@dataclass(frozen=True)
class _Found:
    chance: Floats
    soft: Floats
    reasons: np.ndarray
    ask: np.ndarray
    totals: Floats
    assumed: pd.DataFrame


def _seen_values(policy: Policy, part: Part, firms: pd.DataFrame) -> dict[str, Floats]:
    values = {name: column[part.rows] for name, column in part.ready.values.items()}
    for name in EXTRA:
        if name in firms and name not in values:
            values[name] = numbers(firms[name])[0][part.rows]
    return values


def _guesses(variable: Variable, policy: Policy, assume: Mapping[str, tuple[float, float, float]]) -> Floats:
    """Ten values that stand in for those never seen: quantiles of a triangular distribution, or shares of yes."""
    column = policy.columns.get(variable.name)
    if column is None or variable.only_seen:
        return np.zeros(0)
    kind = column.kind
    if variable.base:
        kind = (
            "growth"
            if variable.base[0].endswith(("_y2", "_y3"))
            and kind == "yuan"
            and variable.name[:3] == variable.base[0][:3]
            else "share"
        )
    given = assume.get(variable.name, assume.get(kind))
    if given is None:
        return np.zeros(0)
    low, likely, high = given
    if column.kind == "yesno":
        share = likely
        return np.array([1.0] * round(share * 100) + [0.0] * (100 - round(share * 100)))
    at = (np.arange(10) + 0.5) / 10
    if high <= low:
        return np.full(10, likely)
    turn = (likely - low) / (high - low)
    up = low + np.sqrt(at * (high - low) * (likely - low))
    down = high - np.sqrt((1 - at) * (high - low) * (high - likely))
    return np.where(at < turn, up, down)


class _Sampler:
    """Draws of the facts of some firms of a part, and what the rules say of them."""

    def __init__(
        self,
        policy: Policy,
        part: Part,
        values: Mapping[str, Floats],
        order: list[Variable],
        table: Floats,
        rows: np.ndarray,
    ) -> None:
        self.policy, self.part, self.order, self.rows = policy, part, order, rows
        self.values = {name: column[rows] for name, column in values.items()}
        self.table = table[rows]

    def run(
        self, model: Latent, draws: Draws, rng: np.random.Generator, *, times: int, lean: float
    ) -> tuple[Run, Floats]:
        scores = draws.draw(rng)
        drawn = {}
        for place, variable in enumerate(self.order):
            drawn[variable] = model.margins[place].draw(scores[:, place]) if not variable.only_seen else np.zeros(0)
        full = rebuild(drawn, self.values, self.policy, self.order)
        days = self.part.ready.days[self.part.rows][self.rows].astype(np.float64)
        facts = build(self.policy.columns, {name: full[name] for name in self.policy.columns}, days, self.policy.years)
        return judged_chance(self.policy, self.part.ruleset, facts, rng, times=times, lean=lean), scores


def _part(
    policy: Policy,
    part: Part,
    firms: pd.DataFrame,
    rng: np.random.Generator,
    assume: Mapping[str, tuple[float, float, float]],
) -> _Found:
    size = len(part.rows)
    codes = decision_codes(part.answer.decision, size)
    values = _seen_values(policy, part, firms)
    order = list(variables(policy, part.ruleset, judged_columns(policy), values))
    columns = [newest_known(v, values) for v in order]
    guesses = [_guesses(v, policy, assume) for v in order]
    keep = [i for i, (c, g) in enumerate(zip(columns, guesses, strict=True)) if (~np.isnan(c)).any() or len(g)]
    order, columns, guesses = [order[i] for i in keep], [columns[i] for i in keep], [guesses[i] for i in keep]
    told = pd.DataFrame(
        [
            (v.name, policy.columns[v.name].title, float(g.min()), float(np.median(g)), float(g.max()))
            for v, c, g in zip(order, columns, guesses, strict=True)
            if len(g) and (~np.isnan(c)).sum() < 100
        ],
        columns=["column", "title", "low", "likely", "high"],
    )
    order_all, table_columns, all_guesses = list(order), list(columns), list(guesses)
    if "scope" in firms:
        texts = firms["scope"].fillna("").astype(str).to_numpy()[part.rows].tolist()
        yes = [
            c
            for v, c in zip(order, columns, strict=True)
            if v.name in policy.columns and policy.columns[v.name].kind == "yesno"
        ]
        first = Latent.fit(np.stack(columns, axis=1), guesses, np.ones(size), like=np.ones((size, len(columns)))).score(
            np.stack(columns, axis=1)
        )
        rights = [
            i
            for i, v in enumerate(order)
            if v.name in policy.columns and (policy.columns[v.name].kind == "count" or v.base)
        ]
        with np.errstate(invalid="ignore"):
            seen_some = (~np.isnan(first[:, rights])).any(axis=1) if rights else np.zeros(size, dtype=bool)
            mean = np.full(size, np.nan)
            if seen_some.any():
                mean[seen_some] = np.nanmean(first[seen_some][:, rights], axis=1)
        for k, figure in enumerate(text_scores(texts, [*yes, mean])):
            order_all.append(Variable(f"scope_{k}", (), only_seen=True))
            table_columns.append(figure)
            all_guesses.append(np.zeros(0))
    table = np.stack(table_columns, axis=1)
    model = Latent.fit(table, all_guesses, np.ones(size))

    alive = np.flatnonzero(codes != 1)
    conditions = list(part.answer.states)
    p = table.shape[1]
    sums = _Sums(
        np.zeros(size), np.zeros(size), {name: np.zeros(size) for name in conditions},
        np.zeros((size, p)), np.zeros((size, p)), np.zeros((size, p)), np.zeros(size),
    )  # fmt: skip
    for rows, times in ((alive, FIRST), (None, SECOND)):
        if rows is None:
            rows = alive[np.argsort(-sums.chance[alive], kind="stable")[:TOP]]
            rows = rows[(sums.chance[rows] > 0)]
        if not len(rows):
            continue
        sampler, draws = _Sampler(policy, part, values, order_all, table, rows), Draws(model, table[rows])
        for _ in range(times):
            run, scores = sampler.run(model, draws, rng, times=4, lean=LEAN * rng.standard_normal())
            sums.add(rows, run, scores)
    many = np.maximum(sums.draws, 1)
    holds = {name: held / many for name, held in sums.holds.items()}
    alone = (
        np.prod([(held * many + 0.05) / (many + 0.1) for held in holds.values()], axis=0) if holds else np.zeros(size)
    )
    alone *= min(1.0, sums.chance[alive].sum() / many[alive].mean() / max(alone[alive].sum(), 1e-9))
    chance = np.where(codes == 1, 0.0, (sums.chance + alone) / (many + 1))
    chance[codes == 0] = 1.0
    soft = np.where(codes == 1, 0.0, np.mean(list(holds.values()), axis=0))
    totals = _totals(policy, part, values, order_all, table, all_guesses, model, chance, alive, rng)
    ask = asks(policy, order_all, values, sums, alive, part.ruleset, size, codes)
    return _Found(chance, soft, reasons(policy, part, values, chance, holds, codes, firms), ask, totals, told)


def _totals(policy, part, values, order, table, guesses, model, chance, alive, rng) -> Floats:  # type: ignore[no-untyped-def]
    """Draws of how many pass: distributions learned again from resampled firms, experts that lean, and chance."""
    size = len(chance)
    open_ = alive[(chance[alive] > 0) & (chance[alive] < 1)]
    if not len(open_):
        return np.full(2000, chance.sum())
    weight = np.minimum(1.0, PROBED * np.sqrt(chance[open_]) / np.sqrt(chance[open_]).sum())
    taken = rng.random(len(open_)) < weight
    rows, weight = open_[taken], weight[taken]
    sampler = _Sampler(policy, part, values, order, table, rows)
    state = int(rng.integers(2**31))

    def level(model: Latent, lean: float) -> float:
        own, draws, total = np.random.default_rng(state), Draws(model, table[rows]), 0.0
        for _ in range(PROBES):
            run, _ = sampler.run(model, draws, own, times=2, lean=lean)
            total += float((run.chance / weight).sum())
        return total / PROBES

    middle = level(model, 0.0)
    factors, like = [], model.stand_in(table, ~np.isnan(table))
    for _ in range(RESAMPLES):
        again = Latent.fit(table, guesses, rng.exponential(size=size), like=like)
        factors.append(level(again, LEAN * rng.standard_normal()) / max(middle, 1e-9))
    logs = np.log(np.maximum(factors, 0.05))
    spread = np.sqrt(logs.var(ddof=1) + COPULA**2)
    sure = chance[chance >= 1].sum()
    mean = (chance.sum() - sure) * np.exp(spread * rng.standard_normal(4000) - spread**2 / 2)
    return np.asarray(sure + rng.poisson(mean))
