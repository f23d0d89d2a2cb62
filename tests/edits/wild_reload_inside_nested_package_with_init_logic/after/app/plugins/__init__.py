from . import alpha, beta
