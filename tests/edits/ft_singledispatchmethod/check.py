assert c.f(1) == 'INT' and c.f('') == 'object'
