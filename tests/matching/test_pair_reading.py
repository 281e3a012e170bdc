"""Reading together: what is read of two texts, which pairs are read, where they then stand, and what is recommended."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from matcher import Index, match, read_needs, read_outcomes
from matcher.errors import EncoderError
from matcher.matching import matches
from matcher.matching.learning.recommendation import Recommender
from matcher.matching.likely_first import FIRST, LIKELY
from matcher.matching.second_stage.late_interaction import TokenModel
from matcher.matching.second_stage.pair_reading import FILES, PairModel, best_read_first, read_first

REAL = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers"))
needs_extra = pytest.mark.skipif(not REAL, reason='needs pip install "enterprise-matcher[accurate]"')
EXAMPLES = Path(__file__).parents[2] / "examples"
SIGNS = "....甲乙丙丁戊己...:"  # the numbers that special pieces and the colon have


class Characters:
    """A tokenizer with one piece a character; 己 is not among the model's."""

    def encode(self, text, add_special_tokens):
        return SimpleNamespace(ids=[SIGNS.index(sign) for sign in text])


class Told:
    """A session that keeps what it was asked, and answers with the length of what it reads."""

    def __init__(self):
        self.asked = []

    def run(self, names, inputs):
        self.asked.append((inputs["ids"][0].tolist(), inputs["sides"][0].tolist()))
        return [np.array([inputs["ids"].shape[1]], np.float32)]


def made_up(need: int = 4, outcome: int = 3) -> PairModel:
    number = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 3, 3, 3, 12])
    return PairModel(Characters(), Told(), number, {"need": need, "outcome": outcome})


def test_each_side_is_cut_to_its_pieces_and_told_apart():
    model = made_up()
    assert model.odds([(("甲", "乙丙丁"), ("己", ""))]).tolist() == [10.0]
    assert model.session.asked == [([0, 4, 12, 5, 6, 2, 2, 3, 12, 2], [0] * 6 + [1] * 4)]
    assert model.odds([]).tolist() == []
    assert made_up().odds([(("", ""), ("", "")), (("甲乙丙丁", "戊"), ("甲乙丙", "丁"))]).tolist() == [6.0, 11.0]


def test_only_pairs_worth_it_are_read_and_the_need_comes_first():
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["甲", "乙"], "description": ["丙", ""]})
    needs = outcomes.rename(columns={"outcome_id": "need_id"})
    at, rows, worth = np.array([0, 0]), np.array([0, 1]), np.array([False, True])
    for table, expected in ((outcomes, [0, 7, 12, 2, 2, 5, 12, 2]), (needs, [0, 5, 12, 2, 2, 7, 12, 2])):
        model = made_up()
        odds = read_first(model, Index.build(table), (["丁"], [""]), at, rows, worth)
        assert np.array_equal(odds, [np.nan, 8.0], equal_nan=True)
        assert [ids for ids, _ in model.session.asked] == [expected]


def test_read_rows_come_first_by_probability_and_others_keep_their_places():
    asking = np.array(["a"] * 5 + ["b"] * 2, object)
    rank = np.array([1, 2, 3, 4, 5, 1, 2])
    nothing = np.nan
    read = np.array([nothing, 1.0, 1.0, nothing, nothing, nothing, nothing])
    chance = np.array([0.9, 0.2, 0.5, 0.99, 0.98, 0.1, 0.3])
    assert best_read_first(asking, rank, read, chance).tolist() == [2, 1, 0, 3, 4, 5, 6]
    assert best_read_first(asking[:0], rank[:0], read[:0], chance[:0]).tolist() == []


def test_a_folder_without_the_model_reads_nothing_and_a_damaged_one_is_told(tmp_path):
    tokens = tmp_path / "tokens-zh"
    assert PairModel.beside(tokens) is None
    model = TokenModel(Characters(), Told(), np.ones(len(SIGNS)), {"asking": 4, "record": 4})
    assert PairModel.of(model) is None
    (tmp_path / "pairs-zh").mkdir()
    for name in FILES:
        (tmp_path / "pairs-zh" / name).write_text('{"format": "another"}')
    with pytest.raises(EncoderError, match="another"):
        PairModel.beside(tokens)


@needs_extra
def test_the_shipped_model_tells_an_answer_from_a_neighbour():
    model = PairModel.of(True)
    need = "木材防潮处理", "实木地板在潮湿环境中容易变形发霉，求一种环保的木材防潮防霉处理技术。"
    answer = "一种环保型木材防潮防霉处理方法", "用复合浸渍剂处理实木地板，可防止木材受潮变形和发霉，不含甲醛。"
    neighbour = "木材干燥窑的温度控制系统", "用于木材干燥过程的温度采集与自动控制，提高干燥质量。"
    good, poor = model.odds([(need, answer), (need, neighbour)])
    assert good > poor


@needs_extra
def test_match_reads_first_rows_and_moves_the_most_probable_up(monkeypatch):
    outcomes, needs = read_outcomes(EXAMPLES / "outcomes.csv").rows, read_needs(EXAMPLES / "needs.csv").rows.head(12)
    index = Index.build(outcomes)
    asked = []
    reads = matches.read_first

    def kept(*given):
        asked.append((given[-1], reads(*given)))
        return asked[-1][1]

    monkeypatch.setattr(matches, "read_first", kept)
    read = match(needs, index, k=5, accurate=True, reasons=False)
    [(worth, odds)] = asked
    assert np.isfinite(odds).tolist() == worth.tolist()
    assert worth.any()
    assert read["rank"].tolist() == [1, 2, 3, 4, 5] * len(needs)
    assert (read.groupby("need_id")["score"].diff().dropna() <= 0).all()
    monkeypatch.setattr(matches.PairModel, "of", lambda accurate: None)
    plain = match(needs, index, k=5, accurate=True, reasons=False)
    for need, some in read.groupby("need_id"):
        before = plain[plain["need_id"] == need]
        assert set(some["outcome_id"][:FIRST]) == set(before["outcome_id"][:FIRST])
        assert some["outcome_id"][FIRST:].tolist() == before["outcome_id"][FIRST:].tolist()
    both = read.merge(plain, on=["need_id", "outcome_id"], suffixes=("", "_before"))
    changed = both["probability"] != both["probability_before"]
    assert changed.sum() == worth.sum()
    assert (both["probability_before"][changed] >= LIKELY).all()


def test_the_shipped_decision_rises_with_what_was_read():
    recommender, good = Recommender.reading()
    assert 0.35 < good < 1
    plain = np.repeat(recommender.mean[None, :-1], 2, axis=0)
    plain[:, -1] = [-4.0, 2.0]
    shift, interval = recommender.moved(plain, np.array([0.2, 0.2]), 1.0)
    assert shift[0] < shift[1]
    assert (interval[:, 0] < interval[:, 1]).all()
    assert recommender.moved(plain, np.array([0.2, 0.2]), 0.0)[0].tolist() == [0.0, 0.0]
