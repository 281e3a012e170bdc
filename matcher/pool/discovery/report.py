"""Discovery for people: assumptions read from a table, the visiting list as sheets, the outcome in a few lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.export.sheets import Sheet
from matcher.export.titles import ASSUMED, CARD, DISCOVERY, EXPECTED
from matcher.pool.book.tables import in_words
from matcher.pool.discovery.assumptions import SHOWN
from matcher.pool.discovery.estimation import AGREE, Discovery
from matcher.tables.reading import Reading, read_table
from matcher.tables.schemas.main import Column, Contract

_ASSUMPTIONS = Contract(
    "assumptions",
    "假设",
    "row_id",
    (
        Column("row_id", "id", "行编号"),
        Column("column", "text", "字段"),
        Column("low", "number", "最低"),
        Column("likely", "number", "最可能"),
        Column("high", "number", "最高"),
    ),
    any_of=("column",),
)
_BY_CARD = "评分卡只在同一规则结论之内排序：事实未知的企业按“通过的可能 × 历史经验概率”；按规则不可能通过的仍为 0"
_METHOD = (
    "已知事实按原样使用；未知事实按表中已知企业的分布抽样，表中少见的按假设取值；专家评分在规定的分值范围内抽样，"
    "数量和占比高的企业偏高。这是可能性，不是认定结论。"
)
_BY_TEXT = (
    f"名录中写有研发、人员、知识产权等事实的企业不到 {SHOWN} 家，太少，无从学习："
    "次序只来自行业、经营范围、企业名称和成立日期"
    "（行业占比为本软件的假设，没有出处，可用 --industries 另给）；预计通过数由假设决定，不宜引用"
)


def read_assumptions(source: str | Path) -> dict[str, tuple[float, float, float]]:
    """A table of assumptions (字段, 最低, 最可能, 最高) as `discover` takes them. Raises TableError."""
    rows = read_table(source, _ASSUMPTIONS).rows
    if lacking := [name for name in ("low", "likely", "high") if name not in rows or rows[name].isna().any()]:
        heads = "、".join(_ASSUMPTIONS[name].title for name in lacking)
        raise TableError(f"{Path(source).name}：每一行都须填写 {heads}")
    ends = zip(rows["column"].astype(str), rows["low"], rows["likely"], rows["high"], strict=True)
    return {name: (float(low), float(likely), float(high)) for name, low, likely, high in ends}


def discovery_sheets(discovery: Discovery, firms: pd.DataFrame) -> dict[str, Sheet]:
    """The visiting list with names, the number expected to pass, and the assumptions used; firms: the table read."""
    listed = in_words(_with_identity(discovery.listed, firms))
    key = ("rank", "enterprise_id", "name", "uscc", "chance", "reasons", "ask", "points", "probability", "why")
    shares = dict.fromkeys(("chance", "probability", "low", "high"), "0.0%")
    return {
        "走访名单": Sheet(listed, {**CARD, **DISCOVERY}, key=key, frozen=3, formats=shares),
        "预计通过": Sheet(discovery.expected, EXPECTED),
        "假设": Sheet(discovery.assumed, ASSUMED, key=("title", "low", "likely", "high")),
        **({"不走访": Sheet(_with_identity(discovery.ended, firms), DISCOVERY)} if len(discovery.ended) else {}),
    }


def _with_identity(table: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """A list with what says who its firms are; firms: the table read."""
    for place, name in enumerate((name for name in ("name", "uscc") if name in firms), 1):
        texts = dict(zip(firms["enterprise_id"].astype(str), firms[name].fillna(""), strict=True))
        table = table.drop(columns=name, errors="ignore")
        table.insert(place, name, table["enterprise_id"].map(texts))
    return table


def expected_sheets(discovery: Discovery) -> dict[str, Sheet]:
    """The number expected to pass alone, for the dashboard."""
    return {"预计通过": Sheet(discovery.expected, EXPECTED)}


def discovery_notes(discovery: Discovery) -> list[str]:
    """How to read the list."""
    return [
        _METHOD,
        *([_BY_CARD] if "points" in discovery.listed else []),
        *([_BY_TEXT] if discovery.by_text else []),
        *([_no_ranks(discovery)] if discovery.agreement < AGREE else []),
    ]


def _no_ranks(discovery: Discovery) -> str:
    return (
        f"换一个随机数种子，企业的先后会不同（两次名单的秩相关约 {max(discovery.agreement, 0):.2f}，低于 {AGREE}），"
        "因此不给名次；请补充经营范围、行业或其他事实"
    )


def summary_lines(discovery: Discovery) -> list[str]:
    """The outcome in a few lines for the user."""
    each: Any = discovery.expected.iloc[0]
    lines = []
    if len(discovery.ended):
        lines.append(f"{len(discovery.ended)} 家已注销、吊销、迁出等，不在名单中")
    lines = [
        *lines,
        f"{each.firms} 家企业；预计通过 {each.expected:.0f} 家，90% 区间 {each.low:.0f} 至 {each.high:.0f} 家",
    ]
    lines += discovery_notes(discovery)[1:]
    if len(discovery.assumed):
        titles = "、".join(discovery.assumed["title"])
        lines.append(f"表中少见、按假设取值的事实 {len(discovery.assumed)} 项（可用 --assume 另给）：{titles}")
    return lines


def one_row_a_firm(reading: Reading) -> Reading:
    """The first row of each firm, which the problems say. Rows of one id that are quite different firms stay."""
    twice = reading.rows.duplicated("enterprise_id")
    problems = reading.problems.copy()
    said = problems["action"].str.startswith("逐行判断")
    unlike = problems.loc[said & problems["problem"].str.contains("名称却不同", regex=False), "value"]
    twice &= ~reading.rows["enterprise_id"].isin(unlike)
    if not twice.any():
        return reading
    problems.loc[said, "action"] = "只用了第一行，请合并为一行后再列"
    return Reading(reading.rows[~twice].reset_index(drop=True), problems, reading.columns)
