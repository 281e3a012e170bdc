"""The calls on a real cluster of two executors, in processes of their own, against the same calls on one machine."""

import importlib.util
import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from benchmark_scoring import made_up_firms
from made_up import made_up

import matcher
from matcher.errors import OutputError, PolicyError, TableError
from matcher.fields import classify
from matcher.matching import Index
from matcher.policy import score as local_score
from matcher.pool import discover as local_discover
from matcher.spark import discover, fields, match, score, searching
from matcher.spark.shards import _quantile, counted, shards_of

MISSING = [
    name
    for name, there in (("pyspark", importlib.util.find_spec("pyspark")), ("java", shutil.which("java")))
    if not there
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"no {' and no '.join(MISSING)}: Spark cannot be started here"),
]
ON = "2026-11-24"
EXECUTOR = "CoarseGrainedExecutorBackend"


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    import pyspark
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_WORKER_DIR", str(tmp_path_factory.mktemp("work")))
        patch.setenv("PYTHONPATH", str(Path(matcher.__file__).parents[1]))
        session = (
            SparkSession.builder.master("local-cluster[2,1,2048]")
            .config("spark.executor.memory", "1g")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


LAST_BITS = 1e-5  # of single precision: products of other shapes are rounded otherwise on some processors


def frame(spark, table, partitions=3):
    return spark.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)).repartition(partitions)


def rows(table, by):
    """The rows of a table of Spark or pandas in one order, unknown as None."""
    table = table.toArrow().to_pandas() if hasattr(table, "toArrow") else table
    for name in table:
        if isinstance(table[name].dtype, pd.CategoricalDtype):
            table = table.assign(**{name: table[name].astype(object)})
        elif pd.api.types.is_datetime64_any_dtype(table[name]):
            table = table.assign(**{name: table[name].dt.date})
    plain = table.astype(object).where(table.notna(), None)
    return plain.sort_values(by, kind="stable").reset_index(drop=True)


def same(given, expected, by, within=0.0):
    """Equal rows; figures to the last bit, or `within` so large a share of each."""
    assert list(given.columns) == list(expected.columns)
    given, expected = rows(given, by), rows(expected, by)
    for name in expected if within else ():
        if (figures := expected[name].map(lambda value: isinstance(value, float))).any():
            found, wanted = (table.loc[figures, name].astype(float) for table in (given, expected))
            pd.testing.assert_series_equal(found, wanted, rtol=within, atol=0)
            given.loc[figures, name] = expected.loc[figures, name]
    pd.testing.assert_frame_equal(given, expected, check_exact=True)


def executors(spark):
    """The processes of the executors."""
    driver, found = spark.sparkContext._gateway.proc.pid, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == driver and EXECUTOR in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def test_every_verdict_of_every_firm_and_an_executor_killed_while_it_scores(spark, tmp_path):
    firms = made_up_firms(2000)
    firms.loc[3, "rd_staff"], firms.loc[5, "sales_y3"] = -4, 1e18
    given = frame(spark, firms).withColumn("sales_y2", made_decimal("sales_y2"))
    marker = tmp_path / "killed"

    def kill_once(batches):
        if not marker.exists():
            marker.touch()
            daemon = os.getppid()
            executor = int(Path(f"/proc/{daemon}/stat").read_text().rsplit(")", 1)[1].split()[1])
            assert EXECUTOR in Path(f"/proc/{executor}/cmdline").read_text()
            os.kill(executor, signal.SIGKILL)
        yield from batches

    before = set(executors(spark))
    fragile = given.toDF(*(f"c{i}" for i in range(len(given.columns))))
    fragile = fragile.mapInArrow(kill_once, fragile.schema).toDF(*given.columns)
    expected = local_score(firms, ["hte", "tech-sme"], on=ON)
    scored = score(fragile, ["hte", "tech-sme"], on=ON)
    same(scored.summary, expected.summary, ["enterprise_id", "policy"])
    assert marker.exists()
    assert before - set(executors(spark))
    same(scored.verdicts, expected.verdicts, ["enterprise_id", "policy", "rule"])
    same(scored.problems, expected.problems, ["enterprise_id", "policy", "column", "problem"])


def test_executors_write_the_files_themselves_and_one_is_killed_at_the_end(spark, tmp_path):
    firms, place, marker = made_up_firms(500), tmp_path / "out", tmp_path / "killed"

    def kill_once(batches):
        yield from batches
        if not marker.exists():
            marker.touch()
            daemon = os.getppid()
            executor = int(Path(f"/proc/{daemon}/stat").read_text().rsplit(")", 1)[1].split()[1])
            os.kill(executor, signal.SIGKILL)

    fragile = frame(spark, firms).toDF(*(f"c{i}" for i in range(len(firms.columns))))
    fragile = fragile.mapInArrow(kill_once, fragile.schema).toDF(*firms.columns)
    expected = local_score(firms, ["hte", "tech-sme"], on=ON)
    assert score(fragile, ["hte", "tech-sme"], on=ON).save(place) == {"summary": 1000, "verdicts": 39 * 500}
    assert marker.exists()
    for name, by in (("summary", ["enterprise_id", "policy"]), ("verdicts", ["enterprise_id", "policy", "rule"])):
        assert all(path.name.startswith("part-") for path in (place / name).iterdir())
        same(pd.read_parquet(place / name), getattr(expected, name), by)
    assert spark.read.parquet(str(place / "verdicts")).count() == 39 * 500
    with pytest.raises(OutputError, match="不是空的"):
        score(frame(spark, firms), "hte", on=ON).save(place)
    none = score(frame(spark, firms).limit(0), "hte", on=ON)
    assert none.save(tmp_path / "none") == {"summary": 0, "verdicts": 0}
    assert len(pd.read_parquet(tmp_path / "none" / "verdicts")) == 0


def made_decimal(name):
    from pyspark.sql import functions as f

    return f.col(name).cast("decimal(20,2)")


def test_every_match_with_its_reasons_and_an_executor_killed_that_holds_a_part_of_the_library(spark, monkeypatch):
    outcomes = made_up("outcome", 300, characters=120, rng=1)
    needs = made_up("need", 40, characters=60, rng=2)
    killed, real = [], searching._won

    def won(found, k):
        killed.append(min(executors(spark)))
        os.kill(killed[0], signal.SIGKILL)
        return real(found, k)

    monkeypatch.setattr(searching, "_won", won)
    given = match(frame(spark, needs, 1), frame(spark, outcomes), k=5)
    same(given, matcher.match(needs, Index.build(outcomes), k=5), ["need_id", "rank"], within=LAST_BITS)
    assert killed
    assert killed[0] not in executors(spark)


def test_a_large_partition_becomes_several_indexes_and_a_need_stays_together_over_pieces(spark, monkeypatch):
    outcomes = made_up("outcome", 300, characters=120, rng=1)
    needs = made_up("need", 40, characters=60, rng=2)
    monkeypatch.setattr(searching, "shards_of", partial(shards_of, size=70))
    monkeypatch.setattr(searching, "_PAIRS", 7)
    monkeypatch.setattr(searching, "_NEEDS", 16)
    parts = shards_of(frame(spark, outcomes, 1), 70).groupBy("shard").sum("texts").toArrow().to_pandas()
    ids = sorted(outcomes["outcome_id"])
    assert sorted(parts.itertuples(index=False, name=None)) == [
        (ids[at], min(70, 300 - at)) for at in range(0, 300, 70)
    ]
    given = match(frame(spark, needs, 1), frame(spark, outcomes, 1), k=5)
    same(given, matcher.match(needs, Index.build(outcomes), k=5), ["need_id", "rank"], within=LAST_BITS)


def test_a_library_written_anew_under_the_same_name_is_read_anew(spark, tmp_path):
    path, needs = tmp_path / "library.parquet", made_up("need", 3, characters=60, rng=2)
    for many in (20, 40):
        library = made_up("outcome", many, characters=80, rng=many)
        library.to_parquet(path)
        given = match(frame(spark, needs), spark.read.parquet(str(path)).repartition(2), k=3)
        same(given, matcher.match(needs, Index.build(library), k=3), ["need_id", "rank"], within=LAST_BITS)


def test_wishes_act_as_on_one_machine_and_a_need_that_finds_nothing_keeps_its_line(spark):
    outcomes = made_up("outcome", 40, characters=120, rng=1)
    needs = made_up("need", 8, characters=60, rng=2).assign(region=["兰山区", "费县", *[""] * 6])
    wishes = {"same": ["region"], "weights": {"region": 0.5}, "reasons": False}
    given = match(frame(spark, needs, 1), frame(spark, outcomes, 2), k=3, **wishes)
    expected = matcher.match(needs, Index.build(outcomes), k=3, **wishes)
    assert (expected["rank"] == 0).sum() == 6
    same(given, expected, ["need_id", "rank"], within=LAST_BITS)


def test_fields_from_a_table_of_the_catalogue_to_another(spark):
    texts = pd.DataFrame({"enterprise_id": ["甲", "乙", "丙"], "scope": ["锂离子电池正极材料", "桃采后保鲜", None]})
    frame(spark, texts, 2).write.saveAsTable("firms")
    fields(spark.table("firms"), "hte", k=2).write.saveAsTable("fields")
    same(spark.table("fields"), classify(texts, "hte", k=2), ["id", "level", "rank"])


def test_the_visiting_list_of_each_county(spark):
    firms = made_up_firms(90).assign(county=["沂南县", "郯城县", "费县"] * 30, industry=["3562", "0111"] * 45)
    given = discover(frame(spark, firms), "tech-sme", on=ON, by="county").drop("expected", "low", "high")
    lists = [
        local_discover(group, "tech-sme", on=ON).listed.assign(county=county)
        for county, group in firms.groupby("county")
    ]
    expected = pd.concat(lists)[["county", "enterprise_id", "rank", "chance", "reasons", "ask"]]
    same(given, expected, ["county", "enterprise_id"])


def test_what_cannot_be_taken_is_refused_before_work_begins(spark):
    needs, outcomes = made_up("need", 2, characters=60, rng=2), made_up("outcome", 4, characters=60, rng=1)
    with pytest.raises(TableError, match="库表没有任何记录"):
        match(frame(spark, needs, 1), frame(spark, outcomes[:1], 1).limit(0))
    with pytest.raises(TableError, match="有编号重复：O000000"):
        match(frame(spark, needs, 1), frame(spark, pd.concat([outcomes, outcomes[:1]]), 2))
    with pytest.raises(TableError, match="1 个编号重复：N000000"):
        match(frame(spark, pd.concat([needs, needs[:1]]), 1), frame(spark, outcomes, 1))
    with pytest.raises(TableError, match="keywords（array）"):
        match(frame(spark, needs, 1), frame(spark, outcomes.assign(keywords=[["a"]] * 4), 1))
    with pytest.raises(PolicyError, match="列名不是约定的英文列名"):
        score(frame(spark, pd.DataFrame({"企业编号": ["a"], "销售收入": [1.0]}), 1), "hte", on=ON)
    with pytest.raises(TableError, match="needs one of the columns"):
        fields(frame(spark, pd.DataFrame({"title": ["齿轮"]}), 1), "hte")


def test_the_quantile_of_all_shards_is_that_of_one_index(spark):
    outcomes = made_up("outcome", 60, characters=60, rng=1)
    whole = Index.build(outcomes)
    shards = shards_of(frame(spark, outcomes))
    texts = outcomes["title"][:5].tolist(), [""] * 5
    shared = spark.sparkContext.broadcast(counted(shards))
    expected = np.quantile(whole.meanings(texts), 0.9, axis=1).astype(np.float32)
    np.testing.assert_allclose(_quantile(shards, shared, texts, 60), expected, rtol=1e-6)
