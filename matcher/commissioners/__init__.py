"""Commissioners (科技特派员): a plan that covers every village, service, who is behind, conditions and points."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
