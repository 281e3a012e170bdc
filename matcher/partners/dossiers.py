"""One page per firm: decisions, points, gaps, the cheapest way, partners, instruments, questions; Excel and HTML.

Finished tables in, files out. What a page shows and how it is laid out stay in here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.errors import OutputError, PolicyError, TableError
from matcher.export.pages import page_bytes
from matcher.export.sheets import Form, Sheet
from matcher.export.tables import files_of
from matcher.export.targets import check_targets, make_folder, save_files
from matcher.partners.cooperation import Cooperation
from matcher.partners.options import records, text_of
from matcher.partners.wording import gap_number, interval_text, item_texts, number_text
from matcher.policy.answers.advice import ask_first
from matcher.policy.answers.evaluation import judged_columns
from matcher.policy.answers.minimal_changes import LEVERS, Lever, cheapest
from matcher.policy.answers.workbook import DECISIONS, PASSED, asked_texts, for_one, question, rules_by_id
from matcher.policy.language.model import Rule, Ruleset
from matcher.policy.language.thresholds import reads
from matcher.policy.policy import Policies, Policy, load_policies
from matcher.policy.scoring import score
from matcher.progress import advancing
from matcher.tables.arguments import as_day
from matcher.tables.naming.writings import KnownIds
from matcher.tables.privacy import mask_nested

OPEN = ("passes", "can_pass", "unknown")  # decisions on an instrument that a firm can still do something with
_FULL = 2  # policies shown in full; further ones take a line, so that a file stays one page
_DIGITS = 2  # of figures on a page
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

    Parameters
    ----------
    firms
        The wide firm table, one row per firm.
    policy
        A policy by name, folder or object, or several. Pages show the first two in full, the others in a line each.
    on
        Day of the answer, a date or ISO text.
    partners
        The table of `propose`, of one or several policies.
    instruments
        The table of `matcher.policy.programmes.support_programmes`; those that a firm cannot get now are left out.
    levers
        Policy id -> levers for the cheapest way, by default `matcher.policy.answers.minimal_changes.LEVERS`, whose
        costs are assumptions. The goal is to pass, or, where experts judge, that only their points are open.
    most_partners, most_questions
        How many of each a policy's part holds at most.

    Returns
    -------
    list of dict
        For each firm enterprise_id, name, region, on, policies, instruments; each policy a dict with title, decision,
        text (the decision in Chinese), total_low, total_high, met, conditions, items, gaps, cheapest, partners, ask.
        None is unknown.

    Raises
    ------
    PolicyError
        A policy is not known, or a firm has two rows.
    """
    loaded = load_policies(policy)
    ids = firms["enterprise_id"].astype(str)
    if ids.duplicated().any():
        raise PolicyError(
            f"企业表中同一企业有不止一行：{'、'.join(ids[ids.duplicated()].unique()[:5])}；请每家企业只留一行"
        )
    day = as_day(on)
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
        for one in loaded:
            for file, part in zip(files, _answers(for_one(firms, one, loaded), one, day), strict=True):
                file["policies"].append(part)
            advance(1)
    by_firm = {file["enterprise_id"]: file for file in files}
    for at, one in enumerate(loaded):
        table, known = for_one(firms, one, loaded), (levers or LEVERS).get(one.id)
        _add_questions(by_firm, at, table, one, day, most_questions)
        if at < _FULL and known is not None:
            _add_cheapest(by_firm, at, table, one, day, known)
        if partners is not None and len(partners):
            _add_partners(by_firm, at, partners[partners["policy"].astype(str) == one.id], most_partners)
    if instruments is not None:
        for row in records(instruments):
            file_of = by_firm.get(text_of(row["enterprise_id"]))
            if file_of is not None and row["decision"] in OPEN:
                file_of["instruments"].append({name: text_of(row[name]) for name in ("title", "what_to_do", "source")})
    return files


def firms_by_id(firms: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """The firms with these ids, in the order of the table. Raises TableError where one is missing."""
    known = KnownIds(firms["enterprise_id"].astype(str))
    if missing := known.unknown(ids):
        raise TableError(f"企业表中没有企业 {missing}")
    return firms[firms["enterprise_id"].astype(str).isin(known.find_all(list(ids)))].reset_index(drop=True)


def write_firm_files(
    output: str | Path, files: Sequence[Mapping[str, Any]], *, mask: bool = True, progress: bool = False
) -> int:
    """Write the files of `firm_files`; how many files were written is returned.

    Parameters
    ----------
    output
        A workbook (.xlsx, an overview and a sheet per firm), a page (.html, a printed page per firm), or a folder,
        made where it is missing, for an .html and an .xlsx per firm and `index.html`; a folder's files are all written
        or none.
    files
        What `firm_files` gave.
    mask
        Hide contacts in texts, ids and file names (see `matcher.tables.privacy`).

    Raises
    ------
    OutputError
        Nothing can be written there.
    """
    target = Path(output)
    # names of sheets and files are shortened: contacts are hidden first, or a cut number would not be seen as one
    shown: Any = mask_nested(list(files)) if mask else list(files)
    suffix = target.suffix.lower()
    if suffix in (".xlsx", ".html") and not target.is_dir():
        check_targets({output: (".xlsx", ".html")})
        save_files(_workbook(target, shown) if suffix == ".xlsx" else {target: _page(shown)})
        return 1
    if suffix and not target.is_dir():
        raise OutputError(f"“{target}”：请写成 .xlsx、.html，或一个文件夹")
    folder = make_folder(output)
    names = _unique([re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", file["enterprise_id"])[:80] for file in shown])
    written: dict[Path, bytes] = {}
    with advancing(len(shown), "写出", progress) as advance:
        for name, file in zip(names, shown, strict=True):
            written[folder / f"{name}.html"] = _page([file])
            written |= _workbook(folder / f"{name}.xlsx", [file])
            advance(1)
    index = {"rows": list(zip(names, shown, strict=True)), "on": shown[0]["on"] if shown else ""}
    written[folder / "index.html"] = page_bytes("firm_index", index, mask=False)
    save_files(written)
    return len(written)


def _answers(firms: pd.DataFrame, policy: Policy, day: dt.date) -> list[dict[str, Any]]:
    """The answer of a policy for every firm: decision, conditions, items and gaps."""
    scored = score(firms, policy, on=day)
    rules = {edition.id: rules_by_id(policy, edition.id) for edition in policy.editions}
    by_firm: dict[str, list[dict[str, Any]]] = {}
    for row in records(scored.verdicts.astype({"kind": str, "rule": str, "passed": object, "source": str})):
        by_firm.setdefault(str(row["enterprise_id"]), []).append(row)
    out = []
    for summary in records(scored.summary.astype({"decision": object, "edition": object})):
        by_id = rules.get(text_of(summary["edition"]), {})
        ruleset = Ruleset(policy.editions[0], tuple(by_id.values()), None)
        conditions, items = [], []
        for row in by_firm.get(str(summary["enterprise_id"]), ()):
            rule = by_id[row["kind"], row["rule"]]
            shared = {"title": rule.title, "source": row["source"], "verified": bool(row["verified"])}
            if row["kind"] == "condition":
                gap = _gap(row["gap"], rule, policy, ruleset) or str(row["why"])
                conditions.append({**shared, "passed": str(row["passed"]), "text": PASSED[row["passed"]], "gap": gap})
            elif row["kind"] == "points" and row["rule"] != "total":
                points = {name: _plain(row[f"points_{name}"]) for name in ("low", "high", "max")}
                items.append({**shared, **points, "text": _interval(points["low"], points["high"])})
        total = [_plain(summary["total_low"]), _plain(summary["total_high"])]
        decision = text_of(summary["decision"])
        out.append(
            {
                "policy": policy.id,
                "title": policy.title,
                "edition": text_of(summary["edition"]),
                "decision": decision,
                "text": DECISIONS.get(decision, "不作结论"),
                "total_low": total[0],
                "total_high": total[1],
                "total": _interval(*total),
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
    kinds = {policy.columns[name].kind for name in reads(rule, ruleset)}
    unit = "分" if rule.id == "score" else "元" if kinds == {"yuan"} else "天" if kinds == {"date"} else ""
    return f"差 {number}{unit}" if (number := gap_number(gap, _DIGITS)) else ""


def _add_questions(
    by_firm: Mapping[str, dict[str, Any]], at: int, firms: pd.DataFrame, policy: Policy, day: dt.date, most: int
) -> None:
    questions = ask_first(firms, policy, on=day)
    for row, text in zip(records(questions), asked_texts(firms, policy.id, questions), strict=True):
        asked = by_firm[str(row["enterprise_id"])]["policies"][at]["ask"]
        if len(asked) < most:
            asked.append(question(str(row["title"]), text))


def _add_cheapest(
    by_firm: Mapping[str, dict[str, Any]],
    at: int,
    firms: pd.DataFrame,
    policy: Policy,
    day: dt.date,
    levers: Sequence[Lever],
) -> None:
    goal = "can_pass" if judged_columns(policy) else "passes"
    changes = cheapest(firms, policy, on=day, levers=levers, goal=goal, proposals=1)
    for file in by_firm.values():
        file["policies"][at]["goal"] = _GOALS[goal]
    for name, rows in changes.groupby("enterprise_id", sort=False):
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
    titles = {way.id: way.title for way in Cooperation.load().ways.values()}
    if "good_match" in table:
        table = table[table["good_match"].astype(bool)]
    for (name, _), rows in table.sort_values("rank", kind="stable").groupby(["enterprise_id", "rank"], sort=False):
        file = by_firm.get(str(name))
        if file is None:
            continue
        listed, first = file["policies"][at]["partners"], rows.iloc[0]
        key = text_of(first["outcome_id"]) or text_of(first["expert_id"])
        if len(listed) >= most or any(other["id"] == key for other in listed):
            continue
        gains = [_plain(first[f"total_gain_{end}"]) for end in ("low", "high")]
        listed.append(
            {
                "id": key,
                "partner": text_of(first["partner"]),
                "way": titles.get(text_of(first["way"]), text_of(first["way"])),
                "moved": item_texts(rows, " "),
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
    return number_text(value, _DIGITS)


def _signed(value: float | None) -> str:
    return "" if value is None else f"{'+' if value > 0 else ''}{_number(value)}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else interval_text(low, high, _DIGITS)


def _unique(names: Sequence[str]) -> list[str]:
    """The names, a number behind those that a file system or workbook would take for one used before."""
    used: set[str] = set()
    unique = []
    for name in names:
        free, n = name, 1
        while free.lower() in used:
            n += 1
            free = f"{name[:76]}~{n}"
        used.add(free.lower())
        unique.append(free)
    return unique


def _page(files: Sequence[Mapping[str, Any]]) -> bytes:
    return page_bytes("firm_file", {"files": files, "full": _FULL}, mask=False)


def _lines(file: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """A firm's sheet as the lines of a `Form`."""
    rows: list[tuple[str, list[str]]] = [
        ("title", [file["name"]]),
        ("row", ["企业编号", file["enterprise_id"], file["region"], f"判断日期 {file['on']}"]),
    ]
    for at, part in enumerate(file["policies"]):
        total = f"{part['total']} 分" if part["total"] else ""
        met = f"条件符合 {part['met']}/{len(part['conditions'])}" if part["conditions"] else ""
        rows.append(("head", [part["title"], part["text"], total, met]))
        if at >= _FULL:
            continue
        if part["gaps"]:
            rows.append(("columns", ["未满足的条件", "结论", "差距", "依据"]))
            rows += [("row", [row["title"], row["text"], row["gap"], row["source"]]) for row in part["gaps"]]
        if part["items"]:
            rows.append(("columns", ["得分项", "得分", "满分", "依据"]))
            rows += [("row", [i["title"], i["text"], _number(i["max"]), i["source"]]) for i in part["items"]]
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


def _workbook(target: Path, files: Sequence[Mapping[str, Any]]) -> dict[Path, bytes]:
    """One sheet per firm; of several firms an overview first, whose ids open their sheets."""
    names = _unique(
        [re.sub(r"[\[\]:*?/\\']", "_", f"{file['enterprise_id']} {file['name']}")[:27].strip() for file in files]
    )
    sheets: dict[str, Sheet | Form] = {}
    if len(files) > 1:
        table: dict[str, list[str]] = {name: [file[name] for file in files] for name in ("enterprise_id", "name")}
        titles = {}
        for at, part in enumerate(files[0]["policies"]):
            for key, title in (("text", "结论"), ("total", "得分")):
                table[f"{key}_{at}"] = [file["policies"][at][key] for file in files]
                titles[f"{key}_{at}"] = f"{part['title']}：{title}"
        sheets["总览"] = Sheet(pd.DataFrame(table), titles, frozen=2, links={"enterprise_id": names})
    sheets |= {name: Form(_lines(file)) for name, file in zip(names, files, strict=True)}
    return files_of(target, sheets, title="企业档案", mask=False)
