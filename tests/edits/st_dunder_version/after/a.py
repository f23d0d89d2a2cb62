__version__='2'
__author__='y'
