"""What to do with a need: match it now, ask its firm back, or publish it as a challenge."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from matcher.errors import ArgumentError
from matcher.needs.completeness import ReadNeed, read_all, unsolved
from matcher.needs.parts import PARTS
from matcher.needs.questions import Question, is_technical, questions_of
from matcher.tables.arguments import check_frame
from matcher.tables.cells.texts import shorten
from matcher.tables.columns.hidden_kinds import with_text_kinds
from matcher.tables.rows.ids import find_ids, id_texts

ROUTES = ("match", "ask", "challenge")
COLUMNS = ["need_id", "completeness", "route", "reason", "questions", "asks"]

_SUBSTANCE = ("object", "problem", "indicators", "use", "state", "tried")  # what a search can answer
_ENOUGH_TO_MATCH = 28.0  # points of substance: a thing and its problem described, or one of them with figures
_ENOUGH_TO_PUBLISH = 36.0  # points of substance: a thing, its problem described, and figures or what is around it
_ENOUGH_WITH_FIGURES = 46.0  # the same with a figure, where only the library says that nothing is known
_LABELS = {part.name: part.label for part in PARTS}
_LONGEST = 60
# Needs of people and of money, which no outcome answers: by the title, by the category, and who is to have them
_WANTS = "(?:企业|公司|我司|拟|现|急需|需要?|计划|希望|长期|申请|寻求|解决)*"
_PERSONS = "工程师|技术人员|研发人员|人员|人才|博士|硕士|本科生|技师|技工|工人|主管|经理|总监"
_ELSEWHERE = (
    (
        re.compile(
            rf"{_WANTS}(?:招聘|招募|招收|诚聘|聘用|引进)(?:(?!替代|代替|取代|减少|减轻|监管|管理|系统|设备|装备|机器|技术(?!人员)|解决)[^，,。；;])*(?:{_PERSONS})(?:[若各共]?[\d一二三四五六七八九十两干]*[名人位])?"
        ),
        re.compile("人才(?:引进|需求|招聘|培养)?(?:类|需求)?|招聘"),
        "要的是人才，请转人才、人社部门",
    ),
    (
        re.compile(
            rf"{_WANTS}(?:股权|债权|银行)?(?:融资|贷款|流动资金|资金|授信)(?:需求|缺口|周转|支持|困难|难|问题|额度|贷款)*"
            r"[\d.,~～—-]*(?:[万亿]?元|[万亿])?"
        ),
        re.compile("(?:资金|融资|金融|贷款)(?:支持|服务|需求|类)*"),
        "要的是资金，请转金融部门、银行",
    ),
)
ASK_BACK = "需求说得太少，请先补问（matcher needs triage）"
NOT_TECHNICAL = "不是技术需求"
_OF_BUSINESS = "说的是市场或经营，没有提到要解决的技术问题"
_CATEGORIES = ("需求类别", "需求类型", "类别", "类型")
_YES = (True, 1, "是", "True", "true")


@dataclass(frozen=True)
class TriagedNeed:
    """A need, where it goes (one of ROUTES), why (Chinese), and what to ask its firm."""

    need: ReadNeed
    route: str
    reason: str
    questions: tuple[Question, ...]


def triage(needs: pd.DataFrame, matches: pd.DataFrame | None = None, *, progress: bool = False) -> pd.DataFrame:
    """How complete each need is, what to do with it, and what to ask its firm.

    A need that asks for nothing definite or nothing technical (品牌推广), or with too little to tell which outcome
    would do, goes to "ask". One that is described well enough to be published goes to "challenge" where it says that
    known solutions do not suffice (国内空白, 依赖进口, 多次试验失败 ...), or where it has figures and none of its
    matches is recommended. All others go to "match". One that asks for people or money, by its title or by a column
    需求类别, and tells no technical problem goes to "ask" too: the reason says where it belongs, and there is no
    question.

    Parameters
    ----------
    needs : DataFrame
        As `completeness_parts` takes it.
    matches : DataFrame, optional
        What `match` gave for these needs: `need_id` and `recommended` or `good_match`. A need that has a recommended
        outcome is no challenge unless it calls for one (揭榜). A need that `matches` does not hold is treated as one
        that nobody matched, and logged as a warning by the logger "matcher".
    progress : bool, default False
        Show a bar on standard error.

    Returns
    -------
    DataFrame
        One row a need in the order of `needs`: need_id, completeness (0 to 100), route, reason (Chinese), questions (at
        most five, one a line), asks (how many distinct things are asked; 0 where nothing definite is).

    Raises
    ------
    ArgumentError
        There is no need_id, or `matches` says nowhere what is recommended.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.needs import triage
    >>> needs = pd.DataFrame({"need_id": ["N1"], "title": ["生产线升级"]})
    >>> triage(needs)[["need_id", "route", "asks"]].values.tolist()
    [['N1', 'ask', 0]]
    """
    return triage_table(triage_each(needs, matches, progress=progress))


def triage_each(
    needs: pd.DataFrame, matches: pd.DataFrame | None = None, *, progress: bool = False
) -> list[TriagedNeed]:
    """`triage` with everything that was read, for tables and pages that show it."""
    reads = read_all(needs, progress=progress)
    recommended = {} if matches is None else _recommended(matches, [need.need_id for need in reads])
    triaged = []
    for need, category in zip(reads, _categories(needs), strict=True):
        if elsewhere := _elsewhere(need, category):
            triaged.append(TriagedNeed(need, "ask", f"{NOT_TECHNICAL}：{elsewhere}", ()))
            continue
        answered = recommended.get(need.need_id)
        route, reason = _route(need, answered)
        triaged.append(TriagedNeed(need, route, reason, questions_of(need)))
    return triaged


def triage_table(triaged: list[TriagedNeed]) -> pd.DataFrame:
    """`triage` of needs that are triaged."""
    rows = [
        (
            one.need.need_id,
            one.need.completeness,
            one.route,
            one.reason,
            "\n".join(question.text for question in one.questions),
            one.need.asks,
        )
        for one in triaged
    ]
    return with_text_kinds(pd.DataFrame(rows, columns=COLUMNS).astype({"completeness": "float64", "asks": "int64"}))


def _categories(needs: pd.DataFrame) -> list[str]:
    column = next((name for name in _CATEGORIES if name in needs), None)
    return [""] * len(needs) if column is None else needs[column].fillna("").astype(str).tolist()


def _elsewhere(need: ReadNeed, category: str) -> str:
    """Where a need of people or money belongs; "" for a technical one."""
    title = re.sub(r"\s+", "", need.texts.get("title", "") or need.texts.get("description", ""))
    for titles, categories, where in _ELSEWHERE:
        told = need.points["indicators"] or (need.points["problem"] and not need.only_a_title)
        if (titles.fullmatch(title.strip("。.；;")) or categories.fullmatch(category.strip())) and not told:
            return where
    return ""


def asked_back(needs: pd.DataFrame, reads: list[ReadNeed]) -> list[str]:
    """What a match says of each need that no outcome can answer yet, as it is none of technology (NOT_TECHNICAL) or
    says too little (ASK_BACK); "" for others. reads: `read_all` of the needs.
    """
    said = []
    for need, category in zip(reads, _categories(needs), strict=True):
        if elsewhere := _elsewhere(need, category):
            said.append(f"{NOT_TECHNICAL}：{elsewhere}")
        elif not is_technical(need):
            said.append(f"{NOT_TECHNICAL}：{_OF_BUSINESS}")
        else:
            said.append(ASK_BACK if _route(need, None)[0] == "ask" else "")
    return said


def _recommended(matches: pd.DataFrame, needs: list[str]) -> dict[str, bool]:
    """Whether each need has a recommended outcome; those that `matches` does not hold are left out, and logged."""
    check_frame(matches, "matches", "match(needs, index)")
    column = next((name for name in ("recommended", "good_match") if name in matches), None)
    if column is None or "need_id" not in matches:
        raise ArgumentError("matches has need_id and recommended (or good_match), as match(...) gives them")
    yes = matches[column].map(lambda cell: cell in _YES)
    groups = yes.groupby(id_texts(matches["need_id"])).any()
    any_good = {str(name): bool(good) for name, good in groups.items()}
    found = find_ids(pd.Series(needs, dtype=str), any_good, "匹配结果中没有这些需求，按没有匹配过处理")
    return {need: any_good[name] for need, name in zip(needs, found, strict=True) if name in any_good}


def _route(need: ReadNeed, answered: bool | None) -> tuple[str, str]:
    """answered: whether an outcome is recommended; None where nobody looked."""
    substance = sum(need.points[name] for name in _SUBSTANCE)
    missing = [_LABELS[name] for name in _SUBSTANCE[:4] if not need.points[name]]
    figures = any(one.asked for one in need.figures)
    if not is_technical(need):
        return "ask", _OF_BUSINESS
    if need.only_a_title and not figures:
        return "ask", f"只有名称，没有说明；缺少{'、'.join(missing)}" if missing else "只有名称，没有说明"
    if not need.asks:
        return "ask", f"没有说清要什么；缺少{'、'.join(missing)}" if missing else "没有说清要什么"
    if substance < _ENOUGH_TO_MATCH:
        return "ask", f"说得太少，判断不了哪项成果合用；缺少{'、'.join(missing)}"
    words = unsolved(need)
    quoted = f"需求中说“{shorten(words, _LONGEST)}”"
    if words and substance >= _ENOUGH_TO_PUBLISH and ("揭榜" in words or not answered):
        return "challenge", f"{quoted}，现成的办法不够，内容也够发布"
    if answered is False and figures and substance >= _ENOUGH_WITH_FIGURES:
        return "challenge", "库中没有可推荐的成果，对象、问题和指标都已写明，可以发布征集"
    lacking = "、".join(missing) or "现状和其余指标"
    if answered is False:
        return "match", f"库中没有可推荐的成果，可看排在前面的几项；补上{lacking}后可以发布征集"
    if words and not answered:
        return "match", f"{quoted}；先看有没有现成的成果，补上{lacking}后可以发布征集"
    has = [_LABELS[name] for name in _SUBSTANCE if need.points[name]]
    return "match", f"写明了{'、'.join(has)}" + ("，库中有可推荐的成果" if answered else "，可以先匹配")
