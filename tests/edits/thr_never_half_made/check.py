stop.set(); [t.join() for t in ts]
assert m.pair() == (2, 2) and bad == [], bad[:3]
