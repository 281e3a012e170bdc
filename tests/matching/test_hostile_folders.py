"""Folders that are damaged, or whose hashes fit while their content lies: one sentence, never a wrong answer."""

import hashlib
import io
import json
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small import NEEDS, OUTCOMES, Known, build

from matcher import Experts, Index, match
from matcher.errors import IndexFolderError
from matcher.matching.learning.feedback import fit_feedback
from matcher.matching.library import storage

DAMAGES = 100


class Folder:
    """A saved index that is written again with hashes that fit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        name = (path / "CURRENT").read_text().split()[0]
        self.name = path / name
        self.manifest = json.loads(self.name.read_text("utf-8"))

    def commit(self) -> None:
        data = json.dumps(self.manifest).encode()
        self.name.write_bytes(data)
        (self.path / "CURRENT").write_text(f"{self.name.name} {hashlib.sha256(data).hexdigest()}\n", newline="\n")

    @property
    def part(self) -> dict:
        return self.manifest["parts"][0]

    def put(self, name: str, data: bytes) -> None:
        (self.path / self.part["folder"] / name).write_bytes(data)
        self.part["files"][name] = hashlib.sha256(data).hexdigest()

    def array(self, name: str, change) -> None:
        self.put(f"{name}.npy", npy(change(np.load(self.path / self.part["folder"] / f"{name}.npy").copy())))

    def alive(self, array: np.ndarray) -> None:
        data = npy(array)
        (self.path / self.part["alive"]).write_bytes(data)
        self.part["alive_sha256"] = hashlib.sha256(data).hexdigest()

    def records(self, change) -> None:
        buffer = io.BytesIO()
        change(pd.read_parquet(self.path / self.part["folder"] / "records.parquet")).to_parquet(buffer, index=False)
        self.put("records.parquet", buffer.getvalue())

    def terms(self, change) -> None:
        names = (self.path / self.part["folder"] / "terms.txt").read_text("utf-8").split("\n")
        self.put("terms.txt", "\n".join(change(names)).encode())

    def feedback(self, change) -> None:
        entry = self.manifest["feedback"]
        buffer = io.BytesIO()
        change(pd.read_parquet(self.path / entry["file"])).to_parquet(buffer, index=False)
        (self.path / entry["file"]).write_bytes(buffer.getvalue())
        entry["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def filled(value):
    def change(array: np.ndarray) -> np.ndarray:
        array[len(array) // 2] = value
        return array

    return change


def header(text: str) -> bytes:
    data = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data


def away(folder: Folder) -> None:
    outside = folder.path.parent / "outside"
    (folder.path / folder.part["folder"]).rename(outside)
    (folder.path / folder.part["folder"]).symlink_to(outside)


def file_away(folder: Folder) -> None:
    place = folder.path / folder.part["folder"] / "vectors.npy"
    place.rename(folder.path.parent / "vectors.npy")
    place.symlink_to(folder.path.parent / "vectors.npy")


def fifo(folder: Folder) -> None:
    place = folder.path / folder.part["folder"] / "terms.txt"
    place.unlink()
    os.mkfifo(place)


def deep(folder: Folder) -> None:
    data = b"[" * 50_000
    folder.name.write_bytes(data)
    (folder.path / "CURRENT").write_text(f"{folder.name.name} {hashlib.sha256(data).hexdigest()}\n", newline="\n")
    folder.manifest = None


LIES = {
    "rows of -1": lambda f: f.array("rows", filled(-1)),
    "rows too large": lambda f: f.array("rows", filled(2**31 - 1)),
    "rows of 64 bits": lambda f: f.array("rows", lambda a: a.astype(np.int64)),
    "rows in another order": lambda f: f.array("rows", lambda a: a[::-1]),
    "rows too few": lambda f: f.array("rows", lambda a: a[:-1]),
    "offsets fall": lambda f: f.array("offsets", lambda a: a[::-1]),
    "offsets beyond the end": lambda f: f.array("offsets", lambda a: a * 2),
    "offsets below zero": lambda f: f.array("offsets", filled(-5)),
    "offsets of one": lambda f: f.array("offsets", lambda a: a[:1]),
    "counts of zero": lambda f: f.array("counts", filled(0)),
    "counts of 16 bits": lambda f: f.array("counts", lambda a: a.astype(np.uint16)),
    "vectors NaN": lambda f: f.array("vectors", filled(np.nan)),
    "vectors infinite": lambda f: f.array("vectors", filled(np.inf)),
    "vectors both infinite": lambda f: f.array("vectors", lambda a: np.full_like(a, 3e38)),
    "vectors long": lambda f: f.array("vectors", lambda a: a * 5),
    "vectors narrow": lambda f: f.array("vectors", lambda a: np.eye(len(a), 2, dtype=np.float32)),
    "vectors of 64 bits": lambda f: f.array("vectors", lambda a: a.astype(np.float64)),
    "vectors the other way round": lambda f: f.array("vectors", lambda a: a.astype(">f4")),
    "vectors by column": lambda f: f.array("vectors", np.asfortranarray),
    "vectors too few": lambda f: f.array("vectors", lambda a: a[:-1]),
    "vectors flat": lambda f: f.array("vectors", np.ravel),
    "vectors as objects": lambda f: f.array("vectors", lambda a: a.astype(object)),
    "vectors without end": lambda f: f.put(
        "vectors.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 5), }")
    ),
    "vectors of negative shape": lambda f: f.put(
        "vectors.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (-6, 5), }") + bytes(120)
    ),
    "no header": lambda f: f.put("vectors.npy", b"\x93NUMPY\x01\x00\xff\xff{"),
    "header that is code": lambda f: f.put("vectors.npy", header("__import__('os').system('true')")),
    "empty array": lambda f: f.put("rows.npy", b""),
    "alive too short": lambda f: f.alive(np.ones(2, bool)),
    "alive as numbers": lambda f: f.alive(np.ones(6, np.uint8)),
    "records too few": lambda f: f.records(lambda t: t[:-1]),
    "starts of texts fall": lambda f: f.array("starts", lambda a: a[::-1]),
    "starts of texts too few": lambda f: f.array("starts", lambda a: a[:-1]),
    "starts of texts end early": lambda f: f.array("starts", lambda a: a - (np.arange(len(a)) == len(a) - 1)),
    "texts with unknown terms": lambda f: f.array("text_terms", lambda a: a + np.int32(a.max())),
    "texts with a term twice": lambda f: f.array("text_terms", lambda a: a * np.int32(0)),
    "texts of another kind": lambda f: f.array("text_counts", lambda a: a.astype(np.int64)),
    "texts with terms that they lack": lambda f: f.array("text_counts", lambda a: a * np.uint8(0)),
    "texts without their terms": lambda f: f.part["files"].pop("text_terms.npy"),
    "records twice": lambda f: f.records(lambda t: t.assign(outcome_id="C1")),
    "records of another kind": lambda f: f.records(lambda t: t.rename(columns={"outcome_id": "need_id"})),
    "records without texts": lambda f: f.records(lambda t: t.drop(columns=["title", "description"])),
    "records with numbers as ids": lambda f: f.records(lambda t: t.assign(outcome_id=range(len(t)))),
    "records that are none": lambda f: f.put("records.parquet", b"PAR1" + bytes(50) + b"PAR1"),
    "terms twice": lambda f: f.terms(lambda names: [names[0], *names[:-1]]),
    "terms too few": lambda f: f.terms(lambda names: names[:-1]),
    "terms of no encoding": lambda f: f.put("terms.txt", b"\xff\xfe\xff"),
    "a path out of the folder": lambda f: f.part.update(folder="../outside"),
    "an absolute path": lambda f: f.part.update(alive="/etc/passwd"),
    "a path with a tail": lambda f: f.part.update(alive=f.part["alive"] + "/../../x.npy"),
    "a name that is a number": lambda f: f.part.update(folder=7),
    "a linked part": away,
    "a linked file": file_away,
    "a pipe": fifo,
    "the same part twice": lambda f: f.manifest["parts"].append(f.part),
    "no parts": lambda f: f.manifest.update(parts=[]),
    "parts as a mapping": lambda f: f.manifest.update(parts={"a": 1}),
    "files as a list": lambda f: f.part.update(files=[]),
    "another id column": lambda f: f.manifest.update(id_column="need_id"),
    "an id column of a kind": lambda f: f.manifest.update(id_column=["outcome_id"]),
    "scale NaN": lambda f: f.manifest["chance"].update(spread=[float("nan"), 1.0]),
    "scale of zero": lambda f: f.manifest["chance"].update(spread=[0.0, 0.1]),
    "scale falls": lambda f: f.manifest["chance"]["quantiles"].reverse(),
    "scale too short": lambda f: f.manifest["chance"].update(quantiles=[0.0, 1.0]),
    "scale of words": lambda f: f.manifest["chance"].update(centre=["a", "b"]),
    "scale as a list": lambda f: f.manifest.update(chance=[1, 2]),
    "words as one word": lambda f: f.manifest.update(words="机械"),
    "words of numbers": lambda f: f.manifest.update(words=[1]),
    "another engine": lambda f: f.manifest["segmenter"].update(engine="x"),
    "encoder as a word": lambda f: f.manifest.update(encoder="known-1"),
    "format as a list": lambda f: f.manifest.update(format=["matcher-index-1"]),
    "manifest a list": lambda f: setattr(f, "manifest", [1]),
    "manifest deep": deep,
    "judged pairs without levels": lambda f: f.feedback(lambda t: t.drop(columns="level")),
    "judged pairs of level 9": lambda f: f.feedback(lambda t: t.assign(level=9.0)),
    "prior of NaN": lambda f: f.manifest["feedback"].update(
        prior={"slopes": [1, 1, float("nan")], "cuts": [1, 2, 3], "good": 0.4, "trust": 2}
    ),
    "prior too short": lambda f: f.manifest["feedback"].update(
        prior={"slopes": [1], "cuts": [1, 2, 3], "good": 0.4, "trust": 2}
    ),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "index"
    judged = pd.DataFrame({"need_id": ["N1", "N2"], "outcome_id": ["C1", "C2"], "level": [4, 1]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "LARGE", 0)
        fit_feedback(build(), NEEDS, judged).save(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "index")
    return tmp_path / "index"


def load(folder: Path) -> Index:
    return Index.load(folder, encoder=Known())


@pytest.mark.parametrize("lie", LIES)
def test_a_folder_whose_hashes_fit_and_whose_content_lies_is_refused(folder, lie):
    written = Folder(folder)
    LIES[lie](written)
    if written.manifest is not None:
        written.commit()
    with pytest.raises(IndexFolderError) as caught:
        load(folder)
    message = str(caught.value).replace(str(folder), "")
    assert "\n" not in message, message
    assert len(message) < 300, message


def test_what_is_written_again_as_it_was_is_read(folder):
    Folder(folder).commit()
    assert len(load(folder)) == len(OUTCOMES)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One bit turned, or the end cut off."""
    at = rng.randrange(len(data))
    if rng.random() < 0.3:
        return data[:at]
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def test_every_bit_and_cut_is_found(saved, tmp_path):
    rng = random.Random(12)
    whole = match(NEEDS, load(saved), k=4)
    name = (saved / "CURRENT").read_text().split()[0]
    needed = [path for path in saved.rglob("*") if path.is_file() and path.name not in ("LOCK",)]
    for number in range(DAMAGES):
        folder = tmp_path / str(number)
        shutil.copytree(saved, folder)
        path = folder / rng.choice(needed).relative_to(saved)
        path.write_bytes(damaged(path.read_bytes(), rng))
        if path.name.startswith("manifest-") and path.name != name:  # the version before: nobody reads it
            assert_frame_equal(match(NEEDS, load(folder), k=4), whole)
            continue
        with pytest.raises(IndexFolderError) as caught:
            load(folder)
        assert len(str(caught.value).replace(str(folder), "")) < 300


EXPERT_LIES = {
    "people without ids": lambda people, links: (people.drop(columns="expert_id"), links),
    "people twice": lambda people, links: (people.assign(expert_id="E1"), links),
    "links beyond the people": lambda people, links: (people, links.assign(person=99)),
    "links below zero": lambda people, links: (people, links.assign(row=-1)),
    "links without roles": lambda people, links: (people, links.drop(columns="role")),
    "links of fractions": lambda people, links: (people, links.assign(row="x")),
}


@pytest.mark.parametrize("lie", EXPERT_LIES)
def test_a_library_of_experts_that_lies_is_refused(tmp_path, lie):
    people = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["机械", "医药"]})
    works = pd.DataFrame({"work_id": ["W1", "W2"], "expert_id": ["E1", "E2"], "title": ["机械手", "医药包装"]})
    Experts.build(people, works, encoder=Known()).save(tmp_path / "x")
    written = Folder(tmp_path / "x")
    tables = {name: pd.read_parquet(written.path / entry["file"]) for name, entry in written.manifest["tables"].items()}
    changed = dict(zip(("people", "links"), EXPERT_LIES[lie](tables["people"], tables["links"]), strict=True))
    for name, table in changed.items():
        data = table.to_parquet(index=False)
        entry = written.manifest["tables"][name]
        (written.path / entry["file"]).write_bytes(data)
        entry["sha256"] = hashlib.sha256(data).hexdigest()
    written.commit()
    with pytest.raises(IndexFolderError):
        Experts.load(tmp_path / "x", encoder=Known())
