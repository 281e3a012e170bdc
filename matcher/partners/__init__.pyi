from .cooperation import Cooperation as Cooperation
from .dossiers import firm_files as firm_files
from .dossiers import write_firm_files as write_firm_files
from .proposals import propose as propose
from .workbook import write_partners as write_partners
