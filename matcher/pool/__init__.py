"""The cultivation pool: whom to visit, the book of record, score cards, tiers, targets, the dashboard."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
