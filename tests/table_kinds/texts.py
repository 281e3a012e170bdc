"""Texts that lose something on their way, boxes to tick, and regions."""

from __future__ import annotations

import random
from collections.abc import Callable

from table_kinds.draft import Draft, draft
from table_kinds.expected import EMPTY, Ticked


def _table(rng: random.Random, *extra: str) -> Draft:
    made = draft(rng, rng.choice(("needs", "outcomes")), ["title", "description", *extra], least=4)
    made.xlsx = rng.random() < 0.5
    return made


def angle_brackets(rng: random.Random) -> Draft:
    """粒径x<a 且 b>c: signs of comparison are no tags."""
    made = _table(rng)
    for record in made.some(2):
        a, b = rng.randint(2, 90), rng.randint(2, 90)
        text = rng.choice(
            (
                f"粒径x<a 且 b>c 时收率下降{a}", f"要求厚度<{a}mm且宽度>{b}mm的板材", f"当温度<{a}℃时，压力>{b}MPa",
                f"含水率 < {a}%，强度 > {b}MPa",
                f"<{a}μm的颗粒占{b}%>以上",
                f"A<B<C，其中C>{a}", f"精度<={a}丝，寿命>={b}万次", f"误差<<{a}，信号>>{b}", f"p<0.05，n>{b}",
                f"输入<信号>经{a}级放大",
                f"x<y且<z>为{a}",
                f"若T<Tg且P>Pc，则寿命{a}h",
                f"u<v时取{a}，u>v时取{b}",
                f"晶粒d<p，其余d>q占{a}%",
                f"满足a<b>c关系的{a}组",
                f"当n<m行数且m>{a}时",
            )
        )  # fmt: skip
        made.set(record, "description", text, text)
    return made


def web_leftovers(rng: random.Random) -> Draft:
    """Tags and entities of a web page go, their text stays."""
    made = _table(rng)
    for record in made.some(2):
        text = made.truth[record]["description"]
        cut = rng.randint(2, len(text) - 2)
        head, tail = text[:cut], text[cut:]
        written, truth = rng.choice(
            (
                (f"<p>{head}</p><p>{tail}</p>", text), (f"{head}<br/>{tail}", text), (f"{head}&nbsp;{tail}", text),
                (f"<span style='color:red'>{head}</span>{tail}", text),
                (f"{head}&lt;5mm{tail}", f"{head}<5mm{tail}"), (f"{head}&amp;{tail}", f"{head}&{tail}"),
                (f"{head}&#8804;5{tail}", f"{head}≤5{tail}"), (f"{head}<BR>{tail}", text),
                (f"<div class=\"a\">{text}</div>", text), (f"{head}&ge;98%{tail}", f"{head}≥98%{tail}"),
                (f"{head}&quot;甲&quot;{tail}", f"{head}\"甲\"{tail}"), (f"{head}_x000D_{tail}", text),
            )
        )  # fmt: skip
        made.set(record, "description", written, truth)
    return made


_WAYS = ("技术转让", "技术许可", "合作开发", "委托开发", "技术服务", "技术入股")


def tick_boxes(rng: random.Random) -> Draft:
    made = _table(rng, "cooperation")
    styles = (
        ("☑{}", "□{}", " "), ("√{}", "{}", None), ("■{}", "□{}", ""), ("{}（√）", "{}（ ）", ""),
        ("[√]{}", "[ ]{}", " "),
        ("☒{}", "☐{}", " "), ("{}☑", "{}□", " "),
        ("✔{}", "○{}", " "), ("●{}", "○{}", " "), ("[x]{}", "[ ]{}", " "), ("（√）{}", "（　）{}", "　"),
        ("☑{}", "☐{}", "\n"), ("√ {}", "□ {}", "；"), ("{}√", "{}", None), ("☑ {}", "□ {}", "、"),
    )  # fmt: skip
    for record in range(len(made.truth)):
        ways = rng.sample(_WAYS, rng.randint(2, 4))
        ticked = {way for way in ways if rng.random() < 0.5} or {ways[0]}
        on, off, between = rng.choice(styles)
        between = "  " if between is None else between
        text = between.join((on if way in ticked else off).format(way) for way in ways)
        made.set(record, "cooperation", text, Ticked(frozenset(ticked)))
    return made


def nothing_ticked(rng: random.Random) -> Draft:
    """An unticked way never counts as ticked."""
    made = _table(rng, "cooperation")
    for record in made.some():
        off = rng.choice(("□{}", "☐{}", "{}（ ）", "[ ]{}", "○{}"))
        text = " ".join(off.format(way) for way in rng.sample(_WAYS, 3))
        made.set(record, "cooperation", text, EMPTY)
    return made


def lettered_labels(rng: random.Random) -> Draft:
    """A.技术转让 B.合作开发: the lists that a form prints, with what was chosen."""
    made = _table(rng, "cooperation")
    for record in range(len(made.truth)):
        ways = rng.sample(_WAYS, rng.randint(1, 3))
        joint = rng.choice(("、", "；", ";", "，", ",", "/", " ", "\n", "|"))
        text = joint.join(ways)
        made.set(record, "cooperation", text, Ticked(frozenset(ways)))
    return made


def placeholders(rng: random.Random) -> Draft:
    """/ and 无 and 未说明 in a text column agree with nothing."""
    made = draft(rng, "needs", ["title", "description", "region", "field", "enterprise"], least=4)
    made.xlsx = rng.random() < 0.5
    for record in made.some(2):
        for name in rng.sample(["region", "field", "enterprise"], 2):
            word = rng.choice(
                (
                    "/",
                    "-",
                    "无",
                    "暂无",
                    "未说明",
                    "未注明",
                    "不限",
                    "待定",
                    "—",
                    "--",
                    "N/A",
                    "不详",
                    "未填写",
                    "／",
                    "（无）",
                    "无。",
                )
            )
            made.set(record, name, word, EMPTY)
    return made


def inner_breaks(rng: random.Random) -> Draft:
    """Lines inside a cell: kept in a description, joined in a title."""
    made = _table(rng)
    for record in made.some(2):
        lines = [
            f"{number}.{part}"
            for number, part in enumerate(
                rng.sample(["检出率98%", "节拍2秒", "不破坏零件", "成本可控", "可在线"], 3), 1
            )
        ]
        mark = rng.choice(("\n", "\r\n", "\n\n", "\r"))
        text = mark.join(lines)
        made.set(record, "description", text.replace("\r", "\n") if made.xlsx else text, "".join(lines))
        if rng.random() < 0.4:
            title = made.truth[record]["title"]
            made.written[record]["title"] = f"{title[:3]}\n{title[3:]}"
    return made


def invisible(rng: random.Random) -> Draft:
    """Zero-width characters, non-breaking blanks and a byte order mark inside texts."""
    made = _table(rng, "region")
    for record in made.some(2):
        for name in ("title", "description", "region"):
            text = made.truth[record][name]
            cut = rng.randint(1, len(text) - 1)
            made.written[record][name] = (
                text[:cut] + rng.choice(("\u200b", "\ufeff", "\u2060", "\xad", "\xa0", "\u3000", "\u200d")) + text[cut:]
            )
    return made


def texts_like_formulas(rng: random.Random) -> Draft:
    """Texts that begin with = + - @, or look like a number or a date."""
    made = _table(rng)
    for record in made.some(2):
        text = rng.choice(
            (
                "-40℃低温启动性能提升",
                "+5V供电模块小型化",
                "@类接口改造",
                "=等效替代进口件",
                "3-5层复合膜",
                "2025",
                "1/2波片镀膜",
                "007号专项",
                "50%玻纤增强材料",
                "1E5次寿命",
                "TRUE",
                "3月5日前完成样机",
            )
        )
        made.set(record, "description", text, text)
    return made


def long_texts(rng: random.Random) -> Draft:
    made = _table(rng)
    for record in made.some():
        text = f"现有工艺{rng.randint(1, 99)}不稳，" + "需在线检测并剔除，节拍不超过2秒；" * rng.randint(20, 400)
        made.set(record, "description", text, text)
    return made


def odd_characters(rng: random.Random) -> Draft:
    """Signs and rare characters of technical texts stay."""
    made = _table(rng)
    made.encoding = rng.choice(("utf-8", "gb18030"))
    for record in made.some(2):
        text = rng.choice(
            (
                "①检出率≥98%；②节拍≤2s",
                "Φ12±0.05mm，Ra0.8μm",
                "H₂O与CO₂分离",
                "10⁵次寿命",
                "𬭩盐（𬬻）制备",
                "α-Al2O3、β相",
                "℃与℉换算",
                "m²/g比表面积",
                "“双碳”目标下的减排——方案",
                "喆昇镕䶮公司配方",
                "5‰误差",
                "Ⅰ类与Ⅱ类",
                "½英寸管",
                "ＮｄＦｅＢ磁体",
            )
        )
        made.set(record, "description", text, text)
    return made


def regions(rng: random.Random) -> Draft:
    """Regions stay as they are written."""
    made = _table(rng, "region")
    for record in range(len(made.truth)):
        region = rng.choice(
            (
                "临沂",
                "临沂市",
                "山东-临沂-兰山",
                "临沂高新区",
                "兰山区",
                "山东省临沂市",
                "山东 临沂",
                "青岛市",
                "临沂经济技术开发区",
                "山东临沂",
                "沂水",
                "鲁·临沂",
                "山东省/临沂市/兰山区",
                "山东省;临沂市",
            )
        )
        made.set(record, "region", region, region)
    return made


def like_footers(rng: random.Random) -> Draft:
    """Texts that begin with a word of footers or headers are records all the same."""
    made = draft(rng, "needs", ["title", "description", "enterprise"], least=4)
    made.xlsx = rng.random() < 0.5
    pool = [
        "合计量仪自动校准",
        "注塑件飞边去除",
        "说明书自动排版系统",
        "总计数器防水改造",
        "小计量泵精度提升",
        "备注打印头维修",
        "单位面积产量提升",
        "注射用水制备",
        "审核流程自动化",
        "数据来源追溯系统",
        "序号打码机改造",
    ]
    chosen = rng.sample(pool, min(3, len(made.truth)))
    for record, title in enumerate(chosen):
        made.set(record, "title", title, title)
    return made


KINDS: dict[str, Callable[[random.Random], Draft]] = {
    "text_angle_brackets": angle_brackets,
    "text_web_leftovers": web_leftovers,
    "text_tick_boxes": tick_boxes,
    "text_nothing_ticked": nothing_ticked,
    "text_label_lists": lettered_labels,
    "text_placeholders": placeholders,
    "text_line_breaks": inner_breaks,
    "text_invisible": invisible,
    "text_like_formulas": texts_like_formulas,
    "text_long": long_texts,
    "text_signs": odd_characters,
    "text_regions": regions,
    "text_like_footers": like_footers,
}
