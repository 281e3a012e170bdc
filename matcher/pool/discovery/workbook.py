"""Discovery to files: a thin list in, the ranked list out as a table or a workbook."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.export import tables as books
from matcher.export.privacy import mask_contacts
from matcher.export.targets import save_files
from matcher.policy.files import check_target, table_bytes
from matcher.policy.firm_table import read_firms
from matcher.policy.policy import load_policy
from matcher.pool.book.tables import REGISTRY
from matcher.pool.discovery.estimation import EXPECTED, LISTED, Discovery, discover
from matcher.pool.scorecard.card import ScoreCard, order_inside
from matcher.tables.reading import Reading, describe, read_table
from matcher.tables.schemas import Column, Contract

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
_HEADS = ("名次", "企业编号", "企业名称", "通过的可能", "理由", "先问什么")
_BY_CARD = "评分卡只在同一规则结论之内排序：事实未知的企业按“通过的可能 × 历史经验概率”；按规则不可能通过的仍为 0"
TITLES = dict(zip(LISTED, ("企业编号", "名次", "通过的可能", "理由", "先问什么"), strict=True))
EXPECTED_TITLES = dict(zip(EXPECTED, ("政策", "日期", "企业数", "预计通过", "下端", "上端"), strict=True))


def discover_file(
    table: str | Path,
    policy: str,
    *,
    on: dt.date,
    output: str | Path,
    assume: str | Path | None = None,
    sheet: str | None = None,
    seed: int = 0,
    card: str | Path | None = None,
    expected: str | Path | None = None,
) -> str:
    """Read a thin list, rank it, write it; returns a few lines for the user.

    `output`: .csv or .parquet hold enterprise_id, rank, chance, reasons, ask; .xlsx also names, the expected number
    and the assumptions used. `expected`: where to write the expected number too, for the dashboard. `card`: a score
    card's file; firms of one rule decision are then ordered by it (see `matcher.pool.scorecard.card.order_inside`), and
    its columns are added. Raises TableError, PolicyError, PoolError or OutputError.
    """
    check_target(output, workbook=True)
    if expected is not None:
        books.check_target(Path(expected))
    rules = load_policy(policy)
    reading = read_firms(table, [rules], sheet=sheet, extra=REGISTRY)
    given: dict[str, tuple[float, float, float]] = {}
    if assume is not None:
        for row in read_table(assume, _ASSUMPTIONS).rows.to_dict("records"):
            given[str(row["column"])] = (float(row["low"]), float(row["likely"]), float(row["high"]))
    scored = None if card is None else ScoreCard.load(card).score(reading.rows, rules, on=on).firms
    found = discover(reading.rows, rules, on=on, assume=given, seed=seed)
    if scored is not None:
        listed = order_inside(found.listed, scored)
        found = replace(found, listed=listed.assign(rank=np.arange(1, len(listed) + 1)))
    path = Path(output)
    if path.suffix.lower() == ".xlsx":
        save_files({path: _workbook(found, reading)})
    else:
        save_files({path: table_bytes(found.listed, path)})
    if expected is not None:
        books.save_tables(expected, {"预计通过": found.expected}, EXPECTED_TITLES)
    each: Any = found.expected.iloc[0]
    lines = [
        f"{len(reading.rows)} 家企业；预计通过 {each.expected:.0f} 家，90% 区间 {each.low:.0f} 至 {each.high:.0f} 家"
    ]
    if scored is not None:
        lines.append(_BY_CARD)
    if len(found.assumed):
        lines.append(
            f"表中少见、按假设取值的事实 {len(found.assumed)} 项（可用 --assume 另给）："
            f"{'、'.join(found.assumed['title'])}"
        )
    if text := describe(reading.problems):
        lines.append(text)
    return "\n".join(lines)


def _workbook(found: Discovery, reading: Reading) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "valign": "top"})
    wrap, share = (
        book.add_format({"text_wrap": True, "valign": "top"}),
        book.add_format({"num_format": "0.0%", "valign": "top"}),
    )
    names = dict(
        zip(reading.rows["enterprise_id"], reading.rows.get("name", pd.Series("", reading.rows.index)), strict=True)
    )
    sheet = book.add_worksheet("走访名单")
    scored = {"points": "评分", "probability": "历史经验概率", "why": "各项得分"}
    more = {name: head for name, head in scored.items() if name in found.listed}
    heads = (*_HEADS, *more.values())
    for place, (head, width) in enumerate(zip(heads, (7, 16, 30, 12, 80, 50, 8, 12, 80), strict=False)):
        sheet.write_string(0, place, head, bold)
        sheet.set_column(place, place, width)
    shown = found.listed[[*LISTED, *more]].itertuples(index=False, name=None)
    for row, (own, rank, chance, why, ask, *scores) in enumerate(shown, start=1):
        sheet.write_number(row, 0, rank, wrap)
        sheet.write_string(row, 1, own, wrap)
        sheet.write_string(row, 2, mask_contacts(str(names.get(own) or "")), wrap)
        sheet.write_number(row, 3, chance, share)
        sheet.write_string(row, 4, why, wrap)
        sheet.write_string(row, 5, ask, wrap)
        for place, (name, value) in enumerate(zip(more, scores, strict=True), start=6):
            if isinstance(value, str):
                sheet.write_string(row, place, value, wrap)
            elif not pd.isna(value):
                sheet.write_number(row, place, value, share if name == "probability" else wrap)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(found.listed), 1), len(heads) - 1)
    notes = book.add_worksheet("说明")
    notes.set_column(0, 0, 44)
    each: Any = found.expected.iloc[0]
    lines: list[tuple[Any, ...]] = [
        ("政策", each.policy),
        ("日期", str(each.on)),
        ("企业数", int(each.firms)),
        ("预计通过家数", round(float(each.expected), 1)),
        ("90% 区间下端", float(each.low)),
        ("90% 区间上端", float(each.high)),
        ("",),
        ("按假设取值的事实（表中少见）", "最低", "中位", "最高"),
        *found.assumed[["title", "low", "likely", "high"]].itertuples(index=False, name=None),
        ("",),
        (
            "已知事实按原样使用；未知事实按表中已知企业的分布抽样；专家评分在规定的分值范围内抽样，数量和占比高的企业偏高。这是可能性，不是认定结论。",
        ),
    ]
    lines += [(_BY_CARD,)] if more else []
    for row, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            notes.write(row, place, cell)
    book.close()
    return buffer.getvalue()
