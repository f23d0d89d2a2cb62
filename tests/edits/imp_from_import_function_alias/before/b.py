from a import f as g
T={'g':g}
h=g
