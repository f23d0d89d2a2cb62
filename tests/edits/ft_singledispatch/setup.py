from m import show
import m
m.show.register(list, lambda x: 'mine')
