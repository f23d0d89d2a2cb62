import a,b
from a import Num
