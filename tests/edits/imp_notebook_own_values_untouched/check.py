assert LIMIT == 20 and NAMES == ["a", "b"]
assert mine == 10 and copy == 10 and LIMIT_LIST == [10]
assert also == {"k": 1} and m.TABLE == {"k": 2}
