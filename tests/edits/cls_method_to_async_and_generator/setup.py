import asyncio
import m
c = m.C()
a, b, cc = c.a, c.b, c.c
