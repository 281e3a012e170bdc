"""Running a service: the address, log lines, and an end that lets the work in hand be finished."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from matcher.errors import ArgumentError
from matcher.web.application import create_app
from matcher.web.library import Library
from matcher.web.settings import Settings

PATIENCE = 20  # seconds for the work in hand once the service is to stop


def serve(
    library: str | Path | Library,
    *,
    pool: str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    settings: Settings | None = None,
    say: Callable[[str], object] = lambda line: None,
) -> None:
    """Run a service until it is stopped (Ctrl-C, SIGTERM); requests in hand are finished first.

    Parameters
    ----------
    library, pool, settings
        As in `create_app`; a place is opened by `Library.open`.
    host, port
        Where to listen; 0 takes any free port. Bound to anything but the loopback address it answers to every name.
    say
        Called with each line for the operator. One line of JSON a request goes to standard error: route, method,
        status, milliseconds, bytes; nothing that was asked, and nobody's address.

    Raises
    ------
    TableError, IndexFolderError, PoolError
        The library or the book cannot be used.
    ArgumentError
        The address cannot be listened at.
    """
    import uvicorn

    given = settings or Settings()
    inside = host in ("127.0.0.1", "localhost", "::1")
    given = given if inside else replace(given, hosts=())
    opened = library if isinstance(library, Library) else Library.open(library, say=say)
    app = create_app(opened.warm(), pool=pool, settings=given)
    if pool is not None:
        app.state.service.book().close()
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = error.strerror or str(error)
        raise ArgumentError(f"{host}:{port} 不能用（{why}）；请换一个端口，如 --port {port + 1}") from error
    shown = f"[{host}]" if ":" in host else host
    if not inside and not given.tokens:
        say("注意：别的机器也能打开，而没有设口令；请加 --token read=口令、--token write=口令，并在前面放 HTTPS")
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=PATIENCE,
        limit_concurrency=1_000,
    )
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    lines = _log_to(sys.stderr)
    say(f"服务已启动：http://{shown}:{listening.getsockname()[1]}/ ，按 Ctrl-C 停止")
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        logging.getLogger("matcher.web").removeHandler(lines)
        for one, handler in before.items():
            signal.signal(one, handler)
    say("服务已停止")


def _log_to(stream: Any) -> logging.Handler:
    logger, handler = logging.getLogger("matcher.web"), logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter('{"at": "%(asctime)s", "line": %(message)s}'))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    return handler
