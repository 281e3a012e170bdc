"""Persons and units as cells name them: titles, roles, numbers, telephones and blanks are no part of a name."""

import pytest

from matcher.tables.naming.names import bare_unit, is_unit, person_key, read_persons


@pytest.mark.parametrize(
    "written",
    [
        "虚某甲",
        "虚 某 甲",
        "虚某甲教授",
        "虚某甲（副教授）",
        "虚某甲 研究员 博导",
        "虚某甲高级工程师",
        "虚某甲院士",
        "虚某甲先生",
        "教授 虚某甲",
        "虚某甲 13800001111",
        "虚某甲（0539-8111111）",
        "虚某甲 短号661234",
        "虚某甲（内线6123）",
        "1.虚某甲",
        "①虚某甲",
        "虚某甲（1）",
        "虚某甲*",
        "第一完成人：虚某甲",
        "项目负责人虚某甲",
        "虚某甲（负责人）",
        "虚教授（虚某甲）",
        "虚某甲：",
        "虚某甲（虚构大学）",
        "虚某甲 a@example.com",
    ],
)
def test_one_person_however_written(written):
    assert person_key(written) == "虚某甲"


@pytest.mark.parametrize(
    "written", ["虚教授", "欧阳老师", "李工", "虚某甲等5人", "虚某甲、虚某乙等", "教授", "专家", "13800001111", ""]
)
def test_who_is_not_named_in_full_has_no_key(written):
    assert person_key(written) == ""


def test_a_number_that_stands_for_a_person_is_a_key():
    assert person_key("专家3") == person_key("专家 3") == "专家3"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("1、虚某甲 2、虚某乙", [("虚某甲", ""), ("虚某乙", "")]),
        ("虚某甲（1）、虚某乙（2）", [("虚某甲", ""), ("虚某乙", "")]),
        ("虚 甲 易 乙", [("虚甲易乙", ""), ("虚甲", ""), ("易乙", "")]),
        ("虚教授", [("虚教授", "只写了姓")]),
        ("虚某甲（原名虚某乙）", [("虚某甲", ""), ("虚某乙", "括号中的姓名")]),
        ("虚某甲1", [("虚某甲1", ""), ("虚某甲", "姓名后有数字")]),
        ("虚构大学虚某甲", [("虚构大学虚某甲", ""), ("虚某甲", "单位后的姓名")]),
        ("虚构大学：虚某甲", [("虚构大学", ""), ("虚某甲", "冒号后的姓名")]),
    ],
)
def test_names_that_are_sure_and_names_in_doubt(written, names):
    assert [(one.name, one.doubt) for one in read_persons(written).names] == names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("虚构公司 0539-8111111", "虚构公司"),
        ("虚构公司（联系人：虚某甲 13800001111）", "虚构公司"),
        ("第一完成单位：虚构大学", "虚构大学"),
        ("虚构大学（牵头）", "虚构大学"),
        ("虚构（集团）有限公司", "虚构（集团）有限公司"),
        ("第107虚构研究所", "第107虚构研究所"),
        ("3M虚构公司", "3M虚构公司"),
    ],
)
def test_a_unit_without_what_stands_beside_it(written, name):
    assert bare_unit(written) == name
    assert is_unit(written)


def test_persons_are_no_units():
    assert not any(map(is_unit, ["李知行", "虚某甲", "匿名", "个人", "张院", "李敏13800000000"]))


@pytest.mark.parametrize("part", ["1", "：", "教授", "电话", "（盖章", "(1)", " 王", "第一完成人", "1 "])
def test_a_long_cell_is_read(part):
    assert read_persons(part * 4000).more is False
    assert isinstance(bare_unit(part * 4000), str)


def test_a_title_in_brackets_is_nobody():
    assert [one.name for one in read_persons("李某（高级工程师）").names] == ["李某"]
    assert [one.name for one in read_persons("李某（高某某）").names] == ["李某", "高某某"]
    assert [one.name for one in read_persons("李教授（李某）").names] == ["李某"]
    assert [one.unit for one in read_persons("李某（虚构大学）").names] == ["虚构大学"]
