"""A register, checked, to files: a workbook with its sums, or the contracts alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from matcher.contracts.register import GROUPS, contract_summary
from matcher.contracts.relief import income_relief
from matcher.contracts.rules import list_rules
from matcher.export.charts import Chart
from matcher.export.sheets import Form, Sheet
from matcher.export.tables import write_tables
from matcher.export.targets import check_targets
from matcher.export.titles import CONTRACTS
from matcher.tables.schemas.contracts import FEN, HIGH, LOW, TEXT
from matcher.tables.schemas.single_commands import TECH_CONTRACTS

SUFFIXES = (".xlsx", ".csv", ".parquet")
ACCEPTED = {"yes": "可以登记", "no": "不予登记", "unknown": "待核"}
ANSWERS = {"no": "不予登记", "unknown": "待核", "warn": "提示"}
STANDING = {"registered": "计入登记", "open": "待定", "refused": "不予登记", "withdrawn": "已撤销或注销"}
NOTES = {
    "能否登记": "可以登记：表中没有不予登记的情形，是否真是技术合同由登记员按合同内容判断；"
    "待核：缺要素或须人工核对；不予登记：违反所列条款。",
    "适用版本": "按申请日期：2026年2月28日以前 2001-253，2026年3月1日起 2026-miit（没有见到过渡条款）。"
    "2026版只见到征求意见稿的一部分，凡依此的标“未核实”。",
    "统计口径": "表中有登记状态或登记日期的，以其为准；都没有的，把可以登记的计入。月份取登记日期，没有的取申请日期。",
    "疑似重复": "签订日期、金额相同，双方和名称相近的，列在“很可能与哪份相同”：两份都计入合计，"
    "合计和所得税中另列其项数和金额，减去即为只计一份的数。"
    "编号只是写法不同的只计一份。",
    "办结期限": "自受理日期（没有的取申请日期）起算；2026版按工作日，只除去周六周日，没有扣除法定节假日和调休。",
    "免征增值税的价款": "区间。开发、转让从技术交易额到成交额；许可、咨询、服务的条件表中看不出，从 0 起。"
    "税收条款没有见到原文。",
    "技术转让所得": "区间。一个纳税年度 500 万元以内免税，超过部分减半；没有填技术转让所得的，最多为合同成交额。"
    "按卖方为居民企业计。",
}
_KEY = (
    *("contract_id", "subject", "kind", "seller", "buyer", "signed_on", "applied_on", "amount", "technical_amount"),
    *("edition", "accepted", "reasons", "warnings", "likely_repeat_id"),
)
_MONEY = dict.fromkeys(
    (
        *(
            "amount",
            "technical_amount",
            "open_amount",
            "likely_repeats_amount",
            "vat_exempt_low",
            "vat_exempt_high",
            "transfer_income",
        ),
        *("income_low", "income_high", "exempt_low", "exempt_high", "half_low", "half_high"),
        *("deduction_low", "deduction_high", "likely_repeats_income"),
    ),
    "#,##0",
)
_ENDS = {LOW: "至少", HIGH: "至多", TEXT: "原文", FEN: "零头，分"}  # what stands beside a value
_BY = {"按类别": ("kind",), "按地区": ("region",), "按月份": ("month",), "按类别地区月份": GROUPS}


def write_contracts(
    output: str | Path,
    checked: pd.DataFrame,
    findings: pd.DataFrame,
    *,
    targets: Mapping[str, Sheet | Form] | None = None,
    problems: pd.DataFrame | None = None,
    columns: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write a checked register.

    .xlsx: the contracts, what was found on each, sums, the sheets of `targets`, relief of income tax by seller and
    year, and the rules; .csv and .parquet: the contracts alone, with the names of the fields and the codes. checked,
    findings: of `check_contracts` and `contract_findings`. mask: hide contacts. Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    sheets: dict[str, Sheet | Form | pd.DataFrame] = {"合同": checked}
    if Path(output).suffix.lower() == ".xlsx":
        sheets = register_sheets(checked, findings, targets or {})
    notes = {**NOTES, **(about or {})}
    write_tables(output, sheets, problems=problems, columns=columns, notes=notes, title="技术合同登记", mask=mask)


def register_sheets(
    checked: pd.DataFrame, findings: pd.DataFrame, targets: Mapping[str, Sheet | Form]
) -> dict[str, Sheet | Form | pd.DataFrame]:
    """The sheets of `write_contracts`, in Chinese words."""
    shown = checked.assign(accepted=checked["accepted"].map(ACCEPTED), standing=checked["standing"].map(STANDING))
    shown = shown[[name for name in shown if name in _KEY or (shown[name].notna() & (shown[name] != "")).any()]]
    titles = {column.name: column.title for column in TECH_CONTRACTS.columns}
    titles |= {f"{name}{end}": f"{title}（{word}）" for name, title in titles.items() for end, word in _ENDS.items()}
    titles |= CONTRACTS
    answers = findings.assign(answer=findings["answer"].map(ANSWERS))
    whole = contract_summary(checked, by=()).assign(kind="合计")
    sums: dict[str, Sheet | Form | pd.DataFrame] = {}
    for name, by in _BY.items():
        table = contract_summary(checked, by=by)
        table[list(by)] = table[list(by)].replace("", "（未填）")
        if by == ("kind",):
            table = pd.concat([table, whole[table.columns]], ignore_index=True)
        chart = Chart("column", "month", ["amount", "technical_amount"], "各月登记的金额（元）", "#,##0")
        sums[name] = Sheet(table, CONTRACTS, formats=_MONEY, chart=chart if by == ("month",) else None)
    return {
        "合同": Sheet(shown, titles, key=_KEY, frozen=2, shade=("accepted", '="不予登记"', "bad"), formats=_MONEY),
        "逐条": Sheet(answers, CONTRACTS, shade=("answer", '="不予登记"', "bad")),
        **sums,
        **targets,
        "所得税": Sheet(
            income_relief(checked), {**CONTRACTS, "contracts": "转让合同数（含待核）"}, frozen=2, formats=_MONEY
        ),
        **rules_sheets(list_rules()),
    }


def rules_sheets(rules: pd.DataFrame) -> dict[str, Sheet]:
    """The rules as a sheet; rules: of `list_rules`."""
    return {"规则": Sheet(rules.assign(answer=rules["answer"].map({**ANSWERS, "": ""})), CONTRACTS)}


def proposal_sheets(proposed: pd.DataFrame) -> dict[str, Sheet]:
    """Proposed contracts as a sheet that reads as a register again."""
    return {"拟登记合同": Sheet(proposed, CONTRACTS, frozen=2, formats=_MONEY)}


def conversion_sheets(conversions: pd.DataFrame, by_year: pd.DataFrame) -> dict[str, Sheet]:
    """Conversions, and how many by firm and year."""
    return {"成果转化": Sheet(conversions, CONTRACTS), "按年度": Sheet(by_year, CONTRACTS)}
