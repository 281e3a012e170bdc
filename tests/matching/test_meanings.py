"""Words near in meaning, against every pair looked at one by one."""

from __future__ import annotations

import numpy as np

from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.texts.meanings import NEAR, NEARLY, said_by
from matcher.matching.texts.passages import pieces_of
from matcher.matching.texts.tokens import Segmenter

ASKED = ["检测", "磨损", "耐磨", "节能", "降噪", "焊接机器人", "石墨", "abc"]
WORDS = ["检验", "测试", "磨耗", "耐磨性", "省能", "减噪", "噪声", "机器人", "焊接", "石墨烯", "检测", "abc"]


def test_a_word_says_what_shares_characters_and_is_near() -> None:
    """One character of two words of two, two of longer ones; names of substances only by their letters."""
    segmenter, encoder = Segmenter(words=[*ASKED, *WORDS]), StaticEncoder.load()
    terms = segmenter.terms(WORDS)
    says = said_by(ASKED, terms, segmenter, encoder).toarray()
    left, right = encoder.encode_terms(segmenter.terms(ASKED)), encoder.encode_terms(terms)
    near = {
        (word, other)
        for i, word in enumerate(ASKED)
        for j, other in enumerate(WORDS)
        if left[i] @ right[j] >= NEAR
        and len(set(word) & set(other)) > (len(word) != 2 or len(other) != 2)
        and not set("石墨abc") & set(word + other)
    }
    same = {word for word in ASKED if word in WORDS}
    found = {(ASKED[i], WORDS[j]) for j, i in zip(*np.nonzero(says), strict=True)}
    assert near == {("检测", "检测"), ("磨损", "磨耗"), ("耐磨", "耐磨性"), ("焊接机器人", "焊接")}
    assert near <= found
    assert all(says[WORDS.index(word), ASKED.index(word)] == 1 for word in same)
    assert says[WORDS.index("磨耗"), ASKED.index("磨损")] == np.float32(NEARLY)


def test_a_text_is_cut_at_heads_items_and_brackets() -> None:
    """A clause keeps what its brackets hold and the comma of a number; heads and numbers are cut off."""
    body = (
        "技术简介 本发明公开了一种轴承（外径80，内径40）的装配装置，装配时间缩短到1,200毫秒。应用领域：电机轴承的"
        "自动装配线。1、定位销自动补偿装配误差；；2、压装力全程记录并判废，并且："
    )
    assert [piece.text for piece in pieces_of(body)] == [
        "一种轴承（外径80，内径40）的装配装置",
        "装配时间缩短到1,200毫秒。",
        "电机轴承的自动装配线。",
        "定位销自动补偿装配误差",
    ]
