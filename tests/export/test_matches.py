from __future__ import annotations

import csv
import datetime as dt
import errno
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from matcher.errors import OutputError
from matcher.export.matches import write_matches

NEEDS = pd.DataFrame(
    {
        "need_id": ["N1", "N2", "N3"],
        "title": ["齿轮检测", "=1+1", "<b>无人</b>问津"],
        "description": ["电话13812345678，\r\n要快", "", "@SUM(A1)"],
        "region": ["临沂市兰山区", None, ""],
        "budget": [500000, None, 1234567],
        "valid_until": pd.to_datetime(["2026-12-31", None, "2026-06-30"]),
        "编号（旧）": ["913713000000001234", "007", ""],
        "联系电话": [13812345678, None, 5398123456],
    }
)
OUTCOMES = pd.DataFrame(
    {
        "outcome_id": ["CN202010123456.7", "A2", "13912345678"],
        "title": ["磁弹探伤仪", "-5～40℃ 电池", "涂料"],
        "description": ["甲", "乙", "丙"],
        "institution": ["沂州理工学院", "云麓大学", None],
        "region": ["临沂", "", "济南"],
        "maturity": ["中试", "小试", "量产"],
        "price": ["面议", "+86 13812345678", ""],
    }
)
MATCHES = pd.DataFrame(
    {
        "need_id": ["N1", "N1", "N2"],
        "outcome_id": ["CN202010123456.7", "13912345678", "A2"],
        "rank": [1, 2, 1],
        "score": [0.99972, 0.8, 0.5],
        "good_match": [True, False, False],
        "shared_terms": ["齿轮、检测", "", ""],
        "evidence": ["检出率98%。", '=HYPERLINK("http://x")', "a\x07b"],
        "unanswered": ["要快", "", "-"],
        "semantic": [2.5, -0.25, 0.0],
        "lexical": [1.0, -1.5, 0.125],
        "新列": ["x", "y", "z"],
    }
)
PROBLEMS = pd.DataFrame(
    [
        ["needs.csv", "", 5, "预算", "约五百万", "不是数字", "留空", True],
        ["needs.csv", "", 9, "", "=A", "空行", "未读入", False],
    ],
    columns=["file", "sheet", "row", "column", "value", "problem", "action", "kept"],
)
NO_NEED = "没有可推荐的需求：本库中可能没有合适的需求，有新的需求时再匹配。"
NOTHING = (
    "没有可推荐的成果：本库中可能没有合适的成果，请先补问企业（matcher needs triage 列出要问什么），"
    "或作为难题发布征集（matcher needs challenges）。"
)
ABOUT = {"程序": "enterprise-matcher 0.1.0", "需求表": "needs.csv sha256 12ab", "联系": "a.b@example.com"}


def write(path: Path, **changes: Any) -> Path:
    given: dict[str, Any] = {
        "matches": MATCHES, "queries": NEEDS, "records": OUTCOMES, "problems": PROBLEMS, "about": ABOUT
    }  # fmt: skip
    given.update(changes)
    write_matches(path, given.pop("matches"), **given)
    return path


def grid(path: Path, sheet: str) -> list[list[Any]]:
    page = openpyxl.load_workbook(path)[sheet]
    return [list(row) for row in page.iter_rows(values_only=True)]


def read_csv(path: Path) -> list[list[str]]:
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def left_behind(folder: Path) -> list[str]:
    return sorted(place.name for place in folder.iterdir())


def test_workbook_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "配对.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == ["需求", "匹配结果", "问题", "说明"]
    assert grid(path, "需求") == [
        ["需求编号", "需求名称", "可推荐数", "可联系数", "最佳成果编号", "最佳成果名称", "最佳建议", "下一步",
         "需求描述", "地区", "预算", "有效期至", "编号（旧）", "联系电话", "最佳分数"],
        ["N1", "齿轮检测", 1, 0, "CN202010123456.7", "磁弹探伤仪", "可推荐", None, "电话138****5678，\n要快",
         "临沂市兰山区", 500000, dt.datetime(2026, 12, 31), "913713000000001234", "138****5678", 0.99972],
        ["N2", "=1+1", 0, 0, "A2", "-5～40℃ 电池", "不相关", NOTHING, None, None, None, None, "007", None, 0.5],
        ["N3", "<b>无人</b>问津", 0, 0, None, None, None, NOTHING, "@SUM(A1)", None, 1234567,
         dt.datetime(2026, 6, 30), None, "53****3456", None],
    ]  # fmt: skip
    assert grid(path, "匹配结果") == [
        ["需求编号", "需求名称", "排名", "成果编号", "成果名称", "建议", "完成单位", "证据句", "未回应", "共同术语",
         "地区", "成熟度", "价格", "分数", "语义分", "词面分", "较强匹配", "新列"],
        ["N1", "齿轮检测", 1, "CN202010123456.7", "磁弹探伤仪", "可推荐", "沂州理工学院", "检出率98%。", "要快",
         "齿轮、检测", "临沂", "中试", "面议", 0.99972, 2.5, 1, "是", "x"],
        ["N1", "齿轮检测", 2, "139****5678", "涂料", "不相关", None, '=HYPERLINK("http://x")', None, None,
         "济南", "量产", None, 0.8, -0.25, -1.5, "否", "y"],
        ["N2", "=1+1", 1, "A2", "-5～40℃ 电池", "不相关", "云麓大学", "ab", "-", None,
         None, "小试", "+86 138****5678", 0.5, 0, 0.125, "否", "z"],
    ]  # fmt: skip
    assert grid(path, "问题") == [
        ["文件", "工作表", "行", "列", "原值", "问题", "处理", "保留该行"],
        ["needs.csv", None, 5, "预算", "约五百万", "不是数字", "留空", "是"],
        ["needs.csv", None, 9, None, "=A", "空行", "未读入", "否"],
    ]
    notes = dict(grid(path, "说明"))
    assert notes["需求"] == "3 条，其中 1 条有可推荐的成果，0 条只有可联系的，2 条都没有"
    assert notes["成果"] == "3 条"
    assert notes["输入问题"] == "2 处"
    assert notes["程序"] == "enterprise-matcher 0.1.0"
    assert notes["联系"] == "a***@example.com"
    assert notes["联系方式"] == "电话、邮箱和身份证号已遮盖。"
    assert "分数低于这一对的比例" in notes["分数"]
    assert left_behind(tmp_path) == ["配对.xlsx"]


def test_workbook_types_and_layout(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path / "m.xlsx"))
    pairs, needs = book["匹配结果"], book["需求"]
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}  # no "f": nothing is a formula
    assert all(cell.hyperlink is None for cell in cells)
    assert (pairs.freeze_panes, pairs.auto_filter.ref) == ("C2", "A1:R4")
    assert (pairs["N2"].number_format, pairs["D3"].number_format) == ("0.00%", "@")
    assert needs["C2"].number_format == '[=0]"无可推荐";0'
    assert needs["K2"].number_format == '#,##0"元"'
    assert needs["L2"].number_format == "yyyy-mm-dd"
    assert needs["I2"].alignment.wrap_text
    (tint,) = pairs.conditional_formatting
    assert (str(tint.sqref), [rule.formula for rule in tint.rules]) == ("A2:R4", [['$F2="可推荐"']])
    assert pairs.column_dimensions["H"].width > 50
    assert [pairs.column_dimensions[name].hidden for name in "JK"] == [False, True]  # what is no key is folded


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    for suffix in (".xlsx", ".html", ".csv", ".parquet"):
        assert write(tmp_path / f"a{suffix}").read_bytes() == write(tmp_path / f"b{suffix}").read_bytes().replace(
            b"b.problems.csv", b"a.problems.csv"
        )


def test_scores_just_below_one_are_not_shown_as_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "m.xlsx", matches=MATCHES.assign(score=[0.999996, 0.8, 1.0]))
    assert openpyxl.load_workbook(path)["匹配结果"]["N2"].number_format == "0.0000%"


def test_long_cells_are_cut_and_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "m.xlsx", queries=NEEDS.assign(description=["长" * 40_000, "𠀀" * 16_384, "短" * 32_767]))
    long, wide, fits = (row[8] for row in grid(path, "需求")[1:])
    assert long.endswith("长…（原文 40,000 字，超过 Excel 单元格上限，已截断）")
    assert len(long) == 32_767
    assert wide.endswith("𠀀…（原文 32,768 字，超过 Excel 单元格上限，已截断）")
    assert fits == "短" * 32_767
    assert grid(path, "问题")[3:] == [
        ["m.xlsx", "需求", row, "需求描述", sign * 30 + "…", "文字超过 Excel 单元格上限 32,767 字",
         "已截断并注明；要全文请输出为 .csv、.parquet 或 .html", "是"]
        for row, sign in ((2, "长"), (3, "𠀀"))
    ]  # fmt: skip


def test_ids_that_are_contacts_are_masked_alike_everywhere_and_empty_columns_are_left_out(tmp_path: Path) -> None:
    needs = NEEDS[["need_id", "title"]].assign(need_id="13812345678", duplicate_of="13812345678", keywords="").head(1)
    path = write(tmp_path / "m.xlsx", queries=needs, matches=MATCHES.head(1).assign(need_id="13812345678"))
    assert grid(path, "需求") == [
        ["需求编号", "需求名称", "可推荐数", "可联系数", "最佳成果编号", "最佳成果名称", "最佳建议", "下一步",
         "疑似重复于", "最佳分数"],
        ["138****5678", "齿轮检测", 1, 0, "CN202010123456.7", "磁弹探伤仪", "可推荐", None, "138****5678", 0.99972],
    ]  # fmt: skip
    assert grid(path, "匹配结果")[1][0] == "138****5678"


def test_long_numbers_and_odd_values_stay_readable(tmp_path: Path) -> None:
    odd = NEEDS.assign(大数=[913713000000001234, 1, 2], 列表=[["甲", "乙"], [], ["丙"]], 无穷=[float("inf"), 1.5, None])
    rows = grid(write(tmp_path / "m.xlsx", queries=odd), "需求")
    assert [row[-4:-1] for row in rows] == [
        ["大数", "列表", "无穷"], ["913713000000001234", "甲、乙", "inf"], [1, None, 1.5], [2, "丙", None]
    ]  # fmt: skip


def test_too_many_rows_for_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.export.sheets.EXCEL_ROWS", 20)
    most = pd.concat([MATCHES.head(1)] * 19)
    assert len(grid(write(tmp_path / "m.xlsx", matches=most, about={}), "匹配结果")) == 20
    words = "“匹配结果”有 22 行、18 列，超过 Excel 的上限（19 行、16,384 列）；请把输出改为 .csv 或 .parquet"
    with pytest.raises(OutputError, match=re.escape(words)):
        write(tmp_path / "big.xlsx", matches=pd.concat([most, MATCHES]), about={})
    assert left_behind(tmp_path) == ["m.xlsx"]


def test_csv_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv")
    assert read_csv(path) == [
        ["need_id", "outcome_id", "rank", "score", "query_title", "record_title", "advice", "good_match",
         "shared_terms", "evidence", "unanswered", "semantic", "lexical", "新列"],
        ["N1", "CN202010123456.7", "1", "0.99972", "齿轮检测", "磁弹探伤仪", "可推荐", "True", "齿轮、检测",
         "检出率98%。", "要快", "2.5", "1.0", "x"],
        ["N1", "139****5678", "2", "0.8", "齿轮检测", "涂料", "不相关", "False", "", '\'=HYPERLINK("http://x")', "",
         "-0.25", "-1.5", "y"],
        ["N2", "A2", "1", "0.5", "'=1+1", "'-5～40℃ 电池", "不相关", "False", "", "ab", "'-", "0.0", "0.125", "z"],
    ]  # fmt: skip
    assert read_csv(tmp_path / "m.problems.csv") == [
        ["文件", "工作表", "行", "列", "原值", "问题", "处理", "保留该行"],
        ["needs.csv", "", "5", "预算", "约五百万", "不是数字", "留空", "是"],
        ["needs.csv", "", "9", "", "'=A", "空行", "未读入", "否"],
    ]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1", "'=1"),
        ("+甲", "'+甲"),
        ("-甲", "'-甲"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("\r=1", "'\n=1"),
    ]
    + [(same, same) for same in ("-5", "+3.5", "-1e-5", "-5%", "a=1", "'=1", "甲-乙", "")],
)
def test_csv_formulas(tmp_path: Path, cell: str, written: str) -> None:
    path = write(tmp_path / "m.csv", matches=MATCHES.head(1).assign(evidence=cell).rename(columns={"新列": "=新列"}))
    header, row = read_csv(path)
    assert (header[13], row[9]) == ("'=新列", written)


def test_parquet_whole(tmp_path: Path) -> None:
    read = pd.read_parquet(write(tmp_path / "m.parquet", matches=MATCHES.assign(新列=["x", 1, None])))
    assert list(read.columns[:6]) == ["need_id", "outcome_id", "rank", "score", "query_title", "record_title"]
    assert [read[name].dtype.kind for name in ("rank", "score", "good_match", "semantic")] == list("ifbf")
    assert read["record_title"].tolist() == ["磁弹探伤仪", "涂料", "-5～40℃ 电池"]
    assert read["evidence"].tolist() == ["检出率98%。", '=HYPERLINK("http://x")', "ab"]
    assert [value if isinstance(value, str) else None for value in read["新列"]] == ["x", "1", None]
    assert left_behind(tmp_path) == ["m.parquet", "m.problems.csv"]


class Page(HTMLParser):
    """What a reader sees of each query: its heading, and its matches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.queries: list[list[str]] = []
        self.hidden = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [f"{tag} {value}" for name, value in attrs if name in ("src", "href")]
        if tag == "details" and ("class", "q") in attrs:
            self.queries.append([])
        self.hidden = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if self.queries and not self.hidden and data.strip():
            self.queries[-1].append(" ".join(data.split()))


def test_page(tmp_path: Path) -> None:
    text = write(tmp_path / "m.html").read_text(encoding="utf-8")
    page = Page(text)
    first, second, third = page.queries
    assert page.links == []
    assert not re.search(r"https?://(?!x)|@import|url\(", text)
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "输入问题</dt><dd>2 处，见同一文件夹的 m.problems.csv" in text
    assert first == [
        "齿轮检测", "1 项可推荐", "N1 · 可推荐：磁弹探伤仪", "电话138****5678， 要快",
        "地区", "临沂市兰山区", "预算", "500,000元", "有效期至", "2026-12-31", "编号（旧）", "913713000000001234",
        "联系电话", "138****5678",
        "1", "磁弹探伤仪", "可推荐", "CN202010123456.7 · 沂州理工学院 · 临沂 · 中试 · 面议",
        "证据句", "检出率98%。", "未回应", "要快", "共同术语", "齿轮、检测", "新列 x",
        "其余 1 项（不相关 1）",
        "2", "涂料", "不相关", "139****5678 · 济南 · 量产", "证据句", '=HYPERLINK("http://x")', "新列 y",
    ]  # fmt: skip
    assert second == [
        "=1+1", "无可推荐", "N2", "编号（旧）", "007", NOTHING, "其余 1 项（不相关 1）",
        "1", "-5～40℃ 电池", "不相关", "A2 · 云麓大学 · 小试 · +86 138****5678", "证据句", "ab", "未回应", "-",
        "新列 z",
    ]  # fmt: skip
    assert third[:6] == ["<b>无人</b>问津", "无可推荐", "N3", "@SUM(A1)", "预算", "1,234,567元"]
    assert "99.97" not in text.partition("</main>")[0]
    assert page.tags.count("li") == 3


def test_a_page_begins_with_what_can_be_acted_on(tmp_path: Path) -> None:
    page = Page(write(tmp_path / "m.html", queries=NEEDS[::-1]).read_text(encoding="utf-8"))
    assert [query[0] for query in page.queries] == ["齿轮检测", "<b>无人</b>问津", "=1+1"]


def test_a_page_says_the_parts_of_a_description_once(tmp_path: Path) -> None:
    told = {"description": ["检测。\n技术指标：检出率≥98%", "", ""], "indicators": ["检出率≥98%", "误差≤1mm", ""]}
    page = Page(write(tmp_path / "m.html", queries=NEEDS.assign(**told)).read_text(encoding="utf-8"))
    assert [query.count("技术指标") for query in page.queries] == [0, 1, 0]
    assert "误差≤1mm" in page.queries[1]


def test_page_escapes_everything(tmp_path: Path) -> None:
    evil = "\"><script>alert(1)</script>&'"
    text = write(
        tmp_path / "m.html",
        matches=MATCHES.assign(evidence=evil, shared_terms=evil, unanswered=evil, 新列=evil).rename(
            columns={"新列": evil}
        ),
        queries=NEEDS.assign(title=evil, description=evil, region=evil, 坏=evil).rename(columns={"坏": evil}),
        records=OUTCOMES.assign(title=evil, institution=evil),
        about={evil: evil},
    ).read_text(encoding="utf-8")
    assert Page(text).tags.count("script") == 1
    assert "alert(1)</script>" not in text


def test_from_outcome_to_needs(tmp_path: Path) -> None:
    turned = MATCHES[["outcome_id", "need_id", *MATCHES.columns[2:]]].assign(rank=1)
    path = write(tmp_path / "m.xlsx", matches=turned, queries=OUTCOMES, records=NEEDS)
    assert openpyxl.load_workbook(path).sheetnames == ["成果", "匹配结果", "问题", "说明"]
    assert [row[:8] for row in grid(path, "成果")] == [
        ["成果编号", "成果名称", "可推荐数", "可联系数", "最佳需求编号", "最佳需求名称", "最佳建议", "下一步"],
        ["CN202010123456.7", "磁弹探伤仪", 1, 0, "N1", "齿轮检测", "可推荐", None],
        ["A2", "-5～40℃ 电池", 0, 0, "N2", "=1+1", "不相关", NO_NEED],
        ["139****5678", "涂料", 0, 0, "N1", "齿轮检测", "不相关", NO_NEED],
    ]
    assert grid(path, "匹配结果")[:2] == [
        ["成果编号", "成果名称", "排名", "需求编号", "需求名称", "建议", "证据句", "未回应", "共同术语",
         "地区", "预算", "有效期至", "分数", "语义分", "词面分", "较强匹配", "新列"],
        ["CN202010123456.7", "磁弹探伤仪", 1, "N1", "齿轮检测", "可推荐", "检出率98%。", "要快", "齿轮、检测",
         "临沂市兰山区", 500000, dt.datetime(2026, 12, 31), 0.99972, 2.5, 1, "是", "x"],
    ]  # fmt: skip
    assert "找不到对应内容的部分" in dict(grid(path, "说明"))["未回应"]
    page = Page(write(tmp_path / "m.html", matches=turned, queries=OUTCOMES, records=NEEDS).read_text(encoding="utf-8"))
    assert page.queries[0][:3] == ["磁弹探伤仪", "1 项可推荐", "CN202010123456.7 · 可推荐：齿轮检测"]


def test_no_matches_and_no_problems(tmp_path: Path) -> None:
    nothing = {"matches": MATCHES.head(0), "problems": PROBLEMS.head(0)}
    path = write(tmp_path / "m.xlsx", **nothing)
    assert [row[:3] for row in grid(path, "需求")[1:]] == [
        ["N1", "齿轮检测", 0],
        ["N2", "=1+1", 0],
        ["N3", "<b>无人</b>问津", 0],
    ]
    assert len(grid(path, "匹配结果")) == len(grid(path, "问题")) == 1
    page = Page(write(tmp_path / "m.html", **nothing).read_text(encoding="utf-8"))
    assert [query[1] for query in page.queries] == ["无可推荐"] * 3
    assert len(read_csv(write(tmp_path / "m.csv", **nothing))) == 1
    assert pd.read_parquet(write(tmp_path / "m.parquet", **nothing)).shape == (0, 14)
    assert left_behind(tmp_path) == ["m.csv", "m.html", "m.parquet", "m.xlsx"]


def test_an_older_list_of_problems_is_renewed(tmp_path: Path) -> None:
    write(tmp_path / "m.csv")
    write(tmp_path / "m.csv", problems=PROBLEMS.head(0))
    assert read_csv(tmp_path / "m.problems.csv") == [["文件", "工作表", "行", "列", "原值", "问题", "处理", "保留该行"]]


@pytest.mark.parametrize("suffix", [".xlsx", ".html", ".csv", ".parquet"])
def test_unmasked_when_asked(tmp_path: Path, suffix: str) -> None:
    told = MATCHES.assign(evidence="电话13812345678")
    path = write(tmp_path / f"m{suffix}", matches=told, mask=False)
    read = {
        ".xlsx": lambda: str(grid(path, "匹配结果")) + str(dict(grid(path, "说明"))["联系方式"]),
        ".parquet": lambda: str(pd.read_parquet(path)["evidence"].tolist()),
    }.get(suffix, lambda: path.read_text(encoding="utf-8"))()
    assert "电话13812345678" in read
    assert suffix != ".xlsx" or "未遮盖，请妥善保管" in read


def test_inputs_are_not_changed(tmp_path: Path) -> None:
    before = [frame.copy() for frame in (MATCHES, NEEDS, OUTCOMES, PROBLEMS)]
    write(tmp_path / "m.xlsx")
    for old, new in zip(before, (MATCHES, NEEDS, OUTCOMES, PROBLEMS), strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    for name, words in {
        "m.docx": "不能写成“m.docx”：输出文件名须以 .xlsx、.html、.csv 或 .parquet 结尾",
        "m": "不能写成“m”",
        "没有/m.xlsx": "没有”不存在，请先建立",
        "x.csv": "是一个文件夹，请换一个文件名",
    }.items():
        with pytest.raises(OutputError, match=re.escape(words)):
            write(tmp_path / name)
    write(tmp_path / "M.XLSX")
    assert left_behind(tmp_path) == ["M.XLSX", "x.csv"]


@pytest.mark.parametrize("suffix", [".xlsx", ".html", ".csv", ".parquet"])
def test_open_in_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_bytes(b"old")

    def locked(source: object, target: object) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(OutputError, match="正在被其他程序（如 Excel）打开，请关闭后重试"):
        write(path)
    assert path.read_bytes() == b"old"
    assert left_behind(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "磁盘已满，写不下"),
        (errno.EACCES, "没有权限在文件夹“"),
        (errno.EROFS, "没有权限在文件夹“"),
        (errno.ENOENT, "不存在，请先建立"),
        (errno.EIO, "不能写入文件夹“"),
    ],
)
def test_a_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str) -> None:
    write(tmp_path / "m.csv")
    before = (tmp_path / "m.csv").read_bytes()

    class Failing:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Failing:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, content: bytes) -> None:
            self.file.write(content[:5])
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr("builtins.open", lambda place, mode, real=open: Failing(real(place, mode)))
    with pytest.raises(OutputError, match=words):
        write(tmp_path / "m.csv", matches=MATCHES.head(1))
    monkeypatch.undo()
    assert (tmp_path / "m.csv").read_bytes() == before
    assert left_behind(tmp_path) == ["m.csv", "m.problems.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write(tmp_path / "link.csv", problems=PROBLEMS.head(0))
    assert (tmp_path / "link.csv").is_symlink()
    assert read_csv(tmp_path / "real.csv")[1][0] == "N1"


def test_problems_and_notes_may_be_left_out(tmp_path: Path) -> None:
    write_matches(tmp_path / "m.xlsx", MATCHES, queries=NEEDS, records=OUTCOMES)
    assert [row[0] for row in grid(tmp_path / "m.xlsx", "问题")] == ["文件"]


def test_what_is_known_in_part_is_shown_as_it_was_written(tmp_path):
    soft = NEEDS.assign(
        budget=[pd.NA, 500000, pd.NA],
        budget_min=[450000, 500000, None],
        budget_max=[550000, 500000, None],
        budget_text=["约50万", "", None],
        valid_until=pd.to_datetime([None, "2026-12-31", None]),
        valid_until_text=["已过期", "", ""],
        valid_until_state=["ended", "", ""],
    )
    write_matches(tmp_path / "甲.xlsx", MATCHES, queries=soft, records=OUTCOMES)
    first, *rows = openpyxl.load_workbook(tmp_path / "甲.xlsx")["需求"].iter_rows(values_only=True)
    assert not [head for head in first if "_" in head]
    shown = [(row[first.index("预算")], str(row[first.index("有效期至")])[:10]) for row in rows]
    assert shown == [("约50万", "已过期"), (500000, "2026-12-31"), (None, "None")]
    write_matches(tmp_path / "甲.html", MATCHES, queries=soft, records=OUTCOMES)
    page = (tmp_path / "甲.html").read_text("utf-8")
    assert all(text in page for text in ("约50万", "已过期"))
    assert not any(name in page for name in ("budget_", "valid_until_"))
