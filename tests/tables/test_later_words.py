"""Words that a column calls `later` give way to its other words, wherever they stand; alone they name it."""

import pandas as pd
import pytest

from matcher.tables.reading import read_table
from matcher.tables.schemas.main import NEEDS, OUTCOMES
from matcher.tables.schemas.single_commands import BID_SCORES, BIDS, PAIRS

NEED, OUTCOME = {"需求名称": "降噪"}, {"成果名称": "降噪"}
BID = {"揭榜编号": "J1", "榜单编号": "B1", "揭榜单位": "虚构大学"}


@pytest.mark.parametrize(
    ("contract", "row", "field", "expected"),
    [
        (NEEDS, {"会员单位": "是", "单位名称": "虚构泵业", **NEED}, "enterprise", "虚构泵业"),
        (NEEDS, {"计划投资（万元）": 3000, "拟投入资金（万元）": 30, **NEED}, "budget", "300000"),
        (NEEDS, {"期望解决时间": "2026-12", "完成时限": "6个月", **NEED}, "done_by", "6个月"),
        (OUTCOMES, {"挂牌编号": "G1", "登记号": "D1", **OUTCOME}, "outcome_id", "D1"),
        (OUTCOMES, {"转让方": "虚构公司", "完成单位": "虚构大学", **OUTCOME}, "institution", "虚构大学"),
        (BIDS, {"收到日期": "2026-03-05", "提交日期": "2026-02-01", **BID}, "submitted_on", "2026-02-01"),
        (BIDS, {"报送时间": "2026-03-05", "提交时间": "2026-02-01", **BID}, "submitted_on", "2026-02-01"),
        (BID_SCORES, {"揭榜编号": "J1", "专家编号": "E1", "总分": 88, "得分": 40}, "score", "40.0"),
        (BID_SCORES, {"揭榜编号": "J1", "专家编号": "E1", "总分": 50, "评分": 40}, "score", "40.0"),
        (PAIRS, {"需求编号": "N1", "成果编号": "C1", "对接结果": "已联系", "结论": "采纳"}, "verdict", "采纳"),
        # alone
        (NEEDS, {"会员单位": "虚构泵业", **NEED}, "enterprise", "虚构泵业"),
        (NEEDS, {"计划投资（万元）": 30, **NEED}, "budget", "300000"),
        (OUTCOMES, {"序号": 1, "挂牌编号": "G1", **OUTCOME}, "outcome_id", "G1"),
        (OUTCOMES, {"许可期限届满日": "2026-05-31", **OUTCOME}, "valid_until", "2026-05-31"),
        (BID_SCORES, {"揭榜编号": "J1", "专家编号": "E1", "总分": 88}, "score", "88.0"),
        # honest neighbours: of other words the first counts, as before
        (NEEDS, {"企业名称": "虚构泵业", "单位名称": "虚构集团", **NEED}, "enterprise", "虚构泵业"),
        (BIDS, {"申报日期": "2026-02-02", "提交日期": "2026-02-01", **BID}, "submitted_on", "2026-02-02"),
        (OUTCOMES, {"序号": 1, "登记号": "D1", **OUTCOME}, "outcome_id", "D1"),
    ],
)
def test_later_words(contract, row, field, expected):
    assert read_table(pd.DataFrame([row]), contract).rows[field].astype(str).tolist() == [expected]
