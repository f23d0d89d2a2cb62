assert reg.H['a']()=='a2' and reg.H['b2']()=='b2' and reg.H['a'] is m.a
