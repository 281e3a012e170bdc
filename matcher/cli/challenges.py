"""Challenges (揭榜挂帅), in the group `needs`: challenges, bids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.column_choices import column_option
from matcher.cli.experts import known_by_works
from matcher.cli.messages import note, report
from matcher.cli.needs import group
from matcher.cli.options import (
    COUNT,
    DAY,
    FILE,
    TABLE_KINDS,
    Decorated,
    argument,
    check,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.errors import TableError
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from matcher.tables.reading import Reading

ALIASES: dict[str, click.Command] = {}


def _rules_option(default: str, of: str) -> Callable[[Decorated], Decorated]:
    return option(
        "--rules", default=default, metavar="规则",
        help=f"{of}：荣成2023、赣州2023、长沙2023、宜昌2022、鄂州2024、济南2025、江门2023，"
        f"或自编规则的文件夹；默认 {default}。",
    )  # fmt: skip


@group.command("challenges", help="找出（本地）无人能答的需求，并成共性难题，按征集通知核对，写成可发布的榜单。")
@argument("needs", "需求表", f"技术需求：{TABLE_KINDS}。")
@argument("outcomes", "成果表", "科技成果。")
@argument("people", "专家表", "专家。", required=False)
@argument("works", "业绩表", "一行一项业绩一位完成人；没有时只看专家自己写的方向。", required=False)
@output_option(".xlsx（工作簿）、.html（可发布的网页）、.csv 或 .parquet（只有榜单）")
@_rules_option("赣州2023", "按哪一次征集核对需求")
@option("--local", metavar="字段=值", help="只有这里的成果和专家才算能解决，如 地区=临沂市；默认都算。")
@option("--target", type=COUNT, default=100, metavar="项数", help="计划攻克的难题数，默认 100。")
@option("--firms", type=FILE, metavar="企业表", help="企业的研发费用、销售收入等，核对规则时用。")
@option(
    "--matches", type=FILE, metavar="配对表", help="matcher match 写出的配对（recommended 或 good_match）；默认现算。"
)
@sheet_option(of="需求表")
@column_option(of="需求表")
@sheet_option("--outcomes-sheet", of="成果表")
@column_option("--outcomes-column", of="成果表")
@sheet_option("--experts-sheet", of="专家表")
@column_option("--experts-column", of="专家表")
@sheet_option("--works-sheet", of="业绩表")
@column_option("--works-column", of="业绩表")
@contacts_option
@on_option("从哪一天回看业绩；写明日期的期限从发布日期（没有的从这一天）算起。默认今天。")
@quiet_option
def challenges_command(
    needs: Path,
    outcomes: Path,
    people: Path | None,
    works: Path | None,
    output: Path,
    rules: str,
    local: str | None,
    target: int,
    firms: Path | None,
    matches: Path | None,
    sheet: str | None,
    column: Sequence[str],
    outcomes_sheet: str | None,
    outcomes_column: Sequence[str],
    experts_sheet: str | None,
    experts_column: Sequence[str],
    works_sheet: str | None,
    works_column: Sequence[str],
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Write the problems that nobody (local) can answer as challenges ready to publish."""
    from matcher.challenges.calls import load_call
    from matcher.challenges.finding import local_ids
    from matcher.challenges.results import Challenges
    from matcher.challenges.workbook import SUFFIXES, write_challenges
    from matcher.experts.ranking import rank_experts
    from matcher.export.titles import TITLES
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.policy.firms.table import read_firms
    from matcher.tables.reading import read_experts, read_needs, read_outcomes
    from matcher.tables.results import load_table
    from matcher.tables.schemas.main import EXPERTS

    check({output: SUFFIXES}, needs, outcomes, people, works, firms, matches)
    call = load_call(rules)
    asking = read(read_needs, needs, sheet=sheet, column=column, quiet=quiet)
    answering = read(read_outcomes, outcomes, sheet=outcomes_sheet, column=outcomes_column, quiet=quiet)
    readings: list[Reading] = [asking, answering]
    near = None if local is None else local_ids(answering.rows, local)
    if matches is None:
        pairs = match(asking.rows, Index.build(answering.rows, progress=not quiet), reasons=False, progress=not quiet)
    else:
        pairs = load_table(matches, titles=TITLES, needed=["need_id", "outcome_id"])
    ranked, near_experts = None, None
    if people is not None:
        persons = read(read_experts, people, sheet=experts_sheet, column=experts_column, quiet=quiet)
        library, done = known_by_works(persons.rows, works, sheet=works_sheet, column=works_column, quiet=quiet)
        readings += [persons, *done]
        day = on or dt.date.today()
        ranked = rank_experts(asking.rows, library, on=day, reasons=False, progress=not quiet)
        near_experts = None if local is None else local_ids(persons.rows, local, contract=EXPERTS)
    facts = None
    if firms is not None and call.rules is not None:
        facts = read(read_firms, firms, call.rules, quiet=quiet).rows
    challenges = Challenges.build(
        asking.rows,
        pairs,
        ranked,
        rules=rules,
        firms=facts,
        local_outcomes=near,
        local_experts=near_experts,
        target=target,
        start=on or dt.date.today(),
    )
    write_challenges(
        output,
        challenges,
        needs=asking.rows,
        problems=all_problems(*readings),
        columns=all_columns(*readings),
        about={
            "规则": call.title,
            "本地": local or "不限",
            **about(on or dt.date.today(), (needs, outcomes, people, works)),
        },
        mask=not show_contacts,
    )
    report(quiet, challenges.summary, f"结果已写入 {output}")


@group.command("bids", help="揭榜：形式检查（期限、关联、逐项响应）、专家评分汇总、公示名单、攻关进展。")
@argument("bids", "揭榜表", f"一行一份揭榜：{TABLE_KINDS}。")
@argument(
    "challenges",
    "榜单",
    f"matcher needs challenges 写出的，或自己发布的榜单（榜单编号、名称、指标、发榜单位）：{TABLE_KINDS}。",
)
@output_option(".xlsx（全部），或 .csv、.parquet（只有公示名单）")
@_rules_option("济南2025", "揭榜条件引用哪一次通知")
@option("--closes", type=DAY, metavar="日期", help="揭榜截止日。")
@option("--affiliates", type=FILE, metavar="关联名单", help="两列：有关联关系的两个单位，名称或统一社会信用代码。")
@option("--integrity", type=FILE, metavar="记录表", help="科研诚信记录：提交之日（没有则 --on）有无限制。")
@option("--scores", type=FILE, metavar="评分表", help="专家评分：揭榜编号、专家编号、得分，可有评分方面。")
@option("--weight", multiple=True, metavar="方面=权重", help="分方面评分时各方面的权重；可多次给出，本库不设权重。")
@option("--milestones", type=FILE, metavar="里程碑表", help="榜单编号、里程碑、应完成日期、实际完成日期。")
@option("--public-from", type=DAY, metavar="日期", help="公示第一天。")
@option("--days", type=COUNT, metavar="天数", help="公示几天（含首尾）；默认按 --publicity 的通知。")
@option("--publicity", default="荣成2023", metavar="规则", help="公示天数依据哪一次通知，默认 荣成2023（10 天）。")
@option("--target", type=COUNT, default=100, metavar="项数", help="计划攻克的难题数，默认 100。")
@sheet_option(of="揭榜表")
@column_option(of="揭榜表")
@contacts_option
@on_option("进展算到哪一天，默认今天。")
@quiet_option
def bids_command(
    bids: Path,
    challenges: Path,
    output: Path,
    rules: str,
    closes: dt.date | None,
    affiliates: Path | None,
    integrity: Path | None,
    scores: Path | None,
    weight: Sequence[str],
    milestones: Path | None,
    public_from: dt.date | None,
    days: int | None,
    publicity: str,
    target: int,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Check bids for form, join the experts' scores, list them for publication, and say how far the challenges are."""
    from matcher.challenges.bids import read_bids
    from matcher.challenges.results import Bids
    from matcher.challenges.workbook import write_bids
    from matcher.integrity.records import read_records
    from matcher.tables.reading import read_table
    from matcher.tables.results import load_table
    from matcher.tables.schemas.single_commands import BID_SCORES, BOARD, MILESTONES

    check({output: TABLES}, bids, challenges, affiliates, integrity, scores, milestones)
    board = read(read_table, challenges, BOARD, quiet=quiet)
    if "challenge_id" not in set(board.columns["field"]):
        raise TableError(f"{challenges.name}：没有“榜单编号”这一列，不知每份揭榜揭的是哪一项；请加上“榜单编号”")
    handed = read(read_bids, bids, sheet=sheet, column=column, quiet=quiet)

    def rows(path: Path | None, *contract: object) -> pd.DataFrame | None:
        return None if path is None else read(read_table, path, *contract, quiet=quiet).rows

    result = Bids.build(
        handed.rows,
        board.rows.dropna(axis="columns", how="all"),  # a list of others does not say what is 可发布
        rules=rules,
        closes=closes,
        affiliates=None if affiliates is None else load_table(affiliates),
        records=None if integrity is None else read(read_records, integrity, quiet=quiet).rows,
        scores=rows(scores, BID_SCORES),
        weights={name: _number(text) for name, text in named(weight, "方面=权重").items()} or None,
        milestones=rows(milestones, MILESTONES),
        publicity=publicity,
        public_from=public_from,
        days=days,
        on=on or dt.date.today(),
        target=target,
    )
    write_bids(
        output,
        result,
        problems=all_problems(handed, board),
        columns=all_columns(handed, board),
        about={"规则": rules, "公示依据": publicity, **about(on or dt.date.today(), (bids, challenges))},
        mask=not show_contacts,
    )
    note(quiet, "" if scores is not None else "没有给评分表（--scores），没有排名")
    report(quiet, result.summary, f"结果已写入 {output}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"--weight：“{text}”不是数字；应写成 方面=权重，如 技术=0.6") from None
