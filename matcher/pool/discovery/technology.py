"""How near to technology a firm stands by its industry, business scope and name alone: one figure a firm, no labels.

The sum of four figures, all in normal deviations and all assumptions of this project without a source; only differences
between the firms of one table are used:

* its industry (GB/T 4754): the normal deviate of the share of firms that is assumed of it (`industries.csv`, which
  `Industries` replaces); of the industry that is given, of those that its scope is about, or the mean of both;
* how likely its scope has a place in the catalogue of high-tech fields at all (国科发火〔2016〕32号, `matcher.fields`);
* items of its scope that speak of research, development or making things, less those of trade, letting and errands;
* words of its name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from matcher.errors import TableError
from matcher.fields.business_scope import clean_name, clean_scope
from matcher.fields.classifier import FieldModel
from matcher.fields.taxonomy import Scheme
from matcher.policy.language.intervals import Floats
from matcher.tables.reading import read_table
from matcher.tables.schemas.main import Column, Contract

BATCH = 2048  # texts at a time
FIELD, ITEMS, NAME = 0.5, 1.0, 0.4  # assumption: weight of the catalogue, of the items, of a word in the name
_INDUSTRIES = Contract(
    "industries",
    "行业占比",
    "row_id",
    (
        Column("row_id", "id", "行编号"),
        Column("code", "text", "行业代码", ("行业", "行业门类", "门类", "大类", "代码")),
        Column("name", "text", "行业名称", ("名称",)),
        Column("share", "share", "占比", ("比例", "高企占比", "高新技术企业占比")),
    ),
    any_of=("code", "name"),
)
_MAKES = re.compile(
    "研发|研究|试验发展|技术开发|技术的开发|软件|集成电路|设计|制造|生产|智能|检测|检验|算法|数据|芯片|生物|新材料|新能源|"
    "仪器|装备|传感|自动化|信息系统|物联网|人工智能|临床|勘察|测绘|治理|修复"
)
_TRADES = re.compile(
    "销售|批发|零售|贸易|经销|代理|租赁|出租|仓储|货运|运输|装卸|物业|餐饮|住宿|旅游|票务|广告|会议|展览|中介|经纪|投资|"
    "股权|资产管理|企业管理|管理咨询|商务信息|劳务|人力资源|家政|理发|美容|房地产|报关|订舱|快递|停车|典当|担保|保险"
)
_NAME_MAKES = re.compile(
    "科技|技术|智能|软件|信息|网络|生物|医药|药业|制药|电子|电气|机械|装备|仪|材料|自动化|研究|设计|检测|工程|能源|环保|光电|数控|半导体|航天|航空"
)
_NAME_TRADES = re.compile(
    "贸易|商贸|物流|运输|货运|投资|控股|资产|餐饮|酒店|物业|广告|文化|传媒|超市|百货|商行|中介|劳务|地产|置业|租赁|供应链|客运|旅"
)


class Industries:
    """The share of firms of an industry (GB/T 4754) that is assumed near to technology, by code."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        heads = _scheme().headings
        above = dict(zip(heads["code"], heads["parent"], strict=True))
        self.deviates = {}
        for code in heads["code"]:
            at = code
            while at and at not in shares:
                at = above[at]
            self.deviates[code] = float(ndtri(np.clip(shares[at], 0.005, 0.995))) if at else np.nan

    @classmethod
    def load(cls, source: str | Path | pd.DataFrame | None = None) -> Industries:
        """The shipped assumption, or a table of 行业代码 or 行业名称 and 占比. Raises TableError."""
        if source is None:
            with (files("matcher.pool.discovery") / "industries.csv").open("rb") as file:
                table = pd.read_csv(file, dtype={"code": str})
            return cls(dict(zip(table["code"], table["share"], strict=True)))
        rows = read_table(source, _INDUSTRIES).rows
        where = Path(source).name if isinstance(source, (str, Path)) else "行业占比表"
        if "share" not in rows or rows["share"].isna().any():
            raise TableError(f"{where}：每一行都须填写占比（0 到 1，或百分数）")
        empty = pd.Series("", index=rows.index)
        written = [code or name for code, name in zip(rows.get("code", empty), rows.get("name", empty), strict=True)]
        codes = [industry_code(text) for text in written]
        if unknown := [text for text, code in zip(written, codes, strict=True) if not code]:
            raise TableError(f"{where}：不是 GB/T 4754-2017 的行业代码或名称：{'、'.join(unknown[:10])}")
        return cls({**cls.load()._sections(), **dict(zip(codes, rows["share"].astype(float), strict=True))})

    def _sections(self) -> dict[str, float]:
        return {code: float(ndtr(d)) for code, d in self.deviates.items() if code.isalpha()}


def technology_scores(firms: pd.DataFrame, industries: Industries) -> Floats:
    """The figure of every firm; NaN where it has neither industry, scope nor name.

    Parameters
    ----------
    firms
        Some of `industry` (code or name of GB/T 4754), `scope` and `name`.
    """
    texts = {
        name: firms[name].fillna("").astype(str).to_numpy(object) if name in firms else np.full(len(firms), "", object)
        for name in ("industry", "scope", "name")
    }
    size = len(firms)
    given = _distinct(texts["industry"], lambda text: industries.deviates.get(industry_code(text), np.nan))
    scope, name = texts["scope"], texts["name"]
    read, field = np.full(size, np.nan), np.zeros(size)
    some = np.flatnonzero(scope != "")
    if len(some):
        distinct, where = np.unique(scope[some].astype(str), return_inverse=True)
        by_scope, fields = _by_text(distinct.tolist(), industries)
        read[some], field[some] = by_scope[where], fields[where]
    with np.errstate(invalid="ignore"):
        industry = np.where(np.isnan(given), read, np.where(np.isnan(read), given, (given + read) / 2))
    items = _distinct(scope, _balance)
    named = _distinct(name, lambda text: _sign(clean_name(text), _NAME_MAKES, _NAME_TRADES))
    mean = float(np.nanmean(industry)) if (~np.isnan(industry)).any() else 0.0
    out = np.where(np.isnan(industry), mean, industry) + FIELD * field + ITEMS * items + NAME * named
    return np.where((texts["industry"] == "") & (scope == "") & (name == ""), np.nan, out)


def industry_code(text: str) -> str:
    """The code of GB/T 4754-2017 that a cell names: C3973, 3973, 397, C, or a name of it; "" where it names none."""
    text = text.strip().replace("，", "、")
    places, codes = _scheme().places, _scheme().headings["code"]
    for form in (text, text.replace(",", "、")):
        if form in places:
            return str(codes[places[form]])
    if match := re.match(r"([A-Ta-t])?(\d{2,4})?(?!\d)", text):
        letter, digits = match[1] or "", match[2] or ""
        for code in (digits, digits[:3], digits[:2], letter.upper()):
            if code and code in places:
                return str(codes[places[code]])
    words = re.sub(r"[、，,和与及\s]|业$", "", text)
    for code, name in zip(codes, _plain_names(), strict=True):
        if len(words) > 1 and name == words:
            return str(code)
    return ""


def _by_text(scopes: list[str], industries: Industries) -> tuple[Floats, Floats]:
    """The mean deviate of the divisions that scopes are about, and how far they have a place in high-tech fields."""
    kinds, fields = _models()
    heads = kinds.scheme.headings
    divisions = np.flatnonzero(heads["level"] == 2)
    deviates = np.array([industries.deviates[code] for code in heads["code"].iloc[divisions]])
    deviates = np.where(np.isnan(deviates), np.nanmean(deviates), deviates)
    industry, field = [], []
    for at in range(0, len(scopes), BATCH):
        texts = [clean_scope(scope) for scope in scopes[at : at + BATCH]]
        shares = kinds.probabilities(texts, none=False)[:, divisions]
        industry.append(shares @ deviates)
        field.append(-ndtri(np.clip(fields.probabilities(texts)[:, -1], 0.01, 0.99)))
    return np.concatenate(industry), np.concatenate(field)


def _balance(scope: str) -> float:
    """The share of items that speak of research and making, less that of trade and errands."""
    items = [item for item in re.split(r"[;；,，。\n]+", clean_scope(scope)) if item.strip()]
    return sum(_sign(item, _MAKES, _TRADES) for item in items) / len(items) if items else 0.0


def _sign(text: str, good: re.Pattern[str], other: re.Pattern[str]) -> float:
    return float(bool(good.search(text))) - float(bool(other.search(text)))


def _distinct(texts: np.ndarray, read: Callable[[str], float]) -> Floats:
    known = {text: read(text) for text in set(texts.tolist())}
    return np.array([known[text] for text in texts.tolist()], dtype=np.float64)


@functools.cache
def _models() -> tuple[FieldModel, FieldModel]:
    return FieldModel.build("gbt4754"), FieldModel.build("hte")


@functools.cache
def _scheme() -> Scheme:
    return Scheme.load("gbt4754")


@functools.cache
def _plain_names() -> list[str]:
    return [re.sub(r"[、，,和与及\s]|业$", "", name) for name in _scheme().headings["name"]]
