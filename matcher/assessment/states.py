"""What the cell of a column of evidence says of the column's thing: there, not there, or nothing.

Each clause speaks of the thing itself, of a step before it, of another thing, or of none: (图纸, 委托, 洽谈 are steps
before a sample, a report, a trial; 检测 is done with a sample that is there).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher.assessment.cell_model import SAYS, CellModel
from matcher.assessment.cell_texts import LADDER, about_the_thing, is_part_done
from matcher.assessment.clauses import (
    COUNT,
    DENIED,
    FAILED,
    PLANNED,
    SAID,
    Clause,
    any_of,
    clauses,
    folded,
    in_use,
    read_clause,
    without_places,
)
from matcher.assessment.scales import evidence_words, not_words, shown_by, thing_words, tree

_YES, _NO, _UNKNOWN = (frozenset(tree()["answers"][answer].split()) for answer in ("yes", "no", "unknown"))
_OF_RULES = {None: 2.0, False: 2.0, True: 1.5}  # log odds that the rules' answer counts
_SURE = 0.6  # a yes with less chance is asked for
_DENIED_THING = re.compile(r"(?:目前|现|暂|尚)*(?:没有|无|未有|没)[\u4e00-\u9fff]{1,6}")
_AMOUNT = re.compile(r"[约近超共逾]?\s*(\d[\d,]*(?:\.\d+)?)\s*[+余多]?\s*[^\d\s]{0,4}")
_DONE, _ANOTHER, _AGAIN, _AFTER, _PART, _APPROACH = (
    re.compile(any_of(*names))
    for names in (("done", "perfect"), ("another",), ("again",), ("after",), ("part",), ("approach",))
)
_OURS = "(?:我们|我方|我司|我校|本项目|本成果|本单位|项目组|课题组)"
_NOT_YET = "(?:目前|现)?[尚还暂仍][未没不]"
_OURS_NOT_YET = re.compile(f"{_OURS}的?{_NOT_YET}")
_KNOWN = re.compile(
    any_of("act", "work", "thing", "step", "means", "approach", "time")
    + f"|{COUNT}|[a-z]{{2}}|^(?:{_OURS}的?)?{_NOT_YET}"
    + f"|^(?:(?:{_OURS}|我|自己)的?)?(?:[还都也就又]|一直|至今|目前)*没(?!有?(?:意见|关系|变化|想|人[知清]|下雨))"
    + f"|{any_of('means', 'circumstance')}"
)
_BEGIN = re.compile(any_of("begin"))
_COUNTED, _RESULT = re.compile(COUNT), re.compile(f"{any_of('result')}|{COUNT}")
_BRINGS = re.compile(rf"\s*(?:$|{any_of('brings')})")
_AMOUNTS = re.compile(rf"(?:已|完成|共|累计|现有?|有|[仅只]有?)*{COUNT}|{_AMOUNT.pattern}")
_MEANS = re.compile(
    rf"{any_of('means')}.{{0,20}}(?:建|安装|到位|完毕|开|采购|购置|调试|完成|进场|改造|验收|封顶|到货|[竣完]工|齐套|就位|落成|刚?到了?$)|(?:建|装|购).{{0,20}}{any_of('means')}"
)
_BUILT = re.compile(f"(?:(?:我们?|本)(?:公司|单位|厂|院|校|司|方)?|公司)?(?:的|年产)?{any_of('built')}(?:已|均)?建成")
_GROWN = "|试种|试养|试栽"  # what a field trial is called where it is counted
_CAUSE = re.compile(r"(?:主要)?(?:因(?!子)|由于|鉴于|受(?!控|理|到))")
_ONLY = re.compile(rf"{_OURS}?(?:目前|现|暂)*(?:仅|只)")
_OTHERS = re.compile(
    rf"(?:目前|现|据悉|虽然?|尽管)*(?:{any_of('others')}|{any_of('abroad')}[^,]{{0,8}}?{any_of('similar')}(?!.*(?:{_OURS}|{any_of('buys')})))"
)
_FORMER = re.compile(rf"(?!.*{any_of('former_ours')})[^,]{{0,12}}?{any_of('former')}|.*是{any_of('former')}的?$")
_DATE, _HALTED, _DROPPED, _UNSURE, _OURS_NOT, _BORROWED, _WEAK, _MARKET, _JUDGES = (
    re.compile(any_of(name))
    for name in ("date", "halted", "dropped", "unsure", "ours_not", "borrowed", "weak", "market", "judges")
)
_LEAD = rf"(?:{any_of('date', 'lead')}|\s)*+"
_BARE = re.compile(
    rf"{_LEAD}(?:(?:[经由在于与]|自(?=.*[起来]))[^,]{{0,24}}?)?{_LEAD}"
    rf"(?:{any_of('sign', 'perfect')}|(?<=已){any_of('act', 'work')}了?$)"
)
_DID = re.compile(rf"{_LEAD}[只仅]?(?:{any_of('perfect')}|[^,]{{0,8}}的{COUNT}$)")
_MONEY = re.compile(r"[\d.]+\s*[余多]?[十百千万亿]*元|[一二两三四五六七八九十几数多百千万亿]+元")
_FOREIGN = re.compile(r"(?<![a-z\d])\d[\d,]* [a-z]{3}")
_RATE = re.compile(r"[率度]\s*[约为达到]{0,2}\d[\d.]*%$")
_SENT = re.compile(any_of("sent"))
_SAMPLES, _OF_USERS = ("prototype", "formal_sample"), ("field_trial", "user_report", "sales")
_USERS = r"[1-9]\d*[余多]?[家户个](?:单位|企业|用户|客户|厂)?"
_USED_BY = re.compile(  # of users that have it now, whatever others did
    rf"(?:目前|现|仍有?|还有?|尚有?|其余|余|另)*(?:(?:在用|正常使用|继续使用)的?(?:有|共)?{_USERS}"
    rf"|{_USERS}(?:仍|还|均|都|目前|现)*(?:在用|在使用|正常使用|继续使用)(?:中)?)"
)
_STAGE = re.compile(r"(?<!第.)阶段$")


class _State(NamedTuple):
    """What a cell has said so far. there: whether the thing is there, None for nothing said. named: it was named; done:
    something was done; whole: the thing was done and not a part of it; weak: the no is of a plan, an attempt, a part or
    a concession (原定5个点, 虽经费未到位), or says who does it, so that what was then done overrides it. planned: the
    measure word of a plan (台 of 计划800台), of which a number says how far it came.
    """

    there: bool | None
    named: bool = False
    done: bool = False
    whole: bool = False
    weak: bool = False
    planned: str = ""


def read_state(text: str, kind: str, *, model: CellModel | None = None) -> bool | None:
    """Whether a cell of the column `kind` says that its thing is there; None where it says nothing that is understood.

    A bare answer (有, 无, √) is taken as it is, and a count above 0 is yes. Any other cell is read by rules, clause by
    clause, and by a learned model (the one that is shipped where `model` is None); the two are weighed, and a yes that
    is unsure is nothing.

    Examples
    --------
    >>> [read_state(text, "prototype") for text in ("有", "3台", "0", "正在试制", "样机2台，尚未检测", "见面谈")]
    [True, True, False, False, True, None]
    >>> read_state("样机图纸已完成，尚未加工", "prototype")
    False
    """
    text = about_the_thing(text, kind)
    if is_part_done(text):
        return False
    word = _answer(text)
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    if re.fullmatch(r"\d{8,}", word) or (kind != "sales" and _MONEY.fullmatch(word)):
        return None
    if (amount := _AMOUNT.fullmatch(word)) and read_clause(word).mood == SAID:
        return float(amount[1].replace(",", "")) > 0
    if kind in _OF_USERS or kind in ("lab_test", "pilot"):
        text = without_places(text, users=kind in _OF_USERS)
    if kind in ("field_trial", "user_report") and any(_USED_BY.fullmatch(piece) for piece in clauses(text)):
        return True
    ruled = _read_by_rules(text, kind)
    if ruled is False and (_DENIED_THING.fullmatch(word) or _OURS_NOT_YET.search(word) or _is_rejected(word)):
        return False
    if ruled and (_counts(kind).fullmatch(folded(text)) or _BUILT.fullmatch(folded(text))):
        return True
    return _weighed(text, kind, ruled, model or CellModel.shipped())


def _weighed(text: str, kind: str, ruled: bool | None, model: CellModel) -> bool | None:
    """What the learned reading says, the rules' answer counting as so much log odds; an unsure yes is nothing. Where a
    clause speaks of others' things, only the rules' answer can be yes.
    """
    pieces = clauses(text)
    own = [piece for piece in pieces if not _of_others(read_clause(piece))]
    odds = model.log_odds(text if len(own) == len(pieces) or not own else "，".join(own), kind)
    odds[SAYS.index(ruled)] += _OF_RULES[ruled]
    if not ruled and len(own) < len(pieces):
        odds[SAYS.index(True)] = -np.inf
    chances = np.exp(odds - odds.max())
    says = SAYS[int(chances.argmax())]
    return None if says and chances.max() < _SURE * chances.sum() else says


def _read_by_rules(text: str, kind: str) -> bool | None:
    """Clause by clause: yes where one says that the thing itself is there or was done.

    What comes before it (图纸, 委托, 洽谈), what is denied, planned or under way (正在中试) is no; what is in use is
    there (正在矿区运行). A later denial of the same thing wins over what was said before, unless that was said of the
    whole thing (完成中试) or the denial is of one more (第二批); what is said of another thing (尚未检测 of a
    sample) counts for nothing.
    """
    state, denied = _State(None), False
    for piece in clauses(text):
        if piece in _UNKNOWN:
            continue
        clause = Clause(piece, DENIED, "") if piece in _NO else _at_stage(read_clause(piece), kind)
        if _says_nothing(clause, kind) or (state.there is None and not _denies_something(clause, kind)):
            continue
        denied = denied or clause.mood != SAID
        state = _after_saying(state, clause.text, kind) if clause.mood == SAID else _after_denying(state, clause, kind)
    return False if state.there is None and denied else state.there


def is_answered(text: str) -> bool:
    """Whether a cell of evidence holds more than a word for unknown: what `read_state` then cannot read is told."""
    return bool(_answer(text))


def _answer(text: str) -> str:
    word = folded(text).strip("()[]【】").rstrip("。.,!;")
    return "" if word in _UNKNOWN or not re.search(r"[\w√✓✔☑×✗✘]", word) else word


def names(text: str, kind: str) -> bool:
    """Whether an item of a list names a kind of evidence by its words, and no step before it (中试可行性研究报告)."""
    return bool(_listed(kind).search(_without_others(text, kind)))


def _at_stage(clause: Clause, kind: str) -> Clause:
    """A clause as the column of a kind reads it: who stands at a stage (中试阶段) has passed only lower ones."""
    if clause.mood != SAID or not _STAGE.search(clause.text) or _DONE.search(clause.text) or in_use(clause.text):
        return clause
    return clause if _reaches_beyond(clause.text, kind) else Clause(clause.text, PLANNED, clause.text)


def _after_saying(state: _State, text: str, kind: str) -> _State:
    """The state after a clause that neither denies nor plans."""
    step = state if state.there is not None else state._replace(there=False, weak=bool(_WEAK.search(text)))
    bare, only = _without_others(text, kind), _ONLY.match(text)
    if _CAUSE.match(text) and not _DID.match(text):
        return state
    if bare != text and not _named(kind).search(bare):
        return step if only else state
    if _only_sets_about(text, kind) or _only_a_step(kind).search(text) or (only and _PART.search(text)):
        return step
    named, done = _named(kind).search(text), bool(_DONE.search(text))
    if (named and not _PART.match(text, named.end())) or _AMOUNTS.fullmatch(text.strip()):
        return _State(True, named=True, done=done, whole=bool(_whole(kind).search(text)))
    if (only and not _DID.match(text)) or _step(kind).search(text) or _MEANS.search(text):
        return step
    if not _understood(text, kind):
        return state
    whole = state.weak and bool(re.search(r"\d", text))
    overrides = (
        (done and _AGAIN.search(text))
        or (state.weak and (_DID.match(text) or (done and _BARE.match(text))))
        or (state.planned and _counted_in(text) == state.planned)
    )
    if state.there is None or (not state.there and overrides):
        return _State(True, done=done, whole=whole)
    return state


def _understood(text: str, kind: str) -> bool:
    """Whether a clause that names no thing of its own says that the column's thing is there: what is in use, a count, a
    date, a later stage, a bare answer (已于2025年完成), or what is made for the thing and is done (中试装置已建成).
    """
    stages = {name for name, words in evidence_words().items() if name not in _OF_USERS and words.search(text)}
    if any(shown_by()[stage] < shown_by()[kind] for stage in {*stages, *_stages_in(text)}):
        return False
    return bool(
        in_use(text)
        or _DID.match(text)
        or _BARE.match(text)
        or (_DATE.search(text) and re.fullmatch(_LEAD, text))
        or (kind in _SAMPLES and _SENT.search(text))
        or _COUNTED.search(text if kind == "sales" else _MONEY.sub("", text))
        or _FOREIGN.search(text)
        or (kind == "lab_test" and _RATE.search(text))
        or _reaches_beyond(text, kind)
        or (thing_words(kind).search(text) and _DONE.search(text))
    )


def _denies_something(clause: Clause, kind: str) -> bool:
    """Whether a denial or a plan is of something that this library knows (尚未开展, not 未下雨), or none."""
    return (
        clause.mood in (SAID, FAILED)
        or not clause.target
        or bool(_KNOWN.search(clause.text) or _about(clause, kind) == "own")
    )


def _says_nothing(clause: Clause, kind: str) -> bool:
    """Whether a clause says nothing of the column: it speaks of others' things, of what stands still now (停产), or of
    what users gave up, where the thing itself is not in users' hands.
    """
    dropped = clause.mood == FAILED and _DROPPED.search(clause.text) and kind not in _OF_USERS
    return bool(
        dropped
        or _of_others(clause)
        or _HALTED.search(clause.text)
        or (kind in _SAMPLES and clause.mood == SAID and _BORROWED.search(clause.text))
        or (clause.mood == SAID and _MARKET.match(clause.text))
    )


def _counted_in(text: str) -> str:
    """The measure word of the first count of a clause, "" for none."""
    found = re.search(f"(?<!第){COUNT}", text)
    return found[0].lstrip("0123456789.一二两三四五六七八九十几数多百千余万亿 ") if found else ""


def _is_rejected(text: str) -> bool:
    """Whether a cell ends with a failure before those who judge (专家组不予通过)."""
    last = read_clause(clauses(text)[-1])
    return last.mood == FAILED and bool(_JUDGES.search(last.text))


def _of_others(clause: Clause) -> bool:
    """Whether a clause speaks of others' things, of a former generation's, or by hearsay."""
    return bool(
        _OTHERS.match(clause.text)
        or _FORMER.match(clause.text)
        or _OURS_NOT.search(clause.text)
        or (clause.mood != PLANNED and _UNSURE.search(clause.text))
    )


def _after_denying(state: _State, clause: Clause, kind: str) -> _State:
    """The state after a clause that denies or plans something."""
    about = _about(clause, kind)
    if (state.named or state.done) and _ANOTHER.search(clause.text):
        return state
    if clause.mood == FAILED:
        kept = about == "other" and bool(_stages_in(clause.text))
    elif clause.mood == PLANNED:
        more = _COUNTED.search(clause.target) and _named(kind).search(clause.target)
        kept = about == "other" or (state.named and (state.done or bool(more)))
    else:
        weak = state.named and about == "open" and not _BRINGS.match(clause.target)
        kept = about == "other" or state.whole or weak
    weak = bool(_WEAK.search(clause.text))
    planned = _counted_in(clause.text) if weak and clause.mood == PLANNED else ""
    return state if kept else _State(False, weak=weak, planned=planned)


def _about(clause: Clause, kind: str) -> str:
    """Whether a denial or a plan speaks of the column's "own" thing or an "other" one; "open" where it names none."""
    if not evidence_words()[kind].search(clause.text) and _reaches_beyond(clause.text, kind):
        return "other"
    for text in (clause.target, clause.text.removesuffix(clause.target)):
        if _named(kind).search(text):
            return "own"
        if _AFTER.search(text) or any(thing_words(other).search(text) for other in evidence_words()):
            return "other"
    return "open"


def _only_sets_about(text: str, kind: str) -> bool:
    """Whether a clause says that one sets about a thing (洽谈, 委托, 已启动), tells no result and begins no use."""
    found = next(
        (
            found
            for found in _APPROACH.finditer(text)
            if not (thing_words(kind).search(found[0]) or (kind in _SAMPLES and _SENT.fullmatch(found[0])))
            and not (found[0] == "委托" and in_use(text[found.end() :]))
        ),
        None,
    )
    for begin in _BEGIN.finditer(text):
        behind = text[begin.end() :]
        if not in_use(behind) and (not behind or thing_words(kind).search(behind)):
            found = found or begin
    return found is not None and not (_named(kind).search(text, found.end()) and _RESULT.search(text, found.end()))


def _reaches_beyond(text: str, kind: str) -> bool:
    """Whether a text names a stage above that of a kind."""
    return any(shown_by()[stage] > shown_by()[kind] for stage in _stages_in(text))


def _stages_in(text: str) -> list[str]:
    return [stage for stage in LADDER if evidence_words()[stage].search(text)]


def _without_others(text: str, kind: str) -> str:
    """A text without what bears the kind's name and is another thing (体系认证)."""
    return re.sub(not_words()[kind], "", text) if not_words()[kind] else text


@lru_cache(maxsize=32)
def _counts(kind: str) -> re.Pattern[str]:
    """The thing and a count of it and nothing else, but where it is (邻村试种30亩)."""
    things = thing_words(kind).pattern + (_GROWN if kind == "field_trial" else "")
    place = "[在于]?(?:(?![拟将需愿]|计划|申请|准备|预计|希望)[^,]){0,5}[省市县区镇乡村]"
    return re.compile(rf"(?:{place})?(?:{things})(?!0+(?![\d.])){COUNT}")


@lru_cache(maxsize=32)
def _step(kind: str) -> re.Pattern[str]:
    """The steps before a kind's thing."""
    steps = "|".join(step for step in any_of("step")[3:-1].split("|") if not thing_words(kind).search(step))
    return re.compile(rf"(?:{steps})+(?={any_of('step_ends')})")


@lru_cache(maxsize=32)
def _only_a_step(kind: str) -> re.Pattern[str]:
    """A step that is done at the end of a clause (样机已完成设计), and what could be done (可批量生产)."""
    return re.compile(
        rf"(?:完成|通过|进行|开展|处于|进入|签订|签署|取得|获得)[^,]{{0,6}}{_step(kind).pattern}$"
        rf"|(?:具备|形成|拥有)[^,]{{0,12}}{_step(kind).pattern}$|(?:可以?|能够)(?:实现|进行|开展|投入)?(?:{thing_words(kind).pattern})"
    )


def _no_step(words: str, kind: str) -> str:
    return rf"(?:{words})(?!(?:(?!{any_of('bars')})[^,\d]){{0,8}}{_step(kind).pattern})"


@lru_cache(maxsize=32)
def _named(kind: str) -> re.Pattern[str]:
    """The words of a kind's thing where they name the thing and no step before it."""
    return re.compile(_no_step(thing_words(kind).pattern, kind))


@lru_cache(maxsize=32)
def _listed(kind: str) -> re.Pattern[str]:
    """The words of a kind in a list of material, as in `_named`."""
    return re.compile(_no_step(evidence_words()[kind].pattern, kind))


@lru_cache(maxsize=32)
def _whole(kind: str) -> re.Pattern[str]:
    """The thing itself, done, and not an act or a part of it: 完成中试, 定型通过."""
    thing = f"(?:{evidence_words()[kind].pattern})"
    return re.compile(
        rf"(?:完成|通过|已|实现|取得|获|研制出|制备出)(?:了|过)?[^,]{{0,10}}{thing}(?:报告|{COUNT})*$"
        rf"|{thing}(?:{COUNT})?(?:已|均|全部|顺利|成功)*(?:完成|通过|结束|完毕|成功|合格|提出|形成|确定|制定|出具)"
    )
