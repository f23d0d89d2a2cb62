from m import C
c = C()
size = c.size
a = C.table["a"]
