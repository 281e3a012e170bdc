"""Tables of rules whose ids differ from the pair table's in dashes alone."""

import pandas as pd
import pytest

from matcher.assignment.config import settings_and_columns

PAIRS = pd.DataFrame({"left_id": ["ZJ001", "ZJ002"], "right_id": ["P01", "P01"], "score": [0.9, 0.8]})


def forbidden(tmp_path, units, **files):
    (tmp_path / "专家.csv").write_text(units, "utf-8-sig")
    (tmp_path / "项目.csv").write_text("项目编号,承担单位\nP01,甲大学\n", "utf-8-sig")
    text = "sharing:\n  - {left: 专家.csv, right: 项目.csv}\n"
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8-sig")
        text += f"conflicts:\n  - {{table: {name}.csv}}\n"
    (tmp_path / "规则.yaml").write_text(text, "utf-8")
    arguments = settings_and_columns(tmp_path / "规则.yaml", PAIRS)[0]
    pairs = arguments["forbid"][["left_id", "right_id"]].to_numpy().tolist()
    return sorted(pairs), " ".join(arguments.get("notes", ()))


def test_a_table_of_units_with_other_dashes_bars(tmp_path):
    pairs, notes = forbidden(tmp_path, "专家编号,工作单位\nzj-001,甲大学\nzj-002,乙大学\n")
    assert pairs == [["ZJ001", "P01"]]
    assert "专家.csv：2 个编号和配对表只差横线（“zj-001”即“ZJ001”），已当作同一个；请核对" in notes


@pytest.mark.parametrize(
    "units",
    [
        "专家编号,工作单位\nzj-001,甲大学\nZJ002,乙大学\n",  # one is written as in the pairs
        "专家编号,工作单位\nZJ-1,甲大学\n",
        "专家编号,工作单位\nzj-001,甲大学\nZJ－001,甲大学\n",  # whose is it
    ],
)
def test_other_ids_are_not_those_of_the_pairs(tmp_path, units):
    pairs, notes = forbidden(tmp_path, units)
    assert pairs == []
    assert "只差横线" not in notes


def test_names_are_of_those_ids_and_a_row_of_none_is_none(tmp_path):
    units = "专家编号,姓名,工作单位\nzj-001,高某,乙大学\nzj-002,刘某,丙大学\n"
    listed = "专家姓名,项目编号,关系\n高某,P01,师生\n"
    assert forbidden(tmp_path, units, 回避=listed)[0] == [["ZJ001", "P01"]]
    named = "专家姓名,项目名称,关系\n刘某,无,\n"
    assert forbidden(tmp_path, units, 回避=named)[0] == []
