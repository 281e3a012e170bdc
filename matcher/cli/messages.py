"""Lines for the user, in Chinese and masked: what came out, what was wrong, what was meant in place of a slip."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from typing import Any

import click

LONGEST = 1000  # characters of a line for the user


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
    from matcher.tables.contacts.hiding import mask_contacts

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


def counts_of(values: Iterable[object]) -> str:
    """How often each value occurs, in one line."""
    import pandas as pd

    return "、".join(f"{name} {many}" for name, many in pd.Series(list(values)).value_counts(sort=False).items())


def near(word: str, words: Iterable[str]) -> str:
    """The end of a sentence on a word that is none of some: which may have been meant, "" where none is like it."""
    close = difflib.get_close_matches(word, list(words), 1, 0.5)
    return f"；您是不是指 {close[0]}？" if close else ""


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
        text = f"没有选项 {error.option_name}{near(error.option_name, known)}"
    elif isinstance(error, click.BadOptionUsage):
        text = f"选项 {error.option_name} 后面缺少一个值，或多了一个值"
    elif isinstance(error, click.BadParameter):
        text = f"{name}：{error.message}" if name else error.message
    elif error.message.startswith("Got unexpected extra argument"):
        text = f"多余的参数：{error.message.partition('(')[2].rstrip(').')}"
    else:
        text = error.message
    return f"{text}\n用法见 {context.command_path} --help" if context else text
