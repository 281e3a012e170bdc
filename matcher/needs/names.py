"""What a value measures: the name of its quantity in the words around it, and what that name means.

The table of quantities (quantities.txt) says which names are one concept and which direction is better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_DIMENSIONS = {  # what is measured where no name is given, by the symbol or the dimension of the unit
    "s": "时间",
    "dB": "噪声",
    "r s-1": "转速",
    "℃": "温度",
    "A-1 kg m2 s-3": "电压",
    "A": "电流",
    "kg m2 s-3": "功率",
    "s-1": "频率",
    "kg m-1 s-2": "压力",
    "bit s-1": "速度",
    "kg-1 lm m-2 s3": "光效",
    "目": "粒度",
    "HRC": "硬度",
    "HRB": "硬度",
    "HV": "硬度",
    "HB": "硬度",
    "HA": "硬度",
    "H": "硬度",
    "IP": "防护等级",
}
_UP = "提高|提升|增加|增长|增产|上升|升高|延长|增强|增大|提速|加快|改善|increased?|improved?|raised?"
_DOWN = "降低|下降|减少|减小|减轻|减低|减产|减排|缩减|节约|节省|节能|节电|节水|缩短|压缩|降|reduced?|decreased?|cut"
_WHOLE = {
    "增产": "产量提高",
    "减产": "产量降低",
    "提速": "速度提高",
    "减排": "排放量降低",
    "节能": "能耗降低",
    "节电": "电耗降低",
    "节水": "水耗降低",
    "增重": "重量提高",
    "减重": "重量降低",
}
_CHANGE = re.compile(rf"(?P<word>{_UP}|{_DOWN})(?:了|幅度|幅|率|by|\s)*$", re.I)
_LEVEL = re.compile(rf"(?:(?:{_UP}|{_DOWN})(?:至|到|为|to)|[延缩增减提](?:至|到))$", re.I)
_REACHED = re.compile("[至到]$")  # 降低噪声到60dB以下
_IS_UP = re.compile(_UP, re.I)
_FILL = re.compile(
    r"(?:为|是|在|于|可以?|能够|(?<![节性功智效产])能|(?<![反相响效对供])应当?|须|必须|需要?|要求?|控制|限制|保持|维持|稳定(?!性)|约|大约|大概|=|:|的|了|一般|通常|仅|只有?|均|都|也|还|可?达到?"
    r"|最高|最低|最多|最大|最小|平均|(?<![较比])(?:目前|现在|当前|现状)|(?<![实体呈发出展再比较])现|分别|高达|将|会|得|不|由|从|近|已|自|希望|预期|至少|最快|最慢|实测|目标|整体|基本|左右|有|做|超|(?<=[率度力量需应仍])(?:满足|符合)|仍然?|进行|保证|具[有备]|[位处介]于|呈|多在|多为|大多|集中在?|我们|(?<![思理联设构幻])想要?|力争|争取|[-~\"“”'*±≥≤<>]|\s"
    r"|\([^()]*\)|[(\[]|(?<![较比])原[来有先]|同类产品|国外|适[用应]于?|(?:[很较极]|非常|特别)[高低大小长短快慢强]|(?:^|(?<=[，,、后需可要(]))用|\b(?:of|is|are|be|should|must|shall|to|at|a|an|the|with|has|have|from|between|for|can|will|not|and)\b)$",
    re.I,
)
_BREAK = re.compile(
    r"[①-⑳\s,，、。；;:：()\[\]\"“”'《》<>/|+=]|使(?!用)得?|将|把|对(?!比|称|接|焦|位|流|数)|导致|领域|经过|产生|占(?!比|用|空)|公司|一种|上述|要求|能够|可以|实现|具有|具备|确保|保证|满足|通过|采用|需[求要]?|希望|开发|研发|其中?|该|所述?|包括|(?<![输溶浸析渗溢])出(?!水|口|率|品|光|米|油|厂|[入]?库|货|渣|酒|粉|风|力|料|气|液|材)"
    r"|但|的|(?<!总)和(?!度|性)|与|及|或者?|(?<![思理联设构幻])想要?|力争|争取|并|且|为|是|至少|最少|至多|在(?!线)|由|从(?!动)|让|于|等(?!级|效|离)|目前|现有|当前|当(?!量)|达(?!标)到?|就|也|都|仅|(?<!平)均(?!匀|衡|质)|相比|比(?!表|容|能|功|重|例|$)|成果|样机"
    r"|较|了|着|以(?!太)|按|(?<!^数)(?<![、，,\s]数)据|我们|用[于来]|提供|每(?:小时|分钟|批次|公斤|千克|立方米|平方米|公里|[天日班条台套批次吨亩])?|不(?!良|合|确定|达标)|至|到|后(?!处|端|轴|轮)|(?<!经)时(?!间|长|效|延)|则|而|能(?=承|在|达|连)|可(?=达|承|在)|承受|有(?!机|效|害|毒|色|限)|超过|因|若(?!干)|无法|不能|寻求|寻找|找寻|分别|形成|包含|含有|设有|一[套个台种条]"
)
_VERB = "提高|提升|增加|降低|减少|缩短|节约|节省"  # those that begin no noun, as 压缩机 and 增强材料 do
_LEADING = re.compile(rf".*(?P<word>{_VERB})(?![型机剂率量器])", re.I)
_WORD_END = re.compile(r"[A-Za-z0-9]*$")
_SYMBOL = re.compile(r"(?<=[\u4e00-\u9fff])[A-Za-z][:=]?$")  # 牵引力F
_ASIDE = re.compile(r"\([^()]*\)$")
_CHANGED = re.compile(rf"(?P<word>{_VERB})了?$", re.I)
_ITEM = re.compile(r"^(?:[(\[]?(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[①-⑳])[)\].、:]|[①-⑳●◆■※•·\-*#])+\s*")
_THAN = re.compile(  # 成本较现有工艺降低20%, 效率比人工高3倍
    r"(?P<beside>[与和跟同][^，,]{1,12})?(?:较|(?<![对占相])比(?!例|重|表|容|能|功|值)|相比于?|相[对较]于)[^,，]{1,14}?(?P<word>低|少|轻|短|慢|高|多|长|快)?(?:了|出)?$"
)
_SIZED = ("", *"大高小低超")  # 400W大功率电源
_COUNTING = "个种份组次级人路名项%"  # 80%人工关节
_HAS_OWN = re.compile(r"[\s\d:为是约≤≥<>=±在达不小大超低高]|控制")  # 外径50mm长度20mm
_WITHIN = "下中内处时后里上"
_WHERE = re.compile(f"在[\u4e00-\u9fff]{{1,6}}[间天季{_WITHIN}]$")  # 识别准确率在夜间≥95%
_COPULA = re.compile("^(?:作?为|是)")  # 415nm为测量波长
_EVERY = re.compile("每(?:小时|分钟|秒钟?|天|日|年|班|吨|亩|台|公斤|千克|立方米|平方米|平米|公里|千瓦时)$")
_NO_START = re.compile(
    r"^(?:(?:原[来先有]的?|现(?=使用|用|有|单|日|年|平均|采用))(?=[\u4e00-\u9fff]{2})|\d{1,2}[.、](?=[\u4e00-\u9fff])|如(?=[\u4e00-\u9fff]{3})|[\u4e00-\u9fff]{0,4}(?:情况|条件|环境)下(?=[\u4e00-\u9fff]{2}))+"
)
_WEAK = re.compile(
    r"^日|成果|样机|样品|材料|制品|整[机线个体]|单[台套机]|平台|空载|满载|平均|最高|最低|最大|最小|单位|整体|总体|综合|额定|标称|理论|实际|产品|系统|设备|装置|机组|性能|指标|技术|参数|水平|范围|要求|值|量(?=$)|数(?=$)|主要|一般|初始"
)
_OF_SUBSTANCES = frozenset(("含量", "浓度", "去除率", "残留量", "排放浓度", "用量"))  # 氧化铝 is no 氧化铁
_OF_THE_WHOLE = frozenset(("成本", "价格", "产能", "产量", "载荷"))  # without words those of the thing itself
_SAME_WORDS = {
    "测试": "检测",
    "测量": "检测",
    "检验": "检测",
    "制造": "生产",
    "制备": "生产",
    "打印": "加工",
    "制冷": "冷却",
    "最终": "",
}
_SAME = re.compile("|".join(_SAME_WORDS))
_WORKS = "消[纳化]|处[理置]|吞吐|加工|生产|产出|转运|分[拣选]|包装|码垛|灌装|收[获割]|采[摘收]|作业|屠宰|烘干|清洗|检测"
_GETS_THROUGH = re.compile(
    rf"[年日月班](?:可|能)?(?:{_WORKS})(?!.*(?:[用耗]|消耗|成本|费用|排放|残|废))|(?:{_WORKS})(?:能力|规模|量|效率|速度)?$"
)
_KEEPS = re.compile("(?:[贮储]藏|[贮储保]存|保鲜|冷藏|存放)$")
_MASS_BY_VOLUME = "kg m-3"  # the dimension of what a gas or a water holds: NOx 50mg/m3, COD 60mg/L
_PIECES = "s-1 个"  # the dimension of pieces by the time
_FIELDS = ("亩/", "hm2/")  # how symbols of land by the time begin
_LONGEST = 14
_TAIL = r"(?:值|指标|范围|要求|水平|指数|等级|量|方面|性|后)?"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: its concept ("" where the table has none), the words before it, and what is better.

    `general` concepts (温度, 时间) are the same only with the same words; `change` is +1 for 提高, -1 for 降低 and 0
    for a level; `better` is +1 for more, -1 for less, 0 where that is not certain.
    """

    concept: str
    words: str
    general: bool
    change: int
    better: int


@cache
def _quantities() -> tuple[dict[str, tuple[str, int, bool]], re.Pattern[str], re.Pattern[str]]:
    """Way of naming -> concept, better and general; a pattern for a name at the end of a text, and at the start."""
    table: dict[str, tuple[str, int, bool]] = {}
    for line in files("matcher.needs").joinpath("quantities.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            concept, better, others = (part.strip() for part in line.split("|"))
            general, concept = concept.startswith("~"), concept.lstrip("~")
            for word in [concept, *filter(None, others.split(", "))]:
                table.setdefault(word.lower(), (concept, {"+": 1, "-": -1}.get(better, 0), general))
    words = "|".join(map(re.escape, sorted(table, key=len, reverse=True)))
    before = re.compile(rf"(?:(?<![a-z])|(?=[^a-z]))(?P<word>{words}){_TAIL}$")
    longer = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if len(word) > 1)
    after = re.compile(
        rf"(?:(?P<of>的)?(?P<words>(?:(?!的)[\u4e00-\u9fff]){{0,6}}?)|\s(?=[a-z])(?P<gap>))(?P<word>{longer})(?![a-z])"
    )
    return table, before, after


def name_around(text: str, start: int, stop: int, end: int) -> tuple[str, bool]:
    """The name of the quantity whose value lies between `stop` and `end`, in a clause that begins at `start`.

    Gives the name, "" for none, with 提高 or 降低 behind it where the value is a change; and whether the table of
    quantities has it.
    """
    table, before, after = _quantities()
    part, change = _stripped(_EVERY.sub("", text[start:stop])), ""
    level = _LEVEL.search(part, max(0, len(part) - 12)) or _REACHED.search(part)
    if level:
        part = _stripped(part[: level.start()])
    elif found := _CHANGE.search(part, max(0, len(part) - 14)):
        change, part = found["word"].lower(), _stripped(_EVERY.sub("", part[: found.start()]))
        if change in _WHOLE:
            return found[0].strip("了 "), True
    than = _THAN.search(part, max(0, len(part) - 30))
    if than and not than["beside"] and (change or than["word"]):
        change = change or ("降低" if than["word"] in "低少轻短慢" else "提高")
        part = _stripped(part[: than.start()])
    low = part.lower()
    known = before.search(low, max(0, len(low) - 24))
    run = _run(part[: known.start()] if known else part)
    rest = part[: (known.start() if known else len(part)) - len(run)]
    run = "" if known and run == "原" else run
    if known and not run and table[known["word"]][2] and (aside := _ASIDE.search(rest)):
        rest = rest[: aside.start()]
        run = _run(rest)
        rest = rest[: len(rest) - len(run)]
    if known and not run and rest.endswith("的") and table[known["word"]][2]:
        run = _run(rest[:-1])
        rest = rest[: -1 - len(run)]
    if verb := _CHANGED.search(run) or _CHANGED.search(rest, max(0, len(rest) - 8)):
        run = run[verb.end() :] if verb.string is run else run
        change = change or ("" if level else verb["word"].lower())
    elif verb := _LEADING.match(run):
        run = run[verb.end() :]
        change = change or ("" if level else verb["word"].lower())
    name = run + (part[known.start() :] if known else "")
    if not known and (where := _WHERE.search(part)) and (known := before.search(low[: where.start()])):
        name = where[0][1:].rstrip(_WITHIN) + _run(part[: known.start()]) + part[known.start() : where.start()]
    if not known:
        ahead = after.match(text[end : end + 16].lower())
        if (
            ahead
            and (
                ahead["of"]
                or not name
                or change
                or (
                    ahead["words"] in _SIZED
                    and text[end - 1] not in _COUNTING
                    and not _HAS_OWN.match(text, end + ahead.end())
                )
                or (text[start:stop].endswith(("在", "的", "(")) and not ahead["words"])
            )
            and not (name and not change and len(ahead["words"] or "") > 2)
        ):
            name, known = _COPULA.sub("", ahead["words"] or "") + ahead["word"], ahead
    name = _NO_START.sub("", name.strip(" -"))[-30 if name.isascii() else -_LONGEST :]
    if name and change:
        return name + ("提高" if _IS_UP.match(change) else "降低"), bool(known)
    return name, bool(known)


def with_value(name: str, value: str) -> str:
    """A name and the words of its value as they are written together.

    >>> with_value("漏检率", "≤1%"), with_value("leakage rate", "below 50 ppm"), with_value("防护等级", "防护等级IP65")
    ('漏检率≤1%', 'leakage rate below 50 ppm', '防护等级IP65')
    """
    if name in value:
        return value
    return f"{name} {value}" if name[-1:].isascii() and value[:1].isascii() and value[:1].isalnum() else name + value


def change_at_end(part: str) -> str:
    """提高 or 降低 where a text ends with a word of change, else ""."""
    found = _CHANGE.search(_stripped(part)[-14:])
    return "" if found is None else "提高" if _IS_UP.match(found["word"]) else "降低"


def _stripped(part: str) -> str:
    part = _SYMBOL.sub("", _ITEM.sub("", part.strip()))
    while match := _FILL.search(part, max(0, len(part) - 44)):
        part = part[: match.start()]
    return part


def _run(part: str) -> str:
    """The last words of a text that can belong to a name."""
    if part[-1:].isascii() and part[-1:].isalpha():
        words = re.split(r"[^A-Za-z -]|\b(?:of|is|are|the|a|an|with|and|for|to|in|need|needs|we|has|have|its)\b", part)[
            -1
        ]
        if " " in words.strip() or len(words) == len(part):
            return " ".join(words.split()[-3:])
    tail = part[-_LONGEST:]
    tail = (_WORD_END.search(part[:-_LONGEST]) or [""])[0] + tail if tail[0:1].isascii() else tail
    at = 0
    for match in _BREAK.finditer(tail):
        at = match.end()
    return tail[at:]


@lru_cache(8192)
def meaning(name: str, symbol: str = "", dimension: str = "") -> Meaning:
    """What a name means, with the unit where the name alone does not say it.

    Examples
    --------
    >>> from matcher.needs.names import meaning
    >>> meaning("单齿检测时间")
    Meaning(concept='时间', words='单齿检测', general=True, change=0, better=-1)
    >>> meaning("人工成本降低").change
    -1
    """
    table, before, _ = _quantities()
    name = _WHOLE.get(name.removesuffix("率").removesuffix("幅度"), name)
    low, change = name.lower().strip(), 0
    if name.endswith(("提高", "降低")):
        change = 1 if name.endswith("提高") else -1
        low = low[:-2]
    concept, better, general, words = "", 0, False, low
    if known := before.search(low):
        (concept, better, general), words = table[known["word"]], low[: known.start()]
    elif word := _DIMENSIONS.get(symbol) or _DIMENSIONS.get(dimension):
        concept, better, general = table[word]
    if dimension == "s" and not known and (keeps := _KEEPS.search(low)):  # 贮藏30天以上
        (concept, better, general), words = table["保质期"], low[: keeps.start()]
    if dimension == _MASS_BY_VOLUME and name and (concept == "排放量" or not known):  # NOx is NOx排放浓度
        concept, general = table["浓度"][0], True
    unnamed = not known and (not name or gets_through(name))
    if is_rate_of_work(symbol, dimension) and (unnamed or concept in ("速度", "效率")):
        concept, better, general = table["产能"]
    words = _SAME.sub(lambda match: _SAME_WORDS[match[0]], _WEAK.sub("", words)).strip()
    return Meaning(concept, words, general, change, 1 if change else better)


def gets_through(name: str) -> bool:
    """Whether a name says what a plant or a machine gets through: 年消纳, 日处理污水, 分拣."""
    return _GETS_THROUGH.search(name) is not None


def is_rate_of_work(symbol: str, dimension: str) -> bool:
    """Whether a unit counts pieces or land by the time: 袋/小时, 亩/小时."""
    return dimension == _PIECES or symbol.startswith(_FIELDS)


def same_quantity(one: Meaning, other: Meaning) -> bool:
    """Whether two names mean the same quantity, so that their values can be compared."""
    if one.change != other.change or one.concept != other.concept:
        return False
    if one.words == other.words:
        return bool(one.words) or bool(one.concept and (one.better or not one.general))
    if not one.words or not other.words:
        return bool(one.concept) and (not one.general or one.concept in _OF_THE_WHOLE)
    short, long = sorted((one.words, other.words), key=len)
    if short in long:
        return True
    pairs = {short[at : at + 2] for at in range(len(short) - 1)}
    shared = sum(pair in long for pair in pairs)
    return bool(pairs) and shared / len(pairs) >= (0.5 if one.concept not in _OF_SUBSTANCES else 1)
