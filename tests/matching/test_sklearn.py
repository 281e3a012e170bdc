"""The transformer for scikit-learn: its conventions, and that it gives what the encoder gives."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_array

from matcher.errors import ArgumentError, ArgumentTypeError
from matcher.matching.encoding.encoders import StaticEncoder
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


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a", "texts are a list, array or Series of str, not one str"),
        (7, "texts are a list, array or Series of str, not one int"),
        ([1], "texts are a list, array or Series of str; got int"),
    ],
)
def test_what_is_no_text_is_refused(given, message):
    with pytest.raises(ArgumentTypeError, match=f"^{message}$"):
        TextVectors(Letters()).fit(given)
    with pytest.raises(ArgumentError, match=r"^no texts: "):
        TextVectors(Letters()).fit([])


def test_a_table_of_one_column_is_its_texts_and_a_wider_one_is_refused():
    model = TextVectors(Letters())
    table = pd.DataFrame({"title": ["a", "b"]})
    assert model.fit_transform(table).tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ArgumentTypeError, match=r"^texts are one column, not a DataFrame of 2: give table\['title'\]$"):
        model.transform(table.assign(more="a"))


class RowsAsTexts(TextVectors):
    """scikit-learn's checks hand out matrices of numbers; their rows are written out as texts."""

    def fit(self, X, y=None):  # noqa: N803
        return super().fit(written(X))

    def transform(self, X):  # noqa: N803
        return super().transform(written(X))

    def fit_transform(self, X, y=None):  # noqa: N803
        return self.fit(X).transform(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array, tags.input_tags.string = True, False, False
        return tags


def written(matrix) -> list[str]:
    return [" ".join(f"{value:.3f}" for value in row) for row in check_array(matrix)]


NO_COLUMNS = "texts have no columns to be counted: n_features_in_ is not set"
EXPECTED = {
    "check_n_features_in": NO_COLUMNS,
    "check_n_features_in_after_fitting": NO_COLUMNS,
    "check_transformer_general": "a text of any length may follow a text of any other: there is no width to be checked",
}


@pytest.mark.filterwarnings("ignore")
def test_passes_the_checks_of_scikit_learn_as_far_as_texts_allow(monkeypatch):
    encoder = StaticEncoder.load()
    monkeypatch.setattr(StaticEncoder, "load", lambda: encoder)
    results = check_estimator(RowsAsTexts(), expected_failed_checks=EXPECTED, on_skip=None)
    status = {result["check_name"]: result["status"] for result in results}
    assert len(status) > 40
    assert {name for name, one in status.items() if one == "xfail"} == set(EXPECTED)
    assert set(status.values()) <= {"passed", "xfail", "skipped"}
    assert {name for name, one in status.items() if one == "skipped"} <= {"check_array_api_input"}


@pytest.mark.filterwarnings("ignore")
def test_tags_say_that_texts_are_taken():
    assert {result["status"] for result in check_estimator(TextVectors(), on_skip=None)} == {"passed"}
    tags = TextVectors().__sklearn_tags__().input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)
