import m
from dataclasses import fields
p=m.P(1)
