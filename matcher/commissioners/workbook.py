"""A plan, a report of service, points: to workbooks, data tables and a page for each county."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.commissioners.results import Plan
from matcher.commissioners.service import Service
from matcher.export.charts import Chart
from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet
from matcher.export.tables import all_ids, clean_table, files_of
from matcher.export.targets import TABLES, check_folder, check_targets, make_folder, save_files
from matcher.export.titles import COMMISSIONERS, SERVICE
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import mask_table

NOTES = {
    "分数": "文字匹配与远近的加权和：匹配从 0（和随便两段文字一样）到 1；远近按公里（50 公里约 0.37），"
    "不知公里的按同乡镇 1、同县 0.8、同市 0.5、同省 0.2、外省 0。权重是本软件的取值，可用 --near 改。",
    "覆盖的证明": "按人员、村数上限和限制条件算出的最大流；任何安排都不能落实更多人次。"
    "未覆盖的村写明了是哪一组村在争哪一组人。",
    "距离": "两点之间的直线距离（公里）；没有坐标的空着。没有填的县区、坐标不算作远，也不算作近。",
    "天数": "每年在该村的服务天数；没有给出 --village-days 或 --person-days 时空着，不是 0。",
    "证据强度": "强、中：有业绩支持；弱：有业绩但不够贴切；仅简介：只有本人写的专长；无：对不上。",
    "提醒": "方案只是建议，双向选择和最终选派由主管部门决定。",
}
SERVICE_NOTES = {
    "落后": "已服务天数少于到今天应服务的天数（全年天数乘以已过去的部分）；有的记录没有写天数，或者可能是他的而"
    "分不清（同名的人、日期不明），因而定不了的写“未定”。",
    "覆盖": "“当月走访”是这个月有人去过的村；“累计走访”是年初以来至少有人去过一次的村；都占方案中全部的村。"
    "只有存疑的记录提到的村写“未定”，不写“未走访”；记录里没有村的，这些都空着。",
    "计入": "方案中的人、方案中的村、日期在期间内的记录计入；认不出村的只计本人的次数和天数；"
    "几个人合记一条、或天数放不下的，只计次数，天数作未知；"
    "其余在“存疑的记录”中逐条写明原因；村名有几个的，按该特派员自己的村认；"
    "同名的特派员，按记录的村是谁的来认。",
}
_DAYS = {"days": "0.#", "due_days": "0.#", "missing_days": "0.#", "share": "0%", "reached_share": "0%"}
_KEY = (
    "county",
    "town",
    "village",
    "name",
    "institution",
    "speciality",
    "score",
    "shared_terms",
    "work_sentence",
    "days",
)
_FORMATS = {"score": "0.00", "match": "0.00", "distance": "0.0", "days": "0.#", "share": "0%", "mean_score": "0.00"}
_UNSAFE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


def write_plan(
    output: str | Path,
    plan: Plan,
    *,
    pages: str | Path | None = None,
    checked: pd.DataFrame | None = None,
    teams: pd.DataFrame | None = None,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write a plan: .xlsx with all tables, .csv or .parquet with the plan alone; and a page for each county in `pages`.

    checked: what `check_persons` gave; teams: what `check_teams` gave. mask: hide contacts. Raises OutputError.
    """
    check_targets({output: TABLES})
    target = Path(output)
    sheets = {"派驻方案": Sheet(plan.table)}
    if target.suffix.lower() == ".xlsx":
        sheets = _sheets(plan)
        if checked is not None:
            sheets["选派条件"] = conditions_sheet(checked)
        if teams is not None:
            sheets["服务团条件"] = conditions_sheet(teams)
    notes = {"结果": plan.summary, **dict(zip((f"提示{i}" for i in range(1, 20)), plan.notes, strict=False)), **NOTES}
    files = files_of(
        target, sheets, problems=problems, columns=columns, notes=notes | dict(about or {}), title="科技特派员派驻方案",
        mask=mask,
    )  # fmt: skip
    if pages is not None:
        check_folder(pages)
        files |= county_pages(make_folder(pages), plan, on=dict(about or {}).get("日期", ""), mask=mask)
    save_files(files)


def county_pages(folder: Path, plan: Plan, *, on: str = "", mask: bool = True) -> dict[Path, bytes]:
    """A page for each county, with its coverage, its villages and persons, and an index of all."""
    ids = all_ids([plan.table, plan.unserved]) if mask else {}
    table, unserved, counties = (
        mask_table(clean_table(frame), ids=ids) if mask else clean_table(frame)
        for frame in (plan.table, plan.unserved, plan.counties)
    )
    files, links = {}, []
    names: set[str] = set()
    for row, shown in zip(plan.counties.to_dict("records"), _records(counties), strict=True):
        file = _UNSAFE.sub("_", mask_contacts(str(row["county"])) if mask else str(row["county"])) or "_"
        while file in names or file == "index":
            file += "_"
        names.add(file)
        county = "" if row["county"] == "（未写县区）" else row["county"]
        here = _records(table[(plan.table["county"] == county).to_numpy()])
        missing = _records(unserved[(plan.unserved["county"] == county).to_numpy()])
        context = {
            "heading": f"{shown['county']}科技特派员派驻方案", "on": on, "county": shown, "rows": here,
            "unserved": missing, "note": NOTES["提醒"],
        }  # fmt: skip
        files[folder / f"{file}.html"] = page_bytes("county", context, mask=mask)
        links.append({"file": f"{file}.html", **shown})
    index = {"heading": "科技特派员派驻方案", "on": on, "summary": plan.summary, "links": links}
    files[folder / "index.html"] = page_bytes("county_index", index, mask=mask)
    return files


def conditions_sheet(checked: pd.DataFrame) -> Sheet:
    """Conditions held against persons or teams, those that are not met first."""
    order = checked["state"].map({"不符合": 0, "未定": 1, "符合": 2}).sort_values(kind="stable").index
    return Sheet(
        checked.loc[order],
        COMMISSIONERS,
        key=("name", "title", "state", "missing", "source", "verified", "note"),
        frozen=1,
        shade=("state", '="不符合"', "attention"),
    )


def _sheets(plan: Plan) -> dict[str, Sheet]:
    return {
        "派驻方案": Sheet(
            plan.table, COMMISSIONERS, key=_KEY, frozen=3, formats=_FORMATS, shade=("note", '<>""', "attention")
        ),
        "未覆盖的村": Sheet(plan.unserved, COMMISSIONERS, frozen=3),
        "按特派员": Sheet(plan.persons, COMMISSIONERS, frozen=2, formats=_FORMATS),
        "按县": Sheet(plan.counties, COMMISSIONERS, formats=_FORMATS),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    cells = table.astype(object).where(table.notna(), "")
    return [{str(name): cell for name, cell in row.items()} for row in cells.to_dict("records")]


def write_service(
    output: str | Path,
    service: Service,
    *,
    points: pd.DataFrame | None = None,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write a report of service: .xlsx with all tables, .csv or .parquet with the persons alone.

    points: what `assess` gave. mask: hide contacts. Raises OutputError.
    """
    check_targets({output: TABLES})
    sheets = {"按特派员": Sheet(service.persons)}
    if Path(output).suffix.lower() == ".xlsx":
        sheets = {
            "按特派员": Sheet(service.persons, SERVICE, frozen=2, formats=_DAYS, shade=("state", '="落后"', "bad")),
            "按村": Sheet(
                service.villages, SERVICE, frozen=3, formats=_DAYS, shade=("state", '="未走访"', "attention")
            ),
            "按月": Sheet(
                service.months,
                SERVICE,
                formats=_DAYS,
                chart=Chart("line", "month", ["share", "reached_share"], "走访到的村占全部的比例", "0%"),
            ),
            "存疑的记录": Sheet(service.unknown, SERVICE),
        }
        if points is not None:
            sheets["考核得分"] = Sheet(points, SERVICE, frozen=2, formats=_DAYS)
    notes = {"结果": service.summary, **SERVICE_NOTES, **(about or {})}
    save_files(
        files_of(output, sheets, problems=problems, columns=columns, notes=notes, title="科技特派员服务情况", mask=mask)
    )
