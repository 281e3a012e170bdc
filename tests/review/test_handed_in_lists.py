"""Lists that are published, ballots and logs of objections as offices keep them."""

import openpyxl
import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.review import publication
from matcher.review.publishing.objections import objection_states, read_objections
from matcher.review.publishing.publicity import says_passed
from matcher.review.sheets.ballots import read_votes
from matcher.review.sheets.score_sheets import read_items


def table(text):
    head, *rows = [line.split(",") for line in text.split("|")]
    return pd.DataFrame(rows, columns=head)


def published(text, **choices):
    return publication(read_items(table(text)).rows, on="2026-11-02", days=5, **choices).table


def test_ids_that_were_made_from_rows_are_not_published():
    assert list(published("项目名称,结论|甲,通过|乙,通过")) == ["number", "title"]
    assert published("项目编号,项目名称,结论|P1,甲,通过")["item"].tolist() == ["P1"]
    assert published("项目编号,项目名称,结论|P1,甲,通过|,乙,通过")["item"].tolist() == ["P1", ""]


@pytest.mark.parametrize("remark", ["负责人超项，暂缓", "放弃立项", "再议", "建议暂缓立项", "待定"])
def test_what_a_remark_holds_back_is_not_published(remark):
    with pytest.raises(TableError, match=r"S2（备注“.*”）的备注和结论不一致"):
        published(f"项目编号,项目名称,立项意见,备注|S1,甲,拟立项,|S2,乙,拟立项,{remark}")


@pytest.mark.parametrize(
    "remark", ["暂缓拨付", "放弃排名", "往年项目已终止", "后补助", "合作单位退出后由甲公司承担", "不予外拨经费"]
)
def test_other_remarks_hold_nothing_back(remark):
    text = f"项目编号,项目名称,立项意见,备注|S1,甲,拟立项,|S2,乙,拟立项,{remark}|S3,丙,不予立项,暂缓"
    assert published(text)["item"].tolist() == ["S1", "S2"]


@pytest.mark.parametrize(
    ("word", "passed"),
    [
        ("拟立项（后补助）", True),
        ("拟立项（重点）", True),
        ("是", True),
        ("否", False),
        ("TRUE", True),  # a box ticked in a workbook
        ("FALSE", False),
        ("通过（须整改）", None),
        ("拟立项（暂缓）", None),
        ("备选", None),
        ("同意修改后立项", None),
    ],
)
def test_decisions_in_words(word, passed):
    assert says_passed(word) is passed


@pytest.mark.parametrize("header", ["立项意见", "验收结论", "是否通过", "评审结果"])
def test_columns_of_decisions(header):
    assert published(f"项目编号,{header}|S1,通过|S2,不通过")["item"].tolist() == ["S1"]


def sheet(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


LIST = (["项目名称", "申报单位"], ["甲", "甲公司"])


def test_the_period_in_a_line_above_is_the_lists(tmp_path):
    reading = read_items(sheet(tmp_path / "a.xlsx", ["公示期：2026年11月2日至11月8日；监督电话：0000"], *LIST))
    public = publication(reading.rows, everything=True)
    assert (str(public.first), str(public.last)) == ("2026-11-02", "2026-11-08")
    assert reading.problems["problem"].str.contains("公示期在表外写明").sum() == 1
    assert publication(reading.rows, on="2026-11-03", days=5, everything=True).differing


@pytest.mark.parametrize(
    "line",
    [
        "公示期：7个工作日",
        "上一批公示期：2025年11月2日至11月8日",
        "公示时间另行通知",
        "申报时间：2026年9月1日至9月30日",
        "公示期满后（2026年11月2日至11月8日）公布",
    ],
)
def test_other_lines_tell_no_period(tmp_path, line):
    rows = read_items(sheet(tmp_path / "a.xlsx", [line], *LIST)).rows
    assert (rows["announcement"].fillna("") == "").all()


def test_a_column_of_periods_goes_before_a_line(tmp_path):
    head, row = ["项目名称", "公示期"], ["甲", "2026-12-01至2026-12-07"]
    rows = read_items(sheet(tmp_path / "a.xlsx", ["公示期：2026年11月2日至11月8日"], head, row)).rows
    assert rows["announcement"].tolist() == ["2026-12-01至2026-12-07"]


def test_the_number_under_which_an_objection_was_taken_in_is_no_item_beside_one():
    log = read_objections(table("异议编号,受理编号,项目编号,收到日期|Y1,YY-1,S1,2026-11-04")).rows
    assert log[["objection_id", "item"]].to_numpy().tolist() == [["Y1", "S1"]]
    alone = read_objections(table("异议编号,受理编号,收到日期|Y1,SL-1,2026-11-04")).rows
    assert alone[["objection_id", "item"]].to_numpy().tolist() == [["Y1", "SL-1"]]
    assert read_objections(table("编号,项目编号,收到日期|Y1,S1,2026-11-04")).rows["item"].tolist() == ["S1"]
    assert read_objections(table("编号,提名编号,收到日期|Y1,T1,2026-11-04")).rows["item"].tolist() == ["T1"]


@pytest.mark.parametrize(
    ("voter", "vote"), [("投票人", "投票意见"), ("委员姓名", "表决意见"), ("专家姓名", "表决态度"), ("委员", "意见")]
)
def test_one_row_a_vote(tmp_path, voter, vote):
    lines = [f"{voter},项目编号,{vote}", "张一,T1,同意", "李二,T1,赞成", "张一,T2,反对", "李二,T2,弃权"]
    (tmp_path / "票.csv").write_text("\n".join(lines), "utf-8-sig")
    rows = read_votes(tmp_path / "票.csv").rows
    assert (len(rows), rows["voter"].nunique(), rows["item"].nunique()) == (4, 2, 2)


def test_no_hint_turns_a_vote_round(run, tmp_path):
    head = "项目编号,奖种,等级,应到,到会,同意,{},弃权\nV1,科技进步奖,一等奖,15,13,11,2,0\n"
    for header in ("不赞成", "不赞成票"):
        (tmp_path / "票.csv").write_text(head.format(header), "utf-8-sig")
        said = run("review", "votes", "票.csv", "--rules", "award-vote-shandong", "--on", "2026-03-06", "-o", "果.csv")[
            2
        ]
        assert "=同意票数" not in said
        assert pd.read_csv(tmp_path / "果.csv")["votes_against"].tolist() == [2]


def test_a_log_of_objections_has_other_headers():
    """异议项目, 是否署真实姓名, 证据材料 and 处理情况; what the last says of the end is heeded."""
    log = pd.DataFrame(
        [
            ["1", "虚构项目甲", "实名", "2026-03-05", "是", "有", "已函告提名单位核实"],
            ["2", "虚构项目乙", "实名", "2026-03-06", "是", "无", "2026.4.2已协商一致，撤回"],
        ],
        columns=["序号", "异议项目", "异议类型", "收到时间", "是否署真实姓名", "证据材料", "处理情况"],
    )
    rows = read_objections(log).rows
    states = objection_states(rows, on="2026-04-10", published="2026-03-01", rules="山东2019").table
    assert states[["item", "in_time", "form", "state"]].values.tolist() == [
        ["虚构项目甲", "是", "齐全", "未定期限"],
        ["虚构项目乙", "是", "缺证据", "已撤回"],
    ]


def test_whom_an_objection_is_about_is_no_item():
    log = pd.DataFrame([["1", "完成人排序", "虚构某人"]], columns=["序号", "异议内容", "异议对象"])
    assert read_objections(log).rows[["item", "about"]].values.tolist() == [["", "完成人排序"]]
