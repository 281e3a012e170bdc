"""The workbook of a scoring, for people: conclusions, every rule, gaps with sources, questions to ask, problems,
说明.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from matcher.export.sheets import EXCEL_ROWS, Sheet
from matcher.export.titles import PROBLEMS, SCORING
from matcher.policy.facts import written_facts
from matcher.policy.firm_table import subject_of
from matcher.policy.identity import FIRM, Subject
from matcher.policy.model import Rule
from matcher.policy.policy import Policy
from matcher.policy.scoring import Scored

ASK_FIRMS = 2_000  # questions are worked out for at most so many undecided firms
DECISIONS = {
    "passes": "通过",
    "fails": "不通过",
    "can_pass": "取决于专家评分",
    "unknown": "缺少事实，未定",
    "not_in_force": "当日无有效版本",
}
PASSED = {"pass": "符合", "fail": "不符合", "unknown": "未定"}
LEVELS = {
    "unreadable": "读不懂",
    "impossible": "不可能",
    "unusual": "少见",
    "definition": "口径可能不同",
    "manual": "需人工判断",
}
_SHARED = ("row", "column", "value", "problem", "action")


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
    """The sheets of a scoring (结论, 逐条, 差距, 要问的事实), and the lines of 说明.

    firms: the table that was scored, for names and questions. A table longer than a sheet is cut there, and 说明 says
    so.
    """
    names = dict(zip(firms["enterprise_id"], firms["name"], strict=True)) if "name" in firms else {}
    titles = {policy.id: policy.title for policy in policies}
    questions, cut = _questions(firms, policies, scored, on)
    lines = notes(policies, on=on)
    top = EXCEL_ROWS - 1
    if len(scored.verdicts) > top:
        lines.append(f"逐条结论共 {len(scored.verdicts)} 行，超过一张工作表的上限，只列出前 {top} 行；请另存 .parquet")
    if cut:
        lines.append(f"每项政策只为前 {ASK_FIRMS} 家未定企业列出要问的事实")

    def shown(table: pd.DataFrame) -> pd.DataFrame:
        """With names and words in the place of codes."""
        frame = table.head(top).astype(object)
        words = {"decision": DECISIONS, "passed": PASSED, "policy": titles}
        for name, mapping in words.items():
            if name in frame:
                frame[name] = frame[name].map(mapping)
        frame.insert(1, "name", [names.get(firm, "") for firm in frame["enterprise_id"]])
        return frame

    firsts = questions.drop_duplicates(["enterprise_id", "policy"]).set_index(["enterprise_id", "policy"])
    first = pd.Series([*map(question, firsts["fact"], firsts["written"])], firsts.index, dtype=object)
    keys = pd.MultiIndex.from_frame(scored.summary[["enterprise_id", "policy"]].astype(object))
    summary = shown(scored.summary.assign(ask=first.reindex(keys).fillna("").to_numpy(object)))
    verdicts = shown(_with_titles(scored, policies, top))
    gaps = verdicts.loc[verdicts["passed"].isin(["不符合", "未定"])]
    firm = ["enterprise_id", "name", "policy"]
    gap, points = ["title", "passed", "value", "limit", "gap"], ["points_low", "points_high", "points_max"]
    words = subject_of(policies).words
    heads = {**SCORING, "enterprise_id": words["enterprise_id"], "name": words["name"]}
    return {
        "结论": Sheet(summary, heads, frozen=2),
        "逐条": Sheet(verdicts, heads, key=[*firm, *gap, *points, "source"], frozen=2),
        "差距": Sheet(gaps[[*firm, *gap, "source", "verified"]], heads, frozen=2),
        "要问的事实": Sheet(shown(questions), heads, frozen=2),
    }, lines


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
    order = ["enterprise_id", "policy", "title", "passed", "value", "limit", "gap", "points_low", "points_high"]
    return verdicts.assign(title=titles)[[*order, "points_max", "source", "in_force_since", "verified"]]


def _questions(
    firms: pd.DataFrame, policies: Sequence[Policy], scored: Scored, on: dt.date
) -> tuple[pd.DataFrame, bool]:
    """The facts to ask for of undecided firms, and whether some firms were left out of it."""
    from matcher.policy.advice import ask_first

    parts, cut = [], False
    for policy in policies:
        waiting = scored.summary[(scored.summary["policy"] == policy.id) & (scored.summary["decision"] == "unknown")]
        ids = waiting["enterprise_id"]
        cut = cut or len(ids) > ASK_FIRMS
        if len(ids):
            undecided = for_one(firms[firms["enterprise_id"].isin(ids[:ASK_FIRMS])], policy, policies)
            asked = ask_first(undecided, policy, on=on)
            parts.append(asked.assign(written=asked_texts(undecided, policy.id, asked)))
    columns = ["enterprise_id", "policy", "rank", "title", "written", "column", "settles"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table[columns].rename(columns={"title": "fact"}), cut


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
    return pd.concat(filled, ignore_index=True) if filled else answered


def problem_lines(answering: pd.DataFrame) -> list[str]:
    """What the answering found wrong, for the screen; at most 20 lines."""
    if not len(answering):
        return []
    lines = [f"判断时发现 {len(answering)} 处问题："]
    for row in answering.head(20).to_dict("records"):
        who = f"{row['enterprise_id']}，" if row["enterprise_id"] else ""
        lines.append(f"  {who}{row['column']}：{row['problem']}（{LEVELS.get(row['level'], row['level'])}）")
    return [*lines, f"  ……另有 {len(answering) - 20} 处"] if len(answering) > 20 else lines


def for_one(firms: pd.DataFrame, policy: Policy, policies: Sequence[Policy]) -> pd.DataFrame:
    """The table as one of several policies sees it: a plain column of another definition is left out where the policy
    has one of its own, whose empty cells are unknown (as in `matcher.policy.evaluation.prepare`).
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
        "“差距”以分子的单位计（元、人、项、天、分）；“已核实”为否的数值凭记忆或转述，使用前请核对原文",
        "本结果是按公开条文推算，不代替主管部门的认定",
    ]
    for policy in policies:
        lines.append(f"【{policy.title}】{policy.about}")
        for edition in policy.editions:
            until = "" if edition.until is None else f" 至 {edition.until}"
            lines.append(
                f"版本 {edition.id}：{edition.since} 起{until}，{edition.source}"
                + (f"；{edition.note}" if edition.note else "")
            )
        for name, reading in policy.open_points.items():
            chosen = policy.readings[name]
            lines.append(f"存疑：{reading.title}。本次采用“{reading.choices[chosen]}”（{name}={chosen}）")
        lines += [f"可配置：{name} = {value}" for name, value in policy.parameters.items()]
    return lines
