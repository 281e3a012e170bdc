from .chains import link_table as link_table
from .chains import place_on_chains as place_on_chains
from .chains import strongest_outcomes as strongest_outcomes
from .chains import unanswered_needs as unanswered_needs
from .classifier import FieldModel as FieldModel
from .classifier import classify as classify
from .estimator import FieldClassifier as FieldClassifier
from .taxonomy import Scheme as Scheme
