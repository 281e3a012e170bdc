"""Mail addresses, with @ or with words in its place: how they look, and what of them is hidden."""

from __future__ import annotations

import re

from matcher.tables.contacts.signs import LETTERS, Edit, Look

_TLD = "com|cn|net|org|edu|gov|info|biz|top|xyz|vip|io|co|me|cc|tv|hk|tw|jp|kr|de|uk|us|fr|ru|sg|ac|name|mobi|asia|pro"
_HAN_TLD = (
    "中国|中國|公司|网络|網絡|网址|在线|集团|企业|商城"
    "|政务|公益|手机|移动|世界|信息|广东|佛山|中文网|网店|商标|商店|我爱你|香港"
)
_HOSTS = "qq|vip\\.qq|163|126|yeah|gmail|sina|sohu|foxmail|outlook|hotmail|139|189|wo|aliyun|icloud|yahoo|live|msn|188"
_LABEL = "(?:[^\\W点]|-){1,63}+"
_DOT = "(?:[.。,]|\\(dot\\)|\\(点\\)|dot |点)"
_DOTTED = f"(?:[a-z0-9\\-]{{1,63}}+ {{0,2}}+{_DOT} {{0,2}}+){{1,6}}(?:{_TLD}|{_HAN_TLD})(?![a-z0-9])"
_AT = re.compile(
    f"@[ \u200b]{{0,3}}+{_LABEL}(?!@)(?:\\.(?:{_LABEL}\\.){{0,5}}(?=[a-z]{{2}}|{_HAN_TLD})"
    f"|(?: {{0,2}}+{_DOT} {{0,2}}+{_LABEL}){{0,5}} {{0,2}}{_DOT} {{0,2}}+(?:{_TLD}|{_HAN_TLD})(?![a-z0-9])"
    "|(?:(?<=@qq)|(?<=@163)|(?<=@126)|(?<=@139)|(?<=@189)|(?<=@gmail)|(?<=@sina)|(?<=@foxmail)|(?<=@outlook)"
    "|(?<=@hotmail))(?![\\w.]))"
)
_AT_IN_WORDS = re.compile(
    f"(?:\\((?:at|a|@)\\)|\\{{(?:at|@)\\}}|_at_|艾特|圈a|小老鼠|#) {{0,2}}+{_DOTTED}"
    f"| at (?:(?:{_HOSTS}) ?(?:\\.|\\(dot\\)|dot) ?(?:com|cn|net)|(?:{_LABEL}(?: (?:\\(dot\\)|dot) "
    f"|\\.)){{1,6}}(?:{_TLD}))(?![a-z0-9])"
)
_AT_WORDS = re.compile("at|\\(a\\)|\\(@|\\{@|艾特|圈a|小老鼠|#")
_LOCAL_SIGNS = frozenset("._%+-'!&/~")


def hide_mails(look: Look) -> None:
    """Hide the part of each address before its sign, but for the first letter."""
    if "@" in look.read:
        look.scan(_AT, _mail)
    if _AT_WORDS.search(look.read):
        look.scan(_AT_IN_WORDS, _mail)


def _mail(text: str, read: str, match: re.Match[str]) -> Edit | None:
    sign = match.start()
    stop = sign
    while stop > max(0, sign - 3) and read[stop - 1] in " @\u200b":
        stop -= 1
    if stop and read[stop - 1] == '"':
        opening = read.rfind('"', max(0, stop - 64), stop - 1)
        return (
            (opening + 2, stop - 1, "***")
            if opening >= 0 and stop - opening > 3 and "*" not in read[opening:stop]
            else None
        )
    least = max(0, stop - 64)
    start = stop
    while start > least and _is_han(read[start - 1]) and stop - start < 4:
        start -= 1
    cue = re.match("(?:邮箱|邮件|联系|信箱|电邮|地址|发到|发至)(?=.)", read[start:stop])
    start += cue.end() if cue else 0
    if not cue:
        while start > least and (
            read[start - 1] in _LOCAL_SIGNS or (read[start - 1].isalnum() and not _is_han(read[start - 1]))
        ):
            start -= 1
    last = read.rfind("/", start, stop)
    address = read.rfind("://", max(0, start - 8), stop) >= 0
    joined = re.fullmatch("(?:[a-z][a-z0-9_]*/)+", read[start : last + 1]) and read[max(0, start - 1) : start] not in (
        ".",
        ":",
        ")",
        "@",
    )
    if last >= 0 and (address or not joined):
        start = last + 1
    while start < stop and not read[start].isalnum():
        start += 1
    size = stop - start
    if not size or read[max(0, start - 1) : start] == "*":
        return None
    weak = match[0][0] not in "@(" or not re.search("[.。点]|dot", match[0])
    if weak and (size < 3 or not (read[start] in LETTERS or (read[start:stop].isdigit() and size > 4))):
        return None
    if match[0][0] == "#" and address:
        return None
    sentence = match[0].startswith(" at ") and "dot" not in match[0] and not re.match(f" at (?:{_HOSTS})", match[0])
    if (
        sentence
        and text[sign + 1 : sign + 3] != "AT"
        and not re.search("mail|邮|信箱", read[max(0, start - 24) : start])
    ):
        return None  # an address of a site in an English sentence
    return (start, stop, text[start] + "***")


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"
