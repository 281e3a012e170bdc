from .elements import Understood as Understood
from .elements import sentence_roles as sentence_roles
from .elements import understand as understand
from .elements import understand_needs as understand_needs
from .sentences import split_sentences as split_sentences
