import m, sys
from m import f
