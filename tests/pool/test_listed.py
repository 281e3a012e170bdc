"""Lists of firms to be taken in, and firms that a list calls by more than their name."""

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
