"""Placeholder until the privacy branch is merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_MAYBE_CONTACT = re.compile(r"[@＠]|\d{3}[-\s()（）—－]*\d{4}")
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*([@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])([1-68]\d{5}|71\d{4})(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXxＸ]"
    r"(?![0-9A-Za-z])"
)
_START = r"(?:(?<![0-9A-Za-z_])|(?<=tel)|(?<=phone)|(?<=mobile)|(?<=qq)|(?<=wx)|(?<=vx)|(?<=微信v))(?<!\d[.．-])"
_MOBILE = re.compile(
    _START + r"((?:[+＋0]{0,2}86[-\s]?)?[1１][3-9３-９]\d)([-\s]?)\d{4}\2(\d{4})(?!\d|[.．]\d|\s*[万亿]?元)",
    re.IGNORECASE,
)
_LANDLINE = re.compile(
    _START + r"([(（]?0(?:10|2\d|[3-9]\d\d)[)）]?[-\s—－]*)\d{4}(\d{3,4})(?!\d|[.．]\d)", re.IGNORECASE
)
_LOCAL = re.compile(r"((?:电话|手机|传真|热线|座机|tel)[:：.\s]*)\d{4}(\d{3,4})(?![\d-])", re.IGNORECASE)
_TELEPHONE = re.compile(r"\d{4}(\d{3,4})(?!\d)")  # under such a header
_CONTACT_HEADER = re.compile("电话|手机|联系方式|传真|身份证|邮箱|phone|mobile|e-?mail", re.IGNORECASE)


def mask_contacts(text: str) -> str:
    """Hide mainland mobile and landline numbers, mail addresses and 18-digit identity numbers in a text.

    138****5678, 0539-****678, z***@example.com, 371302************. Patent numbers, credit codes, amounts in 元 and
    digits that are glued to the letters of an id stay as they are.
    """
    if not _MAYBE_CONTACT.search(text):
        return text
    text = _MAIL.sub(r"\1***\2", text)
    text = _IDENTITY.sub(r"\1************", text)
    text = _MOBILE.sub(r"\1\2****\2\3", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    return _LOCAL.sub(r"\1****\2", text)


def is_contact_header(header: str) -> bool:
    return bool(_CONTACT_HEADER.search(header))


def mask_cell(value: object, header: str) -> object:
    if isinstance(value, (list, tuple, set)):
        return [mask_cell(v, header) for v in value]
    if isinstance(value, str):
        text = mask_contacts(value)
        return _TELEPHONE.sub(r"****\1", text) if is_contact_header(header) else text
    return value


def mask_ids(ids: Iterable[str]) -> dict[str, str]:
    return {i: i for i in ids}


def mask_table(frame: pd.DataFrame, *, ids: Mapping[str, str] | None = None) -> pd.DataFrame:
    columns: list[Any] = []
    for name, column in frame.items():
        label = str(name)
        if not (label.endswith(("_id", "_ids")) or label in ("id", "code", "duplicate_of")):
            if is_contact_header(label) and pd.api.types.is_numeric_dtype(column.dtype):
                column = column.map("{:.0f}".format, na_action="ignore")
            if not pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "M":
                column = pd.Series([mask_cell(cell, label) for cell in column], index=frame.index, dtype=object)
        columns.append(column.rename(name))
    return pd.concat(columns, axis=1) if columns else frame


def mask_nested(value: Any) -> Any:
    if isinstance(value, str):
        return mask_contacts(value)
    if isinstance(value, dict):
        return {mask_nested(k): mask_nested(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return (
            type(value)(mask_nested(v) for v in value)
            if not hasattr(value, "_fields")
            else type(value)(*map(mask_nested, value))
        )
    return mask_table(value) if isinstance(value, pd.DataFrame) else value
