"""Where a book of record lies: in a file, or in a schema of a PostgreSQL database, whose password is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode

from matcher.errors import ArgumentTypeError, BookError

_SCHEME = (
    r"postgres(?:ql)?(?:\+\w+)?:/"  # SQLAlchemy's postgresql+psycopg://, capitals and one slash are wrong, and told so
)
_ADDRESS = re.compile(_SCHEME, re.IGNORECASE)
_PARTS = re.compile(r"postgres(?:ql)?://(?:([^:@/?#]*)(?::([^:@/?#]*))?@)?([^@?#]*)\?([^#]*)")
_SECRETS = (  # as much as might be one, in what may be written wrongly
    (re.compile(rf"({_SCHEME}+[^:@/?#]*):.*@", re.IGNORECASE | re.DOTALL), r"\1:***@"),
    (re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE), r"\1***"),
)
_PASSWORDS = ("password", "sslpassword")
_LONGEST = 63  # bytes of a name; PostgreSQL cuts off the rest, and two books would be one


@dataclass(frozen=True)
class Address:
    """A schema in a PostgreSQL database.

    Attributes
    ----------
    url
        What libpq connects to, with the password where the user gave one.
    schema
        The book's name in the database.
    shown
        The address as it was given, the password hidden; `str` gives it.
    """

    url: str = field(repr=False)
    schema: str
    shown: str

    def __str__(self) -> str:
        return self.shown

    @property
    def name(self) -> str:
        """What a file's name is of a file: nothing of the machine that it lies on."""
        return self.schema

    def without_secrets(self, text: str) -> str:
        """A text, such as a server's message, in which the password is hidden."""
        parts = _PARTS.fullmatch(self.url)
        given = [parts[2] or "", *(value for name, value in parse_qsl(parts[4]) if name in _PASSWORDS)] if parts else []
        for secret in filter(None, {*given, *map(unquote, given)}):
            text = text.replace(secret, "***")
        return text


Place = Path | Address


def is_address(text: object) -> bool:
    """Whether a text is an address of PostgreSQL, rightly written or not."""
    return isinstance(text, str) and bool(_ADDRESS.match(text))


def hidden(text: str) -> str:
    """A text in which the passwords of addresses are hidden."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def place_of(given: str | Place, error: type[BookError] = BookError) -> Place:
    """The place that a user names: `postgresql://user@host:5432/database?schema=name`, or else a file.

    Raises `error` for an address that is wrongly written or has no schema.
    """
    if isinstance(given, Address):
        return given
    if isinstance(given, Path) and is_address(str(given)):
        raise ArgumentTypeError("an address of PostgreSQL must be a str; a Path has lost one of its slashes")
    if not is_address(given):
        return Path(given)
    text = str(given)
    parts = _PARTS.fullmatch(text)
    pairs = parse_qsl(parts[4].replace("+", "%2B"), keep_blank_values=True) if parts else []  # to libpq + is no blank
    schemas = [value for name, value in pairs if name == "schema"]
    if parts is None or len(schemas) != 1:
        raise error(
            f"“{hidden(text)}”的写法不对：应为 postgresql://用户@主机:端口/数据库?schema=名称；"
            "用户名和口令中的 : @ / ? # % 须写成 %3A %40 %2F %3F %23 %25，口令也可放在 ~/.pgpass 中"
        )
    if not re.fullmatch(r"\w+", schemas[0]) or len(schemas[0].encode()) > _LONGEST:
        raise error(f"schema“{schemas[0]}”不可用：只能用文字、数字和下划线，至多 {_LONGEST} 个字节（一个汉字三个）")
    rest = urlencode([pair for pair in pairs if pair[0] != "schema"], quote_via=quote)
    return Address(f"{text.partition('?')[0]}?{rest}", schemas[0], hidden(text))
