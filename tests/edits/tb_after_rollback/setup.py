import inspect, traceback
import m
c = m.C()
def last(fn):
    try:
        fn()
    except KeyError as error:
        return traceback.format_exc().splitlines()[-2].strip(), error.args[0]
