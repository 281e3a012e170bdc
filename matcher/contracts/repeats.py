"""Contracts that a register holds more than once, also in other writings: rows in, which each repeats and how surely.

Surely the same: name, parties, amount and day of signature are equal, or the number is but written differently (JS-001,
JS001) and the rest is alike; the earliest counts. Likely the same: the rest is alike, the number another; all count.
A supplement (JS-010补1) whose remark gives the sum now (以本行为准, 金额变更为) counts in the contract's place.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from matcher.contracts.findings import UNKNOWN, ContractRow, name_of, party_of, text_of
from matcher.tables.naming.names import bare_unit
from matcher.tables.naming.units import same_units
from matcher.tables.naming.writings import fold, fold_id
from matcher.tables.reading import PROBLEM_COLUMNS
from matcher.tables.rows.remarks import remarks_of

SURE, NUMBER, OPEN, LIKELY = "duplicate", "same_number", "likely_duplicate", "likely_same"
REPLACED, SUPPLEMENT = "replaced", "supplement"
COUNTED = (LIKELY, SUPPLEMENT)  # both of two contracts count, and a person is asked
_SUPPLEMENT = re.compile(r"(.+?)(?:补充?|增补|变更|修订)(?:协议|合同)?\d{0,2}")
_SUM = "(?:合同)?总?(?:金额|合同额|成交额|总额|价款|总价)"
_REPLACES = re.compile(
    r"(?:\([^()]*\)|[\d年月日./-]|[原现本该此]|经|双方|协商|一致|同意|按|补充|合同|协议|的|将|把|后|请|均|一律|统计)*"
    rf"(?:(?:{_SUM})?以[本此该][行条]为准|替代原合同"
    rf"|(?:{_SUM})(?:[由从]?约?[\d.,]+[亿万]?元?)?(?:变更|调整|修改|修订)(?:后)?(?:为|至|成)?:?[\d.,]+[亿万]?元?.{{0,8}}"
    rf"|(?:变更|调整|修改|修订)(?:为|后{_SUM}(?:为|是|共|:)?)[\d.,]+[亿万]?元.{{0,8}}|(?<=现合同){_SUM}(?:为|是|共|:)?[\d.,]+.*)"
)
_ADDS = re.compile("增加|增补|增付|新增|追加|另加|另付|加付|补付")
_ALIKE = 0.85  # of two names' characters in order; only proposes pairs, which a person looks at
_FILLING = re.compile(r"[^\w]|_|关于|(?:委托|合作)?(?:开发|服务|咨询|转让)?(?:合同书?|协议书?|项目)$|的")
_MARKERS = re.compile("[0-9a-z零一二三四五六七八九十百甲乙丙丁戊己庚辛上中下东南西北]")


def repeats_of(rows: Sequence[ContractRow], counted: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Row -> the rule on it and the id of the earlier contract; counted: the rows neither refused nor dropped."""
    order = sorted(counted, key=lambda at: rows[at].applied.low or rows[at].registered.low or dt.date.max)
    repeated = _in_one_writing(rows, order)
    for first, later in _supplements(rows, order):
        ids = [str(rows[at].cells["contract_id"]) for at in (first, later)]
        if _gives_the_sum(remarks_of(rows[later].cells)):
            repeated[first] = (REPLACED, ids[1])
        else:
            repeated.setdefault(later, (SUPPLEMENT, ids[0]))
    for first, later in _alike(rows, [at for at in order if at not in repeated]):
        if later not in repeated or repeated[later][0] == LIKELY:
            ids = [str(rows[at].cells["contract_id"]) for at in (first, later)]
            rule = NUMBER if _number(ids[0]) == _number(ids[1]) else LIKELY
            if first not in repeated and (later not in repeated or rule == NUMBER):
                repeated[later] = (rule, ids[0])
    return repeated


def _gives_the_sum(remark: str) -> bool:
    """Whether a clause of the remark is the sum as it is now, and none tells of more money beside the contract's."""
    clauses = re.split(r"[;。!\n]+|,(?!(?<=\d,)\d{3}(?!\d))", re.sub(r"[^\S\n]", "", fold(remark)))
    return not _ADDS.search(remark) and any(map(_REPLACES.fullmatch, clauses))


def _supplements(rows: Sequence[ContractRow], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """A contract and its supplement: of its number with 补1 or 变更 behind, between the same parties."""
    numbers = {_number(str(rows[at].cells["contract_id"])): at for at in order}
    for at in order:
        found = _SUPPLEMENT.fullmatch(_number(str(rows[at].cells["contract_id"])))
        first = numbers.get(found[1], at) if found else at
        sides = [[party_of(rows[one].cells, side) for side in ("seller", "buyer")] for one in (first, at)]
        if first != at and sides[0] == sides[1]:
            yield first, at


def _in_one_writing(rows: Sequence[ContractRow], order: Sequence[int]) -> dict[int, tuple[str, str]]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for at in order:
        cells = rows[at].cells
        key = (name_of(rows[at]), party_of(cells, "seller"), party_of(cells, "buyer"), text_of(cells["amount"]))
        if all(key):
            groups.setdefault((*key, str(rows[at].amount.low)), []).append(at)  # with its fen
    repeated = {}
    for group in groups.values():
        for place, at in enumerate(group[1:], 1):
            same = [one for one in group[:place] if rows[one].signed == rows[at].signed != UNKNOWN]
            other = (same or group)[0]
            repeated[at] = (SURE if same else OPEN, str(rows[other].cells["contract_id"]))
    return repeated


def _alike(rows: Sequence[ContractRow], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of one day of signature and one amount, with parties that may be the same and names nearly the same."""
    groups: dict[tuple[dt.date, str], list[int]] = {}
    for at in order:
        signed, amount = rows[at].signed, rows[at].amount
        exact = signed.low is not None and signed.low == signed.high and amount.low is not None
        if exact and amount.low == amount.high and amount.low > 0:
            groups.setdefault((signed.low, str(amount.low)), []).append(at)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    pairs = [(one, two) for one, two in pairs if _near(name_of(rows[one]), name_of(rows[two]))]
    if not pairs:
        return
    cells = sorted({_party(rows[at], side) for pair in pairs for at in pair for side in ("seller", "buyer")} - {""})
    table = same_units(cells, cells)
    units = set(zip(table["left"], table["right"], strict=True))
    for one, two in sorted(pairs, key=lambda pair: (order.index(pair[1]), order.index(pair[0]))):
        if all(_may_be_one(rows[one], rows[two], side, units) for side in ("seller", "buyer")):
            yield one, two


def _party(row: ContractRow, side: str) -> str:
    return bare_unit(text_of(row.cells[side]))


def _may_be_one(one: ContractRow, two: ContractRow, side: str, units: set[tuple[str, str]]) -> bool:
    codes = [text_of(row.cells[f"{side}_code"]).upper() for row in (one, two)]
    if all(codes):
        return codes[0] == codes[1]
    return (_party(one, side), _party(two, side)) in units


def _near(one: str, two: str) -> bool:
    """Whether two names may be writings of one: nearly equal, and with the same numbers and letters (一期, 二期)."""
    left, right = (_FILLING.sub("", name) or name for name in (one, two))
    if not left or _MARKERS.findall(left) != _MARKERS.findall(right):
        return False
    return left == right or difflib.SequenceMatcher(None, left, right, autojunk=False).ratio() >= _ALIKE


def _number(contract_id: str) -> str:
    return re.sub(r"[\W_]", "", fold_id(contract_id))


def repeat_problems(checked: pd.DataFrame, *, file: str = "") -> pd.DataFrame:
    """The contracts that are or may be in a register more than once, as a list of problems (PROBLEM_COLUMNS).

    checked: what `check_contracts` gave. Every row stays in it; the list says which are counted.
    """
    lines = []
    for row in checked.to_dict("records"):
        number = str(row["contract_id"])
        if other := row["duplicate_of"]:
            once = row["standing"] == "refused"
            action = "只计其中一份；请核对" if once else "请核对是不是同一份合同"
            said = f"与 {other} 是同一份合同" if once else f"与 {other} 疑似同一份合同"
        elif (other := row["likely_repeat_id"]) and _SUPPLEMENT.fullmatch(_number(number)):
            action = "两份都计入合计；金额如是变更后的，请在备注写明“以本行为准”"
            said = f"是 {other} 的补充或变更，看不出金额是增加的还是变更后的"
        elif other := row["likely_repeat_id"]:
            action, said = "两份都计入合计；如是同一份，请删去一行", f"与 {other} 很可能是同一份合同"
        else:
            continue
        lines.append((file, "", None, "合同编号", number, said, action, True))
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})
