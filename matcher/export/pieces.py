"""Results in a folder, piece by piece: one Parquet file for each piece and table, whole or not there.

    folder/pieces.json               what the folder holds: the settings, and at the end how many pieces and rows
    folder/pieces/part-00000.json    a piece that is done: the hash of its input, the rows and bytes of each table
    folder/<table>/part-00000.parquet
    folder/.lock                     empty; held while a program is at work there

Work that was broken off goes on where it stopped, and ends with the very files of work that was not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from matcher.errors import ArgumentTypeError, OutputError
from matcher.export.formats import json_bytes
from matcher.export.parquet import HiddenIds, ParquetStream
from matcher.export.tables import clean_table
from matcher.export.targets import half_written, make_folder, save_files, why_not
from matcher.tables.cells.texts import shorten
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.fingerprint import table_fingerprint
from matcher.tables.json import parse_json
from matcher.tables.locks import HeldError, held
from matcher.tables.privacy import mask_nested, mask_table

FORMAT = 1
MANIFEST = "pieces.json"
_UNDER_WAY, _LOCK = ".under-way", ".lock"  # readers of data sets pass over names with a dot

Work = Callable[[pd.DataFrame], Iterable[tuple[str, pa.Table | pd.DataFrame]]]


def write_pieces(
    folder: str | Path,
    pieces: Iterable[pd.DataFrame],
    work: Work,
    *,
    settings: Mapping[str, Any],
    ids: Iterable[str] = (),
    mask: bool = True,
) -> dict[str, int]:
    """Do some work on each piece of a table and keep its results, so that one piece at a time lies in memory.

    Where the folder holds pieces that were done with the same settings on the same input, they are not done again.

    Parameters
    ----------
    folder
        Where the results go: made where there is none. Each table becomes a folder of Parquet files, which
        `pandas.read_parquet`, pyarrow, DuckDB and Spark read as one table.
    pieces
        Tables, always in the same order; a generator is gone through once.
    work
        Gives the results of a piece as pairs of a table's name and a table; one name may come several times, with one
        and the same columns. Called once a piece, in order.
    settings
        Everything but the pieces that the results depend on, as plain values for JSON or days.
    ids
        Ids that the results may name beside those of the pieces.
    mask
        Hide contacts: in all cells of a DataFrame, in the ids of an Arrow table, alike in all pieces.

    Returns
    -------
    dict
        How many rows each table has, and under `pieces` how many pieces there are.

    Raises
    ------
    OutputError
        The folder holds something else, or the results of other settings or of another input; another program is at
        work in it; it cannot be written; or cells of one column are of kinds that Parquet cannot hold together.
    ArgumentTypeError
        A setting is no plain value.

    Examples
    --------
    >>> import tempfile
    >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2", "C3"], "price": [5, 7, 9]})
    >>> pieces = (outcomes[at : at + 2] for at in (0, 2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_pieces(
    ...         folder, pieces, lambda piece: [("dear", piece[piece["price"] > 6])], settings={"above": 6}
    ...     )
    ...     pd.read_parquet(f"{folder}/dear")["outcome_id"].tolist()
    {'pieces': 2, 'dear': 2}
    ['C2', 'C3']
    """
    place = make_folder(folder)
    if not (place / MANIFEST).exists() and {*place.iterdir()} - {*half_written(place), place / _LOCK}:
        raise OutputError(f"文件夹“{folder}”不是空的，也不是分片的结果；请换一个文件夹")
    with ExitStack() as stack:
        try:
            stack.enter_context(held(place / _LOCK))
        except HeldError as error:
            raise OutputError(f"另一个程序正在往“{folder}”里写分片的结果；请等它结束，或换一个文件夹") from error
        except OSError as error:
            raise OutputError(why_not(error, place)) from error
        return _written(place, pieces, work, _plain(settings), ids, mask)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as plain values for JSON, days as ISO texts. Raises ArgumentTypeError naming one that is none."""
    plain = {}
    for name, value in settings.items():
        value = value.item() if isinstance(value, np.generic) else value
        value = value.isoformat() if isinstance(value, dt.date) else value
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ArgumentTypeError(f"settings[{name!r}] is a plain value for JSON, not {value!r}") from error
        plain[str(name)] = value
    return plain


def _written(
    place: Path,
    pieces: Iterable[pd.DataFrame],
    work: Work,
    settings: dict[str, Any],
    ids: Iterable[str],
    mask: bool,
) -> dict[str, int]:
    """The pieces that are kept and the others made, in a folder that is held."""
    _open(place, settings, mask)
    hidden = HiddenIds(ids) if mask else None
    many = 0
    with ThreadPoolExecutor(1) as pool:
        under_way: Future[None] | None = None
        for at, piece in enumerate(pieces):
            many = at + 1
            if hidden is not None:
                for name in piece.columns[piece.columns.astype(str).str.endswith("_id")]:
                    hidden.see(pa.array(piece[name].astype(str), pa.string()))
            digest = table_fingerprint(piece)
            done = _done(place, at)
            if done is None:
                part = _Part(place, at, digest, hidden)
                with part.streams:
                    for name, table in work(piece):
                        part.put(name, table)
                    if under_way is not None:
                        under_way.result()
                    closing = part.streams.pop_all()
                under_way = pool.submit(part.finish, closing)
            elif done["input"] != digest:
                raise OutputError(f"“{place}”：第 {at + 1} 片是由另一份输入得出的；请换一个文件夹，或删去它再运行")
        if under_way is not None:
            under_way.result()
    return _finished(place, many)


class _Part:
    """The files of one piece under way, in a place of their own until all are whole."""

    def __init__(self, folder: Path, at: int, digest: str, hidden: HiddenIds | None) -> None:
        self._folder, self._name, self._digest, self._hidden = folder, _name(at), digest, hidden
        self._open: dict[str, ParquetStream] = {}
        self.streams = ExitStack()

    def put(self, name: str, table: pa.Table | pd.DataFrame) -> None:
        """More rows of a table."""
        if isinstance(table, pd.DataFrame):
            table = _arrow(table, self._hidden)
        elif self._hidden is not None:
            table = self._hidden.masked(table)
        if name not in self._open:
            path = self._folder / _UNDER_WAY / f"{name}.{self._name}.parquet"
            self._open[name] = self.streams.enter_context(ParquetStream(path))
        self._open[name].put(table)

    def finish(self, streams: ExitStack) -> None:
        """Put all files in their places, and say so last."""
        streams.close()
        sizes = {name: stream.path.stat().st_size for name, stream in self._open.items()}
        for name, stream in self._open.items():
            make_folder(self._folder / name)
            stream.path.replace(self._folder / name / f"{self._name}.parquet")
        rows = {name: stream.rows for name, stream in self._open.items()}
        content = {"input": self._digest, "rows": rows, "bytes": sizes}
        save_files({_marker(self._folder, self._name): json_bytes(content)})


def _arrow(table: pd.DataFrame, hidden: HiddenIds | None) -> pa.Table:
    """A table of pandas without contacts; texts are of one type in every piece, also where one knows nothing."""
    ready = clean_table(table)
    if hidden is not None:
        ready = mask_table(ready, ids=hidden.shown)
    try:
        arrow = pa.Table.from_pandas(ready, preserve_index=False).replace_schema_metadata()
    except (pa.ArrowException, OverflowError) as error:
        where = f"（{mask_contacts(shorten(str(error.args[-1]), 80))}）"
        raise OutputError(f"结果里有一列各格不是同一类值，写不成 Parquet{where}；请先统一成文本、数字或列表") from error
    texts = [pa.types.is_null(kind) or pa.types.is_large_string(kind) for kind in arrow.schema.types]
    fields = zip(arrow.schema, texts, strict=True)
    return arrow.cast(pa.schema([field.with_type(pa.string()) if text else field for field, text in fields]))


def _name(at: int) -> str:
    return f"part-{at:05}"


def _marker(folder: Path, name: str) -> Path:
    return folder / "pieces" / f"{name}.json"


def _done(folder: Path, at: int) -> dict[str, Any] | None:
    """What is kept of a piece; None where it is still to be done, or a file of it is not as it was written."""
    name = _name(at)
    try:
        content = parse_json(_marker(folder, name).read_bytes())
        rows = {str(table): int(many) for table, many in content["rows"].items()}
        if all((folder / table / f"{name}.parquet").stat().st_size == content["bytes"][table] for table in rows):
            return {"input": content["input"], "rows": rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _open(folder: Path, settings: dict[str, Any], mask: bool) -> None:
    """Make a new folder ready, or one of work with these very settings."""
    manifest = folder / MANIFEST
    settings["mask"] = mask
    written = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(written.encode()).hexdigest()
    shown: Any = mask_nested(parse_json(written)) if mask else parse_json(written)
    if manifest.exists():
        known = _manifest(folder)
        if known["settings_sha256"] != digest:
            old = known["settings"]
            differ = [name for name in {**old, **shown} if old.get(name) != shown.get(name)]
            told = f"（不同的是：{'、'.join(differ)}）" if differ else ""
            raise OutputError(f"“{folder}”里是设置不同的另一次运行的结果{told}；请换一个文件夹，或删去它再运行")
    else:
        save_files({manifest: json_bytes({"format": FORMAT, "settings_sha256": digest, "settings": shown})})
    shutil.rmtree(folder / _UNDER_WAY, ignore_errors=True)
    make_folder(folder / _UNDER_WAY)
    for left in half_written(folder) + half_written(make_folder(folder / "pieces")):
        left.unlink()


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = parse_json((folder / MANIFEST).read_bytes())
        if content["format"] == FORMAT and isinstance(content["settings"], dict) and content["settings_sha256"]:
            return dict(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"“{folder / MANIFEST}”已损坏（{error}）；请换一个文件夹，或删去它再运行") from error
    raise OutputError(f"“{folder}”里的结果是另一版软件写的；请换一个文件夹，或删去它再运行")


def _finished(folder: Path, many: int) -> dict[str, int]:
    """The counts of all pieces, which the manifest says, too."""
    if _marker(folder, _name(many)).exists():
        raise OutputError(f"“{folder}”里的结果比输入多，是由另一份输入得出的；请换一个文件夹，或删去它再运行")
    counted: dict[str, int] = {"pieces": many}
    for at in range(many):
        done = _done(folder, at)
        if done is None:
            raise OutputError(f"“{folder}”：第 {at + 1} 片的结果不见了；请再运行一次")
        for table, rows in done["rows"].items():
            counted[table] = counted.get(table, 0) + rows
    shutil.rmtree(folder / _UNDER_WAY, ignore_errors=True)
    save_files({folder / MANIFEST: json_bytes({**_manifest(folder), "complete": counted})})
    return counted
