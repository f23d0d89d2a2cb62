class Settings:
    SIZE = 3
    NAME = "b"


settings = Settings()
