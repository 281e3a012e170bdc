"""Options that several commands have, their types with faults in Chinese; outputs refused before anything is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from matcher.cli.messages import near
from matcher.event_log.places import Place, is_address, place_of
from matcher.export.targets import check_folder, check_targets

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
FILE, RESULT = click.Path(path_type=Path), click.Path(path_type=Path)  # what is read, and what a command writes
TABLE_KINDS = "csv、xlsx、xls、parquet 或 jsonl"


# ---- types, with their faults in Chinese


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day in every usual way: 2026-11-24, 2026/11/24, 2026.11.24, 2026年11月24日, 20261124."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day; refused before any file is read."""
        from matcher.tables.cells.dates import read_date
        from matcher.tables.cells.texts import Fault

        if isinstance(value, dt.date):
            return value
        day = read_date(value)
        if isinstance(day, dt.date):
            return day
        why = day.problem if isinstance(day, Fault) else "不是日期"
        self.fail(f"“{value}”{why}，请写成 2026-11-24、2026/11/24、2026.11.24 或 2026年11月24日", param, ctx)


class Book(click.Path):
    """A book of record: a file, or an address in PostgreSQL."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the address."""
        return place_of(value) if is_address(value) else super().convert(value, param, ctx)


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number between bounds, whole or not."""

    def __init__(self, kind: type[int] | type[float], low: float | None = None, high: float | None = None) -> None:
        self.kind, self.low, self.high = kind, low, high
        self.name = "整数" if kind is int else "数字"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        try:
            number = self.kind(value)
        except ValueError:
            self.fail(f"“{value}”不是{self.name}", param, ctx)
        if self.low is not None and number < self.low:
            self.fail(f"{value} 太小，至少为 {self.low:g}", param, ctx)
        if self.high is not None and number > self.high:
            self.fail(f"{value} 太大，至多为 {self.high:g}", param, ctx)
        return number


class OneOf(click.ParamType):  # type: ignore[type-arg]
    """One of some words."""

    name = "选项"

    def __init__(self, *words: str) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word."""
        if value in self.words:
            return str(value)
        self.fail(f"“{value}”不可用；可以是 {'、'.join(self.words)}{near(str(value), self.words)}", param, ctx)


DAY, COUNT, WHOLE = Day(), Number(int, 1), Number(int, 0)
BOOK, NEW_BOOK = Book(), Book()  # a book that is read and written, and one that a command makes from something else


# ---- options that several commands have


class Argument(click.Argument):
    """An argument that says what it is."""

    def __init__(self, *names: Any, help: str = "", **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.help = help


def argument(name: str, metavar: str, help: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """A positional argument, a file unless `type` says otherwise."""
    return click.argument(name, cls=Argument, metavar=metavar, help=help, **{"type": FILE, **attributes})


def option(*names: str, help: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """An option with its help in Chinese; defaults stand in the help."""
    return click.option(*names, help=help, show_default=False, **attributes)


def output_option(
    kinds: str, *names: str, required: bool = True, help: str = "结果写到哪里"
) -> Callable[[Decorated], Decorated]:
    """Where a result goes; `kinds`: the suffixes in words."""
    return option(
        *(names or ("-o", "--output")), type=RESULT, required=required, metavar="文件", help=f"{help}：{kinds}。"
    )


def pieces_option(what: str) -> Callable[[Decorated], Decorated]:
    """A folder of Parquet files in place of one result."""
    return option(
        "--pieces", type=RESULT, metavar="文件夹",
        help=f"不写 -o，把{what}逐片写成 Parquet 存入文件夹；中断后再运行，接着做没做完的片。",
    )  # fmt: skip


def on_option(help: str = "判断日期。", *, required: bool = False) -> Callable[[Decorated], Decorated]:
    """`--on DATE`."""
    return option("--on", type=DAY, required=required, metavar="日期", help=f"{help}如 2026-11-24、2026年11月24日。")


def sheet_option(name: str = "--sheet", of: str = "") -> Callable[[Decorated], Decorated]:
    """Which sheet of a workbook."""
    return option(name, metavar="工作表", help=f"{of}工作簿中的哪张表：名称或序号（从 1 起）；默认选最合适的。")


quiet_option = option("-q", "--quiet", is_flag=True, help="不显示进度和小结，只显示错误。")
contacts_option = option("--show-contacts", is_flag=True, help="输出文件中不遮盖电话、邮箱、证件号等联系方式。")
bad_rows_option = option(
    "--bad-rows", type=OneOf("list", "refuse"), default="list", metavar="list|refuse",
    help="遇到不能用的行：list 跳过并列出（默认），refuse 整表拒收。",
)  # fmt: skip
k_option = option("-k", type=COUNT, default=10, metavar="行数", help="每条给出几行，默认 10。")


def policy_option(*, required: bool = True, multiple: bool = True) -> Callable[[Decorated], Decorated]:
    """One or more policies."""
    more = "，可多次给出" if multiple else ""
    return option(
        "-p", "--policy", "policy", multiple=multiple, required=required, metavar="政策",
        help=f"政策编号、中文名称或自编政策的文件夹{more}；清单见 matcher policy list。",
    )  # fmt: skip


def named(texts: Iterable[str], what: str = "名称=值") -> dict[str, str]:
    """NAME=VALUE options as a dict; refused in words without the sign, a name or a value."""
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=" if "=" in text else "＝")
        if not sign or not name.strip() or not value.strip():
            raise click.BadParameter(f"“{text}”应写成 {what}")
        pairs[name.strip()] = value.strip()
    return pairs


def sheet_of(text: str | None) -> str | int | None:
    """A sheet as a user names it: its position, from 1, or its name."""
    return int(text) if text and text.isdigit() else text


def check(outputs: Mapping[Path | None, Sequence[str]], *inputs: Place | None) -> None:
    """Refuse outputs that cannot be written or that are inputs, before anything is read."""
    check_targets(
        {path: kinds for path, kinds in outputs.items() if path is not None},
        [path for path in inputs if path is not None],
    )


def check_choice(pieces: Path | None, *files: Path | None) -> None:
    """Refuse a folder of pieces together with the files of a whole result, and neither of both."""
    given = [path for path in files if path is not None]
    if pieces is not None and given:
        raise click.UsageError("--pieces 单独使用，不与 -o、--record、--verify 等一起给出")
    if pieces is None and not given:
        raise click.UsageError("请用 -o 指定输出文件，用 --pieces 指定文件夹，或用 --verify 核对先前的记录")


def check_pieces(folder: Path | None, *inputs: Path | None) -> None:
    """Refuse a folder of pieces that cannot be one or that holds an input."""
    if folder is not None:
        check_folder(folder, [path for path in inputs if path is not None])
