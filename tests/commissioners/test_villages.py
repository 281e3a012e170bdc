"""Villages and persons as people hand them in, places and how near they are; all made up."""

import numpy as np
import pandas as pd
import pytest

from matcher.commissioners import read_commissioners, read_villages
from matcher.commissioners.villages import distances, nearness, relations, same_county, serves_there
from matcher.errors import TableError

HEADS = ["序号", "村名", "乡镇", "县区", "主导产业", "技术需求", "户籍人口", "经度", "纬度"]


def villages(*rows: tuple[object, ...]) -> object:
    return read_villages(pd.DataFrame(list(rows), columns=HEADS))


def said(reading: object) -> list[tuple[str, str, str]]:
    return reading.problems[["column", "value", "problem"]].to_numpy().tolist()


def test_villages_of_one_name_in_different_towns_stay_apart_and_several_needs_of_one_join():
    reading = villages(
        (1, "前村", "尚岩镇", "兰陵县", "桃", "流胶病", "1,200", 118.0, 34.9),
        (2, "前村", "车辋镇", "兰陵", "大蒜", "重茬", "", "", ""),
        (3, "前村", "尚岩镇", "临沂市兰陵县", "", "保鲜", "", "", ""),
    )
    rows = reading.rows
    assert rows["village_id"].tolist() == ["临沂市兰陵县/尚岩镇/前村", "临沂市兰陵县/车辋镇/前村"]
    assert rows["description"].tolist() == ["流胶病\n保鲜", "重茬"]
    assert rows["population"].tolist()[0] == 1200
    assert pd.isna(rows["population"].iloc[1])
    assert said(reading) == [["村", "临沂市兰陵县/尚岩镇/前村", "同一个村有几行需求，已并成一个村"]]


def test_rows_of_one_name_without_a_town_are_not_joined():
    reading = villages((1, "前村", "", "兰陵县", "桃", "", "", "", ""), (2, "前村", "", "兰陵县", "羊", "", "", "", ""))
    assert reading.rows["village_id"].tolist() == ["临沂市兰陵县/前村", "临沂市兰陵县/前村#2"]
    assert said(reading) == [["村", "前村", "同县同名又没有写乡镇，分不清是不是同一个村"]]


def test_one_id_for_two_villages_is_told_and_neither_is_lost():
    table = pd.DataFrame(
        [("A1", "前村", "甲镇", "羊"), ("A1", "后村", "乙镇", "桃"), ("A1", "前村", "甲镇", "兔")],
        columns=["村编号", "村名", "乡镇", "主导产业"],
    )
    reading = read_villages(table)
    assert reading.rows[["village_id", "village", "title"]].to_numpy().tolist() == [
        ["A1", "前村", "羊\n兔"],
        ["A1#2", "后村", "桃"],
    ]
    assert [problem for _, _, problem in said(reading)] == [
        "几个不同的村用了同一个村编号",
        "同一个村有几行需求，已并成一个村",
    ]


def test_a_county_that_several_places_share_is_that_of_the_other_rows():
    reading = villages(
        (1, "甲村", "甲镇", "兰陵县", "桃", "", "", "", ""), (2, "乙村", "乙镇", "河东区", "桃", "", "", "", "")
    )
    assert reading.rows["county"].tolist() == ["临沂市兰陵县", "临沂市河东区"]
    assert said(reading) == [["县区", "河东区", "几个地方都有这个名称"]]
    alone = villages((1, "乙村", "乙镇", "河东区", "桃", "", "", "", ""))
    assert alone.rows["county"].tolist() == ["河东区"]
    assert said(alone) == []


def test_coordinates_that_are_swapped_are_put_right_and_wrong_ones_are_unknown():
    reading = villages(
        (1, "甲村", "镇", "兰陵县", "桃", "", "", 34.9, 118.0),
        (2, "乙村", "镇", "兰陵县", "桃", "", "", 12.0, 34.9),
        (3, "丙村", "镇", "兰陵县", "桃", "", "", 118.0, ""),
        (4, "丁村", "镇", "兰陵县", "桃", "", "", 136.0, 54.0),
    )
    places = reading.rows[["longitude", "latitude"]].to_numpy(float)
    assert places[[0, 3]].tolist() == [[118.0, 34.9], [136.0, 54.0]]
    assert np.isnan(places[[1, 2]]).all()
    assert [(name, problem) for _, name, problem in said(reading)] == [
        ("甲村", "经度和纬度写反了"),
        ("乙村", "坐标缺一半或不在中国境内"),
        ("丙村", "坐标缺一半或不在中国境内"),
    ]


def test_a_village_and_a_person_without_texts_are_told():
    reading = villages((1, "甲村", "镇", "兰陵县", "", "", "", "", ""))
    assert said(reading) == [["技术需求", "临沂市兰陵县/镇/甲村", "没有写产业和需求"]]
    persons = read_commissioners(pd.DataFrame({"姓名": ["张三", "李四"], "专长": ["", "羊"], "可服务村数": [-1, 2]}))
    assert [(name, problem) for _, name, problem in said(persons)] == [
        ("张三", "是负数"),
        ("张三", "没有写专长"),
    ]
    assert persons.rows["capacity"].isna().tolist() == [True, False]


def test_a_table_without_villages_is_refused():
    with pytest.raises(TableError):
        read_villages(pd.DataFrame({"甲": [1], "乙": [2]}))


def test_distances_are_those_of_the_globe():
    one = pd.DataFrame({"longitude": [118.0, 118.0, np.nan], "latitude": [35.0, 36.0, 35.0]})
    km = distances(one, one[:1])
    assert km[:2, 0].tolist() == pytest.approx([0.0, 111.1949], abs=1e-3)  # a degree of a sphere of 6,371 km
    assert np.isnan(km[2, 0])


def test_places_are_as_near_as_their_paths_agree():
    mine = pd.DataFrame({"county": ["临沂市兰陵县"] * 2, "town": ["卞庄街道", ""]})
    theirs = pd.DataFrame(
        {
            "county": ["兰陵县", "兰陵县", "临沂市兰山区", "临沂市", "济南市", "江苏省", ""],
            "town": ["卞庄街道办事处", "尚岩镇", "", "", "", "", ""],
        }
    )
    table = relations(mine, theirs)
    assert table.tolist() == [
        ["town", "county", "city", "city", "province", "", None],
        ["county", "county", "city", "city", "province", "", None],
    ]
    near = nearness(np.full(table.shape, np.nan), table)
    assert near[0, :6].tolist() == [1.0, 0.8, 0.5, 0.5, 0.2, 0.0]
    assert np.isnan(near[0, 6])
    assert same_county(table)[0].tolist() == [True, True, False, False, False, False, True]


def test_kilometres_win_over_counties():
    near = nearness(np.array([[50.0, np.nan]]), np.array([["", "county"]], object))
    assert near.tolist() == [[pytest.approx(np.exp(-1)), 0.8]]


def test_counties_out_of_the_list_meet_by_their_names():
    table = relations(
        pd.DataFrame({"county": ["虚构一县"], "town": ["甲镇"]}),
        pd.DataFrame({"county": ["虚构一县", "虚构一县", "虚构二县", "兰陵县"], "town": ["甲镇", "", "甲镇", ""]}),
    )
    assert table.tolist() == [["town", "county", "other", "other"]]


@pytest.mark.parametrize(
    ("village", "person", "same"),
    [
        ("高新区", "兰山区", False),
        ("浮来山旅游度假区", "莒县", False),
        ("兰山区", "兰山区、罗庄区", True),
        ("云溪县", "青山县/云溪县", True),
        ("云溪县", "青山县、虚构三县", False),
        ("沂河新区", "兰山区和沂河新区", True),
        ("高新区", "临沂市高新技术产业开发区", True),
        ("兰山区", "临沂高新区", False),
        ("云溪县", "临沂市云溪县", True),
        ("兰山区", "山东省 临沂市 兰山区", True),
        ("云溪县", "云溪", True),  # perhaps another one of that name: not known, and not barred
        ("兰山区", "全市", True),
        ("兰山区", "", True),
    ],
)
def test_counties_of_two_names_are_two_and_a_list_of_them_is_any_of_them(village, person, same):
    table = relations(pd.DataFrame({"county": [village]}), pd.DataFrame({"county": [person]}))
    assert same_county(table).tolist() == [[same]]


def test_a_list_of_counties_and_a_zone_are_shown_whole():
    rows = read_villages(pd.DataFrame({"村": ["甲村", "乙村"], "县区": ["兰山区、罗庄区", "临沂高新区"]})).rows
    assert rows["county"].tolist() == ["临沂市兰山区、临沂市罗庄区", "临沂市高新区"]


@pytest.mark.parametrize(
    ("serves", "villages"),
    [
        ("兰山区", ["A"]),
        ("兰山区、平邑县", ["A", "B"]),
        ("临沂市", ["A", "B"]),
        ("临沂", ["A", "B"]),
        ("", ["A", "B", "C"]),
        ("服从分配", ["A", "B", "C"]),
        ("不限", ["A", "B", "C"]),
        ("济南市章丘区", ["C"]),
        ("山东省", ["A", "B", "C"]),
    ],
)
def test_persons_serve_in_the_places_alone_that_they_name(serves, villages):
    table = read_villages(
        pd.DataFrame({"村编号": list("ABCD"), "村名": ["甲村", "乙村", "丙村", "丁村"],
                      "县区": ["兰山区", "平邑县", "济南市章丘区", ""], "主导产业": ["桃"] * 4})
    ).rows  # fmt: skip
    person = read_commissioners(
        pd.DataFrame({"编号": ["1"], "姓名": ["甲"], "专长": ["桃"], "拟服务县区": [serves]})
    ).rows
    there = serves_there(table, person)[:, 0]
    assert table.loc[there, "village_id"].tolist() == [*villages, "D"]  # of D nobody knows where it lies
