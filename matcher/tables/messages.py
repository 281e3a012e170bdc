"""Messages without contacts: ids may be telephone numbers, and what an error or a warning says lands in logs."""

from __future__ import annotations

import logging

from matcher.errors import MatcherError
from matcher.progress import logger


def _shown(text: str) -> str:
    from matcher.tables.contacts.hiding import mask_contacts

    return mask_contacts(text)


def _masked(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.WARNING:
        record.msg, record.args = _shown(record.getMessage()), None
    return True


def mask_messages() -> None:
    """From now on no contact stands in the text of an error of this library or in a warning of its logger."""
    MatcherError.shown = staticmethod(_shown)
    logger.addFilter(_masked)
