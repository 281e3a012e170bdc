"""Points of a year's service by published tables (`points.yaml`). What is unknown is an interval."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from matcher.commissioners.service import Service
from matcher.errors import PolicyError
from matcher.tables.yaml import read

COLUMNS = ["expert_id", "name", "scheme", "title", "measure", "count", "low", "high", "verified", "note", "source"]
MEASURES = {"days": "服务天数", "visits": "服务次数", "trained": "培训人次"}  # what a log gives
TOTAL = "合计（只含见到的各项）"


def assess(service: Service, scheme: str, counts: pd.DataFrame | None = None) -> pd.DataFrame:
    """The points of every person of a plan.

    Parameters
    ----------
    service
        Of `service_report`: days, visits and trained persons are counted in its records.
    scheme
        "广西乡村" or "夷陵2024".
    counts
        Further measures of a scheme: expert_id and columns by their names (projects, varieties, bases, helped,
        exchanges, tasks, media).

    Returns
    -------
    DataFrame
        COLUMNS, persons in their order, the rows of the table and then their sum: `count`, and the points between `low`
        and `high`, NA where no end is known (a measure nobody counted in a row whose most was not seen, or the sum of a
        table of which rows were not seen).

    Raises
    ------
    PolicyError
        There is no such scheme.
    """
    name, node = _scheme(scheme)
    rows: list[tuple[Any, ...]] = []
    measured = _measures(service, counts)
    for person in service.persons.to_dict("records"):
        values = measured.get(str(person["expert_id"]), {})
        lows, highs = [], []
        for row in node["rows"]:
            low_count, high_count = values.get(str(row["measure"]), (0.0, np.inf))
            low, high = _points(row, low_count), _points(row, high_count)
            lows.append(low)
            highs.append(high)
            shown = low_count if low_count == high_count else np.nan
            title = MEASURES.get(str(row["measure"]), str(row["title"]))
            rows.append(
                (
                    person["expert_id"], person["name"], name, row["title"], title, shown, low, _end(high),
                    row["verified"] == "true", row.get("note", ""), node["source"],
                )
            )  # fmt: skip
        high = sum(highs) if node["whole"] == "true" else np.inf
        rows.append(
            (
                person["expert_id"], person["name"], name, TOTAL, "", np.nan, round(sum(lows), 4), _end(high),
                all(row["verified"] == "true" for row in node["rows"]), node["note"], node["source"],
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _measures(service: Service, counts: pd.DataFrame | None) -> dict[str, dict[str, tuple[float, float]]]:
    """Person -> measure -> the least and most that it can be."""
    found: dict[str, dict[str, tuple[float, float]]] = {
        str(name): dict.fromkeys(MEASURES, (0.0, 0.0)) for name in service.persons["expert_id"]
    }
    doubtful = dict(zip(service.persons["expert_id"].astype(str), service.persons["doubtful"], strict=True))
    for person, many in doubtful.items():  # records that may be of this person
        if many:
            found[person] = {one: (0.0, float(many) if one == "visits" else np.inf) for one in MEASURES}
    for name, group in service.matched.groupby("expert_id"):
        mine = found[str(name)]
        many = doubtful[str(name)]
        mine["visits"] = (float(len(group)), float(len(group) + many))
        for measure in ("days", "trained"):
            known = float(group[measure].sum())
            mine[measure] = (known, np.inf if many or group[measure].isna().any() else known)
    for row in counts.to_dict("records") if counts is not None else ():
        if str(row["expert_id"]) in found:
            found[str(row["expert_id"])] |= {
                str(key): (float(value), float(value))
                for key, value in row.items()
                if key != "expert_id" and pd.notna(value)
            }
    return found


def _points(row: Mapping[str, Any], count: float) -> float:
    if "full" in row:
        return float(row["points"]) if count >= float(row["full"]) else 0.0
    return round(min(count * float(row["each"]), float(row.get("most", np.inf))), 4)


def _end(value: float) -> float:
    return np.nan if np.isinf(value) else round(value, 4)


def _scheme(name: str) -> tuple[str, dict[str, Any]]:
    known = {str(node["title"]): node for node in _schemes().values()}
    node = known.get(name.strip()) or _schemes().get(name.strip())
    if node is None:
        near = difflib.get_close_matches(name, known, 1, 0.4)
        proposal = f"您是不是指 {near[0]}？" if near else ""
        raise PolicyError(f"没有名为“{name}”的考核办法；{proposal}可用：{'、'.join(known)}")
    return str(node["title"]), node


@lru_cache(maxsize=1)
def _schemes() -> dict[str, dict[str, Any]]:
    schemes: dict[str, dict[str, Any]] = read(Path(str(resources.files("matcher.commissioners"))) / "points.yaml")
    return schemes
