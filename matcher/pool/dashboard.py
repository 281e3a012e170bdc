"""A bureau's page on its whole pool: finished tables in, one self-contained HTML page with pictures out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.export.pages import page_bytes
from matcher.export.targets import check_targets, save_files
from matcher.export.titles import TARGETS, TITLES
from matcher.policy.policy import Policy
from matcher.pool.book.tables import CAUSES, STATES, conditions
from matcher.pool.tiers import TIERS, WORDS
from matcher.tables.arguments import Day, as_day
from matcher.tables.contacts.hiding import mask_contacts

MOVES_SHOWN, VISITS_SHOWN, LETTERS = 40, 10, 130
STEP = 10  # points of one bar
NO_CLUSTER = "不属于任何一个"


def write_dashboard(output: str | Path, facts: dict[str, Any], *, mask: bool = True) -> None:
    """Write the page. facts: of `dashboard_facts`; mask: hide contacts.

    Raises
    ------
    OutputError
        The file cannot be written there, or is no .html file.
    """
    check_targets({output: (".html",)})
    save_files({Path(output): page_bytes("dashboard", facts, mask=mask)})


def dashboard_facts(
    *,
    on: Day,
    title: str = "培育库看板",
    goal: Policy | None = None,
    snapshot: pd.DataFrame | None = None,
    moves: pd.DataFrame | None = None,
    discovered: pd.DataFrame | None = None,
    expected: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    clusters: pd.DataFrame | None = None,
    chains: pd.DataFrame | None = None,
    funnel: pd.DataFrame | None = None,
    mask: bool = True,
) -> dict[str, Any]:
    """What the page shows: a part for each table that is given, each picture beside its figures.

    Parameters
    ----------
    goal
        The policy that the firms of the pool are raised for (`Book.rules(on).goal`): titles of its conditions.
    snapshot
        Of `Book.snapshot`.
    moves
        Of `matcher.pool.book.diff.moves`.
    discovered
        `Discovery.listed`; the first ten are shown.
    expected
        `Discovery.expected` (policy or name, expected, low, high; one row a policy), where there is a target with its
        `goal`.
    targets
        Of `matcher.pool.targets.target_progress`.
    clusters
        Of `matcher.classify` over the firms (`id, code, name, level, rank`; counted is each firm's first heading of the
        top level, beside those in the pool where there is a snapshot), or counts as `name, firms`.
    chains
        Of `matcher.fields.link_table`.
    funnel
        Of `matcher.pool.book.follow_up.funnel`.
    mask
        Hide contacts in what is shortened before it is shown.

    Raises
    ------
    TableError
        A table lacks columns.
    """
    parts = {
        "tiers": None if snapshot is None else _tiers(snapshot),
        "states": None if snapshot is None else _states(snapshot),
        "points": None if snapshot is None else _points(snapshot),
        "obstacles": None if snapshot is None else _obstacles(snapshot, {} if goal is None else conditions(goal)),
        "moves": None if moves is None else _moves(moves, mask),
        "visits": None if discovered is None else _visits(discovered, snapshot),
        "expected": None if expected is None else _expected(expected),
        "targets": None if targets is None else _targets(targets),
        "clusters": None if clusters is None else _clusters(clusters, snapshot),
        "chains": None if chains is None else _chains(chains),
        "funnel": None if funnel is None else _funnel(funnel),
    }
    return {"title": title, "on": as_day(on), "tier_titles": WORDS, "heads": _heads(snapshot, parts), **parts}


def _need(table: pd.DataFrame, what: str, *names: str) -> None:
    if missing := [name for name in names if name not in table]:
        raise TableError(f"{what}缺少列：{'、'.join(missing)}")


def _need_progress(targets: pd.DataFrame) -> None:
    """The table is one of progress, and not the list of targets that people fill in."""
    if missing := [name for name in ("name", "goal", "actual", "share", "expected", "status") if name not in targets]:
        titles = "、".join(TARGETS.get(name) or TITLES[name] for name in missing)
        raise TableError(f"目标表缺少列：{titles}；请先用 matcher pool targets 算出，再给 --targets")


def _heads(snapshot: pd.DataFrame | None, parts: dict[str, Any]) -> list[dict[str, str]]:
    """The figures that a bureau is asked for first: what, figure, beside it."""
    heads = []
    if snapshot is not None:
        inside = int((snapshot["state"] == "in_pool").sum())
        heads.append({"what": "在库企业", "figure": f"{inside:,}", "beside": f"名册 {len(snapshot):,} 家"})
        ready = parts["tiers"][0]
        heads.append({"what": "本轮可报", "figure": f"{ready['count']:,}", "beside": f"最好情形 {ready['best']:,} 家"})
    for row in (parts["expected"] or [])[:1]:
        beside = f"区间 {row['low']:.0f}–{row['high']:.0f}" + (
            "" if row["goal"] is None else f"，目标 {row['goal']:.0f}"
        )
        heads.append({"what": "预计通过", "figure": f"{row['expected']:.0f}", "beside": beside})
    if parts["funnel"] is not None and parts["funnel"]["pushed"]:
        done = parts["funnel"]
        heads.append({"what": "对接率", "figure": done["rate"], "beside": f"{done['met']} / {done['pushed']} 项"})
        heads.append({"what": "签约", "figure": str(done["signed"]), "beside": done["amount"]})
    return heads


def _bars(counts: pd.Series[Any]) -> list[dict[str, Any]]:
    """Bars in the order given; width: percent of the longest."""
    top = max([float(count) for count in counts if pd.notna(count)], default=0.0)
    return [
        {"label": str(label), "count": int(count), "width": _percent(float(count), top)}
        for label, count in counts.items()
        if pd.notna(count)
    ]


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _states(snapshot: pd.DataFrame) -> list[dict[str, Any]]:
    counts = snapshot["state"].value_counts()
    return _bars(pd.Series({title: counts[state] for state, title in STATES.items() if state in counts}, dtype=object))


def _tiers(snapshot: pd.DataFrame) -> list[dict[str, Any]]:
    """Firms in the pool by tier: proved by the known facts, and how many more it could be at best."""
    inside = snapshot[snapshot["state"] == "in_pool"]
    sure, best = (inside[name].value_counts() for name in ("tier", "tier_at_best"))
    top = max([*sure, *best], default=0)
    return [
        {
            "label": WORDS[tier],
            "count": int(sure.get(tier, 0)),
            "best": int(best.get(tier, 0)),
            "width": _percent(int(sure.get(tier, 0)), top),
            "best_width": _percent(int(best.get(tier, 0)), top),
        }
        for tier in TIERS
    ]


def _points(snapshot: pd.DataFrame) -> list[dict[str, Any]]:
    """Firms in the pool by tens of points, where the policy has points: those proved, and those possible at best."""
    inside = snapshot[(snapshot["state"] == "in_pool") & snapshot["total_high"].notna()]
    if not len(inside):
        return []
    tens = [(inside[name].clip(0, 99.999) // STEP).astype(int).value_counts() for name in ("total_low", "total_high")]
    places = range(min(min(each.index) for each in tens), max(max(each.index) for each in tens) + 1)
    top = max(int(each.max()) for each in tens)
    return [
        {
            "label": f"{STEP * place}–{STEP * place + STEP - 1}" if place < 9 else "90–100",
            "count": int(tens[0].get(place, 0)),
            "best": int(tens[1].get(place, 0)),
            "width": _percent(int(tens[0].get(place, 0)), top),
            "best_width": _percent(int(tens[1].get(place, 0)), top),
        }
        for place in places
    ]


def _obstacles(snapshot: pd.DataFrame, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Conditions that firms in the pool do not meet yet, and of how many firms it is the only one."""
    inside = snapshot.loc[snapshot["state"] == "in_pool", "open_rules"]
    failed, unknown, alone = Counter[str](), Counter[str](), Counter[str]()
    for cell in inside:
        parts = [part.rpartition(":") for part in str(cell).split(";") if part]
        for rule, _, state in parts:
            (failed if state == "fail" else unknown)[rule] += 1
            alone[rule] += len(parts) == 1
    many = failed + unknown
    top = max(many.values(), default=0)
    return [
        {
            "label": titles.get(rule, rule),
            "failed": failed[rule],
            "unknown": unknown[rule],
            "alone": alone[rule],
            "width": _percent(alone[rule], top),
            "best_width": _percent(count, top),
        }
        for rule, count in sorted(many.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _moves(moves: pd.DataFrame, mask: bool) -> dict[str, Any]:
    """How many by cause; the rows of rules and facts first, since entries are many and of less interest."""
    counts = moves["cause"].value_counts()
    late = moves["cause"].isin(["new", "entry"])
    shown = pd.concat([moves[~late], moves[late]]).head(MOVES_SHOWN)
    return {
        "counts": [f"{title} {int(counts[cause])}" for cause, title in CAUSES.items() if cause in counts],
        "rows": shown.assign(
            detail=[_short(mask_contacts(text) if mask else text) for text in shown["detail"]]
        ).to_dict("records"),
        "more": len(moves) - len(shown),
    }


def _short(detail: str) -> str:
    return detail if len(detail) <= LETTERS else f"{detail[:LETTERS]}……（全文见变动表）"


def _visits(discovered: pd.DataFrame, snapshot: pd.DataFrame | None) -> list[dict[str, Any]]:
    _need(discovered, "走访名单", "enterprise_id", "rank", "chance", "ask")
    first = discovered.sort_values("rank", kind="stable").head(VISITS_SHOWN)
    names, state = {}, {}
    if snapshot is not None:
        ids = snapshot["enterprise_id"].astype(str)
        names, state = dict(zip(ids, snapshot["name"], strict=True)), dict(zip(ids, snapshot["state"], strict=True))
    return [
        {
            "rank": "" if pd.isna(row["rank"]) else f"{int(row['rank'])}. ",
            "name": names.get(str(row["enterprise_id"])) or str(row["enterprise_id"]),
            "state": STATES.get(state.get(str(row["enterprise_id"]), ""), ""),
            "chance": f"{float(row['chance']):.1%}",
            "ask": "" if pd.isna(row["ask"]) else str(row["ask"]),
        }
        for row in first.to_dict("records")
    ]


def _expected(expected: pd.DataFrame) -> list[dict[str, Any]]:
    """Places in percent of the largest figure of each row."""
    table = expected if "name" in expected else expected.rename(columns={"policy": "name"})
    _need(table, "预计通过数表", "name", "expected", "low", "high")
    lines: list[dict[str, Any]] = []
    for row in table.to_dict("records"):
        low, mean, high = (float(row[name]) for name in ("low", "expected", "high"))
        goal = None if pd.isna(row.get("goal")) else float(row["goal"])
        figures = {"low": low, "expected": mean, "high": high}
        places = {**figures, "goal": high if goal is None else goal}
        top = 1.08 * max(places.values())
        if goal is None:
            reach = "没有设目标"
        elif low >= goal:
            reach = "区间全部达到目标"
        else:
            reach = "区间达不到目标" if high < goal else "目标在区间内"
        at = {name: _percent(value, top) for name, value in places.items()}
        lines.append({"name": str(row["name"]), "goal": goal, **figures, "at": at, "reach": reach})
    return lines


def _targets(targets: pd.DataFrame) -> list[dict[str, Any]]:
    """Bars: the share of the way that is done; the mark: the share of the period that is over."""
    _need_progress(targets)
    return [
        {
            "name": str(row["name"]),
            "actual": "—" if pd.isna(row["actual"]) else f"{float(row['actual']):,.10g}",
            "goal": "—"
            if pd.isna(row["goal"])
            else f"{float(row['goal']):,.10g}{'' if pd.isna(row.get('unit')) else row['unit']}",
            "width": 0.0 if pd.isna(row["share"]) else min(max(_percent(float(row["share"]), 1), 0.0), 100.0),
            "mark": None if pd.isna(row["expected"]) else _percent(float(row["expected"]), 1),
            "due": "" if pd.isna(row.get("due")) else f"至 {str(row['due'])[:10]}",
            "status": "：".join(str(row[name]) for name in ("status", "reason") if not _is_empty(row.get(name))),
            "late": row["status"] in ("进度落后", "已逾期"),
        }
        for row in targets.to_dict("records")
    ]


def _is_empty(cell: Any) -> bool:
    return bool(pd.isna(cell)) or cell == ""


def _clusters(clusters: pd.DataFrame, snapshot: pd.DataFrame | None) -> dict[str, Any]:
    """All firms by cluster, those of none last; beside them how many are in the pool."""
    inside = None
    if "rank" in clusters:
        _need(clusters, "领域表", "id", "code", "name", "level", "rank")
        first = clusters[(clusters["rank"] == 1) & (clusters["level"] == clusters["level"].min())]
        none = first["code"].fillna("").astype(str) == ""
        names = first["name"].astype(str).where(~none, NO_CLUSTER)
        counts = names.value_counts()
        counts = counts.reindex(
            [*counts.index.drop(NO_CLUSTER, errors="ignore"), *([NO_CLUSTER] if none.any() else [])]
        )
        if snapshot is not None:
            pooled = set(snapshot.loc[snapshot["state"] == "in_pool", "enterprise_id"].astype(str))
            inside = names[first["id"].astype(str).isin(pooled)].value_counts()
    else:
        _need(clusters, "集群表", "name", "firms")
        counts = clusters.set_index("name")["firms"]
    rows = _bars(counts)
    for row in rows:
        row["inside"] = None if inside is None else int(inside.get(row["label"], 0))
        row["inside_width"] = None if inside is None else _percent(row["inside"], max(counts))
    return {"rows": rows, "inside": inside is not None}


def _chains(chains: pd.DataFrame) -> list[dict[str, Any]]:
    """Links in their order, cluster by cluster."""
    _need(chains, "产业链表", "cluster", "link", "firms", "needs", "outcomes")
    table = chains.copy()
    if "missing" not in table:
        table["missing"] = table["firms"].fillna(0) == 0
    table["missing"] = table["missing"].map(lambda cell: cell in (True, "是", "True"))
    for name in ("firms", "needs", "outcomes"):
        table[name] = table[name].fillna(0).astype(int)
    return [
        {"cluster": cluster, "links": group.to_dict("records")}
        for cluster, group in table.groupby("cluster", sort=False)
    ]


def _funnel(funnel: pd.DataFrame) -> dict[str, Any]:
    rows = funnel.set_index("step")
    steps = _bars(rows.loc[[step for step in rows.index if step != "needs"]].set_index("title")["items"])
    shares = rows["of_pushed"].map(lambda share: "—" if pd.isna(share) else f"{share:.1%}").to_dict()
    for step, name in zip(steps, rows.index, strict=False):
        step["share"], step["declined"] = shares[name], name == "declined"
    amount = rows["amount"].get("signed")
    return {
        "steps": steps,
        "rate": shares["talks"],
        "met": int(rows["items"]["talks"]),
        "pushed": int(rows["items"]["pushed"]),
        "signed": int(rows["items"]["signed"]),
        "needs": shares.get("needs", "—"),
        "amount": "—" if amount is None or pd.isna(amount) else f"{int(amount):,} 元",
    }
