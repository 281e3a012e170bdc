"""Twenty kinds of broken or odd files, ten variants each, with what must come of them.

`python tests/broken_files.py` writes them to a temporary folder, reads each and prints what came of every kind.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pandas as pd
import xlwt

from matcher.errors import TableError
from matcher.tables.reading import read_needs

VARIANTS = 10
REFUSED = "refused"
EITHER = None  # read or refused, but whole

HEADER = ["需求编号", "需求名称", "需求描述", "预算（万元）", "发布日期"]
TITLES = [
    "轴承热处理",
    "板材干燥",
    "大蒜除臭",
    "冷链监测",
    "钛合金焊接",
    "电机降噪",
    "污水脱氮",
    "中药提取",
    "视觉分拣",
    "甲醛捕捉",
]


class Broken(NamedTuple):
    """A file's name and bytes (None: a folder, or nothing at all), and the filled rows in it or REFUSED or EITHER."""

    name: str
    data: bytes | None
    expected: int | str | None


class Case(NamedTuple):
    """A broken file on disk."""

    kind: str
    variant: int
    path: Path
    expected: int | str | None


def table(rng: random.Random, size: int) -> list[list[str]]:
    """A header and that many sound rows."""
    rows = [
        [
            f"X{i:03d}",
            f"{rng.choice(TITLES)}第{i}项",
            f"需要{rng.choice(TITLES)}的技术，指标{rng.random():.3f}",
            str(i + 1),
            "2024-01-31",
        ]
        for i in range(size)
    ]
    return [HEADER, *rows]


def csv_text(rows: list[list[str]], *, delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def xlsx(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows: list[list[str]]) -> bytes:
    return pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(index=False)


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def gb18030(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(1, 12)
    rows = table(rng, size)
    rows[1][2] += "㎡、℃、𠮷、€"[: variant % 8]
    delimiter, suffix = [(",", "csv"), (";", "csv"), ("\t", "tsv"), ("\t", "txt"), (",", "txt")][variant % 5]
    return Broken(f"国标.{suffix}", csv_text(rows, delimiter=delimiter, end="\r\n").encode("gb18030"), size)


def utf16(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(1, 12)
    text = csv_text(table(rng, size), delimiter="\t" if variant % 2 else ",")
    if variant == 9:
        return Broken("半个字.csv", text.encode("utf-16")[:-1], REFUSED)
    encoding = ["utf-16", "utf-16-le", "utf-16-be"][variant % 3]
    mark = b"\xfe\xff" if variant == 5 else b""
    return Broken("统一码.txt", mark + text.encode("utf-16-be" if mark else encoding), size)


def line_ends(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(2, 12)
    text = csv_text(table(rng, size), end=["\r\n", "\n", "\r", "\r\r\n", "\n\n\n"][variant % 5])
    if variant >= 5:
        text = "\n\n" + text.rstrip() + " "
    return Broken("换行.csv", text.encode("utf-8-sig" if variant % 2 else "utf-8"), size)


def mixed_encodings(rng: random.Random, variant: int) -> Broken:
    lines = csv_text(table(rng, 12)).splitlines(keepends=True)
    at = rng.randint(1, 12)
    first, second = ("utf-8", "gb18030") if variant % 2 else ("gb18030", "utf-8")
    data = b"".join(line.encode(second if i == at else first) for i, line in enumerate(lines))
    if variant >= 8:
        data = "".join(lines).encode("utf-8")[: -rng.randint(20, 21)] + b"\xe6"
    return Broken("混合编码.csv", data, REFUSED if variant % 2 or variant >= 8 else EITHER)


def quotes(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(4, 10)
    rows = table(rng, size)
    rows[2][2] = '第一行，"引号"\n第二行,逗号;分号\t制表'
    if variant < 5:
        return Broken("引号.csv", csv_text(rows, delimiter=",;\t,;"[variant]).encode(), size)
    lines = csv_text(table(rng, size)).splitlines()
    at = rng.randint(1, size - 1)
    cells = lines[at].split(",")
    cells[2] = '"没有收尾'
    lines[at] = ",".join(cells)
    return Broken("少引号.csv", "\n".join(lines).encode(), size)


def ragged(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(3, 10)
    rows = table(rng, size)
    for row in rng.sample(rows[1:], 2):
        row[:] = row[: rng.randint(1, 4)] if variant % 2 else [*row, *(["多出"] * rng.randint(1, 300))]
    return Broken("参差.csv", csv_text(rows).encode(), size)


def leftovers(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(3, 10)
    rows = table(rng, size)
    signs = ["\x00", "\x07", "\ufeff", "\u200b", "<p>", "<br/>&nbsp;", "&lt;p&gt;", "_x000D_", "\u3000", "\x1b[31m"]
    for row in rows[1:]:
        for j in (1, 2):
            row[j] = signs[variant] + row[j] + signs[variant]
    rows[-1] = [signs[variant] * 3 if variant in (0, 1, 2, 3, 4, 5) else "", *[""] * 4]
    return Broken("残留.csv", csv_text(rows).encode(), size if variant < 6 else size - 1)


def headers(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(2, 8)
    rows = table(rng, size)
    if variant == 0:
        return Broken("没有表头.csv", csv_text(rows[1:]).encode(), REFUSED)
    if variant == 1:
        rows[0] = ["甲", "乙", "丙", "丁", "戊"]
        return Broken("陌生表头.csv", csv_text(rows).encode(), REFUSED)
    if variant == 2:
        rows[0] = ["需求编号", "丁", "戊", "预算", "发布日期"]
        return Broken("缺标题.csv", csv_text(rows).encode(), REFUSED)
    rows[0] = [
        ["需求编号", "需求名称", "需求名称", "需求名称", "需求名称"],
        ["", "需求名称", "", "", ""],
        ["title", "TITLE", "Title", "duplicate_of", "duplicate_of"],
        ["＊需求\n编号", " 需 求 名 称 ", "需求描述（500字以内）", "预算：万元", "发布日期*"],
        ["id", "名称", "内容", "名称_2", "名称_3"],
        ["description", "a" * 5000, "=1+1", "title", "<b>序号</b>"],
        ["需求名称", *["同名"] * 4],
    ][variant - 3]
    return Broken("怪表头.csv", csv_text(rows).encode(), size)


def title_rows(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(2, 8)
    above: list[list[object]] = [["临沂市企业技术需求汇总表"], [], ["填报单位：某局", None, "日期：2024年1月"]][
        : 1 + variant % 3
    ]
    below: list[list[object]] = [[], [], []]
    rows = [*above, *table(rng, size), *below]
    if variant == 9:
        return Broken("表头太低.xlsx", xlsx(("表", [["说明"]] * 60 + table(rng, size))), REFUSED)
    if variant >= 6:
        return Broken("标题.xls", xls([["" if cell is None else str(cell) for cell in row] for row in rows]), size)
    return Broken("标题.xlsx", xlsx(("表", rows)), size)


def totals(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(3, 8)
    rows = table(rng, size)
    extra = [
        list(HEADER),
        ["合计", "", "", "123", ""],
        ["", "小 计：", "", "1", ""],
        ["", "", "", "", "2024-01-31"],
        ["备注：如有疑问请来电"],
    ]
    added = rng.sample(extra, rng.randint(1, 5))
    for row in added:
        rows.insert(rng.randint(1, len(rows)), row)
    data = xlsx(("表", rows)) if variant % 2 else csv_text(rows).encode()
    return Broken("合计.xlsx" if variant % 2 else "合计.csv", data, size + len(added))


def wrong_name(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(2, 8)
    rows = table(rng, size)
    page = "<table>" + "".join(f"<tr><td>{'</td><td>'.join(map(str, row))}</td></tr>" for row in rows) + "</table>"
    lines = "\n".join(json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) for row in rows[1:]).encode()
    name, data, expected = [
        ("其实是文本.xlsx", csv_text(rows).encode(), size),
        ("其实是文本.xls", csv_text(rows, delimiter="\t").encode("gb18030"), size),
        ("其实是工作簿.csv", xlsx(("表", rows)), size),
        ("其实是新版.xls", xlsx(("表", rows)), size),
        ("其实是旧版.xlsx", xls(rows), size),
        ("其实是网页.xls", page.encode("gb18030"), size),
        ("其实是文本.parquet", csv_text(rows).encode(), size),
        ("其实是列存.csv", parquet(rows), size),
        ("其实是对象.csv", lines, size),
        ("没有后缀", csv_text(rows).encode(), size),
    ][variant]
    return Broken(name, data, expected)


def rubbish(rng: random.Random, variant: int) -> Broken:
    heads = [
        b"",
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"PAR1",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xff\xfe",
    ]
    heads += [b"\x1f\x8b\x08", b"\xef\xbb\xbf", b"\xff\xd8\xff"]
    suffix = ["csv", "xlsx", "xls", "parquet", "jsonl"][variant % 5]
    return Broken(f"乱码.{suffix}", heads[variant] + rng.randbytes(rng.choice([5, 600, 50_000])), REFUSED)


def empty(rng: random.Random, variant: int) -> Broken:
    only_header = csv_text([HEADER]).encode()
    name, data, expected = [
        ("空.csv", b"", REFUSED),
        ("空.xlsx", b"", REFUSED),
        ("只有标记.csv", b"\xef\xbb\xbf", REFUSED),
        ("只有空行.csv", b"\n\r\n  \n", REFUSED),
        ("只有逗号.csv", b",,,,\n,,,,\n", REFUSED),
        ("只有表头.csv", only_header, 0),
        ("只有表头.xlsx", xlsx(("表", [HEADER])), 0),
        ("空工作表.xlsx", xlsx(("表", []), ("表2", [])), REFUSED),
        ("文件夹.csv", None, REFUSED),
        ("没有这个文件.xlsx", None, REFUSED),
    ][variant]
    return Broken(name, data, expected)


def truncated(rng: random.Random, variant: int) -> Broken:
    rows = table(rng, 300)
    name, data = [
        ("截断.xlsx", xlsx(("表", rows))),
        ("截断.xls", xls(rows)),
        ("截断.parquet", parquet(rows)),
    ][variant % 3]
    if variant == 9:  # whole in length, wrong in content
        middle = len(data) // 3
        return Broken(name, data[:middle] + rng.randbytes(400) + data[middle + 400 :], EITHER)
    return Broken(name, data[: int(len(data) * rng.uniform(0.01, 0.8))], REFUSED)


def bombs(rng: random.Random, variant: int) -> Broken:
    zeros = bytes(80 << 20)
    if variant in (0, 1):
        inner = packed(xl__worksheets__sheet1_xml=zeros, xl__sharedStrings_xml=b"<sst/>")
        return Broken("炸弹.xlsx", inner, REFUSED)
    if variant in (2, 3):
        whole = xlsx(("表", table(rng, 3)))
        lie = whole.replace(b"PK\x01\x02", b"PK\x01\x02", 1)
        at = lie.rfind(b"PK\x01\x02", 0, lie.find(b"sheet1.xml", lie.find(b"PK\x01\x02")))
        size = (3 << 30 if variant == 2 else 10).to_bytes(4, "little")
        return Broken("谎报大小.xlsx", lie[: at + 24] + size + lie[at + 28 :], REFUSED)
    members = [
        {"word__document.xml": b"<w/>"},
        {"a.txt": b"hello"},
        {"xl__worksheets__sheet1.xml": b"<worksheet>"},
        {"xl__workbook.bin": b"1"},
        {"content.xml": b"<x/>"},
        {"xl__workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"},
    ]
    return Broken("压缩包.xlsx", packed(**members[variant - 4]), REFUSED)


def locked(rng: random.Random, variant: int) -> Broken:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(500 + 600 * variant)
    stream = "EncryptedPackage".encode("utf-16-le")
    return Broken(f"加密.{'xls' if variant % 2 else 'xlsx'}", ole + stream + rng.randbytes(3000), REFUSED)


def wide(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(1, 4)
    rows: list[list[str]] = table(rng, size)
    if variant == 0:
        return Broken("百万列.csv", (",".join(["列"] * 1_000_000) + "\n1\n").encode(), REFUSED)
    if variant == 1:
        return Broken("百万列.tsv", (csv_text(rows, delimiter="\t") + "\t" * 1_000_000).encode(), REFUSED)
    if variant == 2:
        return Broken("百万键.jsonl", json.dumps({str(i): i for i in range(1_000_000)}).encode(), REFUSED)
    if variant == 3:
        return Broken("长格.csv", csv_text([*rows, ["L", "长", "字" * 1_000_001, "", ""]]).encode(), size + 1)
    if variant == 4:
        return Broken("长行.csv", csv_text([*rows, ["L" * 2_000_000, "长", "", "", ""]]).encode(), size + 1)
    if variant == 5:
        return Broken("一千空列.csv", "\n".join(",".join([*row, *[""] * 1000]) for row in rows).encode(), size)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    corner, expected = [("XFD1048576", REFUSED), ("A1048576", EITHER), ("XFD2", size), ("ZZ900000", REFUSED)][
        variant - 6
    ]
    book.active[corner] = "远处"
    out = io.BytesIO()
    book.save(out)
    return Broken("远处.xlsx", out.getvalue(), expected)


def values(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(5, 10)
    rows: list[list[object]] = [list(row) for row in table(rng, size)]
    odd: list[list[object]] = [
        ["nan", "inf", "-inf", "NaN", "1e999"],
        ["9" * 400, "9" * 19, "-" + "9" * 30, "1" * 5000, "0x1F"],
        ["#REF!", "#N/A", "#####", "#DIV/0!", "#VALUE!"],
        ["约五百万", "100-200", "五十", "1,2,3", "￥３．５亿"],
        ["2024-02-30", "0000-00-00", "9999-12-31", "31/31/31", "明年"],
    ][variant % 5]
    for i, value in enumerate(odd):
        rows[i + 1 if i < size else size][3 if variant % 5 < 4 else 4] = value
    if variant >= 5:
        rows[1][0], rows[2][0] = 1.2345678901234567e17, 7.0
        return Broken("怪值.xlsx", xlsx(("表", rows)), size)
    return Broken("怪值.csv", csv_text([list(map(str, row)) for row in rows]).encode(), size)


def json_lines(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(3, 8)
    records: list[dict[str, object]] = [dict(zip(HEADER, row, strict=True)) for row in table(rng, size)[1:]]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    odd = [
        "{坏",
        "[1,2]",
        '{"需求名称": "\\ud800半个字"}',
        '{"需求名称": {"嵌": ["套"]}, "预算（万元）": [1]}',
        "[" * 100_000,
        '{"需求名称": 1e999, "预算（万元）": NaN}',
        '{"需求名称": "大数", "预算（万元）": ' + "9" * 5000 + "}",
        "null",
        '{"需求名称": true, "发布日期": 20240131}',
        '{"需求名称": "甲", "需求名称": "乙", "新列": "x"}',
    ]
    lines.insert(rng.randint(1, size), odd[variant])
    return Broken("对象.jsonl" if variant % 2 else "对象.ndjson", "\n".join([*lines, "", ""]).encode(), size + 1)


def sheets(rng: random.Random, variant: int) -> Broken:
    size = rng.randint(2, 8)
    rows: list[list[object]] = [list(row) for row in table(rng, size)]
    others: list[tuple[str, list[list[object]]]] = [
        ("空", []),
        ("说明", [["请如实填写"], ["联系电话：略"]]),
        ("字典", [["行业", "领域"], ["制造业", "新材料"]]),
        ("编号", [["序号"], [1]]),
    ]
    chosen = rng.sample(others, rng.randint(1, 4))
    chosen.insert(rng.randint(0, len(chosen)), ("需求 & <表>", rows))
    return Broken("多表.xlsx", xlsx(*chosen), size)


KINDS: list[Callable[[random.Random, int], Broken]] = [
    gb18030,
    utf16,
    line_ends,
    mixed_encodings,
    quotes,
    ragged,
    leftovers,
    headers,
    title_rows,
    totals,
    wrong_name,
    rubbish,
    empty,
    truncated,
    bombs,
    locked,
    wide,
    values,
    json_lines,
    sheets,
]


def write(folder: Path, kind: Callable[[random.Random, int], Broken]) -> Iterator[Case]:
    """The ten variants of a kind, written one at a time."""
    for variant in range(VARIANTS):
        name, data, expected = kind(random.Random(f"{kind.__name__} {variant}"), variant)
        path = folder / f"{kind.__name__}-{variant}" / name
        path.parent.mkdir(parents=True)
        if data is not None:
            path.write_bytes(data)
        elif "文件夹" in name:
            path.mkdir()
        yield Case(kind.__name__, variant, path, expected)


def outcome(case: Case) -> str:
    """Whether the file was "read" or "refused"; AssertionError for a lost row or a message that says too little."""
    try:
        rows, problems = read_needs(case.path)
    except TableError as error:
        message = str(error)
        assert case.path.name in message, message
        assert "；" in message, message  # what is wrong; what to do
        assert any("\u4e00" <= sign <= "\u9fff" for sign in message.replace(case.path.name, "")), message
        assert len(message) < 1000, message
        assert case.expected in (REFUSED, EITHER), message
        return REFUSED
    assert case.expected != REFUSED, rows
    left_out = problems.loc[~problems["kept"], "row"]
    assert left_out.notna().all()
    assert rows["need_id"].is_unique
    assert (rows["need_id"] != "").all()
    assert ((rows["title"] != "") | (rows["description"] != "")).all()
    if case.expected is not EITHER:
        assert len(rows) + left_out.nunique() == case.expected, problems
    return "read"


def main() -> int:
    """Print for each kind how many of its files were read and refused; 1 if any of them failed."""
    warnings.simplefilter("error")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            counts: Counter[str] = Counter()
            for case in write(Path(folder), kind):
                try:
                    counts[outcome(case)] += 1
                except Exception as error:
                    failed += 1
                    counts[f"FAILED {case.variant}: {type(error).__name__} {str(error)[:300]}"] += 1
            print(f"{kind.__name__:16}", ", ".join(f"{what} {count}" for what, count in sorted(counts.items())))
    print(f"{len(KINDS) * VARIANTS} files, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
