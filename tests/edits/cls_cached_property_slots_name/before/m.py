from functools import cached_property
class C:
    n=0
    @cached_property
    def v(self): return 'v1'
