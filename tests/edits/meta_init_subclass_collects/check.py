assert s.actions == ["buy", "sell"] and s.sell() == "sell" and s.buy() == "BUY"
assert base.Command.registry == {"Shop": m.Shop} and base.Command.count == 1
