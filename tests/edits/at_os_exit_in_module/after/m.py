import os
X = 2
os._exit(3)
