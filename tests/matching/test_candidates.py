"""Candidates of a large library: what is found has the scores of an exact search, and what all lists hold is found."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from made_up import made_up
from pandas.testing import assert_frame_equal
from small import NEEDS, OUTCOMES, Known

from matcher import Index, match
from matcher.errors import ArgumentError, ArgumentTypeError, IndexFolderError
from matcher.matching.library import candidates, nearest
from matcher.matching.library.candidates import Candidates

MORE = pd.DataFrame({"outcome_id": ["C7", "C8"], "title": ["机械医药", ""], "region": ["兰山区", "罗庄区"]})


@pytest.fixture(scope="module")
def library():
    """Made-up outcomes and needs, and indexes of the outcomes: exact, and with candidates."""
    outcomes = made_up("outcome", 4_000, characters=80, rng=1)
    needs = made_up("need", 40, characters=60, rng=2)
    return needs, Index.build(outcomes, approximate_from=None), Index.build(outcomes, approximate_from=4_000)


def small(least):
    """OUTCOMES with records that were added, updated and removed."""
    index = Index.build(OUTCOMES, encoder=Known(), approximate_from=least).add(MORE).update(OUTCOMES[4:5])
    return index.remove(["C2"])


@pytest.mark.parametrize("near", [1, 3, 1000])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"k": 2},
        {"where": {"region": "兰山区"}},
        {"same": ["region"]},
        {"weights": {"region": 0.5}},
        {"valid_on": "2026-03-01"},
        {"exclude": pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C1"]})},
    ],
)
def test_where_all_lists_are_looked_into_answers_are_those_of_an_exact_search(monkeypatch, tmp_path, near, options):
    monkeypatch.setattr(nearest, "SMALL", 0)
    monkeypatch.setattr(candidates, "NEAR", near)
    wanted = match(NEEDS, small(None), **options)
    index = small(1)
    assert [part.candidates is not None for part in index.parts] == [True] * len(index.parts)
    assert_frame_equal(match(NEEDS, index, **options), wanted, check_exact=True)
    index.save(tmp_path)
    loaded = Index.load(tmp_path, encoder=Known())
    assert (loaded.approximate_from, loaded.parts[0].candidates is not None) == (1, True)
    assert_frame_equal(match(NEEDS, loaded, **options), wanted, check_exact=True)


def test_parts_with_candidates_and_without_are_searched_together(monkeypatch):
    monkeypatch.setattr(nearest, "SMALL", 0)
    abroad = pd.DataFrame({"outcome_id": ["E1", "E2"], "title": ["Grinding burn of gears", "Drying garlic slices"]})
    needs = pd.concat([NEEDS, pd.DataFrame({"need_id": ["N5"], "title": ["drying of garlic"]})], ignore_index=True)
    few, many = (Index.build(OUTCOMES, approximate_from=least).add(abroad) for least in (None, 6))
    assert [part.candidates is not None for part in many.parts] == [True, False]
    assert_frame_equal(match(needs, many), match(needs, few), check_exact=True)


def test_what_is_found_has_the_scores_of_an_exact_search(monkeypatch, library):
    needs, exact, index = library
    monkeypatch.setattr(candidates, "LOOKED_INTO", 12)
    fresh = Index.build(index.records, approximate_from=1)
    assert fresh.parts[0].candidates.lists.tolist() == index.parts[0].candidates.lists.tolist()
    wanted, found = (match(needs, one, k=k, reasons=False) for one, k in ((exact, 200), (fresh, 10)))
    columns = ["need_id", "outcome_id", "score", "semantic", "lexical"]
    both = found[columns].merge(wanted[columns])
    assert len(both) == len(found) == 400
    missed = len(found) - len(found[columns[:2]].merge(wanted.loc[wanted["rank"] <= 10, columns[:2]]))
    assert missed <= 20


def test_one_text_alone_finds_what_it_finds_among_others_and_in_another_process(library, tmp_path):
    needs, _, index = library
    together = match(needs, index)
    alone = pd.concat([match(needs[i : i + 1], index) for i in range(3)], ignore_index=True)
    assert_frame_equal(together[: len(alone)], alone, check_exact=True)
    index.save(tmp_path / "index")
    needs.to_parquet(tmp_path / "needs.parquet")
    code = (
        "import sys, pandas as pd; from matcher import Index, match; "
        "match(pd.read_parquet(sys.argv[2]), Index.load(sys.argv[1])).to_parquet(sys.argv[3])"
    )
    paths = [str(tmp_path / name) for name in ("index", "needs.parquet", "matches.parquet")]
    subprocess.run([sys.executable, "-c", code, *paths], check=True, cwd=tmp_path)
    assert_frame_equal(pd.read_parquet(tmp_path / "matches.parquet"), together, check_exact=True)


def test_equal_vectors_beyond_those_that_are_found_are_not_taken_for_further_ones():
    """A byte a number makes a cosine a little smaller or larger than it is."""
    some = np.random.default_rng(0).standard_normal((8, 16)).astype(np.float32)
    vectors = np.repeat(some / np.linalg.norm(some, axis=1, keepdims=True), 150, axis=0)
    held = Candidates.of(vectors)
    assert [held.near(vector).beyond for vector in vectors[::150]] == pytest.approx([1] * 8, abs=1e-6)


def test_lists_that_hold_too_little_lose_nothing(monkeypatch):
    """Equal vectors share one list, and the others are empty."""
    monkeypatch.setattr(candidates, "EACH", 1)
    monkeypatch.setattr(candidates, "LOOKED_INTO", 1)
    vectors = np.repeat(np.float32([[1, 0], [0, 1], [0, 0]]), [8, 2, 1], axis=0)
    found = Candidates.of(vectors).near(vectors[8])
    assert (set(found.rows.tolist()) <= set(range(11)), found.beyond) == (True, 1)


@pytest.mark.parametrize(
    ("least", "error", "message"),
    [
        (0, ArgumentError, "approximate_from must be at least 1, not 0"),
        (True, ArgumentTypeError, "approximate_from is a whole number, not bool"),
    ],
)
def test_other_numbers_are_refused(least, error, message):
    with pytest.raises(error, match=message):
        Index.build(OUTCOMES, approximate_from=least)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("lists", np.int64([0, 0, 0, 0, 0, 9])),
        ("lists", np.int64([-1, 0, 0, 0, 0, 0])),
        ("lists", np.int32([0] * 6)),
        ("lists", np.int64([0] * 5)),
        ("centres", np.float32([[1, 0]])),
        ("centres", np.float32([[1, 0, 0, 0, np.nan]])),
    ],
)
def test_lists_that_cannot_be_are_refused_though_their_hashes_fit(tmp_path, name, wrong):
    Index.build(OUTCOMES, encoder=Known(), approximate_from=1).save(tmp_path)
    [path] = tmp_path.glob(f"part-*/{name}.npy")
    np.save(path, wrong)
    manifest, _ = (tmp_path / "CURRENT").read_text().split()
    content = json.loads((tmp_path / manifest).read_text("utf-8"))
    content["parts"][0]["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    data = json.dumps(content).encode()
    (tmp_path / manifest).write_bytes(data)
    (tmp_path / "CURRENT").write_bytes(f"{manifest} {hashlib.sha256(data).hexdigest()}\n".encode())
    with pytest.raises(IndexFolderError, match="索引文件不完整或已损坏"):
        Index.load(tmp_path, encoder=Known())
