"""YAML and JSON within bounds: whatever would surprise, grow or never end is refused in one short sentence."""

import json
import re
import tracemalloc

import pytest

from matcher.errors import PolicyError
from matcher.policy.language.loader import parse_yaml
from matcher.tables.json import parse_json
from matcher.tables.yaml import NODES, SIZE, YamlFault, parse, read

BOMB = "a0: &a0 [x, x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
BOTH = {  # refused whatever the reader makes of scalars
    "deep list": ("[" * 100_000, "第 1 行：嵌套超过 40 层"),
    "deep mapping": ("{a: " * 100_000, "第 1 行：嵌套超过 40 层"),
    "deep block": ("".join(" " * i + "a:\n" for i in range(2000)), "第 41 行：嵌套超过 40 层"),
    "deep dashes": ("- " * 5000, "第 1 行：嵌套超过 40 层"),
    "bomb of aliases": (BOMB, "第 2 行：不用引用（\\*a0），请把内容写全"),
    "alias of itself": ("&a [*a]", "第 1 行：不用引用（\\*a），请把内容写全"),
    "key twice": ("a: 1\nb: 2\na: 3", "第 3 行：键 'a' 写了两次"),
    "long key twice": (f"{'k' * 900}: 1\n{'k' * 900}: 2", r"第 2 行：键 'k+\.\.\.k+' 写了两次"),
    "key that is a list": ("? [a]\n: 1", "第 1 行：键应是一个词，不能是列表或映射"),
    "object": ("a: !!python/object/apply:os.system ['true']", "第 1 行：不用标签（.*os.system），请直接写值"),
    "tag of one's own": ("!x a", "第 1 行：不用标签（!x），请直接写值"),
    "bytes": ("a: !!binary aa==", "第 1 行：不用标签（.*binary），请直接写值"),
    "tab": ("a:\n\t- b", "第 2 行：不能用制表符（Tab）缩进，请改用空格"),
    "two documents": ("a: 1\n---\nb: 1", "第 2 行：不是正确的 YAML（只能有一份内容，请去掉 ---）"),
    "open quote": ("a: 'x", "第 1 行：不是正确的 YAML（引号没有配对）"),
    "open bracket": ("a: [1\nb: 2", "第 2 行：不是正确的 YAML（括号没有配对，或少了逗号）"),
    "indented further": ("a:\n  - b\n   - c: 1\n", "第 3 行：不是正确的 YAML（.*“名称: 值”.*）"),
    "wide colon": (
        "日期：2026-11-24\n经办人: 王",
        "第 1 行：冒号要用半角的“:”，后面空一格，写成 名称: 值（这里是全角的“：”）",
    ),
    "wide colon above": ("a: 1\n步骤：\n  - 目标: b", "第 2 行：冒号要用半角的“:”，后面空一格，.*"),
    "no blank": ("a: 1\n经办人:王\nb: 1", "第 2 行：冒号后面要空一格，写成 名称: 值"),
    "zero byte": ("a: \0", "含有 YAML 不允许的字符，不是文本文件"),
    "half a character": ("a: \ud800", "含有 YAML 不允许的字符，不是文本文件"),
    "too many values": (f"[{'1,' * (NODES + 1)}]", f"第 1 行：内容超过 {NODES} 项"),
}
NUMBERS = {  # refused where numbers are meant, words for who reads words
    "whole number without end": (f"a: {'9' * 100_000}", "第 1 行：“9+…”不是能用的数字：太长"),
    "huge exponent": ("a: 1.0e+999999999", "第 1 行：“.*”不是能用的数字：太长、太大或太小"),
    "infinite": ("a: .inf", "第 1 行：“.inf”不是数字"),
    "no number": ("a: .nan", "第 1 行：“.nan”不是数字"),
    "no day": ("a: 2026-02-30", "第 1 行：没有“2026-02-30”这一天；日期写成 2026-04-01"),
    "time of day": ("a: 2026-02-03 10:00:00", "第 1 行：没有“.*”这一天；日期写成 2026-04-01"),
    "merge key": ("<<: {a: 1}", "第 1 行：不用合并键（<<），请把内容写全"),
}


@pytest.mark.parametrize("name", BOTH)
def test_hostile_yaml_is_refused_in_one_short_sentence(name):
    text, says = BOTH[name]
    tracemalloc.start()
    for refused, reader in ((YamlFault, parse), (PolicyError, lambda given: parse_yaml(given, "x"))):
        with pytest.raises(refused) as caught:
            reader(text)
        message = str(caught.value).removeprefix("x: ")
        assert re.fullmatch(says, message), message
        assert len(message) < 300
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_cannot_be_meant_are_refused_and_are_words_to_who_reads_words(name):
    text, says = NUMBERS[name]
    with pytest.raises(PolicyError) as caught:
        parse_yaml(text, "x")
    assert re.fullmatch(f"x: {says}", str(caught.value)), str(caught.value)
    assert isinstance(parse(text), dict)


def test_what_people_write_is_read():
    assert parse("a: 007\nb: [no, 1e3, &x y]\n'甲': !!str 1") == {"a": "007", "b": ["no", "1e3", "y"], "甲": "1"}
    assert parse("") is None


def test_files_of_other_kinds_are_refused(tmp_path):
    path = tmp_path / "c.yaml"
    for data, says in (
        ("名称: 甲".encode("gb18030"), "不是 UTF-8 文本"),
        ("a: 1".encode("utf-16"), "不是 UTF-8 文本"),
        (b"a" * (SIZE + 1), "文件超过 16 MB"),
    ):
        path.write_bytes(data)
        with pytest.raises(YamlFault, match=says):
            read(path)
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read(path) == {"a": "1"}


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "[" * 41 + "]" * 41, '{"a": 1, "a": 2}', "NaN", "[-Infinity]", "1e400",
     "9" * 5000, b"\xff", "", "{'a': 1}", "[1,]"],
)  # fmt: skip
def test_json_that_no_program_of_ours_writes_is_a_value_error(text):
    with pytest.raises(ValueError) as caught:
        parse_json(text)
    assert len(str(caught.value)) < 300


def test_json_is_read_as_it_is_written():
    value = {"甲": [1, 2.5, None, True, {"b": "c"}]}
    assert parse_json(json.dumps(value)) == parse_json(json.dumps(value).encode("utf-8-sig")) == value
