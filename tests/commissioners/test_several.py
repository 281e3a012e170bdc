"""Cells that name several villages or persons."""

import pandas as pd
import pytest

from matcher.commissioners import plan_service, read_commissioners, read_villages
from matcher.errors import TableError


def villages(*names):
    return read_villages(pd.DataFrame({"县区": "云溪县", "乡镇": "某镇", "村": names, "主导产业": "樱桃"}))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("甲村、乙村、丙村", ["甲村", "乙村", "丙村"]),
        ("甲村和乙村", ["甲村", "乙村"]),
        ("甲村 乙社区", ["甲村", "乙社区"]),
        ("丁村等3个村", ["丁村"]),
        ("丁村等", ["丁村"]),
        ("甲、乙、丙三村", ["甲、乙、丙三村"]),
    ],
)
def test_each_village_of_a_cell_is_one_and_it_is_told(cell, found):
    reading = villages(cell)
    assert reading.rows["village"].tolist() == found
    assert reading.rows["village_id"].nunique() == len(found)
    assert reading.problems["value"].tolist() == [cell]


@pytest.mark.parametrize("cell", ["全镇12个村", "其余五个行政村", "全镇所有村", "各村"])
def test_villages_without_names_are_left_out_and_told(cell):
    reading = villages("甲村", cell)
    assert reading.rows["village"].tolist() == ["甲村"]
    assert reading.problems[["value", "problem"]].to_numpy().tolist() == [[cell, "写的是几个村，没有村名，没有安排"]]
    with pytest.raises(TableError, match="没有可用的行"):
        plan_service(villages(cell).rows, read_commissioners(pd.DataFrame({"姓名": ["王某"], "专长": "果树"})).rows)


@pytest.mark.parametrize(
    "cell", ["和平村", "三个庄村", "八里村", "李家村（原张家村、赵家村）", "全福庄村", "与城村", "百家村社区"]
)
def test_one_village_stays_one(cell):
    reading = villages(cell)
    assert reading.rows["village"].tolist() == [cell]
    assert reading.problems.empty


def test_each_person_of_a_cell_is_one_and_it_is_told():
    table = pd.DataFrame({"编号": ["7", "8"], "姓名": ["张某、李某", "王 某"], "专长": "果树", "可服务村数": 1})
    reading = read_commissioners(table)
    assert reading.rows[["expert_id", "name"]].to_numpy().tolist() == [["7", "张某"], ["7#2", "李某"], ["8", "王 某"]]
    assert reading.problems[["value", "problem"]].to_numpy().tolist() == [["张某、李某", "一格里有 2 位，已拆开"]]
    plan = plan_service(villages("甲村、乙村").rows, reading.rows)
    assert (len(plan.table), plan.proof["complete"]) == (2, True)


@pytest.mark.parametrize("cell", ["张某 李某明", "张某等3人"])
def test_what_may_be_several_persons_is_told(cell):
    reading = read_commissioners(pd.DataFrame({"姓名": [cell], "专长": "果树"}))
    assert reading.rows["name"].tolist() == [cell]
    assert reading.problems["problem"].tolist() == ["一格里似有几位，看不出是不是，当作一位"]


@pytest.mark.parametrize("cell", ["李村和平社区", "周村区和平村", "甲村和谐家园社区"])
def test_a_village_that_may_be_called_after_peace_stays_one_and_is_told(cell):
    reading = villages(cell)
    assert reading.rows["village"].tolist() == [cell]
    assert reading.problems["value"].tolist() == [cell]
    assert villages(f"{cell}、乙村").rows["village"].tolist() == [cell, "乙村"]
    assert villages("甲村和平安村").rows["village"].tolist() == ["甲村", "平安村"]


@pytest.mark.parametrize(
    "cell",
    [
        "张三/13800000000",
        "李四、13900000000",
        "张三,0539-8123456",
        "E01/张三",
        "1、张三",
        "张三，1",
        "张三、中共党员",
        "张三、高级兽医师",
        "张三、李四团队",
        "张三、蔬菜",
        "张三、林业",
        "张三/果树栽培",
        "张三/临沂",
        "王某、高密",
        "ZJ-007/2026",
    ],
)
def test_what_stands_beside_a_name_is_no_second_person(cell):
    reading = read_commissioners(pd.DataFrame({"姓名": [cell], "专长": "果树"}))
    assert len(reading.rows) == 1
    assert not reading.problems["problem"].str.contains("拆开").any()


@pytest.mark.parametrize(
    "cell", ["张三、李四", "王建业/欧阳某某", "林海，安然", "张三（甲大学）、李强教授", "E01、E02"]
)
def test_names_and_ids_of_one_kind_are_persons_each(cell):
    reading = read_commissioners(pd.DataFrame({"姓名": [cell], "专长": "果树"}))
    assert len(reading.rows) == 2
    assert reading.problems["problem"].tolist() == ["一格里有 2 位，已拆开"]


@pytest.mark.parametrize("cell", ["张某（团长）", "张某教授", "张某（甲大学、乙所）", "张某，教授", "欧阳某某"])
def test_one_person_stays_one(cell):
    reading = read_commissioners(pd.DataFrame({"姓名": [cell], "专长": "果树"}))
    assert reading.rows["name"].tolist() == [cell]
    assert reading.problems.empty
