import m
i = m.Outer.Middle().make()
held = m.Outer.Middle.Inner
