assert asyncio.run(a()) == 10 and b() == 20 and list(cc()) == [30]
