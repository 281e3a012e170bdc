"""Who reviews, meets or serves what, by rules, proven best or with the distance to it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
