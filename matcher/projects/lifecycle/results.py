"""A whole look at a book on a day as tables, and as sheets for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from matcher.export.sheets import Sheet
from matcher.export.titles import LIFECYCLE, OUTPUT_REGISTERS
from matcher.integrity.workbook import integrity_sheets
from matcher.projects.lifecycle.book import ProjectBook
from matcher.projects.lifecycle.deadlines import STATES as DUE_STATES
from matcher.projects.lifecycle.deadlines import due_dates, remarks
from matcher.projects.lifecycle.delivery import MONEY_STATES, TOTAL, delivered_items, money, proposed_grades
from matcher.projects.lifecycle.delivery import STATES as DELIVERY_STATES
from matcher.projects.lifecycle.outputs import conversions, outcomes, output_table
from matcher.projects.lifecycle.rules import list_rules
from matcher.projects.lifecycle.stages import STAGES
from matcher.tables.arguments import Day, as_day

NOTES = {
    "项目状态": "按台账的记录推算，只提示，不下结论；一天的状态只看这一天及以前发生的事。",
    "待办和逾期": "期限来自所选规则，“出处”写明规则，“已核实”为否的没有读到原文；里程碑来自任务书。",
    "指标": "“比较”是按数值比较得出的，“自报”是填报的完成情况，没有可比的数；接近是差一成以内。",
    "经费": "同一科目、同一来源以最后一次预算为准，支出逐笔相加；合计、小计和“其中：”的行不再加一次。",
    "流水": "填错的用 matcher projects void 按记录编号作废，再重新记录；作废的留在台账里，不再计算。",
    "验收预判": "没有报的、待人判断的指标可能完成也可能没有完成；材料真实性、擅自变更、经费使用是否合规由人核对。",
}
_FORMATS = dict.fromkeys(("share", "share_low", "share_high", "margin"), "0%")
_FORMATS |= dict.fromkeys(("planned", "spent", "left", "received", "amount"), "#,##0")


@dataclass(frozen=True)
class Status:
    """A book on a day: what `ProjectBook.projects`, `due_dates`, `remarks`, `delivered_items`, `money` and
    `proposed_grades` give, `ProjectBook.journal`, and sheets on integrity where records were given.
    """

    projects: pd.DataFrame
    due: pd.DataFrame
    remarks: pd.DataFrame
    delivery: pd.DataFrame
    money: pd.DataFrame
    grades: pd.DataFrame
    journal: pd.DataFrame
    integrity: Mapping[str, Sheet]

    @classmethod
    def build(cls, book: ProjectBook, *, on: Day, records: pd.DataFrame | None = None, mask: bool = True) -> Status:
        """All of it. records: integrity records, looked up for persons and institutions; `mask` hides their names."""
        known, projects = book.known(on), book.projects(on)
        found = delivered_items(known)
        names = {"project_id": "row_id", "institution": "unit", "uscc": "unit_code"}
        sheets: Mapping[str, Sheet] = {}
        if records is not None:
            subjects = projects.rename(columns=names)
            sheets = integrity_sheets(subjects, records, role="applicant", on=on, mask=mask)[1]
        return cls(
            projects,
            due_dates(known, on=on),
            remarks(known),
            found,
            money(known),
            proposed_grades(known, found, on=as_day(on)),
            book.journal(on),
            sheets,
        )

    @property
    def summary(self) -> str:
        """How many projects, and how many of them are overdue, in one Chinese sentence."""
        overdue = self.due[self.due["state"] == "overdue"]
        next_ = self.due[self.due["state"] == "due"]
        soon = f"；下一个期限 {next_['due'].iloc[0]:%Y-%m-%d}（{next_['project_id'].iloc[0]}）" if len(next_) else ""
        over = self.money[(self.money["state"] == "over") & (self.money["category"] != TOTAL)]
        open_ = int((self.delivery["state"] == "not_said").sum())
        endless = int(self.projects["ends_on"].isna().sum())
        unknown = f"，没有结束日期 {endless} 个" if endless else ""
        return (
            f"{len(self.projects)} 个项目：逾期 {overdue['project_id'].nunique()} 个（{len(overdue)} 件）"
            f"，指标没有报的 {open_} 项，超支科目 {len(over)} 个{unknown}{soon}"
        )

    def sheets(self) -> dict[str, Sheet]:
        """The tables for people."""
        stages = STAGES | {"": "没有记录"}
        tables = {
            "项目": (self.projects.assign(stage=self.projects["stage"].map(stages)), ""),
            "待办和逾期": (_words(self.due, DUE_STATES), "逾期"),
            "超出规则": (self.remarks, ""),
            "指标": (_words(self.delivery, DELIVERY_STATES), "未完成"),
            "经费": (_words(self.money, MONEY_STATES), "超支"),
            "验收预判": (self.grades, ""),
            "流水": (self.journal, ""),
        }
        return {
            name: Sheet(
                table, LIFECYCLE, frozen=2, formats=_FORMATS, shade=("state", f'="{bad}"', "bad") if bad else None
            )
            for name, (table, bad) in tables.items()
        } | dict(self.integrity)


def rule_sheets() -> dict[str, Sheet]:
    """The rules that come with the library (`matcher.projects.lifecycle.rules.list_rules`)."""
    return {"项目管理规则": Sheet(list_rules(), LIFECYCLE)}


def output_sheets(book: ProjectBook, *, on: Day) -> dict[str, Sheet]:
    """The outputs on a day: as the register of conversions and the outcome library take them, and all of them."""
    known = book.known(on)
    return {
        "成果转化": Sheet(conversions(known), OUTPUT_REGISTERS, formats=_FORMATS),
        "成果库": Sheet(outcomes(known), OUTPUT_REGISTERS),
        "产出": Sheet(output_table(known), LIFECYCLE, frozen=2, formats=_FORMATS),
    }


def _words(table: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    return table.assign(state=table["state"].map(words))
