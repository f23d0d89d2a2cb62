from functools import cached_property
class C:
    @cached_property
    def data(self):
        return 'cached'
