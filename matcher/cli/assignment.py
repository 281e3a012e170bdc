"""The commands on assignments: assign, timetable. No logic; `add_commands` adds them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from matcher.cli.options import say
from matcher.errors import InfeasibleError, TableError

IMPOSSIBLE = 3  # exit status where the rules contradict each other

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary; errors only.")]


def assign(
    pairs: Annotated[Path, typer.Argument(help="Table of pairs: left_id, right_id, score.")],
    config: Annotated[
        Path | None, typer.Option("--config", help="Rules and goal, as YAML (docs/assignment.md).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write: .xlsx (workbook), .csv or .parquet.")
    ] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Also write the full record (JSON).")] = None,
    public: Annotated[
        Path | None, typer.Option("--public", help="Also write the record without the names of the excluded (JSON).")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option("--verify", help="Replay a record on these files; exit status 1 if anything differs.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Assign left to right ids by rules, proven best; where it cannot be done, name the fewest rules to relax."""
    from matcher.assignment.assigning import assign as solve
    from matcher.assignment.audit import fingerprint, make_record, public_record, record_bytes, replay
    from matcher.assignment.config import files_of, read_pairs, read_settings
    from matcher.assignment.workbook import assignment_bytes
    from matcher.export.tables import check_target
    from matcher.export.targets import save_files

    if output is None and verify is None:
        raise TableError("请用 -o 指定输出文件，或用 --verify 核对已有的记录")
    if output is not None:
        check_target(output)
    table = read_pairs(pairs)
    arguments = read_settings(config, table) if config else {}
    inputs = {path.name: fingerprint(path) for path in (pairs, *(files_of(config) if config else ()))}
    if verify is not None:
        try:
            told = json.loads(verify.read_text("utf-8-sig"))
        except ValueError as error:
            raise TableError(f"{verify.name}：不是分配记录（JSON）") from error
        faults = replay(told, table, inputs=inputs)
        for line in faults:
            print(line, file=sys.stderr)
        if faults:
            raise typer.Exit(1)
        say(quiet, f"{verify.name}：输入相同，重算结果与记录一致")
        if output is None:
            return
    try:
        found = solve(table, **arguments)
    except InfeasibleError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(IMPOSSIBLE) from None
    account = make_record(found, arguments, inputs=inputs)
    if output is not None:
        files = {output: assignment_bytes(found, account, output)}
        if record is not None:
            files[record] = record_bytes(account)
        if public is not None:
            files[public] = record_bytes(public_record(account))
        save_files(files)
    proof = found.proof
    state = "已证明最优" if proof["optimal"] else f"与已证明的上界相差不超过 {proof['gap']:.4%}"
    chosen = int((found.pairs["alternate"] == 0).sum())
    say(quiet, f"共分配 {chosen} 对，匹配分总和 {proof['total']:.6g}，{state}；结果已写入 {output}", *found.notes)


def timetable(
    meetings: Annotated[Path, typer.Argument(help="Candidate meetings: left_id, right_id, value (or score).")],
    slots: Annotated[str, typer.Option("--slots", help="Slots in their order, such as 09:00,09:20,09:40.")],
    rooms: Annotated[str, typer.Option("--rooms", help="Their number, or their names: A1,A2,A3.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    unavailable: Annotated[Path | None, typer.Option(help="Table person_id, slot: who is away when.")] = None,
    closed: Annotated[Path | None, typer.Option(help="Table room, slot.")] = None,
    most_per_left: Annotated[int | None, typer.Option(min=1, help="Meetings of a left id at most.")] = None,
    most_per_right: Annotated[int | None, typer.Option(min=1, help="Meetings of a right id at most.")] = None,
    repair: Annotated[
        Path | None, typer.Option("--repair", help="A timetable written before (.csv, .parquet): change it least.")
    ] = None,
    cancelled: Annotated[Path | None, typer.Option(help="With --repair: table left_id, right_id.")] = None,
    absent: Annotated[str | None, typer.Option(help="With --repair: persons who do not come, by commas.")] = None,
    most_changes: Annotated[int, typer.Option(min=0, help="With --repair: changed meetings at most.")] = 30,
    quiet: Quiet = False,
) -> None:
    """Place one-to-one meetings in slots and rooms, or repair a timetable with the fewest changes."""
    import pandas as pd

    from matcher.assignment import timetabling as events
    from matcher.assignment.audit import fingerprint
    from matcher.assignment.config import read_facts, read_meetings
    from matcher.assignment.workbook import CHANGES, timetable_bytes
    from matcher.export.tables import check_target
    from matcher.export.targets import save_files

    check_target(output)
    if repair is None and (cancelled or absent):
        raise TableError("--cancelled 和 --absent 须与 --repair 一起用")
    table = read_meetings(meetings)
    names = _split(slots)
    places = [f"{i:02d}号桌" for i in range(1, int(rooms) + 1)] if rooms.isdigit() else _split(rooms)
    away = read_facts(unavailable, ["person_id", "slot"]) if unavailable else None
    shut = read_facts(closed, ["room", "slot"]) if closed else None
    if repair is None:
        plan = events.timetable(
            table, slots=names, rooms=places, unavailable=away, closed=shut,
            most_per_left=most_per_left, most_per_right=most_per_right,
        )  # fmt: skip
    else:
        old = read_facts(repair, ["left_id", "right_id", "slot", "room", "value"])
        empty = pd.DataFrame(columns=["person_id", "slot", "room"], dtype=str)
        before = events.Timetable(
            old, old.iloc[:0], old.iloc[:0], tuple(names), tuple(places),
            empty[["person_id", "slot"]], empty[["room", "slot"]], {},
        )  # fmt: skip
        off = read_facts(cancelled, ["left_id", "right_id"]) if cancelled else None
        plan = events.repair(
            before, meetings=table, cancelled=off, absent=_split(absent or ""), unavailable=away, closed=shut,
            most_changes=most_changes,
        )  # fmt: skip
    inputs = [path for path in (meetings, unavailable, closed, repair, cancelled) if path]
    about = {f"输入 {path.name}": f"SHA-256 {fingerprint(path)}" for path in inputs}
    save_files({output: timetable_bytes(plan, output, nouns={"left": "左方", "right": "右方"}, about=about)})
    proof = plan.proof
    state = "" if proof["bound"] is None else "，已证明最优" if proof["optimal"] else f"，与上界相差 {proof['gap']:.3%}"
    changed = plan.changes["change"].value_counts()
    told = "，".join(f"{CHANGES[str(kind)]} {count} 场" for kind, count in changed.items())
    say(quiet, f"共 {len(plan.meetings)} 场会面{state}{'；' + told if told else ''}；结果已写入 {output}")


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("assign")(assign)
    app.command("timetable")(timetable)
