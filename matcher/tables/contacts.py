"""Contacts of persons, hidden wherever people write them. How phones, mails and identity numbers look stays in here."""

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

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_GAP = "[ \\-.()_\u200b]{0,3}+"  # between two digits of one number
_CUT = "[ \\-.()_\u200b]{1,3}+"
_NUMERAL = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"


def _any(words: str) -> str:
    """A pattern for words between `|`, quick since its branches begin with different characters."""
    ends: dict[str, list[str]] = {}
    for word in words.split("|"):
        ends.setdefault(re.escape(word[0]), []).append(re.escape(word[1:]))
    parts = (f"{sign}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for sign, rest in ends.items())
    return f"(?:{'|'.join(parts)})"


# A run of more digits than any contact has.
_ENDLESS = re.compile(
    f"[0-9](?<![0-9].)(?:[0-9]{{44,}}+|(?:{_CUT}[0-9](?![0-9])){{30,}}+"
    f"|[0-9]{{0,2}}{_CUT}(?:[0-9]{{1,3}}{_CUT}){{40,}}(?=(?:[0-9]{{1,3}}{_CUT}){{11}}))"
)

# What is masked already: the digits beside the stars belong to it.
STARRED = re.compile(
    "(?:(?<![0-9])[0-9]{1,6}[ \\-.()_\u200b]{0,3}(?:\\*[ \\-.()_\u200b]{0,3}){3}\\*|\\*{4})"
    "(?:[*\u200b]|[ \\-.()_](?=[ \\-.()_]{0,2}\\*))*+"
    f"(?:{_GAP}[0-9]{{1,4}}(?![0-9])|(?:[ .\\-][0-9]){{3,4}}(?![0-9]))?"
)

# Numbers of things: the word, then one token without blanks.
_THINGS = (
    "s/n|p/n|sn:|编号|型号|规格|专利|专利号|合同|合同号|标准|标准号|订单|订单号|单号|货号|序列号|批号|文号"
    "|图号|料号|件号|条码|条形码|代码|流水号"
    "|案号|编码|版本|版本号|邮编|协议|软著登字|软著|isbn|issn|doi|pmid|cas"
)
_NUMBERED = (
    "申请|公开|公告|授权|注册|登记|备案|批准|证书|许可|许可证"
    "|项目|课题|基金|发票|工|学|车架|发动机|快递|运|设备|仪器|资产|产品|成果|需求"
)
_THINGS += "".join(f"|{word}号|{word}编号|{word}编码" for word in _NUMBERED.split("|"))
_KEPT = re.compile(
    f"{_any(_THINGS)}(?:号码?|编号|码|第)?[ :#=(是为\"'“]{{0,4}}+"
    "[a-z0-9](?:[a-z0-9_\\-]|\\.[a-z0-9]){4,40}+(?! ?[(,，/]? ?(?:同|手机|微信|电话|联系|tel|phone|mobile))"
)
_PERSONAL = re.compile("(?:证件?|护照|身份|卡|手机|电话|联系|银行|通行|qq|微信|军官|驾驶)$")

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

_IDENTITY = re.compile(
    f"[1-8](?<![0-9].)(?:{_GAP}[0-9]){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0){_GAP}[0-9]{_GAP}[0-9]{_GAP}"
    f"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])(?:{_GAP}[0-9]){{3}}{_GAP}[0-9x]"
    "(?![0-9a-z])"
)
_OLD_IDENTITY = re.compile(
    "[1-8](?=[0-7][0-9])(?<![0-9].)(?<![0-9][.\\-].)(?:(?<=1)[1-5]|(?<=2)[1-3]|(?<=3)[1-7]|(?<=4)[1-6]"
    "|(?<=5)[0-4]|(?<=6)[1-5]|(?<=7)1|(?<=8)[1-3])[0-9]"
    f"{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12][0-9]|3[01]){_GAP}[0-9]{{3}}"
    "(?![0-9a-z]|\\.[0-9]|-[0-9])"
)
_PAPER_WORDS = (
    "身份证|身份证明|公民身份|身分证|身份号|id card|idcard|sfz|证件|护照|passport|通行证|台胞证|回乡证|军官证"
    "|士兵证|军人证|警官证"
    "|居留证|居住证|驾驶证|驾照|社保|社保卡|医保|医保卡|学生证|签证"
)
_PAPERS = re.compile(
    f"({_any(_PAPER_WORDS)})(?:号码?|编号|no|number|及|和|原件|复印件|[ /:#=(),.是为-]){{0,8}}+"
    f"(?:[{_HAN}]{{1,3}}字第?|第)?([a-z]{{0,3}}(?:{_GAP}[0-9]){{6,18}}(?:{_GAP}x)?|[a-z0-9]{{6,18}}+)(?![0-9a-z*])"
)
_CARDS = re.compile(
    f"{_any('银行卡|卡号|信用卡|储蓄卡|借记卡|工资卡|行卡|账号|帐号|账户|帐户|户头|开户|收款|折号|银行|工行|建行|农行|中行|招行|交行|邮储|account|card')}"
    f"(?:[{_HAN}a-z]|[ :#=()./-]){{0,24}}+([0-9](?:[ \\-.\u200b]{{0,3}}+[0-9]){{11,22}})(?![0-9a-z*]|\\.[0-9])"
)
_CHATS = re.compile(
    "(微 ?信|薇信|威信|徽信|企微|微号|v信|v ?x|w ?x|wechat|weixin|加 ?v|➕v|v(?=[:号])"
    "|q ?q|扣扣|球球|企鹅|叩叩|q(?=群?号)|抖音|快手|微博|钉钉|飞书|支付宝|小红书|b站|whatsapp|telegram|skype"
    "|line(?=:)|陌陌|旺旺)"
    "((?:[/、, ]?(?:群|账号|帐号|号码|号|邮箱|id|名|帐户|账户|和|与|或|及|手机|电话|同|[()])){0,4}+)"
    "(?:( {0,2}[:=是为][ \u200b(\"'“]{0,3}+)|([ \u200b(\"'“-]{0,3}+))"
    "(?!(?:wechat|weixin|vx|wx|v|qq|tel|phone|mobile|e?-?mail|fax|https?)(?:[ :号(.]"
    "|\\Z))([0-9]{2,5}(?: [0-9]{2,5}){1,4}(?![0-9])|[a-z0-9_][a-z0-9_\\-]{4,24}+)(?![a-z0-9*@]|\\.[0-9])"
)
_CHATS_AFTER = re.compile(
    "(?<![a-z0-9_\\-*@.])([a-z0-9_][a-z0-9_\\-]{4,24}+) ?\\((?:同|我的)?(?:微信|qq|wechat|vx|wx|扣扣)"
)
_NO_CHAT_ID = (
    "https",
    "http",
    "wechat",
    "weixin",
    "email",
    "phone",
    "mobile",
    "android",
    "python",
    "openapi",
    "service",
)

# Followed and preceded by signs that leave no doubt.
_PLAIN = re.compile(
    "1(?<![a-z0-9_\\-./:=#&?%¥￥$€£]1)(?<![¥￥$€£] 1)[3-9][0-9]{9}(?=[,;、。，；/)\n]|\\Z| [0-9、，。/\n]"
    "|(?:联系|同|微信|手机|电话))"
)
_DENSE = re.compile("[0-9](?:[^0-9\n]{0,3}+[0-9]){4}")
_TEN = re.compile("[0-9](?:[\\W_]{0,4}+[0-9]){9}")
_PREFIX = re.compile(f"(?:\\(?\\+?(?:00|0)?86\\)?{_GAP}\\(?|\\(?0\\)?|\\()\\Z")
_MOBILE = re.compile(
    "1(?=[3-9 \\-.()_\u200b])(?:(?<![0-9].)|(?<=(?<![0-9])861)|(?<=(?<![0-9])0861)|(?<=(?<![0-9])00861)"
    "|(?<=(?<![0-9])01))(?:"
    "([3-9][0-9](?:[0-9]{8}"
    f"|{_CUT}(?:[0-9]{{4}}{_CUT}[0-9]{{4}}|[0-9]{{8}}|[0-9]{{3}}{_CUT}[0-9]{{5}}|[0-9]{{5}}{_CUT}[0-9]{{3}})"
    f"|[0-9]{{4}}{_CUT}[0-9]{{4}}|[0-9]{_CUT}(?:[0-9]{{4}}{_CUT}[0-9]{{3}}|[0-9]{{3}}{_CUT}[0-9]{{4}})"
    "|(?P<sign>[。'’‘`|=…\\\\^\"“”])[0-9]{4}(?P=sign)[0-9]{4}))"
    "|((?:\u200b{0,3}+[0-9]){10})"
    f"|({_CUT}[3-9](?:{_CUT}[0-9]){{9}})(?!{_CUT}[02-9](?![0-9]))"
    ")(?![0-9])"
)
_TOGETHER = re.compile("1(?<![0-9].)[3-9][0-9]{9}(?:1[3-9][0-9]{9}){1,3}(?![0-9])")
_LOCAL = (
    f"(?:[0-9]{{6,7}}|[0-9]{{2}}{_CUT}[0-9]{{4,5}}|[0-9]{{3}}{_CUT}[0-9]{{3,4}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{3,4}}"
    f"|[0-9]{{2}}{_CUT}[0-9]{{2}}{_CUT}[0-9]{{2,3}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{2}}{_CUT}[0-9]{{1,2}})(?![0-9])"
)
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    f"0(?:(?<![0-9].)|(?<=(?<![0-9])860))[ \u200b]{{0,2}}+{_AREA}(?:(?:{_CUT}|/)([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
)
_LANDLINE_86 = re.compile(
    "86(?:(?<=\\+86)|(?<=(?<![0-9])0086)|(?<![0-9]86)(?=-|(?:10|2[0-9])-))"
    f"{_GAP}(?:0\\) ?)?{_AREA}(?:{_CUT}([1-9]{_LOCAL})|([2-9]{_LOCAL}))"
)
_SERVICE = re.compile(
    f"[48](?<![0-9].)00\\)?(?:[0-9]{{7}}|{_CUT}[0-9]{{3}}{_CUT}[0-9]{{4}}|{_CUT}[0-9]{{4}}{_CUT}[0-9]{{3}}"
    f"|{_CUT}[0-9]{{7}}"
    f"|[0-9]{_CUT}[0-9]{{3}}{_CUT}[0-9]{{3}}|[0-9]{_CUT}[0-9]{{2}}{_CUT}[0-9]{{4}}|[0-9]{{3}}{_CUT}[0-9]{{4}}"
    f"|[0-9]{{4}}{_CUT}[0-9]{{3}}|{_CUT}[0-9]{{2}}{_CUT}(?:[0-9]{{2}}{_CUT}[0-9]{{3}}|[0-9]{{5}}))(?![0-9])"
)
_ABROAD = re.compile(f"[+0](?<![\\w+.].)(?:(?<=\\+)|(?<=0)0(?=852|853|886))[1-9](?:{_GAP}[0-9]){{9,14}}+(?![0-9])")
_FILL = (
    "(?:[:.()/|,;=#~+ \u200b、，；\\-\"'“”]|号码|号|是|为|如下|办公?|宅|家|电传|直线|经理|主任|number|no|微信"
    "|同|[0-9](?=[: )])"
    "|[一二三]){0,10}+"
)
_STRONG = (
    "电话|手机|座机|固话|联系方式|联系人|联络人|宅电|小灵通|电联|手提|大哥大|传真|热线|☎|📞|📱|☏"
    "|telephone|tel|phone|mobile|mob|cell|fax|call|hotline"
)
_STRONG_WORD = re.compile(_STRONG)
_WEAK = "办公|办公室|咨询|家庭|联系|致电|来电|拨打|总机|号码|家里|住宅"
_CUED = re.compile(
    f"({_any(_STRONG + '|' + _WEAK)}){_FILL}([{_HAN}]{{2,4}}+[: (]{{1,2}}+)?"
    "([0-9](?:[ \\-.()_/,~\u200b]{0,3}+[0-9]){6,15})(?![0-9a-z*])"
)
_MORE = re.compile(f"[ \u200b)]{{0,2}}(?:[/、,，;；|]|或|和|及|转)[ \u200b]{{0,2}}([1-9]{_LOCAL})(?!\\.[0-9])")
_UNIT = re.compile(
    " ?(?:[万亿千百]{0,2}(?:元|美元|欧元|日元|港元|人民币|吨|公斤|千克|公里|千米|平米|平方|立方|块钱)|亿"
    "|[千百]?万(?![总工经先女老主博教])"
    "|rmb|usd|cny|eur|[%‰℃°Ω￥×]|(?:mm|cm|km|kg|mg|ml|kw|mw|gw|kv|hz|khz|mhz|ghz|pa|kpa|mpa|gpa|kn|kj|mj|ms"
    "|rpm|r/min|ppm"
    "|bit|mb|gb|tb|kb|um|nm|μm|m2|m3|m²|m³|db|mah|kwh|m/s|g/l|yuan)(?![a-z0-9]))"
    "|[mgtslnjk](?![a-z0-9:*])|[次条件套只片]|个(?!人)|台(?![湾州北儿前胞])"
    "|\\.(?!1[3-9][0-9]{9}(?![0-9]))[0-9]{1,11}(?![0-9])|e[+-]?[0-9]"
)
_SHORT_UNIT = re.compile(" ?[vawjnklthgms](?![a-z0-9:*信号])")
_SIZES = re.compile(
    "(?:规格|尺寸|参数|型号|转速|功率|电压|电流|标称|长度|宽度|高度|厚度|容量|重量|直径|外径|内径|流量|压力"
    "|温度|力矩|扭矩|编号|数据|依次"
    "|分别)[ :=为是(]{0,3}\\Z"
)
_LABELLED = re.compile(f"[1-9](?<![0-9.\\-].){_LOCAL} ?\\((?:办|宅|家|座机|固话|电话|传真|公司|单位)")
DATE = re.compile(
    "(?:19|20)[0-9]{2}(?:[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    "|[-~/ ]{1,2}(?:19|20)[0-9]{2}(?![0-9]))"
)
# Looked for first: contacts have one of these signs or words, ten digits, numerals, or five digits and a word.
_SIGNS = re.compile("[Ａ-Ｚａ-ｚ@＠﹫#＃➕]|[aA][tT][)\\] ）】}>_]")
_TEN_DIGITS = re.compile("\\d(?:[\\W_]{0,4}+\\d){9}")
_FIVE_DIGITS = re.compile("\\d(?:[^\\d\n]{0,3}+\\d){4}")
_FOUR_NUMERALS = re.compile(f"[{_NUMERAL}](?:\\W?[{_NUMERAL}\\d]){{3}}")
_CHAT_WORDS = re.compile(
    _any(
        "微信|微 信|微号|薇信|威信|徽信|企微|加v|加 v|v信|vx|v x|wx|w x|v:|v：|v号|wechat|weixin|钉钉|飞书"
        "|抖音|快手|微博|小红书|陌陌|旺旺"
        "|支付宝|skype|telegram|whatsapp|line:|line：|艾特|圈a|小老鼠"
    )
)
_NUMBER_WORDS = re.compile(
    _any(
        f"{_STRONG}|{_WEAK}|{_PAPER_WORDS}|银行|卡|账|帐|户头|开户|收款|行卡|工行|建行|农行|中行|招行|交行|邮储"
        "|折号|account|card|qq|q q|q号|q群|扣扣|球球|企鹅|叩叩|b站"
        "|(办|（办|(宅|（宅|(家|（家|(公司|（公司|(单位|（单位"
    )
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GLUE = _LETTERS + "0123456789_-./:=#&?%"
_CONTACT_WORDS = frozenset(
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
_NUMERALS = re.compile(
    f"[一幺壹1](?<![{_NUMERAL}0-9].)[ \\-\u200b]?[三四五六七八九叁肆伍陆柒捌玖3-9](?:[ \\-\u200b]?[{_NUMERAL}0-9]){{9}}"
    f"(?![{_NUMERAL}0-9])"
)

Edit = tuple[int, int, str]


def mask_contacts(text: str) -> str:
    """Hide the contacts of persons in a text: phones, mails, numbers of papers and cards, WeChat and QQ ids.

    138****5678, 0539-****678, z***@example.com, 371302************, E1****, zh****: however they are separated,
    grouped, widened or glued. Patents, credit codes, amounts, dates, standards and ids with letters stay as they are.
    Masking twice gives the same as masking once; the time is linear in the length.
    """
    if not may_hold(text):
        return text
    for _ in range(6):  # digits that a mask leaves may stand beside others: looked at again until nothing changes
        edits, final = edits_of(text)
        text = applied(text, edits)
        if final:
            break
    return text


def may_hold(text: str) -> bool:
    """Whether a text may hold a contact; quick, since most cells hold none."""
    if _SIGNS.search(text) or _TEN_DIGITS.search(text) or _FOUR_NUMERALS.search(text):
        return True
    lower = text.lower()
    return bool(_CHAT_WORDS.search(lower) or (_FIVE_DIGITS.search(text) and _NUMBER_WORDS.search(lower)))


def applied(text: str, edits: list[Edit]) -> str:
    """The text with the edits made."""
    parts = []
    done = 0
    for start, end, masked in sorted(edits):
        parts += [text[done:start], masked]
        done = end
    return "".join([*parts, text[done:]])


def edits_of(text: str) -> tuple[list[Edit], bool]:
    """What to replace, and whether a second look would find nothing; the spans do not overlap.

    A span that is decided is starred in the copy that is read.
    """
    read = text.translate(READ)
    edits: list[Edit] = []
    more: list[int] = []

    def scan(pattern: re.Pattern[str], judge: Callable[[re.Match[str]], Edit | None]) -> None:
        nonlocal read

        parts = []
        done = place = 0
        while match := pattern.search(read, place):
            edit = judge(match)
            place = match.start() + 1  # what is refused may hide the start of another
            if edit is None:
                continue
            edits.append(edit)
            start = max(done, min(match.start(), edit[0]))
            place = edit[1] if edit[1] > match.start() else match.end()
            parts += [read[done:start], "*" * (place - start)]
            done = place
        if done:
            read = "".join([*parts, read[done:]])

    def number(match: re.Match[str]) -> Edit | None:
        start, end = match.span()
        outer = start
        if start and read[start - 1] in "06 -.()_\u200b":
            prefix = _PREFIX.search(read, max(0, start - 12), start)
            outer = prefix.start() if prefix else start
        if not _is_contact(read, text, outer, end):
            return None
        if end - start == 11:
            return (start, end, f"{text[start : start + 3]}****{text[start + 7 : end]}")
        if match[1] and not _is_grouped(read[start:end], read, outer, end):
            return None
        return (start, end, starred(text, read, start, end, 3, 4))

    def landline(match: re.Match[str]) -> Edit | None:
        start, end = match.span(match.lastindex or 0)
        outer = match.start()
        if outer and read[outer - 1] in "06 -.()_\u200b":
            prefix = _PREFIX.search(read, max(0, outer - 12), outer)
            outer = prefix.start() if prefix else outer
        before = read[max(0, outer - 2) : outer]
        if len(before) == 2 and before[0].isdigit() and before[1] in "-.":
            return None
        if end - match.start() < 11 and read[match.start() : end].isdigit():
            return None
        if not _is_contact(read, text, outer, end) or _is_dated(read, start, end):
            return None
        more.append(end)
        return (start, end, starred(text, read, start, end, 0, -4))

    def scan_numbers() -> None:
        nonlocal read
        scan(_PAPERS, lambda match: _paper(text, read, match))
        scan(_CARDS, lambda match: _card(text, read, match))
        if _TEN.search(read):
            scan(_IDENTITY, lambda match: _identity(text, read, match))
            scan(_OLD_IDENTITY, lambda match: _identity(text, read, match))
            scan(_MOBILE, number)
            scan(_TOGETHER, lambda match: _together(text, read, match))
            scan(_LANDLINE, landline)
            if "86" in read:
                scan(_LANDLINE_86, landline)
            scan(_SERVICE, lambda match: _service(text, read, match))
            if "+" in read or "00" in read:
                scan(_ABROAD, lambda match: _abroad(text, read, match))
        scan(_LABELLED, lambda match: _labelled(text, read, match))
        scan(_CUED, lambda match: _cued(text, read, match, more))
        for end in more:
            while match := _MORE.match(read, end):
                start, end = match.span(1)
                edits.append((start, end, starred(text, read, start, end, 0, -4)))
        if more:
            read = applied(read, [(start, end, "*" * (end - start)) for start, end, _ in edits])

    if "*" in read:
        read = STARRED.sub(lambda match: "*" * len(match[0]), read)
    read = _ENDLESS.sub(lambda match: "*" * len(match[0]), read)
    if "@" in read:
        scan(_AT, lambda match: _mail(text, read, match))
    if _AT_WORDS.search(read):
        scan(_AT_IN_WORDS, lambda match: _mail(text, read, match))
    read = _KEPT.sub(lambda match: match[0] if _is_personal(read, match) else "*" * len(match[0]), read)
    plain = [match.start() for match in _PLAIN.finditer(read)]
    if plain:
        edits += [(at, at + 11, f"{text[at : at + 3]}****{text[at + 7 : at + 11]}") for at in plain]
        read = _PLAIN.sub("*" * 11, read)
    if _DENSE.search(read):
        scan_numbers()
    scan(_CHATS, lambda match: _chat(text, read, match))
    scan(_CHATS_AFTER, lambda match: _chat_before(text, match))
    if not read.isascii() and any(sign in read for sign in _NUMERAL):
        scan(_NUMERALS, lambda match: _numerals(text, read, match))
    return edits, len(edits) == len(plain)


def starred(text: str, read: str, start: int, end: int, first: int, last: int) -> str:
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
    if _SIZES.search(read, max(0, start - 8), start) or _SHORT_UNIT.match(read, end):
        return False
    before = read[max(0, start - 2) : start]
    return not (len(before) == 2 and before[0].isdigit() and before[1] in "-.")


def _is_dated(read: str, start: int, end: int) -> bool:
    """Whether what looks like a local number is a date, or years."""
    return bool(
        DATE.match(read, start, end)
        or re.match("(?:19|20)[0-9]{2}[^0-9]+(?:(?:19|20)[0-9]{2}|[0-9]{2}(?![0-9]))", read[start:end])
    )


def _is_personal(read: str, match: re.Match[str]) -> bool:
    return bool(_PERSONAL.search(read[max(0, match.start() - 4) : match.start()]))


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
    if weak and (size < 3 or not (read[start] in _LETTERS or (read[start:stop].isdigit() and size > 4))):
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


def _together(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    if not _is_contact(read, text, start, end):
        return None
    return (start, end, "".join(f"{text[at : at + 3]}****{text[at + 7 : at + 11]}" for at in range(start, end, 11)))


def _service(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    before = read[max(0, start - 2) : start]
    after_digit = len(before) == 2 and before[0].isdigit() and before[1] in "-."
    if _SIZES.search(read, max(0, start - 8), start) or _SHORT_UNIT.match(read, end):
        return None
    if (
        after_digit
        or not _is_contact(read, text, start, end)
        or (set(match[0]) <= set("0123456789") and len(set(match[0])) < 3)
    ):
        return None
    return (start, end, starred(text, read, start, end, 3, 3))


def _labelled(text: str, read: str, match: re.Match[str]) -> Edit:
    start, end = match.span()
    return (start, end, starred(text, read, start, end, 0, -4))


def _abroad(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    chunks = re.findall("[0-9]+", match[0])
    if ("." in match[0] and len(chunks) < 3) or not _is_contact(read, text, start, end):
        return None
    return (start, end, starred(text, read, start, end, 3, 4))


def _identity(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    left = read[max(0, start - 24) : start]
    bare = left.rstrip(_LETTERS)
    if bare != left and left[len(bare) :] not in _CONTACT_WORDS:
        return None
    if re.match(" ?[万亿]?元", read[end : end + 3]):
        return None
    return (start, end, starred(text, read, start, end, 6, 0))


def _paper(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span(2)
    if DATE.match(read, start):
        return None
    identity = _IDENTITY.match(read, start) or _OLD_IDENTITY.match(read, start)
    if identity:
        return (start, identity.end(), starred(text, read, start, identity.end(), 6, 0))
    chunks = _chunks(read, start, end)
    size = 0
    for first, stop in chunks:
        size += stop - first
        if size > 6 and len(chunks) > 1 and not read.startswith("x", end - 1):
            end = stop
            break
    size = sum(sign.isdigit() for sign in read[start:end])
    if size < 5 or _UNIT.match(read, end) or (size == 11 and _MOBILE.match(read, start)):
        return None
    if read[start] not in _LETTERS and (size >= 14 or match[1].startswith(("身", "id", "sfz", "公民"))):
        end = match.end(2)
        return (start, end, starred(text, read, start, end, 6, 0))
    return (start, end, _opening(text, start, end))


def _chunks(read: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the runs of digits lie."""
    return [(run.start() + start, run.end() + start) for run in re.finditer("[0-9]+", read[start:end])]


def _opening(text: str, start: int, end: int) -> str:
    """The first two letters or digits and four stars."""
    kept = [place for place in range(start, end) if text[place].isalnum()][:2]
    return text[start : kept[-1] + 1] + "****"


def _card(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span(1)
    size = 0
    for first, stop in _chunks(read, start, end):
        size += stop - first
        if size in (16, 17, 18, 19):
            end = stop
    if "信用代码" in match[0] or "注册号" in match[0] or _UNIT.match(read, end):
        return None
    return (start, end, _opening(text, start, end))


def _cued(text: str, read: str, match: re.Match[str], more: list[int]) -> Edit | None:
    start, end = match.span(3)
    cue = match[1]
    if cue[0] in _LETTERS and read[match.start() - 1 : match.start()].isalpha() and read[match.start() - 1].isascii():
        return None
    if (match[2] and not _STRONG_WORD.search(match[0])) or (
        cue == "号码" and read[match.start() - 1 : match.start()].isalnum()
    ):
        return None
    if DATE.match(read, start) or _UNIT.match(read, end):
        return None
    chunks = _chunks(read, start, end)
    for first in range(min(3, len(chunks))):
        size = 0
        for begin, stop in chunks[first:]:
            size += stop - begin
            begin = chunks[first][0]
            if size == 11 and re.match("1[^0-9]*[3-9]", read[begin:stop]):
                return (begin, stop, starred(text, read, begin, stop, 3, 4))
    for first in range(min(4, len(chunks))):
        if any(stop - begin > 4 for begin, stop in chunks[:first]):
            break
        size = 0
        for begin, stop in chunks[first:]:
            size += stop - begin
            if size in (7, 8):
                more.append(stop)
                begin = chunks[first][0]
                return (begin, stop, starred(text, read, begin, stop, 0, -4))
            if size > 8:
                break
    return (start, end, starred(text, read, start, end, 0, 3))


def _chat(text: str, read: str, match: re.Match[str]) -> Edit | None:
    cue, extra, strong, weak, token = match.groups()
    start, end = match.span(5)
    letter = cue[0] in _LETTERS
    before = read[match.start() - 1] if match.start() else " "
    if (letter and before.isascii() and before.isalnum()) or token in _NO_CHAT_ID or DATE.match(read, start):
        return None
    if " " in token:
        stops = [stop for first, stop in _chunks(read, start, end) if sum(map(str.isdigit, read[start:stop])) <= 10]
        end = stops[-1]
        token = read[start:end]
    digits = token.replace(" ", "").replace("-", "")
    firm = strong is not None or extra.rstrip("()").endswith(("号", "id", "码"))
    if cue in ("v", "加v", "加 v", "➕v"):
        if not (token[0] in _LETTERS and any(sign.isdigit() for sign in token)):
            return None
    elif digits.isdigit():
        quick = cue[0] == "q" or not letter or (weak or "").startswith((" ", "("))
        if (
            not (firm or quick)
            or len(digits) > 14
            or _UNIT.match(read, end)
            or re.match(r"\+|多|余|用户|人|个", read[end : end + 2])
        ):
            return None
    elif not firm:
        speaking = any(sign.isdigit() or sign == "_" for sign in token)
        known = cue.startswith(("微", "薇", "威", "徽", "企", "v信", "wechat", "weixin")) or weak
        if (
            not speaking
            or not known
            or cue[0] in "q抖快博飞支"
            or (token.startswith(("v", "h5")) and token[1:2].isdigit())
        ):
            return None
    return (start, end, _opening(text, start, end))


def _chat_before(text: str, match: re.Match[str]) -> Edit | None:
    token = match[1]
    if not any(sign.isdigit() or sign == "_" for sign in token):
        return None
    start, end = match.span(1)
    return (start, end, _opening(text, start, end))


def _numerals(text: str, read: str, match: re.Match[str]) -> Edit | None:
    start, end = match.span()
    places = [place for place in range(start, end) if read[place] not in " -\u200b"]
    if all(read[place].isascii() for place in places):
        return None
    signs = list(text[start:end])
    for place in places[3:7]:
        signs[place - start] = "*"
    return (start, end, "".join(signs))
