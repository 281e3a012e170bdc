"""What a command says of the columns of a table, and the file that keeps choices of columns from month to month."""

import inspect
import re

import click
import openpyxl
import pandas as pd
import pytest

from matcher.cli.app import main_group

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


TARGETS = "目标编号,指标事项,单位,目标值,实际值,起始日期,完成日期\n1,技术合同成交额,万元,100,,2026-01-01,2026-12-31\n"
REGISTER = (
    "某合同 编号,项目名称,合同类别,卖方,买方,登记日期,合同额度（万元）\nH1,甲,技术开发,某大学,某厂,2026-03-05,50\n"
)


def test_the_hint_of_a_second_table_can_be_followed(run, tables):
    (tables / "目标.csv").write_text(TARGETS.replace("指标事项", "目标名称"), "utf-8")
    (tables / "台账.csv").write_text(REGISTER, "utf-8")
    words = ("pool", "targets", "目标.csv", "--contracts", "台账.csv", "--on", "2026-07-01", "-o", "out.csv")
    _, _, err = run(*words)
    hints = list(dict.fromkeys(re.findall(r'--column "([^"]+)"', err)))
    assert sorted(hints) == ["台账.csv:合同额度（万元）=合同成交额", "台账.csv:某合同 编号=合同编号"]
    status, _, err = run(*words, *(word for hint in hints for word in ("--column", hint)))
    assert (status, "没看懂" in err) == (0, False)
    assert pd.read_csv(tables / "out.csv")["actual"].tolist() == [50]


def test_a_file_may_be_named_for_the_first_table_and_in_settings(run, tables):
    (tables / "目标.csv").write_text(TARGETS, "utf-8")
    (tables / "台账.csv").write_text(REGISTER, "utf-8")
    (tables / "列.yaml").write_text("列: {合同额度（万元）: 合同成交额, '目标.csv:指标事项': 目标名称}\n", "utf-8")
    words = ("contracts", "台账.csv", "--targets", "目标.csv", "--on", "2026-07-01", "-o", "out.xlsx")
    assert run(*words, "--settings", "列.yaml")[:2] == (
        0,
        "1 份合同：待核 1\n表里没有“申请日期”这一列，1 份因此待核；请补上，或用 --column 表头=申请日期 指定\n"
        "1 项目标：进度正常 1\n结果已写入 out.xlsx\n",
    )
    chosen = ("--column", "台账.csv：合同额度（万元）=amount", "--column", "目标.csv:指标事项=name")
    assert run(*words, *chosen)[0] == 0
    status, _, err = run("projects", "status", "p.db", "--on", "2026-07-01", "-o", "o.csv", "--column", "甲=乙")
    assert (status, err.splitlines()[0]) == (2, "“甲=乙”应写成 文件名:表头=字段；文件有 p.db")


def commands(command=main_group, name="matcher"):
    if not isinstance(command, click.Group):
        return {name: command}
    context = click.Context(command)
    inner = {word: command.get_command(context, word) for word in command.list_commands(context)}
    return {key: one for word, part in inner.items() for key, one in commands(part, f"{name} {word}").items()}


def test_every_command_that_reads_a_table_takes_the_choice_of_columns_that_it_hints_at():
    readers = {
        name: command
        for name, command in commands().items()
        if re.search(r"\bread\(", inspect.getsource(inspect.unwrap(command.callback)))
    }
    assert len(readers) > 40
    without = [name for name, one in readers.items() if "--column" not in {opt for p in one.params for opt in p.opts}]
    assert without == []


def test_two_fields_for_one_header_are_refused(run, tables):
    words = ("match", "需求.csv", "成果.csv", "-o", "a.xlsx", "--column", "难处=需求描述")
    status, _, said = run(*words, "--column", "难处=关键词")
    assert status == 2
    assert "“难处”指定了两个字段（需求描述、关键词），一列只能是一个字段" in said
    assert not (tables / "a.xlsx").exists()
    assert run(*words, "--column", "难处=需求描述")[0] == 0  # the same once more says nothing else
