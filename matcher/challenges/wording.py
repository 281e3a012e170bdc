"""How a problem of several needs is put once: a short name, and the clearest sentence that asks. Strings out.

No firm speaks in it: sentences in which a firm tells of itself are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcher.needs.completeness_cues import STATE_OPENS
from matcher.needs.cues import NUMBER
from matcher.needs.elements import Sentence, Understood
from matcher.needs.labels import labelled_parts, says_something, tells_problem, without_label

_SELF = re.compile("我公司|我司|我厂|本公司|本企业|我们|主营|有限公司|经营范围|专业从事|制造、销售|研发、生产")
_LEAD = re.compile(
    r'^["“]?(?:[（(]?[一二三四五六七八九十\d]{1,2}[、.．）)]\s*)?(?:(?:因此|因而|所以|为此|故|现?希望)[，,：:]\s*)*'
)
_PREFIX = re.compile(r"^(?:[\u4e00-\u9fff]{2}[-—–－](?=.{4})|[（(]?\d{1,2}[、.．）)](?=\D))")
_ASKING = re.compile(
    "需求|需要|急需|亟需|寻求|寻找|希望|要求(?!不[严高])|期望|攻克|突破|解决(?!了)|(?:开发|研发|研制|设计|提供)(?:出|一|新)|以实现|须达到"
)
_ENDS = ' \t\r\n，,；;、"”“'
_SHORTEST, _LONGEST, _BEST = 10, 160, 60  # characters of a sentence


def problem_name(needs: Sequence[Understood]) -> str:
    """What several needs are about: the shortest title with an object and a problem in it, else object and problem,
    else the first title.

    Examples
    --------
    >>> from matcher.needs import understand
    >>> problem_name([understand("关于轴承座降噪技术的需求"), understand("轴承座降噪")])
    '轴承座降噪'
    """
    whole = [need for need in needs if _in_title(need, "object") and _in_title(need, "problem", "effect")]
    titles = [title for need in (whole or needs) if (title := _short_title(need))]
    if whole or any(_in_title(need, "object") for need in needs):
        return min(titles, key=len) if titles else ""
    for need in needs:
        if need.objects and need.problems and not titles:
            return need.objects[0] + need.problems[0]
    return min(titles, key=len) if titles else clearest(needs)[:_BEST]


def clearest(needs: Sequence[Understood]) -> str:
    """The items of the part that is labelled as the problem; else the asked sentence that says most: an object, a
    problem, a figure, in few words; else the asked sentences with figures or numbers; else the name.

    Examples
    --------
    >>> from matcher.needs import understand
    >>> clearest([understand("泵壳检测", "我公司年产泵壳3万件。需求：寻求一种泵壳气孔的无损检测方法，单件不超过5秒。")])
    '寻求一种泵壳气孔的无损检测方法，单件不超过5秒。'
    """
    if labelled := max(map(_labelled, needs), key=len, default=""):
        return labelled
    ranked = [(_clarity(text, need), -place, text) for place, need in enumerate(needs) for text in _asked(need)]
    if not ranked and (listed := max(map(_listed, needs), key=len, default="")):
        return listed
    if not ranked:
        titles = [title for need in needs if (title := _short_title(need))]
        return min(titles, key=len) if titles else ""
    return max(ranked)[2]


def _short_title(need: Understood) -> str:
    return _PREFIX.sub("", need.title.strip()).strip(_ENDS)


def _asked(need: Understood) -> list[str]:
    found = []
    for sentence in need.sentences:
        text = _LEAD.sub("", without_label(sentence.text.strip())).strip(_ENDS)
        fits = sentence.role == "asked" and sentence.field == "description" and _SHORTEST <= len(text) <= _LONGEST
        about = any(word in text for word in (*need.objects, *need.problems))
        if fits and about and _ASKING.search(sentence.text) and not _SELF.search(text):
            found.append(text)
    return found


def _labelled(need: Understood) -> str:
    """The asked sentences of the part of a description that is labelled as its problem."""
    parts = labelled_parts(need.text)
    return _together([one for one in _told(need) if tells_problem(parts, one.start, one.end)])


def _listed(need: Understood) -> str:
    """The asked sentences of a description that are items of a list or give figures; all items, or none."""
    told = [one for one in _told(need) if not STATE_OPENS.search(one.text) or NUMBER.match(one.text)]
    return _together([one for one in told if NUMBER.match(one.text) or re.search(r"\d", one.text)])


def _told(need: Understood) -> list[Sentence]:
    asked = [one for one in need.sentences if one.role == "asked" and one.field == "description"]
    return [one for one in asked if says_something(one.text) and not _SELF.search(one.text)]


def _together(sentences: Sequence[Sentence]) -> str:
    """Sentences one behind the other, as far as they are short enough together."""
    text = ""
    for sentence in sentences:
        more = without_label(sentence.text.strip())
        if len(text) + len(more) > _LONGEST:
            break
        text += more
    return text.strip(_ENDS)


def _clarity(text: str, need: Understood) -> float:
    """How much a sentence says."""
    tasks = any(word in text for word in need.problems)
    titled = any(word in text for word in _in_title(need, "object"))
    figures = bool(re.search(r"\d", text))
    return 2.0 * tasks + 2.0 * titled + bool(_ASKING.search(text)) + 0.5 * figures - abs(len(text) - _BEST) / _BEST


def _in_title(need: Understood, *kinds: str) -> list[str]:
    return [one.text for one in need.elements if one.field == "title" and one.kind in kinds]
