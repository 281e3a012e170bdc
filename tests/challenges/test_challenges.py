"""Common problems, challenges and the rules of a call, on made-up needs whose answers are known."""

import datetime as dt
from importlib import resources
from pathlib import Path

import pandas as pd
import pytest

from matcher.challenges import (
    challenge_table,
    check_challenge,
    common_problems,
    find_challenges,
    list_calls,
    need_states,
)
from matcher.challenges.calls import load_call
from matcher.challenges.finding import local_ids
from matcher.challenges.listing import challenge_indicators
from matcher.challenges.publication import hard_problems
from matcher.challenges.results import Challenges
from matcher.challenges.terms import term_months, term_problem
from matcher.errors import PolicyError, TableError
from matcher.policy import check_policy
from matcher.tables.reading import read_needs

TEXT = "泵壳铸造后内壁常有气孔，目前靠人工敲击。寻求一种泵壳气孔的无损检测方法，单件检测时间不超过5秒，检出率≥98%。"
NEEDS = pd.DataFrame(
    [
        ("N1", "泵壳气孔无损检测", TEXT, "甲泵业有限公司", "装备制造"),
        (
            "N2",
            "泵壳气孔的无损检测技术",
            "我公司年产泵壳3万件。希望解决泵壳气孔检测难题。",
            "乙铸造有限公司",
            "装备制造",
        ),
        ("N3", "泵壳气孔无损检测", TEXT + "（再次发布）", "甲泵业有限公司", "装备制造"),
        ("N4", "泵壳振动降噪", "希望把泵壳噪声降到60分贝以下。", "丙泵业有限公司", "装备制造"),
        (
            "N5",
            "蜜桃采后保鲜",
            "希望蜜桃保鲜期达到30天，合作方须具有冷链经验，完成期限2年，成果归双方所有。",
            "丁果业合作社",
            "农业",
        ),
        ("N6", "转型升级", "希望合作。", "戊公司", ""),
    ],
    columns=["need_id", "title", "description", "enterprise", "field"],
)


def matches(**good: bool) -> pd.DataFrame:
    """One pair a need; recommended where it is said."""
    ids = NEEDS["need_id"].tolist()
    return pd.DataFrame(
        {"need_id": ids, "outcome_id": [f"C{i}" for i in ids], "good_match": [good.get(i, False) for i in ids]}
    )


def test_needs_of_one_problem_stand_together_and_copies_count_once():
    problems = common_problems(NEEDS)
    columns = ["problem_id", "need_id", "needs", "postings", "firms", "unnamed"]
    assert problems[columns].values.tolist() == [
        ["P001", "N1", 3, 2, 2, 0],
        ["P001", "N2", 3, 2, 2, 0],
        ["P001", "N3", 3, 2, 2, 0],
        ["P002", "N4", 1, 1, 1, 0],
        ["P003", "N5", 1, 1, 1, 0],
        ["P004", "N6", 1, 1, 1, 0],
    ]
    assert problems["name"].tolist()[0] == "泵壳气孔无损检测"
    assert problems["wording"].tolist()[0].startswith("寻求一种泵壳气孔的无损检测方法，单件检测时间不超过5秒")
    assert problems["fields"].tolist() == ["装备制造"] * 4 + ["农业", ""]


def test_no_needs_are_no_problems():
    assert common_problems(NEEDS[:0]).empty


def test_only_what_nobody_answers_becomes_a_challenge():
    states = need_states(NEEDS, matches(N4=True))
    assert states[["need_id", "state"]].values.tolist() == [
        ["N1", "challenge"],
        ["N2", "challenge"],
        ["N3", "challenge"],
        ["N4", "outcome"],
        ["N5", "challenge"],
        ["N6", "vague"],
    ]
    found = find_challenges(NEEDS, matches(N4=True))
    assert found[["challenge_id", "need_id"]].values.tolist() == [
        ["B001", "N1"],
        ["B001", "N2"],
        ["B001", "N3"],
        ["B002", "N5"],
    ]
    assert hard_problems(challenge_table(found, NEEDS), target=4).values.tolist() == [
        ["found", 2, 4, 0.5],
        ["ready", 1, 4, 0.25],
        ["bid", 0, 4, 0.0],
        ["working", 0, 4, 0.0],
        ["solved", 0, 4, 0.0],
    ]


def test_a_need_that_says_too_little_alone_is_covered_where_its_problem_is_a_challenge():
    needs = NEEDS.assign(description=NEEDS["description"].where(NEEDS["need_id"] != "N2", ""))
    needs.loc[needs["need_id"] == "N2", "title"] = "泵壳气孔检测"
    challenges = Challenges.build(needs, matches(), rules="荣成2023")
    assert challenges.states.set_index("need_id")["state"]["N2"] == "vague"
    row = challenges.table.iloc[0]
    assert (row["needs"], row["firms"], row["need_ids"]) == (3, 2, "N1、N2、N3")
    assert row["owner"] == "甲泵业有限公司；乙铸造有限公司"
    assert challenges.summary.startswith("6 条需求中 4 条无人可答，并成 3 项榜单")


def test_an_answer_to_one_need_of_a_problem_answers_the_others():
    states = need_states(NEEDS, matches(N1=True)).set_index("need_id")["state"]
    assert states[["N1", "N2", "N3"]].tolist() == ["outcome", "together", "together"]


def test_experts_answer_too_and_only_local_ones_count():
    experts = matches(N5=True).rename(columns={"outcome_id": "expert_id"})
    assert need_states(NEEDS, matches(), experts).set_index("need_id")["state"]["N5"] == "expert"
    far = need_states(NEEDS, matches(), experts, local_experts=set()).set_index("need_id").loc["N5"]
    assert (far["state"], far["experts_elsewhere"]) == ("challenge", 1)
    far = need_states(NEEDS, matches(N5=True), local_outcomes={"C0"}).set_index("need_id").loc["N5"]
    assert (far["state"], far["outcomes"], far["outcomes_elsewhere"]) == ("challenge", 0, 1)


def test_what_was_not_matched_is_refused():
    with pytest.raises(TableError, match="匹配结果中没有 5 条需求：N2、N3"):
        find_challenges(NEEDS, matches()[:1])
    with pytest.raises(TableError, match="缺少列 recommended 或 good_match"):
        find_challenges(NEEDS, matches().drop(columns="good_match"))


def test_local_is_a_place_of_the_national_list_and_must_be_told():
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2", "C3"], "region": ["临沂", "山东临沂兰山区", "济南市"]})
    assert local_ids(outcomes, "地区=临沂市") == {"C1", "C2"}
    assert local_ids(outcomes, "地区=青岛市") == set()
    with pytest.raises(TableError, match="没有“地区”这一列"):
        local_ids(outcomes[["outcome_id"]], "地区=临沂市")


def test_a_challenge_says_what_the_needs_say_and_no_more():
    found = find_challenges(NEEDS, matches())
    table = challenge_table(found, NEEDS).set_index("challenge_id")
    pump, peach = table.loc["B001"], table[table["name"] == "蜜桃采后保鲜"].iloc[0]
    assert pump["indicators"] == "单件检测时间不超过5秒；检出率≥98%"
    assert (pump["deadline"], pump["rights"], pump["bidder_conditions"]) == ("", "", "")
    assert (pump["owner"], pump["lead_need_id"], pump["need_ids"]) == (
        "甲泵业有限公司；乙铸造有限公司",
        "N1",
        "N1、N2、N3",
    )
    assert (peach["deadline"], peach["bidder_conditions"]) == ("完成期限2年", "合作方须具有冷链经验")
    rows = challenge_indicators(found, NEEDS)
    assert rows[rows["challenge_id"] == "B001"][
        ["number", "quantity", "relation", "value", "unit"]
    ].values.tolist() == [
        [1, "单件检测时间", "≤", "5", "s"],
        [2, "检出率", "≥", "98", "%"],
    ]


def test_no_cell_holds_ids_by_the_hundred():
    many = pd.DataFrame({"need_id": [f"N{i}" for i in range(120)], "title": "泵壳气孔无损检测", "description": TEXT})
    pairs = many[["need_id"]].assign(outcome_id="C", good_match=False)
    table = challenge_table(find_challenges(many, pairs), many)
    assert table["need_ids"].tolist() == ["N0、N1、N2、N3、N4 等 120 条"]


@pytest.mark.parametrize("call", ["赣州2023", "长沙2023", "宜昌2022", "鄂州2024", "荣成2023"])
def test_the_rules_of_every_call_pass_their_cases(call):
    folder = Path(load_call(call).rules.folder).parent
    assert check_policy(folder)["ok"].all()


def test_every_fact_of_a_call_has_its_source_and_says_whether_it_was_seen():
    table = list_calls()
    assert (table[["says", "source"]] != "").all().all()
    open_ = table[~table["verified"]]
    assert open_[["call", "says"]].values.tolist() == [["鄂州2024", "期限2年"]]


def states_of(rules: str, needs: pd.DataFrame = NEEDS, **options: object) -> dict[str, str]:
    """The states of the peaches' challenge."""
    found = find_challenges(needs, matches())
    checked = check_challenge(found, needs, rules=rules, **options)
    peach = found.loc[found["need_id"] == "N5", "challenge_id"].iloc[0]
    mine = checked[checked["challenge_id"] == peach]
    return dict(zip(mine["rule"], mine["state"], strict=True))


def test_what_is_written_is_met_and_what_nobody_knows_stays_unknown():
    assert states_of("赣州2023") == {
        "enterprise": "met",
        "beyond": "unknown",
        "problem": "met",
        "indicators": "met",
        "deadline": "met",
        "rights": "met",
        "money": "not_met",
        "bidder": "met",
        "three_years": "met",
        "four_times": "unknown",
        "to_bidder": "unknown",
        "in_money": "unknown",
        "promise": "unknown",
    }


def test_columns_of_the_table_and_facts_of_the_firm_settle_rules():
    needs = NEEDS.assign(budget=4_000_000, city_support=1_000_000, 诚信承诺="是")
    known = states_of("赣州2023", needs)
    assert (known["four_times"], known["promise"], known["money"]) == ("met", "met", "met")
    firms = pd.DataFrame(
        {"name": ["丁果业合作社"], "sales_last_year": [40_000_000], "rd_expense_last_year": [1_900_000]}
    )
    assert states_of("宜昌2022", firms=firms)["rd_share"] == "not_met"
    assert states_of("宜昌2022", firms=firms.assign(rd_expense_last_year=2_000_000))["rd_share"] == "met"


def test_a_term_and_an_ownership_in_columns_of_their_own_are_stated():
    table = NEEDS.rename(columns={"need_id": "需求编号", "title": "需求名称", "description": "需求描述"})
    columns = {"完成时限": [*["24个月"] * 5, ""], "成果归属": [*["归甲方所有"] * 5, ""]}
    needs = read_needs(table.assign(**columns)).rows
    found = find_challenges(needs, matches())
    pump = challenge_table(found, needs).set_index("challenge_id").loc["B001"]
    assert (pump["deadline"], pump["rights"]) == ("24个月", "归甲方所有")
    states = check_challenge(found, needs, rules="赣州2023").set_index(["challenge_id", "rule"])["state"]
    assert [states["B001", rule] for rule in ("deadline", "rights", "three_years")] == ["met", "met", "met"]


def test_what_is_missing_is_named():
    found = find_challenges(NEEDS, matches())
    checked = check_challenge(found, NEEDS, rules="赣州2023").set_index(["challenge_id", "rule"])["missing"]
    assert checked["B001", "deadline"] == "需求文字没有写明完成期限"
    assert checked["B001", "to_bidder"] == "缺少：支付给揭榜方的资金、市级财政支持资金"
    judged = check_challenge(found, NEEDS, rules="荣成2023")
    assert set(judged["state"]) == {"unknown"}
    assert set(judged["missing"]) == {"由专家或主管部门判断"}


def test_a_call_that_is_not_known_or_not_in_force_is_refused():
    with pytest.raises(PolicyError, match="没有名为“荣城2023”的揭榜规则；您是不是指 荣成2023"):
        load_call("荣城2023")
    with pytest.raises(PolicyError, match="“济南2025”没有需求方面的条件"):
        check_challenge(find_challenges(NEEDS, matches()), NEEDS, rules="济南2025")
    with pytest.raises(PolicyError, match="“鄂州2024”在 2023-01-01 没有施行"):
        check_challenge(find_challenges(NEEDS, matches()), NEEDS, rules="鄂州2024", on="2023-01-01")


def test_rules_lie_in_the_package():
    folder = Path(str(resources.files("matcher.challenges"))) / "rules"
    assert sorted(path.name for path in folder.iterdir()) == [
        "changsha-2023",
        "ezhou-2024",
        "ganzhou-2023",
        "rongcheng-2023",
        "yichang-2022",
    ]


def test_terms_are_read_in_months():
    assert [term_months(text) for text in ("期限三年", "180天", "2027年6月前", "")] == [36.0, 5.92, None, None]
    texts = {
        "三年半": 42.0,
        "一年半": 18.0,
        "十八个月": 18.0,
        "一个半月": 1.5,
        "2年6个月": 30.0,
        "2026.12-2030.12": 48.0,
        "2030年上半年": 42.0,
        "27年底": 12.0,
        "2027-12-31": 12.0,
        "二〇二七年十二月": 12.0,
        "合同签订后18个月内完成": 18.0,
    }
    assert {text: term_months(text, dt.date(2026, 12, 31)) for text in texts} == pytest.approx(texts, abs=0.05)
    assert [term_problem(text) for text in ("18个月", "2027/13/01", "2027-6-31", "已完成", "尽快")] == [
        "",
        "日历上没有这一天",
        "日历上没有这一天",
        "不是日期，也不是多长时间",
        "不是日期，也不是多长时间",
    ]


def one_challenge(*rows: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Needs of one problem, and the challenge that they make."""
    table = pd.DataFrame([{"需求编号": f"N{number}", **row} for number, row in enumerate(rows, 1)])
    needs = read_needs(table).rows
    none = pd.DataFrame({"need_id": needs["need_id"], "outcome_id": "C1", "good_match": False})
    return needs, find_challenges(needs, none)


def test_only_a_term_that_can_be_read_is_stated():
    for text, states in {
        "42个月": ("met", "not_met"),
        "2028-12-31": ("met", "met"),
        "2030年上半年": ("met", "not_met"),
        "已完成": ("not_met", "unknown"),
        "2027-6-31": ("not_met", "unknown"),
    }.items():
        needs, found = one_challenge({"需求名称": "泵壳气孔检测", "需求描述": "单件检测时间≤5秒。", "完成时限": text})
        checked = check_challenge(found, needs, rules="赣州2023", start="2026-12-31").set_index("rule")
        assert tuple(checked["state"][["deadline", "three_years"]]) == states, text
    assert checked["missing"]["deadline"] == "完成期限“2027-6-31”读不懂：日历上没有这一天"


STRICT, LOOSE = (f"寻求检测方法，要求气孔≤{size}mm，单件时间≤5秒。" for size in ("0.3", "0.5"))


def test_needs_that_do_not_agree_are_told_and_each_is_checked():
    needs, found = one_challenge(
        {"需求名称": "铸件表面气孔检测", "需求描述": STRICT, "企业名称": "甲铸造公司",
         "预算（万元）": "60", "完成时限": "12个月"},
        {"需求名称": "铸件表面气孔检测技术", "需求描述": LOOSE, "企业名称": "乙轮毂公司",
         "预算（万元）": "300", "完成时限": "48个月"},
    )  # fmt: skip
    assert found["ready"].all()
    (row,) = challenge_table(found, needs).to_dict("records")
    assert (row["owner"], row["ready"]) == ("甲铸造公司；乙轮毂公司", False)
    assert row["conflicts"] == (
        "气孔：N1 ≤0.3mm，N2 ≤0.5mm；完成期限：N1 12个月，N2 48个月；资金投入：N1 60 万元，N2 300 万元"
    )
    checked = check_challenge(found, needs, rules="赣州2023").set_index("rule")
    assert checked["state"]["three_years"] == "not_met"
    needs, found = one_challenge(
        {
            "需求名称": "铸件表面气孔检测",
            "需求描述": STRICT,
            "完成时限": "12个月",
        },
        {
            "需求名称": "铸件表面气孔检测技术",
            "需求描述": STRICT,
            "完成时限": "一年",
        },
    )
    (row,) = challenge_table(found, needs).to_dict("records")
    assert (row["conflicts"], row["ready"]) == ("", True)


def test_other_money_is_not_what_the_firm_puts_in():
    text = "要求翻拌均匀度≥90%，设备投资不超过300万元，年节约资金80万元，人工费用20万元。"
    needs, found = one_challenge({"需求名称": "酒醅翻拌", "需求描述": text})
    assert challenge_table(found, needs)["money"].tolist() == [""]
    states = check_challenge(found, needs, rules="赣州2023").set_index("rule")["state"]
    assert states["money"] == "not_met"
    needs, found = one_challenge({"需求名称": "酒醅翻拌", "需求描述": text + "拟投入资金50万元。"})
    assert challenge_table(found, needs)["money"].tolist() == ["拟投入资金50万元"]


def test_a_call_of_figures_alone_lists_them_and_opens_with_them():
    text = "最低施工温度-15℃，附着力1级，盐雾1000h。"
    needs, found = one_challenge({"需求名称": "低温底漆", "需求描述": text})
    (row,) = challenge_table(found, needs).to_dict("records")
    assert (row["wording"], row["indicators"]) == (text.rstrip("。") + "。", "最低施工温度-15℃；附着力1级；盐雾1000h")
    listed = "①结合强度≥35MPa；②裂纹率为0；③单支（φ60×900mm）镀覆时间不超过40min。去年试过一次，做到盐雾60h。"
    needs, found = one_challenge({"需求名称": "缸筒镀覆", "需求描述": "要求：" + listed})
    (row,) = challenge_table(found, needs).to_dict("records")
    assert row["indicators"] == "结合强度≥35MPa；裂纹率为0；单支镀覆时间不超过40min"
    assert row["wording"].startswith("①结合强度≥35MPa；②裂纹率为0")


def test_the_command_writes_workbook_page_and_list(run, tmp_path):
    contact = "联系电话13812345678。"
    NEEDS.assign(description=NEEDS["description"] + contact).to_csv(tmp_path / "n.csv", index=False)
    outcomes = pd.DataFrame(
        {"成果编号": ["C1", "C2"], "成果名称": ["水稻育秧", "外墙涂料"], "地区": ["临沂市", "济南市"]}
    )
    outcomes.to_csv(tmp_path / "o.csv", index=False)
    matches(N4=True).assign(outcome_id="C1").to_csv(tmp_path / "m.csv", index=False)
    command = ["needs", "challenges", "n.csv", "o.csv", "--matches", "m.csv"]
    status, out, err = run(*command, "-o", "c.xlsx", "--local", "地区=临沂市")
    assert status == 0, err
    assert "6 条需求中 4 条无人可答，并成 2 项榜单（1 项为多条需求共有），1 项内容够发布；目标 100 项" in out
    sheets = pd.read_excel("c.xlsx", sheet_name=None, engine="calamine")
    assert list(sheets)[:6] == ["榜单", "技术指标", "条件检查", "覆盖的需求", "需求去向", "进度"]
    assert sheets["榜单"]["榜单名称"].tolist()[0] == "泵壳气孔无损检测"
    assert run(*command, "-o", "c.html", "--rules", "宜昌2022", "--local", "地区=济南市", "-q")[0] == 0
    page = (tmp_path / "c.html").read_text("utf-8")
    assert '<div class="work">\n<h3>条件检查（宜昌2022）' in page
    assert page.count('class="draft"') == page.count("内容还不够发布，请先补齐") > 0
    assert ".work,.draft{display:none}" in page.partition("@media print")[2]
    assert "13812345678" not in page
    assert run(*command, "-o", "c.csv", "-q") == (0, "", "")
    assert len(pd.read_csv("c.csv")) == 2
    assert run(*command, "-o", "n.csv")[0] == 2


def indicators_of_call(title, description):
    needs = pd.DataFrame({"need_id": ["N1"], "title": [title], "description": [description]})
    matches = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"], "good_match": [False]})
    return challenge_table(find_challenges(needs, matches), needs).iloc[0][["wording", "indicators"]].tolist()


@pytest.mark.parametrize(
    ("title", "description", "indicators"),
    [
        (
            "金柑保鲜",
            "货架期只有3天，发货损耗18%，需求一套保鲜技术，货架期延长到12天以上，腐损率≤5%。",
            "货架期延长到12天以上；腐损率≤5%",
        ),
        (
            "阀块去毛刺",
            "现在单件用时25分钟。要求单件不超过3分钟，粗糙度不劣于Ra1.6。",
            "单件不超过3分钟；粗糙度不劣于Ra1.6",
        ),
        (
            "电量估算",
            "需要在单片机（主频48兆赫、RAM 16KB）上运行的算法，-20～45℃全温域误差≤4%。",
            "主频48兆赫；RAM 16KB；-20～45℃全温域误差≤4%",
        ),
        (
            "误报过滤",
            "报警点中约85%是误报。希望用算法过滤80%以上误报，单点判定时间小于30毫秒。",
            "用算法过滤80%以上；单点判定时间小于30毫秒",
        ),
    ],
)
def test_a_call_says_what_is_asked_in_the_words_of_the_need(title, description, indicators):
    assert indicators_of_call(title, description)[1] == indicators


def test_a_call_opens_with_the_sentence_that_asks():
    text = "我司电源三年故障率9%。需求新的电源防护设计，效率≥93.5%。"
    assert indicators_of_call("电源防雷设计", text)[0] == "需求新的电源防护设计，效率≥93.5%。"


def test_a_firm_in_two_writings_is_one():
    names = ["沂山药业（集团）有限公司", "沂山药业集团有限公司"]
    needs = pd.DataFrame(
        {"need_id": ["N1", "N2"], "title": "泵壳气孔无损检测", "description": TEXT, "enterprise": names}
    )
    assert common_problems(needs)["firms"].tolist() == [1, 1]
