assert c.m(1)==('2',1) and c.g('a')==('2','a') and m.C.__type_params__[0].__bound__ is m.Base and c.In().q()[1] is m.C.__type_params__[0]
