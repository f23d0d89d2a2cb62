def new_name(x):
    return ("new", x)


old_name = new_name
