"""Intellectual property rights to the counts of each policy: which class, whether granted, valid, usable, how obtained.

A right counts once by its number. What decides is read row by row; a missing grant date or a right that two firms name
leaves the count between two bounds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from matcher.policy.firms.linkage import is_like_name
from matcher.policy.registers.earlier_use import earlier_use
from matcher.policy.registers.entries import (
    COUNTED,
    NOT_COUNTED,
    OPEN,
    Bounds,
    Entries,
    Entry,
    Truth,
    Warnings,
    agreed,
    count,
    every,
    negated,
    owners_of,
    plain,
    some,
    years_before,
)
from matcher.tables.rows.remarks import override_in, remarks_of

T195 = "国科发火〔2016〕195号 三、（二）"
T63 = "工信部企业〔2022〕63号 附件1"
_TRADEMARK = re.compile("商标|域名")
_PENDING = re.compile("申请中|受理|实审|实质审查|审查中|审中|公开|公布|未授权|待授权")
_ENDED = re.compile("失效|终止|届满|无效|放弃|撤销|撤回|驳回|注销|过期|转出|未缴")
_BESIDE = re.compile("许可|质押|合同|协议|备案|项目|课题|商标|海关|同族|PCT", re.I)  # what else a remark says has ended
_CLASS1 = {
    "发明": "invention", "国防专利": "invention", "植物新品种": "plant", "国家级农作物": "crop", "国家新药": "drug",
    "国家一级中药": "herb", "集成电路": "layout",
}  # fmt: skip
_CLASS2 = {"实用新型": "utility", "外观": "design", "软件著作": "software", "软著": "software"}
_WRITTEN = {"invention": "发明专利", "utility": "实用新型专利", "design": "外观设计专利"}
_PATENTS = {
    "1": "invention",
    "8": "invention",
    "2": "utility",
    "9": "utility",
    "3": "design",
}  # fifth digit of a number
_SHORT_UTILITY = re.compile("实新|(?:新型|实用)(?:专利)?")
_DEVELOPED = re.compile("自主|自研|原始|合作研发|独立研发|自行")
_ACQUIRED = re.compile("受让|受赠|并购|继受|购买|转让|收购|赠与")


@dataclass(frozen=True)
class Right:
    """What one row says: its kind of right ("" unknown, "none" no class) and the answers that policies need."""

    kind: str
    class1: Truth
    class2: Truth
    granted: Truth
    valid: Truth
    unused: Truth
    alone: Truth
    related: Truth
    in_use: Truth
    developed: Truth
    acquired: Truth
    settled: Truth  # not acquired less than a year ago
    seasoned: Truth  # granted two years ago or more
    top_three: Truth
    sure: bool  # that it is this firm's


def right_number(text: str) -> str:
    """A patent or registration number in one writing: no ZL, no blanks, a patent's number without its check digit.

    Examples
    --------
    >>> {right_number(text) for text in ("ZL 2020 1 0123456.7", "zl202010123456.7", "202010123456", "2020101234567")}
    {'202010123456'}
    """
    signs = re.sub(r"^(?:ZL|CN)(?=\d{12})", "", plain(text))
    patent = re.fullmatch(r"((?:19|20)\d{2}[1-389]\d{7})[\dX]?", signs)
    return patent[1] if patent else signs


def _number(entry: Entry) -> str:
    """The number of a right: that of its grant, else of its application, which are the same digits for a patent; the
    place in the firm's own list (IP01) is none.
    """
    numbers = (right_number(entry.text(name)) for name in ("number", "application"))
    return next((number for number in numbers if number and not re.fullmatch(r"IP\d{1,3}", number)), "")


def kind_of(text: str) -> str:
    """The kind of right of a cell: a key of the two classes, "none" for a kind of no class, "" where unknown."""
    words = plain(text)
    if not words or re.fullmatch("(?:授权|有效|国内)?(?:专利|知识产权|著作权)|(?:I{1,2}|[12一二])类.*", words):
        return ""
    if _TRADEMARK.search(words):
        return "none"
    for word, kind in {**_CLASS2, **_CLASS1}.items():
        if word in words:
            return kind
    return "utility" if _SHORT_UTILITY.fullmatch(words) else "none"


def kind_by_number(number: str) -> str:
    """The kind of right that a number tells (`right_number`), "" where it tells none.

    >>> [kind_by_number(right_number(text)) for text in ("ZL202010123456.7", "202120123456.7", "2024SR0123456", "A7")]
    ['invention', 'utility', 'software', '']
    """
    patent = re.fullmatch(r"(?:19|20)\d{2}([1-389])\d{7}", number)
    return _PATENTS[patent[1]] if patent else "software" if re.fullmatch(r"20\d{2}SR\w+", number) else ""


Measure = Callable[[Right], Truth]


def _of(measure: Measure, right: Right) -> Truth:
    """What a measure says of a right, which may not be this firm's."""
    state = measure(right)
    return state if right.sure or state is False else None


def _usable(right: Right) -> Truth:
    return every(right.granted, right.valid, right.unused, right.alone, right.related is not False)


def _countable(right: Right) -> Truth:
    """Whether it is usable and of a kind that counts: a trade mark says nothing of own research."""
    return every(_usable(right), some(right.class1, right.class2))


def _held(right: Right) -> Truth:
    return every(right.granted, right.valid, right.related)


def _tier1(right: Right) -> Truth:
    return every(_held(right), right.settled)


def _first(of: Measure) -> Measure:
    return lambda right: every(right.class1, of(right))


def _second(of: Measure) -> Measure:
    return lambda right: every(right.class2, of(right))


def _tier1_second(right: Right) -> Truth:
    seasoned = right.seasoned if right.kind in ("utility", "design") else right.kind == "software" or None
    return every(_tier1(right), seasoned)


def _leading(right: Right) -> Truth:
    return every(_held(right), right.in_use)


def _giant(right: Right) -> Truth:
    return every(_leading(right), negated(right.acquired), right.top_three)


def _kinds(*kinds: str) -> Measure:
    return lambda right: every(right.kind in kinds if right.kind else None, right.granted, right.valid)


# (column, its definition in the policy) -> which rights it counts
COUNTS: dict[tuple[str, str], Measure] = {
    ("class1_ip", "本次高企申请可用"): _first(_usable),
    ("class2_ip", "本次高企申请可用（仅限使用一次）"): _second(_usable),
    ("class1_ip", "与主要产品（服务）相关的有效知识产权"): _first(_held),
    ("class2_ip", "与主要产品（服务）相关的有效知识产权"): _second(_held),
    ("class1_ip", "与主导产品相关；转让取得不满一年的不计"): _first(_tier1),
    ("class2_ip", "与主导产品相关；实用新型、外观设计须授权满两年"): _second(_tier1_second),
    ("class1_own_rd", ""): _first(lambda right: every(_tier1(right), right.developed)),
    ("class1_ip_leading", "专精特新口径"): _first(_leading),
    ("class1_ip_leading", "小巨人口径"): _first(_giant),
    ("class2_ip_leading", ""): _second(_held),
    ("invention_patents", ""): _kinds("invention"),
    ("utility_models_and_software", ""): _kinds("utility", "software"),
}
_KINDS_OF = {
    "class1": set(_CLASS1.values()), "class2": set(_CLASS2.values()), "invention": {"invention"},
    "utility": {"utility", "software"},
}  # fmt: skip


def may_be_of(entry: Entry, fact: tuple[str, str]) -> bool:
    """Whether a row may be about a fact of COUNTS, by its kind alone."""
    kind = kind_of(entry.text("kind")) or kind_by_number(_number(entry))
    return not kind or kind in _KINDS_OF[fact[0].split("_")[0]]


_OWN, _ACQUIRED_ONLY = ("ip_own_rd", ""), ("ip_only_acquired", "")
FACTS = (*COUNTS, _OWN, _ACQUIRED_ONLY)
_HTE = (("class1_ip", "本次高企申请可用"), ("class2_ip", "本次高企申请可用（仅限使用一次）"))
_UNRELATED = (*_HTE, ("invention_patents", ""), ("utility_models_and_software", ""))
_SETTLED = (
    ("class1_ip", "与主导产品相关；转让取得不满一年的不计"),
    ("class2_ip", "与主导产品相关；实用新型、外观设计须授权满两年"),
    ("class1_own_rd", ""),
)


class _Asked(NamedTuple):
    """Whether somebody asks for the relation to the main product, and for the day of a transfer; whether the register
    says the relation of any right.
    """

    related: bool
    settled: bool
    filled: bool


def count_rights(
    entries: Entries,
    days: Mapping[str, dt.date],
    names: Mapping[str, str],
    formers: Mapping[str, str],
    wanted: Container[tuple[str, str]],
    told: Warnings,
) -> dict[tuple[str, str], dict[str, Bounds]]:
    """(column, definition) -> firm -> how many rights count, at least and at most; the two facts of how they were
    obtained are 0 or 1.

    names, formers: the firms' names and former names, by which an owner is known. wanted: the columns that somebody
    reads; what matters to others only is not marked.
    """
    claims: dict[str, dict[str, Truth]] = {}
    for entry in entries.rows:
        if key := _number(entry):
            said = claims.setdefault(key, {}).get(entry.firm)
            claims[key][entry.firm] = entry.yes("only_here") if said is None else said
    related = entries.fills("related")
    about_products = any(fact in wanted for fact in COUNTS if fact not in _UNRELATED)
    asked = _Asked(about_products, any(fact in wanted for fact in _SETTLED), related)
    facts: dict[tuple[str, str], dict[str, Bounds]] = {key: {} for key in FACTS}
    for firm, rows in entries.by_firm():
        if asked.related and not related:
            problem = "登记表没有“与主要产品相关”一列，有效的知识产权都按相关计"
            told.firm("知识产权", firm, "", problem, COUNTED, T195, "请补填每项是否与主要产品（服务）相关")
        groups: dict[str, list[Right]] = {}
        for entry in rows:
            key = _number(entry)
            name = plain(entry.text("right"))
            key = key or (f"{name}|{kind_of(entry.text('kind'))}" if name else f"row {entry.row}")
            right = _read(entry, days[firm], claims, names.get(firm, ""), formers.get(firm, ""), asked, told)
            if key in groups:
                problem = "和上面一行是同一项知识产权（授权号或名称相同），只计一次"
                told.add("知识产权", entry, _item(entry), problem, COUNTED, T195, "请删去重复的行")
            groups.setdefault(key, []).append(right)
        for fact, measure in COUNTS.items():
            if fact not in wanted:
                continue
            states = [agreed(_of(measure, right) for right in rights) for rights in groups.values()]
            facts[fact][firm] = count(states)
        used = [agreed(_of(_countable, right) for right in rights) for rights in groups.values()]
        own = [agreed(right.developed for right in rights) for rights in groups.values()]
        bought = [agreed(right.acquired for right in rights) for rights in groups.values()]
        facts[_OWN][firm] = _truth(some(*map(every, used, own)))
        facts[_ACQUIRED_ONLY][firm] = _truth(
            every(some(*used), *(some(negated(one), other) for one, other in zip(used, bought, strict=True)))
        )
    return facts


def _truth(state: Truth) -> Bounds:
    return (0, 1) if state is None else (int(state), int(state))


def _item(entry: Entry) -> str:
    return " ".join(filter(None, (entry.text("right"), entry.text("number") or entry.text("application"))))


def _read(
    entry: Entry,
    day: dt.date,
    claims: Mapping[str, Mapping[str, Truth]],
    name: str,
    former: str,
    asked: _Asked,
    told: Warnings,
) -> Right:
    """One row, with what is wrong with it."""
    item = _item(entry)

    written, numbered = kind_of(entry.text("kind")), kind_by_number(_number(entry))
    differ = written in _PATENTS.values() and numbered in _PATENTS.values() and written != numbered
    kind, words = "" if differ else written or numbered, entry.text("kind") + entry.text("legal_state")

    def warn(problem: str, counted: str, do: str, source: str = T195) -> None:
        if kind != "none":
            told.add("知识产权", entry, item, problem, counted, source, do)

    class1, class2 = (None if not kind else kind in group.values() for group in (_CLASS1, _CLASS2))
    if kind == "none":
        problem, do = f"类别“{entry.text('kind')}”不在Ⅰ类、Ⅱ类之列", "商标等不计；若写法不同请改成办法中的名称"
        told.add("知识产权", entry, item, problem, NOT_COUNTED, T195, do)
    elif differ:
        problem = f"类别写“{entry.text('kind')}”，号码却是{_WRITTEN[numbered]}的"
        warn(problem, OPEN, "请按证书更正类别或号码")
    elif not kind:
        warn("看不出是哪一种知识产权，不知属于Ⅰ类还是Ⅱ类", OPEN, "请写明类别，如发明专利、实用新型专利")
    granted = entry.day("granted_on").by(day)
    if _PENDING.search(words):
        granted = False
        warn("尚在申请、审查，没有授权", NOT_COUNTED, "取得授权（证书，或授权通知书与缴费收据）后再计")
    elif granted is None:
        warn("没有写明授权日期，不知申报时是否已授权", OPEN, "请补填授权日期")
    elif not granted:
        warn(f"申报之日（{day}）以后才授权", NOT_COUNTED, "授权后再用于申请")
    ends = entry.day("ends_on")
    valid: Truth = True
    said = override_in(entry.cells, (), day)
    if said is not None and not _ENDED.search(said.words):  # 已解除 is of a pledge, 停止使用 of a product
        said = None
    over = said is not None and said.plain and not _BESIDE.search(remarks_of(entry.cells))
    if _ENDED.search(entry.text("legal_state")) or entry.yes("valid") is False or over:
        valid = False
    elif ends != (None, None):
        valid = negated(ends.by(day - dt.timedelta(days=1)))
    if said is not None:
        valid = every(valid, None)
        told_so = f"写明“{said.words}”" if over else f"写着“{said.words}”，不知是否仍有效"
        warn(told_so, NOT_COUNTED if valid is False else OPEN, "请核对法律状态；仍有效的请改备注")
    elif valid is not True:
        counted = OPEN if valid is None else NOT_COUNTED
        warn(
            f"到申报之日（{day}）已不在有效期内" if counted == NOT_COUNTED else "不知到申报之日是否仍有效",
            counted,
            "请核对法律状态和年费",
        )
    used, written = earlier_use(entry, day)
    if class2 and used is not False:
        counted = NOT_COUNTED if used else OPEN
        problem = "Ⅱ类知识产权已在以前的高企申请中用过" if used else f"看不出{written}说的是不是高企申请"
        warn(problem, counted, "高企申请请换用未用过的Ⅱ类知识产权（只影响高企）")
    relation = entry.yes("related")
    if relation is None and not asked.filled:
        relation = True
    elif relation is None and asked.related:
        warn("没有写是否与主要产品（服务）相关", OPEN, "请补填；科技型中小企业等按相关的计")
    elif relation is False:
        warn("与主要产品（服务）无关", NOT_COUNTED, "不用于申请")
    how = entry.text("obtained")
    developed, acquired = bool(_DEVELOPED.search(how)), bool(_ACQUIRED.search(how))
    known_how = developed != acquired
    if not known_how:
        warn("没有写明获得方式（自主研发，或受让、受赠、并购）", COUNTED, "请补填获得方式，它影响得分")
    bought = entry.day("acquired_on")
    settled: Truth = True if known_how and developed else bought.by(years_before(day, 1))
    if asked.settled and known_how and acquired and settled is not True:
        problem = "受让不满一年" if settled is False else "没有写受让日期，不知是否满一年"
        warn(problem, OPEN if settled is None else NOT_COUNTED, "创新型中小企业等不计受让不满一年的", T63)
    alone, rank = _owners(entry, claims, name, former, warn)
    return Right(
        kind, class1, class2, granted, valid,
        True if class1 else None if used is None else not used,
        alone, relation, entry.yes("in_use"),
        developed if known_how else None, acquired if known_how else None,
        settled, entry.day("granted_on").by(years_before(day, 2)),
        None if rank is None else rank <= 3,
        entry.sure,
    )  # fmt: skip


def _owners(
    entry: Entry, claims: Mapping[str, Mapping[str, Truth]], name: str, former: str, warn: Callable[..., None]
) -> tuple[Truth, float | None]:
    """Whether this firm may be the one that uses the right, and its place among the owners."""
    owners = owners_of(entry.text("owners"))
    rank = entry.number("owner_rank")[0]
    mine = [at for at, owner in enumerate(owners, 1) if name and is_like_name(owner, name, former)]
    if rank is None and mine:
        rank = float(mine[0])
    only, number = entry.yes("only_here"), _number(entry)
    others = {firm: said for firm, said in claims.get(number, {}).items() if firm != entry.firm} if number else {}
    if owners and name and not mine:
        warn(f"权利人（{'、'.join(owners)}）不是本企业", OPEN, "权利人须是申请企业；改名的请补曾用名，转让的请补变更")
        return None, rank
    if only is False:
        warn("由其他权利人使用", NOT_COUNTED, "多个权利人只能由一个使用")
        return False, rank
    if others:
        if only and not any(others.values()):
            return True, rank
        if only is None and sum(said is True for said in others.values()) == 1:
            warn("另一家企业已写明由它使用", NOT_COUNTED, "多个权利人只能由一个使用")
            return False, rank
        firms = "、".join(sorted(others))
        warn(f"同一授权号也列在 {firms} 名下，只能由一个权利人使用", OPEN, "请商定由谁使用，在“由本企业使用”填是或否")
        return None, rank
    if only is None and (len(owners) > 1 or (rank is not None and rank > 1)):
        warn("有多个权利人，只能由一个权利人使用", COUNTED, "请取得其他权利人不使用的声明，并填“由本企业使用”")
    return True, rank
