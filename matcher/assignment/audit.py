"""The record of an assignment: what an appeal is answered with, a version for the public, and its replay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher import __version__
from matcher.assignment.assigning import Assignment, assign
from matcher.errors import TableError

FORMAT = 1


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_record(found: Assignment, arguments: Mapping[str, Any], *, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Everything that led to an assignment, ready for JSON.

    arguments: those that `assign` was called with. inputs: name -> SHA-256 of each file that was read. The record
    holds them, the seed, the solver with its version, the proof, and for each id its pairs with score and place among
    all its pairs, its part as alternate, and each pair that was barred with the reason.
    """
    import scipy

    people: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in found.pairs.to_dict("records"):
        what = "alternate_for" if row["alternate"] else "assigned_to"
        told = {"right_id": row["right_id"], "score": row["score"]} | (
            {"rank": row["rank"]} if row["alternate"] else {}
        )
        people.setdefault(row["left_id"], {}).setdefault(what, []).append(told)
    for row in found.excluded.to_dict("records"):
        told = {"right_id": row["right_id"], "reason": row["reason"]}
        people.setdefault(row["left_id"], {}).setdefault("barred_from", []).append(told)
    return {
        "format": FORMAT,
        "software": f"enterprise-matcher {__version__}",
        "solver": f"HiGHS (scipy {scipy.__version__})",
        "inputs": dict(inputs),
        "settings": {name: _plain(value) for name, value in sorted(arguments.items())},
        "seed": arguments.get("seed"),
        "proof": found.proof,
        "notes": list(found.notes),
        "shortages": found.shortages.to_dict("records"),
        "result_sha256": result_hash(found.pairs),
        "result": found.pairs[["left_id", "right_id", "alternate", "score", "rank"]].to_dict("records"),
        "people": {name: people[name] for name in sorted(people)},
    }


def public_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record for everybody: who was assigned and the proof; of the excluded only how many for what kind of reason.

    No id of a left side appears that was not assigned or made alternate, and no rule that names one.
    """
    barred: dict[str, dict[str, int]] = {}
    for person in record["people"].values():
        for one in person.get("barred_from", []):
            kinds = barred.setdefault(one["right_id"], {})
            kind = one["reason"].partition("：")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
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
        "barred_by_kind": {name: dict(sorted(barred[name].items())) for name in sorted(barred)},
    }


def replay(record: Mapping[str, Any], pairs: pd.DataFrame, *, inputs: Mapping[str, str] | None = None) -> list[str]:
    """What differs when the record's settings are applied to the pairs again: Chinese sentences, none if nothing does.

    inputs: the hashes of the files that lie here now, compared with the record's.
    """
    if record.get("format") != FORMAT:
        raise TableError(f"不是本软件的分配记录，或格式版本不同（{record.get('format')}）")
    import scipy

    faults = []
    for name, was in record["inputs"].items():
        now = (inputs or {}).get(name)
        if inputs is not None and now != was:
            faults.append(f"输入“{name}”与记录时不同（SHA-256 {was[:12]}… 现为 {now[:12] + '…' if now else '缺少'}）")
    solver = f"HiGHS (scipy {scipy.__version__})"
    if record["solver"] != solver:
        faults.append(f"求解器不同：记录为 {record['solver']}，现为 {solver}；同样好的方案中可能取到另一个")
    settings = dict(record["settings"])
    settings["forbid"] = pd.DataFrame(settings.get("forbid", []), columns=["left_id", "right_id", "reason"])
    settings["require"] = [(a, b) for a, b in settings.get("require", [])]
    found = assign(pairs, **settings)
    if result_hash(found.pairs) != record["result_sha256"]:
        was = {(row["left_id"], row["right_id"], row["alternate"]) for row in record["result"]}
        is_ = set(found.pairs[["left_id", "right_id", "alternate"]].itertuples(index=False, name=None))
        faults.append(f"结果不同：记录中有而重算没有 {len(was - is_)} 对，重算有而记录中没有 {len(is_ - was)} 对")
    return faults


def result_hash(pairs: pd.DataFrame) -> str:
    """SHA-256 of who was given to whom, as lines of left_id, right_id, alternate and rank in the table's order."""
    rows = pairs[["left_id", "right_id", "alternate", "rank"]].to_numpy(object).tolist()
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """The record as JSON text."""
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return value[["left_id", "right_id", "reason"]].astype(str).to_numpy(object).tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value
