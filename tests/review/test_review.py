"""Panels of known truth: methods side by side, reviewers, score sheets, fairness."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from matcher.errors import ArgumentError, TableError
from matcher.review import aggregate, check_scores, compare_methods, reviewer_load, reviewer_report, success_by
from matcher.review.panels.aggregation import METHODS, extra_reviews
from matcher.review.panels.fairness import published, rotation
from matcher.review.panels.ranking import changed_winners, rank_items


def scores(text):
    rows = [line.split() for line in text.strip().splitlines()]
    table = pd.DataFrame(rows, columns=["item", "reviewer", "score"])
    return table.assign(score=table["score"].astype(float))


THREE = scores("""
P1 甲 90
P1 乙 80
P1 丙 85
P2 甲 80
P2 乙 70
P2 丙 60
P3 甲 70
P3 乙 60
P3 丙 98
""")


def made_up(rng, *, beta=6.0, bad=0):
    """60 items, 20 reviewers, four reviews an item; the first `bad` reviewers score at random, flat or reversed."""
    random = np.random.default_rng(rng)
    truth, lenient = 70 + 8 * random.standard_normal(60), beta * random.standard_normal(20)
    rows = []
    for item in range(60):
        for reviewer in random.choice(20, 4, replace=False):
            kind = reviewer % 3 if reviewer < bad else -1
            quality = [70 + 8 * random.standard_normal(), 70.0, 140 - truth[item], truth[item]][kind]
            noise = (1 if kind == 1 else 5) * random.standard_normal()
            rows.append((f"I{item:02}", f"R{reviewer:02}", round(quality + lenient[reviewer] + noise, 1)))
    return pd.DataFrame(rows, columns=["item", "reviewer", "score"]), truth


def test_plain_methods_by_hand():
    table = aggregate(THREE).set_index("item")
    assert table.loc[["P1", "P2", "P3"], "mean"].tolist() == [85, 70, 76]
    assert table.loc[["P1", "P2", "P3"], "trimmed_mean"].tolist() == [85, 70, 70]
    assert table.loc[["P1", "P2", "P3"], "median"].tolist() == [85, 70, 70]
    assert table["reviews"].tolist() == [3, 3, 3]
    assert (table["low"] < table["bayes"]).all()
    assert (table["bayes"] < table["high"]).all()


def test_z_means_by_hand():
    """甲 and 乙 each have 10 points a standard deviation around 80 and 70; both say +1, 0, -1."""
    two = THREE[THREE["reviewer"] != "丙"]
    spread, overall = two["score"].std(), two["score"].mean()
    table = aggregate(two).set_index("item")
    assert table["z_mean"].to_dict() == pytest.approx({"P1": overall + spread, "P2": overall, "P3": overall - spread})


def test_a_harsh_reviewer_costs_nobody_the_place():
    table = scores("A 严 60\nA 中 80\nB 中 78\nB 松 90\nC 严 50\nC 松 82\nD 严 58\nD 松 88\nE 严 55\nE 中 74")
    result = aggregate(table).set_index("item")
    assert result.loc["A", "mean"] < result.loc["B", "mean"]
    assert result.loc["A", "adjusted_mean"] > result.loc["B", "adjusted_mean"]


def test_biased_reviewers_cost_winners_and_unbiased_ones_hardly_any():
    """The figures of the documentation come from `examples/simulate_panels.py`; here only that they are not lost."""
    right = {"biased": {"mean": 0, "bayes": 0}, "plain": {"mean": 0, "bayes": 0}}
    for rng in range(8):
        for name, beta in (("biased", 6.0), ("plain", 0.0)):
            table, truth = made_up(rng, beta=beta)
            best = {f"I{item:02}" for item in np.argsort(-truth)[:12].tolist()}
            result = aggregate(table)
            for method in ("mean", "bayes"):
                right[name][method] += len(best & set(result.nlargest(12, method)["item"]))
    assert right["biased"]["bayes"] > right["biased"]["mean"]
    assert right["plain"]["bayes"] >= 0.97 * right["plain"]["mean"]


def test_how_many_winners_change_between_methods():
    table = aggregate(THREE, winners=2)
    chosen = compare_methods(table, 2).set_index("item")
    assert chosen.loc["P1", list(METHODS)].all()
    assert chosen.loc["P3", "mean"]
    assert not chosen.loc["P2", "mean"]
    assert chosen.loc["P2", "trimmed_mean"]  # both have 70; the id settles it
    assert table["p_first"].sum() == pytest.approx(2)


def test_the_item_at_the_line_gains_most_from_another_review():
    table, _ = made_up(0)
    result = aggregate(table, winners=12)
    extra = extra_reviews(table, winners=12, k=3)
    assert set(extra["item"]) <= set(result["item"][8:16])
    assert (extra["gain"].diff().dropna() <= 0).all()
    with pytest.raises(ArgumentError, match="winners"):
        extra_reviews(table, winners=60)


def test_groups_without_common_reviewers_are_told():
    table = scores("A 甲 80\nB 甲 70\nC 乙 80\nD 乙 90")
    groups = aggregate(table).set_index("item")["group"]
    assert groups["A"] == groups["B"] != groups["C"] == groups["D"]


def test_reviewers_who_do_not_follow_the_items_stand_first():
    found = 0
    for rng in range(6):
        table, _ = made_up(rng, bad=3)
        found += len(set(reviewer_report(table)["reviewer"][:3]) & {"R00", "R01", "R02"})
    assert found >= 16  # of 18


def test_leniency_and_flatness_are_named():
    table, _ = made_up(2, beta=0)
    table.loc[table["reviewer"] == "R05", "score"] += 15
    table.loc[table["reviewer"] == "R06", "score"] = 71
    report = reviewer_report(table).set_index("reviewer")
    assert report.loc["R05", "leniency"] == pytest.approx(15, abs=4)
    assert report.loc["R05", "remarks"].startswith("打分偏松约 1")
    assert "分数几乎没有差别" in report.loc["R06", "remarks"]


def test_what_counts_of_scores():
    table = scores("P1 甲 80\nP1 乙 180\nP2 甲 70\nP2 甲 75\nP3 乙 66\nP3 丁 60\nP4 甲 90\nP4 甲 90")
    table = pd.concat([table, pd.DataFrame([{"item": "P3", "reviewer": "甲", "score": None}])], ignore_index=True)
    table["submitted_on"] = ["2026-11-01"] * 6 + ["2026-11-20"] * 3
    given = pd.DataFrame([(p, r) for p in ("P1", "P2", "P3", "P4") for r in ("甲", "乙")], columns=["item", "reviewer"])
    checked = check_scores(table, lowest=0, highest=100, expected=given, due="2026-11-10")
    assert checked.scores.to_numpy().tolist() == [["P1", "甲", 80], ["P3", "乙", 66], ["P4", "甲", 90]]
    assert checked.problems[["column", "value", "problem"]].to_numpy().tolist() == [
        ["得分", "P3、甲", "没有分数"],
        ["得分", "P1、乙", "分数低于 0、高于 100"],
        ["评委编号", "P3、丁", "没有派给这位评委"],
        ["得分", "P2、甲", "同一位评委对同一项给了不同的分数"],
        ["得分", "P2、甲", "同一位评委对同一项给了不同的分数"],
        ["提交日期", "P4、甲", "迟于 2026-11-10"],
        ["得分", "P2、乙", "派出后没有收到分数"],
        ["得分", "P4、乙", "派出后没有收到分数"],
        ["项目编号", "P2", "没有一个有效的分数，不在结果中"],
    ]
    with pytest.raises(TableError, match="没有一个分数可用：分数高于 100"):
        check_scores(table[1:2], highest=100)
    with pytest.raises(TableError, match="评分表缺少列：得分"):
        check_scores(given)
    with pytest.raises(TableError, match="评委重复评了同一项：P1、甲"):
        aggregate(pd.concat([THREE, scores("P1 甲 1").replace("P1", "P1")]))


def test_plain_faults_of_scores():
    flat = scores("A 甲 0.1\nB 甲 0.1\nC 甲 0.1\nA 乙 0.2\nB 乙 0.5\nC 乙 0.9")
    own = aggregate(flat[flat["reviewer"] == "甲"])
    assert own["z_mean"].to_numpy() == pytest.approx([0.1, 0.1, 0.1])
    with pytest.raises(TableError, match="1 个分数不是数字"):
        aggregate(pd.DataFrame({"item": ["A"], "reviewer": ["甲"], "score": ["良"]}))
    table = scores("A 甲 9").assign(submitted_on=["2026-05-01 15:00"])
    given = pd.DataFrame({"item": ["A", "B"], "reviewer": ["甲", "甲"]})
    assert check_scores(table, due="2026-05-01", expected=given).problems["problem"].tolist() == [
        "派出后没有收到分数",
        "没有一个有效的分数，不在结果中",
    ]


def test_load_and_success():
    rounds = [
        ("2024", scores("A 甲 1\nA 乙 1")),
        ("2025", scores("B 甲 1\nC 甲 1")),
        ("2026", scores("D 丙 1\nE 甲 1")),
    ]
    load = reviewer_load(rounds)
    assert load.to_numpy().tolist() == [["甲", 3, 3, 4, 1, 2, 1], ["丙", 1, 1, 1, 0, 0, 1], ["乙", 1, 0, 1, 1, 0, 0]]
    items = pd.DataFrame({"unit": ["x"] * 6 + ["y"] * 2, "chosen": [True] * 3 + [False] * 5})
    table = success_by(items, "unit")
    assert table[["unit", "items", "chosen", "share", "expected"]].to_numpy().tolist() == [
        ["x", 6, 3, 0.5, 2.25],
        ["y", 2, 0, 0.0, 0.75],
    ]
    assert table["p_value"].to_numpy() == pytest.approx(26 / 56 * np.ones(2))  # 3 or 1 of the 3 chosen in x


def test_load_counts_a_pair_once_and_nobody_without_a_name():
    first = scores("A 甲 1\nA 甲 1\nB 甲 1\nC 乙 1\nD 丙 1").assign(conflict=[False] * 3 + [True, False])
    first.loc[4, "reviewer"] = None
    assert reviewer_load([("2024", first)]).to_numpy().tolist() == [["甲", 1, 1, 2, 2]]
    with pytest.raises(ArgumentError, match="a label of its own"):
        reviewer_load([("2024", first), ("2024", first)])
    with pytest.raises(ArgumentError, match="none of them reviewer"):
        reviewer_load([("reviews", first)])


def test_words_of_yes_and_no_are_read_and_the_unknown_refused():
    items = pd.DataFrame({"region": ["东", "东", "西", None], "chosen": ["否", "是", "通过", "不通过"]})
    assert success_by(items, "region")[["region", "items", "chosen"]].to_numpy().tolist() == [
        ["东", 2, 1],
        ["未写明", 1, 0],
        ["西", 1, 1],
    ]
    with pytest.raises(TableError, match="有 1 项没有写明是否入选"):
        success_by(items.assign(chosen=["是", "否", None, "是"]), "region")


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 9, "b": 5, "c": 4, "d": 1}, {"a": 9, "b": 5, "其他（2 个合并）": 5}),
        ({"a": 9, "b": 5, "c": 4}, {"a": 9, "其他（2 个合并）": 9}),
        ({"a": 3, "b": 1}, {"其他（2 个合并）": 4}),
        ({"a": 9, "b": 5}, {"a": 9, "b": 5}),
    ],
)
def test_small_groups_cannot_be_told_by_subtraction(sizes, shown):
    items = pd.DataFrame({"unit": [name for name, many in sizes.items() for _ in range(many)], "chosen": "否"})
    table = success_by(items, "unit", least=5)
    assert dict(zip(table["unit"], table["items"], strict=True)) == shown


def test_exact_p_values_and_their_correction():
    items = pd.DataFrame({"unit": list("aaaabbbbcccc"), "chosen": list("是是是是否否否否否否否是")})
    table = success_by(items, "unit").set_index("unit")
    # all four of a among the five chosen of twelve: C(8,1) of C(12,5)
    assert table.loc["a", "p_value"] == pytest.approx(8 / 792)
    assert table["p_holm"].to_numpy() == pytest.approx(
        [table.loc["a", "p_value"] * 3, table.loc["b", "p_value"] * 2, table.loc["c", "p_value"]]
    )


def test_rotation_has_no_names_and_no_small_classes():
    rounds = [("1", pd.DataFrame([(f"P{n}", f"R{n}") for n in range(12)], columns=["item", "reviewer"]))]
    rounds.append(
        ("2", pd.DataFrame([(f"P{n}{k}", f"R{n}") for n in range(4) for k in "ab"], columns=["item", "reviewer"]))
    )
    table = rotation(reviewer_load(rounds), least=5)
    assert table.to_numpy().tolist() == [
        ["参加轮数", 1, 2, 12],
        ["到最近一轮连续几轮", 0, 2, 12],
        ["评审项数", 1, 3, 12],
    ]
    assert rotation(reviewer_load(rounds), least=4)[:2].to_numpy().tolist() == [
        ["参加轮数", 1, 1, 8],
        ["参加轮数", 2, 2, 4],
    ]
    assert rotation(reviewer_load(rounds), least=13).empty


def test_the_first_of_all_units_stands_for_the_unit():
    items = pd.DataFrame({"units": ["甲大学、乙公司"] * 6 + ["乙公司"] * 6, "chosen": ["是"] * 12})
    table = published(items).tables["按第一完成单位"]
    assert table[["group", "items"]].to_numpy().tolist() == [["乙公司", 6], ["甲大学", 6]]


def test_fairness_is_published_without_names(run, tmp_path):
    items = pd.DataFrame({"项目编号": [f"P{n}" for n in range(12)], "第一完成单位": ["甲公司"] * 6 + ["乙公司"] * 6})
    items.assign(地区="东区", 是否入选=["是", "否"] * 6).to_csv(
        tmp_path / "项目.csv", index=False, encoding="utf-8-sig"
    )
    people = pd.DataFrame({"项目编号": [f"P{n}" for n in range(12)], "评委": [f"评{n}号" for n in range(12)]})
    people.to_csv(tmp_path / "评.csv", index=False, encoding="utf-8-sig")
    status, out, _ = run("review", "fairness", "项目.csv", "--round", "2026=评.csv", "-o", "公平.html")
    assert (status, out) == (0, "按第一完成单位、按地区、评委已写入 公平.html\n")
    page = (tmp_path / "公平.html").read_text("utf-8")
    assert "50.0%" in page
    assert "号" not in page.partition("<main>")[2].replace("编号", "")
    assert run("review", "fairness", "--round", "2026=评.csv", "-o", "公平.xlsx")[0] == 0
    assert run("review", "fairness", "--round", "2026=评.csv", "--least", "13", "-o", "公平.xlsx")[0] == 2


def test_the_commands(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "单位：分\n序号,项目编号,评审专家,打分\n" + "\n".join(
        f"{n},{row.item},{row.reviewer},{row.score}" for n, row in enumerate(THREE.itertuples(), 1)
    )
    (tmp_path / "评分.csv").write_text(text, "utf-8-sig")
    status, out, _ = run("review", "aggregate", "评分.csv", "-o", "汇总.xlsx", "--winners", "1", "--highest", "100")
    assert status == 0
    assert out.startswith("3 项，3 位评委")
    book = openpyxl.load_workbook("汇总.xlsx")
    assert book.sheetnames[:5] == ["评审结果", "各算法入选", "换算法变动", "加评建议", "评委报告"]
    words = ["review", "aggregate", "评分.csv", "-o", "汇总.xlsx", "--winners", "1"]
    assert run(*words, "--record", "记录.json")[0] == 0
    assert run(*words, "--verify", "记录.json")[0] == 0
    assert run(*words, "--rng", "1", "--verify", "记录.json")[0] == 1


def test_places_by_the_own_method_and_what_another_would_change():
    rows = {
        "P1": [80, 85, 90, 70, 88],
        "P2": [82, 84, 86, 88, 80],
        "P3": [60, 95, 91, 90, 90],
        "P4": [70, 72, 71, 75, 74],
    }
    panel = pd.DataFrame([(i, f"E{n}", s) for i, row in rows.items() for n, s in enumerate(row)])
    table = aggregate(panel.set_axis(["item", "reviewer", "score"], axis=1))
    ranked = rank_items(table, winners=2)
    assert ranked[["rank", "item", "ranks", "changes"]].to_numpy().tolist() == [
        [1, "P3", "1", "改用哪种算法都入选"],
        [2, "P2", "2–3", "改用“去掉最高最低的平均分”、“中位数”就落选"],
        [3, "P1", "2–3", "改用“去掉最高最低的平均分”、“中位数”就入选"],
        [4, "P4", "4", "改用哪种算法都不入选"],
    ]
    assert rank_items(table, by="trimmed_mean")["item"].tolist() == ["P3", "P1", "P2", "P4"]
    assert "changes" not in rank_items(table)
    changed = changed_winners(table, 2)
    assert changed.to_numpy().tolist()[:3] == [
        ["trimmed_mean", 1, "P1 入选，P2 落选"],
        ["median", 1, "P1 入选，P2 落选"],
        ["z_mean", 0, "入选的不变"],
    ]
    with pytest.raises(ArgumentError, match="by must be one of"):
        rank_items(table, by="sum")


def test_equal_means_share_a_place_and_the_line_between_them_is_told(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "项目编号,项目名称,专家1,专家2\nA,甲,90,90\nB,乙,80,84\nC,丙,84,80\nD,丁,60,60\n"
    (tmp_path / "评分.csv").write_text(text, "utf-8-sig")
    assert run("review", "aggregate", "评分.csv", "-o", "汇总.xlsx", "--winners", "2")[0] == 0
    rows = list(openpyxl.load_workbook("汇总.xlsx")["评审结果"].iter_rows(values_only=True))
    assert rows[0][:8] == (
        "名次",
        "项目编号",
        "项目名称",
        "评审数",
        "平均分",
        "去掉最高最低的平均分",
        "各算法中的名次",
        "换算法会怎样",
    )
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        (1, "A", "甲"),
        (2, "B", "乙"),
        (2, "C", "丙"),
        (4, "D", "丁"),
    ]
    assert rows[2][7] == rows[3][7] == "并列第 2 名，名额不够都选；请另定"
