"""Industrial chains: what stands on which link, where links are missing, which outcome would help most.

Tables in, tables out. Which link a text belongs to is the answer of `matcher.fields.classifier`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.fields.classifier import FieldModel, classify
from matcher.fields.need_objects import place_needs
from matcher.fields.taxonomy import NONE, Scheme
from matcher.matching.library.filters import fitting
from matcher.tables.cells.texts import first_few
from matcher.tables.files.grids import Source
from matcher.tables.naming.regions import find_region
from matcher.tables.reading import PROBLEM_COLUMNS, Reading, read_table
from matcher.tables.schemas.main import FIELD_TEXTS
from matcher.tables.schemas.main import LINKS as LINK_TABLE

LINKS = ("cluster", "link", "order", "words", "required")
PLACES = ("cluster", "order", "link", "kind", "id", "probability", "words")
KINDS = ("firm", "need", "outcome")
_UNITS = {"firm": "家", "need": "条", "outcome": "项"}


def read_links(source: Source, *, sheet: str | int | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """A table of links as people keep it; see `matcher.tables.reading.read_table`. Nobody needs ids of links."""
    reading = read_table(source, LINK_TABLE, sheet=sheet, columns=columns)
    about_ids = reading.problems["column"] == LINK_TABLE[LINK_TABLE.id_column].title
    return dataclasses.replace(reading, problems=reading.problems[~about_ids])


def place_on_chains(
    links: pd.DataFrame,
    *,
    firms: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
    at_least: float = 0.3,
) -> pd.DataFrame:
    """Put firms, needs and outcomes on the links of their clusters' chains.

    links: cluster, link, order (that of the rows if left out), words (what is made or done there, joined by ；),
    required (yes/no; yes if left out).

    All links of all clusters are one scheme of two levels, so a text first finds its cluster, one of the shipped
    clusters that `links` leaves out, or none, and then its link. A need stands only where its object does: it is one
    of the link's things or of their kind, and its background does not count. One row a text
    and link of probability `at_least`: cluster, order, link, kind ("firm", "need", "outcome"), id, probability, words
    (that decided). Sorted by cluster in the order of `links`, order, kind, probability falling, id. Raises TableError.
    """
    links = check_links(links)
    clusters = list(dict.fromkeys(links["cluster"]))
    above = pd.DataFrame({"code": [f"#{c}" for c in clusters], "parent": "", "name": clusters, "words": ""})
    below = pd.DataFrame(
        {
            "code": [str(i) for i in range(len(links))],
            "parent": "#" + links["cluster"],
            "name": links["link"],
            "words": links["words"],
        }
    )
    model = FieldModel.build(Scheme.load(pd.concat([above, below, _beside(links)], ignore_index=True)))
    pieces = []
    for kind, table in zip(KINDS, (firms, needs, outcomes), strict=True):
        if table is None or not len(table):
            continue
        if kind == "need":
            fields = place_needs(model, links, table, at_least=at_least)
        else:
            fields = model.classify(table, k=len(links), at_least=at_least, level=2)
            fields = fields[(fields["code"] != "") & (fields["probability"] >= at_least)]
            fields = fields.assign(link=fields["code"].astype(int))
        place = links.iloc[fields["link"].to_numpy(int)].reset_index(drop=True)
        rows = fields[["id", "probability", "words"]].reset_index(drop=True)
        pieces.append(pd.concat([place[["cluster", "order", "link"]], rows], axis=1).assign(kind=kind))
    if not pieces:
        return pd.DataFrame(columns=list(PLACES))
    table = pd.concat(pieces, ignore_index=True)[list(PLACES)]
    keys = table.assign(
        _c=table["cluster"].map(clusters.index), _k=table["kind"].map(KINDS.index), _p=-table["probability"]
    )
    return table.loc[keys.sort_values(["_c", "order", "_k", "_p", "id"], kind="stable").index].reset_index(drop=True)


def _beside(links: pd.DataFrame) -> pd.DataFrame:
    """What a text may be about that `links` does not name: the shipped clusters that none of its clusters is nearest
    to, and words of no cluster at all. Without them a herb would stand on the chain that is least far from it.
    """
    shipped = Scheme.load("clusters")
    words = (links["link"] + "；" + links["words"]).groupby(links["cluster"]).agg("；".join)
    taken = classify(words.index.to_series() + "；" + words, "clusters", k=1, none=False)["code"]
    rows = shipped.headings[~shipped.headings["code"].isin(set(taken))]
    others = pd.DataFrame({"code": ["none"], "name": NONE, "words": shipped.others})
    return pd.concat([rows[["code", "name", "words"]], others], ignore_index=True).assign(parent="")


def link_table(links: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Every link with what stands on it, and whether the chain breaks there (补链).

    One row a link, in the order of the chains: cluster, order, link, required, firms, needs, outcomes (counts),
    firm_ids, need_ids, outcome_ids (at most five, then 等 N 条; `places` has all), missing: the link is required and no
    firm stands on it; supply: of a missing link, "outcome" where an outcome could fill it and "none" where nothing here
    could, "" otherwise.
    """
    links = check_links(links)
    table = links[["cluster", "order", "link", "required"]].copy()
    for kind in KINDS:
        by_link = places[places["kind"] == kind].groupby(["cluster", "link"])["id"].agg(list).to_dict()
        listed = [by_link.get(key, []) for key in zip(links["cluster"], links["link"], strict=True)]
        table[f"{kind}s"] = list(map(len, listed))
        table[f"{kind}_ids"] = [first_few(ids, _UNITS[kind]) for ids in listed]
    table["missing"] = table["required"] & (table["firms"] == 0)
    filled = table["outcomes"].gt(0).map({True: "outcome", False: "none"})
    table["supply"] = filled.where(table["missing"], "")
    counts, ids = [f"{kind}s" for kind in KINDS], [f"{kind}_ids" for kind in KINDS]
    return table[["cluster", "order", "link", "required", *counts, *ids, "missing", "supply"]]


def named_beside(links: pd.DataFrame, places: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Missing links whose name or words stand in texts of firms that were put elsewhere or nowhere, as a list of
    problems (PROBLEM_COLUMNS): a person decides whether the link is really missing.
    """
    table = link_table(links, places)
    names = firms[FIELD_TEXTS.id_column].astype(str)
    columns = [column.name for column in FIELD_TEXTS.columns if column.kind == "text" and column.name in firms]
    texts = firms[columns].astype(object).fillna("").astype(str).agg(" ".join, axis=1)
    lines = []
    for (_, link), missing in zip(check_links(links).iterrows(), table["missing"], strict=True):
        words = [word.strip() for word in re.split("[；;、,，]", f"{link['link']}；{link['words']}")]
        found = {word: names[texts.str.contains(word, regex=False)] for word in words if len(word) > 1}
        said = {word: ids for word, ids in found.items() if len(ids)} if missing else {}
        if said:
            ids = list(dict.fromkeys(one for some in said.values() for one in some))
            what = f"环节“{link['link']}”报作缺失，但 {first_few(ids, '家')} 写有“{'”“'.join(said)}”，"
            what += "判断更近于别的集群或环节"
            line = {"file": "", "sheet": "", "row": None, "column": "关键词", "value": link["link"], "problem": what}
            lines.append({**line, "action": "请核对；确在这个环节的，请把企业的说法加进这个环节的关键词", "kept": True})
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS).astype({"row": "Int64"})


def unanswered_needs(places: pd.DataFrame, matches: pd.DataFrame, *, local: set[str] | None = None) -> pd.DataFrame:
    """Needs on a chain that no (local) outcome answers: candidates for 揭榜 and key-technology projects.

    matches: what `matcher.match` gives (need_id, outcome_id, good_match). local: the ids of the outcomes that count;
    all by default. One row a need and link: cluster, order, link, need_id, elsewhere (how many good matches there are
    that are not local), sorted as `places`. A need that `matches` does not hold was not asked about and raises
    TableError.
    """
    needs = places[places["kind"] == "need"]
    unknown = sorted(set(needs["id"]) - set(matches["need_id"].astype(str)))
    if unknown:
        raise TableError(f"匹配结果中没有 {len(unknown)} 条链上需求：{'、'.join(unknown[:10])}；请先对它们做匹配")
    good = matches[matches["good_match"].astype(bool) & (matches["outcome_id"].astype(str) != "")]
    here = good if local is None else good[good["outcome_id"].astype(str).isin(local)]
    answered = set(here["need_id"].astype(str))
    total = good.groupby(good["need_id"].astype(str)).size()
    rows = needs[~needs["id"].isin(answered)]
    table = rows[["cluster", "order", "link", "id"]].rename(columns={"id": "need_id"}).reset_index(drop=True)
    table["elsewhere"] = table["need_id"].map(total).fillna(0).astype(int)
    return table


def strongest_outcomes(places: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """The outcomes that would serve most (强链): needs on the chains that they match well, and firms on their links.

    One row an outcome with a good match or a place on a link: outcome_id, rank (from 1), needs (counted once each),
    firms (on the links where the outcome stands), links, need_ids, link_names. Ordered by needs, then firms, then id.
    """
    on_chain = set(places.loc[places["kind"] == "need", "id"])
    good = matches[matches["good_match"].astype(bool) & matches["need_id"].astype(str).isin(on_chain)]
    by_outcome = good.groupby(good["outcome_id"].astype(str))["need_id"]
    served = {str(name): sorted(set(map(str, ids))) for name, ids in by_outcome if name != ""}
    firms = places[places["kind"] == "firm"].groupby(["cluster", "link"])["id"].agg(set).to_dict()
    placed = places[places["kind"] == "outcome"].groupby("id")
    stands = {str(name): list(zip(group["cluster"], group["link"], strict=True)) for name, group in placed}
    rows: list[dict[str, Any]] = []
    for name in sorted({*map(str, served), *stands}):
        links = list(dict.fromkeys(stands.get(name, [])))
        near = set().union(*(firms.get(link, set()) for link in links))
        rows.append(
            {
                "outcome_id": name,
                "needs": len(served.get(name, [])),
                "firms": len(near),
                "links": len(links),
                "need_ids": first_few(served.get(name, []), _UNITS["need"]),
                "link_names": first_few([link for _, link in links], "个"),
            }
        )
    table = pd.DataFrame(rows, columns=["outcome_id", "needs", "firms", "links", "need_ids", "link_names"])
    table = table.sort_values(["needs", "firms", "outcome_id"], ascending=[False, False, True], kind="stable")
    table.insert(1, "rank", range(1, len(table) + 1))
    return table.reset_index(drop=True)


def outcomes_of_region(outcomes: pd.DataFrame, words: str) -> set[str]:
    """The ids of the outcomes whose region lies in this place; where the national list lacks it, has these words.

    Raises TableError where there is none.
    """
    ids: set[str] = set()
    if "region" in outcomes:
        cells = outcomes["region"].astype(object).fillna("").astype(str)
        if find_region(words):
            here = pd.Series(fitting(cells.to_numpy(object), words, column="region"), cells.index)
        else:
            here = cells.str.contains(words, regex=False)
        ids = set(outcomes.loc[here, "outcome_id"].astype(str))
    if not ids:
        raise TableError(f"成果表中没有一项的所在地区含“{words}”；请检查 --local 或补上地区")
    return ids


def check_links(links: pd.DataFrame) -> pd.DataFrame:
    """The links in the order of their chains. Raises TableError naming every fault."""
    lost = [title for name, title in (("cluster", "集群"), ("link", "环节")) if name not in links.columns]
    if lost:
        raise TableError(f"产业链表缺少列：{'、'.join(lost)}")
    table = links.reset_index(drop=True).copy()
    for name, said in (("order", table.groupby("cluster").cumcount() + 1), ("required", "是")):  # what no row says
        if name not in table or (table[name].isna() | table[name].astype(str).str.strip().eq("")).all():
            table[name] = said
    table["cluster"], table["link"] = table["cluster"].astype(str), table["link"].astype(str)
    table["words"] = table["words"].fillna("").astype(str) if "words" in table else ""
    given = table["required"]
    words = given.astype(str).str.strip().str.lower()
    yes, no = words.isin(["是", "true", "1", "yes", "1.0"]), words.isin(["否", "false", "0", "no", "0.0"])
    order = pd.to_numeric(table["order"], errors="coerce")
    faults = [f"第 {i + 2} 行，顺序“{_written(table['order'].iloc[i])}”：不是数字" for i in order.index[order.isna()]]
    faults += [f"第 {i + 2} 行，必备“{_written(given.iloc[i])}”：请写 是 或 否" for i in words.index[~(yes | no)]]
    twice = table.duplicated(["cluster", "link"])
    faults += [f"第 {i + 2} 行：“{table['cluster'][i]}”的环节“{table['link'][i]}”重复" for i in table.index[twice]]
    if faults:
        raise TableError(f"产业链表：{len(faults)} 处问题\n  " + "\n  ".join(faults[:20]))
    table["order"], table["required"] = order, yes
    table["_c"] = table["cluster"].map({name: i for i, name in enumerate(dict.fromkeys(table["cluster"]))})
    table = table.sort_values(["_c", "order"], kind="stable").reset_index(drop=True)
    return table[list(LINKS)]


def _written(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)
