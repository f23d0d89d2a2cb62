import e, u
from u import f
