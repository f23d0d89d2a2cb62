import a,z
