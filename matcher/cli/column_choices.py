"""`--column`: which header is which field, for all tables of a command or for the one whose file is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.options import BOOK, FILE, Decorated, named, option

if TYPE_CHECKING:
    from matcher.tables.reading import Reading

_COLUMNS = "matcher.columns"  # where a context keeps what all options for columns gave
_COLONS = (":", "：")


def column_option(name: str = "--column", of: str = "") -> Callable[[Decorated], Decorated]:
    """Headers that the library does not know; those of `--settings` come first."""
    return option(
        name, multiple=True, metavar="表头=字段", callback=_with_settings,
        help=f"指定{of}某个表头是哪个字段（中文或英文字段名），可多次给出；文件名:表头=字段 指定其他表的。",
    )  # fmt: skip


def _with_settings(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    kept = (ctx.default_map or {}).get(str(param.name), ())
    for given in (kept, value):
        _refuse_repeats(given)
    value = value if value == kept else (*kept, *value)
    ctx.meta.setdefault(_COLUMNS, []).extend(value)
    return value


def _refuse_repeats(given: Iterable[str]) -> None:
    """Refuse two fields for one header, of which only one could be."""
    chosen: dict[str, str] = {}
    for text in given:
        header, field = next(iter(named([text], "表头=字段").items()))
        if chosen.setdefault(header, field) != field:
            raise click.BadParameter(
                f"“{header}”指定了两个字段（{chosen[header]}、{field}），一列只能是一个字段；"
                "两个字段都要时，请把这一列在表中复制成两列，各写表头"
            )


# for a command whose first argument is no table
columns_option = option(
    "--column", multiple=True, metavar="文件名:表头=字段", callback=_with_settings, expose_value=False,
    help="指定哪张表的哪个表头是哪个字段（中文或英文字段名），可多次给出。",
)  # fmt: skip


def takes_columns(param: click.Parameter) -> bool:
    """Whether a parameter is one of these options."""
    return getattr(param, "callback", None) is _with_settings


def columns_of(ctx: click.Context, file: str, column: Iterable[str]) -> dict[str, str] | None:
    """Header -> field for one file of a command: what names it, and what of `column` names no file; None for none."""
    files = files_of(ctx)
    given = [_of_file(text, files) for text in ctx.meta.get(_COLUMNS, ())]
    plain = [text for text in column if not _of_file(text, files)[0]]
    return named([*plain, *(text for name, text in given if name == file)], "表头=字段") or None


def columns_by_file(column: Sequence[str], files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Choices of columns by the file that they name, "" for all files: headers and fields."""
    chosen: dict[str, dict[str, str]] = {}
    names = set(files)
    for text in column:
        file, choice = _of_file(text, names)
        chosen.setdefault(file, {}).update(named([choice], "表头=字段"))
    return chosen


def refuse_without_file(ctx: click.Context) -> None:
    """Refuse a choice that names none of the files, where the command's first one is no table."""
    if not any(takes_columns(param) and not param.expose_value for param in ctx.command.params):
        return
    files = files_of(ctx)
    for text in ctx.meta.get(_COLUMNS, ()):
        if not _of_file(text, files)[0]:
            raise click.BadParameter(f"“{text}”应写成 文件名:表头=字段；文件有 {'、'.join(sorted(files))}")


def files_of(ctx: click.Context) -> set[str]:
    """The names of the files that the command reads."""
    params = {param.name: param for param in ctx.command.params}
    paths = set()
    for name, value in ctx.params.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Path) and params[name].type in (FILE, BOOK):
                paths.add(one.name)
            elif isinstance(one, str) and not takes_columns(params[name]):  # 种类=文件
                path = Path(one.partition("=")[2])
                paths |= {path.name} if path.suffix and path.is_file() else set()
    return paths


def _of_file(text: str, files: Iterable[str]) -> tuple[str, str]:
    """The file that a choice of columns begins with, "" for none, and the choice."""
    name = next((file for file in files if text.startswith(file) and text[len(file) :][:1] in _COLONS), "")
    return name, text[len(name) + 1 :] if name else text


def hints_of_file(reading: Reading, name: str) -> Reading:
    """A reading whose hints for `--column` name its file, as the command reads several."""
    from matcher.tables.reading import Reading

    hints = reading.columns["hint"].where(reading.columns["hint"] == "", f"{name}:" + reading.columns["hint"])
    actions = reading.problems["action"].str.replace('--column "', f'--column "{name}:', regex=False)
    return Reading(reading.rows, reading.problems.assign(action=actions), reading.columns.assign(hint=hints))
