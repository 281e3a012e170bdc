"""Projects before and while they run: applications held against earlier ones, and the book from application to closing.

Advice to a person.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
