"""The frame of every page: its places, who is there, the mark of its forms; what users see inside it is masked."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from fastapi import Request
from starlette.responses import HTMLResponse

from matcher.export.pages import page_bytes
from matcher.export.titles import COLUMNS, PROBLEMS
from matcher.tables.privacy import mask_nested
from matcher.tables.reading import Reading
from matcher.web.access import COOKIE, Access, remember, session_of
from matcher.web.service import Service

SHOWN = 200  # problems and columns that a page lists


def page(request: Request, template: str, facts: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page in its frame; a browser without a session gets one."""
    access: Access = request.app.state.access
    service: Service = request.app.state.service
    session = session_of(request)
    around = {
        "csrf": access.mark(session),
        "here": request.url.path,
        "places": _places(service),
        "closed": not access.is_open,
        "role": access.role(request),
        "largest": service.settings.largest,
    }
    masked: Any = mask_nested(facts)
    response = HTMLResponse(page_bytes(template, {**masked, **around}, mask=False), status)
    if COOKIE not in request.cookies:
        remember(response, session)
    return response


def fragment(template: str, facts: dict[str, Any]) -> HTMLResponse:
    """A part of a page, without its frame."""
    return HTMLResponse(page_bytes(template, facts))


def without_options(text: str) -> str:
    """What to do about a table, where no command is whose options could name a column."""
    text = re.sub('--column "([^"]+)=([^"=]+)"', r"把表头“\1”改为“\2”", text)
    return text.replace("用 --column 表头=字段 指定哪一列是什么", "把表头改成表里要的名称")


def account_of(*readings: Reading) -> dict[str, Any]:
    """The list of problems and 列的去向 of some tables, as every page shows them that read some."""
    problems = [one.problems for one in readings if len(one.problems)]
    return {
        "problems": _listed([one.assign(action=one["action"].map(without_options)) for one in problems], PROBLEMS),
        "columns": _listed([one.columns for one in readings], {**COLUMNS, "hint": "可改表头（表头=名称）"}),
    }


def _listed(tables: list[pd.DataFrame], titles: dict[str, str]) -> dict[str, Any]:
    filled = [table for table in tables if len(table)]
    whole = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    return listed(whole, {name: title for name, title in titles.items() if name in whole})


def listed(table: pd.DataFrame, titles: dict[str, str], *, most: int = SHOWN) -> dict[str, Any]:
    """A table for a page: titles, the first rows as texts, how many more there are."""
    rows = [[_text(cell) for cell in row] for row in table[list(titles)].head(most).itertuples(index=False)]
    return {"titles": list(titles.values()), "rows": rows, "more": max(0, len(table) - most), "count": len(table)}


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return "" if cell is None or pd.isna(cell) else f"{cell:,.6g}" if isinstance(cell, float) else str(cell)


def _places(service: Service) -> list[tuple[str, str]]:
    places = [("/", "查找"), ("/match", "匹配两张表"), ("/firm", "一家企业"), ("/points", "企业名单")]
    return places + ([("/visits", "走访名单"), ("/pool", "培育库看板")] if service.pool is not None else [])
