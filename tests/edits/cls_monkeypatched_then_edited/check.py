assert c.a()=='a2' and c.b()=='patched'
