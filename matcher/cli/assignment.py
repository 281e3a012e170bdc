"""Fair assignment by rules: run, timetable."""

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
    FILE,
    TABLE_KINDS,
    WHOLE,
    argument,
    check,
    contacts_option,
    named,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_of,
    sheet_option,
)
from matcher.cli.reading import read
from matcher.errors import InfeasibleError, TableError
from matcher.export.targets import TABLES

IMPOSSIBLE = 3  # exit status where the rules contradict each other

group = Group("assign", default="run", help="按规则公平分配（评审分组、结对、派遣），给出最优性证明；一对一会面排期。")


@group.command("run", help="按规则从配对表中选出最优的分配；规则互相矛盾时指出最少放宽哪几条（退出码 3）。")
@argument("pairs", "配对表", f"左方编号、右方编号、分数，可有双方名称：{TABLE_KINDS}。")
@option("--config", type=FILE, metavar="设置", help="规则与目标（YAML），写法见 docs/assignment.md。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet", required=False)
@output_option(".json", "--record", required=False, help="另存完整记录，供申诉时答复")
@output_option(".json", "--public", required=False, help="另存公开版记录，不含被排除者，也不含联系方式")
@option(
    "--integrity",
    type=FILE,
    metavar="记录表",
    help="科研诚信记录：到 --on 不得评审的左方不分配，理由写记录编号和依据。",
)
@option(
    "--people",
    type=FILE,
    metavar="人员表",
    help="与 --integrity 同用：左方编号、姓名、单位；不给则不足以排除。",
)
@on_option("与 --integrity 同用：查哪一天。")
@option("--verify", type=FILE, metavar="记录", help="用这些文件重算一份完整记录；有任何不同则退出码为 1。")
@sheet_option(of="配对表")
@column_option(of="配对表")
@contacts_option
@quiet_option
def choose_command(
    pairs: Path,
    config: Path | None,
    output: Path | None,
    record: Path | None,
    public: Path | None,
    integrity: Path | None,
    people: Path | None,
    on: dt.date | None,
    verify: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Assign left to right ids by rules, proven best; where it cannot be done, name the fewest rules to relax."""
    from matcher.assignment.assigning import assign
    from matcher.assignment.audit import fingerprint, make_record, public_record, read_record, record_bytes, replay
    from matcher.assignment.config import add_forbidden, settings_and_columns, settings_files
    from matcher.assignment.conflicts import with_records
    from matcher.assignment.reading import read_pairs
    from matcher.assignment.workbook import assignment_files
    from matcher.export.targets import save_files
    from matcher.integrity.checking import read_subjects
    from matcher.integrity.records import read_records

    if output is None and (verify is None or record or public):
        raise TableError("请用 -o 指定输出文件，或用 --verify 核对已有的记录")
    if (integrity is None) != (on is None) or (people is not None and integrity is None):
        raise TableError("--integrity 和 --on 须一起给出，--people 与它们同用")
    targets = {output: TABLES, record: (".json",), public: (".json",)}
    check(targets, pairs, config, integrity, people, verify)
    used = [pairs, *(settings_files(config) if config else ()), *(one for one in (integrity, people) if one)]
    check(targets, *used, verify)
    table = read_pairs(pairs, sheet=sheet_of(sheet), columns=named(column, "表头=字段"))
    arguments, columns = settings_and_columns(config, table) if config else ({}, None)
    if integrity is not None and on is not None:
        records = read(read_records, integrity, quiet=quiet).rows
        persons = None if people is None else read(read_subjects, people, quiet=quiet).rows
        arguments = add_forbidden(arguments, *with_records(table, records, persons, on=on))
    inputs = {path.name: fingerprint(path) for path in used}
    if verify is not None:
        faults = replay(read_record(verify), table, arguments=arguments, inputs=inputs)
        note(False, *faults)
        if faults:
            raise click.exceptions.Exit(1)
        report(quiet, f"{verify.name}：输入相同，重算结果与记录一致")
        if output is None:
            return
    try:
        assignment = assign(table, **arguments)
    except InfeasibleError as error:
        note(False, str(error))
        raise click.exceptions.Exit(IMPOSSIBLE) from None
    account = make_record(assignment, arguments, inputs=inputs)
    if output is not None:
        files = assignment_files(output, assignment, account, columns=columns, mask=not show_contacts)
        if record is not None:
            files[record] = record_bytes(account, mask=not show_contacts)
        if public is not None:
            files[public] = record_bytes(public_record(account))
        save_files(files)
    proof = assignment.proof
    state = "已证明最优" if proof["optimal"] else f"与已证明的上界相差不超过 {proof['gap']:.4%}"
    chosen = int((assignment.pairs["alternate"] == 0).sum())
    report(quiet, f"共分配 {chosen} 对，匹配分总和 {proof['total']:.6g}，{state}；结果已写入 {output}")
    note(False, *assignment.unclear)
    note(quiet, *assignment.notes[len(assignment.unclear) :])


@group.command("timetable", help="把一对一会面排进时段和会议室；或以最少的改动修复已排好的日程。")
@argument("meetings", "会面表", f"左方编号、右方编号、匹配分，可有双方名称：{TABLE_KINDS}。")
@option("--slots", required=True, metavar="时段", help="按先后写出的时段，用逗号分开，如 09:00,09:20,09:40。")
@option("--rooms", required=True, metavar="会议室", help="会议室的个数，或用逗号分开的名称，如 A1,A2,A3。")
@output_option(".xlsx（工作簿）、.csv 或 .parquet")
@option("--unavailable", type=FILE, metavar="表", help="谁在哪个时段不在：人员编号、时段。")
@option("--closed", type=FILE, metavar="表", help="哪个会议室在哪个时段不能用：会议室、时段。")
@option("--most-per-left", type=COUNT, metavar="场数", help="每个左方至多几场。")
@option("--most-per-right", type=COUNT, metavar="场数", help="每个右方至多几场。")
@option("--repair", type=FILE, metavar="日程", help="修复先前写出的日程（.csv 或 .parquet），改动最少。")
@option("--cancelled", type=FILE, metavar="表", help="与 --repair 同用：已取消的会面（左方编号、右方编号）。")
@option("--absent", metavar="编号", help="与 --repair 同用：不来的人，用逗号分开。")
@option("--most-changes", type=WHOLE, default=30, metavar="场数", help="与 --repair 同用：至多改动几场，默认 30。")
@sheet_option(of="会面表")
@column_option(of="会面表")
@contacts_option
@quiet_option
def timetable_command(
    meetings: Path,
    slots: str,
    rooms: str,
    output: Path,
    unavailable: Path | None,
    closed: Path | None,
    most_per_left: int | None,
    most_per_right: int | None,
    repair: Path | None,
    cancelled: Path | None,
    absent: str | None,
    most_changes: int,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Place one-to-one meetings in slots and rooms, or repair a timetable with the fewest changes."""
    from matcher.assignment.audit import fingerprint
    from matcher.assignment.reading import names_in, read_facts, read_meetings, read_plan, room_names
    from matcher.assignment.timetable_repair import repair as repaired
    from matcher.assignment.timetabling import timetable
    from matcher.assignment.workbook import CHANGES, timetable_files
    from matcher.export.targets import save_files

    if repair is None and (cancelled or absent):
        raise TableError("--cancelled 和 --absent 须与 --repair 一起用")
    used = [path for path in (meetings, unavailable, closed, repair, cancelled) if path is not None]
    check({output: TABLES}, *used)
    candidates = read_meetings(meetings, sheet=sheet_of(sheet), columns=named(column, "表头=字段"))
    away = read_facts(unavailable, ["person_id", "slot"]) if unavailable else None
    shut = read_facts(closed, ["room", "slot"]) if closed else None
    if repair is None:
        plan = timetable(
            candidates, slots=names_in(slots), rooms=room_names(rooms), unavailable=away, closed=shut,
            most_per_left=most_per_left, most_per_right=most_per_right,
        )  # fmt: skip
    else:
        plan = repaired(
            read_plan(repair, slots=names_in(slots), rooms=room_names(rooms)), meetings=candidates,
            cancelled=read_facts(cancelled, ["left_id", "right_id"]) if cancelled else None,
            absent=names_in(absent or ""), unavailable=away, closed=shut, most_changes=most_changes,
        )  # fmt: skip
    about = {f"输入 {path.name}": f"SHA-256 {fingerprint(path)}" for path in used}
    save_files(timetable_files(output, plan, about=about, mask=not show_contacts))
    proof = plan.proof
    state = "" if proof["bound"] is None else "，已证明最优" if proof["optimal"] else f"，与上界相差 {proof['gap']:.3%}"
    counts = plan.changes["change"].value_counts()
    changed = "，".join(f"{CHANGES[str(kind)]} {count} 场" for kind, count in counts.items())
    report(quiet, f"共 {len(plan.meetings)} 场会面{state}{'；' + changed if changed else ''}；结果已写入 {output}")


ALIASES = {"timetable": timetable_command}
