"""The commands on policies."""

import pandas as pd
import pytest
from small import EXAMPLES

from matcher import read_firms
from matcher.policy.loader import read_yaml
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
    assert list(book) == ["结论", "逐条", "差距", "要问的事实", "问题", "列的去向", "说明"]
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
    assert list(book) == ["政策工具", "问题", "列的去向", "说明"]
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
    assert list(book)[:7] == ["结论", "逐条", "差距", "要问的事实", "登记表警示", "登记表归集", "登记表归户"]
    warnings = book["登记表警示"]
    assert warnings.columns.tolist() == [
        "企业编号", "企业名称", "登记表", "文件", "行", "哪一项", "问题", "是否计入", "依据", "怎么办",
    ]  # fmt: skip
    assert len(book["登记表归户"]) == 0
    facts = (
        book["登记表归集"].set_index(["企业编号", "列名"])[["登记表的数", "企业表的数", "采用", "两表不符"]].astype(str)
    )
    assert facts.loc[("S01", "class2_ip")].tolist() == ["3–4", "6", "3–4", "是"]
    assert facts.loc[("S01", "rd_expense_y2")].tolist() == ["2,400,000元", "2,400,000元", "2,400,000元", "否"]
    assert len(pd.read_csv("warnings.csv")) == 23
    rules = book["逐条"].set_index(["企业编号", "条款"])
    points = rules.loc[("S01", "科技成果转化能力（近三年年均转化数）"), ["最低得分", "最高得分"]]
    assert points.tolist() == [1, 6]
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
