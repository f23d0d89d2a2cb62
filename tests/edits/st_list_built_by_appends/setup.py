import m
m.ITEMS.append('mine')
