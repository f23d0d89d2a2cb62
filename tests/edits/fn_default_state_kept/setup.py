from m import f
f('a')
