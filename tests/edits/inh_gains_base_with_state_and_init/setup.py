import m
from m import Cart
cart = Cart()
add = cart.add
boxes = [cart]
