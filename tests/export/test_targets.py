"""Where results may go: never over an input, under any name of it."""

import os
import re

import pytest

from matcher.errors import OutputError
from matcher.export.targets import check_folder, check_targets, make_folder, save_files

KINDS = (".xlsx", ".csv")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "需求.csv"
    path.write_text("需求编号\n1\n", "utf-8")
    return path


def refused(words, targets, inputs=()):
    with pytest.raises(OutputError, match=re.escape(words)):
        check_targets(targets, inputs)


def test_a_target_that_is_an_input_is_refused_under_every_name(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "软.csv").symlink_to(source)
    os.link(source, tmp_path / "硬.csv")
    (tmp_path / "夹").symlink_to(tmp_path, target_is_directory=True)
    for name in ("需求.csv", "./需求.csv", "软.csv", "硬.csv", "夹/需求.csv", source):
        refused("就是输入文件", {name: KINDS}, [source])
    check_targets({"结果.csv": KINDS}, [source, tmp_path / "没有.csv"])


def test_so_is_one_whose_problems_would_lie_over_an_input(tmp_path):
    source = tmp_path / "a.problems.csv"
    source.write_text("x")
    refused("旁边的“a.problems.csv”就是输入文件", {tmp_path / "a.csv": KINDS}, [source])
    check_targets({tmp_path / "a.xlsx": KINDS}, [source])  # a workbook has a sheet for them


def test_two_results_need_two_names(tmp_path):
    refused("被指定为两个输出", {tmp_path / "a.csv": KINDS, f"{tmp_path}/./a.csv": KINDS})


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "x.csv").mkdir()
    refused("须以 .xlsx 或 .csv 结尾", {tmp_path / "a.doc": KINDS})
    refused("不存在，请先建立", {tmp_path / "无" / "a.csv": KINDS})
    refused("是一个文件夹", {tmp_path / "x.csv": KINDS})
    refused("是网址", {"s3://bucket/a.csv": KINDS})


def test_a_folder_is_made_and_never_one_that_holds_an_input(source, tmp_path):
    check_folder(tmp_path / "新" / "夹")
    assert not (tmp_path / "新").exists()
    assert make_folder(tmp_path / "新" / "夹").is_dir()
    with pytest.raises(OutputError, match="就在文件夹"):
        check_folder(tmp_path, [source])
    with pytest.raises(OutputError, match="是一个文件"):
        check_folder(source)
    with pytest.raises(OutputError, match="是网址"):
        check_folder("s3://bucket/folder")


def test_files_appear_together_or_not_at_all(tmp_path, monkeypatch):
    save_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    with pytest.raises(OutputError, match="不存在，请先建立"):
        save_files({tmp_path / "a": b"3", tmp_path / "无" / "b": b"4"})
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [("a", b"1"), ("b", b"2")]
