"""What a table of records looks like: its id column and texts; which arguments are taken for tables and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import ArgumentTypeError, MatcherError, TableError
from matcher.tables.cells.texts import as_written

BODY = ("description", "scope", "keywords")  # columns read as text, behind the title
ID_COLUMNS = ("outcome_id", "need_id")
WORK_ID = "work_id"  # of the works behind experts, see `matcher.experts.library`
_HALF = re.compile("[\ud800-\udfff]")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # two letters and more: "C:/" is a drive


class UnknownIdError(MatcherError, KeyError):
    """Ids were given that are not there; the text names them."""


def id_column_of(table: pd.DataFrame) -> str:
    """The id column of a table, which says what its rows are. Raises TableError unless there is just one."""
    names = [column for column in (*ID_COLUMNS, WORK_ID) if column in table]
    if len(names) > 1:
        raise TableError(f"a table has only one of the columns {' or '.join(names)}: drop the one that others own")
    if not names:
        remedy = "read it first: read_needs(table).rows or read_outcomes(table).rows"
        if table.index.name in ID_COLUMNS:
            remedy = f"{table.index.name} is its index: table.reset_index()"
        raise TableError(
            f"a table needs one of the columns {' or '.join(ID_COLUMNS)}; it has {list(map(str, table.columns))}; "
            + remedy
        )
    return names[0]


def texts_of(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Titles and bodies (description, scope and keywords, as far as there are any) of a table's rows."""
    if not {"title", "description"} & set(table.columns):
        raise TableError("a table needs a column title or description")
    columns = {name: _texts(table[name]) for name in ("title", *BODY) if name in table}
    for texts in columns.values():
        check_characters(texts)
    bodies = zip(*(columns[name] for name in BODY if name in columns), strict=True)
    empty = [""] * len(table)
    return columns.get("title", empty), ["\n".join(filter(None, row)) for row in bodies] or empty


def _texts(column: pd.Series[Any]) -> list[str]:
    empty = column.isna().tolist()
    return ["" if nothing else as_written(value) for value, nothing in zip(column.tolist(), empty, strict=True)]


def check_characters(texts: Iterable[str]) -> None:
    """Raise TableError, with the text, where half of a character stands in it, which no file or engine takes."""
    for text in texts:
        if not text.isascii() and (broken := _HALF.search(text)):
            shown = _HALF.sub("□", text[max(0, broken.start() - 10) : broken.end() + 10])
            raise TableError(f"“{shown}”中有残缺的字符（{ascii(broken[0])[1:-1]}），请改正后再用")


def local_folder(folder: str | Path, error: type[MatcherError]) -> Path:
    """A folder of this machine as a path. Raises `error` for an address such as "s3://...", in Chinese."""
    if not isinstance(folder, (str, os.PathLike)):
        raise ArgumentTypeError(f"a folder is a str or a Path, not {type(folder).__name__}")
    if _URL.match(text := os.fspath(folder)):
        raise error(f"{text}：这是网络地址，不是本机文件夹；请给出本机文件夹，网络上的文件请先下载到本机或挂载成文件夹")
    return Path(text)
