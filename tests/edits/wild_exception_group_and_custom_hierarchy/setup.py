import m
try:
    m.find(1)
except m.AppError as error:
    old = error
