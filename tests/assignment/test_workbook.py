"""Settings, conflicts, files and the commands: files in, files out, every mistake in words."""

import datetime as dt
import json

import openpyxl
import pandas as pd
import pytest

from matcher.assignment import conflicts
from matcher.assignment.assigning import assign
from matcher.assignment.audit import make_record, public_record, record_bytes, replay
from matcher.assignment.config import read_settings, settings_and_columns
from matcher.assignment.reading import read_pairs
from matcher.assignment.workbook import assignment_sheets
from matcher.errors import TableError

PAIRS = "left_id,right_id,score\n007,no,0.9\n007,P2,0.5\nno,no,0.8\nno,P2,0.7\nE3,no,0.3\nE3,P2,0.4\n"


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def triples(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(table.itertuples(index=False, name=None))


# ---- conflicts


def test_who_shares_an_institution():
    left = frame("left_id shared", ("E1", "甲大学"), ("E1", "乙医院"), ("E2", " 丙所 "), ("E3", ""))
    right = frame("right_id shared", ("P1", "乙医院"), ("P1", "丙所"), ("P2", ""))
    assert triples(conflicts.sharing(left, right, reason="同一单位")) == [
        ("E1", "P1", "同一单位：乙医院"),
        ("E2", "P1", "同一单位：丙所"),
    ]


def test_who_worked_together_lately():
    links = frame(
        "person_a person_b date", ("E1", "王", "2023"), ("王", "E2", "2022-12-31"), ("李", "E2", ""),
        ("E3", "王", "2010"), ("E1", "王", "2025-02-01"), ("E4", "王", "2023-11-23"), ("E5", "王", "2023-11-24"),
    )  # fmt: skip
    people = frame("right_id person", ("P1", "王"), ("P2", "李"))
    assert triples(conflicts.coauthors(links, people, on=dt.date(2026, 11, 24), years=3)) == [
        ("E1", "P1", "合作：王（2025-02-01）"),
        ("E2", "P2", "合作：李（日期不详）"),
        ("E5", "P1", "合作：王（2023-11-24）"),
    ]
    leap = conflicts.coauthors(links, people, on=dt.date(2024, 2, 29), years=1)
    assert triples(leap)[0][:2] == ("E1", "P1")


def test_travel_regions_and_languages():
    pairs = frame("left_id right_id", ("E1", "V1"), ("E1", "V2"), ("E2", "V1"), ("E2", "V2"))
    road = frame("left_id right_id distance", ("E1", "V1", 30), ("E1", "V2", "60.5"), ("E2", "V1", 60))
    assert triples(conflicts.too_far(pairs, road, at_most=60)) == [
        ("E1", "V2", "路程 60.5 超过 60"),
        ("E2", "V2", "路程不详"),
    ]
    assert triples(conflicts.too_far(pairs, road, at_most={"E1": 20}, unlisted=False)) == [
        ("E1", "V1", "路程 30 超过 20"),
        ("E1", "V2", "路程 60.5 超过 20"),
    ]
    lefts, rights = {"E1": "费县", "E2": "兰山区"}, {"V1": "费县", "V2": "郯城县"}
    assert triples(conflicts.outside_region(pairs, lefts, rights, beside=[("费县", "兰山区")])) == [
        ("E1", "V2", "地区不符：费县—郯城县"),
        ("E2", "V2", "地区不符：兰山区—郯城县"),
    ]
    assert triples(conflicts.no_common_language(pairs, {"E1": ["英"]}, {"V1": ["英", "德"]})) == [
        ("E2", "V1", "语言不符：需要英或德"),
    ]


# ---- settings


def settings(tmp_path, text: str, pairs: str = PAIRS) -> dict:
    (tmp_path / "p.csv").write_text(pairs, "utf-8")
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    return read_settings(tmp_path / "c.yaml", read_pairs(tmp_path / "p.csv"))


def test_every_key_is_read_and_ids_stay_as_written(tmp_path):
    (tmp_path / "亲属.csv").write_text("专家编号,项目编号,关系\n007,no,夫妻\n", "utf-8-sig")
    (tmp_path / "往届.csv").write_text("panel_id,left_id\n1,007\n1,no\n", "utf-8")
    arguments = settings(
        tmp_path,
        """
left: {default: {min: 0, max: 2}, 007: {min: 1, max: 1}, no: {max: 3}}
right: {default: {min: 1}}
forbid: [[007, no], [1e3, P2]]
require: [[no, P2]]
groups: {left: {007: 甲, no: 乙}, right: {P2: 甲}, forbid_same_group: yes}
at_most_per_group: 1
goal: max_min
alternates: 2
seed: 07
conflicts: {table: 亲属.csv, reason: 亲属}
seniority: {grades: {007: 正高}, at_least: {正高: 1}}
rotation: {table: 往届.csv, previous: [[007, E3]], at_most_together: 1}
nouns: {left: 专家}
""",
    )
    assert triples(arguments.pop("forbid")) == [
        ("007", "no", "禁止名单"),
        ("1e3", "P2", "禁止名单"),
        ("007", "no", "亲属：夫妻"),
    ]
    assert arguments == {
        "left": {"default": {"min": 0, "max": 2}, "007": {"min": 1, "max": 1}, "no": {"max": 3}},
        "right": {"default": {"min": 1}},
        "require": [("no", "P2")],
        "groups": {"left": {"007": "甲", "no": "乙"}, "right": {"P2": "甲"}},
        "forbid_same_group": True,
        "at_most_per_group": 1,
        "grades": {"007": "正高"},
        "at_least_of_grade": {"正高": 1},
        "alternates": 2,
        "goal": "max_min",
        "seed": "07",
        "nouns": {"left": "专家", "right": "右方"},
        "previous": [["007", "no"], ["007", "E3"]],
        "at_most_together": 1,
    }


def test_empty_settings_are_no_rules(tmp_path):
    assert settings(tmp_path, "")["goal"] == "total"
    assert settings(tmp_path, "left:\nforbid: []\nseed: ~\n")["left"] == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("goal: total\ngoal: total\n", "c.yaml：第 2 行：键 'goal' 写了两次"),
        ("left: {a: {min: 1}, a: {max: 1}}\n", "c.yaml：第 1 行：键 'a' 写了两次"),
        ("left: [\n", "c.yaml：第 2 行：不是正确的 YAML"),
        ("gaol: total\n", "设置：没有“gaol”这个键；可用的有 left、right"),
        ("left: {a: {min: -1}}\n", "left.a.min：应是 0 或更大的整数，而不是“-1”"),
        ("left: {a: 3}\n", "left.a：应写成“键: 值”，而不是“3”"),
        ("left: {a: {most: 3}}\n", "left.a：没有“most”这个键；可用的有 min、max"),
        ("forbid: [[a]]\n", "forbid 第 1 项：应写成 [左方编号, 右方编号]"),
        ("goal: best\n", "goal：应是 total、max_min、max_min_then_total 之一，而不是“best”"),
        ("forbid_same_group: maybe\n", "forbid_same_group：应是 true 或 false，而不是“maybe”"),
        ("alternates: 1.5\n", "alternates：应是 0 或更大的整数，而不是“1.5”"),
        ("conflicts: {table: 没有.csv}\n", "找不到文件"),
        ("coauthors: {years: 3}\n", "coauthors.links：请写明表的文件名"),
        ("at_most_per_group: 1\ngroups: {at_most_per_group: 2}\n", "在 groups 内外各写了一个不同的值"),
        ("- a\n", "设置：应写成“键: 值”"),
    ],
)
def test_mistakes_in_settings_are_named(tmp_path, text, message):
    with pytest.raises(TableError) as caught:
        settings(tmp_path, text)
    assert message in str(caught.value)


def test_pairs_as_people_keep_them(tmp_path):
    (tmp_path / "配对.csv").write_text("评审配对表\n专家编号,项目编号,匹配分\n007,X1,0.5\n", "gb18030")
    rows = read_pairs(tmp_path / "配对.csv")
    assert rows[["left_id", "right_id", "score"]].to_numpy().tolist() == [["007", "X1", 0.5]]


# ---- commands


@pytest.fixture
def files(tmp_path):
    (tmp_path / "p.csv").write_text(PAIRS, "utf-8")
    (tmp_path / "c.yaml").write_text(
        "left: {default: {max: 1}}\nright: {default: {min: 1, max: 1}}\nforbid: [[007, no]]\nalternates: 1\nseed: 07\n",
        "utf-8",
    )
    return tmp_path


def test_assign_writes_its_three_columns(run, files):
    assert run("assign", "p.csv", "--config", "c.yaml", "-o", "o.csv") == (
        0, "共分配 2 对，匹配分总和 1.3，已证明最优；结果已写入 o.csv\n", "",
    )  # fmt: skip
    assert (files / "o.csv").read_text("utf-8") == ("left_id,right_id,alternate\n007,P2,0\nE3,P2,1\nno,no,0\nE3,no,1\n")
    assert run("assign", "p.csv", "-o", "all.parquet", "-q") == (0, "", "")
    assert len(pd.read_parquet(files / "all.parquet")) == 6


def test_assign_says_what_stands_in_the_way(run, files):
    (files / "c.yaml").write_text("require: [[007, no]]\nforbid: [[007, no]]\n", "utf-8")
    status, out, err = run("assign", "p.csv", "--config", "c.yaml", "-o", "o.csv")
    assert (status, out) == (3, "")
    assert err.splitlines()[:2] == [
        "无法分配：规则互相矛盾。放宽以下 1 条即可，最少：",
        "  1. 左方 007 与右方 no：要求必须分配，但这一对同时不得分配（禁止名单）；须取消这一要求",
    ]
    assert not (files / "o.csv").exists()


def test_the_workbook_of_a_secretariat(run, files):
    (files / "c.yaml").write_text((files / "c.yaml").read_text("utf-8") + "nouns: {left: 专家, right: 项目}\n", "utf-8")
    assert run("assign", "p.csv", "--config", "c.yaml", "-o", "o.xlsx")[0] == 0
    book = openpyxl.load_workbook(files / "o.xlsx")
    assert book.sheetnames == ["分配结果", "按项目汇总", "按专家汇总", "候补", "排除与原因", "说明"]
    assert list(book["分配结果"].values) == [
        ("项目编号", "专家编号", "匹配分"),
        ("P2", "007", 0.5),
        ("no", "no", 0.8),
    ]
    assert list(book["按项目汇总"].values)[1] == ("P2", 1, "007", 0.5, "E3")
    assert list(book["排除与原因"].values)[1] == ("no", "007", "禁止名单")
    notes = dict(list(book["说明"].values)[1:])
    assert notes["最优性"] == "已证明最优"
    assert notes["抽签种子"] == "07"


def test_records_and_their_replay(run, files):
    command = ("assign", "p.csv", "--config", "c.yaml")
    assert run(*command, "-o", "o.csv", "--record", "r.json", "--public", "public.json")[0] == 0
    record = json.loads((files / "r.json").read_text("utf-8"))
    assert sorted(record["inputs"]) == ["c.yaml", "p.csv"]
    assert "禁止名单" in (files / "r.json").read_text("utf-8")
    assert "barred_from" not in (files / "public.json").read_text("utf-8")
    assert run(*command, "--verify", "r.json") == (0, "r.json：输入相同，重算结果与记录一致\n", "")
    status, _, err = run(*command, "--verify", "public.json")
    assert (status, err) == (2, "这是公开版记录，不含重算所需的设置；请用完整记录（--record）核对\n")
    (files / "p.csv").write_text(PAIRS.replace("007,P2,0.5", "007,P2,0.1"), "utf-8")
    status, _, err = run(*command, "--verify", "r.json")
    assert status == 1
    assert err.startswith("输入“p.csv”与记录时不同")


NAMED = "left_id,right_id,score,left_name,right_name\n007,P1,0.9,张三,机床\n007,P2,0.5,张三,水稻\nE2,P1,0.8,,机床\n"


def test_names_stand_beside_ids(run, files):
    (files / "p.csv").write_text(NAMED, "utf-8")
    (files / "名单.csv").write_text("专家编号,姓名\nE2,李四\n", "utf-8")
    (files / "c.yaml").write_text(
        "nouns: {left: 专家, right: 项目}\nleft: {default: {max: 1}}\nright: {default: {min: 1, max: 1}}\n"
        "names: {left: 名单.csv}\nalternates: 1\n",
        "utf-8",
    )
    assert run("assign", "p.csv", "--config", "c.yaml", "-o", "o.xlsx")[0] == 0
    book = openpyxl.load_workbook(files / "o.xlsx")
    assert list(book["分配结果"].values) == [
        ("项目编号", "项目名称", "专家编号", "专家姓名", "匹配分"),
        ("P1", "机床", "E2", "李四", 0.8),
        ("P2", "水稻", "007", "张三", 0.5),
    ]
    assert list(book["按项目汇总"].values)[1] == ("P1", "机床", 1, "E2 李四", 0.8, None)
    assert list(book["按专家汇总"].values)[1] == ("007", "张三", 1, "P2 水稻", 0.5)
    assert run("timetable", "p.csv", "--slots", "09:00,09:20", "--rooms", "1", "-o", "t.xlsx")[0] == 0
    book = openpyxl.load_workbook(files / "t.xlsx")
    assert next(iter(book["日程"].values)) == (
        "时段",
        "会议室",
        "左方编号",
        "左方名称",
        "右方编号",
        "右方名称",
        "匹配分",
    )
    assert list(book["按右方"].values)[:2] == [
        ("右方编号", "右方名称", "09:00", "09:20"),
        ("P1", "机床", "007 张三（01号桌）", "E2（01号桌）"),
    ]
    (files / "c.yaml").write_text("nouns: {left: 专家}\nforbid: [[007, P2]]\nrequire: [[007, P2]]\n", "utf-8")
    status, _, err = run("assign", "p.csv", "--config", "c.yaml", "-o", "o.csv")
    assert status == 3
    assert "专家 007 张三 与右方 P2 水稻：要求必须分配" in err


def test_contacts_are_masked_in_files_and_records_and_a_masked_record_is_still_replayed(run, files):
    people = [f"1381234567{end}" for end in "89"]
    rows = [(person, project, score) for person, score in zip(people, (0.9, 0.7), strict=True) for project in "PQ"]
    pd.DataFrame(rows, columns=["left_id", "right_id", "score"]).to_csv(files / "p.csv", index=False)
    (files / "c.yaml").write_text(
        "left: {default: {max: 1}}\nright: {default: {min: 1}}\nseed: 13800138000\n"
        f"forbid: [[{people[0]}, P]]\n"
        "conflicts: {table: 回避.csv, reason: 回避}\n",
        "utf-8",
    )
    (files / "回避.csv").write_text(f"左方编号,右方编号,关系\n{people[1]},Q,电话 13912345678 举报\n", "utf-8")
    command = ("assign", "p.csv", "--config", "c.yaml")
    for output in ("o.csv", "o.xlsx"):
        assert run(*command, "-o", output, "--record", "r.json", "--public", "public.json")[0] == 0
    book = openpyxl.load_workbook(files / "o.xlsx")
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
    texts = [(files / name).read_text("utf-8") for name in ("o.csv", "r.json", "public.json")]
    for text in (*texts, *cells):
        assert not any(number in text for number in (*people, "13912345678"))
    record = json.loads((files / "r.json").read_text("utf-8"))
    assert (record["contacts"], record["seed"]) == ("masked", "13800138000")
    assert sorted(record["people"]) == ["138****5678", "138****5679"]
    assert run(*command, "--verify", "r.json") == (0, "r.json：输入相同，重算结果与记录一致\n", "")
    with pytest.raises(TableError, match="联系方式已遮盖"):
        replay(record, read_pairs(files / "p.csv"))
    (files / "p.csv").write_text((files / "p.csv").read_text("utf-8").replace("0.9", "0.1"), "utf-8")
    assert run(*command, "--verify", "r.json")[0] == 1
    assert run(*command, "-o", "o.csv", "--record", "r.json", "--public", "public.json", "--show-contacts")[0] == 0
    assert people[0] in (files / "o.csv").read_text("utf-8")
    assert people[0] in (files / "r.json").read_text("utf-8")
    assert people[0] not in (files / "public.json").read_text("utf-8")


def test_a_masked_record_keeps_everybody_apart():
    pairs = frame("left_id right_id score", ("13812345678", "P", 1.0), ("13899995678", "P", 0.5))
    assignment = assign(pairs)
    record = make_record(assignment, {}, inputs={"p.csv": "0" * 64})
    shown = json.loads(record_bytes(record))
    assert sorted(shown["people"]) == ["138****5678", "138****5678-2"]
    assert shown["result_sha256"] == record["result_sha256"]
    assert json.loads(record_bytes(public_record(record)))["result"][1]["left_id"] == "138****5678-2"
    assert json.loads(record_bytes(record, mask=False)) == record
    assert list(assignment_sheets(assignment)["分配结果"].table) == ["right_id", "left_id", "score"]


def test_outputs_are_checked_before_anything_is_read(run, files):
    (files / "回避.csv").write_text("左方编号,右方编号\n007,P2\n", "utf-8")
    (files / "c.yaml").write_text("conflicts: {table: 回避.csv}\n", "utf-8")
    status, _, err = run("assign", "p.csv", "--config", "c.yaml", "-o", "回避.csv")
    assert status == 2
    assert "就是输入文件" in err
    assert run("assign", "p.csv", "-o", "o.csv", "--record", "r.csv")[2].startswith("不能写成“r.csv”")


def test_sheets_and_headers_as_a_user_names_them(run, files):
    with pd.ExcelWriter(files / "p.xlsx") as book:
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="别的", index=False)
        pd.DataFrame({"甲": ["E1"], "右方编号": ["P1"], "分数": [0.5]}).to_excel(book, sheet_name="配对", index=False)
    assert run("assign", "p.xlsx", "--sheet", "配对", "--column", "甲=left_id", "-o", "o.csv")[0] == 0
    assert (files / "o.csv").read_text("utf-8") == "left_id,right_id,alternate\nE1,P1,0\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("p.csv",), "请用 -o 指定输出文件"),
        (("p.csv", "-o", "o.txt"), "不能写成“o.txt”"),
        (("p.csv", "-o", "nowhere/o.csv"), "不存在，请先建立"),
        (("none.csv", "-o", "o.csv"), "none.csv"),
        (("p.csv", "--config", "none.yaml", "-o", "o.csv"), "none.yaml"),
        (("p.csv", "--verify", "p.csv"), "p.csv：不是分配记录（JSON）"),
    ],
)
def test_mistakes_of_a_command_end_with_status_two(run, files, words, message):
    status, out, err = run("assign", *words)
    assert (status, out) == (2, "")
    assert message in err


def test_timetable_and_its_repair(run, files):
    place = ("--slots", "09:00,09:20", "--rooms", "2")
    (files / "p.csv").write_text(PAIRS.replace(",no,", ",P1,"), "utf-8")
    assert run("timetable", "p.csv", *place, "-o", "t.csv")[0] == 0
    plan = pd.read_csv(files / "t.csv", dtype=str)
    assert sorted(zip(plan["left_id"], plan["right_id"], strict=True)) == [
        ("007", "P1"), ("007", "P2"), ("no", "P1"), ("no", "P2"),
    ]  # fmt: skip
    (files / "off.csv").write_text("left_id,right_id\nno,P2\n", "utf-8")
    status, out, _ = run("timetable", "p.csv", *place, "--repair", "t.csv", "--cancelled", "off.csv", "-o", "t2.xlsx")
    assert (status, out) == (0, "共 4 场会面；新增 1 场，取消 1 场；结果已写入 t2.xlsx\n")
    book = openpyxl.load_workbook(files / "t2.xlsx")
    assert book.sheetnames == ["日程", "按左方", "按右方", "未安排", "改动", "说明"]
    assert [row[:3] for row in list(book["改动"].values)[1:]] == [("新增", "E3", "P2"), ("取消", "no", "P2")]
    assert run("timetable", "p.csv", *place, "--absent", "no", "-o", "x.csv")[0] == 2


# ---- ids and units that people write differently

WRITINGS = ["zj-007", "ZJ–007", "ZJ－007", "ＺＪ-007", "ZJ- 007", "ZJ-007\u200b", " ZJ-007\xa0", "'ZJ-007"]
TWO = frame("left_id right_id score", ("ZJ-007", "P01", 0.9), ("ZJ-008", "P01", 0.1))
ONE_EACH = {"right": {"default": {"min": 1, "max": 1}}, "nouns": {"left": "专家", "right": "项目"}}


@pytest.mark.parametrize("written", WRITINGS)
def test_a_conflict_bars_however_its_id_is_written(written):
    result = assign(TWO, forbid=[(written, "p01")], **ONE_EACH)
    assert result.pairs["left_id"].tolist() == ["ZJ-008"]
    assert result.unclear == ()


def test_a_pair_turned_round_bars_and_an_unknown_or_doubtful_id_is_told():
    turned = assign(TWO, forbid=[("P01", "ZJ-007")], **ONE_EACH)
    assert turned.pairs["left_id"].tolist() == ["ZJ-008"]
    assert turned.notes == ("名单中有 1 条左右写反，已按专家、项目对调：“P01—ZJ-007”",)
    unknown = assign(TWO, forbid=[("ZJ-777", "P01")], **ONE_EACH)
    assert unknown.unclear == unknown.notes == (
        "回避（禁止）名单中有 1 条没有起作用，编号不在配对表中：专家“ZJ-777”（最接近的是“ZJ-007”）；"
        "如是笔误，请改正后重算",
    )  # fmt: skip
    both = frame("left_id right_id score", ("a", "P01", 0.9), ("A", "P01", 0.1))
    doubtful = assign(both, forbid=[("ａ", "P01")], **ONE_EACH)
    assert doubtful.unclear[1] == "规则中的编号不知指哪一个：“ａ”可能是 A、a；请照配对表的写法写"


THREE = frame(
    "left_id right_id score", *[(who, what, 0.5) for who in ("张某", "李某") for what in ("P-1", "P-2", "P-3")]
)


@pytest.mark.parametrize(
    ("left", "right", "barred"),
    [
        ("张某", "P-1、P-3", 2),
        ("张某（教授）", "P-2（某项目；二期）", 1),
        ("张某 李某", "p-1，P-2", 4),
        ("P-1/P-2", "李某", 2),  # turned round
        ("张某", "P-2", 1),
    ],
)
def test_a_conflict_bars_each_id_of_a_cell(left, right, barred):
    result = assign(THREE, forbid=[(left, right)], nouns=ONE_EACH["nouns"])
    assert len(result.pairs) == len(THREE) - barred
    assert result.unclear == ()


def test_an_id_that_holds_such_signs_itself_is_one():
    pairs = frame("left_id right_id score", ("张某（甲大学）", "P1、P2", 0.9), ("张某", "P1", 0.8))
    result = assign(pairs, forbid=[("张某（甲大学）", "P1、P2")], nouns=ONE_EACH["nouns"])
    assert result.pairs[["left_id", "right_id"]].to_numpy().tolist() == [["张某", "P1"]]
    assert result.notes == ()


@pytest.mark.parametrize("written", ["全部甲公司项目", "所有项目", "P-1至P-3", "P-1~P-3", "P-1等3个项目"])
def test_a_conflict_with_what_it_does_not_name_is_refused(written):
    with pytest.raises(TableError, match="没有写明编号，不知排除哪些：张某—"):
        assign(THREE, forbid=[("张某", written)], nouns=ONE_EACH["nouns"])


def test_other_rules_meet_their_ids_too():
    result = assign(
        TWO, left={"zj–007": {"max": 0}}, right={"ｐ01": {"min": 1, "max": 1}}, nouns=ONE_EACH["nouns"],
        groups={"left": {"zj-008": "甲"}, "right": {"P01": "乙"}}, forbid_same_group=True,
    )  # fmt: skip
    assert result.pairs["left_id"].tolist() == ["ZJ-008"]
    assert assign(TWO, require=[("p01", "zj-008")], **ONE_EACH).pairs["left_id"].tolist() == ["ZJ-008"]


def test_facts_meet_the_ids_and_places_of_the_pair_table():
    pairs = frame("left_id right_id", ("E-1", "V1"), ("E-2", "V1"))
    road = frame("left_id right_id distance", ("e–1", "v1", 90), ("E-2", "V1", 10))
    assert triples(conflicts.too_far(pairs, road, at_most=60)) == [("E-1", "V1", "路程 90 超过 60")]
    lefts, rights = {"e-1": "山东临沂", "E-2": "青岛市"}, {"V1": "临沂市兰山区"}
    assert triples(conflicts.outside_region(pairs, lefts, rights)) == [("E-2", "V1", "地区不符：青岛市—临沂市兰山区")]
    assert triples(conflicts.no_common_language(pairs, {"e-1": ["英"]}, {"v1": ["英"]})) == [
        ("E-2", "V1", "语言不符：需要英")
    ]


def test_units_in_other_writings_bar_and_near_ones_are_told(tmp_path):
    (tmp_path / "eu.csv").write_text("专家编号,单位\nzj-007,虚构大學\nZJ-008,山东虚构大学\nZJ-1,别的单位\n", "utf-8")
    (tmp_path / "pu.csv").write_text("项目编号,单位\nP01,虚构大学机械学院\n", "utf-8")
    (tmp_path / "r.yaml").write_text(
        "nouns: {left: 专家, right: 项目}\nsharing:\n  - {left: eu.csv, right: pu.csv, reason: 同一单位}\n", "utf-8"
    )
    arguments = read_settings(tmp_path / "r.yaml", TWO)
    assert triples(arguments["forbid"]) == [("ZJ-007", "P01", "同一单位：虚构大學—虚构大学机械学院")]
    assert arguments["notes"] == [
        "同一单位：名称相近，没有当作同一个，请人工核对：“山东虚构大学”（ZJ-008）与“虚构大学机械学院”（P01）；"
        "确是同一个的，请改成一样的写法，或列入 forbid"
    ]


def test_totals_below_a_list_and_a_missing_unit_are_told_and_no_reason_to_refuse(tmp_path, caplog):
    from matcher.assignment.reading import read_facts

    declared = tmp_path / "回避.csv"
    declared.write_text("专家编号,项目编号\nZJ-1,P1\n合计,1条\n", "utf-8-sig")
    assert read_facts(declared, ["left_id", "right_id"])["left_id"].tolist() == ["ZJ-1"]
    units = tmp_path / "单位.csv"
    units.write_text("专家编号,单位\nZJ-1,无\nZJ-2,虚构大学\n", "utf-8-sig")
    assert read_facts(units, ["left_id", "shared"])["left_id"].tolist() == ["ZJ-2"]
    assert [message.split("：", 1)[0] for message in caplog.messages] == ["回避.csv", "单位.csv"]


def test_rules_know_the_headers_of_bureaus_and_units_below_each_other(tmp_path):
    from matcher.assignment.reading import read_facts

    tables = {
        "回避.csv": ("评审专家,评审项目\nZJ-1,P1\n", ["left_id", "right_id"]),
        "专家.csv": ('专家编号,所在单位\nZJ-1,"虚构大学\n虚构研究院"\n', ["left_id", "shared"]),
        "项目.csv": ("项目编号,承担单位\nP1,虚构研究院\n", ["right_id", "shared"]),
    }
    read = {}
    for name, (text, fields) in tables.items():
        (tmp_path / name).write_text(text, "utf-8-sig")
        read[name] = read_facts(tmp_path / name, fields)
    assert read["回避.csv"][["left_id", "right_id"]].to_numpy().tolist() == [["ZJ-1", "P1"]]
    pairs = conflicts.sharing(read["专家.csv"], read["项目.csv"], reason="同一单位")
    assert triples(pairs) == [("ZJ-1", "P1", "同一单位：虚构研究院")]


def settings_of(tmp_path, rules, **tables):
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8-sig")
    (tmp_path / "r.yaml").write_text(rules, "utf-8")
    return settings_and_columns(tmp_path / "r.yaml", TWO)


def test_every_column_of_units_bars_and_what_was_not_read_is_told(tmp_path):
    arguments, columns = settings_of(
        tmp_path,
        "sharing:\n  - {left: eu.csv, right: pu.csv, reason: 同一单位}\n",
        eu="专家编号,工作单位,兼职单位（如有）,职称,推荐单位\n"
        "ZJ-007,甲大学,虚构机械公司,教授,丙局\nZJ-008,乙大学,无,教授,丙局\n",
        pu="项目编号,申报单位,第二承担单位,参股企业,是否高新技术企业,归口单位\nP01,虚构机械公司,乙大学,,是,丙局\n",
    )
    assert triples(arguments["forbid"]) == [
        ("ZJ-007", "P01", "同一单位：虚构机械公司"),
        ("ZJ-008", "P01", "同一单位：乙大学"),
    ]
    assert arguments["notes"] == [
        "eu.csv：没有用来判断回避的列：职称、推荐单位；其中若有单位，请把表头写成“…单位”",
        "pu.csv：没有用来判断回避的列：参股企业、是否高新技术企业、归口单位；其中若有单位，请把表头写成“…单位”",
    ]
    used = columns[columns["use"] == "已采用"]
    assert used[used["field"] == "shared"]["header"].tolist() == [
        "工作单位",
        "兼职单位（如有）",
        "申报单位",
        "第二承担单位",
    ]


def test_former_second_and_parent_units_bar(tmp_path):
    arguments, _ = settings_of(
        tmp_path,
        "sharing:\n  - {left: eu.csv, right: pu.csv, reason: 同一单位}\n",
        eu="专家编号,单位\nZJ-007,虚构机械公司（原虚构农机厂）\nZJ-008,虚构集团虚构农机厂\n",
        pu="项目编号,单位\nP01,虚构农机厂\n",
    )
    assert triples(arguments["forbid"]) == [("ZJ-007", "P01", "同一单位：虚构机械公司（原虚构农机厂）—虚构农机厂")]
    assert ["“虚构集团虚构农机厂”（ZJ-008）与“虚构农机厂”（P01）" in note for note in arguments["notes"]] == [True]


def test_a_row_that_says_no_avoidance_bars_nobody_and_is_told(tmp_path):
    arguments, columns = settings_of(
        tmp_path,
        "conflicts:\n  - {table: cf.csv, reason: 申报回避}\n",
        cf="专家编号,项目编号,回避事由,是否回避\nZJ-007,P01,曾任职,否（已满三年）\nZJ-008,P01,师生,是\nZJ-009,P01,同学,待定\n",
    )
    assert triples(arguments["forbid"]) == [("ZJ-008", "P01", "申报回避：师生"), ("ZJ-009", "P01", "申报回避：同学")]
    assert arguments["notes"] == [
        "cf.csv：ZJ-007—P01“否（已满三年）”，写明不需回避，没有排除",
        "cf.csv：ZJ-009—P01“待定”，看不出是否需要回避，已排除；若不需回避，请写“否”",
    ]
    assert set(columns["use"]) == {"已采用"}


@pytest.mark.parametrize(
    ("header", "words", "decision"),
    [
        ("是否回避", "是", ""),
        ("是否回避", "否（未满三年，仍需回避）", "unsure"),
        ("是否需要回避", "不需要", "free"),
        ("结论", "不需回避", "free"),
        ("结论", "可以参加评审", "free"),
        ("结论", "不得参加评审", ""),
        ("审核意见", "同意回避", ""),
        ("审核意见", "同意", "unsure"),
        ("备注", "已满三年，无需回避", "free"),
        ("备注", "同学", ""),
        ("回避事由", "未满三年", ""),
    ],
)
def test_what_a_row_of_conflicts_decides(header, words, decision):
    table = pd.DataFrame({"left_id": ["A"], "right_id": ["P"], header: [words]})
    assert conflicts.decisions(table)["decision"].tolist() == [decision]


CALLED = frame("left_id right_id score", *[(who, what, 0.5) for who in ("Z1", "Z2", "Z3") for what in ("P1", "P2")])
ASKED = "nouns: {left: 专家, right: 项目}\nconflicts:\n  - {table: 回避.xlsx, reason: 申报回避}\n"
SHARED = ASKED + "sharing:\n  - {left: 专家.csv, right: 项目.csv, reason: 同一单位}\n"


def asked_to_avoid(folder, *rows, rules=SHARED, experts="Z1,张 某,甲大学\nZ2,李某,乙大学\nZ3,赵某,丙大学\n"):
    """The list as experts hand it in, with names, and what the settings make of it."""
    book = openpyxl.Workbook()
    for row in (["回避申请汇总"], ["专家姓名", "工作单位", "需回避的项目", "理由"], *rows):
        book.active.append(row)
    book.save(folder / "回避.xlsx")
    (folder / "专家.csv").write_text("专家编号,姓名,单位\n" + experts, "utf-8")
    (folder / "项目.csv").write_text("项目编号,项目名称,单位\nP1,豆胶,丁大学\nP2,蜜桃,戊大学\n", "utf-8")
    (folder / "rules.yaml").write_text(rules, "utf-8")
    return read_settings(folder / "rules.yaml", CALLED)


def test_a_list_of_names_bars_whom_it_names_and_none_is_no_row(tmp_path, caplog):
    rows = ["张某教授", "甲大学", "P1、蜜桃", "师生"], ["李 某", "乙大学", "无", None], ["赵某", "", "P2", "亲属"]
    settings = asked_to_avoid(tmp_path, *rows)
    result = assign(CALLED, **settings)
    left = [["Z1", "P1"], ["Z1", "P2"], ["Z3", "P2"]]
    assert [pair for pair in CALLED[["left_id", "right_id"]].to_numpy().tolist() if pair not in
            result.pairs[["left_id", "right_id"]].to_numpy().tolist()] == left  # fmt: skip
    assert (
        settings["notes"][0]
        == "回避.xlsx：写的是姓名或名称，已按编号认出：“张某教授”即 Z1、“赵某”即 Z3、“蜜桃”即 P2；请核对"
    )
    assert [record.getMessage() for record in caplog.records] == ["回避.xlsx：第 4 行写的是“无”，不是要回避的一条"]


def test_a_name_of_two_or_of_nobody_is_told(tmp_path):
    with pytest.raises(TableError, match=r"回避\.xlsx：“张某”可能是 Z1、Z2，分不清是哪一个；请写编号"):
        asked_to_avoid(tmp_path, ["张某", "", "P1", ""], experts="Z1,张某,甲大学\nZ2,张某,乙大学\n")
    result = assign(CALLED, **asked_to_avoid(tmp_path, ["孙某", "", "P1", ""]))
    assert any("编号不在配对表中：专家“孙某”" in text for text in result.unclear)


def test_an_empty_cell_of_such_a_list_is_told_by_its_row(tmp_path):
    with pytest.raises(TableError, match=r"回避\.xlsx：第 4 行的“右方编号”（right_id）是空的"):
        asked_to_avoid(tmp_path, ["张某", "", "P1", ""], ["李某", "", "", "同事"])


def test_headers_that_may_stand_in_a_list_are_named(tmp_path):
    (tmp_path / "回避.csv").write_text("甲方,项目\n张某,P1\n", "utf-8")
    (tmp_path / "rules.yaml").write_text(ASKED.replace("xlsx", "csv"), "utf-8")
    words = "没有“左方编号”（left_id）这一列；表头是：甲方、项目；请把这一列的表头改成左方编号、"
    with pytest.raises(TableError, match=words):
        read_settings(tmp_path / "rules.yaml", CALLED)
