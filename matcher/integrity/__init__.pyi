from .checking import check_integrity as check_integrity
from .checking import integrity_hits as integrity_hits
from .checking import read_subjects as read_subjects
from .records import bars_on as bars_on
from .records import read_records as read_records
from .rules import list_notices as list_notices
