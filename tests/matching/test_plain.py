"""Texts as they are compared: one written form, with contacts and without."""

from matcher.matching.texts.plain import Plain, plain_texts


def test_a_text_is_written_in_one_form_and_only_its_hidden_one_lacks_the_contact():
    titles, bodies = ["ＡＢ轴承", "密封", ""], ["", "电话13800138000，漏油", "高溫合金"]
    assert plain_texts(titles, bodies) == [
        Plain("ab轴承", "ab轴承"),
        Plain("密封\n电话13800138000,漏油", "密封\n电话138****8000,漏油"),
        Plain("高温合金", "高温合金"),
    ]
    assert plain_texts([], []) == []
