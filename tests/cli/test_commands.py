"""The command line: files in, files out; every mistake ends with its sentence and status 2."""

import importlib.util
import os
import re
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from small import EXAMPLES

from matcher import Index, match, read_needs, read_outcomes
from matcher.matching import Segmenter

NEEDS, OUTCOMES, JUDGED = (str(EXAMPLES / f"{name}.csv") for name in ("needs", "outcomes", "judged"))


@pytest.fixture
def small(tmp_path):
    """Three needs, four outcomes and some judged pairs as files."""
    (tmp_path / "需求.csv").write_text(
        "需求编号,需求名称,需求描述,所在地区\n"
        "001,齿轮磨削烧伤检测,单齿不超过2秒,兰山区\n002,桃子保鲜,冷链贮运,费县\n003,量子纠缠,,费县\n",
        encoding="utf-8-sig",
    )
    (tmp_path / "成果.csv").write_text(
        "成果编号,成果名称,成果简介,所在地区,有效期至\n"
        "C1,齿轮磨削烧伤检测装置,在线检测。,兰山区,2026-06-30\nC2,桃果采后保鲜,气调贮藏。,费县,\n"
        "C3,粉尘防爆,湿式除尘。,兰山区,2025-12-31\nC4,齿轮设计,软件。,罗庄区,\n",
        encoding="gb18030",
    )
    (tmp_path / "标注.csv").write_text("need_id,outcome_id,level\n001,C1,4\n001,C3,1\n002,C2,4\n002,C4,1\n", "utf-8")
    return tmp_path


# ---- the main job


def test_the_main_job_writes_what_python_gives(run, tmp_path):
    assert run("match", NEEDS, OUTCOMES, "-o", "matches.csv", "-k", "3")[0] == 0
    needs, outcomes = read_needs(NEEDS).rows, read_outcomes(OUTCOMES).rows
    expected = match(needs, Index.build(outcomes), k=3)
    written = pd.read_csv(tmp_path / "matches.csv", dtype={"need_id": str, "outcome_id": str}, keep_default_na=False)
    columns = ["need_id", "outcome_id", "rank", "good_match", "shared_terms", "unanswered"]
    assert written[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert written["score"].tolist() == pytest.approx(expected["score"].tolist())
    assert (tmp_path / "matches.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["a.xlsx", "a.html", "a.parquet", "a.csv"])
def test_every_kind_of_output(run, small, name):
    status, out, err = run("match", "需求.csv", "成果.csv", "-o", name, "--on", "2026-03-31")
    assert (status, err) == (0, "需求.csv：读入 3 条\n成果.csv：读入 4 条\n")
    assert re.fullmatch(r"3 条中 \d 条有可推荐的成果；结果已写入 " + re.escape(name) + "\n", out)
    assert (small / name).stat().st_size > 100
    if name == "a.xlsx":
        book = openpyxl.load_workbook(small / name)
        assert book.sheetnames == ["需求", "匹配结果", "问题", "列的去向", "说明"]
        first = list(book["匹配结果"].values)[1]
        assert first[:5] == ("001", "齿轮磨削烧伤检测", 1, "C1", "齿轮磨削烧伤检测装置")
        assert "2026-03-31" in str(list(book["说明"].values))
    if name == "a.parquet":
        found = pd.read_parquet(small / name)
        assert found.loc[found["rank"] == 1, ["need_id", "outcome_id"]].to_numpy().tolist()[:2] == [
            ["001", "C1"],
            ["002", "C2"],
        ]


def test_an_option_of_one_value_that_is_given_twice_is_refused_and_one_of_several_is_not(run, small):
    words = ("match", "需求.csv", "成果.csv", "-o", "m.csv")
    status, _, said = run(*words, "--on", "2026-01-01", "--on", "2026-06-01")
    assert (status, said.split("\n")[0]) == (2, "--on 只能给一次")
    assert run(*words, "--output", "n.csv")[2].startswith("-o/--output 只能给一次")
    assert not (small / "m.csv").exists()
    assert (
        run(*words, "-q", "-q", "--column", "需求.csv:所在地区=region", "--column", "成果.csv:所在地区=region")[0] == 0
    )


def test_quiet_says_nothing(run, small):
    assert run("match", "需求.csv", "成果.csv", "-o", "a.csv", "-q") == (0, "", "")


def test_push_gives_the_needs_of_every_outcome(run, small):
    assert run("match", "需求.csv", "成果.csv", "-o", "a.parquet", "--push", "-k", "1", "-q")[0] == 0
    found = pd.read_parquet(small / "a.parquet")
    assert found.columns[:2].tolist() == ["outcome_id", "need_id"]
    assert found[["outcome_id", "need_id"]].to_numpy().tolist()[:2] == [["C1", "001"], ["C2", "002"]]
    assert len(found) == 4


def pairs(path) -> set[tuple[str, str]]:
    table = pd.read_parquet(path)
    return set(table.loc[table["rank"] > 0, ["need_id", "outcome_id"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--where", "region=费县"], {(n, "C2") for n in ("001", "002", "003")}),
        (["--where", "地区=费县"], {(n, "C2") for n in ("001", "002", "003")}),
        (["--same", "地区"], {("001", "C1"), ("001", "C3"), ("002", "C2"), ("003", "C2")}),
        (["--valid-on", "2026-07-01"], {(n, c) for n in ("001", "002", "003") for c in ("C2", "C4")}),
        (["--same", "region", "--exclude", "不看.csv"], {("001", "C3"), ("002", "C2"), ("003", "C2")}),
    ],
)
def test_filters(run, small, options, left):
    (small / "不看.csv").write_text("需求编号,成果编号\n001,C1\n", "utf-8")
    assert run("match", "需求.csv", "成果.csv", "-o", "a.parquet", "-q", *options) == (0, "", "")
    assert pairs(small / "a.parquet") == left


def test_outcomes_past_their_validity_are_counted_and_a_need_with_no_other_answer_is_named(run, small):
    status, _, notes = run("match", "需求.csv", "成果.csv", "-o", "a.xlsx", "--valid-on", "2026-07-01")
    assert status == 0
    left_out, answered = "2 条成果的有效期早于 2026-07-01，没有参与匹配", "1 条需求可推荐的成果都已过有效期：001（C1）"
    assert notes.splitlines()[-2:] == [left_out, answered]
    book = openpyxl.load_workbook(small / "a.xlsx")
    about = dict(row[:2] for row in book["说明"].values)
    assert [about[label] for label in ("有效日期", "已过有效期", "只有已过期的")] == ["2026-07-01", left_out, answered]
    heads, *rows = book["需求"].values
    steps = {row[0]: row[heads.index("下一步")] for row in rows}
    renew = "成果 C1 可推荐，但已过有效期：先联系成果持有方确认是否续期；不续期的再办后面的。"
    assert {need: (step or "").startswith(renew) for need, step in steps.items()} == {
        "001": True,
        "002": False,
        "003": False,
    }


def test_an_answer_that_says_itself_that_it_has_ended_is_asked_about_first(run, tmp_path):
    (tmp_path / "需求.csv").write_text(
        "需求编号,需求名称,需求描述\nN1,桃采后保鲜,桃采后易腐烂，需要保鲜技术，货架期延长5天以上\nN2,轴承外观检测,\n",
        "utf-8",
    )
    (tmp_path / "成果.csv").write_text(
        "成果编号,成果名称,成果简介,有效期\nC1,桃采后保鲜技术,桃采后保鲜处理，货架期延长7天，不易腐烂,已过期\n"
        "C2,大蒜烘干机,大蒜热风烘干,2030-01-01\nC3,羊毛衫整理,羊毛衫抗起球整理,2030-01-01\n",
        "utf-8",
    )
    assert run("match", "需求.csv", "成果.csv", "-o", "a.xlsx")[0] == 0
    heads, *rows = openpyxl.load_workbook(tmp_path / "a.xlsx")["需求"].values
    assert [str(row[heads.index("下一步")]).startswith("成果 C1 可推荐，但已过有效期") for row in rows] == [True, False]


def test_weights(run, small):
    assert run("match", "需求.csv", "成果.csv", "-o", "a.parquet", "-q", "-k", "1", "--weight", "地区=100")[0] == 0
    assert pd.read_parquet(small / "a.parquet")["preference"].tolist() == [100, 100, 100]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_own_words_from_a_file(run, small, encoding):
    (small / "词.txt").write_bytes("磨削烧伤检测\n桃果\n".encode(encoding))
    assert run("index", "成果.csv", "库", "--words", "词.txt", "-q")[0] == 0
    assert Index.load("库").segmenter == Segmenter(["磨削烧伤检测", "桃果"])


# ---- folders


def test_index_update_remove_and_match(run, small):
    assert run("index", "成果.csv", "库") == (0, "索引共 4 条，已保存到 库\n", "成果.csv：读入 4 条\n")
    assert run("match", "需求.csv", "库", "-o", "folder.parquet", "-q")[0] == 0
    assert run("match", "需求.csv", "成果.csv", "-o", "file.parquet", "-q")[0] == 0
    pd.testing.assert_frame_equal(pd.read_parquet("folder.parquet"), pd.read_parquet("file.parquet"), check_exact=True)

    (small / "新.csv").write_text(
        "成果编号,成果名称,成果简介\nC4,齿轮设计软件,软件与量子纠缠光源。\nC5,桃园灌溉,\n", "utf-8"
    )
    assert run("index", "新.csv", "库", "--update")[:2] == (
        0,
        "更新 1 条，新增 1 条，冲突 0 条\n索引共 5 条，已保存到 库\n",
    )
    assert run("match", "需求.csv", "库", "-o", "a.parquet", "-q", "-k", "1")[0] == 0
    assert pd.read_parquet("a.parquet")["outcome_id"].tolist() == ["C1", "C2", "C4"]

    (small / "删.csv").write_text("成果编号\nC2\nC9\n", "utf-8")  # ids alone are enough
    assert run("index", "删.csv", "库", "--remove")[:2] == (
        0,
        "移除 1 条；1 个编号不在索引中：C9\n索引共 4 条，已保存到 库\n",
    )
    assert sorted(Index.load("库").records["outcome_id"]) == ["C1", "C3", "C4", "C5"]

    status, _, err = run("index", "成果.csv", "库", "-q")
    assert status == 2
    assert err.startswith("库：这里的索引不是本索引读出时的版本（manifest-000003.json），可能已被他人更新")
    assert run("index", "成果.csv", "库", "-q", "--replace") == (0, "", "")
    assert len(Index.load("库")) == 4


def test_an_index_of_needs_answers_outcomes(run, small):
    assert run("index", "需求.csv", "需求库", "--needs", "-q")[0] == 0
    assert Index.load("需求库").id_column == "need_id"


def test_a_folder_learns_what_people_said_and_forgets_it(run, small):
    run("index", "成果.csv", "库", "-q")
    (small / "反馈.csv").write_text(
        "需求,成果,结论,理由\n001,C1,拒绝,已解决\n001,C4,采纳,\n002,C9,拒绝,太贵\n", "utf-8"
    )
    assert run("feedback", "库", "反馈.csv", "需求.csv") == (
        0,
        "库 原有标注 0 对，现有 3 对\n",
        "需求.csv：读入 3 条\n反馈中有编号不在索引中，入库后才起作用：“C9”\n",
    )
    assert run("match", "需求.csv", "库", "-o", "教过.csv", "-q", "-k", "1")[0] == 0
    assert pd.read_csv("教过.csv", dtype=str)["outcome_id"].tolist()[:2] == ["C4", "C2"]
    assert run("match", "需求.csv", "成果.csv", "--judged", "反馈.csv", "-o", "当场.csv", "-q", "-k", "1")[0] == 0
    assert (small / "当场.csv").read_bytes() == (small / "教过.csv").read_bytes()

    assert run("feedback", "库", "反馈.csv", "--withdraw")[:2] == (0, "库 原有标注 3 对，现有 0 对\n")
    assert run("match", "需求.csv", "库", "-o", "忘了.csv", "-q", "-k", "1")[0] == 0
    assert pd.read_csv("忘了.csv", dtype=str)["outcome_id"].tolist()[:2] == ["C1", "C2"]
    assert run("feedback", "库", "反馈.csv")[::2] == (
        2,
        "还需要当时拿来匹配的那张表（成果库的索引要需求表），才知道这些编号说的是什么\n",
    )


def test_declined_pairs_are_listed_for_those_who_offered_them(run, small):
    (small / "拒绝.csv").write_text("需求,成果,结论,理由,日期\n001,C1,拒绝,太贵,2026-03-01\n002,C2,采纳,,\n", "utf-8")
    words = ("feedback", "export", "拒绝.csv", "--needs", "需求.csv", "--outcomes", "成果.csv", "-q", "-o")
    assert run(*words, "a.csv") == (0, "", "")
    assert (small / "a.csv").read_text("utf-8-sig").splitlines() == [
        "institution,outcome_id,outcome_title,reason,day,need_id,need_title",
        ",C1,齿轮磨削烧伤检测装置,太贵,2026-03-01,001,齿轮磨削烧伤检测",
    ]
    assert run(*words[:3], "-o", "a.xlsx")[:2] == (0, "1 对被拒绝：太贵 1；结果已写入 a.xlsx\n")
    assert openpyxl.load_workbook("a.xlsx").sheetnames == ["拒绝", "按理由"]
    run("index", "成果.csv", "库", "-q")
    run("feedback", "库", "拒绝.csv", "需求.csv", "-q")
    assert run("feedback", "export", "库", "-o", "b.csv")[1] == "1 对被拒绝：太贵 1；结果已写入 b.csv\n"
    assert run("feedback", "export", "库", "--needs", "需求.csv", "-o", "b.csv")[::2] == (
        2,
        "--needs、--outcomes 只和标注表一起用；索引里已有名称和单位\n",
    )


def test_problems_are_told_and_listed(run, small):
    (small / "坏.csv").write_text("需求编号,需求名称,预算（万元）\n1,桃子保鲜,约五百\n2,,30\n", "utf-8")
    status, _, err = run("match", "坏.csv", "成果.csv", "-o", "a.xlsx")
    assert status == 0
    assert err.startswith("坏.csv：读入 1 条，1 行未用（见“问题”）\n坏.csv：2 处问题\n")
    status, _, err = run("match", "坏.csv", "成果.csv", "-o", "b.xlsx", "--bad-rows", "refuse")
    assert status == 2
    assert err.startswith("坏.csv：2 处问题\n")
    assert not (small / "b.xlsx").exists()


# ---- evaluate


def test_evaluate(run, small):
    status, out, err = run("evaluate", "需求.csv", "成果.csv", "标注.csv", "-q", "-o", "figures.csv")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "ndcg@10\t1.0000\t[1.0000, 1.0000]\t2",
        "recall@10\t1.0000\t[1.0000, 1.0000]\t2",
        "hit@10\t1.0000\t[1.0000, 1.0000]\t2",
        "mrr\t1.0000\t[1.0000, 1.0000]\t2",
        "judged@10\t0.5000\t[0.5000, 0.5000]\t2",
    ]
    assert pd.read_csv(small / "figures.csv")["value"].tolist() == [1, 1, 1, 1, 0.5]


def test_evaluate_says_which_pairs_are_in_no_table(run, small):
    with (small / "标注.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join(["001,X9,1", *(f"N{i},X9,1" for i in range(7))]) + "\n")
    status, out, err = run("evaluate", "需求.csv", "成果.csv", "标注.csv")
    assert status == 0
    assert "标注.csv：有成果编号不在成果表中，按没有找到计：“X9”\n" in err
    assert "标注中有编号不在匹配结果中，各项都按 0 计：“N0”、“N1”、“N2”、“N3”、“N4”等 7 个\n" in err
    assert len(out.splitlines()) == 5


def test_evaluate_on_the_examples(run):
    status, out, _ = run("evaluate", NEEDS, OUTCOMES, JUDGED, "-q")
    assert status == 0
    assert float(out.split("\t")[1]) > 0.9


# ---- mistakes

MATCH = ["match", "需求.csv", "成果.csv", "-o", "a.csv"]
NO_MODEL = (
    "无此模型: no sentence-transformers model among the local files"
    if importlib.util.find_spec("sentence_transformers")
    else "无此模型 needs sentence-transformers: pip install"
)
MISTAKES = [
    (["match"], "缺少参数 需求表（技术需求：csv、xlsx、xls、parquet 或 jsonl）"),
    (
        ["match", "需求.csv", "成果.csv"],
        "请用 -o 指定输出文件，用 --pieces 指定文件夹，或用 --verify 核对先前的记录",
    ),
    (["march"], "没有命令“march”；您是不是指 match？"),
    ([*MATCH, "--speed"], "没有选项 --speed"),
    ([*MATCH, "-k", "0"], "-k：0 太小，至少为 1"),
    ([*MATCH, "-k", "x"], "-k：“x”不是整数"),
    ([*MATCH, "--bad-rows", "drop"], "--bad-rows：“drop”不可用；可以是 list、refuse"),
    (["match", "无.csv", "成果.csv", "-o", "a.csv"], "无.csv：找不到这个文件"),
    (["match", "需求.csv", "无.csv", "-o", "a.csv"], "无.csv：找不到这个文件"),
    (["assign", "需求.csv", "--config", "无.yaml", "-o", "a.xlsx"], "无.yaml：找不到这个文件"),
    ([*MATCH, "--settings", "无.yaml"], "无.yaml：找不到这个文件"),
    (["run", "无.yaml"], "无.yaml：找不到这个文件"),
    (["match", "成果.csv", "成果.csv", "-o", "a.csv"], "成果.csv：没有“需求名称”或“需求描述”这样的列"),
    (
        ["match", "需求.csv", "成果.csv", "-o", "a.doc"],
        "不能写成“a.doc”：输出文件名须以 .xlsx、.html、.csv 或 .parquet 结尾",
    ),
    (["match", "需求.csv", "成果.csv", "-o", "无/a.csv"], "无"),
    (["match", "需求.csv", "空", "-o", "a.csv"], "空：没有索引（缺少 CURRENT 文件）"),
    ([*MATCH, "--where", "地区"], "“地区”应写成 名称=值"),
    ([*MATCH, "--where", "省份=山东"], "没有字段“省份”；可用的有：成果编号（outcome_id）、成果名称（title）、"),
    ([*MATCH, "--same", "price"], "没有字段“price”；可用的有：成果名称（title）、成果描述（description）、"),
    ([*MATCH, "--weight", "地区=高"], "权重“高”不是数字"),
    ([*MATCH, "--weight", "省份=1"], "没有字段“省份”；"),
    (
        [*MATCH, "--valid-on", "3月31日"],
        "--valid-on：“3月31日”不是日期，请写成 2026-11-24、2026/11/24、2026.11.24 或 2026年11月24日",
    ),
    ([*MATCH, "--on", "明天"], "--on：“明天”不是日期"),
    ([*MATCH, "--false-alarm", "5"], "--false-alarm：5 太大，至多为 1"),
    ([*MATCH, "--exclude", "无.csv"], "无.csv：找不到这个文件"),
    ([*MATCH, "--exclude", "半.csv"], "半.csv：每一行都要有需求编号和成果编号"),
    ([*MATCH, "--words", "无.txt"], "无.txt：无法读写（No such file or directory）"),
    ([*MATCH, "--words", "图.png"], "图.png：不是文本文件；请存为 UTF-8 文本，每行一个词"),
    ([*MATCH, "--column", "题目=title"], "需求.csv：没有列“题目”；表头是："),
    ([*MATCH, "--column", "需求名称=名"], "需求.csv：没有字段“名”，“需求名称”可以指定为："),
    ([*MATCH, "--sheet", "2"], "需求.csv：不是工作簿，没有工作表可选"),
    ([*MATCH, "--encoder", "无此模型"], NO_MODEL),
    (["match", "需求.csv", "库", "-o", "a.csv", "--words", "词.txt"], "--words 在建立索引时给出，不能用于已保存的索引"),
    (["match", "需求.csv", "库", "-o", "a.csv", "--push"], "--push 需要成果表，不能用索引文件夹"),
    (["match", "需求.csv", "库", "-o", "a.csv", "--outcomes-sheet", "1"], "--outcomes-sheet 在建立索引时给出"),
    (["index", "成果.csv", "无库", "--update"], "无库：没有索引（缺少 CURRENT 文件）"),
    (["index", "需求.csv", "库", "--needs", "--update"], "库：索引按 outcome_id 编号，需求.csv 不是这类表"),
    (["index", "成果.csv", "库", "--update", "--remove"], "--update、--remove、--replace 只能选一个"),
    (["index", "成果.csv", "杂"], "杂：文件夹里有其他文件（如 信.txt），请换一个空文件夹保存索引"),
    (["evaluate", "需求.csv", "成果.csv", "半.csv"], "半.csv：每一行都要有需求编号和成果编号"),
    (
        ["evaluate", "需求.csv", "成果.csv", "标注.csv", "-o", "无/a.csv"],
        "无”不存在，请先建立",
    ),
]


@pytest.mark.parametrize(("words", "said"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_ends_with_its_sentence_and_status_2(run, small, words, said):
    (small / "空").mkdir()
    (small / "杂").mkdir()
    (small / "杂" / "信.txt").write_text("")
    (small / "半.csv").write_text("需求编号,成果编号\n001,C1\n002,\n", "utf-8")
    (small / "图.png").write_bytes(b"\x89PNG\xff\xff\xff\xfe")
    (small / "词.txt").write_text("桃果", "utf-8")
    if "库" in words:
        run("index", "成果.csv", "库", "-q")
    status, _, err = run(*words)
    assert status == 2
    assert said in err
    assert "Traceback" not in err
    assert not (small / "a.csv").exists()


def test_an_interruption_says_so_and_writes_nothing(run, small, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("matcher.matching.matches._search", interrupt)
    assert run(*MATCH, "-q") == (130, "", "\n已中断，没有写入不完整的结果\n")  # first the line of the bar ends
    assert not (small / "a.csv").exists()


# ---- in pieces, and checked later


def contents(folder):
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_pieces_hold_what_one_file_holds(run, small, monkeypatch):
    monkeypatch.setattr("matcher.cli.matching._PIECE", 2)
    assert run("match", "需求.csv", "成果.csv", "-k", "2", "-o", "a.parquet", "-q")[0] == 0
    words = ("match", "需求.csv", "成果.csv", "-k", "2", "--pieces", "片")
    status, out, _ = run(*words)
    assert (status, out) == (0, "3 条，2 片，6 行；结果已写入 片\n")
    pd.testing.assert_frame_equal(pd.read_parquet("片/matches"), pd.read_parquet("a.parquet"))
    before = contents(small / "片")
    assert run(*words, "--on", "2026-03-31", "-q")[0] == 0  # the day of a report is none of the settings
    assert contents(small / "片") == before
    told = "“片”里是设置不同的另一次运行的结果（不同的是：每条给出）；请换一个文件夹，或删去它再运行\n"
    assert run(*words[:3], "--pieces", "片", "-q") == (2, "", told)
    (small / "成果.csv").write_text("成果编号,成果名称\nC1,齿轮磨削烧伤检测装置\n", "utf-8")
    status, _, err = run(*words, "-q")
    assert status == 2
    assert "不同的是：" in err
    assert "输入 成果.csv" in err
    assert contents(small / "片") == before


KILLED = """
import os, signal, sys
import matcher.cli.matching
import matcher.matching.matches as matches

matcher.cli.matching._PIECE = 1
done, real = [], matches.match

def match(queries, index, **options):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(queries)
    return real(queries, index, **options)

matches.match = match
from matcher.cli.app import main
sys.argv = ["matcher", *sys.argv[1:]]
main()
"""


def test_a_killed_run_goes_on_to_the_same_bytes(run, small, monkeypatch):
    monkeypatch.setattr("matcher.cli.matching._PIECE", 1)
    words = ("match", "需求.csv", "成果.csv", "-q", "--pieces")
    killed = subprocess.run([sys.executable, "-c", KILLED, *words, "断"], cwd=small, check=False)
    assert killed.returncode < 0
    assert 0 < len(list((small / "断" / "pieces").iterdir())) < 3
    assert run(*words, "断")[0] == 0
    assert run(*words, "整")[0] == 0
    assert contents(small / "断") == contents(small / "整")


def test_a_result_is_checked_against_its_record(run, small):
    words = ("match", "需求.csv", "成果.csv", "--judged", "标注.csv", "-q")
    assert run(*words, "-o", "a.xlsx", "--record", "a.json") == (0, "", "")
    assert run(*words, "--verify", "a.json") == (0, "", "")
    assert run(*words, "-k", "1", "--verify", "a.json") == (1, "", "选项 每条给出 不同：记录为 10，现为 1\n结果不同\n")
    (small / "标注.csv").write_text("need_id,outcome_id,level\n001,C1,1\n001,C3,4\n002,C2,1\n002,C4,4\n", "utf-8")
    status, _, err = run(*words, "-o", "b.xlsx", "--verify", "a.json")
    assert (status, err) == (1, "输入“标注.csv”与记录时不同\n结果不同\n")
    assert not (small / "b.xlsx").exists()
    run("index", "成果.csv", "库", "-q")
    assert run("match", "需求.csv", "库", "-q", "-o", "c.csv", "--record", "c.json")[0] == 0
    assert run("match", "需求.csv", "库", "-q", "--verify", "c.json")[0] == 0
    lines = (small / "成果.csv").read_text("gb18030").replace("湿式除尘", "干式除尘")
    (small / "成果.csv").write_text(lines, "utf-8")
    run("index", "成果.csv", "库", "--replace", "-q")
    status, _, err = run("match", "需求.csv", "库", "-q", "--verify", "c.json")
    assert status == 1
    assert err.startswith("选项 索引 不同：记录为 ")
    assert run("match", "需求.csv", "库", "--verify", "需求.csv", "-q")[0] == 2


# ---- no network

CLOSED = """
import socket

def refuse(*_, **__):
    raise AssertionError("the network was asked for")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


def test_the_main_job_needs_no_network(small):
    """In a process of its own, in which every way out is closed."""

    def python(code: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-c", CLOSED + code], cwd=small, capture_output=True, text=True)

    assert "the network was asked for" in python("socket.create_connection(('localhost', 80))").stderr
    words = ["matcher", "match", "需求.csv", "成果.csv", "-o", "a.xlsx", "-q"]
    done = python(f"import sys; sys.argv = {words}\nfrom matcher.cli.app import main; main()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (small / "a.xlsx").stat().st_size > 1000


def test_without_a_command_the_help_is_shown(run):
    for words in ([], ["--help"], ["match", "--help"]):
        status, out, err = run(*words)
        assert (status, "用法：matcher" in out + err) == (0 if words else 2, True)


@pytest.mark.parametrize("day", ["2026-11-24", "2026/11/24", "2026.11.24", "2026年11月24日", "2026/1/4", "20261124"])
def test_dates_in_every_usual_way(run, small, day):
    assert run(*MATCH, "-q", "--on", day, "--valid-on", day)[0] == 0


def test_a_label_that_no_record_has_is_told_with_those_that_exist(run, small):
    status, _, err = run(*MATCH, "--where", "地区=兰山曲")
    assert status == 0
    assert err.count("没有一条记录的“地区”是“兰山曲”；有：兰山区、罗庄区、费县") == 1


def test_what_only_holds_a_header_is_told(run, small):
    (small / "空表.csv").write_text("需求编号,需求名称,需求描述\n", "utf-8")
    status, out, err = run("match", "空表.csv", "成果.csv", "-o", "a.csv")
    assert (status, out) == (2, "")
    assert "表头下面没有数据" in err


def test_every_command_is_explained_in_chinese(run):
    groups = [[]]
    while groups:
        words = groups.pop()
        status, out, _ = run(*words, "--help")
        assert (status, out.startswith("用法：matcher")) == (0, True), words
        assert not re.search(r"Usage|Options|Show this|default:|required", out), words
        if "\n命令：\n" in out:
            names = re.findall(r"^  ([a-z-]+)", out.partition("命令：")[2].partition("各命令")[0], re.MULTILINE)
            groups += [[*words, name] for name in names]


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_any_console_will_do(small, encoding):
    """No traceback, and the file is written, whatever the console can show."""
    words = [sys.executable, "-m", "matcher.cli", *MATCH, "--exclude", "无此⁉.csv"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(words, cwd=small, capture_output=True, env=environment)
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    done = subprocess.run(words[:-2], cwd=small, capture_output=True, env=environment)
    assert (done.returncode, b"Traceback" in done.stderr, (small / "a.csv").exists()) == (0, False, True)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "| true", "2>&1 | true"])
def test_nobody_has_to_listen(small, closed):
    command = f"{sys.executable} -m matcher.cli match 需求.csv 成果.csv -o a.csv {closed}"
    done = subprocess.run(command, shell=True, cwd=small, capture_output=True)
    assert b"Traceback" not in done.stderr + done.stdout
    assert b"Exception ignored" not in done.stderr
    assert (small / "a.csv").exists()


def test_judged_pairs_of_other_needs_are_left_out_and_a_workbook_of_matches_is_read(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "需求.csv").write_text("需求编号,需求名称,需求描述\n1,齿轮磨削烧伤检测,漏检率≤1%\n", "utf-8-sig")
    (tmp_path / "成果.csv").write_text(
        "成果编号,成果名称,成果简介\n1,齿轮烧伤检测,漏检率0.5%\n2,面粉增白,白度76\n", "utf-8-sig"
    )
    (tmp_path / "反馈.csv").write_text("需求编号,成果编号,结论,拒绝理由\n1,1,拒绝,太贵\n99,1,拒绝,太贵\n", "utf-8-sig")
    status, _, said = run("match", "需求.csv", "成果.csv", "--judged", "反馈.csv", "-o", "结果.xlsx")
    assert status == 0
    assert "反馈.csv：1 对的编号（need_id）不在这次的表里，没有用：“99”\n" in said
    (tmp_path / "旧.csv").write_text("需求编号,成果编号,结论\n99,1,拒绝\n", "utf-8-sig")
    status, _, said = run("match", "需求.csv", "成果.csv", "--judged", "旧.csv", "-o", "甲.xlsx", "-q")
    assert (status, "都不在这次的表里" in said) == (2, True)
    status, out, _ = run("needs", "triage", "需求.csv", "--matches", "结果.xlsx", "-o", "去向.xlsx")
    assert (status, out.startswith("1 条：")) == (0, True)


# ---- experts, and what challenges tell of them


@pytest.fixture
def people(small):
    """Two of one name, whose works no id tells apart, beside the files of `small`."""
    (small / "专家.csv").write_text(
        "专家编号,姓名,研究方向\nE1,江某文,齿轮磨削烧伤检测\nE2,江某文,果蔬保鲜\nE3,沂某山,桃采后保鲜\n", "utf-8"
    )
    (small / "业绩.csv").write_text("作者,论文题目,年份\n江某文,齿轮磨削烧伤,2024\n沂某山,桃果贮运保鲜,2024\n", "utf-8")
    return small


@pytest.mark.parametrize("command", [["experts", "需求.csv"], ["needs", "challenges", "需求.csv", "成果.csv"]])
def test_works_without_an_expert_are_told(run, people, command):
    status, _, err = run(*command, "专家.csv", "业绩.csv", "-o", "a.xlsx")
    assert status == 0
    assert "业绩.csv：1 条业绩没有专家编号，姓名也对应不上，未用" in err
    assert any("同名" in str(row[5].value) for row in openpyxl.load_workbook(people / "a.xlsx")["问题"])


@pytest.mark.parametrize("command", [["experts", "需求.csv"], ["needs", "challenges", "需求.csv", "成果.csv"]])
def test_experts_without_a_table_of_works_are_known_by_what_they_say(run, people, command):
    status, _, err = run(*command, "专家.csv", "-o", "a.xlsx")
    assert (status, err.splitlines()[-1]) == (0, "没有业绩表，只看专家自己写的方向和简介")
    if command[0] == "experts":
        rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(people / "a.xlsx")["匹配结果"]]
        first = dict(zip(rows[0], rows[1], strict=True))
        assert (first["专家编号"], first["证据强度"]) == ("E1", "仅简介")
