class C:
    def __enter__(self):
        return 'in'
    def __exit__(self, *a):
        return False
    def __iter__(self):
        return iter([1, 2])
    def __getattr__(self, name):
        return name.upper()
    def __class_getitem__(cls, k):
        return (cls, k)
    def __new__(cls, *a):
        o = super().__new__(cls)
        o.made = a
        return o
    def __init_subclass__(cls, **k):
        cls.tag = 'sub'
