"""Dated records of research integrity: who may not apply, review or be named on a day. Advice to a person."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
