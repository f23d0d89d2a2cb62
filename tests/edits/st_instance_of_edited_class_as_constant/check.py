assert CONFIG.show() == "new 20" and m.CONFIG is CONFIG
assert m.OTHER is other and other.show() == "new 5"
