"""scikit-learn's way in: the default encoder as a transformer for pipelines and labels of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import MissingExtraError
from matcher.matching.encoders import Encoder, StaticEncoder, encode_texts

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise MissingExtraError('scikit-learn is needed: pip install scikit-learn') from error


class TextVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to the vectors that matching compares: a transformer for scikit-learn's pipelines.

    encoder: None for the default, or any object with `encode`. `transform` gives (n, d) float32 unit rows; empty texts
    give zeros. Nothing is learned by `fit`; it loads the encoder.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder

    def fit(self, X: Iterable[str], y: object = None) -> TextVectors:  # noqa: N803
        """Load the encoder. Raises ValueError when X is one string or holds anything but strings."""
        _texts(X)
        self.encoder_: Encoder = StaticEncoder.load() if self.encoder is None else self.encoder
        self.n_dimensions_ = encode_texts(self.encoder_, [], role="document").shape[1]
        return self

    def transform(self, X: Iterable[str]) -> NDArray[np.float32]:  # noqa: N803
        """(n, d) unit rows."""
        check_is_fitted(self)
        return encode_texts(self.encoder_, _texts(X), role="document")

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """`vector0` to `vector<d - 1>`."""
        check_is_fitted(self)
        return np.array([f"vector{i}" for i in range(self.n_dimensions_)], object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = True
        return tags


def _texts(given: Iterable[str]) -> list[str]:
    if isinstance(given, str):
        raise ValueError("texts are expected as a list, not one string")
    texts = list(given)
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise ValueError(f"texts are expected to be strings; got {type(wrong[0]).__name__}")
    return texts
