from .classification import fields as fields
from .discovery import discover as discover
from .scoring import score as score
from .searching import match as match
