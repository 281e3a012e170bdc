from .finding import find_resources as find_resources
from .planning import JointPlan as JointPlan
from .planning import plan_jointly as plan_jointly
from .reading import read_resource_needs as read_resource_needs
from .reading import read_resources as read_resources
from .workbook import write_plan as write_plan
from .workbook import write_resources as write_resources
