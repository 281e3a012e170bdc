from .planning import Plan as Plan
from .planning import plan_service as plan_service
from .villages import read_commissioners as read_commissioners
from .villages import read_villages as read_villages
