import m, inspect
from m import f
