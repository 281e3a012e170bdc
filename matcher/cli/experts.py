"""Experts known by their works: rank, points, teams, merges, merge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher.cli.column_choices import column_option
from matcher.cli.commands import Group
from matcher.cli.messages import note, report
from matcher.cli.options import (
    COUNT,
    FILE,
    TABLE_KINDS,
    Number,
    OneOf,
    argument,
    bad_rows_option,
    check,
    contacts_option,
    k_option,
    named,
    on_option,
    option,
    output_option,
    quiet_option,
    sheet_of,
    sheet_option,
)
from matcher.cli.reading import all_columns, all_problems, read
from matcher.cli.records import about
from matcher.errors import TableError
from matcher.export.targets import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from matcher.experts.library import Experts
    from matcher.tables.reading import Reading
    from matcher.tables.schemas.main import Contract

_ACCEPTED = (
    ("expert_id_a", "text", "编号甲", ("专家甲",)),
    ("expert_id_b", "text", "编号乙", ("专家乙",)),
    ("accepted", "text", "是否合并", ("同意",)),
)
_FITS = (
    ("need_id", "text", "需求编号", ("需求",)),
    ("point", "number", "要点序号", ("要点",)),
    ("expert_id", "text", "专家编号", ("专家", "人员编号")),
    ("outcome_id", "text", "成果编号", ("成果",)),
    ("score", "share", "得分", ("分数", "匹配分")),
    ("probability", "share", "相关概率", ()),
    ("good_match", "yesno", "较强匹配", ()),
)
_FORBIDDEN = (("a_id", "text", "人员甲", ("编号甲", "person_a")), ("b_id", "text", "人员乙", ("编号乙", "person_b")))

group = Group("experts", default="rank", help="按业绩为需求找专家；需求拆成要点、组队；同名专家的甄别与合并。")


@group.command("rank", help="按业绩为每条需求推荐专家（--push：为每位专家推荐需求），附依据的业绩与原句。")
@argument("needs", "需求表", f"技术需求：{TABLE_KINDS}。")
@argument("people", "专家表", "专家、团队、实验室或平台。")
@argument("works", "业绩表", "一行一项业绩一位完成人；没有时只看专家自己写的方向。", required=False)
@output_option(".xlsx（工作簿）、.html（网页）、.csv 或 .parquet")
@option("--push", is_flag=True, help="反向：为每位专家找需求。")
@k_option
@option("--where", multiple=True, metavar="字段=值", help="只要有这个标签的专家；可多次给出。")
@option("--same", multiple=True, metavar="字段", help="双方必须一致的字段；可多次给出。")
@option("--exclude", type=FILE, metavar="配对表", help="不再列出的配对（需求编号、专家编号）。")
@option("--half-life", type=Number(float, 0.1), metavar="年数", help="业绩过多少年权重减半。")
@sheet_option(of="需求")
@sheet_option("--experts-sheet", of="专家")
@sheet_option("--works-sheet", of="业绩")
@column_option(of="需求表")
@column_option("--experts-column", of="专家表")
@column_option("--works-column", of="业绩表")
@bad_rows_option
@contacts_option
@on_option("从哪一天回看业绩，默认今天。")
@quiet_option
def rank_command(
    needs: Path,
    people: Path,
    works: Path | None,
    output: Path,
    push: bool,
    k: int,
    where: Sequence[str],
    same: Sequence[str],
    exclude: Path | None,
    half_life: float | None,
    sheet: str | None,
    experts_sheet: str | None,
    works_sheet: str | None,
    column: Sequence[str],
    experts_column: Sequence[str],
    works_column: Sequence[str],
    bad_rows: str,
    show_contacts: bool,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Rank experts for every need by their works (or needs for every expert), with reasons."""
    from matcher.experts.library import HALF_LIFE, Weighing
    from matcher.experts.ranking import rank_experts, rank_needs
    from matcher.export.matches import SUFFIXES, write_matches
    from matcher.matching.index import Index
    from matcher.tables.reading import read_experts, read_needs

    check({output: SUFFIXES}, needs, people, works, exclude)
    if push and (where or same or exclude):
        raise TableError("--where、--same、--exclude 只用于为需求找专家，不能与 --push 一起用")
    day = on or dt.date.today()
    shared: dict[str, Any] = {"bad_rows": bad_rows, "quiet": quiet}
    asking = read(read_needs, needs, sheet=sheet, column=column, **shared)
    persons = read(read_experts, people, sheet=experts_sheet, column=experts_column, **shared)
    library, done = known_by_works(persons.rows, works, sheet=works_sheet, column=works_column, **shared)
    weighing = Weighing(half_life=HALF_LIFE if half_life is None else half_life)
    if push:
        index = Index.build(asking.rows, progress=not quiet)
        ranked = rank_needs(library, index, k=k, on=day, weighing=weighing, progress=not quiet)
    else:
        ranked = rank_experts(
            asking.rows, library, k=k, on=day, where={_field(name): value for name, value in named(where).items()},
            same=[_field(name) for name in same], exclude=_excluded(exclude) if exclude else None, weighing=weighing,
            progress=not quiet,
        )  # fmt: skip
    settings = {
        "业绩": f"{len(done[0].rows)} 条（一项业绩每位完成人一条）；{len(library.unknown)} 个专家编号或姓名不在专家表中"
        if done
        else "没有业绩表，只看专家自己写的方向和简介",
        "业绩权重": f"最相关的 {weighing.top} 项，后一项为前一项的 {weighing.fade:g} 倍；"
        f"每 {weighing.half_life:g} 年权重减半；"
        + "、".join(f"{name} {weight:g}" for name, weight in {**weighing.kinds, **weighing.roles}.items()),
        "每条给出": str(k),
        "筛选": "；".join([*where, *(f"{name}须一致" for name in same)]) or "无",
        "排除的配对": str(exclude or "无"),
    }
    sides = (persons.rows, asking.rows) if push else (asking.rows, persons.rows)
    write_matches(
        output,
        ranked,
        queries=sides[0],
        records=sides[1],
        problems=all_problems(asking, persons, *done),
        columns=all_columns(asking, persons, *done),
        about=about(day, [needs, people, works]) | settings,
        mask=not show_contacts,
    )
    good = ranked.groupby(ranked.columns[0])["good_match"].any()
    report(quiet, f"{len(good)} 条中 {int(good.sum())} 条有可推荐的{'需求' if push else '专家'}；结果已写入 {output}")


def known_by_works(
    people: pd.DataFrame, works: Path | None, *, quiet: bool, **choices: Any
) -> tuple[Experts, list[Reading]]:
    """The library of experts, and what was read of their works and found in joining them by name; without a table of
    works experts are known by what they say of themselves.
    """
    import pandas as pd

    from matcher.experts.library import Experts
    from matcher.experts.works_by_name import join_by_name
    from matcher.tables.reading import Reading, describe, read_works

    if works is None:
        note(quiet, "没有业绩表，只看专家自己写的方向和简介")
        none = pd.DataFrame(columns=["work_id", "expert_id", "title"], dtype=str)
        return Experts.build(people, none, progress=not quiet), []
    done = read(read_works, works, quiet=quiet, **choices)
    by_name = join_by_name(people, done.rows, file=works.name)
    note(quiet, describe(by_name.problems))
    library = Experts.build(people, by_name.works, progress=not quiet)
    if nobody := int((by_name.works["expert_id"] == "").sum()):
        note(quiet, f"{works.name}：{nobody} 条业绩没有专家编号，姓名也对应不上，未用")
    return library, [done, Reading(by_name.works, by_name.problems)]


@group.command("points", help="把需求拆成要点，每个要点一行，供 match 和 experts teams 使用；其间可以修改。")
@argument("needs", "需求表", "技术需求。")
@output_option(".csv 或 .parquet")
@sheet_option()
@column_option()
@contacts_option
@quiet_option
def points_command(
    needs: Path, output: Path, sheet: str | None, column: Sequence[str], show_contacts: bool, quiet: bool
) -> None:
    """Split needs into their points, one row each."""
    from matcher.experts.teams import point_needs
    from matcher.export.tables import write_tables
    from matcher.tables.columns.soft_values import with_texts
    from matcher.tables.reading import read_needs
    from matcher.tables.schemas.main import NEEDS

    check({output: (".csv", ".parquet")}, needs)
    reading = read(read_needs, needs, sheet=sheet, column=column, quiet=quiet)
    table = point_needs(reading.rows)
    shown = with_texts(table.drop(columns="duplicate_of", errors="ignore"), NEEDS)
    write_tables(output, {"要点": shown}, problems=reading.problems, columns=reading.columns, mask=not show_contacts)
    report(quiet, f"{table['of_need_id'].nunique()} 条需求，{len(table)} 个要点；结果已写入 {output}")


@group.command("teams", help="为每条需求组建能覆盖全部要点的最小团队，给出备选和理由。")
@argument("needs", "需求表", "需求，或 experts points 拆出的要点。")
@argument("fits", "应答表", "谁能回应哪个要点：需求编号、要点序号、专家编号、得分；或对要点的一份匹配结果。")
@output_option(".xlsx、.csv 或 .parquet")
@option("--at-least", type=Number(float), metavar="分数", help="多少分算能回应；默认看“较强匹配”一列。")
@option(
    "--score",
    type=OneOf("score", "probability"),
    default="score",
    metavar="列",
    help="看哪一列：score（默认）或 probability。",
)
@option("--most", type=COUNT, default=3, metavar="人数", help="一队至多几人，默认 3。")
@option("-k", type=COUNT, default=3, metavar="队数", help="每条需求给出几队，默认 3。")
@option("--forbid", type=FILE, metavar="表", help="不能同队的两人，每行一对。")
@option("--names", type=FILE, metavar="专家表", help="专家表，用来在结果中写出姓名。")
@sheet_option(of="需求")
@column_option(of="需求表")
@contacts_option
@quiet_option
def teams_command(
    needs: Path,
    fits: Path,
    output: Path,
    at_least: float | None,
    score: str,
    most: int,
    k: int,
    forbid: Path | None,
    names: Path | None,
    sheet: str | None,
    column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """The smallest teams that cover the points of every need."""
    from matcher.experts.teams import find_teams, fits_from
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.export.titles import TEAMS
    from matcher.tables.reading import read_needs
    from matcher.tables.schemas.main import EXPERTS

    check({output: TABLES}, needs, fits, forbid, names)
    asking = read(read_needs, needs, sheet=sheet, column=column, quiet=quiet)
    table = _declared(fits, _FITS, quiet)
    who = "expert_id" if (table["expert_id"] != "").any() else "outcome_id"
    if not (table[who] != "").any():
        raise TableError(f"{fits.name}：缺少“专家编号”（expert_id）这一列，或它是空的")
    if table["good_match"].isna().all():
        table = table.drop(columns="good_match")
        if at_least is None:
            raise TableError(
                f"{fits.name}：没有“较强匹配”（good_match）这一列，请用 --at-least 说明多少分算能回应一个要点"
            )
    if table["point"].isna().all():
        table = fits_from(table, who=who, score=score)
    else:
        table = table.assign(expert_id=table[who], score=table[score])
    barred: list[tuple[str, str]] = []
    if forbid is not None:
        pairs = _declared(forbid, _FORBIDDEN, quiet)
        barred = list(zip(pairs["a_id"], pairs["b_id"], strict=True))
    persons: dict[str, str] = {}
    if names is not None:
        people = _as_written(names, EXPERTS, quiet)
        persons = {key: name for key, name in zip(people["expert_id"], people["name"], strict=True) if name}
    teams = find_teams(asking.rows, table, at_least=at_least, most=most, k=k, forbid=barred, names=persons)
    write_tables(
        output,
        {"组队方案": Sheet(teams, TEAMS)},
        problems=asking.problems,
        columns=asking.columns,
        mask=not show_contacts,
    )
    first = teams[teams["team"] <= 1].drop_duplicates("need_id")
    whole = int(((first["team"] == 1) & (first["missing"] == "")).sum())
    nobody = int((first["team"] == 0).sum())
    report(quiet, f"{len(first)} 条需求：{whole} 条全部要点有人回应，{nobody} 条库中无人；结果已写入 {output}")


@group.command("merges", help="找出可能是同一人的同名编号，列出依据；不会自动合并。")
@argument("experts", "专家表", "专家。")
@argument("works", "业绩表", "一行一项业绩一位完成人。")
@output_option(".xlsx、.csv 或 .parquet")
@sheet_option(of="专家")
@sheet_option("--works-sheet", of="业绩")
@column_option(of="专家表")
@column_option("--works-column", of="业绩表")
@contacts_option
@quiet_option
def merges_command(
    experts: Path,
    works: Path,
    output: Path,
    sheet: str | None,
    works_sheet: str | None,
    column: Sequence[str],
    works_column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Propose which ids of one name are one person, with the evidence."""
    from matcher.experts.deduplication import propose_merges
    from matcher.export.sheets import Sheet
    from matcher.export.tables import write_tables
    from matcher.export.titles import TEAMS
    from matcher.tables.schemas.main import EXPERTS, WORKS

    check({output: TABLES}, experts, works)
    people = _as_written(experts, EXPERTS, quiet, sheet, column)
    proposals = propose_merges(people, _as_written(works, WORKS, quiet, works_sheet, works_column))
    write_tables(output, {"同名者": Sheet(proposals, TEAMS)}, mask=not show_contacts)
    counts = proposals["verdict"].value_counts()
    summary = "，".join(f"{name} {counts.get(name, 0)} 对" for name in ("建议合并", "待核实", "不合并"))
    report(
        quiet, f"同名 {len(proposals)} 对：{summary}；结果已写入 {output}。请在“是否合并”（accepted）一列填 是 或 否"
    )


@group.command("merge", help="合并已同意的同名编号；被取代的原行另存在旁边。")
@argument("experts", "专家表", "专家。")
@argument("works", "业绩表", "业绩。")
@argument("accepted", "同名者表", "experts merges 写出的表，同意合并的填“是”。")
@option("-o", "--output", type=FILE, required=True, metavar="文件夹", help="四张 CSV 表写到哪个文件夹；没有就新建。")
@sheet_option(of="专家")
@sheet_option("--works-sheet", of="业绩")
@column_option(of="专家表")
@column_option("--works-column", of="业绩表")
@contacts_option
@quiet_option
def merge_command(
    experts: Path,
    works: Path,
    accepted: Path,
    output: Path,
    sheet: str | None,
    works_sheet: str | None,
    column: Sequence[str],
    works_column: Sequence[str],
    show_contacts: bool,
    quiet: bool,
) -> None:
    """Join the accepted pairs; the rows that they replace are written beside the new tables."""
    from matcher.experts.deduplication import merge_experts
    from matcher.export.tables import files_of
    from matcher.export.targets import check_folder, make_folder, save_files
    from matcher.tables.schemas.main import EXPERTS, WORKS

    check_folder(output, [experts, works, accepted])
    people = _as_written(experts, EXPERTS, quiet, sheet, column)
    done = _as_written(works, WORKS, quiet, works_sheet, works_column)
    merged = merge_experts(people, done, _declared(accepted, _ACCEPTED, quiet))
    folder = make_folder(output)
    files: dict[Path, bytes] = {}
    for name, table in merged._asdict().items():
        files |= files_of(folder / f"{name}.csv", {name: table}, mask=not show_contacts)
    save_files(files)
    note(quiet or show_contacts, "新表中的联系方式已遮盖；要原样保留请加 --show-contacts")
    count = len(merged.old_experts)
    report(
        quiet, f"{count} 个编号并为 {merged.old_experts['merged_into'].nunique()} 人；新表和合并前的原行已写入 {output}"
    )


def _field(name: str) -> str:
    """The column of the experts' table that a user means by its name or its Chinese title."""
    from matcher.tables.schemas.main import EXPERTS

    return next((column.name for column in EXPERTS.columns if name in (column.name, column.title)), name)


def _excluded(path: Path) -> pd.DataFrame:
    from matcher.tables.reading import read_table
    from matcher.tables.schemas.main import EXPERTS, NEEDS, PAIRS, Contract

    columns = (PAIRS["pair_id"], NEEDS["need_id"], EXPERTS["expert_id"])
    rows = read_table(path, Contract("pairs", "配对", "pair_id", columns)).rows
    if (rows[["need_id", "expert_id"]] == "").any(axis=None):
        raise TableError(f"{path.name}：每一行都要有需求编号和专家编号")
    return rows


def _as_written(
    path: Path, contract: Contract, quiet: bool, sheet: str | None = None, column: Sequence[str] = ()
) -> pd.DataFrame:
    """The rows by a contract, with every cell but the ids as it stands there, so that it can be written back."""
    from matcher.tables.reading import describe, read_table

    columns = tuple(replace(one, kind="id" if one.kind == "id" else "text") for one in contract.columns)
    contract = replace(contract, columns=columns, any_of=())
    reading = read_table(path, contract, sheet=sheet_of(sheet), columns=named(column, "表头=字段") or None)
    made_up = reading.problems["problem"].str.contains("已按行号编号", regex=False)
    numbered = contract.id_column == "entry_id"  # a number of the row itself is of no use to anybody
    note(quiet, describe(reading.problems[~made_up] if numbered else reading.problems))
    return reading.rows.drop(columns=contract.id_column) if numbered and made_up.any() else reading.rows


def _declared(path: Path, columns: tuple[tuple[Any, ...], ...], quiet: bool) -> pd.DataFrame:
    """The rows of a table by its declared columns, others behind them."""
    from matcher.tables.reading import describe, read_table
    from matcher.tables.schemas.main import Column, Contract

    declared = (Column("row_id", "id", "行号"), *(Column(*column) for column in columns))
    reading: Reading = read_table(path, Contract("table", "行", "row_id", declared))
    note(quiet, describe(reading.problems[~reading.problems["problem"].str.contains("“行号”")]))
    return reading.rows.drop(columns="row_id")


ALIASES = {"points": points_command, "teams": teams_command, "merges": merges_command, "merge": merge_command}
