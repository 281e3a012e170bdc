"""An assessment to files: a workbook, a table, or a page for each outcome (Chinese, A4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.assessment.assessing import Assessment
from matcher.assessment.scales import NINE, levels, read_scales, tree
from matcher.export.pages import page_bytes
from matcher.export.sheets import Sheet
from matcher.export.tables import all_ids, clean_table, files_of, problem_files
from matcher.export.targets import check_targets, save_files
from matcher.export.titles import ASSESSMENT, SCALES
from matcher.tables.cells.texts import shorten
from matcher.tables.privacy import mask_table
from matcher.tables.reading import Reading

SUFFIXES = (".xlsx", ".html", ".csv", ".parquet")
NOTES = {
    "用途": "供评价的人参考，不代替评价结论；级别、价值和登记都由人决定。",
    "技术就绪度": "表中有这一级或更高一级的证据才算到级；证据栏里写有、数量或说明的算有，"
    "写无、未通过、正在做、计划做的算无，空着的和没有看懂的不算。去掉任何证据，级别都不会升高。哪种证据对应哪一级是本库的对应，没有出处，请按所用标准核对。",
    "核对情况": "“已读，待核”只是读了表里的话，证据原件没有人看过；由人填了“确认成熟度等级”的才写“人工确认”。",
    "就绪度上限": "没有被表中的“无”排除的最高级；样机、中试（正样）、实际环境试验（应用证明）、小批量（定型）、"
    "批量生产写“无”时，分别不超过 4、5、6、7、8 级。",
    "文字提示": "成熟度一栏或成果描述里的话只作提示，不算证据；由人填“确认成熟度等级”后以确认的为准。"
    "“行文”指描述里没有写明阶段，只按用词习惯推测，很不可靠。",
    "级别名称": "GB/T 22900-2022 的级别名称和含义凭记忆，未见原文；第3、4级的名称各处次序不同，以级别数为准。"
    "10 至 13 级按青科资字〔2025〕2号所见的数字检验，原文字句未留。",
    "综合价值": "文件没有规定权重，只按使用者给的权重计算；没有给权重就不合计。没有评的价值可在 0 至 100 之间。",
    "创新度、先进度": "级别文字未见，只列出使用者给的级别；四项得分的分档取自一份旧的鉴定评分表（技术开发类）。",
    "经济价值": "三种方法各自独立，给出区间；下限、上限是三者的最小、最大值，不是平均。算式和所用数据见“经济价值”。",
    "公示": "公示当日不计入，截止日期为公示日期加公示天数。",
}
_KEY = (
    "outcome_id", "title", "readiness", "readiness_low", "readiness_high", "readiness_name", "conflict", "basis",
    "checked", "evidence", "to_raise", "stage", "proposed_level", "proposed_by", "value_low", "value_high",
    "economic_low", "economic_high", "remarks",
)  # fmt: skip
_MONEY = tuple(f"{name}_{end}" for name in ("market", "income", "cost", "economic") for end in ("low", "high"))
_SHORT = {
    "quote": 34, "inputs": 90, "to_raise": 160, "proposed_sentence": 80, "remarks": 160, "evidence": 100,
    "weights": 200, "unjudged": 60, "title": 120, "institution": 80, "recommended_by": 80, "form_missing": 200,
    "missing": 200,
}  # fmt: skip
_MOST = 17  # pieces of evidence on a page


def write_assessment(
    output: str | Path,
    assessment: Assessment,
    *,
    reading: Reading | None = None,
    file: str = "",
    about: Mapping[str, str] | None = None,
    mask: bool = True,
) -> None:
    """Write an assessment: .xlsx with all tables, .html with an A4 page for each outcome, .csv or .parquet: the table.

    reading: what was read, whose problems and account of columns are listed too. file: the name under which the
    problems of the assessment are listed. about: what the result rests on. mask: hide contacts. Raises OutputError.
    """
    check_targets({output: SUFFIXES})
    target = Path(output)
    listed = assessment.problems.assign(file=file)
    if reading is not None and len(reading.problems):
        listed = pd.concat([reading.problems, listed], ignore_index=True) if len(listed) else reading.problems
    if target.suffix.lower() == ".html":
        save_files({target: _page(assessment, dict(about or {}), mask), **problem_files(target, listed, mask=mask)})
        return
    sheets = {"评价结果": _sheet(assessment.table, key=_KEY)}
    if target.suffix.lower() == ".xlsx":
        sheets |= {
            "证据": _sheet(assessment.evidence),
            "经济价值": _sheet(assessment.economic),
            "登记表": _sheet(assessment.registration),
            "公示记录": _sheet(assessment.publicity),
            "依据": Sheet(read_scales(), SCALES, frozen=2),
        }
    notes = NOTES | dict(about or {})
    columns = None if reading is None else reading.columns
    save_files(files_of(target, sheets, problems=listed, columns=columns, notes=notes, title="成果评价", mask=mask))


def _sheet(table: pd.DataFrame, key: Sequence[str] = ()) -> Sheet:
    formats = dict.fromkeys((*_MONEY, "low", "high"), "#,##0") | dict.fromkeys(("value_low", "value_high"), "0.0")
    return Sheet(table, ASSESSMENT, key=key, frozen=2 if "title" in table else 1, formats=formats)


def _page(assessment: Assessment, about: Mapping[str, str], mask: bool) -> bytes:
    """One article for each outcome; contacts are hidden before a long text is cut, so that no half of one is left."""
    frames = [clean_table(one) for one in assessment[:5]]
    if mask:
        ids = all_ids(frames)
        frames = [mask_table(one, ids=ids) for one in frames]
    table, evidence, economic, forms, records = ([_shown(row) for row in one.to_dict("records")] for one in frames)
    order = [str(cell) for cell in assessment.table["outcome_id"]]
    pieces, answers = _grouped(assessment.evidence, evidence), _grouped(assessment.economic, economic)
    facts = [
        _facts(row, pieces.get(outcome, []), answers[outcome], form, record)
        for outcome, row, form, record in zip(order, table, forms, records, strict=True)
    ]
    scale = [{"number": number, "name": levels()[number].name} for number in NINE]
    context = {
        "outcomes": facts,
        "on": about.get("日期", ""),
        "scale": scale,
        "notes": [NOTES[name] for name in ("用途", "级别名称")],
    }
    return page_bytes("assessment", context, mask=mask)


def _grouped(keys: pd.DataFrame, rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for outcome, row in zip(keys["outcome_id"], rows, strict=True):
        groups.setdefault(str(outcome), []).append(row)
    return groups


def _facts(
    row: dict[str, Any],
    pieces: Sequence[dict[str, Any]],
    answers: Sequence[dict[str, Any]],
    form: dict[str, Any],
    record: dict[str, Any],
) -> dict[str, Any]:
    values = [(title, row[name]) for name, title in tree()["values"].items() if row[name] != ""]
    grades = [(ASSESSMENT[name], row[name]) for name in (*tree()["ordinals"], *tree()["old_items"]) if row[name] != ""]
    listed = (
        "institution",
        "recommended_by",
        "registered_on",
        "secrecy",
        "started_on",
        "ended_on",
        "attribute",
        "keywords",
        "form",
        "standing",
        "stage",
        "registered_number",
    )
    return {
        **row,
        "pieces": list(pieces[:_MOST]),
        "more": max(0, len(pieces) - _MOST),
        "values": values,
        "grades": grades,
        "answers": list(answers),
        "form": [(ASSESSMENT[name], shorten(form[name], _SHORT.get(name, 24))) for name in listed],
        "form_missing": form["missing"],
        "record": record,
    }


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for a page: nothing as "", days as ISO text, numbers short, long texts cut."""
    return {str(name): _cell(str(name), cell) for name, cell in row.items()}


def _cell(name: str, cell: Any) -> str:
    if cell is None or pd.isna(cell):
        return ""
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    if isinstance(cell, str):
        return shorten(cell, _SHORT.get(name, 40))
    return f"{cell:,.0f}" if name in (*_MONEY, "low", "high") else f"{cell:g}"
