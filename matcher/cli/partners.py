"""Partners and firm files: propose, firm-file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    FILE,
    TABLE_KINDS,
    Decorated,
    Number,
    OneOf,
    argument,
    check,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    policy_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    import pandas as pd

_POINTS = Number(float, 0)

group = Group("partners", default="propose", help="企业与哪项成果、以何种方式合作能补上政策差距；一页企业档案。")


def _instruments_option(function: Decorated) -> Decorated:
    return option(
        "--instruments", type=FILE, metavar="表", help="matcher policy programmes 写出的 .csv 或 .parquet，列入档案。"
    )(function)


@group.command("propose", help="逐家给出合作伙伴：哪一项由多少变为多少，依据哪一条，费用多少。")
@argument("firms", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@argument("needs", "需求表", "带企业编号的技术需求。")
@argument("outcomes", "成果表", "科技成果。")
@policy_option()
@on_option(required=True)
@output_option(".xlsx（工作簿）、.csv 或 .parquet")
@option("--matches", type=FILE, metavar="配对表", help="现成的配对：需求或企业、成果或专家，可有 probability、cost。")
@option("--experts", type=FILE, metavar="专家表", help="与 --matches 同用：expert_id、name、institution。")
@option("--by-name", is_flag=True, help="没有企业编号的需求，归于企业表中名称完全相同的一家。")
@option("--side", type=OneOf("firm", "partner"), default="firm", metavar="firm|partner",
        help="firm 为每家企业排伙伴（默认）；partner 为每个伙伴排企业。")  # fmt: skip
@option("-k", type=COUNT, default=10, metavar="条数", help="各给出几条建议，默认 10。")
@option("--candidates", type=COUNT, default=10, metavar="项数", help="每条需求试几项成果，默认 10。")
@option("--points-per-yuan", type=_POINTS, default=0.0, metavar="分", help="每元费用折合扣多少分，默认 0。")
@option("--condition-points", type=_POINTS, default=0.0, metavar="分", help="每新满足一项条件折合多少分，默认 0。")
@option("--weak", is_flag=True, help="也列出匹配较弱的配对，排在后面并注明。")
@option("--cost", multiple=True, metavar="方式=元", help="某种方式的费用（别处未给出时），如 licence=200000。")
@option("--way", multiple=True, metavar="方式", help="只看这些合作方式，如 licence；可多次给出。")
@option("--moves", type=FILE, metavar="文件", help="自己的“合作方式如何改变事实”文件，见 docs/partners.md。")
@option("--files", type=FILE, metavar="文件夹", help="另为每家企业写一页档案和工作簿，存入这个文件夹。")
@_instruments_option
@sheet_option(of="企业表")
@column_option(of="企业表")
@sheet_option("--needs-sheet", of="需求表")
@column_option("--needs-column", of="需求表")
@sheet_option("--outcomes-sheet", of="成果表")
@column_option("--outcomes-column", of="成果表")
@contacts_option
@quiet_option
def propose_command(
    firms: Path,
    needs: Path,
    outcomes: Path,
    policy: Sequence[str],
    on: dt.date,
    output: Path,
    matches: Path | None,
    experts: Path | None,
    by_name: bool,
    side: Literal["firm", "partner"],
    k: int,
    candidates: int,
    points_per_yuan: float,
    condition_points: float,
    weak: bool,
    cost: Sequence[str],
    way: Sequence[str],
    moves: Path | None,
    files: Path | None,
    instruments: Path | None,
    sheet: str | None,
    column: Sequence[str],
    needs_sheet: str | None,
    needs_column: Sequence[str],
    outcomes_sheet: str | None,
    outcomes_column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Rank the partners that would close each firm's gap: which item moves, from what to what, by which article."""
    from matcher.export.targets import check_folder
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.partners.dossiers import firm_files, write_firm_files
    from matcher.partners.options import owned_needs, owned_pairs
    from matcher.partners.proposals import propose
    from matcher.partners.workbook import write_partners
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policies
    from matcher.tables.reading import read_needs, read_outcomes
    from matcher.tables.results import load_table

    inputs = (firms, needs, outcomes, matches, experts, moves, instruments)
    check({output: TABLES}, *inputs)
    costs = {name: _yuan(text) for name, text in named(cost, "方式=元").items()}
    policies = load_policies(list(policy))
    if files is not None:
        check_folder(files, [path for path in inputs if path is not None])
    firm_table = read(read_firms, firms, policies, sheet=sheet, column=column, on=on, quiet=quiet)
    asking = read(read_needs, needs, sheet=needs_sheet, column=needs_column, quiet=quiet)
    answering = read(read_outcomes, outcomes, sheet=outcomes_sheet, column=outcomes_column, quiet=quiet)
    owned = owned_needs(asking.rows, firm_table.rows, by_name=by_name)
    if owned.named and not by_name:
        note(
            quiet,
            f"{owned.named} 条需求没有企业编号，其企业名称与企业表中的一家完全相同；未采用，确认无误请加 --by-name",
        )
    note(quiet, f"{owned.outside} 条需求不属于企业表中的企业，未计算" if owned.outside else "")
    if matches is not None:
        pairs = load_table(matches)
    else:
        index = Index.build(answering.rows, progress=not quiet)
        pairs = match(owned.usable, index, k=candidates, reasons=False, progress=not quiet)
    proposals = propose(
        firm_table.rows,
        pairs,
        policies,
        on=on,
        needs=owned.needs,
        outcomes=answering.rows,
        experts=None if experts is None else load_table(experts, needed=["expert_id"]),
        points_per_yuan=points_per_yuan,
        condition_points=condition_points,
        costs=costs,
        ways=list(way) or None,
        moves=moves,
        k=k,
        side=side,
        weak=weak,
    )
    mask = not show_contacts
    problems = all_problems(firm_table, asking, answering)
    columns = all_columns(firm_table, asking, answering)
    write_partners(output, proposals, firms=firm_table.rows, problems=problems, columns=columns, on=on, mask=mask)
    many = len(proposals.drop_duplicates(["policy", "enterprise_id", "outcome_id", "expert_id", "way"]))
    report(quiet, f"{proposals['enterprise_id'].nunique()} 家企业，{many} 条合作建议；结果已写入 {output}")
    left = 0 if weak else int((~owned_pairs(firm_table.rows, pairs, owned.needs)["good_match"]).sum())
    note(quiet, f"另有 {left} 对匹配较弱，未列出；要列出请加 --weak" if left else "")
    if files is not None:
        dossiers = firm_files(
            firm_table.rows,
            policies,
            on=on,
            partners=proposals,
            instruments=_table(instruments, "title", "what_to_do", "source"),
            progress=not quiet,
        )
        count = write_firm_files(files, dossiers, mask=mask, progress=not quiet)
        report(quiet, f"{len(dossiers)} 家企业的档案（{count} 个文件）已写入 {files}")


@group.command("firm-file", help="为每家企业写一页档案：结论、得分、差距、最省的办法、伙伴、政策工具、先问什么。")
@argument("firms", "企业表", f"一行一家企业：{TABLE_KINDS}。")
@policy_option()
@on_option(required=True)
@output_option(".html（网页）、.xlsx（工作簿）或文件夹（每家各一份）")
@option("--firm", multiple=True, metavar="企业编号", help="只写这些企业；可多次给出。")
@option("--partners", type=FILE, metavar="表", help="matcher partners 写出的 .csv 或 .parquet，列入档案。")
@_instruments_option
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def firm_file_command(
    firms: Path,
    policy: Sequence[str],
    on: dt.date,
    output: Path,
    firm: Sequence[str],
    partners: Path | None,
    instruments: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Write one page per firm: decisions, points, gaps, the cheapest way, partners, instruments, questions."""
    from matcher.export.targets import check_folder
    from matcher.partners.dossiers import firm_files, firms_by_id, write_firm_files
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policies

    inputs = [path for path in (firms, partners, instruments) if path is not None]
    if output.suffix and not output.is_dir():
        check({output: (".html", ".xlsx")}, *inputs)
    else:
        check_folder(output, inputs)
    policies = load_policies(list(policy))
    rows = read(read_firms, firms, policies, sheet=sheet, column=column, on=on, quiet=quiet).rows
    dossiers = firm_files(
        firms_by_id(rows, firm) if firm else rows,
        policies,
        on=on,
        partners=_table(partners, "policy", "rank"),
        instruments=_table(instruments, "title", "what_to_do", "source"),
        progress=not quiet,
    )
    write_firm_files(output, dossiers, mask=not show_contacts, progress=not quiet)
    report(quiet, f"{len(dossiers)} 家企业的档案已写入 {output}")


def _table(path: Path | None, *needed: str) -> pd.DataFrame | None:
    from matcher.tables.results import load_table

    return None if path is None else load_table(path, needed=["enterprise_id", *needed])


def _yuan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"--cost：“{text}”不是数字；应写成 方式=元，如 licence=200000") from None


ALIASES = {"firm-file": firm_file_command}
