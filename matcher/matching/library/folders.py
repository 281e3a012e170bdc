"""A folder of versions, so that a fault or a kill at any moment leaves the old version or the new one, whole.

    CURRENT                    one line: the name of the manifest in force and its SHA-256
    manifest-000002.json       what the version holds, with the hash of every file
    LOCK                       empty; held while somebody writes

Everything but CURRENT is written under a name that nobody ever used and never changed. CURRENT is replaced in one step
when all the rest is on disk. Arrays are mapped, so that processes share them; a file is not altered while it is there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import mmap
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from matcher.errors import EncoderError, IndexFolderError, MatcherError, MissingExtraError
from matcher.tables.locks import HeldError, held

CURRENT, LOCK = "CURRENT", "LOCK"
SHARDED = "library.json"  # says that a folder of shards is whole
_LINE = re.compile(rb"(manifest-\d{6,}\.json) ([0-9a-f]{64})\n")
_NAME = re.compile(r"(?:part-[0-9a-f]{16}|alive-[0-9a-f]{16}\.npy|(?:feedback|table|library)-[0-9a-f]{16}\.parquet)")
_REASONS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EROFS: "磁盘是只读的",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
}
_OURS = ("manifest-", "part-", "alive-", "feedback-", "table-", "library-", "making-")


def current(folder: Path) -> tuple[str, str] | None:
    """The manifest in force and its hash."""
    try:
        line = (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return None
    if not (match := _LINE.fullmatch(line)):
        raise IndexFolderError(f"{folder}：文件 {CURRENT} 已损坏；请从备份恢复，或重新建立索引")
    return match[1].decode(), match[2].decode()


def commit(folder: Path, manifest: dict[str, Any]) -> str:
    """Write a manifest whose files are all there, and put it in force. Gives its name."""
    number = 1 + max((int(path.stem.split("-")[1]) for path in folder.glob("manifest-*.json")), default=0)
    name = f"manifest-{number:06d}.json"
    data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    write_new(folder / name, data)
    made = folder / f"making-{uuid.uuid4().hex}"
    write_new(made, f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
    sync(folder)
    os.replace(made, folder / CURRENT)
    return name


# ---- files


def new_name(kind: str, ending: str = "") -> str:
    """A name that nobody has used yet."""
    return f"{kind}-{uuid.uuid4().hex[:16]}{ending}"


def inside(folder: Path, name: str) -> Path:
    """A file or folder that a manifest names. Raises ValueError for a name that `new_name` does not give."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return folder / name


def write_new(path: Path, *pieces: bytes | memoryview) -> str:
    """Write a file that nobody has seen yet, down to the disk, a piece behind the other; gives its SHA-256."""
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for data in pieces:
            file.write(data)
            digest.update(data)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def read(path: Path, digest: str) -> bytes:
    """A file whose hash must be right."""
    _check_kind(path)
    data = path.read_bytes()
    _check(path, data, digest)
    return data


def _check_kind(path: Path) -> None:
    """A plain file in the folder itself: a link would be followed out of it, a device never ends."""
    inside = [path, path.parent] if path.parent.name.startswith("part-") else [path]
    if any(place.is_symlink() for place in inside) or (path.exists() and not path.is_file()):
        raise IndexFolderError(f"{path.parent}：{path.name} 不是普通文件（是链接或其他）；请从备份恢复，或重新建立索引")


def _check(path: Path, data: bytes | mmap.mmap, digest: str) -> None:
    if hashlib.sha256(data).hexdigest() != digest:
        raise IndexFolderError(f"{path.parent}：文件 {path.name} 已损坏（校验值不符）；请从备份恢复，或重新建立索引")


def bytes_of_array(array: NDArray[Any]) -> tuple[bytes, memoryview]:
    """An array as a file of the format npy: its head, and its numbers where they lie."""
    array, head = np.ascontiguousarray(array), io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(array))
    return head.getvalue(), array.reshape(-1).view(np.uint8).data


def map_array(path: Path, digest: str) -> NDArray[Any]:
    """What `bytes_of_array` made, mapped into memory and not writeable. Every page is read once, for the hash."""
    _check_kind(path)
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            _check(path, b"", digest)
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _check(path, pages, digest)
    head = io.BytesIO(pages[:4096])
    version = np.lib.format.read_magic(head)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_column, dtype = header(head)
    if dtype.hasobject or by_column:
        raise ValueError(f"{path.name}: dtype {dtype}")
    return np.ndarray(shape, dtype, buffer=pages, offset=head.tell())


def bytes_of_table(table: pd.DataFrame) -> memoryview:
    """A table as a Parquet file. Raises IndexFolderError for a column that it cannot hold."""
    buffer = io.BytesIO()
    try:
        table.to_parquet(buffer, index=False, compression="zstd")
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:
        raise IndexFolderError(f"表中有列无法保存（{error}）；请把该列统一成文本或数字后重建索引") from error
    return buffer.getbuffer()


def read_table(path: Path, digest: str) -> pd.DataFrame:
    """What `bytes_of_table` made."""
    data = io.BytesIO(read(path, digest))
    try:
        table: pd.DataFrame = pq.read_table(data).combine_chunks().to_pandas()  # of several pieces, all would be
        return table  # joined anew whenever a few rows are taken
    except OSError as error:  # pyarrow's for pages that cannot be decoded
        raise ValueError(f"{path.name}: {error}") from error


def sync(folder: Path) -> None:
    """Down to the disk with a folder's list of names, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_ours(name: str) -> bool:
    """Whether a name in the folder is one that is written here."""
    return name in (CURRENT, LOCK) or name.startswith(_OURS)


def clear(folder: Path, needed: set[str]) -> None:
    """Remove what is ours and not needed. Whatever cannot be removed now is removed next time."""
    for path in folder.iterdir():
        if path.name not in needed | {CURRENT, LOCK} and is_ours(path.name):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


# ---- errors and other writers


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Holds the folder's LOCK; the system lets go of it whatever becomes of the process."""
    try:
        with held(folder / LOCK):
            yield
    except HeldError as error:
        raise IndexFolderError(f"{folder}：另一个程序正在保存这个索引；请等它结束，重新读取后再改") from error


@contextlib.contextmanager
def named_errors(folder: Path) -> Iterator[None]:
    """What the system refuses, as an IndexFolderError."""
    try:
        yield
    except OSError as error:
        if isinstance(error, MatcherError):
            raise
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        which = f"：{error.filename}" if error.filename else ""
        raise IndexFolderError(f"{folder}：无法读写索引（{reason}{which}）") from error


@contextlib.contextmanager
def named_damage(folder: Path) -> Iterator[None]:
    """Whatever a broken folder makes the readers raise, as one IndexFolderError."""
    try:
        yield
    except (IndexFolderError, EncoderError, MissingExtraError, OSError):
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, MemoryError) as error:
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise IndexFolderError(f"{folder}：索引文件不完整或已损坏（{why}）；请从备份恢复，或重新建立索引") from error
