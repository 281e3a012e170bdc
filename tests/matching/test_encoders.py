import hashlib
import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from matcher.errors import EncoderError, MissingExtraError
from matcher.matching.encoding.encoders import StaticEncoder, encode_texts, fingerprint, load_encoder
from matcher.matching.texts.tokens import Segmenter

TERMS = {"机床": [4, 0, 0], "数控": [0, 3, 0], "控机": [0, 0, 5], "水稻": [-6, 0, 8], "cnc": [0, -2, 0]}
SCALES = [0.5, 1, 2, 1, 1]


@pytest.fixture
def folder(tmp_path):
    """Five terms by hand. 数控机床 is one unknown word and three bigrams; 机床 is word and bigram: it counts twice."""
    save_file(
        {"vectors": np.array(list(TERMS.values()), np.int8), "scales": np.array(SCALES, np.float32)},
        tmp_path / "model.safetensors",
    )
    (tmp_path / "vocabulary.txt").write_text("".join(f"{term}\n" for term in TERMS), encoding="utf-8")
    config(tmp_path, format="matcher-static-1", name="tiny", power=0.5)
    return tmp_path


def config(folder, **settings):
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    modules = [{"idx": 0, "name": "0", "path": "", "type": "matcher.matching.torch_encoder.StaticModule"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")


def unit(*numbers):
    return np.array(numbers) / np.sqrt(np.sum(np.square(numbers)))


EXPECTED = {
    "数控机床": unit(2, 3, 10),
    "机床": [1, 0, 0],
    "水稻": [-0.6, 0, 0.8],
    "机床，机床；ＣＮＣ": unit(4**0.5 * 2, -2, 0),
    "": [0, 0, 0],
    "。！": [0, 0, 0],
    "量子": [0, 0, 0],
    "量子机床": [1, 0, 0],
}


def test_pooled_vectors_are_the_ones_worked_out_by_hand(folder):
    encoder = StaticEncoder.load(folder)
    assert (encoder.name, encoder.dim, repr(encoder)) == ("tiny", 3, "StaticEncoder('tiny', 5 terms, dim=3)")
    vectors = encoder.encode(list(EXPECTED))
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(vectors, list(EXPECTED.values()), atol=1e-6)
    assert encoder.encode([]).shape == (0, 3)


def test_power_one_counts_every_occurrence_fully(folder):
    config(folder, format="matcher-static-1", name="tiny", power=1)
    vectors = StaticEncoder.load(folder).encode(["机床，机床；cnc"])
    np.testing.assert_allclose(vectors, [unit(4 * 2, -2, 0)], atol=1e-6)


def test_texts_beyond_one_chunk_and_segmented_texts_give_the_same_rows(folder, monkeypatch):
    encoder, texts = StaticEncoder.load(folder), list(EXPECTED)
    whole = encoder.encode(texts)
    np.testing.assert_array_equal(encoder.encode_terms(Segmenter().terms(texts)), whole)
    monkeypatch.setattr("matcher.matching.encoding.encoders.CHUNK", 3)
    np.testing.assert_array_equal(encoder.encode(texts), whole)


def test_fingerprint_names_the_three_files_whole(folder):
    parts = [(folder / name).read_bytes() for name in ("config.json", "vocabulary.txt", "model.safetensors")]
    first = StaticEncoder.load(folder)
    expected = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    assert (first.fingerprint, fingerprint(first)) == (expected, expected)
    (folder / "vocabulary.txt").write_text("机床\n数控\n控机\n小麦\ncnc\n", encoding="utf-8")
    assert StaticEncoder.load(folder).fingerprint != expected


def test_the_shipped_encoder_loads_and_knows_the_field():
    encoder = StaticEncoder.load()
    assert encoder.dim == 256
    need = encoder.encode(["提高数控机床主轴的加工精度"])
    outcomes = encoder.encode(["高精度车床误差补偿技术", "水稻高产栽培方法", "中药有效成分提取工艺"])
    assert np.argmax(need @ outcomes.T) == 0


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda f: (f / "vocabulary.txt").unlink(), "no static encoder"),
        (lambda f: (f / "config.json").write_text("{"), "damaged static encoder"),
        (lambda f: config(f, format="matcher-static-1", name="tiny"), r"damaged static encoder \(KeyError: 'power'\)"),
        (lambda f: config(f, format="other"), "format 'other'; this version reads 'matcher-static-1'"),
        (lambda f: (f / "model.safetensors").write_bytes(b"rubbish"), "damaged static encoder"),
        (
            lambda f: (f / "vocabulary.txt").write_text("机床\n机床\n"),
            r"1 terms, vectors \(5, 3\) and scales \(5,\) do",
        ),
        (lambda f: (f / "vocabulary.txt").write_bytes(b"\xff\n" * 5), "damaged static encoder"),
        (
            lambda f: save_file({"vectors": np.ones((5, 3)), "scales": np.ones(5)}, f / "model.safetensors"),
            "vectors must be int8",
        ),
        (
            lambda f: save_file(
                {"vectors": np.ones((5, 3), np.int8), "scales": np.full(5, np.nan)}, f / "model.safetensors"
            ),
            "one finite number a term",
        ),
    ],
)
def test_a_broken_folder_is_refused_with_its_name(folder, broken, message):
    broken(folder)
    with pytest.raises(EncoderError, match=message) as raised:
        StaticEncoder.load(folder)
    assert str(folder) in str(raised.value)


class Lengths:
    """Two numbers a text, and which method was called with what."""

    def __init__(self, answer=None):
        self.answer, self.calls = answer, []

    def encode(self, texts, /):
        self.calls.append(("encode", texts))
        return [[3 * len(text), 4] for text in texts] if self.answer is None else self.answer


class Roles(Lengths):
    def encode_query(self, texts, /):
        self.calls.append(("query", texts))
        return [[1, 0] for _ in texts]

    def encode_document(self, texts, /):
        self.calls.append(("document", texts))
        return [[0, 2] for _ in texts]


def test_any_object_with_encode_gives_unit_rows_and_never_sees_blank_texts():
    encoder = Lengths()
    vectors = encode_texts(encoder, ["", "机", " \n", "机床机床"], role="query")
    np.testing.assert_allclose(vectors, [[0, 0], [0.6, 0.8], [0, 0], unit(12, 4)], atol=1e-6)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert encoder.calls == [("encode", ["机", "机床机床"])]
    assert encode_texts(encoder, [], role="query").shape == (0, 2)
    np.testing.assert_array_equal(encode_texts(encoder, [""], role="document"), [[0, 0]])


def test_a_role_has_a_method_where_the_encoder_offers_one():
    encoder = Roles()
    np.testing.assert_array_equal(encode_texts(encoder, ["机床"], role="query"), [[1, 0]])
    np.testing.assert_array_equal(encode_texts(encoder, ["机床"], role="document"), [[0, 1]])
    assert encoder.calls == [("query", ["机床"]), ("document", ["机床"])]


def test_huge_and_zero_rows_stay_finite():
    vectors = encode_texts(Lengths([[3e30, 4e30], [0, 0]]), ["机", "床"], role="query")
    np.testing.assert_allclose(vectors, [[0.6, 0.8], [0, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([[1, 2]], r"Lengths.encode must return 2 rows for 2 texts, not shape \(1, 2\)"),
        ([1, 2], r"not shape \(2,\)"),
        ([[], []], r"not shape \(2, 0\)"),
        ([[1], [1, 2]], "must return one row of numbers a text"),
        ([["a"], ["b"]], "must return one row of numbers a text"),
        ([[1, 2], [np.nan, 1]], "a number that is not finite for '床'"),
    ],
)
def test_an_answer_that_is_no_finite_row_a_text_is_refused(answer, message):
    with pytest.raises(EncoderError, match=message):
        encode_texts(Lengths(answer), ["机", "床"], role="query")


def test_fingerprint_of_any_object_depends_on_what_it_answers():
    assert fingerprint(Lengths()) == fingerprint(Lengths())
    assert fingerprint(Lengths()) != fingerprint(Lengths(np.eye(6)))
    assert fingerprint(Lengths()) != fingerprint(Roles())


def test_load_encoder_reads_a_static_folder_which_has_no_prompts(folder):
    assert load_encoder(folder).fingerprint == StaticEncoder.load(folder).fingerprint
    with pytest.raises(EncoderError, match="a static encoder has no prompts"):
        load_encoder(folder, query_prompt="query: ")


def test_a_missing_extra_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError) as raised:
        load_encoder("bge-small-zh")
    assert str(raised.value) == (
        'bge-small-zh needs sentence-transformers: pip install "enterprise-matcher[transformers]"'
    )


def test_the_folder_loads_as_a_sentence_transformers_model_with_the_same_vectors(folder, tmp_path_factory):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    texts = list(EXPECTED)
    model = sentence_transformers.SentenceTransformer(str(folder), trust_remote_code=True, device="cpu")
    assert model.get_embedding_dimension() == 3
    np.testing.assert_allclose(model.encode(texts), list(EXPECTED.values()), atol=1e-6)
    copy = tmp_path_factory.mktemp("copy")
    model.save(str(copy))
    assert StaticEncoder.load(copy).fingerprint == StaticEncoder.load(folder).fingerprint


@pytest.fixture(scope="module")
def tiny_transformer(tmp_path_factory):
    """A text's vector is the mean of its tokens' unit vectors; `?` and `!` are what prompts put in front."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "?": 1, "!": 2, "a": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    module = StaticEmbedding(tokenizer, embedding_weights=np.eye(4, dtype=np.float32))
    folder = tmp_path_factory.mktemp("transformer")
    sentence_transformers.SentenceTransformer(
        modules=[module], device="cpu", prompts={"query": "? ", "document": ""}
    ).save(str(folder))
    return folder


def test_a_transformer_uses_its_prompts_or_the_given_ones(tiny_transformer):
    shipped_prompts = load_encoder(tiny_transformer)
    np.testing.assert_allclose(encode_texts(shipped_prompts, ["a"], role="query"), [unit(0, 1, 0, 1)], atol=1e-6)
    np.testing.assert_allclose(encode_texts(shipped_prompts, ["a"], role="document"), [[0, 0, 0, 1]], atol=1e-6)
    given = load_encoder(tiny_transformer, query_prompt="", document_prompt="! ")
    np.testing.assert_allclose(encode_texts(given, ["a"], role="query"), [[0, 0, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(encode_texts(given, ["a"], role="document"), [unit(0, 0, 1, 1)], atol=1e-6)
    assert fingerprint(shipped_prompts) == fingerprint(load_encoder(tiny_transformer))
    assert fingerprint(shipped_prompts) != fingerprint(given)


def test_a_model_that_is_not_there_is_refused_without_the_network(tmp_path):
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError, match="no sentence-transformers model among the local files"):
        load_encoder(tmp_path / "nothing")
    with pytest.raises(EncoderError, match=r"download=True fetches a model by its name"):
        load_encoder("nobody/no-such-model")


def test_a_text_gets_the_same_bits_alone_and_in_company():
    encoder = StaticEncoder.load()
    texts = ["中药提取工艺", "数控机床主轴的加工精度", "soil bacteria 土壤细菌", "高精度机床与提取工艺"]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_array_equal(encoder.encode(texts[::-1])[::-1], alone)
