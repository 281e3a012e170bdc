"""Assignments and timetables to files: a table for machines, a workbook as a secretariat uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.assignment.assigning import Assignment
from matcher.assignment.labels import NOUNS, Names, label, labels, name_title
from matcher.assignment.timetabling import Timetable
from matcher.export.sheets import Sheet
from matcher.export.tables import files_of
from matcher.export.titles import ASSIGNMENTS

CHANGES = {"moved": "改时段", "room": "换会议室", "added": "新增", "dropped": "取消"}


def assignment_files(
    output: str | Path,
    assignment: Assignment,
    record: Mapping[str, Any],
    *,
    columns: pd.DataFrame | None = None,
    mask: bool = True,
) -> dict[Path, bytes]:
    """The file of an assignment: left_id, right_id, alternate as .csv or .parquet, or the workbook (.xlsx).

    Its sheets: 分配结果 (by right id), sums by right id and by left id, 候补, 排除与原因, 列的去向 (`columns`,
    where there are any), 说明 (from the record of `matcher.assignment.audit.make_record`). Ids have their names beside
    them where names are known.
    """
    if Path(output).suffix.lower() != ".xlsx":
        table = assignment.pairs[["left_id", "right_id", "alternate"]]
        return _without_mark(files_of(output, {"": table}, mask=mask))
    nouns = NOUNS | record["settings"].get("nouns", {})
    sheets = assignment_sheets(assignment, nouns)
    notes = _notes(assignment, record, nouns)
    return files_of(output, sheets, columns=columns, notes=notes, title="分配结果", mask=mask)


def assignment_sheets(assignment: Assignment, nouns: Mapping[str, str] = NOUNS) -> dict[str, Sheet]:
    """The sheets of an assignment: by pairs, by right id, by left id, alternates, what was excluded and why."""
    left, right, names = nouns["left"], nouns["right"], assignment.names
    partners = assignment.pairs[assignment.pairs["alternate"] == 0]
    spare = assignment.pairs[assignment.pairs["alternate"] == 1]
    excluded = assignment.excluded.sort_values(["right_id", "left_id", "reason"])
    titles = _titles(nouns)
    panels = _summary(partners, "right", names)
    by_panel = {name: labels(names.get("left", {}), ids) for name, ids in spare.groupby("right_id")["left_id"]}
    panels["spare"] = [by_panel.get(name, "") for name in panels["right_id"]]
    people = _summary(partners.sort_values(["left_id", "right_id"]), "left", names)
    panel_titles = titles | {"many": "人数", "partners": left, "spare": "候补（按顺位）"}
    return {
        "分配结果": Sheet(_named(partners[["right_id", "left_id", "score"]], names), titles),
        f"按{right}汇总": Sheet(panels, panel_titles),
        f"按{left}汇总": Sheet(people, titles | {"many": f"{right}数", "partners": right}),
        "候补": Sheet(_named(spare[["right_id", "rank", "left_id", "score"]], names), titles | {"rank": "顺位"}),
        "排除与原因": Sheet(_named(excluded[["right_id", "left_id", "reason"]], names), titles | {"reason": "原因"}),
    }


def timetable_files(
    output: str | Path,
    plan: Timetable,
    *,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> dict[Path, bytes]:
    """The file of a timetable: left_id, right_id, slot, room, value as .csv or .parquet, or the workbook (.xlsx).

    Its sheets: 日程 (by slot and room), one per left person and one per right person (a row per person, a column per
    slot), 未安排, 改动, 说明 (the proof, then the lines of `about`).
    """
    if Path(output).suffix.lower() != ".xlsx":
        return _without_mark(files_of(output, {"": plan.meetings}, mask=mask))
    proof = plan.proof
    notes = {"会面数": str(len(plan.meetings)), "匹配分合计": f"{proof['value']:.6g}"}
    if proof["bound"] is not None:
        notes["上界"] = f"{proof['bound']:.6g}"
        notes["最优性"] = "已证明最优" if proof["optimal"] else f"与上界相差 {proof['gap']:.3%}"
    notes |= about or {}
    return files_of(output, timetable_sheets(plan), notes=notes, title="日程", mask=mask)


def timetable_sheets(plan: Timetable) -> dict[str, Sheet]:
    """The sheets of a timetable: by slot and room, by person of either side, what is not held, what was changed."""
    names, titles = plan.names, _titles(NOUNS)
    slots = titles | {f"slot {slot}": slot for slot in plan.slots}
    meetings = plan.meetings[["slot", "room", "left_id", "right_id", "value"]]
    changes = plan.changes.assign(change=plan.changes["change"].map(CHANGES))
    changes = changes[["change", "left_id", "right_id", "from_slot", "slot", "from_room", "room"]]
    return {
        "日程": Sheet(_named(meetings, names), titles),
        f"按{NOUNS['left']}": Sheet(_by_person(plan, "left", "right"), slots),
        f"按{NOUNS['right']}": Sheet(_by_person(plan, "right", "left"), slots),
        "未安排": Sheet(_named(plan.unplaced, names), titles),
        "改动": Sheet(_named(changes, names), titles),
    }


def _titles(nouns: Mapping[str, str]) -> dict[str, str]:
    """The headers of the ids and names of both sides, and those that assignments and timetables share."""
    sides = {f"{side}_id": f"{noun}编号" for side, noun in nouns.items()}
    return ASSIGNMENTS | sides | {f"{side}_name": name_title(noun) for side, noun in nouns.items()}


def _named(table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The table with the names of each side behind its ids, where any is known."""
    table = table.copy()
    for side in ("left", "right"):
        known = names.get(side)
        if known:
            place = list(table).index(f"{side}_id") + 1
            table.insert(place, f"{side}_name", [known.get(name, "") for name in table[f"{side}_id"]])
    return table


def _summary(partners: pd.DataFrame, side: str, names: Names) -> pd.DataFrame:
    """One row per id of a side: how many partners, who, and the sum of scores."""
    other = "left" if side == "right" else "right"
    rows = [
        (name, len(group), labels(names.get(other, {}), group[f"{other}_id"]), round(float(group["score"].sum()), 6))
        for name, group in partners.groupby(f"{side}_id", sort=True)
    ]
    return _named(pd.DataFrame(rows, columns=[f"{side}_id", "many", "partners", "sum"]), {side: names.get(side, {})})


def _by_person(plan: Timetable, side: str, other: str) -> pd.DataFrame:
    """One row per person of a side, one column per slot: whom they meet, and in which room."""
    known = plan.names.get(other, {})
    rows: dict[str, dict[str, str]] = {}
    for meeting in plan.meetings.to_dict("records"):
        row = rows.setdefault(meeting[f"{side}_id"], {f"{side}_id": meeting[f"{side}_id"]})
        row[f"slot {meeting['slot']}"] = f"{label(known, meeting[f'{other}_id'])}（{meeting['room']}）"
    columns = [f"{side}_id", *(f"slot {slot}" for slot in plan.slots)]
    table = pd.DataFrame([rows[name] for name in sorted(rows)], columns=columns).fillna("")
    return _named(table, {side: plan.names.get(side, {})})


def _without_mark(files: dict[Path, bytes]) -> dict[Path, bytes]:
    """The byte order mark of a CSV is for spreadsheets, and stays away where plain ASCII needs none."""
    mark = b"\xef\xbb\xbf"
    plain = {path: content.removeprefix(mark) for path, content in files.items()}
    return {path: plain[path] if plain[path].isascii() else content for path, content in files.items()}


def _notes(assignment: Assignment, record: Mapping[str, Any], nouns: Mapping[str, str]) -> dict[str, str]:
    proof = assignment.proof
    goals = {
        "total": "匹配分总和最大",
        "max_min": f"合计匹配分最低的{nouns['right']}尽量高",
        "max_min_then_total": f"先使合计匹配分最低的{nouns['right']}尽量高，再使总和最大",
    }
    reached, worst = f"{proof['total']:.6g}", ""
    if proof["total_bound"] is not None:
        reached += f"（已证明不可能超过 {proof['total_bound']:.6g}）"
    if proof["worst"] is not None:
        worst = f"{proof['worst']:.6g}（已证明不可能超过 {proof['worst_bound']:.6g}）"
    notes = {
        "目标": goals[str(proof["goal"])],
        "总和": reached,
        "最低者": worst,
        "最优性": "已证明最优" if proof["optimal"] else f"与已证明的上界相差不超过 {proof['gap']:.4%}",
        "求解方法": f"{record['solver']}：{proof['method']}",
        "抽签种子": "未抽签（同样好的方案按固定次序取）" if record["seed"] is None else str(record["seed"]),
        "候补": "候补须未被排除、未在本组、尚有余量、单独递补任何一人都不违反分组限制；同一人可在几处候补",
        "提醒": "；".join(assignment.notes) or "无",
        "软件": record["software"],
        **{f"输入 {name}": f"SHA-256 {value}" for name, value in record["inputs"].items()},
        "结果指纹": f"SHA-256 {record['result_sha256']}",
        "本表含被排除者": "“排除与原因”一页供内部使用；对外公布请用公开版记录（--public）",
    }
    return {name: text for name, text in notes.items() if text}
