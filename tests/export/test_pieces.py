"""Results in a folder, piece by piece."""

import contextlib
import datetime as dt
import errno
import json
import signal
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from matcher.errors import ArgumentTypeError, OutputError
from matcher.export import write_pieces
from matcher.tables.fingerprint import table_fingerprint

TABLE = pd.DataFrame({"need_id": ["N1", "13800001234", "N3", "13811111234", "N5"], "n": [1, 2, 3, 4, 5]})


def pieces(table=TABLE):
    return (table.iloc[at : at + 2] for at in range(0, len(table), 2))


def doubled(piece):
    yield "twice", piece.assign(n=2 * piece["n"], remark="请拨13900001111")
    yield "twice", piece.assign(n=3 * piece["n"], remark=None)
    yield "ids", pa.table({"need_id": piece["need_id"].astype(str)})


def contents(folder):
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_each_piece_is_a_file_of_each_table(tmp_path):
    counted = write_pieces(tmp_path / "a", pieces(), doubled, settings={"times": [2, 3]})
    assert counted == {"pieces": 3, "twice": 10, "ids": 5}
    names = ["N1", "138****1234", "N3", "138****1234-2", "N5"]
    assert pd.read_parquet(tmp_path / "a" / "ids")["need_id"].tolist() == names
    twice = pd.read_parquet(tmp_path / "a" / "twice")
    assert twice["need_id"].tolist() == [*names[:2], *names[:2], *names[2:4], *names[2:4], names[4], names[4]]
    assert twice["n"].tolist() == [2, 4, 3, 6, 6, 8, 9, 12, 10, 15]
    assert twice["remark"].fillna("-").tolist() == 2 * ["请拨139****1111", "请拨139****1111", "-", "-"] + [
        "请拨139****1111",
        "-",
    ]
    assert sorted(contents(tmp_path / "a")) == [
        ".lock",
        "ids/part-00000.parquet", "ids/part-00001.parquet", "ids/part-00002.parquet",
        "pieces.json",
        "pieces/part-00000.json", "pieces/part-00001.json", "pieces/part-00002.json",
        "twice/part-00000.parquet", "twice/part-00001.parquet", "twice/part-00002.parquet",
    ]  # fmt: skip
    manifest = json.loads((tmp_path / "a" / "pieces.json").read_text("utf-8"))
    assert manifest["settings"] == {"mask": True, "times": [2, 3]}
    assert manifest["complete"] == counted


def test_work_that_failed_goes_on_where_it_stopped(tmp_path):
    done = []

    def work(piece, fails_at=None):
        done.append(piece["n"].iloc[0])
        yield from doubled(piece)
        if done[-1] == fails_at:
            raise ZeroDivisionError

    write_pieces(tmp_path / "whole", pieces(), doubled, settings={})
    with pytest.raises(ZeroDivisionError):
        write_pieces(tmp_path / "again", pieces(), lambda piece: work(piece, 3), settings={})
    assert pd.read_parquet(tmp_path / "again" / "ids")["need_id"].tolist() == ["N1", "138****1234"]
    assert "complete" not in json.loads((tmp_path / "again" / "pieces.json").read_text("utf-8"))
    write_pieces(tmp_path / "again", pieces(), work, settings={})
    assert done == [1, 3, 3, 5]
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")
    write_pieces(tmp_path / "again", pieces(), work, settings={})
    assert done == [1, 3, 3, 5]
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")
    (tmp_path / "again" / "ids" / "part-00001.parquet").unlink()
    write_pieces(tmp_path / "again", pieces(), work, settings={})
    assert done == [1, 3, 3, 5, 3]
    with (tmp_path / "again" / "ids" / "part-00000.parquet").open("r+b") as file:
        file.truncate(50)
    write_pieces(tmp_path / "again", pieces(), work, settings={})
    assert done == [1, 3, 3, 5, 3, 1]
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")


def test_nothing_is_mixed(tmp_path):
    folder = tmp_path / "a"
    write_pieces(folder, pieces(), doubled, settings={"k": 5, "who": "A"})
    before = contents(folder)
    for settings, mask, told in (
        ({"k": 6, "who": "A"}, True, "（不同的是：k）"),
        ({"k": 5, "who": "A"}, False, "（不同的是：mask）"),
        ({"k": 5}, True, "（不同的是：who）"),
    ):
        with pytest.raises(OutputError) as caught:
            write_pieces(folder, pieces(), doubled, settings=settings, mask=mask)
        text = f"“{folder}”里是设置不同的另一次运行的结果{told}；请换一个文件夹，或删去它再运行"
        assert str(caught.value) == text
    other = TABLE.assign(n=[1, 2, 3, 4, 6])
    for table, told in (
        (other, "：第 3 片是由另一份输入得出的"),
        (TABLE.rename(columns={"n": "m"}), "：第 1 片是由另一份输入得出的"),
        (TABLE.head(4), "里的结果比输入多，是由另一份输入得出的"),
    ):
        with pytest.raises(OutputError) as caught:
            write_pieces(folder, pieces(table), doubled, settings={"k": 5, "who": "A"})
        assert str(caught.value) == f"“{folder}”{told}；请换一个文件夹，或删去它再运行"
    assert contents(folder) == before
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="不是空的，也不是分片的结果"):
        write_pieces(tmp_path / "b", pieces(), doubled, settings={})
    (folder / "pieces.json").write_text("{", "utf-8")
    with pytest.raises(OutputError, match="已损坏"):
        write_pieces(folder, pieces(), doubled, settings={"k": 5, "who": "A"})


KILLED = """
import os, signal, sys
import pandas as pd
from matcher.export import pieces as pieces_module
from matcher.export import write_pieces
from matcher.tables.fingerprint import table_fingerprint

table = pd.DataFrame({"need_id": [f"N{i}" for i in range(40)], "n": range(40)})

def work(piece):
    yield "a", piece
    if piece["n"].iloc[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    yield "b", piece.assign(n=-piece["n"])

write_pieces(sys.argv[1], (table.iloc[i : i + 4] for i in range(0, 40, 4)), work, settings={})
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_a_killed_process_leaves_what_the_next_one_ends_alike(tmp_path):
    def run(folder, at):
        return subprocess.run([sys.executable, "-c", KILLED, str(folder), str(at)], check=False).returncode

    assert run(tmp_path / "whole", -1) == 0
    for at in (12, 28):
        assert run(tmp_path / "killed", at) == -signal.SIGKILL
        assert len(list((tmp_path / "killed" / "pieces").iterdir())) < 10
    for folder in (tmp_path / "killed", tmp_path / "killed" / "pieces", tmp_path / "new"):  # killed while writing
        folder.mkdir(exist_ok=True)
        (folder / ".matcher-0123456789ab.tmp").write_text("{", "utf-8")
    assert run(tmp_path / "new", -1) == 0
    assert contents(tmp_path / "new") == contents(tmp_path / "whole")
    assert run(tmp_path / "killed", -1) == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert pd.read_parquet(tmp_path / "killed" / "b")["n"].tolist() == [-n for n in range(40)]


def test_one_program_at_a_time_works_in_a_folder(tmp_path):
    inside = []

    def work(piece):
        with pytest.raises(OutputError, match="另一个程序正在往"):
            written(tmp_path / "f")
        inside.append(len(piece))
        return [("t", piece)]

    def written(folder, work=lambda piece: [("t", piece)]):
        return write_pieces(folder, iter([pd.DataFrame({"need_id": ["1"]})]), work, settings={})

    assert written(tmp_path / "f", work) == {"pieces": 1, "t": 1}
    assert inside == [1]
    assert written(tmp_path / "f") == {"pieces": 1, "t": 1}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "工作.txt").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="不是空的，也不是分片的结果"):
        written(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["工作.txt"]
    assert pd.read_parquet(tmp_path / "f" / "t")["need_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("given", "again"),
    [
        (dt.date(2026, 11, 24), "2026-11-24"),
        (np.int64(3), 3),
        ({"a": [1, None, "x"]}, {"a": [1, None, "x"]}),
        (Decimal("1.5"), None),
        (float("nan"), None),
        ({"a"}, None),
    ],
)
def test_settings_are_plain_values_or_days(given, again, tmp_path):
    pieces = [pd.DataFrame({"need_id": ["1"]})]

    def write(value):
        return write_pieces(tmp_path / "f", iter(pieces), lambda piece: [("t", piece)], settings={"x": value})

    if again is None:
        with pytest.raises(ArgumentTypeError, match=r"^settings\['x'\] is a plain value for JSON, not "):
            write(given)
        return
    assert write(given) == write(again) == {"pieces": 1, "t": 1}
    with pytest.raises(OutputError, match="设置不同"):
        write("other")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "没有权限在文件夹“.*”中写文件"),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘已满"),
        (OSError(errno.ENOLCK, "No locks available"), "不能写入文件夹“.*”：No locks available"),
    ],
)
def test_a_folder_that_cannot_be_held_is_told_in_words(error, words, tmp_path, monkeypatch):
    @contextlib.contextmanager
    def not_held(lock):
        raise error
        yield

    monkeypatch.setattr("matcher.export.pieces.held", not_held)
    with pytest.raises(OutputError, match=words):
        write_pieces(tmp_path / "f", iter([]), lambda piece: [], settings={})


def test_cells_may_be_lists(tmp_path):
    pieces = [pd.DataFrame({"outcome_id": ["C1", "C2"], "marks": [["a", "b"], None]})]

    def kept(piece):
        return [("marked", piece)]

    assert write_pieces(tmp_path / "a", pieces, kept, settings={}) == {"pieces": 1, "marked": 2}
    assert pd.read_parquet(tmp_path / "a" / "marked")["marks"].tolist()[0].tolist() == ["a", "b"]
    assert write_pieces(tmp_path / "a", pieces, kept, settings={})["marked"] == 2  # the same input again
    other = [pieces[0].assign(marks=[["a", "c"], None])]
    with pytest.raises(OutputError, match="另一份输入"):
        write_pieces(tmp_path / "a", other, kept, settings={})
    with pytest.raises(OutputError, match="不是同一类值"):
        write_pieces(tmp_path / "b", [pieces[0].assign(marks=[["a"], 1])], kept, settings={})


def test_the_fingerprint_of_a_table_without_lists_stays():
    """Folders of before are gone on with."""
    table = pd.DataFrame({"a": ["x", None], "b": [1.5, 2.0]})
    assert table_fingerprint(table) == table_fingerprint(table.astype({"a": object}))
    lists = pd.DataFrame({"a": [[1, 2], [3]]})
    assert table_fingerprint(lists) != table_fingerprint(pd.DataFrame({"a": [[1, 2], [4]]}))
    long = pd.DataFrame({"a": [np.arange(5000), np.arange(5000)]})
    changed = pd.DataFrame({"a": [np.arange(5000), np.where(np.arange(5000) == 2500, 0, np.arange(5000))]})
    assert table_fingerprint(long) != table_fingerprint(changed)
