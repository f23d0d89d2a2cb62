import asyncio
import m
inner, later = m.make(3)
