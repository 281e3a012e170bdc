"""Which firm a row of another sheet belongs to: by 统一社会信用代码 under a like name, by name only as a proposal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.tables.arguments import check_firms
from matcher.tables.naming.writings import KnownIds

OTHER_WRITING = "企业编号（写法不同）"
LINKS = ("row", "written", "enterprise_id", "name", "how", "joined")

_LEGAL = re.compile(r"(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|集团|公司|总厂|厂)$")
_BRACKETS = re.compile(r"[()（）\[\]【】〔〕\s·.\-_,，、&]+")
_FORMER = re.compile(r"[;；、|\n]+")
_NONE = {
    "无", "没有", "暂无", "未知", "不详", "待定", "待补", "待补充", "待填", "待查", "待编", "待编号", "未编号",
    "待办", "待办理", "未办理",
    "办理中", "正在办理", "待核实", "空", "略", "同上", "none", "null", "nan", "na", "n/a", "#n/a",
}  # fmt: skip
_PLACE = re.compile(r"^(?:中国)?(?:[一-鿿]{2,3}?省)?(?:[一-鿿]{2,3}?市)?(?:[一-鿿]{2,3}?[区县])?")


class Linked(NamedTuple):
    """Rows of a sheet with the firm that each belongs to ("" for none), and how each link came about (LINKS)."""

    rows: pd.DataFrame
    links: pd.DataFrame


def uscc_fault(text: str) -> str | None:
    """What is wrong with a 统一社会信用代码, in Chinese; None where it is right. Checked by python-stdnum."""
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

    code = compact_uscc(text)
    if len(code) > 1 and len(set(code)) == 1:
        return f"全是 {code[0]}，不是代码"
    try:
        uscc.validate(code)
    except InvalidLength:
        old = "（可能是旧的营业执照注册号，或被 Excel 改成了数字）" if len(code) == 15 and code.isdecimal() else ""
        return f"长度应为18位，现为{len(code)}位" + ("（可能被 Excel 改成了数字）" if "E+" in code else old)
    except InvalidChecksum:
        return f"校验位应为 {uscc.calc_check_digit(code[:-1])}"
    except (InvalidFormat, InvalidComponent):
        return "含有不应出现的字符（没有 I、O、S、V、Z）"
    return None


def compact_uscc(text: str) -> str:
    """In upper case and half width, without blanks, dashes and quotes: what may stand between the signs of a code."""
    return re.sub(r"[\s\-‐-―−_·•'’‘`/]+", "", unicodedata.normalize("NFKC", str(text))).upper()


def says_nothing(text: str) -> bool:
    """Whether what stands in the place of an id or a code is none: `-`, `/`, 无, 待办理, 0000."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return not re.search(r"[^\W_0]", plain) or plain in _NONE


def right_codes(texts: pd.Series[Any]) -> pd.Series[Any]:
    """The compact 统一社会信用代码 of every cell that holds a right one, "" elsewhere.

    The check of `uscc_fault` over a whole column at once: GB 32100-2015, a sum of the characters' places weighted by
    the powers of 3, divisible by 31.
    """
    written = texts.fillna("").astype(str)
    plain = written.str.fullmatch(r"[0-9A-Z]*").to_numpy(bool)
    written = written.where(plain, written[~plain].map(compact_uscc))
    formed = written.str.fullmatch(r"[1-9][0-9]{7}[0-9A-HJ-NP-RTUWXY]{10}").to_numpy(bool)
    out = pd.Series("", index=texts.index, dtype=object)
    if formed.any():
        codes = written[formed].to_numpy("U18")
        places = _PLACES[codes.view(np.uint32).reshape(-1, 18)]
        right = (places @ _WEIGHTS % 31 == 0) & (codes != np.array([code[0] * 18 for code in codes.tolist()]))
        out[formed] = np.where(right, codes, "")
    return out


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)] + [1])
_PLACES = np.zeros(128, np.int64)
_PLACES[[ord(sign) for sign in _ALPHABET]] = range(31)


def written_name(name: str) -> str:
    """A company name in the one writing that serves as its id: no blanks, half-width letters, Chinese brackets."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\[{【〔〖<]", "(", re.sub(r"[\]}】〕〗>]", ")", text)).replace("(", "（").replace(")", "）")


def plain_name(name: str) -> str:
    """A company name without brackets, blanks and its legal form: 临沂市某某（集团）有限公司 and 临沂市某某集团 are
    alike.
    """
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", name)).lower()
    while True:
        shorter = _LEGAL.sub("", text)
        if shorter == text or not shorter:
            return text
        text = shorter


def core_name(name: str) -> str:
    """The plain name without a place in front, where at least two signs are left."""
    plain = plain_name(name)
    core = _PLACE.sub("", plain, count=1)
    return core if len(core) >= 2 else plain


_REMARK = re.compile(r"[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]")
_SAYS = re.compile(
    r"^(?:原名?|曾用名|曾名|前身|又名|别名|简称|现名?|[现已]?更名|规[上下]|规模以|限[上下]|四上|高企|新[入升]|已|拟)"
)
_OF_FORM = re.compile("合伙|独资|个体|集团|控股|股份")


def without_remarks(name: str) -> str:
    """A company name without what stands in brackets and is no part of it: a former name, 规上, anything behind the
    legal form but a form itself.

    Examples
    --------
    >>> names = ["虚构甲公司（原虚构甲厂）", "虚构（山东）公司(规上)", "虚构中心（有限合伙）"]
    >>> [without_remarks(name) for name in names]
    ['虚构甲公司', '虚构（山东）公司', '虚构中心（有限合伙）']
    """

    def kept(bracket: re.Match[str]) -> str:
        behind = has_legal_form(name[: bracket.start()]) and not _OF_FORM.search(bracket[1])
        return "" if behind or _SAYS.match(bracket[1].strip()) else bracket[0]

    return _REMARK.sub(kept, name).strip() or name


def former_names(text: str) -> list[str]:
    """The names of a cell of former names."""
    return [part.strip() for part in _FORMER.split(text) if part.strip()]


def is_like_name(name: str, other: str, former: str = "") -> bool:
    """Whether two names can be one firm's: alike but for writing, place and legal form, one the other with signs left
    out, or one a former name of the firm. A name that is not known contradicts nothing.

    Examples
    --------
    >>> is_like_name("虚构甲有限公司", "虚构乙有限公司"), is_like_name("临沂虚构甲公司", "临沂市虚构甲有限公司")
    (False, True)
    """
    if not name or not other:
        return True
    one = core_name(name)
    for text in (other, *former_names(former)):
        short, long = sorted((one, core_name(text)), key=len)
        signs = iter(long)
        if len(short) >= 2 and all(sign in signs for sign in short):  # in this order
            return True
        if short == long:
            return True
    return False


def has_legal_form(name: str) -> bool:
    """Whether a company name ends in a legal form, as a full one does: 虚构有限公司, and not 虚构."""
    return _LEGAL.search(name.strip()) is not None


def full_names(shorts: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Each short name (one without a legal form, of three signs or more) and the one full name that has its signs in a
    row; those that none or several have are left out.

    Examples
    --------
    >>> full_names(["鲁南重工", "山东重工"], ["山东鲁南重工机械有限公司", "山东重工甲公司", "山东重工乙公司"])
    {'鲁南重工': '山东鲁南重工机械有限公司'}
    """
    wanted = {name: plain_name(name) for name in shorts if not has_legal_form(name)}
    wanted = {name: plain for name, plain in wanted.items() if len(plain) >= 3}
    having: dict[str, set[str]] = {plain[:3]: set() for plain in wanted.values()}
    for name in names if wanted else ():
        if has_legal_form(name):
            plain = plain_name(name)
            for start in range(len(plain) - 2):
                if plain[start : start + 3] in having:
                    having[plain[start : start + 3]].add(name)
    found = {name: [full for full in having[plain[:3]] if plain in plain_name(full)] for name, plain in wanted.items()}
    return {name: fulls[0] for name, fulls in found.items() if len(fulls) == 1}


def coded_twins(firms: pd.DataFrame) -> dict[str, str]:
    """Firms that are known by their name alone, and the one firm of that name that has a code: id -> id.

    A row without a code became a firm of its own; full names are unique where firms are registered, so what is said of
    the name is said of the one with a code.
    """
    if "name" not in firms or "uscc" not in firms:
        return {}
    firms = firms.reset_index(drop=True)
    names, coded = firms["name"].map(_cell).map(plain_name), right_codes(firms["uscc"]).ne("").to_numpy(bool)
    ids = firms["enterprise_id"].astype(str)
    full = firms["name"].map(_cell).map(has_legal_form).to_numpy(bool)
    owners = ids[coded & full].groupby(names[coded & full]).agg(list)
    alone = ids[~coded & full & ids.map(plain_name).eq(names)]
    found = {name: owners.get(names[at], []) for at, name in alone.items()}
    return {name: owner[0] for name, owner in found.items() if len(owner) == 1}


def find_firm(firms: pd.DataFrame, written: str) -> str:
    """The enterprise_id that somebody means by an id, a 统一社会信用代码 or a name; "" where none or several fit.

    Of firms of one name the one with a code is meant, see `coded_twins`.
    """
    firms = firms.reset_index(drop=True)
    ids = firms["enterprise_id"].astype(str)
    twins = coded_twins(firms)
    if found_id := KnownIds(ids).find(written):
        return twins.get(found_id, found_id)
    rows = np.zeros(len(firms), bool)
    code = compact_uscc(written)
    if uscc_fault(code) is None and "uscc" in firms:
        rows = (right_codes(firms["uscc"]) == code).to_numpy(bool)
    if not rows.any() and "name" in firms:
        for form in (written_name, plain_name):
            rows = firms["name"].map(_cell).map(form).eq(form(written)).to_numpy(bool)
            if rows.any():
                break
    found = ids[rows].replace(twins).unique()
    return str(found[0]) if len(found) == 1 and written.strip() else ""


def link(
    records: pd.DataFrame,
    firms: pd.DataFrame,
    *,
    accepted: Mapping[int, str] | None = None,
    same_name: bool = False,
) -> Linked:
    """Find the firm of every record.

    A record is joined by its `enterprise_id`, also in another writing where one firm has it so; an id that
    differs by signs between its letters and digits (F-1, F1) is a proposal. Else it is joined by a right
    统一社会信用代码 that one firm has under a like name (`is_like_name`); under quite another name that firm is a
    proposal. Otherwise a firm with the same name, former name, name without legal form, name without place and
    legal form, or, where the row has no right code, a name of which the written one is a short form
    (`full_names`) is proposed where there is exactly one; a proposal is joined only when it was accepted. A code that
    is wrong never joins; `-`, 无 and the like are no code.

    Parameters
    ----------
    records, firms
        Each may have `uscc` and `name`, the records `enterprise_id`; the firms have it, and may have `former_names`
        (joined by ";").
    accepted
        Record number (from 0) -> enterprise_id: proposals that somebody confirmed.
    same_name
        Whether somebody confirmed every record without a code that has the very name of one firm alone.

    Returns
    -------
    Linked
        `rows`: the records with `enterprise_id` ("" where not joined). `links`, one row per record: row (from 0),
        written, enterprise_id, name, how (Chinese; names what is wrong with a code), joined.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When one of the two is no table, or the firms have no `enterprise_id`.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "name": ["临沂市甲科技有限公司"]})
    >>> link(pd.DataFrame({"name": ["甲科技有限公司"]}), firms).links[["enterprise_id", "how"]].values.tolist()
    [['a', '去掉地名后相同，待确认']]
    """
    check_firms(records, name="records")
    check_firms(firms, "enterprise_id")
    accepted = accepted or {}
    own_ids, own_names, own_formers = (_texts(firms, name) for name in ("enterprise_id", "name", "former_names"))
    ids, bare_ids = KnownIds(own_ids), _bare_ids(own_ids)
    by_code: dict[str, set[str]] = {}
    by_name: list[tuple[str, dict[str, set[str]]]] = [
        ("名称相同", {}),
        ("曾用名相同", {}),
        ("名称规范化后相同", {}),
        ("去掉地名后相同", {}),
    ]
    names: dict[str, str] = {}
    formers: dict[str, str] = {}
    own_codes = right_codes(pd.Series(_texts(firms, "uscc"), dtype=object)).tolist()
    for firm_id, name, former_text, code in zip(own_ids, own_names, own_formers, own_codes, strict=True):
        names[firm_id], formers[firm_id] = name, former_text
        for one in {code, firm_id}:
            if one and (one == code or uscc_fault(one) is None):
                by_code.setdefault(one, set()).add(firm_id)
        former = former_names(formers[firm_id])
        for (_, table), keys in zip(
            by_name,
            (
                [written_name(name)],
                map(written_name, former),
                [plain_name(n) for n in [name, *former]],
                [core_name(n) for n in [name, *former]],
            ),
            strict=True,
        ):
            for key in keys:
                if key:
                    table.setdefault(key, set()).add(firm_id)
    links: list[tuple[Any, ...]] = []
    written, codes, given_ids = (_texts(records, name) for name in ("name", "uscc", "enterprise_id"))
    right = right_codes(pd.Series(codes, dtype=object)).tolist()
    by_full = {name: next(iter(firms_of)) for name, firms_of in by_name[0][1].items() if len(firms_of) == 1}
    shorts = full_names(sorted({*written} - by_full.keys()), [*by_full])
    for row, (name, code, known, given) in enumerate(zip(written, codes, right, given_ids, strict=True)):
        code = known or compact_uscc(code)
        code = "" if not known and code.strip("0") and says_nothing(code) else code
        firm_id, how, sure = "", "没有找到", False
        fault = uscc_fault(code) if code and not known else None
        if found := ids.find(given):
            firm_id, how, sure = found, "企业编号" if found == given else OTHER_WRITING, True
        elif code and fault is None and len(by_code.get(code, ())) == 1:
            firm_id, how, sure = next(iter(by_code[code])), "统一社会信用代码", True
            if not is_like_name(name, names[firm_id], formers[firm_id]):
                how, sure = f"统一社会信用代码是“{names[firm_id]}”的，名称不同，待确认", False
        elif (found := bare_ids.get(_bare(given), "")) and (
            name == given or is_like_name(name, names[found], formers[found])
        ):
            firm_id, how = found, f"企业编号“{given}”只差符号，待确认"
        elif name:
            forms = (written_name(name), written_name(name), plain_name(name), core_name(name))
            for (words, table), key in zip(by_name, forms, strict=True):
                if len(table.get(key, ())) == 1:
                    firm_id, how = next(iter(table[key])), f"{words}，待确认"
                    if same_name and words == "名称相同" and not code:
                        how, sure = f"{words}，使用者确认", True
                    break
                if len(table.get(key, ())) > 1:
                    how = f"{words}的有 {len(table[key])} 家，不能确定"
                    break
            else:
                if not known and (full := by_full.get(shorts.get(name, ""), "")):
                    firm_id, how = full, "是其名称的简称，待确认"
        if fault is not None:
            how = f"信用代码{fault}；{how}"
        if accepted.get(row):
            firm_id, how, sure = accepted[row], "使用者确认", accepted[row] in ids
        links.append((row, name or code, firm_id, names.get(firm_id, ""), how, sure))
    out = records.copy()
    out["enterprise_id"] = [firm_id if sure else "" for _, _, firm_id, _, _, sure in links]
    return Linked(out, pd.DataFrame(links, columns=list(LINKS)))


def _bare(text: str) -> str:
    """The letters and digits of an id."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).upper()


def _bare_ids(ids: Sequence[str]) -> dict[str, str]:
    """Ids by their letters and digits, where one alone has these."""
    having: dict[str, set[str]] = {}
    for one in ids:
        having.setdefault(_bare(one), set()).add(one)
    return {bare: found.pop() for bare, found in having.items() if bare and len(found) == 1}


def _texts(table: pd.DataFrame, name: str) -> list[str]:
    """The cells of a column as texts, "" for nothing and where the table has no such column."""
    return [_cell(value) for value in table[name].tolist()] if name in table else [""] * len(table)


def _cell(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value).strip()
