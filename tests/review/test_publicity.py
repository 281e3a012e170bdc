"""What is published, for how long, and what becomes of objections."""

import pandas as pd
import pytest

from matcher.errors import PolicyError, TableError
from matcher.review import objection_states, publication
from matcher.review.publishing.objections import read_objections
from matcher.review.publishing.rules import publicity_rule
from matcher.review.sheets.score_sheets import read_items

ITEMS = pd.DataFrame(
    {
        "项目编号": ["P1", "P2", "P3"],
        "项目名称": ["一", "二", "三"],
        "第一完成单位": ["甲公司", "乙公司", "丙公司"],
        "完成人": ["张三", "李四", "王五"],
        "等级": ["二等奖", "一等奖", "一等奖"],
        "表决结果": ["通过", "通过", "不通过"],
        "联系电话": ["13700010001", "13700010002", "13700010003"],
        "平均分": [90, 91, 92],
    }
)
LOG = pd.DataFrame(
    [
        ("Y1", "P1", "2026-11-11", "个人", "是", "是", "", "2026-11-20", "2026-11-18"),
        ("Y2", "P2", "2026-11-12", "单位", "是", "是", "否", "2026-11-23", ""),
        ("Y3", "P2", "2026-11-10", "单位", "是", "", "是", "2026-11-24", ""),
        ("Y4", "P2", "", "个人", "否", "是", "", "", "2026-11-30"),
        ("Y5", "P2", "2026-11-25", "个人", "是", "是", "", "", ""),
    ],
    columns=["异议编号", "项目编号", "收到日期", "提出方", "实名", "附证据", "盖章", "办理期限", "办结日期"],
)


def test_only_what_is_public_is_listed():
    public = publication(read_items(ITEMS).rows, on="2026-11-02", rules="山东2019")
    assert public.table.astype(str).to_numpy().tolist() == [
        ["1", "P2", "二", "一等奖", "乙公司", "李四"],
        ["2", "P1", "一", "二等奖", "甲公司", "张三"],
    ]
    assert list(public.table) == ["number", "item", "title", "grade", "units", "persons"]
    assert public.lines["公示期"] == "2026-11-02 至 2026-11-12（公布当日不计，10 日）"
    with pytest.raises(TableError, match="没有可以公示的项目"):
        publication(read_items(ITEMS[2:]).rows, on="2026-11-02", rules="山东2019")
    with pytest.raises(PolicyError, match="请给出公示规则"):
        publication(read_items(ITEMS).rows, on="2026-11-02")


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        ("项目名称", "齿轮检测（联系人张三13812345678）", "P1 的项目名称“齿轮检测（联系人张三138****5678）”"),
        ("项目名称", "齿轮检测 138****5678", "P1 的项目名称“齿轮检测 138****5678”"),
        ("完成人", "张三 zhangsan@example.com", "P1 的完成人“张三 z"),
        ("第一完成单位", "甲公司（电话：略）", "P1 的完成单位“甲公司（电话：略）”"),
        ("完成人", "王某 短号661234", "P1 的完成人“王某 短号661234”"),
        ("完成人", "王某（内线6123）", "P1 的完成人“王某（内线6123）”"),
    ],
)
def test_a_contact_in_what_would_be_published_is_refused(column, cell, shown):
    table = ITEMS.copy()
    table.loc[0, column] = cell
    with pytest.raises(TableError) as caught:
        publication(read_items(table).rows, on="2026-11-02", rules="山东2019")
    assert str(caught.value).startswith(shown)
    assert "13812345678" not in str(caught.value)
    assert str(caught.value).endswith("里有联系方式，公示名单不能带；请在结果表中删去后再公示")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"备注": ["", "涉密项目，不公开", ""]}, "2（备注“涉密项目，不公开”）"),
        ({"备注": ["", "暂不对外公开", "按保密要求处理"]}, "2（备注“暂不对外公开”）、3（备注“按保密要求处理”）"),
        ({"项目名称": ["一", "某装备（涉密）", "三"]}, "2（项目名称“某装备（涉密）”）"),
        ({"保密期限": ["", "5年", "无"]}, "2（保密期限“5年”）"),
        ({"是否公开": ["是", "否", "是"]}, "2（是否公开“否”）"),
        ({"备注": ["", "秘密★5年", ""], "是否涉密": ["", "", ""]}, "2（备注“秘密★5年”）"),
        ({"备注": ["", "涉密", ""], "是否涉密": ["否", "否", "否"]}, "2（备注“涉密”）"),
    ],
)
def test_what_a_row_calls_secret_anywhere_is_not_published_before_somebody_says(cells, told):
    table = ITEMS.assign(**cells, 项目编号=["1", "2", "3"], 表决结果="通过")
    with pytest.raises(TableError) as caught:
        publication(read_items(table).rows, on="2026-11-02", days=7)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "cells",
    [
        {"备注": ["不涉密", "无保密要求", "不涉及国家秘密"]},
        {"备注": ["非涉密项目", "是否涉密：否", "保密审查已通过"]},
        {"保密期限": ["", "无", "—"], "公开号": ["", "CN0", ""], "是否公开": ["是", "是", "是"]},
        {"项目名称": ["一", "保密通信技术", "三"], "是否涉密": ["否", "否", "否"]},
    ],
)
def test_who_denies_that_an_item_is_secret_may_publish_it(cells):
    table = ITEMS.assign(**cells, 项目编号=["1", "2", "3"], 表决结果="通过")
    assert len(publication(read_items(table).rows, on="2026-11-02", days=7).table) == 3


@pytest.mark.parametrize("secret", [{"是否涉密": ["否", "是", "否"]}, {"密级": ["", "秘密", "公开"]}])
def test_a_title_about_telephones_is_no_contact_and_secret_items_are_not_listed(secret):
    table = ITEMS.assign(项目名称=["智能手机玻璃", "微信小程序", "三"], **secret)
    public = publication(read_items(table).rows, on="2026-11-02", rules="山东2019")
    assert public.table["title"].tolist() == ["智能手机玻璃"]
    assert public.secret == 1


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        ("山东2019", "2026-11-02", "2026-11-12"),
        ("山东2015", "2026-11-02", "2026-12-02"),
        ("甘肃2020", "2026-11-02", "2026-11-11"),
        ("山东提名单位2024", "2026-11-06", "2026-11-13"),
        ("山东提名单位2024", "2026-11-07", "2026-11-13"),
        ("山东提名单位2024", "2026-11-09", "2026-11-16"),
    ],
)
def test_days_of_publicity(rule, first, last):
    assert publicity_rule(rule).until(pd.Timestamp(first).date()).isoformat() == last


def test_states_of_objections():
    log = read_objections(LOG).rows
    result = objection_states(log, on="2026-11-24", published="2026-11-01", rules="山东2019")
    names = ["objection_id", "in_time", "form", "state", "days_left"]
    shown = result.table[names].astype(object).where(result.table[names].notna(), None)
    assert shown.to_numpy().tolist() == [
        ["Y1", "是", "齐全", "已办结", None],
        ["Y2", "否", "缺盖章", "逾期", -1],
        ["Y3", "是", "未知：证据", "办理中", 0],
        ["Y4", "", "缺实名", "未定期限", None],
        ["Y5", "否", "齐全", "尚未收到", None],
    ]
    later = objection_states(log, on="2026-11-30", published="2026-11-01", rules="山东2019", handle_days=5)
    assert later.table["state"].tolist() == ["已办结", "逾期", "逾期", "已办结", "办理中"]


def test_words_in_place_of_days_settle_an_objection_and_limits_count_from_receipt():
    cells = [
        ("Y1", "2026-11-20", "撤回", ""),
        ("Y2", "2026-11-20", "已办结", "不成立"),
        ("Y3", "2026-11-20", "2026-11-18", "不成立"),
        ("Y4", "2026-11-20", "", "已撤回"),
        ("Y5", "15日内", "", ""),
        ("Y6", "10个工作日", "", "正在调查"),
        ("Y7", "收到后十五个工作日内", "", "拟驳回"),
        ("Y8", "2026-11-20", "", "经查异议不成立"),
        ("Y9", "2026-11-20", "尚未办结", ""),
    ]
    log = pd.DataFrame(cells, columns=["异议编号", "办理时限", "办结日期", "处理结果"])
    reading = read_objections(log.assign(项目编号="P1", 收到日期="2026-11-06", 提出方="个人"))
    result = objection_states(reading.rows, on="2026-11-24", published="2026-11-02", rules="山东2019").table
    assert result["state"].tolist() == [
        "已撤回", "已办结", "已办结", "已撤回", "逾期", "逾期", "办理中", "已办结", "逾期"
    ]  # fmt: skip
    assert result["due"].dt.strftime("%m-%d").tolist()[4:7] == ["11-21", "11-20", "11-27"]
    assert reading.problems["value"].tolist() == ["尚未办结"]


def test_a_late_settlement_a_unit_without_seal_and_a_span_of_days():
    rows = [
        ("Y1", "2026-11-05", "张三", "", "2026-11-10", "2026-11-20"),
        ("Y2", "2026-11-05 至 2026-11-06", "某公司", "否", "2026-12-01", ""),
        ("Y3", "2026-11-10 至 2026-11-12", "虚构大学", "是", "", ""),
        ("Y4", "2026-11-05", "李知行", "否", "2026-11-20", "2026-11-20"),
    ]
    names = ["异议编号", "收到日期", "提出方", "盖章", "办理期限", "办结日期"]
    table = pd.DataFrame(rows, columns=names).assign(项目编号="P1", 实名="是", 附证据="是")
    found = objection_states(read_objections(table).rows, on="2026-11-24", published="2026-11-01", rules="山东2019")
    assert found.table[["objection_id", "in_time", "form", "state"]].to_numpy().tolist() == [
        ["Y1", "是", "齐全", "办结逾期"],
        ["Y2", "是", "缺盖章", "办理中"],
        ["Y3", "", "齐全", "未定期限"],
        ["Y4", "是", "齐全", "已办结"],
    ]


def test_a_log_only_grows():
    before, log = read_objections(LOG[:3]).rows, read_objections(LOG).rows
    words = {"on": "2026-11-24", "published": "2026-11-01", "rules": "山东2019"}
    assert objection_states(log, before=before, **words).changed == []
    changed = log.assign(kind=log["kind"].where(log["objection_id"] != "Y2", "个人"))
    assert objection_states(changed, before=before, **words).changed == [
        "异议 Y2 的提出方和先前的记录不同；请改回，另加一行说明"
    ]
    gone = log[log["objection_id"] != "Y1"]
    assert objection_states(gone, before=before, **words).changed == [
        "先前记录的异议 Y1 不见了；记录只能增加，不能删去"
    ]


def test_the_commands(run, tmp_path):
    ITEMS.to_csv(tmp_path / "结果.csv", index=False, encoding="utf-8-sig")
    words = ["review", "publish", "结果.csv", "--on", "2026-11-02"]
    assert run(*words, "--rules", "山东2019", "-o", "公示.html")[0] == 0
    page = (tmp_path / "公示.html").read_text("utf-8")
    assert "李四" in page
    assert not any(word in page for word in ("1370001", "王五", "平均分", "91"))
    assert run(*words, "--rules", "没有", "-o", "公示.html")[0] == 2
    LOG.to_csv(tmp_path / "异议.csv", index=False, encoding="utf-8-sig")
    words = ["review", "objections", "异议.csv", "--rules", "山东2019", "--published", "2026-11-01"]
    status, out, _ = run(*words, "--on", "2026-11-24", "-o", "状态.xlsx", "--before", "异议.csv")
    assert (status, out.splitlines()[0]) == (0, "5 件异议：已办结 1，逾期 1，办理中 1，未定期限 1，尚未收到 1")
    LOG[1:].to_csv(tmp_path / "少.csv", index=False, encoding="utf-8-sig")
    words[2] = "少.csv"
    assert run(*words, "--on", "2026-11-24", "-o", "状态.xlsx", "--before", "异议.csv")[0] == 1


def test_a_conclusion_that_cannot_be_read_stops_the_list():
    items = pd.DataFrame(
        {"item": ["A", "B", "C"], "title": list("甲乙丙"), "decision": ["同意", "不予授奖", "建议授奖"]}
    )
    assert publication(items, on="2026-11-02", days=7).table["item"].tolist() == ["A", "C"]
    with pytest.raises(TableError, match="B（待定）"):
        publication(items.assign(decision=["通过", "待定", "未通过"]), on="2026-11-02", days=7)


GRADED = {"项目编号": ["P1", "P2", "P3"], "项目名称": ["一", "二", "三"], "是否立项": ["是", "是", "否"]}


@pytest.mark.parametrize(
    "words", [("优先支持", "支持", "一般支持"), ("A", "B", "C"), ("优秀", "通过", "待定"), ("建议支持", "一等", "暂缓")]
)
def test_a_choice_decides_where_the_conclusion_only_says_how_good_it_is(words):
    table = pd.DataFrame({**GRADED, "立项意见": words})
    public = publication(read_items(table).rows, on="2026-11-02", rules="山东2019")
    assert public.table["item"].tolist() == ["P1", "P2"]
    assert public.differing[-1].endswith("按“是否入选”一列公示或不公示；请核对")


@pytest.mark.parametrize("word", ["暂缓", "修改后再报", "待定", "通过（须整改）", "有条件支持", ""])
def test_a_conclusion_that_leaves_it_open_stops_the_list_beside_a_choice(word):
    table = pd.DataFrame({**GRADED, "立项意见": ["通过", word, "不通过"]})
    with pytest.raises(TableError, match=r"P2（.*） 的结论看不懂或没有写"):
        publication(read_items(table).rows, on="2026-11-02", rules="山东2019")


def test_a_choice_against_the_conclusion_is_told():
    table = pd.DataFrame({**GRADED, "立项意见": ["通过", "不通过", "不通过"]})
    public = publication(read_items(table).rows, on="2026-11-02", rules="山东2019")
    assert public.table["item"].tolist() == ["P1"]
    assert public.differing == ["P2 写着入选而结论是没有通过，没有公示；请核对"]


def test_a_choice_that_cannot_be_read_stops_the_list():
    table = ITEMS.drop(columns="表决结果").assign(是否入选=["是", "拟授奖", ""])
    with pytest.raises(TableError, match="P2、P3 是否入选看不懂或没有写；请写“是”或“否”后再公示"):
        publication(read_items(table).rows, on="2026-11-02", days=7)
    refused = table.assign(表决结果=["通过", "不通过", "不通过"])
    assert publication(read_items(refused).rows, on="2026-11-02", days=7).table["item"].tolist() == ["P1"]


def test_a_list_that_does_not_say_what_passed_is_published_only_when_asked():
    rows = read_items(ITEMS.drop(columns="表决结果").assign(备注=["", "未入选", ""])).rows
    with pytest.raises(TableError, match="表中没有写明哪些可以公示"):
        publication(rows, on="2026-11-02", days=7)
    assert len(publication(rows, on="2026-11-02", days=7, everything=True).table) == 3


def test_own_workbooks_are_read_by_their_first_sheet_without_a_word(run, tmp_path):
    table = {
        "项目编号": ["P1", "P2"] * 2,
        "评委编号": list("甲甲乙乙"),
        "得分": [80, 90, 85, 95],
        "项目名称": list("一二") * 2,
    }
    pd.DataFrame(table).to_csv(tmp_path / "分数.csv", index=False, encoding="utf-8-sig")
    assert run("review", "aggregate", "分数.csv", "-o", "汇总.xlsx")[0] == 0
    reading = read_items(tmp_path / "汇总.xlsx")
    assert sorted(reading.rows["item"]) == ["P1", "P2"]
    assert reading.problems.empty
    status, _, said = run("review", "publish", "汇总.xlsx", "--days", "7", "--on", "2026-11-02", "-o", "公示.xlsx")
    assert (status, (tmp_path / "公示.xlsx").exists()) == (2, False)
    assert "表中没有写明哪些可以公示" in said


@pytest.mark.parametrize(
    "headers",
    [
        "公示开始 公示结束",
        "公示起 公示止",
        "公示起始日期 公示截止日期",
        "公示-开始 公示-结束",
        "公示开始时间 公示终止时间",
    ],
)
def test_the_period_of_a_table_in_two_columns_is_used_and_held_against_what_is_given(headers):
    first, last = headers.split()
    table = ITEMS.assign(**{first: ["2026-03-01"] * 3, last: ["2026-03-07"] * 3})
    public = publication(read_items(table).rows)
    assert (public.lines["公示期"], public.differing) == ("2026-03-01 至 2026-03-07（见结果表）", [])
    assert publication(read_items(table).rows, on="2026-03-01", days=6).differing == []
    public = publication(read_items(table).rows, on="2026-03-01", rules="山东2019")
    assert public.lines["公示期"] == "2026-03-01 至 2026-03-11（公布当日不计，10 日）"
    assert public.differing == [
        "P2、P1：表中写的公示期是 2026-03-01 至 2026-03-07，按给出的日期和规则是 2026-03-01 至 2026-03-11；"
        "名单按给出的写，请核对"
    ]


def test_a_period_in_one_cell_and_one_that_the_items_do_not_share():
    one = read_items(ITEMS.assign(公示期="2026-03-01至03-07")).rows
    assert publication(one).lines["公示期"] == "2026-03-01 至 2026-03-07（见结果表）"
    with pytest.raises(PolicyError, match="表中的公示开始日期没有写，请给出公布之日（--on）"):
        publication(read_items(ITEMS).rows, rules="山东2019")
    several = read_items(ITEMS.assign(公示开始=["2026-03-01", "2026-03-02", ""])).rows
    with pytest.raises(PolicyError, match="表中的公示开始日期各项写的不同，或有的没有写"):
        publication(several, rules="山东2019")


def test_an_objection_is_in_time_by_the_period_that_its_row_states():
    log = LOG.assign(公示开始=["2026-11-02"] * 4 + [""], 公示截止=["", "2026-11-11", "2026-11-11", "", ""])
    result = objection_states(read_objections(log).rows, on="2026-11-24", published="2026-11-02", rules="山东2019")
    assert result.table["in_time"].tolist() == ["是", "否", "是", "", "否"]
    assert result.differing == [
        "Y2、Y3：表中写的公示期是 2026-11-02 至 2026-11-11，按给出的日期和规则是 2026-11-02 至 2026-11-12；按表中的判断"
    ]
    with pytest.raises(TableError, match="Y5没有写公示开始日期；请给出公布之日"):
        objection_states(read_objections(log).rows, on="2026-11-24", rules="山东2019")


def test_headers_of_a_list_and_of_a_log_as_bureaus_write_them():
    items = {"项目名称": ["一", "二"], "拟奖等级": "二等奖", "是否公示": ["是", "否"], "公示期": "2026-03-01至03-07"}
    public = publication(read_items(pd.DataFrame(items)).rows)
    assert public.table[["title", "grade"]].to_numpy().tolist() == [["一", "二等奖"]]
    log = {
        "提名号": ["A1"],
        "异议提出时间": "2026年3月5日",
        "异议人": "甲公司",
        "是否署名": "是",
        "证据": "有",
        "处理期限": "2026-04-01",
    }
    states = objection_states(
        read_objections(pd.DataFrame(log)).rows, on="2026-03-20", published="2026-03-01", rules="山东2019"
    )
    assert states.table[["item", "in_time", "form", "state"]].to_numpy().tolist() == [
        ["A1", "是", "未知：盖章", "办理中"]
    ]


@pytest.mark.parametrize(
    ("header", "cell", "named", "kind"),
    [
        ("异议类型", "实名", True, ""),
        ("异议类型", "匿名异议", False, ""),
        ("异议形式", "单位实名", True, "单位"),
        ("异议类别", "个人", None, "个人"),
        ("异议类型", "知识产权争议", None, ""),
    ],
)
def test_a_kind_of_objection_says_whose_it_is_and_whether_it_is_named(header, cell, named, kind):
    rows = read_objections(pd.DataFrame({"项目编号": ["P1"], "异议内容": ["有争议"], header: [cell]})).rows
    assert (None if pd.isna(rows["named"][0]) else bool(rows["named"][0]), rows["kind"][0]) == (named, kind)


def test_a_column_of_its_own_goes_before_the_kind_of_objection():
    table = pd.DataFrame({"项目编号": ["P1"], "异议类型": ["实名"], "是否实名": ["否"], "提出方": ["孙某"]})
    rows = read_objections(table).rows
    assert (bool(rows["named"][0]), rows["kind"][0]) == (False, "孙某")
