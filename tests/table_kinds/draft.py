"""A table in the making: its truth, what is written for it, and how the sheet around it is laid out."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from stdnum.cn import uscc

from table_kinds.expected import Ask

UNITS = {"元": 1, "千元": 10**3, "万元": 10**4, "十万元": 10**5, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}

TITLES: dict[str, dict[str, str]] = {
    "firms": {
        "name": "企业名称",
        "enterprise_id": "企业编号",
        "uscc": "统一社会信用代码",
        "region": "地区",
        "registered_on": "成立日期",
        "employees_total": "职工总数",
        "rd_staff": "科技人员数",
        "sales_last_year": "上年度销售收入",
        "assets_total": "资产总额",
        "cost_expense": "上年度成本费用支出",
        "rd_expense_last_year": "上年度研发费用",
        "class1_ip": "Ⅰ类知识产权数",
        "class2_ip": "Ⅱ类知识产权数",
        "sales_y1": "前三年销售收入",
        "sales_y2": "前二年销售收入",
        "sales_y3": "上一年销售收入",
        "net_assets_y1": "前三年净资产",
        "net_assets_y2": "前二年净资产",
        "net_assets_y3": "上一年净资产",
        "rd_expense_y1": "前三年研发费用",
        "rd_expense_y2": "前二年研发费用",
        "rd_expense_y3": "上一年研发费用",
        "total_income_last_year": "上年度总收入",
        "hightech_income_last_year": "上年度高新技术产品（服务）收入",
        "market_share": "主导产品全国细分市场占有率",
    },
    "needs": {
        "need_id": "需求编号",
        "title": "需求名称",
        "description": "需求描述",
        "enterprise": "企业名称",
        "region": "所在地区",
        "field": "技术领域",
        "cooperation": "合作方式",
        "budget": "预算",
        "posted_on": "发布日期",
        "valid_until": "有效期至",
    },
    "outcomes": {
        "outcome_id": "成果编号",
        "title": "成果名称",
        "description": "成果简介",
        "institution": "完成单位",
        "region": "所在地区",
        "field": "技术领域",
        "maturity": "成熟度",
        "cooperation": "合作方式",
        "posted_on": "发布日期",
    },
    "experts": {
        "expert_id": "专家编号",
        "name": "姓名",
        "institution": "工作单位",
        "title": "研究方向",
        "position": "职称",
        "region": "所在地区",
    },
    "works": {
        "work_id": "业绩编号",
        "expert_id": "专家编号",
        "title": "业绩名称",
        "description": "摘要",
        "kind": "业绩类型",
        "date": "日期",
    },
}

OFFICIAL = {  # titles that a problem may use instead of the header
    "registered_on": "注册成立日期",
    "sales_y1": "销售收入（前三年）",
    "sales_y2": "销售收入（前二年）",
    "sales_y3": "销售收入（上一年）",
    "net_assets_y1": "净资产（前三年末）",
    "net_assets_y2": "净资产（前二年末）",
    "net_assets_y3": "净资产（上一年末）",
    "rd_expense_y1": "研究开发费用（前三年）",
    "rd_expense_y2": "研究开发费用（前二年）",
    "rd_expense_y3": "研究开发费用（上一年）",
    "region": "地区",
}
MONEY = {
    name
    for name in TITLES["firms"]
    if name.startswith(("sales", "assets", "cost", "rd_expense", "net_assets", "total_income", "hightech"))
} | {"budget"}
COUNTS = {"employees_total", "rd_staff", "class1_ip", "class2_ip"}
DATES = {"registered_on", "posted_on", "valid_until", "date"}
KEYS = {"firms": "name", "needs": "title", "outcomes": "title", "experts": "name", "works": "title"}

_SYLLABLES = "甲乙丙丁戊己庚辛壬癸"
_TRADES = ("机械", "材料", "食品", "电子", "木业", "化工", "农机", "石材", "医疗器械", "仪表", "纺织", "智能装备")
_SUBJECTS = (
    "齿轮",
    "液压阀",
    "木粉尘",
    "石材废水",
    "轴承",
    "胶黏剂",
    "大蒜切片",
    "柳编",
    "磁材",
    "滤袋",
    "人造板",
    "电机",
)
_TASKS = (
    "磨削烧伤检测",
    "去毛刺工艺",
    "火花探测",
    "回用技术",
    "寿命预测",
    "在线称重",
    "表面缺陷识别",
    "节能改造",
    "无醛化",
    "智能分拣",
)
_PLACES = ("临沂市兰山区", "临沂市平邑县", "临沂市罗庄区", "临沂市莒南县", "临沂市沂水县", "临沂市费县")
_SCHOOLS = ("虚构理工大学", "某农业大学", "虚构机械研究院", "某大学化工学院", "虚构中医药大学")
_FIELDS = ("先进制造", "新材料", "生物医药", "现代农业", "节能环保", "电子信息")


class Shown(NamedTuple):
    """A cell of a workbook with its number format."""

    value: Any
    format: str


class Formula(str):
    """A cell of a workbook that is computed; the file holds no value of it."""


class Line(NamedTuple):
    """One row of the sheet. `role`: above, header, under, record, other (must be listed) or blank."""

    cells: list[Any]
    role: str
    record: int = -1


@dataclass
class Draft:
    """One table with known truth. `truth[i][field]` is the value of record i or an expectation about it."""

    rng: random.Random
    contract: str
    policies: tuple[str, ...]
    fields: list[str]
    truth: list[dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)  # other names that a problem may use for a field
    written: list[dict[str, Any]] = field(default_factory=list)
    above: list[list[Any]] = field(default_factory=list)
    header_lines: list[list[Any]] | None = None
    under: list[list[Any]] = field(default_factory=list)
    before: dict[int, list[tuple[list[Any], str]]] = field(default_factory=dict)
    below: list[tuple[list[Any], str]] = field(default_factory=list)
    lines: list[Line] | None = None  # the whole sheet, where a kind lays it out itself
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # of data: record, column, record, column
    header_merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, left, bottom, right in header
    xlsx: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quote: Callable[[str], str] | None = None
    newline: str = "\n"
    date_1904: bool = False
    finish: Callable[[Path], None] | None = None  # works on the written file
    book: Callable[[Any], None] | None = None  # works on the openpyxl workbook
    on: date | None = None
    file_name: str = ""

    @property
    def key(self) -> str:
        return KEYS[self.contract]

    @property
    def money(self) -> list[str]:
        return [name for name in self.fields if name in MONEY]

    def set(self, record: int, name: str, written: Any, expected: Any) -> None:
        self.written[record][name] = written
        self.truth[record][name] = expected

    def ask_column(self, name: str) -> None:
        """No cell of this column can be known."""
        for row in self.truth:
            row[name] = Ask()

    def some(self, least: int = 1) -> list[int]:
        """A few of the records, in order."""
        count = self.rng.randint(min(least, len(self.truth)), len(self.truth))
        return sorted(self.rng.sample(range(len(self.truth)), count))

    def write_money(self, unit: str, names: Sequence[str] | None = None) -> None:
        """The money as plain numbers in this unit; the unit itself is shown by whoever calls."""
        for row, told in zip(self.written, self.truth, strict=True):
            for name in self.money if names is None else names:
                row[name] = in_unit(told[name], unit)

    def head_units(self, unit: str | None = None) -> None:
        """The tidy way: the unit in round brackets in the header."""
        unit = unit or self.rng.choice(("万元", "万元", "元", "亿元", "千元"))
        self.write_money(unit)
        for name in self.money:
            self.headers[name] += f"（{unit}）"

    def insert_column(self, place: int, name: str, header: str, cells: Sequence[Any]) -> None:
        """A column that is no field of the truth."""
        self.fields.insert(place, name)
        self.headers[name] = header
        for row, cell in zip(self.written, cells, strict=True):
            row[name] = cell

    def row(self, cells: dict[int, Any]) -> list[Any]:
        return [cells.get(place) for place in range(len(self.fields))]

    def header_row(self) -> list[Any]:
        return [self.headers[name] for name in self.fields]

    def record_row(self, record: int) -> list[Any]:
        return [self.written[record].get(name) for name in self.fields]

    def layout(self) -> list[Line]:
        if self.lines is not None:
            return self.lines
        lines = [Line(cells, "above") for cells in self.above]
        lines += [Line(cells, "header") for cells in self.header_lines or [self.header_row()]]
        lines += [Line(cells, "under") for cells in self.under]
        for record in range(len(self.truth)):
            lines += [Line(cells, role) for cells, role in self.before.get(record, [])]
            lines.append(Line(self.record_row(record), "record", record))
        return lines + [Line(cells, role) for cells, role in self.below]

    def write(self, folder: Path) -> Path:
        path = folder / (self.file_name or ("表.xlsx" if self.xlsx else "表.csv"))
        if self.xlsx:
            self._write_xlsx(path)
        else:
            self._write_csv(path)
        if self.finish:
            self.finish(path)
        return path

    def _write_csv(self, path: Path) -> None:
        rows = [["" if cell is None else _csv_cell(cell) for cell in line.cells] for line in self.layout()]
        width = max(map(len, rows))
        rows = [row + [""] * (width - len(row)) for row in rows]
        if self.quote:
            text = "".join(self.delimiter.join(map(self.quote, row)) + self.newline for row in rows)
        else:
            out = io.StringIO()
            csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline).writerows(rows)
            text = out.getvalue()
        path.write_bytes(text.encode(self.encoding))

    def _write_xlsx(self, path: Path) -> None:
        import openpyxl
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book = openpyxl.Workbook()
        if self.date_1904:
            book.epoch = CALENDAR_MAC_1904
        sheet = book.active
        lines = self.layout()
        for row, line in enumerate(lines, 1):
            for column, cell in enumerate(line.cells, 1):
                if cell is None or cell == "":
                    continue
                target = sheet.cell(row, column)
                if isinstance(cell, Shown):
                    target.value, target.number_format = cell
                else:
                    target.value = cell
                    if isinstance(cell, str) and target.data_type == "f" and not isinstance(cell, Formula):
                        target.data_type = "s"
        header = next(place for place, line in enumerate(lines, 1) if line.role in {"header", "record"})
        rows = {line.record: place for place, line in enumerate(lines, 1) if line.record >= 0}
        for top, left, bottom, right in self.header_merges:
            sheet.merge_cells(None, header + top, left + 1, header + bottom, right + 1)
        for top, left, bottom, right in self.merges:
            sheet.merge_cells(None, rows[top], left + 1, rows[bottom], right + 1)
        if self.book:
            self.book(book)
        book.save(path)


def _csv_cell(cell: Any) -> str:
    if isinstance(cell, Shown):
        cell = cell.value
    if hasattr(cell, "strftime"):
        return str(cell.strftime("%Y-%m-%d"))
    return str(cell)


def in_unit(yuan: int, unit: str) -> int | float:
    """The number that a clerk writes for an amount in this unit."""
    number = Fraction(yuan, UNITS[unit])
    return int(number) if number.denominator == 1 else float(number)


def text_of(number: float) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)


def credit_code(rng: random.Random) -> str:
    body = (
        "91"
        + rng.choice(("371302", "371311", "371326"))
        + "MA3"
        + "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(6))
    )
    return body + str(uscc.calc_check_digit(body))


def a_day(rng: random.Random, first: date = date(2005, 1, 1), last: date = date(2025, 12, 31)) -> date:
    return first + timedelta(days=rng.randrange((last - first).days))


def firm_names(rng: random.Random, count: int) -> list[str]:
    stems = rng.sample([a + b for a in _SYLLABLES for b in _SYLLABLES if a != b], count)
    return [
        f"虚构{stem}{rng.choice(_TRADES)}{rng.choice(('有限公司', '科技有限公司', '股份有限公司'))}" for stem in stems
    ]


def titles(rng: random.Random, count: int) -> list[str]:
    return rng.sample([subject + task for subject in _SUBJECTS for task in _TASKS], count)


def _value(rng: random.Random, name: str) -> Any:
    if name == "budget":
        return rng.choice((rng.randint(1, 60) * 50_000, rng.randint(31, 999) * 10_000, rng.randint(11, 40) * 1_000_000))
    if name in MONEY:
        return rng.randint(1001, 49_999) * 10_000 + rng.choice((0, 0, 0, 5_000_000))
    if name in DATES:
        return a_day(rng)
    match name:
        case "employees_total":
            return rng.randint(31, 990)
        case "rd_staff":
            return rng.randint(3, 30)
        case "class1_ip" | "class2_ip":
            return rng.randint(1, 40)
        case "market_share":
            return rng.choice((5, 12, 30.5, 45, 60)) / 100
        case "region":
            return rng.choice(_PLACES)
        case "description":
            way = rng.choice(("在线", "批量", "低成本"))
            return f"{rng.choice(_SUBJECTS)}生产中{rng.choice(_TASKS)}不稳，需{way}办法{rng.randint(1, 99)}"
        case "field":
            return rng.choice(_FIELDS)
        case "institution":
            return rng.choice(_SCHOOLS)
        case "cooperation":
            return rng.choice(("技术转让", "合作开发", "委托开发", "技术服务"))
        case "maturity":
            return rng.choice(("小试", "中试", "量产"))
        case "position":
            return rng.choice(("教授", "副教授", "研究员", "高级工程师"))
        case "kind":
            return rng.choice(("论文", "发明专利", "项目"))
    raise KeyError(name)


def draft(
    rng: random.Random,
    contract: str,
    fields: Sequence[str],
    *,
    policies: Sequence[str] = (),
    least: int = 3,
    most: int = 8,
    shuffle: bool = True,
) -> Draft:
    """A tidy table of `contract` with these fields, in a random order behind the key, money still without a unit."""
    count = rng.randint(least, most)
    fields = list(fields)
    if shuffle:
        head, rest = fields[:1], fields[1:]
        rng.shuffle(rest)
        fields = head + rest
    names = firm_names(rng, count)
    subjects = titles(rng, count)
    people = rng.sample([a + b + c for a in "赵钱孙李周" for b in "一二三四五" for c in "明华国平"], count)
    truth = []
    for place in range(count):
        row = {}
        for name in fields:
            match (contract, name):
                case ("firms", "name"):
                    row[name] = names[place]
                case ("experts", "name"):
                    row[name] = people[place]
                case (_, "title"):
                    row[name] = subjects[place]
                case (_, "enterprise"):
                    row[name] = rng.choice(names)
                case (_, "uscc"):
                    row[name] = credit_code(rng)
                case (_, "enterprise_id" | "need_id" | "outcome_id" | "expert_id" | "work_id"):
                    row[name] = f"{name[:2].upper()}-{place + rng.choice((100, 200)):04d}"
                case _:
                    row[name] = _value(rng, name)
        if {"rd_staff", "employees_total"} <= row.keys():
            row["rd_staff"] = min(row["rd_staff"], row["employees_total"])
        truth.append(row)
    made = Draft(rng, contract, tuple(policies), fields, truth)
    made.headers = {name: TITLES[contract][name] for name in fields}
    made.written = [dict(row) for row in truth]
    return made


def tech(rng: random.Random, *extra: str, least: int = 3, most: int = 8) -> Draft:
    """Firms for tech-sme, at times together with hte, the columns of two policies on one table."""
    money = ["sales_last_year", "assets_total", "rd_expense_last_year", "cost_expense"]
    chosen = ["sales_last_year", *rng.sample(money[1:], rng.randint(1, 3))]
    counts = rng.sample(sorted(COUNTS), rng.randint(1, 4))
    policies = rng.choice((("tech-sme",), ("tech-sme",), ("tech-sme", "hte"), ("hte", "tech-sme")))
    return draft(rng, "firms", ["name", *chosen, *counts, *extra], policies=policies, least=least, most=most)


def hte(rng: random.Random, *extra: str, least: int = 3, most: int = 8) -> Draft:
    fields = ["name", "registered_on", "sales_y1", "sales_y2", "sales_y3", "net_assets_y3", "rd_expense_y3", *extra]
    return draft(rng, "firms", fields, policies=("hte",), least=least, most=most)


def needs(rng: random.Random, *extra: str, least: int = 3, most: int = 8) -> Draft:
    optional = rng.sample(["enterprise", "region", "field"], rng.randint(1, 3))
    fields = ["title", "description", "budget", *optional, *extra]
    return draft(rng, "needs", fields, least=least, most=most)


def money_table(rng: random.Random, least: int = 3, most: int = 8) -> Draft:
    """Firms or needs: a table with money and without a unit."""
    return rng.choice((tech, tech, needs))(rng, least=least, most=most)


def replace_in_zip(path: Path, member: str, change: Callable[[str], str]) -> None:
    """Rewrite one member of a workbook, for what openpyxl would never write."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[member] = change(parts[member].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
