import m
conn = m.connect()
