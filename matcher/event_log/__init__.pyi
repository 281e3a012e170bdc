from .format import Format as Format
from .log import Event as Event
from .log import EventLog as EventLog
from .log import text_of as text_of
from .places import Address as Address
