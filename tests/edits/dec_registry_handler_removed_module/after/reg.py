H={}
def on(name):
    def d(f):
        H[name]=f
        return f
    return d
