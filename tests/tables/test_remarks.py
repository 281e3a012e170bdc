"""Remarks and states that say something of their whole row, and honest ones beside them."""

import datetime as dt

import pandas as pd
import pytest

from matcher.tables.rows.remarks import override_in, override_of, without_overridden

PLAIN = (
    "作废",
    "本合同已作废",
    "合同已解除，2026.8.3注销",
    "测试数据，勿计",
    "因雨取消",
    "因天气原因取消",
    "未成行",
    "审核不通过",
    "不再担任",
    "2026年5月31日调离，由陈某接任",
    "企业主动放弃",
    "取消资格",
    "撤回申报",
    "2025.12.1终止，收回经费2.5万元",
    "双方协商解除",
    "重复录入",
    "2026年6月撤销",
    "企业注销合同",
    "未按期结题，项目终止",
    "企业已注销，合同作废",
    "聘期届满，不再续聘",
    "已离任，由王某接任",
    "经审查，不予通过",
    "初审通过，2026年6月撤销",
    "因雨取消，通过电话告知农户",
    "撤销，尚未恢复",
    "撤销，可重新申报",
    "2019年撤销，2021年恢复，2024年再次撤销",
)
DOUBTFUL = (
    "某人已于5月31日调离，由陈某代去",
    "公示后撤回",
    "科研诚信核查中",
    "已整合",
    "计划",
    "2025年取消，2026年恢复",
    "作废，已更正",
    "乙方来函要求解除合同",
    "企业已注销",
    "服务期满，协议终止",
    "已结题，项目终止",
    "增值部分，不予计入",
    "初审不通过，复审通过",
    "2020年摘牌，2022年认定",
    "2019年辞职，返乡创业",
    "2018年离职，现任合作社理事长",
    "2020年12月退出，2024年再次选派",
    "2023年卸任，任顾问",
    "2020年被摘牌，2022年获批省级",
    "验收未通过，整改后已通过",
    "首次评估不通过，复评合格",
    "撤销，更名为某中心",
    "因雨取消，改到5月3日",
    "注销中",
    "测试",
    "企业放弃申请",
)
NEITHER = (
    "",
    "未撤销",
    "没有取消",
    "无取消情形",
    "曾解除后重签",
    "终止妊娠",
    "原合同作废后重签",
    "退休返聘",
    "拟撤销",
    "撤销处分",
    "解除质押",
    "放弃权利要求",
    "停止供氧试验",
    "不存在注销情形",
    "测试方法开发",
    "测试合同",
    "测试费",
    "工作计划",
    "按计划完成",
    "从未取消",
    "申请终止",
    "两人同去",
    "与E4为同一合同分期",
    "会议取消后改为线上",
)


def test_only_what_a_clause_says_and_nothing_else_is_plain():
    assert {text: bool(said and said.plain) for text in PLAIN if (said := override_of(text))} == dict.fromkeys(
        PLAIN, True
    )
    assert [text for text in DOUBTFUL if (said := override_of(text)) is None or said.plain] == []
    assert [text for text in NEITHER if override_of(text)] == []


@pytest.mark.parametrize(("day", "plain"), [(dt.date(2026, 6, 29), False), (dt.date(2026, 6, 30), True), (None, True)])
def test_what_is_from_a_later_day_is_yet_to_come(day, plain):
    said = override_in({"备注（说明）": "2026年6月撤销"}, day=day)
    assert said is not None
    assert said.plain is plain


def test_rows_are_left_out_or_asked_about_by_their_remarks_and_states():
    table = pd.DataFrame(
        {
            "id": list("甲乙丙丁"),
            "名称": ["作废"] * 4,
            "备注": ["因雨取消", "已合并", "", "线上"],
            "state": ["", "", "已作废", "未作废"],
        }
    )
    rows, problems = without_overridden(table, "id", "计入", states=("state",))
    assert rows["id"].tolist() == ["乙", "丁"]
    assert problems[["value", "problem"]].values.tolist() == [
        ["甲", "写明“因雨取消”，没有计入"], ["乙", "写着“已合并”，仍然计入"], ["丙", "写明“已作废”，没有计入"],
    ]  # fmt: skip
