"""Check boxes in a cell (☑技术转让 □技术许可, 是（√）否（ ）): which are ticked; an unticked label never counts."""

from __future__ import annotations

import re
from typing import NamedTuple

_TICKED, _EMPTY = "\u2611", "\u2610"
# Word writes Wingdings as letters or private signs
_SIGNS = str.maketrans(
    dict.fromkeys("☑☒■▣●◉✅🗹🗷\uf052\uf0fe\uf0fd\uf054", _TICKED)
    | dict.fromkeys("□☐▢○◯◻❑❒\uf0a8\uf06f\uf0a3\uf071", _EMPTY)
    | dict.fromkeys("✓✔", "√")
    | dict.fromkeys("✗✘╳", "×")
)
_LIKELY = "☑□☐■☒√✓✔"  # one of these stands in nearly every cell with boxes
_BRACKETED = re.compile(r"[(\[【〔（［]\s*([√×vVxX☑☐]?)\s*[)\]】〕）］]")
_BESIDE_BOX = re.compile(r"☐√|(?<![^\s,，、;；])√☐|☐[vV](?![A-Za-z])")
_CROSSED_BOX = re.compile(r"☐×|(?<![^\s,，、;；])×☐")
_MARK = re.compile(f"[{_TICKED}{_EMPTY}]")
_LETTER_TICK = re.compile(r"[Rþ](?=\s*[\u4e00-\u9fff])")
_LETTER_BOX = re.compile(r"[£¨o](?=\s*[\u4e00-\u9fff])")
_LINE_TICK, _LINE_BOX = re.compile(r"_+\s*√\s*_*|_*\s*√\s*_+"), re.compile("_{2,}")
_DRAWN_BOX = re.compile(r"(?:^|(?<=[\s,，、;；/]))口(?=[\u4e00-\u9fff])")
_CROSSED = re.compile(r"(?<=[\u4e00-\u9fff])\s*×")
_LEAD = re.compile(r"^[^:：☑☐]{1,12}[:：]\s*(?=[☑☐])")


class Choice(NamedTuple):
    """A piece of text between marks; `ticked` is None where no mark belongs to it."""

    text: str
    ticked: bool | None


def read_boxes(text: str) -> list[Choice] | None:
    """The pieces of a cell with check boxes, each with its mark; None for a cell without any.

    Marks stand before their labels where the cell begins with one, else behind them. A piece may hold several labels:
    the mark belongs to the nearest, and the rest is a piece of its own.
    """
    marked = _normal(text)
    if marked is None:
        return None
    marked = _LEAD.sub("", marked.strip())
    parts = [part.strip(" \t\n,，、;；/|") for part in _MARK.split(marked)]
    marks = [mark == _TICKED for mark in _MARK.findall(marked)]
    choices: list[Choice] = []
    if parts[0] and not _before(marked):  # marks stand behind
        for part, mark in zip(parts, [*marks, None], strict=True):
            head, last = _cut(part, last=True)
            choices += [Choice(head, None), Choice(last, mark)]
    else:
        if parts[0]:
            choices.append(Choice(parts[0], None))
        for part, mark in zip(parts[1:], marks, strict=True):
            if part:
                first, tail = _cut(part, last=False)
                choices += [Choice(first, mark), Choice(tail, None)]
            elif choices and mark:  # a tick behind the label of an empty box
                at = max(place for place, choice in enumerate(choices) if choice.text or place == 0)
                choices[at] = Choice(choices[at].text, True)
            elif not choices and len(marks) == 1:
                choices.append(Choice("", mark))
    return [choice for choice in choices if choice.text or choice.ticked is not None]


def ticked(text: str) -> str:
    """The labels that are ticked, separated by commas; a cell without boxes as it is.

    >>> ticked("☑小试 □中试"), ticked("小试、中试")
    ('小试', '小试、中试')
    """
    choices = read_boxes(text)
    return text if choices is None else ",".join(choice.text for choice in choices if choice.ticked)


def the_ticked(text: str) -> str:
    """The one label that is ticked of a range of figures or of days; any other cell as it is.

    >>> the_ticked("☑50万以下 □50-100万"), the_ticked("□50万以下 □50-100万"), the_ticked("☑50万 ☑60万")
    ('50万以下', '□50万以下 □50-100万', '☑50万 ☑60万')
    >>> the_ticked("50万"), the_ticked("√")
    ('50万', '√')
    """
    if text.isascii() or not any(sign in text for sign in _LIKELY):
        return text
    chosen = [choice.text for choice in read_boxes(text) or () if choice.ticked]
    return chosen[0] if len(chosen) == 1 and chosen[0] else text


def _before(marked: str) -> bool:
    """Whether every mark is written at the label behind it and away from the one before: 技术转让  ☑技术许可."""
    return all(
        (not at or marked[at - 1].isspace()) and marked[at + 1 : at + 2].strip(" ,，、;；/|")
        for at in (match.start() for match in _MARK.finditer(marked))
    )


def _normal(text: str) -> str | None:
    """The text with one sign for a ticked box and one for an empty one; None where there are no boxes."""
    text = text.translate(_SIGNS)
    if "£" in text or "þ" in text or "¨" in text:
        text = _LETTER_BOX.sub(_EMPTY, _LETTER_TICK.sub(_TICKED, text))
    if "√" in text and "_" in text:
        text = _LINE_BOX.sub(_EMPTY, _LINE_TICK.sub("√", text))
    boxes = bool(_MARK.search(text))
    if not boxes and "√" in text:
        text = _CROSSED.sub(_EMPTY, text)
    elif boxes:
        text = _DRAWN_BOX.sub(_EMPTY, text)
        text = _CROSSED_BOX.sub(_EMPTY, _BESIDE_BOX.sub(_TICKED, text))
    inside = [mark for mark in _BRACKETED.findall(text) if mark]
    if inside or (not boxes and "√" not in text):
        found = _BRACKETED.findall(text)
        if not boxes and not inside and len(found) < 2:
            return None  # 其他（ ） is a gap to be filled, no box
        text = _BRACKETED.sub(lambda match: _TICKED if match[1] in tuple("√vVxX☑") else _EMPTY, text)
    text = text.replace("√", _TICKED)
    return text if _MARK.search(text) else None


def _cut(part: str, *, last: bool) -> tuple[str, str]:
    """A piece cut at its blanks and signs into the rest and its last label, or its first label and the rest."""
    words = [word for word in re.split(r"[\s,，、;；/|]+", part) if word]
    if len(words) < 2:
        return ("", part) if last else (part, "")
    return (",".join(words[:-1]), words[-1]) if last else (words[0], ",".join(words[1:]))
