"""Pages on enterprises: one firm's points while facts are typed, a list to points, the visiting list, the dashboard."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from matcher.export.tables import files_of
from matcher.export.titles import TITLES
from matcher.policy import Policy, list_policies, read_firms, score, trace
from matcher.policy.answers.explanation import page_facts
from matcher.policy.answers.workbook import DECISIONS, answering_problems, sheets, told_decisions
from matcher.policy.policy import load_policies, shipped_policy
from matcher.pool.book.diff import moves
from matcher.pool.book.follow_up import funnel
from matcher.pool.book.tables import STATES
from matcher.pool.dashboard import dashboard_facts
from matcher.pool.discovery.report import discovery_notes, discovery_sheets
from matcher.web.access import reader, sender, session_of, visitor
from matcher.web.api import Name, Shared
from matcher.web.frame import account_of, fragment, listed, page
from matcher.web.service import Service
from matcher.web.uploads import bounded, received

router = APIRouter(include_in_schema=False, dependencies=[Depends(visitor)])
parts = APIRouter(include_in_schema=False, dependencies=[Depends(reader), Depends(sender)])
LONGEST = 200  # characters of a fact
VISITS = 300  # firms of the visiting list that a page shows
FIRST = "hte"
HINTS = {
    "yuan": "元；也可写 1200万元", "share": "如 10%", "date": "如 2016-03-12", "count": "整数", "number": "数字",
}  # fmt: skip

Day = Annotated[dt.date | None, Query()]
Word = Annotated[str, Query(max_length=100)]


@lru_cache
def _policies(on: dt.date) -> list[tuple[str, str]]:
    """The policies on enterprises that hold on a day: id and title."""
    rows = list_policies(on=on)[["policy", "title"]].itertuples(index=False, name=None)
    return [(name, title) for name, title in rows if shipped_policy(name).subject.id == "firm"]


# ---- one firm


@router.get("/firm")
async def firm_page(request: Request, service: Shared, policy: Word = FIRST, on: Day = None) -> HTMLResponse:
    """The form of one firm for a policy."""
    rules, day = shipped_policy(policy), on or service.settings.day()
    facts = {
        "heading": rules.title,
        "policies": _policies(day),
        "policy": rules.id,
        "day": day.isoformat(),
        "fields": _fields(rules),
        "longest": LONGEST,
    }
    return page(request, "web_firm", facts)


def _fields(rules: Policy) -> list[dict[str, Any]]:
    return [
        {
            "name": fact.name,
            "title": fact.title,
            "hint": HINTS.get(fact.kind, ""),
            "note": fact.note,
            "kind": fact.kind,
            "choices": ["是", "否"]
            if fact.kind == "yesno"
            else [words[0] if words else key for key, words in fact.choices.items()],
        }
        for fact in rules.columns.values()
    ]


@parts.post("/firm/points")
async def firm_points(request: Request, service: Shared) -> HTMLResponse:
    """Decision, points and what to ask next, from what has been typed so far."""
    form = await request.form()
    given = {name: value.strip()[:LONGEST] for name, value in form.items() if isinstance(value, str) and value.strip()}

    def work() -> dict[str, Any]:
        rules = shipped_policy(given.get("policy", FIRST))
        on = _typed_day(given["on"]) if "on" in given else service.settings.day()
        known = {name: value for name, value in given.items() if name in rules.columns}
        table = pd.DataFrame([{"enterprise_id": "1", "name": given.get("name", "未命名企业"), **known}])
        table.attrs["file"] = "填写的事实"
        firm = read_firms(table, rules, on=on)
        answer = trace(firm.rows, rules, firm.rows["enterprise_id"].iloc[0], on=on)
        shown = page_facts(answer)
        open_rules = [rule for rule in shown["rules"] if rule["kind"] != "points" and rule["passed"] != "pass"]
        return {
            **shown,
            "known": len(known),
            "all": len(rules.columns),
            "low": answer["total_low"],
            "high": answer["total_high"],
            "top": max(100.0, answer["total_high"] or 0.0),
            "open": [rule for rule in open_rules if rule["kind"] == "condition"],
            "points": [rule for rule in shown["rules"] if rule["kind"] == "points"],
            "code": answer["decision"],
            "problems": account_of(firm)["problems"],
        }

    return fragment("web_points", await service.work(work))


def _typed_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise HTTPException(422, f"日期“{text}”不是日期，请写成 2026-11-24") from None


# ---- a list of firms


@router.get("/points")
async def points_page(request: Request, service: Shared) -> HTMLResponse:
    """The form for a list of firms."""
    day = service.settings.day()
    facts = {
        "heading": "企业名单",
        "policies": _policies(day),
        "first": (FIRST, "tech-sme"),
        "day": day.isoformat(),
        "rows": service.settings.rows,
    }
    return page(request, "web_upload_firms", facts)


@router.post("/points", dependencies=[Depends(sender)])
async def points_of_list(
    request: Request,
    service: Shared,
    firms: Annotated[UploadFile, File()],
    policy: Annotated[list[Name], Form(max_length=10)],
    on: Annotated[dt.date, Form()],
) -> HTMLResponse:
    """A list of firms to decisions, points and the workbook."""
    given, session = await received(firms, "企业表"), session_of(request)

    def work() -> dict[str, Any]:
        if given is None:
            return {"error": "请选择企业表"}
        policies = load_policies([shipped_policy(name) for name in policy])
        reading = bounded(lambda: read_firms(given, policies, on=on), given.name, service.settings.rows)
        scored = score(reading.rows, policies, on=on)
        tables, lines = sheets(reading.rows, policies, scored, on=on)
        titles = {one.id: one.title for one in policies}
        name = f"判断_{Path(given.name).stem}.xlsx"
        problems = answering_problems(reading.problems, scored.problems, titles)
        files = files_of(name, tables, problems=problems, columns=reading.columns, notes=lines, title="政策判断")
        summary, heads = tables["结论"].table, {**TITLES, **tables["结论"].titles}
        told = scored.summary.assign(decision=told_decisions(scored))
        counts: Any = told.groupby(["policy", "decision"], observed=True).size()
        shown = ["name", "policy", "decision", "rules_verified", "total_low", "total_high", "ask"]
        return {
            "counts": [f"{titles[one]}：{DECISIONS[word]} {many} 家" for (one, word), many in counts.items()],
            "table": listed(summary, {key: heads[key] for key in shown if key in summary}, most=VISITS),
            "workbook": f"/results/{service.keep(session, name, files[Path(name)])}",
            **account_of(reading),
        }

    return page(request, "web_list", {"heading": "企业名单的判断", **await service.work(work)})


# ---- the pool


@router.get("/visits")
async def visits_page(
    request: Request, service: Shared, on: Day = None, state: Word = "", region: Word = ""
) -> HTMLResponse:
    """The visiting list of the pool's firms, by state and region."""
    day, session = on or service.settings.day(), session_of(request)

    def work() -> dict[str, Any]:
        visiting = service.visiting(day)
        found = _chosen(visiting.firms, visiting.states, state, region)
        inside, whole = set(found["enterprise_id"]), visiting.discovery
        some = whole.listed[whole.listed["enterprise_id"].isin(inside)]
        if not len(some):
            return {"error": "没有符合筛选的企业；请换一个筛选"}
        if len(some) == len(whole.listed):
            expected, each = whole.expected, whole.expected.iloc[0]
            between = f"，90% 区间 {each['low']:.0f} 至 {each['high']:.0f} 家"
        else:  # the interval was measured on whole lists only
            expected = whole.expected.assign(firms=len(some), expected=some["chance"].sum(), low=None, high=None)
            between = "（各家可能之和；区间只对整张名单给出）"
        ended = whole.ended[whole.ended["enterprise_id"].isin(inside)]
        discovery = replace(whole, listed=some, expected=expected, ended=ended)
        tables = discovery_sheets(discovery, found)
        name = f"走访名单_{day}.xlsx"
        files = files_of(name, tables, notes=discovery_notes(discovery), title="走访名单")
        heads = {**TITLES, **tables["走访名单"].titles}
        table = tables["走访名单"].table
        shown = [key for key in ("rank", "name", "chance", "reasons", "ask") if key in table]
        table = table.assign(chance=[f"{chance:.1%}" for chance in table["chance"]])
        return {
            "counts": [f"{len(some)} 家；预计通过 {some['chance'].sum():.0f} 家{between}"],
            "table": listed(table, {key: heads[key] for key in shown}, most=VISITS),
            "workbook": f"/results/{service.keep(session, name, files[Path(name)])}",
        }

    facts = {**await service.work(_choices, service, day), **await service.work(work)}
    return page(request, "web_list", {"heading": "走访名单", "day": day, "state": state, "region": region, **facts})


@router.get("/pool")
async def pool_page(
    request: Request, service: Shared, on: Day = None, before: Day = None, state: Word = "", region: Word = ""
) -> HTMLResponse:
    """The dashboard of a snapshot, by state and region."""

    def work() -> dict[str, Any]:
        with service.book() as book:
            days = book.snapshots()["day"].drop_duplicates().tolist()
            if not days:
                return {"days": [], "error": "培育库还没有快照；请管理员先运行 matcher pool snapshot"}
            day = on.isoformat() if on else days[-1]
            snapshot = book.snapshot_on(day)[1]
            changed = moves(book, before, day) if before else None
            found = _chosen(book.firms(day), snapshot, state, region)
            ids = set(found["enterprise_id"])
            if changed is not None:
                changed = changed[changed["enterprise_id"].isin(ids)]
            facts = dashboard_facts(
                on=day,
                goal=book.rules(day).goal,
                snapshot=snapshot[snapshot["enterprise_id"].isin(ids)].reset_index(drop=True),
                moves=changed,
                funnel=funnel(book.log, on=day),
            )
            return {**facts, "days": days, "day": day, "before": str(before or "")}

    facts = await service.work(work)
    day = dt.date.fromisoformat(facts["day"]) if "day" in facts else service.settings.day()
    facts |= {"heading": "培育库看板", "state": state, "region": region}
    return page(request, "web_pool", {**await service.work(_choices, service, day), **facts})


def _choices(service: Service, day: dt.date) -> dict[str, Any]:
    """What a list of the pool's firms can be narrowed to: states, and the regions that occur."""
    with service.book() as book:
        firms = book.firms(day)
    regions = sorted({str(cell) for cell in firms["region"] if cell}) if "region" in firms else []
    return {"state_choices": list(STATES.items()), "region_choices": regions, "filters": True}


def _chosen(firms: pd.DataFrame, states: pd.DataFrame, state: str, region: str) -> pd.DataFrame:
    """The firms of a state and a region, "" for any."""
    now = firms["enterprise_id"].map(dict(zip(states["enterprise_id"], states["state"], strict=True)))
    keep = now.notna() if not state else now == state
    if region:
        keep &= firms["region"].astype(str) == region if "region" in firms else False
    return firms[keep].reset_index(drop=True)
