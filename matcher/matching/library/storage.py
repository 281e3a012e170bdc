"""How an index, and tables beside it, lie in a folder of versions (see `matcher.matching.library.folders`).

    manifest-000002.json       format, encoder, segmenter, scale of scores, and the parts with the hash of every file
    part-<name>/               records.parquet, vectors.npy, terms.txt, offsets.npy, rows.npy, counts.npy, and of a
                               large one starts.npy, text_terms.npy, text_counts.npy; of one that has candidates
                               centres.npy, lists.npy
    alive-<name>.npy           which rows of a part still count
    feedback-<name>.parquet    judged pairs, if there are any
    library-<name>.parquet     the frequencies of terms in the library that it is a part of, if it is one
    table-<name>.parquet       tables that belong to the index, such as the persons of a library of experts

What neither the version in force nor the one before it needs is cleared away after a save.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from matcher import __version__
from matcher.errors import IndexFolderError
from matcher.matching.encoding.encoders import Encoder, StaticEncoder, check_encoder, encode_texts, fingerprint
from matcher.matching.index import Index
from matcher.matching.learning.judgements import Feedback
from matcher.matching.library import folders
from matcher.matching.library.base import BaseIndex, Part, check_index
from matcher.matching.library.candidates import FROM, Candidates
from matcher.matching.library.postings import Contents, Postings
from matcher.matching.library.records import local_folder
from matcher.matching.library.score_scale import ScoreScale
from matcher.matching.library.soundness import (
    SCALE,
    approximate_from_of,
    check_arrays,
    check_candidates,
    check_contents,
    check_parts,
    feedback_of,
    scale_of,
    statistics_of,
    words_of,
)
from matcher.matching.library.statistics import Statistics
from matcher.matching.texts.tokens import Segmenter
from matcher.progress import timed
from matcher.tables.json import parse_json

FORMAT = "matcher-index-1"
_KINDS = {FORMAT: ("索引", "Index.load"), "matcher-experts-1": ("专家库", "Experts.load")}
_ARRAYS = ("vectors", "offsets", "rows", "counts")
_CONTENTS = ("starts", "text_terms", "text_counts")  # the same by text; worked out where they are not stored
_CANDIDATES = ("centres", "lists")
LARGE = 4096  # records of a part from which on they are stored


@dataclass(frozen=True)
class Stored:
    """What a folder holds."""

    index: Index
    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any]


def save(
    index: BaseIndex,
    folder: str | Path,
    *,
    replace_other: bool,
    format: str = FORMAT,
    tables: Mapping[str, pd.DataFrame] | None = None,
    settings: Mapping[str, object] | None = None,
) -> None:
    """See `Index.save`. From the moment that the new version is in force, it is the index's `origin`.

    format, tables, settings: of what the index is a part of, if it is.
    """
    check_index(index)
    folder = local_folder(folder, IndexFolderError)
    with timed(f"saved an index of {len(index)} records in {folder}"), folders.named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        foreign = sorted(path.name for path in folder.iterdir() if not folders.is_ours(path.name))
        if foreign and not (folder / folders.CURRENT).exists():
            raise IndexFolderError(f"{folder}：文件夹里有其他文件（如 {foreign[0]}），请换一个空文件夹保存索引")
        with folders.only_writer(folder):
            before = _replaced(index, folder, replace_other)
            scale = {SCALE.get(name, name): value for name, value in asdict(index.scale).items()}
            manifest = {
                "format": format,
                "made_by": f"enterprise-matcher {__version__}",
                "id_column": index.id_column,
                "encoder": {
                    "fingerprint": index.fingerprint,
                    "name": getattr(index.encoder, "name", type(index.encoder).__name__),
                    **_english(index.encoder),
                },
                "segmenter": index.segmenter.identity,
                "words": list(index.segmenter.words),
                "chance": scale,
                "approximate_from": index.approximate_from,
                "parts": [_save_part(folder, part) for part in index.parts],
                **_save_feedback(folder, index.feedback),
                **_save_whole(folder, index.whole),
            }
            if tables:
                manifest["tables"] = {name: _save_table(folder, "table", table) for name, table in tables.items()}
            if settings:
                manifest["settings"] = dict(settings)
            name = folders.commit(folder, manifest)
            object.__setattr__(index, "origin", (str(folder.resolve()), name))
            folders.sync(folder)
            folders.clear(folder, _needed(folder, {name, before}))


def _replaced(index: BaseIndex, folder: Path, replace_other: bool) -> str:
    """The manifest that a new version takes the place of, "" if there is none. Raises when it is not to be replaced."""
    try:
        current = folders.current(folder)
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


def load(folder: str | Path, *, encoder: Encoder | None, format: str = FORMAT) -> Stored:
    """See `Index.load`."""
    check_encoder(encoder)
    folder = local_folder(folder, IndexFolderError)
    with timed(f"loaded an index from {folder}"), folders.named_errors(folder), folders.named_damage(folder):
        while True:
            current = folders.current(folder)
            if not current:
                if (folder / folders.SHARDED).is_file():
                    raise IndexFolderError(f"{folder}：这是分片的库，不是一个索引；请在 Python 中用 match_shards 匹配")
                raise IndexFolderError(f"{folder}：没有索引（缺少 {folders.CURRENT} 文件）")
            try:
                return _load(folder, current, encoder, format)
            except FileNotFoundError:  # two newer versions were saved meanwhile, or a file is missing
                if folders.current(folder) == current:
                    raise


def _load(folder: Path, current: tuple[str, str], encoder: Encoder | None, format: str) -> Stored:
    name, digest = current
    manifest = parse_json(folders.read(folder / name, digest))
    if manifest["format"] != format:
        if manifest["format"] in _KINDS:
            kind, call = _KINDS[manifest["format"]]
            raise IndexFolderError(f"{folder}：这里保存的是{kind}，不是{_KINDS[format][0]}；请用 {call} 读取")
        raise IndexFolderError(f"{folder}：索引格式为 {manifest['format']}，本版本只读 {format}；请重新建立索引")
    encoder = StaticEncoder.load() if encoder is None else encoder
    built_with = manifest["encoder"]
    if (given := fingerprint(encoder)) != built_with["fingerprint"]:
        raise IndexFolderError(
            f"{folder}：索引由编码器 {built_with['name']}（{built_with['fingerprint'][:12]}）建立，"
            f"给出的是另一个（{given[:12]}）；请用原来的编码器读取，或重新建立索引"
        )
    segmenter = Segmenter(words_of(manifest["words"]), engine=manifest["segmenter"]["engine"])
    if segmenter.identity != manifest["segmenter"]:
        raise IndexFolderError(f"{folder}：索引由另一版分词词库建立；请重新建立索引")
    parts = tuple(_load_part(folder, entry) for entry in manifest["parts"])
    check_parts(parts, manifest["id_column"], encode_texts(encoder, [], role="document").shape[1])
    feedback = _load_feedback(folder, manifest["feedback"]) if "feedback" in manifest else None
    scale = scale_of(manifest["chance"])  # as it was: worked out once, when the index was saved
    whole = _load_whole(folder, manifest["library"], scale) if "library" in manifest else None
    origin, least = (str(folder.resolve()), name), approximate_from_of(manifest.get("approximate_from", FROM))
    index = Index(manifest["id_column"], encoder, segmenter, parts, origin, feedback, whole, least)
    if _english(encoder).get("english") != built_with.get("english") and (foreign := int(index.foreign.sum())):
        raise IndexFolderError(f"{folder}：索引中 {foreign} 条英文记录由另一版英文词表编码；请重新建立索引")
    index.__dict__["scale"] = scale
    tables = {name: _load_table(folder, entry) for name, entry in manifest.get("tables", {}).items()}
    return Stored(index, tables, manifest.get("settings", {}))


def _english(encoder: Encoder) -> dict[str, str]:
    """What tells the words apart that an encoder has for English texts; empty where it has none of its own."""
    english = encoder.english if isinstance(encoder, StaticEncoder) else None
    return {"english": english.fingerprint} if english else {}


def _save_part(folder: Path, part: Part) -> dict[str, Any]:
    alive = folders.new_name("alive", ".npy")
    digest = folders.write_new(folder / alive, *folders.bytes_of_array(part.alive))
    there = part.stored and (folder / json.loads(part.stored)["folder"]).is_dir()
    entry = part.stored if there else _write_part(folder, part)
    return {**json.loads(entry), "alive": alive, "alive_sha256": digest}


def _write_part(folder: Path, part: Part) -> str:
    made = folder / f"making-{uuid.uuid4().hex}"
    made.mkdir()
    hashes = {name: folders.write_new(made / name, *data) for name, data in _files(part)}
    folders.sync(made)
    name = folders.new_name("part")
    made.rename(folder / name)
    folders.sync(folder)
    return json.dumps({"folder": name, "files": hashes})


def _files(part: Part) -> Iterator[tuple[str, tuple[bytes | memoryview, ...]]]:
    yield "records.parquet", (folders.bytes_of_table(part.records),)
    yield "terms.txt", ("\n".join(part.postings.names).encode(),)
    for name in _ARRAYS:
        yield f"{name}.npy", folders.bytes_of_array(part.vectors if name == "vectors" else getattr(part.postings, name))
    if part.postings.size > LARGE:
        arrays: tuple[NDArray[Any], ...] = part.postings.contents
        for name, array in zip(_CONTENTS, arrays, strict=True):
            yield f"{name}.npy", folders.bytes_of_array(array)
    if part.candidates is not None:
        for name in _CANDIDATES:
            yield f"{name}.npy", folders.bytes_of_array(getattr(part.candidates, name))


def _load_part(folder: Path, entry: dict[str, Any]) -> Part:
    inner, hashes = folders.inside(folder, entry["folder"]), entry["files"]
    with ThreadPoolExecutor(1) as aside:  # the records take as long as all the rest
        decoding = aside.submit(folders.read_table, inner / "records.parquet", hashes["records.parquet"])
        further = [name for some in (_CONTENTS, _CANDIDATES) if f"{some[0]}.npy" in hashes for name in some]
        names = [*_ARRAYS, *further]
        arrays = {name: folders.map_array(inner / f"{name}.npy", hashes[f"{name}.npy"]) for name in names}
        terms = folders.read(inner / "terms.txt", hashes["terms.txt"])
        records = decoding.result()
    words = terms.decode().split("\n") if terms else []
    postings = Postings(words, arrays["offsets"], arrays["rows"], arrays["counts"], len(records))
    alive = folders.map_array(folders.inside(folder, entry["alive"]), entry["alive_sha256"])
    check_arrays(arrays["vectors"], postings, alive)
    if _CONTENTS[0] in arrays:
        postings.__dict__["contents"] = Contents(*map(arrays.__getitem__, _CONTENTS))
        check_contents(postings)
    candidates = None
    if _CANDIDATES[0] in arrays:
        candidates = Candidates(arrays["vectors"], *map(arrays.__getitem__, _CANDIDATES))
        check_candidates(candidates)
    stored = json.dumps({"folder": entry["folder"], "files": entry["files"]})
    return Part(records, arrays["vectors"], postings, alive, stored, candidates)


def _save_table(folder: Path, kind: str, table: pd.DataFrame) -> dict[str, str]:
    name = folders.new_name(kind, ".parquet")
    return {"file": name, "sha256": folders.write_new(folder / name, folders.bytes_of_table(table))}


def _load_table(folder: Path, entry: dict[str, Any]) -> pd.DataFrame:
    return folders.read_table(folders.inside(folder, entry["file"]), entry["sha256"])


def _save_feedback(folder: Path, feedback: Feedback | None) -> dict[str, Any]:
    """The manifest's entry; none where there are no judged pairs."""
    if feedback is None:
        return {}
    prior = asdict(feedback.prior) if feedback.prior else None
    return {"feedback": {**_save_table(folder, "feedback", feedback.table), "prior": prior}}


def _load_feedback(folder: Path, entry: dict[str, Any]) -> Feedback:
    return feedback_of(_load_table(folder, entry), entry["prior"])


def _save_whole(folder: Path, whole: Statistics | None) -> dict[str, Any]:
    """The manifest's entry of the library that the index is a part of; none where it is a library of its own."""
    if whole is None:
        return {}
    table = pd.DataFrame({"term": list(whole.names), "records": whole.counts})
    return {"library": {**_save_table(folder, "library", table), "texts": whole.texts}}


def _load_whole(folder: Path, entry: dict[str, Any], scale: ScoreScale) -> Statistics:
    return statistics_of(_load_table(folder, entry), entry["texts"], scale)


def _needed(folder: Path, manifests: set[str]) -> set[str]:
    """What these manifests name, and they themselves."""
    needed = set(manifests)
    for name in filter(None, manifests):
        with contextlib.suppress(OSError, ValueError, KeyError):
            manifest = json.loads((folder / name).read_bytes())
            for entry in manifest["parts"]:
                needed |= {entry["folder"], entry["alive"]}
            tables = [*manifest.get("tables", {}).values(), *filter(None, map(manifest.get, ("feedback", "library")))]
            needed |= {entry["file"] for entry in tables}
    return needed
