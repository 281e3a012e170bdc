"""What errors and warnings say lands in logs: ids that are telephone numbers are masked in them."""

import logging

import pandas as pd
import pytest

from matcher import Index, match
from matcher.errors import MatcherError, OutputError, TableError
from matcher.matching.library.records import UnknownIdError
from matcher.progress import logger
from matcher.tables.reading import describe, read_needs

OUTCOMES = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "大蒜烘干"]})


def test_an_error_masks_ids_that_are_telephone_numbers():
    needs = pd.DataFrame({"need_id": ["13812345678"] * 2, "title": ["桃采后保鲜", "大蒜烘干"]})
    with pytest.raises(TableError) as caught:
        match(needs, Index.build(OUTCOMES))
    assert str(caught.value) == "1 个编号重复：138****5678"
    assert caught.value.args == ("1 个编号重复：13812345678",)


def test_an_error_that_is_a_key_error_reads_as_any_other():
    with pytest.raises(UnknownIdError) as caught:
        Index.build(OUTCOMES).remove(["13900001111"])
    assert str(caught.value) == "not in the index: 139****1111"


@pytest.mark.parametrize(
    "text",
    [
        "1 个编号重复：XQ2026001",
        "第 13 行，金额 = “138123456.78”：太大",
        "91371300MA3C12345X 不在库中",
        "a.csv：找不到",
    ],
)
def test_what_is_no_contact_stays(text):
    assert str(MatcherError(text)) == str(OutputError(text)) == text


def test_a_warning_masks_them_too_and_counts_stay(caplog):
    with caplog.at_level(logging.INFO, "matcher"):
        logger.warning("编号不在索引中：“%s”，共 %d 条", "13900001111", 2)
        logger.warning("%s：读不成数", "XQ2026001")
        logger.info("matched %d rows", 13900001111)
    assert [record.getMessage() for record in caplog.records] == [
        "编号不在索引中：“139****1111”，共 2 条",
        "XQ2026001：读不成数",
        "matched 13900001111 rows",
    ]


def test_what_differs_in_quotes_and_figures_only_is_told_in_one_line():
    rows = [f"{at},磨齿{'烧伤检测降噪清洗'[2 * at - 2 : 2 * at]},约{10 * at}" for at in (1, 2, 3, 4)]
    problems = read_needs("\n".join(["编号,需求名称,预算（万元）", *rows]).encode()).problems
    assert describe(problems) == (
        "数据：4 处问题\n  第 2、3、4、5 行，预算（万元） = “约10”、“约20”、“约30” 等 4 种："
        "不是确切的值，按 …万元 至 …万元 读入；知道确切的值请改填"
    )
    assert describe(problems.head(3)).count("\n") == 3


def test_another_row_is_named_in_each_line():
    rows = [f"X{at % 4},磨齿{name}" for at, name in enumerate("烧伤检测降噪清洗")]
    told = describe(read_needs("\n".join(["编号,需求名称", *rows]).encode()).problems)
    assert told.splitlines()[1:] == [
        f"  第 {at} 行，编号 = “X{at - 6}”：和第 {at - 4} 行编号相同，内容不同（这一行没有读入）；请给每行不同的编号"
        for at in (6, 7, 8, 9)
    ]
