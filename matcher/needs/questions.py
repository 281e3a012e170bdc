"""What to ask a firm back about its need: at most five questions, those that would change most first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from matcher.needs.completeness import ReadNeed, read_all
from matcher.needs.completeness_cues import NOT_TECHNICAL
from matcher.needs.cues import NUMBER
from matcher.needs.elements import items_of
from matcher.needs.names import with_value
from matcher.needs.parts import PARTS
from matcher.tables.columns.hidden_kinds import with_text_kinds

MOST_QUESTIONS = 5
_POINTS = {part.name: part.points for part in PARTS}
_LONGEST_SUBJECT = 30  # characters, half as wide ones count half
_LONGEST_ITEM = 16
_SHORT_SUBJECT = 12
_LISTED = 3
_TECHNICAL = ("object", "material", "problem", "effect", "method")
_MADE_THING = re.compile(
    "(?:机器人|[^手商]机|仪|装置|设备|算法|模型|软件|系统|终端|传感器)$"
)  # 营销机器人, not 宣传材料
_SHORTEST_THING = 3
_FIRST_TRADES = 4  # water, air, soil and wastes: a plant for them is measured by what it cleans

# What firms of a trade measure, and under what they use it: names and units to remind them, never numbers.
_TRADES = tuple(
    (re.compile(words), measures, conditions)
    for words, measures, conditions in (
        (
            "废水|污水|中水|氨氮|脱盐|水质|净水|渗滤液",
            "出水浓度（mg/L）、去除率（%）、处理量（吨/天）、吨水成本（元）",
            "进水水质和水量、现有处理设施、执行的排放标准",
        ),
        (
            "废气|烟气|粉尘|除尘|脱硫|脱硝|VOC|尾气|异味|扬尘",
            "排放浓度（mg/m³）、去除率（%）、风量（m³/h）",
            "废气成分、温度和风量、场地、执行的排放标准",
        ),
        (
            "土壤(?:的)?(?:修复|净化)|(?:污染|重金属)[^，。]{0,4}(?:土壤|场地)|场地修复",
            "污染物去除率（%）、修复后浓度（mg/kg）、修复周期（天）、吨土成本（元）",
            "污染物种类和浓度、土质、面积和深度、执行的标准",
        ),
        (
            "固废|废渣|废料|污泥|垃圾|秸秆|尾矿|飞灰|粪污|回收",
            "处理量（吨/天）、利用率（%）、吨处理成本（元）",
            "成分、含水率、每天的量、现有处理办法",
        ),
        (
            "快检|速测|快速筛查|毒素|(?:农|兽|药物?)残留?|(?:残留|重金属|微生物|病原|致病菌|添加剂)[^，。]{0,6}检测",
            "检出限（μg/kg）、检测时间（分钟）、准确率（%）、假阳性率（%）",
            "样品种类和前处理、在现场还是在实验室检测、执行的标准",
        ),
        (
            "检测|监测|识别|诊断|探伤|计量|测量|探测|传感|鉴别|分选",
            "检出率（%）、误判率（%）、单件时间（秒）、测量误差（带单位）",
            "被测物的材质、尺寸和速度，现场光照、温度、振动",
        ),
        (
            "软件|平台|人工智能|系统软件|管理系统|信息化|大数据|云计算|区块链|APP|数字化|网络安全|算法|数据库|虚拟",
            "准确率（%）、响应时间（秒）、并发用户数（个）、接入设备数（台）",
            "现有系统和接口、数据量、在哪里部署、谁使用",
        ),
        (
            "种植|育种|品种|栽培|病虫|施肥|肥料|农药|茶叶|果树|水果|蔬菜|种苗|水稻|小麦|玉米|食用菌|石斛|土壤",
            "亩产（公斤）、发病率（%）、成活率（%）、用量（公斤/亩）",
            "地区、土壤、面积、种植制度",
        ),
        (
            "养殖|饲料|饲养|畜|禽|水产|生猪|肉牛|奶牛|肉鸭|虾|蟹|鱼",
            "成活率（%）、料肉比、日增重（克）、发病率（%）",
            "品种、规模、棚舍或水体条件、现用饲料和用药",
        ),
        (
            "食品|饮料|酒|肉制品|保鲜|贮藏|冷链|乳制品|油脂|蛋白|提取|发酵|酶|果汁|调味",
            "保质期（天）、含量或得率（%）、损耗率（%）、单位成本（元/公斤）",
            "原料、现有工艺和设备、储运条件、执行的食品标准",
        ),
        (
            "药|医疗|诊疗|试剂|疫苗|制剂|器械|患者|手术|康复|骨折",
            "纯度或含量（%）、收率（%）、有效率（%）、稳定期（月）",
            "适用的人群和科室、剂型或规格、注册类别",
        ),
        (
            "纺织|印染|染色|面料|纱线|织物|服装|纤维|布料|无纺布",
            "色牢度（级）、断裂强力（N）、缩水率（%）、得率（%）",
            "原料、克重和幅宽、现有机台、后整理要求",
        ),
        (
            "电池|储能|充电|光伏|太阳能|电源|逆变|电容|变压器|配电|电网|继电|LED|照明|灯",
            "效率（%）、能量密度或功率（Wh/kg、kW）、寿命（次或小时）、温升（℃）",
            "电压和功率、环境温度、安装空间、要通过的认证",
        ),
        (
            "电机|水泵|泵|风机|压缩机|阀|液压|减速|齿轮|轴承|发动机|变速|电梯|扶梯",
            "效率（%）、噪声（dB）、寿命（小时）、压力或转矩（MPa、N·m）",
            "转速、负载、温度、介质和安装尺寸",
        ),
        (
            "涂料|涂层|防腐|电镀|镀层|(?<![橡塑])胶|粘接|油漆|油墨|表面处理|不粘|薄膜|膜",
            "附着力（级）、耐盐雾时间（小时）、厚度（μm）、固化时间（分钟）",
            "基材、使用温度、接触的介质、施工方式",
        ),
        (
            "混凝土|水泥|建筑|施工|桥|隧道|管廊|路面|防水|保温|墙|砖|护岸|装配式",
            "强度（MPa）、导热系数（W/(m·K)）、工期（天）、造价（元/m²）",
            "部位、荷载、地质和气候、执行的规范",
        ),
        (
            "铸|锻|焊|轧|热处理|冲压|切割|磨削|打磨|机加工|模具|刀具|钢|合金|铝|铜|金属",
            "合格率（%）、尺寸精度（mm）、硬度或强度（HRC、MPa）、单件时间（秒）",
            "材料牌号、零件尺寸、批量、现有设备",
        ),
        (
            "塑料|橡胶|树脂|聚|复合材料|陶瓷|玻璃|石墨|材料|阻燃|改性",
            "强度（MPa）、耐温（℃）、使用寿命（年）、成本（元/吨）",
            "用在什么制品上、使用温度、接触的介质、成型工艺",
        ),
        (
            "化工|合成|催化|溶剂|反应|提纯|分离|精馏|结晶|中间体|制备|助剂|剂",
            "收率（%）、纯度（%）、单耗（吨/吨）、能耗（kWh/吨）",
            "原料规格、规模、现有装置、安全和环保限制",
        ),
        (
            "节能|能耗|热泵|余热|锅炉|供热|空调|制冷|干燥|烘干|窑",
            "节能率（%）、单位能耗（kWh/吨）、热效率（%）",
            "热源和温度、负荷、每年运行时间、现有设备",
        ),
        (
            "(?:服务|营销|导购|导览|接待|讲解|迎宾|陪护|护理|康养|教育|送餐|配送|巡检|清洁|消杀)[^，。]{0,4}机器人",
            "识别率（%）、响应时间（秒）、续航时间（小时）、定位精度（cm）",
            "使用的场所、服务的对象、通行和网络条件、充电方式",
        ),
        (
            "机器人|自动化|生产线|流水线|自动|装备|设备|机械|装置|机$|智能|包装(?![袋盒箱膜纸材物罐瓶])|[码拆]垛|装箱|封箱|灌装|贴标|搬运|装卸|上下?料",
            "节拍（秒/件）、定位精度（mm）、合格率（%）、用工（人）",
            "工件的尺寸和种类、批量、车间空间、前后工序",
        ),
    )
)
_DEFAULT = ("性能、效率、精度、寿命、成本（各带单位）", "在哪里用、和什么配套、温度等环境、用量或批量")
_WISH = re.compile(
    r"(?<![不会])(?:提高|提升|降低|减少|减轻|缩短|延长|增强|改善|增加|减小|节约|节省|优化|加快)[^，。；;、的和与及\s]{0,8}?"
    r"(?:效率|[率度]|性能?|成本|能耗|损耗|消耗|产量|时间|周期|寿命|强度|质量|品质|噪[声音]|能力|污染|浪费|误差|速度|重量|精度)"
    r"|高精度|高效率|低成本|长寿命|低噪[音声]|低能耗|高强度|高稳定性|高可靠性?|轻量化|快速(?:检测|响应|识别|测定)"
)
_MEASURE = re.compile(  # what is measured, named and no more
    r"(?:检出|误报|误判|漏检|合格|成品|去除|脱除|回收|利用|转化|识别|准确|成活|发芽|发病|损耗|故障|收缩|伸长|孔隙|透光|节能|提取|得)率|"
    r"(?:抗拉|屈服|抗压|抗弯|冲击|剥离|粘结|结合|断裂)强度|(?:测量|检测|定位|加工|尺寸|控制|识别)精度|(?:使用|循环)寿命|"
    r"(?:检测|响应|固化|续航|保质|反应)(?:时间|期)|附着力|粗糙度|硬度|纯度|保质期|导热系数|热效率|单位能耗|吨水成本|"
    r"(?:工作|使用)温度|误差|防护等级"
)
_CLAUSE_SIGNS = "，,。；;！!？?\n"
_TITLE_FRAME = re.compile(
    r"^[\"“”\s.]*(?:\d{1,2}[、.．]\s*)?(?:关于|寻求|寻找|求购|急需|需要|需求|解决|实现|设计一种|一种|一套|更好的|研发|开发)*|"
    r"(?:方面)?(?:的)?(?:关键|核心)?(?:技术)?(?:研究|研发|开发|研制|产业化|及其?|[与和](?=产业化|示范|推广|应用)|示范|(?<=[与及和])(?:推广)?应用|需求|项目|技术需求|的?问题|攻关|改良|合作|引进)*[\"“”。；;\s]*$"
)
_ITEM_ENDS = re.compile("[，,。；;：:\n]")
_FAULT = re.compile(r"[，,。；;：:、]|不|差|低$|高$|难|问题|如何|怎")


@dataclass(frozen=True)
class Question:
    """A question to the firm: the parts that its answer fills, how many points those still lack, and its words."""

    parts: tuple[str, ...]
    points: float
    text: str


def questions_of(need: ReadNeed) -> tuple[Question, ...]:
    """At most five questions, most points first; the one on indicators is always among them.

    A need that names nothing technical is asked for that alone.
    """
    if not is_technical(need):
        return (
            Question(("indicators",), round(_POINTS["indicators"] - need.points["indicators"], 2), _ask_task(need)),
        )
    asked = []
    for parts, word in _QUESTIONS:
        missing = tuple(name for name in parts if _POINTS[name] - need.points[name] > 1e-9)
        points = round(sum(_POINTS[name] - need.points[name] for name in missing), 2)
        if missing and (text := word(need, missing)):
            asked.append(Question(missing, points, text))
    asked.sort(key=lambda question: -question.points)
    while len(asked) > MOST_QUESTIONS:
        asked.remove([one for one in asked if "indicators" not in one.parts][-1])
    return tuple(asked)


def need_questions(needs: pd.DataFrame, *, progress: bool = False) -> pd.DataFrame:
    """What to ask each firm back.

    Parameters
    ----------
    needs : DataFrame
        As `completeness_parts` takes it.
    progress : bool, default False
        Show a bar on standard error.

    Returns
    -------
    DataFrame
        One row a question, at most five a need: need_id, rank (from 1), question (Chinese, for the firm), points (how
        many a full answer adds), parts (those that it fills, joined by "、").

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import need_questions
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["泵壳气孔检测"]})
    >>> print(need_questions(needs)["question"][0])
    泵壳气孔检测要达到什么指标？请给出数值和单位，例如检出率（%）、误判率（%）、单件时间（秒）、测量误差（带单位）。
    """
    return questions_table([(need.need_id, questions_of(need)) for need in read_all(needs, progress=progress)])


def questions_table(asked: list[tuple[str, tuple[Question, ...]]]) -> pd.DataFrame:
    """`need_questions` of needs whose questions are known."""
    rows = [
        (need_id, rank, question.text, question.points, "、".join(question.parts))
        for need_id, questions in asked
        for rank, question in enumerate(questions, 1)
    ]
    table = pd.DataFrame(rows, columns=["need_id", "rank", "question", "points", "parts"])
    return with_text_kinds(table.astype({"rank": "int64", "points": "float64"}))


def is_technical(need: ReadNeed) -> bool:
    """Whether a need names a thing, a task or a figure beside the market, brands and money (品牌推广: none)."""
    title = need.texts.get("title", "") or need.texts.get("description", "")
    if not NOT_TECHNICAL.search(title) or any(figure.asked for figure in need.figures):
        return True
    business = {name: [match.span() for match in NOT_TECHNICAL.finditer(text)] for name, text in need.texts.items()}
    return any(
        _MADE_THING.search(one.text)
        or not any(start < one.end and one.start < end for start, end in business[one.field])
        for one in need.elements
        if one.kind in _TECHNICAL
    )


def _with_quotes(title: str, whole: str) -> str:
    """A title with the quote that was cut off at its edge, where its pair stands inside: 玻璃瓶“冷爆”, not 3"球阀."""
    for signs in ("“”", '"'):
        before, after = (sum(map(text.count, signs)) for text in (whole, title))
        if before % 2 == 0 and after % 2:
            title = signs[0] + title if whole.startswith(signs[0]) else title + signs[-1]
    return title


def subject(need: ReadNeed) -> str:
    """What the need is about, in its own words, short enough to stand in a question; of several in one cell all."""
    if items := _items(need):
        more = f" {len(items)} 项需求" if len(items) <= _LISTED else f"等 {len(items)} 项需求"
        return "、".join(items[:_LISTED]) + more
    whole = need.texts.get("title", "").strip().splitlines()[0] if need.texts.get("title") else ""
    title = _with_quotes(_TITLE_FRAME.sub("", whole), whole)
    if 2 <= (len(title) / 2 if title.isascii() else len(title)) <= _LONGEST_SUBJECT:
        return title
    thing = next(iter(need.read.objects), "")
    task = next((text for text in need.read.problems if text not in thing and thing not in text), "")
    if thing:
        return thing + task
    return title[:_LONGEST_SUBJECT] + "……" if len(title) > _LONGEST_SUBJECT else (task or "这项需求")


def _items(need: ReadNeed) -> list[str]:
    """What the items of a title that lists several needs are about."""
    title = need.texts.get("title", "")
    heads = (_ITEM_ENDS.split(NUMBER.sub("", title[start:end], count=1).strip())[0] for start, end in items_of(title))
    return [head[:_LONGEST_ITEM] for head in heads if head]


def _needs(need: ReadNeed, each: str = "") -> str:
    """The need, or the needs of one cell, as they stand in a question."""
    return subject(need) + each if _items(need) else f"{_thing(need)}这项需求"


def _quoted(text: str) -> str:
    """As it is where a sentence can go on behind it, else in quotation marks."""
    return f"“{text}”" if _FAULT.search(text) and not text.endswith("项需求") else text


def _thing(need: ReadNeed) -> str:
    """The subject where it is short, else the object of the title."""
    about, thing = subject(need), next(iter(need.read.objects), "")
    if _items(need):
        return about
    short = len(about) <= _SHORT_SUBJECT and not _FAULT.search(about)
    return thing if len(thing) >= _SHORTEST_THING and not short else _quoted(about)


def _reminder(need: ReadNeed) -> tuple[str, str]:
    """What the trade of a need measures: that of a waste if it is one, else the trade that the title ends with."""
    for text in (need.texts.get("title", ""), "".join(need.read.objects[:2])):
        found = []
        for at, (words, measures, conditions) in enumerate(_TRADES):
            places = [match.end() for match in words.finditer(text)]
            if places and at < _FIRST_TRADES:
                return measures, conditions
            if places:
                found.append((places[-1], -at, measures, conditions))
        if found:
            return max(found)[2:]
    return _DEFAULT


def _wishes(need: ReadNeed) -> list[str]:
    """What is wished to be better, with no figure in its clause."""
    wishes: dict[str, None] = {}
    for sentence in need.asked:
        figures = [
            one.indicator.start - sentence.start
            for one in need.figures
            if one.field == sentence.field and sentence.start <= one.indicator.start < sentence.end
        ]
        for match in (*_WISH.finditer(sentence.text), *_MEASURE.finditer(sentence.text)):
            start = max(sentence.text.rfind(sign, 0, match.start()) for sign in _CLAUSE_SIGNS)
            ends = [at for sign in _CLAUSE_SIGNS if (at := sentence.text.find(sign, match.end())) >= 0]
            end = min(ends, default=len(sentence.text))
            if "市场" not in match[0] and not any(start < figure < end for figure in figures):
                wishes[match[0]] = None
    return [wish for wish in wishes if not any(wish != other and wish in other for other in wishes)]


def _ask_what(need: ReadNeed, missing: tuple[str, ...]) -> str:
    about, thing = _quoted(subject(need)), _thing(need)
    if missing == ("object", "problem"):
        which = "请写明要改进或开发的是哪种产品、设备、材料或工艺"
        return f"“{subject(need)}”具体指什么？{which}，现在有什么问题，要达到什么效果。"
    if missing == ("object",):
        return f"“{subject(need)}”针对的是哪种产品、设备、材料或工艺？请写明名称、型号和它的作用。"
    if need.points["problem"]:
        return f"{about}：现在具体有什么问题？请描述现象、出现在哪道工序或哪个部位、造成多大损失。"
    return f"{thing}要解决什么问题、达到什么效果？请描述现在的不足和希望的结果。"


def _ask_task(need: ReadNeed) -> str:
    which = "请写明是哪种产品、设备、材料或工艺，现在有什么问题，要达到什么指标（数值和单位）"
    return f"“{subject(need)}”说的是市场或经营；有没有要解决的技术问题？如有，{which}。"


def _ask_indicators(need: ReadNeed, missing: tuple[str, ...]) -> str:
    known = list({one.key: one.indicator for one in need.figures if one.asked and not need.is_condition(one)}.values())
    wishes = _wishes(need)
    measures, _ = _reminder(need)
    if wishes:
        listed = "、".join(f"“{wish}”" for wish in wishes[:_LISTED])
        each = "分别" if len(wishes) > 1 else ""
        also = f"（已写明 {len(known)} 项指标）" if known else ""
        return f"{_quoted(subject(need))}：{listed}{each}要到多少？请给出数值和单位，以及现在是多少{also}。"
    if known:
        listed = "、".join(with_value(one.quantity, one.text) for one in known[:_LISTED])
        more = f"等 {len(known)} 项指标" if len(known) > _LISTED else ""
        return f"{_quoted(subject(need))}已写明{listed}{more}；还有哪些指标必须达到？怎样检测、按什么标准验收？"
    return f"{_quoted(subject(need))}要达到什么指标？请给出数值和单位，例如{measures}。"


def _ask_use(need: ReadNeed, missing: tuple[str, ...]) -> str:
    return f"{_thing(need)}在什么条件下使用？请写明{_reminder(need)[1]}。"


def _ask_state(need: ReadNeed, missing: tuple[str, ...]) -> str:
    about = _quoted(subject(need))
    if missing == ("state",):
        return f"{about}现在是怎样做的？请写明现有的设备、工艺和目前达到的水平。"
    if missing == ("tried",):
        return f"{about}试过哪些办法、问过哪些单位？为什么自己解决不了？"
    return f"{about}现在是怎样做的、达到什么水平？试过哪些办法，为什么不行？"


def _ask_money(need: ReadNeed, missing: tuple[str, ...]) -> str:
    needs = _needs(need, "分别")
    money = f"{needs}计划投入多少经费（万元），其中付给承接方多少？"
    if missing == ("money",):
        return money
    if missing == ("deadline",):
        return f"{needs}最迟什么时候要有结果？请写明日期或月数，分几步。"
    return f"{money}最迟什么时候要有结果？"


def _ask_rights(need: ReadNeed, missing: tuple[str, ...]) -> str:
    thing = _thing(need)
    way = "愿意怎样合作（技术转让、许可、委托开发、合作开发、技术服务）？"
    if missing == ("cooperation",):
        return f"{_needs(need)}{way}"
    owner = f"{thing}方面形成的专利和成果归谁、怎样使用？"
    return owner if missing == ("rights",) else f"{owner}{way}"


def _ask_solver(need: ReadNeed, missing: tuple[str, ...]) -> str:
    return f"承接{_needs(need)}的单位要具备什么条件？请写明资质、同类案例、人员或地区要求；没有要求也请说明。"


_QUESTIONS: tuple[tuple[tuple[str, ...], Callable[[ReadNeed, tuple[str, ...]], str]], ...] = (
    (("object", "problem"), _ask_what),
    (("indicators",), _ask_indicators),
    (("state", "tried"), _ask_state),
    (("money", "deadline"), _ask_money),
    (("rights", "cooperation"), _ask_rights),
    (("use",), _ask_use),
    (("solver",), _ask_solver),
)
