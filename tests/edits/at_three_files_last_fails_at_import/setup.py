import a, b, c
from a import f
