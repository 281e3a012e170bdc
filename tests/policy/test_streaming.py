"""Scoring in pieces: Parquet, CSV and DataFrames alike, into files or a folder."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matcher.errors import ArgumentError, MatcherError, OutputError
from matcher.policy import load_policy, read_firms, score
from matcher.policy.firms.plain_csv import NO, YES, plain_pieces
from matcher.policy.streaming import score_parquet
from matcher.tables.cells.yes_no import read_yesno

ON = dt.date(2026, 11, 24)
POLICIES = [load_policy("hte"), load_policy("tech-sme")]


def firms(size: int = 20) -> pd.DataFrame:
    """Made up, with holes."""
    rng = np.random.default_rng(7)
    sales = rng.integers(2, 900, size) * 1_000_000.0
    table = pd.DataFrame(
        {
            "enterprise_id": [f"F{at:03d}" for at in range(size)],
            "registered_on": pd.to_datetime(rng.integers(10_000, 20_400, size), unit="D").astype("datetime64[s]"),
            "resident": pd.array(rng.random(size) < 0.9, dtype="boolean"),
            "employees_total": rng.integers(5, 900, size).astype(float),
            "rd_staff": rng.integers(0, 90, size) + 0.5,
            "sales_y1": sales,
            "sales_y2": sales * 2,
            "sales_y3": sales * 3,
            "net_assets_y1": -1e6 * rng.integers(-9, 9, size),
            "rd_expense_y3": sales // 20,
            "class1_ip": rng.poisson(1, size).astype(float),
            "in_field": pd.array(rng.random(size) < 0.9, dtype="boolean"),
            "sales_last_year": sales,
            "tech-sme.rd_staff": rng.integers(0, 90, size).astype(float),
            "hte_certificate_valid": pd.array(rng.random(size) < 0.3, dtype="boolean"),
        }
    )
    for name in table.columns[1:]:
        table.loc[rng.random(size) < 0.2, name] = None
    return table


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_firms_without_ids_are_numbered_through(tmp_path: Path) -> None:
    nameless = read_firms(firms(), POLICIES, on=ON).rows.drop(columns="enterprise_id")
    score_parquet([nameless[:3], nameless[3:]], POLICIES, on=ON, folder=tmp_path / "a")
    written = pd.read_parquet(tmp_path / "a" / "summary")["enterprise_id"]
    assert set(written) == set(score(nameless, POLICIES, on=ON).summary["enterprise_id"]) == set(map(str, range(1, 21)))


def test_parquet_csv_and_data_frames_give_the_rows_of_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.policy.streaming.CHUNK", 8)
    table = firms()
    table.to_parquet(tmp_path / "firms.parquet")
    table.to_csv(tmp_path / "firms.csv", index=False)
    whole = score(read_firms(tmp_path / "firms.csv", POLICIES, on=ON).rows, POLICIES, on=ON)
    order = {"summary": ["policy", "enterprise_id"], "verdicts": ["policy", "enterprise_id", "rule"]}
    for at, source in enumerate((tmp_path / "firms.parquet", tmp_path / "firms.csv", table, [table[:3], table[3:]])):
        counted, problems = score_parquet(source, POLICIES, on=ON, folder=tmp_path / str(at))
        assert counted["firms"] == 20
        assert counted["pieces"] == (2 if at == 3 else 3)
        for name, expected in (("summary", whole.summary), ("verdicts", whole.verdicts)):
            written = pd.read_parquet(tmp_path / str(at) / name)
            assert counted[name] == len(expected) == len(written)
            one, two = (
                side.astype(str).sort_values(order[name], kind="stable").reset_index(drop=True)
                for side in (written, expected)
            )
            for column in expected.columns:
                assert one[column].str[:10].tolist() == two[column].str[:10].tolist(), (at, column)
        assert sorted(problems["problem"]) == sorted(whole.problems["problem"])
    names = [sorted(contents(tmp_path / str(at))) for at in range(3)]
    assert names[0] == names[1] == names[2]


def test_pieces_that_were_done_are_kept_and_others_refused(tmp_path: Path) -> None:
    table, folder = firms(), tmp_path / "a"
    pieces = [table[:8], table[8:16], table[16:]]

    def broken():
        yield from pieces[:2]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        score_parquet(broken(), POLICIES, on=ON, folder=folder)
    kept = (folder / "verdicts" / "part-00000.parquet").stat().st_mtime_ns
    score_parquet(pieces, POLICIES, on=ON, folder=folder)
    assert (folder / "verdicts" / "part-00000.parquet").stat().st_mtime_ns == kept
    score_parquet(pieces, POLICIES, on=ON, folder=tmp_path / "b")
    assert contents(folder) == contents(tmp_path / "b")
    for policies, day, told in (
        (POLICIES[:1], ON, "policies"),
        (POLICIES, "2026-11-23", "on"),
        ([POLICIES[0].remade({"growth_at_five_percent": "annex4"}, {}), POLICIES[1]], ON, "policies"),
    ):
        with pytest.raises(OutputError, match=f"不同的是：{told}）"):
            score_parquet(pieces, policies, on=day, folder=folder)
    with pytest.raises(OutputError, match="第 3 片是由另一份输入得出的"):
        score_parquet([*pieces[:2], pieces[2].assign(class1_ip=9.0)], POLICIES, on=ON, folder=folder)
    with pytest.raises(ArgumentError, match="not both"):
        score_parquet(pieces, POLICIES, on=ON, folder=folder, summary=tmp_path / "s.parquet")


def test_a_cell_that_cannot_be_read_is_told_for_every_policy_that_reads_it() -> None:
    table = pd.DataFrame({"enterprise_id": ["F1", "F2"], "resident": ["也许", "是"], "sales_y3": [-1.0, 5e6]})
    told = score(table, POLICIES, on=ON).problems
    unread = told[told["level"] == "unreadable"]
    assert unread[["enterprise_id", "policy", "cell"]].values.tolist() == [
        ["F1", "hte", "也许"],
        ["F1", "tech-sme", "也许"],
    ]


def test_a_plain_csv_file_is_read_once(tmp_path: Path) -> None:
    path, table = tmp_path / "firms.csv", firms()
    table.to_csv(path, index=False)
    pieces = plain_pieces(path, POLICIES, 8)
    path.unlink()
    assert pieces is not None
    read = [piece["enterprise_id"].to_pylist() for piece in pieces]
    assert [len(ids) for ids in read] == [8, 8, 4]
    assert [one for ids in read for one in ids] == table["enterprise_id"].tolist()


PLAIN = "enterprise_id,sales_y3,rd_staff,registered_on,resident,in_field"


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (PLAIN, "F1,100.5,1,2020-01-02,1,0"),  # 角分 are rounded and told
        (PLAIN, "F1,一百万,1,2020-01-02,1,0"),
        (PLAIN, "F1,100,-1,2020-01-02,1,0"),
        (PLAIN, "F1,100,nan,2020-01-02,1,0"),
        (PLAIN, "F1,100,1,2020/1/2,1,0"),
        (PLAIN, "F1,100,1,1900-01-01,1,0"),
        (PLAIN, "F1,100,1,2020-01-02,☑是□否,0"),
        (PLAIN, "无,100,1,2020-01-02,1,0"),
        (PLAIN, ",100,1,2020-01-02,1,0"),
        (PLAIN, " F1,100,1,2020-01-02,1,0"),
        (PLAIN, "91371302MA3C000006,100,1,2020-01-02,,0"),  # such a code tells a resident enterprise
        (PLAIN, "F1,100,1,2020-01-02,1"),
        (PLAIN, "合计,100,,,,"),
        (PLAIN, "-1-,,,,,"),  # the line of a page
        (PLAIN + ",备注", "F1,100,1,2020-01-02,1,0,好"),
        (PLAIN + ",uscc", "F1,100,1,2020-01-02,1,0,x"),
        (PLAIN + ",sales_y3", "F1,100,1,2020-01-02,1,0,5"),
        (PLAIN + ",tech-sme.revenue_share", "F1,100,1,2020-01-02,1,0,60"),
        ("企业编号,sales_y3", "F1,100"),
    ],
)
def test_what_is_not_plain_is_left_to_the_ordinary_reader(tmp_path: Path, header: str, line: str) -> None:
    path = tmp_path / "firms.csv"
    path.write_text(f"{PLAIN}\nF0,100,1.5,2020-01-02,True,\nF2,,,,,否\n", "utf-8")
    assert plain_pieces(path, POLICIES, 10) is not None
    blank = "," * header.count(",")
    path.write_text(f"{header}\nF0{blank}\n{line}\n", "utf-8")
    assert plain_pieces(path, POLICIES, 10) is None
    with pytest.raises(MatcherError, match="不是程序写的 CSV"):
        score_parquet(path, POLICIES, on=ON, folder=tmp_path / "a")


def test_words_for_yes_and_no_are_those_of_the_ordinary_reader() -> None:
    assert {read_yesno(word) for word in YES} == {True}
    assert {read_yesno(word) for word in NO} == {False}


def test_the_source_is_never_an_output(tmp_path: Path) -> None:
    source = tmp_path / "firms.parquet"
    firms(3).to_parquet(source)
    before = source.read_bytes()
    (tmp_path / "link.parquet").symlink_to(source)
    for output in ("firms.parquet", "link.parquet"):
        with pytest.raises(OutputError, match="就是输入文件"):
            score_parquet(source, "hte", on=ON, verdicts=tmp_path / output)
    with pytest.raises(OutputError, match="就在文件夹"):
        score_parquet(source, "hte", on=ON, folder=tmp_path)
    with pytest.raises(ArgumentError, match="are two files"):
        score_parquet(source, "hte", on=ON, summary=tmp_path / "a.parquet", verdicts=tmp_path / "a.parquet")
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "firms.parquet",
        "link.parquet",
    ]
    for output in ("summary.parquet", "summary.pq"):
        assert score_parquet(source, "hte", on=ON, summary=tmp_path / output)[0]["summary"] == 3
        assert score_parquet(firms(2), "hte", on=ON, summary=tmp_path / output)[0]["summary"] == 2


def test_what_is_no_file_of_firms_is_an_error_of_the_library(tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_text("不是", encoding="utf-8")
    for source, words in ((bad, "不是 Parquet 文件，或已损坏"), (tmp_path / "none.parquet", "找不到这个文件")):
        with pytest.raises(MatcherError, match=words):
            score_parquet(source, "hte", on=ON, summary=tmp_path / "s.parquet")
    table = tmp_path / "firms.csv"
    firms(3).assign(备注="x").to_csv(table, index=False)
    with pytest.raises(MatcherError, match="列“备注”不是约定的英文列名"):
        score_parquet(table, POLICIES, on=ON, summary=tmp_path / "s.parquet")
    assert not (tmp_path / "s.parquet").exists()


def test_no_firms_give_tables_without_rows(tmp_path: Path) -> None:
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("summary", "verdicts")}
    full = score_parquet(firms(3), POLICIES, on=ON, **outputs)[0]
    columns = {name: pd.read_parquet(path).columns.tolist() for name, path in outputs.items()}
    for source in (firms(0), iter([])):
        done, _ = score_parquet(source, POLICIES, on=ON, **outputs)
        assert full["summary"] == 6
        assert done == {"firms": 0, "summary": 0, "verdicts": 0}
        for name, path in outputs.items():
            table = pd.read_parquet(path)
            assert table.empty
            assert table.columns.tolist() == columns[name]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "s.parquet").write_bytes(b"yesterday")
    for name in ("write_table", "close"):
        with monkeypatch.context() as patch:
            patch.setattr(pq.ParquetWriter, name, full)
            with pytest.raises(OutputError, match="磁盘已满，写不下"):
                score_parquet(firms(3), "hte", on=ON, summary=tmp_path / "s.parquet")
        assert [path.name for path in tmp_path.iterdir()] == ["s.parquet"]
        assert (tmp_path / "s.parquet").read_bytes() == b"yesterday"
