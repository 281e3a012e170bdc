"""Products in pieces are the products, and a search multiplies nothing large at once."""

import numpy as np
import pandas as pd
import pytest
from small import NEEDS, OUTCOMES, build
from threadpoolctl import threadpool_limits

from matcher import Index
from matcher.matching.library import nearest, products
from matcher.matching.library.records import texts_of


@pytest.mark.parametrize(
    "shape", [(1, 5, 3), (17, 40, 3), (33, 1, 7), (2, 3, 9000), (0, 4, 3), (4, 0, 3), (4, 0, 0), (2, 3, 0)]
)
def test_a_product_in_pieces_is_the_product(shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(products, "PIECE", 64)
    many, others, size = shape
    left = np.arange(many * size, dtype=np.float32).reshape(many, size) % 5
    right = np.arange(others * size, dtype=np.float32).reshape(others, size) % 7
    result = np.full((many, others + 2), np.nan, np.float32)
    products.in_pieces(left, right, result[:, 1:-1])
    assert (result[:, 1:-1] == np.einsum("ij,kj->ik", left, right)).all()
    assert np.isnan(result[:, [0, -1]]).all()


@pytest.mark.parametrize("small", [0, nearest.SMALL])
def test_a_search_multiplies_in_pieces(small: int, monkeypatch: pytest.MonkeyPatch):
    index = build(OUTCOMES).warm()
    asked = index.asked(*texts_of(NEEDS))
    monkeypatch.setattr(nearest, "SMALL", small)
    monkeypatch.setattr(products, "at_once", None)
    monkeypatch.setattr(products, "PIECE", 600)
    sizes: list[int] = []
    matmul = np.matmul

    def noted(left: np.ndarray, right: np.ndarray, **given: np.ndarray) -> np.ndarray:
        sizes.append(left.shape[0] * left.shape[1] * right.shape[1])
        return matmul(left, right, **given)

    monkeypatch.setattr(products.np, "matmul", noted)
    for bound in nearest.bounds(index, asked, slice(0, 2)):
        assert len(bound.nearest(2, None, None))
    assert sizes
    assert max(sizes) <= 600


def test_scores_hang_on_no_number_of_processors():
    """Threads that share a product round otherwise; the scale of a library, and so its scores, ask none for help."""
    outcomes = pd.DataFrame(
        {"outcome_id": range(600), "title": [f"{n}号{n % 7}轴齿轮{n % 11}级检测" for n in range(600)]}
    )
    scales = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            scales.append(Index.build(outcomes).scale)
    assert scales[0] == scales[1]
