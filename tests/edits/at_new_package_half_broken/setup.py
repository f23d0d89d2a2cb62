import m, sys
