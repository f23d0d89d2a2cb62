__version__='1'
__author__='x'
