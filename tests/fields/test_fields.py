"""Fields, schemes, the reading of a 经营范围, and chains."""

import pandas as pd
import pytest

from matcher.errors import ArgumentTypeError, OutputError, TableError
from matcher.fields.business_scope import clean_name, clean_scope
from matcher.fields.chains import link_table, named_beside, place_on_chains, strongest_outcomes, unanswered_needs
from matcher.fields.classifier import FieldModel, classify
from matcher.fields.taxonomy import Scheme

FIRMS = pd.DataFrame(
    {
        "enterprise_id": ["E1", "E2", "E3", "E4"],
        "name": ["临沂市兰山区宏达木业有限公司", "山东某工程机械有限公司", "某某制药有限公司", ""],
        "products": ["", "装载机、挖掘机", "心脑血管药品", ""],
        "scope": [
            "一般项目：人造板制造；货物进出口（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
            "",
            "",
            "",
        ],
    }
)


@pytest.mark.parametrize(
    ("scope", "items"),
    [
        (
            "一般项目：人造板制造；货物进出口；技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广（除依法须经批准的"
            "项目外，凭营业执照依法自主开展经营活动）许可项目：道路货物运输（不含危险货物）",
            "人造板制造\n道路货物运输",
        ),
        ("货物进出口；技术进出口", "货物进出口\n技术进出口"),
        ("软件开发;软件开发。信息系统集成服务(法律规定须经许可的除外)", "软件开发\n信息系统集成服务"),
        ("", ""),
    ],
)
def test_a_scope_without_its_boilerplate(scope, items):
    assert clean_scope(scope) == items


def test_a_name_without_place_and_legal_form():
    assert clean_name("临沂市兰山区宏达木业有限公司") == "宏达木业"


def test_shipped_schemes_are_whole():
    assert Scheme.load("hte").headings["level"].value_counts().to_dict() == {1: 8, 2: 52, 3: 254}
    assert Scheme.load("gbt4754").headings["level"].value_counts().to_dict() == {1: 20, 2: 97, 3: 473, 4: 1381}
    assert Scheme.load("clusters").headings["name"].tolist() == [
        *(
            "先进装备制造",
            "医养健康",
            "电子信息",
            "高端冶金制造",
            "高端木业",
            "新材料新技术",
            "现代高效生态农业",
            "商贸物流",
        )
    ]


def test_every_fault_of_a_scheme_is_named():
    table = pd.DataFrame({"code": ["a", "b"], "name": ["甲", ""], "parent": ["", "c"]})
    with pytest.raises(TableError, match=r"2 处问题\n  编码“b”没有名称\n  编码“b”的上级“c”不在表中"):
        Scheme.load(table)


def test_clusters_of_firms():
    found = classify(FIRMS, "clusters")
    first = found[found["rank"] == 1]
    assert first[["id", "code"]].to_numpy().tolist() == [["E1", "C5"], ["E2", "C1"], ["E3", "C2"], ["E4", ""]]
    assert first["probability"].tolist()[-1] == 1
    assert first["words"].tolist()[0].split("、")[0] == "人造板"


def test_probabilities_add_up_and_follow_the_tree():
    found = classify(FIRMS, "hte", k=400, at_least=0)
    sums = found.groupby(["id", "level"])["probability"].sum()
    assert sums.sub(1).abs().max() < 0.02
    places = found.set_index(["id", "code"])["probability"].to_dict()
    parents = Scheme.load("hte").headings.set_index("code")["parent"]
    for (name, code), chance in places.items():
        if parents.get(code):
            assert chance <= places[name, parents[code]] + 1e-9


def test_a_firm_is_answered_alike_in_any_company():
    whole = classify(FIRMS, "hte")
    alone = classify(FIRMS.iloc[[1]], "hte")
    pd.testing.assert_frame_equal(whole[whole["id"] == "E2"].reset_index(drop=True), alone, atol=2e-4)


def test_nothing_technical_has_no_field():
    texts = pd.Series({"a": "餐饮服务；酒店住宿；物业管理", "b": "锂离子电池正极材料与储能系统"})
    found = classify(texts, "hte", level=1, k=1)
    assert found[["id", "name"]].to_numpy().tolist() == [["a", "无"], ["b", "新能源与节能"]]


def test_labels_are_learned_kept_and_checked(tmp_path):
    scheme = pd.DataFrame({"code": ["x", "y"], "name": ["甲类", "乙类"]})
    texts = [*(f"苹果梨桃{i}号果园" for i in range(8)), *(f"轴承齿轮{i}号车间" for i in range(8))]
    model = FieldModel.build(scheme).fit(texts, ["x"] * 8 + ["乙类"] * 8)
    found = model.classify(pd.Series({"p": "桃子和苹果", "q": "齿轮加工"}), none=False, k=1)
    assert found[["id", "code"]].to_numpy().tolist() == [["p", "x"], ["q", "y"]]
    model.save(tmp_path / "m.npz")
    again = FieldModel.load(tmp_path / "m.npz")
    assert again.classify(pd.Series({"p": "桃子和苹果"})).equals(model.classify(pd.Series({"p": "桃子和苹果"})))
    with pytest.raises(TableError, match="1 个标签不在分类“自定义分类”中：丙"):
        FieldModel.build(scheme).fit(texts, ["丙"] * 16)
    with pytest.raises(OutputError, match="是网址，不是文件"):
        model.save("s3://bucket/m.npz")
    with pytest.raises(ArgumentTypeError, match="not one text"):
        model.classify("苹果")
    (tmp_path / "n.npz").write_bytes(b"nothing")
    with pytest.raises(TableError, match="不是领域模型文件"):
        FieldModel.load(tmp_path / "n.npz")


LINKS = pd.DataFrame(
    {
        "cluster": ["木业"] * 3,
        "link": ["人造板", "胶黏剂", "家具"],
        "order": [1, 2, 3],
        "words": ["胶合板;刨花板", "脲醛胶;胶水", "木门;橱柜"],
        "required": ["是", "是", "否"],
    }
)


def test_a_need_that_names_its_firm_goes_by_its_own_id():
    needs = pd.DataFrame({"need_id": ["N1"], "enterprise_id": ["QY1"], "title": ["齿轮磨削烧伤在线检测"]})
    assert set(classify(needs, "clusters")["id"]) == {"N1"}


def test_a_chain_and_what_it_lacks():
    places = place_on_chains(
        LINKS,
        firms=pd.DataFrame({"enterprise_id": ["E1"], "scope": ["胶合板、刨花板生产"]}),
        needs=pd.DataFrame({"need_id": ["N1"], "title": ["低醛脲醛胶胶水配方"]}),
        outcomes=pd.DataFrame({"outcome_id": ["C1"], "title": ["无毒脲醛胶"]}),
    )
    assert places[["link", "kind", "id"]].to_numpy().tolist() == [
        ["人造板", "firm", "E1"],
        ["胶黏剂", "need", "N1"],
        ["胶黏剂", "outcome", "C1"],
    ]
    table = link_table(LINKS, places)
    assert table[["link", "firms", "needs", "outcomes", "missing", "supply"]].to_numpy().tolist() == [
        ["人造板", 1, 0, 0, False, ""],
        ["胶黏剂", 0, 1, 1, True, "outcome"],
        ["家具", 0, 0, 0, False, ""],
    ]


def test_what_another_cluster_makes_stands_on_no_link():
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["丹参、桔梗饮片无硫快速干燥", "设施番茄连作土传病害"]})
    assert place_on_chains(LINKS, needs=needs).empty


@pytest.mark.parametrize(
    ("title", "description", "links"),
    [
        ("杨木胶合板翘曲控制", "希望降低胶合板翘曲。", ["人造板"]),
        ("车间噪声治理", "我公司专业生产胶合板、刨花板、木门和橱柜。希望降低车间噪声。", []),  # background alone
        ("胶合板用旋转接头", "寻求一种旋转接头，耐温200℃。", []),  # what the thing is for
        ("基于胶合板的快递箱锁扣", "寻求锁扣设计。", []),  # what the thing is made by
        ("", "寻求环保脲醛胶配方，游离甲醛不超过0.1%。", ["胶黏剂"]),
    ],
)
def test_a_need_stands_where_its_object_does(title, description, links):
    needs = pd.DataFrame({"need_id": ["N1"], "title": [title], "description": [description]})
    assert place_on_chains(LINKS, needs=needs)["link"].tolist() == links


def test_a_task_of_a_link_counts_beside_an_object_of_its_cluster():
    links = pd.DataFrame(
        {"cluster": "装备", "link": ["传动件", "检测"], "order": [1, 2], "words": ["齿轮;轴承", "探伤检测;故障诊断"]}
    )
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["轴承磨削烧伤检测", "糕点添加剂检测"]})
    assert place_on_chains(links, needs=needs)[["id", "link"]].values.tolist() == [["N1", "传动件"], ["N1", "检测"]]


def test_cells_of_a_chain_hold_five_ids_at_most():
    needs = pd.DataFrame({"need_id": [f"N{i}" for i in range(130)], "title": "胶合板翘曲控制"})
    table = link_table(LINKS, place_on_chains(LINKS, needs=needs))
    assert table.loc[0, ["needs", "need_ids"]].tolist() == [130, "N0、N1、N10、N100、N101 等 130 条"]


def test_only_local_outcomes_answer_where_it_is_asked(run, tmp_path):
    LINKS.to_csv(tmp_path / "links.csv", index=False)
    wanted = "求胶合板用无醛胶水，解决现有胶水甲醛释放超标的问题，甲醛释放量不高于0.02mg/m³。"
    needs = {"需求编号": ["N1", "N2"], "需求名称": ["低醛脲醛胶胶水配方", "胶合板用无醛胶水"], "需求描述": ["", wanted]}
    pd.DataFrame(needs).to_csv(tmp_path / "n.csv", index=False)
    outcomes = pd.DataFrame(
        {
            "成果编号": ["C1", "C2"],
            "成果名称": ["胶合板用无醛胶水", "低醛脲醛胶胶水配方"],
            "所在地区": ["山东省临沂市", "江苏省"],
        }
    )
    outcomes.to_csv(tmp_path / "o.csv", index=False)
    command = ["chains", "links.csv", "--needs", "n.csv", "--outcomes", "o.csv", "-o", "chains.xlsx"]
    status, out, _ = run(*command, "--local", "临沂")
    assert (status, out) == (
        0, "3 个环节，缺 2 个：人造板、胶黏剂；无本地成果可解的链上需求 1 项；结果已写入 chains.xlsx\n",
    )  # fmt: skip
    places, alone, links = (
        pd.read_excel("chains.xlsx", sheet_name=sheet, engine="calamine") for sheet in ("落位", "无解需求", "环节")
    )
    assert set(places["名称"]) == {"低醛脲醛胶胶水配方", "胶合板用无醛胶水"}
    assert alone["名称"].tolist() == ["低醛脲醛胶胶水配方"]
    assert "胶合板用无醛胶水" in links["成果名称"].str.cat(sep="、")
    assert run("fields", *command, "--local", "火星", "-q")[::2] == (
        2, "成果表中没有一项的所在地区含“火星”；请检查 --local 或补上地区\n",
    )  # fmt: skip


def test_the_command_learns_classifies_and_writes_names_beside_ids(run, tmp_path):
    labelled = [*(f"苹果梨桃{i}号果园" for i in range(8)), *(f"轴承齿轮{i}号车间" for i in range(8))]
    pd.DataFrame({"title": labelled, "label": ["x"] * 8 + ["乙类"] * 8}).to_csv(tmp_path / "labels.csv", index=False)
    pd.DataFrame({"编码": ["x", "y"], "名称": ["甲类", "乙类"]}).to_csv(tmp_path / "scheme.csv", index=False)
    firms = pd.DataFrame(
        {
            "甲": ["E1", "E2"],
            "企业名称": ["甲公司", "乙 13812345678"],
            "主要产品": ["苹果、梨、桃果园", "轴承、齿轮车间"],
        }
    )
    firms.to_csv(tmp_path / "firms.csv", index=False)
    command = ("fields", "firms.csv", "--column", "甲=enterprise_id")
    learn = ("--scheme", "scheme.csv", "--labels", "labels.csv", "--save", "m.npz")
    status, out, err = run(*command, *learn, "-o", "f.xlsx", "-k", "1")
    assert (status, out) == (0, "2 行，0 行不属于任何条目；结果已写入 f.xlsx\n")
    assert "学习：16 labels" in err
    sheet = pd.read_excel("f.xlsx", sheet_name="领域", engine="calamine")
    assert sheet[["编号", "原表名称", "编码", "名称"]].to_numpy().tolist() == [
        ["E1", "甲公司", "x", "甲类"],
        ["E2", "乙 138****5678", "y", "乙类"],
    ]
    assert run(*command, "--scheme", "m.npz", "-o", "f.csv", "-k", "1", "-q") == (0, "", "")
    assert pd.read_csv("f.csv")["code"].tolist() == ["x", "y"]
    assert run(*command, "-o", "firms.csv")[0] == 2
    assert run(*command, "-o", "o.csv", "--save", "m.bin")[2].startswith("不能写成“m.bin”")


def test_needs_without_an_answer_and_the_strongest_outcome():
    places = pd.DataFrame(
        [
            ["木业", 1, "人造板", "firm", "E1", 0.9, ""],
            ["木业", 1, "人造板", "need", "N1", 0.9, ""],
            ["木业", 1, "人造板", "need", "N2", 0.9, ""],
            ["木业", 1, "人造板", "outcome", "C2", 0.9, ""],
        ],
        columns=["cluster", "order", "link", "kind", "id", "probability", "words"],
    )
    matches = pd.DataFrame(
        {"need_id": ["N1", "N2", "N2"], "outcome_id": ["C1", "C1", "C2"], "good_match": [True, True, False]}
    )
    assert unanswered_needs(places, matches, local={"C2"}).to_numpy().tolist() == [
        ["木业", 1, "人造板", "N1", 1],
        ["木业", 1, "人造板", "N2", 1],
    ]
    assert unanswered_needs(places, matches).empty
    assert strongest_outcomes(places, matches).to_numpy().tolist() == [
        ["C1", 1, 2, 0, 0, "N1、N2", ""],
        ["C2", 2, 0, 1, 1, "", "人造板"],
    ]
    with pytest.raises(TableError, match="匹配结果中没有 1 条链上需求：N1"):
        unanswered_needs(places, matches[1:])


def test_every_fault_of_links_is_named():
    with pytest.raises(TableError, match=r"2 处问题\n  第 3 行，顺序“二”.*\n  第 2 行，必备“或许”"):
        place_on_chains(LINKS.assign(order=[1, "二", 3], required=["或许", "是", "否"]))


def test_a_link_whose_words_stand_in_a_text_put_elsewhere_is_told():
    """Sensors are nearer to the shipped cluster of electronics than to a chain of machines."""
    links = pd.DataFrame(
        {
            "cluster": "高端装备",
            "link": ["锻件毛坯", "传感器", "整机", "减速器"],
            "order": [1, 2, 3, 4],
            "words": ["锻件；锻造；齿轮坯", "传感器；仪器仪表", "农机；拖拉机；机器人", "谐波减速器；RV减速器"],
            "required": True,
        }
    )
    firms = pd.DataFrame(
        {
            "enterprise_id": ["E1", "E2"],
            "scope": ["一般项目：电子元器件制造；敏感元件及传感器研发；物联网技术服务。", "餐饮服务"],
        }
    )
    nowhere = place_on_chains(links, firms=firms[1:])
    told = named_beside(links, nowhere, firms)
    assert told["problem"].tolist() == ["环节“传感器”报作缺失，但 E1 写有“传感器”，判断更近于别的集群或环节"]
    stands = pd.DataFrame([("高端装备", 2, "传感器", "firm", "E1", 0.9, "传感器")], columns=nowhere.columns)
    assert named_beside(links, stands, firms).empty


def test_rows_that_are_only_counted_go_by_their_code(run, tmp_path):
    table = tmp_path / "企业.csv"
    lines = ("序号,企业名称,信用代码,经营范围", "1,虚构甲公司,91371300MA3C000005,传感器研发", "2,虚构乙公司,,机床制造")
    table.write_text("\n".join(lines), "utf-8")
    run("fields", table, "-o", tmp_path / "a.csv")
    assert pd.read_csv(tmp_path / "a.csv", dtype=str)["id"].unique().tolist() == ["91371300MA3C000005", "2"]
