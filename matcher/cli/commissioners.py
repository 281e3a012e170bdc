"""Commissioners (科技特派员): plan, service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    DAY,
    FILE,
    TABLE_KINDS,
    WHOLE,
    Number,
    argument,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.errors import InfeasibleError
from matcher.export.targets import TABLES

IMPOSSIBLE = 3  # exit status where the bounds contradict each other
ABOVE = Number(float, 0.001)
ALIASES: dict[str, click.Command] = {}
group = Group(
    "commissioners", help="科技特派员：村的需求和人的专长一步成派驻方案（证明全覆盖），服务记录、落后名单、考核得分。"
)
_PLACES = "山东2021、云南2023、黑龙江2022、山西2025、河北2020"


@group.command(
    "plan", help="由村需求表和特派员表（可加业绩表）一步得到派驻方案：证明全覆盖，覆盖不了的写明原因，逐行给出理由。"
)
@argument("villages", "村表", f"村、乡镇、县区、主导产业或技术需求，可有人口、经度、纬度：{TABLE_KINDS}。")
@argument("persons", "特派员表", "姓名、单位、专长、县区，可有可服务村数、可服务天数、服务团、职称、学历、年龄。")
@argument("works", "业绩表", "一行一项业绩一位完成人。", required=False)
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有方案）")
@option("--pages", type=FILE, metavar="文件夹", help="另写每个县一页（HTML）和一张目录页到这个文件夹。")
@option("--each", type=COUNT, default=1, metavar="人数", help="每个村几名特派员，默认 1。")
@option("--most", type=COUNT, metavar="村数", help="没有写“可服务村数”的人至多服务几个村；默认取能排满的最小数。")
@option("--least", type=WHOLE, default=0, metavar="村数", help="每人至少服务几个村；默认 0。")
@option(
    "--village-days", type=ABOVE, metavar="天数", help="每人每年在一个村至少服务几天；写了可服务天数的人据此限村数。"
)
@option(
    "--person-days",
    type=ABOVE,
    metavar="天数",
    help="每人每年共服务几天，平均到各村；默认按 --rules（山东2021 为一个月）。",
)
@option("--max-km", type=ABOVE, metavar="公里", help="至多多远（直线）；没有坐标的不受限。")
@option("--within-county", is_flag=True, help="只派本县的人；没有写县区的不受限。")
@option("--near", type=Number(float, 0, 1), default=0.2, metavar="权重", help="远近在分数中的份额，0 到 1，默认 0.2。")
@option("--teams", is_flag=True, help="以服务团为单位派驻（一团多村）；没有写服务团的仍按个人。")
@option(
    "--rules",
    metavar="规则",
    help=f"按哪里的选派条件核对：{_PLACES}，或自编政策的文件夹；不符合的不派，未定的照派并列出。",
)
@option("--team-rules", metavar="规则", help="按哪里的条件核对服务团：山东2025、云南2023。")
@option("--strict", is_flag=True, help="写“一般”“原则上”的条件也必须达到；默认达不到的写“未定”，照派并列出。")
@sheet_option(of="村表")
@column_option(of="村表")
@sheet_option("--persons-sheet", of="特派员表")
@column_option("--persons-column", of="特派员表")
@sheet_option("--works-sheet", of="业绩表")
@column_option("--works-column", of="业绩表")
@contacts_option
@on_option("从哪一天回看业绩、按哪一天的条件核对，默认今天。")
@quiet_option
def plan_command(
    villages: Path,
    persons: Path,
    works: Path | None,
    output: Path,
    pages: Path | None,
    each: int,
    most: int | None,
    least: int,
    village_days: float | None,
    person_days: float | None,
    max_km: float | None,
    within_county: bool,
    near: float,
    teams: bool,
    rules: str | None,
    team_rules: str | None,
    strict: bool,
    sheet: str | None,
    column: Sequence[str],
    persons_sheet: str | None,
    persons_column: Sequence[str],
    works_sheet: str | None,
    works_column: Sequence[str],
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Plan which persons serve which villages."""
    from matcher.commissioners.conditions import check_persons, check_teams, refused
    from matcher.commissioners.places import person_days as days_of
    from matcher.commissioners.planning import plan_service
    from matcher.commissioners.teams import as_teams
    from matcher.commissioners.villages import read_commissioners, read_villages
    from matcher.commissioners.workbook import write_plan
    from matcher.export.targets import check_folder
    from matcher.tables.reading import Reading, read_works
    from matcher.tables.rows.remarks import without_overridden

    check({output: TABLES}, villages, persons, works)
    if pages is not None:
        check_folder(pages, [path for path in (villages, persons, works) if path is not None])
    day = on or dt.date.today()
    places = read(read_villages, villages, sheet=sheet, column=column, quiet=quiet)
    people = read(read_commissioners, persons, sheet=persons_sheet, column=persons_column, quiet=quiet)
    readings = [places, people]
    done = None
    if works is not None:
        readings.append(read(read_works, works, sheet=works_sheet, column=works_column, quiet=quiet))
        done = readings[-1].rows
    checked = None if rules is None else check_persons(people.rows, rules=rules, strict=strict, on=day)
    team_checked = None if team_rules is None else check_teams(people.rows, rules=team_rules, strict=strict, on=day)
    told = None if person_days is not None else days_of(rules)
    staying, remarks = without_overridden(people.rows, "expert_id", "派驻", day=day)
    readings.append(Reading(people.rows, remarks))
    left = ~people.rows["expert_id"].isin(staying["expert_id"])
    units, out = people.rows, dict.fromkeys(people.rows.loc[left, "expert_id"], "备注写明已离开或不再担任")
    out |= {} if checked is None else refused(checked)
    if teams:
        units, done, out = as_teams(units, done, out)
    try:
        plan = plan_service(
            places.rows, units, done, on=day, each=each, most=most, least=least, village_days=village_days,
            person_days=person_days if told is None else told.number, max_km=max_km,
            within_county=within_county, near=near, excluded=out, progress=not quiet,
        )  # fmt: skip
    except InfeasibleError as error:
        note(False, str(error))
        raise click.exceptions.Exit(IMPOSSIBLE) from None
    write_plan(
        output,
        plan,
        pages=pages,
        checked=checked,
        teams=team_checked,
        problems=all_problems(*readings),
        columns=all_columns(*readings),
        about={**({} if told is None else {"天数依据": told.says}), **about(day, (villages, persons, works))},
        mask=not show_contacts,
    )
    refusals = 0 if checked is None else len(refused(checked))
    note(quiet, *(remarks["value"] + "：" + remarks["problem"]))
    note(quiet, *plan.notes, f"{refusals} 人不符合选派条件，没有派（见“选派条件”）" if refusals else "")
    beside = f"；各县页面在 {pages}" if pages is not None else ""
    report(quiet, plan.summary, f"结果已写入 {output}{beside}")


@group.command("service", help="把服务记录与方案对照：谁落后、每月覆盖、哪些村没人去过；按公布的办法算考核得分。")
@argument("log", "服务记录", f"一行一次服务：特派员、村、服务日期，可有服务天数、服务内容、培训人次：{TABLE_KINDS}。")
@option(
    "--plan",
    "plan",
    type=FILE,
    required=True,
    metavar="方案",
    help="matcher commissioners plan 写出的 .xlsx、.csv 或 .parquet。",
)
@output_option(".xlsx（工作簿）、.csv 或 .parquet（只有按特派员）")
@option("--since", type=DAY, metavar="日期", help="服务年度的第一天，默认当年 1 月 1 日。")
@option("--days", type=ABOVE, metavar="天数", help="每人每年应服务几天；默认按 --rules，再按方案中的天数。")
@option("--rules", metavar="规则", help="每年应服务天数依据哪里：山东2021（一个月，本库按 30 天计）。")
@option("--points", metavar="办法", help="另按公布的考核办法计分：广西乡村、夷陵2024。")
@sheet_option(of="服务记录")
@column_option(of="服务记录")
@contacts_option
@on_option("算到哪一天。", required=True)
@quiet_option
def service_command(
    log: Path,
    plan: Path,
    output: Path,
    since: dt.date | None,
    days: float | None,
    rules: str | None,
    points: str | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    on: dt.date,
    quiet: bool,
) -> None:
    """Hold a service log against a plan."""
    from matcher.commissioners.assessment import assess
    from matcher.commissioners.places import service_days
    from matcher.commissioners.service import read_service, service_report
    from matcher.commissioners.workbook import write_service
    from matcher.export.titles import COMMISSIONERS, TITLES
    from matcher.tables.results import load_table

    check({output: TABLES}, log, plan)
    told = None if rules is None else service_days(rules)
    planned = load_table(plan, titles={**COMMISSIONERS, **TITLES, **COMMISSIONERS}, needed=["village_id", "expert_id"])
    records = read(read_service, log, sheet=sheet, column=column, quiet=quiet)
    result = service_report(
        records.rows, planned, on=on, since=since, days=days if days is not None or told is None else told.number
    )
    write_service(
        output,
        result,
        points=None if points is None else assess(result, points),
        problems=records.problems,
        columns=records.columns,
        about={**({} if told is None else {"天数依据": told.says}), **about(on, (log, plan))},
        mask=not show_contacts,
    )
    note(quiet, "" if told is None or days is not None else f"天数依据：{told.says}")
    report(quiet, result.summary, f"结果已写入 {output}")
