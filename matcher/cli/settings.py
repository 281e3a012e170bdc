"""`--settings`: choices for the other options of a command, kept in a YAML file from month to month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from matcher.cli.messages import near
from matcher.cli.options import FILE
from matcher.errors import TableError, not_opened


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
            raise click.BadParameter(f"{path.name}：没有选项“{key[:60]}”{near(name[:60], known)}", ctx, param)
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
        raise not_opened(path.name, error) from error
    except YamlFault as fault:
        raise TableError(f"{path.name}：{fault}；请每行写一个 选项名: 值") from fault
    if not isinstance(content, dict):
        raise TableError(f"{path.name}：{wrong_colon(path) or '不是设置文件'}；请每行写一个 选项名: 值")
    return content
