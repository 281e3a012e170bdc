"""Experts from their works: whole answers on tables whose order is plain; a loop over everybody is the oracle."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES, Known

from matcher import Experts, Index, rank_experts, read_experts, read_needs, read_works
from matcher.errors import ArgumentTypeError, IndexFolderError, TableError
from matcher.experts import Weighing, rank_needs
from matcher.matching import Between, Segmenter

IDS = ["need_id", "expert_id", "rank"]

PEOPLE = pd.DataFrame(
    [
        ("E1", "王一", "甲校", "", "兰山区"),
        ("E2", "王一", "甲校", "", "罗庄区"),
        ("E3", "李三", "乙所", "农业节水灌溉", "兰山区,河东区"),
        ("E4", "赵四", "丙厂", "", "莒南县"),
    ],
    columns=["expert_id", "name", "institution", "title", "region"],
)
WORKS = pd.DataFrame(
    [
        ("W1", "E1", "机械手", "机械手抓取机械零件。", "论文", "第一作者", "2025-01-01"),
        ("W2", "E1", "机械臂", "机械臂焊接机械零件。", "论文", "第一作者", "2024-01-01"),
        ("W1", "E2", "机械手", "机械手抓取机械零件。", "论文", "参与", "2025-01-01"),
        ("W3", "E2", "医药包装", "医药包装机。", "专利", "第一发明人", "2023-01-01"),
        ("W4", "E4", "电子秤", "电子秤校准。", "项目", "主持", None),
        ("W5", "E9", "电子锁", "电子锁。", "项目", "主持", None),
    ],
    columns=["work_id", "expert_id", "title", "description", "kind", "role", "date"],
).assign(date=lambda table: pd.to_datetime(table["date"]))
NEEDS = pd.DataFrame(
    [
        ("N1", "机械手抓取", "我公司成立于2001年。需要机械手抓取零件。", "兰山区"),
        ("N2", "灌溉", "需要农业节水灌溉。", "莒南县"),
    ],
    columns=["need_id", "title", "description", "region"],
)


def build(people: pd.DataFrame = PEOPLE, works: pd.DataFrame = WORKS) -> Experts:
    return Experts.build(people, works, encoder=Known())


def ranked(table: pd.DataFrame) -> dict[str, list[str]]:
    asking, other = table.columns[:2]
    return {name: group[other].tolist() for name, group in table.groupby(asking, sort=False)}


@pytest.fixture(scope="module")
def examples():
    """49 needs, 22 experts and 72 rows of works, with the default encoder."""
    needs = read_needs(EXAMPLES / "needs.csv").rows
    people, works = read_experts(EXAMPLES / "experts.csv").rows, read_works(EXAMPLES / "works.csv").rows
    return needs, people, works, Experts.build(people, works)


def made_up(people: int, works: int, seed: int) -> Experts:
    """People with works in a few words each; ties are common."""
    random = np.random.default_rng(seed)
    words = ["机械手", "医药", "农业灌溉", "电子秤", "轴承", "焊接", "保鲜", "毛刺"]
    table = pd.DataFrame(
        {
            "work_id": [f"W{i:04d}" for i in range(works)],
            "expert_id": [f"E{i:04d}" for i in random.integers(people, size=works)],
            "title": [" ".join(random.choice(words, 3)) for _ in range(works)],
            "description": "",
            "kind": random.choice(["论文", "项目", ""], works),
            "role": random.choice(["第一作者", "参与", ""], works),
            "date": pd.to_datetime(random.choice(["2025-01-01", "2010-01-01", None], works)),
        }
    )
    return build(pd.DataFrame({"expert_id": [f"E{i:04d}" for i in range(people)]}), table)


def exhaustive(needs: pd.DataFrame, experts: Experts, on: str, weighing: Weighing) -> dict[str, list[str]]:
    """The ids of everybody who has a work, best first, by a loop over persons."""
    index, weights = experts.index, experts.weights(weighing, on)
    asked = index.asked(needs["title"].tolist(), needs["description"].tolist())
    rare = index.channels(asked, slice(0, len(needs)))[2]
    result = {}
    for i, need in enumerate(needs["need_id"]):
        total = np.add(*index.scale.parts(*index.exact(asked, i, rare[i], np.arange(len(index.ids)))))
        scores = []
        for person, name in enumerate(experts.people["expert_id"]):
            links = np.flatnonzero(experts.links["person"].to_numpy() == person)
            if len(links):
                values = sorted((max(0.0, total[experts.rows[j]]) * weights[j] for j in links), reverse=True)
                steps = [weighing.fade**r for r in range(weighing.top)]
                best = values[: weighing.top]
                score = sum(step * value for step, value in zip(steps, best, strict=False)) / sum(steps)
                scores.append((-round(score, 9), name))
        result[need] = [name for _, name in sorted(scores)]
    return result


# ---- order


def test_who_did_it_comes_before_who_took_part_and_a_profile_is_ranked():
    result = rank_experts(NEEDS, build(), k=2, on="2026-01-01", false_alarm=0.9)
    assert result[[*IDS, "strength", "work_ids", "works"]].values.tolist() == [
        ["N1", "E1", 1, "强", "W1；W2", "机械手；机械臂"],
        ["N1", "E2", 2, "中", "W1；W3", "机械手；医药包装"],
        ["N2", "E3", 1, "仅简介", "", ""],
        ["N2", "E2", 2, "中", "W3；W1", "医药包装；机械手"],
    ]
    assert result.loc[0, "need_sentence"] == "需要机械手抓取零件。"
    assert result.loc[0, "work_sentence"] == "机械手抓取机械零件。"
    assert result["affinity"].iloc[3] < result["affinity"].iloc[2] / 5


TOPICS = [
    "球墨铸铁缩松",
    "大豆蛋白胶黏剂",
    "花生黄曲霉毒素",
    "电路板焊点缺陷",
    "蒜片热泵干燥",
    "高盐废水分盐",
    "复合肥防结块",
    "液压缸密封泄漏",
]


@pytest.mark.parametrize(
    "direction",
    [lambda topic: "", lambda topic: topic, lambda topic: f"{topic}；{topic}的机理", lambda topic: "工程技术"],
    ids=["none", "of his subject", "that repeats a work", "that all of them wrote"],
)
def test_what_people_say_of_themselves_takes_no_right_person_away(direction):
    names = [f"E{i}" for i in range(len(TOPICS))]
    people = pd.DataFrame({"expert_id": names, "title": [direction(topic) for topic in TOPICS]})
    titles = [f"{topic}{of}" for topic in TOPICS for of in ("的机理", "控制方法")]
    works = pd.DataFrame({"work_id": "", "expert_id": np.repeat(names, 2), "title": titles})
    needs = pd.DataFrame({"need_id": names, "title": [f"解决{topic}问题" for topic in TOPICS]})
    found = rank_experts(needs, Experts.build(people, works), k=len(names))
    good = found[found["good_match"]]
    assert (good["need_id"] == good["expert_id"]).all()
    assert len(good) == len(names)


def test_a_need_of_another_subject_still_finds_nobody():
    names = [f"E{i}" for i in range(len(TOPICS))]
    people = pd.DataFrame({"expert_id": names, "title": TOPICS})
    works = pd.DataFrame({"work_id": "", "expert_id": names, "title": [f"{topic}的机理" for topic in TOPICS]})
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["古建筑彩画数字化保护", "城市交通信号配时优化"]})
    assert not rank_experts(needs, Experts.build(people, works))["good_match"].any()


def test_an_affinity_is_the_weighted_mean_of_the_documentation():
    experts = build()
    weights = dict(zip(zip(experts.person, experts.index.ids[experts.rows], strict=True), experts.weights(
        Weighing(), "2025-01-01"), strict=True))  # fmt: skip
    year = 365 / 365.25
    assert weights == pytest.approx(
        {
            (0, "W1"): 1.0,
            (0, "W2"): 0.5 ** (366 / 365.25 / 10),
            (1, "W1"): 0.4,
            (1, "W3"): 0.5 ** ((366 / 365.25 + year) / 10),
            (2, "简介:E3"): 0.6,
            (3, "W4"): 0.8 * 0.5,
        }
    )
    assert experts.unknown == ("E9",)
    assert "W5" not in experts.index.ids


@pytest.mark.parametrize("seed", range(5))
def test_the_search_gives_whom_a_loop_over_everybody_gives(seed, monkeypatch):
    monkeypatch.setattr("matcher.experts.ranking.CELLS", 300)
    experts = made_up(60, 400, seed)
    needs = NEEDS.assign(title=["机械手 焊接 轴承", "农业灌溉 保鲜"])
    weighing = Weighing(top=3, fade=0.7, half_life=5)
    wanted = exhaustive(needs, experts, "2026-01-01", weighing)
    for k in (1, 10, 100):
        result = rank_experts(needs, experts, k=k, on="2026-01-01", weighing=weighing, reasons=False)
        assert ranked(result) == {need: names[:k] for need, names in wanted.items()}


def test_few_of_many_links_are_looked_at_and_nobody_is_missed():
    experts = made_up(800, 9000, 7)
    needs = NEEDS.assign(title=["机械手 焊接 轴承", "农业灌溉 保鲜"])
    wanted = exhaustive(needs, experts, "2026-01-01", Weighing())
    result = rank_experts(needs, experts, k=5, on="2026-01-01", reasons=False)
    assert ranked(result) == {need: names[:5] for need, names in wanted.items()}


def test_one_need_gets_what_many_get():
    experts = build()
    many = rank_experts(NEEDS, experts, k=3)
    alone = [rank_experts(NEEDS.iloc[[i]], experts, k=3) for i in range(2)]
    pd.testing.assert_frame_equal(many, pd.concat(alone, ignore_index=True))


def test_an_old_work_and_a_minor_part_give_way():
    works = pd.DataFrame(
        [
            ("W1", "A", "机械手", "", "参与", "2025-01-01"),
            ("W2", "B", "机械手", "", "第一作者", "2025-01-01"),
            ("W3", "C", "机械手", "", "第一作者", "1995-01-01"),
            ("W4", "D", "电子秤", "", "第一作者", "2025-01-01"),
        ],
        columns=["work_id", "expert_id", "title", "description", "role", "date"],
    ).assign(date=lambda table: pd.to_datetime(table["date"]))
    experts = build(pd.DataFrame({"expert_id": list("ABCD")}), works)
    need = NEEDS.iloc[:1].assign(title="机械手", description="")
    assert ranked(rank_experts(need, experts, on="2026-01-01")) == {"N1": ["B", "A", "C", "D"]}
    assert ranked(rank_experts(need, experts)) == {"N1": ["B", "C", "A", "D"]}
    equal = Weighing(roles={})
    assert ranked(rank_experts(need, experts, weighing=equal)) == {"N1": ["A", "B", "C", "D"]}


# ---- filters


def test_filters_and_excluded_pairs():
    experts = build()
    out = pd.DataFrame({"need_id": ["N1", "N1"], "expert_id": ["E1", "E7"]})
    assert ranked(rank_experts(NEEDS, experts, k=1, exclude=out)) == {"N1": ["E2"], "N2": ["E3"]}
    assert ranked(rank_experts(NEEDS, experts, where={"region": ["罗庄区", "莒南县"]})) == {
        "N1": ["E2", "E4"],
        "N2": ["E2", "E4"],
    }
    assert ranked(rank_experts(NEEDS, experts, same=["region"])) == {"N1": ["E1", "E3"], "N2": ["E4"]}


def test_nobody_left_keeps_a_line():
    result = rank_experts(NEEDS, build(), where={"region": "北京市"})
    assert result[IDS].values.tolist() == [["N1", "", 0], ["N2", "", 0]]
    assert result["score"].isna().all()
    assert not result["good_match"].any()
    some = rank_experts(NEEDS.assign(region=["北京市", "莒南县"]), build(), same=["region"])
    assert some[IDS].values.tolist() == [["N1", "", 0], ["N2", "E4", 1]]


# ---- the other way


def test_the_other_way_gives_needs_for_everybody():
    result = rank_needs(build(), Index.build(NEEDS, encoder=Known()), k=1, on="2026-01-01")
    assert ranked(result) == {"E1": ["N1"], "E2": ["N1"], "E3": ["N2"], "E4": ["N1"]}
    assert result.columns.tolist()[:2] == ["expert_id", "need_id"]
    assert result.loc[0, "need_sentence"] == "需要机械手抓取零件。"
    assert result.loc[2, ["work_ids", "need_sentence"]].tolist() == ["", "需要农业节水灌溉。"]


def test_somebody_without_works_keeps_a_line():
    people = pd.concat([PEOPLE, pd.DataFrame({"expert_id": ["E0"]})], ignore_index=True)
    result = rank_needs(build(people), Index.build(NEEDS, encoder=Known()), k=1, only=["E0", "E3"])
    assert result[["expert_id", "need_id", "rank"]].values.tolist() == [["E3", "N2", 1], ["E0", "", 0]]
    with pytest.raises(KeyError, match="E77"):
        rank_needs(build(), Index.build(NEEDS, encoder=Known()), only=["E77"])


# ---- what is refused


def test_what_cannot_be_used_is_refused():
    with pytest.raises(TableError, match="1 个编号重复：E1"):
        build(pd.concat([PEOPLE, PEOPLE[:1]]))
    with pytest.raises(TableError, match="同一业绩编号有不同的名称：W1"):
        build(works=WORKS.assign(title=[*"abcdef"]))
    with pytest.raises(TableError, match=r"missing: \['title'\]"):
        build(works=WORKS.drop(columns="title"))
    with pytest.raises(ValueError, match="fade lies in"):
        Weighing(fade=1.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Weighing(roles={"第一": 2.0})
    with pytest.raises(ValueError, match="'xyz'"):
        rank_experts(NEEDS, build(), where={"xyz": "1"})
    with pytest.raises(TableError, match="need_id"):
        rank_experts(PEOPLE, build())
    with pytest.raises(ValueError, match="must hold needs"):
        rank_needs(build(), build().index)


def test_no_needs_and_no_works_give_empty_tables():
    assert len(rank_experts(NEEDS[:0], build())) == 0
    lonely = build(PEOPLE, WORKS[:0])
    assert ranked(rank_experts(NEEDS, lonely)) == {"N1": ["E3"], "N2": ["E3"]}


# ---- the examples, with the default encoder


def test_the_examples_rank_who_worked_on_it(examples):
    needs, _, _, experts = examples
    result = rank_experts(needs, experts, k=3, on="2026-11-24")
    best = result[result["rank"] == 1].set_index("need_id")
    wanted = {"XQ2026001": "E01", "XQ2026002": "E02", "XQ2026004": "E03", "XQ2026013": "E12", "XQ2026041": "E22"}
    assert best.loc[list(wanted), "expert_id"].to_dict() == wanted
    assert best.loc["XQ2026001", "strength"] == "强"
    assert best.loc["XQ2026041", ["strength", "good_match", "work_ids"]].tolist() == ["仅简介", True, ""]
    nobody = result[result["need_id"] == "XQ2026018"]  # silicon carbide furnaces are nobody's subject
    assert not nobody["good_match"].any()
    assert len(nobody) == 3


def test_the_command_writes_a_workbook_that_names_people_and_works(tmp_path):
    inputs = [str(EXAMPLES / name) for name in ("needs.csv", "experts.csv", "works.csv")]
    command = [sys.executable, "-c", "from matcher.cli.app import main; main()", "experts", *inputs]
    for name, more in (("a.xlsx", []), ("b.csv", ["--push"])):
        options = ["-o", str(tmp_path / name), "-k", "2", "--on", "2026-11-24", *more]
        done = subprocess.run([*command, *options], capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
    book = pd.read_excel(tmp_path / "a.xlsx", sheet_name=None, engine="calamine")
    assert list(book) == ["需求", "匹配结果", "问题", "列的去向", "说明"]
    first = book["匹配结果"].iloc[0]
    assert first[["需求编号", "专家编号", "姓名", "单位", "证据强度"]].tolist() == [
        "XQ2026001", "E01", "沈砚秋", "泰岳理工大学", "强",
    ]  # fmt: skip
    assert "综合匹配度" in set(book["说明"]["项目"])
    push = pd.read_csv(tmp_path / "b.csv", dtype=str)
    assert push.loc[0, ["expert_id", "need_id"]].tolist() == ["E01", "XQ2026001"]
    with pd.ExcelWriter(tmp_path / "all.xlsx") as one:  # three tables in one workbook, one header that is not known
        for source, sheet in zip(inputs, ("需求", "专家", "业绩"), strict=True):
            table = pd.read_csv(source, dtype=str, encoding="utf-8-sig").rename(columns={"姓名": "尊称"})
            table.to_excel(one, sheet_name=sheet, index=False)
    sheets = ["--sheet", "需求", "--experts-sheet", "2", "--works-sheet", "业绩", "--experts-column", "尊称=name"]
    whole = [*command[:4], *[str(tmp_path / "all.xlsx")] * 3, *sheets]
    done = subprocess.run(
        [*whole, "-o", str(tmp_path / "d.xlsx"), "-k", "2", "--on", "2026-11-24"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    again = pd.read_excel(tmp_path / "d.xlsx", sheet_name="匹配结果", engine="calamine")
    pd.testing.assert_frame_equal(again, book["匹配结果"])
    bad = subprocess.run(
        [*command, "-o", str(tmp_path / "c.xlsx"), "--on", "昨天"], capture_output=True, text=True, encoding="utf-8"
    )
    assert (bad.returncode, "--on：“昨天”不是日期，请写成 2026-11-24" in bad.stderr) == (2, True)


def test_reading_and_building_does_not_change_what_was_given(examples):
    _, people, works, _ = examples
    before = people.copy(), works.copy()
    Experts.build(people, works, segmenter=Segmenter())
    pd.testing.assert_frame_equal(people, before[0])
    pd.testing.assert_frame_equal(works, before[1])


# ---- folders


@pytest.fixture
def folder(tmp_path):
    build().save(tmp_path / "experts")
    return tmp_path / "experts"


def test_a_loaded_library_gives_identical_tables(folder):
    loaded = Experts.load(folder, encoder=Known())
    pd.testing.assert_frame_equal(loaded.people, build().people)
    pd.testing.assert_frame_equal(loaded.links, build().links)
    assert (loaded.unknown, len(loaded)) == (("E9",), 4)
    for arguments in ({}, {"on": "2026-01-01", "weighing": Weighing(top=2)}, {"where": {"region": "罗庄区"}}):
        one, other = (rank_experts(NEEDS, experts, **arguments) for experts in (loaded, build()))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    needs = Index.build(NEEDS, encoder=Known())
    pd.testing.assert_frame_equal(rank_needs(loaded, needs), rank_needs(build(), needs), check_exact=True)


def test_a_library_without_works_or_people_can_be_saved(tmp_path):
    for name, experts in (("works", build(PEOPLE, WORKS[:0])), ("people", build(PEOPLE[:0], WORKS[:0]))):
        experts.save(tmp_path / name)
        loaded = Experts.load(tmp_path / name, encoder=Known())
        pd.testing.assert_frame_equal(rank_experts(NEEDS, loaded), rank_experts(NEEDS, experts))


def test_every_damaged_file_is_named(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "LOCK"]
    assert len(files) == 6 + 2 + 3  # a part, two tables, CURRENT, a manifest and which rows count
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(IndexFolderError, match=path.name if "manifest" not in path.name else "manifest"):
            Experts.load(folder, encoder=Known())
        path.write_bytes(whole)
    assert len(Experts.load(folder, encoder=Known())) == 4


def test_a_folder_of_another_kind_encoder_or_origin_is_refused(folder, tmp_path):
    with pytest.raises(IndexFolderError, match=r"这里保存的是专家库，不是索引；请用 Experts\.load 读取$"):
        Index.load(folder, encoder=Known())
    Index.build(NEEDS, encoder=Known()).save(tmp_path / "index")
    with pytest.raises(IndexFolderError, match=r"这里保存的是索引，不是专家库；请用 Index\.load 读取$"):
        Experts.load(tmp_path / "index", encoder=Known())
    with pytest.raises(IndexFolderError, match=r"索引由编码器 known（known-1）建立"):
        Experts.load(folder)
    with pytest.raises(IndexFolderError, match="可能已被他人更新"):
        build().save(folder)
    build().save(folder, replace=True)
    Experts.load(folder, encoder=Known()).save(folder)
    with pytest.raises(IndexFolderError, match=r"^s3://experts：这是网络地址"):
        build().save("s3://experts")
    assert not [path for path in folder.rglob("*") if path.suffix not in {"", ".json", ".npy", ".parquet", ".txt"}]


def test_wrong_kinds_say_which_are_taken():
    for message, call in {
        "queries is a DataFrame": lambda: rank_experts("needs.csv", build()),
        "experts is an Experts": lambda: rank_experts(NEEDS, PEOPLE),
        "people is a DataFrame": lambda: build("people.csv"),
        "weighing is a Weighing or None": lambda: rank_experts(NEEDS, build(), weighing=0.6),
        "index is an Index": lambda: rank_needs(build(), NEEDS),
        "only is a list of ids": lambda: rank_needs(build(), Index.build(NEEDS, encoder=Known()), only="E1"),
    }.items():
        with pytest.raises(ArgumentTypeError, match=f"^{message}"):
            call()


def test_ranges_and_masks_choose_people():
    people = PEOPLE.assign(age=[30, 40, 50, None])
    result = rank_experts(NEEDS, build(people), where={"age": Between(high=45)})
    assert ranked(result) == {"N1": ["E1", "E2"], "N2": ["E2", "E1"]}
    result = rank_experts(NEEDS, build(), mask=PEOPLE["name"] != "王一", k=1)
    assert ranked(result) == {"N1": ["E3"], "N2": ["E3"]}


@pytest.mark.parametrize("header", ["代表论文", "代表性论著", "主要专利", "代表作"])
def test_works_in_a_persons_row_are_what_he_says_of_himself(header):
    table = pd.DataFrame(
        {"专家编号": ["E1"], "姓名": ["王某甲"], "研究方向": ["机械"], header: ["泵壳气孔的超声检测；齿轮磨削"]}
    )
    assert "泵壳气孔的超声检测" in read_experts(table).rows["description"][0]
    many = pd.DataFrame({"专家编号": ["E1"], "姓名": ["王某甲"], "简介": ["从事铸造"], header: ["泵壳气孔检测"]})
    [said] = read_experts(many).rows["description"]
    assert "从事铸造" in said
    assert "泵壳气孔检测" in said


@pytest.mark.parametrize("header", ["论文数", "论文", "专利数量", "代表论文数"])
def test_counts_of_works_are_not(header):
    table = pd.DataFrame({"专家编号": ["E1"], "姓名": ["王某甲"], "研究方向": ["机械"], header: [12]})
    rows = read_experts(table).rows
    assert "description" not in rows or rows["description"].tolist() == [""]
