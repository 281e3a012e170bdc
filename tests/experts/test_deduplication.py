"""Same names: whole tables of proposals whose points can be added up by hand, and merges that lose nothing."""

import numpy as np
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.experts.deduplication import institution_key, merge_experts, propose_merges
from tests.small import Known


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("临沂大学", "临沂大学"),
        ("临沂大学机械学院", "临沂大学"),
        ("山东大学（威海）", "山东大学"),
        ("临沂大学城建设局", "临沂大学城建设局"),
        ("山东交通学院汽车工程系", "山东交通学院"),
        ("中国科学院金属研究所材料室", "中国科学院金属研究所"),
        ("中国科学院", "中国科学院"),
        ("沂蒙重工（集团）股份有限公司技术中心", "沂蒙重工"),
        ("临沂大学科技园有限公司", "临沂大学科技园"),
        ("临沂市人民医院骨科", "临沂市人民医院"),
        ("有限公司", "有限"),
        ("", ""),
    ],
)
def test_institutions_without_departments_and_legal_forms(name, key):
    assert institution_key(name) == key


EXPERTS = pd.DataFrame(
    [
        ("E1", "王磊", "沂州大学机械学院", "机械"),
        ("E2", "王 磊", "沂州大学", "机械"),
        ("E3", "王磊", "琅琊化工有限公司", "医药"),
        ("E4", "李静", "沂州大学", "农业"),
        ("E5", "李静", "", ""),
        ("E6", "赵强", "中国科学院", ""),
        ("E7", "赵强", "中国科学院金属研究所", ""),
        ("E8", "", "沂州大学", ""),
        ("E9", "", "沂州大学", ""),
    ],
    columns=["expert_id", "name", "institution", "title"],
)
WORKS = pd.DataFrame(
    [
        ("W1", "E1", "机械手抓取研究论文", "2024-05-01", "沂州大学", "王磊；周敏；郑凯"),
        ("W2", "E2", "机械臂", "2023", "沂州大学机械学院", "周敏¹；王磊*；郑凯[2]"),
        ("W3", "E3", "医药中间体", "2024", "琅琊化工有限公司", "王磊；孙涛"),
        ("W4", "E4", "农业灌溉", "2020", "", "李静；孙涛"),
        ("W5", "E5", "农业节水", "2021", "", "孙涛；李静"),
        ("W6", "E6", "合金", "2020", "", "赵强；赵强"),
        ("W6", "E7", "合金", "2020", "", "赵强；赵强"),
        ("W7", "X1", "不在专家表中的人", "2020", "", ""),
    ],
    columns=["work_id", "expert_id", "title", "date", "institution", "authors"],
)


def test_proposals_with_their_parts_and_reasons():
    columns = "expert_id_a expert_id_b name institution coauthors topics years works score verdict reason accepted"
    expected = pd.DataFrame(
        [
            ("E1", "E2", "王磊", 2, 3, 0, 0, 0, 5, "建议合并", "有共同合作者周敏、郑凯；同在沂州大学", ""),
            ("E4", "E5", "李静", 0, 1.5, 0, 0, 0, 1.5, "待核实", "有共同合作者孙涛", ""),
            ("E2", "E3", "王 磊", -1, 0, 0, 0, 0, -1, "不合并", "单位不同（沂州大学，琅琊化工）", ""),
            ("E1", "E3", "王磊", -1, 0, 0, -2, 0, -3, "不合并",
             "单位不同（沂州大学，琅琊化工）；2024 年同时署名不同单位", ""),
            ("E6", "E7", "赵强", 0, 0, 0, 0, -9, -9, "不合并",
             "单位有上下级关系（中国科学院，中国科学院金属研究所），不作依据；"
             "同一成果的作者名单中这个姓名出现两次，是两个人", ""),
        ],
        columns=columns.split(),
    )  # fmt: skip
    result = propose_merges(EXPERTS, WORKS)  # 8 differently named pairs are too few to judge topics by
    pd.testing.assert_frame_equal(result, expected, check_dtype=False)


def test_topics_are_held_against_differently_named_persons():
    """`Known` makes a field one axis: no pair is as alike as Z1 and Z2, none less than either and Z3."""
    fields = ("机械", "医药", "农业", "电子", "机械医药", "医药农业", "农业电子", "机械电子")
    rows = [(f"P{i}", f"甲{i}", field) for i, field in enumerate(fields)]
    rows += [("Z1", "钱进", "机械机械机械"), ("Z2", "钱进", "机械机械机械"), ("Z3", "钱进", "电子电子电子")]
    experts = pd.DataFrame(rows, columns=["expert_id", "name", "title"])
    works = pd.DataFrame(columns=["work_id", "expert_id", "title"], dtype=str)
    result = propose_merges(experts, works, encoder=Known())
    assert result[["expert_id_a", "expert_id_b", "topics", "verdict", "reason"]].to_numpy().tolist() == [
        ["Z1", "Z2", 1, "待核实", "研究主题比 100% 的不同姓名者之间更相近"],
        ["Z1", "Z3", -1, "不合并", "研究主题不相近（只比 0% 的不同姓名者之间更相近）"],
        ["Z2", "Z3", -1, "不合并", "研究主题不相近（只比 0% 的不同姓名者之间更相近）"],
    ]


@pytest.mark.parametrize(
    ("authors", "points", "reason"),
    [
        ("何勇、吴刚", 3, "1 项成果同时记在两个编号名下，作者名单中只有一个这样的姓名"),
        ("", 0, "1 项成果同时记在两个编号名下，但没有作者名单，看不出是一人还是两人"),
    ],
)
def test_one_work_under_two_ids(authors, points, reason):
    experts = pd.DataFrame({"expert_id": ["A", "B"], "name": ["何勇", "何勇"]})
    works = pd.DataFrame(
        {"work_id": ["1", "2"], "expert_id": ["A", "B"], "title": "大型风电轴承在线检测", "authors": [authors, authors]}
    )
    result = propose_merges(experts, works)
    assert result[["works", "coauthors", "reason"]].to_numpy().tolist() == [[points, 0, reason]]


def test_nobody_shares_a_name():
    result = propose_merges(EXPERTS.iloc[[0, 3, 7, 8]], WORKS)
    assert result.empty
    assert list(result.columns)[-2:] == ["reason", "accepted"]


def test_a_merge_keeps_everything():
    experts = pd.DataFrame(
        {
            "expert_id": ["B", "C", "A", "D"],
            "name": ["王磊", "王磊", "王磊", "李静"],
            "institution": ["沂州大学", "", "", ""],
            "papers": [np.nan, 3.0, 2.0, np.nan],
        }
    )
    works = pd.DataFrame(
        {
            "work_id": ["W1", "W2", "W1", "W3"],
            "expert_id": ["A", "B", "C", "D"],
            "title": ["题一", "题二", "题一", "题三"],
        }
    )
    pairs = pd.DataFrame(
        {"expert_id_a": ["A", "B", "A"], "expert_id_b": ["B", "C", "D"], "accepted": ["是", True, "否"]}
    )
    before = experts.copy(), works.copy(), pairs.copy()
    result = merge_experts(experts, works, pairs)
    assert result.experts.to_dict("list") == {
        "expert_id": ["A", "D"], "name": ["王磊", "李静"], "institution": ["沂州大学", ""],
        "papers": [2.0, pytest.approx(np.nan, nan_ok=True)],
    }  # fmt: skip
    assert result.works.to_dict("list") == {
        "work_id": ["W1", "W2", "W3"], "expert_id": ["A", "A", "D"], "title": ["题一", "题二", "题三"]
    }  # fmt: skip
    pd.testing.assert_frame_equal(
        result.old_experts.drop(columns="merged_into"), experts.iloc[:3].reset_index(drop=True), check_dtype=False
    )
    assert result.old_experts["merged_into"].tolist() == ["A", "A", "A"]
    assert result.old_works.to_dict("list") == {
        "merged_into": ["A", "A"], "work_id": ["W2", "W1"], "expert_id": ["B", "C"], "title": ["题二", "题一"]
    }  # fmt: skip
    for table, old in zip((experts, works, pairs), before, strict=True):
        pd.testing.assert_frame_equal(table, old)


def test_a_merge_that_cannot_be_done_is_refused_with_reasons():
    pairs = pd.DataFrame({"expert_id_a": ["E1", "E2", "E1"], "expert_id_b": ["E2", "E3", "E3"]})
    with pytest.raises(TableError) as caught:
        merge_experts(EXPERTS, WORKS, pairs.assign(accepted=["是", "是", "否"]))
    assert str(caught.value) == ("合并表：1 处矛盾\n  “E1”与“E3”填了“否”，但通过其他已同意的合并会成为一人")
    with pytest.raises(TableError, match="没有一条填了“是”"):
        merge_experts(EXPERTS, WORKS, pairs.assign(accepted=""))
    with pytest.raises(TableError) as caught:
        merge_experts(EXPERTS, WORKS, pairs.replace({"E1": "Q1", "E3": "Q3"}))
    assert str(caught.value).split("\n")[:3] == [
        "合并表：4 处问题",
        "  第 1 条：专家表中没有“Q1”",
        "  第 2 条：专家表中没有“Q3”",
    ]
    with pytest.raises(TableError) as caught:
        propose_merges(pd.DataFrame({"expert_id": ["A", "A", ""]}), WORKS.drop(columns="title"))
    assert str(caught.value) == (
        "专家表缺少“name”这一列\n成果表缺少“title”这一列\n专家表第 3 条没有编号\n专家编号重复：A"
    )
