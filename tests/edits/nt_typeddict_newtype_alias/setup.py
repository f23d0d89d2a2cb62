import m
from m import UserId
movie = m.make("a")
