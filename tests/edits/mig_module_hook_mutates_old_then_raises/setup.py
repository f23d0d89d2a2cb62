import m
items = m.ITEMS
