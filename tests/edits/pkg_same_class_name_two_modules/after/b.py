class C:
    def go(self): return 'b2'
import a
AC=a.C
