import m
from m import show
show.register(bytes, lambda x: "mine")
