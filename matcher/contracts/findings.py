"""What a register shows of one contract against each rule, as findings with their articles."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from matcher.contracts.relief import EXEMPT_KINDS, Span
from matcher.contracts.rules import OTHER, UNCLEAR, Basis, Edition, Rule, RuleBook, load_rules, read_kind
from matcher.contracts.subjects import clauses_of, stated_end
from matcher.tables.columns.soft_values import why_unknown
from matcher.tables.naming.regions import find_region
from matcher.tables.naming.units import fold_unit
from matcher.tables.naming.writings import fold, fold_id
from matcher.tables.schemas.contracts import FEN
from matcher.tables.schemas.single_commands import TECH_CONTRACTS

UNKNOWN = Span(None, None)
_ELEMENTS = ("kind", "subject", "seller", "buyer", "signed_on")
_NUMBER = re.compile(r"\d{14}")


class ContractRow(NamedTuple):
    """A contract as the checks see it."""

    cells: Mapping[str, Any]
    kind: str
    signed: Span
    applied: Span
    registered: Span
    amount: Span
    technical: Span
    edition: Edition | None


class Finding(NamedTuple):
    """What a rule says of a contract."""

    rule: Rule
    basis: Basis
    text: str
    other: str = ""  # the contract that this one repeats

    @property
    def sentence(self) -> str:
        """The text with its article."""
        return f"{self.text}（{self.basis.article}{'' if self.basis.verified else '，未核实'}）"


def contract_row(cells: Mapping[str, Any], book: RuleBook) -> ContractRow:
    """A row of a register, made ready."""
    signed, applied, registered = (days_of(cells, name) for name in ("signed_on", "applied_on", "registered_on"))
    latest = [day for day in (registered.high, days_of(cells, "accepted_on").high) if day is not None]
    within = applied
    if applied == UNKNOWN:
        within = Span(signed.low, min(latest, default=None))
    edition = book.edition_within(*within)
    money = _money(cells, "amount"), _money(cells, "technical_amount")
    return ContractRow(cells, read_kind(text_of(cells["kind"])), signed, applied, registered, *money, edition)


def _span(cells: Mapping[str, Any], name: str) -> Span:
    """A value of a row, or its bounds where it is known in part."""
    if is_known(cells[name]):
        return Span(cells[name], cells[name])
    ends = (cells.get(f"{name}_{end}") for end in ("min", "max"))
    return Span(*(end if is_known(end) else None for end in ends))


def _money(cells: Mapping[str, Any], name: str) -> Span:
    """Money of a row with its fen, or its bounds in yuan."""
    span, fen = _span(cells, name), cells.get(name + FEN)
    if not is_known(fen) or not fen or not is_known(cells[name]):
        return span
    return Span(*[Decimal(int(cells[name])) + Decimal(int(fen)) / 100] * 2)


def days_of(cells: Mapping[str, Any], name: str) -> Span:
    """A day of a row, or its bounds."""
    return Span(*(None if end is None else pd.Timestamp(end).date() for end in _span(cells, name)))


def is_known(cell: Any) -> bool:
    """Whether a cell holds anything."""
    return cell is not None and not pd.isna(cell)


def text_of(cell: Any) -> str:
    """A cell as text, "" for nothing."""
    return str(cell).strip() if is_known(cell) else ""


def found_by(rule: Rule, edition: Edition | None, **fields: str) -> Iterator[Finding]:
    """The finding of a rule in an edition; where the edition is open, what holds in all of them."""
    if edition is not None:
        if basis := rule.basis.get(edition.id):
            yield Finding(rule, basis, rule.text.format(**fields), fields.get("repeats", ""))
        return
    every = list(rule.basis.values())
    if len(every) < len(load_rules().editions):
        return
    answers = {one.answer for one in every}
    answer = answers.pop() if len(answers) == 1 else "unknown"
    articles = "；".join(dict.fromkeys(one.article for one in every))
    sources = "；".join(dict.fromkeys(one.source for one in every))
    basis = Basis(answer, articles, sources, all(one.verified for one in every))
    yield Finding(rule, basis, rule.text.format(**fields), fields.get("repeats", ""))


def findings_of(
    row: ContractRow, book: RuleBook, on: dt.date | None, *, costs_listed: bool, tracked: bool
) -> Iterator[Finding]:
    """What is found on a contract by itself; `costs_listed`: the register has a column of other costs; `tracked`: it
    says what is registered.
    """
    edition, unread = row.edition, unread_of(row.cells)
    if unread:
        said = "；".join(f"{TECH_CONTRACTS[name].title}{why}" for name, why in unread.items())
        yield from found_by(book.rules["unreadable"], edition, said=said)
    if row.registered == UNKNOWN and (why := why_unknown(TECH_CONTRACTS["registered_on"], row.cells)):
        yield from found_by(book.rules["registered_unreadable"], edition, said=why)
    if row.applied == UNKNOWN and row.registered == UNKNOWN and "applied_on" not in unread:
        yield from found_by(book.rules["not_filed"], edition)
    elif edition is None:
        shown = "没有申请日期，只有登记日期" if "applied_on" not in unread else "申请日期看不懂"
        shown = f"申请日期为 {_shown_days(row.applied)}" if row.applied != UNKNOWN else shown
        yield from found_by(book.rules["no_edition"], None, day=shown)
    yield from _element_findings(row, book, unread)
    yield from _day_findings(row, book)
    yield from _money_findings(row, book, costs_listed, unread)
    yield from _kind_findings(row, book)
    yield from _time_findings(row, book, on, tracked)
    yield from _number_findings(row, book)


def unread_of(cells: Mapping[str, Any]) -> dict[str, str]:
    """The days and amounts that a decision needs and nobody can read, each with what was written and why."""
    needed = ("signed_on", "applied_on", "amount", "technical_amount")
    unknown = [name for name in needed if _span(cells, name) == UNKNOWN]
    return {name: why for name in unknown if (why := why_unknown(TECH_CONTRACTS[name], cells))}


def _element_findings(row: ContractRow, book: RuleBook, unread: Mapping[str, str]) -> Iterator[Finding]:
    cells, edition, rules = row.cells, row.edition, book.rules
    empty = [name for name in _ELEMENTS if name != "signed_on" and not text_of(cells[name])]
    if row.signed == UNKNOWN and "signed_on" not in unread:
        empty.append("signed_on")
    if empty:
        yield from found_by(rules["missing"], edition, fields=_titles(empty))
    if fold(text_of(cells["form"])) in ("口头", "口头合同", "口头形式", "口头订立"):
        yield from found_by(rules["oral"], edition)
    else:
        yield from _name_findings(rules["oral"], row, book, [name_of(row)])
    seller, buyer = party_of(cells, "seller"), party_of(cells, "buyer")
    codes = {text_of(cells[f"{side}_code"]).upper() for side in ("seller", "buyer")}
    if (seller and seller == buyer) or (len(codes) == 1 and "" not in codes):
        yield from found_by(rules["one_party"], edition)
    registrant, imported = _side(row, seller, buyer), cells["imported"]
    imports = is_known(imported) and bool(imported)
    if (registrant == "buyer" and not imports) or (registrant == "seller" and imports and edition is book.editions[-1]):
        who = "买方" if registrant == "buyer" else "技术进口合同的卖方"
        yield from found_by(rules["wrong_registrant"], edition, registrant=who)


def _titles(names: list[str]) -> str:
    return "、".join(TECH_CONTRACTS[name].title for name in names)


def party_of(cells: Mapping[str, Any], side: str) -> str:
    """A party by its name, else by its code."""
    return fold_unit(text_of(cells[side])) or text_of(cells[f"{side}_code"]).upper()


def _side(row: ContractRow, seller: str, buyer: str) -> str:
    """Whether seller or buyer filed; "" where that is not said."""
    written = fold_unit(text_of(row.cells["registrant"]))
    sides = dict.fromkeys((buyer, "买方", "委托方", "受让方"), "buyer")
    sides |= dict.fromkeys((seller, "卖方", "受托方", "让与方", "许可方"), "seller")
    return sides.get(written, "") if written else ""


def _day_findings(row: ContractRow, book: RuleBook) -> Iterator[Finding]:
    steps = (("申请日期", row.applied), ("登记日期", row.registered))
    effect, end = days_of(row.cells, "effective_on"), days_of(row.cells, "valid_until")
    end = stated_end(name_of(row), book) if end == UNKNOWN else end
    for what, day in steps:
        for rule, other, title in (("before_signed", row.signed, "签订日期"), ("before_effect", effect, "生效日期")):
            early = _before(day, other)
            words = {"what": what, "day": _shown_days(day), "signed": _shown_days(other)}
            if early:
                yield from found_by(book.rules[rule], row.edition, **words)
            elif early is None and None not in (*day, *other):
                yield from found_by(book.rules["dates_open"], row.edition, what=what, other=title)
        if _before(end, day) and (what == "申请日期" or row.applied == UNKNOWN):
            words = {"what": what, "day": _shown_days(day), "signed": _shown_days(end)}
            yield from found_by(book.rules["after_end"], row.edition, **words)


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
    return f"{value if isinstance(value, Decimal) else int(value):,} 元"


def _money_findings(
    row: ContractRow, book: RuleBook, costs_listed: bool, unread: Mapping[str, str]
) -> Iterator[Finding]:
    amount, technical, edition, rules = row.amount, row.technical, row.edition, book.rules
    unknown = [name for name in ("amount", "technical_amount") if _span(row.cells, name) == UNKNOWN]
    if missing := [name for name in unknown if name not in unread]:
        royalty = book.wording.words_of(rules["amount_royalty"], name_of(row))[0]
        rule = rules["amount_royalty" if royalty else "amount_missing"]
        yield from found_by(rule, edition, fields=_titles(missing), words=royalty)
    if any(span.high is not None and span.high < 0 for span in (amount, technical)):
        yield from found_by(rules["negative"], edition)
        return
    if _before(amount, technical):
        words = {"technical": _yuan(technical.low), "amount": _yuan(amount.high)}
        yield from found_by(rules["technical_above_total"], edition, **words)
        return
    if not unknown and any(span.low != span.high for span in (amount, technical)):
        yield from found_by(rules["amount_open"], edition)
    reviewed, unreviewed = row.cells["reviewed"], rules["large_unreviewed"]
    if technical.low is not None and technical.low >= book.large and not (is_known(reviewed) and bool(reviewed)):
        denied = is_known(reviewed) or bool(book.wording.words_of(unreviewed, name_of(row))[0])
        rule = unreviewed if denied else rules["large"]
        yield from found_by(rule, edition, technical=_yuan(technical.low), limit=_yuan(book.large))
    listed = row.cells["other_cost"]
    known = is_known(row.cells["amount"]) and is_known(row.cells["technical_amount"])
    if known:
        gap = int(row.cells["amount"] - row.cells["technical_amount"])
        told = "" if gap or is_known(listed) else book.wording.words_of(rules["cost_kept"], name_of(row))[0]
        if told:
            yield from found_by(rules["cost_kept"], edition, words=told)
        elif is_known(listed) and listed != gap:
            yield from found_by(rules["cost_differs"], edition, gap=_yuan(gap), cost=_yuan(listed))
        elif costs_listed and not is_known(listed) and gap:
            yield from found_by(rules["cost_unlisted"], edition)


def _kind_findings(row: ContractRow, book: RuleBook) -> Iterator[Finding]:
    edition, written, rules = row.edition, text_of(row.cells["kind"]), book.rules
    if row.kind in (OTHER, UNCLEAR):
        yield from found_by(rules["other_contract" if row.kind == OTHER else "kind_unclear"], edition, kind=written)
    if row.kind == "XK" and edition is book.editions[0]:
        last = row.applied.high or row.registered.high
        old = last is not None and last < book.licence_since and "实施许可" not in written
        yield from found_by(rules["licence_in_old_rule" if old else "licence_word"], edition, kind=written)
    name = name_of(row)
    for rule in book.facts:
        if not rule.kinds or row.kind in rule.kinds:
            yield from _name_findings(rule, row, book, [name])
    if row.kind not in book.kinds or not name:
        return
    kind, clauses = book.kinds[row.kind], clauses_of(name, book)
    for rule in book.words:
        if row.kind in rule.kinds:
            yield from _name_findings(rule, row, book, clauses)
    named = {code: _words(patterns, name) for code, patterns in book.hints.items()}
    others = [code for code, words in named.items() if words and code != row.kind]
    if others and not named.get(row.kind) and kind.title not in name:
        other = others[0]
        yield from found_by(rules["other_kind_word"], edition, words=named[other], other=book.kinds[other].title)


def name_of(row: ContractRow) -> str:
    """A name folded, without blanks."""
    return re.sub(r"\s+", "", fold(text_of(row.cells["subject"])))


def _name_findings(rule: Rule, row: ContractRow, book: RuleBook, clauses: list[str]) -> Iterator[Finding]:
    """What a rule finds in the clauses of a name; where they only hint at it, a person is asked."""
    found = [book.wording.words_of(rule, clause) for clause in clauses]
    words, stated = "”“".join(dict.fromkeys(one for one, _ in found if one)), any(plain for _, plain in found)
    if not words:
        return
    kind = book.kinds.get(row.kind)
    for one in found_by(rule, row.edition, words=words, kind=kind.title if kind else ""):
        if stated:
            yield one
        else:
            text = book.wording.asking.format(words=words, title=rule.title)
            yield one._replace(basis=replace(one.basis, answer="unknown"), text=text)


def _words(patterns: tuple[re.Pattern[str], ...], name: str) -> str:
    """What the patterns find in a name, joined."""
    return "”“".join(dict.fromkeys(match[0] for pattern in patterns for match in pattern.finditer(name)))


def due_day(row: ContractRow) -> dt.date | None:
    """The last day to decide; None where the day of acceptance, the edition or the size is open."""
    accepted = days_of(row.cells, "accepted_on")
    start = accepted if accepted != UNKNOWN else row.applied
    if row.edition is None or start.low is None or start.low != start.high:
        return None
    large, reviewed = load_rules().large, row.cells["reviewed"]
    if row.edition.days == row.edition.large_days or (is_known(reviewed) and bool(reviewed)):
        return row.edition.due(start.low, large=True)
    if row.technical.low is not None and row.technical.low >= large:
        return row.edition.due(start.low, large=True)
    if row.technical.high is not None and row.technical.high < large:
        return row.edition.due(start.low, large=False)
    return None


def _time_findings(row: ContractRow, book: RuleBook, on: dt.date | None, tracked: bool) -> Iterator[Finding]:
    due = due_day(row)
    if due is None or row.edition is None:
        return
    decided, state = row.registered.low, fold(text_of(row.cells["state"]))
    if decided is None and (on is None or state):
        return
    day = decided or on
    if day is not None and day > due:
        open_ = f"到 {day.isoformat()} 没有登记" if tracked else "表中没有登记日期和登记状态，不知是否已办结"
        said = f"{day.isoformat()} 登记" if decided else open_
        working = "；按周一至周五计，没有扣除节假日" if row.edition.working else ""
        yield from found_by(book.rules["late"], row.edition, due=due.isoformat(), day=said, working=working)


def _number_findings(row: ContractRow, book: RuleBook) -> Iterator[Finding]:
    """The number of fourteen digits: year, province, city, registry, sequence."""
    number = text_of(row.cells["contract_id"])
    if not _NUMBER.fullmatch(number):
        return
    wrong = []
    registered = row.registered.low
    if registered is not None and f"{registered.year % 100:02d}" != number[:2]:
        wrong.append(f"前两位 {number[:2]} 不是登记年份 {registered.year}")
    if find_region(f"{number[2:4]}0000") is None:
        wrong.append(f"第三、四位 {number[2:4]} 不是省级代码")
    if wrong:
        yield from found_by(book.rules["number"], row.edition, what="、".join(wrong))


def tax_findings(row: ContractRow, kinds: Mapping[str, str], book: RuleBook) -> Iterator[Finding]:
    """What is found on relief that was taken; kinds: of all contracts, by their folded ids."""
    exempt, related = row.cells["vat_exempt"], row.cells["related"]
    linked = kinds.get(fold_id(text_of(row.cells["linked_id"])), "")
    if row.kind in ("ZX", "FW") and is_known(exempt) and bool(exempt) and linked not in EXEMPT_KINDS:
        yield from found_by(book.rules["vat_unlinked"], row.edition)
    if row.kind in ("ZR", "XK") and is_known(related) and bool(related):
        yield from found_by(book.rules["related_income"], row.edition)
