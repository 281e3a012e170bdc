"""The commands on the cultivation pool: `matcher pool ...`. No logic; `add_commands` adds them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

pool_app = typer.Typer(no_args_is_help=True, help="The cultivation pool (培育库): whom to visit, targets.")

TITLES = {
    "target_id": "目标编号", "name": "名称", "unit": "单位", "goal": "目标值", "due": "完成日期", "actual": "实际值",
    "share": "完成比例", "expected": "时间进度", "status": "状态", "missing": "还差", "a_month": "每月须完成",
    "enterprise_id": "企业编号", "visits": "走访次数", "chance": "通过概率", "chance_if_helped": "帮扶后通过概率",
    "adds": "增加的达标概率", "firms": "帮扶企业数", "probability": "达标概率",
}  # fmt: skip


@pool_app.command("targets")
def targets_command(
    table: Annotated[Path, typer.Argument(help="Table of targets: name, baseline, goal, actual, start, due.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    on: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it is looked at.")],
) -> None:
    """Say of every target how far it is, and what is missing a month."""
    from matcher.books import check_target, save_tables
    from matcher.contracts import TARGETS
    from matcher.pool.targets import progress
    from matcher.tables import read_table

    check_target(output)
    reading = read_table(table, TARGETS)
    found = progress(reading.rows, on=on.date())
    save_tables(output, {"目标": found, "问题": reading.problems}, TITLES)
    print(f"{len(found)} 项目标：{_counted(found['status'])}；结果已写入 {output}", file=sys.stderr)


@pool_app.command("help-whom")
def help_whom_command(
    table: Annotated[
        Path, typer.Argument(help="Table of firms: enterprise_id, chance, chance_if_helped, and visits where not 1.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .xlsx, .csv or .parquet.")],
    visits: Annotated[int, typer.Option(min=0, help="Visits that can be made in all.")],
    target: Annotated[int, typer.Option(min=0, help="Passes to be reached.")],
) -> None:
    """Choose the firms to help so that the target is reached with the largest probability; what each visit adds."""
    from matcher.books import check_target, save_tables
    from matcher.contracts import CHANCES
    from matcher.pool.targets import whom_to_help
    from matcher.tables import read_table

    check_target(output)
    reading = read_table(table, CHANCES)
    rows = reading.rows
    if "visits" in rows:
        rows = rows.assign(visits=rows["visits"].fillna(1))
    found = whom_to_help(rows, visits=visits, target=target)
    save_tables(output, {"帮扶名单": found.chosen, "每次走访的作用": found.marginal, "问题": reading.problems}, TITLES)
    proof = "已证明最优" if found.optimal else f"任何选法都不超过 {found.bound:.1%}"
    told = f"帮扶 {len(found.chosen)} 家，达到 {target} 家通过的概率 {found.probability:.1%}（{proof}）"
    print(f"{told}；结果已写入 {output}", file=sys.stderr)


def _counted(status: object) -> str:
    import pandas as pd

    return "、".join(f"{name} {many}" for name, many in pd.Series(status).value_counts(sort=False).items())


def add_commands(app: typer.Typer) -> None:
    """Put the group on an app."""
    app.add_typer(pool_app, name="pool")
