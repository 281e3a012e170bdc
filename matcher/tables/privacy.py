"""Persons protected in tables: cells, headers, ids and nested values without contacts."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import numbers
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from matcher.tables.cells.texts import as_written
from matcher.tables.contacts.hiding import edits_of, mask_contacts, may_hold
from matcher.tables.contacts.signs import DATE, READ, STARRED, Edit, applied, starred

# Headers under which even a plain number is a contact.
_CONTACT_HEADER = re.compile(
    "联系人|联络人|联系方式|联系电话|联系号码|联系信息|联络方式|^联系$|电话|手机|移动电话|座机|固话|传真|热线"
    "|宅电|邮箱|邮件|信箱|电邮"
    "|身份证|证件|护照|通行证|台胞证|军官证|驾驶证|驾照|^号码$|电话号|微信|^qq|扣扣|银行卡|卡号|账号|帐号"
    "|账户|帐户|钉钉|飞书"
)
_NO_CONTACT_HEADER = re.compile(
    "专利|信用代码|注册号|登记|成果|产品|合同|订单|发票|项目|标准|商标|证书|许可|公众号|小程序|电话机|壳|支架"
    "|芯片|屏|电池"
    "|(?:型号|数量|价格|单价|金额|销量|产量|销售额|销售收入|收入|类型|类别|种类|品牌|厂家|厂商|个数|地址|时间"
    "|日期|行业|领域|技术|需求|描述|费|余额|状态"
    "|有效期|款|次数|时长|系数|率|年龄|性别|职务|职称|学历|部门)$"
)
_CONTACT_HEADER_WORDS = frozenset(
    [
        "tel",
        "telephone",
        "phone",
        "phones",
        "mobile",
        "cell",
        "cellphone",
        "mobilephone",
        "fax",
        "hotline",
        "contact",
        "contacts",
        "mail",
        "email",
        "emails",
        "mailbox",
        "wechat",
        "weixin",
        "wx",
        "vx",
        "qq",
        "passport",
        "idcard",
        "whatsapp",
        "dianhua",
        "shouji",
    ]
)
_HEADER_CUES = (
    ("微信|wechat|weixin|wx|vx", "微信号："), ("qq|扣扣", "QQ号："),
    ("护照|通行证|台胞证|军官证|驾|passport", "护照号："),
    ("身份证|证件|idcard", "证件号："), ("卡号|银行卡|账号|帐号|账户|帐户", "卡号："), ("", "电话："),
)  # fmt: skip
_DIGIT_TEXT = re.compile("[0-9+ \\-.()/_,、;\u200b]*[0-9][0-9+ \\-.()/_,、;\u200b]*")
_ID_COLUMNS = ("id", "code", "duplicate_of")
_ID_CUT = re.compile("([、,，]\\s*)")


@lru_cache(maxsize=1024)
def is_contact_header(header: str) -> bool:
    """Whether cells under this header are contacts even where they are plain numbers: 手机, 邮箱, 证件号, tel, QQ."""
    plain = re.sub("[\\s\u200b*：:_＿]+", "", unicodedata.normalize("NFKC", header)).lower()
    if _NO_CONTACT_HEADER.search(re.sub("[(\\[].*$", "", plain) or plain):
        return False
    if _CONTACT_HEADER.search(plain):
        return True
    spaced = (
        re.sub("(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", header)).lower().replace("e-mail", "email")
    )
    words = re.findall("[a-z]+", f"{spaced} {spaced.replace(' ', '')}")
    return any(word in _CONTACT_HEADER_WORDS for word in words) and not {
        "model",
        "type",
        "count",
        "brand",
        "name",
    } & set(words)


def mask_cell(value: object, header: str) -> object:
    """A cell without contacts. Under a contact header numbers become masked text, and digits in a text are hidden too.

    Under other headers texts are masked as in `mask_contacts` and other values stay. Names, booleans, dates and empty
    cells stay under any header; lists, tuples, sets, arrays and dicts are masked element by element.
    """
    return _masked_cell(value, _cue(header) if is_contact_header(header) else None)


def _cue(header: str) -> str:
    plain = unicodedata.normalize("NFKC", header).lower().replace(" ", "")
    return next(cue for words, cue in _HEADER_CUES if re.search(words, plain))


def _masked_cell(value: object, cue: str | None) -> object:
    if isinstance(value, str):
        return mask_contacts(value) if cue is None else _masked_contact(value, cue)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(_masked_cell(part, cue) for part in value)
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_masked_cell(part, cue) for part in value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "OSU":
        return np.array([_masked_cell(part, cue) for part in value.tolist()], dtype=object)
    if isinstance(value, Mapping):
        parts = value if cue is None else {name: _masked_cell(part, cue) for name, part in value.items()}
        return mask_nested(parts)
    if isinstance(value, bytes):
        masked = _masked_cell(text := as_written(value), cue)
        return value if masked == text else masked
    if cue is None or isinstance(value, bool | np.bool_ | dt.date | np.datetime64 | np.timedelta64):
        return value
    if isinstance(value, numbers.Real | decimal.Decimal | np.number):
        return _masked_number(value)
    return value


def _masked_number(value: Any) -> object:
    if value != value or math.isinf(value):
        return value
    whole = int(value)
    digits = str(abs(whole)) if whole == value else re.sub("[^0-9]", "", str(value))
    return _masked_digits(digits)


def _masked_digits(digits: str) -> str:
    size = len(digits)
    if size >= 14:
        return digits[:6] + "*" * (size - 6) if size in (15, 18) else digits[:2] + "****"
    if size > 7:
        return digits[: size - 8] + "****" + digits[-4:]
    return "****" + (digits[-3:] if size > 3 else "")


def _masked_contact(text: str, cue: str) -> str:
    """A text under a contact header: read as if the header stood before it, then digits that are left are hidden."""
    if not text.strip() or DATE.fullmatch(text.strip()):
        return text
    if cue == "电话：" and re.fullmatch("[1-9][0-9]{8,9}", text.strip()):
        return text.replace(text.strip(), _masked_digits(text.strip()))  # an area code without its 0
    masked = mask_contacts(cue + text)
    masked = masked[len(cue) :] if masked.startswith(cue) else mask_contacts(text)
    read = masked.translate(READ)

    if "*" in read:
        read = STARRED.sub(lambda match: "*" * len(match[0]), read)
    least = 1 if _DIGIT_TEXT.fullmatch(read.strip()) else 5

    def edit(match: re.Match[str]) -> Edit:
        start, end = match.span()
        size = sum(sign.isdigit() for sign in match[0])
        if end - start == size:
            return (start, end, _masked_digits(masked[start:end]))
        return (
            start,
            end,
            starred(masked, read, start, end, max(0, size - 8), 4 if size > 7 else 3 if size > 3 else 0),
        )

    runs = re.compile(f"(?<![0-9a-z*@.])[0-9](?:[ \\-.()\u200b]{{0,3}}+[0-9]){{{least - 1},}}+(?![0-9a-z*@])")
    edits = [] if DATE.search(read) else [edit(match) for match in runs.finditer(read)]
    return applied(masked, edits)


_MOBILES = (13_000_000_000, 20_000_000_000)  # all that lies between, of eleven digits
_AMOUNT = re.compile(
    "[额费款价值税金钱产]|收入|资[产本]|利润|营收|支出|负债|亏损|规模|融资|补[助贴]|出口|销售|预算|成本|经费|投入"
    "|数|量|元|编号|代码|面积|序|号(?!码)|时间"
)
_NAME = re.compile("[一-鿿]{4}")


def mask_ids(ids: Iterable[str]) -> dict[str, str]:
    """Every id with what to write for it: masked where the whole id is a phone, a mail or an identity number, and where
    it is a name (four Chinese characters on end) with one in it.

    Masked ids stay distinct: -2, -3 ... are appended in the order in which ids come first. Other ids are kept.
    """
    known = list(dict.fromkeys(ids))
    masks = {text: _masked_id(text) for text in known}
    taken = {text for text, masked in masks.items() if masked == text}
    for text, masked in masks.items():
        if masked == text:
            continue
        number, name = 1, masked
        while name in taken:
            number += 1
            name = f"{masked}-{number}"
        taken.add(name)
        masks[text] = name
    return masks


def _masked_id(text: str) -> str:
    if not isinstance(text, str) or not may_hold(text):
        return text
    if _NAME.search(text):  # a firm or a platform without a number goes by its name
        return mask_contacts(text)
    edits, _ = edits_of(text)
    if len(edits) != 1:
        return text
    start, end, _masked = edits[0]
    rest = (text[:start] + text[end:]).translate(READ)
    whole = not rest.strip(" ()+0123456789-.\u200b") or (rest.strip().startswith("@") and not text[:start].strip())
    return mask_contacts(text) if whole else text


def mask_table(frame: pd.DataFrame, *, ids: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A table without contacts in headers and cells.

    Columns of ids (`..._id`, `..._ids`, id, code, duplicate_of) are written as `ids` says, else as `mask_ids` of the
    column, and are not masked otherwise; a cell of `..._ids` may hold several, joined by 、 or a comma. Numbers under
    contact headers become masked text. Columns without contacts keep their dtype; without any contact the frame itself
    is returned.
    """
    columns: list[pd.Series[Any]] = []
    labels: list[Any] = []
    changed = False
    for place, label in enumerate(frame.columns):
        column = frame.iloc[:, place]
        masked = _masked_ids_column(column, str(label), ids) if _is_id_column(label) else _masked_column(column, label)
        name = mask_contacts(label) if isinstance(label, str) else label
        if isinstance(label, tuple):
            name = tuple(mask_contacts(part) if isinstance(part, str) else part for part in label)
        changed |= masked is not column or name != label
        columns.append(masked)
        labels.append(name)
    if not changed:
        return frame
    result = pd.concat(columns, axis=1) if columns else frame.copy()
    if list(frame.columns) != labels:
        labels = _distinct(labels, list(frame.columns))
        result.columns = (
            pd.MultiIndex.from_tuples(labels, names=frame.columns.names)
            if frame.columns.nlevels > 1
            else pd.Index(labels, name=frame.columns.name)
        )
    else:
        result.columns = frame.columns
    return result


def _distinct(labels: list[Any], before: list[Any]) -> list[Any]:
    """Labels that masking made equal get _2, _3."""
    taken = {label for label, old in zip(labels, before, strict=True) if label == old}
    result = []
    for label, old in zip(labels, before, strict=True):
        name, number = label, 1
        while label != old and name in taken:
            number += 1
            name = f"{label}_{number}" if isinstance(label, str) else (*label[:-1], f"{label[-1]}_{number}")
        taken.add(name)
        result.append(name)
    return result


def _is_id_column(label: object) -> bool:
    return isinstance(label, str) and (label.endswith(("_id", "_ids")) or label in _ID_COLUMNS)


def _is_textual(column: pd.Series[Any]) -> bool:
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return True
    return not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) and kind.kind not in "mM"


def _holds_mobiles(column: pd.Series[Any], parts: Sequence[object]) -> bool:
    """Whether all numbers of a column of numbers are those of mobile telephones, under headers of no amount.

    Names in Latin letters are fields, whose kind is known; names such as Unnamed: 3 are none.
    """
    if column.dtype.kind not in "iuf":
        return False
    texts = [part for part in parts if isinstance(part, str)]
    if any(_AMOUNT.search(text) or (text.isascii() and not text.startswith("Unnamed")) for text in texts):
        return False
    known = column.dropna()
    whole = bool(len(known)) and bool((known > _MOBILES[0]).all() and (known < _MOBILES[1]).all())
    return whole and bool((known % 1 == 0).all()) and not bool((known % 10_000 == 0).any())


def _masked_column(column: pd.Series[Any], label: object) -> pd.Series[Any]:
    parts = label if isinstance(label, tuple) else (label,)
    header = next((part for part in parts if isinstance(part, str) and is_contact_header(part)), None)
    cue = _cue(header) if header is not None else None
    if cue is None and _holds_mobiles(column, parts):
        cue = "电话："
    if pd.api.types.is_bool_dtype(column.dtype) or (
        not _is_textual(column) and (cue is None or column.dtype.kind in "mM")
    ):
        return column
    return _mapped(column, lambda cell: _masked_cell(cell, cue), cue is None)


def _mapped(column: pd.Series[Any], change: Callable[[Any], Any], sifted: bool) -> pd.Series[Any]:
    """The column with every cell changed, each distinct text once; the column itself when nothing changes."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        kinds = [change(kind) for kind in column.cat.categories]
        if all(new is old or new == old for new, old in zip(kinds, column.cat.categories, strict=True)):
            return column
        names = dict(zip(column.cat.categories, kinds, strict=True))
        cells = [names.get(cell, cell) for cell in column.astype(object)]
        order = list(dict.fromkeys(kinds))
        return pd.Series(
            pd.Categorical(cells, categories=order, ordered=column.cat.ordered), index=column.index, name=column.name
        )
    memory: dict[str, Any] = {}
    cells = column.astype(object).tolist()
    new: list[Any] = []
    changed = False
    for cell in cells:
        if type(cell) is str:
            masked = memory.get(cell)
            if masked is None:
                masked = memory[cell] = cell if sifted and not may_hold(cell) else change(cell)
            changed = changed or masked != cell
        elif cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
            masked = cell
        else:
            masked = change(cell)
            changed = changed or masked is not cell
        new.append(masked)
    if not changed:
        return column
    kind = dtype if _is_textual(column) else object
    return pd.Series(new, index=column.index, name=column.name, dtype=kind)


def _masked_ids_column(column: pd.Series[Any], label: str, ids: Mapping[str, str] | None) -> pd.Series[Any]:
    several = label.endswith("_ids")

    def parts(cell: object) -> Iterator[str]:
        if isinstance(cell, str):
            yield from (_ID_CUT.split(cell)[::2] if several else (cell,))
        elif isinstance(cell, list | tuple | set | frozenset):
            for part in cell:
                yield from parts(part)
        elif isinstance(cell, int | np.integer) and not isinstance(cell, bool):
            yield str(cell)

    if column.dtype.kind in "fmMbc":
        return column
    if column.dtype.kind in "iu" and (column.empty or not ((column > 10**9) & (column < 10**18)).any()):
        return column
    if ids is None:
        ids = mask_ids(part for cell in column.dropna().tolist() for part in parts(cell))
    if all(old == new for old, new in ids.items()):
        return column

    def change(cell: Any) -> Any:
        if isinstance(cell, str):
            if not several or cell in ids:
                return ids.get(cell, cell)
            pieces = _ID_CUT.split(cell)
            return "".join(piece if place % 2 else ids.get(piece, piece) for place, piece in enumerate(pieces))
        if isinstance(cell, list | tuple | set | frozenset):
            return type(cell)(change(part) for part in cell)
        if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
            return ids[str(cell)] if ids.get(str(cell), str(cell)) != str(cell) else cell
        return cell

    return _mapped(column, change, False)


def mask_nested(value: object) -> object:
    """Texts without contacts in dicts (keys too), lists, tuples, sets, arrays, tables and columns, at any depth."""
    if isinstance(value, str):
        return mask_contacts(value)
    if isinstance(value, Mapping):
        result: dict[Any, Any] = {}
        for key, part in value.items():
            name = mask_nested(key) if isinstance(key, str | tuple) else key
            base, number = name, 1
            while name in result or (name != key and name in value):
                number += 1
                name = f"{base}_{number}"
            plain = isinstance(key, str) and not isinstance(part, Mapping | pd.DataFrame | pd.Series | list | tuple)
            result[name] = mask_cell(part, str(key)) if plain and is_contact_header(str(key)) else mask_nested(part)
        return result
    if isinstance(value, pd.DataFrame):
        return mask_table(value)
    if isinstance(value, pd.Series):
        return _masked_column(value, value.name)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(mask_nested(part) for part in value)
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(mask_nested(part) for part in value)
    return _masked_cell(value, None) if isinstance(value, np.ndarray | bytes) else value
