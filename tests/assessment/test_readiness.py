"""Readiness: what a cell says, what taking evidence away does, the 13 levels, what would raise a level."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assessment import assess_outcomes, qingdao_level, read_assessed_outcomes, to_raise
from matcher.assessment.evidence import read_evidence
from matcher.assessment.scales import shown_by
from matcher.assessment.states import read_state
from matcher.errors import TableError
from matcher.tables.schemas.assessment import EVIDENCE, FIGURES

YES = ("有", "是", "3", "完成", "已通过", "yes", "样机2台，尚未检测", "√", "1,200")
NO = ("无", "否", "0", "正在做", "计划明年开展", "no", "未通过", "0件", "尚未开始", "×")
NOTHING = ("", "不详", "/", "待定", "unknown", "见附件")
NAMES = [column.name for column in EVIDENCE]
CELLS = st.sampled_from((*YES, *NO, *NOTHING))
ROWS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(NAMES, CELLS)
    | {column.name: st.sampled_from([0.0, 20.0, 30.0, 50.0, 100.0]) for column in FIGURES}
    | {
        "evidence_list": st.sampled_from(
            ["中试报告；发明专利", "没有中试报告", "销售合同", "批量生产记录，用户意见2份", ""]
        )
    }
    | {"maturity": st.sampled_from(["可以量产", "TRL 3", ""]), "description": st.sampled_from(["已通过中试。", ""])},
)


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        (YES, True),
        (NO, False),
        (NOTHING, None),
        (("无人机样机", "无损检测样机", "模拟合成样品", "将军牌样品", "是（2025年完成）", "约20台", "2025年6月"), True),
        (("不锈钢样机", "缺陷检测样机", "0.5", "有，2台", "无，但有样品", "授权2件，申请中3件", "Yes, 2 units"), True),
        (("正在批量生产", "正在销售", "pilot plant", "正常生产中"), True),
        (("零", "试验中", "0（申请中2件）", "缺", "暂无", "No pilot"), False),
        (("不适用", "n/a", "—", "？"), None),
        (("见面谈", "王经理", "某公司", "CNAS", "国外已有同类样机", "检测报告1份", "虚拟样机"), None),
        (("无（送检中）", "否，计划2027年", "没有样机，也没有检测报告", "论文0篇", "试制失败", "in progress"), False),
    ],
)  # fmt: skip
def test_what_a_cell_says(texts: tuple[str, ...], state: bool | None) -> None:
    assert {text: read_state(text, "prototype") for text in texts} == dict.fromkeys(texts, state)


def levels_of(row: dict[str, object]) -> list[float]:
    """Readiness, its upper end, and both ends among the 13 levels; 0 for unknown."""
    table = assess_outcomes(pd.DataFrame([{"outcome_id": "x", **row}])).table
    return (
        table[["readiness", "readiness_high", "level13_low", "level13_high"]].astype(float).fillna(0).iloc[0].tolist()
    )


@settings(max_examples=120)
@given(ROWS, st.data())
def test_taking_evidence_away_never_raises_a_level(row: dict[str, object], data: st.DataObject) -> None:
    """No cell taken away raises the level shown; taking away what is there raises no upper end either.

    A "no" and a figure are no evidence for a level but knowledge that bounds it: without them more is possible.
    """
    before = levels_of(row)
    for name in data.draw(st.lists(st.sampled_from(sorted(row)), unique=True)) if row else ():
        less = {key: cell for key, cell in row.items() if key != name}
        after = levels_of(less)
        assert after[0] <= before[0], name
        assert after[2] <= before[2], name
        if name == "evidence_list" or (name in NAMES and read_state(str(row[name]), name) is not False):
            assert after[1] <= before[1], name
            assert after[3] <= before[3], name


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_evidence_shows_a_level_alone(name: str) -> None:
    level = levels_of({name: "有"})[0]
    assert 1 <= level <= 9
    assert levels_of({name: "无"})[0] == 0


def test_what_would_raise_a_level_raises_it() -> None:
    """For each level the evidence that is asked for, given, gives the next one."""
    given_for = {
        **{0: "papers", 1: "patents", 2: "simulation", 3: "lab_test", 4: "prototype", 5: "pilot", 6: "field_trial"},
        **{7: "small_batch", 8: "production"},
    }
    row: dict[str, object] = {}
    for level, name in given_for.items():
        assert to_raise(level or None).startswith(f"{'' if level else '表中没有证据；'}升到{level + 1}级")
        row[name] = "有"
        assert levels_of(row)[0] == level + 1
    assert (
        to_raise(9, 9)
        == "已到9级；13级量表升到10级（销售级）需要：销售量达到盈亏平衡销量的30%（填：销售量、盈亏平衡销量）"
    )
    assert to_raise(9, 13) == ""


def test_cells_of_a_frame_that_was_not_read_from_a_file() -> None:
    table = pd.DataFrame({"outcome_id": ["a", "b", "c"], "prototype": [True, None, 2], "pilot": [False, pd.NA, 0]})
    result = assess_outcomes(table).table[["readiness", "readiness_high"]].astype(object).fillna(0)
    assert result.values.tolist() == [[5, 5], [0, 9], [5, 5]]


def test_a_report_cites_columns_and_contradictions() -> None:
    table = pd.DataFrame([{"outcome_id": "x", "prototype": "2台", "pilot": "正在中试", "user_report": "1份"}])
    assessed = assess_outcomes(table)
    row = assessed.table.iloc[0]
    assert row[["readiness", "evidence", "remarks"]].tolist() == [
        7, "用户应用证明：1份", "中试写“正在中试”，而7级的证据写有，请核对",
    ]  # fmt: skip
    assert assessed.problems[["column", "value", "problem"]].values.tolist() == [
        ["证据", "x", "中试写“正在中试”，而7级的证据写有，请核对"]
    ]
    assert assessed.evidence.values.tolist() == [
        ["x", "样机", "2台", 5, "有"],
        ["x", "中试", "正在中试", 6, "无"],
        ["x", "用户应用证明", "1份", 7, "有"],
    ]


def test_what_is_asked_names_what_the_table_says_of_it() -> None:
    table = pd.DataFrame([{"outcome_id": "x", "prototype": "2台", "pilot": "正在中试"}])
    assert assess_outcomes(table).table["to_raise"].item() == (
        "升到6级（正样级：正式样品在相关环境中得到演示）需要：中试报告，或正样在相关环境中的试验报告；"
        "表中“中试”写的是“正在中试”"
    )


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        ({}, (9, 13)),
        ({"sales_volume": 30, "break_even_volume": 100}, (10, 13)),
        ({"sales_volume": 29.9, "break_even_volume": 100}, (9, 9)),
        ({"sales_volume": 30, "break_even_volume": 0}, (9, 13)),
        ({"sales_volume": float("nan"), "break_even_volume": 100}, (9, 13)),
        ({"sales_volume": 30, "break_even_volume": 100, "annual_income": 5, "annual_cost": 5}, (11, 13)),
        ({"sales_volume": 30, "break_even_volume": 100, "annual_income": 4, "annual_cost": 5}, (10, 10)),
    ],
)
def test_levels_above_nine_are_figures(figures: dict[str, float], level: tuple[int, int]) -> None:
    assert qingdao_level(9, **figures) == level


@pytest.mark.parametrize(
    ("income", "level"), [(29, (11, 11)), (30, (11, 12)), (50, (12, 12)), (99, (12, 12)), (100, (13, 13))]
)
def test_the_share_of_level_twelve_is_a_range(income: float, level: tuple[int, int]) -> None:
    facts = {"sales_volume": 1, "break_even_volume": 1, "annual_income": 1, "annual_cost": 1}
    assert qingdao_level(9, **facts, cumulative_income=income, total_input=100) == level


def test_below_nine_the_evidence_decides() -> None:
    assert qingdao_level(7, sales_volume=100, break_even_volume=1) == (7, 7)
    with pytest.raises(ValueError, match="1 to 9"):
        qingdao_level(13)


def test_a_no_with_a_full_stop_is_an_answer_and_no_empty_cell() -> None:
    cells = ["无。", "（无）", "暂缺", "无；", "见附件。", "不详。"]
    table = pd.DataFrame({"成果编号": [f"C{i}" for i in range(6)], "样机": cells})
    read = read_assessed_outcomes(table).rows
    assert assess_outcomes(read).table["readiness_high"].tolist() == [4, 4, 4, 4, 9, 9]


@pytest.mark.parametrize(
    ("cells", "level13", "remark"),
    [
        ({}, (10, 13), ""),
        ({"sales": "有"}, (10, 13), ""),
        ({"sales": "无", "break_even_volume": None}, (9, 9), ""),
        ({"sales": "正在洽谈", "break_even_volume": None}, (9, 9), ""),
        ({"sales": "无", "evidence_list": "销售合同", "break_even_volume": None}, (9, 13), "销售一栏写“否”"),
        ({"sales": "无"}, (10, 13), "销售写“无”，而销售量、收入达到 10 级，请核对"),
    ],
)
def test_no_sales_keep_below_the_first_revenue(cells: dict[str, object], level13: tuple[int, int], remark: str) -> None:
    row = {"outcome_id": "x", "production": "有", "sales_volume": 40.0, "break_even_volume": 100.0, **cells}
    got = assess_outcomes(pd.DataFrame([row])).table.iloc[0]
    assert (got["level13_low"], got["level13_high"]) == level13
    assert remark in got["remarks"]


@pytest.mark.parametrize(
    ("sold", "even", "level13", "remark"),
    [
        ("800吨", "1000吨", (10, 13), ""),
        ("200公斤", "1000kg", (9, 9), ""),
        ("1.2万平方米", "3万㎡", (10, 13), ""),
        ("三百辆", "1000", (10, 13), ""),
        ("约800台", "1000台以上", (9, 13), ""),
        ("800吨", "1000公斤", (9, 13), "销售量以“吨”计，盈亏平衡销量以“公斤”计，单位不同，没有相比"),
        ("800台", "1000辆", (9, 13), "销售量以“台”计，盈亏平衡销量以“辆”计，单位不同，没有相比"),
    ],
)
def test_volumes_are_compared_in_one_unit(sold: str, even: str, level13: tuple[int, int], remark: str) -> None:
    table = pd.DataFrame([{"成果编号": "C1", "批量生产": "有", "销量": sold, "盈亏平衡销量": even}])
    got = assess_outcomes(read_assessed_outcomes(table).rows).table.iloc[0]
    assert (got["level13_low"], got["level13_high"], got["remarks"]) == (*level13, remark)


def test_the_unit_of_a_header_holds_for_its_numbers() -> None:
    table = pd.DataFrame([{"成果编号": "C1", "批量生产": "有", "销量（万台）": "1.2", "盈亏平衡销量（辆）": "9000"}])
    rows = read_assessed_outcomes(table).rows
    names = ["sales_volume", "sales_volume_unit", "break_even_volume", "break_even_volume_unit"]
    assert rows[names].values.tolist() == [[12000.0, "台", 9000.0, "辆"]]
    assert "单位不同" in assess_outcomes(rows).table["remarks"].item()


@pytest.mark.parametrize(
    ("listed", "level"),
    [
        ("中试可行性研究报告1份", 2), ("样机设计方案", 2), ("ISO9001质量管理体系认证证书", None),
        ("质量管理体系认证证书；CE认证证书", 8), ("用户使用报告1份", 7), ("用户手册", None), ("试用协议2份", None),
        ("《某装置中试报告》1份", 6), ("论文《中试放大研究》1篇", 1), ("一种中试装置专利证书", 2),
        ("检测报告（编制中）", None),
        ("发明专利2件（其中1件实审中）", 2), ("软件著作权登记证书", 2), ("样机检测报告", 5), ("设备采购发票", None),
        ("patent certificate", 2), ("CE certificate", 8), ("field test report", 7), ("田间药效试验报告", 7),
        ("区域试验报告", 7), ("现场检测仪测试报告", 4),
        ("销售合同；发票", 8), ("量产可行性分析报告", 2), ("临床试验批件", None), ("批量生产记录", 9),
    ],
)  # fmt: skip
def test_an_item_of_a_list_is_what_its_last_words_say(listed: str, level: int | None) -> None:
    assert max((shown_by()[one.kind] for one in read_evidence({"evidence_list": listed})), default=None) == level


def test_a_column_of_volume_production_that_says_small_batches() -> None:
    text = "尚未批量生产，已小批量试产200台"
    assert [(one.kind, one.present) for one in read_evidence({"production": text})] == [
        ("small_batch", True),
        ("production", False),
    ]


def test_a_cell_that_is_not_understood_counts_for_nothing_and_is_told() -> None:
    row = {"成果编号": "x", "样机": "2台", "中试": "张老师负责", "现场试验": "不详", "批量生产": "产线已停"}
    assessed = assess_outcomes(read_assessed_outcomes(pd.DataFrame([row])).rows)
    got = assessed.table.iloc[0]
    assert got[["readiness", "readiness_high", "level13_low", "level13_high"]].tolist() == [5, 9, 5, 13]
    assert assessed.evidence.values.tolist() == [
        ["x", "样机", "2台", 5, "有"],
        ["x", "中试", "张老师负责", 6, "没有看懂，未计入"],
        ["x", "批量生产", "产线已停", 9, "没有看懂，未计入"],
    ]
    assert assessed.problems[["column", "value", "problem", "action"]].values.tolist() == [
        ["中试", "x：张老师负责", "中试写“张老师负责”，没有看懂，未计入", "请写“有”或“无”，或写数量、日期"],
        ["批量生产", "x：产线已停", "批量生产写“产线已停”，没有看懂，未计入", "请写“有”或“无”，或写数量、日期"],
    ]
    assert got["remarks"] == "中试写“张老师负责”，没有看懂，未计入；批量生产写“产线已停”，没有看懂，未计入"


def test_small_batches_in_the_column_of_volume_production_are_understood() -> None:
    assessed = assess_outcomes(pd.DataFrame([{"outcome_id": "x", "production": "小批量生产100台"}]))
    assert assessed.evidence.values.tolist() == [["x", "批量生产", "小批量生产100台", 8, "有"]]
    assert assessed.problems.empty


def test_evidence_that_was_only_read_is_to_be_checked_and_nothing_is_called_verified() -> None:
    rows = pd.DataFrame(
        {"outcome_id": ["a", "b", "c"], "pilot": ["有", "有", None], "confirmed_level": [None, "6", None]}
    )
    table = assess_outcomes(rows).table
    assert table[["readiness", "checked"]].astype(object).values.tolist() == [
        [6, "已读，待核"],
        [6, "人工确认"],
        [pd.NA, ""],
    ]
    assert "verified" not in table


@pytest.mark.parametrize(
    ("cells", "readiness", "conflict"),
    [
        ({"sales": "300万元", "prototype": "无", "pilot": "无"}, (8, 0, 9), "样机：无；中试：无"),
        ({"sales": "300万元", "prototype": "2台", "pilot": "无"}, (8, 5, 9), "中试：无"),
        ({"sales": "300万元", "prototype": "2台", "pilot": "有"}, (8, 8, 9), ""),
        ({"sales": "300万元", "papers": "2篇", "prototype": "无", "production": "无"}, (8, 1, 8), "样机：无"),
        ({"papers": "2篇", "prototype": "无", "evidence_list": "样机2台"}, (5, 1, 9), "样机：无"),
        ({"prototype": "2台", "pilot": "无"}, (5, 5, 5), ""),
    ],
)
def test_a_level_that_the_table_contradicts_has_a_lower_end(
    cells: dict[str, str], readiness: tuple[int, int, int], conflict: str
) -> None:
    assessed = assess_outcomes(pd.DataFrame([{"outcome_id": "x", **cells}]))
    got = assessed.table.iloc[0]
    levels = got[["readiness", "readiness_low", "readiness_high"]].fillna(0)
    assert (tuple(levels), got["conflict"]) == (readiness, conflict)
    sure = f"没有矛盾的证据到{readiness[1]}级" if readiness[1] else "没有不矛盾的证据"
    assert set(assessed.problems["action"]) == ({f"请核对证据；{sure}"} if conflict else set())


@pytest.mark.parametrize("text", ["30000000000", "市场容量约20亿元", "投资500万元", "300万元"])
def test_a_number_of_something_else_is_no_count(text: str) -> None:
    assert [read_state(text, kind) for kind in ("prototype", "pilot", "production")] == [None] * 3


@pytest.mark.parametrize(
    ("kind", "cell", "there"),
    [
        ("production", "设计年产2万吨，厂房在打桩", False),
        ("production", "可研批复年产1.2万吨", False),
        ("production", "设计产能2万吨，去年实际产出1.6万吨", True),
        ("production", "设计年产5万吨的生产线已投产两年", True),
        ("production", "年产3万吨（设计产能5万吨）", True),
        ("production", "设计产能1万吨，已达产", True),
        ("prototype", "还在焊装，年后才能出第一台", False),
        ("prototype", "首台刚焊装完毕并已通电", True),
        ("field_trial", "国外同类产品已运行多年，我方尚未上站", False),
    ],
)
def test_what_is_laid_out_or_comes_later_is_not_there(kind: str, cell: str, there: bool) -> None:
    assert read_state(cell, kind) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("☑有 □无", True), ("有☑ 无□", True), ("■有 □无", True), ("☑是 □否", True), ("√有　无", True), ("√", True),
        ("□有 ☑无", False), ("□有 □无", None), ("2027年6月", False), ("2026年12月底前完成", False),
        ("2026年底完成", False),
        ("2026-11-25完成", False), ("2026-11-24完成", True), ("2025年12月完成", True),
        ("2026年6月建成，2027年扩建", True),
        ("有（有效期至2027年6月）", True),
        ("2024年至2027年在用", True), ("2026年完成", True),
    ],
)  # fmt: skip
def test_a_ticked_answer_is_read_and_a_later_day_is_a_plan(text: str, there: bool | None) -> None:
    found = read_evidence({"pilot": text}, on=dt.date(2026, 11, 24))
    assert [one.present for one in found if one.kind == "pilot"] == ([] if there is None else [there])


@pytest.mark.parametrize(
    ("kind", "text", "there"),
    [
        ("user_report", "已停用退货1家，在用3家", True), ("user_report", "原有5家，2家退货，3家仍在使用", True),
        ("user_report", "已停用退货1家，在用0家", False), ("user_report", "上一代在用3家，本代未用", False),
        ("user_report", "预计2027年底在用3家", False),
        ("sales", "已签2027年供货合同", True),
        ("prototype", "样机2025年完成、2027年量产", True), ("prototype", "2025年6月完成样机 2027年6月量产", True),
        ("pilot", "2027年小试、中试", False), ("prototype", "2027年3月完成样机、2027年9月量产", False),
        ("test_report", "检测报告（2028-05-01到期）", True), ("test_report", "检测报告2028年5月底前有效", True),
        ("test_report", "2027年5月出检测报告", False), ("patents", "专利证书，2043年5月失效", True),
        ("sales", "2027年供货合同2份", True), ("sales", "销售合同2份（交货2027年3月）", True),
        ("sales", "2026年12月交付的订单3份", True), ("sales", "销售订单2份，2027年3月起供货", True),
        ("sales", "2027年形成订单", False), ("sales", "2027年3月供货", False),
    ],
)  # fmt: skip
def test_a_later_day_is_of_its_own_clause_and_a_term_is_no_plan(kind: str, text: str, there: bool) -> None:
    found = read_evidence({kind: text}, on=dt.date(2026, 11, 24))
    assert [one.present for one in found if one.kind == kind] == [there]


def test_the_day_of_an_assessment_decides_what_is_there_yet() -> None:
    rows = read_assessed_outcomes(pd.DataFrame([{"成果编号": "x", "中试": "2026年12月完成"}])).rows
    levels = [assess_outcomes(rows, on=day).table["readiness"].iloc[0] for day in ("2026-11-24", "2027-01-05")]
    assert pd.isna(levels[0])
    assert levels[1] == 6


@pytest.mark.parametrize(
    ("kind", "cell", "there"),
    [
        ("user_report", "别的单位出具的应用证明2份", True),
        ("user_report", "其他企业出具证明1份", True),
        ("sales", "美国客户采购2套", True),
        ("sales", "隔壁县销售60台", True),
        ("sales", "日本2台", True),
        ("sales", "意大利经销商订货10台", True),
        ("sales", "据财务讲销售300万元", True),
        ("field_trial", "同门合作单位试用通过", True),
        ("lab_test", "英国实验室检测通过", True),
        ("pilot", "以色列合作中试成功", True),
        ("sales", "别的厂销售3台", None),
        ("sales", "同类产品国外已销售", None),
        ("sales", "竞争对手已销售200台", None),
        ("lab_test", "国外同类检测通过", None),
        ("pilot", "日本公司完成中试", None),
        ("field_trial", "国外公司示范成功", None),
        ("production", "日本公司已量产", None),
    ],
)
def test_users_and_testers_elsewhere_count_and_things_of_others_do_not(
    kind: str, cell: str, there: bool | None
) -> None:
    assert read_state(cell, kind) is there


def test_a_table_of_one_row_a_piece_of_evidence_is_refused() -> None:
    rows = [
        ("CG1", "虚构件", "样机", "样机2台"),
        ("CG1", "虚构件", "中试", "报告"),
        ("CG2", "虚构剂", "应用", "用户报告"),
    ]
    table = pd.DataFrame(rows, columns=["成果编号", "成果名称", "证据类别", "证据名称"])
    with pytest.raises(TableError, match="一行一项证据"):
        read_assessed_outcomes(table)
