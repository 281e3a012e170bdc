"""Headers of facts as people write them: 是否, the opposite, units of another measure; cells in the header's words."""

from __future__ import annotations

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.policy.firms.table import read_firms
from matcher.policy.scoring import score
from matcher.tables.cells.yes_no import read_yesno
from matcher.tables.reading import Reading

ON = "2026-11-24"
PILOT = {
    "独立法人": "是",
    "在山东省注册": "是",
    "在省内注册运营的起始日期": "2020-01-01",
    "有固定场所": "是",
    "中试设备原值（万元）": 1200,
    "有技术带头人和固定团队": "是",
    "符合安全和环保要求": "是",
    "办法的其他条件都符合": "是",
}


def read(policy: str, cells: dict[str, list[object]], columns: dict[str, str] | None = None) -> Reading:
    many = len(next(iter(cells.values())))
    return read_firms(pd.DataFrame({"企业编号": list(range(1, many + 1)), **cells}), policy, on=ON, columns=columns)


def facts(policy: str, header: str, cells: list[object], name: str) -> list[object]:
    rows = read(policy, {header: cells}).rows
    return [None if pd.isna(value) else value for value in rows[name]] if name in rows else []


@pytest.mark.parametrize("named", [{}, {"无严重失信行为": "有严重失信行为"}])
def test_a_header_that_says_the_opposite_is_read_the_other_way_round_and_told(named: dict[str, str]) -> None:
    table = pd.DataFrame(
        [
            {"平台编号": str(at), **PILOT, "无严重失信行为": cell}
            for at, cell in enumerate(["是", "否", "无", "有", "0", ""])
        ]
    )
    found = read_firms(table, "pilot-base-shandong", on=ON, columns=named)
    summary = score(found.rows, "pilot-base-shandong", on=ON).summary
    assert summary["decision"].tolist() == ["passes", "fails", "unknown", "unknown", "unknown", "unknown"]
    account = found.columns.set_index("header").loc["无严重失信行为"]
    assert (account["use"], account["title"]) == ("已采用", "有严重失信行为（反过来读）")
    problems = found.problems[found.problems["column"] == "无严重失信行为"]
    assert problems["value"].tolist() == ["", "无", "有", "0"]
    assert problems["problem"].iloc[0] == "和“有严重失信行为”说的相反，反过来读：“是”读作“否”，“否”读作“是”"
    assert set(problems["action"].iloc[1:]) == {"请填“是”（表头说的属实）或“否”"}


def test_no_hint_names_a_column_that_says_the_opposite_or_counts_other_rights() -> None:
    found = read("tech-sme", {"无重大质量事故": ["是"], "重大质量事故（近两年）": ["否"], "未列入经营异常名录": ["是"]})
    hints = found.columns.set_index("header")["hint"]
    assert (hints["无重大质量事故"], found.rows["listed_abnormal"].tolist()) == ("", [False])
    none = "负责人无逾期一年未验收的项目"  # beside 负责人有逾期一年未验收的项目
    hints = read("project-guangdong", {none: ["是"], "是否高校": ["是"]}).columns.set_index("header")["hint"]
    assert hints[none] != f"{none}=负责人有逾期一年未验收的项目"
    rights = "I类知识产权（主导产品）数"
    assert read("srdi", {rights: [2]}).columns.set_index("header").loc[rights, "hint"] == ""
    told = read("enterprise-technology-centre-shandong", {"未失信": ["是"]}, {"未失信": "有违法违规或偷税行为"})
    assert any(text.startswith("表头里有否定的词，仍照指定的") for text in told.problems["problem"])


@pytest.mark.parametrize(
    ("policy", "header", "name"),
    [
        ("innovative-sme", "是否具有独立法人资格", "legal_person"),
        ("innovative-sme", "独立法人资格", "legal_person"),
        ("single-champion", "是否属于新产品", "new_product"),
        ("pilot-base-shandong", "是否有固定场所", "fixed_place"),
        ("incubator-standard", "孵化业务是否单独核算", "separate_accounts"),
        ("key-laboratory-shandong", "研究方向是否明确", "direction_clear"),
        ("innovative-sme", "近三年是否获得国家级或省级科技奖励", "science_award_provincial_up_3y"),
        ("little-giant", "拥有自主品牌", "own_brand"),
        ("unicorn", "是否上市", "listed"),
        ("gazelle-shandong", "是否上市（新三板和场外市场不算）", "listed"),
    ],
)
def test_whether_before_or_inside_a_header_is_read(policy: str, header: str, name: str) -> None:
    assert facts(policy, header, ["是", "否"], name) == [True, False]


def test_what_only_looks_like_such_a_header_is_asked_about() -> None:
    assert facts("single-champion", "独立法人资格", ["是"], "legal_person") == []  # a manufacturer too is asked for
    assert facts("key-laboratory-linyi", "发明专利", [5], "own_inventions") == []
    assert facts("hte-guangdong", "注册地在广东省", ["是"], "in_guangdong") == []  # Shenzhen is left out
    assert facts("rd-super-deduction", "适用加计扣除行业", ["是", "否"], "barred_trade") == [False, True]
    assert facts("hidden-champion-zhejiang", "征信无不良", ["是", "无"], "credit_report_clean") == [True, None]


@pytest.mark.parametrize(
    ("policy", "header", "name", "answers"),
    [
        ("project-guangdong", "负责人逾期一年未验收", "leader_overdue_year", [True, False, False, True, True, False]),
        ("project-guangdong", "负责人有逾期一年未验收的项目", "leader_overdue_year", [True, False, False, True]),
        ("tech-sme", "不适用加计扣除行业", "barred_trade", [True, False, False, True, True, False]),
        ("rd-super-deduction", "属于不适用加计扣除的行业", "barred_trade", [True, False, False, True, True, False]),
        ("hidden-champion-zhejiang", "征信无不良", "credit_report_clean", [True, False, None, None, True, False]),
        ("hidden-champion-zhejiang", "人行征信报告无不良记录*", "credit_report_clean", [True, False, None, None, True]),
        ("pilot-base-shandong", "无严重失信行为", "dishonest", [False, True, None, None, None, None]),
    ],
)
def test_under_the_own_name_of_a_field_0_is_no_though_the_name_denies(
    policy: str, header: str, name: str, answers: list[object]
) -> None:
    assert facts(policy, header, ["是", "否", "无", "有", "1", "0"][: len(answers)], name) == answers


@pytest.mark.parametrize(
    ("cell", "header", "answer"),
    [
        ("符合", "符合安全和环保要求", True),
        ("不符合", "办法的其他条件都符合", False),
        ("都符合", "经营效益和品牌符合要求", True),
        ("达标", "产品能耗达到规定的领先标准", True),
        ("符合", "有固定场所", True),
        ("符合", "列入经营异常名录", None),
        ("合格", "有违法违规行为", None),
        ("具备", "具备实验条件", True),
        ("不属于", "属于新产品", False),
        ("未列入", "列入经营异常名录", False),
        ("未列入", "有固定场所", None),
        ("曾列入", "是否列入经营异常名录", None),  # and now?
        ("曾列入", "是否曾列入经营异常名录", True),
        ("已列入", "是否列入经营异常名录", True),
        ("曾发生", "近三年发生重大事故", True),
        ("已通过", "已通过省平台增信评价", True),
        ("未通过", "是否通过评价", False),
        ("未发生", "近三年发生重大事故", False),
        ("未发生", "近三年未发生重大事故", True),
        ("发生过", "近三年未发生重大事故", False),
        ("不存在", "存在控股关系", False),
        ("有效", "高新技术企业证书有效", True),
        ("无。", "有严重失信行为", False),
        ("无", "有无严重失信行为", False),
        ("无", "未发生重大事故", None),
        ("☑无 □有", "无重大事故", None),
        ("有（2项）", "有发明专利", True),
        ("是（省级）", "有研发机构", True),
        ("是（市级）", "省级以上研发机构", None),
        ("是（已过期）", "有研发机构", None),
        ("否（已整改）", "有违法违规行为", None),
        ("已建", "研发机构", True),
        ("尚无", "是否建有研发机构", False),
        ("尚无", "无严重失信行为", None),
        ("在建", "有研发机构", None),
        ("不适用", "有研发机构", "nothing"),
    ],
)
def test_cells_answer_in_the_words_of_their_header(cell: str, header: str, answer: object) -> None:
    found = read_yesno(cell, header)
    if answer == "nothing":
        assert found is None
    else:
        assert found is answer if answer is not None else isinstance(found, tuple)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("最近一轮估值（亿美元）", 1.2e9),
        ("最近一轮估值（USD million）", 1.2e7),
        ("企业估值（百万美元）", 1.2e7),
        ("最近一轮估值（美元）", 12.0),
        ("企业估值（美元）（亿）", 1.2e9),
        ("最近一轮估值（美元，亿）", 1.2e9),
        ("最近一轮估值（亿）（美元）", 1.2e9),
        ("最近一轮估值（美元）亿", 1.2e9),
        ("最近一轮估值（USD/美元）", 12.0),
        ("最近一轮估值（美元 USD）", 12.0),
        ("最近一轮估值（USD 美元）", 12.0),
    ],
)
def test_a_unit_of_dollars_is_counted(header: str, value: float) -> None:
    assert facts("unicorn", header, [12], "valuation_usd") == [value]
    assert read("unicorn", {header: [12]}, {header: "最近一轮估值（美元）"}).rows["valuation_usd"].tolist() == [value]


@pytest.mark.parametrize(
    ("policy", "header", "field", "unit", "own"),
    [
        ("unicorn", "最近一轮估值（亿元）", "最近一轮估值（美元）", "亿元", "美元"),
        ("unicorn", "最近一轮估值（美元）（万元）", "最近一轮估值（美元）", "美元、万元", "美元"),
        ("unicorn", "最近一轮估值（美元、人民币）", "最近一轮估值（美元）", "美元、元", "美元"),
        ("unicorn", "最近一轮估值（美元、万美元）", "最近一轮估值（美元）", "美元、万美元", "美元"),
        ("unicorn", "最近一轮估值（美元/欧元）", "最近一轮估值（美元）", "美元/欧元", "美元"),
        ("unicorn", "成立年限（年/月）", "成立年限（年）", "年/月", "年"),
        ("unicorn", "最近一轮估值（欧元）", "最近一轮估值（美元）", "欧元", "美元"),
        ("unicorn", "成立年限（月）", "成立年限（年）", "月", "年"),
        ("key-laboratory-qingdao", "实验用房面积（亩）", "相对集中的实验用房面积（平方米）", "亩", "平方米"),
        ("key-laboratory-qingdao", "实验用房面积（公顷）", "相对集中的实验用房面积（平方米）", "公顷", "平方米"),
    ],
)
def test_a_unit_of_another_measure_is_refused_also_where_the_user_names_the_column(
    policy: str, header: str, field: str, unit: str, own: str
) -> None:
    for named in ({}, {header: field}):
        more = {"依托单位类型": ["企业"]} if "面积" in header else {"获得过私募投资": ["是"]}
        found = read(policy, {header: [12], **more}, named)
        account = found.columns.set_index("header").loc[header]
        assert (account["field"], account["hint"]) == ("", "")
        if named:
            told = found.problems[found.problems["column"] == header]
            assert told["problem"].tolist() == [f"表头的单位“{unit}”和“{field}”不符，没有采用"]
            assert told["action"].tolist() == [f"请折算成{own}后填写"]


@pytest.mark.parametrize(
    ("header", "value"),
    [("平方米/㎡", 2), ("平方米 ㎡", 2), ("㎡、平方米", 2), ("平方米）（万", 20_000), ("万，平方米", 20_000)],
)
def test_a_unit_in_two_writings_or_two_pieces_is_one(header: str, value: float) -> None:
    assert facts("key-laboratory-linyi", f"实验用房面积（{header}）", [2], "lab_area") == [value]
    assert facts("incubator-standard", f"在孵企业使用面积（{header}）", [2], "tenant_area") == [value]


def test_areas_in_ten_thousand_square_metres_are_counted() -> None:
    assert facts("key-laboratory-qingdao", "实验用房面积（万平米）", [0.2], "lab_area") == [2000.0]
    with pytest.raises(TableError, match="没有字段"):
        read("unicorn", {"估值": [1]}, {"估值": "估值（日元）"})
