assert err.code==2 and err.msg()=='new' and str(err)=='E:x' and err.__traceback__ is not None
try: m.boom()
except type(err) as e2: assert str(e2)=='E:y'
