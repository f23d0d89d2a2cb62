import m
import threading
m.LOCAL.bump()
local = m.LOCAL
