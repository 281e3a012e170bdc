"""Partners: which outcome, in which way of cooperation, moves which item of an enterprise's score."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
