import m
try: m.boom()
except m.E as e: err=e
