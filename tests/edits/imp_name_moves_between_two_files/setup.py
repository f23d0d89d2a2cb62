import a, b
from a import f
