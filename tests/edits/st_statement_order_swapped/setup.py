import m
log = m.LOG
