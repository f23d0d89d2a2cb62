import conf, m
from m import f
c = m.C()
