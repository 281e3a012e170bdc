"""Innovation points (创新积分): raw values of the 18 indicators always, points with a place's weights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import INNOVATION
from matcher.policy.answers.evaluation import Prepared, prepare
from matcher.policy.firms.facts import problem_table
from matcher.policy.firms.table import read_firms
from matcher.policy.language.compiler import Compiler
from matcher.policy.language.intervals import Facts, Floats, Span
from matcher.policy.language.measures import Compound, Measure, Ratio
from matcher.policy.policy import Policy
from matcher.policy.programmes.point_weights import (
    BASE,
    BONUS,
    EVERY_STAGE,
    LOCAL,
    Weights,
    base_policy,
    frame,
    indicators,
    missing_weights,
)
from matcher.policy.scoring import check_figures, score
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.files.grids import Source
from matcher.tables.reading import Reading
from matcher.tables.schemas.main import Column

VALUES = ("enterprise_id", "number", "block", "indicator", "unit", "value", "value_low", "value_high", "missing")
POINTS = ("enterprise_id", "stage", "part", "block", "indicator", "points_low", "points_high", "points_max")
SUMMARY = (
    "enterprise_id", "edition", "stage", "known", "indicators", "base_low", "base_high", "bonus_low", "bonus_high",
    "local_low", "local_high", "total_low", "total_high", "total_max", "missing",
)  # fmt: skip
_STAGE = Column("innovation_stage", "text", "企业阶段", ("阶段", "发展阶段", "成长阶段", "积分阶段", "所处阶段"))
_SEPARATOR = "；"
POINTS_TITLE = {frame()["policy"]: frame()["title"]}


class Pointed(NamedTuple):
    """`summary` one row a firm, `values` one row a firm and indicator, `points` one row a firm and weighted indicator,
    `problems` as `score` gives them.
    """

    summary: pd.DataFrame
    values: pd.DataFrame
    points: pd.DataFrame
    problems: pd.DataFrame


def read_point_firms(source: Source, *, weights: Weights | None = None, on: Day, **options: Any) -> Reading:
    """Read a table of firms with the columns of the indicators, and those that a points table asks for.

    The same as `matcher.policy.firms.table.read_firms`; 企业阶段 is read too.
    """
    return read_firms(source, _all_columns(weights), on=on, extra=(_STAGE,), **options)


def _all_columns(weights: Weights | None) -> Policy:
    """The frame with the columns of every stage; a stage's own columns are the same facts under the same ids."""
    stages = weights.stages.values() if weights is not None else ()
    more: dict[str, Any] = {}
    for policy in stages:
        more |= {name: node for name, node in policy.tree["columns"].items() if name not in frame()["columns"]}
    return base_policy(more)


def innovation_points(firms: pd.DataFrame, *, on: Day, weights: Weights | None = None) -> Pointed:
    """Raw values of the 18 indicators of every firm, and with weights its points.

    Parameters
    ----------
    firms
        Rows of `read_point_firms`: money in yuan, an absent column or an empty cell is unknown. `innovation_stage`
        says which weights a firm has.
    on
        The day of the answer; years are counted back from it when the table is read.
    weights
        `matcher.policy.programmes.point_weights.read_weights`; without them there are no points.

    Returns
    -------
    Pointed
        `values`: enterprise_id, number (1 to 18), block, indicator, unit, value (NaN where not known), value_low and
        value_high (the bounds of what is known in part), missing (titles of the facts that are not known). Ratios and
        growth are fractions (unit 小数); one that cannot be formed, with nothing to divide by, has no value and nothing
        missing.

        `points`: enterprise_id, stage, part (base, bonus, local), block, indicator, points_low, points_high,
        points_max. A firm whose stage is not known has the lowest and highest points over all stages, and stage "".

        `summary`: enterprise_id, edition, stage, known (indicators with a value), indicators (18), low and high of
        base, bonus, local and total, total_max (NaN where the stages differ and the firm's is not known), missing.

        Firms in the order of the table.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When `firms` is no table with `enterprise_id`, or `on` no day.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "rd_expense_y3": [6e5], "revenue_y3": [1e7]})
    >>> innovation_points(firms, on="2026-06-01").values.loc[[2], ["indicator", "value"]].to_dict("records")
    [{'indicator': '研发费用占营业收入的比例', 'value': 0.06}]
    """
    day = as_day(on)
    check_firms(firms, "enterprise_id")
    (ready,), notes = prepare([base_policy()], firms, day)
    check_figures(ready, notes[0])
    values = _values(ready)
    known = values["value"].notna().to_numpy().reshape(len(firms), -1)
    gaps = values["missing"].to_numpy(object).reshape(len(firms), -1)
    edition = ready.policy.edition_on(day)
    summary = pd.DataFrame(
        {
            "enterprise_id": ready.ids,
            "edition": weights.edition if weights is not None else edition.id if edition is not None else "",
            "stage": "",
            "known": known.sum(axis=1),
            "indicators": len(indicators()),
            **dict.fromkeys(SUMMARY[5:14], np.nan),
            "missing": [_joined(row.tolist()) for row in gaps],
        }
    )
    points = pd.DataFrame(columns=list(POINTS))
    faults = problem_table(notes)
    if weights is not None and len(firms):
        stage, unread = _stages(firms, weights)
        summary, points = _pointed(firms, weights, stage, summary, day)
        faults = pd.concat([faults, unread], ignore_index=True) if len(unread) else faults
    return Pointed(summary[list(SUMMARY)], values, points, faults)


def _joined(texts: Sequence[str]) -> str:
    return _SEPARATOR.join(dict.fromkeys(part for text in texts for part in text.split(_SEPARATOR) if part))


def _values(ready: Prepared) -> pd.DataFrame:
    compiler = Compiler(ready.policy.columns, on=ready.policy.editions[-1].since, readings={}, parameters={}, tests={})
    facts, size = ready.facts, len(ready.ids)
    parts = []
    for number, one in enumerate(indicators(), 1):
        measure = compiler.measure(one.measure, one.name)
        names = measure.columns()
        open_ = {name: np.isnan(ready.values[name]) for name in names}
        wholly = np.zeros(size, dtype=bool)
        for name in names:
            wholly |= open_[name] & ~facts.partial.get(name, np.zeros(size, dtype=bool))
        low, high = _bounds(measure, facts)
        low, high = (np.where(wholly | ~np.isfinite(end), np.nan, end) for end in (low, high))
        titles = {name: ready.policy.columns[name].title for name in names}
        parts.append(
            pd.DataFrame(
                {
                    "firm": np.arange(size),
                    "enterprise_id": ready.ids,
                    "number": number,
                    "block": one.block,
                    "indicator": one.name,
                    "unit": "小数" if one.unit == "%" else one.unit,
                    "value": np.where(low == high, low, np.nan),
                    "value_low": low,
                    "value_high": high,
                    "missing": [
                        _SEPARATOR.join(titles[name] for name in names if open_[name][row]) for row in range(size)
                    ],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["firm", "number"], ignore_index=True)
    return table[list(VALUES)]


def _bounds(measure: Measure, facts: Facts) -> tuple[Floats, Floats]:
    """Smallest and largest possible value of a measure; NaN where it cannot be formed."""
    if isinstance(measure, (Ratio, Compound)):
        less = 0.0 if isinstance(measure, Ratio) else 1.0
        top = measure.above(facts) if isinstance(measure, Ratio) else facts[measure.last]
        bottom = facts.sum(measure.bottom) if isinstance(measure, Ratio) else facts[measure.first]
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = [(end - less * side) / side for end in _ends(top) for side in _ends(bottom)]
        formed = bottom.lo > 0
        low, high = np.minimum.reduce(ends), np.maximum.reduce(ends)
        return np.where(formed, low, np.nan), np.where(formed, high, np.nan)
    span = facts.sum(measure.columns())
    return span.lo, span.hi


def _ends(span: Span) -> tuple[Floats, Floats]:
    return span.lo, span.hi


def _stages(firms: pd.DataFrame, weights: Weights) -> tuple[list[str], pd.DataFrame]:
    """The stage of each firm, "" for not known, and a problem for each that is written but has no weights."""
    if EVERY_STAGE in weights.stages:
        return [""] * len(firms), problem_table(())
    written = firms["innovation_stage"].fillna("").astype(str) if "innovation_stage" in firms else [""] * len(firms)
    named = [next((stage for stage in weights.stages if text and text[:2] == stage[:2]), "") for text in written]
    lines = [
        {"enterprise_id": str(firm), "policy": frame()["policy"], "column": _STAGE.title, "cell": text,
         "problem": f"不是{'、'.join(weights.stages)}之一；按未知处理，给出各阶段积分的上下限", "level": "unreadable"}
        for firm, text, stage in zip(firms["enterprise_id"], written, named, strict=True)
        if text and not stage
    ]  # fmt: skip
    if lacking := sum(not text for text in written):
        problem = f"{lacking} 家没有填写，给出各阶段积分的上下限；阶段的划分没有见到原文，请填写"
        lines.append(
            {"enterprise_id": "", "policy": frame()["policy"], "column": _STAGE.title, "cell": "",
             "problem": problem, "level": "manual"}
        )  # fmt: skip
    return named, pd.DataFrame(lines) if lines else problem_table(())


def _pointed(
    firms: pd.DataFrame, weights: Weights, stage: Sequence[str], summary: pd.DataFrame, day: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The summary with points, and the points of each indicator."""
    size = len(firms)
    numbered = firms.assign(enterprise_id=[str(row) for row in range(size)])
    numbered = numbered.drop(columns="apply_on", errors="ignore")  # the edition is that of the weights
    first = _day_of(weights.edition, day)
    names = (BASE, BONUS, LOCAL, "total")
    ends = {f"{part}_{end}": np.full(size, np.nan) for part in names for end in ("low", "high")}
    most = np.full(size, np.nan)
    lines: list[pd.DataFrame] = []
    for name, policy in weights.stages.items():
        rows = np.array([own in ("", name) for own in stage])
        if not rows.any():
            continue
        verdicts = score(numbered[rows], policy, on=first).verdicts
        at = verdicts["enterprise_id"].astype(int).to_numpy()
        items = weights.items[name]
        for part in names:
            mine = (verdicts["rule"] == part).to_numpy()
            for end, pick in (("low", np.fmin), ("high", np.fmax)):
                values = verdicts[f"points_{end}"].to_numpy(float)[mine]
                ends[f"{part}_{end}"][at[mine]] = pick(ends[f"{part}_{end}"][at[mine]], values)
        top = float(policy.ruleset(policy.editions[-1], policy.editions[-1].since).rules[-1].most or 0)
        own = np.flatnonzero(rows)
        first_seen = np.isnan(most[own])
        most[own] = np.where(first_seen | (most[own] == top), top, -1.0)
        shown = verdicts[verdicts["rule"].isin(list(items))]
        told = [items[str(rule)] for rule in shown["rule"]]
        lines.append(
            pd.DataFrame(
                {
                    "row": shown["enterprise_id"].astype(int).to_numpy(),
                    "part": [share for _, _, share in told],
                    "block": [block for _, block, _ in told],
                    "indicator": [indicator for indicator, _, _ in told],
                    **{name: shown[name].to_numpy(float) for name in ("points_low", "points_high", "points_max")},
                }
            )
        )
    table = pd.concat(lines, ignore_index=True)
    keys = ["row", "part", "block", "indicator"]
    joined = table.groupby(keys, sort=False).agg(
        points_low=("points_low", "min"), points_high=("points_high", "max"), points_max=("points_max", "max"),
        stages=("points_low", "size"),
    ).reset_index()  # fmt: skip
    # an indicator that only some of the possible stages have may give nothing
    wanted = joined["row"].map(lambda row: 1 if stage[row] else len(weights.stages))
    joined["points_low"] = joined["points_low"].where(joined["stages"] == wanted, 0.0)
    joined = joined.sort_values("row", kind="stable", ignore_index=True)
    ids = firms["enterprise_id"].astype(str).to_numpy(object)
    points = joined.assign(enterprise_id=ids[joined["row"].to_numpy()], stage=[stage[row] for row in joined["row"]])
    summary = summary.assign(**ends, stage=list(stage), total_max=np.where(most < 0, np.nan, most))
    return summary, points[list(POINTS)]


def _day_of(edition: str, day: dt.date) -> dt.date:
    """A day on which the edition answers: the given one where it does."""
    policy = base_policy()
    found = policy.edition_on(day)
    if found is not None and found.id == edition:
        return day
    return next(one.since for one in policy.editions if one.id == edition)


def point_sheets(firms: pd.DataFrame, result: Pointed, weights: Weights | None) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets 积分, 原始值, 逐项得分, and the lines of 说明."""
    names: Mapping[str, str] = {}
    if "name" in firms:
        names = dict(zip(firms["enterprise_id"].astype(str), firms["name"], strict=True))

    def named(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype(object)
        table.insert(1, "name", [names.get(firm, "") for firm in table["enterprise_id"]])
        return table.assign(part=table["part"].map(_PARTS)) if "part" in table else table

    summary = result.summary
    summary = summary[[name for name in SUMMARY if name in SUMMARY[:5] + SUMMARY[14:] or summary[name].notna().any()]]
    wide = _wide(result.values, names)
    shares = {one.name: "0.00%" for one in indicators() if one.unit == "%"}
    tables = {
        "积分": Sheet(named(summary), INNOVATION, frozen=2),
        "原始值": Sheet(wide, INNOVATION, frozen=2, formats=shares),
        "逐项原始值": Sheet(named(result.values), INNOVATION, frozen=2),
    }
    lines = [
        "原始值按2022年、2024年两版指引的18项核心指标计算；比例和增速是小数",
        "基期或分母为零、为负的没有比例和增速，也不算缺少事实；得分按权重表中“其余情形”",
        "空白是未知，不是零；“缺少的事实”列出缺哪几列；科技奖励、平台、计划项目按近两年计",
    ]
    if weights is None:
        edition = str(summary["edition"].iloc[0]) if len(summary) else ""
        return tables, [*lines, missing_weights(edition)]
    tables["逐项得分"] = Sheet(named(result.points), INNOVATION, frozen=2)
    lines.append(f"权重、分档来自使用者的权重表，按 {weights.edition} 版核对了项数；得分由使用者的表决定")
    lines.append("事实未知的，得分是可能的最低和最高；阶段未知的，是各阶段中的最低和最高")
    return tables, lines


_PARTS = {BASE: "基础", BONUS: "加分", LOCAL: "地方"}


def _wide(values: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """One row a firm, one column an indicator; a value known within bounds only as a text."""
    cells: list[Any] = []
    for value, low, high in values[["value", "value_low", "value_high"]].to_numpy(float):
        part = not np.isnan(low) or not np.isnan(high)
        cells.append(value if not np.isnan(value) else f"{_text(low)} 至 {_text(high)}" if part else None)
    many = len(indicators())
    rows = [cells[at : at + many] for at in range(0, len(cells), many)]
    table = pd.DataFrame(rows, columns=[one.name for one in indicators()], dtype=object)
    firms = values["enterprise_id"].iloc[::many].tolist()
    table.insert(0, "enterprise_id", firms)
    table.insert(1, "name", [names.get(firm, "") for firm in firms])
    return table


def _text(value: float) -> str:
    return "…" if np.isnan(value) else f"{value:,.4f}".rstrip("0").rstrip(".")
