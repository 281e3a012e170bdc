"""A round of work from one file: in order, resumed, not repeated without need, checked, refused in a sentence."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from command_runs import RUNS
from small import EXAMPLES

from matcher.cli.app import main_group
from matcher.cli.rounds import _step

ROUND = """
日期: 2026-11-24
经办人: 王岚
步骤:
  - 评价: policy score firms.csv -p hte -o 评价.xlsx --summary 评价.csv
  - 建库: matcher pool create p.db
  - 导入: [pool, import, p.db, partner_firms.csv]
  - 快照: pool snapshot p.db -o 快照.csv
  - 目标: pool targets targets.csv --book p.db -o 目标.csv
"""


@pytest.fixture
def place(tmp_path):
    for name in ("firms", "partner_firms", "targets"):
        shutil.copy(EXAMPLES / f"{name}.csv", tmp_path)
    (tmp_path / "年度.yaml").write_text(ROUND, "utf-8")
    return tmp_path


def waiting(out: str) -> list[str]:
    return [line.split("：")[0].split()[1] for line in out.splitlines() if line.startswith("要做")]


def test_steps_run_once_and_again_only_where_something_changed(place, run):
    plan = str(place / "年度.yaml")
    status, out, _ = run("run", plan, "-q")
    assert status == 0
    record = json.loads((place / "年度.record.json").read_text("utf-8"))["steps"]
    assert list(record) == ["评价", "建库", "导入", "快照", "目标"]
    assert record["导入"]["books"] == ["p.db"]
    assert set(record["目标"]["inputs"]) == {"targets.csv", "p.db"}
    assert record["快照"]["words"][-4:] == ["--on", "2026-11-24", "--person", "王岚"]
    written = (place / "评价.xlsx").read_bytes()
    status, out, _ = run("run", plan)
    assert (status, out) == (0, f"5 步完成，其中 5 步没有变化、没有重做；记录在 {place / '年度.record.json'}\n")
    firms = pd.read_csv(place / "firms.csv", dtype=str)
    firms.iloc[:-1].to_csv(place / "firms.csv", index=False)
    assert waiting(run("run", plan, "--list")[1]) == ["评价"]
    run("run", plan, "-q")
    assert (place / "评价.xlsx").read_bytes() != written
    (place / "目标.csv").unlink()
    assert waiting(run("run", plan, "--list")[1]) == ["目标"]
    (place / "年度.yaml").write_text(ROUND.replace("-p hte -o", "-p tech-sme -o"), "utf-8")
    assert waiting(run("run", plan, "--list")[1]) == ["评价", "目标"]


def test_what_was_done_is_kept_where_a_step_fails_and_goes_on_from_there(place, run):
    plan = str(place / "年度.yaml")
    (place / "targets.csv").rename(place / "later.csv")
    status, _, err = run("run", plan, "-q")
    assert (status, err.splitlines()[-1]) == (2, "第 5 步“目标”没有完成；改正后再运行即从这一步继续")
    (place / "later.csv").rename(place / "targets.csv")
    assert waiting(run("run", plan, "--list")[1]) == ["目标"]
    status, out, _ = run("run", plan)
    assert (status, out.splitlines()[-1].split("；")[0]) == (0, "5 步完成，其中 4 步没有变化、没有重做")


def test_a_round_is_done_again_elsewhere_and_compared_byte_by_byte(place, run):
    plan = str(place / "年度.yaml")
    assert run("run", plan, "--verify")[0] == 1
    run("run", plan, "-q")
    before = {path: path.read_bytes() for path in place.iterdir()}
    assert run("run", plan, "--verify") == (0, "5 步：重做的结果与记录一致\n", "")
    assert {path: path.read_bytes() for path in place.iterdir()} == before
    record = json.loads((place / "年度.record.json").read_text("utf-8"))
    record["steps"]["目标"]["results"]["目标.csv"] = "0" * 64
    (place / "年度.record.json").write_text(json.dumps(record), "utf-8")
    status, _, err = run("run", plan, "--verify")
    assert (status, err) == (1, "“目标”的结果“目标.csv”在记录之后改过\n“目标”的结果“目标.csv”与记录的不同\n")


def test_a_result_that_was_changed_is_told_and_kept(place, run):
    plan = str(place / "年度.yaml")
    (place / "年度.yaml").write_text(
        "日期: 2026-11-24\n步骤:\n  - 目标: pool targets targets.csv -o 目标.csv\n", "utf-8"
    )
    run("run", plan, "-q")
    with (place / "目标.csv").open("a", encoding="utf-8") as file:
        file.write("批注\n")
    status, _, err = run("run", plan)
    assert (status, "“目标”的结果“目标.csv”在记录之后改过；没有重做（要重做请用 --again）" in err) == (0, True), err
    assert (place / "目标.csv").read_text("utf-8-sig").endswith("批注\n")
    status, _, err = run("run", plan, "--verify")
    assert (status, err) == (1, "“目标”的结果“目标.csv”在记录之后改过\n")
    assert run("run", plan, "--again")[0] == 0
    assert run("run", plan, "--verify")[0] == 0


def test_a_step_that_was_killed_before_its_record_is_done_again(tmp_path, run):
    (tmp_path / "年度.yaml").write_text("日期: 2026-11-24\n经办人: 王岚\n步骤:\n  - 建库: pool create b.db\n", "utf-8")
    plan = str(tmp_path / "年度.yaml")
    script = "import os, matcher.cli.rounds as r; r._run = lambda *a, real=r._run: (real(*a), os._exit(9)); "
    script += "from matcher.cli.app import main_group; main_group(['run', '年度.yaml'])"
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False).returncode == 9
    assert (tmp_path / "b.db").exists()
    status, _, err = run("run", plan)
    assert (status, "“b.db”是上次没有做完的一步留下的，已改名为“b.中断.db”" in err) == (0, True), err
    assert (tmp_path / "b.中断.db").exists()
    assert waiting(run("run", plan, "--list")[1]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("步骤:\n  - 甲: pool nothing p.db", "第 1 步“甲”：没有命令“nothing”"),
        ("步骤:\n  - 甲: match a.csv", "第 1 步“甲”"),
        ("步骤:\n  - 甲: run 年度.yaml", "第 1 步“甲”：一轮工作的步骤里不能再有 run"),
        ("步骤:\n  - 甲: policy list\n  - 甲: policy list", "有两步都叫“甲”；请各起一个名称"),
        ("步骤: []", "没有步骤；请在“步骤”下每行写一个 - 名称: 命令"),
        ("步驟: []", "没有“步驟”这一项；可以写 日期、经办人、步骤"),
        ("日期: 明天\n步骤:\n  - 甲: policy list", "“明天”不是日期"),
        ("步骤:\n  - 甲", "第 1 步应写成 - 名称: 命令"),
        ("日期：2026-11-24\n步骤：\n  - 甲：pool", "第 1 行：冒号要用半角的“:”"),
        ("步骤:\n  - 甲：pool targets", "第 2 行：冒号要用半角的“:”"),
    ],
)
def test_a_file_at_fault_is_refused_before_anything_runs(tmp_path, run, text, message):
    Path(tmp_path / "年度.yaml").write_text(text, "utf-8")
    status, _, err = run("run", str(tmp_path / "年度.yaml"))
    assert (status, message in err) == (2, True), err
    assert not (tmp_path / "年度.record.json").exists()


def test_a_record_of_something_else_is_not_overwritten(place, run):
    (place / "年度.record.json").write_text("{", "utf-8")
    status, _, err = run("run", str(place / "年度.yaml"))
    assert (status, err) == (2, "年度.record.json：不是一轮工作的记录；请移走这个文件再运行\n")
    assert (place / "年度.record.json").read_text("utf-8") == "{"


def test_the_shipped_round_is_read(run):
    status, out, _ = run("run", str(EXAMPLES / "yearly_round.yaml"), "--list")
    assert (status, len(waiting(out))) == (0, 9)


def test_what_a_command_writes_is_known_as_a_result():
    """Of every run in `command_runs`: else `run` would take a result for something that was read."""
    for made in RUNS:
        step = _step("", list(made.words), {}, main_group)
        files = {name for name in made.outputs if Path(name).suffix in (".csv", ".xlsx", ".parquet", ".html", ".json")}
        assert files <= set(step.results), made.words


def test_a_folder_of_pieces_is_a_result(place, run):
    (place / "年度.yaml").write_text(
        "日期: 2026-11-24\n步骤:\n  - 评价: policy score firms.csv -p hte --pieces 片\n", "utf-8"
    )
    plan = str(place / "年度.yaml")
    assert run("run", plan, "-q")[0] == 0
    assert waiting(run("run", plan, "--list")[1]) == []
    assert run("run", plan, "--verify") == (0, "1 步：重做的结果与记录一致\n", "")
    part = place / "片" / "summary" / "part-00000.parquet"
    pd.read_parquet(part).head(1).to_parquet(part)
    assert run("run", plan, "--verify") == (1, "", "“评价”的结果“片”在记录之后改过\n")
    shutil.rmtree(place / "片")
    assert waiting(run("run", plan, "--list")[1]) == ["评价"]
