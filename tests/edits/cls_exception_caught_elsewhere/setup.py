import app, errs
from errs import AppError
old = AppError("x")
def boom(): raise old
def boom2(): raise errs.AppError("y")
