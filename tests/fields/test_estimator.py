"""The estimator keeps scikit-learn's conventions: its own checks, over texts that numbers are written as."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from matcher.errors import ArgumentError, ArgumentTypeError, TableError
from matcher.fields import FieldClassifier, FieldModel

TEXTS = [*(f"苹果梨桃{i}号果园" for i in range(8)), *(f"轴承齿轮{i}号车间" for i in range(8))]
LABELS = ["水果"] * 8 + ["机械"] * 8


def words(numbers):
    """Rows of numbers as texts: a word for each column and size."""
    return [" ".join(f"f{at}v{round(2 * float(x))}".replace("-", "m") for at, x in enumerate(row)) for row in numbers]


class OnNumbers(FieldClassifier):
    """The estimator over such texts, so that scikit-learn's checks, which feed numbers, reach it."""

    def fit(self, X, y):  # noqa: N803
        X, y = validate_data(self, X, y)  # noqa: N806
        return super().fit(words(X), y)

    def predict_proba(self, X):  # noqa: N803
        check_is_fitted(self)
        return super().predict_proba(words(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array, tags.input_tags.string = True, False, False
        return tags


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_every_check_of_scikit_learn_passes_over_texts():
    """None is expected to fail. Without the adapter only those run that fit nothing: the others feed numbers."""
    results = check_estimator(OnNumbers(), on_skip=None)
    assert {result["status"] for result in results if result["check_name"] != "check_array_api_input"} == {"passed"}
    assert len(results) > 40


def test_learns_labels_of_its_own_and_gives_their_probabilities():
    model = FieldClassifier().fit(TEXTS, LABELS)
    assert model.classes_.tolist() == ["机械", "水果"]
    assert model.predict(pd.Series(["齿轮加工", "桃子和苹果"])).tolist() == ["机械", "水果"]
    chances = model.predict_proba(np.array(["齿轮加工", "桃子和苹果", ""], object))
    assert chances.sum(axis=1) == pytest.approx([1, 1, 1])
    assert chances[2].tolist() == [0.5, 0.5]
    assert FieldClassifier().fit(TEXTS, [7] * 8 + [3] * 8).predict(["齿轮"]).tolist() == [3]


def test_a_catalogue_gives_headings_that_labels_name():
    headings = pd.DataFrame({"code": ["x", "y", "z"], "name": ["果业", "机械", "医药"], "words": ["水果", "", "中药"]})
    model = FieldClassifier(headings).fit(TEXTS, ["x"] * 8 + ["机械"] * 8)
    assert model.classes_.tolist() == ["x", "机械"]
    assert model.predict(["齿轮加工", "桃子"]).tolist() == ["机械", "x"]
    whole = FieldModel.build(headings).fit(TEXTS, ["x"] * 8 + ["机械"] * 8).probabilities(["桃子"])
    assert whole.shape == (1, 4)
    assert model.predict_proba(["桃子"])[0] == pytest.approx(whole[0, :2] / whole[0, :2].sum(), rel=1e-6)
    with pytest.raises(TableError, match="1 个标签不在分类“自定义分类”中：丙"):
        FieldClassifier(headings).fit(TEXTS, ["x"] * 8 + ["丙"] * 8)


def test_stands_in_a_pipeline_and_in_cross_validation():
    strip = FunctionTransformer(lambda texts: [text.strip() for text in texts])
    model = make_pipeline(strip, FieldClassifier())
    assert cross_val_score(model, TEXTS * 2, LABELS * 2, cv=2).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("texts", "labels", "error", "message"),
    [
        ("苹果", ["a"], ArgumentTypeError, "not one str"),
        ([1.0, 2.0], ["a", "b"], ArgumentTypeError, "got float"),
        ([], [], ArgumentError, "X has no text"),
        (pd.DataFrame({"a": TEXTS, "b": TEXTS}), LABELS, ArgumentTypeError, "one column, not a DataFrame of 2"),
        (TEXTS, [None, *LABELS[1:]], ArgumentError, "1 of 16 labels are missing; leave out those texts"),
        (TEXTS, LABELS[1:], ArgumentError, "16 texts, 15 labels"),
        (TEXTS, ["水果"] * 16, ArgumentError, "at least two labels are needed; got 1 class"),
        (TEXTS[4:12], LABELS[4:12], TableError, "可用于学习的标注为 10 至 10000 条，给出了 8 条"),
    ],
)
def test_says_what_it_cannot_learn_from(texts, labels, error, message):
    with pytest.raises(error, match=message):
        FieldClassifier().fit(texts, labels)
