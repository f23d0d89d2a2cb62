import m
money = m.money
