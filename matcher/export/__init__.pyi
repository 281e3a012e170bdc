from .matches import write_matches as write_matches
from .privacy import mask_contacts as mask_contacts
from .privacy import mask_table as mask_table
from .sheets import Form as Form
from .sheets import Sheet as Sheet
from .tables import write_tables as write_tables
from .targets import check_targets as check_targets
