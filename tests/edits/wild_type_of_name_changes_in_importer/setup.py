import a, b
from a import LIMIT, value
