"""The commands on persons: points, teams, merges, merge. No logic; `add_commands` adds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matcher.cli.options import say
from matcher.errors import OutputError, TableError

if TYPE_CHECKING:
    import pandas as pd

    from matcher.tables.schemas import Contract

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary; errors only.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx (workbook), .csv or .parquet.")]

_TITLES = {
    "need_id": "需求编号", "team": "方案", "expert_id": "专家编号", "points": "可回应要点", "leads": "主答要点",
    "score": "得分", "missing": "无人回应", "why": "理由", "of_need_id": "所属需求", "point": "要点序号",
    "expert_id_a": "编号甲", "expert_id_b": "编号乙", "name": "姓名", "institution": "单位分", "coauthors": "合作者分",
    "topics": "主题分", "years": "年份分", "works": "成果分", "verdict": "建议", "reason": "依据",
    "accepted": "是否合并",
}  # fmt: skip
_PAIRS = (
    ("expert_id_a", "text", "编号甲", ("专家甲",)),
    ("expert_id_b", "text", "编号乙", ("专家乙",)),
    ("accepted", "text", "是否合并", ("同意",)),
)
_FITS = (
    ("need_id", "text", "需求编号", ("需求",)),
    ("point", "number", "要点序号", ("要点",)),
    ("expert_id", "text", "专家编号", ("专家", "人员编号")),
    ("outcome_id", "text", "成果编号", ("成果",)),
    ("score", "number", "得分", ("分数", "匹配分")),
    ("probability", "number", "相关概率", ()),
    ("good_match", "yesno", "较强匹配", ()),
)
_FORBID = (("a_id", "text", "人员甲", ("编号甲", "person_a")), ("b_id", "text", "人员乙", ("编号乙", "person_b")))


def points(
    needs: Annotated[Path, typer.Argument(help="Table of needs.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .csv or .parquet.")],
    quiet: Quiet = False,
) -> None:
    """Split needs into their points, one row each, for `match` and `teams`; the table may be edited between."""
    from matcher.experts.teams import point_needs

    if output.suffix.lower() == ".xlsx":
        raise OutputError(f"不能写成“{output.name}”：要点表须以 .csv 或 .parquet 结尾，供匹配时读取")
    table = point_needs(_needs(needs, quiet))
    _write(output, "要点", table.drop(columns="duplicate_of", errors="ignore"))
    say(quiet, f"{table['of_need_id'].nunique()} 条需求，{len(table)} 个要点；结果已写入 {output}")


def teams(
    needs: Annotated[Path, typer.Argument(help="Table of needs, or of their points (from `points`).")],
    fits: Annotated[
        Path, typer.Argument(help="Who answers which point: need_id, point, expert_id, score; or a ranking of points.")
    ],
    output: Output,
    at_least: Annotated[
        float | None, typer.Option(help="Score that covers a point; by default where the ranking says good_match.")
    ] = None,
    score: Annotated[str, typer.Option(help="Which column of a ranking counts: score or probability.")] = "score",
    most: Annotated[int, typer.Option(min=1, help="Persons of a team at most.")] = 3,
    k: Annotated[int, typer.Option("-k", min=1, help="Teams for each need.")] = 3,
    forbid: Annotated[Path | None, typer.Option(help="Table of two persons a row who must not be in one team.")] = None,
    names: Annotated[Path | None, typer.Option(help="Table of experts, for their names in the reasons.")] = None,
    quiet: Quiet = False,
) -> None:
    """The smallest teams that cover the points of every need, with alternatives and reasons."""
    from matcher.experts.teams import find_teams, fits_from

    asking = _needs(needs, quiet)
    table = _read(fits, _FITS, quiet)
    who = "expert_id" if (table["expert_id"] != "").any() else "outcome_id"
    if not (table[who] != "").any():
        raise TableError(f"{fits.name}：缺少“专家编号”（expert_id）这一列，或它是空的")
    if score not in ("score", "probability"):
        raise TableError(f"--score 只能是 score 或 probability，不能是“{score}”")
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
    pairs: list[tuple[str, str]] = []
    if forbid is not None:
        barred = _read(forbid, _FORBID, quiet)
        pairs = list(zip(barred["a_id"], barred["b_id"], strict=True))
    called: dict[str, str] = {}
    if names is not None:
        people = _people(names, quiet)
        called = {key: name for key, name in zip(people["expert_id"], people["name"], strict=True) if name}
    found = find_teams(
        asking, table, at_least=at_least, most=most, k=k, forbid=[(a, b) for a, b in pairs], names=called
    )
    _write(output, "组队方案", found)
    first = found[found["team"] <= 1].drop_duplicates("need_id")
    whole = int(((first["team"] == 1) & (first["missing"] == "")).sum())
    nobody = int((first["team"] == 0).sum())
    say(quiet, f"{len(first)} 条需求：{whole} 条全部要点有人回应，{nobody} 条库中无人；结果已写入 {output}")


def merges(
    experts: Annotated[Path, typer.Argument(help="Table of experts: expert_id, name, institution ...")],
    works: Annotated[Path, typer.Argument(help="Table of works, one row a person and work: work_id, expert_id ...")],
    output: Output,
    quiet: Quiet = False,
) -> None:
    """Propose which ids of one name are one person, with what speaks for and against. Nothing is merged."""
    from matcher.experts.deduplication import propose_merges

    found = propose_merges(_people(experts, quiet), _works(works, quiet))
    _write(output, "同名者", found)
    counts = found["verdict"].value_counts()
    told = "，".join(f"{name} {counts.get(name, 0)} 对" for name in ("建议合并", "待核实", "不合并"))
    say(quiet, f"同名 {len(found)} 对：{told}；结果已写入 {output}。请在“是否合并”（accepted）一列填 是 或 否")


def merge(
    experts: Annotated[Path, typer.Argument(help="Table of experts.")],
    works: Annotated[Path, typer.Argument(help="Table of works.")],
    accepted: Annotated[Path, typer.Argument(help="The table of `merges`, with 是 where a pair is accepted.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="An existing folder for the four CSV tables.")],
    quiet: Quiet = False,
) -> None:
    """Join the accepted pairs; the rows that they replace are written beside the new tables."""
    from matcher.experts.deduplication import merge_experts
    from matcher.export.formats import csv_bytes
    from matcher.export.targets import save_files

    found = merge_experts(_people(experts, quiet), _works(works, quiet), _read(accepted, _PAIRS, quiet))
    if not output.is_dir():
        raise OutputError(f"不能写入“{output}”：文件夹不存在，请先建立")
    save_files({output / f"{name}.csv": csv_bytes(table) for name, table in found._asdict().items()})
    count = len(found.old_experts)
    say(quiet, f"{count} 个编号并为 {found.old_experts['merged_into'].nunique()} 人；新表和合并前的原行已写入 {output}")


def _needs(path: Path, quiet: bool) -> pd.DataFrame:
    from matcher.tables.reading import describe, read_needs

    reading = read_needs(path)
    say(quiet, describe(reading.problems))
    return reading.rows


def _people(path: Path, quiet: bool) -> pd.DataFrame:
    from matcher.tables.schemas import EXPERTS

    return _as_written(path, EXPERTS, quiet)


def _works(path: Path, quiet: bool) -> pd.DataFrame:
    from matcher.tables.schemas import WORKS

    return _as_written(path, WORKS, quiet)


def _as_written(path: Path, contract: Contract, quiet: bool) -> pd.DataFrame:
    """The rows by a contract, with every cell but the ids as it stands there, so that it can be written back."""
    from matcher.tables.reading import describe, read_table

    columns = tuple(replace(one, kind="id" if one.kind == "id" else "text") for one in contract.columns)
    reading = read_table(path, replace(contract, columns=columns, any_of=()))
    made_up = reading.problems["problem"].str.contains("已按行号编号", regex=False)
    own = contract.id_column != "entry_id"  # a number of the row itself is of no use to anybody
    say(quiet, describe(reading.problems if own else reading.problems[~made_up]))
    return reading.rows if own or not made_up.any() else reading.rows.drop(columns=contract.id_column)


def _read(path: Path, columns: tuple[tuple[Any, ...], ...], quiet: bool) -> pd.DataFrame:
    """The rows of a table by its declared columns, others behind them."""
    from matcher.tables.reading import describe, read_table
    from matcher.tables.schemas import Column, Contract

    declared = (Column("row_id", "id", "行号"), *(Column(*column) for column in columns))
    reading = read_table(path, Contract("table", "行", "row_id", declared))
    say(quiet, describe(reading.problems[~reading.problems["problem"].str.contains("“行号”")]))
    return reading.rows.drop(columns="row_id")


def _write(path: Path, name: str, table: pd.DataFrame) -> None:
    from matcher.export.tables import save_tables

    save_tables(path, {name: table}, _TITLES)


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    for command in (points, teams, merges, merge):
        app.command(command.__name__)(command)
