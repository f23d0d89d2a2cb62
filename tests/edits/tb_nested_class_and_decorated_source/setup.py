import inspect
import m
