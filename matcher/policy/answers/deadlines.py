"""What is due when, firm by firm: terms of titles, yearly duties, changes to report, rounds, and when a firm may apply.

The days stand in `calendar.yaml`, each with its source; what the sources do not say stays without a day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matcher.errors import ArgumentError
from matcher.policy.answers.advice import ask_first
from matcher.policy.answers.waiting import first_day
from matcher.policy.firms.facts import EPOCH, Notes, bounds_of, column_values, problem_table
from matcher.policy.language.loader import named_faults, need, read_yaml
from matcher.policy.language.model import FactColumn
from matcher.policy.policy import Policies, load_policies
from matcher.tables.arguments import Day, as_day, check_firms
from matcher.tables.cells.dates import Days, later, read_days
from matcher.tables.naming.regions import find_region

DEADLINES = (
    "enterprise_id", "name", "policy", "kind", "event", "due", "due_text", "days_left", "what_to_do", "source",
    "verified",
)  # fmt: skip
_NUMBER = re.compile(r"(20\d\d)(\d{6})[0-9A-Za-z]{8}")
_NONE = "未见"


@lru_cache(maxsize=1)
def _book() -> dict[str, Any]:
    """The file of days, as read."""
    path = Path(str(files("matcher.policy.answers") / "calendar.yaml"))
    of = {"duties": ("policy", "day", "does"), "changes": ("policy", "months", "does"), "rounds": ("policy", "place")}
    more: dict[str, tuple[str, ...]] = {"rounds": ("name", "stage", "opens", "closes", "note")}
    with named_faults(str(path)):
        tree = need(read_yaml(path), "file", ("places", "titles", *of), ("places", "titles", *of))
        for name, node in tree["titles"].items():
            asked = ("title", "on", "valid", "years", "ends", "source")
            need(node, f"title {name}", (*asked, "verified"), asked)
        for section, keys in of.items():
            for node in tree[section]:
                need(node, section, (*keys, *more.get(section, ()), "source", "verified"), ("policy", "source"))
        return tree


class _Due(NamedTuple):
    """One thing that is due: between two days (equal where the day is known, none where nothing is)."""

    policy: str
    kind: str
    event: str
    low: dt.date | None
    high: dt.date | None
    act: str
    source: str
    verified: bool


class Calendar(NamedTuple):
    """The long table of `deadlines`, and what was wrong with the figures behind it."""

    table: pd.DataFrame
    problems: pd.DataFrame


def deadlines(
    firms: pd.DataFrame, *, on: Day, until: Day | None = None, place: str = "", policy: Policies = ()
) -> Calendar:
    """What is due for every firm from a day on: terms, yearly duties, changes to report, rounds, and what is not said.

    Parameters
    ----------
    firms
        One row per firm, with what is known of its titles: the columns of `hte-may-apply` and those that
        `calendar.yaml` names (`srdi_on`, `srdi_valid`, ...), `tech_sme_number`, `changed_on` (a change that must be
        reported), `region`, `uscc`.
    on, until
        The first and the last day, dates or ISO text; by default a year. What has run out before is listed too.
    place
        The province of firms of which neither `region` nor `uscc` says one.
    policy
        Only these titles (`hte`, `tech-sme`, ...); by default all.

    Returns
    -------
    Calendar
        `table`, one row per firm and thing that is due, firms in the order of the table, days ascending, those without
        a day last: enterprise_id, name, policy (title), kind (term, duty, change, round, apply, unpublished), event,
        due (missing where no day is known), due_text (says so, and what is known: a month, a year), days_left (to the
        first day that is possible; 0: that may be today, negative: past), what_to_do, source, verified. `problems`: as
        `score` gives them.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When `firms` is no table, a day is none, `until` is before `on`, or `place` is no place of China.
    PolicyError
        When a policy is not known.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "srdi_on": ["2024-07-01"]})
    >>> deadlines(firms, on="2026-11-24").table[["kind", "due_text"]].values.tolist()[:1]
    [['duty', '2027-05-31']]
    """
    day = as_day(on)
    last = later(day, years=1) if until is None else as_day(until, "until")
    if last < day:
        raise ArgumentError(f"截至日期（{last}）早于判断日期（{day}）")
    book = _book()
    default = _place(place, "", book["places"])
    if place and not default:
        raise ArgumentError(f"“{place}”不是一个省；请写如 浙江、山东省")
    check_firms(firms)
    wanted = {one.id for one in load_policies(policy)} or set(book["titles"])
    if unknown := sorted(wanted - set(book["titles"])):
        raise ArgumentError(f"日历里没有 {unknown[0]}；有：{'、'.join(book['titles'])}")
    firms = (
        firms if "enterprise_id" in firms else firms.assign(enterprise_id=[str(n) for n in range(1, len(firms) + 1)])
    )
    notes = Notes("")
    known = _Known(firms, notes)
    held = {name: known.title(name, node) for name, node in book["titles"].items()}
    may = _may_apply(firms, day)
    changed, rows = known.days("changed_on"), []
    who = zip(*(known.texts(name) for name in ("enterprise_id", "name", "region", "uscc")), strict=True)
    for row, (firm, name, region, code) in enumerate(who):
        titles = {id_: spans[row] for id_, spans in held.items()}
        where = _place(region, code, book["places"]) or default
        due = [item for item in _firm(titles, changed[row], may[row], where, day, last) if item.policy in wanted]
        due.sort(key=lambda item: (item.low is None, item.low or day))
        rows += [(firm, name, *_written(item, day, book["titles"])) for item in due]
    return Calendar(pd.DataFrame(rows, columns=list(DEADLINES)), problem_table([notes]))


def _written(item: _Due, day: dt.date, titles: Mapping[str, Any]) -> tuple[Any, ...]:
    left = None
    if item.low is not None and item.high is not None:
        left = max((item.low - day).days, 0) if item.high >= day else (item.high - day).days
    exact = item.high if item.low == item.high else None
    title = titles[item.policy]["title"]
    return title, item.kind, item.event, exact, _span_text(item.low, item.high), left, *item[5:]


def _span_text(low: dt.date | None, high: dt.date | None) -> str:
    """A day, or what is known of one."""
    if low is None or high is None:
        return f"日期{_NONE}"
    if low == high:
        return high.isoformat()
    if (low.day, low.month, high.month, high.day) == (1, 1, 12, 31) and low.year == high.year:
        return f"{low.year}年（月、日{_NONE}）"
    if low.day == 1 and (low.year, low.month) == (high.year, high.month) and later(high, days=1).day == 1:
        return f"{low.year}年{low.month}月（日{_NONE}）"
    return f"{low.isoformat()} 至 {high.isoformat()} 之间（确切日期{_NONE}）"


class _Known:
    """What a table says of titles, as spans of days."""

    def __init__(self, firms: pd.DataFrame, notes: Notes) -> None:
        self.firms, self.notes = firms, notes
        self.ids = firms["enterprise_id"].map(str).to_numpy(dtype=object)
        self._texts: dict[str, list[str]] = {}

    def texts(self, name: str) -> list[str]:
        """The cells of a column as texts, "" for none."""
        if name not in self._texts:
            cells = self.firms[name] if name in self.firms else [None] * len(self.firms)
            self._texts[name] = ["" if cell is None or cell is pd.NA or cell != cell else str(cell) for cell in cells]
        return self._texts[name]

    def days(self, name: str) -> list[tuple[dt.date, dt.date] | None]:
        """Between which days a date lies, firm by firm; None where nothing is known."""
        column = FactColumn(name, "date", name)
        nothing = np.full(len(self.firms), np.nan)
        values = column_values(column, self.firms[name], self.ids, self.notes) if name in self.firms else nothing
        span = bounds_of(column, self.firms, name, self.ids, self.notes)
        low, high = (values, values) if span is None else (
            np.where(np.isnan(values), span.lo, values), np.where(np.isnan(values), span.hi, values)
        )  # fmt: skip
        return [_dates(one, other) for one, other in zip(low.tolist(), high.tolist(), strict=True)]

    def title(self, name: str, node: Mapping[str, Any]) -> list[tuple[tuple[dt.date, dt.date] | None, bool | None]]:
        """When a firm got a title, and whether the table says that it is valid."""
        column = FactColumn(node["valid"], "yesno", node["title"])
        flags: list[bool | None] = [None] * len(self.firms)
        if node["valid"] in self.firms:
            values = column_values(column, self.firms[node["valid"]], self.ids, self.notes)
            flags = [None if value != value else bool(value) for value in values.tolist()]
        days = self.days(node["on"])
        if name == "tech-sme":
            days = [day or self._number(row) for row, day in enumerate(days)]
        return list(zip(days, flags, strict=True))

    def _number(self, row: int) -> tuple[dt.date, dt.date] | None:
        """The year that a tech-SME number names."""
        text = self.texts("tech_sme_number")[row].strip()
        if not text:
            return None
        found = _NUMBER.fullmatch(text)
        if found is None:
            marked = np.arange(len(self.firms)) == row
            problem = "不是入库登记编号：应为18位，前4位是年份、次6位是行政区划码；没有采用"
            self.notes.add(
                self.ids, marked, "科技型中小企业入库登记编号", self.texts("tech_sme_number"), problem, "unreadable"
            )
            return None
        year = int(found[1])
        return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _dates(low: float, high: float) -> tuple[dt.date, dt.date] | None:
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    return EPOCH + dt.timedelta(days=int(low)), EPOCH + dt.timedelta(days=int(high))


def _place(region: str, code: str, places: Mapping[str, Any]) -> str:
    """Whose rounds are a firm's: a province of the file, else the name of its province or of the city that a province
    leaves out; by the text of its region, else by the division code inside its uscc; "" where unknown.
    """
    found = find_region(region)
    division = found.code if found is not None else code[2:8] if len(code) == 18 else ""
    for name, node in places.items():
        if division.startswith(node["code"]):
            out = [city for city, its in node["without"].items() if division.startswith(its)]
            return out[0] if out else name
    province = find_region(f"{division[:2]}0000") if division else None
    return "" if province is None else province.names[0]


def _may_apply(firms: pd.DataFrame, day: dt.date) -> list[tuple[str, dt.date | None, dt.date | None, str]]:
    """Decision, first sure day, first possible day and the first fact to ask for, of the application for HTE."""
    table = first_day(firms, "hte-may-apply", on=day)
    plain = firms.drop(columns=[name for name in ("apply_on",) if name in firms.columns])
    asked = ask_first(plain.assign(enterprise_id=[str(row) for row in range(len(plain))]), "hte-may-apply", on=day)
    firsts = asked[asked["rank"] == 1].set_index("enterprise_id")["title"].to_dict()
    columns = (table[name].tolist() for name in ("decision", "passes_on", "open_on"))
    rows = enumerate(zip(*columns, strict=True))
    return [(*(None if cell is pd.NaT else cell for cell in row), firsts.get(str(place), "")) for place, row in rows]


def _firm(titles: Mapping[str, Any], changed: Any, may: Any, place: str, day: dt.date, last: dt.date) -> Iterator[_Due]:
    """Everything that is due for one firm; `titles`: when it got each, and whether the table says that it is valid."""
    book = _book()
    terms: dict[str, Any] = {}
    for name, node in book["titles"].items():
        got, valid = titles[name]
        if valid is False or (got is None and not valid):
            continue
        terms[name] = None if got is None else tuple(later(end, years=int(node["years"])) for end in got)
        yield from _term(name, node, terms[name], day, last)
    for node in book["duties"]:
        if node["policy"] in terms:
            yield from _duty(node, titles[node["policy"]][0], terms[node["policy"]], day, last)
    for node in book["changes"]:
        if node["policy"] in terms and changed is not None:
            low, high = (later(end, months=int(node["months"])) for end in changed)
            if low <= last:
                event = "报告重大变化" + _past(high, day)
                yield _Due(node["policy"], "change", event, low, high, node["does"], node["source"], node["verified"])
    yield from _apply(may)
    yield from _rounds(terms, may, place, day, last)


def _past(high: dt.date, day: dt.date) -> str:
    return "（已过）" if high < day else ""


def _term(name: str, node: Mapping[str, Any], term: Any, day: dt.date, last: dt.date) -> Iterator[_Due]:
    said = (node["source"], bool(node["verified"]))
    if term is None:
        act = "补填取得日期，才能算出到期日"
        yield _Due(name, "term", f"{node['title']}到期", None, None, act, *said)
    elif term[0] <= last:
        low, high = term
        yield _Due(name, "term", f"{node['title']}到期{_past(high, day)}", low, high, node["ends"], *said)
    if name == "hte" and term is not None and term[0].year == term[1].year:
        end = dt.date(term[0].year, 12, 31)
        if day <= end <= last:
            act = "到期当年重新认定前可暂按15%预缴；年底前未重新认定的补缴税款"
            source = "《高新技术企业认定管理工作指引》国科发火〔2016〕195号"
            yield _Due(name, "term", "到期当年企业所得税", end, end, act, source, True)


def _duty(node: Mapping[str, Any], got: Any, term: Any, day: dt.date, last: dt.date) -> Iterator[_Due]:
    month, number = (int(part) for part in str(node["day"]).split("-"))
    for year in range(day.year, last.year + 1):
        due = dt.date(year, month, number)
        if not day <= due <= last or (got is not None and got[0] > due):
            continue
        year_number = node["policy"] == "tech-sme"  # kept by the update of the year after the number's
        if term is not None and (due.year > term[1].year if year_number else term[1] < due):
            continue
        unsure = "" if term is not None else "（取得日期未填，按仍有效计）"
        yield _Due(node["policy"], "duty", f"{year}年年度报告或更新{unsure}", due, due, node["does"], node["source"],
                   bool(node["verified"]))  # fmt: skip


def _apply(may: Any) -> Iterator[_Due]:
    """When the firm may apply for recognition as a high-tech enterprise."""
    decision, sure, possible, ask = may
    first, rest, question = (
        "最早可申报高新技术企业",
        "八项条件另行判断（hte）",
        f"先问清：{ask}" if ask else "尚有未知的事实",
    )
    event, when, act = first, sure, f"此前不能申报；{rest}"
    if decision == "passes":
        event, act = "现在可以申报高新技术企业", f"按本省批次提交；{rest}"
    elif decision == "unknown":
        event, when, act = "能否申报高新技术企业未定", None, question
    elif sure is None and possible is not None:
        event, when, act = "可申报高新技术企业不早于", possible, f"不早于这一天；{question}"
    elif sure is None:
        return
    source = "《高新技术企业认定管理办法》国科发火〔2016〕32号；一年一次、N+3见于粤科函产字〔2026〕903号（摘录）"
    yield _Due("hte", "apply", event, when, when, act, source, False)


def _rounds(terms: Mapping[str, Any], may: Any, place: str, day: dt.date, last: dt.date) -> Iterator[_Due]:
    """Rounds that close in the period, and for titles without one that the next round is not published."""
    for name in ("hte", "tech-sme", "little-giant"):
        if name == "little-giant" and not {"srdi", "little-giant"} & terms.keys():
            continue
        if name == "hte" and (may[2] is None or may[2] > last):
            continue
        known = [(_round_days(node["closes"]), node) for node in _book()["rounds"] if node["policy"] == name]
        mine = [(days, node) for days, node in known if node["place"] == place and place]
        years = {days[0].year for days, _ in mine}
        mine += [(days, node) for days, node in known if not node["place"] and days[0].year not in years]
        coming = [(days, node) for days, node in mine if days[1] >= day and days[0] <= last]
        for days, node in coming:
            if name == "hte" and may[2] > days[1]:
                continue
            stage = node.get("stage", "")
            opens = f"{node['opens']} 起；" if "opens" in node else ""
            act = f"{'' if stage else '提交申报；'}{opens}{node['note']}".rstrip("；") or "留意通知"
            event = f"{stage or '申报批次'}：{node['place']}{node['name']}"
            yield _Due(name, "round", event, *days, act, node["source"], False)
        coming, mine = ([item for item in items if "stage" not in item[1]] for items in (coming, mine))
        if not coming:
            before = max((item for item in mine if item[0][1] < day), key=lambda item: item[0][1], default=None)
            seen = "没有见到本省的批次" if place or name != "hte" else "企业所在省未知，没有列省级批次"
            if before is not None:
                node = before[1]
                seen = f"上一次见到的是{node['place']}{node['name']}，截至 {_span_text(*before[0])}（供参考）"
            source = before[1]["source"] if before is not None else ""
            yield _Due(name, "unpublished", "下一批申报通知未见", None, None, f"留意通知；{seen}", source, False)


def _round_days(text: Any) -> tuple[dt.date, dt.date]:
    found = read_days(text)
    if isinstance(found, Days):
        return found.low, found.high
    assert isinstance(found, dt.date)
    return found, found
