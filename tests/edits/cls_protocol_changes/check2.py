assert isinstance(a, m.Runner) and not isinstance(b, m.Runner)
