import a,b
from a import __version__
