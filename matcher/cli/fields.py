"""Fields of technology and industry chains: classify, chains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    FILE,
    TABLE_KINDS,
    Number,
    argument,
    check,
    contacts_option,
    option,
    output_option,
    quiet_option,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.errors import TableError
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    from matcher.tables.reading import Reading

group = Group(
    "fields", default="classify", help="归入技术领域、国民经济行业或产业集群；产业链的缺失环节、无解需求、强链成果。"
)


@group.command("classify", help="把企业、需求或成果归入领域、行业或集群，附概率和起决定作用的词。")
@argument("table", "表", f"企业、需求或成果：{TABLE_KINDS}。")
@output_option(".xlsx、.csv 或 .parquet")
@option(
    "--scheme", default="hte", metavar="分类",
    help="hte（高新领域，默认）、gbt4754（行业）、clusters（集群）、分类表或 .npz 模型。",
)  # fmt: skip
@option("--labels", type=FILE, metavar="标注表", help="先从标注中学习：原文各列，加一列 label（编码或名称）。")
@output_option(".npz", "--save", required=False, help="另存学到的模型")
@option("--level", type=COUNT, metavar="层级", help="只归入分类的这一层。")
@option("-k", type=COUNT, default=3, metavar="个数", help="每行每层给出几个，默认 3。")
@option("--at-least", type=Number(float, 0, 1), default=0.1, metavar="概率", help="第一个之外的最小概率，默认 0.1。")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def classify_command(
    table: Path,
    output: Path,
    scheme: str,
    labels: Path | None,
    save: Path | None,
    level: int | None,
    k: int,
    at_least: float,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Say which fields, industry classes or clusters every row belongs to, with probabilities and words."""
    from matcher.export.tables import write_tables
    from matcher.fields.classifier import FieldModel
    from matcher.fields.workbook import field_sheets
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.main import FIELD_TEXTS

    check({output: TABLES, save: (".npz",)}, table, labels, Path(scheme))
    model = FieldModel.load(scheme) if scheme.endswith(".npz") else FieldModel.build(scheme)
    if labels is not None:
        known = read(read_table, labels, FIELD_TEXTS, quiet=quiet).rows
        if "label" not in known:
            raise TableError(f"{labels.name}：没有 label 列；请给出每行的编码或名称")
        model = model.fit(known, known["label"].fillna("").astype(str).tolist())
        note(quiet, f"学习：{model.learned}")
    texts = _by_code(read(read_table, table, FIELD_TEXTS, sheet=sheet, column=column, quiet=quiet))
    fields = model.classify(texts.rows, k=k, at_least=at_least, level=level, progress=not quiet)
    tables = field_sheets(fields, texts.rows) if output.suffix.lower() == ".xlsx" else {"领域": fields}
    write_tables(output, tables, problems=texts.problems, columns=texts.columns, title="领域", mask=not show_contacts)
    if save is not None:
        model.save(save)
    first = fields[(fields["level"] == fields["level"].min()) & (fields["rank"] == 1)]
    report(quiet, f"{len(texts.rows)} 行，{int((first['code'] == '').sum())} 行不属于任何条目；结果已写入 {output}")


@group.command("chains", help="把企业、需求、成果放到产业链的环节上：缺失环节、无解需求、强链成果。")
@argument("links", "环节表", f"集群、环节、顺序、描述词、必备：{TABLE_KINDS}。")
@output_option(".xlsx（全部），或 .csv、.parquet（只有环节）")
@option("--firms", type=FILE, metavar="企业表", help="企业。")
@option("--needs", type=FILE, metavar="需求表", help="技术需求。")
@option("--outcomes", type=FILE, metavar="成果表", help="科技成果。")
@option("--local", metavar="地区", help="只有所在地区含这些字的成果才算能解决需求，如 临沂。")
@option("--at-least", type=Number(float, 0, 1), default=0.3, metavar="概率", help="放到环节上的最小概率，默认 0.3。")
@sheet_option(of="环节表")
@column_option(of="环节表")
@sheet_option("--firms-sheet", of="企业表")
@column_option("--firms-column", of="企业表")
@sheet_option("--needs-sheet", of="需求表")
@column_option("--needs-column", of="需求表")
@sheet_option("--outcomes-sheet", of="成果表")
@column_option("--outcomes-column", of="成果表")
@contacts_option
@quiet_option
def chains_command(
    links: Path,
    output: Path,
    firms: Path | None,
    needs: Path | None,
    outcomes: Path | None,
    local: str | None,
    at_least: float,
    sheet: str | None,
    column: Sequence[str],
    firms_sheet: str | None,
    firms_column: Sequence[str],
    needs_sheet: str | None,
    needs_column: Sequence[str],
    outcomes_sheet: str | None,
    outcomes_column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Put firms, needs and outcomes on the links of chains: missing links, unanswered needs, strongest outcomes."""
    import pandas as pd

    from matcher.export.tables import write_tables
    from matcher.fields.chains import (
        link_table,
        named_beside,
        outcomes_of_region,
        place_on_chains,
        read_links,
        strongest_outcomes,
        unanswered_needs,
    )
    from matcher.fields.workbook import chain_sheets
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.tables.reading import read_needs, read_outcomes, read_table
    from matcher.tables.schemas.main import FIELD_TEXTS

    check({output: TABLES}, links, firms, needs, outcomes)
    chain = read(read_links, links, sheet=sheet, column=column, quiet=quiet)
    readings = {"links": chain}
    if firms is not None:
        found = read(read_table, firms, FIELD_TEXTS, sheet=firms_sheet, column=firms_column, quiet=quiet)
        readings["firms"] = _by_code(found)
    if needs is not None:
        readings["needs"] = read(read_needs, needs, sheet=needs_sheet, column=needs_column, quiet=quiet)
    if outcomes is not None:
        readings["outcomes"] = read(read_outcomes, outcomes, sheet=outcomes_sheet, column=outcomes_column, quiet=quiet)
    given = {name: readings[name].rows for name in ("firms", "needs", "outcomes") if name in readings}
    places = place_on_chains(chain.rows, at_least=at_least, **given)
    tables = {"环节": link_table(chain.rows, places), "落位": places}
    summary = ""
    if "needs" in given and "outcomes" in given:
        near = outcomes_of_region(given["outcomes"], local) if local else None
        index = Index.build(given["outcomes"], progress=not quiet)
        matches = match(given["needs"], index, reasons=False, progress=not quiet)
        tables["无解需求"] = unanswered_needs(places, matches, local=near)
        tables["强链成果"] = strongest_outcomes(places, matches)
        many = tables["无解需求"]["need_id"].nunique()
        summary = f"；无{'本地' if local else ''}成果可解的链上需求 {many} 项"
    sheets = chain_sheets(tables, **given) if output.suffix.lower() == ".xlsx" else tables
    problems = all_problems(*readings.values())
    if firms is not None:
        beside = named_beside(chain.rows, places, given["firms"])
        problems = pd.concat([problems, beside], ignore_index=True)
        for line in beside["problem"]:
            note(quiet, line)
    columns = all_columns(*readings.values())
    write_tables(output, sheets, problems=problems, columns=columns, title="产业链", mask=not show_contacts)
    on_links = tables["环节"]
    missing = on_links.loc[on_links["missing"], "link"].tolist()
    report(
        quiet,
        f"{len(on_links)} 个环节，缺 {len(missing)} 个：{'、'.join(missing) or '无'}{summary}；结果已写入 {output}",
    )


def _by_code(reading: Reading) -> Reading:
    """Rows whose id only counts them under their 统一社会信用代码, where it is a right one and of no other row."""
    from dataclasses import replace

    from matcher.policy.firms.linkage import right_codes
    from matcher.tables.headers.row_numbers import numbers_rows

    rows, account = reading.rows, reading.columns
    header = next(iter(account.loc[account["field"] == "enterprise_id", "header"]), "")
    codes = right_codes(rows["uscc"])
    own = (codes != "") & ~codes.duplicated(keep=False)
    if not own.any() or not numbers_rows(header, rows["enterprise_id"].tolist()):
        return reading
    return replace(reading, rows=rows.assign(enterprise_id=rows["enterprise_id"].mask(own, codes)))


ALIASES = {"chains": chains_command}
