"""The command reference from the help of the commands, the API reference from the public names, and what was read of
each shipped rule.

All are written before a build, so that none can say what the program does not do.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import click

NAMESPACES = {
    "tables": "What people hand in, to clean tables",
    "matching": "Texts, indexes, matches",
    "experts": "Persons by their works, teams, persons of one name",
    "needs": "Needs: what they ask, indicators, completeness, routes",
    "fields": "Fields of technology, industries, chains",
    "policy": "Official rules",
    "assignment": "Fair assignment and timetables",
    "projects": "Applications and projects",
    "integrity": "Records of research integrity: who is barred on a day",
    "event_log": "Append-only logs under books of record",
    "review": "Panels' scores and reviewers",
    "assessment": "Outcomes assessed: readiness, values, economic value, registration",
    "resources": "Instruments, pilot lines, computing and platforms for needs; one plan with outcomes and experts",
    "challenges": "Hard problems made ready to publish, and bids for them",
    "commissioners": "Who serves which village, service, conditions, points",
    "contracts": "Registers of technology contracts: checked by rule, summed, their tax relief",
    "partners": "What a cooperation would change",
    "pool": "The cultivation pool",
    "export": "Results to files and pages",
    "spark": "The same calls on Spark data frames",
    "web": "The service and its pages",
}


def write(folder: Path) -> None:
    """Both references as pages in `folder`; a page that is right already keeps its time, so builds stay quick."""
    folder.mkdir(exist_ok=True)
    pages = {"commands.md": _commands(), "index.md": _index(), "errors.rst": _errors(), "verified.md": _verified()}
    pages |= {f"{name}.rst": _namespace(name, title) for name, title in NAMESPACES.items()}
    for old in folder.iterdir():
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


# ---- commands


def _commands() -> str:
    from matcher.cli.app import main_group

    lines = [
        "# 命令手册 Command reference",
        "",
        "以下由各命令的 `--help` 生成。 This page is made from the help of the commands.",
        "",
        "所有命令：出错时只给一句话并以状态码 2 结束；联系方式默认遮盖；输出绝不覆盖输入。",
        "日期可写成 2026-11-24、2026/11/24、2026.11.24、2026年11月24日或 20261124。",
        "",
    ]
    context = click.Context(main_group, info_name="matcher")
    lines += _group(main_group, context, 2)
    renamed = [f"| `matcher {old}` | `matcher {new}` |" for old, new in sorted(_renamed(main_group, main_group))]
    if renamed:
        lines += [
            "## 旧命令名 Older names",
            "",
            "旧名继续有效。",
            "",
            "| 旧名 | 现在的写法 |",
            "|---|---|",
            *renamed,
            "",
        ]
    return "\n".join(lines)


def _group(group: Any, context: click.Context, depth: int) -> list[str]:
    lines = []
    for name, command in group.commands.items():
        below = click.Context(command, info_name=name, parent=context)
        lines += [f"{'#' * depth} matcher {_words(below)}", "", *_text(command.help)]
        if isinstance(command, click.Group):
            if default := getattr(command, "default", None):
                lines += [
                    f"`{default}` 可以省略：`matcher {_words(below)} ……` 就是 `matcher {_words(below)} {default} ……`。",
                    "",
                ]
            lines += _group(command, below, depth + 1)
        else:
            lines += _command(command, below)
    return lines


def _command(command: click.Command, context: click.Context) -> list[str]:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    words = [param.make_metavar(context) for param in arguments]
    lines = ["```text", " ".join([f"matcher {_words(context)}", *words, "[选项]"]), "```", ""]
    rows = [(param.make_metavar(context), getattr(param, "help", "") or "") for param in arguments]
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            value = "" if param.is_flag else f" {param.metavar or param.type.name}"
            rows.append((", ".join(param.opts) + value, ("必填。" if param.required else "") + (param.help or "")))
    if rows:
        lines += [
            "| 参数或选项 | 说明 |",
            "|---|---|",
            *(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows),
            "",
        ]
    return lines


def _words(context: click.Context) -> str:
    words = []
    at: click.Context | None = context
    while at is not None and at.parent is not None:
        words.append(at.info_name or "")
        at = at.parent
    return " ".join(reversed(words))


def _renamed(main: Any, group: Any, words: str = "") -> list[tuple[str, str]]:
    """(older words, words now) of every command that has another name."""
    found = [(words + old, _path(main, command)) for old, command in getattr(group, "aliases", {}).items()]
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += _renamed(main, command, f"{words}{name} ")
    return found


def _path(group: Any, command: click.Command) -> str:
    for name, one in group.commands.items():
        if one is command:
            return str(name)
        if isinstance(one, click.Group) and (below := _path(one, command)):
            return f"{name} {below}"
    return ""


def _text(help_text: str | None) -> list[str]:
    """A help text as Markdown: its lines stay lines."""
    lines = [_plain(line) for line in (help_text or "").strip().splitlines()]
    return ["  \n".join(lines), ""]


def _plain(text: str) -> str:
    return re.sub(r"([*_<>\[\]`#~])", r"\\\1", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# ---- names


def _index() -> str:
    rows = []
    for room, name in _public("matcher"):
        page = next((other for other in NAMESPACES if room == other), room)
        value = getattr(importlib.import_module("matcher"), name)
        first = _first_sentence(value)
        rows.append(f"| [`{name}`]({page}.rst) | {_cell(first)} |")
    return "\n".join(
        [
            "# API reference",
            "",
            "`from matcher import ...` gives the names below and the namespaces (`matcher.policy`, ...),",
            "each of which has a page here. A name is loaded when it is first used. Other names may change.",
            "",
            "| name | |",
            "|---|---|",
            *rows,
            "",
            "```{toctree}",
            ":maxdepth: 1",
            "",
            *NAMESPACES,
            "errors",
            "```",
            "",
        ]
    )


def _namespace(name: str, title: str) -> str:
    module = importlib.import_module(f"matcher.{name}")
    heading = f"matcher.{name}: {title[0].lower()}{title[1:]}"
    lines = [heading, "=" * len(heading), "", f".. py:module:: matcher.{name}", ""]
    lines += [(module.__doc__ or "").strip().replace("`", "``"), ""]
    for _, public in _public(f"matcher.{name}"):
        value = getattr(module, public)
        if isinstance(value, type):
            lines += [f".. autoclass:: matcher.{name}.{public}", "   :members:", ""]
        elif callable(value):
            lines += [f".. autofunction:: matcher.{name}.{public}", ""]
        elif type(value).__name__ != "module":
            lines += [f".. autodata:: matcher.{name}.{public}", "   :no-value:", ""]
    return "\n".join(lines)


def _errors() -> str:
    from matcher import errors

    heading = "matcher.errors: the error tree"
    lines = [heading, "=" * len(heading), "", ".. py:module:: matcher.errors", ""]
    lines += [
        "Every error that a user can cause is a ``MatcherError`` and the builtin error that one would expect.",
        "Messages on a user's data are in Chinese, messages on a programmer's call in English.",
        "",
    ]
    classes = [one for one in vars(errors).values() if isinstance(one, type) and one.__module__ == errors.__name__]
    for one in sorted(classes, key=lambda one: (len(one.__mro__), one.__name__)):
        lines += [f".. autoexception:: matcher.errors.{one.__name__}", "   :show-inheritance:", ""]
    return "\n".join(lines)


def _verified() -> str:
    """What was read of the rules of each shipped policy: counts of the newest edition, then rule by rule."""
    from matcher.policy.policy import load_policy, shipped

    lines = [
        "# 已核实的条文 What was read of each rule",
        "",
        "A rule counts as verified where its words, their address and the day of reading stand with it.",
        "“摘要”: only somebody's digest was read, and not the official text. This page is made from the policies.",
        "",
        "| policy | title | rules | verified | of these only in a digest | seen, but no words kept |",
        "|---|---|---|---|---|---|",
    ]
    details = []
    for policy in map(load_policy, shipped()):
        all_rules = []
        for edition in policy.editions:
            rules = policy.ruleset(edition, policy.days_of(edition)[-1]).rules
            all_rules += rules
            details += [
                "",
                f"## {policy.title} `{policy.id}` {edition.id}",
                "",
                "| rule | verified | form | words read | at | on |",
            ]
            details.append("|---|---|---|---|---|---|")
            for rule in rules:
                seen, on = rule.evidence, rule.seen_on or ""
                state = "yes" if rule.verified else "no"
                cells = (rule.title, state, rule.seen_as, seen.text, f"`{seen.address}`" if seen.text else "", on)
                details.append("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |")
        verified = [rule for rule in all_rules if rule.verified]
        quoted = [rule for rule in verified if rule.evidence.quoted]
        digest = sum(rule.evidence.form == "digest" for rule in quoted)
        share = f"{len(quoted)} ({len(quoted) / max(len(all_rules), 1):.0%})"
        cells = (f"`{policy.id}`", policy.title, len(all_rules), share, digest, len(verified) - len(quoted))
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, *details, ""])


def _public(module: str) -> list[tuple[str, str]]:
    """(module it comes from, name) of every public name of a package, in the order of its stub."""
    path = Path(importlib.import_module(module).__file__ or "").with_suffix(".pyi")
    found = []
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, alias.asname or alias.name) for alias in node.names]
    return found


def _first_sentence(value: object) -> str:
    text = " ".join((value.__doc__ or "").strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.:])\s", text)[0].rstrip(":")


# ---- docstrings: prose with `names` in it, as reStructuredText

_SPECIAL = re.compile(r"[*|\\]|(?<=\w)_(?!\w)")  # signs of reStructuredText that prose means as they are


def plain_docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Names in single backticks become literals; stars and bars of formulas stay what they are."""
    shown = []
    for line in lines:
        if line.lstrip().startswith((">>>", "...")):
            shown.append(line)
            continue
        parts = re.split(r"(``[^`]*``|`[^`]*`)", line)
        bullet = re.match(r"\s*\* ", parts[0])
        for place, part in enumerate(parts):
            if place % 2:
                parts[place] = f"``{part.strip('`')}``"
            else:
                start = bullet.end() if bullet and place == 0 else 0
                parts[place] = part[:start] + _SPECIAL.sub(r"\\\g<0>", part[start:])
        text = "".join(parts)
        text = re.sub(r"``(?=[^\s.,;:!?)\]}'\"/\-])(?<=\w``)", "``\\\\ ", text)
        shown.append(text)
    lines[:] = shown


def skip_member(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Fields of tuples that only say their place are left out: the signature names them."""
    return True if (getattr(obj, "__doc__", "") or "").startswith("Alias for field number") else None
