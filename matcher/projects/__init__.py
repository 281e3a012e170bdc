"""Projects before and while they run: applications held against what is known already. Advice to a person."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
