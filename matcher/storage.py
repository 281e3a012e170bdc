"""How an index lies in a folder, so that a fault or a kill at any moment leaves the old index or the new one, whole.

    CURRENT                    one line: the name of the manifest in force and its SHA-256
    manifest-000002.json       format, encoder, segmenter, scale of scores, and the parts with the hash of every file
    part-<hash>/               records.parquet, vectors.npy, terms.txt, offsets.npy, rows.npy, counts.npy
    alive-<hash>.npy           which rows of a part still count

Everything but CURRENT is written under a new name and never changed. CURRENT is replaced in one step when all the rest
is on disk. What neither the version in force nor the one before it needs is cleared away afterwards.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher import __version__
from matcher.chance import Chance
from matcher.encoders import Encoder, StaticEncoder, fingerprint
from matcher.errors import IndexFolderError
from matcher.index import Index, Part
from matcher.lexical import Postings
from matcher.text import Segmenter

FORMAT = "matcher-index-1"
CURRENT = "CURRENT"
_ARRAYS = ("vectors", "offsets", "rows", "counts")


def save(index: Index, folder: Path, *, replace_other: bool) -> tuple[str, str]:
    """See `Index.save`. Gives the folder and the version that was written."""
    with _named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        before = _current(folder)
        strangers = {path.name for path in folder.iterdir() if not _is_ours(path.name)} if not before else set()
        if strangers:
            raise IndexFolderError(f"{folder}：文件夹里有其他文件（如 {min(strangers)}），请换一个空文件夹保存索引")
        if before and not replace_other and index.origin != (str(folder.resolve()), before[0]):
            raise IndexFolderError(
                f"{folder}：这里的索引不是本索引读出时的版本（{before[0]}），可能已被他人更新；请重新读取后再改，"
                "或另存到别处，或用 replace=True 覆盖"
            )
        parts = [_save_part(folder, part) for part in index.parts]
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
            "parts": parts,
        }
        number = 1 + max((int(path.stem.split("-")[1]) for path in folder.glob("manifest-*.json")), default=0)
        name = f"manifest-{number:06d}.json"
        data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        _write_new(folder / name, data)
        _swap(folder / CURRENT, f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
        _clear(folder, {name, before[0] if before else ""})
        return str(folder.resolve()), name


def load(folder: Path, *, encoder: Encoder | None) -> Index:
    """See `Index.load`."""
    with _named_errors(folder):
        current = _current(folder)
        if not current:
            raise IndexFolderError(f"{folder}：没有索引（缺少 {CURRENT} 文件）")
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
        index = Index(manifest["id_column"], encoder, segmenter, parts, (str(folder.resolve()), name))
        chance = {key: tuple(value) for key, value in manifest["chance"].items()}
        index.__dict__["chance"] = Chance(**chance)  # as it was: worked out once, when the index was saved
        return index


def _save_part(folder: Path, part: Part) -> dict[str, Any]:
    alive = _bytes_of(part.alive)
    alive_name = f"alive-{hashlib.sha256(alive).hexdigest()[:16]}.npy"
    if not (folder / alive_name).exists():
        _write_new(folder / alive_name, alive)
    entry = (
        part.stored
        if part.stored and (folder / json.loads(part.stored)["folder"]).is_dir()
        else _write_part(folder, part)
    )
    return {**json.loads(entry), "alive": alive_name, "alive_sha256": hashlib.sha256(alive).hexdigest()}


def _write_part(folder: Path, part: Part) -> str:
    made = folder / f"making-{uuid.uuid4().hex}"
    made.mkdir()
    hashes = {name: _write_new(made / name, data) for name, data in _files(part)}
    name = "part-" + hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:16]
    if (folder / name).exists():
        shutil.rmtree(made)
    else:
        made.rename(folder / name)
        _sync(folder)
    return json.dumps({"folder": name, "files": hashes})


def _files(part: Part) -> Iterator[tuple[str, memoryview | bytes]]:
    table = io.BytesIO()
    part.records.to_parquet(table, index=False, compression="zstd")
    yield "records.parquet", table.getbuffer()
    yield "terms.txt", "\n".join(part.postings.names).encode()
    for name in _ARRAYS:
        yield f"{name}.npy", _bytes_of(part.vectors if name == "vectors" else getattr(part.postings, name))


def _load_part(folder: Path, entry: dict[str, Any]) -> Part:
    files = {name: _read(folder / entry["folder"] / name, digest) for name, digest in entry["files"].items()}
    records = pd.read_parquet(io.BytesIO(files["records.parquet"]))
    arrays = {name: _array(files[f"{name}.npy"]) for name in _ARRAYS}
    names = files["terms.txt"].decode().split("\n") if files["terms.txt"] else []
    postings = Postings(names, arrays["offsets"], arrays["rows"], arrays["counts"], len(records))
    alive = _array(_read(folder / entry["alive"], entry["alive_sha256"]))
    stored = json.dumps({"folder": entry["folder"], "files": entry["files"]})
    return Part(records, arrays["vectors"], postings, alive, stored)


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
        name, digest = (folder / CURRENT).read_text("ascii").split()
    except FileNotFoundError:
        return None
    return name, digest


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


def _swap(path: Path, data: bytes) -> None:
    made = path.with_name(f"making-{uuid.uuid4().hex}")
    _write_new(made, data)
    _sync(path.parent)
    os.replace(made, path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(folder: Path, manifests: set[str]) -> None:
    """Remove what no manifest of these needs. Whatever cannot be removed now is removed next time."""
    needed = {CURRENT, *manifests}
    for name in filter(None, manifests):
        with contextlib.suppress(OSError, ValueError, KeyError):
            for entry in json.loads((folder / name).read_bytes())["parts"]:
                needed |= {entry["folder"], entry["alive"]}
    for path in folder.iterdir():
        if path.name not in needed and _is_ours(path.name):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_ours(name: str) -> bool:
    return name == CURRENT or name.startswith(("manifest-", "part-", "alive-", "making-"))


@contextlib.contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    """Whatever a broken folder makes the readers raise, said as one IndexFolderError."""
    try:
        yield
    except IndexFolderError:
        raise
    except OSError as error:
        raise IndexFolderError(
            f"{folder}：无法读写索引（{error.strerror or error}：{error.filename or ''}）"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexFolderError(f"{folder}：索引文件不完整或已损坏（{error}）；请从备份恢复，或重新建立索引") from error
