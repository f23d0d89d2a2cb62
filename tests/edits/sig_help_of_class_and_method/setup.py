import inspect, pydoc
import m
c = m.C()
