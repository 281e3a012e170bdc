"""What changes for a list of firms between two days: who gains, who loses, by which rule and number, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError, PolicyError
from matcher.policy.answers.advice import ask_first
from matcher.policy.firms.identity import FIRM
from matcher.policy.language.conditions import ByBracket, Compare, Test
from matcher.policy.language.measures import Compound, DaysSince, MeanGrowth, Ratio, YearsSince
from matcher.policy.language.model import Edition, Rule
from matcher.policy.policy import Policies, Policy, load_policies, load_policy, shipped
from matcher.policy.scoring import Scored, score
from matcher.tables.arguments import Day, as_day, check_firms

CHANGES = (
    "enterprise_id", "policy", "edition_before", "edition_after", "decision_before", "decision_after", "rules",
)  # fmt: skip
FIRMS = (
    "enterprise_id", "policy", "effect", "decision_before", "decision_after", "edition_before", "edition_after",
    "starts_on", "because", "what_to_do",
)  # fmt: skip
RULES = (
    "enterprise_id", "policy", "rule", "title", "passed_before", "passed_after", "value", "limit_before", "limit_after",
    "gap", "source_before", "source",
)  # fmt: skip
TEXTS = ("policy", "kind", "rule", "change", "title_before", "title_after", "source_before", "source", "verified")
ASK_FIRMS = 2_000  # first questions are worked out for at most so many firms of a policy
_NAMED = 4  # so many rules are named in a sentence; the table of rules has them all
_EFFECTS = {  # (before, after) -> effect, for decisions that differ
    **dict.fromkeys([("fails", "passes"), ("not_in_force", "passes")], "gains"),
    **dict.fromkeys([("passes", "fails"), ("can_pass", "fails")], "loses"),
    **dict.fromkeys([("passes", "can_pass"), ("passes", "unknown"), ("can_pass", "unknown")], "may_lose"),
    **dict.fromkeys([("fails", "can_pass"), ("fails", "unknown"), ("not_in_force", "can_pass")], "may_gain"),
    ("not_in_force", "unknown"): "may_gain",
    ("unknown", "passes"): "settled_yes",
    ("can_pass", "passes"): "settled_yes",
    ("unknown", "fails"): "settled_no",
    ("unknown", "can_pass"): "judged",
    ("not_in_force", "fails"): "new_no",
}


class Changed(NamedTuple):
    """What changes: a row per firm and policy, a row per firm and rule, and a row per rule of the policies' texts."""

    firms: pd.DataFrame
    rules: pd.DataFrame
    texts: pd.DataFrame


def policies_that_change(policy: Policies = (), *, before: Day, after: Day) -> tuple[Policy, ...]:
    """The policies asked for; where none are, the shipped ones over firms of which an edition, a rule or a limit
    starts or ends after `before`, up to `after`. Raises PolicyError where there is none, ArgumentError for days in the
    wrong order.
    """
    first, last = _days(before, after)
    if asked := load_policies(policy):
        return asked
    firms = [name for name in shipped() if load_policy(name).subject is FIRM]
    found = [name for name in firms if any(first < day <= last for day in load_policy(name).breaks)]
    if not found:
        raise PolicyError(f"{first} 与 {last} 之间没有自带的政策换版；请换日期，或用 --policy 指定政策或草案文件夹")
    return load_policies(found)


def changes_between(firms: pd.DataFrame, policy: Policies, *, before: Day, after: Day) -> Changed:
    """What changes for every firm between two days, and what to do before the second.

    Parameters
    ----------
    firms
        The table of `score`; `apply_on` is left aside, and the same facts, those of the first day, are answered on
        both days.
    policy
        A name (id or Chinese title), a folder, a `Policy`, or a sequence of these. A folder whose policy has the id of
        a shipped one, but no edition for the first day, is a draft: the shipped one answers that day.
    before, after
        The two days, dates or ISO text.

    Returns
    -------
    Changed
        `firms`, one row per firm and policy whose edition, decision or any condition differs: enterprise_id, policy,
        effect (gains, loses, may_gain, may_lose, settled_yes, settled_no, judged, new_no, ends, same), decision and
        edition of both days, starts_on (first day of the later edition; missing where both days have one edition),
        because and what_to_do (Chinese sentences).

        `rules`, one row per firm and condition whose answer or limit differs: enterprise_id, policy, rule, title,
        passed on both days ("none" where an edition does not have it), value, limits, gap on the later day, sources.

        `texts`, one row per policy and rule of which the two days have different texts: policy, kind, rule, change
        (added, dropped, altered), titles, sources, verified (of the later).

    Raises
    ------
    PolicyError
        When a policy is not known or given twice.
    ArgumentError, ArgumentTypeError
        When `firms` is no table, a day is none, or the second day is not after the first.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "niche_years": [2.5]})
    >>> changes = changes_between(firms, "srdi", before="2026-03-31", after="2026-04-01")
    >>> changes.firms[["effect", "decision_after"]].values.tolist()
    [['settled_no', 'fails']]
    """
    return _changed(firms, policy, *_days(before, after))


def _days(before: Day, after: Day) -> tuple[dt.date, dt.date]:
    first, last = as_day(before, "before"), as_day(after, "after")
    if first >= last:
        raise ArgumentError(f"“之后”的日期（{last}）须晚于“之前”的日期（{first}）")
    return first, last


def _changed(firms: pd.DataFrame, policy: Policies, first: dt.date, last: dt.date) -> Changed:
    pairs = [(_standing(one, first), one) for one in load_policies(policy)]
    scored = _scored(firms, pairs, first, last)
    firm_parts, rule_parts, text_parts = [], [], []
    for (old, new), (one, two) in zip(pairs, scored, strict=True):
        text_parts.append(_texts(new.id, _standing_rules(old, first), _standing_rules(new, last)))
        rules = _firm_rules(one, two, (old, first), (new, last))
        rule_parts.append(rules)
        firm_parts.append(_firm_rows(one, two, rules, (old, first), (new, last)))
    rules = _stacked(rule_parts, (*RULES, "told")).drop(columns="told")
    whole = Changed(_stacked(firm_parts, FIRMS), rules, _stacked(text_parts, TEXTS))
    ids = firms["enterprise_id"].map(str).tolist() if "enterprise_id" in firms else None
    for table in (whole.firms, whole.rules):
        if ids is not None:
            table["enterprise_id"] = [ids[int(row) - 1] for row in table["enterprise_id"]]
    return whole


def _standing(policy: Policy, day: dt.date) -> Policy:
    """The policy that answers the first day: the shipped one of the same id where a draft has no edition for it."""
    if policy.edition_on(day) is None and policy.id in shipped():
        return load_policy(policy.id)
    return policy


def _scored(
    firms: pd.DataFrame, pairs: Sequence[tuple[Policy, Policy]], before: dt.date, after: dt.date
) -> list[tuple[Scored, Scored]]:
    """Both answers of every pair; the firms by the number of their row, as one may stand in several.

    The figures are those of the first day, and so is the number of accounting years that they are of.
    """
    check_firms(firms)
    plain = firms.drop(columns=[name for name in ("apply_on", "enterprise_id") if name in firms.columns])
    out = []
    for old, new in pairs:
        one, kept = score(plain, old, on=before), plain
        counted = one.prepared[old.id].facts.years
        if counted is not None and old.years == new.years and new.years is not None:
            kept = plain.assign(**{new.years.column: np.where(counted < 0, np.nan, counted)})
        out.append((one, score(kept, new, on=after)))
    return out


def _stacked(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns), dtype=object)


Rules = Mapping[tuple[str, str], Rule]


def _rules_of(policy: Policy, edition: Edition | None, day: dt.date) -> Rules:
    rules = () if edition is None else policy.ruleset(edition, day).rules
    return {(rule.kind, rule.id): rule for rule in rules}


def _standing_rules(policy: Policy, day: dt.date) -> Rules:
    return _rules_of(policy, policy.edition_on(day), day)


def _titled(scored: Scored, side: tuple[Policy, dt.date]) -> dict[str, Rules]:
    """The rules of the edition that answered each firm."""
    editions = {edition.id: _rules_of(side[0], edition, side[1]) for edition in side[0].editions}
    answered = scored.summary[["enterprise_id", "edition"]].astype(object).itertuples(index=False)
    return {str(row.enterprise_id): editions.get(str(row.edition), {}) for row in answered}


def _texts(policy: str, one: Rules, two: Rules) -> pd.DataFrame:
    rows = []
    for key in dict.fromkeys([*one, *two]):
        was, now = one.get(key), two.get(key)
        if was is not None and now is not None and (was.test, was.item, was.amount) == (now.test, now.item, now.amount):
            continue
        change = "added" if was is None else "dropped" if now is None else "altered"
        sides = [("", "") if rule is None else (rule.title, rule.source) for rule in (was, now)]
        verified = None if now is None else now.verified
        rows.append((policy, *key, change, sides[0][0], sides[1][0], sides[0][1], sides[1][1], verified))
    return pd.DataFrame(rows, columns=list(TEXTS), dtype=object)


def _conditions(scored: Scored) -> dict[tuple[str, str], Any]:
    rows: Any = scored.verdicts
    rows = rows.loc[rows["kind"] == "condition", ["enterprise_id", "rule", "passed", "value", "limit", "gap", "source"]]
    return {(str(row.enterprise_id), str(row.rule)): row for row in rows.itertuples(index=False)}


def _firm_rules(
    one: Scored, two: Scored, before: tuple[Policy, dt.date], after: tuple[Policy, dt.date]
) -> pd.DataFrame:
    """The conditions that differ, firm by firm; `told`: the later one with its numbers, in words."""
    sides, rows = (_conditions(one), _conditions(two)), []
    old, new = _titled(one, before), _titled(two, after)
    for firm, id_ in dict.fromkeys([*sides[0], *sides[1]]):
        was, now = (side.get((firm, id_)) for side in sides)
        passed = ["none" if row is None else str(row.passed) for row in (was, now)]
        limits = [float("nan") if row is None else float(row.limit) for row in (was, now)]
        if passed[0] == passed[1] and (limits[0] == limits[1] or any(limit != limit for limit in limits)):
            continue
        rule = new[firm][("condition", id_)] if now is not None else old[firm][("condition", id_)]
        shown: Any = was if now is None else now
        gap = float("nan") if now is None else float(now.gap)
        sources = ["" if row is None else str(row.source) for row in (was, now)]
        told = rule.title if now is None else _in_words(rule, float(now.value), float(now.limit), gap)
        rows.append(
            (firm, "", id_, rule.title, *passed, float(shown.value), *limits, gap, sources[0], sources[1], told)
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*RULES, "told"], dtype=object)
    (ready,) = two.prepared.values()
    frame["policy"] = ready.policy.id
    order = {firm: place for place, firm in enumerate(dict.fromkeys(map(str, ready.ids)))}
    return frame.sort_values("enterprise_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def _in_words(rule: Rule, value: float, limit: float, gap: float) -> str:
    """A rule with the firm's number, what is asked, and what is missing."""
    parts = []
    if value == value and limit == limit:
        parts.append(f"现为{_figure(rule.test, value)}，要求{_figure(rule.test, limit)}")
    if gap == gap and gap > 0:
        parts.append(f"差{_amount(gap)}")
    return rule.title + (f"（{'，'.join(parts)}）" if parts else "")


def _figure(test: Test | None, value: float) -> str:
    inner = test.brackets[-1].test if isinstance(test, ByBracket) else test
    measure = inner.measure if isinstance(inner, Compare) else None
    if isinstance(measure, (Compound, MeanGrowth)) or (isinstance(measure, Ratio) and measure.divisor is None):
        return f"{value * 100:.6g}%"
    if isinstance(measure, DaysSince):
        return f"{value:.0f}天"
    return f"{value:.0f}年" if isinstance(measure, YearsSince) else _amount(value)


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.2f}"


def _firm_rows(
    one: Scored, two: Scored, rules: pd.DataFrame, before: tuple[Policy, dt.date], after: tuple[Policy, dt.date]
) -> pd.DataFrame:
    columns = ["enterprise_id", "edition", "decision"]
    sides = [scored.summary[columns].astype(object) for scored in (one, two)]
    table = pd.DataFrame({"enterprise_id": sides[0]["enterprise_id"].map(str), "policy": after[0].id})
    for name, side in (("before", sides[0]), ("after", sides[1])):
        for column in ("decision", "edition"):
            table[f"{column}_{name}"] = side[column].where(side[column].notna(), None)
    told: dict[str, list[Any]] = {}
    for rule in rules[["enterprise_id", "title", "passed_before", "passed_after", "told"]].itertuples(index=False):
        told.setdefault(str(rule.enterprise_id), []).append(rule)
    differs = [
        row.enterprise_id in told
        or (row.decision_before, row.edition_before) != (row.decision_after, row.edition_after)
        for row in table.itertuples(index=False)
    ]
    table = table[differs].reset_index(drop=True)
    asked = _first_questions(two, table)
    lines = [
        _advice(row, told.get(str(row.enterprise_id), []), asked.get(str(row.enterprise_id), ""), before, after)
        for row in table.itertuples(index=False)
    ]
    more = pd.DataFrame(lines, columns=["effect", "starts_on", "because", "what_to_do"], dtype=object)
    return pd.concat([table.astype(object), more], axis=1)[list(FIRMS)]


def _first_questions(scored: Scored, table: pd.DataFrame) -> dict[str, str]:
    """The first fact to ask for, of the firms that the later day leaves undecided."""
    waiting = set(table.loc[table["decision_after"] == "unknown", "enterprise_id"].head(ASK_FIRMS))
    if not waiting:
        return {}
    (ready,) = scored.prepared.values()
    keep = np.flatnonzero([str(firm) in waiting for firm in ready.ids])
    part = Scored(scored.summary.iloc[keep], scored.verdicts, scored.problems, {ready.policy.id: ready.taken(keep)})
    asked = ask_first(part, ready.policy)
    firsts = asked[asked["rank"] == 1]
    return dict(zip(firsts["enterprise_id"].map(str), firsts["title"], strict=True))


def _advice(
    row: Any, rules: Sequence[Any], ask: str, before: tuple[Policy, dt.date], after: tuple[Policy, dt.date]
) -> tuple[str, dt.date | None, str, str]:
    """effect, first day of the later edition, because of what, what to do."""
    old, new = _edition(before[0], row.edition_before), _edition(after[0], row.edition_after)
    other = new is not None and (old is None or old.id != new.id)
    start = new.since if other and new is not None else None
    if row.decision_before == row.decision_after:
        effect = "same"
    elif row.decision_after == "not_in_force":
        effect = "ends"
    else:
        effect = _EFFECTS.get((row.decision_before, row.decision_after), "same")
    short = ("fail", "unknown")
    failing = [rule.told for rule in rules if rule.passed_after == "fail"]
    open_ = [rule.told for rule in rules if rule.passed_after in short]
    lifted = [rule.title for rule in rules if rule.passed_before in short and rule.passed_after not in short]
    day = after[1] if start is None else start
    eve = day - dt.timedelta(days=1)
    if effect in ("loses", "settled_no", "new_no"):
        because, act = _named(failing), f"{day} 起须补足：{_named(failing)}"
        if effect == "loses":
            act = f"{eve} 及以前按原版本申报（以有申报批次为限）；{act}"
    elif effect in ("may_lose", "may_gain", "judged") or row.decision_after == "unknown":
        because, act = _named(open_), f"先问清：{ask}" if ask else "准备专家评审的材料"
        if effect == "may_lose":
            act = f"{eve} 及以前按原版本申报（以有申报批次为限）；{act}"
    elif effect in ("gains", "settled_yes"):
        because = "原来不符合的不再要求或已符合：" + _named(lifted) if lifted else "新版本的条件都符合"
        barred = effect == "gains" and start is not None and old is not None
        act = f"{day} 起可以申报{'，此前按原版本不符合' if barred else ''}"
    elif effect == "ends":
        last = old.until if old is not None and old.until is not None else eve
        because, act = "原版本已过期，其后的版本未见", f"{last} 及以前按原版本办理；其后请核对新通知"
    else:
        because = _named(open_) if open_ else f"{len(rules)} 条有变化，都符合或不再要求"
        act = "结论不变，可以照旧申报" if row.decision_after == "passes" else "结论不变"
        if row.decision_after == "fails":
            act = f"仍不符合；{day} 起须补足：{_named(failing)}" if failing else "仍不符合，不符合的条文没有变"
    return effect, start, because, act


def _edition(policy: Policy, id_: str | None) -> Edition | None:
    return next((edition for edition in policy.editions if edition.id == id_), None)


def _named(names: Sequence[str]) -> str:
    more = f"等{len(names)}条" if len(names) > _NAMED else ""
    return "；".join(names[:_NAMED]) + more if names else "没有一条单独变化，见逐条"


def what_changes(firms: pd.DataFrame, policy: Policies, *, before: Day, after: Day) -> pd.DataFrame:
    """What changes for a list of firms between two days, for instance when a new edition comes into force.

    Parameters
    ----------
    firms
        The table of `score`; `apply_on` is left aside, and the same facts are answered on both days.
    policy
        A name (id or Chinese title), a folder, a `Policy`, or a sequence of these.
    before, after
        The two days, dates or ISO text.

    Returns
    -------
    pandas.DataFrame
        One row per firm and policy whose edition, decision or any condition differs: enterprise_id, policy,
        edition_before, edition_after, decision_before, decision_after, rules (conditions that differ, as "rule: before
        -> after", "none" where an edition does not have it, joined by "; "). Firms in the order of the table within
        each policy; no rows when nothing changed.

    Raises
    ------
    PolicyError
        When a policy is not known or given twice.
    ArgumentError, ArgumentTypeError
        When `firms` is no table, or a day is none.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"]})
    >>> changed = what_changes(firms, "srdi", before="2026-03-31", after="2026-04-01")
    >>> changed[["edition_before", "edition_after"]].values.tolist()
    [['2022-63', '2026-2']]
    """
    changed = _changed(firms, policy, as_day(before, "before"), as_day(after, "after"))
    table, rules = changed.firms, changed.rules[changed.rules["passed_before"] != changed.rules["passed_after"]]
    lines: dict[tuple[str, str], list[str]] = {}
    for row in rules.itertuples(index=False):
        line = f"{row.rule}: {row.passed_before} -> {row.passed_after}"
        lines.setdefault((str(row.enterprise_id), str(row.policy)), []).append(line)
    keys = zip(table["enterprise_id"], table["policy"], strict=True)
    table = table.assign(rules=["; ".join(lines.get(key, ())) for key in keys])
    differs = (table["rules"] != "") | (table["decision_before"] != table["decision_after"])
    differs |= table["edition_before"] != table["edition_after"]
    return table.loc[differs, list(CHANGES)].reset_index(drop=True)
