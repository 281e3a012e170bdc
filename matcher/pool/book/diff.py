"""Who moved between two snapshots, and because of what: an entry, the passing of time, a rule, or a fact."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from matcher.policy.policy import Policy
from matcher.pool.book.book import Book
from matcher.pool.book.facts import joined, masked, plain, shown, spread
from matcher.pool.book.rules import Rules
from matcher.pool.tiers import WORDS, assign_tiers
from matcher.tables.arguments import Day, as_day

MOVES = ("enterprise_id", "name", "state_before", "state_after", "tier_before", "tier_after", "cause", "detail")
CAUSES = ("new", "entry", "time", "edition", "rule", "fact")


def moves(book: Book, before: Day, after: Day) -> pd.DataFrame:
    """The firms whose state or tier differs between the snapshots of two days, and why.

    The change is taken in steps: the old facts on the new day by the old rules (time, or edition where another edition
    answers on that day), then by the new rules (rule), then with the new facts (fact). Each step after which the tier
    differs is a cause; of the facts those are named whose return alone would bring the tier before back, and where
    there are none all that changed. One row a firm and cause, sorted by enterprise_id and in the order of CAUSES: the
    columns MOVES; `detail` is Chinese: the day, the person and both values. PoolError without the snapshots.
    """
    before, after = as_day(before), as_day(after)
    (first, one), (second, two) = book.snapshot_on(before), book.snapshot_on(after)
    old_until, new_until = first.body["until"], second.body["until"]
    old, new = (row.set_index("enterprise_id") for row in (one, two))
    rules = book.rules(before, until=old_until), book.rules(after, until=new_until)
    both = [firm for firm in new.index if firm in old.index and old["tier"][firm] != new["tier"][firm]]
    was = book.firms(before, until=old_until, year=after.year)
    now = book.firms(after, until=new_until)
    was, now = (table[table["enterprise_id"].isin(both)].reset_index(drop=True) for table in (was, now))
    lines: list[tuple[Any, ...]] = []

    def add(firm: str, cause: str, detail: str) -> None:
        name = new["name"][firm]
        sides = [side[part].get(firm, "") for part in ("state", "tier") for side in (old, new)]
        lines.append((firm, name, *sides, cause, detail))

    for firm in new.index:
        if firm not in old.index:
            add(firm, "new", "新导入")
    for event in book.log.events("enter", "leave", until=new_until, day=after):
        if event.seq > old_until or event.day > before.isoformat():
            what = "入库" if event.kind == "enter" else "出库"
            why = event.body["reason"] or ("符合入库条件" if event.kind == "enter" else "")
            add(event.subject, "entry", f"{event.day} {what}（{event.person}）：{why}")
    if both:
        _why(was, now, rules, (before, after), old, add, _authors(book, new_until, after))
    table = pd.DataFrame(lines, columns=list(MOVES), dtype=object)
    order = table["cause"].map(CAUSES.index).astype(int)
    return (
        table.assign(_order=order)
        .sort_values(["enterprise_id", "_order"], kind="stable")[list(MOVES)]
        .reset_index(drop=True)
    )


def _why(
    was: pd.DataFrame,
    now: pd.DataFrame,
    rules: tuple[Rules, Rules],
    days: tuple[dt.date, dt.date],
    old: pd.DataFrame,
    add: Callable[[str, str, str], None],
    authors: dict[str, dict[str, str]],
) -> None:
    (before, after), (rule_a, rule_b) = days, rules

    def run(firms: pd.DataFrame, rule: Rules, day: dt.date) -> pd.DataFrame:
        return assign_tiers(firms, rule.goal, on=day, leads=rule.leads).set_index("enterprise_id")

    timed, ruled, final = run(was, rule_a, after), run(was, rule_b, after), run(now, rule_b, after)
    facts, past = (joined(table.set_index("enterprise_id")) for table in (now, was))
    decisive = _decisive(now, past, ruled["tier"], lambda firms: run(firms, rule_b, after)["tier"])
    for firm in facts.index:
        tier, edition = old["tier"][firm], old["edition"][firm]
        if timed["tier"][firm] != tier:
            another = timed["edition"][firm] != edition
            what = f"政策版本由 {edition} 变为 {timed['edition'][firm]}" if another else f"日期由 {before} 到 {after}"
            if before.year < after.year:
                what += f"，上一年度由 {before.year - 1} 年变为 {after.year - 1} 年，没有新数的按未知"
            add(firm, "edition" if another else "time", f"{what}；{_step(tier, timed['tier'][firm])}")
        if ruled["tier"][firm] != timed["tier"][firm]:
            what = f"规则改动（{_rule_change(rule_a, rule_b)}）"
            add(firm, "rule", f"{what}；{_step(timed['tier'][firm], ruled['tier'][firm])}")
        if final["tier"][firm] != ruled["tier"][firm]:
            who = authors.get(firm, {})
            what = "、".join(
                _fact(rule_b.goal, name, past.get(name), facts.get(name), firm, who) for name in decisive[firm]
            )
            add(firm, "fact", f"{what}；{_step(ruled['tier'][firm], final['tier'][firm])}")


def _step(one: str, two: str) -> str:
    return f"{WORDS[one]} → {WORDS[two]}"


def _decisive(
    now: pd.DataFrame, past: pd.DataFrame, before: pd.Series[Any], run: Callable[[pd.DataFrame], pd.Series[Any]]
) -> dict[str, list[str]]:
    """Of each firm the changed facts whose return alone gives the tier before; all changed ones where none does."""
    table = joined(now.set_index("enterprise_id"))
    changed: dict[str, list[str]] = {firm: [] for firm in table.index}
    alone: dict[str, list[str]] = {firm: [] for firm in table.index}
    for name in sorted({*table.columns, *past.columns} - {"name"}):
        new = table[name] if name in table else pd.Series(None, index=table.index, dtype=object)
        old = past[name].reindex(table.index) if name in past else pd.Series(None, index=table.index, dtype=object)
        differs = ~((new == old).fillna(False).astype(bool) | (new.isna() & old.isna()))
        if not differs.any():
            continue
        back = run(spread(table.assign(**{name: old})[differs.to_numpy(bool)].reset_index()))
        for firm in table.index[differs.to_numpy(bool)]:
            changed[firm].append(name)
            if back[firm] == before[firm]:
                alone[firm].append(name)
    return {firm: alone[firm] or changed[firm] for firm in changed}


def _fact(goal: Policy, name: str, past: Any, facts: Any, firm: str, author: dict[str, str]) -> str:
    title = goal.columns[name].title if name in goal.columns else name
    # a cell is masked under its own name, which a whole sentence does not have
    one, two = (
        "空" if side is None or plain(side[firm]) is None else _number(shown(masked(name, side[firm])))
        for side in (past, facts)
    )
    by = author.get(name, "")
    return f"{title} {one} → {two}" + (f"（{by}）" if by else "")


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.12g}" if isinstance(value, float) else str(value)


def _authors(book: Book, until: int, on: dt.date) -> dict[str, dict[str, str]]:
    """Of each fact of each firm who wrote it last, when and from what."""
    authors: dict[str, dict[str, str]] = {}
    for event in book.log.events("facts", "follow", until=until, day=on):
        author = "，".join(filter(None, [event.day, event.person, event.source]))
        of_firm = authors.setdefault(event.subject, {})
        of_firm |= dict.fromkeys(event.body.get("facts", ()), author)
        if event.kind == "follow" and event.body["status"] == "signed":
            of_firm["conversions_3y"] = f"{author}，签约"
    return authors


def _rule_change(one: Rules, two: Rules) -> str:
    """What differs between two sets of rules for the goal."""
    a, b = json.loads(one.texts["goal"]), json.loads(two.texts["goal"])
    changes = []
    if a["policy"] != b["policy"]:
        changes.append(f"政策 {a['policy']} → {b['policy']}")
    elif a["text"] != b["text"]:
        changes.append(f"政策文本 {a['text'][:8]} → {b['text'][:8]}")
    for part, title in (("parameters", "数值"), ("readings", "读法"), ("leads", "提前期")):
        changes += [
            f"{title} {name}：{a[part].get(name, '无')} → {b[part].get(name, '无')}"
            for name in sorted({*a[part], *b[part]})
            if a[part].get(name) != b[part].get(name)
        ]
    return "；".join(changes)
