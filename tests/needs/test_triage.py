"""Needs triaged: points with their words, questions in order, routes with reasons; and the command with its pages."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import EXAMPLES

from matcher.errors import ArgumentError
from matcher.needs import completeness_parts, need_questions, sentence_roles, triage, understand_needs
from matcher.needs.completeness import read_one
from matcher.needs.parts import PARTS
from matcher.needs.questions import questions_of
from matcher.tables import read_needs

NEEDS = pd.DataFrame(
    [
        ("N1", "生产线升级", ""),
        ("N2", "泵壳气孔在线检测", "泵壳气孔在线检测"),
        ("N3", "我公司简介", "我公司成立于2001年，占地30亩，员工200人，产品远销海外。"),
        (
            "N4",
            "泵壳气孔在线检测",
            "我公司现靠人工敲击抽检，漏检较多。希望寻求一种无损检测方法，检出率不低于95%，单件时间不超过5秒。",
        ),
        (
            "N5",
            "泵壳气孔在线检测",
            "目前靠人工敲击抽检，容易漏检，国内尚无成熟的设备。希望寻求一种无损检测方法，检出率不低于95%。",
        ),
    ],
    columns=["need_id", "title", "description"],
)


def table_of(**fields: object) -> pd.DataFrame:
    return pd.DataFrame([{"need_id": "N1", **fields}])


def test_routes_with_their_reasons():
    assert triage(NEEDS)[["need_id", "route", "asks", "reason"]].values.tolist() == [
        ["N1", "ask", 0, "只有名称，没有说明；缺少对象、问题或效果、指标（数值和单位）、使用条件"],
        ["N2", "ask", 1, "只有名称，没有说明；缺少指标（数值和单位）、使用条件"],
        ["N3", "ask", 0, "没有说清要什么；缺少问题或效果、指标（数值和单位）、使用条件"],
        ["N4", "match", 1, "写明了对象、问题或效果、指标（数值和单位）、现状和已有条件，可以先匹配"],
        ["N5", "challenge", 1, "需求中说“国内尚无成熟的设备”，现成的办法不够，内容也够发布"],
    ]


def test_what_the_library_answers_is_no_challenge_and_what_it_does_not_is():
    matches = pd.DataFrame({"need_id": ["N4", "N5", "N2"], "recommended": [False, True, False]})
    routes = triage(NEEDS, matches).set_index("need_id")
    assert routes["route"].tolist() == ["ask", "ask", "ask", "challenge", "match"]
    assert routes["reason"]["N4"] == "库中没有可推荐的成果，对象、问题和指标都已写明，可以发布征集"
    assert routes["reason"]["N5"].endswith("，库中有可推荐的成果")
    written = matches.rename(columns={"recommended": "good_match"}).assign(good_match=["否", "是", "否"])
    assert triage(NEEDS, written).equals(triage(NEEDS, matches))
    with pytest.raises(ArgumentError, match=r"^matches has need_id and recommended"):
        triage(NEEDS, matches.drop(columns="recommended"))


def test_the_points_of_a_need_sum_to_its_completeness_and_quote_it():
    parts, texts = completeness_parts(NEEDS), NEEDS.set_index("need_id")
    sums = parts.groupby("need_id")["points"].sum().round(1).tolist()
    assert sums == triage(NEEDS)["completeness"].round(1).tolist()
    for row in parts[parts["text"] != ""].itertuples():
        assert texts.loc[row.need_id, row.field][row.start : row.end] == row.text
    figures = parts[(parts["need_id"] == "N4") & (parts["part"] == "indicators")]
    assert figures["points"].tolist() == [12.5, 4.17]
    assert parts[parts["need_id"] == "N1"]["part"].tolist() == [part.name for part in PARTS]
    assert sum(part.points for part in PARTS) == 100


def test_fields_count_as_well_as_the_text():
    bare = triage(table_of(title="泵壳气孔检测"))["completeness"][0]
    filled = {
        "cooperation": ("委托开发", 4), "budget": (300000.0, 7), "valid_until": (pd.Timestamp("2027-06-30"), 2),
        "conditions": ("已有两条压铸线和X光机。", 6),
    }  # fmt: skip
    for name, (value, points) in filled.items():
        parts = completeness_parts(table_of(title="泵壳气孔检测", **{name: [value]}))
        assert parts.loc[parts["field"] == name, "points"].sum() == pytest.approx(points), name
    assert triage(table_of(title="泵壳气孔检测", cooperation="其他"))["completeness"][0] == bare
    ranged = table_of(title="泵壳", budget=None, budget_min=3e5, budget_max=5e5, budget_text="30～50万元")
    money = completeness_parts(ranged).query("part == 'money'")
    assert money[["points", "text"]].values.tolist() == [[7.0, "30～50万元"]]
    open_money = completeness_parts(table_of(title="泵壳", budget=None, budget_text="面议")).query("part == 'money'")
    assert open_money["points"].tolist() == [2.8]


def test_questions_name_the_need_and_what_lost_most_comes_first():
    table = need_questions(NEEDS)
    assert table.groupby("need_id")["rank"].max().max() == 5
    assert table.groupby("need_id")["points"].apply(lambda points: points.is_monotonic_decreasing).all()
    first = table[table["rank"] == 1].set_index("need_id")["question"]
    assert first["N2"] == (
        "泵壳气孔在线检测要达到什么指标？请给出数值和单位，"
        "例如检出率（%）、误判率（%）、单件时间（秒）、测量误差（带单位）。"
    )
    asked = table[(table["need_id"] == "N4") & table["parts"].str.contains("indicators")]["question"].item()
    assert asked == (
        "泵壳气孔在线检测已写明检出率不低于95%、单件时间不超过5秒；还有哪些指标必须达到？怎样检测、按什么标准验收？"
    )


def test_a_wish_without_a_figure_is_asked_by_its_name():
    wishes = table_of(title="注塑机能耗", description="现有注塑机耗电大。希望降低单位能耗，并提高生产效率。")
    question = need_questions(wishes).query("parts == 'indicators'")["question"].item()
    assert question == "注塑机能耗：“降低单位能耗”、“提高生产效率”分别要到多少？请给出数值和单位，以及现在是多少。"


def test_questions_invent_no_numbers():
    plain = NEEDS[NEEDS["need_id"].isin(["N1", "N2"])]
    trades = ["废水处理", "茶叶病虫害防治", "仓库管理系统", "合金铸造", "面料染色", "药物提纯", "猪饲料", "电机降噪"]
    more = pd.DataFrame({"need_id": trades, "title": trades})
    assert not re.search(r"\d", "".join(need_questions(pd.concat([plain, more]))["question"]))


_FIGURES = [
    "检出率不低于95%", "单件时间不超过5秒", "噪声≤68dB", "使用寿命达到900小时以上", "工作温度-20～60℃",
    "尺寸精度±0.02mm", "硬度≥58HRC", "能耗降低20%以上", "氨氮浓度低于8mg/L", "附着力不低于1级",
]  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(_FIGURES), min_size=1, max_size=8, unique=True),
    st.data(),
    st.sampled_from(["目前靠人工抽检，容易漏检。", "", "国内尚无成熟设备。"]),
)
def test_without_one_of_its_indicators_a_need_is_less_complete_and_is_asked_for_it(figures, data, before):
    left_out = data.draw(st.sampled_from(figures))
    whole, less = (
        read_one("N1", {"title": "泵壳气孔在线检测", "description": f"{before}要求：{'；'.join(kept)}。"})
        for kept in (figures, [figure for figure in figures if figure != left_out])
    )
    assert less.completeness < whole.completeness
    questions = [question for question in questions_of(less) if "indicators" in question.parts]
    assert questions
    assert questions[0] not in questions_of(whole)


def test_the_same_on_the_example_needs():
    removed = 0
    for row in read_needs(EXAMPLES / "needs.csv").rows.itertuples():
        need = read_one(row.need_id, {"title": row.title, "description": row.description})
        for figure in need.figures:
            text, place = need.texts[figure.field], figure.indicator
            cut = {**need.texts, figure.field: text[: place.start] + text[place.end :]}
            less = read_one(row.need_id, cut)
            if len(less.figures) != len(need.figures) - 1:
                continue  # what is left of a unit may read as another figure
            removed += 1
            assert less.completeness < need.completeness, (row.need_id, place.text)
            assert any("indicators" in question.parts for question in questions_of(less))
    assert removed > 150


def test_nothing_gives_nothing():
    none = NEEDS.head(0)
    assert triage(none).columns.tolist() == ["need_id", "completeness", "route", "reason", "questions", "asks"]
    for call in (triage, completeness_parts, need_questions, understand_needs, sentence_roles):
        assert len(call(none)) == 0
        assert call(none).dtypes.equals(call(NEEDS).dtypes), call.__name__
    assert triage(table_of(title="", description="")).loc[0, ["route", "asks"]].tolist() == ["ask", 0]


def test_the_command_writes_tables_a_workbook_and_pages(run, tmp_path):
    needs = NEEDS.assign(description=NEEDS["description"] + "联系电话：13700010001。")
    needs.rename(columns={"need_id": "需求编号", "title": "需求名称", "description": "需求描述"}).to_csv(
        "需求.csv", index=False, encoding="utf-8-sig"
    )
    status, out, _ = run("needs", "triage", "需求.csv", "-o", "梳理.csv", "--pages", "确认单")
    assert status == 0
    assert out.splitlines() == ["5 页确认单已写入 确认单", "5 条：先补问 3、先匹配 1、可张榜 1；结果已写入 梳理.csv"]
    table = pd.read_csv("梳理.csv", encoding="utf-8-sig")
    assert table.columns.tolist() == ["need_id", "completeness", "route", "reason", "questions", "asks"]
    assert table["route"].tolist() == ["ask", "ask", "ask", "match", "challenge"]
    assert sorted(path.name for path in (tmp_path / "确认单").iterdir()) == [f"N{i}.html" for i in range(1, 6)]
    page = (tmp_path / "确认单" / "N4.html").read_text("utf-8")
    assert "<mark>希望寻求一种无损检测方法，检出率不低于95%，单件时间不超过5秒。</mark>" in page
    assert "<td>检出率</td><td>不低于95%</td>" in page
    assert "<textarea" in page
    assert run("needs", "triage", "需求.csv", "-o", "梳理.xlsx", "-q")[0] == 0
    book = openpyxl.load_workbook("梳理.xlsx")
    assert book.sheetnames[:4] == ["需求", "补问", "完整度明细", "权重"]
    heads = [cell.value for cell in book["需求"][1]]
    assert heads == ["需求编号", "需求名称", "完整度", "去向", "理由", "补问", "要求项数"]
    assert [row[3].value for row in book["需求"].iter_rows(min_row=2)] == ["先补问"] * 3 + ["先匹配", "可张榜"]
    for name in ("梳理.parquet", "梳理.html"):
        assert run("needs", "triage", "需求.csv", "-o", name, "-q")[0] == 0
    assert pd.read_parquet("梳理.parquet")["route"].tolist() == table["route"].tolist()
    for path in (*tmp_path.glob("梳理.*"), *(tmp_path / "确认单").iterdir()):
        assert b"13700010001" not in path.read_bytes(), path.name


def test_the_firm_is_named_where_the_table_has_it(run, tmp_path):
    pd.DataFrame(
        {
            "需求编号": ["N1", "N2"],
            "企业名称": ["虚构泵业有限公司", ""],
            "技术难题描述": ["泵壳气孔多，废品率高。", "烘道积墨。"],
        }
    ).to_csv("需求.csv", index=False, encoding="utf-8-sig")
    assert run("needs", "triage", "需求.csv", "-o", "梳理.xlsx", "--pages", "确认单", "-q")[0] == 0
    book = openpyxl.load_workbook("梳理.xlsx")
    for name in ("需求", "补问"):
        rows = [[cell.value for cell in row[:3]] for row in book[name].iter_rows()]
        assert rows[:2] == [["需求编号", "需求名称", "企业名称"], ["N1", "泵壳气孔多，废品率高", "虚构泵业有限公司"]]
    pages = [(tmp_path / "确认单" / f"{name}.html").read_text("utf-8") for name in ("N1", "N2")]
    assert "<title>虚构泵业有限公司：泵壳气孔多，废品率高：需求确认单</title>" in pages[0]
    assert "企业名称 虚构泵业有限公司；需求编号 N1" in pages[0]
    assert "企业名称" not in pages[1]


def test_the_guide_s_commands_run(run):
    guide = (Path(__file__).parents[2] / "docs" / "zh" / "needs.md").read_text("utf-8")
    commands = [line for block in re.findall(r"```sh\n(.*?)```", guide, re.S) for line in block.splitlines()]
    assert len(commands) >= 4
    for command in commands:
        words = [str(EXAMPLES / word[9:]) if word.startswith("examples/") else word for word in command.split()]
        assert words[0] == "matcher"
        assert run(*words[1:])[0] == 0, command


def test_what_is_no_technical_need_is_asked_back():
    needs = pd.DataFrame(
        [
            ("N1", "品牌推广", "希望提高公司知名度，扩大市场。"),
            ("N2", "产品销售渠道拓展", "希望打开南方市场，增加销量。"),
            ("N3", "杨梅保鲜技术推广", "希望常温保鲜5天以上，扩大市场。"),
            ("N4", "面向市场的低糖饮料开发", "希望开发低糖果汁饮料，口感不变。"),
            ("N5", "市场渠道拓展", "希望拓展市场渠道，打开南方客户。"),
            ("N6", "灌溉渠道防渗", "渠道漏水，希望推广防渗材料。"),
        ],
        columns=["need_id", "title", "description"],
    )
    triaged = triage(needs).set_index("need_id")
    assert triaged.loc[["N1", "N2", "N5"], "reason"].unique().tolist() == ["说的是市场或经营，没有提到要解决的技术问题"]
    assert triaged.loc["N1", "route"] == "ask"
    assert triaged.loc["N1", "questions"].startswith("“品牌推广”说的是市场或经营；有没有要解决的技术问题？")
    assert not triaged.loc[["N3", "N4", "N6"], "reason"].str.contains("经营").any()


@pytest.mark.parametrize(
    ("problem", "points"),
    [
        ("希望与高校合作", 7.5),
        ("寻求相关专家的技术支持，共同解决。", 7.5),
        ("寻求防止漏油的技术支持", 15),
        ("注塑件冷却后翘曲，希望与高校合作解决。", 15),
    ],
)
def test_a_wish_for_a_helper_is_no_problem_that_is_described(problem, points):
    read = read_one("N1", {"title": "注塑件变形", "description": f"技术难题：{problem}"})
    assert read.points["problem"] == points


def test_a_title_that_tells_a_fault_names_a_problem():
    read = read_one("N1", {"title": "饼干断面掉渣率高，需使掉渣率降到3%以内"})
    assert [(one.part, one.points, one.text) for one in read.evidence[:2]] == [
        ("object", 15, "饼干断面掉渣"),
        ("problem", 7.5, "饼干断面掉渣率高"),
    ]


@pytest.mark.parametrize("title", ["废水高效处理技术", "断路器高压试验", "废渣多级利用"])
def test_a_word_that_goes_on_is_no_fault(title):
    read = read_one("N1", {"title": title, "description": "希望合作"})
    assert [one.text for one in read.evidence if one.part == "problem"] == []


@pytest.mark.parametrize("title", ["玻璃瓶“冷爆”", "“冷爆”玻璃瓶", '玻璃瓶"冷爆"', '"冷爆"玻璃瓶', '3"球阀泄漏'])
def test_a_title_keeps_its_quotes_and_gets_no_others(title):
    assert questions_of(read_one("N2", {"title": title}))[0].text.startswith(f"{title}要达到什么指标？")


def test_the_questions_follow_what_is_asked_and_not_what_it_is_for():
    def asked(title, text):
        return " ".join(one.text for one in questions_of(read_one("N1", {"title": title, "description": text})))

    packing = asked("饲料包装自动码垛", "袋子软，靠人工码垛，想用机器代替。")
    assert "车间空间" in packing
    assert "棚舍" not in packing
    assert "车间空间" in asked("化肥装箱搬运", "靠人工装箱搬运。")
    assert "亩产" in asked("缓释肥料配方", "肥料释放太快，希望改进。")
    assert "车间空间" not in asked("茶叶包装袋阻隔性", "包装袋容易透气，茶叶受潮。")


@pytest.mark.parametrize(
    ("title", "category", "elsewhere"),
    [
        ("招聘给排水工程师2名", "人才引进", "人才"),
        ("急需引进软件开发工程师", "", "人才"),
        ("融资500万元", "资金需求", "资金"),
        ("流动资金贷款", "", "资金"),
        ("扩建二期", "资金", "资金"),
        ("引进高温合金叶片铸造技术", "", ""),
        ("招聘系统的人脸识别准确率提升", "", ""),
        ("资金管理软件开发", "", ""),
        ("铸件气孔多，废品率高达8%，要求降到2%以下", "人才", ""),
    ],
)
def test_needs_of_people_and_money_are_not_asked_for_figures(title, category, elsewhere):
    needs = pd.DataFrame({"need_id": ["N1"], "title": [title], "需求类别": [category]})
    [line] = triage(needs).to_dict("records")
    assert ("不是技术需求" in line["reason"]) == bool(elsewhere)
    if elsewhere:
        assert line["route"] == "ask"
        assert f"要的是{elsewhere}" in line["reason"]
        assert line["questions"] == ""
