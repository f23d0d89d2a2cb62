from a import Old
def mk(): return Old()
