"""Cells of evidence to yes, no or unknown: what each clause of a cell says of the column's own thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from matcher.assessment.clauses import FAILED, PLANNED, SAID, Clause, clauses, folded, in_use, is_asserted, read_clause
from matcher.assessment.scales import evidence_words, not_words, own_words, shown_by, tree
from matcher.tables.assessment_schemas import ASSESSED_OUTCOMES, EVIDENCE

TITLES_OF = {column.name: column.title for column in EVIDENCE}
_YES, _NO, _UNKNOWN = (frozenset(tree()["answers"][answer].split()) for answer in ("yes", "no", "unknown"))
_AMOUNT = re.compile(r"[约近超共逾]?\s*(\d[\d,]*(?:\.\d+)?)\s*[+余多]?\s*[^\d\s]{0,4}")
_COUNT = r"(?:\d[\d.]*|[一二两三四五六七八九十几数多百千]+)\s*[余多万亿]?\s*(?:余|多)?(?:台|套|件|份|篇|项|批|次|轮|颗|片|只|枚|架|辆|艘|吨|公斤|千克|kg|元|小时|天|个?月|年|例|亩|口|处|张|本|袋|瓶|米|组|箱|家|个|种|株|头)"
# What comes before a thing: a word of it behind the thing's own (样机图纸, 中试可行性研究) names no thing yet.
_STEPS = (
    "图纸 设计图 概念图 效果图 草图 设计 方案 可行性 可研 申请 计划 规划 任务书 大纲 协议 合同 订单 意向 委托 事宜 事项 选址 招标 采购 "
    "立项 备案 条件 能力 产能 准备 论证 预算 经费 资金 费用 说明书 需求 调研 批件 概念 设想 构想 初稿 草稿 提纲"
).split()
_BETWEEN = (
    "(?:放大|研制|试制|生产|加工|制造|检测|测试|试验|工程|总体|工艺|产品|评审|研究|工作|用|的|所需|相关|装置|设备|技术|建设|推广|应用|合作|采购|框架|"
    "基地|线|平台|项目|课题|系统)*"
)
_STEP_ENDS = r"(?=$|[已均正尚也全经并和及书图]|\d|[一二两三四五六七八九十]|初步|基本|编制|完成|通过|形成|制定|确定|审|报告|研究|工作|合同|协议|订单)"
_APPROACH = re.compile(
    "洽谈|协商|磋商|沟通|对接|联系|接洽|商谈|谈判|委托|送检|送样|送审|提交|报送|申报|申请|招标|备案|立项|受理|投稿|预约|排期|列入|纳入"
    "|(?P<begun>启动|开始|着手|进入|投入|转入)"
)
_RESULT = re.compile(rf"了(?!解)|完成|取得|出具|获|通过|成功|合格|完毕|结束|{_COUNT}")
_DONE = re.compile(
    r"已|完成|通过|取得|获|成功|建成|建立|实现|出具|形成|结束|了(?!解)|[制造成出]出|完毕|达标|达到|授权|录用|发表|投运|运行|累计"
)
_CAUSE = re.compile(r"(?:主要)?(?:因(?!子)|由于|鉴于|受(?!控|理|到))")
_ONLY = re.compile(r"(?:目前|现|暂)?(?:仅|只)")
_ANOTHER = re.compile(
    r"第[二三四五六七八九十\d]|另|其余|其他|剩余|余下|部分|个别|二期|后续|再|继续|更大|扩大|新增|又|升级|下一代|全部|完全|全面"
)
_AGAIN = re.compile(r"第[二三四五六七八九十\d]|[后新次](?=.*(?:成功|通过|合格|完成))|重新|最终|改进后|整改后")
# What is done with a thing that is there already.
_WITH_IT = re.compile("验收|鉴定|评审|评价|查新|优化|改进|完善|升级|调试|标定|校准|审查|受理|公开|实审|许可|转让|推广")
_BRINGS = re.compile(
    r"\s*(?:$|完成|开展|开始|启动|进行|实施|形成|建成|竣工|开工|返回|到货|到位|出具|取得|获得|结束|有)"
)
_PART = re.compile("(?:试验|生产|研制|建设)?(?:线|设备|装置|厂房|车间|基地|工艺|外壳|零部件|部件|工装|模具)")
_STAGE = re.compile(r"(?<!第.)阶段$")
_COUNTED = re.compile(_COUNT)
_RIGHTS = re.compile("(?:(?P<paper>论文)|专利|软著|著作权)(?:登记|授权)?(?:证书?|书)?(?:复印件|文本|全文)?$")
_LADDER = ("simulation", "lab_test", "prototype", "pilot", "field_trial", "small_batch", "production")


class Evidence(NamedTuple):
    """One piece of evidence: its kind, whether it is there, the column that says so and the words in it."""

    kind: str
    present: bool
    column: str
    quote: str

    @property
    def cited(self) -> str:
        """The column and its words, for a reader."""
        return f"{self.column}：{self.quote}"


def text_in(record: Mapping[str, Any], name: str) -> str:
    """A cell of a row as text, "" for nothing; 0 and False are something."""
    value = record.get(name)
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value).strip()


def read_state(text: str, kind: str) -> bool | None:
    """Whether the cell of a column of evidence says that its thing is there; None where it says nothing.

    A count above 0 is yes. Otherwise clause by clause: yes where one says that the thing itself is there or was done.
    What comes before it (图纸, 委托, 洽谈), what is denied and what is planned or under way (正在中试) is no, unless it
    is in use (正在矿区运行). What is said of another thing (尚未检测 of a sample, 第二批 of a batch) counts for nothing.

    Examples
    --------
    >>> [read_state(text, "prototype") for text in ("有", "3台", "0", "正在试制", "样机2台，尚未检测", "", "不详")]
    [True, True, False, False, True, None, None]
    >>> read_state("样机图纸已完成，尚未加工", "prototype")
    False
    """
    word = folded(text).strip("()[]【】").rstrip("。.,!;")
    if not word or word in _UNKNOWN or not re.search(r"[\w√✓✔☑×✗✘]", word):
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    if (amount := _AMOUNT.fullmatch(word)) and read_clause(word).mood == SAID:
        return float(amount[1].replace(",", "")) > 0
    state = _State(None)
    denied = False
    for piece in clauses(text):
        if piece in _UNKNOWN:
            continue
        clause = Clause("", "denied", "") if piece in _NO else _of_kind(read_clause(piece), kind)
        if clause.mood == SAID:
            state = _after_saying(state, clause.text, kind)
        else:
            denied = True
            state = _after_denying(state, clause, kind)
    return False if state.there is None and denied else state.there


class _State(NamedTuple):
    """What a cell has said so far: whether the thing is there, whether it was named, whether something was done, and the
    thing as a whole.
    """

    there: bool | None
    sure: bool = False
    done: bool = False
    whole: bool = False


def _of_kind(clause: Clause, kind: str) -> Clause:
    """A clause as the column of a kind reads it: to stand at a stage (中试阶段) is no result of it, but of lower ones."""
    if clause.mood != SAID or not _STAGE.search(clause.text) or _DONE.search(clause.text) or in_use(clause.text):
        return clause
    stages = [other for other in _LADDER if evidence_words()[other].search(clause.text)]
    higher = any(shown_by()[other] > shown_by()[kind] for other in stages)
    return clause if higher else Clause(clause.text, PLANNED, clause.text)


def _after_saying(state: _State, text: str, kind: str) -> _State:
    """The state after a clause that neither denies nor plans."""
    before = state if state.there is not None else state._replace(there=False)
    if _CAUSE.match(text):
        return state
    bare = _without_others(text, kind)
    if bare != text and not _named(kind).search(bare):
        return state
    if (approach := _approach(text, kind)) and not (
        _named(kind).search(text, approach.end()) and _RESULT.search(text, approach.end())
    ):
        return before
    done = bool(_DONE.search(text))
    named = _named(kind).search(text)
    if (named and not _PART.match(text, named.end())) or _AMOUNT.fullmatch(text.strip()):
        return _State(True, sure=True, done=done, whole=bool(_whole(kind).search(text)))
    if _step(kind).search(text) or _ONLY.match(text):
        return before
    if not named and any(
        shown_by()[other] < shown_by()[kind] and evidence_words()[other].search(text) for other in _LADDER
    ):
        return state
    if state.there is None or (not state.there and done and _AGAIN.search(text)):
        return _State(True, done=done)
    return state


def _after_denying(state: _State, clause: Clause, kind: str) -> _State:
    """The state after a clause that denies or plans something."""
    gone = _State(False)
    about = _about(clause, kind)
    if (state.sure or state.done) and _ANOTHER.search(clause.text):
        return state
    if clause.mood == FAILED:
        other_stage = about == "other" and any(evidence_words()[other].search(clause.text) for other in _LADDER)
        return state if other_stage else gone
    if about == "other":
        return state
    if clause.mood == PLANNED:
        more = _COUNTED.search(clause.target) and _named(kind).search(clause.target)
        return state if state.sure and (state.done or more) else gone
    if state.whole:
        return state
    return state if state.sure and about == "open" and not _BRINGS.match(clause.target) else gone


def _without_others(text: str, kind: str) -> str:
    """A text without what bears the kind's name and is another thing (体系认证)."""
    return re.sub(not_words()[kind], "", text) if not_words()[kind] else text


def _about(clause: Clause, kind: str) -> str:
    """Whether a denial or a plan speaks of the column's "own" thing or an "other" one; "open" where it names none."""
    for text in (clause.target, clause.text.removesuffix(clause.target)):
        if _named(kind).search(text):
            return "own"
        if _WITH_IT.search(text) or any(_thing(other).search(text) for other in evidence_words()):
            return "other"
    return "open"


def _approach(text: str, kind: str) -> re.Match[str] | None:
    """The verb by which one only sets about a thing (洽谈, 委托, 启动), unless what is begun is its use."""
    for found in _APPROACH.finditer(text):
        behind = text[found.end() :]
        if _thing(kind).search(found[0]) or in_use(behind):
            continue
        if not found["begun"] or not behind or _thing(kind).search(behind):
            return found
    return None


@lru_cache(maxsize=32)
def _thing(kind: str) -> re.Pattern[str]:
    """The words of a kind's thing."""
    return re.compile("|".join(filter(None, (evidence_words()[kind].pattern, own_words()[kind]))))


@lru_cache(maxsize=32)
def _step(kind: str) -> re.Pattern[str]:
    """The steps before a kind's thing."""
    steps = "|".join(step for step in _STEPS if not _thing(kind).search(step))
    return re.compile(rf"(?:{steps})+{_STEP_ENDS}")


@lru_cache(maxsize=32)
def _named(kind: str) -> re.Pattern[str]:
    """The words of a kind's thing where they name the thing and no step before it."""
    return re.compile(rf"(?:{_thing(kind).pattern})(?!{_BETWEEN}{_step(kind).pattern})")


@lru_cache(maxsize=32)
def _whole(kind: str) -> re.Pattern[str]:
    """The thing itself, done: 完成中试, 定型通过."""
    thing = _thing(kind).pattern
    return re.compile(
        rf"(?:完成|通过|已|实现|取得|获|研制出|制备出)(?:了|过)?[^,]{{0,10}}(?:{thing})(?:报告|{_COUNT})*$"
        rf"|(?:{thing})(?:{_COUNT})?(?:已|均|全部|顺利|成功)*(?:完成|通过|结束|完毕|成功|合格)"
    )


def read_evidence(record: Mapping[str, Any]) -> list[Evidence]:
    """All evidence of a row, from its columns and from its list of supporting material, lowest level first.

    record: the row by fields of ASSESSED_OUTCOMES. A column 批量生产 that says 小批量 or 试产 is evidence of small
    batches.
    """
    found = []
    for column in EVIDENCE:
        text = text_in(record, column.name)
        state = read_state(text, column.name)
        if state is not None:
            found.append(Evidence(column.name, state, column.title, text))
        if column.name == "production" and not state and _small_batch(text):
            found.append(Evidence("small_batch", True, column.title, text))
    found += _listed(text_in(record, "evidence_list"))
    return sorted(found, key=lambda one: (shown_by()[one.kind], not one.present))


def _small_batch(text: str) -> bool:
    return bool(evidence_words()["small_batch"].search(folded(text)) and read_state(text, "small_batch"))


def _listed(text: str) -> Iterator[Evidence]:
    """What a list of supporting material names, cited as a whole; one that names nothing known gives nothing.

    An item is what its last words say: 中试可行性研究报告 is no pilot, and a patent or a paper is one whatever it is
    about. A title (《…》) counts only where the item has nothing else.
    """
    kinds = {
        kind
        for item in re.split(r"[;；。\n,，、]", text)
        for kind in _kinds_of(item) or _kinds_of(item.translate({ord("《"): None, ord("》"): None}))
    }
    for kind in evidence_words():
        if kind in kinds:
            yield Evidence(kind, True, ASSESSED_OUTCOMES["evidence_list"].title, text)


def _kinds_of(item: str) -> set[str]:
    pieces = [piece for piece in clauses(item) if is_asserted(piece)]
    if pieces and (found := _RIGHTS.search(_COUNTED.sub("", pieces[0]))):
        return {"papers" if found["paper"] else "patents"}
    return {
        kind
        for kind, words in evidence_words().items()
        for piece in pieces
        if re.search(f"(?:{words.pattern})(?!{_BETWEEN}{_step(kind).pattern})", _without_others(piece, kind))
    }
