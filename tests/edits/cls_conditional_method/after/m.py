import sys
class C:
    if sys.version_info > (3,):
        def f(self):
            return 'new'
    else:
        def f(self):
            return 'py2'
