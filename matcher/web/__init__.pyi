from .application import create_app as create_app
from .library import Library as Library
from .server import serve as serve
from .settings import Settings as Settings
