"""Texts to fields: what an enterprise, a need or an outcome is about, in a catalogue's headings; why, and how sure.

The names and describing words of the headings are examples of them and of what stands above them. A ridge regression
over the two channels of matching (vectors pooled from terms, and TF-IDF of terms) learns to tell the headings apart, so
no label is needed to begin with; labels train a second one, added to the first. A score is linear in a
text's terms: the words that decided are its largest addends.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.fields.business_scope import texts_of
from matcher.fields.learning import Floats, Weights, learned_weights, ridge_weights, softmax
from matcher.fields.storage import load_arrays, save_arrays
from matcher.fields.taxonomy import NONE, SHIPPED, Scheme
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.texts.tokens import Segmenter, Terms
from matcher.progress import track
from matcher.tables.columns.hidden_kinds import with_text_kinds

COLUMNS = ("id", "code", "name", "level", "rank", "probability", "words")
FORMAT = "matcher-fields-1"
BATCH = 2048  # texts at a time
LEXICAL, RIDGE = 0.3, 1.0  # share of the lexical channel and ridge of the part that needs no labels
SHARP = 1.3  # steepness of a probability in deviations of short texts' scores (examples/evaluate_fields.py)
NOTHING = 0.0  # what "none of them" scores by itself, in the same deviations
MOST = 10_000  # labelled texts: their kernel is held whole
WORDS = 3  # shown per row
_ARRAYS = ("idf", "dense", "sparse", "bias")


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
        """A new model that has learned from labelled texts.

        Parameters
        ----------
        texts
            As for `classify`.
        labels
            One per text: a code, or a name that is unique. It counts for what stands above it too; "" and "无" say that
            no heading fits. Headings without a single label keep their first weights.

        Returns
        -------
        FieldModel
            How much the channels, the ridge and the headings' names count, and how steep a probability is, is chosen
            by five-fold cross-validation inside the labels (log loss).

        Raises
        ------
        TableError
            Labels are unknown, or fewer than ten or more than 10,000.
        ArgumentError
            Texts and labels are not of one length.
        """
        heads, bodies = _texts(texts)[1:]
        labels = [str(label) for label in labels]
        if len(labels) != len(heads):
            raise ArgumentError(f"{len(heads)} texts, {len(labels)} labels")
        unknown = sorted({label for label in labels if label not in ("", NONE, *self.scheme.places)})
        if unknown:
            raise TableError(f"{len(unknown)} 个标签不在分类“{self.scheme.title}”中：{'、'.join(unknown[:10])}")
        if not 10 <= len(labels) <= MOST:
            raise TableError(f"可用于学习的标注为 10 至 {MOST} 条，给出了 {len(labels)} 条")
        examples, _ = self.scheme.examples()
        texts_ = [f"{head}\n{body}" for head, body in zip(heads, bodies, strict=True)]
        prior = self._unlabelled(self.segmenter.terms([*_background(), *examples, *texts_]))
        dense, sparse = prior._features(self._terms(heads, bodies))
        target = np.zeros((len(labels), len(self.scheme.headings) + 1))
        truth = np.array([self.scheme.places.get(label, len(self.scheme.headings)) for label in labels], np.int64)
        for i, row in enumerate(truth.tolist()):
            target[i, self.scheme.path(row) if row < len(self.scheme.headings) else row] = 1
        given = Weights(prior.dense, prior.sparse, prior.bias)
        return replace(prior, **learned_weights(given, dense, sparse, target, truth)._asdict())

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
            raise ArgumentError(f"k is at least 1 and at_least within 0 and 1, not {k} and {at_least}")
        ids, heads, bodies = _texts(texts)
        depths = sorted(set(self.scheme.levels.tolist()))
        if level is not None and level not in depths:
            raise ArgumentError(f"this scheme has the levels {depths}, not {level}")
        wanted = depths if level is None else [level]
        pieces = []
        for at in track(range(0, len(ids), BATCH), "分类", progress):
            terms = self._terms(heads[at : at + BATCH], bodies[at : at + BATCH])
            chances, nothing = self._chances(terms, none=none)
            pieces.append(self._rows(terms, at, chances, nothing, wanted, k, at_least))
        if not pieces:
            numbers = {"level": np.int64, "rank": np.int64, "probability": float}
            return with_text_kinds(pd.DataFrame({name: pd.Series(dtype=numbers.get(name, object)) for name in COLUMNS}))
        table = pd.concat(pieces, ignore_index=True)
        table.insert(0, "id", np.asarray(ids, object)[table.pop("text").to_numpy()])
        return table

    def probabilities(self, texts: pd.DataFrame | pd.Series | Sequence[str], *, none: bool = True) -> Floats:
        """(texts, headings + 1): of every heading in the order of the scheme, and last of none of them.

        A heading's is its parent's, shared with its sisters; without `none` the last column is -1.
        """
        _, heads, bodies = _texts(texts)
        return np.column_stack(self._chances(self._terms(heads, bodies), none=none))

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
        """Weights from the names and words of the headings; `corpus` shows how rare terms are."""
        ready = self._with_terms(corpus)
        texts, rows = self.scheme.examples()
        dense, sparse = ready._features(self.segmenter.terms(texts))
        target = np.zeros((len(texts), len(self.scheme.headings) + 1))
        for i, row in enumerate(rows):
            target[i, self.scheme.path(row) if row >= 0 else -1] = 1
        level = np.append(self.scheme.levels, 1)
        target -= 1 / np.bincount(level)[level] * target.any(axis=0)
        made = ridge_weights(dense, sparse, target, LEXICAL, RIDGE)
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
        shares = softmax(scores[:, np.append(top, -1)] if none else scores[:, top])
        if none:
            empty = np.diff(terms.offsets) == 0
            shares[empty, :-1], shares[empty, -1] = 0, 1
        chances[:, top] = shares[:, : len(top)]
        parents = self.scheme.parents
        for parent in np.unique(parents[parents >= 0]).tolist():  # rows are sorted by level: parents come first
            sisters = np.flatnonzero(parents == parent)
            chances[:, sisters] = softmax(scores[:, sisters]) * chances[:, [parent]]
        return chances, shares[:, -1] if none else np.full(len(scores), -1, np.float32)

    def _rows(
        self, terms: Terms, first: int, chances: Floats, nothing: Floats, levels: list[int], k: int, at_least: float
    ) -> pd.DataFrame:
        """The rows of one batch, by text, level and rank."""
        texts, headings, ranks, depth = [], [], [], []
        for level in levels:
            here = np.flatnonzero(self.scheme.levels == level)
            table = np.hstack([chances[:, here], nothing[:, None]])
            order = np.argsort(-table, axis=1, kind="stable")[:, :k]
            values = np.take_along_axis(table, order, axis=1)
            keep = values >= at_least
            keep[:, 0] = True
            rows, places = np.nonzero(keep)
            texts.append(rows)
            headings.append(np.append(here, -1)[order[rows, places]])
            ranks.append(places + 1)
            depth.append(np.full(len(rows), level))
        text, heading, rank, deep = map(np.concatenate, (texts, headings, ranks, depth))
        sort = np.lexsort((rank, deep, text))
        text, heading, rank, deep = text[sort], heading[sort], rank[sort], deep[sort]
        codes = np.append(self.scheme.headings["code"].to_numpy(object), "")[heading]
        names = np.append(self.scheme.headings["name"].to_numpy(object), NONE)[heading]
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
        alone = Terms(  # each usable word as one text
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
        words = []
        for t, h in zip(text.tolist(), heading.tolist(), strict=True):
            if h < 0:
                words.append("")
                continue
            here = slice(terms.offsets[t], terms.offsets[t + 1])
            ids = terms.ids[here]
            keep = terms.is_word[here] & usable[ids]
            word, counts = number[ids[keep]], terms.counts[here][keep]
            adds = dense[word, h] * self.encoder.weigh(counts) / max(float(length[t]), 1e-6)
            adds = adds + lexical[word, h] * weights[here][keep]
            best = np.argsort(-adds, kind="stable")[:WORDS]
            words.append("、".join(terms.names[alone.ids[word[i]]] for i in best.tolist() if adds[i] > 0))
        return words

    # ---- files

    def save(self, output: str | Path) -> None:
        """Write one .npz file, to be loaded with the same encoder. Raises OutputError where that cannot be done."""
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
        save_arrays(output, about, {name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, path: str | Path, *, encoder: StaticEncoder | None = None) -> FieldModel:
        """Read what `save` wrote. Raises TableError when it is damaged, or made with another encoder."""
        encoder = StaticEncoder.load() if encoder is None else encoder
        about, arrays = load_arrays(path)
        if about.get("format") != FORMAT or about.get("encoder") != encoder.fingerprint:
            raise TableError(f"{path}：这个领域模型属于另一种格式或另一个编码器，请重新学习")
        try:
            scheme = Scheme(about["id"], about["title"], pd.DataFrame(about["headings"]), about["others"])
            vocabulary = {name: i for i, name in enumerate(about["vocabulary"])}
            segmenter = Segmenter(about["words"], engine=about["engine"])
            weights = {name: arrays[name] for name in _ARRAYS}
            _check(weights, len(about["vocabulary"]), encoder.dim, len(scheme.headings) + 1)
            if len(vocabulary) != len(about["vocabulary"]) or not {"code", "parent", "level"} <= set(scheme.headings):
                raise ValueError("vocabulary or headings")
            return cls(scheme, encoder, segmenter, vocabulary, **weights, learned=about["learned"])
        except (ValueError, KeyError, TypeError) as error:
            raise TableError(f"{path}：不是领域模型文件，或已损坏") from error


def _check(weights: dict[str, NDArray[Any]], terms: int, dim: int, columns: int) -> None:
    """Kinds and shapes of a model's arrays. Raises ValueError."""
    shapes = {"idf": (terms,), "dense": (dim, columns), "sparse": (terms, columns), "bias": (columns,)}
    for name, array in weights.items():
        if array.shape != shapes[name] or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ValueError(f"{name}: {array.dtype} {array.shape}")


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

    Parameters
    ----------
    texts
        A series of texts by id, or a table: need_id, outcome_id, enterprise_id or id, and some of title, products,
        patents, projects, which count twice, and name, keywords, scope, description, text.
    scheme
        "hte", "gbt4754", "clusters", a table or its file (see `Scheme.load`), or a `FieldModel` that has learned.
    k, at_least
        At most `k` rows per text and level; beyond the first only those of probability `at_least`.
    level
        Only this level of the scheme; all by default.
    none
        Offer "none of them": a row with code "" and name 无. A text without a word gets it with 1.

    Returns
    -------
    DataFrame
        One row per text, level and heading: id, code, name, level (from 1), rank (from 1, within text and level),
        probability, words (joined by 、, those that add most first). Texts keep their order; ties by the order of the
        scheme. On one level the probabilities of all headings and of none add to 1; a heading's is never above its
        parent's. The rows of a text depend on nothing but the text.

    Raises
    ------
    TableError
        The table has no column of text, or the scheme is faulty.
    ArgumentError
        `k`, `at_least` or `level` cannot be used.

    Examples
    --------
    >>> rows = classify(pd.Series({"甲": "锂离子电池正极材料与储能系统"}), "hte", level=1, k=1)
    >>> rows[["id", "name"]].to_numpy().tolist()
    [['甲', '新能源与节能']]
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
    if isinstance(texts, str):
        raise ArgumentTypeError("texts are a table, a series or a list of texts, not one text")
    return texts_of(texts if isinstance(texts, (pd.DataFrame, pd.Series)) else pd.Series(list(texts), dtype=object))
