"""The one kind of error that a person brings about and can mend."""

from __future__ import annotations

import errno
from typing import Any

REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EISDIR: "đó là một thư mục",
    errno.ENOTDIR: "đường dẫn đi qua một tệp",
    errno.EEXIST: "đã có rồi",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENAMETOOLONG: "tên tệp quá dài",
    errno.EADDRINUSE: "đang có chương trình khác dùng",
}


class Refused(Exception):
    """What was asked cannot be done. The message is one clear line: what is wrong, what to do.

    `findings` are further lines, where several things are wrong at once.
    """

    findings: tuple[Any, ...] = ()


def why(error: OSError) -> str:
    """What the system refused, in the office's language."""
    return REASONS.get(error.errno or 0, error.strerror or "hệ thống không cho biết vì sao")
