"""A bureau's page on its whole pool: finished tables in, one self-contained HTML page with pictures out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError
from matcher.output import save_files
from matcher.pool.book_files import STATES
from matcher.pool.tiers import TIERS
from matcher.pool.tiers import TITLES as TIER_TITLES
from matcher.report import mask_contacts


def write_dashboard(
    path: str | Path,
    *,
    on: dt.date,
    title: str = "培育库看板",
    snapshot: pd.DataFrame | None = None,
    moves: pd.DataFrame | None = None,
    expected: pd.DataFrame | None = None,
    clusters: pd.DataFrame | None = None,
    chains: pd.DataFrame | None = None,
    funnel: pd.DataFrame | None = None,
) -> None:
    """Write the page. Each part appears where its table is given; each picture stands beside its figures.

    snapshot: of `Book.snapshot`. moves: of `matcher.pool.changes.moves`. expected: name, expected, low, high, goal (one
    row a policy or target). clusters: name, firms. chains: cluster, link, firms, needs, outcomes, and where known
    missing (bool) (in the order of the chain). funnel: of `matcher.pool.followup.funnel`. Contacts are masked. Raises
    OutputError.
    """
    import jinja2

    target = Path(path)
    if target.suffix.lower() != ".html":
        raise OutputError(f"不能写成“{target.name}”：文件名须以 .html 结尾")
    parts = {
        "tiers": None if snapshot is None else _tiers(snapshot),
        "states": None if snapshot is None else _bars(snapshot["state"].map(STATES).value_counts(sort=False)),
        "moves": None if moves is None else moves.head(200).to_dict("records"),
        "expected": None if expected is None else _expected(expected),
        "clusters": None if clusters is None else _bars(clusters.set_index("name")["firms"]),
        "chains": None if chains is None else _chains(chains),
        "funnel": None if funnel is None else _funnel(funnel),
    }
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("matcher"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: mask_contacts(value) if type(value) is str else value,
    )
    page = environment.get_template("dashboard.html.j2").render(
        title=title, on=on, more=0 if moves is None else max(len(moves) - 200, 0), tier_titles=TIER_TITLES, **parts
    )
    save_files({target: page.encode()})


def _bars(counts: pd.Series[Any]) -> list[dict[str, Any]]:
    """Bars in the order given; width: percent of the longest."""
    top = max([float(count) for count in counts if pd.notna(count)], default=0.0)
    return [
        {"label": str(label), "count": int(count), "width": round(100 * float(count) / top, 2) if top else 0}
        for label, count in counts.items()
        if pd.notna(count)
    ]


def _tiers(snapshot: pd.DataFrame) -> list[dict[str, Any]]:
    """Firms in the pool by tier: proved by the known facts, and how many more it could be at best."""
    inside = snapshot[snapshot["state"] == "in_pool"]
    sure, best = (inside[name].value_counts() for name in ("tier", "tier_at_best"))
    top = max([*sure, *best], default=0)
    return [
        {
            "label": TIER_TITLES[tier],
            "count": int(sure.get(tier, 0)),
            "best": int(best.get(tier, 0)),
            "width": round(100 * int(sure.get(tier, 0)) / top, 2) if top else 0,
            "best_width": round(100 * int(best.get(tier, 0)) / top, 2) if top else 0,
        }
        for tier in TIERS
    ]


def _expected(expected: pd.DataFrame) -> list[dict[str, Any]]:
    """Places in percent of the largest figure of each row."""
    lines = []
    for row in expected.to_dict("records"):
        top = 1.08 * max([float(row[name]) for name in ("high", "expected", "goal") if pd.notna(row[name])], default=1)
        at = {name: round(100 * float(row[name]) / (top or 1), 2) for name in ("expected", "low", "high", "goal")}
        reach = "区间全部达到目标" if row["low"] >= row["goal"] else "目标在区间内"
        reach = "区间达不到目标" if row["high"] < row["goal"] else reach
        lines.append({**{str(name): cell for name, cell in row.items()}, "at": at, "reach": reach})
    return lines


def _chains(chains: pd.DataFrame) -> list[dict[str, Any]]:
    table = chains.copy()
    if "missing" not in table:
        table["missing"] = table["firms"].fillna(0) == 0
    return [
        {"cluster": cluster, "links": group.to_dict("records")}
        for cluster, group in table.groupby("cluster", sort=False)
    ]


def _funnel(funnel: pd.DataFrame) -> dict[str, Any]:
    rows = funnel.set_index("step")
    steps = _bars(rows.loc[[step for step in rows.index if step != "needs"]].set_index("title")["items"])
    shares = rows["of_pushed"].map(lambda share: "—" if pd.isna(share) else f"{share:.1%}").to_dict()
    for step, name in zip(steps, rows.index, strict=False):
        step["share"] = shares[name]
    amount = rows["amount"].get("signed")
    return {
        "steps": steps,
        "rate": shares["talks"],
        "met": int(rows["items"]["talks"]),
        "pushed": int(rows["items"]["pushed"]),
        "needs": shares.get("needs", "—"),
        "amount": "—" if amount is None or pd.isna(amount) else f"{int(amount):,} 元",
    }
