assert m.STATE is s and s==['a',1]
