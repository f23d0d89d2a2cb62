from m import *
import m
