assert b < a and b <= a and a >= b
