import shop
from shop import price
shop.STATE.append("kept")
mod = shop
