from .sub.y import f, K
