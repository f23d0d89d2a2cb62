import a,b
from a import V
