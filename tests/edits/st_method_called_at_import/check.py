assert (m.PRICE, m.NET) == (50, 2.0) and m.money is money
