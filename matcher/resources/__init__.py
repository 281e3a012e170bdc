"""What is lent out for research and who needs it: instruments, pilot lines, computing, platforms.

A room of its own, beside `partners` and `commissioners`: the joint answer joins matching, experts and the solver.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
