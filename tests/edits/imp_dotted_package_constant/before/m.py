import pkg.conf
import pkg.conf as pc
from pkg import conf
A = pkg.conf.LEVEL
B = pc.LEVEL
C = conf.LEVEL
