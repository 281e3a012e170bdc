"""The ids of a table's rows as text, checked; and ids that are written for those of another table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from matcher.errors import TableError
from matcher.progress import logger
from matcher.tables.cells.texts import as_written, first_few
from matcher.tables.naming.writings import KnownIds


def id_texts(cells: pd.Series[Any]) -> pd.Series[str]:
    """Ids as readers give them: 3, and 3.0 of a column with a gap, is "3"; a missing one "".

    >>> id_texts(pd.Series([1.0, None, 3.0])).tolist()
    ['1', '', '3']
    """
    plain = pd.api.types.infer_dtype(cells, skipna=False) in ("string", "integer")
    return (cells if plain else cells.map(as_written)).astype(str).where(cells.notna(), "")


def ids_of(table: pd.DataFrame, column: str, *, distinct: bool = False) -> pd.Series[str]:
    """The ids of a table's rows as texts. Raises TableError for one that is missing or, if `distinct`, stands twice.

    >>> ids_of(pd.DataFrame({"need_id": ["N1", 7]}), "need_id").tolist()
    ['N1', '7']
    """
    ids = id_texts(table[column])
    if empty := [f"第 {row} 条" for row, text in enumerate(ids.tolist(), 1) if not text or text.isspace()]:
        raise TableError(f"{len(empty)} 条没有编号（{column}）：{first_few(empty)}；请填写编号")
    if distinct and (repeated := ids[ids.duplicated()].unique().tolist()):
        raise TableError(f"{len(repeated)} 个编号重复：{'、'.join(repeated[:10])}")
    return ids


def find_ids(written: pd.Series[Any], known: Iterable[str], told: str) -> list[str]:
    """The ids that a column means among `known` ones, those that are not there as they are written; through the logger,
    these: "<told>：“ZJ-777”（最接近的是“ZJ-007”）".
    """
    ids, texts = KnownIds(known), id_texts(written).tolist()
    if unknown := ids.unknown(texts):
        logger.warning("%s：%s", told, unknown)
    return ids.find_all(texts)


def with_lost_zeros(written: pd.Series[Any], known: Iterable[str], told: str) -> pd.Series[str]:
    """The ids with the zeros before them that Excel took for good where it read them as numbers.

    Only where it shows: all ids of the other table are digits of one length, all here are digits without a zero before
    them, and at least two of them, not one as it is written, are found with zeros. Through the logger it is told, after
    `told`, which are which.

    >>> with_lost_zeros(pd.Series(["120", "121", "9"]), ["00120", "00121"], "业绩的专家编号").tolist()
    ['00120', '00121', '9']
    >>> with_lost_zeros(pd.Series(["120", "121"]), ["00120", "121"], "业绩的专家编号").tolist()
    ['120', '121']
    """
    texts, ids = id_texts(written), set(known)
    different = [text for text in dict.fromkeys(texts) if text]
    lengths = {len(name) for name in ids}
    digits = all(name.isdecimal() for name in (*ids, *different))
    if len(lengths) != 1 or not digits or any(text[0] == "0" or text in ids for text in different):
        return texts
    [length] = lengths
    found = {text: text.zfill(length) for text in different if text.zfill(length) in ids}
    if len(found) < 2:
        return texts
    named = first_few([f"“{text}”即“{name}”" for text, name in found.items()], "个")
    logger.warning("%s前面少了 0（多半是 Excel 当作了数字），已按 %d 位补上：%s；请核对", told, length, named)
    return texts.map(lambda text: found.get(text, text))
