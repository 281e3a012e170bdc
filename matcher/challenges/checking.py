"""A challenge held against the dated rules of a call: what of it is met, what is not, and what is missing to say so.

The rules are policies (`rules/<call>/policy.yaml`) and the policy engine decides; here a challenge becomes its row of
facts. What a notice wants written down is met where the text says it and not met where it does not; every other fact
that is not given stays unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.challenges.calls import Call, load_call
from matcher.challenges.listing import most_complete, read_groups, said
from matcher.challenges.terms import term_months, term_problem
from matcher.errors import PolicyError
from matcher.needs.completeness import ReadNeed, unsolved
from matcher.policy.answers.workbook import rules_by_id
from matcher.policy.language.model import Ruleset
from matcher.policy.language.thresholds import reads as facts_of
from matcher.policy.policy import Policy
from matcher.policy.scoring import score
from matcher.tables.arguments import Day, as_day
from matcher.tables.cells.texts import is_open_to_talk
from matcher.tables.cells.yes_no import read_yesno

COLUMNS = ("challenge_id", "call", "rule", "title", "state", "missing", "value", "limit", "source", "verified", "note")
STATES = {"pass": "met", "fail": "not_met", "unknown": "unknown"}
_STATED = {  # fact -> the part of a complete need that states it
    "has_problem": "problem",
    "has_indicators": "indicators",
    "has_deadline": "deadline",
    "has_rights": "rights",
    "has_money": "money",
    "has_bidder_conditions": "solver",
}
_FIRM = re.compile(r"(?:公司|厂|集团|合作社|商行|酒业|药业|企业)(?:[（(].*[）)])?$")
_NO_FIRM = re.compile(r"(?:大学|学院|医院|研究院|研究所|中心|协会|联盟|局|委员会)(?:[（(].*[）)])?$")


def check_challenge(
    found: pd.DataFrame,
    needs: pd.DataFrame,
    *,
    rules: str | Path | Call = "赣州2023",
    firms: pd.DataFrame | None = None,
    on: Day | None = None,
    start: Day | None = None,
) -> pd.DataFrame:
    """Hold every challenge against the conditions of a call.

    Parameters
    ----------
    found
        What `find_challenges` gave.
    needs
        The needs that it was called with. Its columns that bear the name or the Chinese title of a fact of the rules
        (city_support, 市级财政支持资金) win over what the text says. The facts are those of the need that is most
        complete; the time limit is the longest of all its needs, and a total that they do not agree on is unknown.
    rules
        "赣州2023", "长沙2023", "宜昌2022", "鄂州2024", "荣成2023" (`list_calls`), or a folder with your own policy.
    firms
        Facts of the firms (sales_last_year, rd_expense_last_year ...), with enterprise_id or name.
    on
        The day of the check, which chooses the edition; by default the first day of the call.
    start
        The day from which a time limit that names a day runs, where a need has no `posted_on`; without it such a
        limit stays unknown.

    Returns
    -------
    DataFrame
        One row a challenge and condition, in the order of `found` and of the notice: challenge_id, call, rule (id),
        title, state (met, not_met, unknown), missing (what would have to be known or written, "" where it is met),
        value and limit where the condition is a number, source (with its address), verified, note.

    Raises
    ------
    PolicyError
        There is no such call, its conditions for needs were not seen, or it was not in force on that day.

    Examples
    --------
    >>> from matcher.challenges import find_challenges
    >>> text = "寻求泵壳气孔检测方法，单件检测时间≤5秒，完成期限24个月。"
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["泵壳气孔检测"], "description": [text]})
    >>> matches = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"], "good_match": [False]})
    >>> checked = check_challenge(find_challenges(needs, matches), needs, rules="宜昌2022")
    >>> checked[["rule", "state"]].values.tolist()[2:]
    [['three_years', 'met'], ['rd_share', 'unknown']]
    """
    call = load_call(rules)
    if call.rules is None:
        raise PolicyError(f"“{call.title}”没有需求方面的条件（未见原文）；请换一个规则，清单见 list_calls")
    policy = call.rules
    day = policy.editions[-1].since if on is None else as_day(on)
    if not len(found):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    table, unread = _fact_table(found, needs, policy, firms, None if start is None else as_day(start, "start"))
    scored = score(table, policy, on=day)
    if (scored.summary["decision"].astype(str) == "not_in_force").any():
        raise PolicyError(f"“{call.title}”在 {day} 没有施行；它自 {policy.editions[0].since} 起，请改日期或换规则")
    (ready,) = scored.prepared.values()
    edition = str(scored.summary["edition"].iloc[0])
    known = rules_by_id(policy, edition)
    whole = Ruleset(policy.editions[0], tuple(known.values()), None)
    place = {name: i for i, name in enumerate(table["enterprise_id"])}
    rows = []
    for row in scored.verdicts.itertuples(index=False):
        rule = known[str(row.kind), str(row.rule)]
        at = place[str(row.enterprise_id)]
        names = list(dict.fromkeys(facts_of(rule, whole)))
        state = STATES[str(row.passed)]
        rows.append(
            (
                str(row.enterprise_id),
                call.title,
                rule.id,
                rule.title,
                state,
                _missing(state, names, ready.values, at, policy, unread.get(str(row.enterprise_id), "")),
                row.value,
                row.limit,
                "，".join(part for part in (rule.source, call.address) if part),
                rule.verified,
                rule.note,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _missing(state: str, names: Sequence[str], values: Mapping[str, Any], at: int, policy: Policy, unread: str) -> str:
    """What is missing, in words; unread: a time limit that cannot be read, and why."""
    if state == "met":
        return ""
    about_term = unread if {"has_deadline", "duration_years"} & {*names} else ""
    titles = {name: policy.columns[name].title for name in names}
    open_ = [titles[name] for name in names if np.isnan(float(values[name][at]))]
    if state == "unknown":
        return "；".join(filter(None, [f"缺少：{'、'.join(open_)}" if open_ else "由专家或主管部门判断", about_term]))
    stated = [titles[name].removeprefix("写明") for name in names if name in _STATED]
    return about_term or (f"需求文字没有写明{'、'.join(stated)}" if stated else "不符合")


def _fact_table(
    found: pd.DataFrame, needs: pd.DataFrame, policy: Policy, firms: pd.DataFrame | None, start: dt.date | None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """One row a challenge with the facts that the policy reads; and the time limits that cannot be read."""
    by_need = dict(zip(needs["need_id"].astype(str), needs.to_dict("records"), strict=True))
    rows, unread = [], {}
    for challenge, reads in read_groups(found, needs).items():
        lead = most_complete(reads)
        row = {str(head): cell for head, cell in by_need[lead.need_id].items()}
        facts = {**_from_text(lead, row), **_from_firm(row, firms)}
        facts |= _terms(reads, by_need, start)
        totals = [_total(one, by_need[one.need_id]) for one in reads]
        told = {total for total in totals if total is not None}
        facts["total_budget"] = told.pop() if len(told) == 1 else np.nan  # of several needs no one knows which counts
        unread[challenge] = "；".join(dict.fromkeys(why for one in reads if (why := unread_term(one))))
        for name, column in policy.columns.items():
            for head in (name, column.title, *column.headers):
                if head in row and not _blank(row[head]) and not (head == "预算" and name != "total_budget"):
                    facts[name] = _given(row[head], column.kind)
                    break
        kept = {name: facts.get(name, np.nan) for name in policy.columns}
        rows.append({"enterprise_id": challenge, **kept})
    return pd.DataFrame(rows), unread


def unread_term(need: ReadNeed) -> str:
    """What a need says of its time limit and cannot be read, and why; "" where it says nothing or all is read."""
    texts = [(text, problem) for text in said(need, "deadline") if (problem := term_problem(text))]
    return "；".join(f"完成期限“{text}”读不懂：{problem}" for text, problem in texts)


def _terms(reads: Sequence[ReadNeed], rows: Mapping[str, Mapping[Any, Any]], start: dt.date | None) -> dict[str, Any]:
    """Whether the needs say a time limit that can be read, and the longest of them in years."""
    stated = [(need, text) for need in reads for text in said(need, "deadline") if not term_problem(text)]
    months = []
    for need, text in stated:
        posted = rows[need.need_id].get("posted_on")
        first = start if posted is None or _blank(posted) else pd.Timestamp(posted).date()
        months.append(term_months(text, first))
    known = bool(months) and None not in months and not any(map(unread_term, reads))
    longest = max(one for one in months if one is not None) if known else None
    years = np.nan if longest is None else round(longest / 12, 4)
    return {"has_deadline": bool(stated), "duration_years": years}


def _total(need: ReadNeed, row: Mapping[Any, Any]) -> float | None:
    """What a need is to cost, in yuan; None where that is not one figure."""
    budget = row.get("budget")
    if budget is not None and not _blank(budget):
        return float(budget)
    money = [one for one in need.elements if one.kind == "money" and one.low is not None and one.low == one.high]
    return money[0].low if len(money) == 1 else None


def _from_text(need: ReadNeed, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the text of a need says of the facts."""
    facts: dict[str, Any] = {name: bool(said(need, part)) for name, part in _STATED.items()}
    facts["has_money"] = not all(map(is_open_to_talk, said(need, "money")))
    owner = str(row.get("enterprise") or "").strip()
    if _FIRM.search(owner):
        facts["is_enterprise"] = True
    elif _NO_FIRM.search(owner):
        facts["is_enterprise"] = False
    if unsolved(need) or said(need, "tried"):
        facts["beyond_ability"] = True
    return facts


def _from_firm(row: Mapping[str, Any], firms: pd.DataFrame | None) -> dict[str, Any]:
    """The facts of the need's firm, by its id, else by its name."""
    if firms is None:
        return {}
    for mine, theirs in (("enterprise_id", "enterprise_id"), ("enterprise", "name")):
        key = str(row.get(mine) or "").strip()
        if key and theirs in firms:
            same = firms[firms[theirs].fillna("").astype(str).str.strip() == key]
            if len(same):
                return {str(name): value for name, value in same.iloc[0].items() if not _blank(value)}
    return {}


def _given(cell: Any, kind: str) -> Any:
    """A cell as the policy reads it."""
    if kind == "yesno" and isinstance(cell, str):
        answer = read_yesno(cell)
        return answer if isinstance(answer, bool) else np.nan
    return cell


def _blank(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell != cell or str(cell).strip() == ""
