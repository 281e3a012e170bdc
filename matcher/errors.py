"""The whole error tree. Messages about a user's data are in Chinese, those about a programmer's call in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class MatcherError(Exception):
    """Root of every error that this library raises on purpose; its text is fit to be shown to a user and to be logged:
    contacts, such as ids that are telephone numbers, are masked in it. `args` has it as it was raised.
    """

    shown: Callable[[str], str] = staticmethod(str)  # `matcher.tables`, which knows contacts, puts its own here

    def __str__(self) -> str:
        """The text, contacts masked."""
        return self.shown(Exception.__str__(self))  # KeyError would put it in quotes


class ArgumentError(MatcherError, ValueError):
    """An argument has a value that cannot be used."""


class ArgumentTypeError(MatcherError, TypeError):
    """An argument is of a kind that is not taken; the text says which kinds are."""


class TableError(MatcherError, ValueError):
    """A table cannot be used. `problems` lists every fault found (see `matcher.tables.reading.PROBLEM_COLUMNS`)."""

    def __init__(self, message: str, problems: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.problems = problems


def not_opened(name: str, error: OSError) -> TableError:
    """What is said of a file that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return TableError(f"{name}：找不到这个文件；请检查路径是否写对")
    return TableError(f"{name}：打不开这个文件（{error.strerror or error}）；请检查权限，或它是否被别的程序占用")


class IndexFolderError(MatcherError, ValueError):
    """A saved index is damaged, of another format, encoder or segmenter, or was changed by somebody else."""


class EncoderError(MatcherError, ValueError):
    """An encoder cannot be loaded, or what it returned is not one finite vector a text."""


class PolicyError(MatcherError, ValueError):
    """A policy folder is wrong: the text names the file, the rule and the fault."""


class InfeasibleError(MatcherError, ValueError):
    """Rules contradict each other. `obstacles`: rules to relax (see `matcher.assignment.infeasibility.COLUMNS`)."""

    def __init__(self, message: str, obstacles: pd.DataFrame, *, smallest: bool) -> None:
        super().__init__(message)
        self.obstacles = obstacles
        self.smallest = smallest


class BookError(MatcherError, ValueError):
    """A book of record cannot be used, or an entry does not fit what stands in it."""


class PoolError(BookError):
    """A pool's book cannot be used, or an entry does not fit what stands in it."""


class ProjectBookError(BookError):
    """A book of projects cannot be used, or an entry does not fit what stands in it."""


class HistoryError(PoolError):
    """A history of applications is too small, or shows no gain. `check`: the figures
    (`matcher.pool.scorecard.forecasts.CHECK`), where it came to a check.
    """

    def __init__(self, message: str, check: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.check = check


class ConflictError(PoolError):
    """Somebody else changed a fact in the meantime. `conflicts`: see `matcher.pool.book.edits.CONFLICTS`."""

    def __init__(self, message: str, conflicts: pd.DataFrame) -> None:
        super().__init__(message)
        self.conflicts = conflicts


class OutputError(MatcherError, OSError):
    """A result cannot be written where it was asked for."""


class MissingExtraError(MatcherError, ImportError):
    """An optional package is needed; the text carries the exact pip line."""
