"""Sentences, roles, elements and phrases of needs, on made-up texts."""

import pandas as pd
import pytest

from matcher.needs import sentence_roles, understand, understand_needs
from matcher.needs.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("。 \n；", []),
        ("现有密封圈漏气。需改进！能否耐酸？", ["现有密封圈漏气。", "需改进！", "能否耐酸？"]),
        ("目标：1、转速1.5万转2、噪声低3、重量轻", ["目标：", "1、转速1.5万转", "2、噪声低", "3、重量轻"]),
        ("（1）去油；（2）去锈", ["（1）去油；", "（2）去锈"]),
        ("第一，溶剂提纯第二，干燥", ["第一，溶剂提纯", "第二，干燥"]),
        ("一、背景介绍二、技术要求", ["一、背景介绍", "二、技术要求"]),
        ("型号有1、2、3三种", ["型号有1、2、3三种"]),
        (
            "本厂的辊道窑烧成带温差大，砖坯两侧色差明显，每年退货损失不小，希望寻求一种炉温均匀控制的办法",
            ["本厂的辊道窑烧成带温差大，砖坯两侧色差明显，每年退货损失不小，", "希望寻求一种炉温均匀控制的办法"],
        ),
        ("  首行\n\n 次行 ", ["首行", "次行"]),
    ],
)
def test_sentences_have_places(text, sentences):
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


TEXT = (
    "我公司成立于2003年，是国家高新技术企业，年产陶瓷阀芯2.6万件。目前阀芯研磨后表面容易出现划痕，导致废品率高。"
    "希望寻求一种阀芯表面划痕在线检测技术，检出率达到98%以上。预算30-50万元。合作方式：委托开发。"
    "要求团队具有博士学历人员。"
)


def test_each_sentence_has_a_role():
    need = understand("陶瓷阀芯划痕在线检测", TEXT)
    assert [(one.field, one.text[:6], one.role) for one in need.sentences] == [
        ("title", "陶瓷阀芯划痕", "asked"),
        ("description", "我公司成立于", "background"),
        ("description", "目前阀芯研磨", "asked"),
        ("description", "希望寻求一种", "asked"),
        ("description", "预算30-5", "constraint"),
        ("description", "合作方式：委", "constraint"),
        ("description", "要求团队具有", "constraint"),
    ]
    assert all(TEXT[one.start : one.end] == one.text for one in need.sentences[1:])


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("随着社会的发展，人们对环境的要求越来越高，难以满足。急需除味技术。", ["background", "asked"]),
        ("背景：现有萃取工艺加温时间长，用水量大，成本高。要求：缩短时间。", ["background", "asked"]),
        ("扶梯是商场、车站不可缺少的运送方式。希望降低扶梯噪声。", ["background", "asked"]),
        ("该技术主要面向3-5公斤压力的输送。", ["asked"]),
        ("现有阀芯易漏油，无法解决。", ["asked"]),
    ],
)
def test_general_remarks_are_background_and_faults_are_asked(text, roles):
    assert [one.role for one in understand("", text).sentences] == roles


def test_the_firm_is_never_asked():
    need = understand("", TEXT)
    assert "年产" not in "".join(need.asked)
    assert understand("", "我厂年产铜管3万吨，铜管内壁易氧化发黑，亟需防氧化技术。").asked == (
        "铜管内壁易氧化发黑，亟需防氧化技术。",
    )


@pytest.mark.parametrize(
    ("title", "objects", "problems"),
    [
        ("装载机变速箱齿轮磨削烧伤在线检测", ("装载机变速箱齿轮",), ("磨削", "烧伤", "检测")),
        ("关于石墨烯散热膜的制备技术需求", ("石墨烯散热膜",), ("散热",)),
        ("寻求一种新型真丝抗变形技术", ("真丝",), ("抗变形",)),
        ("某某实业有限公司关于肉鸭粪污除臭的研发", ("肉鸭粪污",), ("除臭",)),
        ("降低水泵噪声", ("水泵",), ("噪声", "降低水泵噪声")),
        ("采摘机器人", ("采摘机器人",), ("采摘",)),
        ("技术合作", (), ()),
        ("", (), ()),
    ],
)
def test_a_title_names_things_and_tasks(title, objects, problems):
    need = understand(title)
    assert (need.objects, need.problems) == (objects, problems)


def test_what_is_definite():
    assert understand("养殖废水脱氮").definite
    assert not understand("技术合作").definite
    assert not understand("某某科技有限公司").definite
    assert understand("技术合作").asked == ()
    assert understand("养殖废水脱氮").asked == ("养殖废水脱氮",)
    assert understand("", "").sentences == ()


def test_elements_have_places_and_yuan():
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["阀芯划痕检测"], "description": [TEXT]})
    table = understand_needs(needs)
    source = {"title": "阀芯划痕检测", "description": TEXT}
    assert all(source[row.field][row.start : row.end] == row.text for row in table.itertuples())
    terms = table[table["kind"].isin(["money", "cooperation", "condition"])]
    assert terms[["kind", "text"]].values.tolist() == [
        ["money", "预算30-50万元"],
        ["cooperation", "委托开发"],
        ["condition", "团队具有博士学历人员"],
    ]
    assert terms[["low", "high"]].iloc[0].tolist() == [300000.0, 500000.0]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("预算80万元", 8e5, 8e5),
        ("资金预算不超过1.5亿元", None, 1.5e8),
        ("投入经费20万元以上", 2e5, None),
        ("费用面议", None, None),
    ],
)
def test_money_is_a_range_in_yuan(text, low, high):
    money = [one for one in understand("", text).elements if one.kind == "money"]
    assert [(one.low, one.high) for one in money] == [(low, high)]


def test_filled_fields_count():
    needs = pd.DataFrame(
        {
            "need_id": ["N1", "N2"],
            "title": ["窑炉节能", "窑炉节能"],
            "description": ["降低气耗。", None],
            "indicators": ["降低气耗。", "①气耗降低10%；②温差不超过5℃"],
            "conditions": [None, "现有辊道窑三条"],
            "cooperation": ["技术服务", ""],
            "budget": pd.array([None, 300000], dtype="Int64"),
        }
    )
    assert sentence_roles(needs).values.tolist() == [
        ["N1", "title", 0, 4, "asked"],
        ["N1", "description", 0, 5, "asked"],
        ["N2", "title", 0, 4, "asked"],
        ["N2", "indicators", 0, 9, "asked"],
        ["N2", "indicators", 9, 17, "asked"],
        ["N2", "conditions", 0, 7, "background"],
    ]
    table = understand_needs(needs)
    assert table.loc[table["field"].isin(["cooperation", "budget"]), ["need_id", "kind", "text", "low"]].fillna(
        0
    ).values.tolist() == [
        ["N1", "cooperation", "技术服务", 0],
        ["N2", "money", "300000", 300000.0],
    ]


def test_no_needs_give_empty_tables():
    empty = pd.DataFrame({"need_id": [], "title": []})
    assert understand_needs(empty).columns.tolist() == [
        "need_id", "kind", "text", "field", "start", "end", "low", "high",
    ]  # fmt: skip
    assert len(sentence_roles(empty)) == 0


def test_equal_texts_give_equal_answers():
    assert understand("泵壳检测", TEXT) == understand("泵壳检测", TEXT)


def test_a_labelled_list_of_conditions_is_one_condition_to_the_next_label():
    text = "寻求余热回收技术。资质要求：1、在余热领域有技术积累；2、具备控制系统设计能力；成本要求：投资回收期小于3年。"
    conditions = [one.text for one in understand("余热回收", text).elements if one.kind == "condition"]
    assert conditions == ["资质要求：1、在余热领域有技术积累；2、具备控制系统设计能力"]


@pytest.mark.parametrize(
    ("sentence", "thing"),
    [
        ("①压力容器多参数高精度感知技术；", "压力容器多参数"),
        ("②复杂工况下多源数据同步采集与融合技术；", "多源数据同步"),
        ("寻求一种六轴工业机械手。", "六轴工业机械手"),
        ("采用无刷直流电机。", "无刷直流电机"),
        # honest neighbours
        ("但圆环形磁铁容易脱落。", "圆环形磁铁"),
        ("寻求镜片清洗技术。", "镜片"),
    ],
)
def test_a_thing_begins_where_its_word_does(sentence, thing):
    assert thing in understand("改进", f"寻求解决方案：{sentence}").objects
