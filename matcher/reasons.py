"""Why a pair was matched: the shared terms, the sentence that speaks for it, and what finds no answer.

The sentence is the one whose removal would cost the pair most: for every sentence of a record both cosines are worked out as
if it were not there (the lexical one exactly; the semantic one as if a text's vector were the sum of its sentences').
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.encoders import StaticEncoder, encode_texts
from matcher.index import Index, lexical_texts, texts_of
from matcher.progress import track
from matcher.text import Terms, normalise, sentences

RECORDS = 2048  # records looked at together
SHOWN_SHARED, SHOWN_UNANSWERED = 8, 6
# Words that every need is full of and that ask for nothing.
PHRASES = frozenset(
    """一种 专业 主要 企业 优化 传统 使用 保证 公司 具备 具有 内容 准备 出现 利用 包括 单位 厂家 发展 可能 合作 听取 国内 国内外 国外 基本 基础 处理 存在 完成 完善 实现 寻找 寻求 导致
    市场 希望 应用 开发 开展 影响 急需 情况 成本 我司 我们 技术 技术需求 指标 掌握 提供 提升 提高 改善 改进 攻克 效果 效率 方式 方案 方法 方面 无法 时间 有关 期望 本项目 条件 来源 标准 根据
    模式 比较 水平 没有 活动 满足 特点 现状 生产 用于 由于 目标 相关 研制 研发 研究 确保 科技 科研 程度 符合 简述 简介 系列 系统 结合 缺乏 能力 能够 行业 要求 解决 解决方案 设计 设备 该项目
    说明 谢谢 质量 路线 较低 较大 较好 较高 达到 进行 通过 造成 部分 采用 问题 降低 需求 需要 面向 领域 项目 难题 难点 以上 以下 左右 方向 背景 需求描述 描述 预期 预算 不得 不想 产品 介绍 允许
    占据 发生 余套 停止 忘记 成为 成果 拥有 持续 有效 机构 涉及 透露 属于 工艺 工作 增加 减少 功能 形成 推广 使得 具体 作为 支持 需方 意向 联系 电话 合作方 高校 院所""".split()
)


class _Side(NamedTuple):
    """One side of the pairs: its terms, and their weights for a lexical score."""

    terms: Terms
    weights: csr_array
    words: list[set[str]]  # of each text, those that a reader wants to see


def explain(
    queries: pd.DataFrame, index: Index, at: NDArray[np.int64], rows: NDArray[np.int64], *, progress: bool = False
) -> pd.DataFrame:
    """The reasons of pairs (row `at[i]` of `queries`, row `rows[i]` of the index), one row a pair, in their order.

    shared_terms: words that both have, those that add most to the score first, joined by "、". evidence: the sentence of
    the record whose removal would lower the score most; its title where it has no other text. unanswered: weighty words of
    the asking text that the record does not have. All three are "" where there is nothing to say.
    """
    titles, bodies = texts_of(queries)
    terms = index.segmenter.terms(lexical_texts(titles, bodies))
    asking = _Side(terms, index.lexical.weigh(terms), _words(index, terms))
    vectors = np.stack([one.vector for one in index.asked(titles, bodies)]) if len(titles) else None
    records, place = np.unique(rows, return_inverse=True)
    by_record = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[by_record], np.arange(0, len(records) + RECORDS, RECORDS))
    result = np.full((len(rows), 3), "", object)
    for block in track(range(len(ends) - 1), "理由", progress):
        pairs = by_record[ends[block] : ends[block + 1]]
        if len(pairs):
            own = records[block * RECORDS : (block + 1) * RECORDS]
            result[pairs] = _explain(index, asking, vectors[at[pairs]], at[pairs], own, place[pairs] - block * RECORDS)
    return pd.DataFrame(result, columns=["shared_terms", "evidence", "unanswered"])


def _explain(
    index: Index, asking: _Side, vectors: NDArray[np.float32], at: NDArray[np.int64], records: NDArray[np.int64], own: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The reasons of pairs of asking text `at[i]` (its vector `vectors[i]`) and record `records[own[i]]`."""
    titles, bodies = texts_of(index.rows(records))
    pieces = [sentences(body) or [title] for title, body in zip(titles, bodies, strict=True)]
    texts = [piece for found in pieces for piece in found]
    first = np.concatenate([[0], np.cumsum([len(found) for found in pieces])])
    terms = index.segmenter.terms([*texts, *lexical_texts(titles, bodies)])
    idf2 = index.lexical.idf2(terms.names)
    counts = csr_array((terms.counts, terms.ids, terms.offsets), shape=(len(texts) + len(records), len(terms.names)))
    single, whole = counts[: len(texts)], counts[len(texts) :].copy()
    of = np.repeat(np.arange(len(records)), np.diff(first))

    # What would be left of each term's 1 + ln c, and of each record's squared norm, without a sentence.
    with_it, without = _left(single, whole, of)
    loss = csr_array((with_it - without, single.indices, single.indptr), shape=single.shape)
    shrink = csr_array((with_it**2 - without**2, single.indices, single.indptr), shape=single.shape) @ idf2
    whole = csr_array((1 + np.log(whole.data), whole.indices, whole.indptr), shape=whole.shape)
    norm2 = whole.multiply(whole) @ idf2

    weights = _renamed(asking, terms.names)
    mine = weights[at]
    products = whole[own].multiply(mine).tocsr()
    inner = products.sum(axis=1)
    # Every pair with every sentence of its record.
    sizes = np.diff(first)[own]
    pair = np.repeat(np.arange(len(at)), sizes)
    sentence = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes - first[own], sizes)
    lost = loss[sentence].multiply(weights[at[pair]]).sum(axis=1)
    left = np.maximum(norm2[own][pair] - shrink[sentence], 1e-9)
    lexical = inner[pair] / np.sqrt(np.maximum(norm2[own][pair], 1e-9)) - np.maximum(inner[pair] - lost, 0) / np.sqrt(left)

    spoken = _sentence_vectors(index, texts, terms, len(texts))
    semantic = _semantic_loss(spoken, index.vectors(records), vectors, np.array([len(t) for t in texts]), of, pair, sentence)
    drop = np.add(*index.chance.steps(semantic, lexical))
    order = np.lexsort((sentence, -drop, pair))
    best = sentence[order[np.concatenate([[0], np.cumsum(sizes)[:-1]])]]

    plain = [normalise(f"{title}\n{body}") for title, body in zip(titles, bodies, strict=True)]
    said = np.empty((len(at), 3), object)
    words = _words(index, terms)[len(texts) :]
    telling = (np.log((1 + index.lexical.texts) / (1 + index.lexical.texts / 8)) + 1) ** 2  # of what every eighth text has
    said[:, 0] = [
        _shared(_ranked(products, row), terms.names, idf2 >= telling, asking.words[query] | words[record])
        for row, (query, record) in enumerate(zip(at.tolist(), own.tolist(), strict=True))
    ]
    said[:, 1] = [texts[i] for i in best.tolist()]
    said[:, 2] = [_unanswered(asking, query, plain[record]) for query, record in zip(at.tolist(), own.tolist(), strict=True)]
    return said


def _left(single: csr_array, whole: csr_array, of: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """1 + ln c of each term of each sentence in its whole record, and the same without the sentence."""
    width = whole.shape[1]
    keys = np.repeat(np.arange(whole.shape[0]), np.diff(whole.indptr)) * width + whole.indices
    wanted = np.repeat(of, np.diff(single.indptr)) * width + single.indices
    order = np.argsort(keys, kind="stable")
    total = whole.data[order][np.searchsorted(keys[order], wanted).clip(max=len(keys) - 1)].astype(float)
    rest = np.maximum(total - single.data, 0)
    return 1 + np.log(total), np.where(rest > 0, 1 + np.log(np.maximum(rest, 1)), 0)


def _renamed(side: _Side, names: list[str]) -> csr_array:
    """The same weights with the columns of `names`."""
    numbers = {name: number for number, name in enumerate(names)}
    there = np.fromiter((numbers.get(name, -1) for name in side.terms.names), np.int64, len(side.terms.names))
    columns = there[side.weights.indices]
    keep = columns >= 0
    rows = np.repeat(np.arange(side.weights.shape[0]), np.diff(side.weights.indptr))
    return csr_array((side.weights.data[keep], (rows[keep], columns[keep])), shape=(side.weights.shape[0], len(names)))


def _sentence_vectors(index: Index, texts: list[str], terms: Terms, count: int) -> NDArray[np.float32]:
    if isinstance(index.encoder, StaticEncoder):  # it can pool what is segmented already
        end = terms.offsets[count]
        own = (part[:end] for part in (terms.ids, terms.counts, terms.is_word))
        return index.encoder.encode_terms(Terms(terms.names, terms.offsets[: count + 1], *own))
    return encode_texts(index.encoder, texts, role="document")


def _semantic_loss(
    spoken: NDArray[np.float32],
    records: NDArray[np.float32],
    asking: NDArray[np.float32],
    lengths: NDArray[np.int64],
    of: NDArray[np.int64],
    pair: NDArray[np.int64],
    sentence: NDArray[np.int64],
) -> NDArray[np.float64]:
    """How much each pair's cosine would lose without each sentence, the record's vector being the sum of its sentences'."""
    to_record = np.einsum("ij,ij->i", spoken, records[of]).astype(float)
    mass = np.bincount(of, weights=lengths * np.maximum(to_record, 0), minlength=len(records))
    share = np.minimum(lengths / np.maximum(mass[of], 1e-9), 1.0)
    left = np.sqrt(np.maximum(1 - 2 * share * to_record + share**2, 1e-6))
    to_asking = np.einsum("ij,ij->i", spoken[sentence], asking[pair]).astype(float)
    now = np.einsum("ij,ij->i", records[of[sentence]], asking[pair]).astype(float)
    return now - (now - share[sentence] * to_asking) / left[sentence]


def _ranked(weights: csr_array, row: int) -> list[int]:
    """The columns of a row, the heaviest first."""
    here = slice(weights.indptr[row], weights.indptr[row + 1])
    found: list[int] = weights.indices[here][np.lexsort((weights.indices[here], -weights.data[here]))].tolist()
    return found


def _shared(ranked: list[int], names: list[str], telling: NDArray[np.bool_], words: set[str]) -> str:
    shown = [i for i in ranked if names[i] in words]
    return _joined([names[i] for i in [i for i in shown if telling[i]] or shown], SHOWN_SHARED)


def _unanswered(asking: _Side, query: int, record: str) -> str:
    names = (asking.terms.names[i] for i in _ranked(asking.weights, query))
    return _joined([name for name in names if name in asking.words[query] and name not in record], SHOWN_UNANSWERED)


def _joined(names: list[str], most: int) -> str:
    """The first names, one that lies within another shown only once, as the longer one."""
    shown: list[str] = []
    for name in names:
        if len(shown) == most:
            break
        if not any(name in other for other in shown):
            shown = [other for other in shown if other not in name] + [name]
    return "、".join(shown)


def _words(index: Index, terms: Terms) -> list[set[str]]:
    """Of each text, the words that a reader wants to see: not those that every need is full of."""
    read = {terms.names[i] for i in np.unique(terms.ids[terms.is_word]).tolist()}
    worth = index.segmenter.named(read - PHRASES)
    found: list[set[str]] = []
    for start, end in zip(terms.offsets, terms.offsets[1:], strict=False):
        mine = terms.ids[start:end][terms.is_word[start:end]].tolist()
        found.append({name for name in (terms.names[i] for i in mine) if name in worth})
    return found
