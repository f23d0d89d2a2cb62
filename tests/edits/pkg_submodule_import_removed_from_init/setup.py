import pkg, sys
