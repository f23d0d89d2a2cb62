from .deep import g
