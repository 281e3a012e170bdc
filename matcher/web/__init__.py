"""A local service over one library: JSON for programs, Chinese pages for people. A door like `cli`, without logic."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
