class C:
    def go(self): return 'b1'
import a
AC=a.C
