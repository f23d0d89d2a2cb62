from m import C as Klass
K2 = Klass
