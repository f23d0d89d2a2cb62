import json
RAW='{"a": 1}'
CONF=json.loads(RAW)
A=CONF['a']
