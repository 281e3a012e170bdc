"""Who asks: tokens of programs, sessions of browsers, and the mark that a form came from a page of this service."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from matcher.web.settings import Role, Settings

COOKIE = "matcher_session"
SESSIONS, HOURS = 1_000, 12


class LoginNeededError(Exception):
    """A page was asked for by somebody who has not shown a token."""


class Access:
    """Tokens and sessions of one service."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = secrets.token_bytes(32)
        self._sessions: OrderedDict[str, tuple[Role, float]] = OrderedDict()

    @property
    def is_open(self) -> bool:
        """Whether there are no tokens."""
        return not self._settings.tokens

    def role_of_token(self, given: str) -> Role | None:
        """The role of a token, None for an unknown one; compared in a time that tells nothing."""
        found = None
        for token, role in self._settings.tokens.items():
            if hmac.compare_digest(token.encode(), given.encode()):
                found = role
        return found

    def log_in(self, role: Role) -> str:
        """A new session that may do what the role may; the oldest goes where there are too many."""
        session = secrets.token_urlsafe(24)
        self._sessions[session] = (role, time.monotonic() + 3600 * HOURS)
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def log_out(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(session, None)

    def role(self, request: Request) -> Role | None:
        """What the sender of a request may do."""
        if self.is_open:
            return "write"
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.role_of_token(token.strip())
        role, until = self._sessions.get(session_of(request), (None, 0.0))
        return role if time.monotonic() < until else None

    def mark(self, session: str) -> str:
        """What a form of this session must carry."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()[:40]


def session_of(request: Request) -> str:
    """The session that a browser names; without one a new name, which may do nothing that a token is needed for."""
    if COOKIE in request.cookies:
        return request.cookies[COOKIE]
    if not hasattr(request.state, "session"):
        request.state.session = secrets.token_urlsafe(24)
    session: str = request.state.session
    return session


def remember(response: Response, session: str) -> None:
    """Let the browser name this session from now on; scripts and other sites never see it."""
    response.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/")


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def reader(request: Request) -> Role:
    """For programs: whoever may read."""
    role = _access(request).role(request)
    if role is None:
        raise HTTPException(401, "没有口令或口令不对；请在请求头里写 Authorization: Bearer 口令")
    return role


def writer(role: Annotated[Role, Depends(reader)]) -> Role:
    """For programs: whoever may write."""
    if role != "write":
        raise HTTPException(403, "这个口令只能读；写入请用可写的口令")
    return role


def visitor(request: Request) -> Role:
    """For pages: whoever may read; others are shown the way to log in."""
    role = _access(request).role(request)
    if role is None:
        raise LoginNeededError
    return role


async def sender(request: Request) -> None:
    """For forms: that a page of this service was sent with this session before."""
    access, session = _access(request), session_of(request)
    given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf") or "")
    if not hmac.compare_digest(given.encode(), access.mark(session).encode()):
        raise HTTPException(403, "这个页面已过期，没有执行；请刷新页面后再提交")
