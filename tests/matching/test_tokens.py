"""Chinese text to counted terms: whole answers on small texts; the two segmenters held against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.matching.texts.normal_forms import normalise, normalise_all
from matcher.matching.texts.tokens import (
    LONG_SENTENCE,
    Segmenter,
    Terms,
    domain_words,
    language,
    sentences,
)

ENGINES = ["rjieba", "jieba"]
WORD = True  # the segmenter read it as a word; the other terms are characters and bigrams

# A two-character word counts twice: as a word and as a bigram. A longer one counts once, beside its bigrams.
TERMS = {
    "机床": {"机床": (2, WORD), "机": (1, False), "床": (1, False)},
    "数控机床，数控": {
        "数控机床": (1, WORD),
        "数控": (3, WORD),
        "控机": (1, False),
        "机床": (1, False),
        "数": (2, False),
        "控": (2, False),
        "机": (1, False),
        "床": (1, False),
    },
    "ＣＮＣ 5轴机床": {
        "cnc": (1, WORD),
        "5": (1, WORD),
        "轴机": (1, False),
        "机床": (2, WORD),
        "轴": (1, False),
        "机": (1, False),
        "床": (1, False),
    },
    "PLA-2.5": {"pla": (1, WORD), "2": (1, WORD), "5": (1, WORD)},
    "α粒子": {"α": (1, WORD), "粒子": (2, WORD), "粒": (1, False), "子": (1, False)},
    "㎜": {"mm": (1, WORD)},
    "床 床\n床": {"床": (3, False)},
    "😀机床\ud800床": {"机床": (2, WORD), "机": (1, False), "床": (2, False)},
    "𠀀字": {"𠀀字": (1, False), "𠀀": (1, False), "字": (1, False)},
    "": {},
    " \t\n": {},
    "。！？——()": {},
    "😀\ud800\udfff\x00\ufeff": {},
}


def counted(terms: Terms) -> list[dict[str, tuple[int, bool]]]:
    """Each text's terms: how often, and whether read as a word."""
    parts = zip(terms.ids.tolist(), terms.counts.tolist(), terms.is_word.tolist(), strict=True)
    flat = [(terms.names[i], (count, is_word)) for i, count, is_word in parts]
    return [dict(flat[start:end]) for start, end in zip(terms.offsets[:-1], terms.offsets[1:], strict=True)]


@pytest.mark.parametrize("engine", ENGINES)
def test_terms_of_small_texts(engine):
    terms = Segmenter(engine=engine).terms(list(TERMS))
    assert counted(terms) == list(TERMS.values())
    assert len(terms) == len(TERMS)
    assert len(set(terms.names)) == len(terms.names)
    assert (terms.ids.dtype, terms.counts.dtype, terms.is_word.dtype) == (np.int32, np.int32, np.bool_)


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_has_no_terms(texts):
    terms = Segmenter().terms(texts)
    assert (len(terms), terms.names, terms.ids.tolist()) == (len(texts), [], [])


def test_a_text_has_the_same_terms_alone_and_in_company():
    alone = [counted(Segmenter().terms([text]))[0] for text in TERMS]
    assert counted(Segmenter().terms(list(TERMS))) == alone


def test_first_gives_the_leading_texts():
    terms = Segmenter().terms(["机床", "水稻", "cnc"])
    assert counted(terms[:2]) == counted(Segmenter().terms(["机床", "水稻"]))
    assert counted(terms[:0]) == []


def test_joined_adds_the_second_half_to_the_first_by_weights():
    terms = Segmenter().terms(["数控", "", "cnc", "数控机床", "cnc cnc", ""])
    assert counted(terms.joined((2, 1))) == [
        {
            "数控": (2 * 2 + 1, WORD),  # a word in the title, a bigram in the body
            "数": (2 + 1, False),
            "控": (2 + 1, False),
            "数控机床": (1, WORD),
            "控机": (1, False),
            "机床": (1, False),
            "机": (1, False),
            "床": (1, False),
        },
        {"cnc": (2, WORD)},
        {"cnc": (2, WORD)},
    ]


# What people type: words of the dictionary, signs, Latin, digits, blanks, odd characters.
pieces = st.sampled_from(
    ["数控机床", "废水处理", "的", "高", "精度", "沂蒙", "PLA", "5G", "2.5", "Ｃ", "㎜", "%", "+", "-"]
)
characters = st.sampled_from(list("机床水稻中药，。 \n/_.#&@α😀é０ｱ가"))
texts = st.lists(pieces | characters, max_size=20).map("".join)


@settings(max_examples=200)
@given(st.lists(texts, max_size=4))
def test_jieba_and_rjieba_give_equal_terms(many):
    assert counted(Segmenter(engine="jieba").terms(many)) == counted(Segmenter(engine="rjieba").terms(many))


@settings(max_examples=300)
@given(st.lists(st.text() | texts, max_size=6))
def test_normalising_many_is_normalising_each(many):
    assert normalise_all(many) == [normalise(text) for text in many]


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=[])))
def test_no_text_breaks_segmentation(text):
    (result,) = counted(Segmenter().terms([text]))
    assert all(name.strip() == name and name.encode() and count > 0 for name, (count, _) in result.items())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＣＮＣ１２３％", "cnc123%"),
        ("5㎜ ﬁlm Ⅳ型", "5mm film iv型"),
        ("\ufeff机\u200b床\x00\r", "机 床"),
        ("\ud800机床\udfff", "机床"),
        ("ΑΣ", "ας"),
        ("e\u0301", "é"),
        ("　 ", ""),
    ],
)
def test_normalised_text(text, plain):
    assert normalise(text) == plain
    assert normalise_all([text, text]) == [plain, plain]


@pytest.mark.parametrize("engine", ENGINES)
def test_user_words_are_kept_whole(engine):
    text = "采用沂蒙灵芝孢粉提取"
    words = [name for name, (_, is_word) in counted(Segmenter(engine=engine).terms([text]))[0].items() if is_word]
    assert "沂蒙灵芝孢粉" not in words
    kept = counted(Segmenter([" 沂蒙灵芝孢粉", "ＡＢＣ膜", ""], engine=engine).terms([text, "abc膜"]))
    assert kept[0]["沂蒙灵芝孢粉"] == (1, WORD)
    assert kept[0]["灵芝"] == (1, False)
    assert kept[1] == {"abc膜": (1, WORD), "膜": (1, False)}


@pytest.mark.parametrize("engine", ENGINES)
def test_domain_words_are_kept_whole(engine):
    word = next(word for word in domain_words() if len(word) == 6)
    assert counted(Segmenter(engine=engine).terms([word]))[0][word] == (1, WORD)


def test_named_leaves_out_what_names_nothing():
    words = ["机床", "数控机床", "高精度", "赛博格", "pla", "较高", "不错", "一种", "的", "床", "2024", "非常"]
    named = {"机床", "数控机床", "高精度", "赛博格", "pla"}
    assert Segmenter(engine="rjieba").named(words) == Segmenter(engine="jieba").named(words) == named


def test_segmenters_compare_by_words_and_engine():
    assert Segmenter(["乙", "甲", "甲 "]) == Segmenter(["甲", "乙"])
    assert hash(Segmenter(["甲"])) == hash(Segmenter(["甲"]))
    assert Segmenter(["甲"]) != Segmenter()
    assert Segmenter(engine="jieba") != Segmenter(engine="rjieba")
    assert Segmenter(["甲"]).identity != Segmenter().identity
    assert repr(Segmenter(["甲"], engine="jieba")) == "Segmenter(1 user words, engine='jieba')"


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match=r"^engine is 'rjieba' or 'jieba', not 'pkuseg'$"):
        Segmenter(engine="pkuseg")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("第一句。第二句！\n第三；四", ["第一句。", "第二句！", "第三；", "四"]),
        ("　前后空白 \n\n 下一行 ", ["前后空白", "下一行"]),
        ("精度0.5毫米，误差3.2%。", ["精度0.5毫米，误差3.2%。"]),
        (
            "甲" * 20 + "，" + "乙" * 12 + "：" + "丙" * 10 + "。丁",
            ["甲" * 20, "乙" * 12 + "：" + "丙" * 10 + "。", "丁"],
        ),
        ("甲" * 70, ["甲" * 70]),
        ("，，、", []),
        ("。！？\n；", []),
        (" ", []),
        ("", []),
    ],
)
def test_sentences(text, result, monkeypatch):
    monkeypatch.setattr("matcher.matching.texts.tokens.LONG_SENTENCE", 30)
    assert sentences(text) == result


@settings(max_examples=200)
@given(st.text("甲乙a1，、。；\n： \u3000!?", max_size=300))
def test_sentences_are_pieces_of_the_text_in_order_and_lose_no_word(text):
    at = 0
    for piece in sentences(text):
        at = text.index(piece, at) + len(piece)
        assert piece.strip() == piece
        assert len(piece) <= LONG_SENTENCE or not set(piece[:-1]) & set("，、：")
    assert [c for piece in sentences(text) for c in piece if c.isalnum()] == [c for c in text if c.isalnum()]


def test_the_language_of_a_text():
    texts = ["数控机床", "CNC 数控", "CNC spindle", "12.5 %", "", "Gerät", "x" * 300 + "数控"]
    assert [language(text) for text in texts] == ["zh", "zh", "en", "", "", "other", "en"]
    texts = ["Pumpe mit Ventil und Motor", "Grease for the pumps of a mill", "Ремонт", "機械"]
    assert [language(text) for text in texts] == ["other", "en", "other", "zh"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("裝載機變速箱齒輪乾燥", "装载机变速箱齿轮干燥"),
        ("⻮轮", "齿轮"),
        ("装 载 机 变 速 箱", "装载机变速箱"),
        ("装　载　机　变　速　箱", "装载机变速箱"),
        ("Nd-Fe-B 磁体", "ndfeb 磁体"),
        ("Ｎｄ－Ｆｅ－Ｂ 磁体", "ndfeb 磁体"),
        ("UHMW-PE", "uhmwpe"),
        ("Ni-MH 电池", "nimh 电池"),
        ("乾坤", "乾坤"),
        ("二噁英", "二噁英"),
        ("I-V 曲线、P-N 结、GC-MS、X-ray、F1-F3", "i-v 曲线、p-n 结、gc-ms、x-ray、f1-f3"),
        ("一 二 三", "一 二 三"),
        ("甲类 乙类 丙类 丁类", "甲类 乙类 丙类 丁类"),
    ],
)
def test_other_writings_of_one_text_read_the_same(written, plain):
    assert normalise(written) == plain
    assert normalise_all([written, "", "乾坤", written]) == [plain, "", "乾坤", plain]
