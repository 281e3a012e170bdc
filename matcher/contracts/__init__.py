"""Technology contracts (技术合同认定登记): checked by rule, summed, their tax relief, and their links to the pool."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
