"""Texts of a list that stand elsewhere, or twice."""

import pandas as pd
import pytest

from matcher.projects.sections import bodiless

TEXT = "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法，研制在线装置。"


def lines(*texts):
    ids = [f"N{number}" for number in range(1, len(texts) + 1)]
    return bodiless(pd.DataFrame({"project_id": ids, "title": [f"题目{name}" for name in ids], "content": texts}))


@pytest.mark.parametrize("text", ["见附件", "详见申报书", "见N2", "（见附件3）", "同上", "略", "内容详见附件2。"])
def test_a_text_that_stands_elsewhere_is_told(text):
    assert lines(text) == [f"N1 的正文写的是“{text}”，没有比对正文；请附上正文再查"]


@pytest.mark.parametrize(
    "text",
    [TEXT, "", None, "见证取样自动化装置", "同步电机控制", "见附件1所列齿轮的磨削烧伤，研究检测方法并研制在线装置"],
)
def test_a_text_of_its_own_is_none(text):
    assert lines(text) == []


def test_equal_texts_of_one_list_are_told_however_they_are_written():
    assert lines(TEXT, "大蒜贮藏保鲜技术研究", TEXT.replace("，", ","), "略", "略") == [
        "N3 的正文与 N1 相同，请核对",
        "N4 的正文写的是“略”，没有比对正文；请附上正文再查",
        "N5 的正文写的是“略”，没有比对正文；请附上正文再查",
    ]


def test_the_command_tells_both_beside_a_second_table(run):
    new = {"编号": ["N1", "N2", "N3"], "项目名称": ["甲装置", "乙方法", "丙"], "研究内容": [TEXT, TEXT, "见附件"]}
    pd.DataFrame(new).to_csv("new.csv", index=False)
    old = {"编号": ["P1"], "项目名称": "大蒜贮藏", "研究内容": "大蒜采后贮藏期间容易发芽腐烂，研究低温气调保鲜"}
    pd.DataFrame(old).to_csv("old.csv", index=False)
    code, _, said = run("projects", "duplicates", "new.csv", "old.csv", "-o", "o.xlsx")
    assert code == 0
    assert "N2 的正文与 N1 相同" in said
    assert "N3 的正文写的是“见附件”" in said


def test_projects_without_a_text_are_one_line():
    texts = ["研究硬齿面齿轮磨削烧伤的检测方法", *[""] * 5]
    rows = pd.DataFrame({"project_id": [f"P{at}" for at in range(6)], "title": list("甲乙丙丁戊己"), "text": texts})
    assert bodiless(rows) == ["P1、P2、P3、P4、P5 没有正文，只比对了名称；请附上正文再查"]
