"""The points table of a place (创新积分的权重与分档) to policies, one per stage: checked against the national frame.

The frame is `innovation_points.yaml`: the editions, their classes, the 18 indicators. Weights, stages' limits and the
conversion of a value to points are the user's data; nothing of them is shipped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import ArgumentError, TableError
from matcher.export.sheets import Sheet
from matcher.policy.language.loader import read_yaml
from matcher.policy.policy import Policy
from matcher.tables.cells.numbers import read_number
from matcher.tables.cells.texts import Fault
from matcher.tables.schemas.single_commands import POINT_WEIGHTS

EDITION_2025 = "2025-2.0"
EVERY_STAGE = ""  # a table without stages
BASE, BONUS, LOCAL = "base", "bonus", "local"
BASE_POINTS, BONUS_POINTS, BASE_COUNT, BONUS_COUNT = 100, 30, 9, 3  # edition 2.0
_UNITS = {"元": ("yuan", 1), "万元": ("yuan", 10_000), "亿元": ("yuan", 100_000_000), "%": ("share", 1)}


@dataclass(frozen=True)
class Indicator:
    """One indicator: its class (技术创新 ...), unit, and how it is measured (a node of the rule language)."""

    name: str
    block: str
    unit: str
    measure: Any


@lru_cache(maxsize=1)
def frame() -> Mapping[str, Any]:
    """The file `innovation_points.yaml` as read."""
    tree: Mapping[str, Any] = read_yaml(Path(str(files("matcher.policy.programmes") / "innovation_points.yaml")))
    return tree


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """The 18 indicators of the editions before 2025-10-31, in their order."""
    return tuple(Indicator(node["name"], node["class"], node["unit"], node["of"]) for node in frame()["indicators"])


def base_policy(more: Mapping[str, Any] | None = None, rules: Sequence[Mapping[str, Any]] = ()) -> Policy:
    """The frame as a policy: the facts of the 18 indicators, `more` columns, and rules that give points."""
    keys = ("policy", "title", "title_en", "about", "sources", "editions", "checks")
    tree = {key: frame()[key] for key in keys}
    tree |= {"columns": {**frame()["columns"], **(more or {})}, "rules": list(rules)}
    return Policy.from_tree(tree, "积分表")


@dataclass(frozen=True)
class Weights:
    """A points table as policies. stages: stage -> policy, EVERY_STAGE alone where the table has no stages. items: per
    stage the rule ids with indicator, block and part (base, bonus, local); edition: of the frame.
    """

    edition: str
    stages: Mapping[str, Policy]
    items: Mapping[str, Mapping[str, tuple[str, str, str]]]


def edition_named(name: str | None, day: dt.date) -> str:
    """An edition of the guide by its id, by default the one of a day.

    Raises ArgumentError for another id, TableError for a day before the first edition.
    """
    known = list(frame()["editions"])
    if name is not None and name not in known:
        raise ArgumentError(f"没有版本“{name}”；可用：{'、'.join(known)}")
    if name is not None:
        return name
    found = base_policy().edition_on(day)
    if found is None:
        raise TableError(f"{day} 还没有创新积分制工作指引；最早的一版 2022-09-28 见报")
    return found.id


def read_weights(table: pd.DataFrame, *, edition: str) -> Weights:
    """The policies of a points table.

    Parameters
    ----------
    table
        Rows of the contract POINT_WEIGHTS: stage, block, indicator, unit, at_least, points, most. One row a band: from
        which value on (`at_least`) how many `points`; a row without `at_least` gives the points of all other values
        (otherwise 0). An indicator with `most` alone has its points computed elsewhere, and reads them from a column
        `<指标>得分` of the firms. A block that is none of the frame's is a local one.
    edition
        An id of `innovation_points.yaml`.

    Raises
    ------
    TableError
        In Chinese, with every fault: indicators that a stage lacks, counts and sums that the edition does not have,
        values that cannot be read, points that fall while the value rises.
    """
    faults: list[str] = []
    rows = table.reset_index(drop=True)
    for name in ("stage", "block", "indicator", "unit"):
        rows[name] = rows[name].fillna("").astype(str).str.strip() if name in rows else ""
    rows["stage"] = [next((one for one in frame()["stages"] if one[:2] == text[:2]), text) for text in rows["stage"]]
    rows["indicator"] = [_plain_name(text) for text in rows["indicator"]]
    rows["block"] = [_plain_block(text, edition) for text in rows["block"]]
    older = {name for key, title in frame()["classes"].items() for name in (key, title)}
    if edition == EDITION_2025 and older & set(rows["block"]):
        raise TableError(
            f"权重表的一级指标是{'、'.join(frame()['classes'])}，是2025-10-31以前的18项；"
            "若要照它算，请指定版本 2024-national（--edition 2024-national）"
        )
    if edition != EDITION_2025:
        stages, known = set(rows["stage"]) - {EVERY_STAGE}, frame()["stages"]
        faults += [f"“{stage}”不是{'、'.join(known)}之一" for stage in sorted(stages - set(known))]
        if stages and EVERY_STAGE in set(rows["stage"]):
            faults.append("有的行写了阶段，有的没有写；请都写，或都不写")
        faults += [f"没有阶段“{stage}”的权重" for stage in known if stages and stage not in stages]
    policies, items = {}, {}
    for stage in rows["stage"].unique():
        part = rows[rows["stage"] == stage]
        where = f"{stage}：" if stage else ""
        built = _Stage(part, edition, where)
        faults += built.faults
        if not built.faults:
            policies[stage] = base_policy(built.columns, built.rules)
            items[stage] = built.items
    if not len(rows):
        faults.append(missing_weights(edition))
    if faults:
        raise TableError(f"权重表有 {len(faults)} 处问题：\n  " + "\n  ".join(faults))
    return Weights(edition, policies, items)


def missing_weights(edition: str) -> str:
    """What a user has to give for points, in words."""
    if edition == EDITION_2025:
        need = "9项基础指标（三个一级指标，满分合计100）和3项加分指标（创新影响，合计30）的名称、满分和分档"
    else:
        need = f"{'、'.join(frame()['stages'])}各18项指标的满分和分档"
    return f"没有权重：指引的权重和由值到分的换算没有见到可读的原文，不能代拟。请用权重表给出{need}"


def _plain_name(text: str) -> str:
    for node in frame()["indicators"]:
        if text == node["name"] or text in node.get("also", ()):
            return str(node["name"])
    return text


def _plain_block(text: str, edition: str) -> str:
    known = frame()["blocks_2025"] if edition == EDITION_2025 else frame()["classes"]
    return next((name for name in known if text in (name, f"{name}指标")), text)


class _Stage:
    """The rules of one stage, or what is wrong with it."""

    def __init__(self, rows: pd.DataFrame, edition: str, where: str) -> None:
        self.faults: list[str] = []
        self.columns: dict[str, Any] = {}
        self.rules: list[dict[str, Any]] = []
        self.items: dict[str, tuple[str, str, str]] = {}
        self.sums: dict[str, Decimal] = {BASE: Decimal(0), BONUS: Decimal(0), LOCAL: Decimal(0)}
        self.where, self.edition = where, edition
        measured = {one.name: one for one in indicators()}
        for place, (key, part) in enumerate(rows.groupby(["block", "indicator"], sort=False), 1):
            block, name = (str(word) for word in key)
            before = len(self.faults)
            if not block or not name:
                self.faults.append(f"{where}有行没有写一级指标或二级指标")
                continue
            share = self._part(block, name, measured)
            if len(self.faults) == before:
                self._rule(f"i{place:02}", block, name, share, part, measured.get(name))
        self._check(measured)
        if not self.faults:
            for part_id in (BASE, BONUS, LOCAL):
                ids = [rule for rule, (_, _, share) in self.items.items() if share == part_id]
                if ids:
                    self._sum(part_id, ids, self.sums[part_id])
            self._sum("total", [part for part in (BASE, BONUS, LOCAL) if self.sums[part]], sum(self.sums.values()))

    def _part(self, block: str, name: str, measured: Mapping[str, Indicator]) -> str:
        if self.edition == EDITION_2025:
            return str(frame()["blocks_2025"].get(block, LOCAL))
        if name in measured and measured[name].block != block:
            self.faults.append(f"{self.where}“{name}”属于“{measured[name].block}”，表中写的是“{block}”")
        if name not in measured and block in frame()["classes"]:
            self.faults.append(f"{self.where}“{name}”不是18项核心指标之一；地方指标请把一级指标写成地方的名称")
        return BASE if block in frame()["classes"] else LOCAL

    def _check(self, measured: Mapping[str, Indicator]) -> None:
        names = {share: [name for name, _, part in self.items.values() if part == share] for share in (BASE, BONUS)}
        if self.edition != EDITION_2025:
            if lacking := [name for name in measured if name not in names[BASE]]:
                self.faults.append(f"{self.where}缺 {len(lacking)} 项指标的权重：{'、'.join(lacking)}")
            return
        for title, share, count, points in (
            ("基础", BASE, BASE_COUNT, BASE_POINTS),
            ("加分", BONUS, BONUS_COUNT, BONUS_POINTS),
        ):
            if len(names[share]) != count:
                self.faults.append(f"{self.where}{title}指标应为 {count} 项，表中 {len(names[share])} 项")
            if self.sums[share] != points:
                self.faults.append(f"{self.where}{title}指标的满分合计应为 {points}，表中 {self.sums[share]}")
        blocks = {block for _, block, _ in self.items.values()}
        if lacking := [block for block in frame()["blocks_2025"] if block not in blocks]:
            self.faults.append(f"{self.where}缺一级指标：{'、'.join(lacking)}")

    def _rule(self, id_: str, block: str, name: str, share: str, part: pd.DataFrame, known: Indicator | None) -> None:
        where, unit = f"{self.where}{name}", next((text for text in part["unit"] if text), "")
        kind, factor = _UNITS.get(unit or (known.unit if known else ""), ("number", 1))
        bands, otherwise = {}, Decimal(0)
        given = [_number(value) for value in part["points"].tolist()] if "points" in part else []
        ratio = known is not None and isinstance(known.measure, dict)
        for written, points in zip(part["at_least"].tolist() if "at_least" in part else (), given, strict=True):
            if points is None:
                continue
            text = "" if written is None or pd.isna(written) else str(written).strip()
            if not text:
                otherwise = points
                continue
            limit = _limit(text, factor, share=ratio or kind == "share", percent=unit == "%")
            if isinstance(limit, str):
                self.faults.append(f"{where}：指标值“{text}”{limit}")
            elif ratio and "ratio" in known.measure and limit <= 0:  # type: ignore[union-attr]
                self.faults.append(f"{where}：指标值须大于0；其余情形的得分，请把指标值空着另写一行")
            elif limit in bands:
                self.faults.append(f"{where}：指标值“{text}”写了两次")
            else:
                bands[limit] = points
        tops = [_number(value) for value in part["most"].tolist()] if "most" in part else []
        top = next((value for value in tops if value is not None), None)
        steps = [otherwise, *(bands[limit] for limit in sorted(bands))]
        if any(after < before for before, after in pairwise(steps)) or otherwise < 0:
            self.faults.append(f"{where}：指标值越大得分应不减，且不小于0")
        if top is None and not bands:
            self.faults.append(f"{where}：没有满分，也没有分档")
        elif top is not None and bands and steps[-1] != top:
            self.faults.append(f"{where}：最高一档 {steps[-1]} 分，满分却是 {top}")
        most = top if top is not None else steps[-1]
        if len(self.faults) and self.faults[-1].startswith(where):
            return
        rule = {"id": id_, "kind": "points", "title": name, "title_en": name, "max": most, "verified": False}
        rule["source"] = {"2022-1.0": "G22", "2024-national": "G24"}.get(self.edition, "G25")
        if not bands:
            column = f"points_{name.replace('.', '_')}"  # of every stage the same
            self.columns[column] = {"kind": "number", "title": f"{name}得分", "highest": most}
            rule["given"] = column
        else:
            column = f"value_{name.replace('.', '_')}"
            if known is None:
                self.columns[column] = {"kind": kind, "title": name, "lowest": "none"}
                self.columns[column] |= {"highest": 1} if kind == "share" else {}
            rule["of"] = known.measure if known else column
            rule["bands"] = [{"at_least": limit, "points": bands[limit]} for limit in sorted(bands, reverse=True)]
            rule["otherwise"] = otherwise
        self.rules.append(rule)
        self.items[id_] = (name, block, share)
        self.sums[share] += most

    def _sum(self, id_: str, items: Sequence[str], most: Any) -> None:
        rule = {"id": id_, "kind": "points", "title": id_, "title_en": id_, "max": most, "sum": list(items)}
        self.rules.append({**rule, "source": "G24", "verified": False})


def _number(value: Any) -> Decimal | None:
    return None if value is None or pd.isna(value) else Decimal(str(value)).normalize() + 0


def _limit(text: str, factor: int, *, share: bool, percent: bool) -> Decimal | str:
    """The limit of a band in basic units, or what is wrong with it."""
    number = read_number(text, 1 if share else factor)
    if number is None or isinstance(number, Fault) or number.exact is None:
        return "不是数字"
    if share and (number.suffix == "%" or percent):
        return number.exact / 100
    if share:
        return "不知是不是百分数；请写成 6%，或在“单位”里写 %"
    return f"带的单位“{number.suffix}”不能用" if number.suffix in ("%", "分") else number.exact


def weights_form(edition: str) -> dict[str, Sheet]:
    """A blank points table to fill in: every stage and indicator of an edition, one row each to begin with."""
    rows: list[dict[str, Any]] = []
    if edition == EDITION_2025:
        for block, share in frame()["blocks_2025"].items():
            rows += [{"block": block}] * (BASE_COUNT // 3 if share == BASE else BONUS_COUNT)
    else:
        for stage in frame()["stages"]:
            rows += [
                {"stage": stage, "block": one.block, "indicator": one.name, "unit": one.unit} for one in indicators()
            ]
    names = [column.name for column in POINT_WEIGHTS.columns if column.name != POINT_WEIGHTS.id_column]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    notes = {
        "stage": "不分阶段的都空着", "at_least": "从这个值起得这些分；一档一行，可加行；空着的一行是其余情形的得分",
        "points": "这一档的得分", "most": "满分；只填满分的，得分从企业表的“指标名称+得分”一列读入",
        "unit": "元、万元、% 等；比例写 %", "block": "不是国家的一级指标时，是地方指标", "indicator": "指标名称",
    }  # fmt: skip
    titles = {column.name: column.title for column in POINT_WEIGHTS.columns}
    return {"权重": Sheet(table, titles, frozen=3, comments=notes)}
