"""Shares of which some carry “%” and others do not: which of the plain ones are fractions. Numbers in, answers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

_NEAR = 4  # times: so near to the marked shares lies what is read right
_FAR = 10  # and so far off what is not


def clearly_fractions(plain: Mapping[int, Decimal], marked: Sequence[Decimal]) -> set[int]:
    """The plain numbers that are fractions beyond doubt, by their keys: 0.021 beside 2.5% is 2.1 %, no 0.021 %.

    marked: what the cells with “%” say, as fractions. Nothing is beyond doubt without one, nor is 0.5 beside 2.5%.
    """
    return {key for key, number in plain.items() if _only(number, number / 100, marked)}


def clearly_per_cent(plain: Mapping[int, Decimal], marked: Sequence[Decimal]) -> set[int]:
    """The plain numbers that are per cent beyond doubt: 0.5 beside 0.4% is 0.5 %."""
    return {key for key, number in plain.items() if _only(number / 100, number, marked)}


def _only(right: Decimal, wrong: Decimal, marked: Sequence[Decimal]) -> bool:
    sizes = sorted(abs(share) for share in marked if share)
    if not sizes or not right:
        return False
    return _times_off(right, sizes) <= _NEAR and _times_off(wrong, sizes) > _FAR


def _times_off(share: Decimal, sizes: Sequence[Decimal]) -> Decimal:
    """How many times a share lies below the least or above the largest of others; 1 between them."""
    return max(sizes[0] / abs(share), abs(share) / sizes[-1], Decimal(1))
