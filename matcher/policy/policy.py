"""Policies by name: what a `policy.yaml` says in all its editions, and how one is found by id, title or folder."""

from __future__ import annotations

import bisect
import datetime as dt
import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import ArgumentTypeError, PolicyError
from matcher.policy.firms.identity import Subject
from matcher.policy.language.compiler import Compiler, compile_ruleset
from matcher.policy.language.extension import extended
from matcher.policy.language.loader import (
    RuleFault,
    check_file,
    chosen_readings,
    named_faults,
    need,
    read_columns,
    read_editions,
    read_implied,
    read_open_points,
    read_opposites,
    read_parameters,
    read_subject,
    read_yaml,
    read_years,
    start_days,
)
from matcher.policy.language.model import Check, Edition, FactColumn, OpenPoint, Ruleset, YearsRule
from matcher.tables.arguments import Day, as_day

LISTED = (
    "policy", "title", "edition", "since", "until", "source", "verified", "note", "rules", "seen", "digest", "quoted",
)  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """One policy in all its editions. `load` reads it; `matcher.policy.scoring.score` runs it.

    `subject`: what it is about, enterprises or platforms. `columns`: the facts that it reads, by name. `open_points`:
    where the sources leave a reading open; `readings`: what was chosen there. `parameters`: numbers that a user sets
    (a pool's limits). `years`: which column counts the accounting years. `opposites`: pairs of yes/no columns of which
    one is the contrary of the other. `implied`: yes/no columns to the column whose figure answers them with yes.
    `breaks`: days on which something starts. `tree`: the file as read; `folder`: the path of the file.
    """

    id: str
    title: str
    title_en: str
    about: str
    folder: str
    subject: Subject
    columns: Mapping[str, FactColumn]
    editions: tuple[Edition, ...]
    open_points: Mapping[str, OpenPoint]
    readings: Mapping[str, str]
    parameters: Mapping[str, Any]
    years: YearsRule | None
    opposites: tuple[tuple[str, str], ...]
    implied: Mapping[str, str]
    breaks: tuple[dt.date, ...] = field(repr=False)
    tree: Mapping[str, Any] = field(repr=False)
    _rulesets: dict[Any, Ruleset] = field(default_factory=dict, repr=False, compare=False)

    def __hash__(self) -> int:
        """Equal policies have equal ones."""
        return hash((self.id, self.folder, *sorted(self.readings.items())))

    def __repr__(self) -> str:
        """Name and size."""
        return f"Policy({self.id!r}, {self.title!r}, {len(self.editions)} editions, {len(self.columns)} columns)"

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        readings: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Policy:
        """Read `policy.yaml` of a folder, every rule of every edition with it.

        Parameters
        ----------
        folder
            A folder with `policy.yaml` in it, in the form of `docs/rules.md`.
        readings
            Choices on open points, by name; by default those that the file names.
        parameters
            Numbers for the parameters that the policy declares; percentages as text such as "6%".

        Raises
        ------
        PolicyError
            At the first fault; the text names file and rule.
        """
        path = Path(folder) / "policy.yaml"
        return cls.from_tree(read_yaml(path), str(path), readings=readings, parameters=parameters)

    @classmethod
    def from_tree(
        cls,
        tree: Any,
        where: str,
        *,
        readings: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Policy:
        """The same from the tree of an already parsed file; `where` names it in errors."""
        with named_faults(where):
            if isinstance(tree, dict) and "extends" in tree:
                if str(tree["extends"]) not in shipped():
                    raise RuleFault(f"extends: there is no shipped policy {tree['extends']!r}")
                tree = extended(tree, _load_shipped(str(tree["extends"])).tree)
            tree = check_file(tree)
            columns = read_columns(tree)
            editions = read_editions(tree, columns)
            open_points = read_open_points(tree)
            policy = cls(
                id=str(tree["policy"]),
                title=tree["title"],
                title_en=tree["title_en"],
                about=tree.get("about", ""),
                folder=where,
                subject=read_subject(tree),
                columns=columns,
                editions=editions,
                open_points=open_points,
                readings=chosen_readings(open_points, readings or {}),
                parameters=read_parameters(tree, parameters or {}),
                years=read_years(tree, columns),
                opposites=read_opposites(tree, columns),
                implied=read_implied(tree, columns),
                breaks=start_days(tree, editions),
                tree=tree,
            )
            for edition in policy.editions:
                for day in policy.days_of(edition):
                    policy.ruleset(edition, day)
            policy.checks()
        return policy

    def days_of(self, edition: Edition) -> list[dt.date]:
        """Days within an edition on which something starts."""
        days = [edition.since, *(day for day in self.breaks if day > edition.since)]
        return [day for day in days if edition.until is None or day <= edition.until]

    def edition_on(self, day: dt.date, purpose: float | None = None) -> Edition | None:
        """The edition that answers on a day; `purpose` is the number of the row's choice where an edition asks for
        one.
        """
        for edition in self.editions:
            if edition.also is not None and purpose == edition.also[1] and edition.also[2] <= day <= edition.also[3]:
                return edition
        for edition in self.editions:
            if edition.since <= day and (edition.until is None or day <= edition.until):
                return edition
        return None

    @property
    def purpose_column(self) -> str | None:
        """The choice by which rows are answered apart, if any."""
        for edition in self.editions:
            if edition.also is not None:
                return edition.also[0]
        for raw in self.tree["rules"]:
            if "when" in raw:
                return str(next(iter(raw["when"])))
        return None

    def ruleset(self, edition: Edition, day: dt.date, purpose: float | None = None) -> Ruleset:
        """The rules of an edition on a day; those that do not apply to `purpose` are left out."""
        start = self.breaks[max(bisect.bisect_right(self.breaks, day) - 1, 0)]
        key = (edition.id, start, purpose)
        if key not in self._rulesets:
            self._rulesets[key] = compile_ruleset(
                self.tree,
                edition,
                purpose,
                self.columns,
                on=max(start, min(edition.since, day)),
                readings=self.readings,
                parameters=self.parameters,
            )
        return self._rulesets[key]

    def checks(self) -> list[Check]:
        """The checks of figures against each other."""
        compiler = Compiler(
            self.columns,
            on=self.editions[-1].since,
            readings=self.readings,
            parameters=self.parameters,
            tests=self.tree.get("tests", {}),
        )
        out = []
        for raw in self.tree.get("checks", ()):
            where = f"check {raw.get('says', '')!r}"
            asked, period = ("level", "says", "column"), ("from", "until")
            node = need(raw, where, ("id", "test", *asked, *period), asked)
            test = compiler.test(node["test"], where) if "test" in node else None
            if test is None and (node["level"] != "manual" or not node.keys() & set(period)):
                raise RuleFault(f"{where}: without a `test` a check has the level manual, and `from` or `until`")
            if wrong := [key for key in period if key in node and not isinstance(node[key], dt.date)]:
                raise RuleFault(f"{where}: {wrong[0]!r} is a day such as 2026-04-01")
            days = (node.get(key) for key in period)
            out.append(Check(test, node["level"], node["says"], node["column"], *days))
        return out

    def remade(self, readings: Mapping[str, str], parameters: Mapping[str, Any]) -> Policy:
        """The same policy under other readings of its open points and other parameters; raises PolicyError."""
        chosen, numbers = {**self.readings, **readings}, {**self.parameters, **parameters}
        return Policy.from_tree(self.tree, self.folder, readings=chosen, parameters=numbers)

    @property
    def raw_rules(self) -> tuple[Mapping[str, Any], ...]:
        """The rules as the file has them."""
        return tuple(self.tree["rules"])


PolicyName = str | Path | Policy
Policies = PolicyName | Sequence[PolicyName]


def shipped() -> dict[str, Path]:
    """Folders of the policies inside the package, by id, in alphabetical order."""
    root = Path(str(resources.files("matcher.policy") / "policies"))
    return {path.name: path for path in sorted(root.iterdir()) if (path / "policy.yaml").is_file()}


@lru_cache(maxsize=64)
def _load_shipped(name: str) -> Policy:
    return Policy.load(shipped()[name])


def load_policy(
    policy: PolicyName,
    *,
    readings: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Policy:
    """A policy by its name, from a folder, or as it is.

    Parameters
    ----------
    policy
        The id of a shipped policy (`hte`), its Chinese title or a short form of it that fits no other (`高企`), a
        folder with `policy.yaml` in it, or a `Policy`.
    readings
        Choices on points that the sources leave open, by name (`Policy.open_points`).
    parameters
        Numbers for the parameters that the policy declares; percentages as text such as "6%".

    Raises
    ------
    PolicyError
        When there is no such policy (the text proposes the nearest), or its file is wrong.
    ArgumentTypeError
        When `policy` is of another kind.

    Examples
    --------
    >>> load_policy("高新技术企业").id
    'hte'
    >>> load_policy("htee")
    Traceback (most recent call last):
    matcher.errors.PolicyError: 没有名为“htee”的政策；您是不是指 hte（高新技术企业认定）？可用：...
    """
    if isinstance(policy, Policy):
        return policy.remade(readings or {}, parameters or {}) if readings or parameters else policy
    if not isinstance(policy, (str, Path)):
        raise ArgumentTypeError(
            f"a policy is a name (id or Chinese title), a folder or a Policy, not {type(policy).__name__}"
        )
    if isinstance(policy, Path) and (policy / "policy.yaml").is_file():
        return Policy.load(policy, readings=readings, parameters=parameters)
    name = _shipped_name(str(policy))
    if name is not None:
        plain = _load_shipped(name)
        return plain.remade(readings or {}, parameters or {}) if readings or parameters else plain
    if (Path(policy) / "policy.yaml").is_file():
        return Policy.load(policy, readings=readings, parameters=parameters)
    if str(policy) and Path(policy).is_dir():
        raise PolicyError(f"文件夹“{policy}”中没有 policy.yaml")
    if Path(policy).is_file():
        raise PolicyError(f"“{policy}”是文件；请给出含 policy.yaml 的文件夹")
    if isinstance(policy, Path) or len(Path(policy).parts) > 1:
        raise PolicyError(f"没有文件夹“{policy}”；请给出含 policy.yaml 的文件夹，或政策的名称")
    raise PolicyError(f"{_unknown(str(policy))}；也可以给出含 policy.yaml 的文件夹")


def shipped_policy(name: str) -> Policy:
    """A shipped policy by a name that somebody else sent: unlike `load_policy` it looks at no folder.

    Raises PolicyError when there is no such policy.
    """
    if (found := _shipped_name(name)) is None:
        raise PolicyError(_unknown(name))
    return _load_shipped(found)


def load_policies(policy: Policies) -> tuple[Policy, ...]:
    """One policy, or a sequence of them, each as `load_policy` takes it, in the order given.

    Raises PolicyError as `load_policy` does and when a policy is given twice, ArgumentTypeError for another kind.

    Examples
    --------
    >>> [one.id for one in load_policies(["hte", "小巨人"])]
    ['hte', 'little-giant']
    """
    if isinstance(policy, (str, Path, Policy)):
        return (load_policy(policy),)
    if not isinstance(policy, Sequence) or isinstance(policy, bytes):
        raise ArgumentTypeError(
            "policy is a name (id or Chinese title), a folder, a Policy, or a sequence of these, "
            f"not {type(policy).__name__}"
        )
    policies = tuple(load_policy(one) for one in policy)
    if len({one.id for one in policies}) != len(policies):
        raise PolicyError("同一政策给出了两次")
    return policies


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every name of a shipped policy (plain), to its id: ids, titles, then the short names that people use."""
    names = {_plain(name): name for name in shipped()}
    names.update((_plain(_load_shipped(name).title), name) for name in shipped())
    short = read_yaml(Path(str(resources.files("matcher.policy") / "short_names.yaml")))
    return {**{_plain(key): name for key, name in short.items()}, **names}


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in text if sign.isalnum() or sign in "-_./\\")


def _shipped_name(text: str) -> str | None:
    """The id of the shipped policy that a name stands for; None where none does."""
    if text in shipped():
        return text
    names, plain = _names(), _plain(text)
    if plain in names or not plain or plain.isascii():
        return names.get(plain)
    within = {names[key] for key in names if plain in key and len(plain) > 1}
    return within.pop() if len(within) == 1 else None


def _unknown(name: str) -> str:
    return f"没有名为“{name}”的政策；{_proposal(name)}可用：{'、'.join(shipped())}"


def _proposal(text: str) -> str:
    """“您是不是指……？” with up to three policies of a name like this one; "" where none is near."""
    names, plain = _names(), _plain(text)
    near = [key for key in names if len(plain) > 1 and not plain.isascii() and plain in key]
    near += difflib.get_close_matches(plain, names, n=3, cutoff=0.6)
    ids = list(dict.fromkeys(names[key] for key in near))[:3]
    shown = "、".join(f"{name}（{_load_shipped(name).title}）" for name in ids)
    return f"您是不是指 {shown}？" if ids else ""


def list_policies(*, on: Day | None = None) -> pd.DataFrame:
    """The shipped policies and their editions.

    Parameters
    ----------
    on
        Only the edition in force on that day, one row per policy that has one. By default one row per edition.

    Returns
    -------
    pandas.DataFrame
        policy, title, edition, since, until (None: still in force), source, verified (every rule of the edition was
        seen in a text, none only remembered), note; then counts of the edition's rules: rules, seen (verified), digest
        (of those, seen in a digest only), quoted (of those, with the words that were read, their address and the day).
        Policies by id, editions by their first day.

    Examples
    --------
    >>> list_policies(on="2026-06-01").set_index("policy").loc["srdi", "edition"]
    '2026-2'
    """
    day = None if on is None else as_day(on)
    rows = []
    for policy in map(_load_shipped, shipped()):
        for edition in policy.editions if day is None else filter(None, [policy.edition_on(day)]):
            rules = policy.ruleset(edition, edition.since if day is None else max(edition.since, day)).rules
            verified = edition.verified and all(rule.verified for rule in rules)
            seen = [rule for rule in rules if rule.verified]
            digest = sum(rule.evidence.form == "digest" for rule in seen)
            counts = (len(rules), len(seen), digest, sum(rule.evidence.quoted for rule in seen))
            days = (edition.since, edition.until)
            rows.append((policy.id, policy.title, edition.id, *days, edition.source, verified, edition.note, *counts))
    frame = pd.DataFrame(rows, columns=list(LISTED))
    frame["until"] = frame["until"].astype(object).where(frame["until"].notna(), None)
    return frame
