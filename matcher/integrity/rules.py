"""What the rules on integrity say, as data: which document held on a day, which notices look at records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pandas as pd

from matcher.errors import PolicyError
from matcher.tables.yaml import read

ROLES = {"applicant": "申报", "reviewer": "评审", "nominee": "提名"}
NOTICE_COLUMNS = (
    "notice",
    "title",
    "number",
    "article",
    "roles",
    "grade",
    "says",
    "since",
    "address",
    "seen_on",
    "verified",
)


@dataclass(frozen=True)
class Document:
    """A rule on research dishonesty and the days on which it held."""

    number: str
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True)
class Notice:
    """A notice that asks for subjects without a record. `serious`: only grave ones count."""

    name: str
    title: str
    number: str
    article: str
    roles: tuple[str, ...]
    serious: bool
    says: str
    since: dt.date | None
    address: str
    seen_on: str
    verified: bool

    @property
    def basis(self) -> str:
        """Document number and article, as a refusal cites them."""
        return f"{self.number or self.title} {self.article}"


def load_notice(name: str, on: dt.date) -> Notice:
    """A notice by its name, as it holds on a day. Raises PolicyError, which names those there are."""
    notices = _notices()
    if name not in notices:
        raise PolicyError(f"没有名为“{name}”的诚信审查规则；可用：{'、'.join(notices)}")
    notice = notices[name]
    if notice.since and on < notice.since:
        raise PolicyError(f"“{name}”（{notice.number}）自 {notice.since} 起，{on} 还没有；请换日期，或不用 --rules")
    return notice


def list_notices() -> pd.DataFrame:
    """The notices that come with the library, one row each: NOTICE_COLUMNS.

    Examples
    --------
    >>> list_notices().set_index("notice").loc["广东2027", ["number", "roles"]].tolist()
    ['粤科函资字〔2026〕1312号', '申报']
    """
    rows = [
        (one.name, one.title, one.number, one.article, "、".join(ROLES[role] for role in one.roles),
         "严重失信" if one.serious else "任何失信记录", one.says, one.since, one.address, one.seen_on, one.verified)
        for one in _notices().values()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(NOTICE_COLUMNS))


def document_on(day: dt.date) -> str:
    """The number of the rule on research dishonesty that held on a day, "" where none was read."""
    for one in _documents():
        if one.since <= day and (one.until is None or day <= one.until):
            return one.number
    return ""


@lru_cache(maxsize=1)
def _documents() -> tuple[Document, ...]:
    return tuple(
        Document(node["number"], dt.date.fromisoformat(node["since"]), _day(node["until"]))
        for node in read(_FILE)["documents"].values()
    )


@lru_cache(maxsize=1)
def _notices() -> dict[str, Notice]:
    return {
        node["name"]: Notice(
            node["name"],
            node["title"],
            node["number"],
            node["article"],
            tuple(node["roles"].split()),
            node["grade"] == "serious",
            node["says"],
            _day(node["since"]),
            node["address"],
            node["seen_on"],
            node["verified"] == "true",
        )
        for node in read(_FILE)["notices"].values()
    }


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


_FILE = Path(str(resources.files("matcher.integrity"))) / "rules.yaml"
