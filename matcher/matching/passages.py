"""Texts cut into pieces that may be shown as evidence, and what each says of itself, whatever was asked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from typing import NamedTuple

from matcher.tables.contacts import mask_contacts

SHOWN = 80  # characters of a passage at most
MOST_ADDED = 0.3  # what `worth` and a good head add at most
_CURT = 14  # characters of a piece that says little
_BUILT = (1.0, 0.85, 0.65, 0.5)  # what becomes of a piece that names so many connections of parts
_SHORT = 10  # shorter ones are fragments
_PACKED = 56  # clauses of a long sentence are put together to about this length


class Piece(NamedTuple):
    """A piece of a text, word for word. factor, added: what its place (behind which head) makes of its value."""

    text: str
    factor: float = 1.0
    added: float = 0.0


_HEADS = (
    "摘要|(?:项目|产品|成果|技术|内容|基本|研究)?(?:简介|概述|介绍)|(?:主要)?应用(?:领域|范围|前景|情况|场景)|适用(?:领域|范围)|"
    "现有技术(?:的?问题|的?缺点|的?不足)|技术(?:优势|特点|方案|要点|原理|路线|指标|参数|效果|内容|先进性)(?:是|为)?|"
    "(?:本项目|主要|核心)?(?:创新点|特点|优点|优势|性能|功能|用途|技术指标|技术参数|经济指标)|解决方案|有益效果(?:是|为)?|关键技术|"
    "行业影响|研究(?:内容|目的|背景|成果)|课题来源(?:与背景)?|背景技术|发明内容|目的(?:是|为)|效益分析|市场(?:前景|分析)|合作方式|"
    "项目(?:阶段|背景|内容|概况|详细用途)|主要(?:内容|技术|论点)"
)
_HEAD_BREAK = re.compile(rf"(?<=[。；;\s])(?=(?:{_HEADS})[：:\s])|(?<=[^，。；;\s的本])(?=摘要\s*本?(?:发明|实用新型|申请))")
_MARK = (
    r"(?:[①-⑳][、.．]?|[（(]\d{1,2}[）)][、.．]?|(?<![\d.])\d{1,2}(?:[、．]|[.)）](?!\d))"
    r"|[（(][一二三四五六七八九十]{1,2}[）)]|[一二三四五六七八九十]{1,2}(?:、|是(?=[^否])))"
)
_ITEM = re.compile(rf"(?<=[。；;，,：:、）)\s])(?={_MARK})")
_SENTENCE = re.compile(r"[^。！？!?；;\r\n]+[。！？!?；;]*")
_CLAUSE = re.compile(r"(?:[^，,：:]|(?<=\d)[,:](?=\d))+[，,：:]*")
_LISTED = re.compile(r"[^、]+、?")
_START = re.compile(rf"^(?:[\s\"“”】【•●◆■※＊*·—－-]|{_MARK})+")
_HEAD = re.compile(rf"^(?:{_HEADS})(?:\d|[一二三四五六七八九十])?(?:[：:\s]|(?=本(?:发明|实用新型|项目)))\s*")
_EDGES = " \t\r\n\xa0\u3000，,、：:；;"

_OPENING = re.compile(
    r"^(?:一种.{2,30}[，,])?(?:本|该)?(?:发明|实用新型|申请|专利|公开|项目|成果|技术|系统|产品)?[^，。的]{0,8}?"
    r"(?:(?:公开|涉及|提供|提出|介绍|属于|请求保护)(?:了|的是|到|于)?(?!的)|是(?=一[种类个套项]))"
)
_NAMES = re.compile(r"^(?:一[种类个套项款]|属于|该[^，。]{0,10}是一[种类个套])")
_LEADS_ON = re.compile(r"(?:[：:]|[有为是即]|如下|包括|以下|[一二三四五六七八九十两几]个?方面)$")
_BEGINS = re.compile(r"^(?:并且?(?!联|行|网|发)|且|而且|但是?|同时[，,]?|此外[，,]?|另外[，,]?|其次[，,]|因此[，,]?|从而|进而|以及|然后)")
_CONNECTS = re.compile(
    r"^(?:并|且|即|从而|因而|进而|而且?|使|其|也|还|以及|以便|以[使免达实减提]|能|可(?!见)|同时|实现|达到|但|此外|另外|则|故|再|然后)"
)

# Never shown: contacts, a site's notices, formalities of a record, claims of a patent.
_NEVER = re.compile(
    r"\*{3,}|电话|手机|邮箱|微信号|联系人|联系方式|联系地址|地址[：:]|邮编|传真|网址|https?:|www\.|QQ|扫码|二维码关注|公众号|"
    r"版权|免责|仅供参考|侵权|欢迎[^，。]{0,12}(?:咨询|联系|洽谈|来电|垂询|合作|对接|访问)|请(?:联系|咨询|登录|点击|拨打|致电)|点击(?:查看|下载|进入|这里)|登录后|"
    r"会员|本(?:网站|站|平台)(?:内容|信息|所有|不|仅|提供的?信息)|详情(?:请|见)|更多(?:信息|详情|内容)|来源[：:]|发布(?:时间|日期|人)|浏览(?:次|量)|"
    r"权利要求\s*\d|如权利要求|根据权利要求|专利(?:申请)?号|ZL\s?\d{6}|申请号|审定编号|登记号|成果编号|专利权人|发明人|"
    r"(?:项目|课题)来源|课题编号|立项编号|主管部门|合作方式|转让(?:方式|价格|费)|价格面议|面议|所属学科"
)
# Fillers of biographies and of lists of honours: told of a person or a firm, not of what is done.
_HONOURS = re.compile(
    r"(?:主持|承担|参与|负责|完成)[^，。；]{0,14}(?:国家|省|市|部|级|自然科学|基金|重点|科研|课题|计划|余?项|多?项)|(?:国家|省|市|部)[^，。]{0,16}(?:基金|计划|专项)[^，。]{0,10}(?:项目|课题)|"
    r"(?:项目|课题)\s*\d+\s*余?项|"
    r"(?:发表|撰写|出版)[^，。；]{0,24}(?:论文|文章|专著|教材|著作|SCI|EI)|论文\s*\d+|SCI|EI收录|影响因子|"
    r"(?:获|荣获|先后获|授予|入选)[^，。；]{0,30}(?:奖|称号|荣誉|人才|计划|学者|基金)|[一二三]等奖|科技进步奖|先进工作者|(?:申请|申报|授权|获得?|拥有)[^，。；]{0,14}专利[^，。；]{0,8}项|专利\s*\d+\s*余?[项件]|"
    r"专利[^，。；]{0,6}\d+\s*余?[项件]|"
    r"博士生导师|硕士生导师|博导|硕导|副?教授(?=[，,、；。]|$)|研究员(?=[，,、；。]|$)|高级工程师|职称|学历|学位|博士后|毕业于|出生|籍贯|现任|曾任|兼任|担任|任职|理事|委员会?委员|副?会长|"
    r"学科带头人|院士|杰出青年|长江学者|青年人才|享受[^，。]{0,8}津贴|从事[^，。；]{0,40}(?:研究|教学|工作|教育)(?:与|和|及)?[^，。；]{0,12}$|研究(?:方向|领域|兴趣)|主讲|讲授|本科生|研究生(?!物)|"
    r"工作经历|教育背景|学术(?:兼职|交流|成果)|社会兼职|个人简介|通过[^，。]{0,10}(?:鉴定|验收|审定)|鉴定(?:委员会|专家|意见)|验收专家|企业(?:荣誉|资质)|高新技术企业|成立于|"
    r"注册资[本金]|占地面积|坐落|位于[^，。]{2,16}(?:市|区|县)|团队(?:现有|成员|由|共)|实验室(?:现有|成立|建于)|合作(?:企业|单位|客户)"
)
_BACKGROUND = re.compile(
    r"随着|近年来|近几年|近些年|众所周知|国内外|我国(?!首)|全球|世界(?!首|领先)|全国|国民经济|国家(?:政策|战略|大力|提倡)|政策|日益|越来越|广阔的?(?:市场|前景)|市场(?:前景|需求|潜力|规模|容量|份额|空间|价值|占有率|广阔|上)|"
    r"亿元|万元|产值|利税|销售(?:收入|额)|投资(?:估算|回收|规模|\d)|目前[^，。]{0,20}(?:还|尚|仍|多|主要|普遍|存在|国)|现有技术|现有[^，。]{0,16}(?:存在|缺点|问题|不足|难以|无法|不能|较)|"
    r"传统[^，。]{0,24}(?:存在|缺点|问题|不足|难以|无法|不能|较|弊端|需要|方式|方法|技术|采用|落后)|是[^，。]{0,12}(?:之一|重要组成|主要原因)|存在[^，。]{0,20}(?:问题|缺点|缺陷|弊端|不足|困难|隐患)|"
    r"(?:重要|重大|现实|深远)[的]?(?:意义|地位|作用)|受到[^，。]{0,8}(?:关注|重视)|成为[^，。]{0,16}(?:热点|难题|问题|趋势|关键)|据(?:统计|报道|估计|测算)|历史悠久|经济社会|社会效益|经济效益|推广应用前景"
)
_STRUCTURE = re.compile(
    r"所述|设有|设置有|安装(?:在|有|于)|连接(?:有|于|在|着)|相连|固定(?:在|于|有|安装)|一端|另一端|上端|下端|[内外侧顶底]壁|步骤|包括|由[^，。]{2,30}(?:组成|构成)|第[一二三]|其特征|放入|加入|搅拌|滴加|称取|依次|得到[^，。]{0,12}(?:溶液|混合|粉末|产物|沉淀)"
)
_EFFECT = re.compile(
    r"提[高升]|降低|减[少小轻]|避免|防止|消除|抑制|克服|解决|改善|增强|增加|延长|缩短|节[约省能]|提质|增产|增效|有效|显著|明显|大幅|优于|优[异良]|领先|首[创次]|突破|替代|实现|保证|确保|达到?(?!了?一定)|"
    r"高达|快速|稳定|[高低强好长小少快]于?[，。；、]|性[好强高佳]|率高|本低|不易|无需|可(?:以|广泛)?(?:用于|应用|适用|实现|满足|代替)|适用于|应用于|能够?(?:有效|实现|满足|快速|自动|在)|适合"
)
_FIGURE = re.compile(
    r"\d(?:\.\d+)?\s*(?:%|％|‰|℃|°C|[倍次秒天年吨升米克度分]|小时|分钟|公斤|千克|个百分点|[kKMGT]?(?:Pa|W|Hz|V|A|g|B|N|J)\b|[mμuncdk]?m\b|nm|μm|mm|cm|mg|kg|ml|mL|L\b|ppm|dB|bit|fps|rpm|元/|亩)"
)
_POOR_HEAD = re.compile(r"现有技术|背景|市场|课题来源|获奖|历年")
_GOOD_HEAD = re.compile(r"优势|优点|特点|效果|创新|指标|参数|功能|性能|解决方案")


def pieces_of(body: str) -> list[Piece]:
    """The pieces of a text that are long enough to be shown, in order; [] where there is none. Contacts are left out."""
    pieces = {piece.text: piece for piece in _pieces(body)}.values()
    hidden = mask_contacts(body)
    return [piece for piece in pieces if hidden == body or piece.text in hidden]


def worth(text: str, title: str) -> tuple[float, float]:
    """What becomes of the value of a piece of a record of this title, whatever was asked: a factor, and what is added.

    Effects and figures add; background, openings and the parts of an apparatus lessen it. The factor is 0 for what is
    never shown: contacts, notices, formalities, what is told of a person instead of a work, what only repeats the title.
    """
    if is_filler(text) or _bare(text) in _bare(title):
        return 0.0, 0.0
    factor = _BUILT[min(len(_STRUCTURE.findall(text)), 3)]
    for pattern, lessened in ((_BACKGROUND, 0.5), (_NAMES, 0.75), (_OPENING, 0.5)):
        if pattern.search(text):
            factor *= lessened
    if _is_list(text):
        factor *= 0.5
    added = 0.12 * bool(_EFFECT.search(text)) + 0.1 * bool(_FIGURE.search(text)) - 0.05 * (len(text) < _CURT)
    return factor, added


def is_filler(text: str) -> bool:
    """Whether a text is a contact, a notice, a formality or a biography's filler, which is never evidence."""
    return bool(_NEVER.search(text) or _HONOURS.search(text))


def opens(text: str) -> bool:
    """Whether a text begins as a patent's abstract does ("本发明公开了一种…")."""
    return bool(_OPENING.match(text))


def _pieces(body: str) -> Iterator[Piece]:
    """Sentences and groups of clauses."""
    factor, added, short = 1.0, 0.0, ""
    for line in _HEAD_BREAK.split(body):
        for part in _ITEM.split(line):
            for sentence in _SENTENCE.findall(part):
                text, head = _without_head(sentence.strip(_EDGES[:5]))
                if head:
                    factor, added = (0.5 if _POOR_HEAD.search(head) else 1.0), 0.08 * bool(_GOOD_HEAD.search(head))
                if len(text) >= _SHORT:
                    yield from (Piece(piece, factor * lessened, added) for piece, lessened in _cut(text))
                elif any(map(str.isalnum, text)):
                    short = text
    if short and len(body) < 4 * _SHORT:
        yield Piece(short)


def _without_head(sentence: str) -> tuple[str, str]:
    """A sentence behind its marks and heads, and the last head."""
    last = ""
    while True:
        cut = sentence
        if start := _START.match(cut):
            cut = cut[start.end() :]
        if head := _HEAD.match(cut):
            last, cut = head[0], cut[head.end() :]
        if cut == sentence:
            return sentence, last
        sentence = cut


def _cut(sentence: str) -> Iterator[tuple[str, float]]:
    """A sentence whole, or the groups of its clauses, each with its factor; an opening stands alone, without its first words."""
    clauses = _CLAUSE.findall(sentence)
    opening = _OPENING.match(sentence)
    if opening:
        first = clauses[0][opening.end() :].strip(_EDGES)
        if len(first) >= _SHORT:
            yield first[:SHOWN] if len(first) <= SHOWN else _shortened(first), 0.5
        clauses = clauses[1:]
        sentence = "".join(clauses)
    for piece in [sentence] if len(sentence) <= SHOWN else _packed(clauses):
        text = _BEGINS.sub("", piece.strip(_EDGES[:5]), count=1)
        if not _LEADS_ON.search(text.rstrip(_EDGES)) and not text.endswith(("：", ":")):
            text = text.strip(_EDGES)
            if len(text) >= _SHORT:
                yield text, 1.0


def _packed(clauses: list[str]) -> Iterator[str]:
    """Neighbouring clauses put together; one that only connects stays with the clause before it while there is room."""
    piece = ""
    for clause in clauses:
        room = SHOWN if _CONNECTS.match(clause) else _PACKED
        if piece and len(piece) + len(clause) > room:
            yield piece
            piece = ""
        piece += clause if len(clause) <= SHOWN else _shortened(clause)
    if piece:
        yield piece


def _shortened(clause: str) -> str:
    """The first listed things of a long clause, as many as may be shown; "" where it cannot be cut."""
    kept = ""
    for thing in _LISTED.findall(clause):
        if len(kept) + len(thing) > SHOWN:
            break
        kept += thing
    return kept.rstrip("、")


def _is_list(passage: str) -> bool:
    """Keywords and lists of parts: many short pieces, no verb of effect."""
    pieces = re.split(r"[，,、；;\s/]+", passage)
    return len(pieces) >= 4 and sum(map(len, pieces)) <= 7 * len(pieces) and not _EFFECT.search(passage)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))
