"""Headers that ask, as questionnaires export them (5、企业目前遇到的主要技术难题是什么？): what they ask for."""

from __future__ import annotations

import re

_KIND = re.compile(r"[【\[(（](?:单选|多选|填空|必填|选填|必答|下拉|量表|矩阵|排序)[^】\])）]*[】\])）]")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_NUMBER = re.compile(r"^[\s*]*(?:[Qq]?\d{1,3}[、.．:：)）]|第?[一二三四五六七八九十]{1,3}[、.．题])\s*")
_ASKS = re.compile(
    r"(?P<asked>.{2,}?)(?:是|有|为)?(?:什么|哪些|哪几个|哪几项|哪一?方面|哪种|哪类|何种|多少(?:万?元|钱)?|怎样的?|如何|多久|何时)"
    r"(?:呢|内容|方面|类型|类别|要求|情况)?[?？]?"
    r"|(?P<bare>.{2,}?)[是为]?[?？]"
)
_OF_NO_NEED = re.compile(r"去年|上年|今年|近[一二三两几\d]*年|最近|以往|过去|曾|[过了][?？]?$|参加|参会|大会|活动")
_WISHES = re.compile("希望|期望|计划|拟|预计|打算|准备|愿|意向|[可能]够?(?:投|出|支付|承受)")
_YES_OR_NO = re.compile(".{0,12}(?:是否|有无|有没有|能否|可否|吗[?？]?$)")
_YOU = re.compile("^(?:请问|您所在的?|您的?|你们?的?|贵)+")
_ADDRESSED = re.compile("请问|您|你们?的|贵(?=公司|企业|单位|方|厂|司|院|校|所)")  # 贵公司名称 is asked, 贵金属 is not
_WHO = re.compile(
    "^(?:本|我)?(?:企业|公司|单位|方)?(?:在?(?:目前|当前|现阶段|现在|近期|今后|未来))?"
    "在?(?:(?:技术|生产|研发|经营)(?:上|中|方面|过程中?))?"
    "(?:最?(?:遇到|面临|存在|碰到|急需|亟需|亟待|迫切|需要?(?!求)|有待|希望|想要?|打算))*要?(?:解决|突破|攻克)?的?(?:主要|关键|重点|核心|最)?的?(?=.{3})"
)
_WAY = re.compile(".*(?:何种|哪种|哪些|什么|怎样的?).{0,4}(?:方式|形式|模式).*合作.*|.*合作的?(?:方式|形式|模式).*")
_MONEY = re.compile(".*(?:投入|出资|支付|预算).{0,6}多少.{0,4}")
_WHEN = re.compile(".*(?:什么时候|何时|多久|多长时间|哪一?[年天]).{0,4}(?:解决|完成|攻克|突破|实现|见效|落地)")
_TOLD = re.compile(  # 请用一句话描述贵企业最想解决的技术问题
    "^(?:请|用[一几][句段]话)(?:用[一几][句段]话|简要|简单|简述|详细|具体|如实)*地?(?:描述|说明|填写|写明|写出|概括|介绍|列出|简述)(?:一下|出)?(?=.{3})"
)
_BARE_WHO = re.compile("(?:本|我)?(?:企业|公司|单位|方)?")


def asked_for(text: str) -> tuple[str, ...]:
    """What a header that is a question asks for, in words as headers have them, those nearest to its own first; what
    stands in its brackets, which may be a unit, behind them. () for one that is no question, or one of yes and no, of
    what was before, of an event, or of how many there are.

    >>> asked_for("5、贵企业目前遇到的主要技术难题是什么？"), asked_for("8、希望以何种方式与高校合作？【多选题】")
    (('企业目前遇到的主要技术难题', '技术难题'), ('合作方式',))
    >>> asked_for("1、贵公司名称"), asked_for("目前最需要解决的技术问题是什么？")[1], asked_for("贵金属用量")
    (('公司名称',), '技术问题', ())
    >>> asked_for("贵公司有多少研发人员？"), asked_for("近三年投入多少资金？"), asked_for("研发投入是多少？")
    ((), (), ())
    >>> asked_for("7、计划投入多少资金？（万元）"), asked_for("是否有研发机构？"), asked_for("6、希望达到的技术指标")
    (('拟投入资金（万元）',), (), ())
    >>> asked_for("04.请用一句话描述贵企业最想解决的技术问题(必填)")[-1], asked_for("希望什么时候解决？")
    ('技术问题', ('完成时限',))
    """
    of_a_form = _KIND.search(text) is not None
    plain = _NUMBER.sub("", _KIND.sub("", text)).strip()
    asides = "".join(_ASIDE.findall(plain))
    plain = _ASIDE.sub("", plain).strip(" *:：。")
    told = _TOLD.match(plain)
    plain = plain[told.end() :] if told else plain
    question = _ASKS.fullmatch(plain)
    wished = "多少" not in plain or _WISHES.search(plain) is not None
    if _YES_OR_NO.match(plain) or _OF_NO_NEED.search(plain) or not wished:
        return ()
    if _MONEY.fullmatch(plain):
        return ("拟投入资金" + asides,)
    if _WHEN.fullmatch(plain.rstrip("?？")) and _WISHES.search(plain):
        return ("完成时限",)
    addressed = _ADDRESSED.match(plain) or told
    if not (question or of_a_form or addressed):
        return ()
    if not (question or addressed):
        return (plain + asides,)
    if _WAY.fullmatch(plain):
        return ("合作方式",)
    asked = _YOU.sub("", ((question["asked"] or question["bare"]) if question else plain).strip())
    forms = (asked, _WHO.sub("", asked).strip("的"))
    return tuple(dict.fromkeys(form + asides for form in forms if len(form) > 1 and not _BARE_WHO.fullmatch(form)))
