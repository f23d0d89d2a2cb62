import m
ann = m.User("ann")
