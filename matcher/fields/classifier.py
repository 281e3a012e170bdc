"""Texts to fields: what an enterprise, a need or an outcome is about, in a catalogue's headings; why, and how sure.

The names and describing words of the headings are examples of them and of what stands above them. A ridge regression
over the two channels of matching (vectors pooled from terms, and TF-IDF of terms) learns to tell the headings apart, so
no label is needed to begin with; labels of one's own train a second one, added to the first. A score is linear in a
text's terms: the words that decided are its largest addends.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.errors import TableError
from matcher.export.targets import save_files
from matcher.fields.business_scope import texts_of
from matcher.fields.taxonomy import NONE, SHIPPED, Scheme
from matcher.matching.encoders import StaticEncoder
from matcher.matching.tokens import Segmenter, Terms
from matcher.progress import track

COLUMNS = ("id", "code", "name", "level", "rank", "probability", "words")
FORMAT = "matcher-fields-1"
BATCH = 2048  # texts at a time
LEXICAL, RIDGE = 0.3, 1.0  # share of the lexical channel and ridge of the part that needs no labels
SHARP = 1.3  # steepness of a probability in deviations of short texts' scores (examples/evaluate_fields.py)
NOTHING = 0.0  # what "none of them" scores by itself, in the same deviations
SHARES, RIDGES = (0.3, 0.5, 0.7), (0.3, 1.0)  # tried inside the labels by `fit`
PRIORS = (0.0, 0.01, 0.02, 0.03, 0.05)
STEEP = (6.0, 9.0, 13.0, 18.0, 25.0, 40.0)
FOLDS = 5
MOST = 10_000  # labelled texts: their kernel is held whole
WORDS = 3  # told a row

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FieldModel:
    """A catalogue made ready to be asked. `build` needs no labels, `fit` learns from some.

    `dense` (d, headings + 1) and `sparse` (terms of `vocabulary`, headings + 1) are weights, `bias` is added to their
    products: log-odds within a level. The last column is "none of them".
    """

    scheme: Scheme
    encoder: StaticEncoder
    segmenter: Segmenter
    vocabulary: dict[str, int]
    idf: NDArray[np.float64]
    dense: Floats
    sparse: Floats
    bias: Floats
    learned: str = ""  # what `fit` chose, for a reader

    @classmethod
    def build(
        cls,
        scheme: str | Path | pd.DataFrame | Scheme,
        *,
        encoder: StaticEncoder | None = None,
        words: Sequence[str] = (),
    ) -> FieldModel:
        """Ready a catalogue without labels (see `Scheme.load` for what it may be). `words` are kept whole."""
        scheme = scheme if isinstance(scheme, Scheme) else Scheme.load(scheme)
        encoder = StaticEncoder.load() if encoder is None else encoder
        segmenter = Segmenter(words)
        nothing = np.zeros((0, 0), np.float32)
        bare = cls(scheme, encoder, segmenter, {}, np.zeros(0), nothing, nothing, nothing)
        return bare._unlabelled(segmenter.terms([*_background(), *scheme.examples()[0]]))

    def fit(self, texts: pd.DataFrame | pd.Series | Sequence[str], labels: Sequence[str]) -> FieldModel:
        """A new model that has learned from labelled texts, one label a text: a code, or a name that is unique.

        A label counts for what stands above it too; "" and "无" say that no heading fits. Headings without a single
        label keep their first weights. How much the channels, the ridge and the headings' own words count, and how
        steep a probability is, is chosen by five-fold cross-validation inside the labels (log loss). Raises TableError
        for unknown labels, fewer than ten labelled texts or more than 10,000.
        """
        heads, bodies = _texts(texts)[1:]
        labels = [str(label) for label in labels]
        if len(labels) != len(heads):
            raise ValueError(f"{len(heads)} texts, {len(labels)} labels")
        unknown = sorted({label for label in labels if label not in ("", NONE, *self.scheme.places)})
        if unknown:
            raise TableError(f"{len(unknown)} 个标签不在分类“{self.scheme.title}”中：{'、'.join(unknown[:10])}")
        if not 10 <= len(labels) <= MOST:
            raise TableError(f"可用于学习的标注为 10 至 {MOST} 条，给出了 {len(labels)} 条")
        own, _ = self.scheme.examples()
        texts_ = [f"{head}\n{body}" for head, body in zip(heads, bodies, strict=True)]
        prior = self._unlabelled(self.segmenter.terms([*_background(), *own, *texts_]))
        dense, sparse = prior._features(self._terms(heads, bodies))
        target = np.zeros((len(labels), len(self.scheme.headings) + 1))
        truth = np.array([self.scheme.places.get(label, len(self.scheme.headings)) for label in labels], np.int64)
        for i, row in enumerate(truth.tolist()):
            target[i, self.scheme.path(row) if row < len(self.scheme.headings) else row] = 1
        return _learn(prior, dense, sparse, target, truth)

    def classify(
        self,
        texts: pd.DataFrame | pd.Series | Sequence[str],
        *,
        k: int = 3,
        at_least: float = 0.1,
        level: int | None = None,
        none: bool = True,
        progress: bool = False,
    ) -> pd.DataFrame:
        """The headings of every text; see `classify`."""
        if k < 1 or not 0 <= at_least <= 1:
            raise ValueError(f"k is at least 1 and at_least within 0 and 1, not {k} and {at_least}")
        ids, heads, bodies = _texts(texts)
        depths = sorted(set(self.scheme.levels.tolist()))
        if level is not None and level not in depths:
            raise ValueError(f"this scheme has the levels {depths}, not {level}")
        wanted = depths if level is None else [level]
        pieces = []
        for at in track(range(0, len(ids), BATCH), "分类", progress):
            terms = self._terms(heads[at : at + BATCH], bodies[at : at + BATCH])
            chances, nothing = self._chances(terms, none=none)
            pieces.append(self._rows(terms, at, chances, nothing, wanted, k, at_least))
        if not pieces:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
        table = pd.concat(pieces, ignore_index=True)
        table.insert(0, "id", np.asarray(ids, object)[table.pop("text").to_numpy()])
        return table

    # ---- texts

    def _terms(self, heads: Sequence[str], bodies: Sequence[str]) -> Terms:
        return self.segmenter.terms([*heads, *bodies]).joined((2, 1))

    def _with_terms(self, terms: Terms) -> FieldModel:
        """The same with a vocabulary: every term of some texts, weighted by how few have it."""
        often = np.bincount(terms.ids, minlength=len(terms.names))
        idf = np.log((1 + len(terms)) / (1 + often)) + 1
        return replace(self, vocabulary={name: i for i, name in enumerate(terms.names)}, idf=idf)

    def _features(self, terms: Terms) -> tuple[Floats, csr_array]:
        """Unit rows of both channels. A term outside the vocabulary lengthens a text and adds nothing."""
        place, weights = self._weights(terms)
        rows = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))
        keep = place[terms.ids] >= 0
        shape = (len(terms), len(self.vocabulary))
        sparse = csr_array((weights[keep], (rows[keep], place[terms.ids][keep])), shape=shape)
        return self.encoder.encode_terms(terms), sparse

    def _weights(self, terms: Terms) -> tuple[NDArray[np.int64], Floats]:
        """The place of every name in the vocabulary (-1: none), and the TF-IDF weight of every counted term."""
        place = np.fromiter((self.vocabulary.get(name, -1) for name in terms.names), np.int64, len(terms.names))
        idf = np.where(place >= 0, self.idf[place], self.idf.max())
        rows = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))
        weights = (1 + np.log(terms.counts)) * idf[terms.ids]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=len(terms)))
        return place, np.asarray(weights / np.where(norms > 0, norms, 1)[rows], np.float32)

    # ---- scores

    def _unlabelled(self, corpus: Terms) -> FieldModel:
        """Weights from the headings' own names and words; `corpus` tells how rare terms are."""
        ready = self._with_terms(corpus)
        texts, rows = self.scheme.examples()
        dense, sparse = ready._features(self.segmenter.terms(texts))
        target = np.zeros((len(texts), len(self.scheme.headings) + 1))
        for i, row in enumerate(rows):
            target[i, self.scheme.path(row) if row >= 0 else -1] = 1
        level = np.append(self.scheme.levels, 1)
        target -= 1 / np.bincount(level)[level] * target.any(axis=0)
        made = _ridge(dense, sparse, target, LEXICAL, RIDGE)
        ready = replace(ready, dense=made[0], sparse=made[1], bias=np.zeros(len(level), np.float32))
        scores = ready._scores(self.segmenter.terms(_background()))
        deviation = np.array([scores[:, level == one].std() for one in range(1, level.max() + 1)])
        sharp = (SHARP / np.maximum(deviation, 1e-6))[level - 1].astype(np.float32)
        bias = np.zeros(len(level), np.float32)
        bias[-1] = SHARP * NOTHING
        return replace(ready, dense=ready.dense * sharp, sparse=ready.sparse * sharp, bias=bias)

    def _scores(self, terms: Terms) -> Floats:
        """(texts, headings + 1) log-odds."""
        dense, sparse = self._features(terms)
        return np.asarray(dense @ self.dense + sparse @ self.sparse + self.bias, np.float32)

    def _chances(self, terms: Terms, *, none: bool) -> tuple[Floats, Floats]:
        """(texts, headings) probabilities, and those of none: a heading's is its parent's, shared with its sisters."""
        scores = self._scores(terms)
        chances = np.zeros_like(scores[:, :-1])
        top = np.flatnonzero(self.scheme.levels == 1)
        shares = _softmax(scores[:, np.append(top, -1)] if none else scores[:, top])
        if none:
            empty = np.diff(terms.offsets) == 0
            shares[empty, :-1], shares[empty, -1] = 0, 1
        chances[:, top] = shares[:, : len(top)]
        parents = self.scheme.parents
        for parent in np.unique(parents[parents >= 0]).tolist():  # rows are sorted by level: parents come first
            sisters = np.flatnonzero(parents == parent)
            chances[:, sisters] = _softmax(scores[:, sisters]) * chances[:, [parent]]
        return chances, shares[:, -1] if none else np.full(len(scores), -1, np.float32)

    def _rows(
        self, terms: Terms, first: int, chances: Floats, nothing: Floats, levels: list[int], k: int, at_least: float
    ) -> pd.DataFrame:
        """The rows of one batch, by text, level and rank."""
        texts, headings, ranks, depth = [], [], [], []
        for level in levels:
            own = np.flatnonzero(self.scheme.levels == level)
            table = np.hstack([chances[:, own], nothing[:, None]])
            order = np.argsort(-table, axis=1, kind="stable")[:, :k]
            values = np.take_along_axis(table, order, axis=1)
            keep = values >= at_least
            keep[:, 0] = True
            rows, places = np.nonzero(keep)
            texts.append(rows)
            headings.append(np.append(own, -1)[order[rows, places]])
            ranks.append(places + 1)
            depth.append(np.full(len(rows), level))
        text, heading, rank, deep = map(np.concatenate, (texts, headings, ranks, depth))
        sort = np.lexsort((rank, deep, text))
        text, heading, rank, deep = text[sort], heading[sort], rank[sort], deep[sort]
        codes, names = (
            np.append(self.scheme.headings[name].to_numpy(object), last)[heading]
            for name, last in (("code", ""), ("name", NONE))
        )
        probability = np.where(heading >= 0, chances[text, heading], nothing[text])
        return pd.DataFrame(
            {
                "text": text + first,
                "code": codes,
                "name": names,
                "level": deep,
                "rank": rank,
                "probability": np.round(probability.astype(float), 4),
                "words": self._words(terms, text, heading),
            }
        )

    def _words(self, terms: Terms, text: NDArray[Any], heading: NDArray[Any]) -> list[str]:
        """The words that add most to the score of each (text, heading); "" where none adds."""
        named = self.segmenter.named([terms.names[i] for i in np.unique(terms.ids[terms.is_word]).tolist()])
        usable = np.fromiter((name in named for name in terms.names), bool, len(terms.names))
        alone = Terms(  # every usable word as a text of its own
            terms.names,
            np.arange(int(usable.sum()) + 1),
            np.flatnonzero(usable).astype(np.int32),
            np.ones(int(usable.sum()), np.int32),
            np.ones(int(usable.sum()), bool),
        )
        pooled = self.encoder.pool(alone, np.ones(len(alone.ids), np.float32))
        place, weights = self._weights(terms)
        at = place[alone.ids]
        lexical = np.where((at >= 0)[:, None], self.sparse[at], np.float32(0))
        length = np.linalg.norm(self.encoder.pool(terms, self.encoder.weigh(terms.counts)), axis=1)
        dense = pooled @ self.dense
        number = np.cumsum(usable) - 1
        told = []
        for t, h in zip(text.tolist(), heading.tolist(), strict=True):
            if h < 0:
                told.append("")
                continue
            here = slice(terms.offsets[t], terms.offsets[t + 1])
            ids = terms.ids[here]
            keep = terms.is_word[here] & usable[ids]
            own, counts = number[ids[keep]], terms.counts[here][keep]
            adds = dense[own, h] * self.encoder.weigh(counts) / max(float(length[t]), 1e-6)
            adds = adds + lexical[own, h] * weights[here][keep]
            best = np.argsort(-adds, kind="stable")[:WORDS]
            told.append("、".join(terms.names[alone.ids[own[i]]] for i in best.tolist() if adds[i] > 0))
        return told

    # ---- files

    def save(self, path: str | Path) -> None:
        """Write one .npz file: numbers and JSON, no pickle. It must be loaded with the same encoder."""
        about = {
            "format": FORMAT,
            "encoder": self.encoder.fingerprint,
            "words": list(self.segmenter.words),
            "engine": self.segmenter.engine,
            "id": self.scheme.id,
            "title": self.scheme.title,
            "headings": self.scheme.headings.to_dict("list"),
            "vocabulary": list(self.vocabulary),
            "others": self.scheme.others,
            "learned": self.learned,
        }
        text = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
        target = io.BytesIO()
        np.savez_compressed(target, about=text, idf=self.idf, dense=self.dense, sparse=self.sparse, bias=self.bias)
        save_files({Path(path): target.getvalue()})

    @classmethod
    def load(cls, path: str | Path, *, encoder: StaticEncoder | None = None) -> FieldModel:
        """Read what `save` wrote. Raises TableError when it is damaged, or made with another encoder."""
        encoder = StaticEncoder.load() if encoder is None else encoder
        try:
            with np.load(Path(path), allow_pickle=False) as file:
                about = json.loads(file["about"].tobytes())
                idf, weights = file["idf"], (file["dense"], file["sparse"], file["bias"])
            if about["format"] != FORMAT or about["encoder"] != encoder.fingerprint:
                raise TableError(f"{path}：这个领域模型属于另一种格式或另一个编码器，请重新学习")
            scheme = Scheme(about["id"], about["title"], pd.DataFrame(about["headings"]), about["others"])
            vocabulary = {name: i for i, name in enumerate(about["vocabulary"])}
            segmenter = Segmenter(about["words"], engine=about["engine"])
            return cls(scheme, encoder, segmenter, vocabulary, idf, *weights, about["learned"])
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, TableError):
                raise
            raise TableError(f"{path}：不是领域模型文件，或已损坏") from error


def classify(
    texts: pd.DataFrame | pd.Series,
    scheme: str | Path | pd.DataFrame | Scheme | FieldModel,
    *,
    k: int = 3,
    at_least: float = 0.1,
    level: int | None = None,
    none: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """The headings of a catalogue that every text belongs to, with probabilities and the words that decided.

    texts: a series of texts by id, or a table (need_id, outcome_id, enterprise_id or id, and some of title, products,
    patents, projects, which count twice, and name, keywords, scope, description, text). scheme: "hte", "gbt4754",
    "clusters", a table or a file of one's own (see `Scheme.load`), or a `FieldModel` that has learned.

    One row a text, level and heading: id, code, name, level (from 1), rank (from 1, within text and level),
    probability, words (joined by 、, those that add most first). At most `k` rows a text and level; beyond the first
    only those of probability `at_least`; `level`: only this one. "none of them" is a row with code "" and name 无
    (`none=False`: it is not offered); a text without a word gets it with 1. Texts keep their order; ties by the order
    of the scheme. On one level the probabilities of all headings and of none add to 1; a heading's is never above its
    parent's. A text's rows hang on nothing but the text.

    Raises TableError when the table has no column of text, or the scheme is faulty.
    """
    model = scheme if isinstance(scheme, FieldModel) else _built(scheme)
    return model.classify(texts, k=k, at_least=at_least, level=level, none=none, progress=progress)


@functools.lru_cache(maxsize=4)
def _ready(name: str) -> FieldModel:
    return FieldModel.build(name)


def _built(scheme: str | Path | pd.DataFrame | Scheme) -> FieldModel:
    return _ready(scheme) if isinstance(scheme, str) and scheme in SHIPPED else FieldModel.build(scheme)


@functools.cache
def _background() -> tuple[str, ...]:
    """Short texts of every branch, from which it is known how rare a term is."""
    return tuple(text for name in SHIPPED for text in Scheme.load(name).headings["name"])


def _texts(texts: pd.DataFrame | pd.Series | Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    return texts_of(texts if isinstance(texts, (pd.DataFrame, pd.Series)) else pd.Series(list(texts), dtype=object))


def _ridge(dense: Floats, sparse: csr_array, target: NDArray[Any], share: float, ridge: float) -> tuple[Floats, Floats]:
    """Weights of both channels: the kernel is (1 - share) dense + share sparse."""
    kernel = (1 - share) * (dense @ dense.T).astype(float) + share * (sparse @ sparse.T).toarray()
    solved = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), target)
    by_words: Floats = np.asarray(share * (sparse.T @ solved), np.float32)
    return np.asarray((1 - share) * dense.T @ solved, np.float32), by_words


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _learn(
    prior: FieldModel, dense: Floats, sparse: csr_array, target: NDArray[Any], truth: NDArray[np.int64]
) -> FieldModel:
    """Settings by cross-validation inside the labels (log loss), then the weights over all of them.

    The vectors are put around their mean and on the length of one. The first part's scores are put on one scale,
    heading by heading, before they are added: what a heading scores on any text says nothing.
    """
    size = len(target)
    fold = np.empty(size, np.int64)
    fold[np.lexsort((np.arange(size), truth))] = np.arange(size) % FOLDS  # a heading's labels are dealt out evenly
    centre = dense.mean(axis=0)
    length = float(np.linalg.norm(dense - centre, axis=1).mean()) or 1.0
    moved = np.asarray((dense - centre) / length, np.float32)
    first = dense @ prior.dense + sparse @ prior.sparse
    middle, spread = first.mean(axis=0), np.maximum(first.std(axis=0), 1e-6)
    known = np.unique(truth)
    own = np.searchsorted(known, truth)
    seen: NDArray[np.bool_] = np.asarray(target.any(axis=0), bool)
    wanted = np.where(seen, target - target.mean(axis=0), 0)
    by_meaning, by_words = (moved @ moved.T).astype(float), (sparse @ sparse.T).toarray()
    best: tuple[float, ...] = (np.inf,)
    for share in SHARES:
        kernel = (1 - share) * by_meaning + share * by_words
        for ridge in RIDGES:
            found = np.zeros((size, len(known)))
            for part in range(FOLDS):
                out, rest = np.flatnonzero(fold == part), np.flatnonzero(fold != part)
                solved = np.linalg.solve(kernel[np.ix_(rest, rest)] + ridge * np.eye(len(rest)), wanted[rest][:, known])
                found[out] = kernel[np.ix_(out, rest)] @ solved
            for weight in PRIORS:
                mixed = found + weight * ((first - middle) / spread)[:, known]
                for sharp in STEEP:
                    chances = _softmax(sharp * mixed)
                    loss = float(-np.log(np.maximum(chances[np.arange(size), own], 1e-9)).mean())
                    if loss < best[0] - 1e-9:
                        best = (loss, share, ridge, weight, sharp, float(np.quantile(sharp * mixed.max(axis=1), 0.05)))
    loss, share, ridge, weight, sharp, lowest = best
    made = _ridge(moved, sparse, wanted, share, ridge)
    keep = np.where(seen, sharp * weight / spread, 1).astype(np.float32)
    turned = sharp * made[0] / length
    bias = np.where(seen, -(centre @ turned) - sharp * weight * middle / spread, prior.bias)
    if not seen[-1]:  # nobody said what nothing looks like: what fits less than nineteen in twenty of the labelled
        keep[-1], bias[-1] = 0, lowest
    told = (
        f"{size} labels: lexical share {share:g}, ridge {ridge:g}, headings' own words {weight:g}, log loss {loss:.3f}"
    )
    return replace(
        prior,
        dense=np.asarray(turned + prior.dense * keep, np.float32),
        sparse=np.asarray(sharp * made[1] + prior.sparse * keep, np.float32),
        bias=np.asarray(bias, np.float32),
        learned=told,
    )
