"""English needs and outcomes: words beside the default encoder, pairs of two languages, and how an index names them."""

import hashlib
import json

import abroad
import across_languages
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from matcher import Index, match
from matcher.errors import EncoderError, IndexFolderError
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.encoding.english import forms, parts_of
from matcher.matching.library.score_scale import ScoreScale
from matcher.matching.texts.tokens import Segmenter, foreign_rows

CHINESE = {"机床": [4, 0, 0], "水稻": [-6, 0, 8], "pbat": [0, 0, 3], "tool": [9, 9, 9]}
ENGLISH = {"machine": [3, 0, 4], "tool": [0, 5, 0], "photo": [1, 0, 0], "acoustic": [0, 1, 0], "city": [0, 0, 1]}


def write(folder, vectors):
    folder.mkdir(exist_ok=True)
    numbers = {"vectors": np.array(list(vectors.values()), np.int8), "scales": np.ones(len(vectors), np.float32)}
    save_file(numbers, folder / "model.safetensors")
    (folder / "vocabulary.txt").write_text("".join(f"{word}\n" for word in vectors), encoding="utf-8")


def config(folder, **changes):
    names = ("vocabulary.txt", "model.safetensors")
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    settings = {"format": "matcher-english-1", "across": [0.1, 0.2], "sha256": hashes} | changes
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "tiny", CHINESE)
    settings = {"format": "matcher-static-1", "name": "tiny", "power": 0.5}
    (tmp_path / "tiny" / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    write(tmp_path / "tiny" / "english", ENGLISH)
    config(tmp_path / "tiny" / "english")
    return tmp_path / "tiny"


def unit(*numbers):
    return np.array(numbers) / np.sqrt(np.sum(np.square(numbers)))


EXPECTED = {
    "machine tools": unit(3, 5, 4),
    "Machine, machine": [0.6, 0, 0.8],
    "photoacoustics": unit(1, 1, 0),  # a compound: the sum of its parts over the root of their number
    "cities": [0, 0, 1],
    "PBAT": [0, 0, 1],  # a sign that the Chinese table alone knows
    "unheard": [0, 0, 0],
    "to": [0, 0, 0],
    "机床 tool": unit(2**0.5 * 4 + 9, 9, 9),  # 机床 is word and bigram, as everywhere
}


def test_english_texts_are_read_by_english_words_and_others_as_before(folder):
    vectors = StaticEncoder.load(folder).encode(list(EXPECTED))
    np.testing.assert_allclose(vectors, list(EXPECTED.values()), atol=1e-6)


def test_chinese_rows_keep_their_bits_beside_english_ones_and_with_or_without_the_words(folder):
    chinese, mixed = (
        ["数控机床", "机床 tool", "水稻 PBAT"],
        ["机床 tool", "machine tool", "水稻 PBAT", "数控机床", "photo"],
    )
    encoder = StaticEncoder.load(folder)
    alone, beside = encoder.encode(chinese), encoder.encode(mixed)
    np.testing.assert_array_equal(alone[[1, 2, 0]], beside[[0, 2, 3]])
    fingerprint = encoder.fingerprint
    (folder / "english" / "config.json").unlink()
    plain = StaticEncoder.load(folder)
    assert (plain.english, plain.fingerprint) == (None, fingerprint)
    np.testing.assert_array_equal(plain.encode(chinese), alone)


def test_words_are_not_read_before_an_english_text_comes(folder):
    (folder / "english" / "model.safetensors").unlink()
    encoder = StaticEncoder.load(folder)
    assert encoder.encode(["机床", ""]).any()
    with pytest.raises(EncoderError, match=r"english: no English words \(No such file or directory"):
        encoder.encode(["machine"])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda f: config(f, format="other"), "format 'other'; this version reads 'matcher-english-1'"),
        (lambda f: config(f, across=[0.1]), "damaged English words"),
        (lambda f: config(f, across=[0.1, 0]), r"across must be a mean and a deviation of cosines, not \[0.1, 0\]"),
        (lambda f: (f / "config.json").write_text("{"), "damaged English words"),
        (lambda f: (f / "vocabulary.txt").write_text("a\nb\nc\nd\ne\n"), "vocabulary.txt is not the file that config"),
        (
            lambda f: ((f / "vocabulary.txt").write_text("a\na\n"), config(f)),
            r"2 words and vectors \(5, 3\) do not fit",
        ),
        (lambda f: ((f / "model.safetensors").write_bytes(b"rubbish"), config(f)), "damaged English words"),
    ],
)
def test_broken_words_are_refused_with_their_folder(folder, broken, message):
    broken(folder / "english")
    with pytest.raises(EncoderError, match=message) as raised:
        StaticEncoder.load(folder).encode(["machine"])
    assert str(folder / "english") in str(raised.value)


def test_plainer_forms_and_parts():
    assert list(forms("batteries"))[:2] == ["batteries", "battery"]
    assert {"weld", "welde"} < set(forms("welding"))
    assert "run" in forms("running")
    assert "fiber" in forms("fibre")
    vocabulary = {"nano": 0, "fiber": 1, "electrode": 2, "bio": 3, "gas": 4}
    words = ("nanofibres", "electrodes", "biogas", "bionanofiber", "gasket", "bio2", "xy")
    assert [parts_of(word, vocabulary) for word in words] == [[0, 1], [2], [3, 4], [3, 0, 1], [], [], []]


def test_foreign_texts_have_latin_words_and_no_chinese_character():
    texts = ["machine tool", "机床 machine", "机床", "42 kW", "", "LED", "μm", "Gerät"]
    expected = [True, False, False, False, False, True, False, True]
    assert foreign_rows(Segmenter().terms(texts)).tolist() == expected
    records = pd.DataFrame(
        {"outcome_id": list("ABCDEFGH"), "title": ["", *texts[1:]], "description": ["tools", *[""] * 7]}
    )
    assert Index.build(records).foreign.tolist() == expected


def test_between_languages_the_meaning_has_the_larger_share():
    scale = ScoreScale((0.2, 0.1), (0.1, 0.05))
    across = scale.across(0.05, 0.2)
    semantic, lexical = np.array([0.25]), np.array([0.1])
    assert np.concatenate(scale.parts(semantic, lexical)).tolist() == pytest.approx([0.3 * 0.5, 0])
    assert np.concatenate(across.parts(semantic, lexical)).tolist() == pytest.approx([0.7 * 1, 0.3 * 2])
    rough = across.rough(semantic.astype(np.float32), lexical.astype(np.float32))
    assert rough.tolist() == pytest.approx([1.3], abs=1e-5)


def test_one_library_of_two_languages_and_reasons_that_claim_nothing_across():
    outcomes = pd.DataFrame(
        {
            "outcome_id": ["C1", "C2", "C3", "C4"],
            "title": [
                "齿轮磨削烧伤检测",
                "桃采后保鲜",
                "Fresh-keeping of peaches after harvest",
                "Detection of grinding burn",
            ],
        }
    )
    needs = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["桃子采后怎样保鲜", "grinding burn of gears"]})
    found = match(needs, Index.build(outcomes), k=2)
    assert found.groupby("need_id")["outcome_id"].apply(set).to_dict() == {"N1": {"C2", "C3"}, "N2": {"C1", "C4"}}
    across = found["note"].str.contains("语言不同，只按含义比较，概率未经检验")
    assert set(found.loc[across, "outcome_id"]) == {"C3", "C1"}
    assert (found.loc[across, "unanswered"] == "").all()


def test_an_index_without_these_words_is_refused_only_where_it_has_english_records(tmp_path):
    for name, titles in {"zh": ["机床", "水稻"], "en": ["机床", "machine tool"]}.items():
        Index.build(pd.DataFrame({"outcome_id": ["C1", "C2"], "title": titles})).save(tmp_path / name)
        assert len(Index.load(tmp_path / name)) == 2
        current = (tmp_path / name / "CURRENT").read_text().split()[0]
        manifest = json.loads((tmp_path / name / current).read_text("utf-8"))
        assert manifest["encoder"].pop("english") == StaticEncoder.load().english.fingerprint
        data = json.dumps(manifest).encode()
        (tmp_path / name / current).write_bytes(data)
        (tmp_path / name / "CURRENT").write_text(f"{current} {hashlib.sha256(data).hexdigest()}\n", newline="\n")
    assert len(Index.load(tmp_path / "zh")) == 2
    with pytest.raises(IndexFolderError) as raised:
        Index.load(tmp_path / "en")
    assert str(raised.value) == f"{tmp_path / 'en'}：索引中 1 条英文记录由另一版英文词表编码；请重新建立索引"


def test_the_shipped_words_meet_what_was_wanted():
    encoder = StaticEncoder.load()
    ranks = abroad.ranks(encoder, *map(abroad.read, ("needs", "outcomes", "answers")))
    assert ((ranks.set_index("half")["match"] <= 5).groupby(level=0).mean() >= 0.8).all()
    assert np.mean(np.array(across_languages.ranks(encoder)["match"]) <= 5) >= 0.75
