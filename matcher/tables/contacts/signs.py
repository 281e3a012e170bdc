"""A text looked through for contacts: the copy that is read, what surrounds a number, how a part of it is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable

# A text is read through a copy of the same length: half width, lower case, one dash, one blank, one dot, one bracket.
READ = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
READ |= {ord(sign): ord("-") for sign in "‐‑‒–—―−﹣－⁃﹘⁻ー─━"}
READ |= {ord(sign): ord(" ") for sign in "\t\v\f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"}
READ |= {ord(sign): ord(" ") for sign in "\u200a\u202f\u205f\u3000"}
READ |= {ord(sign): ord("\u200b") for sign in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f\u20e3\u180e"}
READ |= {ord(sign): ord("\u200b") for sign in "\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063\u2064"}
READ |= {ord(sign): ord(".") for sign in "．·•・‧∙⋅●▪﹒｡"}
READ |= {ord(sign): ord("(") for sign in "（【[〔〖「『﹙｛《〈<"}
READ |= {ord(sign): ord(")") for sign in "）】]〕〗」』﹚｝》〉>"}
READ |= {ord("："): ord(":"), ord("∶"): ord(":"), ord("﹕"): ord(":"), ord("﹫"): ord("@"), ord("︰"): ord(":")}
READ |= {0x1D7CE + place: ord("0") + place % 10 for place in range(50)}  # mathematical digits
READ |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
READ |= {code: code - 0xFEE0 + 32 for code in range(ord("Ａ"), ord("Ｚ") + 1)}
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
GAP = "[ \\-.()_\u200b]{0,3}+"  # between two digits of one number
CUT = "[ \\-.()_\u200b]{1,3}+"
NUMERAL = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"


def any_of(words: str) -> str:
    """A pattern for words between `|`, quick since its branches begin with different characters."""
    ends: dict[str, list[str]] = {}
    for word in words.split("|"):
        ends.setdefault(re.escape(word[0]), []).append(re.escape(word[1:]))
    parts = (f"{sign}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for sign, rest in ends.items())
    return f"(?:{'|'.join(parts)})"


# What is masked already: the digits beside the stars belong to it.
STARRED = re.compile(
    "(?:(?<![0-9])[0-9]{1,6}[ \\-.()_\u200b]{0,3}(?:\\*[ \\-.()_\u200b]{0,3}){3}\\*|\\*{4})"
    "(?:[*\u200b]|[ \\-.()_](?=[ \\-.()_]{0,2}\\*))*+"
    f"(?:{GAP}[0-9]{{1,4}}(?![0-9])|(?:[ .\\-][0-9]){{3,4}}(?![0-9]))?"
)
UNIT = re.compile(
    " ?(?:[万亿千百]{0,2}(?:元|美元|欧元|日元|港元|人民币|吨|公斤|千克|公里|千米|平米|平方|立方|块钱)|亿"
    "|[千百]?万(?![总工经先女老主博教])"
    "|rmb|usd|cny|eur|[%‰℃°Ω￥×]|(?:mm|cm|km|kg|mg|ml|kw|mw|gw|kv|hz|khz|mhz|ghz|pa|kpa|mpa|gpa|kn|kj|mj|ms"
    "|rpm|r/min|ppm"
    "|bit|mb|gb|tb|kb|um|nm|μm|m2|m3|m²|m³|db|mah|kwh|m/s|g/l|yuan)(?![a-z0-9]))"
    "|[mgtslnjk](?![a-z0-9:*])|[次条件套只片]|个(?!人)|台(?![湾州北儿前胞])"
    "|\\.(?!1[3-9][0-9]{9}(?![0-9]))[0-9]{1,11}(?![0-9])|e[+-]?[0-9]"
)
SHORT_UNIT = re.compile(" ?[vawjnklthgms](?![a-z0-9:*信号])")
SIZES = re.compile(
    "(?:规格|尺寸|参数|型号|转速|功率|电压|电流|标称|长度|宽度|高度|厚度|容量|重量|直径|外径|内径|流量|压力"
    "|温度|力矩|扭矩|编号|数据|依次"
    "|分别)[ :=为是(]{0,3}\\Z"
)
DATE = re.compile(
    "(?:19|20)[0-9]{2}(?:[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    "|[-~/ ]{1,2}(?:19|20)[0-9]{2}(?![0-9]))"
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GLUE = LETTERS + "0123456789_-./:=#&?%"
CONTACT_WORDS = frozenset(
    [
        "tel",
        "telephone",
        "tele",
        "phone",
        "phones",
        "mobile",
        "mob",
        "cell",
        "cellphone",
        "wx",
        "vx",
        "v",
        "wechat",
        "weixin",
        "qq",
        "q",
        "fax",
        "call",
        "contact",
        "whatsapp",
        "hp",
        "ph",
        "id",
        "sfz",
        "idcard",
        "shouji",
        "dianhua",
        "lianxi",
        "telno",
        "phoneno",
        "mobilephone",
        "handphone",
    ]
)
_CONTACT_WORD = re.compile("tel|phone|mobile|fax|cell|电话|手机|联系|微信|qq")
TEN_DIGITS = re.compile("[0-9](?:[\\W_]{0,4}+[0-9]){9}")  # in the copy

Edit = tuple[int, int, str]


class Look:
    """A text looked through for contacts.

    text: as it is. read: a copy of the same length, in which a span that is decided is starred. edits: what to replace;
    their spans do not overlap.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.read = text.translate(READ)
        self.edits: list[Edit] = []

    def scan(self, pattern: re.Pattern[str], judge: Callable[[str, str, re.Match[str]], Edit | None]) -> None:
        """Hide what the pattern finds and the judge, who gets text, copy and match, does not refuse."""
        parts = []
        done = place = 0
        while match := pattern.search(self.read, place):
            edit = judge(self.text, self.read, match)
            place = match.start() + 1  # what is refused may hide the start of another
            if edit is None:
                continue
            self.edits.append(edit)
            start = max(done, min(match.start(), edit[0]))
            place = edit[1] if edit[1] > match.start() else match.end()
            parts += [self.read[done:start], "*" * (place - start)]
            done = place
        if done:
            self.read = "".join([*parts, self.read[done:]])


def applied(text: str, edits: list[Edit]) -> str:
    """The text with the edits made."""
    parts = []
    done = 0
    for start, end, masked in sorted(edits):
        parts += [text[done:start], masked]
        done = end
    return "".join([*parts, text[done:]])


def starred(text: str, read: str, start: int, end: int, first: int, last: int) -> str:
    """The part of the text with a star for every digit but the `first` and the `last` ones.

    A negative `last`: so many are hidden behind the first ones.
    """
    digits = [place for place in range(start, end) if read[place] in "0123456789x"]
    signs = list(text[start:end])
    for place in digits[first : first - last if last < 0 else len(digits) - last]:
        signs[place - start] = "*"
    return "".join(signs)


def is_contact(read: str, text: str, start: int, end: int) -> bool:
    """Whether nothing around a number makes it an amount, a decimal, a part of an id or of an address."""
    if UNIT.match(read, end):
        return False
    if not start:
        return True
    before = read[start - 1]
    if before not in _GLUE:
        return not (before in "¥￥$€£" or (before == " " and start > 1 and read[start - 2] in "¥￥$€£"))
    left = read[max(0, start - 64) : start]
    stretch = left[len(left.rstrip(_GLUE)) :]
    if "://" in stretch or "www." in stretch:
        return stretch.endswith(("tel=", "phone=", "mobile="))
    core = stretch.rstrip("-_.:/=#&?%")
    signs = stretch[len(core) :]
    bare = core.rstrip(LETTERS)
    word = core[len(bare) :]
    if not word:
        if signs.startswith(".") and core:
            return False  # a decimal
        piece = re.split("[:/=#&?%]", core)[-1]
        return signs not in ("-", "_") or not any(sign in LETTERS for sign in piece)
    if word in CONTACT_WORDS:
        return not (len(word) == 1 and bare[-1:].isalnum())
    if not signs:
        return False
    if signs == ".":
        return word not in ("no", "nr", "num", "sn") or bool(_CONTACT_WORD.search(left))
    if signs in ("-", "_"):
        start -= len(signs) + len(word)
        return len(word) > 2 and not text[start + 1 : start + len(word)].isupper() and not bare[-1:].isalnum()
    return True


def chunks(read: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the runs of digits lie."""
    return [(run.start() + start, run.end() + start) for run in re.finditer("[0-9]+", read[start:end])]


def opening(text: str, start: int, end: int) -> str:
    """The first two letters or digits and four stars."""
    kept = [place for place in range(start, end) if text[place].isalnum()][:2]
    return text[start : kept[-1] + 1] + "****"
