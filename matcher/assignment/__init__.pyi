from .assigning import Assignment as Assignment
from .assigning import assign as assign
from .timetable_repair import repair as repair
from .timetabling import Timetable as Timetable
from .timetabling import timetable as timetable
