"""Clauses of a cell and their mood: what is said, what is denied, what is planned or under way. Strings in, moods out.

A negation or a plan is a word and no character inside another: it stands before a verb, a thing, a time or the end
(拟开展, not 拟除虫菊酯; 无样机, not 无人机). The denial of a fault (无故障运行, 未发现异常) denies nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from matcher.tables.yaml import read

SAID, DENIED, FAILED, PLANNED = "said", "denied", "failed", "planned"


class Clause(NamedTuple):
    """A clause: its text without what denies a mere fault, its mood, and what the word of the mood speaks of (in a
    denial or plan what stands behind that word, else the whole).
    """

    text: str
    mood: str
    target: str


_TREE: Any = read(Path(str(resources.files("matcher.assessment") / "clause_words.yaml")))


def any_of(*names: str) -> str:
    """A pattern of the words of these lists of `clause_words.yaml`, the longest first."""
    words = [word for name in names for word in _TREE[name].split()]
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


COUNT = rf"(?:\d[\d.]*|[一二两三四五六七八九十几数多百千]+)\s*[余多万亿]*\s*{any_of('measure')}"
_ACT, _THING, _TIME, _FAULT, _STOPPED = map(any_of, ("act", "thing", "time", "fault", "stopped"))
_NEXT = any_of("act", "leading", "time")
_SPLIT = re.compile(
    r"[,;。!?\n、()\[\]【】]+|(?<!\d):|:(?!\d)|(?<=[^\d])\.(?=\s|$)|但是?|不过|然而|,?\bbut\b"
    r"|并(?=[已未拟将]|尚未|正在|计划|通过|完成|提交|取得|获得|实现|开展|投入|出具|进入)"
)
_TWICE = re.compile(r"(?:并?不是|并非|绝非|不能说)(?:说)?(?:没有?|无(?!人|机|线|源|损)|未)")
_RESULTS = "[成到过完出拢通好妥齐上]|[下起]来|下去"
_HARMLESS = re.compile(
    r"(?:[尚暂并均]?(?:未|没有?)|无|不|零)"
    rf"(?:(?!解决|消除|克服|排除|突破|通过|完成|开展|取得|能|具备|法)[^,]){{0,7}}?{_FAULT}"
    rf"(?:情况|现象|问题|事件|反应|率|项|品)*|{_FAULT}[^,\d]{{0,2}}(?<![\d.])0\s*[次起项件例]|(?:{_FAULT}|{_STOPPED})率"
    rf"|未(?:见|发现|发生|出现|产生|检出|检测到)(?!.{{0,6}}{_THING})"
    r"|(?:从未|没有?)(?:停|坏|断|掉|裂|垮|漏)过(?:机|线)?"
)
_FAILURE = re.compile(
    r"(?<![尚还暂])未(?:能|获)?(?:通过|达(?!产)|符合|满足)|不予?(?:通过|达标|符合|满足|成功|(?:收敛|理想|稳定|成熟|完善)$)|不合格|失败|无法|[尚仍还]存|不能(?!耗|级|量|源)"
    rf"|{any_of('dropped')}|\bfailed\b|(?<![尚还暂])[没未](?:有?能)?[^,\d]?[过成通]了?$"
)
# Nothing came of it, whatever it was: idioms (八字没一撇), refusals, none at all (一份都没要到), what could not be had
_NOTHING_CAME = re.compile(
    rf"{any_of('hopeless')}|不[肯愿敢想让给]|不同意|[一半](?:[分毛]钱?|{any_of('measure')})[^,]{{0,3}}?[也都]?(?:没|未|不)"
    rf"|[没未](?!来|必)[^,\d]{{1,2}}(?:{_RESULTS})了?$|(?<![离少免禁忍])不(?:{_RESULTS}|动|住|着|了(?!解))了?[^,\d]{{0,2}}$"
    rf"|被(?:{_STOPPED}|叫停|[驳拒否毙砍])|^零\s*{any_of('measure')}"
)
_DENIAL = re.compile(
    r"未(?!来|知|名|央|婚|成年|必|病)"
    rf"|没有|(?<![埋淹沉出湮隐覆吞泯])没(?!药|落(?!实)|顶|食子|多久|几天|过多久)|[尚暂还并均仍]无|{_THING}无$|^无$|(?:我们|[我本][方司校]|本项目|本成果|本单位)无$|(?:无需?|^零)(?={_THING})|[尚暂还]缺|缺[少乏]|^缺(?:$|样|报告|检|证)"
    r"|[尚暂还]不|尚$|^否(?!则)|不(?:具备|可行|会|需|涉及|存在|再|予|支持|打算|做|安排|考虑|申请|开展|进行|生产|销售|是|曾)"
    r"|(?<![\d.])0\s*(?:篇|项|件|台|套|份|个|家|户|亩|处|例|吨|批|次|元|万元)"
    rf"|{_STOPPED}(?=$|了|至|到|{_ACT}|{_THING})|(?:已|被|因此|遭|均|而|中途|暂时|全部?|都){_STOPPED}"
    r"|^(?:no|not|none|without|never)\b|\bnot (?:yet|done|started|passed)\b"
    r"|\b(?:cancell?ed|suspended|refused|postponed)\b"
)
_WAITING = re.compile(
    rf"(?:[还仍正就只在都])*(?:等[^,]{{0,8}}?(?:[批审钱款料货排单章]|资金|回[话复音信]|通知|消息|结果|模具|设备|到位|安排|答复)|等(?![级温离效同于比腰]|[\d一二两三四五六七八九十几多])[^,]{{2,8}}$|在?{any_of('work')}中?$)"
)
_PLAN = re.compile(
    rf"(?<![模虚比仿草])拟(?={_NEXT})|^拟(?!除虫|南芥|合|态|声|人|肽|杆|青霉|步|胆|交感|议|订|定|薄水)"
    rf"|(?<![按照依])(?:计划|规划)(?:中?$|(?={any_of('leading', 'time')}|[年月日]产|约?\d)"
    rf"|(?={_ACT}(?!管理|系统|软件|平台|调度|排程|计划|院)))"
    rf"|预计|(?:预期|预定|准备)(?={_NEXT}|[将可])|准备(?:中|阶段)?$|原[定拟]|原计划|将(?=[要会]|{_NEXT})"
    rf"|[尚仍还有亟等]待|待[^,]{{1,10}}后|(?<![接招优善看对期款])待(?!遇|机|测|料|产|业|检样)|[尚仍还]需|(?<![无不所急按])需要?(?=重新|{_NEXT})|起步$|未来(?=[一二两三几\d])|(?<!\d)年内|即将|有望|承诺(?!书)|打算|争取|力争"
    r"|筹[建备]|明年|后年|来年|下一?步|下个?[月周]|在[建研办审投](?=$|中|项目|阶段|[\d一二两三])"
    rf"|(?<![面话])再[说议]|(?:排|[约放拖挪延推改定])期?[在到至于](?={any_of('time')})"
    r"|^应[收交产做到](?=[\d一二两三四五六七八九十])|(?:^|的|还|仍)在[装调谈写投审研建修改做跑排测试批办]了?$"
    r"|\bplan(?:s|ned)?\b|in progress|pending|ongoing|under way|underway|will\b|to be\b"
)
_GOING_ON = re.compile(r"(?!.*(?:(?<![正尚仍还])在|于|从)).*[^其集高初水空心之年途]中$")
_USED = re.compile(rf"(?<!试){any_of('use')}中$")
_NOW = re.compile(r"正在|[尚仍还]在")
_DOING = re.compile(rf"(?P<use>(?<!试){any_of('use')}(?!{any_of('not_use')}))|{any_of('work', 'act')}")
_ABROAD = re.compile(
    rf"(?:^|(?<=[,，;；。已])){any_of('abroad')}(?![^,，;；。]{{0,6}}{any_of('rivals')}(?!.*{any_of('buys')}))"
)
_ELSEWHERE, _LIKE_OURS = re.compile(any_of("elsewhere")), re.compile(any_of("similar"))


def folded(text: str) -> str:
    """Half-width and lower case, as the words of this module are written."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def clauses(text: str) -> list[str]:
    """The clauses of a cell, without empty ones; a comma within a number does not part, and titles (《…》) go."""
    joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded(text))
    return [piece.strip() for piece in _SPLIT.split(re.sub("《[^》]*》", "", joined)) if piece.strip()]


def read_clause(piece: str) -> Clause:
    """A piece of `clauses` with its mood.

    >>> [read_clause(piece).mood for piece in ("已完成", "尚未开始", "未通过评审", "拟开展", "拟除虫菊酯", "无故障")]
    ['said', 'denied', 'failed', 'planned', 'said', 'said']
    """
    text = without_faults(piece)
    if _NOTHING_CAME.search(text) and not _FAILURE.search(text):
        return Clause(text, DENIED, "")
    if _WAITING.match(text):
        return Clause(text, PLANNED, "")
    for mood, pattern in ((FAILED, _FAILURE), (DENIED, _DENIAL), (PLANNED, _PLAN)):
        if found := pattern.search(text):
            return Clause(text, mood, text[found.end() :])
    if _GOING_ON.match(text) and not _USED.search(text):
        return Clause(text, PLANNED, text)
    for found in _NOW.finditer(text):
        if not in_use(text[found.end() :]):
            return Clause(text, PLANNED, text[found.end() :])
    return Clause(text, SAID, text)


def without_faults(text: str) -> str:
    """A text with 正常 for what denies a mere fault, and 有 for what is denied twice (不是没有)."""
    return _HARMLESS.sub("正常", _TWICE.sub("有", text))


@lru_cache(maxsize=1)
def closed_classes() -> list[tuple[str, re.Pattern[str]]]:
    """The words that turn a clause, with the mark of each class, in the order in which they are to be looked for."""
    return [(mark, re.compile(any_of(*names.split()))) for mark, names in _TREE["marks"].items()]


def in_use(text: str) -> bool:
    """Whether the first verb of a text says that something is in use (在矿区运行, 批量生产, not 试生产)."""
    doing = _DOING.search(text)
    return doing is not None and bool(doing["use"])


def is_asserted(piece: str) -> bool:
    """Whether a clause says that something is there: neither denied nor only planned."""
    return read_clause(piece).mood == SAID


def without_places(text: str, *, users: bool) -> str:
    """A text without where users or those who test are (日本客户采购2套; users: 别的厂出具证明 too), which says nothing
    of whose thing they have; what is said of things like ours stays.
    """
    if _LIKE_OURS.search(folded(text)):
        return text
    return _ABROAD.sub("", _ELSEWHERE.sub("", text) if users else text)
