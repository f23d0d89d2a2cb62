q.put(2); assert out.get(timeout=5)==('base',2)
q.put(None); t.join(5)
