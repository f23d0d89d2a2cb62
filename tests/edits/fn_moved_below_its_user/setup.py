import m
from m import helper, user
