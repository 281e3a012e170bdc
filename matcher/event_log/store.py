"""What a log is kept in: rows in and out, transactions, and every fault as the error of the book's format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Generic, Self, TypeVar

from matcher.errors import BookError
from matcher.event_log.format import Format
from matcher.event_log.places import Place

WAIT = 60.0  # seconds for another writer
P = TypeVar("P", bound=Place)


class Store(ABC, Generic[P]):
    """An open place of a book.

    SQL is what SQLite and PostgreSQL both understand, with values by name (`:name`). Outside of `writing` and `moment`
    each statement stands for itself.
    """

    faults: ClassVar[tuple[type[Exception], ...]]  # what the database raises

    def __init__(self, place: P, form: Format) -> None:
        self.place, self.form = place, form

    @classmethod
    @abstractmethod
    def create(cls, place: P, form: Format) -> Self:
        """A new place with empty tables; the format's error where there is one already."""

    @classmethod
    @abstractmethod
    def open(cls, place: P, form: Format) -> Self:
        """What is there, unread; the format's error where there is nothing."""

    @classmethod
    @abstractmethod
    def is_there(cls, place: P, form: Format) -> bool:
        """Whether a place has the marks of a format; nothing is read whole for it."""

    @classmethod
    @abstractmethod
    def discard(cls, place: P, form: Format) -> None:
        """Take away what `create` made."""

    @abstractmethod
    def close(self) -> None:
        """Close it."""

    @abstractmethod
    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> Iterable[Any]:
        """The rows that a statement gives, tuples."""

    @abstractmethod
    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows, values in the order of the table's columns."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is a table."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """A transaction that no other writer can come between: all of it is kept, or nothing."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """What the database and Python raise on what is damaged, as one error of the format."""

    @abstractmethod
    def moment(self) -> AbstractContextManager[None]:
        """Reads that all see the book as it is at the first of them."""

    @abstractmethod
    def marks(self) -> tuple[Any, Any]:
        """The format's `application` and `schema` as the place has them."""

    @abstractmethod
    def check(self) -> None:
        """What no hash covers: that the tables are defined as `create` makes them. ValueError where they are not."""

    # ---- faults, in the words of users

    def busy(self, why: object) -> BookError:
        """Another writer does not end, or nobody may write."""
        return self.form.error(f"“{self.place}”正被他人写入或不可写（{why}），请稍后重试；没有写入任何内容")

    def unwritten(self, why: object) -> BookError:
        """A transaction that was undone."""
        return self.form.error(f"“{self.place}”写不进去（{why}）；没有写入任何内容")

    def unusable(self, why: str) -> BookError:
        """What is there is sound; it was closed, or cannot be used so."""
        return self.form.error(f"“{self.place}”{why}；请重新打开后再用")

    def damaged(self, why: str) -> BookError:
        """It is no book, or not what was written."""
        return self.form.error(
            f"“{self.place}”不是{self.form.noun}文件，或已损坏（{' '.join(why.split())[:120]}）；"
            f"请从备份恢复，或由导出的文件夹用 {self.form.command} replay 重建"
        )
