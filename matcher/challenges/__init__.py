"""Challenges (揭榜挂帅): hard problems that nobody can answer, made ready to publish; bids that answer them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
