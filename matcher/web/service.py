"""What all requests of a service share: the library, the pool's book, results to be fetched, and room to work."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

import pandas as pd
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from matcher.errors import BookError, IndexFolderError, MatcherError, TableError
from matcher.event_log.places import Address, Place
from matcher.matching import Index, fit_feedback
from matcher.matching.learning.judgements import REASONS, reason_of
from matcher.matching.library.folders import current
from matcher.pool import Book, discover
from matcher.pool.book.event_log import Log
from matcher.pool.book.follow_up import follow
from matcher.pool.discovery.estimation import Discovery
from matcher.tables.cells.texts import shorten
from matcher.tables.contacts.hiding import mask_contacts
from matcher.web.batching import Batches
from matcher.web.library import KINDS, Library, Side
from matcher.web.searchers import Searchers
from matcher.web.settings import Settings

ACCEPTED = ("采纳", "accepted")
KEPT, KEPT_BYTES, MINUTES = 40, 200 << 20, 15
EVERY = 5.0  # seconds between two looks for an index that another program saved
P = ParamSpec("P")
T = TypeVar("T")


class Result(NamedTuple):
    """A file worked out for one session, kept in memory until it is fetched or forgotten."""

    session: str
    name: str
    content: bytes
    until: float


class Visiting(NamedTuple):
    """Whom to visit, with the firms that it was worked out from and their states."""

    discovery: Discovery
    firms: pd.DataFrame
    states: pd.DataFrame


@dataclass(frozen=True)
class Judgement:
    """What somebody said of a pair: `record_id` of `side` answers the text of `asking_id`."""

    side: Side
    asking_id: str
    title: str
    description: str
    record_id: str
    verdict: str
    reason: str = ""
    person: str = ""
    enterprise_id: str = ""
    from_table: bool = True  # whether asking_id is an id of somebody's table


class Service:
    """Shared by all threads; what changes is changed under a lock and put in place in one step."""

    def __init__(
        self, library: Library, settings: Settings, pool: Place | None = None, searchers: Searchers | None = None
    ) -> None:
        self.library, self.settings, self.pool, self._searchers = library, settings, pool, searchers
        self._batches = Batches(searchers)
        self._judging = threading.Lock()
        self._unread: dict[Side, tuple[str, str]] = {}  # the version of a saved index that could not be read, and why
        self.writing = threading.Lock()  # held while the book or a saved index is written
        self._slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
        self._results: dict[str, Result] = {}
        self._keeping = threading.Lock()
        self._visiting: tuple[tuple[dt.date, str], Visiting] | None = None
        self._discovering = threading.Lock()

    # ---- work

    async def work(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Run heavy work beside the others, at most as much at a time as there are cores, for so long and no longer.

        Work that takes too long is answered with 504, and its place stays taken until it has ended.
        """
        ends = time.monotonic() + self.settings.longest
        while not self._slots.acquire(blocking=False):
            if time.monotonic() > ends:
                raise HTTPException(503, "正在计算的人太多；请过一会儿再试")
            await asyncio.sleep(0.05)

        def held() -> T:
            try:
                return function(*arguments, **options)
            finally:
                self._slots.release()

        task = asyncio.create_task(run_in_threadpool(held))
        try:
            return await asyncio.wait_for(asyncio.shield(task), max(ends - time.monotonic(), 0.001))
        except TimeoutError:
            task.add_done_callback(lambda done: done.exception())  # nobody waits for it any more
            raise HTTPException(
                504, f"计算超过 {self.settings.longest:g} 秒；请把表拆小后再试，或用命令行处理大表"
            ) from None

    async def matches(self, side: Side, text: str, k: int) -> tuple[Index, pd.DataFrame]:
        """The index of a side and what `match` gives for a text, worked out together with the searches of others."""
        index = self.library.index(side)
        try:
            return index, await asyncio.wait_for(self._batches.matches(index, text, k), self.settings.longest)
        except TimeoutError:
            raise HTTPException(503, "正在查找的人太多；请过一会儿再试") from None

    # ---- results

    def keep(self, session: str, name: str, content: bytes) -> str:
        """Keep a file for this session for some minutes; gives its name in addresses."""
        with self._keeping:
            self._forget()
            key = secrets.token_urlsafe(18)
            self._results[key] = Result(session, name, content, time.monotonic() + 60 * MINUTES)
            while len(self._results) > KEPT or self._size() > KEPT_BYTES:
                self._results.pop(next(iter(self._results)))
        return key

    def kept(self, session: str, key: str) -> Result:
        """A file that was kept for this session. Raises 404 for anybody else's, or once it is forgotten."""
        with self._keeping:
            self._forget()
            found = self._results.get(key)
        if found is None or found.session != session:
            raise HTTPException(404, f"结果不在了：只保留 {MINUTES} 分钟；请重新上传")
        return found

    def _forget(self) -> None:
        now = time.monotonic()
        for key in [key for key, result in self._results.items() if result.until < now]:
            del self._results[key]

    def _size(self) -> int:
        return sum(len(result.content) for result in self._results.values())

    # ---- the pool

    def book(self) -> Book:
        """The pool's book, open for one piece of work."""
        if self.pool is None:
            raise TableError("启动时没有给出培育库；请管理员用 --pool 培育库.db 启动")
        try:
            return Book.open(self.pool)
        except BookError as error:
            raise _unusable(error, self.pool) from error

    def visiting(self, day: dt.date) -> Visiting:
        """Whom to visit of all firms of the book; worked out once for a day, until the book changes."""
        with self.book() as book, self._discovering:
            key = (day, book.log.fingerprint())
            if self._visiting is None or self._visiting[0] != key:
                firms, goal = book.firms(day), book.rules(day).goal
                if not len(firms):
                    raise TableError("培育库里还没有企业；请管理员先用 matcher pool import 写入企业表")
                self._visiting = key, Visiting(discover(firms, goal, on=day), firms, book.states(day))
            return self._visiting[1]

    # ---- judging

    def judge(self, judgement: Judgement) -> list[str]:
        """Teach the library what was said of a pair, and write it into the book. Returns what was done, in Chinese.

        A saved index keeps it for good; without one, and without a book, it lasts as long as the service runs.
        """
        if not (judgement.title + judgement.description).strip():
            raise TableError("title、description：不能都是空的；请给出提问一方的文字，只凭编号教不了什么")
        said, reason = judgement.reason.strip(), _reason(judgement)
        asking = "need_id" if judgement.side == "outcomes" else "outcome_id"
        pair = pd.DataFrame(
            [
                {
                    asking: judgement.asking_id,
                    KINDS[judgement.side].id_column: judgement.record_id,
                    "verdict": judgement.verdict,
                    "reason": reason,
                }
            ]
        )
        texts = {asking: judgement.asking_id, "title": judgement.title, "description": judgement.description}
        with self._judging:
            index = self._newest(judgement.side)
            if judgement.record_id not in index.row_of:
                raise TableError(f"库里没有“{judgement.record_id}”这一条；请刷新页面后再试")
            asked = pd.DataFrame([texts])
            learned = fit_feedback(index, asked, pair)
            with self.writing:
                done = [f"理由“{shorten(said, 20)}”记作“{reason}”"] if said not in ("", reason, *REASONS) else []
                done += self._into_book(judgement, pair.assign(note=f"拒绝理由：{said}" if done else ""))
                if index.origin[0]:
                    _save(learned, Path(index.origin[0]), done)
            if index.origin[0]:
                done.append("已教给库并保存")
            else:
                done.append("已教给库，本次运行有效（要长期保存，请管理员用 matcher index 存成索引文件夹）")
            learned.warm()
            if self._searchers:
                self._searchers.learn(judgement.side, index, learned, asked, pair)
            self.library = self.library.with_index(judgement.side, learned)
        return [mask_contacts(line) for line in done]

    def _newest(self, side: Side) -> Index:
        """The index of a side, as its folder has it where another program saved it anew; to be asked for one at a time.

        Raises IndexFolderError.
        """
        index = self.library.index(side)
        if not _renewed(index):
            return index
        saved = Index.load(index.origin[0])
        if saved.id_column != index.id_column:
            raise IndexFolderError(f"{index.origin[0]}：换成了别种记录的索引，不是{KINDS[side].title}的")
        saved.warm()
        if self._searchers:
            self._searchers.follow(side, saved)
        self.library = self.library.with_index(side, saved)
        return saved

    def take_up(self) -> None:
        """Take up what other programs saved in the folders of the library; whoever searches meanwhile has the old one.

        One that cannot be read is told by `faults`, and not read again.
        """
        for side, index in self.library.sides():
            if (version := _renewed(index)) and self._unread.get(side, ("", ""))[0] != version:
                try:
                    with self._judging:
                        self._newest(side)
                    self._unread.pop(side, None)
                except Exception as error:  # whatever the folder holds, the service goes on with what it has
                    why = str(error).replace(index.origin[0], Path(index.origin[0]).name)
                    self._unread[side] = version, why

    async def keep_up(self) -> None:
        """Look for what other programs saved, for as long as the service runs."""
        while True:
            await asyncio.sleep(EVERY)
            await run_in_threadpool(self.take_up)

    def _into_book(self, judgement: Judgement, pair: pd.DataFrame) -> list[str]:
        if self.pool is None:
            return []
        if not judgement.from_table:
            return ["随手输入的文字没有编号，未记入培育库"]
        if not judgement.person.strip():
            raise TableError("请填写经办人，培育库记下谁在哪一天说的")
        accepted, day = judgement.verdict in ACCEPTED, self.settings.day()
        row = pair.drop(columns="verdict").assign(
            status="pushed" if accepted else "declined",
            day=day,
            person=judgement.person.strip(),
        )
        firm = judgement.enterprise_id.strip()
        with self.book() as book:
            named = book.ids_of([firm], on=day)[0] if firm else ""
            known = not firm or named in set(book.firms(day)["enterprise_id"])
            try:
                written = follow(book.log, row.assign(enterprise_id=named))
            except BookError as error:
                if isinstance(error.__cause__, book.log.store.faults):
                    raise _unusable(error, book.log.path) from error
                raise
        word = "已推送" if accepted else "已拒绝"
        said = [f"培育库记为“{word}”" if written else f"培育库里已记为“{word}”"]
        return said if known else [*said, f"企业 {firm} 不在培育库中，按所给的写法记入"]

    def faults(self) -> list[str]:
        """What is wrong with what the service writes to, for its operator; nothing is read whole for it."""
        faults = []
        if self.pool is not None and not Log.is_there(self.pool):
            what = "数据库连不上" if isinstance(self.pool, Address) else "文件不在了"
            faults.append(f"培育库的{what}，或不是培育库")
        for side, index in self.library.sides():
            folder = index.origin[0]
            try:
                is_there = not folder or current(Path(folder)) is not None
            except (MatcherError, OSError):
                is_there = False
            if not is_there:
                faults.append("库的索引文件夹不在了，或读不出来；查找还照旧，重新启动就没有库了")
            elif side in self._unread and _renewed(index) == self._unread[side][0]:
                faults.append(f"库的索引在别处改过，新的读不出来，查找还用原来的：{self._unread[side][1]}")
        return faults


def _renewed(index: Index) -> str:
    """The version of a saved index that another program put in the place of this one; "" for none, or where none is."""
    folder, version = index.origin
    try:
        now = current(Path(folder)) if folder else None
    except (MatcherError, OSError):  # `faults` tells of it
        return ""
    return "" if now is None or now[0] == version else now[0]


def _reason(judgement: Judgement) -> str:
    """The Chinese word of `REASONS` for a decline, "" for an acceptance.

    Raises TableError for a decline without a reason, and for an acceptance with one.
    """
    said = judgement.reason.strip()
    if judgement.verdict in ACCEPTED:
        if said:
            raise TableError("reason：采纳不要理由；拒绝才要")
        return ""
    if not said:
        raise TableError("拒绝时请选择理由，理由会改变以后的次序")
    if not any(map(str.isalpha, said)):
        raise TableError(f"reason：请用文字写明理由，如 {'、'.join(word for word, _ in REASONS.values())}")
    return REASONS[reason_of(said, "declined") or "other"][0]


def _save(learned: Index, folder: Path, done: list[str]) -> None:
    """Save what was learned; where that fails, say what the book has already: a repetition changes nothing there."""
    try:
        learned.save(folder)
    except IndexFolderError as error:
        kept = f"{'；'.join(done)}；" if done else ""
        why = str(error).replace(str(folder), folder.name)
        raise HTTPException(503, f"{kept}但没有教给库：{why}；请管理员处理后再发一次，不会重复记") from error


def _unusable(error: BookError, path: Place) -> HTTPException:
    """A fault of the book, not of who asks; its place on the machine is not told."""
    return HTTPException(503, f"培育库现在不能用：{str(error.args[0]).replace(str(path), path.name)}")
