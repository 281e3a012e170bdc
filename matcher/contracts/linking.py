"""What contracts have to do with the rest: signed pairs propose contracts, registered contracts become conversions."""

from __future__ import annotations

from typing import Any

import pandas as pd

from matcher.contracts.rules import load_rules
from matcher.errors import ArgumentError
from matcher.tables.arguments import check_firms, check_frame
from matcher.tables.naming.units import fold_unit
from matcher.tables.naming.writings import fold

PROPOSED = (
    *("contract_id", "subject", "kind", "seller", "buyer", "signed_on", "applied_on", "amount", "technical_amount"),
    *("enterprise_id", "need_id", "outcome_id", "registered_as"),
)
CONVERSIONS = ("firm_id", "outcome", "kind", "converted_on", "evidence", "likely_repeat_id")
BY_YEAR = ("firm_id", "year", "conversions", "likely_repeats")
_UNNAMED = "技术合同登记"


def propose_contracts(
    items: pd.DataFrame,
    *,
    outcomes: pd.DataFrame | None = None,
    firms: pd.DataFrame | None = None,
    register: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rows of a register for pairs that were signed, to be completed and filed by a person.

    Parameters
    ----------
    items
        What the follow-up of a pool says: enterprise_id, need_id, outcome_id, status, day, contract, amount
        (`matcher.pool.book.follow_up.items`); only those with the status "signed" count.
    outcomes
        outcome_id, title, institution: name and seller of a contract.
    firms
        enterprise_id, name: its buyer.
    register
        What `check_contracts` gave, so that what is registered already is told.

    Returns
    -------
    DataFrame
        One row a signed item, in their order: contract_id ("签约-" and a number), subject, kind, seller, buyer,
        signed_on, applied_on (empty), amount, technical_amount (empty: what share is technical nobody said),
        enterprise_id, need_id, outcome_id, registered_as (the contract of the register with the same outcome, or name,
        and the same buyer; "" for none). "" where nothing is known.

    Examples
    --------
    >>> row = {"enterprise_id": "E1", "need_id": "N1", "outcome_id": "C1", "status": "signed", "day": "2026-05-01"}
    >>> table = propose_contracts(pd.DataFrame([row | {"contract": "技术开发", "amount": 100}]))
    >>> table[["contract_id", "kind", "buyer", "amount"]].values.tolist()
    [['签约-0001', '技术开发', 'E1', 100]]
    """
    check_firms(items, *("enterprise_id", "need_id", "outcome_id", "status", "day", "contract", "amount"), name="items")
    titles, sellers = (_by_id(outcomes, "outcome_id", name) for name in ("title", "institution"))
    names = _by_id(firms, "enterprise_id", "name")
    known = _registered(register)
    rows: list[tuple[Any, ...]] = []
    for item in items[items["status"] == "signed"].to_dict("records"):
        firm, need, outcome = (str(item[name]) for name in ("enterprise_id", "need_id", "outcome_id"))
        subject, buyer = titles.get(outcome, ""), names.get(firm, firm)
        keys = [(key, party) for key in (outcome, fold(subject)) if key for party in (fold_unit(buyer), firm) if party]
        registered = next((known[key] for key in keys if key in known), "")
        kind, seller = item["contract"] or "", sellers.get(outcome, "")
        day, amount = pd.Timestamp(item["day"]), item["amount"]
        number = f"签约-{len(rows) + 1:04d}"
        rows.append((number, subject, kind, seller, buyer, day, pd.NaT, amount, None, firm, need, outcome, registered))
    money = dict.fromkeys(("amount", "technical_amount"), "Int64")
    days = dict.fromkeys(("signed_on", "applied_on"), "datetime64[us]")
    return pd.DataFrame(rows, columns=list(PROPOSED)).astype({**money, **days})


def _by_id(table: pd.DataFrame | None, key: str, value: str) -> dict[str, str]:
    if table is None or key not in table or value not in table:
        return {}
    return {str(one): str(text) for one, text in zip(table[key], table[value], strict=True) if not pd.isna(text)}


def _registered(register: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    """Contract ids by outcome or name, and buyer."""
    if register is None:
        return {}
    known: dict[tuple[str, str], str] = {}
    for row in register.to_dict("records"):
        for key in (row["outcome_id"], fold(row["subject"])):
            for party in (fold_unit(row["buyer"]), row["buyer_code"]):
                if key and party:
                    known.setdefault((key, party), row["contract_id"])
    return known


def contract_conversions(checked: pd.DataFrame, *, of: str = "seller") -> pd.DataFrame:
    """Registered contracts as conversions of outcomes (成果转化).

    Parameters
    ----------
    checked
        What `check_contracts` gave.
    of
        "seller" or "buyer": whose conversions.

    Returns
    -------
    DataFrame
        One row a firm and outcome, sorted by firm, day and outcome: firm_id (统一社会信用代码, else the name), outcome
        (outcome_id, else the name of the contract), kind, converted_on (the day of registration, else of the
        application), evidence (技术合同登记 and the contract's number), likely_repeat_id (the contract that this one
        likely is in another writing; "" for none). Only contracts that stand as registered, of the
        kinds 技术开发, 技术转让 and 技术许可 (an assumption: advice and services put no outcome to use). An outcome
        counts once a firm, by its first contract.

    Raises
    ------
    ArgumentError
        of is another word.

    Examples
    --------
    >>> from matcher.contracts import check_contracts, read_contracts
    >>> row = {"contract_id": "H1", "kind": "技术转让", "subject": "泵壳检测", "seller": "某大学", "buyer": "某泵业"}
    >>> days = {"signed_on": "2026-03-01", "applied_on": "2026-03-02", "amount": 100, "technical_amount": 80}
    >>> table = contract_conversions(check_contracts(read_contracts(pd.DataFrame([row | days])).rows))
    >>> table[["firm_id", "outcome", "kind", "evidence"]].values.tolist()
    [['某大学', '泵壳检测', '技术转让', '技术合同登记 H1']]
    """
    check_frame(checked, "checked", "check_contracts(contracts)")
    if of not in ("seller", "buyer"):
        raise ArgumentError(f'of is "seller" or "buyer", not {of!r}')
    kinds = [kind.title for kind in load_rules().kinds.values() if kind.converts]
    rows = checked[(checked["standing"] == "registered") & checked["kind"].isin(kinds)]
    code, name = rows[f"{of}_code"], rows[of]
    table = pd.DataFrame(
        {
            "firm_id": code.where(code != "", name),
            "outcome": rows["outcome_id"].where(rows["outcome_id"] != "", rows["subject"]),
            "kind": rows["kind"],
            "converted_on": rows["counted_on"],
            "evidence": _UNNAMED + " " + rows["contract_id"],
            "likely_repeat_id": rows["likely_repeat_id"],
        },
        columns=list(CONVERSIONS),
    )
    table = table[(table["firm_id"] != "") & (table["outcome"] != "")]
    table = table.sort_values(["firm_id", "converted_on", "outcome", "evidence"], kind="stable")
    return table[~table.duplicated(["firm_id", "outcome"])].reset_index(drop=True)


def conversions_by_year(conversions: pd.DataFrame) -> pd.DataFrame:
    """How many conversions a firm has in a year.

    Parameters
    ----------
    conversions
        firm_id, outcome, kind, converted_on, evidence, likely_repeat_id, as `contract_conversions` gives them.

    Returns
    -------
    DataFrame
        firm_id, year, conversions, likely_repeats (those of them that likely are an earlier contract in another
        writing); sorted. A conversion without a day stands under the year NA.
    """
    check_firms(conversions, "firm_id", "converted_on", "likely_repeat_id", name="conversions")
    year = pd.to_datetime(conversions["converted_on"]).dt.year.astype("Int64")
    repeats = conversions["likely_repeat_id"].fillna("").ne("").astype(int)
    table = conversions.assign(year=year, conversions=1, likely_repeats=repeats)
    groups = table.groupby(["firm_id", "year"], dropna=False, sort=True)[["conversions", "likely_repeats"]].sum()
    return groups.reset_index()[list(BY_YEAR)]
