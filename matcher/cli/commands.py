"""Commands and groups of them: their help in Chinese, and what is refused before one runs."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from matcher.cli.column_choices import refuse_without_file, takes_columns
from matcher.cli.messages import near
from matcher.cli.options import Argument
from matcher.cli.settings import SettingsOption


class Command(click.Command):
    """A command whose help is Chinese; one that reads a table takes `--settings`."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        if any(map(takes_columns, self.params)):
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
        refuse_without_file(ctx)
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
            raise click.UsageError(f"没有命令“{args[0]}”{near(args[0], [*self.commands, *self.aliases])}", ctx)
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
