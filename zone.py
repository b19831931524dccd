"""The office's time zone: what people see. What is stored is UTC."""

from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
