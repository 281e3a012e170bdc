"""Texts of a Spark data frame to the headings of a catalogue; the rows of a text depend on nothing but the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.errors import TableError
from matcher.fields.business_scope import BODY, HEAD
from matcher.fields.classifier import BATCH, FieldModel, classify
from matcher.fields.taxonomy import SHIPPED, Scheme
from matcher.spark.frames import check_spark, mapped, plain

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KINDS = {
    "id": "string",
    "code": "string",
    "name": "string",
    "level": "bigint",
    "rank": "bigint",
    "probability": "double",
    "words": "string",
}
_IDS = ("need_id", "outcome_id", "enterprise_id", "id")


def fields(
    texts: DataFrame,
    scheme: str | Path | pd.DataFrame | Scheme | FieldModel,
    *,
    k: int = 3,
    at_least: float = 0.1,
    level: int | None = None,
    none: bool = True,
) -> DataFrame:
    """The headings of a catalogue that every row of a Spark data frame belongs to, as `matcher.fields.classify`.

    Parameters
    ----------
    texts
        One of need_id, outcome_id, enterprise_id or id, and some of the columns of text that `classify` reads.
    scheme, k, at_least, level, none
        As in `classify`. A `FieldModel` that has learned is sent to the executors.

    Returns
    -------
    DataFrame
        The rows of `classify`, in no order.

    Raises
    ------
    TableError
        There is no id or no column of text, or the scheme is faulty.
    ArgumentError, ArgumentTypeError
        As `classify`, and for what is no Spark data frame.
    """
    check_spark(texts, "texts")
    wanted = [name for name in texts.columns if name in (*_IDS, *HEAD, *BODY)]
    if not set(_IDS) & set(wanted):
        raise TableError(f"a table on Spark needs one of the columns {', '.join(_IDS)}; it has {texts.columns}")
    shipped = isinstance(scheme, str) and scheme in SHIPPED  # every worker has it
    model = scheme if shipped or isinstance(scheme, FieldModel) else FieldModel.build(scheme)
    options: dict[str, Any] = {"k": k, "at_least": at_least, "level": level, "none": none}
    classify(pd.DataFrame(columns=wanted, dtype=object), model, **options)  # says what is wrong

    def work(parts: Iterator[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        return (classify(part, model, **options) for part in parts)

    return mapped(plain(texts, wanted, _IDS), work, KINDS, BATCH)
