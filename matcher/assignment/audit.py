"""The record of an assignment: what an appeal is answered with, a version for the public, and its replay.

A record is written without contacts unless asked: ids that are contacts and texts that hold some are masked, in the
public record always. Everything else stays, the seed and the hashes too, so that a masked record still proves the
result: it is replayed from the settings file instead of the settings that it holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher import __version__
from matcher.assignment.assigning import Assignment, assign
from matcher.errors import MatcherError, TableError, not_opened
from matcher.export.formats import json_bytes
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.json import parse_json
from matcher.tables.privacy import mask_ids

FORMAT = 1

_AS_IT_IS = ("format", "software", "solver", "seed", "proof", "result_sha256")  # never masked


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_record(assignment: Assignment, arguments: Mapping[str, Any], *, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Everything that led to an assignment, ready for `record_bytes`.

    arguments: those that `assign` was called with. inputs: name -> SHA-256 of each file that was read. The record
    holds them, the seed, the solver with its version, the proof, and for each left id its pairs with score, where it
    is alternate, and each pair that was barred with the reason.
    """
    import scipy

    people: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in assignment.pairs.to_dict("records"):
        part = "alternate_for" if row["alternate"] else "assigned_to"
        entry = {name: row[name] for name in ("right_id", "score", "rank") if name != "rank" or row["alternate"]}
        people.setdefault(row["left_id"], {}).setdefault(part, []).append(entry)
    for row in assignment.excluded.to_dict("records"):
        entry = {"right_id": row["right_id"], "reason": row["reason"]}
        people.setdefault(row["left_id"], {}).setdefault("barred_from", []).append(entry)
    return {
        "format": FORMAT,
        "software": f"enterprise-matcher {__version__}",
        "solver": f"HiGHS (scipy {scipy.__version__})",
        "inputs": dict(inputs),
        "settings": {name: _plain(value) for name, value in sorted(arguments.items())},
        "seed": arguments.get("seed"),
        "proof": assignment.proof,
        "notes": list(assignment.notes),
        "shortages": assignment.shortages.to_dict("records"),
        "result_sha256": result_hash(assignment.pairs),
        "result": assignment.pairs[["left_id", "right_id", "alternate", "score", "rank"]].to_dict("records"),
        "people": {name: people[name] for name in sorted(people)},
    }


def public_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record for everybody: who was assigned and the proof; of the excluded only how many.

    No id of a left side appears that was not assigned or made alternate, and no rule that names one. The kinds of
    reasons are not told apart: with a list of the panel's candidates one could tell who has an integrity record.
    """
    barred: dict[str, int] = {}
    for person in record["people"].values():
        for name in {one["right_id"] for one in person.get("barred_from", [])}:
            barred[name] = barred.get(name, 0) + 1
    settings = record["settings"]
    shown = ("goal", "alternates", "forbid_same_group", "at_most_per_group", "at_least_of_grade", "at_most_together")
    keys = ("format", "software", "solver", "inputs", "seed", "proof", "result_sha256", "result")
    return {
        **{key: record[key] for key in keys},
        "settings": {key: settings[key] for key in shown if key in settings}
        | {
            "left_default": settings.get("left", {}).get("default", {}),
            "right_default": settings.get("right", {}).get("default", {}),
        },
        "barred": dict(sorted(barred.items())),
    }


def replay(
    record: Mapping[str, Any],
    pairs: pd.DataFrame,
    *,
    arguments: Mapping[str, Any] | None = None,
    inputs: Mapping[str, str] | None = None,
) -> list[str]:
    """What differs when a record's settings are applied to the pairs again: Chinese sentences, none if nothing does.

    arguments: those that `assign` was called with, read again from the settings file; needed where contacts were
    masked in the record, and not used otherwise. inputs: the hashes of the files that lie here now, compared with the
    record's. Raises TableError for what is no full record, or a masked one without `arguments`.
    """
    if record.get("format") != FORMAT:
        raise TableError(f"不是本软件的分配记录，或格式版本不同（{record.get('format')}）")
    if "people" not in record:
        raise TableError("这是公开版记录，不含重算所需的设置；请用完整记录（--record）核对")
    masked = record.get("contacts") == "masked"
    if masked and arguments is None:
        raise TableError("这份记录中的联系方式已遮盖，须连同当时的设置一起核对")

    try:
        return _differences(record, pairs, arguments if masked else _arguments(record["settings"]), inputs)
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, MatcherError):
            raise
        raise TableError(f"分配记录不完整或已损坏（{str(error)[:120]}）") from error


def _differences(
    record: Mapping[str, Any],
    pairs: pd.DataFrame,
    arguments: Mapping[str, Any] | None,
    inputs: Mapping[str, str] | None,
) -> list[str]:
    import scipy

    masked = record.get("contacts") == "masked"
    faults = []
    for name, was in record["inputs"].items():
        now = {mask_contacts(file) if masked else file: value for file, value in (inputs or {}).items()}.get(name)
        if inputs is not None and now != was:
            faults.append(f"输入“{name}”与记录时不同（SHA-256 {was[:12]}… 现为 {now[:12] + '…' if now else '缺少'}）")
    solver = f"HiGHS (scipy {scipy.__version__})"
    if record["solver"] != solver:
        faults.append(f"求解器不同：记录为 {record['solver']}，现为 {solver}；同样好的方案中可能取到另一个")
    again = assign(pairs, **(arguments or {}))
    if result_hash(again.pairs) != record["result_sha256"]:
        was = {(row["left_id"], row["right_id"], row["alternate"]) for row in record["result"]}
        is_ = set(again.pairs[["left_id", "right_id", "alternate"]].itertuples(index=False, name=None))
        counts = f"记录中有而重算没有 {len(was - is_)} 对，重算有而记录中没有 {len(is_ - was)} 对"
        faults.append("结果不同" if masked else f"结果不同：{counts}")
    return faults


def _arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `assign` out of a record."""
    forbid = pd.DataFrame(settings.get("forbid", []), columns=["left_id", "right_id", "reason"])
    return {**settings, "forbid": forbid, "require": [(a, b) for a, b in settings.get("require", [])]}


def result_hash(pairs: pd.DataFrame) -> str:
    """SHA-256 of who was given to whom, as lines of left_id, right_id, alternate and rank in the table's order."""
    rows = pairs[["left_id", "right_id", "alternate", "rank"]].to_numpy(object).tolist()
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def record_bytes(record: Mapping[str, Any], *, mask: bool = True) -> bytes:
    """A record as JSON text; with `mask` without contacts, and marked `"contacts": "masked"` where some were hidden."""
    shown = _masked(record) if mask else record
    return json_bytes(shown if shown == record else {**shown, "contacts": "masked"}) + b"\n"


def read_record(path: Path) -> dict[str, Any]:
    """A record that was written before. Raises TableError for anything else."""
    try:
        record = parse_json(path.read_bytes())
    except OSError as error:
        raise not_opened(path.name, error) from error
    except ValueError as error:
        raise TableError(f"{path.name}：不是分配记录（JSON）") from error
    if not isinstance(record, dict):
        raise TableError(f"{path.name}：不是分配记录")
    return record


def _masked(record: Mapping[str, Any]) -> dict[str, Any]:
    masks = mask_ids(_texts(record))

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return masks[value] if masks[value] != value else mask_contacts(value)
        if isinstance(value, Mapping):
            return {hidden(key): part if key == "seed" else hidden(part) for key, part in value.items()}
        return [hidden(part) for part in value] if isinstance(value, list) else value

    inputs = {hidden(name): value for name, value in record["inputs"].items()}
    return {key: part if key in _AS_IT_IS else hidden(part) for key, part in record.items()} | {"inputs": inputs}


def _texts(value: Any) -> Iterator[str]:
    """All texts of a nested value, its keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value:
            yield from _texts(part)
        if isinstance(value, Mapping):
            yield from _texts(list(value.values()))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return value[["left_id", "right_id", "reason"]].astype(str).to_numpy(object).tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value
