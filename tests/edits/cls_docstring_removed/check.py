assert C.__doc__ is None
