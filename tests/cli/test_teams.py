"""The commands on persons, from files as people keep them to files as people read them."""

import openpyxl
import pandas as pd
import pytest

HIDDEN = "新表中的联系方式已遮盖；要原样保留请加 --show-contacts\n"


@pytest.fixture
def line(run):
    """Runs a command line; gives status, standard output and standard error."""
    return lambda words: run(*words.split())


@pytest.fixture
def files(tmp_path):
    """A need with two points, who answers them, and persons of the same name."""
    texts = {
        "需求.csv": "需求编号,需求名称,需求描述\n007,轴承,1.提高轴承材料寿命；2.在线检测振动\n",
        "匹配.csv": "need_id,expert_id,score\n007#1,E1,0.9\n007#2,E2,0.8\n007#2,E1,0.2\n",
        "回避.csv": "人员甲,人员乙\nE2,E1\n",
        "专家.csv": "专家编号,姓名,单位,电话\nE1,王磊,沂州大学,1\nE2,王磊,沂州大学机械学院,2\nE3,李静,沂州大学,3\n",
        "成果.csv": "成果编号,专家编号,题目,全部作者\nW1,E1,轴承钢,王磊；周敏\n"
        "W2,E2,轴承检测,周敏；王磊；李静\nW3,E3,桃子,李静；王磊\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_points_and_teams(line, files):
    assert line("points 需求.csv -o 要点.csv")[:2] == (0, "1 条需求，2 个要点；结果已写入 要点.csv\n")
    points = pd.read_csv(files / "要点.csv", dtype=str)
    assert points[["need_id", "of_need_id", "point", "description"]].to_numpy().tolist() == [
        ["007#1", "007", "1", "提高轴承材料寿命"],
        ["007#2", "007", "2", "在线检测振动"],
    ]
    done = "1 条需求：1 条全部要点有人回应，0 条库中无人；结果已写入 组队.xlsx\n"
    assert line("teams 要点.csv 匹配.csv --at-least 0.5 -k 1 --names 专家.csv -o 组队.xlsx")[:2] == (0, done)
    sheet = openpyxl.load_workbook(files / "组队.xlsx")["组队方案"]
    assert [list(row) for row in sheet.values] == [
        ["需求编号", "方案", "专家编号", "可回应要点", "主答要点", "得分", "无人回应", "理由"],
        ["007", 1, "E1", "1", "1", 0.85, None, "王磊承担第 1 条“提高轴承材料寿命”（0.90）"],
        ["007", 1, "E2", "2", "2", 0.85, None, "王磊承担第 2 条“在线检测振动”（0.80）"],
    ]
    assert line("teams 需求.csv 匹配.csv --at-least 0.5 -k 1 --forbid 回避.csv -o 组队.csv -q") == (0, "", "")
    assert pd.read_csv(files / "组队.csv", dtype=str)[["expert_id", "missing"]].to_numpy().tolist() == [["E1", "2"]]


def test_what_cannot_be_read_is_told(line, files):
    message = "匹配.csv：没有“较强匹配”（good_match）这一列，请用 --at-least 说明多少分算能回应一个要点\n"
    assert line("teams 需求.csv 匹配.csv -o 组队.csv") == (2, "", f"需求.csv：读入 1 条\n{message}")
    assert line("points 需求.csv -o 要点.xlsx")[0] == 2
    (files / "匹配.csv").write_text("need_id,expert_id,score\n007,E1,0.9\n", "utf-8")
    message = "匹配结果中的需求编号“007”没有要点序号（应如“N1#2”）；请先把需求拆成要点再匹配\n"
    assert line("teams 需求.csv 匹配.csv --at-least 0.5 -o 组队.csv") == (
        2,
        "",
        f"需求.csv：读入 1 条\n{message}",
    )


def test_merges_are_proposed_then_made(line, files):
    done = "同名 1 对：建议合并 1 对，待核实 0 对，不合并 0 对；结果已写入 同名.csv。"
    done += "请在“是否合并”（accepted）一列填 是 或 否\n"
    assert line("merges 专家.csv 成果.csv -o 同名.csv") == (0, done, "")
    proposed = pd.read_csv(files / "同名.csv", dtype=str)
    assert proposed[["expert_id_a", "expert_id_b", "score", "reason"]].to_numpy().tolist() == [
        ["E1", "E2", "3.5", "同在沂州大学；有共同合作者周敏"]
    ]
    assert line("merge 专家.csv 成果.csv 同名.csv -o 新") == (
        2, "", "合并表：1 处问题\n  没有一条填了“是”；请在 accepted（是否合并）一列对要合并的填“是”\n",
    )  # fmt: skip
    proposed.assign(accepted="是").to_csv(files / "同名.csv", index=False)
    assert line("merge 专家.csv 成果.csv 同名.csv -o 新") == (
        0,
        "2 个编号并为 1 人；新表和合并前的原行已写入 新\n",
        HIDDEN,
    )
    tables = {path.stem: pd.read_csv(path, dtype=str) for path in sorted((files / "新").iterdir())}
    assert {name: table["expert_id"].tolist() for name, table in tables.items()} == {
        "experts": ["E1", "E3"],
        "old_experts": ["E1", "E2"],
        "old_works": ["E2"],
        "works": ["E1", "E1", "E3"],
    }
    assert tables["old_experts"]["电话"].tolist() == ["****", "****"]


@pytest.mark.parametrize("name", ["配.xlsx", "配.csv"])
def test_a_workbook_of_ranked_experts_answers_the_points_as_a_table_does(line, files, name):
    (files / "专家.csv").write_text("专家编号,姓名,研究方向\nE1,王磊,轴承材料\nE2,李静,振动在线检测\n", "utf-8")
    assert line("points 需求.csv -o 要点.csv -q")[0] == 0
    assert line(f"experts 要点.csv 专家.csv -o {name} -q")[0] == 0
    status, _, err = line(f"teams 要点.csv {name} --at-least 0.5 -k 1 -o 组队.csv")
    assert (status, "写的是" in err) == (0, False)
    assert pd.read_csv(files / "组队.csv", dtype=str)["expert_id"].tolist() == ["E1"]


def test_a_score_that_is_none_is_named(line, files):
    (files / "匹配.csv").write_text("need_id,expert_id,score\n007#1,E1,0.9\n007#2,E2,很高\n", "utf-8")
    status, _, err = line("teams 需求.csv 匹配.csv --at-least 0.5 -o 组队.csv")
    assert (status, "第 2 条的分数不是 0 到 1 的数" in err) == (2, True)
