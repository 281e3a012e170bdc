"""Pages on needs and outcomes: search as one types, two tables matched, judging, logging in, results to fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from matcher.experts import rank_experts
from matcher.export.matches import match_files, matches_shown
from matcher.matching import Index, match
from matcher.matching.learning.judgements import REASONS
from matcher.tables.reading import Reading, read_table
from matcher.web.access import COOKIE, Access, reader, remember, sender, session_of, visitor, writer
from matcher.web.api import Shared
from matcher.web.batching import TYPED, asking_id
from matcher.web.frame import account_of, fragment, page
from matcher.web.library import KINDS, Side
from matcher.web.service import Judgement, Service
from matcher.web.uploads import bounded, received

open_router = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False, dependencies=[Depends(visitor)])
parts = APIRouter(include_in_schema=False, dependencies=[Depends(reader), Depends(sender)])
WORDS = [chinese for chinese, _ in REASONS.values()]
LONGEST = 2_000  # characters of a text that is searched for
SHOWN = 5  # answers to a text: each is explained, while one types

Text = Annotated[str, Form(max_length=LONGEST)]


@router.get("/")
async def search_page(request: Request, service: Shared) -> HTMLResponse:
    """Search the library as one types."""
    library = service.library
    sides = [
        (name, title, part)
        for name, title, part in (
            ("outcomes", "按需求找成果", library.outcomes),
            ("needs", "按成果找需求", library.needs),
            ("experts", "按需求找专家", library.experts),
        )
        if part is not None
    ]
    facts = {
        "heading": "查找",
        "sides": [(name, title) for name, title, _ in sides],
        "counts": [f"{title[-2:]} {len(part):,}" for _, title, part in sides],
        "longest": LONGEST,
        **account_of(Reading(pd.DataFrame(), library.problems, library.columns)),
    }
    return page(request, "web_search", facts)


@parts.post("/search")
async def search_part(
    request: Request, service: Shared, text: Text = "", side: Annotated[str, Form()] = "outcomes"
) -> HTMLResponse:
    """The answers to a text, as the list of a page."""
    if not text.strip():
        return fragment("web_hits", {"queries": []})
    if side == "experts":
        return fragment("web_hits", await service.work(_people, service, text.strip()))
    index, found = await service.matches("needs" if side == "needs" else "outcomes", text.strip(), SHOWN)
    asked = pd.DataFrame({found.columns[0]: [asking_id(text.strip())], "title": [text.strip()]})
    shown = matches_shown(found, queries=asked, records=_named(index, found))
    return fragment("web_hits", {**shown, "judge": WORDS if may_judge(request) else None, "side": side})


def _people(service: Service, text: str) -> dict[str, Any]:
    experts = service.library.persons()
    asked = pd.DataFrame([{"need_id": asking_id(text), "title": text}])
    ranked = rank_experts(asked, experts, k=SHOWN, on=service.settings.day())
    named = experts.people[experts.people["expert_id"].isin(ranked["expert_id"])].reset_index(drop=True)
    return matches_shown(ranked, queries=asked, records=named)


def _named(index: Index, matches: pd.DataFrame) -> pd.DataFrame:
    """The records that matches name."""
    ids = matches.loc[matches["rank"] > 0, index.id_column].drop_duplicates()
    return index.rows(np.array([index.row_of[name] for name in ids], np.int64))


@router.get("/match")
async def match_page(request: Request, service: Shared) -> HTMLResponse:
    """The form for two tables."""
    library = service.library
    facts = {
        "heading": "匹配两张表",
        "has_outcomes": library.outcomes is not None,
        "day": service.settings.day().isoformat(),
        "rows": service.settings.rows,
    }
    return page(request, "web_upload_match", facts)


@router.post("/match", dependencies=[Depends(sender)])
async def match_tables(
    request: Request,
    service: Shared,
    needs: Annotated[UploadFile, File()],
    outcomes: Annotated[UploadFile | None, File()] = None,
    push: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Two tables, or needs and the library, to the page of matches and its workbook."""
    asking = await received(needs, "需求表")
    answering = await received(outcomes, "成果表")
    most, session = service.settings.rows, session_of(request)

    def work() -> dict[str, Any]:
        if asking is None or (push and answering is None):
            return {"error": "请选择需求表" if asking is None else "反过来匹配要两张表；请再选成果表"}
        asked = bounded(lambda: read_table(asking, KINDS["needs"]), asking.name, most)
        readings = [asked]
        side: Side = "outcomes"
        if answering is None:
            index, queries = service.library.index("outcomes"), asked.rows
        else:
            answered = bounded(lambda: read_table(answering, KINDS["outcomes"]), answering.name, most)
            readings.append(answered)
            side = "needs" if push else "outcomes"
            queries, records = (answered.rows, asked.rows) if push else (asked.rows, answered.rows)
            index = Index.build(records)
        matches = match(queries, index, k=5)
        tables: dict[str, Any] = {"queries": queries, "records": _named(index, matches), "total": len(index)}
        problems, columns = (
            pd.concat([getattr(one, part) for one in readings], ignore_index=True) for part in ("problems", "columns")
        )
        about = {"日期": service.settings.day().isoformat(), "每条给出": "5"}
        name = f"匹配_{Path(asking.name).stem}.xlsx"
        files = match_files(name, matches, **tables, problems=problems, columns=columns, about=about)
        key = service.keep(session, name, files[Path(name)])
        judging = answering is None and may_judge(request)
        return {
            **matches_shown(matches, **tables, problems=problems),
            "judge": WORDS if judging else None,
            "side": side,
            "workbook": f"/results/{key}",
            "pool": service.pool is not None,
            **account_of(*readings),
        }

    return page(request, "web_matches", {"heading": "匹配结果", **await service.work(work)})


def may_judge(request: Request) -> bool:
    """Whether the visitor may write."""
    access: Access = request.app.state.access
    return access.role(request) == "write"


@parts.post("/feedback", dependencies=[Depends(writer)])
async def judge(
    service: Shared,
    side: Annotated[Side, Form()],
    asking_id: Annotated[str, Form(min_length=1, max_length=200)],
    record_id: Annotated[str, Form(min_length=1, max_length=200)],
    verdict: Annotated[str, Form(max_length=10)],
    title: Text = "",
    description: Annotated[str, Form(max_length=10_000)] = "",
    reason: Annotated[str, Form(max_length=100)] = "",
    person: Annotated[str, Form(max_length=100)] = "",
) -> JSONResponse:
    """A pair accepted or declined on a page."""
    judgement = Judgement(
        side,
        asking_id,
        title,
        description,
        record_id,
        verdict,
        reason,
        person,
        from_table=not asking_id.startswith(TYPED),
    )
    return JSONResponse({"done": await service.work(service.judge, judgement)})


@router.get("/results/{key}")
async def result(request: Request, service: Shared, key: str) -> Response:
    """A workbook that was worked out for this session."""
    found = service.kept(session_of(request), key)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(found.content, media_type=kind, headers=headers)


@open_router.get("/login")
async def login_page(request: Request) -> HTMLResponse:
    """The form for a token."""
    return page(request, "web_login", {"heading": "登录"})


@open_router.post("/login", dependencies=[Depends(sender)])
async def log_in(request: Request, token: Annotated[str, Form(max_length=500)]) -> Response:
    """A session for whoever shows a token."""
    access: Access = request.app.state.access
    role = access.role_of_token(token.strip())
    if role is None:
        return page(request, "web_login", {"heading": "登录", "error": "口令不对；请向管理员索取"}, status=401)
    response = RedirectResponse("/", 303)
    remember(response, access.log_in(role))
    return response


@open_router.post("/logout", dependencies=[Depends(sender)])
async def log_out(request: Request) -> Response:
    """End the session."""
    access: Access = request.app.state.access
    access.log_out(session_of(request))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response
