from .x import f, K
