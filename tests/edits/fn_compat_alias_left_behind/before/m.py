def old_name(x):
    return ("old", x)
