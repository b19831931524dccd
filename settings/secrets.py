"""Secrets by name: the file says where each one is kept, whoever opens the channel reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from errors import Refused


class MissingSecret(Refused):
    """A named secret is not there; the message is one line for the person who runs the office."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of a secret, `env:NAME` or `file:PATH` (relative to `folder`); never its value."""

    name: str
    key: str = ""
    channel: str = ""
    folder: Path = Path()

    def __str__(self) -> str:
        return self.name

    def read(self, environ: Mapping[str, str]) -> str:
        """The value without surrounding blanks. Raises MissingSecret when absent or empty."""
        source, _, target = self.name.partition(":")
        if source == "env":
            return self._found(environ.get(target, ""), f"đặt biến môi trường {target}")
        path = self.folder / target
        advice = f"ghi bí mật vào tệp {path} và cho Loa quyền đọc"
        try:
            return self._found(path.read_text(encoding="utf-8-sig"), advice)
        except (OSError, ValueError):
            raise MissingSecret(self._missing(advice)) from None

    def _found(self, text: str, advice: str) -> str:
        if not text.strip():
            raise MissingSecret(self._missing(advice))
        return text.strip()

    def _missing(self, advice: str) -> str:
        what = f"thiếu bí mật {self.key} ({self.name})"
        if not self.channel:
            return f"Cấu hình {what}; hãy {advice} rồi chạy lại."
        return f'Kênh "{self.channel}" {what}, riêng kênh này tạm dừng; hãy {advice} rồi chạy lại.'
