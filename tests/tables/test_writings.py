"""Ids, units and places that people write differently meet; what only looks alike does not. Whole answers."""

import pytest

from matcher.tables.naming.regions import candidates, find_region, nearest_regions, region_paths, within
from matcher.tables.naming.synonyms import common_label
from matcher.tables.naming.units import same_units
from matcher.tables.naming.writings import KnownIds, fold_id, simplify


@pytest.mark.parametrize(
    "written",
    [
        " ZJ-007 ", "zj-007", "ZJ–007", "ZJ—007", "ZJ－007", "ZJ‑007", "ZJ−007", "ZJーー007", "ＺＪ－００７", "ZJ- 007",
        "ZJ-007\xa0", "ZJ-007\u200b", "\ufeffZJ-007", "'ZJ-007", "“ZJ-007”", "ZJ\u3000-\u3000007", "Z\u2060J-007",
    ],
)  # fmt: skip
def test_every_writing_of_an_id_finds_it(written):
    assert KnownIds(["ZJ-007", "ZJ-008"]).find(written) == "ZJ-007"


@pytest.mark.parametrize("written", ["ZJ-07", "ZJ007", "ZJ_007", "ZJ-0070", "", "-"])
def test_another_id_finds_none(written):
    assert KnownIds(["ZJ-007", "ZJ-008"]).find(written) == ""


def test_the_exact_writing_comes_first_and_what_may_be_two_is_none():
    known = KnownIds(["a-1", "A-1", "B"])
    assert [known.find(text) for text in ("a-1", "A-1", "Ａ－1", "b")] == ["a-1", "A-1", "", "B"]
    assert known.alike("Ａ－1") == ["A-1", "a-1"]
    assert known.find_all(["b", "ａ-1", "C"]) == ["B", "ａ-1", "C"]
    assert fold_id("专家—001") == fold_id("專家-００1") == "专家-001"


def test_simplified_texts_stay_as_they_are():
    for text in ("乾坤", "软件著作权", "二噁英", "王喆、李昇", "瞭望", "慰藉", "ABC-123", "叶片", "后处理"):
        assert simplify(text) == text
    assert simplify("乾燥機與發動機後處理") == "干燥机与发动机后处理"


LINYI = ("山东省", "临沂市")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("山东省临沂市兰山区", (*LINYI, "兰山区")),
        ("山东省/临沂市/兰山区", (*LINYI, "兰山区")),
        ("山东-临沂-兰山", (*LINYI, "兰山区")),
        ("山东 临沂", LINYI),
        ("临沂", LINYI),
        ("临沂地区", LINYI),
        ("兰山区", (*LINYI, "兰山区")),
        ("临沂高新区", (*LINYI, "高新区")),
        ("鲁南临沂", LINYI),
        ("临沂高新技术产业开发区", (*LINYI, "高新区")),
        ("沂水县", (*LINYI, "沂水县")),
        ("苍山县", (*LINYI, "兰陵县")),
        ("临沂经济技术开发区", (*LINYI, "经开区")),
        ("371302", (*LINYI, "兰山区")),
        ("371300000000", LINYI),
        ("山東省臨沂市", LINYI),
        ("临沂市辖区", LINYI),
        ("中国（山东）临沂", LINYI),
        ("临　沂　市", LINYI),
        ("临沂市兰山区北京路1号", (*LINYI, "兰山区", "北京路1号")),
        ("济南市中区", ("山东省", "济南市", "市中区")),
        ("鼓楼区（南京）", ("江苏省", "南京市", "鼓楼区")),
        ("浦东", ("上海市", "浦东新区")),
        ("青岛", ("山东省", "青岛市")),
        ("恩施", ("湖北省", "恩施土家族苗族自治州")),
        ("延边州", ("吉林省", "延边朝鲜族自治州")),
        ("仙桃", ("湖北省", "仙桃市")),
        ("新疆生产建设兵团第八师石河子市", ("新疆维吾尔自治区", "石河子市")),
        ("吉林市", ("吉林省", "吉林市")),
        ("莱芜市", ("山东省", "济南市", "莱芜区")),
        ("北京朝阳", ("北京市", "朝阳区")),
        ("西安", ("陕西省", "西安市")),
        ("市中区", ("", "市中区")),
        ("朝阳", ("", "朝阳")),
        ("高新区", ("", "高新区")),
        ("美国", ("", "美国")),
        ("北京路", ("", "北京路")),
    ],
)
def test_a_place_is_what_the_national_list_says(text, path):
    assert region_paths(text) == {path}


def test_several_places_of_a_cell_and_shared_names():
    assert region_paths("临沂市、青岛市") == {LINYI, ("山东省", "青岛市")}
    assert region_paths("山东省，临沂市，兰山区") == {(*LINYI, "兰山区")}
    assert region_paths("") == region_paths(" ,") == frozenset()
    assert [place.names[-1] for place in candidates("市中区")] == ["市中区"] * 4
    assert within(find_region("沂水"), find_region("山东"))
    assert not within(find_region("山东"), find_region("沂水"))
    assert "临沂市" in nearest_regions("临忻市")


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("虚构大学", "虚构大学机械学院", False),
        ("虚构大学（本部）", "虚构大学(本部)", False),
        ("虚构 大学", "虚构大学", False),
        ("ABC研究院", "abc研究院", False),
        ("虚构大学、虚构研究院", "虚构研究院", False),
        ("虚构大學", "虚构大学", False),
        ("虚构集团有限公司", "虚构集团有限公司技术中心", False),
        ("虚构大学机械学院", "虚构大学电气学院", False),
        ("张三", "张 三", False),
        ("虚构机械有限公司", "虚构机械有限责任公司", True),
        ("山东虚构大学", "虚构大学", True),
        ("虚构石油大学（甲地）", "虚构石油大学（乙地）", True),
        ("虚构科学院甲所", "虚构科学院乙所", True),
        ("临沂虚构科技有限公司", "临沂市虚构科技有限公司", True),
        ("山东省虚构研究院", "山东虚构研究院", True),
        ("临沂虚构科技有限公司", "青岛虚构科技有限公司", None),
        ("虚构实验室（虚构大学）", "虚构大学", True),
        ("虚构大学\n虚构研究院", "虚构研究院", False),
        ("山东农业大学", "河北农业大学", None),
        ("临沂大学", "山东大学", None),
        ("ABC Co., Ltd.", "XYZ Co., Ltd.", None),
        ("虚构大学", "别的大学", None),
        ("张三", "张三丰", None),
    ],
)
def test_which_names_are_one_unit_and_which_a_person_should_look_at(left, right, near):
    for a, b in ((left, right), (right, left)):
        assert same_units([a], [b])["near"].tolist() == ([] if near is None else [near])


def test_labels_meet_their_synonyms_and_no_others():
    assert common_label("作价 入股", "cooperation") == common_label("技術入股", "cooperation") == "技术入股"
    assert common_label("转让", "cooperation") != common_label("许可", "cooperation")
    assert common_label("中试阶段", "maturity") == "中试"
    assert common_label("转让") == "转让"


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("中国科学院虚构研究所", "中科院虚构研究所", False),
        ("虚构大学 机械学院 教授", "虚构大学", False),
        ("虚构大学副教授", "虚构大学", False),
        ("原虚构大学", "虚构大学", True),
        ("虚构大学；兼职虚构公司", "虚构公司", True),
    ],
)
def test_a_unit_with_a_title_a_short_name_or_a_former_one(left, right, near):
    assert same_units([left], [right])["near"].tolist() == [near]


@pytest.mark.parametrize("word", ["个人", "退休", "自由职业", "离退休", "独立专家"])
def test_what_names_no_unit_is_in_common_with_nobody(word):
    assert same_units([word], [word]).empty


@pytest.mark.parametrize(
    ("cell", "unit", "beside"),
    [
        ("虚构机械公司（原虚构农机厂）", "虚构农机厂", True),
        ("虚构机械公司（原虚构甲厂、虚构乙厂）", "虚构乙厂", True),
        ("虚构机械公司（曾用名：虚构农机厂）", "虚构农机厂", True),
        ("虚构机械公司（虚构农机厂改制）", "虚构农机厂", True),
        ("虚构集团子公司虚构农机厂", "虚构农机厂", True),
        ("虚构集团下属虚构农机厂", "虚构集团", True),
        ("退休（原虚构大学机械学院）", "虚构大学", True),
        ("虚构大学退休教师", "虚构大学", True),
        ("2019年前在虚构大学工作", "虚构大学", True),
        ("甲大学/虚构大学（双聘）", "虚构大学", False),
        ("虚构甲公司；虚构乙公司（合作）", "虚构乙公司", False),
        ("虚构机械公司（原虚构农机厂）", "虚构机械公司", False),
    ],
)
def test_units_beside_each_other_in_a_cell(cell, unit, beside):
    table = same_units([cell], [unit])
    assert table[["near", "beside"]].to_numpy().tolist() == [[beside, beside]]
    turned = same_units([unit], [cell])
    assert turned[["near", "beside"]].to_numpy().tolist() == [[beside, beside]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("虚构石油大学（华东）", "虚构石油大学（北京）"),
        ("虚构甲医院（附属医院）", "虚构乙医院（附属医院）"),
        ("虚构甲公司（虚构集团）", "虚构乙公司（虚构集团）"),
        ("虚构集团子公司虚构甲厂", "虚构集团子公司虚构乙厂"),
        ("虚构大学 机械学院", "别的大学 机械学院"),
        ("张三（虚构大学）", "张三（别的大学）"),
        ("退休（原虚构大学）", "退休（原别的大学）"),
        ("虚构大学现代农业研究院", "别的大学现代农业研究院"),
    ],
)
def test_what_two_units_share_beside_their_names_makes_them_no_one(one, other):
    table = same_units([one], [other])
    assert (table["near"] & ~table["beside"]).all()
