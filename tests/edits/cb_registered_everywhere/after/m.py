def cb(*a): return 'cb2'
class H:
    def on(self,*a): return 'on2'
