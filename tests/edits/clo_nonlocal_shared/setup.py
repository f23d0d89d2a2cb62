from m import account
add, get = account()
add(5)
