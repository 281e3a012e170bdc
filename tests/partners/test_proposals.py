"""Partners: how each way of cooperation moves facts, what that adds under the rules, and the files a firm gets."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from small import EXAMPLES

from matcher import load_policy, score
from matcher.errors import ArgumentError, OutputError, PolicyError, TableError
from matcher.partners import firm_files, propose, write_firm_files
from matcher.partners.cooperation import Cooperation
from matcher.partners.options import owners_by_name
from matcher.partners.workbook import write_partners
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import shipped

ON = "2026-06-01"


def firm(policy: str = "hte", **changes: Any) -> dict[str, Any]:
    """A firm that is good in everything but what a test changes; the experts' points are open."""
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    facts = {name: value for name, value in facts.items() if not name.startswith("expert_")}
    return {"enterprise_id": "F", **facts, **changes}


def short(**changes: Any) -> pd.DataFrame:
    """Four Class II rights and eight conversions: one more of each reaches the next band."""
    known = {"class1_ip": 0, "class2_ip": 4, "ip_own_rd": "yes", "ip_only_acquired": "no", "conversions_3y": 8}
    known |= {"standards_participation": "no"}
    return pd.DataFrame([firm(**{**known, **changes})])


def outcome(**changes: Any) -> pd.DataFrame:
    known = {"outcome_id": "C", "title": "磨削烧伤检测仪", "institution": "某大学", "ip_type": "实用新型专利"}
    return pd.DataFrame([{**known, "cooperation": "", "maturity": "中试", "field": "", "price": "20万元", **changes}])


def pair(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame([{"enterprise_id": "F", "outcome_id": "C", "probability": 0.5, **changes}])


def by_way(firms: pd.DataFrame, outcomes: pd.DataFrame, policy: str = "hte", **more: Any) -> dict[str, Any]:
    """way -> (facts replaced, {item: (before, after)}, gains of the total)."""
    table = propose(firms, pair(), policy, on=ON, outcomes=outcomes, **more)
    return {
        way: (
            json.loads(rows["changes"].iloc[0]),
            {row["item"]: (row["before"], row["after"]) for row in rows.to_dict("records")},
            (rows["total_gain_low"].iloc[0], rows["total_gain_high"].iloc[0]),
        )
        for way, rows in table.groupby("way", sort=False)
    }


def test_a_bought_class2_right_counts_and_a_licensed_one_does_not() -> None:
    moved = by_way(short(), outcome(cooperation="技术转让,技术许可"))
    conversion = ("7～12分（还差1）", "13～18分（还差3）")
    # 8 + 8 + 4 + 6 for rights, 12, 20 for the organisation, 4 + 4 for growth: 66 at most; at least 3 + 1 + 7 + 6 = 17
    fails = "不符合（还差53）"
    assert moved == {
        "transfer": (
            {"class2_ip": 5, "conversions_3y": 9},
            {"score": (fails, "未定（还差45）"), "ip_count": ("3～4分", "5～6分"), "conversion": conversion},
            (8, 8),
        ),
        "licence": ({"conversions_3y": 9}, {"score": (fails, "未定（还差47）"), "conversion": conversion}, (6, 6)),
    }


def test_a_class2_right_that_was_used_once_may_not_be_used_again() -> None:
    moved = by_way(short(), outcome(cooperation="技术转让", hte_used="是"))
    assert moved["transfer"][0] == {"conversions_3y": 9}
    table = propose(short(), pair(), "hte", on=ON, outcomes=outcome(cooperation="技术转让", hte_used="是"))
    assert "该Ⅱ类知识产权已在高企申请中用过，不能再用，数量不变" in table["reason"].iloc[0]
    again = by_way(short(), outcome(cooperation="技术转让", ip_type="发明专利", hte_used="是"))
    assert again["transfer"][0] == {"class1_ip": 1, "conversions_3y": 9}  # Class I has no such limit


def test_how_the_first_right_was_obtained_decides_its_item() -> None:
    nothing = short(class2_ip=0, ip_own_rd=None, ip_only_acquired=None, conversions_3y=0)
    moved = by_way(nothing, outcome(maturity="实验室阶段"))
    bought = {"class2_ip": 1, "ip_own_rd": 0, "ip_only_acquired": 1}
    assert moved["transfer"][0] == bought
    assert moved["transfer"][1]["ip_mode"] == ("0分", "1～3分")
    assert moved["transfer"][1]["ip"][0].startswith("不符合")
    assert moved["transfer"][1]["ip"][1] == "符合"
    assert moved["joint"][1]["ip_mode"] == ("0分", "1～6分")
    assert moved["joint"][0]["ip_own_rd"] == 1
    assert moved["commissioned"][1]["ip_mode"] == ("0分", "1～6分")  # own R&D or not: left open
    assert "ip_own_rd" not in moved["commissioned"][0]
    assert "licence" not in moved  # no right, and nothing to convert yet


def test_entrusted_research_counts_at_eighty_percent_and_abroad_is_not_domestic() -> None:
    poor = short(rd_expense_y1=0, rd_expense_y2=0, rd_expense_y3=1_000_000, rd_domestic_3y=900_000)
    money = {"rd_expense_y3": 1_160_000, "rd_domestic_3y": 1_060_000}
    at_home = by_way(poor, outcome(cooperation="委托开发"))["commissioned"][0]
    assert {name: at_home[name] for name in money} == money
    abroad = by_way(poor, outcome(cooperation="委托开发", overseas="是"))["commissioned"][0]
    assert abroad["rd_expense_y3"] == 1_160_000
    assert "rd_domestic_3y" not in abroad
    needs = pd.DataFrame([{"need_id": "N", "enterprise_id": "F", "budget": 500_000}])
    matches = pd.DataFrame([{"need_id": "N", "outcome_id": "C"}])
    table = propose(poor, matches, "hte", on=ON, needs=needs, outcomes=outcome(cooperation="委托开发"))
    assert json.loads(table["changes"].iloc[0])["rd_expense_y3"] == 1_400_000
    assert table["cost"].unique().tolist() == [500_000]


def test_experts_points_are_never_assumed() -> None:
    table = propose(short(), pair(), "hte", on=ON, outcomes=outcome(cooperation="共建平台"))
    rows = table[["kind", "item", "before", "after", "gain_low", "gain_high", "net"]].to_numpy().tolist()
    assert rows == [
        ["judged", "org_institution", "0～6分", "0～6分（专家评定）", 0, 0, 0],
        ["judged", "org_transfer", "0～4分", "0～4分（专家评定）", 0, 0, 0],
    ]
    full = short(expert_org_institution=6, expert_org_transfer=4)
    assert propose(full, pair(), "hte", on=ON, outcomes=outcome(cooperation="共建平台")).empty


def test_technology_in_the_fields_settles_the_condition_where_the_firm_owns_it() -> None:
    outside = short(in_field="no")
    moved = by_way(outside, outcome(field="电子信息-软件", cooperation="技术转让,技术许可"))
    assert moved["transfer"][1]["field"] == ("不符合", "符合")
    assert "field" not in moved["licence"][1]
    assert "field" not in by_way(outside, outcome(field="冶金"))["transfer"][1]


def test_unknown_facts_stay_unknown() -> None:
    moved = by_way(short(class2_ip=None), outcome(cooperation="技术转让"))
    assert moved["transfer"][0] == {"conversions_3y": 9}


def test_a_right_that_is_only_applied_for_is_none() -> None:
    cooperation = Cooperation.load()
    cells = ["发明专利", "发明专利（实审）", "实用新型专利、发明专利申请中", "软件著作权", "专有技术", ""]
    assert [cooperation.right(cell) for cell in cells] == ["class1", "", "class2", "class2", "", ""]


def test_ways_that_an_offer_leaves_open() -> None:
    cooperation = Cooperation.load()
    ways = list(cooperation.ways)
    assert [way.id for way in cooperation.open_ways("技术许可合作开发", person=False)] == ["licence", "joint"]
    assert [way.id for way in cooperation.open_ways("面议", person=False)] == ways
    assert [way.id for way in cooperation.open_ways("", person=True)] == ["joint", "commissioned", "platform"]
    assert cooperation.open_ways("技术咨询", person=False) == []


def test_tech_sme_knows_no_single_use_and_its_points_are_exact() -> None:
    firms = pd.DataFrame([firm("tech-sme", class1_ip=0, class2_ip=1, rd_expense_last_year=0)])
    moved = by_way(firms, outcome(cooperation="技术转让,技术许可", hte_used="是"), "tech-sme")
    assert {way: (changes, gains) for way, (changes, _, gains) in moved.items()} == {
        "transfer": ({"class2_ip": 2}, (6, 6))
    }


def test_every_gain_is_the_difference_of_two_runs_of_the_policy() -> None:
    firms, outcomes = short(), outcome(price="30万元")
    table = propose(firms, pair(), "hte", on=ON, outcomes=outcomes)
    assert len(table) > 10
    before = score(firms, "hte", on=ON)
    for row in table.to_dict("records"):
        changed = firms.assign(**json.loads(row["changes"]))
        after = score(changed, "hte", on=ON)
        for end in ("low", "high"):
            gain = after.summary[f"total_{end}"].iloc[0] - before.summary[f"total_{end}"].iloc[0]
            assert row[f"total_gain_{end}"] == gain
        if row["kind"] == "points":
            one, two = (
                part.verdicts[(part.verdicts["kind"] == "points") & (part.verdicts["rule"] == row["item"])].iloc[0]
                for part in (before, after)
            )
            assert row["gain_low"] == two["points_low"] - one["points_low"]
            assert row["gain_high"] == two["points_high"] - one["points_high"]


def test_rank_is_by_what_is_left_after_the_cost_and_unknown_costs_come_last() -> None:
    outcomes = pd.concat(
        [
            outcome(outcome_id="dear", price="80万元", cooperation="技术转让"),
            outcome(outcome_id="cheap", price="10万元", cooperation="技术转让"),
            outcome(outcome_id="open", price="面议", cooperation="技术转让"),
        ]
    )
    matches = pd.DataFrame(
        {"enterprise_id": "F", "outcome_id": ["dear", "cheap", "open"], "probability": [1.0, 0.5, 1.0]}
    )
    free = propose(short(), matches, "hte", on=ON, outcomes=outcomes).drop_duplicates("rank")
    assert free[["outcome_id", "net"]].to_numpy().tolist() == [["dear", 8], ["open", 8], ["cheap", 4]]
    assert free["together_low"].tolist() == [free["total_before_low"].iloc[0] + gain for gain in (8, 8, 8)]
    paid = propose(short(), matches, "hte", on=ON, outcomes=outcomes, points_per_yuan=1e-5).drop_duplicates("rank")
    assert paid[["outcome_id", "net"]].iloc[:2].to_numpy().tolist() == [["cheap", 3], ["dear", 0]]
    assert paid["outcome_id"].iloc[2] == "open"
    assert pd.isna(paid["net"].iloc[2])
    given = propose(
        short(), matches, "hte", on=ON, outcomes=outcomes, points_per_yuan=1e-5, costs={"transfer": 400_000}
    ).drop_duplicates("rank")
    assert given[["outcome_id", "net"]].to_numpy().tolist() == [["dear", 4], ["open", 4], ["cheap", 0]]


def test_the_fit_comes_from_the_probability_and_else_from_good_match() -> None:
    outcomes = outcome(cooperation="技术转让")
    known = propose(short(), pair(good_match=False), "hte", on=ON, outcomes=outcomes, weak=True)
    assert known[["probability", "probability_from"]].drop_duplicates().to_numpy().tolist() == [[0.5, "probability"]]
    good = propose(short(), pair(probability=None, good_match=True), "hte", on=ON, outcomes=outcomes)
    assert good[["probability", "probability_from"]].drop_duplicates().to_numpy().tolist() == [[1, "good_match"]]
    assert propose(short(), pair(probability=None, good_match=False), "hte", on=ON, outcomes=outcomes).empty
    none = propose(short(), pair().drop(columns="probability"), "hte", on=ON, outcomes=outcomes)
    assert set(none["probability_from"]) == {"assumed"}
    with pytest.raises(TableError, match=r"^配对表的 probability 应在 0 到 1 之间，第 1 对不是$"):
        propose(short(), pair(probability=1.5), "hte", on=ON, outcomes=outcomes)


def test_pairs_that_the_matching_does_not_recommend_are_left_out_or_come_last_and_marked() -> None:
    outcomes = pd.concat([outcome(outcome_id=name, cooperation="技术转让") for name in "ABCD"], ignore_index=True)
    likely = {"A": (0.9, False), "B": (0.2, True), "C": (0.39, None), "D": (0.4, None)}
    matches = pd.concat([pair(outcome_id=n, probability=p, good_match=g) for n, (p, g) in likely.items()])

    def listed(**more: Any) -> list[list[Any]]:
        table = propose(short(), matches, "hte", on=ON, outcomes=outcomes, **more).drop_duplicates("rank")
        return table[["outcome_id", "rank", "good_match"]].to_numpy().tolist()

    assert listed() == [["D", 1, True], ["B", 2, True]]
    assert listed(weak=True) == [["D", 1, True], ["B", 2, True], ["A", 3, False], ["C", 4, False]]
    assert listed(weak=True, k=3) == listed(weak=True)[:3]
    table = propose(short(), matches, "hte", on=ON, outcomes=outcomes, weak=True)
    assert table["reason"].str.contains("匹配较弱，仅供参考").tolist() == (~table["good_match"].astype(bool)).tolist()
    file = firm_files(short(), ["hte"], on=ON, partners=table)[0]
    assert [partner["id"] for partner in file["policies"][0]["partners"]] == ["D", "B"]


def test_from_the_outcomes_side_the_firm_that_gains_most_comes_first() -> None:
    firms = pd.concat([short(), short(enterprise_id="G", conversions_3y=7)], ignore_index=True)
    matches = pd.concat([pair(), pair(enterprise_id="G")], ignore_index=True)
    options: dict[str, Any] = {"on": ON, "outcomes": outcome(cooperation="技术转让")}
    one = propose(firms, matches, "hte", **options)
    other = propose(firms, matches, "hte", side="partner", **options)
    head = ["enterprise_id", "rank", "outcome_id", "net"]
    assert other.drop_duplicates(head)[head].to_numpy().tolist() == [["F", 1, "C", 4], ["G", 2, "C", 1]]
    keys = ["enterprise_id", "item", "gain_low", "gain_high", "net"]
    assert sorted(map(str, one[keys].to_numpy().tolist())) == sorted(map(str, other[keys].to_numpy().tolist()))


def test_an_expert_is_a_partner_for_development() -> None:
    matches = pd.DataFrame([{"enterprise_id": "F", "expert_id": "E1"}])
    experts = pd.DataFrame([{"expert_id": "E1", "name": "甲教授", "institution": "某大学"}])
    table = propose(short(), matches, "hte", on=ON, experts=experts)
    assert list(dict.fromkeys(table["way"])) == ["joint", "commissioned", "platform"]
    assert set(table["expert_id"]) == {"E1"}
    assert set(table["outcome_id"]) == {""}


def test_a_firm_that_passes_has_no_gap_and_nothing_gives_an_empty_table() -> None:
    firms = pd.DataFrame([firm("tech-sme")])
    assert score(firms, "tech-sme", on=ON).summary["decision"].tolist() == ["passes"]
    assert propose(firms, pair(), "tech-sme", on=ON, outcomes=outcome()).empty
    assert propose(short(), pair().head(0), "hte", on=ON, outcomes=outcome()).empty


def test_several_policies_follow_each_other_and_a_name_is_one_policy() -> None:
    firms = pd.DataFrame([{**firm("tech-sme", rd_expense_last_year=0), **short().iloc[0].to_dict()}])
    both, first = (propose(firms, pair(), names, on=ON, outcomes=outcome()) for names in (["hte", "tech-sme"], "hte"))
    assert list(dict.fromkeys(both["policy"])) == ["hte", "tech-sme"]
    pd.testing.assert_frame_equal(both[both["policy"] == "hte"], first, check_dtype=False)
    one, several = (firm_files(firms, policy, on=ON) for policy in ("hte", ["hte"]))
    assert one == several
    assert [part["policy"] for part in one[0]["policies"]] == ["hte"]


def test_faults_in_arguments_and_tables() -> None:
    with pytest.raises(PolicyError, match=r"^没有为.*（srdi）写明合作方式如何改变事实；可用：hte、tech-sme$"):
        propose(short(), pair(), "srdi", on=ON)
    with pytest.raises(TableError, match=r"^配对表没有企业编号"):
        propose(short(), pair().drop(columns="enterprise_id"), "hte", on=ON)
    with pytest.raises(TableError, match=r"^企业表中同一企业有不止一行：F；请每家企业只留一行$"):
        propose(pd.concat([short(), short()]), pair(), "hte", on=ON, outcomes=outcome())
    with pytest.raises(ArgumentError, match="there is no way 'gift'"):
        propose(short(), pair(), "hte", on=ON, ways=["gift"])
    with pytest.raises(ArgumentError, match='side is "firm" or "partner", not \'f\''):
        propose(short(), pair(), "hte", on=ON, side="f")  # type: ignore[arg-type]


def test_every_move_reads_columns_and_items_that_its_policy_has_and_cites_a_source(tmp_path: Path) -> None:
    cooperation = Cooperation.load()
    for policy_id, moves in cooperation.moves.items():
        policy = load_policy(policy_id)
        rules = {str(rule["id"]) for rule in policy.raw_rules}
        for move in moves:
            assert move.columns <= set(policy.columns)
            assert set(move.evidence) <= rules
            assert move.source.startswith("《")
    text = Path(str(Path(__import__("matcher").__file__).parent / "partners" / "cooperation.yaml")).read_text("utf-8")
    wrong = tmp_path / "moves.yaml"
    wrong.write_text(text.replace("ways: [licence]", "ways: [lease]", 1), "utf-8")
    with pytest.raises(PolicyError, match=r"hte, move 4: there is no way 'lease'$"):
        Cooperation.load(wrong)
    wrong.write_text(text.replace("when: {right: class1}", "whenn: {right: class1}", 1), "utf-8")
    with pytest.raises(PolicyError, match=r"hte, move 1: unknown key 'whenn'"):
        Cooperation.load(wrong)


def test_a_name_alone_joins_a_need_only_when_accepted() -> None:
    firms = pd.DataFrame({"enterprise_id": ["F1", "F2"], "name": ["甲有限公司", "乙有限公司"]})
    needs = pd.DataFrame(
        {"need_id": ["1", "2", "3"], "enterprise_id": ["F2", "", ""], "enterprise": ["", "甲有限公司", "丙"]}
    )
    kept, many = owners_by_name(needs, firms, accept=False)
    assert (kept["enterprise_id"].tolist(), many) == (["F2", "", ""], 1)
    joined, many = owners_by_name(needs, firms, accept=True)
    assert (joined["enterprise_id"].tolist(), many) == (["F2", "F1", ""], 1)


def test_a_firm_file_holds_decision_points_gaps_partners_instruments_and_questions(tmp_path: Path) -> None:
    firms = short(name="甲<b>公司</b> 13812345678", in_field=None, conversions_3y=12)
    proposals = propose(firms, pair(), "hte", on=ON, outcomes=outcome(cooperation="技术转让"))
    tools = pd.DataFrame(
        [
            ("F", "创新券", "passes", "可以申请", "文"),
            ("F", "上市", "fails", "不能", ""),
            ("G", "贷款", "passes", "", ""),
        ],
        columns=["enterprise_id", "title", "decision", "what_to_do", "source"],
    )
    (file,) = firm_files(firms, ["hte"], on=ON, partners=proposals, instruments=tools)
    part = file["policies"][0]
    assert (part["decision"], part["text"], part["met"]) == ("unknown", "缺少事实，未定", 8)
    assert [gap["title"][:12] for gap in part["gaps"]] == ["主要产品（服务）的核心技", "企业创新能力评价综合得分"]
    assert part["ask"] == ["核心技术属于国家重点支持的高新技术领域"]
    assert [(p["id"], p["way"], p["gain"]) for p in part["partners"]] == [("C", "技术转让", "低限 +2，高限 +2")]
    assert file["instruments"] == [{"title": "创新券", "what_to_do": "可以申请", "source": "文"}]
    assert write_firm_files(tmp_path / "a.html", [file]) == 1
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "甲&lt;b&gt;公司&lt;/b&gt; 138****5678" in page
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert write_firm_files(tmp_path, [file, {**file, "enterprise_id": "f"}, {**file, "enterprise_id": "a/b"}]) == 7
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "F.html", "F.xlsx", "a.html", "a_b.html", "a_b.xlsx", "f~2.html", "f~2.xlsx", "index.html",
    ]  # fmt: skip
    sheet = load_workbook(tmp_path / "F.xlsx").worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "未满足的条件" in cells
    assert "创新券" in cells
    assert write_firm_files(tmp_path / "new" / "folder", [file]) == 3
    with pytest.raises(OutputError, match="是网址，不是文件夹"):
        write_firm_files("s3://bucket/files", [file])
    with pytest.raises(OutputError, match="是网址，不是文件"):
        write_firm_files("s3://bucket/files.xlsx", [file])
    with pytest.raises(OutputError, match=r"“.*a\.pdf”：请写成 \.xlsx、\.html，或一个文件夹$"):
        write_firm_files(tmp_path / "a.pdf", [file])


def test_the_workbook_of_proposals_is_in_chinese_with_the_firms_names(tmp_path: Path) -> None:
    firms = short(name="甲公司 13812345678")
    table = propose(firms, pair(), "hte", on=ON, outcomes=outcome(cooperation="技术转让"))
    write_partners(tmp_path / "t.xlsx", table, firms=firms, on=dt.date(2026, 6, 1))
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["合作建议", "说明"]
    rows = [dict(zip([c.value for c in book["合作建议"][1]], [c.value for c in row], strict=True))
            for row in book["合作建议"].iter_rows(min_row=2)]  # fmt: skip
    shown = ("企业编号", "企业名称", "政策编号", "合作方式", "条款", "现在", "之后", "类别", "较强匹配", "之后结论")
    expected = ["F", "甲公司 138****5678", "hte", "技术转让", "知识产权数量", "3～4分", "5～6分", "得分", "是"]
    assert [rows[1][name] for name in shown] == [*expected, "取决于专家评分"]
    assert book["说明"]["A2"].value == "判断日期 2026-06-01"
    write_partners(tmp_path / "t.csv", table, firms=firms, on=dt.date(2026, 6, 1))
    assert pd.read_csv(tmp_path / "t.csv")["kind"].tolist() == table["kind"].tolist()


def test_contacts_in_ids_are_hidden_in_names_of_files_and_sheets(tmp_path: Path) -> None:
    firms = pd.concat([short(enterprise_id=f"1381234567{end}", name="甲") for end in "89"], ignore_index=True)
    files = firm_files(firms, "hte", on=ON)
    write_firm_files(tmp_path / "f", files)
    write_firm_files(tmp_path / "f.xlsx", files)
    assert sorted(path.name for path in (tmp_path / "f").glob("*.html")) == [
        "138____5678.html", "138____5679.html", "index.html",
    ]  # fmt: skip
    book = load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["总览", "138____5678 甲", "138____5679 甲"]
    assert [cell.hyperlink.location for cell in book["总览"]["A"][1:]] == ["'138____5678 甲'!A1", "'138____5679 甲'!A1"]
    write_firm_files(tmp_path / "clear.xlsx", files, mask=False)
    assert load_workbook(tmp_path / "clear.xlsx").sheetnames[1] == "13812345678 甲"


def test_commands_write_the_table_the_workbook_and_the_files(run: Any, tmp_path: Path) -> None:
    inputs = [str(EXAMPLES / name) for name in ("partner_firms.csv", "needs.csv", "outcomes.csv")]
    common = ["--policy", "hte", "--policy", "tech-sme", "--on", "2026年11月24日"]
    for output, more in (("out.csv", ["-q"]), ("out.xlsx", ["--files", "new/files"])):
        status, out, err = run("partners", *inputs, *common, "-o", output, *more)
        assert status == 0, err
    assert re.fullmatch(
        r"3 家企业，6 条合作建议；结果已写入 out.xlsx\n12 家企业的档案（25 个文件）已写入 new/files\n", out
    )
    assert "37 条需求不属于企业表中的企业，未计算\n" in err
    table = pd.read_csv(tmp_path / "out.csv")
    assert set(table["policy"]) == {"hte", "tech-sme"}
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["合作建议", "问题", "列的去向", "说明"]
    assert len(list((tmp_path / "new" / "files").glob("*.html"))) == 13
    file = ["firm-file", inputs[0], *common, "-o", "one.html", "-q"]
    assert run(*file, "--firm", "QY002", "--partners", "out.csv") == (0, "", "")
    assert (tmp_path / "one.html").read_text("utf-8").count("<article>") == 1
    assert run(*file, "--firm", "QY999")[::2] == (2, "企业表中没有企业 “QY999”\n")
    assert run("partners", "firm-file", inputs[0], *common, "-o", "folder", "--firm", "QY002", "-q") == (0, "", "")
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["QY002.html", "QY002.xlsx", "index.html"]


def test_commands_refuse_what_they_could_not_write_or_would_destroy(run: Any, tmp_path: Path) -> None:
    for name in ("partner_firms.csv", "needs.csv", "outcomes.csv"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    words = ["partners", "partner_firms.csv", "needs.csv", "outcomes.csv", "--policy", "hte", "--on", "2026/11/24"]
    for more, message in (
        (["-o", "needs.csv"], "“needs.csv”就是输入文件"),
        (["-o", "o.txt"], "不能写成“o.txt”：输出文件名须以 .xlsx、.csv 或 .parquet 结尾"),
        (["-o", "o.csv", "--files", "."], "就在文件夹“.”中"),
        (["-o", "o.csv", "--cost", "licence=多"], "--cost：“多”不是数字；应写成 方式=元"),
        (["-o", "o.csv", "--side", "firms"], "“firms”不可用；可以是 firm、partner；您是不是指 firm？"),
    ):
        status, out, err = run(*words, *more)
        assert (status, out) == (2, "")
        assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["needs.csv", "outcomes.csv", "partner_firms.csv"]


@pytest.mark.parametrize(
    ("name", "code", "owner"),
    [
        ("虚构甲科技有限公司", "91341102MA2001003N", "91341102MA2001003N"),
        # neighbours: no code, a wrong one, that of nobody here, and that of a firm of quite another name
        ("虚构甲科技有限公司", "", ""),
        ("虚构甲科技有限公司", "91341102MA2001003A", ""),
        ("虚构甲科技有限公司", "91341102MA20010389", ""),
        ("南方水泥集团", "91341102MA2001003N", ""),
    ],
)
def test_a_need_belongs_to_the_firm_of_its_credit_code(name, code, owner):
    firms = pd.DataFrame({"enterprise_id": ["91341102MA2001003N"], "name": ["虚构甲科技有限公司"]})
    firms["uscc"] = firms["enterprise_id"]
    needs = pd.DataFrame({"need_id": ["1"], "enterprise_id": [""], "enterprise": [name], "统一社会信用代码": [code]})
    assert owners_by_name(needs, firms, accept=False)[0]["enterprise_id"].tolist() == [owner]
