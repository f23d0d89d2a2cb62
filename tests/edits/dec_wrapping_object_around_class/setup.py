import m
i = m.Item()
