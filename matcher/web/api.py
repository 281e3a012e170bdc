"""JSON for programs: each address calls one public function and gives its answer as plain values, contacts masked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, cast

import pandas as pd
from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException

from matcher import __version__
from matcher.experts import rank_experts
from matcher.export.formats import json_bytes
from matcher.matching import match
from matcher.matching.library.filters import label_notes
from matcher.matching.library.records import check_characters
from matcher.policy import read_firms, score, trace
from matcher.policy.policy import load_policies, shipped_policy
from matcher.tables.privacy import mask_nested
from matcher.tables.reading import Reading, read_table
from matcher.web.access import reader, writer
from matcher.web.batching import asking_id
from matcher.web.frame import without_options
from matcher.web.library import KINDS, Side
from matcher.web.service import Judgement, Service


class Mistake(BaseModel):
    """What every mistake is answered with: what was wrong, in Chinese."""

    error: str


Table = list[dict[str, Any]]


class Read(BaseModel):
    """What was wrong with the rows that were sent, and what became of their columns."""

    problems: Table
    columns: Table


class Hits(BaseModel):
    """The best records, as `Index.search` gives them, and what somebody should know of the filters."""

    hits: Table
    notes: list[str]


class Matched(Read):
    """The pairs, as `match` gives them."""

    matches: Table


class Explained(BaseModel):
    """One record, as `Index.search` gives it."""

    hit: dict[str, Any]


class Scored(Read):
    """The tables of `score`; its problems are `doubts`."""

    summary: Table
    verdicts: Table
    doubts: Table


class Traced(Read):
    """One firm's answer, as `trace` gives it."""

    trace: dict[str, Any]


class Ranked(BaseModel):
    """Persons, as `rank_experts` gives them, with their names."""

    experts: Table


class Judged(BaseModel):
    """What was done, in Chinese."""

    done: list[str]


class Health(BaseModel):
    """Whether all is well, what is not, and how many records there are; null: none of the kind."""

    status: Literal["ok", "degraded"]
    faults: list[str]
    outcomes: int | None
    needs: int | None
    experts: int | None
    pool: bool


_ALWAYS = {
    400: "not a request that is understood: its JSON, its length, or another name of this machine",
    405: "the address takes another method",
    413: "the request is too large",
    414: "the address is too long",
    431: "the headers are too long",
    500: "a fault of the service",
}
_ASKED = {
    401: "no token, or an unknown one",
    403: "the token may only read, or the request came from another site",
    408: "the request was not sent in time",
    422: "something in the request cannot be used",
    503: "too many ask at the same time, the service is being stopped, or what it writes to cannot be used",
    504: "working it out takes too long",
}
_ABSENT = {404: "the library has no such record"}


def _answers(*mistakes: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    known = {status: why for some in mistakes for status, why in some.items()}
    return {status: {"model": Mistake, "description": known[status]} for status in sorted(known)}


def _gives(shape: type[BaseModel], *mistakes: dict[int, str]) -> Any:
    """How an answer is described; what is answered is not held against it."""
    doc = " ".join((shape.__doc__ or "").split())
    return {"response_model": None, "responses": {200: {"model": shape, "description": doc}, **_answers(*mistakes)}}


router = APIRouter(prefix="/api", dependencies=[Depends(reader)], responses=_answers(_ALWAYS, _ASKED))
open_router = APIRouter(prefix="/api", responses=_answers(_ALWAYS))
LONGEST = 10_000  # characters of a text, a cell and a label


def _bounded(value: Any) -> Any:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and len(text) > LONGEST:
            raise PydanticCustomError("string_too_long", "a text is too long")
    return value


def _said(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_too_short", "a text is blank")
    return text


def _whole(given: Any) -> Any:
    if isinstance(given, bool | str):  # 10.0 is the whole number 10, as in a JSON schema
        raise PydanticCustomError("int_type", "a count is a number")
    return given


def _day(given: Any) -> Any:
    if given is not None and "-" not in str(given)[1:]:  # a number would count the seconds from 1970
        raise PydanticCustomError("date_type", "a day is a text")
    return given


Cell = Annotated[
    str | int | float | bool | None, AfterValidator(_bounded), Field(json_schema_extra={"maxLength": LONGEST})
]
Labels = Annotated[str | list[str], AfterValidator(_bounded)]
Row = dict[Annotated[str, Field(max_length=200)], Cell]
Rows = Annotated[list[Row], Field(min_length=1, max_length=2_000)]
Count = Annotated[int, Field(ge=1, le=50), BeforeValidator(_whole)]
Date = Annotated[dt.date, BeforeValidator(_day)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_said)]


class Body(BaseModel):
    """A request; a name that it does not have is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole_characters(cls, given: Any) -> Any:
        check_characters(_texts_in(given))
        return given


def _texts_in(value: Any) -> Iterator[str]:
    """Every text of a JSON value, names too."""
    open_values = [value]
    while open_values:
        one = open_values.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            open_values += [*one, *one.values()]
        elif isinstance(one, list):
            open_values += one


class Search(Body):
    """A text, and which side of the library answers it."""

    text: Text
    side: Side = "outcomes"
    k: Count = 10
    where: dict[Name, Labels] = {}
    valid_on: Date | None = None


class Match(Body):
    """Rows of needs (for outcomes) or of outcomes (for needs), by Chinese headers or English names."""

    rows: Rows
    side: Side = "outcomes"
    k: Count = 10


class Explain(Body):
    """A text and one record of the library."""

    text: Text
    id: Name
    side: Side = "outcomes"


class Score(Body):
    """Firms by Chinese headers or English names, the policies and the day."""

    firms: Rows
    policies: Annotated[list[Name], Field(min_length=1, max_length=10)]
    on: Date


class Trace(Body):
    """One firm, one policy, the day."""

    firm: Row
    policy: Name
    on: Date


class AskExperts(Body):
    """A text for which experts are ranked; without a day the ages of works play no part."""

    text: Text
    k: Count = 10
    on: Date | None = None


class Feedback(Body):
    """What somebody said of a pair: `record_id` of `side` answers the text with the id `asking_id`."""

    side: Side = "outcomes"
    asking_id: Name
    title: Annotated[str, Field(max_length=2_000)] = ""
    description: Annotated[str, Field(max_length=LONGEST)] = ""
    record_id: Name
    verdict: Literal["采纳", "拒绝", "accepted", "declined"]
    reason: Annotated[str, Field(max_length=100)] = ""
    person: Annotated[str, Field(max_length=100)] = ""
    enterprise_id: Annotated[str, Field(max_length=200)] = ""


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


Shared = Annotated[Service, Depends(service_of)]


@open_router.get("/health", **_gives(Health))
def health(service: Shared) -> dict[str, Any]:
    """Whether the service answers, how much its library holds, and what is wrong with the files that it writes to."""
    library, faults = service.library, service.faults()
    return {
        "status": "degraded" if faults else "ok",
        "faults": faults,
        "outcomes": None if library.outcomes is None else len(library.outcomes),
        "needs": None if library.needs is None else len(library.needs),
        "experts": None if library.experts is None else len(library.experts),
        "pool": service.pool is not None,
    }


@open_router.get("/version")
async def version() -> dict[str, str]:
    """The version of the library."""
    return {"name": "enterprise-matcher", "version": __version__}


@router.post("/search", **_gives(Hits))
async def search(body: Search, service: Shared) -> dict[str, Any]:
    """`Index.search`: the best records for a text, with reasons. Without filters many are answered together."""
    if body.where or body.valid_on:
        index, where = service.library.index(body.side), cast(Any, body.where)
        for name in where:
            if name not in index.records:
                there = "、".join(map(str, index.records.columns))
                raise HTTPException(422, f"where：库里没有“{name}”这一列；有：{there}")

        def work() -> dict[str, Any]:
            hits = index.search(body.text, body.k, where=where, valid_on=body.valid_on)
            notes = [*label_notes(index.records, where), *([] if hits else ["筛选条件没有留下任何记录"])]
            return {"hits": mask_nested(hits), "notes": mask_nested(notes)}

        return await service.work(work)
    index, found = await service.matches(body.side, body.text, body.k)
    return {"hits": mask_nested(index.hits(found)), "notes": []}


@router.post("/match", **_gives(Matched))
async def match_rows(body: Match, service: Shared) -> dict[str, Any]:
    """`match`: the best records for every row, with reasons; the rows' problems and what became of their columns."""

    def work() -> dict[str, Any]:
        index = service.library.index(body.side)
        asked = read_table(_table(body.rows, "rows"), KINDS["needs" if body.side == "outcomes" else "outcomes"])
        return {"matches": plain(match(asked.rows, index, k=body.k)), **account(asked)}

    return await service.work(work)


@router.post("/explain", **_gives(Explained, _ABSENT))
async def explain(body: Explain, service: Shared) -> dict[str, Any]:
    """`Index.search` with one record left: why it answers a text, or why not."""

    def work() -> dict[str, Any]:
        index = service.library.index(body.side)
        ids = index.records[index.id_column]
        if not (ids == body.id).any():
            raise HTTPException(404, f"库里没有“{body.id}”这一条")
        return {"hit": mask_nested(index.search(body.text, 1, mask=ids == body.id)[0])}

    return await service.work(work)


@router.post("/score", **_gives(Scored))
async def score_firms(body: Score, service: Shared) -> dict[str, Any]:
    """`score`: every rule of the policies for every firm."""

    def work() -> dict[str, Any]:
        policies = load_policies([shipped_policy(name) for name in body.policies])
        firms = read_firms(_table(body.firms, "firms"), policies, on=body.on)
        scored = score(firms.rows, policies, on=body.on)
        tables = {"summary": scored.summary, "verdicts": scored.verdicts, "doubts": scored.problems}
        return {**{name: plain(table) for name, table in tables.items()}, **account(firms)}

    return await service.work(work)


@router.post("/trace", **_gives(Traced))
async def trace_firm(body: Trace, service: Shared) -> dict[str, Any]:
    """`trace`: one firm's answer rule by rule, with facts, sources and what to ask next."""

    def work() -> dict[str, Any]:
        policy = shipped_policy(body.policy)
        firm = read_firms(_table([body.firm], "firm"), policy, on=body.on)
        if not len(firm.rows):
            raise HTTPException(422, "这家企业没有一项事实；请至少填一项")
        answer = trace(firm.rows, policy, firm.rows["enterprise_id"].iloc[0], on=body.on)
        return {"trace": mask_nested(answer), **account(firm)}

    return await service.work(work)


@router.post("/experts", **_gives(Ranked))
async def experts(body: AskExperts, service: Shared) -> dict[str, Any]:
    """`rank_experts`: the best people for a text, with their works."""

    def work() -> dict[str, Any]:
        library = service.library.persons()
        asked = pd.DataFrame([{"need_id": asking_id(body.text), "title": body.text}])
        ranked = rank_experts(asked, library, k=body.k, on=body.on).drop(columns="need_id")
        shown = [name for name in ("expert_id", "name", "position", "institution") if name in library.people]
        return {"experts": plain(ranked.merge(library.people[shown], on="expert_id", how="left"))}

    return await service.work(work)


@router.post("/feedback", dependencies=[Depends(writer)], **_gives(Judged))
async def feedback(body: Feedback, service: Shared) -> dict[str, Any]:
    """`fit_feedback`: teach the library, save it where it is a saved index, and write the pool's book."""
    return {"done": await service.work(service.judge, Judgement(**body.model_dump()))}


def _table(rows: list[Row], name: str) -> pd.DataFrame:
    """Rows as a table that messages call by its name in the request."""
    table = pd.DataFrame(rows)
    table.attrs["file"] = name
    return table


def plain(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    """A table as records of plain values, days as 2026-11-24, unknown ones None, without contacts."""
    table = table.reset_index(drop=True)
    for name in table.select_dtypes("datetime"):
        if (table[name].dropna() == table[name].dropna().dt.normalize()).all():
            table[name] = table[name].dt.strftime("%Y-%m-%d").astype(object)
    masked: Any = mask_nested(table)
    records: list[Mapping[str, Any]] = json.loads(json_bytes(masked))
    return records


def account(reading: Reading) -> dict[str, Any]:
    """What was wrong with a table, and what became of its columns."""
    problems = reading.problems.assign(action=reading.problems["action"].map(without_options))
    return {"problems": plain(problems), "columns": plain(reading.columns)}
