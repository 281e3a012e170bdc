from .alignment import align as align
from .duplicates import find_duplicates as find_duplicates
from .reading import read_projects as read_projects
