import p, p.x
from p import f, K
from p.x import f as g
