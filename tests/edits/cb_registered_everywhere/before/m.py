def cb(*a): return 'cb1'
class H:
    def on(self,*a): return 'on1'
