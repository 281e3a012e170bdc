"""Contracts against the rules: which edition applies, what a register shows against registration, until when to decide.

Nothing here decides what a contract is about: a name proposes, and a person looks.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.contracts.findings import (
    UNKNOWN,
    ContractRow,
    Finding,
    contract_row,
    days_of,
    due_day,
    findings_of,
    found_by,
    is_known,
    tax_findings,
    text_of,
)
from matcher.contracts.name_reading import read_names
from matcher.contracts.relief import vat_exemption
from matcher.contracts.remarks import said_of
from matcher.contracts.repeats import COUNTED, repeats_of
from matcher.contracts.rules import Basis, load_rules
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.naming.regions import find_region
from matcher.tables.naming.writings import fold, fold_id
from matcher.tables.reading import Reading, read_table
from matcher.tables.rows.remarks import override_of
from matcher.tables.schemas.single_commands import TECH_CONTRACTS

CHECKED = (
    *("contract_id", "subject", "kind", "kind_written", "seller", "seller_code", "buyer", "buyer_code", "region"),
    *("signed_on", "applied_on", "accepted_on", "registered_on", "amount", "technical_amount", "edition", "accepted"),
    *(
        "reasons",
        "warnings",
        "unverified",
        "duplicate_of",
        "likely_repeat_id",
        "standing",
        "counted_on",
        "month",
        "decide_by",
        "apply_by",
    ),
    *("vat_exempt_low", "vat_exempt_high", "related", "transfer_income", "outcome_id"),
)
FINDINGS = ("contract_id", "rule", "title", "answer", "text", "article", "source", "verified")
_REFUSED = re.compile("不予|未予|不通过|未通过|退回|驳回")
_WITHDRAWN = re.compile("(?:注销|撤销|撤消|撤回|作废)(?!.*(?:重新|再次|重[报签]|恢复|又登记))")
_NOT_WITHDRAWN = re.compile("(?:[未没无曾拟不]|尚|申请|原合同)[^,;、/()]{0,4}$")
_PENDING = re.compile("待|未|中$|拟|申请|受理|补正")
_REGISTERED = re.compile("登记|变更|通过|认定|办结")


def read_contracts(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a register of technology contracts, one row a contract; see `matcher.tables.reading.read_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"合同编号": ["H1"], "项目名称": ["泵壳检测"], "合同成交额（万元）": [50]})
    >>> read_contracts(table).rows[["contract_id", "subject", "amount"]].values.tolist()
    [['H1', '泵壳检测', 500000]]
    """
    return read_table(source, TECH_CONTRACTS, sheet=sheet, columns=columns)


def check_contracts(contracts: pd.DataFrame, *, on: Day | None = None) -> pd.DataFrame:
    """What a register shows of each contract, against the rules of the edition that applies.

    Parameters
    ----------
    contracts
        What `read_contracts` gave, in `.rows`; money in yuan.
    on
        The day for what is not yet decided: overdue decisions, and the edition of contracts that nobody filed yet.

    Returns
    -------
    DataFrame
        One row a contract in the order given, with the columns CHECKED. kind: the title of one of the five kinds, ""
        where the word (`kind_written`) is none. edition: 2001-253 or 2026-miit, by the day of the application; "" where
        that day may lie in either. accepted: no (a rule refuses it), unknown (something is missing, or a person must
        look) or yes (nothing in the register stands against it; what it is about is judged by a person). reasons,
        warnings: sentences with their articles; warnings do not decide. unverified: whether a deciding reason, or the
        edition by which a contract is accepted, rests on text that nobody saw in force. duplicate_of: the earlier row
        of the same contract; likely_repeat_id: that of what is likely the same in another writing, which is counted
        too. standing: registered, refused, withdrawn (注销, 解除, 勿计, also in a remark) or open, for sums: by the
        state and the day of registration in the register, and refused where a rule refuses it; a register with neither
        for any row is taken for one of applications, of which those accepted stand as registered. counted_on, month: of
        the registration, else of the application; NaT and "" where not known so far. decide_by: the last day for the
        registry's decision (see `Edition.due`), apply_by: for the application. vat_exempt_low, vat_exempt_high: yuan of
        the price free of VAT (see `vat_exemption`). related, transfer_income, outcome_id: as given. Then the table's
        other columns that hold anything.

    Raises
    ------
    ArgumentTypeError
        contracts is no DataFrame.

    Examples
    --------
    >>> row = {"contract_id": "H1", "kind": "技术开发", "subject": "泵壳检测", "seller": "某大学", "buyer": "某泵业"}
    >>> days = {"signed_on": "2026-03-02", "applied_on": "2026-03-01", "amount": 100, "technical_amount": 80}
    >>> check_contracts(read_contracts(pd.DataFrame([row | days])).rows)[["edition", "accepted"]].values.tolist()
    [['2026-miit', 'no']]
    """
    rows, findings, tracked = _checked(contracts, on)
    others = contracts.reset_index(drop=True).drop(columns=list(CHECKED), errors="ignore")
    others = others.loc[:, [bool((others[name].notna() & (others[name].astype(str) != "")).any()) for name in others]]
    checked = pd.DataFrame(
        [_answer(row, found, on, tracked) for row, found in zip(rows, findings, strict=True)], columns=list(CHECKED)
    ).astype(
        {
            **dict.fromkeys(("signed_on", "applied_on", "accepted_on", "registered_on"), "datetime64[us]"),
            **dict.fromkeys(("counted_on", "decide_by", "apply_by"), "datetime64[us]"),
            **dict.fromkeys(("amount", "technical_amount", "vat_exempt_low", "vat_exempt_high"), "Int64"),
            **{"transfer_income": "Int64", "related": "boolean"},
            "unverified": bool,
        }
    )
    return pd.concat([checked, others], axis=1)


def contract_findings(contracts: pd.DataFrame, *, on: Day | None = None) -> pd.DataFrame:
    """What was found on each contract, one row a contract and rule; arguments as of `check_contracts`.

    Returns
    -------
    DataFrame
        contract_id, rule, title, answer (no, unknown, warn), text, article, source, verified; contracts in their order.
    """
    rows, findings, _ = _checked(contracts, on)
    return pd.DataFrame(
        [
            (row.cells["contract_id"], one.rule.id, one.rule.title, one.basis.answer, one.text, *_seen(one.basis))
            for row, found in zip(rows, findings, strict=True)
            for one in found
        ],
        columns=list(FINDINGS),
    )


def _seen(basis: Basis) -> tuple[str, str, bool]:
    return basis.article, basis.source, basis.verified


def _checked(contracts: pd.DataFrame, on: Day | None) -> tuple[list[ContractRow], list[list[Finding]], bool]:
    """The rows, what was found on each (duplicates last, as they ask which of two was refused), and whether the
    register says what is registered.
    """
    check_frame(contracts, "contracts", "read_contracts(path).rows")
    book, day = load_rules(), None if on is None else as_day(on)
    table = contracts.reindex(
        columns=list(dict.fromkeys([column.name for column in TECH_CONTRACTS.columns] + list(contracts)))
    )
    records: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    rows = [contract_row(cells | {"state": _state(cells, day)}, book) for cells in records]
    tracked = any(text_of(cells["state"]) for cells in records) or any(row.registered != UNKNOWN for row in rows)
    costs_listed = bool(table["other_cost"].notna().any())
    findings = [list(findings_of(row, book, day, costs_listed=costs_listed, tracked=tracked)) for row in rows]
    kinds = {fold_id(str(row.cells["contract_id"])): row.kind for row in rows}
    for row, found in zip(rows, findings, strict=True):
        found.extend(tax_findings(row, kinds, book))
    findings = read_names(rows, findings, book)
    counted = [
        at
        for at, (row, found) in enumerate(zip(rows, findings, strict=True))
        if not any(one.basis.answer == "no" for one in found) and not _is_dropped(text_of(row.cells["state"]))
    ]
    for at, (rule, other) in repeats_of(rows, counted).items():
        found = findings[at]
        found.extend(found_by(book.rules[rule], rows[at].edition, repeats=other))
    return rows, findings, tracked


def _state(cells: Mapping[str, Any], day: dt.date | None) -> str:
    """The state of a contract, or the remark that ends it whatever its state is."""
    said = said_of(cells, day)
    return said.words if said and said.plain else text_of(cells["state"])


def _is_dropped(state: str) -> bool:
    return bool(_REFUSED.search(state)) or _is_withdrawn(state)


def _is_withdrawn(state: str) -> bool:
    if _REFUSED.search(state):
        return False
    said, state = override_of(state), fold(state)
    found = (_NOT_WITHDRAWN.search(state[: word.start()]) is None for word in _WITHDRAWN.finditer(state))
    return (said is not None and said.plain) or any(found)


def _answer(row: ContractRow, found: list[Finding], on: Day | None, tracked: bool) -> tuple[Any, ...]:
    book, cells = load_rules(), row.cells
    answers = {one.basis.answer for one in found}
    accepted = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
    deciding = [one for answer in ("no", "unknown") for one in found if one.basis.answer == answer]
    kind = book.kinds.get(row.kind)
    edition = row.edition
    as_if = ""
    if any(one.rule.id == "not_filed" for one in found) and edition is None and on is not None:
        edition = book.edition_on(as_day(on))
        as_if = f"如在 {as_day(on).isoformat()} 申请，适用{edition.title}" if edition else ""
    reasons = [one.sentence for one in deciding] + ([as_if] if as_if else [])
    if accepted == "yes" and kind is not None and edition is not None:
        seen = f"；{edition.seen}" if edition.seen else ""
        judged = f"是否属于{kind.title}由登记员按合同内容判断（{kind.article}）"
        reasons = [f"表中没有不予登记的情形，适用{edition.title}；{judged}{seen}"]
    standing = _standing(row, accepted, tracked)
    when = row.applied if row.registered == UNKNOWN else row.registered
    months = {day.strftime("%Y-%m") for day in when if day is not None} if None not in when else set()
    end = days_of(cells, "valid_until").high if edition is book.editions[-1] else None
    low, high = vat_exemption(row.kind, standing, row.amount, row.technical)
    values = {
        **{
            name: text_of(cells[name])
            for name in ("contract_id", "subject", "seller", "seller_code", "buyer", "buyer_code")
        },
        "kind": kind.title if kind else "",
        "kind_written": text_of(cells["kind"]),
        "region": _place(text_of(cells["region"])),
        **{name: cells[name] for name in ("signed_on", "applied_on", "accepted_on", "registered_on")},
        **{name: cells[name] for name in ("amount", "technical_amount")},
        "edition": edition.id if edition else "",
        "accepted": accepted,
        "reasons": "；".join(reasons),
        "warnings": "；".join(one.sentence for one in found if one.basis.answer == "warn"),
        "unverified": any(not one.basis.verified for one in deciding)
        or (accepted == "yes" and edition is not None and bool(edition.seen)),
        "duplicate_of": "".join(one.other for one in found if one.rule.id not in COUNTED),
        "likely_repeat_id": "".join(one.other for one in found if one.rule.id in COUNTED),
        "standing": standing,
        "counted_on": when.low if when.low == when.high else None,
        "month": months.pop() if len(months) == 1 else "",
        "decide_by": due_day(row),
        "apply_by": end,
        "vat_exempt_low": math.floor(low),
        "vat_exempt_high": None if high is None else math.ceil(high),
        **{name: cells[name] if is_known(cells[name]) else None for name in ("related", "transfer_income")},
        "outcome_id": text_of(cells["outcome_id"]),
    }
    return tuple(values[name] for name in CHECKED)


def _standing(row: ContractRow, accepted: str, tracked: bool) -> str:
    """How a contract counts; `tracked`: the register says what is registered."""
    state = fold(text_of(row.cells["state"]))
    if _is_withdrawn(state):
        return "withdrawn"
    if accepted == "no" or _REFUSED.search(state):
        return "refused"
    if not tracked:
        return "registered" if accepted == "yes" else "open"
    if state:
        return "registered" if _REGISTERED.search(state) and not _PENDING.search(state) else "open"
    return "registered" if row.registered != UNKNOWN else "open"


@lru_cache(maxsize=4096)
def _place(text: str) -> str:
    """A region in one writing."""
    region = find_region(text) if text else None
    return "".join(region.names[1:] or region.names) if region else text
