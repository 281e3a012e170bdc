"""The application: doors for programs and for people over one service, and what every mistake is answered with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from matcher import __version__
from matcher.errors import MatcherError
from matcher.event_log.places import Place, place_of
from matcher.tables.contacts.hiding import mask_contacts
from matcher.web import api, firm_pages, pages
from matcher.web.access import Access, LoginNeededError
from matcher.web.frame import page, without_options
from matcher.web.guard import Guard
from matcher.web.library import Library
from matcher.web.searchers import Searchers
from matcher.web.service import Service
from matcher.web.settings import Settings

_FAULTS = {
    "missing": "缺少",
    "extra_forbidden": "没有这个名字",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "too_long": "太多",
    "too_short": "不能为空",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "literal_error": "不是可用的词",
    "date_from_datetime_parsing": "不是日期，请写成 2026-11-24",
    "date_from_datetime_inexact": "不是日期，请写成 2026-11-24",
    "date_parsing": "不是日期，请写成 2026-11-24",
    "date_type": "不是日期，请写成 2026-11-24",
    "string_type": "要文字",
    "int_type": "要整数",
    "int_parsing": "要整数",
    "int_from_float": "要整数",
    "finite_number": "要整数",
    "list_type": "要一个列表",
    "dict_type": "要一个 JSON 对象",
    "model_type": "要一个 JSON 对象",
    "model_attributes_type": "要一个 JSON 对象",
}
_EITHER = {  # of a place where several kinds of values may stand
    frozenset({"string_type", "list_type"}): "要一个词，或一列词",
    frozenset({"string_type", "int_type", "float_type", "bool_type"}): "要文字、数、true、false 或 null",
}
_KINDS = {"str", "int", "float", "bool", "list[str]"}  # that the framework names behind the place
_WRONG = "不是要的那一种值"


def create_app(
    library: Library,
    *,
    pool: str | Place | None = None,
    settings: Settings | None = None,
    searchers: Searchers | None = None,
) -> FastAPI:
    """The application over a library, for any ASGI server; `serve` runs it with uvicorn.

    Parameters
    ----------
    library
        What is searched; see `Library.open`.
    pool
        The book of a pool (`matcher.pool.Book`), a file or an address in PostgreSQL, for the visiting list, the
        dashboard and follow-up.
    settings
        Tokens and limits; by default none and those of `Settings`.
    searchers
        Processes that search this library beside the application (`serve` has them); by default it searches by itself.

    Returns
    -------
    FastAPI
        `/api/openapi.json` describes its addresses for programs.

    Examples
    --------
    >>> import pandas as pd
    >>> from fastapi.testclient import TestClient
    >>> from matcher import Index
    >>> from matcher.web import Library, create_app
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1"], "title": ["齿轮磨削烧伤检测"]})
    >>> library = Library(Index.build(outcomes), None, None, pd.DataFrame(), pd.DataFrame())
    >>> client = TestClient(create_app(library), base_url="http://127.0.0.1")
    >>> client.post("/api/search", json={"text": "磨削烧伤"}).json()["hits"][0]["outcome_id"]
    'C1'
    """
    settings = settings or Settings()
    app = FastAPI(
        title="enterprise-matcher",
        version=__version__,
        description="Needs, outcomes, experts and official rules, as JSON. Messages are in Chinese.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_lifespan,
    )
    app.state.service = Service(library, settings, place_of(pool) if pool is not None else None, searchers)
    app.state.access = Access(settings)
    told = [Depends(HTTPBearer(auto_error=False))] if settings.tokens else []  # for the description; `reader` checks
    app.include_router(api.router, dependencies=told)
    for router in (
        api.open_router, pages.open_router, pages.router, pages.parts, firm_pages.router, firm_pages.parts,
    ):  # fmt: skip
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("matcher.web", "static")]), name="static")
    handlers: dict[Any, Callable[..., Awaitable[Response]]] = {
        MatcherError: _mistake,
        RequestValidationError: _malformed,
        HTTPException: _refused,
        LoginNeededError: _to_login,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Guard, settings=settings, fault=_fault)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Beside the requests: take up an index that another program saved."""
    beside = asyncio.create_task(app.state.service.keep_up())
    yield
    beside.cancel()


async def _mistake(request: Request, error: MatcherError) -> Response:
    return _answer(request, 422, without_options(str(error)))


async def _malformed(request: Request, error: RequestValidationError) -> Response:
    faults = error.errors()
    if faults[0]["type"] == "json_invalid":
        return _answer(request, 400, f"正文不是 JSON（从第 {int(faults[0]['loc'][-1]) + 1} 个字起读不懂）")
    form = "json" not in request.headers.get("content-type", "")
    if form and faults[0]["loc"] == ("body",) and request.url.path.startswith("/api/"):
        return _answer(request, 422, "请求头里要写 Content-Type: application/json，正文写 JSON")
    kinds: dict[str, dict[str, Any]] = {}
    for fault in faults:
        place = ".".join(str(part) for part in fault["loc"] if part != "body" and part not in _KINDS)
        kinds.setdefault(place, {}).setdefault(fault["type"], fault)
    for place in [
        place for place in kinds if "." in place and place.rpartition(".")[0] in kinds
    ]:  # a member of what may be a list
        kinds[place.rpartition(".")[0]].setdefault("list_type", kinds.pop(place))
    lines = [f"{place or '请求'}：{_what(found)}" for place, found in list(kinds.items())[:10]]
    return _answer(request, 422, "；".join(lines))


def _what(faults: dict[str, Any]) -> str:
    """What is wrong at one place, by the kinds of faults found there."""
    if said := _EITHER.get(frozenset(faults)):
        return said
    kind, fault = next(iter(faults.items()))
    cause = fault.get("ctx", {}).get("error")
    return str(cause) if isinstance(cause, MatcherError) else _FAULTS.get(kind, _WRONG)


async def _refused(request: Request, error: HTTPException) -> Response:
    words = {404: "没有这个地址", 405: "这个地址不能这样用", 400: "请求不合格式；请检查后再试"}
    plain = error.detail.isascii()  # a sentence of the framework, not of this service
    return _answer(request, error.status_code, words.get(error.status_code, "请求不合格式") if plain else error.detail)


async def _to_login(request: Request, error: LoginNeededError) -> Response:
    if request.method == "GET":
        return RedirectResponse("/login", 303)
    return _answer(request, 401, "请先登录")


def _fault(request: Request) -> Response:
    return _answer(request, 500, "服务出错，没有完成；请告诉管理员这是什么时候、在哪一页")


def _answer(request: Request, status: int, message: str) -> Response:
    """As JSON for programs and scripts, as a page for a browser that shows it; contacts masked."""
    message = mask_contacts(message)
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": message}, status)
    return page(request, "web_error", {"heading": "没有完成", "error": message}, status=status)
