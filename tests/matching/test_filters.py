"""Labels of cells and which of them agree: whole answers."""

import pytest

from matcher.matching.filters import agree, labels_of


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("装备制造", {("装备制造",)}),
        ("装备制造-自动化", {("装备制造", "自动化")}),
        ("制造业——纺织业,农业", {("制造业", "纺织业"), ("农业",)}),
        (" 兰山区 ， 河东区；罗庄区、费县", {("兰山区",), ("河东区",), ("罗庄区",), ("费县",)}),
        ("山东省 > 临沂市→兰山区", {("山东省", "临沂市", "兰山区")}),
        ("甲/乙|丙\n丁", {("甲",), ("乙",), ("丙",), ("丁",)}),
        (7, {("7",)}),
        ("", set()),
        (" ,、- ", set()),
        (None, set()),
        (float("nan"), set()),
    ],
)
def test_labels_of_a_cell(cell, labels):
    assert labels_of(cell) == labels


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("装备制造", "装备制造", True),
        ("装备制造", "装备制造-自动化", True),
        ("装备制造-自动化", "装备制造", True),
        ("装备制造-自动化", "装备制造-包装", False),
        ("装备", "装备制造", False),
        ("自动化", "装备制造-自动化", False),
        ("农业,医药", "电子、医药", True),
        ("", "", False),
        ("", "农业", False),
    ],
)
def test_cells_agree(left, right, result):
    assert agree(labels_of(left), labels_of(right)) is agree(labels_of(right), labels_of(left)) is result


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("山东省临沂市", "临沂市兰山区", True),
        ("临沂市", "山东省临沂市兰山区", True),
        ("临沂市兰山区", "临沂市罗庄区", False),
        ("山东省青岛市", "山东省临沂市", False),
        ("内蒙古自治区呼和浩特市", "呼和浩特市", True),
        ("枣庄市市中区", "市中区", True),
        ("山东-临沂", "临沂", True),
        ("北京市,山东省临沂市", "临沂市费县", True),
        ("", "临沂市", False),
    ],
)
def test_regions_meet_in_a_unit_that_both_name(left, right, result):
    assert agree(labels_of(left, column="region"), labels_of(right, column="region")) is result
