"""What the text of a need or an outcome says: its technical indicators and their comparison."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
