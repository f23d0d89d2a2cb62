from m import Box
b = Box[int](3)
