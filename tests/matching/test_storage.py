"""Index folders: the same tables in another process; the old or the new index, whole, whatever happens meanwhile."""

import contextlib
import hashlib
import json
import mmap
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small import NEEDS, OUTCOMES, Known, build

from matcher import Index, match
from matcher.errors import IndexFolderError
from matcher.matching import Segmenter
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.library import folders, storage

TESTS = Path(__file__).parents[1]


def load(folder: Path) -> Index:
    return Index.load(folder, encoder=Known())


def table(index: Index) -> pd.DataFrame:
    return match(NEEDS, index, k=4)


@pytest.fixture
def folder(tmp_path):
    """Two versions old: six records, then C3 taken out and C7 put in."""
    build().save(tmp_path / "index")
    changed(load(tmp_path / "index")).save(tmp_path / "index")
    return tmp_path / "index"


def changed(index: Index) -> Index:
    return index.remove(["C3"]).add(OUTCOMES.iloc[[2]].assign(outcome_id="C7", title="农业滴灌"))


def test_a_loaded_index_gives_identical_tables(tmp_path):
    for number, index in enumerate([build(), changed(build()), build(OUTCOMES[:1]), build(OUTCOMES[:0])]):
        folder = tmp_path / str(number)
        index.save(folder)
        loaded = load(folder)
        assert_frame_equal(table(loaded), table(index), check_exact=True)
        assert_frame_equal(loaded.records, index.records)
        assert (len(loaded), loaded.id_column) == (len(index), index.id_column)


def test_the_default_encoder_gives_identical_tables_in_another_process(tmp_path):
    index = Index.build(OUTCOMES, segmenter=Segmenter(["机械手抓取"]))
    index.save(tmp_path / "index")
    NEEDS.to_parquet(tmp_path / "needs.parquet")
    code = (
        "import sys, pandas as pd; from matcher import Index, match; "
        "match(pd.read_parquet(sys.argv[2]), Index.load(sys.argv[1]), k=4).to_parquet(sys.argv[3])"
    )
    paths = [str(tmp_path / name) for name in ("index", "needs.parquet", "matches.parquet")]
    subprocess.run([sys.executable, "-c", code, *paths], check=True, cwd=tmp_path)
    assert_frame_equal(pd.read_parquet(tmp_path / "matches.parquet"), table(index), check_exact=True)


def test_terms_by_text_are_stored_with_large_parts_and_worked_out_for_others(tmp_path, monkeypatch):
    build().save(tmp_path / "small")
    monkeypatch.setattr(storage, "LARGE", 0)
    build().save(tmp_path / "large")
    small, large = (Index.load(tmp_path / name, encoder=Known()).parts[0].postings for name in ("small", "large"))
    assert "contents" not in small.__dict__
    assert isinstance(large.__dict__["contents"].terms.base, mmap.mmap)
    for one, other in zip(small.contents, large.contents, strict=True):
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())


def test_columns_keep_their_types(tmp_path):
    records = OUTCOMES.assign(
        price=pd.array([1, None, 3, 4, 5, 6], "Int64"), 备注=["a", None, "b", "", "c", "d"], fits=[True, False] * 3
    )
    build(records).save(tmp_path)
    assert_frame_equal(load(tmp_path).records, build(records).records)


def test_ids_and_texts_with_odd_characters_survive(tmp_path):
    ids = ["0012", "a/b\\c", "编号 7", "x\ny", "😀", "=1+1"]
    build(OUTCOMES.assign(outcome_id=ids, title=["𠀀机械", "a\tb", "'\"", "", "  ", "\x00"])).save(tmp_path)
    loaded = load(tmp_path)
    assert loaded.records["outcome_id"].tolist() == ids
    assert loaded.records["title"].tolist() == ["𠀀机械", "a\tb", "'\"", "", "  ", "\x00"]
    assert sorted(table(loaded)["outcome_id"].unique()) == sorted(ids)


def test_a_column_of_mixed_kinds_is_refused_when_it_is_saved(tmp_path):
    with pytest.raises(IndexFolderError, match=r"表中有列无法保存（.*note.*）；请把该列统一成文本或数字后重建索引"):
        build(OUTCOMES.assign(note=[1, "二", 3, 4, 5, 6])).save(tmp_path)


# ---- what lies in a folder


def test_a_folder_holds_plain_files_only(folder):
    result = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {Path(name).suffix or name for name in result} == {".npy", ".txt", ".parquet", ".json", "CURRENT", "LOCK"}
    for name in result:
        if name.endswith(".npy"):
            assert np.load(folder / name, allow_pickle=False).dtype.kind in "fiub"
    assert (folder / "LOCK").read_bytes() == b""


def test_a_change_writes_no_part_again_and_old_versions_are_cleared_away(tmp_path):
    index = build()
    index.save(tmp_path)
    parts = {path.name for path in tmp_path.glob("part-*")}
    for gone in ("C1", "C2", "C3", "C4"):
        index = load(tmp_path).remove([gone])
        index.save(tmp_path)
    assert {path.name for path in tmp_path.glob("part-*")} == parts
    assert sorted(path.name for path in tmp_path.glob("manifest-*")) == ["manifest-000004.json", "manifest-000005.json"]
    assert len(list(tmp_path.glob("alive-*"))) == 2
    assert load(tmp_path).records["outcome_id"].tolist() == ["C5", "C6"]


# ---- faults and kills

WRITES = [(folders, "write_new"), (os, "replace"), (Path, "rename"), (os, "fsync")]


def fail_at(monkeypatch, owner, name: str, number: int) -> list[int]:
    """The call of that number raises; gives a list that counts the calls."""
    calls = []
    real = getattr(owner, name)

    def call(*args, **kwargs):
        calls.append(1)
        if len(calls) == number:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, call)
    return calls


def same(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    return left.equals(right)


@pytest.mark.parametrize(("owner", "name"), WRITES, ids=[name for _, name in WRITES])
def test_a_fault_at_any_write_leaves_the_old_or_the_new_index_and_a_later_save_works(tmp_path, owner, name):
    build().save(tmp_path / "index")
    before, after = table(build()), table(changed(build()))
    left = set()
    for number in range(1, 100):
        folder = tmp_path / str(number)
        load(tmp_path / "index").save(folder)
        index = changed(load(folder))
        with pytest.MonkeyPatch.context() as patch:
            calls = fail_at(patch, owner, name, number)
            with contextlib.suppress(IndexFolderError):
                index.save(folder)
        if len(calls) < number:
            break
        result = table(load(folder))
        left.add("new" if same(result, after) else "old")
        assert same(result, before) or same(result, after)
        index.save(folder)
        assert same(table(load(folder)), after)
        assert not list(folder.glob("making-*"))
        assert len(list(folder.glob("alive-*"))) <= 4
    assert number > 1
    assert "old" in left
    assert ("new" in left) == (name == "fsync")  # the last one, when all is in place


def test_a_file_written_in_part_is_never_taken_for_a_whole_one(tmp_path, monkeypatch):
    """A disk that fills up leaves a file of the right name and too few bytes behind."""
    real = Path.open

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, data):
            self.file.write(bytes(data)[:10])
            raise OSError(28, "No space left on device")

    for number in range(1, 20):
        build().save(tmp_path / str(number))
        index = changed(load(tmp_path / str(number)))
        opened = []

        def open_(path, mode="r", *args, _number=number, _opened=opened, **kwargs):
            file = real(path, mode, *args, **kwargs)
            _opened.extend([1] * (mode == "xb"))
            return Full(file) if mode == "xb" and len(_opened) == _number else file

        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", open_)
            if len(opened) < number:
                try:
                    index.save(tmp_path / str(number))
                    break
                except IndexFolderError:
                    pass
        index.save(tmp_path / str(number))
        assert same(table(load(tmp_path / str(number))), table(index))
    assert number > 8


LOOP = """
import itertools, sys
from small import *
versions = [build(), build(OUTCOMES[1:])]
for version in versions:
    version.scale
print("ready", flush=True)
for round in itertools.count(1):
    versions[round % 2].save(sys.argv[1], replace=True)
    print("saved", flush=True)
"""


def kill_at_random(folder: Path, kills: int, rng: int) -> None:
    versions = [table(build()), table(build(OUTCOMES[1:]))]
    draw = random.Random(rng)
    build().save(folder)
    ended_as = set()
    for kill in range(8 * kills):
        if kill >= kills and len(ended_as) == 2:  # both versions are met sooner or later, on any machine
            break
        run = subprocess.Popen([sys.executable, "-c", LOOP, str(folder)], cwd=TESTS, stdout=subprocess.PIPE)
        assert run.stdout.readline() == b"ready\n"
        if kill % 2:
            assert run.stdout.readline() == b"saved\n"
        time.sleep(draw.uniform(0.005, 0.05 if kill % 2 else 0.3))
        run.send_signal(signal.SIGKILL)
        run.communicate()
        result = table(load(folder))
        assert any(same(result, version) for version in versions), f"kill {kill}"
        ended_as.add(same(result, versions[0]))
        build().save(folder, replace=True)
        assert same(table(load(folder)), versions[0])
        assert not list(folder.glob("making-*"))
        assert len(list(folder.glob("part-*"))) <= 2
    assert ended_as == {True, False}


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_a_kill_while_saving_leaves_a_whole_index(tmp_path):
    kill_at_random(tmp_path / "index", kills=8, rng=1)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_fifty_kills_while_saving_leave_a_whole_index(tmp_path):
    kill_at_random(tmp_path / "index", kills=50, rng=2)


# ---- damage


def files_in_use(folder: Path) -> list[str]:
    manifest = (folder / "CURRENT").read_text().split()[0]
    parts = json.loads((folder / manifest).read_text("utf-8"))["parts"]
    inside = [f"{part['folder']}/{name}" for part in parts for name in part["files"]]
    return ["CURRENT", manifest, *inside, *(part["alive"] for part in parts)]


DAMAGES = {
    "flipped": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "cut short": lambda data: data[:-1],
    "empty": lambda data: b"",
    "longer": lambda data: data + b"\n",
    "deleted": lambda data: None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(folder, damage):
    names = files_in_use(folder)
    assert len(names) >= 2 + 7
    for name in names:
        path = folder / name
        whole = path.read_bytes()
        broken = DAMAGES[damage](whole)
        path.unlink()
        if broken is not None:
            path.write_bytes(broken)
        with pytest.raises(IndexFolderError) as caught:
            load(folder)
        message = str(caught.value)
        assert path.name in message or (name == "CURRENT" and "manifest-" in message), message
        if broken is not None:
            assert "损坏" in message
        elif name == "CURRENT":
            assert message == f"{folder}：没有索引（缺少 CURRENT 文件）"
        else:
            assert "无法读写索引（No such file or directory" in message
        path.write_bytes(whole)
    assert len(load(folder)) == 6


def test_an_index_saved_over_a_damaged_one_is_whole(folder):
    """Files that look the same are not taken over unseen."""
    for name in files_in_use(folder)[2:]:
        (folder / name).write_bytes(b"rubbish")
    changed(build()).save(folder, replace=True)
    assert same(table(load(folder)), table(changed(build())))
    (folder / "CURRENT").write_bytes(b"rubbish")
    with pytest.raises(IndexFolderError, match="文件 CURRENT 已损坏；请从备份恢复，或重新建立索引"):
        build().save(folder)
    build().save(folder, replace=True)
    assert same(table(load(folder)), table(build()))


def rewrite_manifest(folder: Path, change) -> None:
    """As a program would that writes other manifests: with a hash that fits."""
    name = (folder / "CURRENT").read_text().split()[0]
    manifest = json.loads((folder / name).read_text("utf-8"))
    change(manifest)
    data = json.dumps(manifest).encode()
    (folder / name).write_bytes(data)
    (folder / "CURRENT").write_text(f"{name} {hashlib.sha256(data).hexdigest()}\n", newline="\n")


def test_another_format_is_refused(folder):
    rewrite_manifest(folder, lambda manifest: manifest.update(format="matcher-index-9"))
    with pytest.raises(IndexFolderError) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}：索引格式为 matcher-index-9，本版本只读 matcher-index-1；请重新建立索引"


def test_another_encoder_is_refused(folder):
    default = StaticEncoder.load().fingerprint[:12]
    with pytest.raises(IndexFolderError) as caught:
        Index.load(folder)
    assert str(caught.value) == (
        f"{folder}：索引由编码器 known（known-1）建立，给出的是另一个（{default}）；"
        "请用原来的编码器读取，或重新建立索引"
    )


def test_other_domain_words_are_refused(folder):
    rewrite_manifest(folder, lambda manifest: manifest["segmenter"].update(words="0" * 64))
    with pytest.raises(IndexFolderError, match=r"索引由另一版分词词库建立；请重新建立索引$"):
        load(folder)


def test_user_words_and_engine_come_back_with_the_folder(tmp_path):
    index = Index.build(OUTCOMES, encoder=Known(), segmenter=Segmenter(["机械手抓取"], engine="jieba"))
    index.save(tmp_path)
    assert load(tmp_path).segmenter == index.segmenter == Segmenter(["机械手抓取"], engine="jieba")


def test_an_encoder_that_cannot_be_loaded_is_not_called_damage(folder, monkeypatch):
    from matcher.errors import EncoderError

    monkeypatch.setattr("matcher.matching.encoding.encoders.DEFAULT", "nowhere")
    with pytest.raises(EncoderError, match=r"^the default encoder is missing"):
        Index.load(folder)


def test_a_manifest_that_lacks_something_is_refused(folder):
    rewrite_manifest(folder, lambda manifest: manifest.pop("parts"))
    with pytest.raises(IndexFolderError, match=r"索引文件不完整或已损坏（'parts'）；请从备份恢复，或重新建立索引$"):
        load(folder)


# ---- somebody else


def test_of_two_writers_the_second_is_refused_and_nothing_is_lost(folder):
    first, second = load(folder), load(folder)
    first.remove(["C1"]).save(folder)
    with pytest.raises(IndexFolderError) as caught:
        second.remove(["C2"]).save(folder)
    assert str(caught.value) == (
        f"{folder}：这里的索引不是本索引读出时的版本（manifest-000002.json），可能已被他人更新；请重新读取后再改，"
        "或另存到别处，或用 replace=True（命令行 --replace）覆盖"
    ).replace("000002", "000003")
    assert sorted(load(folder).records["outcome_id"]) == ["C2", "C4", "C5", "C6", "C7"]
    second.remove(["C2"]).save(folder, replace=True)
    assert sorted(load(folder).records["outcome_id"]) == ["C1", "C4", "C5", "C6", "C7"]


def test_an_index_may_be_saved_again_and_again(folder):
    index = load(folder)
    index.save(folder)
    index.save(folder)
    index.remove(["C1"]).save(folder)
    with pytest.raises(IndexFolderError, match="可能已被他人更新"):
        index.save(folder)


def test_who_saves_while_another_does_is_refused_and_nothing_is_lost(folder, monkeypatch):
    """The first one is held up when its files are written and its pointer is not."""
    first, second = load(folder).remove(["C1"]), load(folder).remove(["C2"])
    real, reached, go_on = os.replace, threading.Event(), threading.Event()

    def slow(*args):
        reached.set()
        assert go_on.wait(100)
        real(*args)

    monkeypatch.setattr(os, "replace", slow)
    thread = threading.Thread(target=first.save, args=[folder])
    thread.start()
    assert reached.wait(100)
    for replace in (False, True):
        with pytest.raises(IndexFolderError) as caught:
            second.save(folder, replace=replace)
        assert str(caught.value) == f"{folder}：另一个程序正在保存这个索引；请等它结束，重新读取后再改"
    assert len(load(folder)) == 6  # readers read on
    go_on.set()
    thread.join()
    assert sorted(load(folder).records["outcome_id"]) == ["C2", "C4", "C5", "C6", "C7"]


def test_who_reads_while_versions_are_cleared_away_gets_the_newest(folder, monkeypatch):
    real = storage._load

    def slow(*args):
        if len(calls) == 0:
            calls.append(1)
            for gone in ("C1", "C2"):
                load(folder).remove([gone]).save(folder)
        return real(*args)

    calls: list[int] = []
    monkeypatch.setattr(storage, "_load", slow)
    assert sorted(load(folder).records["outcome_id"]) == ["C4", "C5", "C6", "C7"]


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "论文.docx").write_bytes(b"")
    with pytest.raises(IndexFolderError) as caught:
        build().save(tmp_path)
    assert str(caught.value) == f"{tmp_path}：文件夹里有其他文件（如 论文.docx），请换一个空文件夹保存索引"
    assert [path.name for path in tmp_path.iterdir()] == ["论文.docx"]


def test_other_files_that_came_later_stay(folder):
    (folder / "说明.txt").write_text("本单位")
    load(folder).remove(["C1"]).save(folder)
    assert (folder / "说明.txt").read_text() == "本单位"


def test_no_folder_and_no_index(tmp_path):
    with pytest.raises(IndexFolderError) as caught:
        load(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path / 'nowhere'}：没有索引（缺少 CURRENT 文件）"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(IndexFolderError, match=r"无法读写索引（File exists：.*file）"):
        build().save(tmp_path / "file")


@pytest.mark.parametrize("cells", [[2**70, 1], [1j, 2j], ["a", 1]])
def test_a_column_that_no_file_holds_is_refused_in_words(cells, tmp_path):
    table = pd.DataFrame({"outcome_id": ["1", "2"], "title": ["齿轮检测", "桃保鲜"], "code": cells})
    with pytest.raises(IndexFolderError, match="表中有列无法保存"):
        Index.build(table).save(tmp_path / "library")
