import a, b
from a import shared
