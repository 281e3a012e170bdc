"""Contacts of persons, hidden wherever people write them. How a phone, a mail or an identity number looks stays in here."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import numbers
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

# A text is read through a copy of the same length: half width, lower case, one dash, one blank, one dot, one bracket.
_READ = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_READ |= {ord(sign): ord("-") for sign in "‐‑‒–—―−﹣－⁃﹘⁻ー─━"}
_READ |= {ord(sign): ord(" ") for sign in "\t\v\f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"}
_READ |= {ord(sign): ord(" ") for sign in "\u200a\u202f\u205f\u3000"}
_READ |= {ord(sign): ord("\u200b") for sign in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f\u20e3\u180e"}
_READ |= {ord(sign): ord("\u200b") for sign in "\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063\u2064"}
_READ |= {ord(sign): ord(".") for sign in "．·•・‧∙⋅●▪﹒｡"}
_READ |= {ord(sign): ord("(") for sign in "（【[〔〖「『﹙｛《〈<"}
_READ |= {ord(sign): ord(")") for sign in "）】]〕〗」』﹚｝》〉>"}
_READ |= {ord("："): ord(":"), ord("∶"): ord(":"), ord("﹕"): ord(":"), ord("﹫"): ord("@"), ord("︰"): ord(":")}
_READ |= {0x1D7CE + place: ord("0") + place % 10 for place in range(50)}  # mathematical digits
_READ |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_READ |= {code: code - 0xFEE0 + 32 for code in range(ord("Ａ"), ord("Ｚ") + 1)}

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_GAP = "[ \\-.()_\u200b]{0,3}+"  # between two digits of one number
_CUT = "[ \\-.()_\u200b]{1,3}+"
_NUMERAL = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"

_MAYBE = re.compile(
    "[@＠﹫#＃艾☎]|微|薇|[vｖＶ][xX信ｘＸ]|[wW][xXeE]|[aAａＡ][tTｔＴ][)\\] ）】}>_]"
    "|\\d[^\\d\n]{0,3}\\d[^\\d\n]{0,3}\\d[^\\d\n]{0,3}\\d[^\\d\n]{0,3}\\d"
    f"|[{_NUMERAL}]{{7}}|[\u4e00-\u9fff]\\d[{_NUMERAL}]",
    re.IGNORECASE,
)

# What is masked already: the digits beside the stars belong to it.
_STARRED = re.compile(
    "(?:(?<![0-9])[0-9]{1,6}[ \\-.()_\u200b]{0,3}\\*|\\*{4})(?:[*\u200b]|[ \\-.()_](?=[ \\-.()_]{0,2}\\*))*+"
    f"(?:{_GAP}[0-9]{{1,4}}(?![0-9])|(?:[ .\\-][0-9]){{3,4}}(?![0-9]))?"
)

# Numbers of things: the word, then one token without blanks.
_KEPT = re.compile(
    "(?:(?:编号|型号|规格|专利|合同|标准|订单|单号|货号|序列号|批号|文号|图号|料号|件号|条形?码|代码|流水号|案号|编码|版本|邮编|协议"
    "|软著登?字?第?|isbn|issn|doi|pmid|cas)(?:号码?|编号|码)?"
    "|(?:申请|公开|公告|授权|注册|登记|备案|批准|证书?|许可|项目|课题|基金|发票|工|学|车架|发动机|快递|运|设备|仪器|资产|产品|成果|需求)"
    "(?:号码?|编号|编码))[ :#=(是为\"'“]{0,4}+"
    "[a-z0-9](?:[a-z0-9_\\-]|\\.[a-z0-9]){4,40}+(?! ?[(,，/]? ?(?:同|手机|微信|电话|联系|tel|phone|mobile))"
)
_PERSONAL = re.compile("(?:证件?|护照|身份|卡|手机|电话|联系|银行|通行|qq|微信|军官|驾驶)$")

_TLD = "com|cn|net|org|edu|gov|info|biz|top|xyz|vip|io|co|me|cc|tv|hk|tw|jp|kr|de|uk|us|fr|ru|sg|ac|name|mobi|asia|pro"
_HAN_TLD = (
    "中国|中國|公司|网络|網絡|网址|在线|集团|企业|商城|政务|公益|手机|移动|世界|信息|广东|佛山|中文网|网店|商标|商店|我爱你|香港"
)
_HOSTS = "qq|vip\\.qq|163|126|yeah|gmail|sina|sohu|foxmail|outlook|hotmail|139|189|wo|aliyun|icloud|yahoo|live|msn|188"
_LABEL = "[\\w\\-]{1,63}+"
_DOTTED = f"(?:{_LABEL} {{0,2}}+(?:[.。]|\\(dot\\)|\\(点\\)|dot |点) {{0,2}}+){{1,6}}(?:{_TLD}|{_HAN_TLD})(?![a-z0-9])"
_AT = re.compile(
    f"@[ \u200b]{{0,3}}+(?:(?:{_LABEL}\\.){{1,6}}(?=[a-z]{{2}}|{_HAN_TLD})|{_DOTTED}"
    "|(?:qq|163|126|139|189|gmail|sina|foxmail|outlook|hotmail)(?![\\w.]))"
)
_AT_IN_WORDS = re.compile(
    f"(?:\\((?:at|a|@)\\)|\\{{(?:at|@)\\}}|_at_|艾特|圈a|小老鼠|#) {{0,2}}+{_DOTTED}"
    f"| at (?:(?:{_HOSTS}) ?(?:\\.|\\(dot\\)|dot) ?(?:com|cn|net)|(?:{_LABEL} (?:\\(dot\\)|dot) ){{1,6}}(?:{_TLD}))(?![a-z0-9])"
)
_AT_WORDS = re.compile("at|\\(a\\)|\\(@|\\{@|艾特|圈a|小老鼠|#")
_LOCAL_SIGNS = frozenset("._%+-'!&/~")

_IDENTITY = re.compile(
    f"(?<![0-9])[1-8](?:{_GAP}[0-9]){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0){_GAP}[0-9]{_GAP}[0-9]{_GAP}"
    f"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])(?:{_GAP}[0-9]){{3}}{_GAP}[0-9x]"
    "(?![0-9a-z])"
)
_OLD_IDENTITY = re.compile(
    "(?<![0-9])(?<![0-9][.\\-])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]"
    f"{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12][0-9]|3[01]){_GAP}[0-9]{{3}}"
    "(?![0-9a-z]|\\.[0-9]|-[0-9])"
)
_PAPERS = re.compile(
    "(身份证明?|公民身份|身分证|身份号|id ?card|sfz|证件|护照|passport|通行证|台胞证|回乡证|军官证|士兵证|军人证|警官证|居留证|居住证|驾驶证"
    "|驾照|社保卡?|医保卡?|学生证|签证)(?:号码?|编号|no|number|及|和|原件|复印件|[ /:#=(),.是为-]){0,8}+"
    f"(?:[{_HAN}]{{1,3}}字第?|第)?([a-z]{{0,3}}(?:{_GAP}[0-9]){{6,18}}+(?:{_GAP}x)?|[a-z0-9]{{6,18}}+)(?![0-9a-z*])"
)
_CARDS = re.compile(
    "(?:银行卡|卡号|信用卡|储蓄卡|借记卡|工资卡|行卡|账号|帐号|账户|帐户|户头|开户|收款|折号|a/c|account|card)"
    f"(?:[{_HAN}a-z]|[ :#=()./-]){{0,24}}+([0-9](?:[ \\-.\u200b]{{0,3}}+[0-9]){{11,22}}+)(?![0-9a-z*]|\\.[0-9])"
)
_CHATS = re.compile(
    "(微 ?信|薇信|威信|徽信|企微|微号|v信|v ?x|w ?x|wechat|weixin|加 ?v|➕v|v(?=[:号])"
    "|q ?q|扣扣|球球|企鹅|叩叩|q(?=群?号)|抖音|快手|微博|钉钉|飞书|支付宝|小红书|b站|whatsapp|telegram|skype|line(?=:)|陌陌|旺旺)"
    "((?:[/、,]?(?:群|账号|帐号|号码|号|id|名|帐户|账户|和|与|或|及|qq|微信|手机|电话|wechat|vx|wx|同|[()])){0,6}+)"
    "(?:( {0,2}[:=是为][ \u200b(\"'“]{0,3}+)|([ \u200b(\"'“-]{0,3}+))"
    "([0-9]{2,5}(?: [0-9]{2,5}){1,4}+|[a-z0-9_][a-z0-9_\\-]{4,24}+)(?![a-z0-9*@]|\\.[0-9])"
)
_CHATS_AFTER = re.compile("(?<![a-z0-9_\\-*@.])([a-z0-9_][a-z0-9_\\-]{4,24}+) ?\\((?:同|我的)?(?:微信|qq|wechat|vx|wx|扣扣)")
_NO_CHAT_ID = frozenset("https http wechat weixin email phone mobile android python openapi service".split())

_PREFIX = f"(?:\\(?\\+?(?:00|0)?86\\)?{_GAP}|\\(?0(?=\\)?1[3-9]))?"
_MOBILE = re.compile(
    f"(?<![0-9]){_PREFIX}(?:"
    "\\(?(1[3-9][0-9](?:[0-9]{8}"
    f"|{_CUT}[0-9]{{4}}{_CUT}[0-9]{{4}}|{_CUT}[0-9]{{8}}|[0-9]{{4}}{_CUT}[0-9]{{4}}|{_CUT}[0-9]{{3}}{_CUT}[0-9]{{5}}"
    f"|{_CUT}[0-9]{{5}}{_CUT}[0-9]{{3}}|[0-9]{_CUT}[0-9]{{4}}{_CUT}[0-9]{{3}}|[0-9]{_CUT}[0-9]{{3}}{_CUT}[0-9]{{4}}"
    "|。[0-9]{4}。[0-9]{4}))"
    "|(1(?:\u200b{0,3}+[0-9]){10})"
    f"|(1{_CUT}[3-9](?:{_CUT}[0-9]){{9}})(?!{_CUT}[0-9](?![0-9]))"
    ")(?![0-9])"
)
_TOGETHER = re.compile("(?<![0-9])(?:1[3-9][0-9]{9}){2,4}(?![0-9])")
_LOCAL = (
    f"(?:[0-9]{{6,7}}|[0-9]{{2}}{_CUT}[0-9]{{4,5}}|[0-9]{{3}}{_CUT}[0-9]{{3,4}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{3,4}}"
    f"|[0-9]{{2}}{_CUT}[0-9]{{2}}{_CUT}[0-9]{{2,3}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{2}}{_CUT}[0-9]{{1,2}})(?![0-9])"
)
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    f"(?<![0-9])(?:\\(?\\+?(?:00)?86\\)?{_GAP})?\\(?0[ \u200b]{{0,2}}{_AREA}(?:{_CUT}([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
    f"|(?<![0-9])\\(?(?:\\+|00|(?=86-))86\\)?{_GAP}(?:\\(0\\) ?)?{_AREA}(?:{_CUT}([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
)
_SERVICE = re.compile(
    f"(?<![0-9])\\(?[48]00\\)?(?:[0-9]{{7}}|{_CUT}[0-9]{{3}}{_CUT}[0-9]{{4}}|{_CUT}[0-9]{{4}}{_CUT}[0-9]{{3}}|{_CUT}[0-9]{{7}}"
    f"|[0-9]{_CUT}[0-9]{{3}}{_CUT}[0-9]{{3}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{4}}|[0-9]{{3}}{_CUT}[0-9]{{4}}"
    f"|[0-9]{{4}}{_CUT}[0-9]{{3}}|{_CUT}[0-9]{{2}}{_CUT}[0-9]{{2}}{_CUT}[0-9]{{3}})(?![0-9])"
)
_ABROAD = re.compile(f"(?<![\\w+.])(?:\\+|00(?=852|853|886))[1-9](?:{_GAP}[0-9]){{9,14}}+(?![0-9])")
_FILL = (
    "(?:号码|号|是|为|如下|办公?|宅|家|座机|手机|电话|传真|电传|直线|经理|主任|tel|fax|phone|mobile|number|no"
    "|[:.()/|,;=#~+ \u200b、，；\\-\"'“”]|[0-9](?=[: )])|[一二三]){0,10}+"
)
_CUED = re.compile(
    "(?:(?:电话|手机|座机|固话|联系方式|联系人|联络人|宅电|小灵通|电联|手提|大哥大|传真|热线|☎|📞|📱|☏"
    f"|(?<![a-z])(?:telephone|tel|phone|mobile|mob|cell|fax|call|hotline|ph|hp)){_FILL}(?:[{_HAN}]{{2,4}}+[: (]{{1,2}}+)?"
    f"|(?:办公室?|咨询|家庭|联系|致电|来电|拨打|分机|短号|总机|(?<![{_HAN}])号码|家里|住宅){_FILL})"
    "([0-9](?:[ \\-.()_/,~\u200b]{0,3}+[0-9]){6,15}+)(?![0-9a-z*])"
)
_MORE = re.compile(f"[ \u200b)]{{0,2}}(?:[/、,，;；|]|或|和|及|转)[ \u200b]{{0,2}}([1-9]{_LOCAL})(?!\\.[0-9])")
_UNIT = re.compile(
    " ?(?:[万亿千百]{0,2}(?:元|美元|欧元|日元|港元|人民币|吨|公斤|千克|公里|千米|平米|平方|立方|块钱)|亿|[千百]?万(?![总工经先女老主博教])"
    "|rmb|usd|cny|eur|[%‰℃°Ω￥×]|(?:mm|cm|km|kg|mg|ml|kw|mw|gw|kv|hz|khz|mhz|ghz|pa|kpa|mpa|gpa|kn|kj|mj|ms|rpm|r/min|ppm"
    "|bit|mb|gb|tb|kb|um|nm|μm|m2|m3|m²|m³|db|mah|kwh|m/s|g/l|yuan)(?![a-z0-9]))"
    "|[mgtslnjk](?![a-z0-9:])|\\.(?!1[3-9][0-9]{9}(?![0-9]))[0-9]{1,11}(?![0-9])|e[+-]?[0-9]"
)
_DATE = re.compile(
    "(?:19|20)[0-9]{2}(?:[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    "|[-~/ ]{1,2}(?:19|20)[0-9]{2}(?![0-9]))"
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GLUE = _LETTERS + "0123456789_-./:=#&?%"
_CONTACT_WORDS = frozenset(
    "tel telephone tele phone phones mobile mob cell cellphone wx vx v wechat weixin qq q fax call contact whatsapp hp ph "
    "id sfz idcard shouji dianhua lianxi telno phoneno mobilephone handphone".split()
)
_CONTACT_WORD = re.compile("tel|phone|mobile|fax|cell|电话|手机|联系|微信|qq")
_NUMERALS = re.compile(
    f"(?<![{_NUMERAL}0-9])[一幺壹1][ \\-\u200b]?[三四五六七八九叁肆伍陆柒捌玖3-9](?:[ \\-\u200b]?[{_NUMERAL}0-9]){{9}}"
    f"(?![{_NUMERAL}0-9])"
)

_Edit = tuple[int, int, str]


def mask_contacts(text: str) -> str:
    """Hide the contacts of persons in a text: phones, mails, numbers of papers and cards, WeChat and QQ ids.

    138****5678, 0539-****678, z***@example.com, 371302************, E1****, zh****: however they are separated,
    grouped, widened or glued. Patents, credit codes, amounts, dates, standards and ids with letters stay as they are.
    Masking twice gives the same as masking once; the time is linear in the length.
    """
    if not _MAYBE.search(text):
        return text
    for _ in range(6):  # digits that a mask leaves may stand beside others: looked at again until nothing changes
        edits = _edits(text)
        if not edits:
            break
        text = _applied(text, edits)
    return text


def _applied(text: str, edits: list[_Edit]) -> str:
    parts = []
    done = 0
    for start, end, masked in sorted(edits):
        parts += [text[done:start], masked]
        done = end
    return "".join([*parts, text[done:]])


def _edits(text: str) -> list[_Edit]:
    """What to replace; the spans do not overlap. A span that is decided is starred in the copy that is read."""
    read = text.translate(_READ)
    edits: list[_Edit] = []

    def scan(pattern: re.Pattern[str], judge: Callable[[re.Match[str]], _Edit | None]) -> None:
        nonlocal read

        def star(match: re.Match[str]) -> str:
            edit = judge(match)
            if edit is None:
                return match[0]
            edits.append(edit)
            start, end = match.span()
            if edit[0] >= start and edit[1] <= end:
                return "*" * (end - start)
            early.append(edit)
            return "*" * (end - start)

        early: list[_Edit] = []  # mails begin before the sign that they are recognised by
        read = pattern.sub(star, read)
        if early:
            read = _applied(read, [(start, end, "*" * (end - start)) for start, end, _ in early])

    def number(match: re.Match[str]) -> _Edit | None:
        place = match.lastindex or 0
        start, end = match.span(place)
        if not _is_contact(read, text, match.start(), match.end()):
            return None
        if end - start == 11:
            return (start, end, f"{text[start : start + 3]}****{text[start + 7 : end]}")
        if place == 1 and not _is_grouped(read[start:end], read, match.start(), end):
            return None
        return (start, end, _starred(text, read, start, end, 3, 4))

    def landline(match: re.Match[str]) -> _Edit | None:
        place = match.lastindex or 0
        start, end = match.span(place)
        glued = end - match.start() - read.count("(", match.start(), end) < 11 and place in (2, 4)
        before = read[max(0, match.start() - 2) : match.start()]
        after_digit = len(before) == 2 and before[0].isdigit() and before[1] in "-."
        if glued or after_digit or not _is_contact(read, text, match.start(), end):
            return None
        if _DATE.match(read, start) or (end - start > 8 and read.startswith(("19", "20"), start) and read[end - 4 : end - 2] == "20"):
            return None
        more.append(end)
        return (start, end, _starred(text, read, start, end, 0, -4))

    if "*" in read:
        read = _STARRED.sub(lambda match: "*" * len(match[0]), read)
    if "@" in read:
        scan(_AT, lambda match: _mail(text, read, match))
    if _AT_WORDS.search(read):
        scan(_AT_IN_WORDS, lambda match: _mail(text, read, match))
    more: list[int] = []
    read = _KEPT.sub(lambda match: match[0] if _is_personal(read, match) else "*" * len(match[0]), read)
    scan(_PAPERS, lambda match: _paper(text, read, match))
    scan(_CARDS, lambda match: _card(text, read, match))
    scan(_IDENTITY, lambda match: _identity(text, read, match))
    scan(_OLD_IDENTITY, lambda match: _identity(text, read, match))
    scan(_MOBILE, number)
    scan(_TOGETHER, lambda match: _together(text, read, match))
    scan(_LANDLINE, landline)
    scan(_SERVICE, lambda match: _service(text, read, match))
    if "+" in read or "00" in read:
        scan(_ABROAD, lambda match: _abroad(text, read, match))
    scan(_CUED, lambda match: _cued(text, read, match, more))
    for end in more:
        while match := _MORE.match(read, end):
            start, end = match.span(1)
            edits.append((start, end, _starred(text, read, start, end, 0, -4)))
    if more:
        read = _applied(read, [(start, end, "*" * (end - start)) for start, end, _ in edits])
    scan(_CHATS, lambda match: _chat(text, read, match))
    scan(_CHATS_AFTER, lambda match: _chat_before(text, match))
    scan(_NUMERALS, lambda match: _numerals(text, read, match))
    return edits


def _starred(text: str, read: str, start: int, end: int, first: int, last: int) -> str:
    """The part of the text with a star for every digit but the `first` and the `last` ones.

    A negative `last`: so many are hidden behind the first ones.
    """
    digits = [place for place in range(start, end) if read[place] in "0123456789x"]
    signs = list(text[start:end])
    for place in digits[first : first - last if last < 0 else len(digits) - last]:
        signs[place - start] = "*"
    return "".join(signs)


def _is_contact(read: str, text: str, start: int, end: int) -> bool:
    """Whether nothing around a number makes it an amount, a decimal, a part of an id or of an address."""
    if _UNIT.match(read, end):
        return False
    if not start:
        return True
    before = read[start - 1]
    if before not in _GLUE:
        return not (before in "¥￥$€£¥" or (before == " " and start > 1 and read[start - 2] in "¥￥$€£"))
    left = read[max(0, start - 64) : start]
    stretch = left[len(left.rstrip(_GLUE)) :]
    if "://" in stretch or "www." in stretch:
        return stretch.endswith(("tel=", "phone=", "mobile="))
    core = stretch.rstrip("-_.:/=#&?%")
    signs = stretch[len(core) :]
    bare = core.rstrip(_LETTERS)
    word = core[len(bare) :]
    if not word:
        if signs.startswith(".") and core:
            return False  # a decimal
        piece = re.split("[:/=#&?%]", core)[-1]
        return signs not in ("-", "_") or not any(sign in _LETTERS for sign in piece)
    if word in _CONTACT_WORDS:
        return not (len(word) == 1 and bare[-1:].isalnum())
    if not signs:
        return False
    if signs == ".":
        return word not in ("no", "nr", "num", "sn") or bool(_CONTACT_WORD.search(left))
    if signs in ("-", "_"):
        start -= len(signs) + len(word)
        return len(word) > 2 and not text[start + 1 : start + len(word)].isupper() and not bare[-1:].isalnum()
    return True


def _is_grouped(number: str, read: str, start: int, end: int) -> bool:
    """Whether a number in groups is a mobile one, and no list of other numbers."""
    cuts = re.findall("[^0-9]+", number)
    lengths = [len(part) for part in re.findall("[0-9]+", number)]
    if "." in "".join(cuts) and (len(lengths) == 2 or len(set(cuts)) > 1):
        return False  # a decimal
    if lengths[0] == 4 and len(set(cuts)) > 1:
        return False
    if lengths == [4, 4, 3] and number.startswith("19") and re.match("[^0-9]+(?:19|20)", number[4:]):
        return False  # years
    before = read[max(0, start - 2) : start]
    return not (len(before) == 2 and before[0].isdigit() and before[1] in "-.")


def _is_personal(read: str, match: re.Match[str]) -> bool:
    return bool(_PERSONAL.search(read[max(0, match.start() - 4) : match.start()]))


def _mail(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    sign = match.start()
    stop = sign
    while stop > max(0, sign - 3) and read[stop - 1] in " \u200b":
        stop -= 1
    if stop and read[stop - 1] == '"':
        opening = read.rfind('"', max(0, stop - 64), stop - 1)
        return (opening + 2, stop - 1, "***") if opening >= 0 and stop - opening > 3 and "*" not in read[opening:stop] else None
    least = max(0, stop - 64)
    start = stop
    while start > least and _is_han(read[start - 1]) and stop - start < 4:
        start -= 1
    cue = re.match("(?:邮箱|邮件|联系|信箱|电邮|地址|发到|发至)(?=.)", read[start:stop])
    start += cue.end() if cue else 0
    if not cue:
        while start > least and (read[start - 1] in _LOCAL_SIGNS or (read[start - 1].isalnum() and not _is_han(read[start - 1]))):
            start -= 1
    if start and read[start - 1] == "*":
        return None
    slash = read.rfind("://", max(0, start - 8), stop)
    if slash >= 0 or read.startswith("//", start):
        start = read.rfind("/", start, stop) + 1 or start
    while start < stop and not read[start].isalnum():
        start += 1
    size = stop - start
    if not size:
        return None
    weak = match[0][0] not in "@(" or not re.search("[.。点]|dot", match[0])
    if weak and (size < 3 or not (read[start] in _LETTERS or read[start:stop].isdigit() and size > 4)):
        return None
    if match[0][0] == "#" and slash >= 0:
        return None
    return (start, stop, text[start] + "***")


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _together(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span()
    if not _is_contact(read, text, start, end):
        return None
    return (start, end, "".join(f"{text[at : at + 3]}****{text[at + 7 : at + 11]}" for at in range(start, end, 11)))


def _service(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span()
    before = read[max(0, start - 2) : start]
    after_digit = len(before) == 2 and before[0].isdigit() and before[1] in "-."
    if after_digit or not _is_contact(read, text, start, end) or re.match("0*(?![0-9])", read[start + 1 : end]):
        return None
    return (start, end, _starred(text, read, start, end, 3, 3))


def _abroad(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span()
    chunks = re.findall("[0-9]+", match[0])
    if ("." in match[0] and len(chunks) < 3) or not _is_contact(read, text, start, end):
        return None
    return (start, end, _starred(text, read, start, end, 3, 4))


def _identity(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span()
    left = read[max(0, start - 24) : start]
    bare = left.rstrip(_LETTERS)
    if bare != left and left[len(bare) :] not in _CONTACT_WORDS:
        return None
    if re.match(" ?[万亿]?元", read[end : end + 3]):
        return None
    return (start, end, _starred(text, read, start, end, 6, 0))


def _paper(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span(2)
    digits = sum(sign.isdigit() for sign in match[2])
    if digits < 5 or _DATE.match(read, start) or _UNIT.match(read, end) or (digits == 11 and _MOBILE.match(read, start)):
        return None
    if read[start] not in _LETTERS and (digits >= 14 or match[1].startswith(("身", "id", "sfz", "公民"))):
        return (start, end, _starred(text, read, start, end, 6, 0))
    return (start, end, _opening(text, start, end))


def _opening(text: str, start: int, end: int) -> str:
    """The first two letters or digits and four stars."""
    kept = [place for place in range(start, end) if text[place].isalnum()][:2]
    return text[start : kept[-1] + 1] + "****"


def _card(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span(1)
    if "信用代码" in match[0] or "注册号" in match[0] or _UNIT.match(read, end):
        return None
    return (start, end, _opening(text, start, end))


def _cued(text: str, read: str, match: re.Match[str], more: list[int]) -> _Edit | None:
    start, end = match.span(1)
    if _DATE.match(read, start) or _UNIT.match(read, end):
        return None
    chunks = [(piece.start() + start, piece.end() + start) for piece in re.finditer("[0-9]+", match[1])]
    digits = re.sub("[^0-9]", "", match[1])
    if digits.startswith("86") and len(digits) > 12 and digits[2] == "1":
        digits = digits[2:]
        while chunks[0][1] - chunks[0][0] <= 2:
            start = chunks.pop(0)[1]
    if len(digits) == 11 and re.match("1[3-9]", digits):
        places = [place for place in range(start, end) if read[place].isdigit()][-11:]
        return (places[0], end, _starred(text, read, places[0], end, 3, 4))
    for first in range(min(4, len(chunks))):
        if any(stop - begin > 4 for begin, stop in chunks[:first]):
            break
        size = 0
        for begin, stop in chunks[first:]:
            size += stop - begin
            if size in (7, 8):
                more.append(stop)
                begin = chunks[first][0]
                return (begin, end, _starred(text, read, begin, stop, 0, -4) + text[stop:end])
            if size > 8:
                break
    return (start, end, _starred(text, read, start, end, 0, 3))


def _chat(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    cue, extra, strong, weak, token = match.groups()
    start, end = match.span(5)
    letter = cue[0] in _LETTERS
    before = read[match.start() - 1] if match.start() else " "
    if (letter and before.isascii() and before.isalnum()) or token in _NO_CHAT_ID or _DATE.match(read, start):
        return None
    digits = token.replace(" ", "").replace("-", "")
    firm = strong is not None or extra.rstrip("()").endswith(("号", "id", "码"))
    if cue in ("v", "加v", "加 v", "➕v"):
        if not (token[0] in _LETTERS and any(sign.isdigit() for sign in token)):
            return None
    elif digits.isdigit():
        quick = cue[0] == "q" or not letter or (weak or "").startswith((" ", "("))
        if not (firm or quick) or len(digits) > 14 or _UNIT.match(read, end) or re.match(r"\+|多|余|用户|人|个", read[end : end + 2]):
            return None
    elif not firm:
        speaking = any(sign.isdigit() or sign == "_" for sign in token)
        known = cue.startswith(("微", "薇", "威", "徽", "企", "v信", "wechat", "weixin")) or weak
        if not speaking or not known or cue[0] in "q抖快博飞支" or token.startswith(("v", "h5")) and token[1:2].isdigit():
            return None
    return (start, end, _opening(text, start, end))


def _chat_before(text: str, match: re.Match[str]) -> _Edit | None:
    token = match[1]
    if not any(sign.isdigit() or sign == "_" for sign in token):
        return None
    start, end = match.span(1)
    return (start, end, _opening(text, start, end))


def _numerals(text: str, read: str, match: re.Match[str]) -> _Edit | None:
    start, end = match.span()
    places = [place for place in range(start, end) if read[place] not in " -\u200b"]
    if all(read[place].isascii() for place in places):
        return None
    signs = list(text[start:end])
    for place in places[3:7]:
        signs[place - start] = "*"
    return (start, end, "".join(signs))
