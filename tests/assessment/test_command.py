"""The command: a messy table in, workbook, pages and table out; contacts stay hidden."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from matcher.cli.app import main

MESSY = """某市成果评价汇总表（单位：万元）,,,,,,,,
序号,成果编号,成果名称,样 机（有/无）,中试,年收入,年运营成本,可比成交价,联系电话
1,CG1,低温阀门,2台,计划中试,,,80-120,13800138000
2,CG2,分选机,有,有,,,,13900139000
,,,,,,,,
"""


def run(*words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["matcher", *words])
    try:
        main()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out + err


def test_a_messy_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "messy.csv"
    table.write_text(MESSY, "utf-8-sig")
    out = {kind: tmp_path / f"out.{kind}" for kind in ("xlsx", "html", "csv")}
    for path in out.values():
        status, said = run("assess", str(table), "-o", str(path), monkeypatch=monkeypatch, capsys=capsys)
        assert status == 0
        assert "2 项成果，2 项定了技术就绪度" in said
    book = CalamineWorkbook.from_path(str(out["xlsx"]))
    assert book.sheet_names[:6] == ["评价结果", "证据", "经济价值", "登记表", "公示记录", "依据"]
    sheet = book.get_sheet_by_name("评价结果").to_python()
    head = next(row for row in sheet if "成果编号" in row)
    first = dict(zip(head, sheet[sheet.index(head) + 1], strict=True))
    assert [first[name] for name in ("成果编号", "技术就绪度", "就绪度上限", "证据", "经济价值下限（元）")] == [
        "CG1", 5.0, 5.0, "样机：2台", 800000.0
    ]  # fmt: skip
    table_out = pd.read_csv(out["csv"], dtype=str)
    assert table_out[["outcome_id", "readiness", "readiness_high"]].values.tolist() == [
        ["CG1", "5", "5"],
        ["CG2", "6", "9"],
    ]
    page = out["html"].read_text("utf-8")
    assert page.count("<article>") == 2
    assert "表中“中试”写的是“计划中试”" in page
    assert "没有给权重，不合计" in page
    for path in tmp_path.glob("out*.[ch]*"):
        assert not re.search("13800138000|13900139000", path.read_text("utf-8-sig"))
    cells = [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert not any("138001" in cell or "139001" in cell for cell in cells)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--weight", "美=1", "-o", "x.csv"), "权重须属于同一套价值"),
        (("--weight", "技术价值", "-o", "x.csv"), "应写成 价值=权重"),
        (("-o", "x.docx"), "须以 .xlsx、.html、.csv 或 .parquet 结尾"),
    ],
)
def test_mistakes_end_with_a_sentence(
    words: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = tmp_path / "messy.csv"
    table.write_text(MESSY, "utf-8-sig")
    monkeypatch.chdir(tmp_path)
    status, said = run("assess", str(table), *words, monkeypatch=monkeypatch, capsys=capsys)
    assert status == 2
    assert message in said
    assert not list(tmp_path.glob("x.*"))


def test_the_page_names_the_units_and_the_whole_title(run, tmp_path: Path):
    title = "盐碱地低温余热回收与高效利用成套技术装备研发及在水泥、化工、造纸行业的规模化应用示范（二期）"
    row = {"成果编号": "CG1", "成果名称": title, "完成单位": "虚构研究院；虚构机械厂", "推荐单位": "虚构县科技局"}
    pd.DataFrame([row | {"样机": "2台"}]).to_csv(tmp_path / "one.csv", index=False, encoding="utf-8-sig")
    assert run("assess", "one.csv", "-o", "one.html")[0] == 0
    page = (tmp_path / "one.html").read_text("utf-8")
    assert f"<h1>{title}</h1>" in page
    assert "<p>完成单位：虚构研究院；虚构机械厂</p>\n<p>推荐单位：虚构县科技局</p>" in page.replace(
        "</p><p>", "</p>\n<p>"
    )
