WORDS = sorted(['bb', 'a', 'ccc'], key=lambda w: -len(w))
