"""Service teams (服务团) in the place of persons: one team serves several villages (一团多村)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from matcher.errors import TableError
from matcher.tables.schemas.main import LOW


def as_teams(
    persons: pd.DataFrame, works: pd.DataFrame | None = None, excluded: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame | None, dict[str, str]]:
    """Persons and works with each team as one unit, and who of the units is left out.

    Persons without a team stay themselves. A team's texts and works are those of its members, its capacity and days
    their sums (unknown where one is, of a span its lower end), its place that of its first member with one; members who
    are left out add nothing, and a team of only such is left out.

    Raises TableError where nobody is in a team, or a team has the id of a person.
    """
    left_out = dict(excluded or {})
    team = persons["team"].fillna("").astype(str).str.strip() if "team" in persons else pd.Series("", persons.index)
    if (team == "").all():
        raise TableError("特派员表没有“服务团”这一列，或都是空的；不分团时请去掉 --teams")
    if clash := sorted(set(team) & set(persons.loc[team == "", "expert_id"])):
        raise TableError(f"服务团“{clash[0]}”与一个人的编号相同，请改名")
    unit = team.where(team != "", persons["expert_id"])
    kept = ~persons["expert_id"].isin(list(left_out)) | (team == "")
    gone = sorted(set(unit) - set(unit[kept]))
    rows = persons[kept | unit.isin(gone)].assign(unit=unit)
    units = []
    for name, group in rows.groupby("unit", sort=False):
        if (group["team"] == "").all():
            units.append(group.iloc[0].drop("unit"))
            continue
        one = group.iloc[0].drop("unit").copy()
        heads = "、".join(text for text in group["name"] if text)
        one["expert_id"], one["name"] = name, f"{name}（{heads}）"
        for field in ("institution", "title", "description", "keywords"):
            one[field] = "；".join(dict.fromkeys(text for text in group[field] if text)) if field in group else ""
        for field in ("capacity", "available_days"):
            known = group[field].fillna(group[field + LOW]) if field + LOW in group else group.get(field)
            one[field] = np.nan if known is None else known.astype(float).sum(min_count=len(group))
        if "serves" in group:
            wished = [text for text in group["serves"] if text]
            one["serves"] = "、".join(dict.fromkeys(wished)) if len(wished) == len(group) else ""
        placed = group[(group["county"] != "").to_numpy()]
        located = group[group["longitude"].notna()] if "longitude" in group else group.iloc[:0]
        if len(placed):
            one["county"], one["town"] = placed["county"].iloc[0], placed["town"].iloc[0]
        if len(located):
            one["longitude"], one["latitude"] = located["longitude"].iloc[0], located["latitude"].iloc[0]
        units.append(one)
    table = pd.DataFrame(units).reset_index(drop=True)
    for field in ("capacity", "available_days"):
        if field in table:
            table[field] = table[field].astype("Float64")
    moved = None
    if works is not None:
        member = dict(zip(rows["expert_id"], rows["unit"], strict=True))
        by_name = rows.drop_duplicates("name", keep=False)
        of_name = dict(zip(by_name["name"], by_name["unit"], strict=True))
        who = works["expert_id"].map(member)
        if "name" in works:
            who = who.fillna(works["name"].map(of_name).where(works["expert_id"].fillna("") == ""))
        moved = works.assign(expert_id=who.fillna(works["expert_id"]))
    out = dict.fromkeys(gone, "成员都不符合选派条件")
    out |= {name: why for name, why in left_out.items() if name in set(table["expert_id"])}
    return table, moved, out
