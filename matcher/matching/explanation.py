"""Why a pair was matched: the shared terms, the sentence that supports it most, and what finds no answer.

The sentence is the one whose removal would cost the pair most: for every sentence of a record both cosines are worked
out as if it were not there. With another encoder than the default one the semantic cosine is worked out as if a text's
vector were the sum of its sentences', since encoding every remainder would take too long. Reasons quote no contacts:
they are hidden before a text is cut, since a piece of one could not be told from other words.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.matching.base import TITLE, Asked, BaseIndex
from matcher.matching.encoders import StaticEncoder, encode_texts, unit
from matcher.matching.records import texts_of
from matcher.matching.tokens import Terms, normalise_all, sentences
from matcher.tables.contacts import mask_contacts

RECORDS = 2048  # records looked at together
SHOWN_SHARED, SHOWN_UNANSWERED = 8, 6
# Words that every need is full of and that ask for nothing.
PHRASES = frozenset(
    """
    一种 专业 主要 企业 优化 传统 使用 保证 公司 具备 具有 内容 准备 出现 利用 包括 单位 厂家 发展 可能 合作
    听取 国内 国内外 国外 基本 基础 处理 存在 完成 完善 实现 寻找 寻求 导致 市场 希望 应用 开发 开展 影响 急需
    情况 成本 我司 我们 技术 技术需求 指标 掌握 提供 提升 提高 改善 改进 攻克 效果 效率 方式 方案 方法 方面 无法
    时间 有关 期望 本项目 条件 来源 标准 根据 模式 比较 水平 没有 活动 满足 特点 现状 生产 用于 由于 目标 相关
    研制 研发 研究 确保 科技 科研 程度 符合 简述 简介 系列 系统 结合 缺乏 能力 能够 行业 要求 解决 解决方案 设计
    设备 该项目 说明 谢谢 质量 路线 较低 较大 较好 较高 达到 进行 通过 造成 部分 采用 问题 降低 需求 需要 面向
    领域 项目 难题 难点 以上 以下 左右 方向 背景 需求描述 描述 预期 预算 不得 不想 产品 介绍 允许 占据 发生 余套
    停止 忘记 成为 成果 拥有 持续 有效 机构 涉及 透露 属于 工艺 工作 增加 减少 功能 形成 推广 使得 具体 作为
    支持 需方 意向 联系 电话 合作方 高校 院所
    """.split()  # noqa: SIM905
)


class _Asking(NamedTuple):
    """The asking side: a vector, term weights and, heaviest first, the words a reader wants to see, for each text."""

    vectors: NDArray[np.float32]
    names: list[str]
    weights: csr_array
    is_word: csr_array
    words: list[list[str]]


def explain(
    asked: Asked,
    index: BaseIndex,
    at: NDArray[np.int64],
    rows: NDArray[np.int64],
    titles: Sequence[str],
    bodies: Sequence[str],
) -> pd.DataFrame:
    """The reasons of pairs (text `at[i]` of `asked`, row `rows[i]` of the index), one row a pair, in their order.

    titles, bodies: the texts that `asked` was made of.

    shared_terms: words that both have, those that add most to the score first, joined by "、". evidence: the sentence
    of the record whose removal would lower the score most; its title where it has no other text. unanswered: weighty
    words of the asking text that the record does not have. All three are "" where there is nothing to say.
    """
    weights = index.lexical.weigh(asked.terms)
    is_word = csr_array(
        (asked.terms.is_word.astype(np.int8), asked.terms.ids, asked.terms.offsets), shape=weights.shape
    )
    names, read = asked.terms.names, asked.terms.is_word
    shown = _worth(index, names, asked.terms.ids[read])[asked.terms.ids] & read
    heaviest = _without_contacts(_ranked(_importance(index, asked.terms), shown, names), titles, bodies)
    asking = _Asking(asked.vectors, asked.terms.names, weights, is_word, heaviest)
    records, place = np.unique(rows, return_inverse=True)
    by_record = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[by_record], np.arange(0, len(records) + RECORDS, RECORDS))
    result = np.full((len(rows), 3), "", object)
    for block, (start, end) in enumerate(itertools.pairwise(ends.tolist())):
        if (pairs := by_record[start:end]).size:
            some = records[block * RECORDS : (block + 1) * RECORDS]
            result[pairs] = _explain(index, asking, at[pairs], some, place[pairs] - block * RECORDS)
    return pd.DataFrame(result, columns=["shared_terms", "evidence", "unanswered"])


def _explain(
    index: BaseIndex, asking: _Asking, at: NDArray[np.int64], records: NDArray[np.int64], record: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The reasons of pairs of asking text `at[i]` and record `records[record[i]]`."""
    titles, bodies = map(_hidden, texts_of(index.rows(records)))
    pieces = [sentences(body) or [title] for title, body in zip(titles, bodies, strict=True)]
    texts = [piece for some in pieces for piece in some]
    first = np.concatenate([[0], np.cumsum([len(some) for some in pieces])])
    of = np.repeat(np.arange(len(records)), np.diff(first))
    terms = index.segmenter.terms([*texts, *titles])
    counts, is_word = (
        csr_array((data, terms.ids, terms.offsets), shape=(len(terms), len(terms.names)))
        for data in (terms.counts, terms.is_word.astype(np.int8))
    )
    single, title = csr_array(counts[: len(texts)]), csr_array(counts[len(texts) :])
    # A record's terms are those of its sentences and its title, which is its only sentence where it has no other text.
    add = csr_array((np.ones(len(of), int), (of, np.arange(len(of)))), shape=(len(records), len(texts)))
    bare = np.array([not sentences(body) for body in bodies], bool)
    whole = csr_array(add @ single + _times(title, TITLE - bare.astype(int)))
    is_word = csr_array(add @ is_word[: len(texts)] + is_word[len(texts) :])

    lexical, products = _lexical_loss(index, asking, single, whole, terms.names, at, record, of, first)
    pair, sentence = _each(first, record)
    vectors = index.vectors(records)
    without = _vectors_without(index, terms, texts, single, title, bare, vectors, of)
    queries = asking.vectors[at]
    now = np.einsum("ij,ij->i", vectors[record], queries)
    semantic = now[pair] - np.einsum("ij,ij->i", without[sentence], queries[pair])
    drop = np.add(*index.scale.steps(semantic, lexical))
    order = np.lexsort((sentence, -drop, pair))
    best = sentence[order[np.searchsorted(pair, np.arange(len(at)))]]

    flagged = _flagged(products, is_word, record) | _flagged(
        products, _renamed(asking, asking.is_word, terms.names), at
    )
    worth = _worth(index, terms.names, products.indices[flagged])
    shared = _ranked(products, flagged & worth[products.indices], terms.names)
    common = set(
        itertools.compress(terms.names, (index.lexical.idf2(terms.names) < index.lexical.informative).tolist())
    )
    plain = normalise_all([f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)])
    reasons = np.empty((len(at), 3), object)
    reasons[:, 0] = [_joined([name for name in names if name not in common] or names, SHOWN_SHARED) for names in shared]
    reasons[:, 1] = [texts[i] for i in best.tolist()]
    reasons[:, 2] = [
        _joined((name for name in asking.words[query] if name not in plain[answer]), SHOWN_UNANSWERED)
        for query, answer in zip(at.tolist(), record.tolist(), strict=True)
    ]
    return reasons


def _hidden(texts: Sequence[str]) -> list[str]:
    """The texts with contacts hidden."""
    return [mask_contacts(text) for text in texts]


def _without_contacts(words: list[list[str]], titles: Sequence[str], bodies: Sequence[str]) -> list[list[str]]:
    """The words of each text, without those that stand only in a contact of it."""
    texts = [f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)]
    hidden = _hidden(texts)
    return [
        some if safe == text else [word for word in some if word in normalise_all([safe])[0]]
        for some, text, safe in zip(words, texts, hidden, strict=True)
    ]


def _lexical_loss(
    index: BaseIndex,
    asking: _Asking,
    single: csr_array,
    whole: csr_array,
    names: list[str],
    at: NDArray[np.int64],
    record: NDArray[np.int64],
    of: NDArray[np.int64],
    first: NDArray[np.int64],
) -> tuple[NDArray[np.float64], csr_array]:
    """What each pair's lexical cosine would lose without each sentence; and (pair, term) what each term adds to it."""
    idf2 = index.lexical.idf2(names)
    with_it, without = _left(single, whole, of)
    loss = csr_array((with_it - without, single.indices, single.indptr), shape=single.shape)
    shrink = np.asarray(csr_array((with_it**2 - without**2, single.indices, single.indptr), shape=single.shape) @ idf2)
    local = 1 + np.log(whole.data)
    norm2 = np.maximum(csr_array((local**2, whole.indices, whole.indptr), shape=whole.shape) @ idf2, 1e-9)
    weights = _renamed(asking, asking.weights, names)
    present, weighed = (
        csr_array((data, whole.indices, whole.indptr), shape=whole.shape) for data in (np.ones_like(local), local)
    )
    common: csr_array = csr_array(present[record].multiply(weights[at]))  # a query's weights on what the pair shares
    products = csr_array(weighed[record].multiply(common))
    inner = np.asarray(products.sum(axis=1))
    pair, sentence = _each(first, record)
    lost = np.asarray(csr_array(csr_array(loss[sentence]).multiply(common[pair])).sum(axis=1))
    now, then = norm2[record[pair]], np.maximum(norm2[record[pair]] - shrink[sentence], 1e-9)
    return inner[pair] / np.sqrt(now) - np.maximum(inner[pair] - lost, 0) / np.sqrt(then), products


def _each(first: NDArray[np.int64], record: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair with every sentence of its record."""
    sizes = np.diff(first)[record]
    return np.repeat(np.arange(len(record)), sizes), np.arange(sizes.sum()) - np.repeat(
        np.cumsum(sizes) - sizes - first[record], sizes
    )


def _left(
    single: csr_array, whole: csr_array, of: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """1 + ln c of each term of each sentence in its whole record, and the same without the sentence."""
    total = _look_up(whole, np.repeat(of, np.diff(single.indptr)), single.indices).astype(float)
    rest = total - single.data
    return 1 + np.log(total), np.where(rest > 0, 1 + np.log(np.maximum(rest, 1)), 0)


def _look_up(matrix: csr_array, rows: NDArray[np.int64], columns: NDArray[np.int32]) -> NDArray[np.int64]:
    """Single elements of a sparse matrix."""
    matrix.sort_indices()
    keys = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * matrix.shape[1] + matrix.indices
    wanted = rows * matrix.shape[1] + columns
    place = np.searchsorted(keys, wanted).clip(max=max(0, len(keys) - 1))
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    return np.where(keys[place] == wanted, matrix.data[place], 0)


def _flagged(products: csr_array, is_word: csr_array, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each element of `products` whether row `rows[i]` of `is_word` has its column."""
    return _look_up(is_word, np.repeat(rows, np.diff(products.indptr)), products.indices) > 0


def _renamed(asking: _Asking, matrix: csr_array, names: list[str]) -> csr_array:
    """A matrix over the asking side's terms with the columns of `names`."""
    numbers = {name: number for number, name in enumerate(names)}
    there = np.fromiter((numbers.get(name, -1) for name in asking.names), np.int64, len(asking.names))
    columns = there[matrix.indices]
    keep = columns >= 0
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return csr_array((matrix.data[keep], (rows[keep], columns[keep])), shape=(matrix.shape[0], len(names)))


def _times(matrix: csr_array, factors: NDArray[np.int64]) -> csr_array:
    """Each row times its factor."""
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _vectors_without(
    index: BaseIndex,
    terms: Terms,
    texts: list[str],
    single: csr_array,
    title: csr_array,
    bare: NDArray[np.bool_],
    records: NDArray[np.float32],
    of: NDArray[np.int64],
) -> NDArray[np.float32]:
    """(sentences, d): the unit vector of each sentence's record without that sentence."""
    if not isinstance(index.encoder, StaticEncoder):
        lone = encode_texts(index.encoder, texts, role="document")
        to_record = np.einsum("ij,ij->i", lone, records[of])
        lengths = np.array([len(text) for text in texts])
        mass = np.bincount(of, weights=lengths * np.maximum(to_record, 0), minlength=len(records))
        share = np.minimum(lengths / np.maximum(mass[of], 1e-9), 1.0).astype(np.float32)
        return unit(records[of] - share[:, None] * lone)
    encoder, n = index.encoder, len(texts)  # a record's vector is that of its title plus that of its whole text
    add = csr_array((np.ones(n, int), (of, np.arange(n))), shape=(len(records), n))
    whole = csr_array(add @ single + _times(title, 1 - bare.astype(int)))
    everything = Terms(terms.names, whole.indptr.astype(np.int64), whole.indices, whole.data, np.zeros(whole.nnz, bool))
    total = _look_up(whole, np.repeat(of, np.diff(single.indptr)), single.indices)
    foreign = encoder.foreign(everything)
    lone = encoder.pool(terms[:n], encoder.weigh(total) - encoder.weigh(total - single.data), foreign[of])
    rest = unit(encoder.pool(everything, encoder.weigh(whole.data), foreign)[of] - lone)
    rest = unit(encoder.encode_terms(terms[n:], foreign)[of] + rest)
    rest[bare[of]] = 0  # without its title nothing is left of it
    return rest


def asking_sentences(
    index: BaseIndex, titles: Sequence[str], bodies: Sequence[str], at: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.object_]:
    """For each pair (text at[i], row rows[i]) the sentence of the asking text that is nearest to the record."""
    result = np.full(len(at), "", object)
    if not len(at):
        return result
    pieces = [sentences(body) or [title] for title, body in zip(_hidden(titles), _hidden(bodies), strict=True)]
    texts = [piece for some in pieces for piece in some]
    first = np.concatenate([[0], np.cumsum([len(some) for some in pieces])]).astype(np.int64)
    records, place = np.unique(rows, return_inverse=True)
    heads, rests = texts_of(index.rows(records))
    whole = [f"{head}\n{rest}" for head, rest in zip(heads, rests, strict=True)]
    terms = index.segmenter.terms([*texts, *whole])
    asking = index.lexical.weigh(terms[: len(texts)])
    records_terms = terms[len(texts) :]
    local = 1 + np.log(records_terms.counts)
    idf2 = index.lexical.idf2(records_terms.names)[records_terms.ids]
    answering = csr_array(
        (local, records_terms.ids, records_terms.offsets), shape=(len(records_terms), len(records_terms.names))
    )
    norms = np.sqrt(
        csr_array((local**2 * idf2, records_terms.ids, records_terms.offsets), shape=answering.shape).sum(axis=1)
    )
    counts = np.diff(first)[at]
    pair = np.repeat(np.arange(len(at)), counts)
    start = np.repeat(first[at] - (np.cumsum(counts) - counts), counts)
    sentence = start + np.arange(len(pair))
    product = np.asarray(asking[sentence].multiply(answering[place[pair]]).sum(axis=1)).ravel()
    lexical = product / np.maximum(norms[place[pair]], 1e-9)
    vectors = encode_texts(index.encoder, texts, role="query")
    semantic = np.einsum("ij,ij->i", vectors[sentence], index.vectors(rows)[pair])
    near = np.add(*index.scale.parts(semantic, lexical))
    order = np.lexsort((sentence, -near, pair))
    best = sentence[order[np.searchsorted(pair, np.arange(len(at)))]]
    result[:] = [texts[i] for i in best.tolist()]
    return result


def _importance(index: BaseIndex, terms: Terms) -> csr_array:
    """(texts, terms): how much a text asks for each of its terms; for most where no record has it."""
    idf2 = index.lexical.idf2(terms.names)
    unseen = (np.log(1 + len(index)) + 1) ** 2
    data = (1 + np.log(terms.counts)) * np.where(idf2 > 0, idf2, unseen)[terms.ids]
    return csr_array((data, terms.ids, terms.offsets), shape=(len(terms), len(terms.names)))


def _worth(index: BaseIndex, names: list[str], words: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of the names at the places `words` a reader may want to see: none of those that every need is full of."""
    asked = np.zeros(len(names), bool)
    asked[words] = True
    candidates = {names[i] for i in np.flatnonzero(asked).tolist()} - PHRASES
    candidates = {name for name in candidates if not (name[:2] in PHRASES and name[2:] in PHRASES)}  # 提高效率
    worth = index.segmenter.named(candidates)
    return np.fromiter((name in worth for name in names), bool, len(names))


def _ranked(weights: csr_array, shown: NDArray[np.bool_], names: list[str]) -> list[list[str]]:
    """The shown elements' terms of each row, the heaviest first; equally heavy ones by name."""
    kept = np.concatenate([[0], np.cumsum(shown)])[weights.indptr].tolist()
    heavy = np.round(-weights.data[shown], 9).tolist()
    named = [names[i] for i in weights.indices[shown].tolist()]
    pairs = list(zip(heavy, named, strict=True))
    return [[name for _, name in sorted(pairs[start:end])] for start, end in itertools.pairwise(kept)]


def _joined(names: Iterable[str], most: int) -> str:
    """The first names, one that lies within another shown only once, as the longer one."""
    shown: list[str] = []
    for name in names:
        if len(shown) == most:
            break
        if not any(name in other for other in shown):
            shown = [other for other in shown if other not in name] + [name]
    return "、".join(shown)
