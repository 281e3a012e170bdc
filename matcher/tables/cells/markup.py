"""Web pages' left-overs in a text: only real tags go, `a<b and c>d` stays whole. Text in, text out, in linear time."""

from __future__ import annotations

import html
import re

HIDDEN = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<(script|style)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>", re.S | re.I
)  # each looks no further than the next of its kind, so a row of openings takes no time
_RAISED = re.compile(r"<(sup|sub)\b[^<>]*>([0-9+\-]+)</\1\s*>", re.I)
_words = str.split
_BLOCKS = _words("p br div li ul ol tr table tbody thead h1 h2 h3 h4 h5 h6 hr section article")
_INLINE = _words(
    "span font strong em b i u s a img sup sub td th small big center label input o:p html body head meta link "
    "blockquote pre code strike del ins col colgroup video iframe script style"
)
_SWITCHES = "nowrap|checked|disabled|selected|readonly|hidden|controls|noshade|autoplay|loop|async|defer"
_TAG = re.compile(
    rf"<(/?)({'|'.join(_BLOCKS + _INLINE)})"
    # attributes begin with name=, a known switch, or a letter that is no variable beside an operator
    rf"(\s+(?:(?:{_SWITCHES})(?=[\s/>])|[a-z_:][a-z0-9_:.\-]+\s*=)[^<>]*)?\s*/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def without_markup(text: str) -> str:
    """Text without tags and with entities as the signs that they stand for; ends of blocks become line breaks."""
    for _ in range(2):  # a page's source is often escaped once more: &lt;p&gt;, &amp;nbsp;
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), _without_tags(text))
    return _without_tags(text)


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = HIDDEN.sub("", text)
    text = _RAISED.sub(lambda match: match[2].translate(SUPERSCRIPT if match[1].lower() == "sup" else _SUBSCRIPT), text)
    closed = {match[2].lower() for match in _TAG.finditer(text) if match[1]}

    def replaced(match: re.Match[str]) -> str:
        name = match[2].lower()
        if len(name) == 1 and not (match[1] or match[3] or name in closed or _stands_free(match)):
            return match[0]  # the variables of a < b > c
        return "\n" if name in _BLOCKS else ""

    return _TAG.sub(replaced, text)


def _stands_free(match: re.Match[str]) -> bool:
    """Whether a tag begins the text or a line, or touches another tag."""
    text, start, end = match.string, match.start(), match.end()
    return start == 0 or text[start - 1] in ">\n" or text[end : end + 1] == "<"
