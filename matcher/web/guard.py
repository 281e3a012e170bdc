"""What stands before every request: limits of size, length and time, headers, and one line of log without any data."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matcher.web.settings import Settings

LONGEST_PATH, LONGEST_HEADERS = 2_000, 16_384
SAFE = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_log = logging.getLogger("matcher.web")


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, fault: Callable[[Request], Response]) -> None:
        self.app, self.settings, self.fault = app, settings, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is over a limit, else hand on with what comes in counted and what goes out marked."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        seen: dict[str, int] = {"status": 500, "in": 0, "out": 0, "begun": 0}

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"], seen["begun"] = message["status"], 1
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            elif message["type"] == "http.response.body":
                seen["out"] += len(message.get("body", b""))
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await JSONResponse({"error": refusal[1]}, refusal[0], {"Connection": "close"})(scope, receive, marked)
            else:
                await self.app(scope, self._counted(receive, started, seen), marked)
        except asyncio.CancelledError:  # the service is to stop and waits no longer
            if not seen["begun"]:
                message = {"error": "服务正在停止，没有等到结果；请稍后重试"}
                await JSONResponse(message, 503, {"Connection": "close"})(scope, receive, marked)
            raise
        except Exception as error:  # its text may hold what somebody sent, so only its kind and place are told
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            _log.error(json.dumps({"fault": type(error).__name__, "place": place}))
            if not seen["begun"]:
                await self.fault(Request(scope, receive))(scope, receive, marked)
        finally:
            _log.info(json.dumps(_line(scope, seen, started), ensure_ascii=False))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if self.settings.hosts and name.lower() not in self.settings.hosts:
            return 400, "这个地址不是本服务的名字；请用启动时显示的地址打开"
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_PATH:
            return 414, f"网址超过 {LONGEST_PATH} 个字符"
        if sum(len(key) + len(value) for key, value in scope["headers"]) > LONGEST_HEADERS:
            return 431, "请求头太长"
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return 400, "请求的长度（Content-Length）不是数字"
        if int(length) > self.settings.largest:
            return 413, self._too_large()
        origin = headers.get("origin")
        if scope["method"] not in SAFE and origin is not None and urlsplit(origin).netloc != host:
            return 403, "请求来自别的网站，没有执行；请在本服务的页面里操作"
        return None

    def _counted(self, receive: Receive, started: float, seen: dict[str, int]) -> Receive:
        """What comes in, up to the limits; after the whole request nothing is timed any more."""
        whole = False

        async def counted() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            left = started + self.settings.longest - time.perf_counter()
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.001))
            except TimeoutError:
                raise HTTPException(408, f"请求在 {self.settings.longest:g} 秒内没有传完；请检查网络后重试") from None
            seen["in"] += len(message.get("body", b""))
            if seen["in"] > self.settings.largest:
                raise HTTPException(413, self._too_large())
            whole = not message.get("more_body", False)
            return message

        return counted

    def _too_large(self) -> str:
        return f"一次上传超过 {self.settings.largest / (1 << 20):.4g} MB；请拆成几个小文件"


def _line(scope: Scope, seen: Mapping[str, int], started: float) -> dict[str, Any]:
    """The route by its pattern, never what was asked or who asked."""
    route = scope.get("route")
    return {
        "route": getattr(route, "path", "-"),
        "method": scope["method"],
        "status": seen["status"],
        "ms": round(1000 * (time.perf_counter() - started), 1),
        "bytes_in": seen["in"],
        "bytes_out": seen["out"],
    }
