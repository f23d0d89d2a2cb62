import m
from m import MyError, fail
try:
    fail()
except MyError as e:
    err = e
