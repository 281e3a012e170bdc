"""scikit-learn's way in: an encoder as a transformer for pipelines with other labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from matcher.errors import ArgumentError
from matcher.matching.encoding.encoders import Encoder, StaticEncoder, check_encoder, encode_texts
from matcher.tables.arguments import as_texts


class TextVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to the vectors that matching compares: a transformer for scikit-learn's pipelines.

    Nothing is learned by `fit`; it loads the encoder. It passes scikit-learn's `check_estimator` as far as texts allow:
    the checks that hand it matrices of numbers, or count features, do not apply (tests/matching/test_sklearn.py names
    each with its reason).

    Parameters
    ----------
    encoder : object with `encode`, optional
        What turns texts into vectors (see `load_encoder`); by default the one that comes with this library.

    Attributes
    ----------
    encoder_ : Encoder
        The encoder in use.
    n_dimensions_ : int
        Length of a vector.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from matcher.matching import TextVectors
    >>> texts = ["数控机床主轴精度", "车床刀具磨损", "中药提取工艺", "药物制剂研发"]
    >>> model = make_pipeline(TextVectors(), LogisticRegression()).fit(texts, ["机械", "机械", "医药", "医药"])
    >>> model.predict(["铣床加工精度", "中药制剂"]).tolist()
    ['机械', '医药']
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder

    def fit(self, X: Iterable[str], y: object = None) -> TextVectors:  # noqa: N803
        """Load the encoder.

        Raises
        ------
        ArgumentTypeError
            X is one string, or holds anything but strings, or the encoder is none.
        ArgumentError
            X is empty.
        """
        if not as_texts(X):
            raise ArgumentError("no texts: a sequence of at least one str is needed")
        check_encoder(self.encoder)
        self.encoder_: Encoder = StaticEncoder.load() if self.encoder is None else self.encoder
        self.n_dimensions_ = encode_texts(self.encoder_, [], role="document").shape[1]
        return self

    def transform(self, X: Iterable[str]) -> NDArray[np.float32]:  # noqa: N803
        """(n, d) float32 unit rows; blank texts give zeros. `set_output(transform="pandas")` gives a DataFrame."""
        check_is_fitted(self)
        return encode_texts(self.encoder_, as_texts(X), role="document")

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """`vector0` to `vector<d - 1>`."""
        check_is_fitted(self)
        return np.array([f"vector{i}" for i in range(self.n_dimensions_)], object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        tags.requires_fit = True
        return tags
