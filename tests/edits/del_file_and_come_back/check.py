import sys
assert "a" not in sys.modules
assert held() == 1
