"""Research outcomes assessed: readiness with its evidence, values, economic value, form. It advises a person."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
