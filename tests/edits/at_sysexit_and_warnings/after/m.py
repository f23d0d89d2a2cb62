def f(): return 2
import sys
sys.exit(0)
