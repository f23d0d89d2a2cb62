def total():
    return "total"
