"""Cells of yes and no: words, ticked boxes, counts, and answers in the words of their header. Knows no tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher.tables.cells.checkboxes import read_boxes
from matcher.tables.cells.statements import denies, statement
from matcher.tables.cells.texts import UNTICKED, Fault, as_written, half_width, is_nothing

_words = str.split
_PLAIN_YES = {*_words("是 对 √ ✓ ✔ true yes y t 真 属实")}
_PLAIN_NO = {*_words("否 不是 非 错 × ✗ ✘ x false no n f 假 不属实")}
_HAS = {
    *_words("有 已有 已建 已建成 已建立 已设立 具备 具有 拥有 属于 存在此情形")
}  # of a header that denies, both ways of reading may be meant
_HAS_NOT = {
    *_words(
        "无 尚无 没有 还没有 没 未建 尚未建 未建立 尚未建立 未设立 不具备 不具有 不属于 未拥有 "
        "无此情形 无此情况 无该情形 没有此情形 没有此情况"
    )
}
_ONE, _ZERO = {"1", "1.0"}, {"0", "0.0"}
_YES = _PLAIN_YES | _HAS | _ONE | {*_words("回避 须回避 需回避 应回避 入选 拟入选 实名")}  # 是否回避 is so filled in
_NO = _PLAIN_NO | _HAS_NOT | _ZERO | {*_words("不回避 无需回避 不需回避 未入选 落选 匿名")}
_COUNT = re.compile(r"有?(\d{1,9})(?:\.0+)?\s*[项个次件家]?")
_END = re.compile(r"[。.,，;；!！]+$")
_BESIDE = re.compile(r"([^()]+)\(([^()]+)\)")
_OF_COUNT = re.compile(r"共?\d{1,9}[项个次件家人种]?")
_OF_LEVEL = re.compile(r"(国家|省部|部|省|市|区|县)级")
_LEVELS = {"国家": 4, "省部": 3, "部": 3, "省": 3, "市": 2, "区": 1, "县": 1}
_OR_HIGHER = re.compile(rf"{_OF_LEVEL.pattern}(?:[(（]含[)）])?[及或]?以上")
# Verbs and states that a cell may take from its header: 已通过, 未列入, 不存在, 符合要求.
_VERBS = "|".join(
    _words(
        "通过 列入 发生 存在 有效 符合 满足 达标 达到 合格 具备 具有 拥有 属于 涉及 涉密 认定 登记 验收 备案 签署 签订 "
        "签约 上市 控股 承诺 取得 获得 获奖 明确 齐全 齐备 健全 完备 规范 领先 提交 申请 申报 入选 入库 享受 适用 "
        "单独核算 独立核算 查账征收 失信 违法 违规 公示 关联"
    )
)
_NOT = "未曾|从未|没有|尚未|还未|未被|未|不|没|无|非"
_ANSWER = re.compile(
    rf"(?P<no>{_NOT})?(?:已经|已|均已|均|都|全部|被|曾)*(?P<verb>{_VERBS})(?:过|了|的)?(?:要求|条件|标准|规定)?"
)
_BESIDE_ASKED = re.compile(r"[(（](?:[是否有无√×ynYN/、或,，\s]|[请须必]?填写?)+[)）]|(?:结果|状态|与否)(?=$|[(（])")
_GRANTED = re.compile("^予以?")  # 不予立项
_WELL = re.compile(r"(?:都|均|全部|完全|基本)?(?:符合|满足|达标|达到|合格)(?:要求|条件|标准|规定)?")
_NOT_WELL = re.compile(r"(?:不|未|没有)(?:符合|满足|达标|达到|合格)(?:要求|条件|标准|规定)?")
_OF_QUALITY = re.compile(
    "符合|满足|达到|达标|合格|要求|条件|标准|齐全|健全|规范|明确|领先|完备|先进|稳定|保障"
    r"|^(?:是否)?(?:拥有|具有|具备|有(?!无))"
)
_OF_FAULTS = re.compile(
    "失信|违法|违规|违反|违约|事故|异常|禁止|限制|淘汰|偷|逃税|骗|造假|作假|不良|撤销|取消|注销|吊销|逾期|涉密|侵权|污染|处罚"
    "|纠纷|诉讼|黑名单|被|仅|未|不|无"
)
_COMPLETE = re.compile("齐全|齐备|完备|完整")
_LACKING = re.compile(
    r"(?:还|尚)?(?:缺少?|欠)[^,，;；。]{1,10}|(?!没有|无)[^,，;；。]{0,8}(?:不全|不齐全?|不齐备|不完整)|(?:未|没有?)(?:盖章|签字|签章)"
)
_OF_NUMBERS = re.compile("(?:登记|证书|批准|备案|受理)(?:证书?)?(?:编?号|号码)$")  # who has such a number has the thing
_A_NUMBER = re.compile(r"(?=.*\d)(?:[\u4e00-\u9fff]{1,12}字)?[a-z\d第号()\[\]〔〕【】\-—./ ]{5,}")  # no 预计2026年12月
_NO_BY_CODE = 2
_SHORTEST = 2  # characters of what a header asks, for a cell that repeats it
_BOTH_WAYS = Fault("表头说的是“没有”，这一格两种意思都说得通，没有采用", "请填“是”（表头说的属实）或“否”")
_MORE_BESIDE = Fault("括号里另有说明，不知还算不算“是”或“否”，没有采用", "请只填“是”或“否”")
_NEITHER = Fault("不是“是”或“否”", "请填“是”或“否”")
CODE_OR_COUNT = Fault("“2”可能是代码（1 是、2 否），也可能是个数，没有采用", "请填“是”或“否”")
_A_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0+)?")  # 科技型中小企业 2023: since when, and not whether now
_BARE_NUMBER = re.compile(r"(\d{1,9})(?:\.0+)?")
_COUNTS_SAID = re.compile(r"数(?:量|目)?(?:[(（]|$)|[(（][项个次件家人种][)）]")  # of a header


class _Asked(NamedTuple):
    """What is asked: the header; denied: it says that something is not so; doubted: the words, and counts: whether the
    counts, that may be meant both ways under it.
    """

    header: str
    denied: bool
    doubted: frozenset[str]
    counts: bool


@lru_cache(4096)
def _asked(header: str, names: tuple[str, ...]) -> _Asked:
    """What a header asks. One that denies leaves in doubt what 无 means, unless it is a name of the field's own and the
    title denies nothing; 0 and 1 are no and yes under every name of its own.
    """
    if not denies(header):
        return _Asked(header, False, frozenset(), False)
    said = statement(header)
    own = any((one.words, one.denied) == (said.words, True) for one in map(statement, names))
    if own and not denies(names[0]):
        return _Asked(header, True, frozenset(), False)
    return _Asked(header, True, frozenset(_HAS | _HAS_NOT | (set() if own else _ONE | _ZERO)), True)


def read_yesno(cell: object, header: str = "", names: tuple[str, ...] = ()) -> bool | Fault | None:
    """Whether what the header states is so: a word, a ticked box (☑是 □否, 是√否□), a count (0 is no, 1 or more is
    yes), or an answer in a word of the header. names: those of the field itself, its title first.

    >>> read_yesno("未列入", "列入经营异常名录"), read_yesno("未发生", "近三年未发生事故"), read_yesno("有（2项）")
    (False, True, True)
    >>> read_yesno("未列入", "有固定场所") == read_yesno("大概吧"), read_yesno("无", "无严重失信行为").problem[:10]
    (True, '表头说的是“没有”，')
    >>> read_yesno("无", "逾期未验收", ("有逾期未验收的项目", "逾期未验收"))
    False
    """
    asked = _asked(header, names)
    text = as_written(cell)
    choices = read_boxes(text[:200])
    if choices is not None and text.strip().lower() not in _YES:
        ticked = {half_width(choice.text).lower() for choice in choices if choice.ticked}
        answers = {text in _YES if text else True for text in ticked if not text or text in _YES | _NO}
        if len(answers) != 1 or len(answers) != len(ticked):
            return UNTICKED if not ticked else Fault("勾选的不是“是”或“否”中的一个", "请只勾一个")
        if ticked & asked.doubted:
            return _BOTH_WAYS
        return answers.pop()
    text = half_width(text).lower()
    answer = _in_words(_END.sub("", text) or text, asked)
    if answer is None and names and not denies(header) and not denies(names[0]):  # 未列入 under 经营异常名录
        answer = _in_a_word_of(names[0], _END.sub("", text))
    if answer is None and names and not denies(header) and not denies(names[0]):
        if _COMPLETE.search(names[0]) and _LACKING.fullmatch(text):
            return False
        if _OF_NUMBERS.search(header) and _A_NUMBER.fullmatch(text):
            return True
    return answer if answer is not None or is_nothing(text) else _NEITHER


def codes_or_counts(cells: Iterable[object], header: str = "") -> list[int]:
    """The places of a bare 2 where a column has no bare number but 1 and 2, and nothing says that it counts (a header
    of a number, 无): by the national code 1 is yes and 2 is no, as a count both are yes.

    >>> codes_or_counts([1, 2, None]), codes_or_counts(["是", "02"]), codes_or_counts([0, 1, 2])
    ([1], [1], [])
    >>> codes_or_counts(["无", 2]), codes_or_counts([1, 2], "省级以上研发机构（个）"), codes_or_counts(["2项"])
    ([], [], [])
    """
    if _COUNTS_SAID.search(header):
        return []
    places: list[int] = []
    known: dict[str, int | None] = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, bool | np.bool_):
            continue
        written = as_written(cell)
        if written not in known:
            text = half_width(written).strip()
            number = _BARE_NUMBER.fullmatch(text)
            known[written] = 0 if text in _HAS_NOT else int(number[1]) if number else None
        if (value := known[written]) is not None and value not in (1, _NO_BY_CODE):
            return []
        if value == _NO_BY_CODE:
            places.append(place)
    return places


def _in_words(text: str, asked: _Asked) -> bool | Fault | None:
    """The answer of a cell in half width; None where it is none."""
    if text in _PLAIN_YES or text in _PLAIN_NO:
        return text in _PLAIN_YES
    if (said := _in_a_word_of(asked.header, text)) is not None:
        return said
    if (said := _in_the_words_of(asked.header, text)) is not None:
        return said
    if text in asked.doubted:
        return _BOTH_WAYS
    if text in _YES or text in _NO:
        return text in _YES
    if _A_YEAR.fullmatch(text) and not _COUNTS_SAID.search(asked.header):
        return _NEITHER
    if counted := _COUNT.fullmatch(text):
        return _BOTH_WAYS if asked.counts else int(counted[1]) > 0
    if (well := bool(_WELL.fullmatch(text))) or _NOT_WELL.fullmatch(text):
        of_quality = _OF_QUALITY.search(asked.header) and not _OF_FAULTS.search(asked.header)
        return well if asked.denied or of_quality else None
    return _with_remark(text, asked)


def _in_a_word_of(header: str, text: str) -> bool | None:
    """An answer in a verb of the header, which may itself deny: 未列入 says no of 列入…, and yes of 未列入….
    曾列入 says nothing of now.
    """
    answer = _ANSWER.fullmatch(text)
    at = header.find(answer["verb"]) if answer else -1
    if answer is None or at < 0 or (text.startswith("曾列入") and "曾" not in header):
        return None
    denied = bool(re.search(rf"(?:{_NOT})(?:曾|被)?$", header[:at])) and not header[:at].endswith("有无")
    return bool(answer["no"]) == denied


def _in_the_words_of(header: str, text: str) -> bool | None:
    """An answer that repeats what the header asks, or denies it: 立项 and 未立项 under 是否立项."""
    asked, said = statement(_BESIDE_ASKED.sub("", header)), statement(text)
    if len(asked.words) < _SHORTEST or _GRANTED.sub("", said.words) != asked.words:
        return None
    return said.denied == asked.denied


def _with_remark(text: str, asked: _Asked) -> bool | Fault | None:
    """An answer with a count or a level beside it (有（2项）, 是（省级）); a Fault where something else stands."""
    beside = _BESIDE.fullmatch(text)
    answer = _in_words(beside[1].strip(), asked) if beside else None
    if beside is None or not isinstance(answer, bool):
        return answer
    level = _OF_LEVEL.fullmatch(beside[2])
    least = _OR_HIGHER.search(asked.header)
    if level is not None and least is not None:
        fits = _LEVELS[level[1]] >= _LEVELS[least[1]]
    else:
        fits = level is not None and ("级" not in asked.header or level[0] in asked.header)
    return answer if answer and (fits or _OF_COUNT.fullmatch(beside[2])) else _MORE_BESIDE
