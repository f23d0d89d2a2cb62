import m
from m import old_name
held = [old_name]
