from .matches import mask_contacts as mask_contacts
from .matches import write_matches as write_matches
