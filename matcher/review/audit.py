"""The record of a review's step: its inputs by their hashes, its choices and the hash of its result; and its replay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher import __version__
from matcher.assignment.audit import fingerprint, read_record, record_bytes
from matcher.errors import TableError
from matcher.tables.json import parse_json

FORMAT = 1
__all__ = ["differences", "make_record", "read_record", "record_bytes"]


def make_record(
    step: str, table: pd.DataFrame, *, arguments: Mapping[str, Any], inputs: Iterable[Path | None]
) -> dict[str, Any]:
    """What led to a result table, ready for `record_bytes`: no name, score or vote stands in it.

    step: which step it was. arguments: its choices, as texts and numbers. inputs: the files that were read.
    """
    return {
        "format": FORMAT,
        "step": step,
        "software": f"enterprise-matcher {__version__}",
        "inputs": {path.name: fingerprint(path) for path in inputs if path is not None},
        "arguments": {name: _plain(value) for name, value in sorted(arguments.items())},
        "rows": len(table),
        "result_sha256": table_hash(table),
    }


def differences(record: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What a replay has different from the record: Chinese sentences, none where nothing is.

    Raises TableError for a record of another step or form.
    """
    now = parse_json(record_bytes(now))  # contacts in names of files are masked in both
    if record.get("format") != FORMAT or record.get("step") != now["step"] or "result_sha256" not in record:
        raise TableError(f"不是“{now['step']}”的记录，或格式版本不同")
    told = []
    names = sorted({*record["inputs"], *now["inputs"]})
    told += [f"输入“{name}”与记录时不同" for name in names if record["inputs"].get(name) != now["inputs"].get(name)]
    was, is_ = record["arguments"], now["arguments"]
    told += [
        f"选项 {name} 不同：记录为 {was.get(name)}，现为 {is_.get(name)}"
        for name in sorted({*was, *is_})
        if was.get(name) != is_.get(name)
    ]
    if record["software"] != now["software"]:
        told.append(f"软件不同：记录为 {record['software']}，现为 {now['software']}")
    if record["result_sha256"] != now["result_sha256"]:
        told.append("结果不同")
    return told


def table_hash(table: pd.DataFrame) -> str:
    """SHA-256 of a table's cells in their order; numbers to nine digits, so that machines agree."""
    rows = [[_plain(cell) for cell in row] for row in table.astype(object).itertuples(index=False, name=None)]
    text = json.dumps([[str(name) for name in table.columns], rows], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float) or hasattr(value, "dtype"):
        return float(f"{float(value):.9g}")
    return str(value)
