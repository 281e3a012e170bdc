"""Bids: read, checked for form, scored, published, and how the challenges go on; all made up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher.challenges import challenge_progress, check_bids, publication_list, read_bids, score_bids
from matcher.challenges.bids import bid_responses
from matcher.challenges.publication import hard_problems
from matcher.errors import ArgumentError, TableError

CHALLENGES = pd.DataFrame(
    {
        "challenge_id": ["B001", "B002"],
        "name": ["泵壳气孔检测", "蜜桃保鲜"],
        "owner": ["甲泵业有限公司", "丁果业合作社"],
        "indicators": ["单件检测时间不超过5秒；检出率≥98%", ""],
        "deadline": ["完成期限2年", ""],
    }
)
BIDS = read_bids(
    pd.DataFrame(
        [
            ("J1", "B001", "某理工大学", "单件检测时间3秒，检出率99%", 18, "否", "是", "2026-03-01"),
            ("J2", "B001", "甲泵业有限公司", "单件检测时间6秒", 30, "", "", "2026-04-02"),
            ("J3", "B002", "某农学院", "保鲜30天", 12, "是", "", "2026-03-01"),
            ("J4", "B009", "某研究院", "", 12, "", "", "2026-03-01"),
        ],
        columns=["揭榜编号", "榜单编号", "揭榜单位", "指标响应", "完成月数", "与发榜方有关联", "独立法人", "提交日期"],
    )
).rows


def test_every_check_says_what_holds():
    checked = check_bids(BIDS, CHALLENGES, closes="2026-03-31")
    states = {bid: dict(zip(rows["check"], rows["state"], strict=True)) for bid, rows in checked.groupby("bid_id")}
    assert states["J1"] == dict.fromkeys(
        [
            "challenge",
            "in_time",
            "not_needer",
            "not_affiliated",
            "legal_person",
            "term",
            "responds",
            "reaches",
        ],
        "met",
    )
    assert states["J2"] == {
        "challenge": "met",
        "in_time": "not_met",
        "not_needer": "not_met",
        "not_affiliated": "not_met",
        "legal_person": "unknown",
        "term": "not_met",
        "responds": "not_met",
        "reaches": "not_met",
    }
    assert (states["J3"]["not_affiliated"], states["J3"]["responds"], states["J3"]["term"]) == (
        "not_met",
        "unknown",
        "unknown",
    )
    assert states["J4"] == {"challenge": "not_met"}
    details = checked.set_index(["bid_id", "check"])
    assert details.loc[("J2", "responds"), "detail"] == "未响应：检出率≥98%"
    assert details.loc[("J2", "term"), "detail"] == "承诺 30 个月，榜单要求 24 个月"
    assert details.loc[("J1", "not_affiliated"), "source"].startswith("济南2025：")
    assert details.loc[("J1", "in_time"), "source"] == "形式检查（本库，不是通知原文）"


def test_the_rule_is_cited_from_the_call_that_has_it():
    sources = check_bids(BIDS[:1], CHALLENGES, rules="长沙2023").set_index("check")["source"]
    assert sources["not_needer"] == "长沙2023：需求方不得作为牵头单位揭榜"
    assert sources["not_affiliated"] == "形式检查（本库，不是通知原文）"


def test_affiliates_are_found_by_name_or_code():
    pairs = pd.DataFrame({"单位": ["甲泵业（集团）有限公司"], "关联单位": ["某理工大学"]})
    owner = CHALLENGES.assign(owner=["甲泵业集团有限公司", "丁果业合作社"])
    checked = check_bids(BIDS[:1], owner, affiliates=pairs).set_index("check")
    assert (checked.loc["not_affiliated", "state"], checked.loc["not_affiliated", "detail"]) == (
        "not_met",
        "关联名单中有这两家单位",
    )
    with pytest.raises(TableError, match="关联名单需要两列"):
        check_bids(BIDS, CHALLENGES, affiliates=pairs[["单位"]])


def test_each_indicator_has_its_answer():
    assert bid_responses(BIDS[:2], CHALLENGES).drop(columns="challenge_id").fillna({"margin": 0}).values.tolist() == [
        ["J1", 1, "单件检测时间不超过5秒", "单件检测时间3秒", "met", 0.4],
        ["J1", 2, "检出率≥98%", "检出率99%", "met", 0.0102040816],
        ["J2", 1, "单件检测时间不超过5秒", "单件检测时间6秒", "not_met", -0.2],
        ["J2", 2, "检出率≥98%", "", "not_said", 0.0],
    ]


SCORES = pd.DataFrame(
    [("J1", "a", 80.0), ("J1", "b", 90.0), ("J2", "a", 95.0), ("J2", "b", 85.0)],
    columns=["bid_id", "expert_id", "score"],
)


def one_bid(asked, answered, **others):
    challenge = pd.DataFrame({"challenge_id": ["B-01"], "owner": ["甲建材有限公司"], "indicators": [asked]})
    bid = pd.DataFrame(
        {"bid_id": ["J1"], "challenge_id": ["B-01"], "bidder": ["乙大学"], "response": [answered], **others}
    )
    return check_bids(bid, challenge).set_index("check")[["state", "detail"]]


@pytest.mark.parametrize(
    ("asked", "answered", "responds", "reaches"),
    [
        ("NOx排放浓度≤50mg/Nm³", "NOx≤40mg/Nm³", "met", "met"),
        ("COD浓度≤50mg/L", "COD 60mg/L", "met", "not_met"),
        ("NOx排放浓度≤50mg/Nm³；连续运行不低于12个月", "NOx 40mg/Nm³，连续运行14个月", "unknown", "unknown"),
        ("NOx排放浓度≤50mg/Nm³；连续运行不低于12个月", "NOx 60mg/Nm³", "unknown", "not_met"),
        ("检出率≥95%", "识别准确率98%", "unknown", "unknown"),
        # honest neighbours
        ("检出率≥95%；误报率≤3%", "检出率97%", "not_met", "unknown"),
        ("NOx排放浓度≤50mg/Nm³", "SO2浓度30mg/Nm³", "unknown", "unknown"),
        ("检出率≥95%", "完全响应", "not_met", "unknown"),
        ("检出率≥95%；安装于现有产线", "检出率97%", "met", "met"),
    ],
)
def test_what_was_not_read_is_for_a_person_and_silence_is_silence(asked, answered, responds, reaches):
    found = one_bid(asked, answered)["state"]
    assert (found["responds"], found["reaches"]) == (responds, reaches)


def test_a_table_of_bids_without_any_response_decides_nothing():
    bids = pd.DataFrame({"bid_id": ["J1"], "challenge_id": ["B-01"], "bidder": ["乙大学"], "response": [""]})
    challenge = pd.DataFrame({"challenge_id": ["B-01"], "owner": ["甲建材有限公司"], "indicators": ["检出率≥95%"]})
    both = pd.concat([bids, bids.assign(bid_id="J2", response="检出率97%")], ignore_index=True)
    for table, expected in ((bids, ["unknown"]), (both, ["not_met", "met"])):
        checked = check_bids(table, challenge)
        assert checked.loc[checked["check"] == "responds", "state"].tolist() == expected


@pytest.mark.parametrize(
    ("written", "state", "words"),
    [
        ("B-1", "unknown", "是不是“B-01”？"),
        ("B-02", "not_met", "最接近的是“B-01”"),
        ("b－01", "met", ""),
        ("Z9", "not_met", "榜单表中没有这个编号"),
    ],
)
def test_another_writing_of_a_challenge_is_asked_about(written, state, words):
    found = one_bid("检出率≥95%", "检出率97%", challenge_id=[written]).loc["challenge"]
    assert (found["state"], words in found["detail"]) == (state, True)


def test_headers_of_registers_of_bids_are_read():
    table = pd.DataFrame(
        {
            "榜单编号": ["B1"],
            "揭榜单位": ["乙大学"],
            "是否具有独立法人资格": ["是"],
            "是否与发榜方存在关联关系": ["否"],
            "指标响应情况": ["检出率97%"],
            "递交时间": ["2026/10/9"],
        }
    )
    read = read_bids(table).rows.iloc[0]
    assert [read["legal_person"], read["affiliated"], read["response"]] == [True, False, "检出率97%"]
    assert str(read["submitted_on"].date()) == "2026-10-09"


def test_scores_that_were_not_read_are_no_bids_without_scores():
    with pytest.raises(TableError, match="一个得分也没有读到"):
        score_bids(BIDS, SCORES.assign(score=np.nan))


def test_who_offers_more_than_a_bare_target_is_not_thrown_out():
    challenge = {"challenge_id": ["B1"], "owner": ["甲建材有限公司"], "indicators": ["年消纳6万吨；张力30N"]}
    bid = {"bid_id": ["J1"], "challenge_id": ["B1"], "bidder": ["乙大学"], "response": ["年消纳9万吨；张力45N"]}
    states = bid_responses(pd.DataFrame(bid), pd.DataFrame(challenge))["state"].tolist()
    checked = check_bids(pd.DataFrame(bid), pd.DataFrame(challenge)).set_index("check")
    assert states == ["met", "not_said"]
    assert checked.loc["reaches", ["state", "detail"]].tolist() == ["unknown", "有的指标无法比较"]


@pytest.mark.parametrize(
    ("deadline", "said", "expected"),
    [
        ("18个月", "15个月", ("met", "承诺 15 个月，榜单要求 18 个月")),
        ("2年", "30个月", ("not_met", "承诺 30 个月，榜单要求 24 个月")),
        ("2027年12月31日", "2027年6月30日前", ("met", "承诺 14 个月，榜单要求 20.03 个月")),
        ("12个月", "2028年4月30日", ("not_met", "承诺 24 个月，榜单要求 12 个月")),
        ("12个月", "尽快", ("unknown", "“尽快”看不出是几个月")),
        ("尽快", "12个月", ("unknown", "榜单没有写明月数")),
    ],
)
def test_the_term_of_a_bid_is_months_or_a_day(deadline, said, expected):
    challenges = CHALLENGES[:1].assign(deadline=deadline)
    table = {"榜单编号": ["B001"], "揭榜单位": ["某大学"], "完成时限": [said], "提交日期": ["2026-04-30"]}
    term = check_bids(read_bids(pd.DataFrame(table)).rows, challenges).set_index("check").loc["term"]
    assert (term["state"], term["detail"]) == expected


def test_scores_are_joined_as_they_are():
    scored = score_bids(BIDS, SCORES)
    columns = ["bid_id", "rank", "experts", "mean", "lowest", "highest"]
    assert scored[columns].astype(object).where(scored.notna(), None)[:2].values.tolist() == [
        ["J2", 1, 2, 90.0, 85.0, 95.0],
        ["J1", 2, 2, 85.0, 80.0, 90.0],
    ]
    assert scored["rank"].isna().tolist() == [False, False, True, True]
    assert scored["spread"].round(4).tolist()[:2] == [7.0711, 7.0711]


def test_weights_are_never_invented():
    by_aspect = pd.concat([SCORES.assign(aspect="技术"), SCORES.assign(aspect="团队", score=50.0)])
    with pytest.raises(TableError, match="须由您给出每个方面的权重；缺少：团队、技术"):
        score_bids(BIDS, by_aspect)
    scored = score_bids(BIDS, by_aspect, weights={"技术": 0.5, "团队": 0.5})
    assert scored["mean"].tolist()[:2] == [70.0, 67.5]
    with pytest.raises(TableError, match="专家 b 对 J2 没有评完 2 个方面"):
        score_bids(BIDS, by_aspect[:-1], weights={"技术": 1, "团队": 1})
    with pytest.raises(TableError, match="专家 a 对 J1 评了不止一次"):
        score_bids(BIDS, pd.concat([SCORES, SCORES[:1]]))
    with pytest.raises(TableError, match="1 个揭榜编号不在揭榜表中：J9"):
        score_bids(BIDS, SCORES.assign(bid_id=["J9", "J1", "J2", "J2"]))


def test_the_list_for_publication_proposes_the_best_that_passed():
    checked = check_bids(BIDS, CHALLENGES, closes="2026-03-31")
    public = publication_list(
        BIDS, CHALLENGES, checked, scored=score_bids(BIDS, SCORES), rules="荣成2023", on="2026-04-27"
    )
    assert public[["bid_id", "formal", "proposed"]].values.tolist() == [
        ["J2", "not_met", False],
        ["J1", "met", True],
        ["J3", "not_met", False],
        ["J4", "not_met", False],
    ]
    assert set(public["public_until"].dt.date.astype(str)) == {"2026-05-06"}
    with pytest.raises(ArgumentError, match="“济南2025”没有见到公示天数"):
        publication_list(BIDS, CHALLENGES, checked, rules="济南2025", on="2026-04-27")
    assert publication_list(BIDS, CHALLENGES, checked)["public_from"].isna().all()


def test_progress_counts_what_is_due():
    day = pd.to_datetime
    steps = pd.DataFrame(
        {
            "challenge_id": ["B001", "B001"],
            "milestone": ["样机", "验收"],
            "due": day(["2026-06-30", "2026-12-31"]),
            "done_on": day(["2026-06-20", None]),
        }
    )
    progress = challenge_progress(CHALLENGES, bids=BIDS, milestones=steps, on="2026-07-01")
    assert progress[["challenge_id", "state", "bids", "done", "overdue", "next_milestone"]].values.tolist() == [
        ["B001", "working", 2, 1, 0, "验收"],
        ["B002", "bid", 1, 0, 0, ""],
    ]
    late = challenge_progress(CHALLENGES, milestones=steps, on="2027-01-01")
    assert late["state"].tolist() == ["overdue", "open"]
    done = challenge_progress(CHALLENGES, milestones=steps[:1], on="2026-07-01")
    assert hard_problems(CHALLENGES, done, target=100)["count"].tolist() == [2, 2, 1, 1, 1]


def test_a_list_of_a_city_is_read_by_its_own_headers(run, tmp_path):
    BIDS.to_csv(tmp_path / "b.csv", index=False)
    board = (
        "某市技术难题清单,,,\n榜单编号,难题名称,发榜企业,攻关目标及考核指标\nB001,检测,虚构重工有限公司,检测时间≤5秒\n"
    )
    (tmp_path / "c.csv").write_text(board, "gbk")
    status, _, said = run("needs", "bids", "b.csv", "c.csv", "-o", "o.xlsx")
    assert status == 0, said
    assert "c.csv：读入 1 条" in said
    (tmp_path / "c.csv").write_text(board.replace("榜单编号", "备注"), "gbk")
    status, _, said = run("needs", "bids", "b.csv", "c.csv", "-o", "o.xlsx")
    assert (status, "没有“榜单编号”这一列" in said) == (2, True)


def test_the_command_checks_scores_and_publishes(run, tmp_path):
    CHALLENGES.to_csv(tmp_path / "c.csv", index=False)
    BIDS.to_csv(tmp_path / "b.csv", index=False)
    SCORES.to_csv(tmp_path / "s.csv", index=False)
    command = ["needs", "bids", "b.csv", "c.csv", "--scores", "s.csv", "--closes", "2026-03-31", "--on", "2026-07-01"]
    status, out, err = run(*command, "-o", "out.xlsx", "--public-from", "2026-04-27")
    assert status == 0, err
    assert out == (
        "4 份揭榜：形式检查符合 1，不符合 3，未定 0；2 项榜单中 2 项有人揭榜，0 项已完成（目标 100 项）\n"
        "结果已写入 out.xlsx\n"
    )
    sheets = pd.read_excel("out.xlsx", sheet_name=None, engine="calamine")
    assert list(sheets)[:6] == ["公示名单", "形式检查", "指标响应", "专家评分", "进展", "进度"]
    assert sheets["公示名单"].loc[sheets["公示名单"]["拟揭榜"] == "是", "揭榜单位"].tolist() == ["某理工大学"]
    assert run(*command, "-o", "out.csv", "-q")[0] == 0
    assert pd.read_csv("out.csv")["bid_id"].tolist() == ["J2", "J1", "J3", "J4"]


def test_a_bid_is_held_against_the_better_vacuum_and_every_firm_and_term():
    challenges = pd.DataFrame(
        {
            "challenge_id": ["B001"],
            "owner": ["甲镀膜有限公司；乙光学有限公司"],
            "indicators": ["本底真空优于2×10⁻⁴Pa"],
            "deadline": ["12个月；48个月"],
        }
    )
    bids = pd.DataFrame(
        {
            "bid_id": ["J1", "J2"],
            "challenge_id": "B001",
            "bidder": ["乙光学有限公司", "丙大学"],
            "response": ["本底真空5×10⁻³Pa", "本底真空8×10⁻⁵Pa"],
            "months": [24, 12],
        }
    )
    found = check_bids(bids, challenges).set_index(["bid_id", "check"])["state"].unstack()
    assert found[["not_needer", "reaches", "term"]].values.tolist() == [
        ["not_met", "not_met", "unknown"],
        ["met", "met", "met"],
    ]


@pytest.mark.parametrize(
    ("field", "said", "state"),
    [
        ("months", "12-18个月", "met"),
        ("months", "12-30", "unknown"),
        ("done_by", "12～30个月", "unknown"),
        ("done_by", "20-30个月", "not_met"),
        # honest neighbours
        ("done_by", "12-18个月", "met"),
        ("months", "18", "met"),
        ("done_by", "30个月", "not_met"),
        ("done_by", "3～6个月内完成样机，30个月完成", "not_met"),
        ("done_by", "尽快", "unknown"),
    ],
)
def test_a_range_of_months_is_held_against_the_term(field, said, state):
    headers = {"months": "完成月数", "done_by": "完成时间"}
    bids = read_bids(
        pd.DataFrame({"揭榜编号": ["J1"], "榜单编号": ["B1"], "揭榜单位": ["甲大学"], headers[field]: [said]})
    )
    challenges = pd.DataFrame({"challenge_id": ["B1"], "owner": ["乙厂"], "deadline": ["18个月"]})
    assert check_bids(bids.rows, challenges).set_index("check").loc["term", "state"] == state


@pytest.mark.parametrize(
    ("item", "response", "state"),
    [
        ("采用5G通信", "漏检率0.5%，采用5G通信", "met"),
        ("符合GB/T 19001-2016", "漏检率0.5%；符合 GB/T19001-2016", "met"),
        ("通过ISO 9001认证", "漏检率0.5%，已通过ISO9001认证", "met"),
        # honest neighbours
        ("采用5G通信", "漏检率0.5%，不采用5G通信", "unknown"),
        ("采用5G通信", "漏检率0.5%，采用5G通信尚有困难", "unknown"),
        ("采用5G通信", "漏检率0.5%，不能保证采用5G通信", "unknown"),
        ("通过ISO 9001", "漏检率0.5%，通过ISO90015", "unknown"),
        ("采用5G通信", "漏检率0.5%，采用4G通信", "unknown"),
        ("符合GB/T 19001-2016", "漏检率0.5%，符合GB/T 19001-2008", "unknown"),
        ("采用5G通信", "漏检率0.5%", "unknown"),
    ],
)
def test_an_item_that_is_taken_on_word_for_word_is_answered(item, response, state):
    challenges = pd.DataFrame({"challenge_id": ["B1"], "owner": ["乙厂"], "indicators": [f"漏检率≤1%；{item}"]})
    bids = pd.DataFrame({"bid_id": ["J1"], "challenge_id": ["B1"], "bidder": ["甲大学"], "response": [response]})
    states = check_bids(bids, challenges).set_index("check")["state"]
    assert states[["responds", "reaches"]].tolist() == [state, state]


def test_the_example_bids_answer_the_challenges_that_they_name(run):
    examples = Path(__file__).parents[2] / "examples"
    tables = [str(examples / f"{name}.csv") for name in ("needs", "outcomes", "experts", "works")]
    run("needs", "challenges", *tables, "--local", "地区=临沂市", "--rules", "赣州2023", "-o", "榜单.xlsx")
    run("needs", "bids", str(examples / "bids.csv"), "榜单.xlsx", "--closes", "2026-09-30", "-o", "揭榜.xlsx")
    checks = pd.read_excel("揭榜.xlsx", sheet_name="形式检查", engine="calamine")
    found = checks[checks["检查项"] == "逐项响应指标"].set_index("揭榜编号")["结论"]
    assert found.to_dict() == {"JB01": "符合", "JB02": "不符合", "JB03": "符合", "JB04": "符合"}
