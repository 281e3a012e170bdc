"""The commands on fields and chains. No logic; `add_commands` adds them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matcher.cli.options import say
from matcher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

TITLES = {
    "id": "编号", "code": "编码", "name": "名称", "level": "层级", "rank": "排名", "probability": "概率",
    "words": "依据词",
    "cluster": "集群", "order": "顺序", "link": "环节", "required": "必备", "kind": "类别", "firms": "企业数",
    "needs": "需求数", "outcomes": "成果数", "firm_ids": "企业编号", "need_ids": "需求编号", "outcome_ids": "成果编号",
    "missing": "缺失", "supply": "可由谁补", "need_id": "需求编号", "elsewhere": "外地成果数", "outcome_id": "成果编号",
    "title": "名称", "links": "涉及环节数", "link_names": "涉及环节",
}  # fmt: skip
WORDS = {
    "kind": {"firm": "企业", "need": "需求", "outcome": "成果"},
    "supply": {"outcome": "库中有成果", "none": "库中无成果"},
}


def fields(
    table: Annotated[Path, typer.Argument(help="Table of firms, needs or outcomes: csv, xlsx, xls, parquet or jsonl.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .csv, .xlsx or .parquet.")],
    scheme: Annotated[
        str, typer.Option("--scheme", help="hte, gbt4754, clusters, a table of headings, or a learned model (.npz).")
    ] = "hte",
    labels: Annotated[
        Path | None, typer.Option(help="Learn first from labels: a table with id, text columns and label.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Save what was learned (.npz).")] = None,
    level: Annotated[int | None, typer.Option(min=1, help="Only this level of the scheme.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Headings a row and level.")] = 3,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Smallest probability beyond the first.")] = 0.1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary; errors only.")] = False,
) -> None:
    """Say which fields, industry classes or clusters every row belongs to, with probabilities and words."""
    from matcher.export.tables import check_target, save_tables
    from matcher.fields.classifier import FieldModel
    from matcher.tables.reading import describe, read_table
    from matcher.tables.schemas import FIELD_TEXTS

    check_target(output)
    model = FieldModel.load(scheme) if scheme.endswith(".npz") else FieldModel.build(scheme)
    if labels is not None:
        known = read_table(labels, FIELD_TEXTS).rows
        if "label" not in known.columns:
            raise TableError(f"{labels.name}：没有 label 列；请给出每行的编码或名称")
        model = model.fit(known, known["label"].fillna("").astype(str).tolist())
    if save is not None:
        model.save(save)
    reading = read_table(table, FIELD_TEXTS)
    found = model.classify(reading.rows, k=k, at_least=at_least, level=level, progress=not quiet)
    save_tables(output, {"领域": found, "问题": reading.problems}, TITLES)
    if not quiet:
        if len(reading.problems):
            print(describe(reading.problems), file=sys.stderr)
        first = found[(found["level"] == found["level"].min()) & (found["rank"] == 1)]
        none = int((first["code"] == "").sum())
        print(f"{len(reading.rows)} 行，{none} 行不属于任何条目；结果已写入 {output}", file=sys.stderr)
        if model.learned:
            print(f"学习：{model.learned}", file=sys.stderr)


def chains(
    links: Annotated[Path, typer.Argument(help="Table of links: cluster, link, order, words, required.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to write: .xlsx, or the links alone as .csv or .parquet.")
    ],
    firms: Annotated[Path | None, typer.Option(help="Table of firms.")] = None,
    needs: Annotated[Path | None, typer.Option(help="Table of needs.")] = None,
    outcomes: Annotated[Path | None, typer.Option(help="Table of outcomes.")] = None,
    local: Annotated[
        str | None, typer.Option(help="Only outcomes whose region has these words answer a need, e.g. 临沂.")
    ] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Smallest probability of a place.")] = 0.3,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary; errors only.")] = False,
) -> None:
    """Put firms, needs and outcomes on the links of chains: missing links, unanswered needs, strongest outcomes."""
    from matcher.export.tables import check_target, save_tables
    from matcher.fields.chains import link_table, place_on_chains, strongest_outcomes, unanswered_needs
    from matcher.matching.index import Index
    from matcher.matching.matches import match
    from matcher.tables.reading import read_needs, read_outcomes, read_table
    from matcher.tables.schemas import FIELD_TEXTS, LINKS

    check_target(output)
    table = read_table(links, LINKS).rows
    asked = None if needs is None else read_needs(needs).rows
    offered = None if outcomes is None else read_outcomes(outcomes).rows
    own = None if firms is None else read_table(firms, FIELD_TEXTS).rows
    places = place_on_chains(table, firms=own, needs=asked, outcomes=offered, at_least=at_least)
    on_links = link_table(table, places)
    sheets = {"环节": on_links, "落位": places}
    if asked is not None and offered is not None:
        matches = match(asked, Index.build(offered, progress=not quiet), reasons=False, progress=not quiet)
        sheets["无解需求"] = unanswered_needs(places, matches, local=None if local is None else _near(offered, local))
        sheets["强链成果"] = strongest_outcomes(places, matches)
    names = {
        "firm": _names(own, "enterprise_id", "name"),
        "need": _names(asked, "need_id", "title"),
        "outcome": _names(offered, "outcome_id", "title"),
    }
    _add_titles(sheets["落位"], "id", [names[kind] for kind in places["kind"]])
    for sheet, key, kind in (("无解需求", "need_id", "need"), ("强链成果", "outcome_id", "outcome")):
        if sheet in sheets:
            _add_titles(sheets[sheet], key, [names[kind]] * len(sheets[sheet]))
    if output.suffix.lower() == ".xlsx":
        sheets = {name: sheet.replace(WORDS) for name, sheet in sheets.items()}
    save_tables(output, sheets, TITLES)
    missing = on_links.loc[on_links["missing"], "link"].tolist()
    said = f"{len(on_links)} 个环节，缺 {len(missing)} 个：{'、'.join(missing) or '无'}"
    if "无解需求" in sheets:
        said += f"；无{'本地' if local else ''}成果可解的链上需求 {sheets['无解需求']['need_id'].nunique()} 项"
    say(quiet, f"{said}；结果已写入 {output}")


def _names(table: pd.DataFrame | None, key: str, column: str) -> dict[str, str]:
    if table is None or column not in table:
        return {}
    return dict(zip(table[key].astype(str), table[column].fillna("").astype(str), strict=True))


def _add_titles(sheet: pd.DataFrame, key: str, names: list[dict[str, str]]) -> None:
    found = [own.get(name, "") for own, name in zip(names, sheet[key].astype(str), strict=True)]
    sheet.insert(list(sheet).index(key) + 1, "title", found)


def _near(outcomes: pd.DataFrame, words: str) -> set[str]:
    """The ids of the outcomes of a region. TableError where there is none: a slip of the pen, or no regions given."""
    found: set[str] = set()
    if "region" in outcomes:
        here = outcomes["region"].fillna("").astype(str).str.contains(words, regex=False)
        found = set(outcomes.loc[here, "outcome_id"].astype(str))
    if not found:
        raise TableError(f"成果表中没有一项的所在地区含“{words}”；请检查 --local 或补上地区")
    return found


def add_commands(app: typer.Typer) -> None:
    """Put the commands on an app."""
    app.command("fields")(fields)
    app.command("chains")(chains)
