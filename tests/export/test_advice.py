"""What a pair comes to in words, and how a page, a workbook and a table show it."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from matcher import Index, fit_feedback, match
from matcher.export.advice import advice_of, answered, compared, next_steps, probability_in_words
from matcher.export.matches import write_matches
from matcher.needs import compare_indicators, indicators_of
from matcher.needs.comparison import STATES, comparison_text

NEEDS = pd.DataFrame({"need_id": ["N1", "N2", "N3"], "title": ["齿轮检测", "桃果保鲜", "降本"]})
OUTCOMES = pd.DataFrame(
    {
        "outcome_id": ["C1", "C2", "C3", "C4", "C5"],
        "title": ["磁弹探伤仪", "涡流探伤仪", "齿轮加工", "气调库", "旧方案"],
    }
)
MET = "单齿检测时间：要求 ≤2秒，成果 1.6秒，满足；误报率：要求 ≤3%，成果 3.2%，接近；其余 1 项指标成果未提及"
MATCHES = pd.DataFrame(
    [
        ["N1", "C1", 1, 0.9999, 3.1, 0.62, 0.5, 0.73, True, "", MET, "①快 → 1.6秒\n②不破坏 → 未回应"],
        ["N1", "C2", 2, 0.9995, 2.0, 0.25, 0.2, 0.31, False, "", "", ""],
        ["N1", "C3", 3, 0.9990, 1.6, 0.09, 0.07, 0.12, False, "", "", ""],
        ["N1", "C4", 4, 0.5, 1.1, 0.004, 0.002, 0.006, False, "", "", ""],
        ["N1", "C5", 5, 0.4, 3.2, 0.6, 0.5, 0.7, False, "已拒绝：太贵", "", ""],
        ["N2", "C4", 1, 0.9991, 2.6, 0.19, 0.1, 0.3, False, "", "", ""],
        ["N3", "", 0, None, None, None, None, None, False, "", "", ""],
    ],
    columns=[
        "need_id", "outcome_id", "rank", "score", "level", "probability", "probability_low", "probability_high",
        "recommended", "note", "met", "answers",
    ],
)  # fmt: skip
MATCHES.insert(9, "good_match", MATCHES["recommended"])
WORDS = ["可推荐", "可联系", "同领域", "不相关", "已拒绝", "可联系", ""]


def test_advice_in_words():
    assert advice_of(MATCHES).tolist() == WORDS
    assert advice_of(MATCHES.drop(columns="recommended")).tolist() == WORDS


def test_without_a_probability_nothing_supports_a_call():
    unknown = MATCHES.assign(level=None, probability=None).drop(columns="note")
    assert advice_of(unknown).tolist() == ["可推荐", "同领域", "同领域", "不相关", "不相关", "同领域", ""]
    scored = MATCHES[["need_id", "outcome_id", "score", "good_match"]]
    assert advice_of(scored).tolist() == advice_of(unknown).tolist()


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0.412, 0.331, 0.489), "约 41 %（33–49 %）"),
        ((0.412, None, None), "约 41 %"),
        ((0.03, 0.028, 0.033), "约 3 %"),
        ((0.004, 0.001, 0.02), "不到 1 %"),
        ((None, None, None), ""),
        ((float("nan"), 0.1, 0.2), ""),
    ],
)
def test_a_probability_in_words(numbers, words):
    assert probability_in_words(*numbers) == words


def test_every_verdict_of_a_comparison_is_read_back():
    asked = indicators_of("单齿检测时间≤2秒，噪声≤60dB，误报率≤3%，寿命≥5年，检出率≥95%")
    offered = indicators_of("单齿检测时间为1.6秒，噪声75dB，误报率3.2%，检出率≤99%")
    found = compare_indicators(asked, offered)
    lines = compared(comparison_text(found))
    assert [line.verdict for line in lines] == ["满足", "不满足", "接近", "未提及", "无法比较"]
    assert [line.sign for line in lines] == ["√", "×", "≈", "？", "？"]
    assert [(line.quantity, line.asked) for line in lines] == [(one.quantity, one.text) for one in asked]
    assert lines[0].offered == "1.6秒"
    assert set(STATES.values()) == {"满足", "接近", "不满足", "成果未提及"}
    assert compared("") == []
    assert [(line.quantity, line.verdict) for line in compared("3 项指标成果未提及")] == [("3 项指标成果未提及", "")]


def test_answered_points():
    assert answered("①快 → 1.6秒\n②不破坏 → 未回应") == [("①快", "1.6秒"), ("②不破坏", "未回应")]
    assert answered("另一种写法") == [("", "另一种写法")]
    assert answered("") == []


def test_what_to_do_next():
    steps = next_steps(MATCHES, advice_of(MATCHES), ["N1", "N2", "N3", "N9"], answer="成果")
    assert list(steps) == ["N2", "N3", "N9"]
    assert steps["N2"].startswith(
        "没有可推荐的成果：先联系“可联系”的 1 项，问清楚；都不合用，再补问企业（matcher needs triage"
    )
    assert steps["N3"] == steps["N9"]
    assert "本库中可能没有合适的成果，请先补问企业" in steps["N3"]
    assert "matcher needs challenges" in steps["N3"]
    vague = MATCHES.assign(note="需求说得太少，请先补问（matcher needs triage）", recommended=False)
    assert "需求说得太少，请先补问企业" in next_steps(vague, advice_of(vague), ["N1"], answer="成果")["N1"]


def test_the_words_of_notes_are_those_of_match():
    """Notes begin with 已拒绝 where a pair was declined, and say 请先补问 where a need says too little."""
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "齿轮箱"]})
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["降低成本"]})
    judged = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"], "verdict": ["拒绝"], "reason": ["太贵"]})
    matches = match(needs, fit_feedback(Index.build(outcomes), needs, judged))
    assert dict(zip(matches["outcome_id"], advice_of(matches), strict=True))["C1"] == "已拒绝"
    steps = next_steps(matches, advice_of(matches), ["N1"], answer="成果")
    assert "需求说得太少，请先补问企业" in steps["N1"]


def test_a_need_of_people_is_told_to_be_none_of_technology():
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["招聘给排水工程师2名", "降低成本"]})
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["给排水管道检测", "齿轮箱"]})
    matches = match(needs, Index.build(outcomes))
    first = matches.drop_duplicates("need_id").set_index("need_id")
    assert first.loc["N1", "note"] == "不是技术需求：要的是人才，请转人才、人社部门"
    assert first.loc["N2", "note"] == "需求说得太少，请先补问（matcher needs triage）"
    assert not matches["recommended"].any()
    steps = next_steps(matches, advice_of(matches), ["N1", "N2"], answer="成果")
    assert steps["N1"] == (
        "不是技术需求：要的是人才，请转人才、人社部门；若也有技术问题要解决，请补问企业，写明后再匹配。"
    )
    assert "需求说得太少，请先补问企业" in steps["N2"]


def test_a_page_folds_what_is_weak(tmp_path: Path):
    write_matches(tmp_path / "m.html", MATCHES, queries=NEEDS, records=OUTCOMES)
    text = (tmp_path / "m.html").read_text("utf-8")
    first, second, third = re.split(r'<details class="q"', text.partition("</main>")[0])[1:]
    shown, _, folded = first.partition('<details class="rest">')
    assert [name for name in OUTCOMES["title"] if name in shown] == ["磁弹探伤仪", "涡流探伤仪"]
    assert [name for name in OUTCOMES["title"] if name in folded] == ["齿轮加工", "气调库", "旧方案"]
    assert "<summary>其余 3 项（同领域 1、不相关 1、已拒绝 1）</summary>" in folded
    assert "已拒绝：太贵" in folded
    assert "相关概率 约 62 %（50–73 %）" in shown
    assert '<td>误报率</td><td>≤3%</td><td>3.2%</td><td class="near">≈ 接近</td>' in shown
    assert '<td colspan="4">其余 1 项指标成果未提及</td>' in shown
    assert shown.index("指标对照") < shown.index("逐项回应")
    assert '<span class="no">未回应</span>' in shown
    assert "data-good" in first
    assert 'class="step"' not in first
    assert 'class="step"' in second
    assert 'class="rest"' not in second
    assert 'class="step"' in third
    assert not re.search(r"99\.\d+ ?%", text.partition("</main>")[0])


def test_the_workbook_says_what_to_do_first_and_keeps_the_score_folded(tmp_path: Path):
    write_matches(tmp_path / "m.xlsx", MATCHES, queries=NEEDS, records=OUTCOMES)
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    heads, first, *_ = book["匹配结果"].iter_rows(values_only=True)
    assert heads == (
        "需求编号", "需求名称", "排名", "成果编号", "成果名称", "建议", "相关概率", "概率下端（95%）",
        "概率上端（95%）", "提示", "指标对照", "逐项回应", "预计等级", "分数", "可推荐", "较强匹配",
    )  # fmt: skip
    assert first[5:9] == ("可推荐", 0.62, 0.5, 0.73)
    assert first[10].split("\n") == MET.split("；")
    page = book["匹配结果"]
    assert [page.cell(2, at).number_format for at in (7, 8, 9)] == ["0%"] * 3
    notes = dict(book["说明"].iter_rows(values_only=True))
    assert "相关概率至少 20%" in notes["建议"]
    assert {"相关概率", "概率区间", "指标对照", "逐项回应", "分数", "较强匹配"} <= set(notes)
    assert notes["需求"] == "3 条，其中 1 条有可推荐的成果，1 条只有可联系的，1 条都没有"


def test_tables_have_the_advice_beside_what_is_recommended(tmp_path: Path):
    write_matches(tmp_path / "m.parquet", MATCHES, queries=NEEDS, records=OUTCOMES)
    table = pd.read_parquet(tmp_path / "m.parquet")
    at = list(table.columns).index("advice")
    assert list(table.columns[at - 1 : at + 3]) == ["probability_high", "advice", "recommended", "good_match"]
    assert table["advice"].tolist() == WORDS
