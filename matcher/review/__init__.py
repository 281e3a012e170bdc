"""Panels after their sheets are in: scores put together, reviewers looked at. Everything here advises a person."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
