"""Running a service: the address, log lines, and an end that lets the work in hand be finished."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from matcher.errors import ArgumentError
from matcher.event_log.places import Place
from matcher.pool import Book
from matcher.web.application import create_app
from matcher.web.library import Library
from matcher.web.searchers import Searchers
from matcher.web.settings import Settings

PATIENCE = 19  # seconds for the requests in hand once the service is to stop
ENDING = 0.5  # seconds for threads without work to end after that


def serve(
    library: str | Path | Library,
    *,
    pool: str | Place | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    settings: Settings | None = None,
    say: Callable[[str], object] = lambda line: None,
) -> None:
    """Run a service until it is stopped (Ctrl-C, SIGTERM); requests in hand are finished first, within 20 seconds.

    Work that goes on after that ends with the process, which then does not return to the caller; what is being written
    to the book or to a saved index is finished first.

    Parameters
    ----------
    library, pool, settings
        As in `create_app`; a place is opened by `Library.open`.
    host, port
        Where to listen; 0 takes any free port. Bound to anything but the loopback address it answers to every name.
    say
        Called with each line for the operator. One line of JSON a request goes to standard error: route, method,
        status, milliseconds, bytes; nothing that was asked, and nobody's address. Warnings of the library, which may
        name what was asked, are not written.

    Raises
    ------
    TableError, IndexFolderError, PoolError
        The library or the book cannot be used.
    ArgumentError
        The address cannot be listened at.
    """
    given = settings or Settings()
    inside = host in ("127.0.0.1", "localhost", "::1")
    given = given if inside else replace(given, hosts=())
    if not inside and not given.tokens:
        say("注意：别的机器也能打开，而没有设口令；请加 --token read=口令、--token write=口令，并在前面放 HTTPS")
    opened = library if isinstance(library, Library) else Library.open(library, say=say)
    searchers = Searchers.beside(opened.warm())
    try:
        app = create_app(opened, pool=pool, settings=given, searchers=searchers)
        if pool is not None:
            Book.open(pool).close()
        _listen(app, host, port, say)
    finally:
        if searchers:
            searchers.close()


def _listen(app: FastAPI, host: str, port: int, say: Callable[[str], object]) -> None:
    """Answer at an address until the service is stopped."""
    import uvicorn

    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = error.strerror or str(error)
        raise ArgumentError(f"{host}:{port} 不能用（{why}）；请换一个端口，如 --port {port + 1}") from error
    shown = f"[{host}]" if ":" in host else host
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
    others = set(threading.enumerate())
    say(f"服务已启动：http://{shown}:{listening.getsockname()[1]}/ ，按 Ctrl-C 停止")
    try:
        with _logging_to(sys.stderr):
            uvicorn.Server(config).run(sockets=[listening])
            left = _working(others)
            if left:
                app.state.service.writing.acquire()  # what is being written is finished, and nothing else begins
    finally:
        listening.close()
        for one, handler in before.items():
            signal.signal(one, handler)
    say("服务已停止；还在计算的已中断" if left else "服务已停止")
    if left:  # a thread cannot be stopped, and the interpreter would wait for it
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(0)


def _working(others: set[threading.Thread]) -> bool:
    """Whether work goes on in threads of the service, for which nobody waits any more."""
    until = time.monotonic() + ENDING
    begun = [thread for thread in threading.enumerate() if thread not in others and not thread.daemon]
    for thread in begun:
        thread.join(max(until - time.monotonic(), 0))
    return any(thread.is_alive() for thread in begun)


@contextmanager
def _logging_to(stream: Any) -> Iterator[None]:
    """The service's own lines go to a stream; what others log may hold what was asked and goes nowhere."""
    logger, handler = logging.getLogger("matcher.web"), logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter('{"at": "%(asctime)s", "line": %(message)s}'))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    silent = [logging.getLogger(name) for name in ("matcher", "uvicorn", "asyncio")]
    levels = [other.level for other in silent]
    for other in silent:
        other.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        for other, level in zip(silent, levels, strict=True):
            other.setLevel(level)
