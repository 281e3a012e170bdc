from .matches import write_matches as write_matches
from .pieces import write_pieces as write_pieces
from .sheets import Form as Form
from .sheets import Sheet as Sheet
from .tables import write_tables as write_tables
from .targets import check_targets as check_targets
