"""Applications with planted sources: found, named, classed; sentences side by side."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from matcher.errors import ArgumentError, MissingExtraError, TableError
from matcher.matching.second_stage.late_interaction import TokenModel, Tokens
from matcher.projects import align, find_duplicates
from matcher.projects.figures import figures_of
from matcher.projects.promise import Promise

THINGS, DEEDS = (
    [words[at : at + 2] for at in range(0, len(words), 2)]
    for words in (
        "齿轮蒜薹飞灰水漆贝藻铝材药渣热网磁体冷库果园稀土饲料轴承阀门纺丝涂层滤膜电芯木板",
        "检测保鲜节能稳定导航干燥净化成形缓释诊断回收分级授粉分离发酵润滑密封标定染整防腐",
    )
)


def made_up(number):
    """60 to 90 characters of a made-up project."""
    random = np.random.default_rng(number)
    words = ["".join(random.choice(list("研究开发建立优化提出设计分析构建验证采用"), 2)) for _ in range(6)]
    thing, deed = THINGS[number % 20], DEEDS[number // 20 % 20]
    parts = [f"{word}{random.choice(THINGS)}{random.choice(DEEDS)}的{random.choice(THINGS)}方法" for word in words]
    return f"针对{thing}{deed}难题第{number}号，" + "，".join(parts) + "。"


def library(size=80):
    return pd.DataFrame(
        {
            "project_id": [f"P{n}" for n in range(size)],
            "text": [made_up(n) for n in range(size)],
            "person": [f"人{n}" for n in range(size)],
            "institution": [f"院{n % 7}" for n in range(size)],
            "year": "2020",
            "funded": [n % 2 == 0 for n in range(size)],
        }
    )


def new(*rows):
    return pd.DataFrame(rows, columns=["project_id", "text", "person", "institution", "year"])


def test_a_copy_is_named_and_flagged():
    old = library()
    pairs = find_duplicates(new(("N1", old["text"][3], "人99", "院5", "2026")), old, k=1, false_alarm=0.02)
    names = ["old_id", "rank", "overlap", "flagged", "case"]
    assert pairs[names].to_numpy().tolist() == [["P3", 1, 1.0, True, "他人他单位"]]
    assert not pairs["funded"].tolist()[0]


def test_both_sources_of_a_mosaic_are_named():
    old = library()
    half = old["text"][3][: len(old["text"][3]) // 2] + old["text"][8][len(old["text"][8]) // 2 :]
    pairs = find_duplicates(new(("N1", half, "人99", "院9", "2026")), old, false_alarm=0.02)
    assert set(pairs[pairs["flagged"]]["old_id"]) >= {"P3", "P8"}
    assert pairs.set_index("old_id")["adds"][["P3", "P8"]].min() > 0.3


@pytest.mark.parametrize(
    ("person", "institution", "year", "share", "case"),
    [
        ("人3", "院3", "2024", 0.5, "本人延续"),
        ("人3", "院3", "2024", 1.0, "本人重复申报"),
        ("人3", "院3", "2020", 0.5, "同一负责人"),
        ("人9", "院3", "2024", 1.0, "同一单位"),
        ("人9", "院9", "2024", 1.0, "他人他单位"),
        (None, None, None, 1.0, ""),
        ("人9", None, "2024", 1.0, "他人，单位不明"),
        (None, "院9", "2024", 1.0, "他单位，负责人不明"),
    ],
)
def test_cases(person, institution, year, share, case):
    old = library()
    text = old["text"][3]
    text = text[: int(len(text) * share)] + made_up(901)[: int(len(text) * (1 - share))]
    pairs = find_duplicates(new(("N1", text, person, institution, year)), old, k=1, false_alarm=0.02)
    assert pairs["old_id"].tolist() == ["P3"]
    assert pairs["case"].tolist() == [case]
    assert pairs["flagged"].tolist() == [case != "本人延续"]


@pytest.mark.parametrize(
    ("mine", "theirs", "case"),
    [
        ("材料学院", "虚构大学材料学院", "他人，单位不明"),
        ("材料学院", "食品学院", "他人，单位不明"),
        ("材料学院", "虚构大学", "他人，单位不明"),
        ("虚构大学食品学院", "虚构大学材料学院", "同一单位"),
        ("虚构大学", "虚构大学材料学院", "同一单位"),
        ("虚构大学材料学院", "别的大学材料学院", "他人他单位"),
        ("山东交通学院", "虚构大学", "他人他单位"),
        ("虚构机械有限公司", "材料学院", "他人，单位不明"),
        ("虚构机械有限公司", "虚构大学材料学院", "他人他单位"),
    ],
)
def test_a_school_without_its_university_is_no_other_unit(mine, theirs, case):
    old = library().assign(institution=theirs)
    pairs = find_duplicates(new(("N1", old["text"][3], "人99", mine, "2026")), old, k=1, false_alarm=1)
    assert pairs[["old_id", "case"]].to_numpy().tolist() == [["P3", case]]


def test_the_promise_holds_on_texts_of_the_same_kind():
    asked = pd.DataFrame({"project_id": [f"N{n}" for n in range(200)], "text": [made_up(1000 + n) for n in range(200)]})
    pairs = find_duplicates(asked, library(300), k=1, false_alarm=0.05)
    assert pairs["flagged"].mean() <= 0.12


def test_new_ones_are_held_against_each_other():
    table = library(60)
    table.loc[7, "text"] = table["text"][5]
    pairs = find_duplicates(table, k=1, false_alarm=0.05).set_index("new_id")
    assert pairs.loc["P5", "old_id"] == "P7"
    assert pairs.loc["P7", "old_id"] == "P5"
    assert (pairs.index != pairs["old_id"]).all()


@pytest.mark.parametrize("size", [1, 10])
def test_a_library_too_small_for_any_promise_flags_copied_sentences_only(size):
    old = library(size)
    copied, other = old["text"][0], library(30)["text"][29]
    asked = pd.DataFrame({"project_id": ["N1", "N2"], "text": [copied, other]})
    pairs = find_duplicates(asked, old, k=1)
    assert pairs[["new_id", "flagged", "promised"]].to_numpy().tolist() == [["N1", True, False], ["N2", False, False]]


@pytest.mark.parametrize(("kept", "flagged"), [(0.7, True), (0.4, False)])
def test_what_mostly_stands_in_another_new_project_is_flagged_in_a_list_of_few(kept, flagged):
    first, other = made_up(3), made_up(55)
    table = pd.DataFrame(
        {
            "project_id": ["N1", "N2", "N3"],
            "text": [first, first[: int(kept * len(first))] + other[int(kept * len(other)) :], made_up(27)],
            "person": ["甲", "乙", "丙"],
        }
    )
    pairs = find_duplicates(table, k=1).set_index("new_id")
    assert pairs["flagged"].to_dict() == {"N1": flagged, "N2": flagged, "N3": False}


def test_a_continuation_of_a_list_of_few_is_not_flagged():
    text = made_up(3)
    old = pd.DataFrame({"project_id": ["P1"], "text": [text], "person": ["甲"], "year": ["2020"]})
    new = pd.DataFrame(
        {"project_id": ["N1"], "text": [text[:45] + made_up(55)[45:]], "person": ["甲"], "year": ["2024"]}
    )
    assert find_duplicates(new, old)[["flagged", "case"]].values.tolist() == [[False, "本人延续"]]


def test_sections_and_mistakes():
    old = library()
    asked = pd.DataFrame({"project_id": ["N1"], "content": [old["text"][3]], "innovation": [made_up(950)]})
    pairs = find_duplicates(asked, old, k=1, false_alarm=0.02)
    assert pairs["sections"].tolist()[0].startswith("研究内容 100%")
    with pytest.raises(TableError, match="编号重复：P1"):
        find_duplicates(asked, pd.concat([old, old[1:2]]))
    with pytest.raises(TableError, match="project_id"):
        find_duplicates(asked.drop(columns="project_id"), old)
    with pytest.raises(ArgumentError, match="k must be"):
        find_duplicates(asked, old, k=0)


def test_sentences_side_by_side():
    old = "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法。建立噪声信号与残余应力的对应关系。研制在线检测装置并在生产线验证。"
    asked = "研制在线检测装置，并在生产线上验证。面向蔬菜大棚开发采摘机器人。研究硬齿面齿轮磨削烧伤的磁弹无损检测方法。"
    aligned = align(asked, old)
    assert aligned[["how", "old_sentence"]].values.tolist() == [
        ["照抄", "研制在线检测装置并在生产线验证。"],
        ["新内容", ""],
        ["照抄", "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法。"],
    ]
    assert align("只有一句。", "")["how"].tolist() == ["新内容"]


def test_the_command(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = library()
    head = "单位：万元\n序号,项目编号,项目名称,主要内容,负责人,申报单位,申请经费\n"
    rows = "\n".join(f"{n},P{n},项目{n},{text},人{n},院{n % 7},20" for n, text in enumerate(old["text"], 1))
    (tmp_path / "已有.csv").write_text(head + rows, "utf-8-sig")
    (tmp_path / "新.csv").write_text(f"{head}1,N1,新项目,{old['text'][3]},人99,院9,20\n", "utf-8-sig")
    status, out, _ = run("projects", "duplicates", "新.csv", "已有.csv", "-o", "查重.xlsx", "--false-alarm", "0.02")
    assert (status, out) == (0, "1 项中有 1 项有提示；结果已写入 查重.xlsx\n")
    book = openpyxl.load_workbook("查重.xlsx")
    assert book.sheetnames[:2] == ["查重结果", "逐句对照"]
    first = [cell.value for cell in book["查重结果"][2]]
    assert first[:4] == ["N1", "新项目", 1, "P4"]


def test_nothing_is_flagged_where_nothing_is_promised():
    old = library(3)
    pairs = find_duplicates(new(("N1", old["text"][1], "人9", "院9", "2026")), old, k=1, false_alarm=1)
    assert pairs[["old_id", "overlap", "flagged", "because"]].values.tolist() == [["P1", 1.0, False, ""]]


SOURCE = (
    "大蒜采后贮藏期间易发芽腐烂，损失率高。项目研究低温、气调与植物源保鲜剂的协同作用，明确二氧化碳浓度和温度对休眠期的影响，筛选肉桂精油微胶囊配方，"
    "贮藏期延长到九个月，腐烂率低于5%。"
)
REWORDED = (
    "收获后的蒜头入库不久就会萌动、霉变，农户受损不小。我们打算把冷藏、调节库内气体成分以及天然香料提取物三种手段合起来用，弄清温度高低和CO2多少怎样左右它的休眠，"
    "选出包埋桂皮油的缓释粒子，坏果不超过二十分之一。"
)


def test_a_rewording_without_common_words_is_flagged_as_one():
    old = pd.concat([library(), pd.DataFrame({"project_id": ["Q"], "text": [SOURCE]})], ignore_index=True)
    asked = new(("N1", REWORDED, None, None, None), ("N2", made_up(1007), None, None, None))
    pairs = find_duplicates(asked, old, k=1, false_alarm=0.03)
    assert pairs[["old_id", "flagged", "because"]].values.tolist()[0] == ["Q", True, "换了说法"]
    assert pairs["overlap"][0] == 0
    assert pairs[["flagged", "promised"]].values.tolist()[1] == [False, True]


FEW = [
    "研究硬齿面齿轮磨削烧伤的磁弹无损检测方法，研制在线装置。",
    "桃采后保鲜与冷链运输技术规程的研究与示范推广。面向沂蒙山区果农组织技术培训。",
    "生活垃圾焚烧飞灰低温稳定化药剂的开发。",
    "海水贝类工厂化育苗循环水养殖技术研究。",
    "高速公路沥青路面温拌再生技术及应用。",
    "小麦赤霉病早期预警与绿色防控。",
    "锂电池隔膜陶瓷涂层的均匀性控制。",
    "智能变电站巡检机器人导航与识别。",
    "中药材黄芩规范化种植及饮片炮制。",
    "高压液压阀体内腔的磨粒流光整加工。",
]


class SameSubject(TokenModel):
    """A model known by construction: a text has one piece, and that of a rewording is that of its source."""

    def encode(self, titles, bodies, role, advance=lambda done: None):
        advance(len(bodies))
        numbers = [3 if "乙" in text else int(text.partition("第")[2].partition("号")[0]) for text in bodies]
        return [Tokens(np.eye(200, dtype=np.float16)[[one]], np.array([0]), 0) for one in numbers]


def test_what_a_model_reads_as_the_same_rises():
    given = new(("N1", "针对齿轮检测难题乙", "人99", "院9", "2026"))
    model = SameSubject(None, None, np.ones(1), {"asking": 1, "record": 1})
    plain = find_duplicates(given, library(), k=24, false_alarm=1)["old_id"].tolist()
    read = find_duplicates(given, library(), k=24, false_alarm=1, accurate=model)["old_id"].tolist()
    assert plain.index("P3") > 5
    assert read.index("P3") == 1  # half a cosine, not as much as the common words of the first
    assert sorted(read) == sorted(plain)
    assert read[0] == plain[0] == "P0"


def test_the_model_needs_its_packages(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match="accurate"):
        find_duplicates(new(("N1", "甲", "", "", "")), library(), accurate=True)


def test_in_a_tiny_library_only_a_copied_sentence_is_evidence():
    old = pd.DataFrame({"project_id": [f"P{n}" for n in range(10)], "text": FEW})
    other = "樱桃冷链物流中的气调包装研究，保鲜期延长到三十天。"
    copied = f"建设樱桃气调库。{FEW[1]}延长保鲜期到三十天。"
    asked = new(("N1", other, None, None, None), ("N2", copied, None, None, None))
    pairs = find_duplicates(asked, old, k=1, false_alarm=0.1)
    assert pairs[["new_id", "old_id", "flagged", "because", "promised"]].values.tolist() == [
        ["N1", "P1", False, "", False],
        ["N2", "P1", True, "原文重合、用字相近", False],
    ]


@pytest.mark.parametrize(("texts", "sure"), [(229, False), (230, True)])
def test_a_promise_of_one_per_cent_is_sure_from_230_texts(texts, sure):
    assert Promise(signs_of(*np.linspace(0, 1, texts)), 0.01).sure == sure


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("降低75%", {0.75}),
        ("百分之七十五，四分之三，七成五", {0.75}),
        ("一万二千台，1.2万台，12000台", {12000}),
        ("2018年立项，一期，第1项", set()),
        ("九个月，三个季度，９天", {9, 3}),
        ("每亩收九百斤", {900}),
        ("", set()),
    ],
)
def test_figures_however_written(text, figures):
    assert figures_of(text) == figures


def signs_of(*reworded):
    return np.array([[0, 0, 0, value] for value in reworded], float)


@pytest.mark.parametrize(("value", "broken"), [(1.02, False), (1.03, True)])
def test_beyond_all_the_distance_counts_as_between_the_strongest_of_the_library(value, broken):
    promise = Promise(signs_of(*np.linspace(0, 1, 40)), 1 / 41)
    assert promise.broken(signs_of(value)).tolist() == [[False, False, False, broken]]


def test_the_promise_is_kept_whatever_the_distribution():
    random = np.random.default_rng(0)
    shares = []
    for _ in range(40):
        table = np.abs(random.standard_t(2, (2500, 4))) * random.random((2500, 1))
        shares.append(Promise(table[:500], 0.05).broken(table[500:]).any(axis=1).mean())
    assert 0.025 < np.mean(shares) <= 0.05
    assert np.mean(np.array(shares) > 0.05) <= 0.2


def test_texts_that_stand_twice_do_not_raise_the_bar():
    old = library(120)
    old.loc[60:, "text"] = old["text"][:60].to_list()
    old.loc[20, "text"] = made_up(2020)
    old.loc[80:, "text"] = [made_up(3000 + n) for n in range(40)]
    pairs = find_duplicates(new(("N1", old["text"][100], "人99", "院9", "2026")), old, k=1, false_alarm=0.03)
    assert pairs[["old_id", "flagged"]].values.tolist() == [["P100", True]]


@pytest.mark.parametrize(
    "written", ["虚某甲教授", "虚某甲（教授）", "虚 某 甲", "虚某甲 13800001111", "负责人：虚某甲"]
)
def test_one_person_however_written_continues_the_own_project(written):
    old = library()
    old["person"] = old["person"].replace("人3", "虚某甲")
    table = new(("N1", old["text"][3][:60] + made_up(300)[60:], written, "院9", "2026"))
    pairs = find_duplicates(table, old, k=1, false_alarm=0.02)
    assert pairs[["old_id", "case", "flagged"]].to_numpy().tolist() == [["P3", "本人延续", False]]


def test_an_own_continuation_flags_nobody_else():
    old = library()
    text = old["text"][3][: len(old["text"][3]) // 2] + made_up(901)
    pairs = find_duplicates(new(("N1", text, "人3", "院3", "2026")), old, false_alarm=0.02)
    assert pairs["case"][0] == "本人延续"
    assert not pairs["flagged"].any()


def test_reworded_sentences_are_aligned_in_their_order_and_new_ones_told():
    asked = "研制变速箱齿轮磨削烧伤检测装置。" + REWORDED
    aligned = align(asked, SOURCE)
    assert aligned["how"].tolist() == ["新内容", *["改写"] * 5]
    places = [SOURCE.index(old) for old in aligned["old_sentence"][1:]]
    assert places == sorted(places)
    assert aligned["old_sentence"].tolist()[-1] == "贮藏期延长到九个月，腐烂率低于5%。"


def test_the_page(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = library()
    text = old["text"][3] + "另外建立质量&追溯平台，电话13812345678。"
    old.assign(content=old["text"]).drop(columns="text").to_csv("已有.csv", index=False)
    pd.DataFrame({"项目编号": ["N1"], "项目名称": ["新项目"], "研究内容": [text]}).to_csv("新.csv", index=False)
    status, out, _ = run("projects", "duplicates", "新.csv", "已有.csv", "-o", "查重.html", "--false-alarm", "0.02")
    page = (tmp_path / "查重.html").read_text("utf-8")
    assert (status, out) == (0, "1 项中有 1 项有提示；结果已写入 查重.html\n")
    assert "13812345678" not in page
    assert "质量&amp;追溯" in page
    assert "提示原因：原文重合、用字相近" in page
    assert "<span>研究内容</span>" in page
    assert page.count("<article>") == 2


def test_texts_too_short_to_be_compared_are_never_flagged_and_set_no_limit():
    texts = [
        "齿轮磨削烧伤的磁弹无损检测方法",
        "桃采后保鲜与冷链运输技术规程",
        "无人矿卡协同调度系统的研发",
        "金银花绿色种植与深加工技术",
    ]
    old = pd.DataFrame(
        {"project_id": [f"P{n}" for n in range(24)], "text": [f"{n}号{text}" for n in range(6) for text in texts]}
    )
    bare = pd.DataFrame({"project_id": ["Q1", "Q2"], "text": ["", "齿轮"]})
    library = pd.concat([old, bare], ignore_index=True)
    new = pd.DataFrame({"project_id": ["N1", "N2", "N3"], "text": ["", "齿轮检测！！！！！！", "0号" + texts[0]]})
    table = find_duplicates(new, library, k=2, false_alarm=0.2)
    short = table[table["new_id"] != "N3"]
    assert short[["new_id", "rank", "flagged", "because"]].to_numpy().tolist() == [
        ["N1", 1, False, "文本太短，未比对"],
        ["N2", 1, False, "文本太短，未比对"],
    ]
    assert short[["overlap", "likeness", "meaning", "adds"]].isna().to_numpy().all()
    assert table["old_id"].tolist()[2] == "P0"
    assert not set(table["old_id"]) & {"Q1", "Q2"}
    alone = find_duplicates(old[:1].assign(project_id="N1"), bare, false_alarm=0.2)
    assert alone[["flagged", "because"]].to_numpy().tolist() == [[False, "文本太短，未比对"]]
    without = find_duplicates(new[2:], old, k=1, false_alarm=0.2)
    assert table.loc[2, ["old_id", "flagged"]].tolist() == without.loc[0, ["old_id", "flagged"]].tolist()
