assert next(g)==('h2',1) and next(ge)==('h2',1) and list(m.g())==['new']
