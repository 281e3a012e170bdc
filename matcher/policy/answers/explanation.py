"""Why one firm got its answer, rule by rule with the facts behind each: as JSON, and as a page that can be shown to
the firm.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.answers.advice import ask_first, open_readings
from matcher.policy.answers.evaluation import Prepared
from matcher.policy.answers.workbook import DECISIONS, PASSED, question, rules_by_id
from matcher.policy.firms.facts import EPOCH, written_facts
from matcher.policy.language.model import FactColumn, Rule, Ruleset
from matcher.policy.language.thresholds import reads
from matcher.policy.policy import PolicyName, load_policy
from matcher.policy.scoring import left_to_readings, score
from matcher.tables.arguments import Day, check_firms
from matcher.tables.cells.texts import as_written
from matcher.tables.rows.ids import id_texts


def trace(firms: pd.DataFrame, policy: PolicyName, enterprise_id: str, *, on: Day) -> dict[str, Any]:
    """One firm's answer as plain values that `json.dumps` takes.

    Parameters
    ----------
    firms
        The table of `score`.
    policy
        A name (id or Chinese title), a folder or a `Policy`.
    enterprise_id
        The firm; of several rows the first.
    on
        The day of the answer, a date or ISO text; the row's `apply_on` wins.

    Returns
    -------
    dict
        enterprise_id, name, policy, title, edition, on, decision, left_to_readings (undecided though every fact is
        known), total_low, total_high, rules (each with rule, kind,
        title, title_en, passed, value, limit, gap, points_low, points_high, points_max, facts, source,
        in_force_since, seen_on, verified, seen_as, text, address, why, note), ask (missing facts, the most telling
        first, then readings to choose), problems. A fact is column, title and value; None is unknown. One that is known
        within bounds only has low, high (None for no end) and written, its text in the table, too.

    Raises
    ------
    PolicyError
        When the policy is not known.
    ArgumentError, ArgumentTypeError
        When there is no such firm, `firms` is no table, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "age_years": [12]})
    >>> answer = trace(firms, "unicorn", "a", on="2026-11-24")
    >>> answer["decision"], answer["rules"][0]["facts"]
    ('fails', [{'column': 'age_years', 'title': '成立年限（年）', 'value': 12.0}])
    """
    check_firms(firms, "enterprise_id")
    firm = firms[id_texts(firms["enterprise_id"]) == as_written(enterprise_id)].head(1)
    if not len(firm):
        raise ArgumentError(f"表中没有企业编号“{enterprise_id}”")
    scored = score(firm, load_policy(policy), on=on)
    (ready,) = scored.prepared.values()
    rules_of, summary = ready.policy, scored.summary.iloc[0]
    edition = None if pd.isna(summary["edition"]) else str(summary["edition"])
    rules = rules_by_id(rules_of, edition) if edition is not None else {}
    whole = Ruleset(rules_of.editions[0], tuple(rules.values()), None)
    questions, chosen = ask_first(scored, rules_of), open_readings(scored, rules_of)
    return {
        "enterprise_id": str(enterprise_id),
        "name": str(firm["name"].iloc[0]) if "name" in firm else "",
        "policy": rules_of.id,
        "title": rules_of.title,
        "edition": edition,
        "on": pd.Timestamp(summary["on"]).date().isoformat(),
        "decision": None if pd.isna(summary["decision"]) else str(summary["decision"]),
        "left_to_readings": bool(left_to_readings(scored)[0]),
        "total_low": _plain(summary["total_low"]),
        "total_high": _plain(summary["total_high"]),
        "rules": [
            _rule(row, rules[str(row.kind), str(row.rule)], whole, ready, firm)
            for row in scored.verdicts.itertuples(index=False)
        ],
        "ask": [
            {"column": column, "title": title, **_part_known(ready, firm, column)}
            for column, title in zip(questions["column"], questions["title"], strict=True)
        ]
        + [{"column": name, "title": title} for name, title in zip(chosen["reading"], chosen["title"], strict=True)],
        "problems": scored.problems["problem"].tolist(),
    }


def _rule(row: Any, rule: Rule, ruleset: Ruleset, ready: Prepared, firm: pd.DataFrame) -> dict[str, Any]:
    names = rule.amount.columns() if rule.amount is not None else tuple(dict.fromkeys(reads(rule, ruleset)))
    if rule.id == "total" or len(names) > 12:
        names = ()
    columns = ready.policy.columns
    figures = ("value", "limit", "gap", "points_low", "points_high", "points_max")
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "title": rule.title,
        "title_en": rule.title_en,
        "passed": None if pd.isna(row.passed) else str(row.passed),
        **{key: _plain(getattr(row, key)) for key in figures},
        "facts": [
            {
                "column": name,
                "title": columns[name].title,
                "value": _fact(columns[name], float(ready.values[name][0])),
                **_part_known(ready, firm, name),
            }
            for name in names
        ],
        "source": rule.source,
        "in_force_since": rule.in_force_since.isoformat(),
        "seen_on": None if rule.seen_on is None else rule.seen_on.isoformat(),
        "verified": rule.verified,
        "seen_as": rule.seen_as,
        "text": rule.evidence.text,
        "address": rule.evidence.address,
        "why": str(row.why),
        "note": rule.note,
    }


def _part_known(ready: Prepared, firm: pd.DataFrame, name: str) -> dict[str, Any]:
    """The bounds and the writing of a fact that is known within bounds only."""
    facts, column = ready.facts, ready.policy.columns[name]
    if name not in facts.partial or not facts.partial[name][0]:
        return {}
    low, high = (float(end[0]) for end in (facts[name].lo, facts[name].hi))
    return {
        "low": _fact(column, low) if np.isfinite(low) else None,
        "high": _fact(column, high) if np.isfinite(high) else None,
        "written": written_facts(firm, ready.policy.id, name)[0],
    }


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _fact(column: FactColumn, value: float) -> Any:
    if np.isnan(value):
        return None
    if column.kind == "yesno":
        return "是" if value else "否"
    if column.kind == "choice":
        key = list(column.choices)[int(value)]
        return column.choices[key][0] if column.choices[key] else key
    if column.kind == "date":
        return (EPOCH + dt.timedelta(days=int(value))).isoformat()
    return value


def _number(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4f}".rstrip("0")


def page_facts(explanation: dict[str, Any]) -> dict[str, Any]:
    """What the page `trace` shows of `trace`'s answer: the same facts, in words."""
    low, high = explanation["total_low"], explanation["total_high"]
    decision = "reading" if explanation["left_to_readings"] else explanation["decision"]
    rules = []
    for rule in explanation["rules"]:
        facts = [(fact["title"], _number(fact["value"]) or _bounds(fact) or "未知") for fact in rule["facts"]]
        rules.append({**rule, "answer": _answer(rule), "facts": facts})
    return {
        **explanation,
        "decision": DECISIONS.get(decision or "", "不作结论"),
        "score": "" if low is None else _span(low, high),
        "rules": rules,
        "ask": [{**fact, "title": question(fact["title"], _bounds(fact))} for fact in explanation["ask"]],
    }


def _bounds(fact: dict[str, Any]) -> str:
    """What is known of a fact that is known within bounds only, as it was written, "" for others."""
    low, high = _number(fact.get("low")), _number(fact.get("high"))
    return fact.get("written") or (f"{low or '…'} 至 {high or '…'}" if low or high else "")


def _answer(rule: dict[str, Any]) -> str:
    if rule["kind"] == "points":
        return f"{_span(rule['points_low'], rule['points_high'])}（满分 {_number(rule['points_max'])}）"
    if rule["kind"] == "amount":
        return f"{_number(rule['value'])} 元" if rule["value"] is not None else "未知"
    return PASSED[rule["passed"]] + (f"，差 {_number(rule['gap'])}" if rule["gap"] else "")


def _span(low: Any, high: Any) -> str:
    return _number(low) if _number(low) == _number(high) else f"{_number(low)} 至 {_number(high)}"
