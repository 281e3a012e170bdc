"""The workbook of a scoring, for people: conclusions, every rule, gaps with sources, questions to ask, problems,
说明.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from matcher.export.charts import Chart
from matcher.export.sheets import EXCEL_ROWS, Sheet
from matcher.export.titles import CHANGES, DEADLINES, PROBLEMS, SCORING
from matcher.policy.answers.edition_changes import Changed
from matcher.policy.answers.waiting import counts_days_alone, first_day
from matcher.policy.firms.facts import written_facts
from matcher.policy.firms.identity import FIRM, Subject
from matcher.policy.firms.table import subject_of
from matcher.policy.language.model import Rule
from matcher.policy.policy import Policy
from matcher.policy.scoring import Scored, left_to_readings
from matcher.tables.cells.texts import first_few

_UNPAID = "结论是不通过，没有金额"
_TOGETHER = "各条单独看都还可能符合，但有一个未知的数怎样填都不能同时符合；请先补齐“未定”各条的事实"
_PLACES = 6  # behind the point; what lies beyond is left behind by computing
ASK_FIRMS = 2_000  # questions are worked out for at most so many undecided firms
DECISIONS = {
    "passes": "通过",
    "fails": "不通过",
    "can_pass": "取决于专家评分",
    "unknown": "缺少事实，未定",
    "reading": "条文有两种读法，未定",
    "not_in_force": "当日无有效版本",
}
PASSED = {"pass": "符合", "fail": "不符合", "unknown": "未定"}
VERIFIED = {"all": "都已核实", "some": "部分未核实", "none": "均未核实，请核对原文"}
LEVELS = {
    "unreadable": "读不懂",
    "impossible": "不可能",
    "unusual": "少见",
    "definition": "口径可能不同",
    "manual": "需人工判断",
}
EFFECTS = {
    "gains": "得到",
    "loses": "失去",
    "may_gain": "可能得到",
    "may_lose": "可能失去",
    "settled_yes": "定为符合",
    "settled_no": "定为不符合",
    "judged": "只剩专家评分",
    "new_no": "新政策，不符合",
    "ends": "原版本到期",
    "same": "结论不变",
}
EVENTS = {
    "term": "到期", "duty": "年报或更新", "change": "变化报告", "round": "申报批次", "apply": "高企申报资格",
    "unpublished": "通知未见",
}  # fmt: skip
_TEXT_CHANGES = {"added": "新增", "dropped": "取消", "altered": "改变"}
_KINDS = {"condition": "条件", "points": "评分", "amount": "金额"}
_SHARED = ("row", "column", "value", "problem", "action")


def told_decisions(scored: Scored) -> pd.Series[Any]:
    """The decisions of the summary, as keys of DECISIONS: "reading" where no fact is missing and only the readings of
    the text differ.
    """
    told = scored.summary["decision"].astype(object).mask(left_to_readings(scored), "reading")
    return told.astype(pd.CategoricalDtype(list(DECISIONS)))


def rules_by_id(policy: Policy, edition: str) -> dict[tuple[str, str], Rule]:
    """The rules of an edition by kind and id; of several days the latest."""
    found: dict[tuple[str, str], Rule] = {}
    for part in policy.editions:
        if part.id == edition:
            for day in policy.days_of(part):
                found.update({(rule.kind, rule.id): rule for rule in policy.ruleset(part, day).rules})
    return found


def sheets(
    firms: pd.DataFrame, policies: Sequence[Policy], scored: Scored, *, on: dt.date
) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets of a scoring (结论, 汇总, 逐条, 差距, 要问的事实), and the lines of 说明.

    firms: the table that was scored, for names and questions. A table longer than a sheet is cut there, and 说明 says
    so.
    """
    names = dict(zip(firms["enterprise_id"], firms["name"], strict=True)) if "name" in firms else {}
    titles = {policy.id: policy.title for policy in policies}
    questions, readings, cut = _questions(firms, policies, scored, on)
    lines = notes(policies, on=on)
    top = EXCEL_ROWS - 1
    if len(scored.verdicts) > top:
        lines.append(f"逐条结论共 {len(scored.verdicts)} 行，超过一张工作表的上限，只列出前 {top} 行；请另存 .parquet")
    if cut:
        lines.append(f"每项政策只为前 {ASK_FIRMS} 家未定企业列出要问的事实")

    def shown(table: pd.DataFrame) -> pd.DataFrame:
        """With names and words in the place of codes."""
        frame = table.head(top).astype(object)
        words = {"decision": DECISIONS, "passed": PASSED, "policy": titles, "rules_verified": VERIFIED}
        for name, mapping in words.items():
            if name in frame:
                frame[name] = frame[name].map(mapping)
        frame.insert(1, "name", [names.get(firm, "") for firm in frame["enterprise_id"]])
        return frame

    firsts = questions.drop_duplicates(["enterprise_id", "policy"]).set_index(["enterprise_id", "policy"])
    first = pd.Series([*map(question, firsts["fact"], firsts["written"])], firsts.index, dtype=object)
    keys = pd.MultiIndex.from_frame(scored.summary[["enterprise_id", "policy"]].astype(object))
    ask = first.reindex(keys).fillna("").to_numpy(object)
    # where the readings of a rule differ and no single fact would settle the answer, the reading comes first
    reading = readings.groupby(["enterprise_id", "policy"])["fact"].agg("；".join).reindex(keys)
    open_ = reading.notna().to_numpy() & ~(firsts["settles"].reindex(keys) > 0).to_numpy()
    failed = scored.verdicts.loc[scored.verdicts["passed"] == "fail", ["enterprise_id", "policy"]].astype(object)
    together = (scored.summary["decision"] == "fails").to_numpy() & ~keys.isin(pd.MultiIndex.from_frame(failed))
    ask = np.where(together, _TOGETHER, np.where(open_, reading, ask))
    summary = scored.summary.assign(ask=ask, decision=told_decisions(scored))
    if waiting := [policy for policy in policies if counts_days_alone(policy)]:
        summary["passes_on"] = None
        for policy in waiting:
            days = first_day(firms, policy, on=on)["passes_on"].to_numpy(object)
            summary.loc[summary["policy"] == policy.id, "passes_on"] = days
        lines.append("“最早符合日”：别的都不变，只等时间过去，哪天起符合；空白是五年内没有，或有事实未知")
    summary = shown(summary)
    verdicts = shown(_with_titles(scored, policies, top))
    passing = keys[(scored.summary["decision"] == "passes").to_numpy()]
    missed = scored.verdicts.head(top)["passed"].isin(["fail", "unknown"]).to_numpy()
    of = pd.MultiIndex.from_frame(scored.verdicts.head(top)[["enterprise_id", "policy"]].astype(object))
    gaps = verdicts.loc[missed & ~of.isin(passing)]
    firm = ["enterprise_id", "name", "policy"]
    gap, points = ["title", "passed", "value", "limit", "gap", "why"], ["points_low", "points_high", "points_max"]
    words = subject_of(policies).words
    heads = {**SCORING, "enterprise_id": words["enterprise_id"], "name": words["name"]}
    return {
        "结论": Sheet(summary, heads, frozen=2),
        "汇总": _counts(scored.summary.assign(decision=told_decisions(scored)), titles),
        "逐条": Sheet(verdicts, heads, key=[*firm, *gap, *points, "source"], frozen=2),
        "差距": Sheet(gaps[[*firm, *gap, "source", "verified", "seen_as"]], heads, frozen=2),
        "要问的事实": Sheet(shown(pd.concat([questions, readings], ignore_index=True)), heads, frozen=2),
    }, lines


def _counts(summary: pd.DataFrame, titles: Mapping[str, str]) -> Sheet:
    """How many firms each policy answers in which way, drawn."""
    decisions = summary["decision"].astype(str)
    there = [name for name in DECISIONS if (decisions == name).any()]
    table = pd.crosstab(summary["policy"].astype(str).map(titles), decisions).reindex(columns=there)
    table = table.reindex([*filter(table.index.__contains__, titles.values())]).rename_axis("policy").reset_index()
    chart = Chart("column", "policy", there, "各项政策的结论（家数）")
    return Sheet(table, {**SCORING, **DECISIONS}, chart=chart)


def _with_titles(scored: Scored, policies: Sequence[Policy], most: int) -> pd.DataFrame:
    """The verdicts with the title of each rule in the place of its id and kind."""
    editions = scored.summary.set_index(["enterprise_id", "policy"])["edition"].to_dict()
    rules = {
        (policy.id, edition.id): rules_by_id(policy, edition.id) for policy in policies for edition in policy.editions
    }
    verdicts = scored.verdicts.head(most)
    titles = [
        rules[policy, editions[firm, policy]][kind, rule].title
        for firm, policy, kind, rule in verdicts[["enterprise_id", "policy", "kind", "rule"]].itertuples(index=False)
    ]
    order = ["enterprise_id", "policy", "title", "passed", "value", "limit", "gap", "why", "points_low", "points_high"]
    order += ["points_max", "source", "in_force_since", "verified", "seen_as"]
    keys = pd.MultiIndex.from_frame(verdicts[["enterprise_id", "policy"]].astype(object))
    failing = scored.summary.loc[scored.summary["decision"] == "fails", ["enterprise_id", "policy"]].astype(object)
    unpaid = (verdicts["kind"] == "amount").to_numpy() & keys.isin(pd.MultiIndex.from_frame(failing))
    verdicts = verdicts.assign(
        value=verdicts["value"].mask(unpaid), why=verdicts["why"].astype(object).mask(unpaid, _UNPAID)
    )
    gap = verdicts["gap"].mask((verdicts["passed"] == "unknown").to_numpy())  # what is open is no lack
    figures = {"value": verdicts["value"], "limit": verdicts["limit"], "gap": gap}
    return verdicts.assign(title=titles, **{name: one.round(_PLACES) for name, one in figures.items()})[order]


def _questions(
    firms: pd.DataFrame, policies: Sequence[Policy], scored: Scored, on: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """The facts to ask for of undecided firms, the readings to choose, and whether some firms were left out of it."""
    from matcher.policy.answers.advice import ask_first, open_readings

    columns = ["enterprise_id", "policy", "rank", "fact", "written", "column", "settles"]
    parts, readings, cut = [pd.DataFrame(columns=columns)], [pd.DataFrame(columns=columns)], False
    for policy in policies:
        waiting = scored.summary[(scored.summary["policy"] == policy.id) & (scored.summary["decision"] == "unknown")]
        ids = waiting["enterprise_id"]
        cut = cut or len(ids) > ASK_FIRMS
        if len(ids):
            undecided = for_one(firms[firms["enterprise_id"].isin(ids[:ASK_FIRMS])], policy, policies)
            asked = ask_first(undecided, policy, on=on)
            written = asked_texts(undecided, policy.id, asked)
            parts.append(asked.rename(columns={"title": "fact"}).assign(written=written)[columns])
            chosen = open_readings(undecided, policy, on=on).rename(columns={"title": "fact", "reading": "column"})
            readings.append(chosen.reindex(columns=columns))
    return _filled(parts), _filled(readings), cut


def _filled(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables that have rows, one under the other; without any, the first."""
    return pd.concat([table.astype(object) for table in tables if len(table)] or tables[:1], ignore_index=True)


def asked_texts(firms: pd.DataFrame, policy: str, asked: pd.DataFrame) -> list[str]:
    """What the table says of each fact asked for (`ask_first`) that it knows within bounds only, "" for the others."""
    ids = firms["enterprise_id"].astype(str)
    texts = {name: dict(zip(ids, written_facts(firms, policy, name), strict=True)) for name in asked["column"].unique()}
    return [texts[name].get(firm, "") for firm, name in zip(asked["enterprise_id"], asked["column"], strict=True)]


def question(title: str, text: str) -> str:
    """A fact to ask for, with what the table says of it."""
    return f"{title}（表中写“{text}”）" if text else title


def answering_problems(
    reading: pd.DataFrame,
    answering: pd.DataFrame,
    titles: Mapping[str, str] | None = None,
    subject: Subject = FIRM,
) -> pd.DataFrame:
    """What the reading and the answering found wrong, in one table with Chinese headers."""
    names = titles or {}
    read = pd.DataFrame(
        {"来源": "读表", subject.words["enterprise_id"]: "", **{PROBLEMS[name]: reading[name] for name in _SHARED}}
    )
    lines: Any = answering.itertuples(index=False)
    rows = [
        (names.get(row.policy, row.policy), row.enterprise_id, None, row.column, row.cell, row.problem,
         LEVELS.get(row.level, row.level))
        for row in lines
    ]  # fmt: skip
    answered = pd.DataFrame(rows, columns=list(read.columns))
    filled = [table.astype(object) for table in (read, answered) if len(table)]
    told = pd.concat(filled, ignore_index=True) if filled else answered
    return told.astype({PROBLEMS["row"]: "Int64"})


def problem_lines(answering: pd.DataFrame) -> list[str]:
    """What the answering found wrong, for the screen; at most 20 lines, one for the same of several firms."""
    if not len(answering):
        return []
    lines = []
    for _, same in answering.groupby(["column", "problem", "level"], sort=False):
        column, problem, level = (str(same[name].iloc[0]) for name in ("column", "problem", "level"))
        ids = [str(one) for one in same["enterprise_id"] if one]
        who = f"{first_few(ids, '家')}，" if ids else ""
        where = f"{who}{column}：" if who or column else ""
        lines.append(f"  {where}{problem}（{LEVELS.get(level, level)}）")
    more = [f"  ……另有 {len(lines) - 20} 种"] if len(lines) > 20 else []
    return [f"判断时发现 {len(answering)} 处问题：", *lines[:20], *more]


def for_one(firms: pd.DataFrame, policy: Policy, policies: Sequence[Policy]) -> pd.DataFrame:
    """The table as one of several policies sees it: a plain column of another definition is left out where the policy
    has one of its own, whose empty cells are unknown (as in `matcher.policy.answers.evaluation.prepare`).
    """
    gone = []
    for name, column in policy.columns.items():
        owners = [other.columns[name] for other in policies if name in other.columns]
        differs = bool(owners[0].basis and column.basis) and owners[0].basis != column.basis
        if differs and {name, f"{policy.id}.{name}"} <= set(firms.columns):
            gone.append(name)
    return firms.drop(columns=gone)


def notes(policies: Sequence[Policy], *, on: dt.date) -> list[str]:
    """What a reader should know: days, editions, sources, open points and the readings taken."""
    lines = [
        f"判断日期 {on.isoformat()}；表内“申请日期”优先，并决定所用版本",
        "空白是未知，不是零；未知的事实怎样填都得同一结论时才下结论，否则为“未定”；专家评分未填时取全部范围",
        "“差距”以分子的单位计（元、人、项、天、分）；没有可除的数时没有差距，“说明”列写明；通过的企业没选上的途径不列",
        "“已核实”为否的数值凭记忆或未留原文；“所见”为摘要的只见于他人转述，未与官方原文核对，使用前请核对",
        "本结果是按公开条文推算，不代替主管部门的认定",
    ]
    for policy in policies:
        lines.append(f"【{policy.title}】{policy.about}")
        lines += _edition_lines(policy)
        for name, reading in policy.open_points.items():
            chosen = policy.readings[name]
            lines.append(f"存疑：{reading.title}。本次采用“{reading.choices[chosen]}”（{name}={chosen}）")
        lines += [f"可配置：{name} = {value}" for name, value in policy.parameters.items()]
    return lines


def _edition_lines(policy: Policy) -> list[str]:
    lines = []
    for edition in policy.editions:
        until = "" if edition.until is None else f" 至 {edition.until}"
        note = f"；{edition.note}" if edition.note else ""
        lines.append(f"版本 {edition.id}：{edition.since} 起{until}，{edition.source}{note}")
    return lines


def change_sheets(
    firms: pd.DataFrame, policies: Sequence[Policy], changed: Changed, *, before: dt.date, after: dt.date
) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets of what changes between two days (企业变化, 汇总, 逐条, 条文对照), and the lines of 说明."""
    names = dict(zip(firms["enterprise_id"], firms["name"], strict=True)) if "name" in firms else {}
    titles = {policy.id: policy.title for policy in policies}
    none = {**PASSED, "none": "无此条"}
    words = {
        "policy": titles, "effect": EFFECTS, "decision_before": DECISIONS, "decision_after": DECISIONS,
        "passed_before": none, "passed_after": none, "change": _TEXT_CHANGES, "kind": _KINDS,
    }  # fmt: skip

    def shown(table: pd.DataFrame) -> pd.DataFrame:
        frame = table.head(EXCEL_ROWS - 1).astype(object)
        for name in words.keys() & set(frame.columns):
            frame[name] = frame[name].map(words[name])
        if "enterprise_id" in frame:
            frame.insert(1, "name", [names.get(firm, "") for firm in frame["enterprise_id"]])
        return frame

    counts = [
        {"policy": policy.title, "firms": len(firms)}
        | {word: int(((mine := changed.firms[changed.firms["policy"] == policy.id])["effect"] == effect).sum())
           for effect, word in EFFECTS.items()}
        | {"untouched": len(firms) - len(mine)}
        for policy in policies
    ]  # fmt: skip
    lines = [
        f"比较 {before} 与 {after} 两天：同一组事实，各按当天有效的版本判断；表内“申请日期”不用",
        f"表中的数字都是 {before} 那天的：表头里的年份、会计年度数按那天算；换了年度请换成新的数字再比较",
        "“原版本申报”以还有申报批次为限，批次见 matcher policy calendar；空白是未知，不是零",
        "“差”以分子的单位计（元、人、项、天）；本结果按公开条文推算，不代替主管部门的认定",
        *(line for policy in policies for line in _edition_lines(policy)),
    ]
    if len(changed.rules) > EXCEL_ROWS - 1:
        lines.append(f"逐条共 {len(changed.rules)} 行，超过一张工作表的上限，只列出前 {EXCEL_ROWS - 1} 行")
    return {
        "企业变化": Sheet(shown(changed.firms), CHANGES, frozen=2),
        "汇总": Sheet(pd.DataFrame(counts), CHANGES),
        "逐条": Sheet(shown(changed.rules.drop(columns="rule")), CHANGES, frozen=2),
        "条文对照": Sheet(shown(changed.texts.drop(columns="rule")), CHANGES),
    }, lines


def calendar_sheets(table: pd.DataFrame, on: dt.date) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets of a calendar (按企业, 按日期), and the lines of 说明."""
    frame = table.astype(object)
    frame["kind"] = frame["kind"].map(EVENTS)
    who = frame["name"].where(frame["name"] != "", frame["enterprise_id"])
    thing = ["due", "due_text", "days_left", "policy", "event"]
    days = frame.assign(who=who).groupby(thing, dropna=False, sort=False)["who"].agg(["size", "、".join]).reset_index()
    days = days.sort_values("days_left", key=lambda left: left.astype(float), kind="stable", ignore_index=True)
    days = days.rename(columns={"size": "firms", "join": "firm_names"})
    lines = [
        f"自 {on} 起；“还有天数”算到可能的最早一天，负数为已过",
        "“截止日期”只写确切到日的；只知道年、月的见“日期说明”，没有见到日期的写“日期未见”，请向主管部门核实",
        "称号的取得日期取自表中；没有日期而写“有效”的，到期日算不出",
        "“高企申报资格”只看今年能不能申报：成立满一年，证书已到第三年，当年没有被取消，一年一次",
        "八项条件是否符合，用 matcher policy score -p hte",
        "批次只列见到通知的；上一次的日期仅供参考；“已核实”为否的出自摘录或转述",
        "本表按公开条文推算，不代替主管部门的通知",
    ]
    order = ["enterprise_id", "name", *thing, "what_to_do", "kind", "source", "verified"]
    return {
        "按企业": Sheet(frame[order], DEADLINES, frozen=2),
        "按日期": Sheet(days[[*thing, "firms", "firm_names"]], DEADLINES),
    }, lines
