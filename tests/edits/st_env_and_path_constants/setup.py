import m, os
