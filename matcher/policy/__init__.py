"""The official rules as dated, cited data, and their answers for tables of enterprises."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
