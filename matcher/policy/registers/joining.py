"""Registers and firms in, firms with the facts that the registers show out: with warnings and a comparison."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.policy.firms.facts import dates, numbers
from matcher.policy.policy import Policies, Policy, load_policies, load_policy
from matcher.policy.registers import conversions, incidents, platforms, projects, rights, staff
from matcher.policy.registers.comparison import Derived, put
from matcher.policy.registers.entries import COUNTED, Bounds, Entries, Warnings, application_days, joined, read_register
from matcher.policy.registers.schemas import registers
from matcher.tables.arguments import Day, as_day
from matcher.tables.files.grids import Source
from matcher.tables.reading import Reading

_COUNTS = {"rights": tuple(rights.COUNTS), "conversions": conversions.FACTS, "staff": staff.FACTS}
COMPLETE = ("rights", "conversions", "incidents", "platforms")
Registers = Mapping[str, Sequence[Source | Reading]]


@dataclass(frozen=True)
class Registered:
    """Firms with the facts of their registers.

    `firms`: the table for `score`. `compared`: one row per firm and fact (enterprise_id, policy, title, column,
    register, by_register, by_table, used, differs). `warnings`: what an auditor would mark (enterprise_id, register,
    file, row, item, problem, counted, source, what_to_do). `links`: how each row was joined. `problems`: of reading.
    `columns`: what became of the columns of the registers.
    """

    firms: pd.DataFrame
    compared: pd.DataFrame
    warnings: pd.DataFrame
    links: pd.DataFrame
    problems: pd.DataFrame
    columns: pd.DataFrame

    def columns_with(self, others: pd.DataFrame) -> pd.DataFrame:
        """What became of further columns, and of those of the registers."""
        return pd.concat([others, self.columns], ignore_index=True) if len(self.columns) else others

    def problems_with(self, others: pd.DataFrame) -> pd.DataFrame:
        """Further problems of reading, and those of the registers."""
        filled = [table for table in (others, self.problems) if len(table)]
        return pd.concat(filled, ignore_index=True) if filled else others


def add_registers(
    firms: pd.DataFrame,
    tables: Registers,
    policy: Policies,
    *,
    on: Day,
    complete: Iterable[str] = (),
    accepted: Mapping[str, Mapping[int, str]] | None = None,
    same_name: bool = False,
) -> Registered:
    """Count registers into the columns that policies read.

    Rows are joined to firms by 统一社会信用代码 or 企业编号; a like name is only proposed
    (`matcher.policy.firms.linkage`). A firm with no row in a register stays as it was: a register that is silent is
    not the same as none. A count of the table that is greater than the firm's rows in a register that is not `complete`
    stays too, and is told.

    Parameters
    ----------
    firms
        The table of `score`, with `enterprise_id`.
    tables
        Kind of register (rights, projects, conversions, staff, incidents, platforms) -> its tables: files, DataFrames,
        or what `read_register` read.
    policy
        Whose columns are wanted: a name (id or Chinese title), a folder, a `Policy`, or a sequence of these.
    on
        The day of the application where a firm has no `apply_on`, a date or ISO text.
    complete
        Kinds of registers that hold everything, of COMPLETE: a firm without a row has none (0, no).
    accepted
        Kind -> record number (from 0, over all its files) -> enterprise_id: proposals that somebody confirmed.
    same_name
        Whether somebody confirmed every row without a code that has the very name of one firm alone.

    Returns
    -------
    Registered
        The firms in their order with the new facts, and what was found.

    Raises
    ------
    TableError, PolicyError, ArgumentError, ArgumentTypeError
        When a source cannot be read, a policy or a kind is not known, or an argument is not taken.

    Examples
    --------
    >>> firms = pd.DataFrame({"enterprise_id": ["a"], "class2_ip": [3]})
    >>> rights = pd.DataFrame({"企业编号": ["a"] * 2, "类别": ["软件著作权"] * 2, "登记号": ["2023SR01"] * 2,
    ...                        "登记日期": ["2023-05-01"] * 2, "获得方式": ["自主研发"] * 2})
    >>> done = add_registers(firms, {"rights": [rights]}, "hte", on="2026-06-01", complete=["rights"])
    >>> done.firms["class2_ip"].tolist(), done.compared.loc[1, ["by_register", "by_table", "used"]].tolist()
    ([1.0], ['1', '3', '1'])
    """
    day, policies = as_day(on), load_policies(policy)
    contracts = registers()
    whole = set(complete)
    for given, known in ((tables, tuple(contracts)), (whole, COMPLETE)):
        for kind in given:
            if kind not in known:
                raise ArgumentError(f"no such register here: {kind!r}; there are: {', '.join(known)}")
    if absent := sorted(whole - set(tables)):
        raise ArgumentError(f"{absent[0]} is called complete, and no such register is given")
    days = application_days(firms, day)
    told = Warnings()
    accounts: list[pd.DataFrame] = []
    read: dict[str, Entries] = {}
    for kind, contract in contracts.items():  # in the order of the contracts, whatever the order given
        if kind in tables:
            if isinstance(tables[kind], str | bytes) or not isinstance(tables[kind], Sequence):
                raise ArgumentTypeError(f"{kind} is a sequence of tables (files, DataFrames, Readings)")
            readings = [one if isinstance(one, Reading) else read_register(one, contract) for one in tables[kind]]
            accounts += [one.columns for one in readings]
            read[kind] = joined(readings, contract, firms, told, (accepted or {}).get(kind), same_name)
    derived = _derived(read, firms, days, policies, day, whole, told)
    filled, compared = put(firms, policies, derived, told)
    _check_people(read, filled, told)
    for line in compared[compared["differs"]].to_dict("records"):
        by_table, by_register = line["by_table"], line["by_register"]
        problem = f"企业表为 {by_table}，登记表为 {by_register}；采用登记表的"
        if line["used"] != by_register:
            problem = f"企业表为 {by_table}，多于登记表的全部记录，登记表只归集出 {by_register}；在两者之间，未定"
        do, item = "请核对：登记表漏登的补登，企业表填错的更正", f"{line['policy']}：{line['title']}"
        told.firm(line["register"], line["enterprise_id"], item, problem, COUNTED, "两表核对", do)
    empty = pd.DataFrame()
    links = pd.concat([one.links for one in read.values()], ignore_index=True) if read else empty
    problems = pd.concat([one.problems for one in read.values()], ignore_index=True) if read else empty
    columns = pd.concat(accounts, ignore_index=True) if accounts else empty
    return Registered(filled, compared, told.table(), links, problems, columns)


def _derived(
    read: Mapping[str, Entries],
    firms: pd.DataFrame,
    days: Mapping[str, dt.date],
    policies: Sequence[Policy],
    on: dt.date,
    complete: set[str],
    told: Warnings,
) -> dict[tuple[str, str], Derived]:
    """(column, definition) -> what the registers say of each firm."""
    wanted = {(name, fact.basis) for policy in policies for name, fact in policy.columns.items()}
    names, formers = (_words(firms, column) for column in ("name", "former_names"))
    found: dict[str, dict[tuple[str, str], dict[str, Bounds]]] = {}
    levels: dict[str, str] = {}
    if "rights" in read:
        found["rights"] = rights.count_rights(read["rights"], days, names, formers, wanted, told)
    if "projects" in read:
        rules = next((one for one in policies if one.id == "hte-rd-expense"), None) or load_policy("hte-rd-expense")
        found["projects"] = projects.sum_projects(read["projects"], days, _years(firms, days), rules, on, told)
    if "conversions" in read:
        found["conversions"] = conversions.count_conversions(read["conversions"], days, told)
    if "staff" in read:
        found["staff"] = staff.count_staff(read["staff"], days, _founded(firms), told)
    if "incidents" in read:
        found["incidents"] = incidents.find_incidents(read["incidents"], days, "incidents" in complete, wanted, told)
    if "platforms" in read:
        found["platforms"], levels = platforms.find_institutions(read["platforms"], days, "platforms" in complete, told)
    derived: dict[tuple[str, str], Derived] = {}
    for kind, facts in found.items():
        named = {entry.firm for entry in read[kind].rows}
        rest: dict[str, Bounds] = dict.fromkeys((firm for firm in days if firm not in named), (0, 0))
        more = rest if kind in complete else {}
        title = read[kind].contract.title
        listed = _listed(kind, read[kind]) if kind in _COUNTS and kind not in complete else {}
        derived |= {fact: Derived(title, {**more, **values}, listed.get(fact, {})) for fact, values in facts.items()}
    if "platforms" in read:
        none = dict.fromkeys((firm for firm in days if "platforms" in complete), "none")
        derived[platforms.LEVEL] = Derived(read["platforms"].contract.title, {**none, **levels})
    return derived


def _listed(kind: str, entries: Entries) -> dict[tuple[str, str], dict[str, int]]:
    """Fact -> firm -> how many of its rows may be about it, whether they count or not."""
    rows, facts = entries.rows, dict[tuple[str, str], dict[str, int]]()
    if kind == "staff":  # a list of research staff is none of all; one with others too corrects the table
        others = {entry.firm for entry in rows if not (entry.yes("science") or staff.says_science(entry))}
        rows = [entry for entry in rows if entry.firm not in others]
    for fact in _COUNTS[kind]:
        about = (entry.firm for entry in rows if kind != "rights" or rights.may_be_of(entry, fact))
        facts[fact] = {**dict.fromkeys((entry.firm for entry in rows), 0), **Counter(about)}
    return facts


def _check_people(read: Mapping[str, Entries], firms: pd.DataFrame, told: Warnings) -> None:
    if "projects" in read and "rd_staff" in firms:
        values = numbers(firms["rd_staff"])[0]
        known = {str(firm): value for firm, value in zip(firms["enterprise_id"], values, strict=True) if value == value}
        projects.check_people(read["projects"], known, told)


def _words(firms: pd.DataFrame, column: str) -> dict[str, str]:
    if column not in firms:
        return {}
    texts = firms[column].fillna("").astype(str)
    return dict(zip(firms["enterprise_id"].astype(str), texts, strict=True))


def _founded(firms: pd.DataFrame) -> dict[str, dt.date]:
    """Firm -> its day of registration, where that is known."""
    if "registered_on" not in firms:
        return {}
    values = dates(firms["registered_on"])[0]
    epoch = dt.date(1970, 1, 1)
    return {
        str(firm): epoch + dt.timedelta(days=int(value))
        for firm, value in zip(firms["enterprise_id"], values, strict=True)
        if value == value
    }


def _years(firms: pd.DataFrame, days: Mapping[str, dt.date]) -> dict[str, int]:
    """Firm -> its accounting years before the application, 0 to 3, where that is known."""
    years = {firm: max(0, min(3, days[firm].year - day.year)) for firm, day in _founded(firms).items()}
    if "accounting_years" in firms:
        values = numbers(firms["accounting_years"])[0]
        given = zip(firms["enterprise_id"], values, strict=True)
        years |= {str(firm): int(value) for firm, value in given if value == value}
    return years
