from .dossiers import firm_files as firm_files
from .dossiers import write_firm_files as write_firm_files
from .proposals import propose as propose
