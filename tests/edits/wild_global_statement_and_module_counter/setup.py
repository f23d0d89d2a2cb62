import m
from m import total
m.add(5)
obj = m.cache()
