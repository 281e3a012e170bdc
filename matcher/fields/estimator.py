"""The field classifier as an estimator of scikit-learn: texts and labels in, labels and probabilities out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from matcher.errors import ArgumentError
from matcher.fields.classifier import FieldModel
from matcher.fields.taxonomy import Scheme
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.tables.arguments import as_texts

Texts = Sequence[str] | NDArray[Any] | pd.Series | pd.DataFrame


class FieldClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to labels by `FieldModel`, for pipelines, cross-validation and grid search of scikit-learn.

    Parameters
    ----------
    scheme
        None: the labels themselves are the headings, and their names tell nothing. A catalogue ("hte", "gbt4754",
        "clusters", a table or its file): labels are its codes or unique names, whose words help.
    encoder
        The vectors; None for the default encoder.
    words
        Words that are kept whole.

    Attributes
    ----------
    classes_
        The labels, sorted.
    model_
        The `FieldModel` that has learned.

    Notes
    -----
    X is a list, series or one-dimensional array of texts, or a table of one column. At least ten labelled texts of two
    labels are needed. A text without a known word gets equal shares. It passes those checks of
    `sklearn.utils.estimator_checks` that feed no numbers; `tests/fields/test_estimator.py` names the others with
    reasons.

    Examples
    --------
    >>> texts = [f"苹果梨桃{i}号果园" for i in range(6)] + [f"轴承齿轮{i}号车间" for i in range(6)]
    >>> FieldClassifier().fit(texts, ["水果"] * 6 + ["机械"] * 6).predict(["齿轮加工", "桃子和苹果"]).tolist()
    ['机械', '水果']
    """

    def __init__(
        self,
        scheme: str | Path | pd.DataFrame | Scheme | None = None,
        encoder: StaticEncoder | None = None,
        words: Sequence[str] = (),
    ) -> None:
        self.scheme = scheme
        self.encoder = encoder
        self.words = words

    def fit(self, X: Texts, y: Sequence[Any] | NDArray[Any] | pd.Series) -> FieldClassifier:  # noqa: N803
        """Learn from labelled texts. Raises ArgumentError, ArgumentTypeError or TableError for what cannot be used."""
        texts = _texts(X)
        if y is None:
            raise ArgumentError("requires y to be passed, but the target y is None")
        labels = column_or_1d(y, warn=True)
        if (empty := pd.isna(labels)).any():
            raise ArgumentError(f"{int(empty.sum())} of {len(labels)} labels are missing; leave out those texts")
        check_classification_targets(labels)
        if len(labels) != len(texts):
            raise ArgumentError(f"{len(texts)} texts, {len(labels)} labels")
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ArgumentError(f"at least two labels are needed; got {len(self.classes_)} class")
        if self.scheme is None:
            plain = pd.DataFrame({"code": [f"c{i}" for i in range(len(self.classes_))], "name": self.classes_})
            scheme = Scheme("labels", "labels", plain.astype(str).assign(parent="", words="", level=1))
            names = [f"c{code}" for code in codes]
        else:
            scheme = self.scheme if isinstance(self.scheme, Scheme) else Scheme.load(self.scheme)
            names = [str(label) for label in labels]
        model = FieldModel.build(scheme, encoder=self.encoder, words=self.words)
        self.model_ = model.fit(texts, names)
        first = dict(zip(codes.tolist(), names, strict=True))
        none = len(scheme.headings)
        self._columns = np.array([scheme.places.get(first[code], none) for code in range(len(self.classes_))])
        return self

    def predict_proba(self, X: Texts) -> NDArray[np.float64]:  # noqa: N803
        """(texts, classes_) probabilities; each row adds to 1."""
        check_is_fitted(self)
        chances = self.model_.probabilities(_texts(X))[:, self._columns].astype(float)
        total = chances.sum(axis=1, keepdims=True)
        even = np.full_like(chances, 1 / len(self.classes_))
        shares: NDArray[np.float64] = np.divide(chances, total, out=even, where=total > 0)
        return shares

    def predict(self, X: Texts) -> NDArray[Any]:  # noqa: N803
        """The most probable label of every text; ties by the order of `classes_`."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags


def _texts(given: Texts) -> list[str]:
    if not (texts := as_texts(given)):
        raise ArgumentError("X has no text")
    return texts
