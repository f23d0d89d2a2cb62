import os
try:
    VAL=int(os.environ.get('HR_NOPE','7'))
except ValueError as e:
    VAL=-1
W=VAL*2
