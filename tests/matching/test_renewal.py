"""An index brought up to date: small edits go through, another record under a known id does not."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher import Index
from matcher.matching.library.renewal import change_message, renew
from matcher.tables.reading import read_outcomes

FIRST = {
    "成果名称": ["齿轮磨削烧伤检测仪", "磨粒流去毛刺", "桃采后保鲜技术"],
    "成果简介": ["磁弹噪声", "交叉孔", "低温"],
}
SECOND = {
    "成果名称": ["石材废水回用", "磨粒流去毛刺", "桃采后保鲜新技术", "大蒜收获机"],
    "成果简介": ["", "阀体", "", ""],
}


def table(texts: dict[str, list[str]], **ids: list[object]) -> pd.DataFrame:
    return pd.DataFrame({**ids, **texts})


@pytest.mark.parametrize(
    ("first", "second", "numbered"),
    [
        ({"成果编号": ["C1", "C2", "C3"]}, {"成果编号": ["C1", "C2", "C3", "C4"]}, False),
        ({"序号": [1, 2, 3]}, {"序号": [1, 2, 3, 4]}, True),
        ({"编号": [1, 2, 3]}, {"编号": [1, 2, 3, 4]}, True),
        ({}, {}, True),
    ],
)
def test_another_outcome_under_a_known_id_is_a_conflict(first, second, numbered) -> None:
    index = Index.build(read_outcomes(table(FIRST, **first)).rows)
    ids = index.ids.tolist()
    renewed = renew(index, read_outcomes(table(SECOND, **second)))
    assert (renewed.updated, renewed.added, renewed.row_numbers) == (2, 1, numbered)
    assert renewed.conflicts.values.tolist() == [[ids[0], "齿轮磨削烧伤检测仪", "石材废水回用"]]
    assert renewed.changed.values.tolist() == [[ids[2], "桃采后保鲜技术", "桃采后保鲜新技术"]]
    titles = renewed.index.records.set_index("outcome_id")["title"]
    assert (titles[ids[0]], titles[ids[2]], len(renewed.index)) == ("齿轮磨削烧伤检测仪", "桃采后保鲜新技术", 4)
    assert change_message(renewed.conflicts, "条：").splitlines()[0] == "1 条："
    accepted = renew(index, read_outcomes(table(SECOND, **second)), accept_changes=True)
    assert (accepted.updated, len(accepted.conflicts)) == (3, 0)


def test_a_new_title_over_the_same_text_goes_through_where_ids_last() -> None:
    texts = {"成果名称": ["磁弹探头"], "成果简介": ["磁弹噪声无损检测齿轮磨削烧伤，单齿两秒"]}
    later = texts | {"成果名称": ["齿面热损伤快检"]}
    index = Index.build(read_outcomes(table(texts, 成果编号=["C1"])).rows)
    assert renew(index, read_outcomes(table(later, 成果编号=["C1"]))).updated == 1
    index = Index.build(read_outcomes(table(texts, 序号=[1])).rows)
    assert len(renew(index, read_outcomes(table(later, 序号=[1]))).conflicts) == 1


def test_an_id_in_another_writing_renews_its_record_and_adds_none() -> None:
    index = Index.build(read_outcomes(table(FIRST, 成果编号=["ＣＧ－1", "CG-2", "CG-3"])).rows)
    renewed = renew(index, read_outcomes(table(FIRST, 成果编号=["cg-1", "CG—2", "CG-4"])))
    assert (renewed.updated, renewed.added) == (2, 1)
    assert sorted(renewed.index.ids) == ["CG-2", "CG-3", "CG-4", "ＣＧ－1"]
