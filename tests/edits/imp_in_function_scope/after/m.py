def run():
    from a import f
    return f()
