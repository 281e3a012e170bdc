"""Different writings of one text or id brought to one form. Texts in, folded texts out; the tables stay in here."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

_DASH = re.compile("[-\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u02d7\u30fc\ufe58\ufe63\uff0d\uff70]+")
_LETTER_DASH = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_INVISIBLE = re.compile("[\\s\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
                        "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]+")  # fmt: skip
_QUOTES = "'\"`´‘’‚‛“”„‟′″«»‹›「」『』＇＂"
_COMPARED = 5_000  # ids that one unknown id is held against for the nearest one


@functools.cache
def _simplified() -> tuple[re.Pattern[str], re.Pattern[str], dict[int, str], dict[int, str]]:
    """What finds radicals and traditional characters, what finds the latter alone, and the tables for both cases.

    Beside 機, which no simplified text has, 乾 is 干; alone it may be simplified (乾坤).
    """
    lines = (files("matcher.tables") / "simplified.txt").read_text("utf-8").rstrip("\n").split("\n")
    sure, in_context = (dict(zip(*pair, strict=True)) for pair in (lines[:2], lines[2:]))
    anything, traditional = (re.compile(f"[{''.join(name for name in sure if name >= first)}]") for first in ("", "㐀"))
    return anything, traditional, str.maketrans(sure), str.maketrans(sure | in_context)


def simplify(text: str) -> str:
    """Traditional characters as simplified ones, radicals as characters; other text as it is.

    >>> simplify("裝載機齒輪乾燥"), simplify("乾坤"), simplify("⻮轮")
    ('装载机齿轮干燥', '乾坤', '齿轮')
    """
    if text.isascii():
        return text
    anything, traditional, sure, whole = _simplified()
    if not anything.search(text):
        return text
    return text.translate(whole if traditional.search(text) else sure)


def has_simplified_form(characters: Iterable[str]) -> bool:
    """Whether some of the characters are traditional, and some are so only beside those."""
    distinct = "".join(characters)
    _, traditional, sure, whole = _simplified()
    if not traditional.search(distinct):
        return False
    return any(ord(one) in whole and ord(one) not in sure for one in distinct)


def fold(text: str) -> str:
    """A text for comparison: half width, lower case, simplified characters, no blanks or invisible signs, one dash.

    >>> fold("ＡＢＣ　研究院—（本部）"), fold("虚构大學")
    ('abc研究院-(本部)', '虚构大学')
    """
    if text.isascii() and text.isalnum():
        return text.lower()
    text = _INVISIBLE.sub("", _DASH.sub("-", unicodedata.normalize("NFKC", _DASH.sub("-", text))))
    return simplify(text).casefold()


def fold_id(text: str) -> str:
    """What the writings of one id share: `fold`, and no quotes around it (an apostrophe keeps Excel from numbers).

    >>> [fold_id(text) for text in ("ZJ-007", "zj–007", "ＺＪ－００７", " 'ZJ- 007’")]
    ['zj-007', 'zj-007', 'zj-007', 'zj-007']
    """
    return fold(text.strip().strip(_QUOTES)).strip(_QUOTES)


def undashed_id(text: str) -> str:
    """`fold_id` without dashes between letters and figures.

    >>> [undashed_id(text) for text in ("ZJ-007", "zj007", "2026-01-12", "A-1-12")]
    ['zj007', 'zj007', '2026-01-12', 'a1-12']
    """
    return _LETTER_DASH.sub("", fold_id(text))


class KnownIds:
    """The ids of a table, to be found by what people write for them.

    An id that is written exactly so comes first; another writing finds an id where just one folds to the same.

    >>> known = KnownIds(["ZJ-007", "ZJ-008", "a", "A"])
    >>> known.find("zj—007"), known.find("A"), known.find("ａ"), known.find("ZJ-777")
    ('ZJ-007', 'A', '', '')
    >>> known.alike("ａ"), known.nearest("ZJ-777")
    (['A', 'a'], 'ZJ-007')
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._exact = dict.fromkeys(ids)

    def __contains__(self, name: object) -> bool:
        return name in self._exact

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    @functools.cached_property
    def _folded(self) -> dict[str, list[str]]:
        folded: dict[str, list[str]] = {}
        for name in self._exact:
            folded.setdefault(fold_id(name), []).append(name)
        return folded

    @functools.cached_property
    def _undashed(self) -> dict[str, list[str]]:
        undashed: dict[str, list[str]] = {}
        for name in self._exact:
            undashed.setdefault(undashed_id(name), []).append(name)
        return undashed

    @functools.cached_property
    def _bare(self) -> dict[str, str]:
        """The ids that are numbers, by their digits without the zeros before them."""
        return {name.lstrip("0"): name for name in self._exact if name.isdecimal()}

    def find(self, written: str) -> str:
        """The id that is meant; "" where there is none or more than one."""
        if written in self._exact:
            return written
        alike = self._folded.get(fold_id(written), [])
        return alike[0] if len(alike) == 1 else ""

    def without_dashes(self, written: Iterable[str]) -> dict[str, str]:
        """The ids behind the writings of another table that differ from them in dashes between letters and figures
        alone; {} where it has some of the ids in their own writing, so that the dashes tell.

        >>> known = KnownIds(["ZJ-007", "ZJ-008"])
        >>> known.without_dashes(["zj007", "zj999"]), known.without_dashes(["zj007", "ZJ-008"])
        ({'zj007': 'ZJ-007'}, {})
        """
        texts = list(dict.fromkeys(written))
        if any(map(self.find, texts)):
            return {}
        meant = {text: self._undashed.get(undashed_id(text), []) for text in texts}
        sure = {text: ids[0] for text, ids in meant.items() if len(ids) == 1}
        return sure if len(set(sure.values())) == len(sure) else {}

    def find_all(self, written: Sequence[str]) -> list[str]:
        """The id behind each writing; one that finds none stays as it is written."""
        found = {text: self.find(text) or text for text in set(written)}
        return [found[text] for text in written]

    def alike(self, written: str) -> list[str]:
        """The ids that fold to the same as a writing, sorted."""
        return sorted(self._folded.get(fold_id(written), []))

    def unknown(self, written: Iterable[str], *, most: int = 5) -> str:
        """The writings that find no id, each with the nearest one, for a message; "" where all find one.

        >>> KnownIds(["ZJ-007"]).unknown(["zj-007", "ZJ-777", "X"])
        '“ZJ-777”（最接近的是“ZJ-007”）、“X”'
        """
        lost = [text for text in dict.fromkeys(written) if not self.find(text)]
        shown = [
            f"“{text}”" + (f"（最接近的是“{near}”）" if (near := self.nearest(text)) else "") for text in lost[:most]
        ]
        return "、".join(shown) + (f"等 {len(lost)} 个" if len(lost) > most else "")

    def nearest(self, written: str) -> str:
        """The id that looks most like one that is not here, first one that lost its zeros; "" where none does."""
        wanted = fold_id(written)
        if bare := self._bare.get(wanted.lstrip("0")) if wanted.isdecimal() else None:
            return bare
        near = [key for key in self._folded if abs(len(key) - len(wanted)) <= 2][:_COMPARED]
        close = difflib.get_close_matches(wanted, near, 1, 0.6)
        return self._folded[close[0]][0] if close else ""
