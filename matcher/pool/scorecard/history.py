"""Histories and score cards in files: a table of past applications in, a card and its report out, lists by points."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from matcher.errors import OutputError, TableError
from matcher.export.tables import check_target, save_tables
from matcher.export.targets import save_files
from matcher.policy.firm_table import read_firms
from matcher.policy.policy import Policies, Policy, load_policy
from matcher.pool.book.tables import TITLES as BOOK_TITLES
from matcher.pool.book.tables import in_words
from matcher.pool.scorecard.card import TITLES as CARD_TITLES
from matcher.pool.scorecard.card import ScoreCard, order_inside
from matcher.pool.scorecard.forecasts import MEASURES, figures_of
from matcher.pool.scorecard.learning import Learned, learn_card
from matcher.pool.tiers import LEADS, tiers
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, describe
from matcher.tables.schemas import Column

_COLUMNS = (
    Column(
        "outcome", "text", "认定结果", ("结果", "评审结果", "申报结果", "是否通过", "是否认定", "认定情况", "通过情况")
    ),
    Column("round", "text", "批次", ("轮次", "申报批次", "认定批次", "申报轮次")),
)
_PASSED = {"通过", "认定", "已认定", "已通过", "是", "合格", "入选", "true", "yes", "pass", "passed", "1", "1.0"}
_FAILED = {
    "未通过",
    "不通过",
    "未认定",
    "没通过",
    "否",
    "不合格",
    "落选",
    "未入选",
    "false",
    "no",
    "fail",
    "failed",
    "0",
    "0.0",
}
_OPEN = {"", "待定", "在审", "评审中", "未知", "撤回", "已撤回"}
TITLES = {
    **BOOK_TITLES, **CARD_TITLES, "better": "方向", "rows": "例数", "passed_share": "历史通过率", "source": "依据",
    "measure": "指标", "group": "组", "expected": "平均预计概率", "passed": "实际通过", "reason": "未列入的原因",
    "round": "轮次", "use": "用途", "note": "说明", "rank": "名次", "total": "总分",
}  # fmt: skip
_NOTES = (
    "评分只在同一梯队、同一规则结论之内排序；按规则不可能通过的企业概率为 0，评分再高也不越过规则。",
    "未知的事实按历史中已知企业的平均分计（既不加分也不减分）。更好的数值从不减分，方向取自政策条款。",
    "历史经验概率：若像历史中的企业那样申报，通过的比例。历史只有申报过的企业，对没有申报意愿的企业偏高。",
    "规则：每一项至少要有 10 例较少的一种结果（Peduzzi 等 1996），这只是经验值；能否使用由跨轮检验决定。",
)


def read_history(source: str | Path, policy: Policies, *, sheet: str | None = None) -> Reading:
    """A table of past applications: 企业编号, 申请日期, 认定结果, 批次 and the policy's facts as they were then.

    The rows are those of `matcher.policy.firm_table.read_firms` with `outcome` as true, false or NA. A word that is no
    known outcome is listed as a problem and taken as none. Raises TableError.
    """
    reading = read_firms(source, policy, sheet=sheet, extra=_COLUMNS)
    rows = reading.rows
    lacking = [title for name, title in (("apply_on", "申请日期"), ("outcome", "认定结果")) if name not in rows]
    if lacking:
        name, told = Path(source).name, "、".join(f"“{title}”" for title in lacking)
        raise TableError(f"{name}：没有 {told} 这一列，或整列为空；历史的每一行须有申请日期和认定结果（通过、未通过）")
    words = rows["outcome"].fillna("").astype(str).str.strip()
    lower = words.str.lower()
    known = {**dict.fromkeys(_PASSED, True), **dict.fromkeys(_FAILED, False)}
    outcome = pd.array([known.get(word, pd.NA) for word in lower], dtype="boolean")
    strange = ~lower.isin({*known, *_OPEN})
    action = "请写“通过”或“未通过”；这一行不用于学习"
    lines = [
        (Path(source).name, "", None, "认定结果", word, f"企业 {firm} 的结果看不懂", action, True)
        for firm, word in zip(rows.loc[strange, "enterprise_id"], words[strange], strict=True)
    ]
    problems = reading.problems[~reading.problems["problem"].str.contains("同一企业编号", regex=False)]
    if lines:
        more = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
        problems = pd.concat([problems, more], ignore_index=True) if len(problems) else more
    return Reading(rows.assign(outcome=outcome), problems)


def learn_file(
    table: str | Path,
    policy: str,
    *,
    output: str | Path,
    report: str | Path | None = None,
    sheet: str | None = None,
    seed: int = 0,
) -> str:
    """Read a history, learn a card, write it (.csv) and its report (.xlsx or .txt); returns lines for the user.

    Raises HistoryError where no card is given (then nothing is written), TableError, PolicyError or OutputError.
    """
    target, told = Path(output), Path(report) if report is not None else None
    if target.suffix.lower() != ".csv":
        raise OutputError(f"不能写成“{target.name}”：评分卡的文件名须以 .csv 结尾")
    check_target(target)
    if told is not None and told.suffix.lower() != ".txt":
        check_target(told)
        if told.suffix.lower() != ".xlsx":
            raise OutputError(f"不能写成“{told.name}”：报告的文件名须以 .xlsx 或 .txt 结尾")
    rules = load_policy(policy)
    reading = read_history(table, rules, sheet=sheet)
    learned = learn_card(reading.rows, rules, seed=seed)
    learned.card.save(target)
    text = report_text(learned, rules)
    if told is not None and told.suffix.lower() == ".txt":
        save_files({told: text.encode("utf-8")})
    elif told is not None:
        save_tables(told, _sheets(learned, rules, reading), TITLES)
    lines = [_summary(learned, rules), _warning(learned), describe(reading.problems)]
    by_rule = learned.used[(learned.used["use"] == "by rule") & (learned.used["note"].str.contains("请核对"))]
    if len(by_rule):
        lines.append(
            f"有 {len(by_rule)} 例按当时的事实不可能通过，历史却写着通过（{'、'.join(by_rule['enterprise_id'].head(5))}"
            f"{'…' if len(by_rule) > 5 else ''}）：请核对；未用于学习"
        )
    return "\n".join(filter(None, lines))


def _summary(learned: Learned, policy: Policy) -> str:
    card, figures = learned.card, figures_of(learned.card.check)
    skill, auc = figures["brier_skill"], figures["auc"]
    rows, expected, passed = (figures[name].value for name in ("rows", "expected", "passed"))
    return (
        f"{policy.title}评分卡：{len(card.items)} 项，学自 {len(card.rounds)} 轮 {card.rows} 例"
        f"（通过 {card.passed} 例）。跨轮检验（“{card.rounds[-1]}”{rows:.0f} 例，预计通过 {expected:.0f}，"
        f"实际 {passed:.0f}）：布里尔技巧分 {skill.value:.2f}（95% 区间 {skill.low:.2f} 至 {skill.high:.2f}），"
        f"AUC {auc.value:.2f}（{auc.low:.2f} 至 {auc.high:.2f}）"
    )


def _warning(learned: Learned) -> str:
    """Where the last round passed more or fewer than its chances allow; "" elsewhere."""
    figures = figures_of(learned.card.check)
    expected, passed = figures["expected"], figures["passed"].value
    if expected.low <= passed <= expected.high:
        return ""
    less = passed < expected.low
    return (
        f"注意：末轮实际通过 {passed:.0f} 家，{'少' if less else '多'}于预计的 {expected.low:.0f} 至 "
        f"{expected.high:.0f} 家（95%）：评审尺度可能已变{'严' if less else '宽'}，排序仍可用，"
        f"概率请{'往低' if less else '往高'}看"
    )


def report_text(learned: Learned, policy: Policy) -> str:
    """The points table, the check and what was left out, as plain text in Chinese."""
    card = learned.card
    lines = [
        *filter(None, (_summary(learned, policy), _warning(learned))),
        "",
        "评分表（各项分值相加；20 分使通过的几率翻倍）",
    ]
    for item in card.items:
        lines.append(f"{item.title}（{'越高越好' if item.up else '越低越好'}；{item.source}）")
        for place, points in enumerate((*item.points, item.unknown)):
            rows, passed = item.rows[place], item.passed[place]
            seen = f"历史 {rows} 例，通过 {passed / rows:.0%}" if rows else "历史 0 例"
            lines.append(f"    {item.told(place)}：{points} 分（{seen}）")
    lines += ["", "总分与历史经验概率"]
    lines += [
        f"    {row['points']:.0f} 分：{row['probability']:.0%}（{row['low']:.0%} 至 {row['high']:.0%}）"
        for row in _scale(card).to_dict("records")
    ]
    lines += ["", f"跨轮检验：用 {'、'.join(card.rounds[:-1])} 学习，预测 {card.rounds[-1]}"]
    for row in card.check.to_dict("records"):
        wide = "" if np.isnan(row["low"]) else f"（95% 区间 {row['low']:.3f} 至 {row['high']:.3f}）"
        lines.append(f"    {MEASURES[row['measure']]}：{row['value']:.4g}{wide}")
    lines += [
        f"    第 {row['group']} 组 {row['rows']} 例：预计 {row['expected']:.0%}，实际 {row['passed'] / row['rows']:.0%}"
        f"（95% 区间 {row['low']:.0%} 至 {row['high']:.0%}）"
        for row in card.groups.to_dict("records")
    ]
    lines += ["", "未列入的项目"]
    lines += [f"    {row['title']}：{row['reason']}" for row in learned.left_out.to_dict("records")] or ["    无"]
    return "\n".join([*lines, "", *_NOTES]) + "\n"


def _scale(card: ScoreCard) -> pd.DataFrame:
    """The chance of sums of points, ten of them over what can be reached."""
    low, high = (sum(pick(item.points) for item in card.items) for pick in (min, max))
    points = np.unique(np.round(np.linspace(low, high, 11)))
    chance, worst, best = card.chance(points)
    return pd.DataFrame({"points": points, "probability": chance, "low": worst, "high": best})


def _sheets(learned: Learned, policy: Policy, reading: Reading) -> dict[str, pd.DataFrame]:
    card = learned.card
    used = learned.used.assign(use=learned.used["use"].map(_USES))
    check = card.check.assign(measure=card.check["measure"].map(MEASURES)).round(4)
    groups = card.groups.assign(passed_share=(card.groups["passed"] / card.groups["rows"])).round(4)
    return {
        "评分表": card.table().drop(columns="rule").round(4),
        "总分与概率": _scale(card).round(4).rename(columns={"points": "total"}),
        "跨轮检验": check.rename(columns={"low": "区间下端（95%）", "high": "区间上端（95%）"}),
        "预计与实际": groups.rename(columns={"low": "通过率下端（95%）", "high": "通过率上端（95%）"}),
        "未列入的项目": learned.left_out[["title", "reason"]],
        "历史的用途": used,
        "问题": reading.problems,
        "说明": pd.DataFrame({"说明": [*filter(None, (_summary(learned, policy), _warning(learned))), *_NOTES]}),
    }


_USES = {
    "learned": "用于学习", "by rule": "由规则决定", "no outcome": "没有结果", "no day": "没有日期",
    "no edition": "无适用版本",
}  # fmt: skip


def rank_file(
    table: str | Path,
    policy: str,
    *,
    card: str | Path,
    on: dt.date,
    output: str | Path,
    sheet: str | None = None,
) -> str:
    """Order the firms of a table by points inside their tiers and rule decisions; returns lines for the user.

    `output`: .csv or .parquet hold the list, .xlsx also the points of every item. Firms stand in tiers where the policy
    has lead times. Raises PoolError, TableError, PolicyError or OutputError.
    """
    target = Path(output)
    check_target(target)
    rules, learned = load_policy(policy), ScoreCard.load(card)
    reading = read_firms(table, [rules], sheet=sheet)
    firms = reading.rows.drop(columns=[name for name in ("apply_on",) if name in reading.rows])
    scored = learned.score(firms, rules, on=on)
    listed = firms[["enterprise_id"]].assign(name=firms["name"].fillna("") if "name" in firms else "")
    if rules.id in LEADS:
        found = tiers(firms, rules, on=on)
        names = ["tier", "tier_at_best", "decision", "open_rules"]
        listed = listed.assign(**{name: found[name].to_numpy() for name in names})
    ranked = order_inside(listed, scored.firms)
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    save_tables(target, _with_items(ranked, scored.items, rules, target), TITLES)
    fails = int((ranked["decision"] == "fails").sum())
    lines = [
        f"{len(ranked)} 家企业按梯队、规则结论、评分排列；按规则不可能通过 {fails} 家（概率 0）；结果已写入 {target}"
    ]
    return "\n".join(filter(None, [*lines, describe(reading.problems)]))


def _with_items(ranked: pd.DataFrame, items: pd.DataFrame, policy: Policy, target: Path) -> dict[str, pd.DataFrame]:
    if target.suffix.lower() != ".xlsx":
        return {"名单": ranked}
    shares = {name: ranked[name].round(3) for name in ("probability", "low", "high")}
    ranked = ranked.assign(**shares)
    return {
        "名单": in_words(ranked, policy),
        "各项得分": items.drop(columns="rule"),
        "说明": pd.DataFrame({"说明": list(_NOTES)}),
    }
