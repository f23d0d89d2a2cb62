assert not isinstance(a, m.Runner) and isinstance(b, m.Runner)
