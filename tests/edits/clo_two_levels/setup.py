from m import outer
mid = outer(1)
inner = mid(2)
