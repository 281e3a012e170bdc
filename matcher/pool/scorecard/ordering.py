"""Firms in the order of a score card's points, inside their tiers and rule decisions: points never lift over a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from matcher.errors import PoolError
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.scoring import prepared_for
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.tiers import LEADS, TIERS, tiers_of
from matcher.tables.arguments import Day, as_day, check_firms

_ORDER = ("passes", "can_pass", "unknown", "fails", "not_in_force")  # a firm never passes one that stands before it


@dataclass(frozen=True)
class Ranking:
    """`listed`: the firms in order, one row each; `items`: the points of every item (see `Scores`)."""

    listed: pd.DataFrame
    items: pd.DataFrame


def rank_firms(firms: pd.DataFrame, policy: PolicyName, card: ScoreCard, *, on: Day) -> Ranking:
    """Order firms by a card's points inside their tiers and rule decisions.

    firms: the wide firm table of the policy; its `apply_on` is left aside. Firms stand in tiers where the policy has
    lead times (`matcher.pool.tiers.LEADS`). `listed`: rank (from 1), enterprise_id, name, those of tier, tier_at_best,
    decision and open_rules, and the columns of `Scores.firms`. Raises PoolError, PolicyError.
    """
    check_firms(firms)
    policy, day = load_policy(policy), as_day(on)
    firms = firms.drop(columns=[name for name in ("apply_on",) if name in firms])
    ready = prepared_for(firms, policy, day)
    scores = card.score_prepared(ready)
    listed = firms[["enterprise_id"]].assign(name=firms["name"].fillna("") if "name" in firms else "")
    if policy.id in LEADS:
        tiers = tiers_of(ready, day)
        names = ("tier", "tier_at_best", "decision", "open_rules")
        listed = listed.assign(**{name: tiers[name].to_numpy() for name in names})
    ranked = order_inside(listed, scores.firms)
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    return Ranking(ranked, scores.items)


def order_inside(table: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """Order the rows of a list of firms by points, inside equal tiers and equal decisions.

    Parameters
    ----------
    table
        enterprise_id, each once; `tier` where it has tiers, `chance` where it is a discovery list; any other columns.
    scored
        `Scores.firms` of the same firms.

    Returns
    -------
    The rows by tier (ready first), then by decision (passes, can_pass, unknown, fails), then by probability, then by
    points, largest first, then as they stood. A list with chances keeps its order of decisions: each place goes to a
    firm of the decision that had it, and those with unknown facts stand by chance times probability: the card takes an
    unknown fact for an average one, the chance allows for everything that it may be. The columns of `scored` that the
    list lacks are added.

    Raises
    ------
    PoolError
        Firms are missing or stand twice.
    """
    ids = table["enterprise_id"].astype(str)
    if ids.duplicated().any() or scored["enterprise_id"].duplicated().any():
        raise PoolError(f"企业编号重复，不能按分排序：{'、'.join(ids[ids.duplicated()].unique()[:10])}")
    scores = scored.set_index("enterprise_id").reindex(ids)
    if scores["decision"].isna().any():
        raise PoolError("名单与评分不是同一批企业")
    more = [name for name in scored.columns if name not in ("enterprise_id", *table.columns)]
    joined = table.assign(**{name: scores[name].to_numpy() for name in more})
    decision = joined["decision"].astype(str).map(_ORDER.index).to_numpy()
    tier = joined["tier"].map(TIERS.index).to_numpy() if "tier" in joined else np.zeros(len(joined))
    worth = scores["probability"].to_numpy(dtype=np.float64)
    if "chance" in joined:
        worth = np.where(decision == _ORDER.index("unknown"), joined["chance"] * worth, worth)
    order = np.lexsort((np.arange(len(joined)), -scores["points"].to_numpy(), -worth, decision, tier))
    if "chance" in joined:
        places = order.copy()
        order[np.lexsort((np.arange(len(joined)), decision, tier))] = places
    return joined.iloc[order].reset_index(drop=True)
