assert isinstance(cart, m.Store) and isinstance(cart, m.Cart)
assert cart.count() == 1
add("milk")
assert cart.items == ["tea", "milk!"]
assert Cart is m.Cart
assert Cart().items == ["coffee"] and boxes[0].count() == 2
