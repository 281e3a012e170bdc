"""The door for experts: needs, people and works in, ranked people with the works that speak for them out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from matcher import __version__
from matcher.cli.options import named, say, sheet_of
from matcher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


Headers = Annotated[
    list[str] | None, typer.Option(metavar="表头=字段", help="Name a header of this table that nobody foresaw.")
]


def experts(
    needs: Annotated[Path, typer.Argument(help="Table of needs: csv, xlsx, xls, parquet or jsonl.")],
    people: Annotated[Path, typer.Argument(metavar="EXPERTS", help="Table of experts, teams or platforms.")],
    works: Annotated[Path, typer.Argument(help="Table of their works, one row a work and person.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .html, .csv or .parquet.")],
    push: Annotated[bool, typer.Option("--push", help="The other way: needs for every expert.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, help="Rows for each.")] = 10,
    where: Annotated[list[str] | None, typer.Option(metavar="字段=值", help="Only experts with this label.")] = None,
    same: Annotated[list[str] | None, typer.Option(metavar="字段", help="Columns in which both must agree.")] = None,
    exclude: Annotated[Path | None, typer.Option(help="Table of pairs (需求编号, 专家编号) not to show.")] = None,
    half_life: Annotated[float | None, typer.Option(min=0.1, help="Years after which a work counts half.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the needs' workbook, by name or number.")] = None,
    experts_sheet: Annotated[str | None, typer.Option(help="Sheet of the experts' workbook.")] = None,
    works_sheet: Annotated[str | None, typer.Option(help="Sheet of the works' workbook.")] = None,
    column: Headers = None,
    experts_column: Headers = None,
    works_column: Headers = None,
    bad_rows: Annotated[
        Literal["list", "refuse"], typer.Option(help="Go on without rows that cannot be used, or refuse the file.")
    ] = "list",
    show_contacts: Annotated[bool, typer.Option("--show-contacts", help="Do not mask phones and the like.")] = False,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day works are looked back at from; today by default.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary; errors only.")] = False,
) -> None:
    """Rank experts for every need by their works (or, with --push, needs for every expert), with reasons."""
    import pandas as pd

    from matcher.experts.library import HALF_LIFE, Experts, Weighing
    from matcher.experts.ranking import rank_experts, rank_needs
    from matcher.export.matches import check_output, write_matches
    from matcher.matching.index import Index
    from matcher.tables.reading import describe, read_experts, read_needs, read_works

    check_output(output)
    if push and (where or same or exclude):
        raise TableError("--where、--same、--exclude 只用于为需求找专家，不能与 --push 一起用")
    try:
        day = dt.date.fromisoformat(on) if on else dt.date.today()
    except ValueError:
        raise TableError(f"日期“{on}”应写成 2026-03-31 这样") from None
    asked = ((sheet, column), (experts_sheet, experts_column), (works_sheet, works_column))
    readings = [
        read(path, sheet=sheet_of(page), columns=named(headers, "表头") or None, bad_rows=bad_rows)
        for read, path, (page, headers) in zip(
            (read_needs, read_experts, read_works), (needs, people, works), asked, strict=True
        )
    ]
    for path, reading in zip((needs, people, works), readings, strict=True):
        say(quiet, f"{path.name}：读入 {len(reading.rows)} 条", describe(reading.problems))
    asking, persons, done = (reading.rows for reading in readings)
    library = Experts.build(persons, done, progress=not quiet)
    if library.unknown:
        some = "、".join(library.unknown[:5])
        say(quiet, f"{works.name}：{len(library.unknown)} 个专家编号不在{people.name}中，其业绩未用：{some}")
    weighing = Weighing(half_life=HALF_LIFE if half_life is None else half_life)
    if push:
        index = Index.build(asking, progress=not quiet)
        ranked = rank_needs(library, index, k=k, on=day, weighing=weighing, progress=not quiet)
    else:
        ranked = rank_experts(
            asking, library, k=k, on=day, where=_labels(where), same=[_field(name) for name in same or ()],
            exclude=_pairs(exclude) if exclude else None, weighing=weighing, progress=not quiet,
        )  # fmt: skip
    inputs = [needs, people, works]
    about = {
        "日期": day.isoformat(),
        "软件": f"enterprise-matcher {__version__}",
        **{f"输入 {path.name}": f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in inputs},
        "业绩": f"{len(done)} 条（一项业绩每位完成人一条）；{len(library.unknown)} 个专家编号不在专家表中",
        "业绩权重": f"最相关的 {weighing.top} 项，后一项为前一项的 {weighing.fade:g} 倍；"
        f"每 {weighing.half_life:g} 年权重减半；"
        + "、".join(f"{name} {weight:g}" for name, weight in {**weighing.kinds, **weighing.roles}.items()),
        "每条给出": str(k),
        "筛选": "；".join([*(where or []), *(f"{name}须一致" for name in same or ())]) or "无",
        "排除的配对": str(exclude or "无"),
    }
    problems = pd.concat([reading.problems for reading in readings], ignore_index=True)
    sides = (persons, asking) if push else (asking, persons)
    write_matches(
        output, ranked, queries=sides[0], records=sides[1], problems=problems, about=about, mask=not show_contacts
    )
    good = ranked.groupby(ranked.columns[0])["good_match"].any()
    say(quiet, f"{len(good)} 条中 {int(good.sum())} 条有较强匹配；结果已写入 {output}")


def _field(name: str) -> str:
    """The column of the experts' table that a user means by its name or its Chinese title."""
    from matcher.tables.schemas import EXPERTS

    return next((column.name for column in EXPERTS.columns if name in (column.name, column.title)), name)


def _labels(options: Sequence[str] | None) -> dict[str, str]:
    found = {}
    for option in options or ():
        name, sign, value = option.partition("=")
        if not sign or not name or not value:
            raise TableError(f"“{option}”应写成 名称=值")
        found[_field(name)] = value
    return found


def _pairs(path: Path) -> pd.DataFrame:
    from matcher.tables.reading import read_table
    from matcher.tables.schemas import EXPERTS, NEEDS, PAIRS, Contract

    columns = (PAIRS["pair_id"], NEEDS["need_id"], EXPERTS["expert_id"])
    rows = read_table(path, Contract("pairs", "配对", "pair_id", columns)).rows
    if (rows[["need_id", "expert_id"]] == "").any(axis=None):
        raise TableError(f"{path.name}：每一行都要有需求编号和专家编号")
    return rows


def add_commands(app: typer.Typer) -> None:
    """Put the command on an app."""
    app.command("experts")(experts)
