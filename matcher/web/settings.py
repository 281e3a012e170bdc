"""What the operator of a service decides: who may do what, how much may be sent, how long an answer may take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from matcher.errors import ArgumentError

Role = Literal["read", "write"]
ROLES: dict[str, Role] = {"read": "read", "write": "write", "读": "read", "写": "write"}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Settings:
    """The limits of a service.

    Parameters
    ----------
    tokens
        Token -> role. Without any everybody who reaches the service may read and write.
    hosts
        Names by which the service may be called (`Host`); none named: by any. A page elsewhere that has its own name
        point to this machine is refused by it.
    largest
        Bytes of one request.
    longest
        Seconds in which a request must have been sent, and in which an answer must be worked out.
    rows
        Rows of an uploaded table.
    on
        The day of pages whose user has chosen none; by default the day of the request.
    """

    tokens: Mapping[str, Role] = field(default_factory=dict)
    hosts: tuple[str, ...] = LOOPBACK
    largest: int = 20 << 20
    longest: float = 120.0
    rows: int = 20_000
    on: dt.date | None = None

    def day(self) -> dt.date:
        """The day of a page whose user has chosen none."""
        return self.on or dt.date.today()


def read_tokens(pairs: Iterable[tuple[str, str]]) -> dict[str, Role]:
    """Tokens by (role, token); "@file" stands for the text of a file, so that no list of processes shows it.

    Raises ArgumentError for an unknown role, a token of less than 16 characters or one given twice.
    """
    tokens: dict[str, Role] = {}
    for role, token in pairs:
        if role not in ROLES:
            raise ArgumentError(f"--token {role}=…：角色只有 read（只读）和 write（可写）")
        if token.startswith("@"):
            try:
                token = Path(token[1:]).read_text("utf-8-sig").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ArgumentError(f"--token {role}={token}：读不了这个文件；请给出一个只含口令的文本文件") from error
        if len(token) < SHORTEST_TOKEN:
            raise ArgumentError(f"--token {role}=…：口令至少 {SHORTEST_TOKEN} 个字符，如 openssl rand -hex 16 的输出")
        if token in tokens:
            raise ArgumentError("--token：同一个口令给了两次；每个角色请用不同的口令")
        tokens[token] = ROLES[role]
    return tokens
