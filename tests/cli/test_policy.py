"""The commands on policies."""

from pathlib import Path

import pandas as pd
import pytest
from small import EXAMPLES

from matcher import read_firms
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import load_policy, shipped


def base(policy, **changes):
    facts = read_yaml(shipped()[policy] / "cases.yaml")["bases"]["good"]
    return {"enterprise_id": "a", **facts, **changes}


@pytest.fixture
def firms(tmp_path):
    rows = [base("tech-sme", name="=甲"), base("tech-sme", enterprise_id="b", resident=None, name="乙")]
    pd.DataFrame(rows).to_csv(tmp_path / "firms.csv", index=False)


def test_score_writes_a_workbook_and_both_tables(run, firms):
    files = ("-o", "out.xlsx", "--summary", "s.csv", "--verdicts", "v.parquet")
    status, out, err = run("policy", "score", "firms.csv", "--policy", "tech-sme", "--on", "2026年6月1日", *files)
    assert (status, out.splitlines()[0]) == (0, "2 家企业，1 项政策")
    assert err.splitlines()[0] == "firms.csv：读入 2 条"
    assert pd.read_csv("s.csv")["decision"].tolist() == ["passes", "unknown"]
    assert len(pd.read_parquet("v.parquet")) == 32
    book = pd.read_excel("out.xlsx", sheet_name=None, engine="calamine")
    assert list(book) == ["结论", "汇总", "逐条", "差距", "要问的事实", "问题", "列的去向", "说明"]
    assert book["结论"]["结论"].tolist() == ["通过", "缺少事实，未定"]
    assert book["结论"]["企业名称"].tolist() == ["=甲", "乙"]
    assert book["结论"]["先问"].fillna("").tolist() == ["", "中国境内（不含港澳台）注册的居民企业"]
    assert book["要问的事实"]["列名"].tolist() == ["resident"]
    assert run("score", "firms.csv", "-p", "tech-sme", "--on", "2026-06-01", "-o", "again.csv", "-q") == (0, "", "")


def test_a_blank_table_can_be_read_again(run):
    assert run("policy", "template", "hte", "-o", "blank.xlsx") == (0, "已写出 blank.xlsx\n", "")
    blank = pd.read_excel("blank.xlsx", engine="calamine")
    assert blank.columns[:5].tolist() == ["企业编号", "企业名称", "统一社会信用代码", "地区", "申请日期"]
    assert len(blank.columns) == 5 + len(load_policy("hte").columns)
    assert read_firms("blank.xlsx", [load_policy("hte")]).rows.empty


def test_explain_one_firm(run, firms, tmp_path):
    words = ("policy", "explain", "firms.csv", "-p", "tech-sme", "--on", "2026-06-01", "-o", "b.html", "--firm")
    assert run(*words, "b")[0] == 0
    assert "缺少事实，未定" in (tmp_path / "b.html").read_text("utf-8")
    assert run(*words, "z")[::2] == (2, "firms.csv：读入 2 条\n表中没有企业编号“z”\n")


def test_definitions_that_differ_are_told_beside_the_result(run, firms, tmp_path):
    assert run("score", "firms.csv", "-p", "hte", "-p", "tech-sme", "--on", "2026-06-01", "-o", "two.csv")[0] == 0
    assert "口径可能不同" in (tmp_path / "two.problems.csv").read_text("utf-8-sig")


def test_the_rows_of_problems_are_whole_numbers_beside_problems_of_no_row(run, tmp_path):
    assert run("score", str(EXAMPLES / "firms.csv"), "-p", "hte", "--on", "2026-06-01", "-o", "all.csv")[0] == 0
    rows = pd.read_csv(tmp_path / "all.problems.csv", dtype=str)["行"]
    assert rows.isna().any()
    assert rows.dropna().unique().tolist() == ["1"]


def test_list_and_check(run):
    assert "srdi\t专精特新中小企业\t2026-2\t2026-04-01 至 今" in run("policies", "--on", "2026-06-01")[1]
    assert run("policy", "check", "unicorn")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--policy", "nothing", "-o", "o.csv"], "没有名为“nothing”的政策"),
        (["--policy", "htee", "-o", "o.csv"], "您是不是指 hte"),
        (["--policy", "hte", "-o", "o.txt"], "文件名须以"),
        (["--policy", "hte", "-o", "firms.csv"], "就是输入文件"),
        (["--policy", "hte", "-o", "o.csv", "--reading", "x=y"], "没有名为 x 的读法"),
        (["--policy", "hte", "-o", "nowhere/o.csv"], "不存在"),
    ],
)
def test_a_wrong_command_says_so_and_ends_with_2(run, firms, words, message):
    status, out, err = run("score", "firms.csv", "--on", "2026-06-01", *words)
    assert (status, out) == (2, "")
    assert message in err


def test_a_table_of_another_kind_is_told(run):
    status, out, err = run("score", EXAMPLES / "needs.csv", "-p", "hte", "--on", "2026-06-01", "-o", "o.csv")
    assert (status, out) == (2, "")
    assert "没有一列是这些政策要的事实，这像是一张需求表" in err


def test_support_programmes(run, tmp_path):
    words = (EXAMPLES / "firms.csv", "--on", "2026-11-24", "-o")
    for name in ("a.csv", "a.xlsx"):
        status, out, _ = run("instruments", *words, name)
        assert (status, out.splitlines()[0][:5]) == (0, "8 家企业")
    book = pd.read_excel("a.xlsx", sheet_name=None, engine="calamine")
    assert list(book) == ["今天可得", "政策工具", "问题", "列的去向", "说明"]
    assert book["政策工具"].columns[:4].tolist() == ["企业编号", "企业名称", "政策工具", "阶段"]
    assert len(book["政策工具"]) == len(pd.read_csv("a.csv"))


def test_registers_give_facts_warnings_and_a_comparison(run, tmp_path):
    """The shipped registers, one at a time in one workbook."""
    words = ("policy", "score", str(EXAMPLES / "firms.csv"), "-p", "hte", "--on", "2026-11-24", "-o", "out.xlsx")
    kinds = ("知识产权=" + str(EXAMPLES / "rights.csv"), "projects=" + str(EXAMPLES / "rd_projects.csv"))
    more = ("--register", f"conversions={EXAMPLES / 'conversions.csv'}", "--warnings", "warnings.csv")
    files = ("--summary", "s.csv", "--facts", "facts.parquet")
    status, out, err = run(*words, "--register", kinds[0], "--register", kinds[1], *more, *files)
    assert (status, out.splitlines()[0]) == (0, "8 家企业，1 项政策")
    assert "登记表：27 行归户，0 行没有归户；23 条警示；7 处与企业表不符（采用登记表的）" in err
    book = pd.read_excel("out.xlsx", sheet_name=None, engine="calamine")
    assert list(book)[:8] == ["结论", "汇总", "逐条", "差距", "要问的事实", "登记表警示", "登记表归集", "登记表归户"]
    warnings = book["登记表警示"]
    assert warnings.columns.tolist() == [
        "企业编号", "企业名称", "登记表", "文件", "行", "哪一项", "问题", "是否计入", "依据", "怎么办",
    ]  # fmt: skip
    assert len(book["登记表归户"]) == 0
    facts = (
        book["登记表归集"].set_index(["企业编号", "列名"])[["登记表的数", "企业表的数", "采用", "两表不符"]].astype(str)
    )
    assert facts.loc[("S01", "class2_ip")].tolist() == ["3–4", "6", "3–6", "是"]
    assert facts.loc[("S01", "rd_expense_y2")].tolist() == ["2,400,000元", "2,400,000元", "2,400,000元", "否"]
    assert len(pd.read_csv("warnings.csv")) == 23
    rules = book["逐条"].set_index(["企业编号", "条款"])
    points = rules.loc[("S01", "科技成果转化能力（近三年年均转化数）"), ["最低得分", "最高得分"]]
    assert points.tolist() == [1, 30]  # the table says 15; --complete conversions would settle it
    assert run("score", "facts.parquet", "-p", "hte", "--on", "2026-11-24", "--summary", "again.csv")[0] == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "s.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--register", "ip=firms.csv"], "没有叫“ip”的登记表；可以是 rights、projects"),
        (["--register", "rights"], "应写成 种类=文件"),
        (["--complete", "staff"], "没有叫“staff”的登记表；可以是 rights、conversions"),
        (["--register", "rights=none.csv"], "none.csv"),
        (
            ["--register", "conversions=firms.csv"],
            "firms.csv：不像成果转化登记表，没有转化形式、转化日期",
        ),
        (["--complete", "平台"], "--complete platforms：没有给出这种登记表"),
        (["--facts", "facts.parquet"], "--warnings、--facts 要和 --register 一起用"),
    ],
)
def test_a_register_that_cannot_be_read_says_so(run, firms, words, message):
    status, _, err = run("score", "firms.csv", "-p", "hte", "--on", "2026-06-01", "-o", "o.csv", *words)
    assert status == 2
    assert message in err


def test_platforms_are_scored_as_platforms(run):
    """Two incubators of one host, one of them without a name of its own; a wrong code of the host is told."""
    rows = [
        "2026年孵化器情况表（虚构）",
        "单位：万元",
        "序号,孵化器名称,运营单位,统一社会信用代码,在孵企业数,上年度获投在孵企业数,增长超过20%的在孵企业数,"
        "是否单独核算,孵化器总收入,房租物业以外收入,其他条件符合",
        "1,虚构甲孵化器,虚构科创公司,,100家,20,30,是,1000,300,是",
        "2,虚构乙孵化器,虚构科创公司,91371300MA3C00001X,100,20,29,是,1000,300,是",
        "3,,虚构园区,,100,20,30,是,1000,300,",
    ]
    Path("p.csv").write_text("\n".join(rows), "utf-8")
    arguments = ("--policy", "孵化器", "--on", "2026-11-24", "-o", "out.xlsx", "--summary", "s.csv")
    status, out, err = run("score", "p.csv", *arguments)
    assert status == 0
    assert out.splitlines() == [
        "3 个平台，1 项政策",
        "  科技企业孵化器（标准级，原国家级）：通过 1 个",
        "  科技企业孵化器（标准级，原国家级）：不通过 1 个",
        "  科技企业孵化器（标准级，原国家级）：缺少事实，未定 1 个",
    ]
    assert "校验位应为 8；请更正，否则对不上依托单位" in err
    assert "1 行没有平台编号和平台名称，已按依托单位识别" in err
    assert pd.read_csv("s.csv")[["enterprise_id", "policy", "edition", "decision"]].values.tolist() == [
        ["虚构甲孵化器", "incubator-standard", "2025-131", "passes"],
        ["虚构乙孵化器", "incubator-standard", "2025-131", "fails"],
        ["虚构园区", "incubator-standard", "2025-131", "unknown"],
    ]
    sheet = pd.read_excel("out.xlsx", sheet_name="结论", engine="calamine")
    assert sheet.columns[:2].tolist() == ["平台编号", "平台名称"]
    status, out, err = run("score", "p.csv", "-p", "孵化器", "-p", "hte", "--on", "2026-11-24", "-o", "o.csv")
    assert status == 2
    assert "“高新技术企业认定”看企业，一张表不能同时判断；请分开运行" in err


def test_a_blank_table_of_platforms_can_be_read_again(run):
    assert run("policy", "template", "incubator-standard", "-o", "blank.xlsx") == (0, "已写出 blank.xlsx\n", "")
    blank = pd.read_excel("blank.xlsx", sheet_name="平台", engine="calamine")
    assert blank.columns[:5].tolist() == ["平台编号", "平台名称", "地区", "申请日期", "依托单位"]
    assert read_firms("blank.xlsx", "incubator-standard").rows.empty


def test_a_register_of_platforms_is_counted(run):
    rows = [
        "平台名称,平台类型,级别,认定时间,状态",
        "甲实验室,省重点实验室,省级,2019-03-01,", "甲实验室,重点实验室,市,2017,",
        "乙众创空间,,,2021-05,已撤销", "丙工作站,山东省院士工作站,,2020年,",
    ]  # fmt: skip
    Path("r.csv").write_text("\n".join(rows), "utf-8")
    status, out, _ = run("policy", "platforms", "r.csv", "--on", "2026-11-24", "-o", "c.csv")
    assert (status, out.splitlines()[0]) == (0, "4 行，计 3 个平台")
    assert pd.read_csv("c.csv").values.tolist() == [
        ["院士工作站", "省级", 2020, 1], ["重点实验室", "省级", 2019, 1], ["重点实验室", "市级", 2017, 1],
    ]  # fmt: skip
    run("policy", "platforms", "r.csv", "--on", "2026-11-24", "--since", "2018-01-01", "-o", "c.xlsx")
    book = pd.read_excel("c.xlsx", sheet_name="计数", engine="calamine")
    assert book.columns.tolist() == ["平台类别", "平台级别", "认定年份", "平台数"]
    assert len(book) == 2


def test_points_say_that_there_are_no_weights_and_take_a_filled_form(run):
    Path("f.csv").write_text("企业名称,2024年研发费用（万元）\n虚构甲,500\n", "utf-8")
    status, out, err = run("policy", "points", "f.csv", "--on", "2025-06-01", "-o", "p.csv", "--values", "v.csv")
    assert (status, out) == (0, "1 家企业，0 家的18项原始值齐全\n")
    assert "没有权重：指引的权重和由值到分的换算没有见到可读的原文，不能代拟" in err
    assert pd.read_csv("p.csv", dtype=str)[["known", "total_low"]].fillna("").values.tolist() == [["1", ""]]
    assert pd.read_csv("v.csv")["value"].dropna().tolist() == [5_000_000]
    assert run("policy", "points-form", "--on", "2025-06-01", "-o", "w.xlsx")[0] == 0
    form = pd.read_excel("w.xlsx", engine="calamine", dtype=object)
    assert form.columns.tolist() == ["阶段", "一级指标", "二级指标", "单位", "指标值", "得分", "满分"]
    assert len(form) == 54
    form["指标值"], form["得分"] = form["单位"].map(lambda unit: "5%" if unit == "%" else "5000000"), 2
    form.to_excel("filled.xlsx", index=False)
    arguments = ("--on", "2025-06-01", "--weights", "filled.xlsx", "-o", "p.csv", "-q")
    status, out, err = run("policy", "points", "f.csv", *arguments)
    assert (status, out) == (0, "")
    columns = ["edition", "total_low", "total_high", "total_max"]
    assert pd.read_csv("p.csv")[columns].values.tolist() == [["2024-national", 2, 36, 36]]
    form[form["二级指标"] != "营业收入"].to_excel("filled.xlsx", index=False)
    status, _, err = run("policy", "points", "f.csv", *arguments)
    assert status == 2
    assert "初创期：缺 1 项指标的权重：营业收入" in err
    assert run("policy", "points", "f.csv", *arguments[:2], "--edition", "2.0", "-o", "p.csv")[0] == 2


def test_the_points_of_the_first_example_firm_are_those_counted_by_hand(run):
    """18 of 技术创新, 24 of 成长经营, 6 of 辅助 under the made-up weights of 成长期."""
    weights = ("--edition", "2024-national", "--weights", str(EXAMPLES / "point_weights.csv"))
    arguments = (str(EXAMPLES / "point_firms.csv"), "--on", "2026-06-01", *weights, "-o", "p.csv", "-q")
    assert run("policy", "points", *arguments)[:2] == (0, "")
    first = pd.read_csv("p.csv").iloc[0]
    assert first[["stage", "known", "total_low", "total_high", "total_max"]].tolist() == ["成长期", 18, 48, 48, 96]


def test_scores_in_pieces_are_those_of_one_file(run, firms, tmp_path):
    words = ("policy", "score", "firms.csv", "-p", "tech-sme", "--on", "2026-06-01")
    assert run(*words, "-o", "s.parquet", "--verdicts", "v.parquet", "-q")[0] == 0
    status, out, _ = run(*words, "--pieces", "p")
    assert (status, out) == (0, "2 家企业，1 项政策，1 片；结果已写入 p\n")
    for name, file in (("summary", "s.parquet"), ("verdicts", "v.parquet")):
        one, two = pd.read_parquet(tmp_path / "p" / name), pd.read_parquet(tmp_path / file)
        for column in two:
            assert one[column].astype(str).str[:10].tolist() == two[column].astype(str).str[:10].tolist(), column
    told = "“p”里是设置不同的另一次运行的结果（不同的是：on）；请换一个文件夹，或删去它再运行\n"
    assert run(*words[:-1], "2026-06-02", "--pieces", "p", "-q") == (2, "", told)
    status, _, err = run(*words, "--pieces", "p", "--summary", "s.csv")
    assert status == 2
    assert "--pieces 单独使用" in err
    assert run(*words, "--pieces", ".")[0] == 2  # the folder of the table


def test_a_scoring_is_checked_against_its_record(run, firms):
    words = ("policy", "score", "firms.csv", "-p", "tech-sme", "-q", "--on")
    assert run(*words, "2026-06-01", "-o", "s.csv", "--record", "r.json")[0] == 0
    assert run(*words, "2026-06-01", "--verify", "r.json") == (0, "", "")
    assert run(*words, "2026-06-02", "--verify", "r.json") == (
        1,
        "",
        "选项 on 不同：记录为 2026-06-01，现为 2026-06-02\n结果不同\n",
    )
    pd.read_csv("firms.csv").assign(resident="否").to_csv("firms.csv", index=False)
    assert run(*words, "2026-06-01", "--verify", "r.json") == (1, "", "输入“firms.csv”与记录时不同\n结果不同\n")
