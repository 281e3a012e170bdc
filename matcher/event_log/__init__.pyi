from .log import Event as Event
from .log import EventLog as EventLog
from .log import text_of as text_of
from .soundness import Format as Format
