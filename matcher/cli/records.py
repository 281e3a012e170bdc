"""What a result was made from: told with it, kept beside it (`--record`), held against it again (`--verify`)."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.messages import note, report
from matcher.cli.options import FILE, option, output_option
from matcher.event_log.log import EventLog
from matcher.event_log.places import Address, Place

if TYPE_CHECKING:
    import pandas as pd

record_option = output_option(".json", "--record", required=False, help="另存记录，供日后核对")
verify_option = option(
    "--verify", type=FILE, metavar="记录", help="和先前的记录核对；有任何不同则退出码为 1，不写结果。"
)


def about(day: dt.date, inputs: Iterable[Place | None]) -> dict[str, str]:
    """What a result rests on: the day, the software, the inputs and their hashes."""
    from matcher import __version__

    return {
        "日期": day.isoformat(),
        "软件": f"enterprise-matcher {__version__}",
        **hashes_of(inputs),
    }


def hashes_of(inputs: Iterable[Place | None]) -> dict[str, str]:
    """The hash of each file, or of a book in PostgreSQL, under a label with its name."""
    return {
        f"输入 {path.name}": f"SHA-256 {hash_of_book(path) if isinstance(path, Address) else _hash(path)}"
        for path in inputs
        if path is not None
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hash_of_book(place: str | Place) -> str:
    """The hash of all that stands in a book, wherever it lies; "" for none."""
    from matcher.pool.book.event_log import Log
    from matcher.projects.lifecycle.log import ProjectLog

    kinds: tuple[type[EventLog], ...] = (Log, ProjectLog)
    for kind in kinds:
        if kind.is_there(place):
            with contextlib.closing(kind.open(place)) as log:
                return log.fingerprint()
    return ""


def save_recorded(
    files: Mapping[Path, bytes],
    step: str,
    table: pd.DataFrame,
    arguments: Mapping[str, object],
    inputs: Sequence[Path | None],
    record: Path | None,
    verify: Path | None,
    quiet: bool,
    *,
    mask: bool = True,
) -> None:
    """The files of a step, its record where asked for; against an earlier record first, which must agree."""
    from matcher.export.targets import save_files

    if record is None and verify is None:
        save_files(files)
        return
    from matcher.review.audit import differences, make_record, read_record, record_bytes

    account = make_record(step, table, arguments=arguments, inputs=inputs)
    if verify is not None:
        faults = differences(read_record(verify), account)
        note(False, *faults)
        if faults:
            raise click.exceptions.Exit(1)
        report(quiet, f"{verify.name}：输入相同，重算结果与记录一致")
    save_files({**files, **({} if record is None else {record: record_bytes(account, mask=mask)})})
