"""The second stage: its numbers against brute force, its place in `match` with a model known by construction, and the
shipped model where its extra is installed."""

import importlib.util
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from matcher import Index, match
from matcher.errors import ArgumentError, ArgumentTypeError, EncoderError, MissingExtraError
from matcher.matching.second_stage.late_interaction import TokenModel, Tokens, max_sim

REAL = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers"))
needs_extra = pytest.mark.skipif(not REAL, reason='needs pip install "enterprise-matcher[accurate]"')
SIGNS = "<>甲乙丙丁戊己"


class Characters:
    """A tokenizer with one piece a character."""

    def encode(self, text):
        return SimpleNamespace(ids=[0, 1])

    def encode_batch(self, texts, add_special_tokens):
        return [SimpleNamespace(ids=[SIGNS.index(sign) for sign in text if sign in SIGNS]) for text in texts]

    def id_to_token(self, number):
        return SIGNS[number]


class Alike:
    """A session in which every character is like itself only, but for 戊, which means 甲."""

    def run(self, names, inputs):
        ids = np.where(inputs["ids"] == SIGNS.index("戊"), SIGNS.index("甲"), inputs["ids"])
        return [np.eye(len(SIGNS), dtype=np.float32)[ids]]


def made_up_model(asking: int = 8, record: int = 8) -> TokenModel:
    return TokenModel(Characters(), Alike(), np.ones(len(SIGNS)), {"asking": asking, "record": record}, 0.0, 0.1)


def plain_score(asking: Tokens, record: Tokens, idf: np.ndarray) -> float:
    """The definition, one pair of pieces at a time."""

    def mean_of_best(ones, others):
        best = [max(float(vector @ other) for other in others.vectors) for vector in ones.vectors]
        weights = [idf[piece] for piece in ones.pieces]
        return sum(b * w for b, w in zip(best, weights, strict=True)) / sum(weights)

    if not len(asking.pieces) or not len(record.pieces):
        return 0.0
    title = Tokens(asking.vectors[: asking.title], asking.pieces[: asking.title], 0)
    body = Tokens(asking.vectors[asking.title :], asking.pieces[asking.title :], 0)
    end = record.title or len(record.pieces)
    parts = [mean_of_best(part, record) for part in (title, body) if len(part.pieces)]
    back = mean_of_best(Tokens(record.vectors[:end], record.pieces[:end], 0), asking)
    return (parts[0] + parts[-1] + back) / 3


def drawn(rng: np.random.Generator, size: int, title: int) -> Tokens:
    vectors = rng.normal(size=(size, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Tokens(vectors.astype(np.float16), rng.integers(6, size=size), title)


def test_scores_are_those_of_brute_force():
    rng = np.random.default_rng(0)
    idf = rng.uniform(1, 9, size=6)
    nothing = Tokens(np.zeros((0, 1), np.float16), np.zeros(0, np.int64), 0)
    records = [drawn(rng, 7, 2), drawn(rng, 1, 1), nothing, drawn(rng, 4, 0), drawn(rng, 12, 12)]
    for asking in (drawn(rng, 9, 3), drawn(rng, 5, 5), drawn(rng, 5, 0), nothing):
        expected = [plain_score(asking, record, idf) for record in records]
        assert max_sim(asking, records, idf) == pytest.approx(expected, abs=2e-3)
    assert max_sim(records[0], [], idf).tolist() == []


def test_titles_leave_room_for_bodies_and_take_what_bodies_leave():
    model = made_up_model(asking=4)
    read = model.encode(["甲乙丙丁", "甲乙丙丁", "甲", ""], ["甲乙丙丁", "戊", "乙丙丁戊", "甲乙"], "asking")
    assert [("".join(SIGNS[i] for i in one.pieces), one.title) for one in read] == [
        ("甲乙甲乙", 2),
        ("甲乙丙戊", 3),
        ("甲乙丙丁", 1),
        ("甲乙", 0),
    ]
    assert model.encode([""], [""], "record")[0].pieces.tolist() == []


def test_the_second_stage_lifts_what_means_the_same():
    """戊 means 甲, which neither words nor the default encoder know: the last record comes first by the third part."""
    outcomes = pd.DataFrame({"outcome_id": ["C1", "C2", "C3"], "title": ["丁丁乙", "丁丁丙", "戊己"]})
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["甲己", "丁丁"]})
    index = Index.build(outcomes)
    before = match(needs, index)
    after = match(needs, index, accurate=made_up_model())
    assert after.groupby("need_id")["outcome_id"].first().tolist() == ["C3", "C1"]
    assert after["rerank"].round(4).tolist()[:3] == [7.0, 0.0, 0.0]
    for name in ("score", "level", "probability"):  # these stay at their places
        assert after[name].tolist() == before[name].tolist()
    both = match(needs, index, accurate=made_up_model(), rerank_top=1)
    assert both["outcome_id"].tolist() == before["outcome_id"].tolist()
    assert both["rerank"].notna().tolist() == [True, False, False] * 2
    pd.testing.assert_frame_equal(match(needs[1:], index, accurate=made_up_model()), after[3:].reset_index(drop=True))


def test_no_rows_and_no_records():
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["甲"]})
    index = Index.build(pd.DataFrame({"outcome_id": ["C1"], "title": ["乙"]}))
    assert match(needs, index, accurate=made_up_model(), mask=[False])["outcome_id"].tolist() == [""]
    assert match(needs[:0], index, accurate=made_up_model()).empty


def test_what_cannot_be_asked_is_told(tmp_path, monkeypatch):
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["甲"]})
    index = Index.build(pd.DataFrame({"outcome_id": ["C1"], "title": ["乙"]}))
    with pytest.raises(ArgumentError, match="give rerank or accurate, not both"):
        match(needs, index, accurate=made_up_model(), rerank=lambda pairs: [0.0] * len(pairs))
    with pytest.raises(ArgumentTypeError, match="the folder of a model or a TokenModel, not int"):
        match(needs, index, accurate=3)
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r'pip install "enterprise-matcher\[accurate\]"'):
        match(needs, index, accurate=True)


@needs_extra
def test_a_folder_without_a_model_is_named(tmp_path):
    missing = "没有第二阶段的模型（缺少 config.json、tokenizer.json、model.onnx、idf.safetensors）"
    with pytest.raises(EncoderError, match=missing) as told:
        TokenModel.load(tmp_path)
    assert 'pip install "enterprise-matcher[accurate]"' in str(told.value)


@needs_extra
def test_a_damaged_model_is_named(tmp_path):
    for name in ("tokenizer.json", "model.onnx", "idf.safetensors"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "config.json").write_text('{"format": "matcher-tokens-0"}')
    with pytest.raises(EncoderError, match="format 'matcher-tokens-0'; this version reads 'matcher-tokens-1'"):
        TokenModel.load(tmp_path)
    (tmp_path / "config.json").write_text(
        '{"format": "matcher-tokens-1", "pieces": {"asking": 8, "record": 8}, "centre": 0, "spread": 1}'
    )
    with pytest.raises(EncoderError, match="damaged token model"):
        TokenModel.load(tmp_path)


@needs_extra
def test_the_shipped_model_reads_meaning():
    """Other words for the same thing, against the same words for another thing."""
    model = TokenModel.load()
    [asking] = model.encode(["废水处理的絮凝剂"], ["现有药剂用量大，污泥多，要求降低用量。"], "asking")
    titles = ["污水净化用混凝药剂", "处理器散热的导热剂", "桃采后保鲜"]
    records = model.encode(titles, ["", "", ""], "record")
    scores = max_sim(asking, records, model.idf)
    assert np.argsort(-scores).tolist() == [0, 1, 2]
    for title, record in zip(titles, records, strict=True):  # long company once filled short texts up
        [alone] = model.encode([title], [""], "record")
        assert alone.pieces.tolist() == record.pieces.tolist()
        assert (alone.vectors == record.vectors).all()
        assert len(alone.pieces) <= len(title) + 1
    assert np.linalg.norm(alone.vectors.astype(float), axis=1) == pytest.approx(np.ones(len(alone.pieces)), abs=1e-2)
