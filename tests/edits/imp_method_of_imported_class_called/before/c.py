import b
from a import Tool

X = Tool.make()
Y = b.again()
Z = []
