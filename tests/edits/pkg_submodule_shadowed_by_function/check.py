import sys
assert pkg.run is run and run() == "new"
assert sys.modules["pkg.run"].EXTRA == 1
