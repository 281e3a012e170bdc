"""The transformer for scikit-learn: its conventions, and that it gives what the encoder gives."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from matcher.matching.sklearn import TextVectors


class Letters:
    def encode(self, texts):
        return np.array([[text.count("a"), text.count("b")] for text in texts], np.float32)


def test_gives_unit_vectors_of_the_encoder():
    vectors = TextVectors(Letters()).fit(["a"]).transform(["aaab", "", "b"])
    assert np.allclose(vectors, [[3 / 10**0.5, 1 / 10**0.5], [0, 0], [0, 1]])


def test_follows_the_conventions():
    model = TextVectors(Letters())
    assert list(clone(model).get_params()) == ["encoder"]
    assert model.fit(["a"]).get_feature_names_out().tolist() == ["vector0", "vector1"]
    frame = model.set_output(transform="pandas").transform(pd.Series(["a", "b"]))
    assert frame.columns.tolist() == ["vector0", "vector1"]
    assert frame.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_stands_in_a_pipeline_with_the_default_encoder():
    texts = ["数控机床主轴精度", "车床刀具磨损", "中药提取工艺", "药物制剂研发"]
    model = make_pipeline(TextVectors(), LogisticRegression()).fit(texts, [0, 0, 1, 1])
    assert model.predict(["铣床加工精度", "中药制剂"]).tolist() == [0, 1]


@pytest.mark.parametrize(("given", "said"), [("a", "a list, not one string"), ([1], "expected to be strings; got int")])
def test_says_what_is_no_text(given, said):
    with pytest.raises(ValueError, match=said):
        TextVectors(Letters()).fit(given)
