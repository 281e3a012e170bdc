"""Headers of one, two and three rows, in the words that bureaus use."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from table_kinds.draft import COUNTS, MONEY, Draft, Line, draft, money_table, needs, tech
from table_kinds.expected import Ask, Parts

_YEARS = {"y1": 2023, "y2": 2024, "y3": 2025}
_ON = date(2026, 6, 1)


def _series(rng: random.Random, stems: list[str], **sizes: int) -> Draft:
    """Firms of hte with money in three years, ordered by year in each group, the latest first or last."""
    fields = ["name"] + [f"{stem}_{year}" for stem in stems for year in _YEARS]
    made = draft(rng, "firms", [*fields, "employees_total"], policies=("hte",), shuffle=False, **sizes)
    if rng.random() < 0.5:
        made.fields = ["name"] + [f"{stem}_{year}" for stem in stems for year in reversed(_YEARS)] + ["employees_total"]
    if rng.random() < 0.3:
        made.fields.remove("employees_total")
        made.fields.insert(1, "employees_total")
    made.on = _ON
    made.xlsx = rng.random() < 0.6
    return made


_STEMS = {"sales": "销售收入", "net_assets": "净资产", "rd_expense": "研发费用"}


def _grouped(rng: random.Random, made: Draft, group: Callable[[str], str], leaf: Callable[[int], str]) -> None:
    """Two header rows: the stem over its years; single columns stand in the upper or the lower row."""
    upper: list[object] = []
    lower: list[object] = []
    single_up = rng.random() < 0.7
    repeat = not made.xlsx and rng.random() < 0.3
    last = ""
    for place, name in enumerate(made.fields):
        stem, _, year = name.rpartition("_")
        if stem in _STEMS:
            first = stem != last
            upper.append(group(stem) if first or repeat else None)
            lower.append(leaf(_YEARS[year]))
            if first:
                made.header_merges.append((0, place, 0, place + 2))
            made.also[name] = [f"{group(stem)}{leaf(_YEARS[year])}", f"{leaf(_YEARS[year])}{group(stem)}"]
            made.headers[name] = made.also[name][0]
            last = stem
        else:
            upper.append(made.headers[name] if single_up else None)
            lower.append(None if single_up else made.headers[name])
            if single_up:
                made.header_merges.append((0, place, 1, place))
            last = ""
    made.header_lines = [upper, lower]


def two_row_years(rng: random.Random) -> Draft:
    made = _series(rng, rng.sample(list(_STEMS), rng.randint(1, 3)))
    unit = rng.choice(("万元", "万元", "千元", "元"))
    made.write_money(unit)
    where = rng.choice(("group", "group", "leaf", "line"))
    year = rng.choice(("{}年", "{}年度", "{}"))
    _grouped(
        rng,
        made,
        lambda stem: _STEMS[stem] + (f"（{unit}）" if where == "group" else ""),
        lambda number: year.format(number) + (f"（{unit}）" if where == "leaf" else ""),
    )
    if where == "line":
        made.above.append(made.row({len(made.fields) - 1: f"单位：{unit}"}))
    if rng.random() < 0.4:
        made.above.insert(0, made.row({0: "2026年高新技术企业培育摸底表"}))
    return made


def years_above(rng: random.Random) -> Draft:
    """The year over its figures: 2025年 over 销售收入 and 研发费用."""
    stems = rng.sample(list(_STEMS), rng.randint(2, 3))
    made = draft(
        rng,
        "firms",
        ["name", *(f"{stem}_{year}" for stem in stems for year in _YEARS)],
        policies=("hte",),
        shuffle=False,
    )
    made.on, made.xlsx = _ON, rng.random() < 0.6
    years = list(_YEARS) if rng.random() < 0.5 else list(reversed(_YEARS))
    made.fields = ["name"] + [f"{stem}_{year}" for year in years for stem in stems]
    unit = rng.choice(("万元", "千元"))
    made.write_money(unit)
    upper: list[object] = [made.headers["name"]]
    lower: list[object] = [None]
    form = rng.choice(("{}年", "{}年度", "{}年度数据"))
    for year in years:
        for place, stem in enumerate(stems):
            upper.append(form.format(_YEARS[year]) if place == 0 else None)
            lower.append(f"{_STEMS[stem]}（{unit}）")
            name = f"{stem}_{year}"
            made.headers[name] = f"{form.format(_YEARS[year])}{_STEMS[stem]}（{unit}）"
            made.also[name] = [f"{_STEMS[stem]}（{unit}）{form.format(_YEARS[year])}"]
        made.header_merges.append((0, len(upper) - len(stems), 0, len(upper) - 1))
    made.header_merges.append((0, 0, 1, 0))
    made.header_lines = [upper, lower]
    return made


def two_row_groups(rng: random.Random) -> Draft:
    """需求信息 | 企业信息 over the fields."""
    made = draft(rng, "needs", ["title", "description", "budget", "enterprise", "region"], shuffle=False)
    made.head_units()
    made.xlsx = rng.random() < 0.6
    groups = rng.choice(
        (
            ("需求信息", "企业信息"),
            ("一、技术需求情况", "二、需求单位情况"),
            ("需求情况", "单位情况"),
            ("技术需求", "申报单位"),
        )
    )
    parts = [["title", "description", "budget"], ["enterprise", "region"]]
    order = [0, 1] if rng.random() < 0.6 else [1, 0]
    made.fields = [name for part in order for name in parts[part]]
    upper: list[object] = []
    for part in order:
        made.header_merges.append((0, len(upper), 0, len(upper) + len(parts[part]) - 1))
        upper += [groups[part]] + [None] * (len(parts[part]) - 1)
        for name in parts[part]:
            made.also[name] = [groups[part] + made.headers[name]]
    lower: list[object] = list(made.header_row())
    if rng.random() < 0.7:
        made.insert_column(0, "_serial", "序号", range(1, len(made.truth) + 1))
        made.header_merges = [(top, left + 1, bottom, right + 1) for top, left, bottom, right in made.header_merges]
        if rng.random() < 0.5:
            upper, lower = ["序号", *upper], [None, *lower]
            made.header_merges.append((0, 0, 1, 0))
        else:
            upper, lower = [None, *upper], ["序号", *lower]
    made.header_lines = [upper, lower]
    return made


def three_rows(rng: random.Random) -> Draft:
    made = _series(rng, rng.sample(list(_STEMS), rng.randint(1, 2)))
    unit = rng.choice(("万元", "千元"))
    made.write_money(unit)
    _grouped(rng, made, lambda stem: _STEMS[stem], lambda number: f"{number}年")
    assert made.header_lines
    if rng.random() < 0.5:
        top: list[object] = [None] * len(made.fields)
        money = [place for place, name in enumerate(made.fields) if name in MONEY]
        top[money[0]] = rng.choice(("财务数据（{}）", "主要经济指标（单位：{}）", "经营情况（{}）")).format(unit)
        made.header_merges = [(a + 1, b, c + 1, d) for a, b, c, d in made.header_merges]
        made.header_merges.append((0, money[0], 0, money[-1]))
        for name in made.money:
            made.also[name] += [f"{top[money[0]]}{one}" for one in made.also[name]]
        made.header_lines.insert(0, top)
    else:
        bottom: list[object] = [unit if name in MONEY else None for name in made.fields]
        made.header_lines.append(bottom)
        for name in made.money:
            made.also[name] += [f"{one}{unit}" for one in made.also[name]]
        made.header_merges = [(a, b, 2 if c == 1 else c, d) for a, b, c, d in made.header_merges]
    return made


def merged_vertical(rng: random.Random) -> Draft:
    """Every header merged over two rows, with nothing below."""
    made = money_table(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.7
    made.header_lines = [made.header_row(), made.row({})]
    made.header_merges = [(0, place, 1, place) for place in range(len(made.fields))]
    return made


def line_breaks(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.6
    for name in made.fields:
        text = made.headers[name]
        place = rng.randint(2, max(2, len(text) - 1))
        made.headers[name] = rng.choice(
            (
                f"{text[:place]}\n{text[place:]}",
                text.replace("（", "\n（"),
                f"{text}\n",
                f"{text[:place]} {text[place:]}",
                f"{text[0]}　{text[1:]}",
            )
        )
    return made


def numbering(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    style = rng.choice(
        ("{}.", "{}、", "（{}）", "({})", "{}．", "[{}]", "han、", "（han）", "circle", "A", "0{}.", "{} ")
    )
    han = "一二三四五六七八九十"
    for place, name in enumerate(made.fields):
        mark = {
            "han、": f"{han[place]}、",
            "（han）": f"（{han[place]}）",
            "circle": "①②③④⑤⑥⑦⑧⑨⑩"[place],
            "A": f"{'ABCDEFGHIJ'[place]}.",
        }.get(style, style.format(place + 1))
        made.headers[name] = mark + made.headers[name]
    return made


def hints(rng: random.Random) -> Draft:
    made = needs(rng, "posted_on") if rng.random() < 0.5 else tech(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    general = (
        "*{}",
        "{}*",
        "{}（必填）",
        "（必填）{}",
        "{}【必填】",
        "{}（*）",
        "{}（必填项）",
        "{}：",
        "{} *",
        "★{}",
        "{}（选填）",
        "{}(必填)",
        "※{}",
    )
    special = {
        "name": ("{}（全称）", "{}（盖章）", "{}（与营业执照一致）", "请填写{}", "{}（请填写全称）"),
        "enterprise": ("{}（全称）", "{}（盖章）", "{}(全称)"),
        "title": ("{}（不超过30字）", "{}（30字以内）", "请填写{}"),
        "description": ("{}（不超过500字）", "{}（500字以内，含主要指标）", "{}（限300字）", "{}（请详细描述）"),
        "posted_on": ("{}（格式：YYYY-MM-DD）", "{}（年-月-日）", "{}（如2026-03-01）", "{}(年月日)"),
        "region": ("{}（市-县区）", "{}（填写到县区）", "{}（省/市/县）"),
        "employees_total": ("{}（含兼职）", "{}（在职）", "{}（填整数）", "{}（年末数）"),
    }
    for name in made.fields:
        if rng.random() < 0.8:
            made.headers[name] = rng.choice(special.get(name, ()) + general).format(made.headers[name])
    return made


_FIRM_WORDS = {
    "name": ("企业名称", "单位名称", "公司名称", "企业全称", "单位名称（盖章）"),
    "employees_total": (
        "员工人数",
        "从业人员",
        "职工人数",
        "从业人员数",
        "员工总数",
        "从业人数",
        "职工总人数",
        "员工人数（人）",
        "从业人员（人）",
    ),
    "rd_staff": (
        "研发人员",
        "研发人员数",
        "其中：研发人员",
        "科技人员",
        "研发人员（人）",
        "其中：科技人员",
        "从事研发人员数",
    ),
    "assets_total": ("总资产", "资产总额", "资产总计", "资产总额（年末）"),
    "rd_expense_last_year": (
        "上年度研发投入",
        "上年度研发费用",
        "上年研发投入",
        "上年度研发经费",
        "上年度研发费用总额",
    ),
    "sales_last_year": ("上年度销售收入", "上年度营业收入", "上年营业收入", "上年度主营业务收入", "上年度营收"),
}


def _words(rng: random.Random, made: Draft, words: dict[str, tuple[str, ...]]) -> None:
    for name in made.fields:
        if name in words:
            made.headers[name] = rng.choice(words[name])


def firm_words(rng: random.Random) -> Draft:
    made = draft(rng, "firms", list(_FIRM_WORDS), policies=("tech-sme",))
    _words(rng, made, _FIRM_WORDS)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    return made


def hte_words(rng: random.Random) -> Draft:
    made = draft(
        rng,
        "firms",
        [
            "name",
            "registered_on",
            "hightech_income_last_year",
            "total_income_last_year",
            "net_assets_y3",
            "rd_staff",
            "employees_total",
        ],
        policies=("hte",),
    )
    words = {
        "registered_on": (
            "成立时间",
            "注册时间",
            "成立日期",
            "注册日期",
            "企业成立时间",
            "成立（注册）时间",
            "注册成立时间",
        ),
        "hightech_income_last_year": ("高品收入", "高新技术产品收入", "高新产品收入", "上年度高品收入", "高新收入"),
        "total_income_last_year": ("总收入", "上年度总收入", "上年总收入", "收入总额（上年度）"),
        "net_assets_y3": ("上年末净资产", "上一年净资产", "上年度净资产"),
        "rd_staff": ("研发人员数", "科技人员数", "其中：研发人员", "科技人员（人）"),
        "employees_total": ("员工人数", "从业人员", "职工总数（人）", "从业人员数"),
    }
    _words(rng, made, words)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    return made


def ip_words(rng: random.Random) -> Draft:
    """Patents by kind go into two classes: invention patents are class I, utility models and software class II."""
    made = draft(rng, "firms", ["name", "employees_total"], policies=("tech-sme",))
    made.xlsx = rng.random() < 0.4
    invention = rng.choice(("发明专利", "发明专利数", "有效发明专利数", "发明专利（件）", "授权发明专利数"))
    utility = rng.choice(("实用新型", "实用新型专利", "实用新型专利数", "实用新型（件）"))
    software = rng.choice(("软件著作权", "软著", "软件著作权数", "软著（项）"))
    columns = [(invention, "class1_ip"), (utility, "class2_ip")] + (
        [(software, "class2_ip")] if rng.random() < 0.6 else []
    )
    rng.shuffle(columns)
    for row in made.truth:
        row["class1_ip"] = row["class2_ip"] = 0
    for place, (header, name) in enumerate(columns):
        numbers = [rng.randint(0, 12) for _ in made.truth]
        made.insert_column(len(made.fields), f"_ip{place}", header, numbers)
        made.also.setdefault(name, []).append(header)
        for row, number in zip(made.truth, numbers, strict=True):
            row[name] += number
    return made


_NEED_WORDS = {
    "title": ("需求名称", "技术需求名称", "难题名称", "技术难题", "需求标题", "技术难题名称", "需求项目名称"),
    "description": ("需求描述", "需求简述", "需求详情", "需求内容", "技术需求描述", "具体需求", "需求说明", "需求简介"),
    "enterprise": ("企业名称", "需求单位", "所属单位或公司名称", "单位名称", "需求企业", "提出单位", "所属企业"),
    "budget": ("预算", "预算金额", "拟投入资金", "拟投入经费", "投入预算", "计划投入资金", "意向投入", "资金预算"),
    "region": ("所在地区", "所属地区", "地区", "所属县区", "县区", "区县", "所在县区"),
    "field": ("技术领域", "所属领域", "所属技术领域", "需求领域"),
    "valid_until": ("有效期", "有效期至", "截止日期", "截止时间", "有效期限"),
    "posted_on": ("发布日期", "发布时间", "提交日期", "填报日期"),
    "cooperation": ("合作方式", "合作模式", "拟合作方式", "意向合作方式"),
}


def need_words(rng: random.Random) -> Draft:
    optional = ["enterprise", "region", "field", "valid_until", "posted_on", "cooperation"]
    made = draft(rng, "needs", ["title", "description", "budget", *rng.sample(optional, rng.randint(2, 5))])
    _words(rng, made, _NEED_WORDS)
    made.head_units()
    made.xlsx = rng.random() < 0.4
    return made


def need_form_text(rng: random.Random) -> Draft:
    """The core of a form of needs stands in 技术指标 and the like: its words must be in the description, or be told."""
    made = draft(rng, "needs", ["title", "description", "enterprise"])
    headers = rng.sample(
        ["技术指标", "拟解决的技术难题", "现有基础条件", "主要技术参数", "主要技术指标", "需解决的关键问题"],
        rng.randint(1, 3),
    )
    made.also["description"] = headers
    parts = {
        header: [f"{header}之{rng.choice('甲乙丙丁')}{rng.randint(1, 99)}项" for _ in made.truth] for header in headers
    }
    for header, cells in parts.items():
        made.insert_column(rng.randint(1, len(made.fields)), f"_{header}", header, cells)
    for record, row in enumerate(made.truth):
        row["description"] = Parts((row["description"], *(parts[header][record] for header in headers)))
    return made


_OUTCOME_WORDS = {
    "title": ("成果名称", "科技成果名称", "项目名称", "技术名称", "成果标题"),
    "description": ("成果简介", "成果描述", "成果介绍", "成果内容", "技术简介"),
    "institution": ("完成单位", "所属单位", "第一完成单位", "主要完成单位", "成果完成单位", "所属单位或公司名称"),
    "field": ("技术领域", "所属高新技术领域", "所属领域", "所属技术领域"),
    "maturity": ("成熟度", "成果所处阶段", "技术成熟度", "成果阶段", "成果成熟度"),
    "cooperation": ("合作方式", "拟采取的转化方式", "转化方式", "合作模式", "拟转化方式"),
    "posted_on": ("发布日期", "发布时间", "登记日期"),
}


def outcome_words(rng: random.Random) -> Draft:
    made = draft(
        rng,
        "outcomes",
        ["title", "description", "institution", *rng.sample(["field", "maturity", "cooperation", "posted_on"], 3)],
    )
    _words(rng, made, _OUTCOME_WORDS)
    made.xlsx = rng.random() < 0.4
    return made


_EXPERT_WORDS = {
    "name": ("姓名", "专家姓名", "专家名称", "专家", "主要完成人"),
    "institution": ("工作单位", "所在单位", "所属单位", "单位名称", "所属单位或公司名称"),
    "title": ("研究方向", "研究领域", "主要研究方向", "专业方向"),
    "position": ("职称", "专业技术职称", "技术职称", "职称/职务"),
    "region": ("所在地区", "所属地域", "所属地区", "地区"),
}


def expert_words(rng: random.Random) -> Draft:
    made = draft(rng, "experts", list(_EXPERT_WORDS))
    words = {**_EXPERT_WORDS, "name": _EXPERT_WORDS["name"][:4]}
    _words(rng, made, words)
    made.xlsx = rng.random() < 0.4
    return made


def years_in_headers(rng: random.Random) -> Draft:
    made = _series(rng, rng.sample(list(_STEMS), rng.randint(1, 3)))
    form = rng.choice(
        (
            "{y}年{s}",
            "{y}年度{s}",
            "{s}{y}年",
            "{s}（{y}年）",
            "{y}{s}",
            "{y} 年{s}",
            "{s}_{y}",
            "{s}-{y}年度",
            "{y}年企业{s}",
            "{s}({y})",
        )
    )
    for name in made.money:
        stem, _, year = name.rpartition("_")
        made.headers[name] = form.format(y=_YEARS[year], s=_STEMS[stem])
    if rng.random() < 0.5:
        rest = made.fields[1:]
        rng.shuffle(rest)
        made.fields = ["name", *rest]
    made.head_units(rng.choice(("万元", "千元", "元")))
    return made


def last_year_in_header(rng: random.Random) -> Draft:
    """One year's figure, in the year before the day of judgement; an older year is not the last one."""
    made = draft(
        rng, "firms", ["name", "sales_last_year", "rd_expense_last_year", "employees_total"], policies=("tech-sme",)
    )
    made.on, made.xlsx = _ON, rng.random() < 0.4
    form = rng.choice(("{y}年{s}", "{y}年度{s}", "{s}（{y}年）", "{s}（{y}年度）"))
    for name, stem in (("sales_last_year", "销售收入"), ("rd_expense_last_year", "研发费用")):
        old = rng.random() < 0.3
        made.headers[name] = form.format(y=rng.choice((2021, 2023, 2024)) if old else 2025, s=stem)
    made.head_units()
    for name in ("sales_last_year", "rd_expense_last_year"):
        if "2025" not in made.headers[name]:
            made.ask_column(name)
    return made


def relative_years(rng: random.Random) -> Draft:
    made = _series(rng, rng.sample(list(_STEMS), rng.randint(1, 3)))
    forms = {
        "y3": ("上年度{}", "上一年度{}", "上年{}", "去年{}", "上一年{}"),
        "y2": ("前二年{}", "前两年{}", "前年{}"),
        "y1": ("前三年{}", "大前年{}"),
    }
    for name in made.money:
        stem, _, year = name.rpartition("_")
        made.headers[name] = rng.choice(forms[year]).format(_STEMS[stem])
    made.head_units()
    return made


def sales_without_year(rng: random.Random) -> Draft:
    """销售收入 of which year, among three? Ask."""
    made = draft(rng, "firms", ["name", "sales_y3", "employees_total", "rd_expense_y3"], policies=("hte",))
    made.on, made.xlsx = _ON, rng.random() < 0.4
    for name, stem in (("sales_y3", "销售收入"), ("rd_expense_y3", "研发费用")):
        made.headers[name] = rng.choice((stem, stem, f"企业{stem}", f"{stem}合计", f"近三年{stem}"))
    made.head_units()
    made.ask_column("sales_y3")
    made.ask_column("rd_expense_y3")
    return made


def choice_lists(rng: random.Random) -> Draft:
    made = draft(rng, "outcomes", ["title", "description", "maturity", "cooperation", "field"])
    made.xlsx = rng.random() < 0.5
    lists = {
        "maturity": (
            "{}（研发/小试/中试/量产）",
            "{}（①小试②中试③量产）",
            "{}（小试、中试、量产）",
            "{}（选填：小试；中试；量产）",
        ),
        "cooperation": (
            "{}（技术转让、技术许可、合作开发、其他）",
            "{}（可多选：技术转让/合作开发/委托开发）",
            "{}（技术转让/技术服务/其它）",
            "{}（请选择）",
        ),
        "field": (
            "{}（先进制造业、农业、生物医药、现代服务业及其他）",
            "{}（电子信息/新材料/生物医药/先进制造/其他）",
            "{}（单选）",
            "{}（见填表说明）",
        ),
    }
    for name, forms in lists.items():
        made.headers[name] = rng.choice(forms).format(made.headers[name])
    return made


def duplicates(rng: random.Random) -> Draft:
    """The same header twice: equal cells are one, others are told."""
    made = tech(rng, least=4)
    made.head_units("万元")
    made.xlsx = rng.random() < 0.4
    name = rng.choice(made.money)
    differ = made.some() if rng.random() < 0.7 else []
    copy = [row[name] for row in made.written]
    for record in differ:
        copy[record] = rng.choice((None, copy[record] + rng.randint(1, 900)))
        if copy[record] is not None:
            made.truth[record][name] = Ask()
    place = rng.randint(1, len(made.fields))
    made.insert_column(place, "_copy", made.headers[name], copy)
    return made


def of_which(rng: random.Random) -> Draft:
    made = draft(
        rng, "firms", ["name", "employees_total", "rd_staff", "sales_last_year"], policies=("tech-sme",), shuffle=False
    )
    made.head_units()
    made.xlsx = rng.random() < 0.5
    made.headers["rd_staff"] = rng.choice(
        (
            "其中：科技人员数",
            "其中:科技人员",
            "其中科技人员",
            "#科技人员数",
            "其中：研发人员",
            "（其中）科技人员数",
            "其中：\n科技人员",
            "其中:从事研发人员",
            "  其中：科技人员",
        )
    )
    if rng.random() < 0.5:
        others = [rng.randint(1, 30) for _ in made.truth]
        made.insert_column(3, "_degree", rng.choice(("其中：本科以上", "其中：大专以上学历", "其中：女性")), others)
    return made


def blank_header(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    cells = [rng.choice(("已核", "是", 1, "√", "")) for _ in made.truth]
    made.insert_column(rng.randint(0, len(made.fields)), "_blank", "", cells)
    return made


def after_paragraphs(rng: random.Random) -> Draft:
    made = money_table(rng)
    made.head_units()
    made.xlsx = rng.random() < 0.6
    pool = (
        "某市科学技术局关于开展2026年技术需求征集的通知", "各县区科技局、有关企业：",
        "请于3月31日前将本表报送至市科技局高新科，企业名称务必填写全称。",
        "填表说明：1.需求名称应简明；2.预算以合同为准；3.一行一项。", "联系人：某某　电话：0539-0000000",
        "填报单位：某县科技局　　填报日期：2026年3月", "附件2",
        "（本表可续行）", "企业名称、需求名称为必填项", "注：请勿改动表头",
    )  # fmt: skip
    for text in rng.sample(pool, rng.randint(3, 7)):
        made.above.append(made.row({rng.choice((0, 0, 1)): text}))
        if rng.random() < 0.2:
            made.above.append(made.row({}))
    if made.xlsx and rng.random() < 0.5:
        made.header_merges = [(-1, 0, -1, len(made.fields) - 1)]
    return made


def units_over_groups(rng: random.Random) -> Draft:
    """人员情况（人） | 财务情况（万元） over the columns."""
    made = draft(
        rng,
        "firms",
        ["name", "employees_total", "rd_staff", "sales_last_year", "rd_expense_last_year"],
        policies=("tech-sme",),
        shuffle=False,
    )
    made.xlsx = rng.random() < 0.6
    unit = rng.choice(("万元", "千元", "亿元"))
    made.write_money(unit)
    people, money = rng.choice(
        (
            ("人员情况（人）", f"财务情况（{unit}）"),
            ("人员", f"经济指标（单位：{unit}）"),
            ("人数/人", f"上年度财务指标/{unit}"),
        )
    )
    upper = [made.headers["name"], people, None, money, None]
    lower = [None, *(made.headers[name] for name in made.fields[1:])]
    made.header_lines = [upper, lower]
    made.header_merges = [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)]
    for name in made.fields[1:]:
        made.also[name] = [f"{people if name in COUNTS else money}{made.headers[name]}"]
    return made


def exact_before_general(rng: random.Random) -> Draft:
    """Columns whose header resembles another's: 项目名称 beside 需求名称, 研发费用占比 beside 研发费用."""
    if rng.random() < 0.5:
        made = draft(rng, "needs", ["title", "description", "enterprise", "region"])
        made.insert_column(
            rng.randint(0, 2),
            "_other",
            rng.choice(("项目名称", "产品名称", "联系人名称", "名称", "主管部门名称")),
            [f"其他{i}" for i in range(len(made.truth))],
        )
        made.insert_column(
            rng.randint(0, 2), "_serial", rng.choice(("序号", "编号", "行号", "No.")), range(1, len(made.truth) + 1)
        )
    else:
        made = tech(rng)
        made.head_units()
        others = (
            "研发费用占比（%）",
            "研发费用增长率",
            "销售收入增幅（%）",
            "资产负债率（%）",
            "人均销售收入（万元）",
            "研发费用加计扣除额（万元）",
            "本年预计销售收入（万元）",
            "出口销售收入（万元）",
        )
        for place, header in enumerate(rng.sample(others, 2)):
            made.insert_column(
                rng.randint(1, len(made.fields)), f"_other{place}", header, [rng.randint(1, 90) for _ in made.truth]
            )
    made.xlsx = rng.random() < 0.4
    return made


def vertical_form(rng: random.Random) -> Draft:
    """One record as a form, its titles in the first column: read as that, or told."""
    made = needs(rng, "valid_until", least=3, most=3)
    made.head_units()
    made.xlsx = rng.random() < 0.5
    made.truth, made.written = made.truth[:1], made.written[:1]
    made.truth[0] = {name: Ask((value,)) for name, value in made.truth[0].items()}
    pairs = [[made.headers[name], made.written[0][name]] for name in made.fields]
    if rng.random() < 0.5:
        pairs = [[*left, *right] for left, right in zip(pairs[::2], [*pairs[1::2], ["", ""]], strict=False)]
    made.lines = [Line(["技术需求表"], "above")] if rng.random() < 0.5 else []
    made.lines.append(Line(pairs[0], "record", 0))
    made.lines += [Line(cells, "under") for cells in pairs[1:]]
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "header_two_row_years": two_row_years,
    "header_years_above": years_above,
    "header_two_row_groups": two_row_groups,
    "header_three_rows": three_rows,
    "header_units_over_groups": units_over_groups,
    "header_merged_vertical": merged_vertical,
    "header_line_breaks": line_breaks,
    "header_numbering": numbering,
    "header_hints": hints,
    "header_words_of_firms": firm_words,
    "header_words_of_hte": hte_words,
    "header_words_of_patents": ip_words,
    "header_words_of_needs": need_words,
    "header_text_of_need_forms": need_form_text,
    "header_words_of_outcomes": outcome_words,
    "header_words_of_experts": expert_words,
    "header_years": years_in_headers,
    "header_last_year": last_year_in_header,
    "header_relative_years": relative_years,
    "header_sales_without_year": sales_without_year,
    "header_choice_lists": choice_lists,
    "header_duplicates": duplicates,
    "header_of_which": of_which,
    "header_blank": blank_header,
    "header_after_paragraphs": after_paragraphs,
    "header_vertical_form": vertical_form,
    "header_exact_before_general": exact_before_general,
}
