"""The library as a service with pages: serve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from matcher.cli.commands import Command
from matcher.cli.messages import note
from matcher.cli.options import BOOK, Number, argument, named, on_option, option, quiet_option
from matcher.errors import MissingExtraError
from matcher.event_log.places import Place


@click.command("serve", cls=Command, help="启动本机服务：网页（查找、匹配、企业判断、培育库）和给程序用的 JSON 接口。")
@argument("library", "库", "成果表、已保存的索引文件夹，或放有 成果、需求、专家、业绩 表的文件夹。")
@option(
    "--pool",
    type=BOOK,
    metavar="培育库",
    help="培育库文件或 PostgreSQL 的地址；给出才有走访名单、看板，采纳与拒绝也记入其中。",
)
@option("--host", default="127.0.0.1", metavar="地址", help="在哪个地址上服务，默认 127.0.0.1（只有本机能打开）。")
@option("--port", type=Number(int, 0, 65535), default=8765, metavar="端口", help="默认 8765；0 为任一空闲端口。")
@option(
    "--token", multiple=True, metavar="角色=口令",
    help="打开服务要的口令，角色为 read（只读）或 write（可写）；写 @文件 则从文件读；可多次给出，不给则不设口令。",
)  # fmt: skip
@option("--largest", type=Number(float, 0.01, 500), default=20, metavar="MB", help="一次上传的上限，默认 20 MB。")
@option("--longest", type=Number(float, 1, 3600), default=120, metavar="秒", help="上传和计算各自的时限，默认 120 秒。")
@option("--rows", type=Number(int, 1), default=20_000, metavar="行数", help="上传的表的行数上限，默认 20000。")
@on_option("页面上的日期，默认当天。")
@quiet_option
def serve_command(
    library: Path,
    pool: Place | None,
    host: str,
    port: int,
    token: Sequence[str],
    largest: float,
    longest: float,
    rows: int,
    on: dt.date | None,
    quiet: bool,
) -> None:
    """Serve a library until stopped."""
    try:
        from matcher.web import Settings, serve
        from matcher.web.settings import read_tokens
    except ImportError as error:
        raise MissingExtraError(f"serve 还需要 {error.name}；请运行 pip install 'enterprise-matcher[serve]'") from error

    tokens = read_tokens(pair for text in token for pair in named([text], "角色=口令").items())
    settings = Settings(tokens, largest=int(largest * (1 << 20)), longest=longest, rows=rows, on=on)
    serve(library, pool=pool, host=host, port=port, settings=settings, say=lambda line: note(quiet, line))


def add_commands(main: click.Group) -> None:
    """Put the command on the main group."""
    main.add_command(serve_command)
