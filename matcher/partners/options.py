"""Finished tables to options: one per firm, partner and way of cooperation that is open to the two."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.matching.learning.calibration import Calibration
from matcher.partners.cooperation import Cooperation, Move, Offer, Way
from matcher.policy.firms.linkage import link, right_codes
from matcher.policy.firms.words import WORDS
from matcher.tables.cells.texts import Fault
from matcher.tables.columns.numbers import read_yuan
from matcher.tables.headers.forms import header_key
from matcher.tables.naming.writings import KnownIds


@dataclass(frozen=True)
class Option:
    """One firm, one partner, one way. `label`: the partner in Chinese; `source`: where its probability is from."""

    firm: int
    partner: tuple[str, str]  # outcome_id, expert_id
    need: str
    way: Way
    place: int
    moves: tuple[Move, ...]
    amount: float | None
    probability: float
    source: str
    cost: float
    label: str
    right: str
    good: bool

    def changes(self, cooperation: Cooperation, policy: str, facts: Mapping[str, float]) -> dict[str, float]:
        """The facts of a firm that it would change, with their new values."""
        return cooperation.apply(policy, self.moves, self.amount, facts)


def asked_firms(firms: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The firms that have pairs, each once; TableError where one has two rows."""
    ids = firms["enterprise_id"].astype(str)
    kept = firms[ids.isin(set(pairs["enterprise_id"]))].reset_index(drop=True)
    twice = kept["enterprise_id"].astype(str).duplicated()
    if twice.any():
        names = "、".join(kept.loc[twice, "enterprise_id"].astype(str).unique()[:5])
        raise TableError(f"企业表中同一企业有不止一行：{names}；请每家企业只留一行")
    return kept


def owned_pairs(firms: pd.DataFrame, matches: pd.DataFrame, needs: pd.DataFrame | None) -> pd.DataFrame:
    """One row per firm and partner (the need that fits best) with probability, probability_from, good_match, cost.

    good_match: the pair is recommended: by the column good_match, else by a probability of at least the shipped
    calibration's `good`; a pair for which neither is known was chosen by the user and counts as recommended.
    """
    table = pd.DataFrame(index=matches.index)
    for name in ("need_id", "outcome_id", "expert_id", "enterprise_id"):
        table[name] = texts(matches, name)
    if "enterprise_id" not in matches:
        if needs is None or "enterprise_id" not in needs or "need_id" not in matches:
            raise TableError("配对表没有企业编号：请给出带“企业编号”列的需求表，或在配对表中加上企业编号")
        owner = dict(zip(texts(needs, "need_id"), texts(needs, "enterprise_id"), strict=True))
        asking = pd.Series(KnownIds(owner).find_all(table["need_id"].tolist()), table.index, dtype=object)
        table["enterprise_id"] = asking.map(owner).fillna("")
    if "outcome_id" not in matches and "expert_id" not in matches:
        raise TableError("配对表既没有成果编号，也没有专家编号")
    probability = pd.Series(np.nan, matches.index, dtype=float)
    table["probability_from"] = "assumed"
    if "probability" in matches:
        probability = pd.to_numeric(matches["probability"], errors="coerce").astype(float)
        table.loc[probability.notna(), "probability_from"] = "probability"
    table["good_match"] = probability.isna() | (probability >= Calibration.good)
    if "good_match" in matches:
        good = matches["good_match"].astype("boolean").fillna(False).astype(bool)
        table["good_match"] = good.where(matches["good_match"].notna(), table["good_match"])
        table.loc[probability.isna(), "probability_from"] = "good_match"
        probability = probability.fillna(good.astype(float))
    table["probability"] = probability.fillna(1.0)
    outside = ~table["probability"].between(0, 1)
    if outside.any():
        raise TableError(f"配对表的 probability 应在 0 到 1 之间，第 {int(np.argmax(outside.to_numpy())) + 1} 对不是")
    table["cost"] = pd.to_numeric(matches["cost"], errors="coerce").astype(float) if "cost" in matches else np.nan
    ids = KnownIds(firms["enterprise_id"].astype(str))
    table["enterprise_id"] = ids.find_all(table["enterprise_id"].tolist())
    known = table["enterprise_id"].isin(list(ids))
    named = (table["outcome_id"] != "") | (table["expert_id"] != "")
    table = table[known & named & (table["probability"] > 0)]
    table = table.sort_values(["probability", "need_id"], ascending=[False, True], kind="stable")
    return table.drop_duplicates(["enterprise_id", "outcome_id", "expert_id"])


def texts(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column as texts, "" for nothing, also where there is no such column."""
    if name not in table:
        return pd.Series("", table.index, dtype=object)
    return table[name].astype(object).where(table[name].notna(), "").astype(str)


def _rows(table: pd.DataFrame | None, id_column: str) -> dict[str, dict[Any, Any]]:
    if table is None:
        return {}
    return dict(zip(texts(table, id_column), table.to_dict("records"), strict=True))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts."""
    rows: Any = table.to_dict("records")
    return list(rows)


def text_of(value: Any) -> str:
    """A cell as text; "" where it is empty."""
    return "" if value is None or value is pd.NA or value != value else str(value).strip()


def _yes(value: Any) -> bool | None:
    text = text_of(value).lower()
    return True if text in ("是", "true", "1", "1.0") else False if text in ("否", "false", "0", "0.0") else None


def _yuan(value: Any) -> float | None:
    """An amount; None where there is none, or it is to be negotiated."""
    if not text_of(value):
        return None
    amount = read_yuan(value, 1)
    return None if amount is None or isinstance(amount, Fault) else float(amount)


def options_of(
    cooperation: Cooperation,
    policy: str,
    firms: pd.DataFrame,
    pairs: pd.DataFrame,
    outcomes: pd.DataFrame | None,
    experts: pd.DataFrame | None,
    needs: pd.DataFrame | None,
    costs: Mapping[str, float],
    ways: Sequence[str] | None,
) -> Iterator[Option]:
    """Every pair in every way that its 合作方式 leaves open, with what is known of it and the moves that apply."""
    place = {name: row for row, name in enumerate(firms["enterprise_id"].astype(str))}
    known = {"outcome_id": _rows(outcomes, "outcome_id"), "expert_id": _rows(experts, "expert_id")}
    asked = _rows(needs, "need_id")
    order = list(cooperation.ways)
    for pair in pairs.to_dict("records"):
        person = not pair["outcome_id"]
        column = "expert_id" if person else "outcome_id"
        record = known[column].get(pair[column], {})
        budget, price = _yuan(asked.get(pair["need_id"], {}).get("budget")), _yuan(record.get("price"))
        ip_type = text_of(record.get("ip_type"))
        field = _yes(record.get("in_field"))
        title = text_of(record.get("title")) or text_of(record.get("name")) or pair[column]
        where = "，".join(filter(None, (text_of(record.get("institution")), ip_type)))
        for way in cooperation.open_ways(text_of(record.get("cooperation")), person=person):
            if ways is not None and way.id not in ways:
                continue
            developed = way.persons
            amount = (budget if budget is not None else price) if developed else price
            offer = Offer(
                cooperation.right(ip_type),
                _yes(record.get("hte_used")),
                cooperation.mature(text_of(record.get("maturity"))),
                cooperation.in_field(text_of(record.get("field"))) if field is None else field,
                _yes(record.get("overseas")) is not True,
                amount,
            )
            known_cost = amount if way.id != "platform" else None
            cost = next((c for c in (finite(pair["cost"]), costs.get(way.id), known_cost) if c is not None), math.nan)
            yield Option(
                place[pair["enterprise_id"]],
                (pair["outcome_id"], pair["expert_id"]),
                pair["need_id"],
                way,
                order.index(way.id),
                tuple(cooperation.moves_of(policy, way.id, offer)),
                amount,
                float(pair["probability"]),
                pair["probability_from"],
                float(cost),
                f"“{title}”（{where}）" if where else f"“{title}”",
                offer.right,
                bool(pair["good_match"]),
            )


def finite(value: float) -> float | None:
    """None for NaN."""
    return None if math.isnan(value) else float(value)


_CODES = frozenset(map(header_key, ("统一社会信用代码", *WORDS["uscc"].split())))


class Owned(NamedTuple):
    """Needs with the firm that each belongs to.

    `usable`: those of the firms given; `outside`: how many others; `named`: how many lack an id but have a firm of
    exactly their name.
    """

    needs: pd.DataFrame
    usable: pd.DataFrame
    outside: int
    named: int


def owned_needs(needs: pd.DataFrame, firms: pd.DataFrame, *, by_name: bool) -> Owned:
    """Which needs belong to the firms, by id or 统一社会信用代码; with `by_name` also by the firm's exact name."""
    owned, named = owners_by_name(needs, firms, accept=by_name)
    ids = KnownIds(firms["enterprise_id"].astype(str))
    owned = owned.assign(enterprise_id=ids.find_all(owned["enterprise_id"].astype(str).tolist()))
    inside = owned["enterprise_id"].isin(list(ids))
    return Owned(owned, owned[inside], int((~inside).sum()), named)


def owners_by_name(needs: pd.DataFrame, firms: pd.DataFrame, *, accept: bool) -> tuple[pd.DataFrame, int]:
    """Needs without `enterprise_id` get that of the firm of their 统一社会信用代码, which a column of its own may hold,
    and of the one firm of exactly their `enterprise` name, if `accept`.

    Returns the needs, and how many have such a name alone (it is a proposal; see `matcher.policy.firms.linkage.link`).
    """
    owner = texts(needs, "enterprise_id")
    open_ = owner == ""
    asking = pd.DataFrame({"name": texts(needs, "enterprise")[open_]})
    codes = [str(name) for name in needs.columns if header_key(str(name)) in _CODES]
    if len(codes) == 1:
        asking = asking.assign(uscc=right_codes(needs.loc[open_, codes[0]]))
    links = link(asking, firms).links
    same = (links["how"] == "名称相同，待确认").to_numpy(bool)
    sure = links["joined"].to_numpy(bool)
    proposed = pd.Series(np.where(sure | (same & accept), links["enterprise_id"], ""), owner.index[open_], dtype=object)
    owner = owner.where(~open_, proposed.reindex(owner.index))
    return needs.assign(enterprise_id=owner), int(same.sum())
