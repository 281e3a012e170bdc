"""What a remark or a state says of its whole row: that it counts no more, that a person must look, or neither.

One reading for all registers. A clause that says it and nothing else (合同已解除, 因雨取消, 2026年6月撤销) is plain
unless another tells that it ended well, was mended later or is about a thing beside it (履行完毕,合同终止; 补正后通过);
one that says it beside other words (某人已于5月31日调离) is for a person to look at; 未撤销, 无取消情形, 曾解除后重签
and 终止妊娠 are neither.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from matcher.tables.cells.dates import Days, read_days
from matcher.tables.cells.texts import as_written, shorten
from matcher.tables.cells.yes_no import read_yesno
from matcher.tables.headers.forms import header_key
from matcher.tables.naming.writings import fold
from matcher.tables.rows.flags import is_flag, says_gone
from matcher.tables.rows.records import PROBLEM_COLUMNS, Problem, cell_of
from matcher.tables.schemas.contracts import Contract

_DAY = (
    r"(?:20)?\d\d(?:年|[-./])(?:\d{1,2}(?:(?:月|[-./])(?:\d{1,2}[日号]?)?)?)?"
    r"|\d{1,2}(?:月(?:\d{1,2}[日号]?)?|[./]\d{1,2}[日号]?)"
)
_OVER = (
    "作废|失效|无效|废止|取消|撤销|撤消|注销|吊销|撤回|撤项|摘牌|撤牌|撤站|解除|解约|解散|关停|终止|停止|放弃|弃权|退出"
    "|调离|调出|调走|离任|离职|卸任|辞职|辞聘|解聘|去世|病故|不再(?:担任|聘任|续聘|承担|服务|合作|实施|执行)"
    "|未成行|未执行|未实施|未开展|未前往|勿计|不计入?|不予(?:统计|计算|计入|认定|登记|通过|立项)|不统计|测试(?:数据|记录|用例|行)|^测试$|误录|误填"
    "|录入(?:错误|有误)|填报有误|重复(?:录入|填报|登记|记录)|(?:审核|审查)?(?:不|未)通过|已?删除|剔除"
)
_LOOK = "整合|合并|并入|暂停|暂缓|中止|核查中|调查中|待核实|存疑|停用|退休|^计划中?$|^拟去$"
_LEAD = (
    rf"(?:{_DAY}|该|本|此|上述|原因|现|已经?|业已|被|于|自|在|起|后|日|经|由|双方|甲方|乙方|企业|单位|本人|个人|县里|市里|主动|自愿|再次|又|协商|协议|一致|同意"
    r"|因故|(?:因|由于)[^,;]{1,8}?|合同|项目|协议|平台|登记|课题|本?[条行次]|记录|特派员|人员|服务|活动|资格|状态|为|[:：])*"
)
_TAIL = (
    "(?:登记|认定|合同|协议|立项|项目|课题|申报|申请|执行|实施|服务|合作|关系|资格|称号|职务|聘任|特派员|公示|记录|统计|合计|总数|使用|挂牌|备案|活动|下乡|处理"
    r"|业绩|该[条行]|本[条行]|了|的|中|\(.*)*"
)
_PLAIN = re.compile(f"{_LEAD}({_OVER}){_TAIL}")
_SAID = re.compile(f"({_OVER}|{_LOOK}){_TAIL}$")
_NOT_SO = re.compile(
    "(?:未(?![缴续][^则将]*$)|没有?|无|不|非|免|勿|防止|避免|如|若|可|拟|申请|误|曾|原(?!因)|前|不得|不存在|不可|不会|是否|尚未|并未|从未|未被|未予|驳回|申诉)[^,;]{0,3}$"
)
_AGAIN = re.compile(
    rf"(?<![未不没可拟待无])(?<!申请)(?<!尚未)(?:恢复|重签|(?:重新|再次)(?!被?(?:{_OVER}))|重启|补签|返聘|更正"
    "|补正|更名|改为|改[期到在]|顺延)"
    "|(?<!不再)(?<![不未])续[签聘]|误[^录填]|后[^未不]{0,2}(?:通过|合格)"
)
_DONE = re.compile("^[^未不]*(?:(?:履行|执行)完(?:毕|成)|结题|已履行|已(?:通过)?验收|验收(?:合格|通过))")
_ENDED = re.compile("(?<!未)(?:期满|届满|到期)")  # after which a contract or a service stops by itself
_NOW = re.compile(
    "^[^由改另]*(?:现[任为]|返乡|创业|(?<![接继离卸责])任(?!务))|(?<![未不拟待])(?:认定|获批|授牌(?!收回|注销))|予以登记|已登记"
    "|^[^未不]*(?:通过|合格)[^,;]{0,2}$"
)
_NOT_BACK = re.compile("[未不没拟待]|申请|中$|^[^,;]*(?:更名|改期|顺延)$")  # 未通过重新认定, 2026年重新组建中
_FIRM_GONE = re.compile("(?:企业|单位|甲方|乙方).*(?:注销|吊销|解散|关停)(?!合同|协议|项目|认定|资格|称号)")
_UNSAID = re.compile("放弃(?:申请|申报)$|^测试$|中$")  # of what, or whether by now, is not said
_UNCOUNTED = re.compile("不予|不统计|不计|勿计")
_REASON = re.compile(f"^(?:经|因|由于|{_DAY})|[不未缺无非]|逾期|超过|重复|虚假")
_REMARK = re.compile("备注(?:说明|信息)?|情况说明|其他说明|说明|附注|note|remark")


_OF_KINDS = {  # what a remark may say against a row of the tables by which people are matched, ranked, sent or scored
    "needs": "(?:已|自行|内部).{0,4}(?:解决|攻克|签约|下架|关闭)"
    "|已与[^,，;；。未没]{1,16}(?:签约|签订合同|达成合作)(?!意向)"
    "|对接成功|不再(?:征集|需要|寻求|对接)|暂[缓停]|重复|勿[推列]",
    "outcomes": "(?:已|全部).{0,4}(?:转让|卖断|卖给|出售|售出|签约|下架|成交|受让)"
    "|交易(?:已?完成|成功)|(?:独占|独家|排他)(?:许可|授权)|完成人.{0,4}调"
    "|不再(?:转让|推广)|重复|勿[推列]",
    "experts": "去世|逝世|病故|退休|调[离走出]|离[职任]|辞[去职任]|黑名单|失信|不再|不(?:参加|参与|宜)|重复",
    "firms": "注销|吊销|迁[出往至]|外迁|搬[迁离]|放弃|停[产业]|歇业|倒闭|破产|经营异常|失信|黑名单|并入|重复"
    "|同第[\\d一二三四五]|不再|不(?:参加|申报)",
    "villages": "(?:已有|已派|不需要?|无需|不用|暂不)[^,;]{0,4}(?:特派员|派驻|选派|派人|安排)|不需要?派"
    "|搬迁|拆迁|撤村|撤并|并入|重复",
    "commissioners": "借调|(?:不能|无法|不便|不宜)[^,;]{0,4}(?:服务|派驻|参加|下乡)|产假|病假|出国|重复",
    "review_scores": "(?:分数?|本票|此票)?(?:作废|无效)|不计|暂存|草稿|退回|未(?:提交|参加|到会|评)|默认|弃评"
    "|重复提交|误[填评打]",
    "votes": "作废|无效|补投|重投|代投|委托",
}
_OF_KINDS["assessed_outcomes"] = _OF_KINDS["outcomes"]
_READ_ELSEWHERE = ("commissioners",)  # whose override is heeded and told where they are sent
_PARTY = r"[^,;，；、\d]{1,24}"
_GONE = re.compile(  # a remark that says this and nothing else: 已转让3项，剩余2项 says more
    rf"(?:本|该|此)?(?:成果|专利权?|技术|项目|权利)*(?:{_DAY})?(?:均|已经?|全部)+(?:{_DAY})?(?:整体|全部|独占|独家|排他|许可|授权)*"
    rf"(?:转让|卖断|卖|出售|售出|许可|授权)(?:[给予至](?!本|我){_PARTY})?(?<!中)"
)
_GIVEN = re.compile("转让|卖|售|独占|独家|排他")  # not a plain licence, which others may have too
_SECRET = r"(?<!不)涉密|(?<!需签)(?<!签订)保密(?!协议|性|条款)|不(?:宜|予|便|对外)?公开"
_LONGEST = 60  # characters; a longer text tells of more than the row
_AGAINST = {
    name: re.compile(f"(?<![未无没不非免])(?<!没有)(?:{words}|{_SECRET}|作废|撤回|取消|撤销)(?!性|定位|精度|利用|使用)")
    for name, words in _OF_KINDS.items()
}
_FREE = "似已没有可转让的专利权，请核对"
_STATE = re.compile(
    "(?:需求|成果|企业|专家|对接|转化|经营|登记|存续|营业|工商|当前|目前|最新|现)*状态|(?:提交|评审|审核|打分|评分)状态"
)
_OF_OFFER = re.compile(  # of an outcome or a need: what has become of it
    "(?:当前|目前|最新|现|项目|成果|技术|专利|交易|挂牌|成交|转让|许可|转化|发布|上架)*状态"
    "|(?:项目|成果|技术|专利)*(?:交易|挂牌|成交|转让|许可|转化)(?:情况|结果|进展)"
)
_LEGAL = re.compile("(?:当前|最新|现|简单|专利|权利|案件)*(?:法律状态|权利状态|专利状态|案件状态|有效性)(?:/.*)?")
_LAPSED = re.compile(  # of a patent; what holds (有效，2030年届满) or is still looked into (复审中) has not
    "^(?!有效|维持|.*(?:复审|审查)(?:中|请求)|.*(?:维持|有权|有效(?!期届满)|重复授权|备案|登记|授权(?![后失前公无])|无效[^,;]{0,4}驳回|异议)).*"
    "(?<!未)(?<!没有)(?:驳回|失效|终止|撤回|放弃|届满|过期|(?<!部分)无效(?!宣告|请求))"
)
_BESIDE = re.compile(r"(?<=.)\s*[（(，,；;。].*$", re.S)
_OPEN_YET = re.compile("部分|仍|但|尚|还|未|继续|可|意向|初步")  # 是（部分解决）, 否（可许可）
_IN_NAME = re.compile(  # 钱某（已退休）, not 开关（取消键）
    r"[（(]((?:[已现因被于\d][^（）()]{1,11}|[^（）()]{2}|[^（）()]{0,10}(?:取消|撤[回销]|作废|退休|离职|去世|注销|转让|解决)))[)）]\s*$"
)
_UNWILLING = re.compile("(?:暂时?)?不(?:愿意?|同意|接受|可以?|考虑|打算)?(?:转让|许可|转化|出售)?")
_WHETHER = "(?:是否|能否|可否|有无)?"
_OFFERED = (
    "(?:转让|许可|转化|交易|推广|合作|出售)(?:[、/或及和与]?(?:转让|许可|转化|推广|合作))*"  # alone: 是否转化, so far
)
_AGAINST_IF = {  # questions of which an answer speaks against the row: 是否愿意转让 no, 是否已转让 yes
    "outcomes": {
        False: f"(?:(?:愿意?|同意|有意愿?|可以?|接受|拟|仍|还|继续)(?:对外|公开|向企业)?{_OFFERED}|{_OFFERED}意[愿向])",
        True: "已经?(?:转让|出售|售出|成交|卖断|独占许可|签约)",
    },
    "needs": {
        False: "(?:仍|还|继续)(?:有|存在)?(?:有效|需要|需求|征集|对接)|需求有效",
        True: "(?:已经?)?(?:得到)?(?:解决|攻克|签约|对接成功|达成合作|撤[回销]|关闭|取消)",
    },
}
_MOST_NAMED = 8  # rows that one problem names


class Override(NamedTuple):
    """What a remark says. plain: the row counts no more; since: the last day that it may be from, None if unsaid."""

    plain: bool
    words: str
    since: dt.date | None

    def on(self, day: dt.date | None) -> Override:
        """The same on a day: what is from later on is yet to come, and for a person to look at."""
        return self._replace(plain=False) if day is not None and self.since is not None and self.since > day else self


def override_of(text: str) -> Override | None:
    """What a text says of its row; None for nothing.

    >>> [override_of(text) for text in ("未撤销", "无取消情形", "曾解除后重签", "终止妊娠技术", "原合同金额50万元")]
    [None, None, None, None, None]
    >>> override_of("合同已解除，2026.8.3注销").words, override_of("某人已于5月31日调离，由陈某代去").plain
    ('合同已解除', False)
    """
    clauses = _clauses(text)
    said = [_of_clause(clause) for clause in clauses]
    found = [one for one in said if one]
    if not found:
        return None
    sure = [one for at, one in enumerate(said) if one and one.plain and not _doubtful(clauses, said, at)]
    best = (sure or [one for one in found if one.plain] or found)[0]
    since = next((one.since for one in found if one.since), None)
    return best._replace(plain=bool(sure), since=since)


def came_back(text: str) -> bool:
    """Whether a state ends in being there again (2019年撤销，2021年恢复), so that what ended before is past.

    >>> [came_back(text) for text in ("2019年撤销，2021年恢复", "2022年认定，2024年撤销", "撤销，尚未恢复")]
    [True, False, False]
    """
    clauses = _clauses(text)
    last = max((at for at, clause in enumerate(clauses) if re.search(_OVER, clause)), default=len(clauses))
    later = clauses[last + 1 :]
    later += [re.split(_OVER, one)[-1] for one in clauses[last : last + 1] if not _NOT_BACK.search(one)]
    later = [clause for clause in later if not _NOT_BACK.search(clause)]
    return any(_AGAIN.search(clause) or _NOW.search(clause) for clause in later)


def _clauses(text: str) -> list[str]:
    return [clause for clause in re.split("[,;。!\n]+", re.sub(r"[^\S\n]", "", fold(text))) if clause]


def _doubtful(clauses: Sequence[str], said: Sequence[Override | None], at: int) -> bool:
    """Whether the other clauses of a remark tell that what one says is not, or not any more, about the whole row."""
    others = [clause for clause, one in zip(clauses, said, strict=True) if one is None]
    later = [clause for clause, one in zip(clauses[at:], said[at:], strict=True) if one is None]
    of_another = at > 0 and said[at - 1] is None and not _REASON.search(clauses[at - 1])  # 加计扣除,不予登记
    by_itself = re.search("终止|停止|失效|解除", clauses[at]) and any(map(_ENDED.search, others))
    return bool(
        any(map(_AGAIN.search, clauses[at:]))
        or any(map(_DONE.search, others))
        or any(map(_NOW.search, later))
        or _FIRM_GONE.search(clauses[at])
        or (of_another and _UNCOUNTED.search(clauses[at]))
        or by_itself
        or _UNSAID.search(clauses[at])
    )


def _of_clause(clause: str) -> Override | None:
    said = _SAID.search(clause)
    if said is None:
        return None
    plain = bool(_PLAIN.fullmatch(clause))
    doubtful = plain or not _NOT_SO.search(clause[: said.start()])
    return Override(plain, clause, _day(clause[: said.start()])) if doubtful else None


def _day(text: str) -> dt.date | None:
    found = re.search(_DAY, text)
    read = read_days(found[0]) if found else None
    return read.high if isinstance(read, Days) else read if isinstance(read, dt.date) else None


def is_remark(header: str) -> bool:
    """Whether a column holds remarks, by its header or field."""
    return bool(_REMARK.fullmatch(re.sub(r"[\s（(].*", "", header)))


def override_in(row: Mapping[Any, Any], states: Sequence[str] = (), day: dt.date | None = None) -> Override | None:
    """What the remarks of a row, or these columns of states, say of it on a day; the plainest of them."""
    found = sorted(_overrides(row, frozenset(states), day), key=lambda one: not one.plain)
    return found[0] if found else None


def _overrides(row: Mapping[Any, Any], states: frozenset[str], day: dt.date | None) -> Iterator[Override]:
    for name, cell in row.items():
        if isinstance(cell, str) and cell and (name in states or is_remark(str(name))) and (one := override_of(cell)):
            yield one.on(day)


def without_overridden(
    rows: pd.DataFrame, by: str, what: str, *, states: Sequence[str] = (), day: dt.date | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that their remarks and states leave standing, and what is told of the others and of those in doubt.

    by: the column that names a row in what is told; what: what is done with the rows, in a word (计入).
    """
    return left_standing(rows, [override_in(row, states, day) for row in rows.to_dict("records")], by, what)


def left_standing(
    rows: pd.DataFrame, said: Sequence[Override | None], by: str, what: str, *, file: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same as `without_overridden` by what is said of each row."""
    lines = [
        (file, "", None, "备注", str(name), *_told(one, what), True)
        for name, one in zip(rows[by], said, strict=True)
        if one is not None
    ]
    problems = pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
    return rows[[one is None or not one.plain for one in said]], problems


def _told(one: Override, what: str) -> tuple[str, str]:
    if one.plain:
        return f"写明“{one.words}”，没有{what}", f"要{what}请改备注或状态"
    return f"写着“{one.words}”，仍然{what}", f"请核对还应不应{what}；不应的请删去这一行"


def remarks_of(row: Mapping[Any, Any]) -> str:
    """All remarks of a row."""
    return "；".join(cell for name, cell in row.items() if isinstance(cell, str) and cell and is_remark(str(name)))


def remarks_against(
    contract: Contract, headers: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int]
) -> Iterator[Problem]:
    """For each column of remarks and states of a table of one of these kinds one problem that names the rows against
    which it speaks (已转让, 已注销, 已去世, 作废). They are read; a person decides.
    """
    for place, header in enumerate(headers):
        if not may_speak(contract, header):
            continue
        cells = [(number, cell_of(row, place)) for row, number in zip(rows, numbers, strict=True)]
        against = set(filter(_speaker(contract, header), {as_written(cell) for _, cell in cells}))
        said = [
            f"第 {number} 行“{shorten(written, 20)}”"
            for number, cell in cells
            if (written := as_written(cell)) in against
        ]
        if said:
            named = "、".join(said[:_MOST_NAMED]) + ("等" if len(said) > _MOST_NAMED else "")
            if _is_legal(header):
                problem = f"有 {len(said)} 行的专利没有授权或已失效：{named}；这些行照常读入，{_FREE}"
                yield Problem(None, header, "", problem, "推荐时不要当作可转让、许可的专利")
                continue
            problem = f"有 {len(said)} 行写着可能不再算数的话：{named}；这些行照常读入"
            yield Problem(None, header, "", problem, "请核对，不该算的请删去")


def remarks_by_id(rows: pd.DataFrame, contract: Contract) -> dict[str, str]:
    """By its id what is said against a row of a table that was read: 备注“已转让”."""
    own = {column.name for column in contract.columns}
    found: dict[str, str] = {}
    for header in map(str, rows.columns):
        if (header in own and not _names_row(contract, header)) or not may_speak(contract, header):
            continue
        speaks = _speaker(contract, header)
        for name, cell in zip(rows[contract.id_column].astype(str), rows[header], strict=True):
            if speaks(cell):
                said = f"{header}“{as_written(cell)}”" + (f"（{_FREE}）" if _is_legal(header) else "")
                found[name] = "，".join(filter(None, (found.get(name, ""), said)))
    return found


def no_longer_offered(rows: pd.DataFrame, contract: Contract) -> list[bool]:
    """Which outcomes a remark or state says are sold or given away (已转让, 已独占许可给某公司, 作废) and not to be had
    any more: where it says that and nothing else, not 已转让2家，可继续许可, 部分已转让 or 样机已出售.
    """
    own = {column.name for column in contract.columns}
    headers = [name for name in rows.columns if name not in own and may_speak(contract, str(name))]
    gone = [False] * len(rows)
    for header in headers:
        cells = rows[header].tolist()
        sold = _answer_against(contract, str(header)) is True  # 是否已转让
        gone = [
            one or _is_gone(cell) or says_gone(str(header), cell) or (sold and answers_against(contract, header, cell))
            for one, cell in zip(gone, cells, strict=True)
        ]
    return gone


def _is_gone(cell: object) -> bool:
    if not isinstance(cell, str) or not 0 < len(cell) <= _LONGEST:
        return False
    said, text = override_of(cell), fold(cell)
    return bool((said and said.plain) or (_GONE.fullmatch(text) and _GIVEN.search(text)))


def answers_against(contract: Contract, header: str, cell: object) -> bool:
    """Whether a cell answers a question on its row such that the row counts no more: 是 under 是否已解决."""
    against = _answer_against(contract, header)
    if against is None:
        return False
    said = as_written(cell).strip()
    beside = _BESIDE.search(said)  # 是（2025年转让给某公司）
    if beside and _OPEN_YET.search(beside[0]):
        return False
    said = said[: beside.start()] if beside else said
    unwilling = against is False and _UNWILLING.fullmatch(said)
    return bool(unwilling) or read_yesno(said, header) is against


def _answer_against(contract: Contract, header: str) -> bool | None:
    """The answer to a question on the row that speaks against it; None where the header asks no such question."""
    asked = _AGAINST_IF.get(contract.name, {})
    return next((no for no, words in asked.items() if re.fullmatch(_WHETHER + f"(?:{words})", _bare(header))), None)


def may_speak(contract: Contract, header: str) -> bool:
    """Whether a column may speak against its rows: of remarks, states, signs, or a question on the row."""
    if _answer_against(contract, header) is not None:
        return True
    if contract.name == "outcomes" and _is_legal(header):
        return True
    if contract.name in ("outcomes", "needs") and _OF_OFFER.fullmatch(_bare(header)):
        return True
    speaks = _names_row(contract, header) or is_remark(header) or _STATE.fullmatch(_bare(header)) or is_flag(header)
    return contract.name in _AGAINST and bool(speaks)


def _names_row(contract: Contract, header: str) -> bool:
    """Whether a column, by its header or field, says what its rows are called: 姓名, 需求名称."""
    if contract.name not in _AGAINST or not contract.any_of:
        return False
    column = contract[contract.any_of[0]]
    return header_key(header) in map(header_key, (column.title, column.name, *column.headers))


def _is_legal(header: str) -> bool:
    """Whether a column is of the legal state of patents."""
    return bool(_LEGAL.fullmatch(_bare(header)))


def _bare(header: str) -> str:
    return re.sub(r"^\[[^\]]*\]|[\s（(].*", "", header)


def _speaker(contract: Contract, header: str) -> Callable[[object], bool]:
    """Whether a cell under a header speaks against its row."""
    if is_flag(header):
        return partial(says_gone, header)
    if _answer_against(contract, header) is not None:
        return partial(answers_against, contract, header)
    if _names_row(contract, header):
        return lambda cell: bool((beside := _IN_NAME.search(as_written(cell))) and _speaks(contract, "备注", beside[1]))
    return partial(_speaks, contract, header)


def _speaks(contract: Contract, header: str, cell: object) -> bool:
    """Whether a cell of remarks, states or legal states speaks against its row."""
    if not isinstance(cell, str) or not 0 < len(cell) <= _LONGEST:
        return False
    if _is_legal(header):
        text = fold(cell)
        return bool(_LAPSED.search(text)) and not came_back(text)
    said = None if contract.name in _READ_ELSEWHERE else override_of(cell)
    return bool(said or _AGAINST[contract.name].search(fold(cell)))
