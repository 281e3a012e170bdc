"""The points of a need: what it asks, item by item, or else sentence by sentence. Text in, lists and tables out."""

from __future__ import annotations

import re

import pandas as pd

from matcher.errors import TableError
from matcher.needs import Understood, understand
from matcher.needs.cues import FEATURES
from matcher.needs.elements import Sentence, asked_text
from matcher.needs.labels import Part, labelled_parts, says_something
from matcher.tables.arguments import check_frame
from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.rows.ids import ids_of
from matcher.tables.schemas.main import NEEDS

_DIGITS = "一二三四五六七八九十"
_CHINESE = {(_DIGITS[i] if i < 10 else "十" + _DIGITS[i - 10]): i + 1 for i in range(19)} | {"二十": 20}
_NUMERAL = "(二十|十[一二三四五六七八九]|[一二三四五六七八九十])"
# A mark stands at the start of a line or behind a sign; "1.5 mm" is none
_BEFORE = r"(?:^|(?<=[\n\r。；;：:，,、！!？?\s]))[ \t\u3000]*"
_STYLES = (
    re.compile(r"([①-⑳])[、.]?"),
    *(
        re.compile(_BEFORE + style)
        for style in (
            rf"{_NUMERAL}[、.．]",
            rf"[（(]{_NUMERAL}[）)]、?",
            rf"第{_NUMERAL}(?:[，,、：:]|点[，,、：:]?|是)",
            r"(\d{1,2})(?:[、．]|\.(?!\d))",
            r"[（(](\d{1,2})[）)][、.]?",
            r"(\d{1,2})[）)]",
        )
    ),
)
_ASKS = ("strong_ask", "ask_plan", "ask_question", "ask_start", "ask_solve")
_TEXTS = next(column.parts for column in NEEDS.columns if column.name == "description")
_EDGES = " \t\r\n\xa0\u3000；;，,、：:"


def points_of(description: str, title: str = "") -> list[str]:
    """The asked points of a need in order: those that its writer numbered, or else its asked sentences.

    Numbered are 1. / 1、 / 1） / （1） / ① / 一、 / （一） / 第一，, at least two, counted up from 1; where lists
    stand in one another the list that begins first counts. What stands before its first mark is no point; all behind
    the last belongs to the last. A label at the start of a line (技术指标：) begins a part with lists of its own; where
    one is labelled as the problem to solve (拟解决的技术难题：), its items are the points, with those of parts of
    wishes (技术需求：); behind a list the sentences of such a part are points where it has no list. What the firm says
    of itself, the state of the art, money, time and contacts are no points. A sentence that gives figures only belongs
    to the point before it. The title is the point where no sentence asks, all sentences where there is no title either.
    Without text there are none.
    """
    title, text = mask_contacts(title), mask_contacts(description)  # a piece of a contact could not be told later
    need = understand(title, text)
    parts = labelled_parts(text)
    if any(part.kind == "problem" and _asked_in(need, part) for part in parts):
        parts = [part for part in parts if part.kind in ("problem", "wish")]
    points: list[str] = []
    for part in parts:
        items = _numbered(need, part)
        if points and not items and part.kind in ("problem", "wish"):
            items = _asked_sentences(need, [part])
        points += items
    points = points or _asked_sentences(need, parts)
    if points:
        return points
    if title.strip(_EDGES):
        return [title.strip()]
    return [asked_text(one.text).strip(_EDGES) for one in need.sentences]


def _numbered(need: Understood, part: Part) -> list[str]:
    """The asked items of the list of a part."""
    text = need.text[part.start : part.end]
    lists = [marks for style in _STYLES if len(marks := _counted(style, text)) > 1]
    if not lists:
        return []
    marks = min(lists, key=lambda some: some[0].start())
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pieces = [
        (text[mark.end() : end].strip(_EDGES), part.start + mark.start(), part.start + end)
        for mark, end in zip(marks, ends, strict=True)
    ]
    return [piece for piece, *place in pieces if any(map(str.isalnum, piece)) and _is_asked(need, *place)]


def _is_asked(need: Understood, start: int, end: int) -> bool:
    """Whether the first sentence that a piece touches asks."""
    touched = (one for one in need.sentences if one.field == "description" and one.start < end and one.end > start)
    first = next(touched, None)
    return first is not None and first.role == "asked"


def _asked_in(need: Understood, part: Part) -> list[Sentence]:
    """The asked sentences of a part that say more than its label."""
    return [
        one
        for one in need.sentences
        if one.field == "description" and one.role == "asked" and one.start < part.end and part.start < one.end
        if says_something(one.text)
    ]


def _asked_sentences(need: Understood, parts: list[Part]) -> list[str]:
    """The sentences from the first wish on, or else those that describe the problem; figures join the one before."""
    asked = [one for part in parts for one in _asked_in(need, part)]
    wishes = [any(FEATURES[name].search(one.text) for name in _ASKS) for one in asked]
    if True in wishes and not all(part.kind == "problem" for part in parts):
        asked = asked[wishes.index(True) :]
    points: list[str] = []
    for sentence in asked:
        text = asked_text(sentence.text).strip(_EDGES)
        names = {name for name in _ASKS if FEATURES[name].search(text)}
        if points and not names and FEATURES["ask_number"].search(text):
            points[-1] += text
        elif text:
            points.append(text)
    return points


def _counted(style: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The marks of a style that count 1, 2, 3 ... from the first 1; a mark out of turn is text."""
    marks: list[re.Match[str]] = []
    for mark in style.finditer(text):
        sign = mark[1]
        number = _CHINESE.get(sign) or (int(sign) if sign.isdecimal() else ord(sign) - ord("①") + 1)
        if number == len(marks) + 1:
            marks.append(mark)
    return marks


def point_needs(needs: pd.DataFrame) -> pd.DataFrame:
    """One row a point, in order, as a table of needs that any ranking takes.

    The points are those that the description asks, or the title where it asks none; what the firm says of itself is no
    point. A need without any text has none.

    Parameters
    ----------
    needs : DataFrame
        `need_id`, and `title`, `description` or both. One that has the column `point` already is given back as it is.

    Returns
    -------
    DataFrame
        `need_id`: the need's id, "#" and the point's number ("N1#2"); `of_need_id` and `point` (from 1) say whose it
        is; `title` is the need's where it has one point, else the thing it is about where the point does not name
        it, else "" (with the whole title every point would get the same persons); `description` is the point's text;
        the other columns are the need's, without its other texts (problem, indicators, conditions, background).

    Raises
    ------
    TableError
        `need_id` is missing, empty or stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from matcher.experts import point_needs
    >>> needs = pd.DataFrame({"need_id": ["N1"], "description": ["1. 抓取零件；2. 检测毛刺。"]})
    >>> point_needs(needs)[["need_id", "description"]].values.tolist()
    [['N1#1', '抓取零件'], ['N1#2', '检测毛刺。']]
    """
    check_frame(needs, "needs")
    if "point" in needs:
        return needs
    if "need_id" not in needs:
        raise TableError("需求表缺少“需求编号”（need_id）这一列")
    needs = needs.assign(need_id=ids_of(needs, "need_id", distinct=True))
    titles, texts = (
        needs[name].fillna("").astype(str) if name in needs else pd.Series("", index=needs.index)
        for name in ("title", "description")
    )
    rows: list[int] = []
    numbers: list[int] = []
    parts: list[str] = []
    heads: list[str] = []
    for i, (title, text) in enumerate(zip(titles, texts, strict=True)):
        points = points_of(text, title)
        rows += [i] * len(points)
        numbers += range(1, len(points) + 1)
        parts += points
        heads += _heads(mask_contacts(title), points)
    table = needs.iloc[rows].reset_index(drop=True)
    whole = table["need_id"].tolist()
    table["need_id"] = pd.Series([f"{need}#{number}" for need, number in zip(whole, numbers, strict=True)], dtype=str)
    table["title"], table["description"] = pd.Series(heads, dtype=str), pd.Series(parts, dtype=str)
    table = table.drop(columns=[name for name in _TEXTS if name in table])  # a reader would join them to every point
    table["of_need_id"], table["point"] = pd.Series(whole, dtype=str), pd.Series(numbers, dtype="int64")
    first = ["need_id", "of_need_id", "point", "title", "description"]
    return table[first + [str(name) for name in table.columns if name not in first]]


def _heads(title: str, points: list[str]) -> list[str]:
    """What each point needs of the title to be understood."""
    if len(points) == 1:
        return ["" if points[0] == title.strip() else title]
    thing = next(iter(understand(title).objects), "")
    return ["" if thing in point else thing for point in points]
