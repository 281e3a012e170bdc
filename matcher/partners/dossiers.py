"""One page a firm: decisions, points, gaps, the cheapest way, partners, instruments, questions; Excel and HTML.

Finished tables in, files out. What a page shows and how it is laid out stay in here.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError, PolicyError
from matcher.export.privacy import mask_contacts
from matcher.export.sheets import fit_cell
from matcher.export.targets import save_files
from matcher.partners.options import records, text_of
from matcher.policy.advice import ask_first
from matcher.policy.evaluation import judged_columns
from matcher.policy.minimal_changes import LEVERS, Lever, cheapest
from matcher.policy.model import Rule, Ruleset
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.scoring import score
from matcher.policy.thresholds import reads
from matcher.policy.workbook import DECISIONS, PASSED, for_one, rules_by_id
from matcher.progress import advancing

OPEN = ("passes", "can_pass", "unknown")  # decisions on an instrument that a firm can still do something with
_FULL = 2  # policies shown in full; further ones take a line, so that a file stays one page
_GOALS = {"passes": "确定通过", "can_pass": "事实条件全部满足，只待专家评分"}


def firm_files(
    firms: pd.DataFrame,
    policy: Policies,
    *,
    on: dt.date | str,
    partners: pd.DataFrame | None = None,
    instruments: pd.DataFrame | None = None,
    levers: Mapping[str, Sequence[Lever]] | None = None,
    most_partners: int = 3,
    most_questions: int = 4,
    progress: bool = False,
) -> list[dict[str, Any]]:
    """The one-page file of every firm, as plain values, in the order of the table.

    `partners`: the table of `matcher.partners.proposals.partners`, of one or several policies. `instruments`: the table
    of `matcher.policy.support_programmes.instruments`; those that a firm cannot get now are left out.
    `levers`: policy id -> levers for the cheapest way, by default `matcher.policy.minimal_changes.LEVERS`, whose costs
    are assumptions. The goal is to pass, or, where experts judge, that only their points are open.

    Each: enterprise_id, name, region, on, policies (title, decision, total_low, total_high, met, conditions, items,
    gaps, cheapest, partners, ask), instruments. None is unknown. Raises PolicyError for a policy that is not known,
    or a firm with two rows.
    """
    loaded = load_policies(policy)
    ids = firms["enterprise_id"].astype(str)
    if ids.duplicated().any():
        raise PolicyError(
            f"企业表中同一企业有不止一行：{'、'.join(ids[ids.duplicated()].unique()[:5])}；请每家企业只留一行"
        )
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on
    files: list[dict[str, Any]] = [
        {
            "enterprise_id": name,
            "name": text_of(row.get("name")) or name,
            "region": text_of(row.get("region")),
            "on": day.isoformat(),
            "policies": [],
            "instruments": [],
        }
        for name, row in zip(ids, records(firms), strict=True)
    ]
    with advancing(len(loaded), "企业档案", progress) as advance:
        for policy in loaded:
            for file, part in zip(files, _answers(for_one(firms, policy, loaded), policy, day), strict=True):
                file["policies"].append(part)
            advance(1)
    ways = {policy.id: (levers or LEVERS).get(policy.id) for policy in loaded}
    by_firm = {file["enterprise_id"]: file for file in files}
    for at, policy in enumerate(loaded):
        own = for_one(firms, policy, loaded)
        _add_questions(by_firm, at, own, policy, day, most_questions)
        if at < _FULL and ways[policy.id] is not None:
            _add_cheapest(by_firm, at, own, policy, day, ways[policy.id])
        if partners is not None and len(partners):
            _add_partners(by_firm, at, partners[partners["policy"].astype(str) == policy.id], most_partners)
    if instruments is not None:
        for row in records(instruments):
            found = by_firm.get(text_of(row["enterprise_id"]))
            if found is not None and row["decision"] in OPEN:
                found["instruments"].append({name: text_of(row[name]) for name in ("title", "what_to_do", "source")})
    return files


def write_firm_files(
    output: str | Path, files: Sequence[Mapping[str, Any]], *, mask: bool = True, progress: bool = False
) -> int:
    """Write the files: a workbook (.xlsx, an overview and a sheet a firm), a page (.html, a printed page a firm), or,
    for a name without suffix, a folder that exists with an .html and an .xlsx a firm and `index.html`.

    With `mask`, contacts in texts are hidden (see `matcher.export.matches.mask_contacts`). Returns how many files were
    written. Raises OutputError where that cannot be done; a folder's files are then all written or none.
    """
    target = Path(output)
    shown = [_masked(file) for file in files] if mask else list(files)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        save_files({target: _workbook(shown)})
        return 1
    if suffix == ".html":
        save_files({target: _page(shown)})
        return 1
    if suffix or not target.is_dir():
        raise OutputError(f"“{target}”：请写成 .xlsx、.html，或一个已有的文件夹")
    names = _unique([re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", file["enterprise_id"])[:80] for file in shown])
    out: dict[Path, bytes] = {}
    with advancing(len(shown), "写出", progress) as advance:
        for name, file in zip(names, shown, strict=True):
            out[target / f"{name}.html"] = _page([file])
            out[target / f"{name}.xlsx"] = _workbook([file])
            advance(1)
    out[target / "index.html"] = (
        _template("firm_index.html.j2")
        .render(rows=list(zip(names, shown, strict=True)), decisions=DECISIONS, on=shown[0]["on"] if shown else "")
        .encode()
    )
    save_files(out)
    return len(out)


def _answers(firms: pd.DataFrame, policy: Policy, day: dt.date) -> list[dict[str, Any]]:
    """What a policy says of every firm: decision, conditions, items and gaps."""
    scored = score(firms, policy, on=day)
    rules = {edition.id: rules_by_id(policy, edition.id) for edition in policy.editions}
    by_firm: dict[str, list[dict[str, Any]]] = {}
    for row in records(scored.verdicts.astype({"kind": str, "rule": str, "passed": object, "source": str})):
        by_firm.setdefault(str(row["enterprise_id"]), []).append(row)
    out = []
    for summary in records(scored.summary.astype({"decision": object, "edition": object})):
        own = rules.get(text_of(summary["edition"]), {})
        whole = Ruleset(policy.editions[0], tuple(own.values()), None)
        conditions, items = [], []
        for row in by_firm.get(str(summary["enterprise_id"]), ()):
            rule = own[row["kind"], row["rule"]]
            told = {"title": rule.title, "source": row["source"], "verified": bool(row["verified"])}
            if row["kind"] == "condition":
                gap = _gap(row["gap"], rule, policy, whole)
                conditions.append({**told, "passed": str(row["passed"]), "said": PASSED[row["passed"]], "gap": gap})
            elif row["kind"] == "points" and row["rule"] != "total":
                points = {name: _plain(row[f"points_{name}"]) for name in ("low", "high", "max")}
                items.append({**told, **points, "said": _range(points["low"], points["high"])})
        total = [_plain(summary["total_low"]), _plain(summary["total_high"])]
        decision = text_of(summary["decision"])
        out.append(
            {
                "policy": policy.id,
                "title": policy.title,
                "edition": text_of(summary["edition"]),
                "decision": decision,
                "said": DECISIONS.get(decision, "不作结论"),
                "total_low": total[0],
                "total_high": total[1],
                "total": _range(*total),
                "met": sum(row["passed"] == "pass" for row in conditions),
                "conditions": conditions,
                "items": items,
                "gaps": [row for row in conditions if row["passed"] != "pass"],
                "goal": "",
                "cheapest": None,
                "partners": [],
                "ask": [],
            }
        )
    return out


def _gap(gap: float, rule: Rule, policy: Policy, ruleset: Ruleset) -> str:
    """How far a condition is from holding, in the unit of what is compared; "" where that is no number."""
    if math.isnan(gap) or not gap:
        return ""
    names = list(reads(rule, ruleset))
    kinds = {policy.columns[name].kind for name in names}
    unit = "分" if rule.id == "score" else "元" if kinds == {"yuan"} else "天" if kinds == {"date"} else ""
    return f"差 {_number(float(math.ceil(gap)) if gap > 1000 else gap)}{unit}"


def _add_questions(
    by_firm: Mapping[str, dict[str, Any]], at: int, firms: pd.DataFrame, policy: Policy, day: dt.date, most: int
) -> None:
    for row in records(ask_first(firms, policy, on=day)):
        asked = by_firm[str(row["enterprise_id"])]["policies"][at]["ask"]
        if len(asked) < most:
            asked.append(str(row["title"]))


def _add_cheapest(
    by_firm: Mapping[str, dict[str, Any]],
    at: int,
    firms: pd.DataFrame,
    policy: Policy,
    day: dt.date,
    levers: Sequence[Lever] | None,
) -> None:
    goal = "can_pass" if judged_columns(policy) else "passes"
    found = cheapest(firms, policy, on=day, levers=levers, goal=goal, proposals=1)
    for file in by_firm.values():
        file["policies"][at]["goal"] = _GOALS[goal]
    for name, rows in found.groupby("enterprise_id", sort=False):
        steps: dict[str, dict[str, Any]] = {}
        for row in records(rows):
            step = steps.setdefault(row["lever"], {"title": row["title"], "cost": _number(row["cost"]), "what": []})
            column = policy.columns[row["column"]]
            step["what"].append(f"{column.title} {_number(row['before'])}→{_number(row['after'])}")
        first = rows.iloc[0]
        by_firm[str(name)]["policies"][at]["cheapest"] = {
            "cost": _number(first["total_cost"]),
            "days": int(first["total_lead_days"]),
            "decision": DECISIONS[str(first["decision"])],
            "steps": [{**step, "what": "，".join(step["what"])} for step in steps.values()],
        }


def _add_partners(by_firm: Mapping[str, dict[str, Any]], at: int, table: pd.DataFrame, most: int) -> None:
    """The best ranked partners, each once, in its best way; of good matches only."""
    from matcher.partners.cooperation import Cooperation

    titles = {way.id: way.title for way in Cooperation.load().ways.values()}
    if "good_match" in table:
        table = table[table["good_match"].astype(bool)]
    for (name, _), rows in table.sort_values("rank", kind="stable").groupby(["enterprise_id", "rank"], sort=False):
        file = by_firm.get(str(name))
        if file is None:
            continue
        told, first = file["policies"][at]["partners"], rows.iloc[0]
        key = text_of(first["outcome_id"]) or text_of(first["expert_id"])
        if len(told) >= most or any(other["id"] == key for other in told):
            continue
        moved = [
            f"{row['title']} {row['before']}→{row['after']}"
            if row["kind"] != "judged"
            else f"{row['title']} {row['after']}"
            for row in records(rows)
        ]
        gains = [_plain(first[f"total_gain_{end}"]) for end in ("low", "high")]
        told.append(
            {
                "id": key,
                "partner": text_of(first["partner"]),
                "way": titles.get(text_of(first["way"]), text_of(first["way"])),
                "moved": "；".join(moved),
                "gain": "" if gains[0] is None else f"低限 {_signed(gains[0])}，高限 {_signed(gains[1])}",
                "met": int(first["conditions_met"]),
                "probability": f"{float(first['probability']):.2f}",
                "from": text_of(first["probability_from"]),
                "cost": "未知" if pd.isna(first["cost"]) else f"{_number(first['cost'])}元",
                "after": DECISIONS.get(text_of(first["decision_after"]), ""),
                "verified": bool(rows["verified"].all()),
                "reason": text_of(first["reason"]),
            }
        )


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def _signed(value: float | None) -> str:
    return "" if value is None else f"{'+' if value > 0 else ''}{_number(value)}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return _number(low) if low == high else f"{_number(low)}～{_number(high)}"


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_contacts(value)
    if isinstance(value, Mapping):
        return {key: part if str(key).endswith("id") else _masked(part) for key, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, list) else value


def _unique(names: Sequence[str]) -> list[str]:
    """The names, a number behind those that a file system or workbook would take for one used before."""
    used: set[str] = set()
    out = []
    for name in names:
        found, n = name, 1
        while found.lower() in used:
            n += 1
            found = f"{name[:76]}~{n}"
        used.add(found.lower())
        out.append(found)
    return out


def _template(name: str) -> Any:
    import jinja2

    loader = jinja2.PackageLoader("matcher.export")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(name)


def _page(files: Sequence[Mapping[str, Any]]) -> bytes:
    page: str = _template("firm_file.html.j2").render(files=files, full=_FULL)
    return page.encode()


def _lines(file: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """A firm's sheet as rows: (look, cells); looks: title, head, columns, row."""
    rows: list[tuple[str, list[str]]] = [
        ("title", [file["name"]]),
        ("row", ["企业编号", file["enterprise_id"], file["region"], f"判断日期 {file['on']}"]),
    ]
    for at, part in enumerate(file["policies"]):
        total = f"{part['total']} 分" if part["total"] else ""
        met = f"条件符合 {part['met']}/{len(part['conditions'])}" if part["conditions"] else ""
        rows.append(("head", [part["title"], part["said"], total, met]))
        if at >= _FULL:
            continue
        if part["gaps"]:
            rows.append(("columns", ["未满足的条件", "结论", "差距", "依据"]))
            rows += [("row", [row["title"], row["said"], row["gap"], row["source"]]) for row in part["gaps"]]
        if part["items"]:
            rows.append(("columns", ["得分项", "得分", "满分", "依据"]))
            rows += [("row", [i["title"], i["said"], _number(i["max"]), i["source"]]) for i in part["items"]]
        if part["cheapest"]:
            way = part["cheapest"]
            rows.append(
                ("columns", ["最省的办法（费用为假设）", f"{way['cost']} 元", f"{way['days']} 天", way["decision"]])
            )
            rows += [("row", [step["title"], f"{step['cost']} 元", "", step["what"]]) for step in way["steps"]]
        if part["partners"]:
            rows.append(("columns", ["可合作的伙伴", "方式", "总分变化", "变化的项"]))
            rows += [
                ("row", [p["partner"], p["way"], p["gain"], f"{p['moved']}；把握 {p['probability']}；费用{p['cost']}"])
                for p in part["partners"]
            ]
        if part["ask"]:
            rows.append(("row", ["先问清", "、".join(part["ask"])]))
    if file["instruments"]:
        rows.append(("head", ["可用的政策工具", "怎么办", "依据"]))
        rows += [("row", [i["title"], i["what_to_do"], i["source"]]) for i in file["instruments"]]
    rows.append(("row", ["按公开条文推算，不代替主管部门的认定；得分为区间处取决于未知事实或专家评分。"]))
    return rows


def _workbook(files: Sequence[Mapping[str, Any]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    base = {"text_wrap": True, "valign": "top", "font_size": 9}
    looks = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({**base, "bold": True, "font_size": 10, "bg_color": "#DCEBE3"}),
        "columns": book.add_format({**base, "bold": True, "bg_color": "#F1F4F2", "bottom": 1}),
        "row": book.add_format(base),
    }
    names = _unique(
        [re.sub(r"[\[\]:*?/\\']", "_", f"{file['enterprise_id']} {file['name']}")[:27].strip() for file in files]
    )
    if len(files) > 1:
        page = book.add_worksheet("总览")
        titles = [part["title"] for part in files[0]["policies"]]
        heads = ["企业编号", "企业名称", *(f"{title}：{what}" for title in titles for what in ("结论", "得分"))]
        for place, head in enumerate(heads):
            page.set_column(place, place, 26 if place == 1 else 18)
            page.write_string(0, place, head, looks["columns"])
        for line, (file, name) in enumerate(zip(files, names, strict=True), 1):
            page.write_url(line, 0, f"internal:'{name}'!A1", string=file["enterprise_id"][:255])
            cells = [file["name"], *(part[key] for part in file["policies"] for key in ("said", "total"))]
            for place, cell in enumerate(cells, 1):
                page.write_string(line, place, cell, looks["row"])
        page.freeze_panes(1, 2)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.autofilter(0, 0, len(files), len(heads) - 1)
    for file, name in zip(files, names, strict=True):
        page = book.add_worksheet(name)
        for place, width in enumerate((34, 18, 18, 60)):
            page.set_column(place, place, width)
        for line, (look, cells) in enumerate(_lines(file)):
            cells = [*cells, *[""] * (4 - len(cells))] if look in ("head", "columns") else cells
            if len(cells) == 1:
                page.merge_range(line, 0, line, 3, "", looks[look])
            if len(cells) == 2:
                page.merge_range(line, 1, line, 3, "", looks[look])
            for place, cell in enumerate(cells):
                page.write_string(line, place, fit_cell(cell), looks[look])
            widest = max(len(cell) / width for cell, width in zip(cells, (21, 11, 11, 38), strict=False))
            page.set_row(line, 20 if look == "title" else 13 * max(1, math.ceil(widest if len(cells) > 2 else 1)))
        page.set_paper(9)
        page.fit_to_pages(1, 1)
        page.set_margins(0.4, 0.4, 0.4, 0.4)
        page.hide_gridlines(2)
    book.close()
    return buffer.getvalue()
