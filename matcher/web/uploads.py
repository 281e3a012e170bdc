"""Files that people send: named as they named them, gone with the request. Large ones lie in a nameless file."""

from __future__ import annotations

import io
from collections.abc import Callable

from fastapi import UploadFile

from matcher.errors import TableError
from matcher.tables.reading import Reading


class Named(io.BytesIO):
    """Bytes with the name under which messages speak of them."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


async def received(upload: UploadFile | None, what: str) -> Named | None:
    """An uploaded file, None where none was chosen."""
    if upload is None or not upload.filename:
        return None
    content = await upload.read()
    if not content:
        raise TableError(f"{what}“{upload.filename}”是空的；请检查选的文件")
    return Named(content, upload.filename.replace("\\", "/").rpartition("/")[2][-120:])


def bounded(read: Callable[[], Reading], name: str, most: int) -> Reading:
    """A reading of at least one row and at most so many. Raises TableError."""
    reading = read()
    if not len(reading.rows):
        raise TableError(f"{name}：没有一行能用；请看问题列表", reading.problems)
    if len(reading.rows) > most:
        raise TableError(f"{name}：{len(reading.rows)} 行，一次最多 {most} 行；请拆成几张表，或用命令行处理")
    return reading
