"""What the commands share: options and their types, reading with a word on what was read, lines for the user, help.

Everything that an analyst reads here is Chinese; what goes to a screen is masked.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matcher.errors import TableError
from matcher.export.targets import check_folder, check_targets

if TYPE_CHECKING:
    import pandas as pd

    from matcher.tables.reading import Reading

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
FILE, RESULT = click.Path(path_type=Path), click.Path(path_type=Path)  # what is read, and what a command writes
LONGEST = 1000  # characters of a line for the user
TABLE_KINDS = "csv、xlsx、xls、parquet 或 jsonl"


# ---- types, with their faults in Chinese


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day in every usual way: 2026-11-24, 2026/11/24, 2026.11.24, 2026年11月24日, 20261124."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day; refused before any file is read."""
        from matcher.tables.cells import Fault
        from matcher.tables.dates import read_date

        if isinstance(value, dt.date):
            return value
        day = read_date(value)
        if isinstance(day, dt.date):
            return day
        why = day.problem if isinstance(day, Fault) else "不是日期"
        self.fail(f"“{value}”{why}，请写成 2026-11-24、2026/11/24、2026.11.24 或 2026年11月24日", param, ctx)


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
        self.fail(f"“{value}”不可用；可以是 {'、'.join(self.words)}{_near(str(value), self.words)}", param, ctx)


DAY, COUNT, WHOLE = Day(), Number(int, 1), Number(int, 0)


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


def column_option(name: str = "--column", of: str = "") -> Callable[[Decorated], Decorated]:
    """Headers that the library does not know; those of `--settings` come first."""
    return option(
        name, multiple=True, metavar="表头=字段", callback=_with_settings,
        help=f"指定{of}某个表头是哪个字段（中文或英文字段名），可多次给出；文件名:表头=字段 指定其他表的。",
    )  # fmt: skip


def _with_settings(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    kept = (ctx.default_map or {}).get(str(param.name), ())
    value = value if value == kept else (*kept, *value)
    ctx.meta.setdefault(_COLUMNS, []).extend(value)
    return value


_COLUMNS = "matcher.columns"  # where a context keeps what all options for columns gave
_COLONS = (":", "：")

# for a command whose first argument is no table
columns_option = option(
    "--column", multiple=True, metavar="文件名:表头=字段", callback=_with_settings, expose_value=False,
    help="指定哪张表的哪个表头是哪个字段（中文或英文字段名），可多次给出。",
)  # fmt: skip
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


def check(outputs: Mapping[Path | None, Sequence[str]], *inputs: Path | None) -> None:
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


# ---- reading and saying


def read(
    reader: Callable[..., Reading],
    path: Path,
    *arguments: Any,
    sheet: str | None = None,
    column: Sequence[str] = (),
    quiet: bool = False,
    **options: Any,
) -> Reading:
    """Read a table, say how much was read and what was wrong with it.

    Raises TableError, with the reason, for a table in which no row can be used.
    """
    from matcher.tables.reading import describe

    ctx = click.get_current_context()
    files = _files(ctx)
    given = [_of_file(text, files) for text in ctx.meta.get(_COLUMNS, ())]
    plain = [text for text in column if not _of_file(text, files)[0]]
    columns = named([*plain, *(text for name, text in given if name == path.name)], "表头=字段") or None
    reading = reader(path, *arguments, sheet=sheet_of(sheet), columns=columns, **options)
    if len(files) > 1:
        reading = _hints_of_file(reading, path.name)
    unused = reading.problems.loc[~reading.problems["kept"].astype(bool), "row"].nunique()
    faults = describe(reading.problems)
    if not len(reading.rows):
        raise TableError(faults or f"{path.name}：表中没有数据", reading.problems)
    note(
        quiet,
        f"{path.name}：读入 {len(reading.rows)} 条" + (f"，{unused} 行未用（见“问题”）" if unused else ""),
        *column_lines(reading.columns),
        faults,
    )
    return reading


def _files(ctx: click.Context) -> set[str]:
    """The names of the files that the command reads."""
    params = {param.name: param for param in ctx.command.params}
    paths = set()
    for name, value in ctx.params.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Path) and params[name].type is FILE:
                paths.add(one.name)
            elif isinstance(one, str) and params[name].callback is not _with_settings:  # 种类=文件
                path = Path(one.partition("=")[2])
                paths |= {path.name} if path.suffix and path.is_file() else set()
    return paths


def _of_file(text: str, files: Iterable[str]) -> tuple[str, str]:
    """The file that a choice of columns begins with, "" for none, and the choice."""
    name = next((file for file in files if text.startswith(file) and text[len(file) :][:1] in _COLONS), "")
    return name, text[len(name) + 1 :] if name else text


def _hints_of_file(reading: Reading, name: str) -> Reading:
    """A reading whose hints for `--column` name its file, as the command reads several."""
    from matcher.tables.reading import Reading

    hints = reading.columns["hint"].where(reading.columns["hint"] == "", f"{name}:" + reading.columns["hint"])
    actions = reading.problems["action"].str.replace('--column "', f'--column "{name}:', regex=False)
    return Reading(reading.rows, reading.problems.assign(action=actions), reading.columns.assign(hint=hints))


def column_lines(columns: pd.DataFrame) -> list[str]:
    """Which columns were used, carried along and not understood, the last with what to write; [] if all were used."""
    from matcher.tables.cells import shorten
    from matcher.tables.reading import CARRIED, UNKNOWN, USED

    if (columns["use"] == USED).all():
        return []
    parts = []
    for use in (USED, CARRIED, UNKNOWN):
        headers = columns.loc[columns["use"] == use, "header"]
        if len(headers):
            shown = shorten("、".join(headers), 200)
            parts.append(f"{use} {len(headers)} 列" + ("" if use == USED else f"（{shown}）"))
    hints = columns.loc[(columns["use"] == UNKNOWN) & (columns["hint"] != ""), "hint"]
    lines = ["  " + "，".join(parts)]
    if len(hints):
        lines.append("  没看懂的列若有用，可指定字段，如：" + " ".join(f'--column "{hint}"' for hint in hints[:5]))
    return lines


def columns_by_file(column: Sequence[str], files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Choices of columns by the file that they name, "" for all files: headers and fields."""
    chosen: dict[str, dict[str, str]] = {}
    names = set(files)
    for text in column:
        file, choice = _of_file(text, names)
        chosen.setdefault(file, {}).update(named([choice], "表头=字段"))
    return chosen


def unknown_lines(columns: pd.DataFrame) -> list[str]:
    """The columns of several files that were not understood, each once with how many have it, and what to write."""
    from matcher.tables.cells import first_few
    from matcher.tables.reading import UNKNOWN

    unknown = columns[columns["use"] == UNKNOWN]
    if unknown.empty:
        return []
    many = unknown.groupby("header", sort=False)["file"].nunique()
    headers = [f"{header}（{files} 个文件）" if files > 1 else str(header) for header, files in many.items()]
    hints = list(dict.fromkeys(hint for hint in unknown["hint"] if hint))
    return [
        f"  没看懂 {len(many)} 种列，原样保留，没有采用（见“列的去向”）：{first_few(headers, '种', most=12)}",
        *(["  若有用，可指定字段，如：" + " ".join(f'--column "{hint}"' for hint in hints[:5])] if hints else []),
    ]


def all_problems(*readings: Reading) -> pd.DataFrame:
    """The problems of several tables as one."""
    import pandas as pd

    filled = [reading.problems for reading in readings if len(reading.problems)]
    if not filled:
        return readings[0].problems
    # as objects: pandas before 3 warns where a column of one table is empty throughout
    return pd.concat([one.astype(object) for one in filled], ignore_index=True).astype(filled[0].dtypes)


def all_columns(*readings: Reading) -> pd.DataFrame:
    """What became of the columns of several tables, as one."""
    import pandas as pd

    return pd.concat([reading.columns for reading in readings], ignore_index=True)


def about(day: dt.date, inputs: Iterable[Path | None]) -> dict[str, str]:
    """What a result rests on: the day, the software, the inputs and their hashes."""
    from matcher import __version__

    return {
        "日期": day.isoformat(),
        "软件": f"enterprise-matcher {__version__}",
        **hashes_of(inputs),
    }


def hashes_of(inputs: Iterable[Path | None]) -> dict[str, str]:
    """The hash of each file, under a label with its name."""
    return {
        f"输入 {path.name}": f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in inputs
        if path is not None
    }


def counts_of(values: Iterable[object]) -> str:
    """How often each value occurs, in one line."""
    import pandas as pd

    return "、".join(f"{name} {many}" for name, many in pd.Series(list(values)).value_counts(sort=False).items())


def note(quiet: bool, *lines: str) -> None:
    """Messages and problems: lines on standard error, empty ones left out."""
    if not quiet:
        _write(sys.stderr, lines)


def report(quiet: bool, *lines: str) -> None:
    """What came out: lines on standard output, empty ones left out."""
    if not quiet:
        _write(sys.stdout, lines)


def _write(stream: Any, lines: Iterable[str]) -> None:
    """Lines to a stream that may be closed, or of an encoding that lacks signs: the work counts, not the word on it."""
    from matcher.tables.contacts import mask_contacts

    text = "".join(f"{_cut(mask_contacts(line))}\n" for line in lines if line)
    if stream is None or not text:
        return
    try:
        stream.write(text)
        stream.flush()
    except UnicodeEncodeError:
        stream.write(text.encode(stream.encoding, "replace").decode(stream.encoding))
        stream.flush()
    except (OSError, ValueError):  # closed, or nobody reads any more
        return


def _cut(text: str) -> str:
    """Each line of a message no longer than anybody reads, whatever a file or an option put into it."""
    if len(text) <= LONGEST:
        return text
    return "\n".join(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…" for line in text.split("\n"))


def _near(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1, 0.5)
    return f"；您是不是指 {close[0]}？" if close else ""


# ---- choices kept in a file


class SettingsOption(click.Option):
    """`--settings FILE`: choices for the other options of a command, kept from month to month."""

    def __init__(self) -> None:
        super().__init__(
            ["--settings"], type=FILE, metavar="文件", is_eager=True, expose_value=False, callback=_read_settings,
            help="常用的选择存成的 YAML 文件：每行一个选项名（不带 --）和它的值，如 column: {技术难题: 需求描述}；"
            "“列”“工作表”可代替 column、sheet；命令行上写的优先。",
        )  # fmt: skip


_CHINESE = {"列": "column", "工作表": "sheet", "政策": "policy", "日期": "on"}


def _read_settings(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    """The settings of a file as defaults of the command. Raises BadParameter with the line or the word at fault."""
    if path is None:
        return
    known = {opt.lstrip("-"): one for one in ctx.command.params if isinstance(one, click.Option) for opt in one.opts}
    content = read_settings(path)
    defaults = {}
    for key, value in content.items():
        name = _CHINESE.get(key, key).lstrip("-")
        one = known.get(name)
        if one is None or one is param:
            raise click.BadParameter(f"{path.name}：没有选项“{key[:60]}”{_near(name[:60], known)}", ctx, param)
        pairs = [f"{left}={right}" for left, right in value.items()] if isinstance(value, dict) else value
        several = pairs if isinstance(pairs, list) else [pairs]
        if any(isinstance(item, list | dict) for item in several) or (len(several) != 1 and not one.multiple):
            raise click.BadParameter(f"{path.name}：“{key[:60]}”的值看不懂；请写成 名称: 值", ctx, param)
        defaults[str(one.name)] = tuple(several) if one.multiple else several[0]
    ctx.default_map = defaults


def wrong_colon(path: Path) -> str:
    """What is wrong with the first colon of a YAML file that reads as text where a name and a value are meant."""
    from matcher.tables.yaml import colon_sentence

    return colon_sentence(path.read_text("utf-8-sig", "replace").split("\n"))


def read_settings(path: Path) -> dict[str, Any]:
    """A YAML file of words as a dict; refused in one sentence. Raises TableError."""
    from matcher.tables.yaml import YamlFault, read

    try:
        content = read(path)
    except OSError as error:
        raise TableError(f"{path.name}：打不开这个文件（{error.strerror}）") from error
    except YamlFault as fault:
        raise TableError(f"{path.name}：{fault}；请每行写一个 选项名: 值") from fault
    if not isinstance(content, dict):
        raise TableError(f"{path.name}：{wrong_colon(path) or '不是设置文件'}；请每行写一个 选项名: 值")
    return content


# ---- help and usage errors in Chinese


class Command(click.Command):
    """A command whose help is Chinese; one that reads a table takes `--settings`."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        if any(getattr(param, "callback", None) is _with_settings for param in self.params):
            self.params.append(SettingsOption())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The values of the parameters; an option that takes one value is refused where it is given twice."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for param, many in Counter(order).items():
            if many > 1 and isinstance(param, click.Option) and not (param.multiple or param.is_flag or param.count):
                raise click.UsageError(f"{'/'.join(param.opts)} 只能给一次", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a choice of columns that names none of its files is refused where the first one is no table."""
        named_only = any(param.callback is _with_settings and not param.expose_value for param in self.params)
        files = _files(ctx) if named_only else set()
        for text in ctx.meta.get(_COLUMNS, ()) if named_only else ():
            if not _of_file(text, files)[0]:
                raise click.BadParameter(f"“{text}”应写成 文件名:表头=字段；文件有 {'、'.join(sorted(files))}")
        return super().invoke(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it does, arguments, options."""
        words = [param.make_metavar(ctx) for param in self.params if isinstance(param, click.Argument)]
        rows = [
            (param.make_metavar(ctx), getattr(param, "help", ""))
            for param in self.params
            if isinstance(param, Argument)
        ]
        formatter.write(f"用法：{' '.join([ctx.command_path, '[选项]', *words])}\n\n{self.help or ''}\n")
        formatter.write(_section("参数", rows) + _section("选项", [*self._options(ctx), ("--help", "显示本说明。")]))

    def _options(self, ctx: click.Context) -> list[tuple[str, str]]:
        rows = []
        for param in self.params:
            if isinstance(param, click.Option):
                value = "" if param.is_flag else f" {param.metavar or param.type.name}"
                rows.append((", ".join(param.opts) + value, ("必填。" if param.required else "") + (param.help or "")))
        return rows


class Group(click.Group):
    """A group of commands; with `default`, words that name none of them go to that one."""

    command_class = Command

    def __init__(self, *arguments: Any, default: str | None = None, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.default = default
        self.aliases: dict[str, click.Command] = {}
        self.no_args_is_help = True

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or of that other name."""
        return self.commands.get(cmd_name) or self.aliases.get(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words of the command that was meant."""
        if self.default and args and self.get_command(ctx, args[0]) is None and args[0] != "--help":
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command by its name; a slip gets a proposal."""
        if args and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f"没有命令“{args[0]}”{_near(args[0], [*self.commands, *self.aliases])}", ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it is for, its commands."""
        rows = [
            (name + ("（可省略）" if name == self.default else ""), (command.help or "").split("\n")[0])
            for name, command in self.commands.items()
        ]
        formatter.write(f"用法：{ctx.command_path} 命令 [选项] ……\n\n{self.help or ''}\n")
        formatter.write(_section("命令", rows) + f"\n各命令的说明：{ctx.command_path} 命令 --help\n")


def _section(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """A titled list in two columns; Chinese signs are two wide."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return ""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=36)
    table.add_column(ratio=1, overflow="fold")  # Chinese has no blanks to break at
    for name, text in rows:
        table.add_row(Text("  " + name), Text(text))
    console = Console(file=io.StringIO(), width=100, color_system=None, legacy_windows=False)
    console.print(table)
    lines = str(console.file.getvalue()).splitlines()  # type: ignore[attr-defined]
    return "\n".join([f"\n{title}：", *(line.rstrip() for line in lines)]) + "\n"


def usage_sentence(error: click.ClickException) -> str:
    """A fault in the command line, in Chinese, with where to read on."""
    context = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    name = ""
    if isinstance(param, click.Option):
        name = "/".join(param.opts)
    elif isinstance(param, click.Argument):
        name = param.make_metavar(context) if context else str(param.name)
    if isinstance(error, click.MissingParameter):
        kind = "选项" if isinstance(param, click.Option) else "参数"
        text = f"缺少{kind} {name}（{str(getattr(param, 'help', '') or '').rstrip('。')}）"
    elif isinstance(error, click.NoSuchOption):
        known = [opt for one in (context.command.params if context else []) for opt in one.opts if opt.startswith("-")]
        text = f"没有选项 {error.option_name}{_near(error.option_name, known)}"
    elif isinstance(error, click.BadOptionUsage):
        text = f"选项 {error.option_name} 后面缺少一个值，或多了一个值"
    elif isinstance(error, click.BadParameter):
        text = f"{name}：{error.message}" if name else error.message
    elif error.message.startswith("Got unexpected extra argument"):
        text = f"多余的参数：{error.message.partition('(')[2].rstrip(').')}"
    else:
        text = error.message
    return f"{text}\n用法见 {context.command_path} --help" if context else text
