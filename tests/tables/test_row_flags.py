"""Signs of data bases that a row is deleted, out of use or not public: told, and what is gone is not recommended."""

import pandas as pd
import pytest

from matcher import Index, match, read_needs, read_outcomes
from matcher.challenges.withheld import withheld_needs

OUTCOMES = pd.DataFrame({"成果编号": ["1", "2"], "成果名称": ["渗碳齿轮磨削烧伤在线检测仪", "黄桃采后保鲜"]})
NEED = pd.DataFrame(
    {"need_id": ["N"], "title": ["齿轮磨削烧伤检测"], "description": ["渗碳齿轮磨削烧伤，求在线检测，单齿不超过2秒"]}
)


@pytest.mark.parametrize(
    ("header", "gone", "kept"),
    [
        ("is_deleted", 1, 0), ("IS_DELETED", "1", "0"), ("del_flag", "2", "0"), ("deleted", True, False),
        ("删除标志", 1.0, 0.0), ("是否删除", "是", "否"), ("是否作废", "Y", "N"), ("是否停用", 1, None),
        ("是否有效", 0, 1), ("is_valid", "N", "Y"), ("是否启用", "否", "是"),
    ],
)  # fmt: skip
def test_a_sign_that_a_row_is_gone_is_told(header, gone, kept):
    read = read_outcomes(OUTCOMES.assign(**{header: pd.Series([gone, kept], dtype=object)}))
    [problem] = read.problems["problem"]
    assert problem.startswith("有 1 行写着可能不再算数的话：第 2 行")
    assert len(read.rows) == 2
    found = match(NEED, Index.build(read.rows), k=1)
    assert found[["outcome_id", "recommended"]].values.tolist() == [["1", False]]
    assert found["note"].tolist() == ["成果已转让或不再提供（见其备注、状态）"]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("is_deleted", [0, 0]), ("删除原因", ["1", "0"]), ("有效期", ["0", "1"]), ("deleted_at", [None, None]),
        ("是否有效", [1, None]), ("有效专利数", [0, 2]), ("停用天数", [1, 0]), ("valid_until_note", ["0", "1"]),
        ("是否删除", ["待定", "否"]), ("失效时间", ["1", "2"]),
    ],
)  # fmt: skip
def test_other_columns_say_nothing_of_the_row(header, cells):
    read = read_outcomes(OUTCOMES.assign(**{header: pd.Series(cells, dtype=object)}))
    assert not read.problems["problem"].str.contains("不再算数").any()
    plain = match(NEED, Index.build(read_outcomes(OUTCOMES).rows), k=1)["recommended"].tolist()
    assert match(NEED, Index.build(read.rows), k=1)["recommended"].tolist() == plain


@pytest.mark.parametrize(
    ("header", "secret", "public"),
    [
        ("是否公开", 0, 1), ("是否公开", "N", "Y"), ("是否公开", 2, 1), ("公开", "×", "√"), ("is_public", False, True),
        ("是否对外公开", "0", "1"), ("是否公开", "否", "是"), ("是否保密", "Y", "N"), ("is_secret", 1, 0),
    ],
)  # fmt: skip
def test_a_sign_that_a_row_is_not_public_is_told_and_withheld(header, secret, public):
    needs = {"需求编号": ["1", "2"], "需求名称": ["齿轮检测", "桃保鲜"], header: [secret, public]}
    read = read_needs(pd.DataFrame(needs))
    assert [problem[:14] for problem in read.problems["problem"]] == ["有 1 行写着不公开或涉密："]
    assert withheld_needs(read.rows)["need_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    "header", ["公开次数", "公开号", "公开日期说明", "是否公开企业名称", "公开渠道数", "保密年限说明"]
)
@pytest.mark.parametrize("cell", [0, "0", "2"])
def test_other_columns_with_that_word_withhold_nothing(header, cell):
    read = read_needs(pd.DataFrame({"需求编号": ["1"], "需求名称": ["齿轮检测"], header: [cell]}))
    assert not read.problems["problem"].str.contains("涉密").any()
    assert withheld_needs(read.rows).empty
