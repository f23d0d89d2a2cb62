import sys
class C:
    if sys.version_info > (3,):
        def f(self):
            return 'old'
    else:
        def f(self):
            return 'py2'
