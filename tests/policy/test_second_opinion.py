"""hte and tech-sme against the same rules written out by hand, row by row, unknown facts included."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from typing import Any

import pandas as pd
from small import EXAMPLES

from matcher.policy.scoring import score

ON = dt.date(2026, 11, 24)


def _example(name: str) -> Any:
    sys.path.insert(0, str(EXAMPLES))
    try:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(EXAMPLES))


def test_every_row_agrees_with_the_loop_written_by_hand() -> None:
    firms = _example("benchmark_scoring").made_up_firms(3000, seed=5)
    firms["registered_on"] = firms["registered_on"].where(firms.index % 7 != 0, pd.Timestamp("2024-08-01"))
    firms.loc[firms.index % 11 == 0, ["registered_on", "net_assets_y2"]] = None
    firms.loc[firms.index % 13 == 0, ["sales_y3"]] = None
    firms.loc[firms.index % 17 == 0, ["sales_y1", "net_assets_y3"]] = None
    scored = score(firms, ["hte", "tech-sme"], on=ON)
    plain = _example("plain_scoring")
    part = firms.copy()
    part["registered_on"] = [None if pd.isna(day) else day.date() for day in firms["registered_on"]]
    records = part.astype(object).where(part.notna(), None).to_dict("records")
    by_hand = {row[:4]: row[4:] for firm in records for row in plain.rows_of(firm, ON)}
    wrong = []
    table = scored.verdicts.astype({"policy": str, "kind": str, "rule": str, "passed": object})
    assert len(table) == len(by_hand)
    for row in table[
        ["enterprise_id", "policy", "kind", "rule", "passed", "points_low", "points_high"]
    ].values.tolist():
        passed, low, high = by_hand[tuple(row[:4])]
        if row[4] != passed if row[2] == "condition" else (row[5], row[6]) != (float(low), float(high)):
            wrong.append((row, passed, low, high))
    assert not wrong, (len(wrong), wrong[:5])
    sme = {firm["enterprise_id"]: plain.tech_sme(firm)[2] for firm in records}
    words = {"pass": "passes", "fail": "fails", "unknown": "unknown"}
    summary = scored.summary[scored.summary["policy"] == "tech-sme"]
    assert summary["decision"].astype(str).tolist() == [words[sme[firm]] for firm in summary["enterprise_id"]]
