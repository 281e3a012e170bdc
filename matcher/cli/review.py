"""Reviews: formal check, score sheets out and in, scores put together, votes, publication, objections, fairness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Command, Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    DAY,
    FILE,
    RESULT,
    TABLE_KINDS,
    Number,
    OneOf,
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
from matcher.cli.reading import all_problems, read
from matcher.cli.records import about, record_option, save_recorded, verify_option
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    from matcher.export.sheets import Sheet

ALIASES: dict[str, click.Command] = {}

group = Group("review", help="评审：形式审查，分发和收回评分表，汇总分数，表决，公示，异议，事后的公平性。")


@group.command("check", cls=Command, help="形式审查：专家看之前，逐项检查提名或申报缺什么、不符合什么。")
@argument("nominations", "提名表", f"一行一项提名或申报：{TABLE_KINDS}。")
@option("--rules", required=True, metavar="规则", help="规则的编号、名称或自编规则的文件夹，如 award-shandong。")
@on_option("检查日期；决定用哪一年的规则。", required=True)
@option("--persons", type=FILE, metavar="文件", help="完成人表（项目编号、姓名、工作单位、排名），用于一人几项。")
@option("--awarded", type=FILE, metavar="文件", help="历年提名和获奖（项目名称、年度、结果、完成人、支撑材料）。")
@option("--reading", multiple=True, metavar="名称=读法", help="存疑条文的读法，可多次给出。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有检查结论）")
@option("--items", type=RESULT, metavar="文件", help="另存逐项检查：.csv 或 .parquet。")
@sheet_option(of="提名表")
@column_option(of="提名表")
@contacts_option
@quiet_option
def check_command(
    nominations: Path,
    rules: str,
    on: dt.date,
    persons: Path | None,
    awarded: Path | None,
    reading: Sequence[str],
    output: Path,
    items: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """The formal check of nominations by a policy over applications."""
    from matcher.export.tables import files_of
    from matcher.export.targets import save_files
    from matcher.policy.answers.workbook import answering_problems, problem_lines
    from matcher.policy.firms.table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.review.awards.formal_check import check_nominations, rules_over_applications
    from matcher.review.awards.nominations import read_earlier_awards, read_nominated_persons

    check({output: TABLES, items: TABLES[1:]}, nominations, persons, awarded)
    policy = load_policy(rules_over_applications(rules), readings=named(reading))
    handed = read(read_firms, nominations, policy, on=on, sheet=sheet, column=column, quiet=quiet)
    people = None if persons is None else read(read_nominated_persons, persons, quiet=quiet)
    earlier = None if awarded is None else read(read_earlier_awards, awarded, quiet=quiet)
    result = check_nominations(
        handed.rows,
        policy,
        on=on,
        persons=None if people is None else people.rows,
        awarded=None if earlier is None else earlier.rows,
    )
    told = all_problems(*(one for one in (handed, people, earlier) if one is not None))
    problems = answering_problems(told, result.problems, {policy.id: policy.title}, policy.subject)
    lines = {"规则": policy.title, "说明": policy.about, "查了什么": "；".join(result.notes)}
    lines |= about(on, (nominations, persons, awarded))
    mask = not show_contacts
    workbook = output.suffix.lower() == ".xlsx"
    tables = result.sheets() if workbook else {"检查结论": result.summary}
    files = files_of(
        output, tables, problems=problems, columns=handed.columns, notes=lines, title="形式审查", mask=mask
    )
    if items is not None:
        files |= files_of(items, {"": result.items}, mask=mask)
    save_files(files)
    note(quiet, *problem_lines(result.problems), *result.notes)
    report(quiet, result.text, f"结果已写入 {output}")


@group.command("sheets", cls=Command, help="每位评委一个评分表工作簿，只有自己的项目；须回避的和候补的不发。")
@argument("pairs", "配对表", f"项目编号、评委编号，如 assign 的分配结果，可有是否回避：{TABLE_KINDS}。")
@argument("items", "项目表", "评委要看到的：项目编号、项目名称、单位、简介等；不给出时只有编号。", required=False)
@option(
    "--criteria", type=FILE, metavar="文件", help="评审指标：指标、最低分、最高分、权重；默认一个 0 至 100 的总体评分。"
)
@option("--due", type=DAY, metavar="日期", help="交回评分表的最后一天。")
@option("-o", "--output", type=FILE, required=True, metavar="文件夹", help="评分表和派发记录写到哪个文件夹。")
@sheet_option(of="配对表")
@column_option(of="配对表")
@contacts_option
@quiet_option
def sheets_command(
    pairs: Path,
    items: Path | None,
    criteria: Path | None,
    due: dt.date | None,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """One workbook a reviewer."""
    from matcher.export.targets import check_folder, make_folder, save_files
    from matcher.review.sheets.criteria import criteria_of, read_criteria
    from matcher.review.sheets.score_sheets import check_unused, read_items, score_workbooks, withheld
    from matcher.review.sheets.scores import read_scores

    check_folder(output, [path for path in (pairs, items, criteria) if path is not None])
    check_unused(output)
    handed = read(read_scores, pairs, sheet=sheet, column=column, quiet=quiet)
    shown = None if items is None else read(read_items, items, quiet=quiet).rows
    asked = None if criteria is None else criteria_of(read(read_criteria, criteria, quiet=quiet).rows)
    files = score_workbooks(handed.rows, shown, criteria=asked, due=due, mask=not show_contacts)
    note(quiet, *withheld(handed.rows))
    folder = make_folder(output)
    save_files({folder / name: content for name, content in files.items()})
    best = (
        ""
        if asked is None
        else f"，{len(asked)} 项指标，总分满分 {sum(one.weight * one.highest for one in asked):g} 分"
    )
    report(quiet, f"{len(files) - 1} 位评委的评分表已写入 {output}{best}；请保留其中的派发记录，收回时要用")


@group.command(
    "collect", cls=Command, help="收回评分表：把文件夹里填好的评分表读成一张分数表，指出缺交、迟交和超出范围的。"
)
@argument("folder", "文件夹", "发出评分表的文件夹，其中有派发记录和交回的评分表；只读不改。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet")
@option("--due", type=DAY, metavar="日期", help="交回的最后一天，代替派发记录中的。")
@contacts_option
@quiet_option
def collect_command(folder: Path, output: Path, due: dt.date | None, show_contacts: bool, quiet: bool) -> None:
    """Filled score sheets read as one table."""
    from matcher.export.tables import write_tables
    from matcher.review.sheets.score_sheets import collect_scores, collected_sheets, outside
    from matcher.tables.reading import describe

    check({output: TABLES})
    outside(output, folder)
    collected = collect_scores(folder, due=due)
    write_tables(output, collected_sheets(collected), problems=collected.problems, mask=not show_contacts)
    note(quiet, describe(collected.problems))
    report(quiet, f"派出 {collected.given} 份评审，收到完整分数 {len(collected.scores)} 份；结果已写入 {output}")


@group.command("aggregate", cls=Command, help="按各种通行算法汇总分数，附区间、入选概率、换算法的变动和评委报告。")
@argument("scores", "评分表", f"一行一位评委对一项的分数：{TABLE_KINDS}。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有评审结果）")
@option("--winners", type=COUNT, metavar="个数", help="取前几名：给出入选把握、各算法入选、换算法的变动和加评建议。")
@option("--lowest", type=float, metavar="分", help="最低可给的分数；低于它的不计。")
@option("--highest", type=float, metavar="分", help="最高可给的分数；高于它的不计。")
@option("--pairs", type=FILE, metavar="文件", help="派出的配对（项目编号、评委编号）：没有收到的列出，没有派出的不计。")
@option("--due", type=DAY, metavar="日期", help="交分的最后一天；迟交的照计并列出。")
@option(
    "--by", type=OneOf("mean", "trimmed_mean", "median", "z_mean", "shrunk_mean", "adjusted_mean", "bayes"),
    default="mean", metavar="算法",
    help="名次按哪种算法：mean（平均分，默认）、trimmed_mean（去掉最高最低的平均分）、median（中位数），或 "
    "z_mean、shrunk_mean、adjusted_mean、bayes。",
)  # fmt: skip
@option("--rng", type=int, default=0, metavar="种子", help="入选概率抽样的随机种子，默认 0。")
@record_option
@verify_option
@sheet_option()
@column_option()
@quiet_option
def aggregate_command(
    scores: Path,
    output: Path,
    winners: int | None,
    lowest: float | None,
    highest: float | None,
    pairs: Path | None,
    due: dt.date | None,
    by: str,
    rng: int,
    record: Path | None,
    verify: Path | None,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Scores put together by every method, with reports on the reviewers."""
    from matcher.export.tables import files_of
    from matcher.review.panels.results import Round
    from matcher.review.sheets.scores import read_scores

    check({output: TABLES, record: (".json",)}, scores, pairs, verify)
    handed = read(read_scores, scores, sheet=sheet, column=column, quiet=quiet)
    given = None if pairs is None else read(read_scores, pairs, quiet=quiet).rows
    result = Round.build(
        handed,
        winners=winners,
        lowest=lowest,
        highest=highest,
        expected=given,
        due=due,
        by=by,
        rng=rng,
        file=scores.name,
    )
    chosen = {"winners": winners, "lowest": lowest, "highest": highest, "due": due, "by": by, "rng": rng}
    arguments = {**chosen, "sheet": sheet, "column": ";".join(column)}
    files = files_of(
        output, result.tables(output), problems=result.problems, columns=handed.columns, notes=result.notes
    )
    save_recorded(files, "汇总评分", result.table, arguments, (scores, pairs), record, verify, quiet)
    note(quiet, *result.warnings)
    report(quiet, result.summary, f"结果已写入 {output}")


@group.command("votes", cls=Command, help="表决：按规则判断到会人数、同意票数和名额；边界上票数相同的不代为取舍。")
@argument("votes", "表决表", f"一行一位委员对一项的意见，或一行一项的票数：{TABLE_KINDS}。")
@option("--rules", required=True, metavar="规则", help="规则的编号、名称或自编规则的文件夹，如 award-vote-shandong。")
@on_option("表决日期。", required=True)
@option("--members", type=COUNT, metavar="人数", help="应到委员数；逐人记票的表没有这个数时，到会是否够数不能判断。")
@option(
    "--mark",
    multiple=True,
    metavar="记号=意见",
    help="表中记号的意思，如 ○=弃权、空=弃权（没有填的格子），可多次给出。",
)
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有表决结果）")
@record_option
@verify_option
@sheet_option()
@column_option()
@quiet_option
def votes_command(
    votes: Path,
    rules: str,
    on: dt.date,
    members: int | None,
    mark: Sequence[str],
    output: Path,
    record: Path | None,
    verify: Path | None,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Votes held against quorum, majorities and quotas."""
    from matcher.export.tables import files_of
    from matcher.policy.policy import load_policy
    from matcher.review.awards.votes import judge_votes
    from matcher.review.sheets.ballots import marks_of, read_votes

    check({output: TABLES, record: (".json",)}, votes, verify)
    policy = load_policy(rules)
    said = marks_of(named(mark, "记号=意见"))
    handed = read(read_votes, votes, sheet=sheet, column=column, quiet=quiet, marks=said)
    result = judge_votes(handed.rows, policy, on=on, members=members)
    tables = result.sheets() if output.suffix.lower() == ".xlsx" else {"表决结果": result.table}
    lines = {"规则": policy.title, "说明": policy.about, **about(on, [votes])}
    problems = result.problem_table(handed.problems, votes.name)
    files = files_of(output, tables, problems=problems, columns=handed.columns, notes=lines, title="表决结果")
    arguments = {
        "rules": policy.id,
        "on": on,
        "members": members,
        "mark": ";".join(mark) or None,
        "sheet": sheet,
        "column": ";".join(column),
    }
    save_recorded(files, "表决", result.table, arguments, [votes], record, verify, quiet)
    note(quiet, *(f"{f'{item} {voter}'.strip()}：{text}" for item, voter, text in result.problems.to_numpy().tolist()))
    report(quiet, result.text, f"结果已写入 {output}")


@group.command("publish", cls=Command, help="公示名单：只有可以公开的列，附公示期和异议办法。")
@argument("items", "结果表", f"项目编号、项目名称、单位、完成人、奖种、等级，可有结论或是否入选：{TABLE_KINDS}。")
@option(
    "--rules",
    default="",
    metavar="规则",
    help="公示天数的规则，如 山东2019；名称见 docs/awards.md；不给规则和天数时用表中的公示截止日期。",
)
@option("--days", type=COUNT, metavar="天数", help="直接给出公示天数，代替规则中的。")
@option("--working", is_flag=True, help="与 --days 同用：按工作日（周一至周五）计。")
@option("--all", "everything", is_flag=True, help="表中没有结论和是否入选时全部公示（如受理、提名名单）。")
@on_option("公布之日；默认用表中的公示开始日期。")
@option("--heading", default="评审结果公示", metavar="标题", help="名单的标题，默认“评审结果公示”。")
@output_option(".xlsx、.html（网页）或 .csv")
@sheet_option()
@column_option()
@quiet_option
def publish_command(
    items: Path,
    rules: str,
    days: int | None,
    working: bool,
    everything: bool,
    on: dt.date | None,
    heading: str,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """The list that is made public."""
    from matcher.export.sheets import Sheet
    from matcher.export.titles import PUBLICATION
    from matcher.review.publishing.publicity import publication
    from matcher.review.sheets.score_sheets import read_items

    check({output: (".xlsx", ".html", ".csv")}, items)
    handed = read(read_items, items, sheet=sheet, column=column, quiet=quiet)
    public = publication(handed.rows, on=on, rules=rules, days=days, working=working, everything=everything)
    _publish(output, heading, {"公示名单": Sheet(public.table, PUBLICATION)}, public.lines)
    note(quiet, *public.differing)
    hidden = f"，涉密的 {public.secret} 项没有列入" if public.secret else ""
    report(quiet, f"公示 {len(public.table)} 项{hidden}，{public.lines['公示期']}；结果已写入 {output}")


@group.command("objections", cls=Command, help="异议登记：是否在期限内、形式是否齐全、何时到期、是否逾期。")
@argument("objections", "异议表", f"异议编号、项目编号、收到日期、办理期限、办结日期等：{TABLE_KINDS}。")
@option("--rules", required=True, metavar="规则", help="公示的规则，如 山东2019；名称见 docs/awards.md。")
@option("--published", type=DAY, metavar="日期", help="公布之日；表中写了公示起止日期的以表为准。")
@on_option("看哪一天的状态。", required=True)
@option("--handle-days", type=COUNT, metavar="天数", help="收到后几日内办结；表中写了办理期限的以表为准。")
@option("--before", type=FILE, metavar="文件", help="先前的异议表；核对只增加、没有改动（有改动则退出码为 1）。")
@output_option(".xlsx、.csv 或 .parquet")
@sheet_option(of="异议表")
@column_option(of="异议表")
@quiet_option
def objections_command(
    objections: Path,
    rules: str,
    published: dt.date | None,
    on: dt.date,
    handle_days: int | None,
    before: Path | None,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Where each objection stands on a day."""
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.export.titles import OBJECTIONS
    from matcher.review.publishing.objections import objection_states, read_objections

    check({output: TABLES}, objections, before)
    handed = read(read_objections, objections, sheet=sheet, column=column, quiet=quiet)
    earlier = None if before is None else read(read_objections, before, quiet=quiet).rows
    result = objection_states(
        handed.rows, on=on, published=published, rules=rules, handle_days=handle_days, before=earlier
    )
    lines = about(on, (objections, before))
    tables = {"异议": Sheet(result.table, OBJECTIONS, shade=("state", '="逾期"', "bad"))}
    write_tables(output, tables, problems=handed.problems, columns=handed.columns, notes=lines)
    report(quiet, result.text, f"结果已写入 {output}")
    note(quiet, *result.differing)
    note(False, *result.changed)
    if result.changed:
        raise click.exceptions.Exit(1)


@group.command(
    "fairness", cls=Command, help="事后公平性：按单位、地区、奖种的申报和入选，评委的轮换和负担；不写姓名，小数合并。"
)
@argument("items", "项目表", f"项目编号、单位、地区、奖种、是否入选：{TABLE_KINDS}。", required=False)
@option(
    "--round",
    "rounds",
    multiple=True,
    metavar="名称=文件",
    help="一轮评审的配对或评分表，按先后多次给出，如 2025=评分2025.xlsx。",
)
@option(
    "--least",
    type=Number(int, 3),
    default=5,
    metavar="个数",
    help="一格至少几项申报或几位评委，不足的合并；默认 5，最少 3。",
)
@output_option(".xlsx 或 .html（网页）")
@sheet_option(of="项目表")
@column_option(of="项目表")
@quiet_option
def fairness_command(
    items: Path | None,
    rounds: Sequence[str],
    least: int,
    output: Path,
    sheet: str | None,
    column: Sequence[str],
    quiet: bool,
) -> None:
    """Outcomes and rotation, published without names."""
    from matcher.review.panels.fairness import NOTES, published
    from matcher.review.panels.service import read_served
    from matcher.review.sheets.score_sheets import read_items

    given = [(label, Path(file)) for text in rounds for label, file in named([text], "名称=文件").items()]
    check({output: (".xlsx", ".html")}, items, *(path for _, path in given))
    handed = None if items is None else read(read_items, items, sheet=sheet, column=column, quiet=quiet)
    held = [(label, read(read_served, path, quiet=quiet).rows) for label, path in given]
    result = published(None if handed is None else handed.rows, held, least=least)
    _publish(output, "评审公平性", result.sheets(), NOTES)
    report(quiet, f"{'、'.join(result.tables)}已写入 {output}")


def _publish(output: Path, heading: str, sheets: Mapping[str, Sheet], lines: Mapping[str, str]) -> None:
    """Sheets as a workbook or as a page."""
    from matcher.export.pages import notice_bytes
    from matcher.export.tables import files_of
    from matcher.export.targets import save_files

    if output.suffix.lower() == ".html":
        save_files({output: notice_bytes(heading, sheets, lines)})
    else:
        save_files(files_of(output, sheets, notes=lines, title=heading))
