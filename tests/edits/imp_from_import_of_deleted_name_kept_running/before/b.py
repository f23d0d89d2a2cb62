from a import keep
import a
