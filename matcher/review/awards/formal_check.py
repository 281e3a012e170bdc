"""The formal check of nominations and applications before any expert looks: item by item, what a dated policy asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import PolicyError
from matcher.export.sheets import Sheet
from matcher.export.titles import FORMAL_CHECK
from matcher.policy.answers.evaluation import Group, Prepared, answers, prepare
from matcher.policy.answers.relevance import hangs_on
from matcher.policy.firms.facts import problem_table
from matcher.policy.firms.identity import APPLICATION
from matcher.policy.language.conditions import Joined, Not, Test
from matcher.policy.policy import Policy, PolicyName, load_policy
from matcher.policy.scoring import PASSED, decided, passed_codes
from matcher.review.awards.nominations import AWARD_FACTS, PERSON_FACTS, awards_apart, derive_facts
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.schemas.contracts import HIGH, LOW

DECISIONS = {0: "通过", 1: "不通过", 2: "未知", 3: "未知", 4: "当日无有效版本"}
STATES = {"pass": "通过", "fail": "不通过", "unknown": "未知"}
_NO_MATTER = "不适用"  # a check of other kinds of awards
_OPEN = "达不到，但条文读法未定或只是“原则上”；由人决定"
ITEMS = ["item", "title", "check", "state", "missing", "value", "limit", "source", "seen_as", "verified", "note"]
SUMMARY = ["item", "title", "host", "decision", "failed", "unknown", "remarks"]


class FormalCheck(NamedTuple):
    """One row a nomination, one row a nomination and check, what other rows showed, problems of the figures, and what
    the tables could not answer or the policy does not ask.
    """

    summary: pd.DataFrame
    items: pd.DataFrame
    found: pd.DataFrame
    problems: pd.DataFrame
    notes: list[str]

    @property
    def text(self) -> str:
        """A sentence for the screen."""
        counts = self.summary["decision"].value_counts()
        return f"{len(self.summary)} 项：" + "，".join(f"{name} {counts[name]}" for name in counts.index)

    def sheets(self) -> dict[str, Sheet]:
        """The sheets of the workbook."""
        look: dict[str, Any] = {"titles": FORMAL_CHECK, "frozen": 2}
        shown = self.items.assign(verified=self.items["verified"].map({True: "是", False: "否"}))
        key = ["item", "title", "check", "state", "missing", "value", "limit", "source"]
        return {
            "检查结论": Sheet(self.summary, **look),
            "逐项检查": Sheet(shown, key=key, **look),
            "名单核对": Sheet(self.found, **look),
        }


def rules_over_applications(policy: PolicyName) -> Policy:
    """A policy over nominations or applications. Raises PolicyError for one over something else."""
    rules = load_policy(policy)
    if rules.subject is not APPLICATION:
        raise PolicyError(
            f"“{rules.title}”看{rules.subject.title}，不看申报项目；"
            "自编的规则请在 policy.yaml 中写 subject: application"
        )
    return rules


def check_nominations(
    nominations: pd.DataFrame,
    policy: PolicyName,
    *,
    on: Day,
    persons: pd.DataFrame | None = None,
    awarded: pd.DataFrame | None = None,
) -> FormalCheck:
    """Which nominations fulfil every formal condition, and what of each is missing.

    Parameters
    ----------
    nominations
        `matcher.policy.read_firms(path, policy).rows` of a policy over applications; one row a nomination.
    policy
        A name, a folder or a `Policy` with `subject: application`.
    on
        The day of the check; it chooses the edition, and its year is that of the nominations.
    persons, awarded
        See `matcher.review.awards.nominations.derive_facts`.

    Returns
    -------
    FormalCheck
        `summary` in the order of the table: item, title, host, decision (通过, 不通过, 未知, 当日无有效版本), failed
        and unknown (counts of checks), remarks. `items`, in the order of the table and the rules: item, title, check,
        state (通过, 不通过, 未知; 不适用: a check of
        other kinds of awards), missing (the facts that are not known; or that the text leaves it open), value and
        limit in the unit of the rule, source, seen_as (in what form the rule was read), verified, note. `found`: item,
        fact, found. `problems`: those of `matcher.policy.score`. `notes`: how many of the facts that the policy asks
        for the tables have; whether it asks how often a person stands and what was awarded before; ids of
        `persons` that fit none. Unknown is never a failure.

    Raises
    ------
    PolicyError
        The policy is not known, or not over applications.
    ArgumentError, ArgumentTypeError
        `nominations` is no such table, or two rows have one id.
    """
    rules, day = rules_over_applications(policy), as_day(on)
    check_firms(nominations, "enterprise_id", name="nominations")
    derived = derive_facts(nominations, rules, year=day.year, persons=persons, awarded=awarded)
    rows = awards_apart(derived.rows, rules)
    (ready,), notes = prepare([rules], rows, day)
    groups = list(answers(ready))
    titles = _texts(rows, "name")
    listed = bool(len(derived.found))
    frames = [_checks(ready, group, listed) for group in groups if group.answer]
    items = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["row", *ITEMS])
    items = items.sort_values("row", kind="stable", ignore_index=True)
    items["item"], items["title"] = ready.ids[items["row"].astype(int)], titles[items["row"].astype(int)]
    codes = decided(ready, groups).codes
    summary = pd.DataFrame(
        {
            "item": ready.ids,
            "title": titles,
            "host": _texts(rows, "host"),
            "decision": [DECISIONS[int(code)] for code in codes],
        }
    )
    for name, state in (("failed", STATES["fail"]), ("unknown", STATES["unknown"])):
        counted = items.loc[items["state"] == state].groupby("row").size()
        summary[name] = counted.reindex(range(len(rows)), fill_value=0).astype(int)
    by_row = dict(list(items.groupby("row")))
    summary["remarks"] = [_remarks(by_row.get(row)) for row in range(len(rows))]
    told = _notes(rules, rows, nominations, persons, awarded)
    return FormalCheck(summary[SUMMARY], items[ITEMS], derived.found, problem_table(notes), told)


def _notes(
    rules: Policy,
    rows: pd.DataFrame,
    nominations: pd.DataFrame,
    persons: pd.DataFrame | None,
    awarded: pd.DataFrame | None,
) -> list[str]:
    """What the tables could not answer or the policy does not ask, in words."""
    asked = list(rules.columns)
    there = [
        name
        for name in asked
        if any(one in rows and rows[one].notna().any() for one in (name, name + LOW, name + HIGH))
    ]
    wrong = (
        f"；这张表按{rules.subject.title}表读，若给错了请换，列名不同请用 --column 表头=字段 指定" if not there else ""
    )
    told = [f"“{rules.title}”要看 {len(asked)} 项事实，表中有或能查出的 {len(there)} 项，没有的不作判断{wrong}"]
    tables = ((PERSON_FACTS, persons, "一人几项", "完成人表"), (AWARD_FACTS, awarded, "历年提名和获奖", "历年表"))
    for facts, table, what, name in tables:
        if not facts & set(asked):
            unused = f"，给出的{name}没有用上" if table is not None else ""
            told.append(f"“{rules.title}”不问{what}，没有查{unused}")
    if persons is not None and not set(persons["item"].astype(str)) & set(nominations["enterprise_id"].astype(str)):
        told.append("完成人表的项目编号和提名表一个也对不上，没有查到人；请核对编号，或用 --column 指定是哪一列")
    return told


def _texts(rows: pd.DataFrame, name: str) -> np.ndarray[Any, Any]:
    return (rows[name].fillna("") if name in rows else pd.Series("", rows.index)).astype(str).to_numpy(object)


def _checks(ready: Prepared, group: Group, listed: bool) -> pd.DataFrame:
    """One row a nomination of the group and condition. listed: a sheet shows what other rows say of bounds."""
    assert group.answer is not None
    frames = []
    for order, rule in enumerate(group.answer.rules):
        if rule.test is None:
            continue
        codes = passed_codes(group.answer.states[rule.id])
        shown = group.answer.shown["condition", rule.id]
        beside = _of_another_kind(ready, rule.test, group)
        hanging = hangs_on(rule, group.answer, ready, group.rows)
        open_ = hanging.facts
        unknown = [name for name in dict.fromkeys(rule.test.columns()) if name in open_]
        missing = []
        for at, code in enumerate(codes):
            lacking = [_lacking(ready, name, int(group.rows[at]), listed) for name in unknown if open_[name][at]]
            reading = _OPEN if hanging.readings and not lacking else ""
            missing.append((f"缺{'、'.join(lacking)}" if lacking else reading) if PASSED[code] == "unknown" else "")
        frames.append(
            pd.DataFrame(
                {
                    "row": group.rows,
                    "order": order,
                    "check": rule.title,
                    "state": [
                        _NO_MATTER if other and PASSED[code] == "pass" else STATES[PASSED[code]]
                        for code, other in zip(codes, beside, strict=True)
                    ],
                    "missing": missing,
                    "value": np.asarray(shown.value, float),
                    "limit": np.asarray(shown.limit, float),
                    "source": rule.source,
                    "seen_as": rule.seen_as,
                    "verified": rule.verified,
                    "note": rule.note,
                }
            )
        )
    table = pd.concat(frames, ignore_index=True)
    return table.sort_values(["row", "order"], kind="stable", ignore_index=True).drop(columns="order")


def _of_another_kind(ready: Prepared, test: Test, group: Group) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Rows that a check lets pass because it asks only other kinds: one of its alternatives is not to be of a kind."""
    out = np.zeros(len(group.rows), dtype=bool)
    if not isinstance(test, Joined) or test.every:
        return out
    for one in test.tests:
        names = one.columns()
        if isinstance(one, Not) and names and all(ready.policy.columns[name].kind == "choice" for name in names):
            out |= one.truth(ready.facts).sure[group.rows]
    return out


def _lacking(ready: Prepared, name: str, row: int, listed: bool) -> str:
    """An unknown fact by its title, with its bounds where the list gives some."""
    title = f"“{ready.policy.columns[name].title}”"
    if name not in ready.bounds or not np.isnan(ready.values[name][row]):
        return title
    low, high = ready.bounds[name].lo[row], ready.bounds[name].hi[row]
    where = "，见“名单核对”" if listed else ""
    return f"{title}（在 {low:g} 与 {high:g} 之间{where}）" if np.isfinite([low, high]).all() else title


def _remarks(checks: pd.DataFrame | None) -> str:
    if checks is None:
        return ""
    failed = checks.loc[checks["state"] == STATES["fail"], "check"].tolist()
    unknown = checks.loc[checks["state"] == STATES["unknown"]]
    lines: Sequence[str] = [
        f"{check}（{missing}）" for check, missing in zip(unknown["check"], unknown["missing"], strict=True)
    ]
    return "\n".join(
        [*(["不通过：" + "；".join(failed)] if failed else []), *(["未知：" + "；".join(lines)] if lines else [])]
    )
