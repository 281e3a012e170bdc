"""Labels of cells and which of them agree: whole answers."""

import datetime as dt
import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from small import NEEDS, OUTCOMES, build

from matcher import Index, match, read_outcomes
from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching import Between
from matcher.matching.library.filters import agree, labels_of, unknown_labels


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


# ---- ranges


CELLS = np.array([1, 2.5, "3", "约四", None, np.nan, "", dt.date(2026, 1, 1), "2026-06-30"], object)


@pytest.mark.parametrize(
    ("between", "places"),
    [
        (Between(1, 3), [0, 1, 2]),
        (Between(low=2.5), [1, 2]),
        (Between(high=1), [0]),
        (Between(9, 9), []),
        (Between("2026-01-01", "2026-06-29"), [7]),
        (Between(low=dt.date(2026, 1, 2)), [8]),
        (Between(high=pd.Timestamp("2026-06-30")), [7, 8]),
    ],
)
def test_a_range_holds_its_ends_and_nothing_unknown(between, places):
    assert np.flatnonzero(between.holds(CELLS)).tolist() == places


def test_what_cannot_be_read_is_logged(caplog):
    Between(high=5).holds(np.array([1, "约四", "", None], object), column="price")
    assert caplog.messages == ["price：1 条读不成数或日期（如“约四”），不在范围之内"]


@pytest.mark.parametrize(
    ("kind", "make", "message"),
    [
        (ArgumentError, lambda: Between(), r"^Between needs a lower bound, an upper bound or both$"),
        (ArgumentError, lambda: Between(2, 1), r"the lower bound lies above the upper one$"),
        (ArgumentTypeError, lambda: Between(1, "2026-01-01"), r"one bound is a number, the other a date$"),
        (ArgumentTypeError, lambda: Between("one"), r"^a bound is a number or a date such as 2026-03-31, not 'one'$"),
        (ArgumentTypeError, lambda: Between(True), r"not True$"),
        (ArgumentTypeError, lambda: Between(float("nan")), r"not nan$"),
    ],
)
def test_no_range(kind, make, message):
    with pytest.raises(kind, match=message):
        make()


def ids(**filters) -> list[str]:
    return sorted(set(match(NEEDS[:1], build(), k=6, **filters)["outcome_id"]))


def test_ranges_and_masks_choose_records():
    assert ids(where={"trl": Between(high=6)}) == ["C4", "C5", "C6"]
    assert ids(where={"trl": Between(6, 8), "region": "罗庄区"}) == ["C2", "C4"]
    assert ids(where={"valid_until": Between("2026-06-29", "2026-06-30")}) == ["C1", "C6"]
    records = build().records
    assert ids(mask=records["trl"] <= 6) == ["C4", "C5", "C6"]
    assert ids(mask=[True, False, False, False, False, True], where={"region": "兰山区"}) == ["C1", "C6"]
    assert ids(mask=pd.array([True, None, False, False, False, False], "boolean")) == ["C1"]


def test_a_mask_is_over_the_records_that_are_left():
    index = build().remove(["C1"]).add(OUTCOMES[:1])
    assert index.records["outcome_id"].tolist() == ["C2", "C3", "C4", "C5", "C6", "C1"]
    mask = index.records["outcome_id"].isin(["C1", "C3"])
    assert sorted(match(NEEDS[:1], index, k=6, mask=mask)["outcome_id"]) == ["C1", "C3"]


@pytest.mark.parametrize(
    ("kind", "filters", "message"),
    [
        (ArgumentTypeError, {"where": "a=b"}, r"^where is a dict: column -> label, labels or Between, not str$"),
        (
            ArgumentTypeError,
            {"where": {"trl": 7}},
            r"^where\['trl'\] is a label \(str\), a list of labels, or a range such as Between\(0, 100\), not 7$",
        ),
        (ArgumentTypeError, {"where": {"trl": ["7", 8]}}, r"not \['7', 8\]$"),
        (ArgumentTypeError, {"mask": [1, 0, 0, 0, 0, 0]}, r"^mask is a boolean array or Series, .* not list$"),
        (ArgumentError, {"mask": [True]}, r"^mask has \(1,\) values for 6 records$"),
        (ArgumentError, {"mask": pd.Series([True] * 6, index=range(1, 7))}, r"^mask is a Series over other rows"),
        (ArgumentTypeError, {"same": "region"}, r"^same is a list of columns, not one str: \['region'\]$"),
        (ArgumentTypeError, {"weights": ["region"]}, r"^weights is a dict: column -> number, not list$"),
        (ArgumentTypeError, {"weights": {"region": "1"}}, r"^weights\['region'\] is a number, not '1'$"),
        (ArgumentTypeError, {"weights": {"region": None}}, r"^weights\['region'\] is a number, not None$"),
        (ArgumentError, {"weights": {"region": float("nan")}}, r"^weights\['region'\] is a finite number, not nan$"),
        (ArgumentError, {"weights": {"region": float("inf")}}, r"^weights\['region'\] is a finite number, not inf$"),
        (ArgumentTypeError, {"valid_on": 20260101}, r"^valid_on is a date or a text such as 2026-03-31, not int$"),
        (ArgumentError, {"valid_on": "昨天"}, r"^valid_on is a date or a text such as 2026-03-31, not '昨天'$"),
        (ArgumentTypeError, {"exclude": [("N1", "C1")]}, r"^exclude is a DataFrame .*, not list$"),
    ],
)
def test_wrong_filters_say_which_kinds_are_taken(kind, filters, message):
    with pytest.raises(kind, match=message):
        ids(**filters)


# ---- labels that no record has


def test_labels_that_no_record_has_are_named_with_those_that_there_are():
    where = {"region": ["河东区", "河西区"], "field": "装备制造", "trl": Between(1, 2), "none": "x"}
    assert unknown_labels(OUTCOMES, where) == {"region": (["河西区"], ["兰山区", "河东区", "罗庄区"])}
    there = ["生物医药", "现代农业", "电子信息", "装备制造", "装备制造-包装", "装备制造-自动化"]
    assert unknown_labels(OUTCOMES, {"field": "航空-机器人、生物医药"}) == {"field": (["航空-机器人"], there)}
    many = pd.DataFrame({"maturity": [f"L{i:02d}" for i in range(30)] + ["L29"]})
    assert unknown_labels(many, {"maturity": "小式"})["maturity"][1] == ["L29", *(f"L{i:02d}" for i in range(19))]


def test_match_warns_of_a_label_that_no_record_has_and_of_filters_that_leave_nothing(caplog):
    with caplog.at_level(logging.WARNING, "matcher"):
        assert ids(where={"region": "河西区"}) == [""]
    assert caplog.messages == [
        "没有一条记录的“地区”是“河西区”；有：兰山区、河东区、罗庄区",
        "筛选条件没有留下任何记录（索引共 6 条）",
    ]
    caplog.clear()
    ids(where={"region": "河东区"})
    assert caplog.messages == []


# ---- writings


PLACES = ["山东-临沂-兰山", "山东 临沂", "371302", "临沂高新区", "沂水县", "青岛市", "市中区", "济南市市中区", ""]


@pytest.mark.parametrize(
    ("wish", "places"),
    [
        ("临沂市", [0, 1, 2, 3, 4]),
        ("临沂", [0, 1, 2, 3, 4]),
        ("山东省临沂市", [0, 1, 2, 3, 4]),
        ("山东", [0, 1, 2, 3, 4, 5, 7]),
        ("兰山区", [0, 2]),
        ("临沂高新技术产业开发区", [3]),
        ("市中区", [6, 7]),
        ("济南市", [7]),
        (["青岛", "沂水"], [4, 5]),
        ("临忻市", []),
    ],
)
def test_a_wanted_place_keeps_what_lies_in_it(wish, places):
    records = pd.DataFrame({"outcome_id": [f"C{i}" for i in range(9)], "title": "齿轮", "region": PLACES})
    needs = pd.DataFrame({"need_id": ["N"], "title": ["齿轮"]})
    kept = match(needs, Index.build(records), k=9, where={"region": wish})["outcome_id"]
    assert sorted(kept) == ([f"C{i}" for i in places] or [""])


def test_an_unknown_place_and_a_shared_name_are_told(caplog):
    records = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": "齿轮", "region": ["临沂市", "河东区"]})
    needs, index = pd.DataFrame({"need_id": ["N"], "title": ["齿轮"]}), Index.build(records)
    match(needs, index, where={"region": "临忻市"})
    assert caplog.messages[0].startswith("没有一条记录的“地区”是“临忻市”；有：临沂市、河东区；行政区划中没有“临忻市”")
    assert "相近的有：临汾市、临沂市、临沧市、" in caplog.messages[0]
    caplog.clear()
    match(needs, index, where={"region": "临沂"})
    assert caplog.messages == [
        "1 条记录的“地区”是“河东区”，有几处同名（天津市河东区、山东省临沂市河东区），没有算在内；请写明所在的市"
    ]


def test_labels_meet_in_any_writing_and_by_the_synonyms_of_their_column():
    records = pd.DataFrame(
        {"outcome_id": ["C1", "C2", "C3"], "title": "齿轮", "cooperation": ["作价入股", "技术 许可", "完全转让"],
         "field": ["裝備製造", "ＩＴ—软件", "新材料技术"]}
    )  # fmt: skip
    needs, index = pd.DataFrame({"need_id": ["N"], "title": ["齿轮"]}), Index.build(records)
    wishes = [("cooperation", "技术入股"), ("cooperation", "许可"), ("cooperation", "技术转让"), ("field", "装备制造"),
              ("field", "it"), ("field", "新材料")]  # fmt: skip
    found = [match(needs, index, where={column: wish})["outcome_id"].tolist() for column, wish in wishes]
    assert found == [["C1"], ["C2"], ["C3"], ["C1"], ["C2"], ["C3"]]


def test_excluded_ids_meet_in_any_writing_and_lost_ones_are_told(caplog):
    exclude = pd.DataFrame({"need_id": ["n1", "N1"], "outcome_id": ["Ｃ1", "C99"]})
    kept = match(NEEDS[:1], build(), k=9, exclude=exclude)["outcome_id"]
    assert sorted(kept) == ["C2", "C3", "C4", "C5", "C6"]
    assert caplog.messages == ["排除的配对中有编号不在表中，没有起作用：“C99”"]


# ---- values known within bounds, states, placeholders


def test_a_range_takes_what_may_lie_in_it_and_what_has_ended_is_not_offered(caplog):
    records = pd.DataFrame(
        {
            "outcome_id": ["A", "B", "C", "D", "E"],
            "title": ["齿轮检测方法"] * 5,
            "price": [100, None, None, None, None],
            "price_min": [100, 45, 300, None, None],
            "price_max": [100, 55, None, None, None],
            "valid_until": pd.to_datetime(["2026-01-01", None, None, None, None]),
            "valid_until_max": pd.to_datetime(["2026-01-01", "2026-06-30", None, None, None]),
            "valid_until_state": ["", "", "open", "ended", ""],
        }
    )
    index = Index.build(records)
    needs = pd.DataFrame({"need_id": ["N"], "title": ["齿轮检测方法"]})

    def found(**filters) -> list[str]:
        return sorted(match(needs, index, k=5, **filters)["outcome_id"])

    assert found() == ["A", "B", "C", "E"]
    assert caplog.messages == ["1 条记录的有效期写着已过期、已截止之类，不参与匹配"]
    assert found(valid_on="2026-06-30") == ["B", "C", "E"]
    assert found(valid_on="2026-07-01") == ["C", "E"]
    assert found(where={"price": Between(50, 200)}) == ["A", "B"]
    assert found(where={"price": Between(low=200)}) == ["C"]
    assert found(where={"price": Between(high=44)}) == [""]


@pytest.mark.parametrize("word", ["未说明", "面议", "不限", "/", "待定", "无"])
def test_placeholders_agree_with_nothing(word):
    assert not agree(labels_of(word), labels_of(word))
    assert agree(labels_of(f"中试,{word}"), labels_of("中试"))


def test_of_check_boxes_the_ticked_ones_are_labels():
    assert labels_of("☑小试 □中试 □量产", column="maturity") == {("小试",)}
    assert labels_of("发明专利3件、实用新型2项", column="ip_type") == {("发明专利",), ("实用新型",)}


def test_a_longer_writing_of_a_wanted_label_is_told(caplog):
    records = OUTCOMES.assign(
        maturity=["小试", "小试（实验室）", "处于小试", "中试"][: len(OUTCOMES)] + ["中试"] * (len(OUTCOMES) - 4)
    )
    match(NEEDS, build(records), k=1, where={"maturity": "小试"})
    (said,) = [message for message in caplog.messages if "没有算作" in message]
    assert said.startswith("2 条记录的“成熟度”写作“小试（实验室）”、“处于小试”，没有算作“小试”")
    caplog.clear()
    match(NEEDS, build(records), k=1, where={"maturity": "中试"})
    assert not [message for message in caplog.messages if "没有算作" in message]


PRICES = ["35.5万元", "面议", "30万", "20-30万元", "", "50kW", "80万元起", "¥350,000", "5万元/年", "2026"]


@pytest.mark.parametrize(
    ("wish", "rows"),
    [
        (Between(high=400_000), [0, 2, 3, 7, 9]),
        (Between(low=320_000), [0, 6, 7]),
        (Between(250_000, 300_000), [2, 3]),
        (Between(high=3_000), [9]),
    ],
)
def test_money_that_is_written_out_lies_in_ranges(wish, rows, caplog):
    assert np.flatnonzero(wish.holds(np.array(PRICES, dtype=object), column="price")).tolist() == rows
    assert any("5万元/年" in line for line in caplog.messages)


def test_a_price_that_was_read_can_be_asked_for():
    table = {"成果编号": ["A", "B"], "成果名称": ["甲", "乙"], "转让价格（万元）": [35.5, 60]}
    outcomes = read_outcomes(pd.DataFrame(table))
    found = match(NEEDS.head(1), Index.build(outcomes.rows), where={"price": Between(high=400_000)})
    assert found["outcome_id"].tolist() == ["A"]


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.ArrowDtype(pa.list_(pa.string()))])
def test_lists_in_cells_are_read_as_their_texts_before_and_after_saving(kind, tmp_path):
    """As Parquet files have them; `where`, `same`, the texts and the evidence read one and the same thing."""

    def table(*cells, name):
        column = (
            pd.Series(cells, dtype=kind) if isinstance(kind, pd.ArrowDtype) else [one and kind(one) for one in cells]
        )
        return pd.DataFrame({name: ["1", "2"], "title": ["齿轮检测", "桃保鲜"], "keywords": column, "field": column})

    outcomes, needs = (table(["装备制造", "烧伤"], None, name=name) for name in ("outcome_id", "need_id"))
    words = {"keywords": ["装备制造,烧伤", None], "field": ["装备制造,烧伤", None]}
    wanted = match(
        needs.assign(**words), Index.build(outcomes.assign(**words)), where={"field": "烧伤"}, same=["field"]
    )
    index = Index.build(outcomes)
    index.save(tmp_path / "library")
    assert wanted["outcome_id"].tolist() == ["1", ""]
    for library in (index, Index.load(tmp_path / "library")):
        assert library.records["field"].tolist()[0] == "装备制造,烧伤"
        pd.testing.assert_frame_equal(match(needs, library, where={"field": "烧伤"}, same=["field"]), wanted)
        assert library.search({"title": None, "keywords": outcomes["keywords"][0]}, 1)[0]["outcome_id"] == "1"


def test_vectors_in_cells_stay(tmp_path):
    """A column of embeddings, which no filter reads, is saved as it is."""
    vectors = np.random.default_rng(0).random((len(OUTCOMES), 3), dtype=np.float32)
    index = Index.build(OUTCOMES.assign(vector=list(vectors)))
    index.save(tmp_path / "library")
    for library in (index, Index.load(tmp_path / "library")):
        assert np.array_equal(np.stack(library.records["vector"]), vectors)
    assert match(NEEDS.assign(vector=list(vectors[: len(NEEDS)])), index).equals(match(NEEDS, index))
