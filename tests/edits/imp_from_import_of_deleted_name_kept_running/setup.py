import a, b
from a import old
