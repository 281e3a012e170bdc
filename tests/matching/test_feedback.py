"""Users' judgements: what each changes, that it can be taken back, and that it lies in the folder."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small import NEEDS, OUTCOMES

from matcher import Index, fit_feedback, match
from matcher.errors import TableError
from matcher.matching import withdraw_feedback
from matcher.matching.learning.calibration import Calibration
from matcher.matching.learning.declines import declined_pairs
from matcher.matching.learning.feedback import REASONS, STEP
from matcher.matching.learning.judgements import read_judgements
from matcher.needs.routes import ASK_BACK

RECORDS = OUTCOMES.assign(
    maturity=["通过小试", "可以量产", "正在研发", "通过中试", "已有样品", ""],
    price=["20万元", "面议", "100万元", "5万元", "1亿元", "30.0万元-100.0万元"],
)


class Characters:
    """How often each of 97 kinds of characters occurs: texts that share few are unlike."""

    fingerprint = "characters-1"

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.array([np.bincount([ord(sign) % 97 for sign in text], minlength=97) for text in texts], float)


def build(records: pd.DataFrame = RECORDS) -> Index:
    return Index.build(records, encoder=Characters())


def judged(*rows: tuple[str, str, object, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["need_id", "outcome_id", "level", "verdict", "reason"])


def lost(table: pd.DataFrame, records: pd.DataFrame = RECORDS) -> dict[str, float]:
    """What the reasons take from the sums of the records for N1; those that lose nothing are left out."""
    index = fit_feedback(build(records), NEEDS, table)
    result = index.ranker.wishes.lost("N1", np.arange(len(records)))
    assert not index.ranker.wishes.lost("N2", np.arange(len(records))).any()
    return {name: value for name, value in zip(index.ids, result, strict=True) if value}


# ---- reasons: what the declined pair and the others lose


@pytest.mark.parametrize(
    ("pair", "reason", "names"),
    [
        ("C5", "other", "C5"),
        ("C5", "其他", "C5"),
        ("C5", "description unclear", "C5"),
        ("C5", "commercial route unclear", "C5"),
        ("C5", "already solved", "C5"),
        ("C1", "too early", "C1 C3"),  # 通过小试; 正在研发 is no further, and what has no stage is unknown
        ("C1", "太早", "C1 C3"),
        ("C1", "too expensive", "C1 C3 C5 C6"),  # 20万元; 面议 is unknown
        ("C2", "too expensive", "C2"),
        ("C6", "wrong field", "C2 C5 C6"),  # 装备制造-包装 and 生物医药: not C1, which is 装备制造-自动化
        ("C1", "no benefit over what we have", "C1"),
    ],
)
def test_a_reason_takes_from_the_records_that_it_concerns(pair, reason, names):
    assert lost(judged(("N1", pair, "", "declined", reason))) == dict.fromkeys(names.split(), STEP)


def test_a_wrong_field_is_forgiven_when_one_of_it_was_accepted():
    table = judged(("N1", "C6", "", "declined", "wrong field"), ("N1", "C5", "", "accepted", ""))
    assert lost(table) == {"C6": STEP}


def test_what_is_no_better_takes_from_what_is_like_it():
    records = RECORDS.assign(description="", title=["机械手抓取机械零件", *"乙丙丁", "机械手抓取零件装置", "己"])
    assert lost(judged(("N1", "C1", "", "declined", "无优势")), records) == {"C1": STEP, "C5": STEP}
    assert lost(judged(("N1", "C1", "", "declined", "其他")), records) == {"C1": STEP}


def test_reasons_add_up():
    table = judged(("N1", "C1", "", "declined", "too early"), ("N1", "C6", "", "declined", "too expensive"))
    assert lost(table) == {"C1": STEP, "C3": 2 * STEP, "C5": STEP, "C6": STEP}


def test_what_a_reason_takes_is_seen_in_the_next_table():
    table = judged(("N1", "C1", "", "declined", "other"))
    result = match(NEEDS, fit_feedback(build(), NEEDS, table), k=6).set_index(["need_id", "outcome_id"])
    plain = match(NEEDS, build(), k=6).set_index(["need_id", "outcome_id"])
    assert result["feedback"].loc[lambda values: values != 0].to_dict() == {("N1", "C1"): -STEP}
    assert (result["score"] < plain["score"]).loc[lambda lower: lower].index.tolist() == [("N1", "C1")]


def test_what_is_solved_is_shown_no_more_nor_are_its_re_posts():
    twin = RECORDS.iloc[[0]].assign(outcome_id="C7")
    table = judged(("N1", "C1", "", "declined", "already solved"))
    result = match(NEEDS, fit_feedback(build(pd.concat([RECORDS, twin])), NEEDS, table), k=7)
    shown = result.groupby("need_id")["outcome_id"].agg(set)
    assert shown["N1"] == {"C2", "C3", "C4", "C5", "C6"}
    assert shown["N2"] == {"C1", "C2", "C3", "C4", "C5", "C6", "C7"}


def test_an_unclear_record_is_marked_for_every_need():
    table = judged(("N1", "C5", "", "declined", "description unclear"), ("N2", "C5", "", "拒绝", "商业路径不清"))
    result = match(NEEDS, fit_feedback(build(RECORDS), NEEDS, table), k=6)
    about, asked_back = "描述不清、商业路径不清", {"", ASK_BACK}
    notes = result[result["outcome_id"] == "C5"].set_index("need_id")["note"].str.replace(f"{ASK_BACK}；", "")
    assert notes.pop("N1") == f"已拒绝：描述不清；{about}"
    assert notes.pop("N2") == f"已拒绝：商业路径不清；{about}"
    assert set(notes) <= {about}
    assert set(result.loc[result["outcome_id"] != "C5", "note"]) <= asked_back


def test_accepted_is_lifted_and_so_is_what_is_like_it():
    twin = RECORDS.iloc[[5]].assign(outcome_id="C7", title="医药包装机")
    records = pd.concat([RECORDS, twin])
    assert match(NEEDS, build(records), k=7)["outcome_id"].tolist()[:2] == ["C1", "C5"]
    taught = fit_feedback(build(records), NEEDS, judged(("N1", "C6", "", "采纳", "")))
    after = match(NEEDS, taught, k=7)["outcome_id"].tolist()[:7]
    assert after[0] == "C6"
    assert after.index("C7") < after.index("C5")


def test_there_are_eight_reasons():
    assert len(REASONS) == 8


# ---- one after the other, and back


def test_a_later_judgement_takes_the_place_of_an_earlier_one_and_order_makes_no_difference():
    rows = [("N1", "C5", 4, "", ""), ("N1", "C1", 1, "", ""), ("N2", "C2", "", "declined", "too early")]
    at_once = fit_feedback(build(RECORDS), NEEDS, judged(*rows))
    step_by_step = build(RECORDS)
    for row in [("N1", "C5", 2, "", ""), *rows[::-1]]:
        step_by_step = fit_feedback(step_by_step, NEEDS, judged(row))
    assert_frame_equal(match(NEEDS, step_by_step, k=6), match(NEEDS, at_once, k=6), check_exact=True)


def test_the_given_index_stays_as_it_was_and_withdrawing_gives_it_back():
    index = build(RECORDS)
    before = match(NEEDS, index, k=6)
    table = judged(("N1", "C5", 4, "", ""), ("N1", "C1", "", "declined", "already solved"))
    first = fit_feedback(index, NEEDS, table[:1])
    both = fit_feedback(first, NEEDS, table[1:])
    assert_frame_equal(match(NEEDS, index, k=6), before, check_exact=True)
    assert_frame_equal(
        match(NEEDS, withdraw_feedback(both, table[1:]), k=6), match(NEEDS, first, k=6), check_exact=True
    )
    assert_frame_equal(match(NEEDS, withdraw_feedback(both, table), k=6), before, check_exact=True)
    assert_frame_equal(match(NEEDS, withdraw_feedback(both), k=6), before, check_exact=True)


def test_feedback_lies_in_the_folder(tmp_path):
    table = judged(("N1", "C5", 4, "", ""), ("N2", "C2", "", "declined", "wrong field"))
    index = fit_feedback(build(RECORDS), NEEDS, table, prior=Calibration(cuts=(0.5, 2.0, 4.0)))
    expected = match(NEEDS, index, k=6)
    assert expected["probability"].notna().all()
    index.save(tmp_path / "index")
    loaded = Index.load(tmp_path / "index", encoder=Characters())
    assert_frame_equal(match(NEEDS, loaded, k=6), expected, check_exact=True)
    withdraw_feedback(loaded).save(tmp_path / "index")
    loaded = Index.load(tmp_path / "index", encoder=Characters())
    assert loaded.feedback is None
    loaded.save(tmp_path / "index")
    assert not list((tmp_path / "index").glob("feedback-*"))  # neither version in force nor the one before it needs it


def test_a_judged_record_counts_as_soon_as_it_is_there():
    table = judged(("N1", "C5", 4, "", ""))
    index = fit_feedback(build(RECORDS), NEEDS, table)
    back = index.remove(["C5"]).add(RECORDS.iloc[[4]])
    without = match(NEEDS, index.remove(["C5"]), k=6)
    assert (without["feedback"] == 0).all()
    assert (match(NEEDS, back, k=6).loc[lambda result: result["outcome_id"] == "C5", "feedback"] > 0).any()


def test_the_other_way_round_outcomes_judge_needs():
    table = pd.DataFrame({"outcome_id": ["C1"], "need_id": ["N4"], "level": ["4"]})
    result = match(OUTCOMES, fit_feedback(build(NEEDS), OUTCOMES, table), k=4)
    total = result["semantic"] + result["lexical"]
    result["lifted"] = np.arcsinh(total + result["feedback"]) - np.arcsinh(total)
    lifted = result.pivot_table(index="outcome_id", columns="need_id", values="lifted")
    assert lifted.loc["C1"].idxmax() == "N4"
    assert (lifted.loc["C3"] < lifted.loc["C1"] / 4).all()  # its text is unlike C1's


# ---- few labels are not worse than none


def test_few_labels_are_not_worse_than_none():
    """200 needs in four fields, levels by field: the other pairs of a need, after one judged pair of each."""
    random = np.random.default_rng(0)
    fields = ["机械", "医药", "农业", "电子"]
    needs = pd.DataFrame({"need_id": [f"N{i}" for i in range(60)], "title": ""})
    needs["title"] = [fields[i % 4] + "".join(random.choice(list("甲乙丙丁戊己庚辛"), 4)) for i in range(60)]
    outcomes = pd.DataFrame({"outcome_id": [f"C{i}" for i in range(80)], "title": ""})
    outcomes["title"] = [fields[i % 4] + "".join(random.choice(list("甲乙丙丁戊己庚辛"), 4)) for i in range(80)]
    index = build(outcomes)
    plain = match(needs, index, k=80, reasons=False)
    plain["truth"] = 1.0 + 3 * (plain["need_id"].str[1:].astype(int) % 4 == plain["outcome_id"].str[1:].astype(int) % 4)
    few = plain.groupby("need_id").sample(1, random_state=1).assign(level=lambda table: table["truth"])
    after = match(needs, fit_feedback(index, needs, few[["need_id", "outcome_id", "level"]]), k=80, reasons=False)
    after = after.merge(plain[["need_id", "outcome_id", "truth"]], on=["need_id", "outcome_id"])
    seen = pd.MultiIndex.from_frame(few[["need_id", "outcome_id"]])

    def precision(table: pd.DataFrame) -> float:
        table = table[~pd.MultiIndex.from_frame(table[["need_id", "outcome_id"]]).isin(seen)]
        return float((table.groupby("need_id").head(10)["truth"] > 1).mean())

    assert precision(after) >= precision(plain)


def test_no_judgements_change_nothing():
    index = fit_feedback(build(RECORDS), NEEDS, judged())
    result = match(NEEDS, index, k=6).drop(columns="feedback")
    assert_frame_equal(result, match(NEEDS, build(RECORDS), k=6))


# ---- faults


def test_every_fault_of_a_table_is_named():
    table = judged(
        ("N1", "C1", 5, "", ""), ("N1", "C2", "", "maybe", ""), ("N1", "C3", "", "", "too blue"),
        ("N1", "C4", "", "accepted", "other"),
    )  # fmt: skip
    with pytest.raises(TableError) as caught:
        fit_feedback(build(), NEEDS, table)
    lines = str(caught.value).splitlines()
    assert lines[0] == "反馈表有 4 处问题："
    assert lines[1] == "  第 2 行“5”：不是 1 到 4 的等级"
    assert lines[2] == "  第 3 行“maybe”：不是 accepted（采纳）或 declined（拒绝）"
    assert lines[3].startswith("  第 4 行“too blue”：不是拒绝理由；可用：太早、无优势、")
    assert lines[4] == "  第 5 行“other”：是拒绝理由，而该对标为采纳"
    with pytest.raises(TableError, match="第 2 行“”：没有等级、结论或理由"):
        fit_feedback(build(), NEEDS, judged(("N1", "C5", "", "", "")))


@pytest.mark.parametrize(
    ("verdict", "reason", "expected"),
    [
        ("采纳", "", [4.0, ""]),
        ("已签约", "合同额30万", [4.0, ""]),
        ("不予采纳", "", [None, "other"]),
        ("企业不感兴趣", "价格太高", [None, "too expensive"]),
        ("否决", "企业已自行解决", [None, "already solved"]),
        ("拒绝", "不对口", [1.0, "wrong field"]),
        ("拒绝", "老师没精力，联系王总 13853901234 未接", [None, "other"]),
        ("", "太贵", [None, "too expensive"]),
        ("√", "", [4.0, ""]),
        ("可以", "", [4.0, ""]),
        ("采纳，已签约", "", [4.0, ""]),
        ("×", "企业已有供应商", [None, "other"]),
        ("N", "太贵", [None, "too expensive"]),
        ("不合适", "", [None, "other"]),
        ("对接失败", "价格谈不拢", [None, "other"]),
        ("不采纳（价格太高）", "", [None, "too expensive"]),
        ("拒绝：方向不符", "", [1.0, "wrong field"]),
        ("方向不符", "", [1.0, "wrong field"]),
        ("×太贵", "", [None, "too expensive"]),
        ("√已签约", "", [4.0, ""]),
        ("拒绝-太贵", "", [None, "too expensive"]),
        ("Declined", "", [None, "other"]),
    ],
)
def test_verdicts_and_reasons_in_peoples_words(verdict, reason, expected, caplog):
    read = read_judgements(judged(("N1", "C1", "", verdict, reason)), "need_id", "outcome_id")
    assert read[["level", "reason"]].astype(object).where(
        read[["level", "reason"]].notna(), None
    ).to_numpy().tolist() == [expected]
    assert "1385390" not in caplog.text


@pytest.mark.parametrize(
    "verdict",
    [
        "待定",
        "暂缓",
        "跟进中",
        "暂不考虑",
        "暂无意向",
        "未成",
        "没有谈成",
        "未联系上",
        "未对接",
        "有意向",
        "待企业回复",
        "",
    ],
)
def test_what_is_still_open_teaches_nothing_and_is_told(verdict, caplog):
    table = judged(("N1", "C1", "", verdict, ""), ("N1", "C2", "", "拒绝", ""))
    read = read_judgements(table, "need_id", "outcome_id")
    assert read["record_id"].tolist() == ["C2"]
    assert f"1 对还没有结论，没有用：N1—C1“{verdict}”" in caplog.text


@pytest.mark.parametrize(
    "verdict",
    ["maybe", "转科技局处理", "同意但要改", "同意，但要改", "拒绝，待再议", "已解决", "√太贵", "拒绝原因待查证"],
)
def test_a_verdict_in_words_that_say_neither_is_refused(verdict):
    with pytest.raises(TableError, match="不是 accepted"):
        fit_feedback(build(), NEEDS, judged(("N1", "C1", "", verdict, "")))


def test_remarks_and_the_workbooks_own_advice_give_verdicts_and_reasons():
    cells = {
        "verdict": ["拒绝", "采纳", "", "", "", ""],
        "remark": ["价格太高", "价格太高", "拒绝：太早", "已发邮件", "", ""],
        "advice": ["可推荐", "可推荐", "可推荐", "可推荐", "已拒绝", "可推荐"],
        "note": ["", "", "", "", "已拒绝：太贵；和第 1 名（C1）同名，请核对是不是同一项", ""],
    }
    pairs = pd.DataFrame({"need_id": "N1", "outcome_id": [f"C{i}" for i in range(1, 7)], **cells})
    read = read_judgements(pairs, "need_id", "outcome_id").set_index("record_id")["reason"]
    assert read.to_dict() == {"C1": "too expensive", "C2": "", "C3": "too early", "C5": "too expensive"}


def test_unknown_needs_and_missing_columns_are_named():
    with pytest.raises(TableError, match=r"^反馈表中 1 个编号在 need_id 表中没有：N9$"):
        fit_feedback(build(), NEEDS, judged(("N9", "C1", 4, "", "")))
    with pytest.raises(TableError, match=r"^反馈表缺少列：outcome_id$"):
        fit_feedback(build(), NEEDS, judged(("N1", "C1", 4, "", "")).drop(columns="outcome_id"))


def test_feedback_is_a_value():
    index = fit_feedback(build(), NEEDS, judged(("N1", "C5", 4, "", "")))
    assert replace(index, feedback=None).ranker is None


@pytest.mark.parametrize(
    ("days", "declined"),
    [
        (["2026-06-01", "2026-02-01"], False),
        (["2026-02-01", "2026-06-01"], True),
        ([pd.Timestamp("2026-06-01 09:00"), pd.Timestamp("2026-02-01")], False),
        (["2026年6月1日", "2026/2/1"], False),
        (["2026-06-01", "2026-06-01"], True),
        (["2026-06-01", ""], True),
        (["2026-06-01", "去年"], True),
        (None, True),
    ],
)
def test_the_later_judgement_of_a_pair_counts_by_its_day(days, declined):
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "齿轮箱"]})
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮磨削"]})
    judged = pd.DataFrame({"need_id": "N1", "outcome_id": "C1", "verdict": ["采纳", "拒绝"], "reason": ["", "已解决"]})
    judged = judged if days is None else judged.assign(day=days)
    found = match(needs, fit_feedback(Index.build(outcomes), needs, judged))["outcome_id"].tolist()
    assert ("C1" not in found) == declined
    assert (len(declined_pairs(judged)) == 1) == declined


def test_rows_that_are_left_out_neither_shift_the_others_nor_their_numbers():
    pairs = {"need_id": "N1", "outcome_id": ["C1", "C1", "C1"], "reason": ["", "已解决", ""]}
    days = ["2026-06-01", "2026-05-01", "2026-04-01"]
    open_first = pd.DataFrame(pairs | {"verdict": ["待定", "拒绝", "采纳"], "day": days})
    assert declined_pairs(open_first)[["reason", "day"]].astype(str).values.tolist() == [["已解决", "2026-05-01"]]
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["齿轮磨削"]})
    assert fit_feedback(build(), needs, open_first).feedback.table["reason"].tolist() == ["already solved"]
    with pytest.raises(TableError, match="第 4 行“随便”"):
        declined_pairs(pd.DataFrame(pairs | {"verdict": ["待定", "拒绝", "随便"]}))


@pytest.mark.parametrize(
    ("level", "verdict", "levels"),
    [
        ("4", "双方签订合同50万元", [4.0]),
        ("2", "已与学校联系", [2.0]),
        # honest neighbours
        ("4", "拒绝", [4.0]),
        ("", "采纳", [4.0]),
        ("", "尚未采纳", []),
        ("", "未成交", []),
    ],
)
def test_other_words_beside_a_level_are_no_verdict(level, verdict, levels):
    rows = [("N1", "C1", level, verdict, ""), ("N1", "C2", "1", "", "")]
    read = read_judgements(judged(*rows), "need_id", "outcome_id")
    assert read.loc[read["record_id"] == "C1", "level"].tolist() == levels
