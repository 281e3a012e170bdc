"""A learned model as one file: a description in JSON and arrays of numbers, without pickle."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import TableError
from matcher.export.targets import check_targets, save_files
from matcher.tables.json import parse_json

_DAMAGE = (ValueError, LookupError, TypeError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
SIZE = 4 << 30  # bytes of a model's arrays


def save_arrays(output: str | Path, about: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Write one .npz file. Raises OutputError where it cannot be written."""
    check_targets({output: (".npz",)})
    text = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
    content = io.BytesIO()
    np.savez_compressed(content, about=text, **arrays)
    save_files({Path(output): content.getvalue()})


def load_arrays(path: str | Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The description and the arrays by name. Raises TableError for any other file."""
    try:
        with zipfile.ZipFile(Path(path)) as archive:
            if sum(member.file_size for member in archive.infolist()) > SIZE:
                raise ValueError("too large")
        with np.load(Path(path), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return dict(parse_json(arrays.pop("about").tobytes())), arrays
    except OSError as error:
        raise TableError(f"{path}：读不了（{error.strerror or error}）") from error
    except _DAMAGE as error:
        raise TableError(f"{path}：不是领域模型文件，或已损坏") from error
