"""The command `matcher`: all groups together, and how a run ends. A mistake ends with its sentence and status 2."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from typing import Any

import click

from matcher.cli import (
    assessment,
    assignment,
    challenges,
    commissioners,
    contracts,
    experts,
    feedback,
    fields,
    integrity,
    matching,
    needs,
    partners,
    policy,
    pool,
    projects,
    resources,
    review,
    rounds,
    serving,
    tables,
)
from matcher.cli.commands import Group
from matcher.cli.messages import note, usage_sentence
from matcher.errors import MatcherError

main_group = Group(
    "matcher",
    help="企业技术需求的梳理、与科技成果匹配、专家推荐、官方政策判断、公平分配、高企培育库。\n"
    "表格可为 csv、xlsx、xls、parquet 或 jsonl；联系方式在所有输出中默认遮盖。",
)
matching.add_commands(main_group)
tables.add_commands(main_group)
main_group.add_command(rounds.run_command)
resources.add_commands(main_group)
serving.add_commands(main_group)
for room in (
    feedback,
    needs,
    challenges,
    experts,
    policy,
    assignment,
    partners,
    fields,
    pool,
    commissioners,
    contracts,
    projects,
    review,
    assessment,
    integrity,
):
    main_group.add_command(room.group)
    main_group.aliases |= room.ALIASES  # names of before: they go on working and are not listed


def main() -> None:
    """Run the command line; a mistake of the user ends with its message, without a traceback."""
    gc.set_threshold(500_000)  # a run makes many small objects that live to its end: fewer looks for cycles among them
    logger, notes = logging.getLogger("matcher"), _Notes(logging.WARNING)
    logger.addHandler(notes)
    try:
        status = main_group.main(prog_name="matcher", standalone_mode=False)
    except MatcherError as error:
        _end(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        _end(error.ctx.get_help())
    except click.Abort:
        _end("已中断，没有写入不完整的结果", 130)
    except click.ClickException as error:
        _end(usage_sentence(error))
    except OSError as error:
        _end(f"{error.filename or ''}：无法读写（{error.strerror or error}）")
    except KeyboardInterrupt:
        _end("已中断，没有写入不完整的结果", 130)
    else:
        _close(sys.stdout)
        if isinstance(status, int) and status:
            raise SystemExit(status)
    finally:
        logger.removeHandler(notes)
        gc.freeze()  # nor a last look at all of them, when the interpreter ends


def _end(message: str, status: int = 2) -> None:
    note(False, message)
    _close(sys.stdout)
    raise SystemExit(status)


def _close(stream: Any) -> None:
    """Flush; where nobody reads any more, leave nothing for the interpreter to fail on at its end."""
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Notes(logging.Handler):
    """Warnings of the library as lines for the user."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        note(False, record.getMessage())
