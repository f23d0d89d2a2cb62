import app
from app import VERSION
