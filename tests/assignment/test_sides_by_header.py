"""Tables of pairs by the words of their headers: which side is which, and values as people write them."""

import pandas as pd
import pytest

from matcher.assignment.config import settings_and_columns
from matcher.assignment.reading import read_facts, read_meetings, read_pairs
from matcher.errors import TableError

PAIRS = "需求编号,需求名称,专家编号,专家姓名,得分\nX1,降噪,E1,丁,0.9\nX2,防冰,E2,孟,0.8\n"


def settings(tmp_path, text, pairs=PAIRS):
    (tmp_path / "配对.csv").write_text(pairs, "utf-8")
    (tmp_path / "规则.yaml").write_text(text, "utf-8")
    return settings_and_columns(tmp_path / "规则.yaml", read_pairs(tmp_path / "配对.csv"))


def test_nouns_that_turn_the_sides_round_are_refused(tmp_path):
    with pytest.raises(TableError, match="左方是“专家编号”，右方是“需求编号”"):
        settings(tmp_path, "nouns: {left: 需求, right: 专家}\n")


@pytest.mark.parametrize(
    "nouns",
    ["nouns: {left: 专家, right: 需求}", "nouns: {left: 教授, right: 难题}", "goal: total", "nouns: {right: 专家}"],
)
def test_other_nouns_are_taken(tmp_path, nouns):
    assert settings(tmp_path, nouns + "\n")[0]["goal"] == "total"


def test_headers_that_name_both_sides_are_not_turned_round(tmp_path):
    (tmp_path / "规则.yaml").write_text("nouns: {left: 企业, right: 需求}\n", "utf-8")
    (tmp_path / "配对.csv").write_text("需求企业编号,企业需求编号,得分\nQ1,X1,0.9\n", "utf-8")
    named = {"需求企业编号": "left_id", "企业需求编号": "right_id"}
    pairs = read_pairs(tmp_path / "配对.csv", columns=named)
    assert settings_and_columns(tmp_path / "规则.yaml", pairs)[0]["nouns"]["right"] == "需求"


def test_nouns_say_nothing_of_a_table_without_them(tmp_path):
    plain = "left_id,right_id,score\nX1,E1,0.9\n"
    assert settings(tmp_path, "nouns: {left: 需求, right: 专家}\n", plain)[0]["nouns"]["left"] == "需求"


def meetings(tmp_path, *values):
    lines = [f"Q{i},甲,E{i},丁,{value}" for i, value in enumerate(values)]
    (tmp_path / "m.csv").write_text("\n".join(["企业编号,企业名称,专家编号,专家姓名,匹配度", *lines]), "utf-8")
    return read_meetings(tmp_path / "m.csv")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["95%", "60%"], [0.95, 0.6]),
        (["0.95", "0.6"], [0.95, 0.6]),
        (["88", "61.5"], [88, 61.5]),
        (["100%", "5%"], [1, 0.05]),
    ],
)
def test_meetings_of_firms_and_experts_with_values_as_they_are_written(tmp_path, values, expected):
    found = meetings(tmp_path, *values)
    assert found[["left_id", "right_id"]].to_numpy().tolist() == [["E0", "Q0"], ["E1", "Q1"]]
    assert found["value"].tolist() == pytest.approx(expected)


def test_a_value_that_is_none_is_named_with_its_cell(tmp_path):
    with pytest.raises(TableError, match="第 3 行，匹配度 = “很高”"):
        meetings(tmp_path, "0.9", "很高")


def test_a_table_without_values_says_what_it_lacks(tmp_path):
    (tmp_path / "m.csv").write_text("企业编号,专家编号\nQ1,E1\n", "utf-8")
    with pytest.raises(TableError, match="没有“匹配分”"):
        read_meetings(tmp_path / "m.csv")


def test_who_is_away_may_be_called_by_the_side(tmp_path):
    (tmp_path / "a.csv").write_text("专家编号,时段\nE1,09:00\n", "utf-8")
    assert read_facts(tmp_path / "a.csv", ["person_id", "slot"])["person_id"].tolist() == ["E1"]
    (tmp_path / "b.csv").write_text("姓名,不在的时段\n丁,09:00\n", "utf-8")
    with pytest.raises(TableError, match="没有“人员编号”“时段”"):
        read_facts(tmp_path / "b.csv", ["person_id", "slot"])
    assert isinstance(read_facts(tmp_path / "a.csv", ["person_id", "slot"]), pd.DataFrame)


@pytest.mark.parametrize(
    ("header", "sides"),
    [
        ("企业编号,专家编号,项目编号,得分", ("E1", "P1")),
        ("企业编号,专家编号,需求编号,得分", ("E1", "P1")),
        ("专家编号,企业编号,姓名,得分", ("Q1", "E1")),
    ],
)
def test_firms_are_the_right_side_where_nothing_else_is(tmp_path, header, sides):
    (tmp_path / "p.csv").write_text(f"{header}\nQ1,E1,P1,80\n", "utf-8")
    pair = read_pairs(tmp_path / "p.csv").iloc[0]
    assert (pair["left_id"], pair["right_id"]) == sides


@pytest.mark.parametrize(("cell", "told"), [("不通车", True), ("约8公里", True), ("", False), ("8", False)])
def test_a_distance_may_be_unknown(tmp_path, caplog, cell, told):
    (tmp_path / "d.csv").write_text(f"专家编号,村编号,路程\nE1,V1,12\nE2,V1,{cell}\n", "utf-8")
    distances = read_facts(tmp_path / "d.csv", ["left_id", "right_id", "distance"])["distance"]
    assert (distances[0], bool(distances.isna()[1])) == (12, cell != "8")
    assert ("按路程不详" in caplog.text) == told
