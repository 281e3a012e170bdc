"""Ranked pairs: whole answers on tables whose order is plain to see; the same table however it is asked for."""

import datetime as dt
import importlib.util
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small import EXAMPLES, NEEDS, OUTCOMES, build

from matcher import Index, fit_feedback, match, read_needs, read_outcomes
from matcher.errors import TableError
from matcher.matching.likely_first import FIRST
from matcher.needs import triage
from matcher.needs.routes import ASK_BACK

COLUMNS = ["rank", "score", "level", "probability", "probability_low", "probability_high", "recommended", "good_match"]
COLUMNS += ["note", "met"]
COLUMNS += ["shared_terms", "evidence", "unanswered", "answers", "semantic", "lexical"]


def ranked(matches: pd.DataFrame) -> dict[str, list[str]]:
    """Each asking row's records, best first; an empty id where there is nothing."""
    asking, other = matches.columns[:2]
    return {name: group[other].tolist() for name, group in matches.groupby(asking, sort=False)}


@pytest.fixture(scope="module")
def examples():
    """49 needs and 117 outcomes, indexed with the default encoder."""
    needs, outcomes = (
        read(EXAMPLES / name).rows for read, name in ((read_needs, "needs.csv"), (read_outcomes, "outcomes.csv"))
    )
    return needs, outcomes, Index.build(outcomes)


# ---- order


def test_the_outcome_that_shares_words_and_meaning_comes_first():
    result = match(NEEDS, build(), k=2)
    assert result.columns.tolist() == ["need_id", "outcome_id", *COLUMNS]
    assert ranked(result) == {"N1": ["C1", "C5"], "N2": ["C6", "C2"], "N3": ["C3", "C5"], "N4": ["C4", "C5"]}
    assert result["rank"].tolist() == [1, 2] * 4


def test_the_other_way_round_outcomes_ask_for_needs():
    result = match(OUTCOMES, build(NEEDS), k=1)
    assert result.columns.tolist() == ["outcome_id", "need_id", *COLUMNS]
    assert ranked(result) == {"C1": ["N1"], "C2": ["N2"], "C3": ["N3"], "C4": ["N3"], "C5": ["N1"], "C6": ["N2"]}


def test_parts_sum_to_the_order_and_are_the_scaled_cosines():
    index = build()
    result = match(NEEDS, index, k=6)
    asked = index.asked(NEEDS["title"].tolist(), NEEDS["description"].tolist())
    semantic, lexical, _ = index.channels(asked, slice(0, 4))
    parts = index.scale.parts(semantic.astype(float), lexical.astype(float))
    row = {name: i for i, name in enumerate(NEEDS["need_id"])}
    column = {name: i for i, name in enumerate(index.ids)}
    at = result["need_id"].map(row), result["outcome_id"].map(column)
    np.testing.assert_allclose(result["semantic"], parts[0][at], atol=1e-5)
    np.testing.assert_allclose(result["lexical"], parts[1][at], atol=1e-5)
    for name, group in result.groupby("need_id"):
        total = (parts[0] + parts[1])[row[name]]
        assert (np.diff(total[group["outcome_id"].map(column)]) < 1e-5).all()


def test_ties_stand_in_the_order_of_ids():
    ids = ["b", "10", "9", "a", "B", "é"]
    result = match(NEEDS[:1], build(OUTCOMES.assign(outcome_id=ids, title="机械手", description="")), k=6)
    assert result["outcome_id"].tolist() == ["10", "9", "B", "a", "b", "é"]
    assert result["score"].nunique() == 1
    few = match(NEEDS[:1], build(OUTCOMES.assign(outcome_id=ids, title="机械手", description="")), k=2)
    assert few["outcome_id"].tolist() == ["10", "9"]


def test_more_than_there_are_gives_all():
    assert ranked(match(NEEDS[:1], build(), k=100)) == {"N1": match(NEEDS[:1], build(), k=6)["outcome_id"].tolist()}


def test_no_needs_no_pairs():
    result = match(NEEDS[:0], build())
    assert result.columns.tolist() == ["need_id", "outcome_id", *COLUMNS]
    assert len(result) == 0


def test_without_reasons_the_rest_is_the_same():
    reasons = ["shared_terms", "evidence", "unanswered", "answers"]
    assert_frame_equal(match(NEEDS, build(), reasons=False), match(NEEDS, build()).drop(columns=reasons))


# ---- scores


def test_the_score_rises_strictly_with_the_sum_of_parts_inside_0_and_1(examples):
    needs, _, index = examples
    result = match(needs, index, k=len(index), reasons=False)
    assert len(result) == len(needs) * len(index)
    total = (result["semantic"] + result["lexical"]).to_numpy()
    order = np.argsort(total, kind="stable")
    apart = np.diff(total[order]) > 1e-9
    assert (np.diff(result["score"].to_numpy()[order])[apart] > 0).all()
    assert result["score"].between(0, 1, inclusive="neither").all()
    by_need = result.groupby("need_id", sort=False)
    assert (by_need["score"].diff()[result["rank"] > FIRST] <= 0).all()  # the first three go by what is likely


def test_the_score_of_a_random_pair_is_its_share(examples):
    """Each outcome's need-like opening against every other outcome: the sample that the scale was read off."""
    _, outcomes, index = examples
    asking = outcomes[["title"]].assign(
        need_id=outcomes["outcome_id"],
        description=[(d + "\n" + s)[:150] for d, s in outcomes[["description", "scope"]].values],
    )
    result = match(asking, index, k=len(index), reasons=False)
    scores = result.loc[result["need_id"] != result["outcome_id"], "score"]
    np.testing.assert_allclose(
        scores.quantile([0.1, 0.25, 0.5, 0.75, 0.9, 0.99]), [0.1, 0.25, 0.5, 0.75, 0.9, 0.99], atol=0.02
    )


def test_good_matches_are_those_that_reach_the_mark(examples):
    needs, _, index = examples
    nothing = needs[:0][["need_id"]].assign(outcome_id=[], level=[])
    index = fit_feedback(index, needs, nothing, prior=replace(index.calibration, good=0.001))
    routes = triage(needs)
    asked_back = routes.loc[routes["route"] == "ask", "need_id"]
    counts = []
    for false_alarm in (0.01, 0.05, 0.2, 0.9):
        result = match(needs, index, false_alarm=false_alarm)
        total, mark = result["semantic"] + result["lexical"], index.scale.good_from(false_alarm)
        likely = result["probability"] >= index.calibration.good
        barred = result["need_id"].isin(asked_back) | result["met"].str.contains("不满足")
        said = (result["evidence"] != "") | result["met"].str.contains("，成果 ")
        assert result["good_match"].tolist() == ((total >= mark) & likely & said & ~barred).tolist()
        briefly = match(needs, index, false_alarm=false_alarm, reasons=False)
        assert briefly["good_match"].tolist() == result["good_match"].tolist()
        counts.append(int(result["good_match"].sum()))
        assert len(result) == len(needs) * 10  # whether good or not, every row stays
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_need_that_the_library_lacks_has_no_good_match(examples):
    _, _, index = examples
    lacking = pd.DataFrame(
        [("X1", "卫星姿态控制星敏感器", "求低轨卫星星敏感器标定方案。"), ("X2", "莎士比亚戏剧翻译", "英语文学翻译。")],
        columns=["need_id", "title", "description"],
    )
    assert match(lacking, index)["good_match"].tolist() == [False] * 20


def example_script(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_script_that_checks_reasons_scores_pairs_as_match_does():
    found = example_script("check_reasons").check(str(EXAMPLES / "needs.csv"), str(EXAMPLES / "outcomes.csv"), 10)
    assert found["pairs"] == 10
    assert found["largest difference to the score that match gives"] < 1e-5


def test_a_pair_scored_by_the_example_script_has_the_score_that_match_gives():
    script = example_script("score_pairs")
    pairs = pd.DataFrame(
        [
            (f"P{n}{o}", f"N{n}", need, text, f"C{o}", words)
            for n, (need, text) in enumerate([("装载机齿轮磨削烧伤检测", "单齿检测不超过2秒。"), ("桃子保鲜", "")])
            for o, words in enumerate(
                ["齿轮 磨削 烧伤 检测", "桃 采后 保鲜 技术", "GPS Beidou 定位 系统", "齿轮 磨削 烧伤 检测"]
            )
        ],
        columns=["pair_id", "need_id", "need_title", "need_text", "outcome_id", "outcome_words"],
    )
    shuffled = pairs.sample(frac=1, random_state=1)
    scores = script.score_pairs(shuffled)
    assert scores["pair_id"].tolist() == shuffled["pair_id"].tolist()
    titles = ["齿轮磨削烧伤检测", "桃采后保鲜技术", "GPS Beidou定位系统", "齿轮磨削烧伤检测"]
    outcomes = pd.DataFrame({"outcome_id": [f"C{o}" for o in range(4)], "title": titles, "description": ""})
    index = Index.build(outcomes)
    for row in pairs.itertuples():
        need = pd.DataFrame({"need_id": [row.need_id], "title": row.need_title, "description": row.need_text})
        alone = match(need, index, k=4).set_index("outcome_id").loc[row.outcome_id, "score"]
        assert scores.set_index("pair_id").loc[row.pair_id, "score"] == pytest.approx(alone, abs=1e-12)


# ---- the same table however it is asked for


def test_one_row_or_many_rows_give_the_same_lines(examples, monkeypatch):
    needs, _, index = examples
    many = pd.concat([needs, needs.assign(need_id="again " + needs["need_id"])], ignore_index=True)  # two blocks
    whole = match(many, index, k=5)
    alone = [match(many.iloc[[i]], index, k=5) for i in (0, 7, 63, 64, 97)]
    expected = [whole[whole["need_id"] == one["need_id"].iloc[0]].reset_index(drop=True) for one in alone]
    for one, lines in zip(alone, expected, strict=True):
        assert_frame_equal(one, lines, check_exact=True)
    monkeypatch.setattr("matcher.matching.matches.CHUNK", 30)
    assert_frame_equal(match(many, index, k=5), whole, check_exact=True)


def test_eight_threads_on_one_fresh_index_give_the_same_tables(examples):
    needs, outcomes, index = examples
    expected = match(needs, index, k=5)
    fresh = Index.build(outcomes)
    with ThreadPoolExecutor(8) as pool:
        for result in pool.map(lambda _: match(needs, fresh, k=5), range(8)):
            assert_frame_equal(result, expected, check_exact=True)


def test_other_processes_and_hash_seeds_give_the_same_bytes(tmp_path):
    code = (
        "import sys; from matcher import *; "
        "needs, outcomes = read_needs(sys.argv[1]).rows[:20], read_outcomes(sys.argv[2]).rows; "
        "match(needs, Index.build(outcomes), k=5).to_csv(sys.argv[3], index=False)"
    )
    written = []
    for seed in ("1", "2"):
        paths = [str(EXAMPLES / "needs.csv"), str(EXAMPLES / "outcomes.csv"), str(tmp_path / seed)]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, *paths], check=True, env=environment, cwd=tmp_path)
        written.append((tmp_path / seed).read_bytes())
    assert written[0] == written[1]
    assert len(written[0].splitlines()) > 100


def test_the_order_of_records_does_not_matter(examples):
    needs, outcomes, index = examples
    shuffled = Index.build(outcomes.sample(frac=1, random_state=3))
    assert_frame_equal(match(needs, shuffled, k=5), match(needs, index, k=5), rtol=1e-6)


# ---- filters: before the best k are taken

ALL = {name: sorted(OUTCOMES["outcome_id"]) for name in NEEDS["need_id"]}


def sets(matches: pd.DataFrame) -> dict[str, list[str]]:
    return {name: sorted(filter(None, ids)) for name, ids in ranked(matches).items()}


def everyone(*ids: str) -> dict[str, list[str]]:
    return {name: list(ids) for name in NEEDS["need_id"]}


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ALL),
        ({"where": {"region": "兰山区"}}, everyone("C1", "C3", "C6")),
        ({"where": {"region": ["河东区", "罗庄区"]}}, everyone("C2", "C3", "C4", "C5")),
        ({"where": {"region": "河东区、罗庄区"}}, everyone("C2", "C3", "C4", "C5")),
        ({"where": {"field": "装备制造"}}, everyone("C1", "C5", "C6")),
        ({"where": {"field": "装备制造-自动化"}}, everyone("C1", "C5")),
        ({"where": {"field": "生物医药"}}, everyone("C2", "C6")),
        ({"where": {"field": "装备制造", "region": "兰山区"}}, everyone("C1", "C6")),
        ({"where": {"trl": "7"}}, everyone("C1")),
        ({"where": {"region": []}}, everyone()),
        ({"where": {"region": "莒南县"}}, everyone()),
        ({"valid_on": "2026-06-30"}, everyone("C1", "C2", "C4", "C5")),
        ({"valid_on": dt.date(2026, 7, 1)}, everyone("C2", "C4", "C5")),
        ({"valid_on": dt.date(2030, 1, 1)}, everyone("C2", "C5")),
        ({"same": ["region"]}, {"N1": ["C1", "C3", "C6"], "N2": ["C2", "C4"], "N3": [], "N4": []}),
        ({"same": ["field"]}, {"N1": ["C1", "C5", "C6"], "N2": ["C2", "C6"], "N3": ["C3"], "N4": []}),
        ({"same": ["region", "field"]}, {"N1": ["C1", "C6"], "N2": ["C2"], "N3": [], "N4": []}),
        (
            {"exclude": pd.DataFrame({"need_id": ["N1", "N1", "N2", "N9"], "outcome_id": ["C1", "C5", "C6", "C1"]})},
            ALL | {"N1": ["C2", "C3", "C4", "C6"], "N2": ["C1", "C2", "C3", "C4", "C5"]},
        ),
        (
            {
                "same": ["region"],
                "where": {"field": "装备制造"},
                "valid_on": "2026-06-30",
                "exclude": pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C6"]}),
            },
            {"N1": ["C1"], "N2": [], "N3": [], "N4": []},
        ),
    ],
)
def test_filters(filters, left):
    index = build()
    unfiltered = ranked(match(NEEDS, index, k=6))
    result = match(NEEDS, index, k=6, **filters)
    assert sets(result) == left
    kept = {name: [one for one in ids if one in left[name]] or [""] for name, ids in unfiltered.items()}
    assert ranked(result) == kept
    first = {name: ids[:1] for name, ids in kept.items()}
    assert ranked(match(NEEDS, index, k=1, **filters)) == first  # before the best k are taken, not after


def test_filters_see_no_record_that_was_removed():
    index = build().remove(["C1"])
    assert sets(match(NEEDS, index, where={"field": "装备制造"})) == everyone("C5", "C6")
    pairs = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C5"]})
    back = index.add(OUTCOMES[:1])
    assert sets(match(NEEDS[:1], back, where={"field": "装备制造"}, exclude=pairs)) == {"N1": ["C1", "C6"]}


def test_a_pair_stays_excluded_when_its_record_was_updated():
    pairs = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"]})
    index = build().update(OUTCOMES[:1])
    result = match(NEEDS[:2], index, k=6, exclude=pairs)
    assert "C1" not in result.loc[result["need_id"] == "N1", "outcome_id"].tolist()


def test_a_row_that_the_filters_leave_nothing_for_keeps_one_line():
    result = match(NEEDS, build(), k=1, same=["region"])
    assert result["need_id"].tolist() == ["N1", "N2", "N3", "N4"]
    empty = result.iloc[2:]
    assert empty[["outcome_id", "shared_terms", "evidence", "unanswered"]].to_numpy().tolist() == [[""] * 4] * 2
    assert empty["rank"].tolist() == [0, 0]
    assert empty["good_match"].tolist() == [False, False]
    assert empty[["score", "semantic", "lexical"]].isna().all(axis=None)
    full = match(NEEDS, build(), k=1)
    assert result.dtypes.to_dict() == full.dtypes.to_dict()


def test_weights_add_to_the_order_and_not_to_the_score():
    index = build()
    plain = match(NEEDS[:2], index, k=6)
    result = match(NEEDS[:2], index, k=6, weights={"region": 50, "field": -30})
    assert result.columns.tolist() == ["need_id", "outcome_id", *COLUMNS, "preference"]
    wish = result.set_index(["need_id", "outcome_id"])["preference"]
    assert wish["N1"].to_dict() == {"C1": 20, "C6": 20, "C3": 50, "C5": -30, "C2": 0, "C4": 0}
    assert wish["N2"].to_dict() == {"C2": 20, "C4": 50, "C1": 0, "C3": 0, "C5": 0, "C6": -30}
    by_pair = ["need_id", "outcome_id"]
    columns = [
        *by_pair,
        "score",
        "good_match",
        "shared_terms",
        "evidence",
        "unanswered",
        "answers",
        "semantic",
        "lexical",
    ]
    assert_frame_equal(
        result[columns].sort_values(by_pair, ignore_index=True), plain[columns].sort_values(by_pair, ignore_index=True)
    )
    for _, group in result.groupby("need_id"):
        assert (np.diff(group["semantic"] + group["lexical"] + group["preference"]) <= 0).all()
    first = match(NEEDS[:2], index, k=1, weights={"region": 50, "field": -30})
    assert ranked(first) == {"N1": ["C3"], "N2": ["C4"]}


# ---- errors

PAIR = pd.DataFrame({"need_id": ["N1"]})
REFUSED = {
    "k must be at least 1, not 0": (ValueError, lambda: match(NEEDS, build(), k=0)),
    "both the table and the index hold outcome_id; match needs with outcomes": (
        TableError,
        lambda: match(OUTCOMES, build()),
    ),
    "a table needs one of the columns outcome_id or need_id; it has ['title']; "
    "read it first: read_needs(table).rows or read_outcomes(table).rows": (
        TableError,
        lambda: match(NEEDS[["title"]], build()),
    ),
    "the table has no column 'trl'; it has ['need_id', 'title', 'description', 'region', 'field']": (
        ValueError,
        lambda: match(NEEDS, build(), same=["trl"]),
    ),
    "the index has no column 'size'; it has ['outcome_id', 'title', 'description', 'region', 'field', 'valid_until', "
    "'trl']": (ValueError, lambda: match(NEEDS, build(), where={"size": "大"})),
    "exclude needs the columns need_id and outcome_id; it lacks ['outcome_id']": (
        TableError,
        lambda: match(NEEDS, build(), exclude=PAIR),
    ),
    "false_alarm lies between 0 and 1, not at 5": (ValueError, lambda: match(NEEDS, build(), false_alarm=5)),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_words(message):
    kind, call = REFUSED[message]
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        call()


def test_a_column_that_only_the_table_has_is_refused():
    with pytest.raises(ValueError, match=r"^the index has no column 'budget'; it has "):
        match(NEEDS.assign(budget=1), build(), weights={"budget": 1})


def test_a_need_without_any_word():
    blank = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["", "——"], "description": ["", "😀"]})
    result = match(blank, build(), k=2)
    assert ranked(result)["N1"] == ["C1", "C2"]  # a tie of all
    assert result["rank"].tolist() == [1, 2, 1, 2]
    assert not result["good_match"].any()
    assert (result[["shared_terms", "unanswered"]] == "").all(axis=None)


def test_a_pair_of_two_languages_is_marked_with_the_default_encoder():
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["数控机床主轴", "machine tool spindle"]})
    outcomes = pd.DataFrame(
        {
            "outcome_id": ["C1", "C2", "C3", "C4"],
            "title": ["Spindle for CNC machine tools", "机床主轴", "42", "Spindel für Drehmaschinen"],
        }
    )
    result = match(needs, Index.build(outcomes), k=4).set_index(["need_id", "outcome_id"])["note"]
    result = result.str.replace(f"{ASK_BACK}；", "").replace(ASK_BACK, "")  # these needs are titles alone
    by_meaning, not_at_all = "语言不同，只按含义比较，概率未经检验", "语言不同，默认编码器难以比较"
    assert result[result != ""].to_dict() == {
        ("N1", "C1"): by_meaning,
        ("N2", "C2"): by_meaning,
        ("N1", "C4"): not_at_all,
        ("N2", "C4"): not_at_all,
    }
    assert set(match(needs, build(outcomes), k=4)["note"]) == {"", ASK_BACK}


@pytest.mark.parametrize("many", [2, 3, 5])
def test_in_a_library_of_a_few_unrelated_records_only_the_plainly_right_one_is_recommended(many):
    """Their own random pairs have nearly no spread: any word in common would be a find."""
    outcomes = pd.DataFrame(
        [
            ("C1", "轴承外观缺陷视觉检测装备", "基于机器视觉检测轴承端面划伤、磕碰，漏检率0.3%，适用于轴承企业产线。"),
            ("C2", "玉米抗倒伏新品种选育", "选育玉米新品种，亩产提高10%，抗倒伏，适合黄淮海地区种植。"),
            ("C3", "污水处理膜材料", "一种中空纤维膜，水通量高，耐污染，用于市政污水深度处理。"),
            ("C4", "锂电池回收浸出工艺", "废旧三元锂电池酸浸回收钴镍，回收率98%以上。"),
            ("C5", "中药颗粒剂制备", "一种干法制粒的中药配方颗粒，溶化性好。"),
        ][:many],
        columns=["outcome_id", "title", "description"],
    )
    needs = pd.DataFrame(
        [
            ("N1", "轴承外观缺陷检测", "我公司生产轴承，目前人工检测外观划伤，要求漏检率0.5%以下。"),
            ("N2", "食用菌液体菌种培养", "需要香菇液体菌种发酵培养技术，缩短菌龄，降低污染率。"),
            ("N3", "船舶舱室噪声控制", "需要解决邮轮舱室噪声超标问题，噪声降到52dB以下。"),
            ("N4", "电机轴承座加工振动", "加工电机轴承座时振动大，精度差，需要改善夹具。"),
        ],
        columns=["need_id", "title", "description"],
    )
    found = match(needs, Index.build(outcomes), k=many)
    recommended = found[found["recommended"].astype(bool)]
    assert recommended[["need_id", "outcome_id"]].values.tolist() == [["N1", "C1"]]


@pytest.mark.parametrize(
    ("remark", "taken"),
    [
        ("已转让", True),
        ("已独占许可给某公司", True),
        ("2025年6月已转让给某机械公司", True),
        *((text, False) for text in ("已转让2家，可继续许可", "未转让", "已完成转让前评估", "样机已出售20台")),
        *((text, False) for text in ("专利权已由发明人转让至本公司", "已转让3项，剩余2项", "合作方式：独占许可")),
        ("", False),
    ],
)
def test_an_outcome_that_is_sold_is_not_recommended(remark, taken):
    needs, outcomes = read_needs(EXAMPLES / "needs.csv").rows, read_outcomes(EXAMPLES / "outcomes.csv").rows
    plain = match(needs, Index.build(outcomes), k=3, reasons=False)
    pair = ["need_id", "outcome_id"]
    sold = plain.loc[plain["recommended"], pair].iloc[0]
    told = outcomes.assign(备注=np.where(outcomes["outcome_id"] == sold["outcome_id"], remark, ""))
    asked = needs[needs["need_id"] == sold["need_id"]]
    found = match(asked, Index.build(told), k=3, reasons=False)
    assert found.loc[(found[pair] == sold).all(axis=1), "recommended"].tolist() == [not taken]
    assert ("不再提供" in found.loc[(found[pair] == sold).all(axis=1), "note"].item()) == taken
    assert found["score"].tolist() == plain.loc[plain["need_id"] == sold["need_id"], "score"].tolist()
    back = match(told[told["outcome_id"] == sold["outcome_id"]], Index.build(needs), k=3, reasons=False)
    assert not (taken and back["recommended"].any())


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("公司地址：虚构市虚构路8号。联系电话：0539-8000000。欢迎来电洽谈。", False),
        ("采用超声相控阵在线检测泵壳气孔，单件检测时间3秒。", True),
        ("泵壳气孔由视觉系统检测，漏检率低于1%。", True),
        ("一种泵壳气孔的检测方法，用X射线成像识别气孔。", True),
    ],
)
def test_what_no_sentence_answers_is_not_recommended(examples, text, answers):
    _, outcomes, _ = examples
    own = pd.DataFrame({"outcome_id": ["own"], "title": ["泵壳气孔检测"], "description": [text]})
    index = Index.build(pd.concat([outcomes, own], ignore_index=True))
    needs = pd.DataFrame(
        {
            "need_id": ["N1"],
            "title": ["泵壳气孔在线检测"],
            "description": ["铸造泵壳有气孔，人工漏检多。寻求泵壳气孔的在线检测方法，单件检测时间≤5秒。"],
        }
    )
    for reasons in (True, False):
        row = match(needs, index, k=1, reasons=reasons, false_alarm=0.9).iloc[0]
        assert row["outcome_id"] == "own"
        assert bool(row["recommended"]) is answers
