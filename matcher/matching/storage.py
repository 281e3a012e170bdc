"""How an index lies in a folder, so that a fault or a kill at any moment leaves the old index or the new one, whole.

    CURRENT                    one line: the name of the manifest in force and its SHA-256
    manifest-000002.json       format, encoder, segmenter, scale of scores, and the parts with the hash of every file
    part-<name>/               records.parquet, vectors.npy, terms.txt, offsets.npy, rows.npy, counts.npy
    alive-<name>.npy           which rows of a part still count
    feedback-<name>.parquet    judged pairs, if there are any
    LOCK                       empty; held while somebody writes

Everything but CURRENT is written under a name that nobody ever used and never changed. CURRENT is replaced in one step
when all the rest is on disk. What neither the version in force nor the one before it needs is cleared away afterwards.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher import __version__
from matcher.errors import IndexFolderError, MatcherError
from matcher.matching.calibration import Calibration
from matcher.matching.encoders import Encoder, StaticEncoder, fingerprint
from matcher.matching.feedback import Feedback
from matcher.matching.index import Index, Part
from matcher.matching.lexical import Postings
from matcher.matching.score_scale import Chance
from matcher.matching.tokens import Segmenter

FORMAT = "matcher-index-1"
CURRENT, LOCK = "CURRENT", "LOCK"
_LINE = re.compile(rb"(manifest-\d{6,}\.json) ([0-9a-f]{64})\n")
_ARRAYS = ("vectors", "offsets", "rows", "counts")


def save(index: Index, folder: Path, *, replace_other: bool) -> None:
    """See `Index.save`. From the moment that the new version is in force, it is the index's `origin`."""
    with _named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        foreign = sorted(path.name for path in folder.iterdir() if not _is_ours(path.name))
        if foreign and not (folder / CURRENT).exists():
            raise IndexFolderError(f"{folder}：文件夹里有其他文件（如 {foreign[0]}），请换一个空文件夹保存索引")
        with _only_writer(folder):
            before = _replaced(index, folder, replace_other)
            manifest = {
                "format": FORMAT,
                "made_by": f"enterprise-matcher {__version__}",
                "id_column": index.id_column,
                "encoder": {
                    "fingerprint": index.fingerprint,
                    "name": getattr(index.encoder, "name", type(index.encoder).__name__),
                },
                "segmenter": index.segmenter.identity,
                "words": list(index.segmenter.words),
                "chance": asdict(index.chance),
                "parts": [_save_part(folder, part) for part in index.parts],
                **_save_feedback(folder, index.feedback),
            }
            number = 1 + max((int(path.stem.split("-")[1]) for path in folder.glob("manifest-*.json")), default=0)
            name = f"manifest-{number:06d}.json"
            data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            _write_new(folder / name, data)
            made = folder / f"making-{uuid.uuid4().hex}"
            _write_new(made, f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
            _sync(folder)
            os.replace(made, folder / CURRENT)
            object.__setattr__(index, "origin", (str(folder.resolve()), name))
            _sync(folder)
            _clear(folder, {name, before})


def _replaced(index: Index, folder: Path, replace_other: bool) -> str:
    """The manifest that a new version takes the place of, "" if there is none. Raises when it is not to be replaced."""
    try:
        current = _current(folder)
    except IndexFolderError:
        if not replace_other:
            raise
        return ""
    if current and not replace_other and index.origin != (str(folder.resolve()), current[0]):
        raise IndexFolderError(
            f"{folder}：这里的索引不是本索引读出时的版本（{current[0]}），可能已被他人更新；请重新读取后再改，"
            "或另存到别处，或用 replace=True（命令行 --replace）覆盖"
        )
    return current[0] if current else ""


def load(folder: Path, *, encoder: Encoder | None) -> Index:
    """See `Index.load`."""
    with _named_errors(folder), _named_damage(folder):
        current = _current(folder)
        if not current:
            raise IndexFolderError(f"{folder}：没有索引（缺少 {CURRENT} 文件）")
        try:
            return _load(folder, current, encoder)
        except FileNotFoundError:
            if _current(folder) == current:
                raise
        return load(folder, encoder=encoder)  # two newer versions were saved meanwhile


def _load(folder: Path, current: tuple[str, str], encoder: Encoder | None) -> Index:
    name, digest = current
    manifest = json.loads(_read(folder / name, digest))
    if manifest["format"] != FORMAT:
        raise IndexFolderError(f"{folder}：索引格式为 {manifest['format']}，本版本只读 {FORMAT}；请重新建立索引")
    encoder = StaticEncoder.load() if encoder is None else encoder
    built_with = manifest["encoder"]
    if (found := fingerprint(encoder)) != built_with["fingerprint"]:
        raise IndexFolderError(
            f"{folder}：索引由编码器 {built_with['name']}（{built_with['fingerprint'][:12]}）建立，"
            f"给出的是另一个（{found[:12]}）；请用原来的编码器读取，或重新建立索引"
        )
    segmenter = Segmenter(manifest["words"], engine=manifest["segmenter"]["engine"])
    if segmenter.identity != manifest["segmenter"]:
        raise IndexFolderError(f"{folder}：索引由另一版分词词库建立；请重新建立索引")
    parts = tuple(_load_part(folder, entry) for entry in manifest["parts"])
    feedback = _load_feedback(folder, manifest["feedback"]) if "feedback" in manifest else None
    index = Index(manifest["id_column"], encoder, segmenter, parts, (str(folder.resolve()), name), feedback)
    chance = {key: tuple(value) for key, value in manifest["chance"].items()}
    index.__dict__["chance"] = Chance(**chance)  # as it was: worked out once, when the index was saved
    return index


def _save_part(folder: Path, part: Part) -> dict[str, Any]:
    alive = f"alive-{uuid.uuid4().hex[:16]}.npy"
    digest = _write_new(folder / alive, _bytes_of(part.alive))
    entry = (
        part.stored
        if part.stored and (folder / json.loads(part.stored)["folder"]).is_dir()
        else _write_part(folder, part)
    )
    return {**json.loads(entry), "alive": alive, "alive_sha256": digest}


def _write_part(folder: Path, part: Part) -> str:
    made = folder / f"making-{uuid.uuid4().hex}"
    made.mkdir()
    hashes = {name: _write_new(made / name, data) for name, data in _files(part)}
    _sync(made)
    name = f"part-{uuid.uuid4().hex[:16]}"
    made.rename(folder / name)
    _sync(folder)
    return json.dumps({"folder": name, "files": hashes})


def _files(part: Part) -> Iterator[tuple[str, memoryview | bytes]]:
    table = io.BytesIO()
    try:
        part.records.to_parquet(table, index=False, compression="zstd")
    except (ValueError, TypeError) as error:
        raise IndexFolderError(f"表中有列无法保存（{error}）；请把该列统一成文本或数字后重建索引") from error
    yield "records.parquet", table.getbuffer()
    yield "terms.txt", "\n".join(part.postings.names).encode()
    for name in _ARRAYS:
        yield f"{name}.npy", _bytes_of(part.vectors if name == "vectors" else getattr(part.postings, name))


def _load_part(folder: Path, entry: dict[str, Any]) -> Part:
    def read(name: str) -> bytes:
        return _read(folder / entry["folder"] / name, entry["files"][name])

    with ThreadPoolExecutor(1) as aside:  # the records take as long as all the rest
        decoding = aside.submit(lambda: pd.read_parquet(io.BytesIO(read("records.parquet"))))
        arrays = {name: _array(read(f"{name}.npy")) for name in _ARRAYS}
        terms = read("terms.txt")
        records = decoding.result()
    names = terms.decode().split("\n") if terms else []
    postings = Postings(names, arrays["offsets"], arrays["rows"], arrays["counts"], len(records))
    alive = _array(_read(folder / entry["alive"], entry["alive_sha256"]))
    stored = json.dumps({"folder": entry["folder"], "files": entry["files"]})
    return Part(records, arrays["vectors"], postings, alive, stored)


def _save_feedback(folder: Path, feedback: Feedback | None) -> dict[str, Any]:
    """The manifest's entry; none where there are no judged pairs."""
    if feedback is None:
        return {}
    table = io.BytesIO()
    feedback.table.to_parquet(table, index=False, compression="zstd")
    name = f"feedback-{uuid.uuid4().hex[:16]}.parquet"
    digest = _write_new(folder / name, table.getbuffer())
    prior = asdict(feedback.prior) if feedback.prior else None
    return {"feedback": {"file": name, "sha256": digest, "prior": prior}}


def _load_feedback(folder: Path, entry: dict[str, Any]) -> Feedback:
    table = pd.read_parquet(io.BytesIO(_read(folder / entry["file"], entry["sha256"])))
    return Feedback(table, Calibration.of(entry["prior"]) if entry["prior"] else None)


def _bytes_of(array: NDArray[Any]) -> memoryview:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getbuffer()


def _array(data: bytes) -> NDArray[Any]:
    """A view of what `_bytes_of` made; nothing is copied."""
    buffer = io.BytesIO(data[:4096])
    version = np.lib.format.read_magic(buffer)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(buffer)
    if dtype.hasobject:
        raise ValueError("an array of objects")
    return np.frombuffer(data, dtype, offset=buffer.tell()).reshape(shape)


def _current(folder: Path) -> tuple[str, str] | None:
    """The manifest in force and its hash."""
    try:
        line = (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return None
    if not (found := _LINE.fullmatch(line)):
        raise IndexFolderError(f"{folder}：文件 {CURRENT} 已损坏；请从备份恢复，或重新建立索引")
    return found[1].decode(), found[2].decode()


def _read(path: Path, digest: str) -> bytes:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise IndexFolderError(f"{path.parent}：文件 {path.name} 已损坏（校验值不符）；请从备份恢复，或重新建立索引")
    return data


def _write_new(path: Path, data: bytes | memoryview) -> str:
    """Write a file that nobody has seen yet, down to the disk; gives its SHA-256."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Holds the folder's LOCK; the system lets go of it whatever becomes of the process."""
    with (folder / LOCK).open("ab") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise
            raise IndexFolderError(f"{folder}：另一个程序正在保存这个索引；请等它结束，重新读取后再改") from error
        yield


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(folder: Path, manifests: set[str]) -> None:
    """Remove what no manifest of these needs. Whatever cannot be removed now is removed next time."""
    needed = {CURRENT, LOCK, *manifests}
    for name in filter(None, manifests):
        with contextlib.suppress(OSError, ValueError, KeyError):
            manifest = json.loads((folder / name).read_bytes())
            for entry in manifest["parts"]:
                needed |= {entry["folder"], entry["alive"]}
            needed |= {entry["file"] for entry in [manifest.get("feedback")] if entry}
    for path in folder.iterdir():
        if path.name not in needed and _is_ours(path.name):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_ours(name: str) -> bool:
    return name in (CURRENT, LOCK) or name.startswith(("manifest-", "part-", "alive-", "feedback-", "making-"))


@contextlib.contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    """What the system refuses, said as an IndexFolderError."""
    try:
        yield
    except OSError as error:
        if isinstance(error, MatcherError):
            raise
        raise IndexFolderError(
            f"{folder}：无法读写索引（{error.strerror or error}：{error.filename or ''}）"
        ) from error


@contextlib.contextmanager
def _named_damage(folder: Path) -> Iterator[None]:
    """Whatever a broken folder makes the readers raise, said as one IndexFolderError."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, MatcherError):
            raise
        raise IndexFolderError(f"{folder}：索引文件不完整或已损坏（{error}）；请从备份恢复，或重新建立索引") from error
