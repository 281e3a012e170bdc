"""Processes forked from this one: they share its memory as it was, and answer bytes with bytes.

Linux only; elsewhere, and in a process that may have no children, there is one processor for whoever asks. A process is
best forked while this one has no threads of its own: a lock that another thread holds stays locked in the fork.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait

MOST = 4  # processes; more share what they have in common no better, and take memory for what they have not
_FAULT = b""


class ForkError(Exception):
    """A process has ended or could not answer: whoever asked it does the work by itself."""


def processors() -> int:
    """How many processes may work at the same time, this one or its forks: at least 1, at most `MOST`."""
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


class Fork:
    """A process that answers, one question after the other.

    Parameters
    ----------
    answer
        What it does: takes the bytes of a question, gives those of the answer, of which there is at least one. What it
        raises is a `ForkError` for whoever asked.
    beside
        The other forks that there are.

    Attributes
    ----------
    has_ended
        Whether it was found that the process is there no more.
    """

    def __init__(self, answer: Callable[[bytes], bytes], beside: Sequence[Fork] = ()) -> None:
        context = multiprocessing.get_context("fork")
        self.has_ended = False
        self.line, theirs = context.Pipe()
        lines = [self.line, *(other.line for other in beside)]
        self._process = context.Process(target=_run, args=(answer, theirs, lines), daemon=True)
        with warnings.catch_warnings():  # of threads, where only the linear algebra library has some: it knows of forks
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def tell(self, question: bytes) -> None:
        """Send a question; the answer is to be fetched by `hear`. Raises ForkError."""
        try:
            self.line.send_bytes(question)
        except OSError as error:
            self.has_ended = True
            raise ForkError from error

    def hear(self) -> bytes:
        """Wait for the answer. Raises ForkError."""
        try:
            answer = self.line.recv_bytes()
        except (OSError, EOFError) as error:
            self.has_ended = True
            raise ForkError from error
        if answer == _FAULT:
            raise ForkError
        return answer

    def ask(self, question: bytes) -> bytes:
        """Both. Raises ForkError."""
        self.tell(question)
        return self.hear()

    def end(self, *, at_once: bool = False) -> None:
        """Let the process end, once it has answered or at once."""
        self.line.close()
        if at_once:
            self._process.kill()
            self._process.join()


def answers(
    answer: Callable[[bytes], bytes], questions: Iterable[bytes], processes: int
) -> Iterator[tuple[bytes, bytes | None]]:
    """Questions with their answers, in order, from several processes; None where none of them could answer.

    A question is taken from `questions` when a process is idle.
    """
    source = enumerate(questions)
    forks: list[Fork] = []
    idle: list[Fork] = []
    busy: dict[Fork, tuple[int, bytes]] = {}
    done: dict[int, tuple[bytes, bytes | None]] = {}
    given = 0
    try:
        for _ in range(processes):
            forks.append(Fork(answer, forks))
        idle += forks
        while True:
            while idle and (taken := next(source, None)) is not None:
                fork = idle.pop()
                busy[fork] = taken
                with contextlib.suppress(ForkError):  # told by `hear`
                    fork.tell(taken[1])
            while given in done:
                yield done.pop(given)
                given += 1
            if not busy:
                break
            ready = wait([fork.line for fork in busy])
            for fork in [fork for fork in busy if fork.line in ready]:
                at, question = busy.pop(fork)
                done[at] = question, None
                with contextlib.suppress(ForkError):
                    done[at] = question, fork.hear()
                if not fork.has_ended:
                    idle.append(fork)
        yield from ((question, None) for _, question in source)  # every process has ended
    finally:
        for fork in forks:
            fork.end(at_once=True)


def _run(answer: Callable[[bytes], bytes], line: Connection, others: list[Connection]) -> None:
    """What a process does until nobody can ask it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # to look for cycles among what both have would take a copy of its memory
    for other in others:
        other.close()  # else it stays open when the process that asks ends, and nobody learns of that
    with contextlib.suppress(EOFError, OSError):
        while True:
            question = line.recv_bytes()
            try:
                told = answer(question)
            except Exception:  # whoever asked meets the same fault
                told = _FAULT
            line.send_bytes(told)
