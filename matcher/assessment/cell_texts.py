"""What of a cell of evidence speaks of its thing, and how much of the work it says is done. Texts in, texts out."""

from __future__ import annotations

import re

# Steps to readiness, one behind the other.
LADDER = ("simulation", "lab_test", "prototype", "pilot", "field_trial", "small_batch", "production")
_NO_WORDS = re.compile(  # addresses, contacts, files, errors and spans of years say nothing of a thing
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[^\s,;，；。]+\.(?:jpe?g|png|gif|bmp|pdf|docx?|xlsx?|pptx?|wps|zip|rar)\b"
    r"|#(?:ref!|n/a|value!|name\?|div/0!|null!|num!)|(?:微信|qq|电话|手机|联系电话|邮箱)号?[:：]?\s*[\w-]{5,}"
    r"|\b\d{4}\s*[-~～至—]+\s*\d{4}年?\b|已?经?(?:失效|过期|到期)$",
    re.IGNORECASE,
)
_PATENT_NUMBER = re.compile(r"\b(?:zl|cn)\d{7,}[\d.x]*\b|\b\d{12}\.[\dx]\b", re.IGNORECASE)
_CAPACITY = re.compile(  # what a line is laid out or approved for is no production
    r"(?:设计|规划|可研|批复|备案|核准|核定)+的?(?:产能|年产能?力?|(?:生产)?能力|(?:年产|生产)?规模|年产量)+(?:为|达到?|约|是)*"
    r"\d[\d,.]*\s*[余多]?[百千万亿]*\s*(?:公斤|千克|立方米|平方米|[吨台套件只支米辆瓶盒头个枚升])?"
)
_PART_DONE = re.compile(  # of the work: it has not ended
    r"(?:目前|现|已经?|约|总体|整体|工作)*(?:完成|进度|进展)[率度]?(?:了|约|到|过|为|达|至)*\s*\d{1,2}(?:\.\d+)?\s*[%％](?:左右|以上)?[。.]?"
)
_IN_USE = re.compile("(?<![未没])[已达投](?!.{0,4}(?:地基|土地|打桩|封顶))|销售|实际")


def about_the_thing(text: str, kind: str) -> str:
    """The text without addresses, contacts, files and spans of years, and of a step of the ladder without numbers of
    patents and capacities that are laid out only.
    """
    text = _NO_WORDS.sub(" ", text).strip()
    if kind in LADDER:
        text = _PATENT_NUMBER.sub(" ", text).strip()
        first = _CAPACITY.match(text)
        if not (first and _IN_USE.search(text, first.end())):
            text = _CAPACITY.sub(lambda found: " " if found.start() else "计划产能", text).strip()
    return text


def is_part_done(text: str) -> bool:
    """Whether a cell says nothing but that a part of the work is done.

    >>> [is_part_done(text) for text in ("完成80%", "总体进度约60%", "完成100%", "收率完成91%")]
    [True, True, False, False]
    """
    return bool(_PART_DONE.fullmatch(text))
