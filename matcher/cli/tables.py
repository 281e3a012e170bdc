"""Tables before the work begins: blank ones to hand out, many to one, one to many."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.column_choices import column_option, columns_by_file
from matcher.cli.commands import Command
from matcher.cli.messages import note, report
from matcher.cli.options import (
    OneOf,
    argument,
    check,
    contacts_option,
    on_option,
    option,
    output_option,
    policy_option,
    quiet_option,
    sheet_of,
    sheet_option,
)
from matcher.cli.reading import unknown_lines

if TYPE_CHECKING:
    from matcher.tables.reading import Reading
    from matcher.tables.schemas.main import Contract

_FIRMS = ("hte", "tech-sme")  # whose columns a table of firms has where nothing else is said
_NAMED = ("resources", "resource_needs")  # whose headers other tables have too: taken only where --kind names them
_KINDS = {
    "needs": "需求",
    "outcomes": "成果",
    "experts": "专家",
    "works": "业绩",
    "rights": "知识产权",
    "projects": "研发项目",
    "conversions": "成果转化",
    "staff": "人员",
    "incidents": "事故与失信",
    "platforms": "平台",
    "resources": "资源",
    "resource_needs": "资源需求",
    "firms": "企业",
    "managed_projects": "管理的项目",
    "villages": "村",
    "commissioners": "特派员",
    "service": "服务记录",
    "contracts": "技术合同",
}


@click.command("template", cls=Command, help="写出一张空白表：表头、填法、可选的词、示例行，发给填表的人。")
@click.argument("kind", nargs=-1, required=True, metavar="种类……")
@output_option(".xlsx")
@option("--english", is_flag=True, help="英文表头，发给国外的单位；企业情况表没有。")
@quiet_option
def template_command(kind: Sequence[str], output: Path, english: bool, quiet: bool) -> None:
    """Write a blank table: needs, outcomes, experts, works, a register, firms, or the firms of some policies."""
    from matcher.errors import ArgumentError, PolicyError
    from matcher.export.blank_forms import blank_table
    from matcher.export.tables import write_tables
    from matcher.policy.firms.blank_form import blank_sheets
    from matcher.policy.firms.table import subject_of
    from matcher.policy.policy import load_policy

    check({output: (".xlsx",)})
    kinds = {title: name for name, title in _KINDS.items()}
    words = [kinds.get(word.removesuffix("表"), word) for word in kind]
    if len(words) == 1 and words[0] in _KINDS and words[0] != "firms":
        contract = _contracts()[words[0]]
        write_tables(output, blank_table(contract, english=english), title=f"{contract.title}表")
    elif several := [word for word in words if word in _KINDS and word != "firms"]:
        beside = "、".join(_KINDS[word] for word in several)
        raise ArgumentError(f"空白表一次写一种（{beside}各写一次）；只有几项政策的企业情况表可以写在一起")
    elif english:
        raise ArgumentError(f"英文空白表只有 {'、'.join(_contracts())}，没有 {'、'.join(kind)}")
    else:
        names = [name for word in words for name in (_FIRMS if word == "firms" else (word,))]
        try:
            policies = [load_policy(name) for name in names]
        except PolicyError as error:
            raise PolicyError(
                f"空白表的种类有：{'、'.join(_KINDS.values())}；政策的空白表写政策编号：{error}"
            ) from None
        write_tables(output, blank_sheets(policies), title=f"{subject_of(policies).title}情况表")
    report(quiet, f"已写出 {output}")


@click.command("gather", cls=Command, help="把文件夹（或工作簿的各张表）里的表合成一张，记下来源；读 Word 表单。")
@argument(
    "sources",
    "文件夹或文件……",
    "各县区、各企业交来的表：xlsx、xls、csv、docx 等；可给出多个。",
    nargs=-1,
    required=True,
)
@output_option(".xlsx 或 .csv")
@option(
    "--kind",
    type=OneOf(*_KINDS),
    metavar="种类",
    help=f"{'、'.join(_KINDS)}；默认看表头。",
)
@policy_option(required=False)
@column_option()
@on_option("企业表的判断日期，表头里的年份按它归位，默认今天。")
@contacts_option
@quiet_option
def gather_command(
    sources: Sequence[Path],
    output: Path,
    kind: str | None,
    policy: Sequence[str],
    column: Sequence[str],
    on: dt.date | None,
    show_contacts: bool,
    quiet: bool,
) -> None:
    """All tables of folders or all sheets of workbooks as one table."""
    import pandas as pd

    from matcher.errors import TableError
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.policy.firms.table import firm_contract, read_firms
    from matcher.policy.policy import load_policies
    from matcher.policy.registers.schemas import registers
    from matcher.tables.columns.soft_values import with_texts
    from matcher.tables.gathering import files_in, gather, join_firms, likely_contract
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.projects import INTEGRITY_RECORDS, PROJECT_EVENTS
    from matcher.tables.schemas.single_commands import TARGETS

    for source in sources:
        if not source.exists():
            raise TableError(f"{source}：找不到这个文件或文件夹")
    files = list({path.resolve(): path for source in sources for path in files_in(source)}.values())
    check({output: (".xlsx", ".csv")}, *files)
    if not files:
        raise TableError(
            f"{'、'.join(map(str, sources))}：文件夹里没有能读的表（xlsx、xls、csv、parquet、jsonl、docx）"
        )
    policies = load_policies(list(policy) or list(_FIRMS))
    contracts = {**_contracts(), "firms": firm_contract(policies)}
    guessed = {name: one for name, one in contracts.items() if name not in _NAMED}
    if policy:  # which reads firms: those that hold a title have its days, as rights and platforms have theirs
        guessed = {name: one for name, one in guessed.items() if name not in registers()}
    strange = {} if policy else {one.title: one for one in (INTEGRITY_RECORDS, PROJECT_EVENTS, TARGETS)}
    kind = kind or likely_contract(files, guessed, strange)
    contract = contracts[kind]

    def reader(table: Any, sheet: str | None, columns: Mapping[str, str]) -> Reading:
        if kind == "firms":
            return read_firms(table, policies, on=on, sheet=sheet, columns=columns)
        return read_table(table, contract, sheet=sheet, columns=columns)

    id_column = None if kind == "firms" else contract.id_column  # firms of one id are one firm
    named = columns_by_file(column, {path.name for path in files})
    gathered = gather(files, contract, reader, id_column=id_column, sources=sources, columns=named)
    rows, problems = gathered.rows, gathered.problems
    titles = {column.name: column.title for column in contract.columns}
    rows = with_texts(rows, contract)
    apart = ""
    if kind == "firms":
        rows, differing = join_firms(rows)
        differing["column"] = differing["column"].map(lambda name: titles.get(name, name))
        problems = pd.concat([problems, differing], ignore_index=True) if len(differing) else problems
        apart = f"；{len(differing)} 处同一企业在两张表中不同，采用先读到的（见“问题”）" if len(differing) else ""
    ready = _as_read(rows, contract)
    sheet = Sheet(ready, titles, frozen=2)
    if output.suffix.lower() == ".csv":
        sheet = Sheet(ready.rename(columns=titles))
    write_tables(
        output, {_KINDS[kind]: sheet}, problems=problems, columns=gathered.columns,
        title=f"{_KINDS[kind]}汇总", mask=not show_contacts,
    )  # fmt: skip
    unread = problems.loc[problems["problem"].str.startswith("没有读入"), "file"].nunique()
    report(
        quiet,
        f"{len(files)} 个文件合成 {len(rows)} 行{_KINDS[kind]}"
        + (f"，{unread} 个文件有没读入的表（见“问题”）" if unread else "")
        + apart,
    )
    note(quiet, *(f"  {line.file} {line.problem}" for line in _left_out(problems)))
    secret = problems[problems["problem"].str.contains("写着不公开或涉密")]
    note(quiet, *(f"  {line.file} {line.column}：{line.problem}；{line.action}" for line in secret.itertuples()))
    note(quiet, *unknown_lines(gathered.columns))


@click.command("split", cls=Command, help="把一张整齐的表按某一列（如 地区）拆成一个值一个文件。")
@argument("table", "表", "如 matcher gather 写出的表。")
@option("--by", required=True, metavar="表头", help="按哪一列拆，如 地区。")
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="文件夹",
    help="写到哪个文件夹：一个值一个 .xlsx。",
)
@sheet_option()
@contacts_option
@quiet_option
def split_command(table: Path, by: str, output: Path, sheet: str | None, show_contacts: bool, quiet: bool) -> None:
    """One workbook for each value of a column."""
    from matcher.export.tables import files_of
    from matcher.export.targets import check_folder, make_folder, save_files
    from matcher.tables.gathering import split

    check_folder(output, [table])
    parts = split(table, by, sheet=sheet_of(sheet))
    names = _file_names(list(parts))
    files: dict[Path, bytes] = {}
    for value, rows in parts.items():
        files |= files_of(output / f"{names[value]}.xlsx", {"表": rows}, title=value, mask=not show_contacts)
    make_folder(output)
    save_files(files)
    report(quiet, f"拆成 {len(parts)} 个文件：" + "、".join(f"{value} {len(rows)} 行" for value, rows in parts.items()))


def _contracts() -> dict[str, Contract]:
    from matcher.policy.registers.schemas import registers
    from matcher.tables.schemas.commissioners import COMMISSIONERS, SERVICE, VILLAGES
    from matcher.tables.schemas.main import EXPERTS, NEEDS, OUTCOMES, WORKS
    from matcher.tables.schemas.projects import MANAGED_PROJECTS
    from matcher.tables.schemas.resources import RESOURCE_NEEDS, RESOURCES
    from matcher.tables.schemas.single_commands import TECH_CONTRACTS

    own = {"needs": NEEDS, "outcomes": OUTCOMES, "experts": EXPERTS, "works": WORKS}
    more = (MANAGED_PROJECTS, VILLAGES, COMMISSIONERS, SERVICE)
    resources = {"resources": RESOURCES, "resource_needs": RESOURCE_NEEDS}
    named = {one.name: one for one in more} | {"contracts": TECH_CONTRACTS}
    return {**own, **registers(), **resources, **named}


def _as_read(rows: Any, contract: Contract) -> Any:
    """The rows as a table that reads the same again, with fen in their sums and without columns that have no value."""
    import pandas as pd

    from matcher.tables.schemas.contracts import FEN

    for name in (column.name for column in contract.columns if column.name + FEN in rows):
        fen = pd.to_numeric(rows[name + FEN]).fillna(0)
        rows = rows.assign(**{name: rows[name] + fen / 100}).drop(columns=name + FEN)
    filled = rows.notna() & (rows.astype(object).where(rows.notna(), "") != "")
    empty = [name for name in rows if not filled[name].any()]
    return rows.drop(columns=[name for name in empty if name != contract.id_column])


def _left_out(problems: Any) -> list[Any]:
    return list(problems[problems["problem"].str.startswith("没有读入")].head(10).itertuples(index=False))


def _file_names(values: Sequence[str]) -> dict[str, str]:
    """A file name for each value, none twice."""
    names: dict[str, str] = {}
    for value in values:
        plain = re.sub(r'[\\/:*?"<>|\s]+', "_", value).strip("._")[:80] or "未填"
        name, many = plain, 1
        while name.lower() in {taken.lower() for taken in names.values()}:
            many += 1
            name = f"{plain}_{many}"
        names[value] = name
    return names


def add_commands(main: Any) -> None:
    """Put the commands on the main group."""
    for command in (template_command, gather_command, split_command):
        main.add_command(command)
