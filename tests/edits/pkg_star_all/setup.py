import p
from p import *
