class C:
    def __init__(self): self.a=1
    def __getattribute__(self,n):
        v=super().__getattribute__(n)
        return ('got',v) if n=='a' else v
    def __setattr__(self,n,v): super().__setattr__(n,v*2)
    def __delattr__(self,n): super().__setattr__(n,'deleted')
