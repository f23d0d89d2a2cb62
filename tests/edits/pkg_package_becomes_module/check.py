import sys
assert sys.modules["shop"] is mod is shop
assert shop.price() == 2 and price() == 2
assert shop.total() == "inline"
assert shop.STATE == ["kept"]
