"""Assignments and timetables to files: a table for machines, a workbook as a secretariat uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.assignment.assigning import Assignment
from matcher.assignment.timetabling import Timetable
from matcher.export.formats import csv_bytes, parquet_bytes
from matcher.export.tables import workbook_bytes

CHANGES = {"moved": "改时段", "room": "换会议室", "added": "新增", "dropped": "取消"}


def assignment_bytes(found: Assignment, record: Mapping[str, Any], path: Path) -> bytes:
    """The file: left_id, right_id, alternate as .csv or .parquet; or the workbook (.xlsx).

    Its sheets: 分配结果 (by right id), 按人查看 (by left id), 候补, 排除与原因, 说明 (the record).
    """
    if path.suffix.lower() != ".xlsx":
        table = found.pairs[["left_id", "right_id", "alternate"]]
        return _csv(table) if path.suffix.lower() == ".csv" else parquet_bytes(table)
    nouns = record["settings"].get("nouns", {"left": "左方", "right": "右方"})
    left, right = nouns["left"], nouns["right"]
    partners = found.pairs[found.pairs["alternate"] == 0]
    spare = found.pairs[found.pairs["alternate"] == 1]
    panels = [
        {
            right: name,
            "人数": len(group),
            left: "、".join(group["left_id"]),
            "合计匹配分": round(float(group["score"].sum()), 6),
            "候补（按顺位）": "、".join(spare.loc[spare["right_id"] == name, "left_id"]) if len(spare) else "",
        }
        for name, group in partners.groupby("right_id", sort=True)
    ] if len(partners) < 200_000 else []  # fmt: skip
    mine = [
        {
            left: name,
            f"{right}数": len(group),
            right: "、".join(group["right_id"]),
            "合计匹配分": float(group["score"].sum()),
        }
        for name, group in partners.sort_values(["left_id", "right_id"]).groupby("left_id", sort=True)
    ]
    sheets = {
        "分配结果": [(right, "right_id"), (left, "left_id"), ("匹配分", "score")],
        "候补": [(right, "right_id"), ("顺位", "rank"), (left, "left_id"), ("匹配分", "score")],
        "排除与原因": [(right, "right_id"), (left, "left_id"), ("原因", "reason")],
    }
    excluded = found.excluded.sort_values(["right_id", "left_id", "reason"]) if len(found.excluded) else found.excluded

    def taken(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
        columns = [frame[column].tolist() for _, column in sheets[name]]
        return [dict(zip([title for title, _ in sheets[name]], row, strict=True)) for row in zip(*columns, strict=True)]

    return workbook_bytes(
        {
            "分配结果": (taken("分配结果", partners), [title for title, _ in sheets["分配结果"]]),
            f"按{right}汇总": (panels, [right, "人数", left, "合计匹配分", "候补（按顺位）"]),
            f"按{left}汇总": (mine, [left, f"{right}数", right, "合计匹配分"]),
            "候补": (taken("候补", spare), [title for title, _ in sheets["候补"]]),
            "排除与原因": (taken("排除与原因", excluded), [title for title, _ in sheets["排除与原因"]]),
            "说明": (_notes(found, record, nouns), ["项目", "内容"]),
        }
    )


def _csv(table: pd.DataFrame) -> bytes:
    """CSV; the byte order mark is for spreadsheets, and stays away where plain ASCII needs none."""
    data = csv_bytes(table)
    plain = data.removeprefix(b"\xef\xbb\xbf")
    return plain if plain.isascii() else data


def _notes(found: Assignment, record: Mapping[str, Any], nouns: Mapping[str, str]) -> list[dict[str, Any]]:
    proof = found.proof
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
    told = {
        "目标": goals[str(proof["goal"])],
        "总和": reached,
        "最低者": worst,
        "最优性": "已证明最优" if proof["optimal"] else f"与已证明的上界相差不超过 {proof['gap']:.4%}",
        "求解方法": f"{record['solver']}：{proof['method']}",
        "抽签种子": "未抽签（同样好的方案按固定次序取）" if record["seed"] is None else str(record["seed"]),
        "候补": "候补须未被排除、未在本组、尚有余量、单独递补任何一人都不违反分组限制；同一人可在几处候补",
        "提醒": "；".join(found.notes) or "无",
        "软件": record["software"],
        **{f"输入 {name}": f"SHA-256 {value}" for name, value in record["inputs"].items()},
        "结果指纹": f"SHA-256 {record['result_sha256']}",
        "本表含被排除者": "“排除与原因”一页供内部使用；对外公布请用公开版记录（--public）",
    }
    return [{"项目": name, "内容": text} for name, text in told.items() if text]


def timetable_bytes(plan: Timetable, path: Path, *, nouns: Mapping[str, str], about: Mapping[str, str]) -> bytes:
    """The file: left_id, right_id, slot, room, value as .csv or .parquet; or the workbook (.xlsx).

    Its sheets: 日程 (by slot and room), 按左方 and 按右方 (a row a person, a column a slot), 未安排, 改动, 说明.
    """
    if path.suffix.lower() != ".xlsx":
        return _csv(plan.meetings) if path.suffix.lower() == ".csv" else parquet_bytes(plan.meetings)
    titles = {"slot": "时段", "room": "会议室", "left_id": nouns["left"], "right_id": nouns["right"], "value": "匹配分"}
    titles |= {"change": "改动", "from_slot": "原时段", "from_room": "原会议室"}

    def rows(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
        shown = frame[list(columns)].rename(columns=titles)
        return [{str(name): cell for name, cell in row.items()} for row in shown.to_dict("records")], list(
            shown.columns
        )

    sheets: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
        "日程": rows(plan.meetings, ["slot", "room", "left_id", "right_id", "value"])
    }
    for mine, theirs in (("left_id", "right_id"), ("right_id", "left_id")):
        people: dict[str, dict[str, Any]] = {}
        for row in plan.meetings.to_dict("records"):
            own = people.setdefault(row[mine], {titles[mine]: row[mine]})
            own[row["slot"]] = f"{row[theirs]}（{row['room']}）"
        sheets[f"按{titles[mine]}"] = ([people[name] for name in sorted(people)], [titles[mine], *plan.slots])
    sheets["未安排"] = rows(plan.unplaced, ["left_id", "right_id", "value"])
    changes = plan.changes.assign(change=plan.changes["change"].map(CHANGES))
    sheets["改动"] = rows(changes, ["change", "left_id", "right_id", "from_slot", "slot", "from_room", "room"])
    proof = plan.proof
    notes = {"会面数": str(len(plan.meetings)), "匹配分合计": f"{proof['value']:.6g}"}
    if proof["bound"] is not None:
        notes["上界"] = f"{proof['bound']:.6g}"
        notes["最优性"] = "已证明最优" if proof["optimal"] else f"与上界相差 {proof['gap']:.3%}"
    notes |= about
    sheets["说明"] = ([{"项目": name, "内容": text} for name, text in notes.items()], ["项目", "内容"])
    return workbook_bytes(sheets)
