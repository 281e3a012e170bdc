"""Contracts against the rules: which edition applies, what a register shows against registration, until when to decide.

Nothing here decides what a contract is about: a name proposes, and a person looks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from matcher.contracts.relief import EXEMPT_KINDS, Span, vat_exemption
from matcher.contracts.rules import OTHER, UNCLEAR, Basis, Edition, Rule, RuleBook, load_rules, read_kind
from matcher.tables.arguments import Day, as_day, check_frame
from matcher.tables.own_schemas import TECH_CONTRACTS
from matcher.tables.reading import Reading, read_table
from matcher.tables.regions import find_region
from matcher.tables.units import fold_unit
from matcher.tables.writings import fold, fold_id

CHECKED = (
    *("contract_id", "subject", "kind", "kind_written", "seller", "seller_code", "buyer", "buyer_code", "region"),
    *("signed_on", "applied_on", "accepted_on", "registered_on", "amount", "technical_amount", "edition", "accepted"),
    *("reasons", "warnings", "unverified", "duplicate_of", "standing", "counted_on", "decide_by", "apply_by"),
    *("vat_exempt_low", "vat_exempt_high", "related", "transfer_income", "outcome_id"),
)
FINDINGS = ("contract_id", "rule", "title", "answer", "text", "article", "source", "verified")
_DROPPED = re.compile("不予|未予|不通过|未通过|注销|撤销|退回|作废")
_PENDING = re.compile("待|未|中$|拟|申请|受理|补正")
_REGISTERED = re.compile("登记|变更|通过|认定|办结")
_ELEMENTS = ("kind", "subject", "seller", "buyer", "signed_on")
_NUMBER = re.compile(r"\d{14}")


class _Row(NamedTuple):
    """A contract as the checks see it."""

    cells: Mapping[str, Any]
    kind: str
    signed: Span
    applied: Span
    registered: Span
    amount: Span
    technical: Span
    edition: Edition | None


class _Finding(NamedTuple):
    rule: Rule
    basis: Basis
    text: str
    other: str = ""  # the contract that this one repeats

    @property
    def sentence(self) -> str:
        """The text with its article."""
        return f"{self.text}（{self.basis.article}{'' if self.basis.verified else '，未核实'}）"


def read_contracts(
    source: str | Path | pd.DataFrame,
    *,
    sheet: str | int | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a register of technology contracts, one row a contract; see `matcher.tables.reading.read_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"合同编号": ["H1"], "项目名称": ["泵壳检测"], "合同成交额（万元）": [50]})
    >>> read_contracts(table).rows[["contract_id", "subject", "amount"]].values.tolist()
    [['H1', '泵壳检测', 500000]]
    """
    return read_table(source, TECH_CONTRACTS, sheet=sheet, columns=columns)


def check_contracts(contracts: pd.DataFrame, *, on: Day | None = None) -> pd.DataFrame:
    """What a register shows of each contract, against the rules of the edition that applies.

    Parameters
    ----------
    contracts
        What `read_contracts` gave, in `.rows`; money in yuan.
    on
        The day for what is not yet decided: overdue decisions, and the edition of contracts that nobody filed yet.

    Returns
    -------
    DataFrame
        One row a contract in the order given, with the columns CHECKED. kind: the title of one of the five kinds, ""
        where the word (`kind_written`) is none. edition: 2001-253 or 2026-miit, by the day of the application; "" where
        that day may lie in either. accepted: no (a rule refuses it), unknown (something is missing, or a person must
        look) or yes (nothing that a register shows stands against it; what the contract is about is judged by a
        person). reasons, warnings: sentences with their articles; warnings do not decide. unverified: whether a deciding
        reason, or the day of the edition's rule, rests on text that nobody saw in force. duplicate_of: the earlier row
        of the same contract. standing: registered, refused or open, for sums: by the state and the day of registration that
        the register gives, and never registered where a rule refuses it; a register that gives neither for any row is
        taken for one of applications, of which those that are accepted stand as registered. counted_on: the day of
        registration, else of the application. decide_by: the last day for the registry's decision (see `Edition.due`), apply_by: for the
        application. vat_exempt_low, vat_exempt_high: yuan of the price free of VAT (see `vat_exemption`). related,
        transfer_income, outcome_id: as given.

    Raises
    ------
    ArgumentTypeError
        contracts is no DataFrame.

    Examples
    --------
    >>> row = {"contract_id": "H1", "kind": "技术开发", "subject": "泵壳检测", "seller": "某大学", "buyer": "某泵业"}
    >>> days = {"signed_on": "2026-03-02", "applied_on": "2026-03-01", "amount": 100, "technical_amount": 80}
    >>> check_contracts(read_contracts(pd.DataFrame([row | days])).rows)[["edition", "accepted"]].values.tolist()
    [['2026-miit', 'no']]
    """
    rows, findings = _checked(contracts, on)
    tracked = any(_text(row.cells["state"]) or row.registered != (None, None) for row in rows)
    return pd.DataFrame(
        [_answer(row, found, on, tracked) for row, found in zip(rows, findings, strict=True)], columns=list(CHECKED)
    ).astype(
        {
            **dict.fromkeys(("signed_on", "applied_on", "accepted_on", "registered_on"), "datetime64[us]"),
            **dict.fromkeys(("counted_on", "decide_by", "apply_by"), "datetime64[us]"),
            **dict.fromkeys(("amount", "technical_amount", "vat_exempt_low", "vat_exempt_high"), "Int64"),
            **{"transfer_income": "Int64", "related": "boolean"},
            "unverified": bool,
        }
    )


def contract_findings(contracts: pd.DataFrame, *, on: Day | None = None) -> pd.DataFrame:
    """What was found on each contract, one row a contract and rule; arguments as of `check_contracts`.

    Returns
    -------
    DataFrame
        contract_id, rule, title, answer (no, unknown, warn), text, article, source, verified; contracts in their order.
    """
    rows, findings = _checked(contracts, on)
    return pd.DataFrame(
        [
            (row.cells["contract_id"], one.rule.id, one.rule.title, one.basis.answer, one.text, *_seen(one.basis))
            for row, found in zip(rows, findings, strict=True)
            for one in found
        ],
        columns=list(FINDINGS),
    )


def _seen(basis: Basis) -> tuple[str, str, bool]:
    return basis.article, basis.source, basis.verified


def _checked(contracts: pd.DataFrame, on: Day | None) -> tuple[list[_Row], list[list[_Finding]]]:
    """The rows and what was found on each; duplicates come last, as they ask which of two was refused."""
    check_frame(contracts, "contracts", "read_contracts(path).rows")
    book, day = load_rules(), None if on is None else as_day(on)
    table = contracts.reindex(columns=list(dict.fromkeys([column.name for column in TECH_CONTRACTS.columns] + list(contracts))))
    rows = [_row(cells, book) for cells in table.to_dict("records")]
    costs_listed = bool(table["other_cost"].notna().any())
    findings = [list(_findings(row, book, day, costs_listed)) for row in rows]
    kinds = {fold_id(str(row.cells["contract_id"])): row.kind for row in rows}
    for row, found in zip(rows, findings, strict=True):
        found.extend(_tax_findings(row, kinds, book))
    for at, (rule, other) in _duplicates(rows, findings).items():
        found = findings[at]
        found.extend(_found(book.rules[rule], rows[at].edition, repeats=other))
    return rows, findings


def _row(cells: Mapping[str, Any], book: RuleBook) -> _Row:
    signed, applied, registered = (_days(cells, name) for name in ("signed_on", "applied_on", "registered_on"))
    latest = [day for day in (registered.high, _days(cells, "accepted_on").high) if day is not None]
    within = applied
    if applied == (None, None):
        within = Span(signed.low, min(latest, default=None))
    edition = book.edition_within(*within)
    money = _span(cells, "amount"), _span(cells, "technical_amount")
    return _Row(cells, read_kind(_text(cells["kind"])), signed, applied, registered, *money, edition)


def _span(cells: Mapping[str, Any], name: str) -> Span:
    """A value of a row, or its bounds where it is known in part."""
    if _known(cells[name]):
        return Span(cells[name], cells[name])
    ends = (cells.get(f"{name}_{end}") for end in ("min", "max"))
    return Span(*(end if _known(end) else None for end in ends))


def _days(cells: Mapping[str, Any], name: str) -> Span:
    return Span(*(None if end is None else pd.Timestamp(end).date() for end in _span(cells, name)))


def _known(cell: Any) -> bool:
    return cell is not None and not pd.isna(cell)


def _text(cell: Any) -> str:
    return str(cell).strip() if _known(cell) else ""


def _found(rule: Rule, edition: Edition | None, **fields: str) -> Iterator[_Finding]:
    """The finding of a rule in an edition; where the edition is open, what holds in all of them."""
    if edition is not None:
        if basis := rule.basis.get(edition.id):
            yield _Finding(rule, basis, rule.text.format(**fields), fields.get("repeats", ""))
        return
    every = list(rule.basis.values())
    if len(every) < len(load_rules().editions):
        return
    answers = {one.answer for one in every}
    answer = answers.pop() if len(answers) == 1 else "unknown"
    articles = "；".join(dict.fromkeys(one.article for one in every))
    sources = "；".join(dict.fromkeys(one.source for one in every))
    basis = Basis(answer, articles, sources, all(one.verified for one in every))
    yield _Finding(rule, basis, rule.text.format(**fields), fields.get("repeats", ""))


def _findings(row: _Row, book: RuleBook, on: dt.date | None, costs_listed: bool) -> Iterator[_Finding]:
    edition = row.edition
    if row.applied == (None, None) and row.registered == (None, None):
        yield from _found(book.rules["not_filed"], edition)
    elif edition is None:
        shown = _shown_days(row.applied) or "（未填）"
        yield from _found(book.rules["no_edition"], None, day=shown)
    yield from _element_findings(row, book)
    yield from _day_findings(row, book)
    yield from _money_findings(row, book, costs_listed)
    yield from _kind_findings(row, book)
    yield from _time_findings(row, book, on)
    yield from _number_findings(row, book)


def _element_findings(row: _Row, book: RuleBook) -> Iterator[_Finding]:
    cells, edition, rules = row.cells, row.edition, book.rules
    empty = [name for name in _ELEMENTS if name != "signed_on" and not _text(cells[name])]
    if row.signed == (None, None):
        empty.append("signed_on")
    if empty:
        yield from _found(rules["missing"], edition, fields=_titles(empty))
    if fold(_text(cells["form"])) in ("口头", "口头合同", "口头形式", "口头订立"):
        yield from _found(rules["oral"], edition)
    seller, buyer = _party(cells, "seller"), _party(cells, "buyer")
    if seller and seller == buyer:
        yield from _found(rules["one_party"], edition)
    registrant, imported = _side(row, seller, buyer), cells["imported"]
    imports = _known(imported) and bool(imported)
    if (registrant == "buyer" and not imports) or (registrant == "seller" and imports and edition is book.editions[-1]):
        who = "买方" if registrant == "buyer" else "技术进口合同的卖方"
        yield from _found(rules["wrong_registrant"], edition, registrant=who)


def _titles(names: list[str]) -> str:
    return "、".join(TECH_CONTRACTS[name].title for name in names)


def _party(cells: Mapping[str, Any], side: str) -> str:
    return _text(cells[f"{side}_code"]).upper() or fold_unit(_text(cells[side]))


def _side(row: _Row, seller: str, buyer: str) -> str:
    """Whether seller or buyer filed; "" where that is not said."""
    written = fold_unit(_text(row.cells["registrant"]))
    names = {fold_unit(_text(row.cells[side])): side for side in ("buyer", "seller")} | {buyer: "buyer", seller: "seller"}
    words = {"卖方": "seller", "受托方": "seller", "让与方": "seller", "许可方": "seller", "买方": "buyer", "委托方": "buyer"}
    return "" if not written else words.get(written, names.get(written, ""))


def _day_findings(row: _Row, book: RuleBook) -> Iterator[_Finding]:
    steps = (("申请日期", row.applied), ("登记日期", row.registered))
    effect, end = _days(row.cells, "effective_on"), _days(row.cells, "valid_until")
    for what, day in steps:
        for rule, other, title in (("before_signed", row.signed, "签订日期"), ("before_effect", effect, "生效日期")):
            early = _before(day, other)
            words = {"what": what, "day": _shown_days(day), "signed": _shown_days(other)}
            if early:
                yield from _found(book.rules[rule], row.edition, **words)
            elif early is None and None not in (*day, *other):
                yield from _found(book.rules["dates_open"], row.edition, what=what, other=title)
        if _before(end, day) and (what == "申请日期" or row.applied == (None, None)):
            words = {"what": what, "day": _shown_days(day), "signed": _shown_days(end)}
            yield from _found(book.rules["after_end"], row.edition, **words)


def _before(left: Span, right: Span) -> bool | None:
    """Whether one lies before the other; None where that is not known."""
    if left.high is not None and right.low is not None and left.high < right.low:
        return True
    if left.low is not None and right.high is not None and left.low >= right.high:
        return False
    return None


def _shown_days(span: Span) -> str:
    ends = [day.isoformat() for day in dict.fromkeys(span) if day is not None]
    return "至".join(ends)


def _yuan(value: Any) -> str:
    return f"{int(value):,} 元"


def _money_findings(row: _Row, book: RuleBook, costs_listed: bool) -> Iterator[_Finding]:
    amount, technical, edition, rules = row.amount, row.technical, row.edition, book.rules
    missing = [name for name in ("amount", "technical_amount") if _span(row.cells, name) == (None, None)]
    if missing:
        yield from _found(rules["amount_missing"], edition, fields=_titles(missing))
    if any(span.high is not None and span.high < 0 for span in (amount, technical)):
        yield from _found(rules["negative"], edition)
        return
    if _before(amount, technical):
        words = {"technical": _yuan(technical.low), "amount": _yuan(amount.high)}
        yield from _found(rules["technical_above_total"], edition, **words)
        return
    if not missing and any(span.low != span.high for span in (amount, technical)):
        yield from _found(rules["amount_open"], edition)
    reviewed = row.cells["reviewed"]
    if technical.low is not None and technical.low >= book.large and not (_known(reviewed) and bool(reviewed)):
        rule = rules["large_unreviewed"] if _known(reviewed) else rules["large"]
        yield from _found(rule, edition, technical=_yuan(technical.low), limit=_yuan(book.large))
    listed = row.cells["other_cost"]
    known = _known(row.cells["amount"]) and _known(row.cells["technical_amount"])
    if known:
        gap = int(row.cells["amount"] - row.cells["technical_amount"])
        if _known(listed) and listed != gap:
            yield from _found(rules["cost_differs"], edition, gap=_yuan(gap), cost=_yuan(listed))
        elif costs_listed and not _known(listed) and gap:
            yield from _found(rules["cost_unlisted"], edition)


def _kind_findings(row: _Row, book: RuleBook) -> Iterator[_Finding]:
    edition, written, rules = row.edition, _text(row.cells["kind"]), book.rules
    if row.kind in (OTHER, UNCLEAR):
        yield from _found(rules["other_contract" if row.kind == OTHER else "kind_unclear"], edition, kind=written)
    if row.kind == "XK" and edition is book.editions[0]:
        last = row.applied.high or row.registered.high
        old = last is not None and last < book.licence_since and "实施许可" not in written
        yield from _found(rules["licence_in_old_rule" if old else "licence_word"], edition, kind=written)
    name = re.sub(r"\s+", "", fold(_text(row.cells["subject"])))
    if row.kind not in book.kinds or not name:
        return
    kind = book.kinds[row.kind]
    for rule in book.words:
        if row.kind in rule.kinds and (words := _words(rule.patterns, name)):
            yield from _found(rule, edition, words=words, kind=kind.title)
    named = {code: _words(patterns, name) for code, patterns in book.hints.items()}
    others = [code for code, words in named.items() if words and code != row.kind]
    if others and not named.get(row.kind) and kind.title not in name:
        other = others[0]
        yield from _found(rules["other_kind_word"], edition, words=named[other], other=book.kinds[other].title)


def _words(patterns: tuple[re.Pattern[str], ...], name: str) -> str:
    """What the patterns find in a name, joined."""
    return "”“".join(dict.fromkeys(match[0] for pattern in patterns for match in pattern.finditer(name)))


def _due(row: _Row) -> dt.date | None:
    """The last day to decide; None where the day of acceptance, the edition or the size is open."""
    accepted = _days(row.cells, "accepted_on")
    start = accepted if accepted != (None, None) else row.applied
    if row.edition is None or start.low is None or start.low != start.high:
        return None
    large, reviewed = load_rules().large, row.cells["reviewed"]
    if row.edition.days == row.edition.large_days or (_known(reviewed) and bool(reviewed)):
        return row.edition.due(start.low, large=True)
    if row.technical.low is not None and row.technical.low >= large:
        return row.edition.due(start.low, large=True)
    if row.technical.high is not None and row.technical.high < large:
        return row.edition.due(start.low, large=False)
    return None


def _time_findings(row: _Row, book: RuleBook, on: dt.date | None) -> Iterator[_Finding]:
    due = _due(row)
    if due is None or row.edition is None:
        return
    decided, state = row.registered.low, fold(_text(row.cells["state"]))
    if decided is None and (on is None or state):
        return
    day = decided or on
    if day is not None and day > due:
        said = f"{day.isoformat()} 登记" if decided else f"到 {day.isoformat()} 没有登记"
        working = "；按周一至周五计，没有扣除节假日" if row.edition.working else ""
        yield from _found(book.rules["late"], row.edition, due=due.isoformat(), day=said, working=working)


def _number_findings(row: _Row, book: RuleBook) -> Iterator[_Finding]:
    """The number of fourteen digits: year, province, city, registry, sequence."""
    number = _text(row.cells["contract_id"])
    if not _NUMBER.fullmatch(number):
        return
    wrong = []
    registered = row.registered.low
    if registered is not None and f"{registered.year % 100:02d}" != number[:2]:
        wrong.append(f"前两位 {number[:2]} 不是登记年份 {registered.year}")
    if find_region(f"{number[2:4]}0000") is None:
        wrong.append(f"第三、四位 {number[2:4]} 不是省级代码")
    if wrong:
        yield from _found(book.rules["number"], row.edition, what="、".join(wrong))


def _tax_findings(row: _Row, kinds: Mapping[str, str], book: RuleBook) -> Iterator[_Finding]:
    exempt, related = row.cells["vat_exempt"], row.cells["related"]
    linked = kinds.get(fold_id(_text(row.cells["linked_id"])), "")
    if row.kind in ("ZX", "FW") and _known(exempt) and bool(exempt) and linked not in EXEMPT_KINDS:
        yield from _found(book.rules["vat_unlinked"], row.edition)
    if row.kind in ("ZR", "XK") and _known(related) and bool(related):
        yield from _found(book.rules["related_income"], row.edition)


def _duplicates(rows: list[_Row], findings: list[list[_Finding]]) -> dict[int, tuple[str, str]]:
    """Row -> the rule on it and the id of the earlier contract; rows that are refused or dropped repeat nothing."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, (row, found) in enumerate(zip(rows, findings, strict=True)):
        name = re.sub(r"\s+", "", fold(_text(row.cells["subject"])))
        key = (name, _party(row.cells, "seller"), _party(row.cells, "buyer"), _text(row.cells["amount"]))
        refused = any(one.basis.answer == "no" for one in found) or _DROPPED.search(_text(row.cells["state"]))
        if all(key) and not refused:
            groups.setdefault(key, []).append(at)
    repeated = {}
    for group in groups.values():
        group.sort(key=lambda at: rows[at].applied.low or rows[at].registered.low or dt.date.max)
        for place, at in enumerate(group[1:], 1):
            same = [one for one in group[:place] if rows[one].signed == rows[at].signed != (None, None)]
            other = (same or group)[0]
            rule = "duplicate" if same else "likely_duplicate"
            repeated[at] = (rule, str(rows[other].cells["contract_id"]))
    return repeated


def _answer(row: _Row, found: list[_Finding], on: Day | None, tracked: bool) -> tuple[Any, ...]:
    book, cells = load_rules(), row.cells
    answers = {one.basis.answer for one in found}
    accepted = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
    deciding = [one for answer in ("no", "unknown") for one in found if one.basis.answer == answer]
    kind = book.kinds.get(row.kind)
    edition = row.edition
    as_if = ""
    if row.applied == (None, None) and row.registered == (None, None) and edition is None and on is not None:
        edition = book.edition_on(as_day(on))
        as_if = f"如在 {as_day(on).isoformat()} 申请，适用{edition.title}" if edition else ""
    reasons = [one.sentence for one in deciding] + ([as_if] if as_if else [])
    if accepted == "yes" and kind is not None and edition is not None:
        reasons = [
            f"表中没有不予登记的情形，适用{edition.title}；是否属于{kind.title}由登记员按合同内容判断（{kind.article}）"
        ]
    standing = _standing(row, accepted, tracked)
    when = row.registered.low or row.applied.low
    end = _days(cells, "valid_until").high if edition is book.editions[-1] else None
    low, high = vat_exemption(row.kind, standing, row.amount, row.technical)
    values = {
        **{name: _text(cells[name]) for name in ("contract_id", "subject", "seller", "seller_code", "buyer", "buyer_code")},
        "kind": kind.title if kind else "",
        "kind_written": _text(cells["kind"]),
        "region": _place(_text(cells["region"])),
        **{name: cells[name] for name in ("signed_on", "applied_on", "accepted_on", "registered_on")},
        **{name: cells[name] for name in ("amount", "technical_amount")},
        "edition": edition.id if edition else "",
        "accepted": accepted,
        "reasons": "；".join(reasons),
        "warnings": "；".join(one.sentence for one in found if one.basis.answer == "warn"),
        "unverified": any(not one.basis.verified for one in deciding) or (accepted == "yes" and edition is book.editions[-1]),
        "duplicate_of": "".join(one.other for one in found),
        "standing": standing,
        "counted_on": when,
        "decide_by": _due(row),
        "apply_by": end,
        "vat_exempt_low": low,
        "vat_exempt_high": high,
        **{name: cells[name] if _known(cells[name]) else None for name in ("related", "transfer_income")},
        "outcome_id": _text(cells["outcome_id"]),
    }
    return tuple(values[name] for name in CHECKED)


def _standing(row: _Row, accepted: str, tracked: bool) -> str:
    """Whether a contract counts as registered, refused or open; `tracked`: the register says what is registered."""
    state = fold(_text(row.cells["state"]))
    if accepted == "no" or _DROPPED.search(state):
        return "refused"
    if not tracked:
        return "registered" if accepted == "yes" else "open"
    if state:
        return "registered" if _REGISTERED.search(state) and not _PENDING.search(state) else "open"
    return "registered" if row.registered != (None, None) else "open"


def _place(text: str) -> str:
    """A region in one writing."""
    region = find_region(text) if text else None
    return "".join(region.names[1:] or region.names) if region else text
