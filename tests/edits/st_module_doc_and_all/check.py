assert m.__doc__ == 'new doc' and m.__all__ == ['f', 'g'] and m.__version__ == '2' and m.g() == 2
