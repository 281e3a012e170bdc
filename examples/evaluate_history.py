"""Figures of score cards learned from made-up histories (examples/made_up_history.py).

    python examples/evaluate_history.py truths [HISTORIES] [SIZE] [SEED]   every truth: check, later firms, refusals
    python examples/evaluate_history.py sizes [HISTORIES] [SEED]           from which size on a card is given
    python examples/evaluate_history.py random [HISTORIES] [SEED]          how often a coin gets a card
    python examples/evaluate_history.py later [HISTORIES] [SIZE] [SEED]    firms of which more or less is known
    python examples/evaluate_history.py lists [FIRMS] [SEED]               discovery lists with and without a card
    python examples/evaluate_history.py missing [HISTORIES] [SIZE] [SEED]  with more and more cells empty

Of each history a card is learned, and shown 3,000 further made-up firms with as many empty cells. Beside it stand the
probabilities with which these were drawn: `ceiling` is the AUC that those themselves reach, `off` the mean distance of
the card's mean chance and the mean true probability in tenths by chance, `held` the share of firms for which
the card's 90 % interval holds what it says once every fact is known, `held_truth` for which it holds the true
probability, `width` its mean width; `shift_told` the share of cards that warn of a panel grown stricter or laxer.
Seeds below 1000 were looked at while the method was made; seeds from 5000 were not.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import numpy as np
import pandas as pd
from made_up_history import TRUTHS, history

from matcher.errors import HistoryError
from matcher.policy.policy import load_policy
from matcher.pool.discovery.estimation import discover
from matcher.pool.scorecard.forecasts import area
from matcher.pool.scorecard.learning import learn_card
from matcher.pool.scorecard.measurements import measured
from matcher.pool.scorecard.ordering import order_inside

LATER = 3000


def one(size: int, seed: int, *, later_missing: float | None = None, **how: object) -> dict[str, float]:
    """The figures of one history; `given` 0 where a card is refused. later_missing: of the further firms alone."""
    made = history(size, seed=seed, **how)
    try:
        card = learn_card(made.table, "hte", rng=seed).card
    except HistoryError as error:
        return {"given": 0.0, "too_small": float("历史太少" in str(error))}
    check = card.check.set_index("measure")
    more = {} if later_missing is None else {"missing": later_missing}
    later = history(LATER, seed=seed + 100_000, **{**how, **more})
    found = card.score(later.table, "hte", on="2025-12-31").firms
    rows = (found["decision"] != "fails").to_numpy()
    chance, truth = found["probability"].to_numpy()[rows], later.probability[rows]
    passed, all_ = later.full["outcome"].to_numpy()[rows], np.ones(int(rows.sum()))
    tenth = pd.qcut(pd.Series(chance).rank(method="first"), 10, labels=False).to_numpy()
    means = pd.DataFrame({"truth": truth, "chance": chance}).groupby(tenth).mean()
    full = card.score(later.full, "hte", on="2025-12-31").firms
    full = np.round(card.chance(full["points"].to_numpy(dtype=float)[rows])[0], 6)
    low, high = found["low"].to_numpy()[rows], found["high"].to_numpy()[rows]
    return {
        "given": 1.0,
        "too_small": 0.0,
        **{name: check.loc[name, "value"] for name in ("brier_skill", "auc", "slope")},
        "expected/passed": check.loc["expected", "value"] / check.loc["passed", "value"],
        "shift_told": float(
            not check.loc["expected", "low"] <= check.loc["passed", "value"] <= check.loc["expected", "high"]
        ),
        "later_auc": area(chance, passed, all_),
        "ceiling": area(truth, passed, all_),
        "with_truth": float(np.corrcoef(pd.Series(chance).rank(), pd.Series(truth).rank())[0, 1]),
        "off": float((means["chance"] - means["truth"]).abs().mean()),
        "held": float(((low <= full) & (full <= high)).mean()),
        "held_truth": float(((low <= truth) & (truth <= high)).mean()),
        "width": float((high - low).mean()),
    }


def tell(name: str, rows: list[dict[str, float]]) -> None:
    table = pd.DataFrame(rows)
    given = table[table["given"] == 1]
    print(
        f"{name}: {len(rows)} histories, card given {table['given'].mean():.2f}, too small "
        f"{table['too_small'].mean():.2f}, no gain {(1 - table['given'] - table['too_small']).mean():.2f}",
        flush=True,
    )
    if len(given):
        figures = given.drop(columns=["given", "too_small"])
        print("    " + ", ".join(f"{name} {value:.3f}" for name, value in figures.mean().items()), flush=True)


def lists(size: int, seed: int) -> None:
    """The share of a made-up city's true passers in the first thirtieth of its list; applicants of four other years."""
    from made_up_city import FAMILIES, ON, city

    for k, family in enumerate(FAMILIES):
        rounds = []
        for year in range(4):
            past = city(size, family=family, seed=seed + 10 * k + year)
            applied = past.full.assign(outcome=past.passes, round=str(2022 + year), apply_on=ON + timedelta(days=year))
            able = measured(applied, load_policy("hte"), on=ON, judged=False).decisions != "fails"
            applied["enterprise_id"] = f"{year}-" + applied["enterprise_id"]
            rounds.append(applied[able])
        card = learn_card(pd.concat(rounds, ignore_index=True), "hte").card
        made = city(size, family=family, hiding="sources", seed=seed + 10 * k + 5)
        truth = pd.Series(made.passes, index=made.full["enterprise_id"])
        plain = discover(made.seen, "hte", on=ON).listed
        scored = card.score(made.seen, "hte", on=ON).firms
        orders = {
            "chance alone": plain,
            "with the card": order_inside(plain, scored),
            "points alone": order_inside(plain[["enterprise_id"]], scored),
        }
        shares = {
            name: truth[order["enterprise_id"].head(size // 30)].sum() / truth.sum() for name, order in orders.items()
        }
        print(family, card.rows, "applications;", ", ".join(f"{a} {b:.3f}" for a, b in shares.items()), flush=True)


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "truths":
        many, size, seed = [int(n) for n in [*given, *["40", "1200", "5000"][len(given) :]]]
        for truth in TRUTHS:
            tell(truth, [one(size, seed + k, truth=truth) for k in range(many)])
    elif what == "sizes":
        many, seed = [int(n) for n in [*given, *["40", "5000"][len(given) :]]]
        for size in (60, 120, 180, 250, 350, 500, 800):
            for truth in ("panel", "weak"):
                tell(f"{size} {truth}", [one(size, seed + k, truth=truth) for k in range(many)])
    elif what == "random":
        many, seed = [int(n) for n in [*given, *["200", "5000"][len(given) :]]]
        for size in (200, 300, 500, 1200):
            tell(f"{size} random", [one(size, seed + k, truth="random") for k in range(many)])
    elif what == "later":
        many, size, seed = [int(n) for n in [*given, *["12", "1200", "5000"][len(given) :]]]
        for missing in (0.0, 0.15, 0.3, 0.5, 0.7, 0.85):
            tell(f"later firms missing {missing}", [one(size, seed + k, later_missing=missing) for k in range(many)])
    elif what == "lists":
        lists(*[int(n) for n in [*given, *["6000", "5000"][len(given) :]]])
    elif what == "missing":
        many, size, seed = [int(n) for n in [*given, *["20", "1200", "5000"][len(given) :]]]
        for missing in (0.0, 0.15, 0.3, 0.5, 0.7, 0.8):
            tell(f"missing {missing}", [one(size, seed + k, missing=missing) for k in range(many)])
    else:
        sys.exit(__doc__)
