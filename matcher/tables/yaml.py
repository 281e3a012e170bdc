"""YAML that people write, within bounds and without its surprises: every refusal is one short Chinese sentence.

A key given twice, a reference (`*name`), a tag or a nesting without end is refused before anything is built, so that no
file can take more time or memory than its length. The policy reader and the reader of assignment settings share this;
they know nothing of each other.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

SIZE, NODES, DEPTH = 16 << 20, 200_000, 40  # bytes of a file, values in it, levels of nesting
LONG = 60  # characters of a value in a message
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = LONG
_SHORT.maxlevel = 2


_WIDE_COLON = re.compile(r"""\s*(?:-\s+)*[^\s"'#:：]{1,30}：""")  # 日期：2026-11-24
_NO_BLANK = re.compile(r"""\s*(?:-\s+)*[^\s"'#:：{}\[\]]{1,30}:(?=[^\s/\\])""")  # 日期:2026-11-24
_IN_WORDS = {
    "mapping values are not allowed": "这里不能再写“名称: 值”，请检查冒号、缩进，或给值加引号",
    "could not find expected ':'": "少了冒号，应写成 名称: 值",
    "did not find expected '-'": "缩进没有对齐",
    "did not find expected key": "缩进没有对齐",
    "did not find expected ','": "括号没有配对，或少了逗号",
    "unexpected end of stream": "引号没有配对",
    "document separator": "引号没有配对",
    "cannot start any token": "不能以这个符号开头，请给值加引号",
    "another document": "只能有一份内容，请去掉 ---",
    "alphabetic or numeric character": "不能以 * 或 & 开头，请给值加引号",
    "unknown escape": "双引号里的反斜杠看不懂，请改用单引号",
}


class YamlFault(ValueError):  # noqa: N818
    """A text is not YAML as it is taken here; its own text is one Chinese sentence, with the line where known."""


def shown(value: Any) -> str:
    """A value of a file as a message shows it, cut where it is long."""
    if isinstance(value, str):
        return value if len(value) <= LONG else f"{value[: LONG - 1]}…"
    return _SHORT.repr(value)


def fault_at(node: Any, what: str) -> YamlFault:
    """A fault at the line of a node, an event or anything else with a mark."""
    return YamlFault(f"第 {node.start_mark.line + 1} 行：{what}")


def unique_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping node as a dict; YamlFault at the line of a key that is given twice or is no plain value."""
    out: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE:
            raise fault_at(key_node, "不用合并键（<<），请把内容写全")
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, (list, dict)):
            raise fault_at(key_node, "键应是一个词，不能是列表或映射")
        if key in out:
            raise fault_at(key_node, f"键 {_SHORT.repr(key)} 写了两次")
        out[key] = loader.construct_object(value_node, deep=True)
    return out


class _Words(_BASE):  # type: ignore[misc]
    """Every scalar is the text that was written: 007, no and 1e3 are words."""


_Words.add_constructor("tag:yaml.org,2002:map", unique_mapping)


def read(path: Path, loader: Any = _Words) -> Any:
    """A YAML file as plain values; by default mappings, lists and texts only.

    loader: a loader class of `yaml` with `unique_mapping`. Raises YamlFault for anything else, OSError where the file
    cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(SIZE + 1)
    if len(data) > SIZE:
        raise YamlFault(f"文件超过 {SIZE >> 20} MB，不是设置文件")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlFault("不是 UTF-8 文本；请另存为 UTF-8 编码的 YAML 文件") from error
    return parse(text, loader)


def parse(text: str, loader: Any = _Words) -> Any:
    """The same from the text of a file."""
    try:
        _check_bounds(text)
        return yaml.load(text, Loader=loader)  # noqa: S506 - loaders that build plain values only
    except yaml.MarkedYAMLError as error:
        raise YamlFault(_sentence(text, error)) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise YamlFault("含有 YAML 不允许的字符，不是文本文件") from error


def _sentence(text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    if not mark:
        return "不是正确的 YAML"
    lines = text.split("\n")[: mark.line + 1]
    if "\t" in "".join(lines[mark.line :])[: mark.column + 1]:
        return f"第 {mark.line + 1} 行：不能用制表符（Tab）缩进，请改用空格"
    if colon := colon_sentence(lines, max(0, mark.line - 2)):  # a fault shows up below its line
        return colon
    known = (words for part, words in _IN_WORDS.items() if part in str(error.problem))
    return f"第 {mark.line + 1} 行：不是正确的 YAML（{next(known, '写法不对')}）"


def colon_sentence(lines: Sequence[str], start: int = 0) -> str:
    """What is wrong with the first colon behind a name, from a line on, that YAML does not take for one; "" for none.

    >>> colon_sentence(["经办人: 王", "日期：2026-11-24"])
    '第 2 行：冒号要用半角的“:”，后面空一格，写成 名称: 值（这里是全角的“：”）'
    """
    for number, line in enumerate(lines[start:], start + 1):
        if _WIDE_COLON.match(line):
            return f"第 {number} 行：冒号要用半角的“:”，后面空一格，写成 名称: 值（这里是全角的“：”）"
        if _NO_BLANK.match(line):
            return f"第 {number} 行：冒号后面要空一格，写成 名称: 值"
    return ""


def _check_bounds(text: str) -> None:
    """Goes through a text without building anything. Raises YamlFault."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_BASE):
        if isinstance(event, yaml.AliasEvent):
            raise fault_at(event, f"不用引用（*{event.anchor[:40]}），请把内容写全")
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise fault_at(event, f"嵌套超过 {DEPTH} 层")
        if nodes > NODES:
            raise fault_at(event, f"内容超过 {NODES} 项")
        if getattr(event, "tag", None) not in (None, _TEXT):
            raise fault_at(event, f"不用标签（{event.tag[:60]}），请直接写值")
