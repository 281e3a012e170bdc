"""Score cards and their check in words, as plain text and as sheets; lists of firms in the order of a card."""

from __future__ import annotations

import numpy as np
import pandas as pd

from matcher.export.charts import Chart
from matcher.export.sheets import Sheet
from matcher.export.titles import CARD, CHECK, GROUPS, HISTORY, POOL
from matcher.policy.policy import Policy
from matcher.pool.book.tables import in_words
from matcher.pool.scorecard.card import ScoreCard
from matcher.pool.scorecard.forecasts import MEASURES, figures_of
from matcher.pool.scorecard.learning import Learned
from matcher.pool.scorecard.ordering import Ranking
from matcher.tables.contacts.hiding import mask_contacts

NOTES = (
    "评分只在同一梯队、同一规则结论之内排序；按规则不可能通过的企业概率为 0，评分再高也不越过规则。",
    "未知的事实按历史中已知企业的平均分计（既不加分也不减分）。更好的数值从不减分，方向取自政策条款。",
    "历史经验概率：若像历史中的企业那样申报，通过的比例。历史只有申报过的企业，对没有申报意愿的企业偏高。",
    "规则：每一项至少要有 10 例较少的一种结果（Peduzzi 等 1996），这只是经验值；能否使用由跨轮检验决定。",
)
_USES = {
    "learned": "用于学习", "by rule": "由规则决定", "no outcome": "没有结果", "no day": "没有日期",
    "no edition": "无适用版本",
}  # fmt: skip
_SHARES = dict.fromkeys(("probability", "low", "high", "passed_share"), "0.0%")


def summary(learned: Learned, policy: Policy) -> str:
    """The card and its check in one line for the user."""
    card, figures = learned.card, figures_of(learned.card.check)
    skill, auc = figures["brier_skill"], figures["auc"]
    rows, expected, passed = (figures[name].value for name in ("rows", "expected", "passed"))
    return (
        f"{policy.title}评分卡：{len(card.items)} 项，学自 {len(card.rounds)} 轮 {card.rows} 例"
        f"（通过 {card.passed} 例）。跨轮检验（“{card.rounds[-1]}”{rows:.0f} 例，预计通过 {expected:.0f}，"
        f"实际 {passed:.0f}）：布里尔技巧分 {skill.value:.2f}（95% 区间 {skill.low:.2f} 至 {skill.high:.2f}），"
        f"AUC {auc.value:.2f}（{auc.low:.2f} 至 {auc.high:.2f}）"
    )


def warning(learned: Learned) -> str:
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
        *filter(None, (summary(learned, policy), warning(learned))),
        "",
        "评分表（各项分值相加；20 分使通过的几率翻倍）",
    ]
    for item in card.items:
        lines.append(f"{item.title}（{'越高越好' if item.up else '越低越好'}；{item.source}）")
        for place, points in enumerate((*item.points, item.unknown)):
            rows, passed = item.rows[place], item.passed[place]
            seen = f"历史 {rows} 例，通过 {passed / rows:.0%}" if rows else "历史 0 例"
            lines.append(f"    {item.bin_text(place)}：{points} 分（{seen}）")
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
    return "\n".join([*lines, "", *NOTES]) + "\n"


def _scale(card: ScoreCard) -> pd.DataFrame:
    """The chance of sums of points, ten of them over what can be reached."""
    low, high = (sum(pick(item.points) for item in card.items) for pick in (min, max))
    points = np.unique(np.round(np.linspace(low, high, 11)))
    chance, worst, best = card.chance(points)
    return pd.DataFrame({"points": points, "probability": chance, "low": worst, "high": best})


def contradictions(learned: Learned) -> str:
    """Rows of the history that passed although their facts rule it out, in one line; "" where there are none."""
    rows = learned.used[(learned.used["use"] == "by rule") & (learned.used["note"].str.contains("请核对"))]
    if not len(rows):
        return ""
    firms = "、".join(rows["enterprise_id"].head(5)) + ("…" if len(rows) > 5 else "")
    return f"有 {len(rows)} 例按当时的事实不可能通过，历史却写着通过（{firms}）：请核对；未用于学习"


def report_lines(learned: Learned, policy: Policy) -> list[str]:
    """The summary, then what to be careful of, for the user."""
    return [summary(learned, policy), *filter(None, (warning(learned), contradictions(learned)))]


def report_bytes(learned: Learned, policy: Policy, *, mask: bool = True) -> bytes:
    """The report as a text file; mask: hide contacts, which names of rounds may hold."""
    text = report_text(learned, policy)
    return (mask_contacts(text) if mask else text).encode()


def report_notes(learned: Learned, policy: Policy) -> list[str]:
    """What the report's sheet 说明 holds."""
    return [*filter(None, (summary(learned, policy), warning(learned))), *NOTES]


def report_sheets(learned: Learned) -> dict[str, Sheet]:
    """The points table, the check and what was left out, as sheets."""
    card = learned.card
    titles = {**CARD, **HISTORY}
    used = learned.used.assign(use=learned.used["use"].map(_USES))
    check = card.check.assign(measure=card.check["measure"].map(MEASURES)).round(4)
    groups = card.groups.assign(passed_share=(card.groups["passed"] / card.groups["rows"])).round(4)
    scale = _scale(card).round(4).rename(columns={"points": "total"})
    chances = Chart("line", "total", ["probability", "low", "high"], "总分与通过的概率（95 % 区间）", "0%")
    reliability = Chart("line", "group", ["expected", "passed_share", "low", "high"], "预计与实际的通过率", "0%")
    return {
        "评分表": Sheet(card.table().drop(columns="rule").round(4), titles, formats=_SHARES),
        "总分与概率": Sheet(scale, titles, formats=_SHARES, chart=chances),
        "跨轮检验": Sheet(check, CHECK),
        "预计与实际": Sheet(groups, GROUPS, formats=_SHARES | {"expected": "0.0%"}, chart=reliability),
        "未列入的项目": Sheet(learned.left_out[["title", "reason"]], titles),
        "历史的用途": Sheet(used, titles),
    }


def ranking_sheets(ranking: Ranking, policy: Policy) -> dict[str, Sheet]:
    """Firms in the order of a card, and the points of every item, for people."""
    key = ("rank", "enterprise_id", "name", "tier", "tier_at_best", "decision", "points", "probability", "low", "high")
    titles = {**POOL, **CARD, "rank": HISTORY["rank"]}
    items = ranking.items.drop(columns="rule")
    names = dict(zip(ranking.listed["enterprise_id"], ranking.listed["name"], strict=True))
    items.insert(1, "name", items["enterprise_id"].map(names))
    return {
        "名单": Sheet(in_words(ranking.listed, policy), titles, key=(*key, "why"), frozen=3, formats=_SHARES),
        "各项得分": Sheet(items, titles, frozen=2),
    }
