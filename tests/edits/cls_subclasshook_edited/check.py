assert not isinstance(d, m.Quacks)
