"""Behind `config.py`, its only door: the values of the file, the rules that read them."""
