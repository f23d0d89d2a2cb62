assert m.WORDS == ['ccc', 'bb', 'a']
