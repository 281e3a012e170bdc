"""Folders that one program at a time may write."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator
from pathlib import Path


class HeldError(OSError):
    """Another program holds the lock."""


@contextlib.contextmanager
def held(lock: Path) -> Iterator[None]:
    """Holds a file, which is made where there is none; the system lets go of it whatever becomes of the process.

    Raises HeldError where another program holds it.
    """
    with lock.open("ab") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise
            raise HeldError(*error.args) from error
        yield
