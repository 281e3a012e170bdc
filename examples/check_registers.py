"""Registers of made-up firms against a plain count: rights, R&D sums, conversions, and the points that follow.

The registers are written as people write them: titles and units above the header, numbers and dates in many forms, the
same patent twice, joint owners, rows without a code. What is expected is counted here from what was made up, in plain
loops that use nothing of the library.

    python examples/check_registers.py [firms] [seed]
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.policy.registers.joining import add_registers
from matcher.policy.scoring import score

DAY = dt.date(2026, 6, 1)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLASS1 = ("发明专利", "发明", " 发明专利（授权）", "集成电路布图设计专有权", "植物新品种")
CLASS2 = ("实用新型专利", "实用新型", "外观设计专利", "软件著作权", "软著", "计算机软件著作权")
OWN = ("自主研发", "原始取得", "自主研究")
BOUGHT = ("受让", "并购", "继受取得", "受赠")
MONEY = (
    "人员人工费用", "直接投入费用", "折旧费用与长期待摊费用", "无形资产摊销费用", "设计费用", "装备调试费用与试验费用",
    "委托境内研究开发费用（实际发生额）", "委托境外研究开发费用（实际发生额）", "其他费用（实际发生额）",
)  # fmt: skip
FORMS = ("自行投资实施转化", "技术转让", "许可他人使用", "合作共同实施", "作价投资")
Bounds = tuple[int, int]


def code(number: int) -> str:
    """A made-up 统一社会信用代码 with its check sign."""
    body = f"91371300MA3{number:06d}"
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + ALPHABET[(31 - total) % 31]


def written_code(text: str, dice: random.Random) -> str:
    """The code as people write it."""
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in text)
    return dice.choice([text, text, text.lower(), f"{text[:8]} {text[8:]}", wide])


def written_day(day: dt.date, dice: random.Random) -> str:
    """The day as people write it."""
    serial = (day - dt.date(1899, 12, 30)).days
    year, month, date = day.year, day.month, day.day
    forms = [
        day.isoformat(), f"{year}/{month}/{date}", f"{year}年{month}月{date}日", f"{year}.{month:02d}.{date:02d}",
        f"{year}{month:02d}{date:02d}", str(serial),
    ]  # fmt: skip
    return dice.choice(forms)


def some_day(dice: random.Random, first: int, last: int) -> dt.date:
    """A day of these years."""
    return dt.date(dice.randint(first, last), dice.randint(1, 12), dice.randint(1, 28))


def patent(dice: random.Random, grade: int) -> str:
    """Twelve digits of a patent, the fifth by its kind: 1 an invention, 2 a utility model, 3 a design."""
    year, kind, rest = dice.randint(2010, 2025), dice.choice("1238"), dice.randint(0, 9_999_999)
    return f"{year}{({1: '1', 2: '23'[rest % 2]}).get(grade, kind)}{rest:07d}"


def kind_word(word: str, number: str) -> str:
    """The word of a kind, or of the other kind of patent where the number is of that one."""
    if word[:2] not in ("实用", "外观"):
        return word
    right = {"2": "实用新型", "3": "外观设计专利"}[number[4]]
    return word if word[:2] == right[:2] else right


def written_patent(number: str, dice: random.Random) -> str:
    """The number as people write it, with and without ZL and check digit."""
    check = dice.choice("0123456789X")
    split = f"ZL{number[:4]} {number[4]} {number[5:]}.{check}"
    forms = [f"ZL{number}.{check}", f"{number}.{check}", f"zl {number}.{check}", split, number]
    return dice.choice(forms)


class MadeUp:
    """What is true of the made-up registers, and how it is written."""

    def __init__(self, firms: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.codes = [code(number) for number in range(firms)]
        self.names = [f"临沂虚构{number:05d}科技有限公司" for number in range(firms)]
        self.rights: list[dict[str, Any]] = []
        self.projects: list[dict[str, Any]] = []
        self.conversions: list[dict[str, Any]] = []
        self.tables: dict[str, list[dict[str, str]]] = {"rights": [], "projects": [], "conversions": []}
        for firm in range(firms):
            self._rights(firm)
            self._projects(firm)
            self._conversions(firm)
        self._shared()
        for rows in self.tables.values():
            self.dice.shuffle(rows)

    def _who(self, firm: int, *, sure: bool) -> dict[str, str]:
        written = written_code(self.codes[firm], self.dice) if sure else ""
        return {"企业名称": self.names[firm], "统一社会信用代码": written}

    def _right(self, right: dict[str, Any]) -> None:
        dice, day = self.dice, right["granted"]
        written = "" if day is None else str(day) if isinstance(day, int) else written_day(day, dice)
        owners = {1: self.names[right["firm"]], 2: f"{self.names[right['firm']]}；虚构大学"}[right["owners"]]
        kinds = {0: ("商标", "域名"), 1: CLASS1[3:] if right["plant"] else CLASS1[:3], 2: CLASS2}[right["class"]]
        self.tables["rights"].append(
            {
                **self._who(right["firm"], sure=right["sure"]),
                "专利号": written_patent(right["number"], dice),
                "专利类型": kind_word(dice.choice(kinds), right["number"]),
                "取得方式": dice.choice(OWN if right["own"] else BOUGHT),
                "授权公告日": written,
                "专利权人": owners,
                "已使用": ("是" if right["used"] else dice.choice(["否", ""])),
                "法律状态": "失效" if right["ended"] else dice.choice(["有效", "", "维持"]),
                "由本企业使用": {True: "是", False: "否", None: ""}[right["mine"]],
            }
        )

    def _rights(self, firm: int) -> None:
        dice = self.dice
        for _ in range(dice.randint(0, 8)):
            early = [some_day(dice, 2015, 2025)] * 8
            grade = dice.choice([0, 1, 2, 2, 2, 2])
            right = {
                "firm": firm, "number": patent(dice, grade), "class": grade, "plant": dice.random() < 0.3,
                "granted": dice.choice([*early, some_day(dice, 2027, 2027), None, 2024, 2026]),
                "used": grade == 2 and dice.random() < 0.2, "own": dice.random() < 0.7, "ended": dice.random() < 0.1,
                "owners": dice.choice([1, 1, 1, 2]), "mine": dice.choice([None] * 9 + [False]),
                "sure": dice.random() < 0.95,
            }  # fmt: skip
            self.rights.append(right)
            for _ in range(dice.choice([1, 1, 1, 2])):  # some are listed twice, in another writing
                self._right(right)

    def _shared(self) -> None:
        """Rights that two firms list: one of them says that it uses it, or nobody does."""
        dice = self.dice
        for first in [right for right in self.rights if right["class"] and dice.random() < 0.05]:
            other = dice.randrange(len(self.codes))
            if other == first["firm"] or first["mine"] is False:
                continue
            second = {**first, "firm": other, "mine": dice.choice([True, None]), "sure": True, "own": first["own"]}
            self.rights.append(second)
            self._right(second)

    def _projects(self, firm: int) -> None:
        dice = self.dice
        for number in range(dice.randint(0, 3)):
            for year in (2022, 2023, 2024, 2025):
                if dice.random() < 0.2:
                    continue
                money = [dice.choice([0, dice.randint(1, 99_999_999), dice.randint(1, 300) * 10_000]) for _ in MONEY]
                if not any(money):
                    continue
                whole = dice.random() < 0.05
                project = {"firm": firm, "year": year, "money": money, "whole": whole, "sure": dice.random() < 0.97}
                self.projects.append(project)
                texts = [
                    "" if whole or not amount else f"{amount / 10_000:.4f}" for amount in money
                ]  # 万元, to the yuan
                row = {
                    **self._who(firm, sure=project["sure"]),
                    "项目编号": f"RD{number + 1:02d}",
                    "年度": dice.choice([str(year), f"{year}年", f"{year}年度"]),
                    **dict(zip(MONEY, texts, strict=True)),
                    "合计": f"{sum(money) / 10_000:.4f}" if whole else "",
                }
                self.tables["projects"] += [row] * dice.choice([1, 1, 1, 1, 2])

    def _conversions(self, firm: int) -> None:
        dice = self.dice
        for number in range(dice.randint(0, 20)):
            day: Any = dice.choice([some_day(dice, 2023, 2025)] * 6 + [some_day(dice, 2020, 2022), 2024, 2026, None])
            done = {"firm": firm, "day": day, "form": dice.random() < 0.9, "proof": dice.random() < 0.9,
                    "sure": dice.random() < 0.97}  # fmt: skip
            self.conversions.append(done)
            for _ in range(dice.choice([1, 1, 1, 2])):
                written = f"{day}年" if isinstance(day, int) else written_day(day, dice) if day else ""
                name = f"虚构成果{number}（{dice.choice(['A', 'a', ' A'])}型）"
                self.tables["conversions"].append(
                    {
                        **self._who(firm, sure=done["sure"]),
                        "成果名称": name,
                        "转化形式": dice.choice(FORMS) if done["form"] else "",
                        "转化时间": written,
                        "证明材料": dice.choice(["合同", "销售发票", "检测报告"] if done["proof"] else ["", "无"]),
                    }
                )

    def write(self, folder: Path) -> dict[str, list[str | Path]]:
        """The registers as files, with a title, a unit and a running number."""
        files: dict[str, list[str | Path]] = {}
        for kind, rows in self.tables.items():
            path = folder / f"{kind}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["登记表（虚构）"])
                if kind == "projects":
                    writer.writerow(["单位：万元"])
                writer.writerow(["序号", *rows[0]])
                writer.writerows([number, *row.values()] for number, row in enumerate(rows, 1))
            files[kind] = [path]
        return files


# ---- the plain count


def granted(day: Any) -> bool | None:
    """Whether it was granted on the day of the application; None where nobody knows."""
    if day is None:
        return None
    if isinstance(day, int):
        return True if day < DAY.year else None if day == DAY.year else False
    return bool(day <= DAY)


def count_rights(made: MadeUp, firm: int, grade: int, *, hte: bool) -> Bounds:
    """Rights of a class, at least and at most."""
    low = high = 0
    for right in made.rights:
        if right["firm"] != firm or right["class"] != grade or right["ended"]:
            continue
        known = granted(right["granted"])
        open_ = known is None or not right["sure"]
        if known is False:
            continue
        if hte:
            others = [one["mine"] for one in made.rights if one["number"] == right["number"] and one["firm"] != firm]
            if right["used"] or right["mine"] is False:
                continue
            if others and right["mine"] is None and others.count(True) == 1:
                continue
            if others and not (right["mine"] and not any(others)):
                open_ = True
        high += 1
        low += not open_
    return low, high


def count_conversions(made: MadeUp, firm: int) -> Bounds:
    """Conversions of the three years before the application, at least and at most."""
    low = high = 0
    for done in made.conversions:
        if done["firm"] != firm:
            continue
        day = done["day"]
        inside = None if day is None else (day if isinstance(day, int) else day.year) in (2023, 2024, 2025)
        if inside is False:
            continue
        high += 1
        low += bool(inside and done["form"] and done["proof"] and done["sure"])
    return low, high


def spent(made: MadeUp, firm: int, year: int) -> tuple[Fraction, Fraction, Fraction, Fraction] | None:
    """R&D expense by 195号 of a year and its domestic part, each at least and at most; None without a row."""
    rows = [one for one in made.projects if one["firm"] == firm and one["year"] == year]
    if not rows:
        return None
    answers = []
    for end in (0, 1):
        sums = [Fraction(0)] * len(MONEY)
        for one in rows:
            if end == 0 and (one["whole"] or not one["sure"]):
                continue
            money = [sum(one["money"]), *[0] * (len(MONEY) - 1)] if one["whole"] else one["money"]
            sums = [old + new for old, new in zip(sums, money, strict=True)]
        inside, abroad, other = sum(sums[:6]), sums[7] * Fraction(4, 5), sums[8]
        home = sums[6] * Fraction(4, 5)
        rest = inside + home + abroad
        kept = min(other, rest / 4)
        answers.append((rest + kept, inside + home + kept))
    (low, low_home), (high, high_home) = answers
    return low, high, low_home, high_home


def yuan(amount: Fraction) -> int:
    """Whole yuan, half a yuan up."""
    return (amount + Fraction(1, 2)).__floor__()


def hte_rights_points(class1: Bounds, class2: Bounds) -> Bounds:
    """知识产权数量 (195号): at least 1 of class I 7-8, 5 of class II 5-6, 3 to 4: 3-4, 1 to 2: 1-2, else 0."""
    ones, twos = range(class1[0], class1[1] + 1), range(class2[0], class2[1] + 1)
    found = [
        (7, 8) if one else (5, 6) if two >= 5 else (3, 4) if two >= 3 else (1, 2) if two else (0, 0)
        for one in ones
        for two in twos
    ]
    return min(low for low, _ in found), max(high for _, high in found)


def tech_rights_points(class1: Bounds, class2: Bounds) -> Bounds:
    """科技成果 (115号)."""
    ones, twos = range(class1[0], class1[1] + 1), range(class2[0], class2[1] + 1)
    found = [30 if one else 24 if two >= 4 else (0, 6, 12, 18)[two] for one in ones for two in twos]
    return min(found), max(found)


def conversion_points(bounds: Bounds) -> Bounds:
    """科技成果转化能力 (195号) of the mean of three years; a mean between 0 and 1 may be read either way."""
    found = []
    for number in range(bounds[0], bounds[1] + 1):
        whole = number // 3
        table = {0: (0, 6) if number else (0, 0), 1: (1, 6), 2: (7, 12), 3: (13, 18), 4: (19, 24)}
        found.append(table.get(whole, (25, 30)))
    return min(low for low, _ in found), max(high for _, high in found)


def expected(made: MadeUp, firm: int) -> dict[str, Any]:
    """Everything that is compared, of one firm."""
    facts: dict[str, Any] = {}
    rights = {
        (prefix, grade): count_rights(made, firm, grade, hte=not prefix)
        for prefix in ("", "tech-sme.")
        for grade in (1, 2)
    }
    if any(right["firm"] == firm for right in made.rights):
        facts |= {f"{prefix}class{grade}_ip": bounds for (prefix, grade), bounds in rights.items()}
        facts["points hte ip_count"] = hte_rights_points(rights["", 1], rights["", 2])
        facts["points tech-sme ip"] = tech_rights_points(rights["tech-sme.", 1], rights["tech-sme.", 2])
    if any(done["firm"] == firm for done in made.conversions):
        facts["conversions_3y"] = count_conversions(made, firm)
        facts["points hte conversion"] = conversion_points(facts["conversions_3y"])
    years = {year: found for year in (2023, 2024, 2025) if (found := spent(made, firm, year)) is not None}
    for year, found in years.items():
        facts[f"rd_expense_y{year - 2022}"] = (yuan(found[0]), yuan(found[1]))
    if len(years) == 3:
        facts["rd_domestic_3y"] = tuple(yuan(sum((one[end] for one in years.values()), Fraction(0))) for end in (2, 3))
    return facts


def given(firms: pd.DataFrame, scored: Any, row: int, name: str) -> Any:
    """What the library says of the same."""
    if name.startswith("points "):
        _, policy, rule = name.split(" ")
        verdicts = scored.verdicts
        line = verdicts[
            (verdicts["policy"] == policy) & (verdicts["rule"] == rule) & (verdicts["kind"] == "points")
            & (verdicts["enterprise_id"] == firms["enterprise_id"].iloc[row])
        ].iloc[0]  # fmt: skip
        return float(line["points_low"]), float(line["points_high"])
    ends = [firms[name + end].iloc[row] for end in ("_min", "_max")] if name + "_min" in firms else []
    value = firms[name].iloc[row]
    return tuple(None if pd.isna(end) else float(end) for end in ([value, value] if pd.notna(value) else ends))


def compare(firms: int, seed: int) -> tuple[dict[str, int], list[str]]:
    """How many figures were compared by kind, and each that differs."""
    made = MadeUp(firms, seed)
    table = pd.DataFrame({"enterprise_id": made.codes, "name": made.names, "uscc": made.codes, "accounting_years": 3})
    with tempfile.TemporaryDirectory() as folder:
        done = add_registers(table, made.write(Path(folder)), ["hte", "tech-sme"], on=DAY)
    scored = score(done.firms, ["hte", "tech-sme"], on=DAY)
    points = scored.verdicts[scored.verdicts["kind"] == "points"]
    scored = type(scored)(scored.summary, points, scored.problems)
    counts: dict[str, int] = {}
    wrong = []
    for row in range(firms):
        for name, value in expected(made, row).items():
            counts[name] = counts.get(name, 0) + 1
            found = given(done.firms, scored, row, name)
            if tuple(map(float, value)) != found:
                wrong.append(f"{made.names[row]} {name}: expected {value}, given {found}")
    return counts, wrong


def main() -> int:
    """Print what was compared."""
    firms, seed = (int(word) for word in (*sys.argv[1:], *("500", "1")[len(sys.argv) - 1 :]))
    counts, wrong = compare(firms, seed)
    for name, many in sorted(counts.items()):
        print(f"{name}: {many} firms")
    for line in wrong[:20]:
        print(line)
    print(f"{firms} made-up firms, seed {seed}: {sum(counts.values())} figures, {len(wrong)} differ")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
