"""Append-only logs of events under books of record: a file or a schema each, whole transactions, each event once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
