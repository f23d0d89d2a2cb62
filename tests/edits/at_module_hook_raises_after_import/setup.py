import a,b
from a import K
