"""What a command says of the columns of a table, and the file that keeps choices of columns from month to month."""

import openpyxl
import pytest

NEEDS = "﻿编号,需求名称,难处\n1,磨齿烧伤检测,齿轮磨削后表面烧伤难以检测\n2,面粉筛分,面粉含麸星偏多\n"
OUTCOMES = "﻿编号,成果名称,成果描述\n8,硬齿面烧伤检测仪,齿轮磨削烧伤的无损检测\n9,振动筛,面粉筛分设备\n"


@pytest.fixture
def tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "需求.csv").write_text(NEEDS, "utf-8")
    (tmp_path / "成果.csv").write_text(OUTCOMES, "utf-8")
    return tmp_path


def account(path):
    rows = list(openpyxl.load_workbook(path)["列的去向"].iter_rows(values_only=True))
    return {row[2]: (row[4] or "", row[5]) for row in rows[1:]}


def test_a_column_that_no_field_took_is_told_with_what_to_write(run, tables):
    status, _, said = run("match", "需求.csv", "成果.csv", "-o", "a.xlsx")
    assert status == 0
    assert "已采用 2 列，没看懂 1 列（难处）" in said
    assert account("a.xlsx")["难处"] == ("", "没看懂")
    assert account("a.xlsx")["需求名称"] == ("需求名称", "已采用")


@pytest.mark.parametrize("field", ["需求描述", "description", "需求详情"])
def test_a_field_has_a_chinese_and_an_english_name(run, tables, field):
    status, _, said = run("match", "需求.csv", "成果.csv", "-o", "a.xlsx", "--column", f"难处={field}")
    assert status == 0
    assert "没看懂" not in said
    assert account("a.xlsx")["难处"] == ("需求描述", "已采用")


def test_settings_are_kept_in_a_file_and_the_command_line_wins(run, tables):
    (tables / "表.yaml").write_text("列: {难处: 需求描述}\nk: 1\nwhere: []\n", "utf-8")
    assert run("match", "需求.csv", "成果.csv", "-o", "a.xlsx", "--settings", "表.yaml", "-q")[0] == 0
    assert account("a.xlsx")["难处"] == ("需求描述", "已采用")
    matches = openpyxl.load_workbook("a.xlsx")["匹配结果"]
    assert matches.max_row == 3
    words = ("match", "需求.csv", "成果.csv", "-o", "b.xlsx", "--settings", "表.yaml", "-q")
    assert run(*words, "-k", "2", "--column", "难处=关键词")[0] == 0
    assert account("b.xlsx")["难处"] == ("关键词", "已采用")
    assert openpyxl.load_workbook("b.xlsx")["匹配结果"].max_row == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colunm: {难处: 需求描述}\n", "没有选项“colunm”；您是不是指 column？"),
        ("列: [a: {b: c}]\n", "“列”的值看不懂"),
        ("- 列\n", "不是设置文件"),
        ("列: {难处\n", "表.yaml"),
    ],
)
def test_settings_that_are_wrong_are_refused_in_a_sentence(run, tables, text, said):
    (tables / "表.yaml").write_text(text, "utf-8")
    status, out, err = run("match", "需求.csv", "成果.csv", "-o", "a.xlsx", "--settings", "表.yaml")
    assert (status, out) == (2, "")
    assert said in err
    assert not (tables / "a.xlsx").exists()
