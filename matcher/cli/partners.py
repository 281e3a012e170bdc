"""The commands on partners: partners, firm-file. No logic; `add_commands` adds them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from matcher.cli.options import say
from matcher.errors import OutputError, TableError

if TYPE_CHECKING:
    import pandas as pd

Policies = Annotated[
    list[str], typer.Option("--policy", "-p", help="A policy by its id or folder; give several to answer several.")
]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="Day of the answer, such as 2026-11-24.")]
Instruments = Annotated[
    Path | None, typer.Option(help="What `matcher instruments` wrote as .csv or .parquet, for the firm files.")
]
ShowContacts = Annotated[bool, typer.Option("--show-contacts", help="Do not mask phones, mails and identity numbers.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary; errors only.")]


def partners_command(
    firms: Annotated[Path, typer.Argument(help="Table of firms, one row a firm.")],
    needs: Annotated[Path, typer.Argument(help="Table of needs that name their firm (企业编号).")],
    outcomes: Annotated[Path, typer.Argument(help="Table of outcomes.")],
    policy: Policies,
    on: On,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    matches: Annotated[
        Path | None,
        typer.Option(help="Finished pairs (need_id or enterprise_id, outcome_id or expert_id, probability, cost)."),
    ] = None,
    experts: Annotated[Path | None, typer.Option(help="Table expert_id, name, institution, for --matches.")] = None,
    by_name: Annotated[
        bool, typer.Option("--by-name", help="Needs without a 企业编号 belong to the firm of exactly that name.")
    ] = False,
    side: Annotated[
        Literal["firm", "partner"], typer.Option(help="Rank partners a firm, or firms a partner.")
    ] = "firm",
    k: Annotated[int, typer.Option("-k", min=1, help="Proposals for each.")] = 10,
    candidates: Annotated[int, typer.Option(min=1, help="Outcomes tried for each need.")] = 10,
    points_per_yuan: Annotated[float, typer.Option(min=0.0, help="What a yuan of cost takes off, in points.")] = 0.0,
    condition_points: Annotated[float, typer.Option(min=0.0, help="What a newly met condition is worth.")] = 0.0,
    weak: Annotated[
        bool, typer.Option("--weak", help="List also pairs that the matching would not recommend, behind the others.")
    ] = False,
    cost: Annotated[
        list[str] | None, typer.Option(metavar="方式=元", help="Cost of a way, where no other is known.")
    ] = None,
    way: Annotated[list[str] | None, typer.Option(help="Only these ways, such as licence; all by default.")] = None,
    moves: Annotated[Path | None, typer.Option(help="A file of your own on how ways move facts.")] = None,
    files: Annotated[Path | None, typer.Option(help="Also write a page and a workbook for each firm in here.")] = None,
    instruments: Instruments = None,
    show_contacts: ShowContacts = False,
    quiet: Quiet = False,
) -> None:
    """Rank the partners that would close each firm's gap: which item moves, from what to what, by which article."""
    import pandas as pd

    from matcher.export.targets import save_files
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.partners.dossiers import firm_files, write_firm_files
    from matcher.partners.options import owned_pairs, owners_by_name
    from matcher.partners.proposals import propose
    from matcher.partners.workbook import partner_bytes
    from matcher.policy.files import check_target
    from matcher.policy.firm_table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.policy.workbook import for_one
    from matcher.tables.reading import describe, read_needs, read_outcomes
    from matcher.tables.results import load_table

    day = _day(on)
    check_target(output, workbook=True)
    if files is not None and not files.is_dir():
        raise OutputError(f"文件夹“{files}”不存在，请先建立")
    loaded = [load_policy(name) for name in policy]
    firm_rows, asked, answering = read_firms(firms, loaded), read_needs(needs), read_outcomes(outcomes)
    problems = pd.concat(
        [part.problems for part in (firm_rows, asked, answering) if len(part.problems)] or [asked.problems]
    )
    say(quiet, describe(problems))
    owned, named = owners_by_name(asked.rows, firm_rows.rows, accept=by_name)
    if named and not by_name:
        say(quiet, f"{named} 条需求没有企业编号，其企业名称与企业表中的一家完全相同；未采用，确认无误请加 --by-name")
    outside = (~owned["enterprise_id"].isin(set(firm_rows.rows["enterprise_id"]))).sum()
    say(quiet, f"{outside} 条需求不属于企业表中的企业，未计算" if outside else "")
    if matches is not None:
        pairs = load_table(matches)
    else:
        usable = owned[owned["enterprise_id"].isin(set(firm_rows.rows["enterprise_id"]))]
        pairs = match(usable, Index.build(answering.rows), k=candidates, reasons=False, progress=not quiet)
    found = [
        propose(
            for_one(firm_rows.rows, one, loaded),
            pairs,
            one,
            on=day,
            needs=owned,
            outcomes=answering.rows,
            experts=None if experts is None else load_table(experts, needed=["expert_id"]),
            points_per_yuan=points_per_yuan,
            condition_points=condition_points,
            costs=_costs(cost),
            ways=way,
            moves=moves,
            k=k,
            side=side,
            weak=weak,
        )
        for one in loaded
    ]
    table = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    save_files({output: partner_bytes(table, firm_rows.rows, problems, output, on=day, mask=not show_contacts)})
    proposals = table.drop_duplicates(["policy", "enterprise_id", "outcome_id", "expert_id", "way"])
    told = f"{table['enterprise_id'].nunique()} 家企业，{len(proposals)} 条合作建议；结果已写入 {output}"
    left = 0 if weak else int((~owned_pairs(firm_rows.rows, pairs, owned)["good_match"]).sum())
    say(quiet, told, f"另有 {left} 对匹配较弱，未列出；要列出请加 --weak" if left else "")
    if files is not None:
        every = firm_files(
            firm_rows.rows,
            loaded,
            on=day,
            partners=table,
            instruments=_table(instruments, "title", "what_to_do", "source"),
            progress=not quiet,
        )
        count = write_firm_files(files, every, mask=not show_contacts, progress=not quiet)
        say(quiet, f"{len(every)} 家企业的档案（{count} 个文件）已写入 {files}")


def firm_file_command(
    firms: Annotated[Path, typer.Argument(help="Table of firms, one row a firm.")],
    policy: Policies,
    on: On,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="A .html page, an .xlsx workbook, or an existing folder.")
    ],
    firm: Annotated[list[str] | None, typer.Option(help="Only these firms, by 企业编号.")] = None,
    partners: Annotated[Path | None, typer.Option(help="What `matcher partners` wrote as .csv or .parquet.")] = None,
    instruments: Instruments = None,
    show_contacts: ShowContacts = False,
    quiet: Quiet = False,
) -> None:
    """Write one page a firm: decisions, points, gaps, the cheapest way, partners, instruments, questions."""
    from matcher.partners.dossiers import firm_files, write_firm_files
    from matcher.policy.firm_table import read_firms
    from matcher.policy.policy import load_policy
    from matcher.tables.reading import describe

    loaded = [load_policy(name) for name in policy]
    reading = read_firms(firms, loaded)
    say(quiet, describe(reading.problems))
    rows = reading.rows
    if firm:
        lost = sorted(set(firm) - set(rows["enterprise_id"]))
        if lost:
            raise TableError(f"{firms.name}：没有企业 {'、'.join(lost)}")
        rows = rows[rows["enterprise_id"].isin(firm)].reset_index(drop=True)
    every = firm_files(
        rows,
        loaded,
        on=_day(on),
        partners=_table(partners, "policy", "rank"),
        instruments=_table(instruments, "title", "what_to_do", "source"),
        progress=not quiet,
    )
    write_firm_files(output, every, mask=not show_contacts, progress=not quiet)
    say(quiet, f"{len(every)} 家企业的档案已写入 {output}")


def _table(path: Path | None, *needed: str) -> pd.DataFrame | None:
    from matcher.tables.results import load_table

    return None if path is None else load_table(path, needed=["enterprise_id", *needed])


def _costs(texts: list[str] | None) -> dict[str, float]:
    costs = {}
    for text in texts or ():
        name, sign, value = text.partition("=")
        try:
            costs[name] = float(value)
        except ValueError:
            raise ValueError(f"“{text}”应写成 方式=元，如 licence=200000") from None
        if not sign:
            raise ValueError(f"“{text}”应写成 方式=元，如 licence=200000")
    return costs


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"日期“{text}”应写成 2026-11-24 这样") from None


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("partners")(partners_command)
    app.command("firm-file")(firm_file_command)
