"""What an enterprise does, out of the columns that describe it; the boilerplate of a 经营范围 is left out."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from matcher.errors import TableError

HEAD = ("title", "products", "patents", "projects")  # count twice
BODY = ("name", "keywords", "scope", "description", "text")
_BRACKET = re.compile(
    r"[（(\[【](?:[^（）()\[\]【】]*(?:依法|批准|许可证|审批|法律|法规|国务院|国家|不含|不得|除外|资格证|有效期|涉及)"
    r"[^（）()\[\]【】]*)[）)\]】]"
)
_CLAUSE = re.compile(
    r"依法须经批准的项目[^。；;]*|以上(?:经营)?范围[^。；;]*|具体经营项目以[^。；;]*为准|"
    r"[^。；;，,]*(?:经相关部门批准后|凭[^。；;，,]*许可证)[^。；;，,]*(?:经营(?:活动)?|为准)?"
)
_HEAD = re.compile(r"(?:一般|许可|前置许可|后置许可)(?:经营)?项目\s*[:：]?|经营范围(?:包括)?\s*[:：]?")
_ITEM = re.compile(r"[;；。\n]+")
_GENERIC = re.compile(
    r"^(?:货物|技术|自营|代理|国内|国际|各类|商品|和|及|与|或|、|的|业务|[，,])*进出口(?:贸易|代理|业务)*$|"
    r"^技术(?:服务|开发|咨询|交流|转让|推广)(?:[、,，]技术(?:服务|开发|咨询|交流|转让|推广))*$|"
    r"^(?:企业管理|信息|经济信息|商务|社会经济|信息技术)?咨询(?:服务)?$|"
    r"^(?:企业管理咨询|信息咨询服务|社会经济咨询服务|企业管理|会议及展览服务|广告(?:设计|制作|发布|设计、代理)|"
    r"非居住房地产租赁|住房租赁|房屋租赁|机械设备租赁|销售代理|国内贸易代理|采购代理服务|市场营销策划|物业管理|"
    r"以自有资金从事投资活动|办公用品销售|日用百货销售|劳务服务|互联网销售)$"
)
_FIRM = re.compile(
    r"(?:[（(][^）)]*[）)]|有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团|总公司|分公司|公司"
    r"|(?:普通|有限)合伙|个人独资)+$"
)
_PLACE = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,4}?市)?(?:[\u4e00-\u9fff]{2,3}?(?:区|县))?"
)


def clean_scope(scope: str) -> str:
    """The items of a 经营范围 that say what an enterprise does, one per line.

    Left out are conditions of approval, the heads 一般项目 and 许可项目, and items that nearly every licence lists
    (imports and exports, 技术服务 by itself, leasing, consulting). Where nothing else is there, all items stay.
    """
    text = _CLAUSE.sub("", _BRACKET.sub("", scope))
    items = [item.strip(" ，,、.：:\t\r\u3000") for item in _ITEM.split(_HEAD.sub("；", text))]
    items = list(dict.fromkeys(item for item in items if item))
    return "\n".join([item for item in items if not _GENERIC.match(item)] or items)


def clean_name(name: str) -> str:
    """An enterprise's name without its place and its legal form."""
    core = _FIRM.sub("", name.strip())
    return _PLACE.sub("", core) or core


def _texts(column: pd.Series[Any]) -> list[str]:
    return column.astype(object).fillna("").astype(str).tolist()


def texts_of(table: pd.DataFrame | pd.Series) -> tuple[list[str], list[str], list[str]]:
    """Ids, what counts twice (title, products, patents, projects) and what counts once, of every row.

    A series is texts by id. A table has need_id, outcome_id, enterprise_id or id (the first of them is the id, since a
    need may name its firm; without any the index is) and some of HEAD and BODY. Raises TableError where it has none
    of them.
    """
    if isinstance(table, pd.Series):
        return _ids(table.index), [""] * len(table), table.astype(object).fillna("").astype(str).tolist()
    columns = {
        name: table[name].astype(object).fillna("").astype(str).tolist()
        for name in (*HEAD, *BODY)
        if name in table.columns
    }
    if not columns:
        raise TableError(f"a table needs at least one column of {', '.join((*HEAD, *BODY))}")
    if "scope" in columns and "outcome_id" not in table.columns:
        columns["scope"] = list(map(clean_scope, columns["scope"]))
    if "name" in columns and "enterprise_id" in table.columns:
        columns["name"] = list(map(clean_name, columns["name"]))
    id_column = next((name for name in ("need_id", "outcome_id", "enterprise_id", "id") if name in table.columns), None)
    ids = _ids(table.index) if id_column is None else table[id_column].astype(str).tolist()
    empty = [""] * len(table)

    def joined(names: tuple[str, ...]) -> list[str]:
        parts = [columns[name] for name in names if name in columns]
        return ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else empty

    return ids, joined(HEAD), joined(BODY)


def _ids(index: pd.Index) -> list[str]:
    return [str(name) for name in index]
