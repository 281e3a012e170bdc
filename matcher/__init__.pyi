from . import assignment as assignment
from . import challenges as challenges
from . import commissioners as commissioners
from . import contracts as contracts
from . import experts as experts
from . import export as export
from . import fields as fields
from . import matching as matching
from . import needs as needs
from . import partners as partners
from . import policy as policy
from . import pool as pool
from . import projects as projects
from . import review as review
from . import spark as spark
from . import tables as tables
from .assignment import assign as assign
from .errors import MatcherError as MatcherError
from .experts import Experts as Experts
from .experts import rank_experts as rank_experts
from .export import write_matches as write_matches
from .fields import classify as classify
from .matching import Index as Index
from .matching import evaluate as evaluate
from .matching import fit_feedback as fit_feedback
from .matching import load_encoder as load_encoder
from .matching import match as match
from .policy import load_policy as load_policy
from .policy import read_firms as read_firms
from .policy import score as score
from .tables import read_experts as read_experts
from .tables import read_needs as read_needs
from .tables import read_outcomes as read_outcomes
from .tables import read_works as read_works

__version__: str
__all__: list[str]
