import typing
import m
n = m.Node()
