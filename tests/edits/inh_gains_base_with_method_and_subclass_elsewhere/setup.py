import m, n
from m import C
kept = {C: 1}
