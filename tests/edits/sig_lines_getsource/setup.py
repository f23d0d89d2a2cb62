import m,inspect
from m import a,C
