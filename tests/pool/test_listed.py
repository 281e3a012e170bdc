"""Lists of firms to be taken in, and firms that a list calls by more than their name."""

import re

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.policy.policy import load_policy
from matcher.pool.book.recognition import likely_twins
from matcher.pool.book.tables import read_listed

POLICIES = [load_policy("hte"), load_policy("hte-pool")]


def listed(folder, text):
    (folder / "名单.csv").write_text(text, "utf-8")
    return read_listed(folder / "名单.csv", POLICIES, on="2026-06-01").rows["enterprise_id"].tolist()


@pytest.mark.parametrize("header", ["名次", "排名", "位次", "序号", "推荐顺序"])
def test_a_plain_list_with_a_rank_is_a_list_of_firms(tmp_path, header):
    assert listed(tmp_path, f"{header},企业名称\n1,虚构甲公司\n2,虚构乙公司\n") == ["虚构甲公司", "虚构乙公司"]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("拟入库", "是 否"),
        ("拟入库", "√ "),
        ("是否列入", "1 0"),
        ("审核状态", "通过 未通过"),
        ("评审结果", "同意 暂缓"),
        ("推荐意见", "推荐 不推荐"),
    ],
)
def test_a_yes_or_no_that_nobody_reads_stops_the_list(tmp_path, header, cells):
    yes, no = cells.split(" ")
    with pytest.raises(TableError, match=f"名单.csv：“{header}”一列有的行像是“否”"):
        listed(tmp_path, f"企业名称,{header}\n虚构甲公司,{no}\n虚构乙公司,{yes}\n")
    with pytest.raises(TableError, match=f"“{header}”"):  # added to a visiting list of this library
        listed(tmp_path, f"企业编号,名次,企业名称,{header}\nA,1,虚构甲公司,{no}\nB,2,虚构乙公司,{yes}\n")


@pytest.mark.parametrize(
    ("header", "cells"),
    [("拟入库", "是 是"), ("是否上市", "是 否"), ("推荐单位", "虚构局 虚构委"), ("备注", "无 "), ("得分", "60 80")],
)
def test_other_columns_do_not_stop_it(tmp_path, header, cells):
    one, other = cells.split(" ")
    text = f"企业名称,{header}\n虚构甲公司,{one}\n虚构乙公司,{other}\n"
    assert listed(tmp_path, text) == ["虚构甲公司", "虚构乙公司"]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("推荐意见", "不推荐"),
        ("审核意见", "规模太小，不同意入库"),
        ("评审结论", "未通过"),
        ("会议意见", "暂缓，补充材料"),
        ("备注", "已迁出"),
        ("备注", "2025年迁往外地"),
        ("说明", "拟注销"),
        ("备注", "停产半年"),
        ("备注", "企业放弃"),
        ("备注", "审核未通过"),
        ("备注", "没有资质，不予推荐"),
        ("备注", "暂缓入库"),
        ("审核意见", "同意推荐，但企业放弃"),
        ("审核意见", "符合条件，暂不入库"),
        ("审核意见", "发现不符合项"),
        ("审核意见", "通过初审，复审未通过"),
        ("审核意见", "同意推荐，未通过现场核查"),
        ("审核意见", "没有资质不予推荐"),
        ("推荐意见", "推荐，已停产，不纳入"),
    ],
)
def test_an_opinion_or_a_remark_against_a_firm_stops_the_list(tmp_path, header, word):
    told = f"名单.csv：“{header}”一列有 1 行像是不入库（虚构乙公司：{word}）；请只留要入库的行，再删去这一列"
    with pytest.raises(TableError, match=re.escape(told)):
        listed(tmp_path, f"企业名称,{header}\n虚构甲公司,同意推荐\n虚构乙公司,{word.replace(',', '，')}\n")


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("推荐意见", "同意，无不同意见"),
        ("审核意见", "同意入库，补齐材料"),
        ("备注", "由外地迁入"),
        ("备注", "不锈钢制品，不含铸造"),
        ("说明", "规模较小"),
        ("备注", "无注销风险"),
        ("推荐单位", "虚构局"),
        ("审核意见", "同意推荐，未发现不符合项"),
        ("审核意见", "未发现不合格情形"),
        ("审核意见", "同意入库，不予公示"),
        ("审核意见", "同意推荐，2024年未通过高企认定"),
        ("备注", "2025年高企申报未通过，拟再申报"),
        ("备注", "放弃2025年免税"),
        ("备注", "暂不上市"),
    ],
)
def test_opinions_and_remarks_that_are_not_against_it_do_not_stop_it(tmp_path, header, word):
    text = f"企业名称,{header}\n虚构甲公司,同意推荐\n虚构乙公司,{word}\n"
    assert listed(tmp_path, text) == ["虚构甲公司", "虚构乙公司"]


def test_a_name_with_a_remark_in_brackets_is_asked_about():
    book = pd.DataFrame(
        {
            "enterprise_id": ["A", "B", "C", "D"],
            "name": [
                "虚构一号机械有限公司",
                "虚构二号材料有限公司（高企）",
                "虚构（山东）电子有限公司",
                "虚构投资中心",
            ],
            "uscc": [""] * 4,
        }
    )
    names = [
        "虚构一号机械有限公司（原虚构农机厂）",
        "虚构一号机械有限公司(规上)",
        "虚构二号材料有限公司",
        "虚构（青岛）电子有限公司",  # another firm
        "虚构投资中心（有限合伙）",  # its legal form
        "虚构电子有限公司",
        "虚构五号厂【曾用名：虚构六号厂】",
    ]
    rows = pd.DataFrame({"enterprise_id": names, "name": names, "uscc": [""] * 7})
    found = {line["value"]: line["problem"] for line in likely_twins(rows, book)}
    assert found == {
        names[0]: f"“{names[0]}”去掉括号里的说明，和“虚构一号机械有限公司”（A）同名，没有当作同一家",
        names[1]: f"“{names[1]}”去掉括号里的说明，和“虚构一号机械有限公司”（A）同名，没有当作同一家",
        names[2]: f"“{names[2]}”去掉括号里的说明，和“虚构二号材料有限公司（高企）”（B）同名，没有当作同一家",
    }
