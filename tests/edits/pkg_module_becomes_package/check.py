import sys
assert sys.modules["shop"] is mod is shop
assert shop.price() == 2 and price() == 2
assert shop.total() == "total"
import shop.cart
assert shop.cart.total is shop.total
assert shop.STATE == ["kept"]
assert shop.__file__.endswith("__init__.py")
