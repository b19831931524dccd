"""A channel that keeps its posts in a list: for tests, benchmarks and a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from channels.base import Engagement, Limits, Post, Receipt, Sight, Step

GENEROUS = Limits(
    text=100_000,
    images=100,
    image_bytes=100_000_000,
    file_bytes=1_000_000_000,
    kinds=frozenset({"image", "video", "audio", "document"}),
    hashtags=True,
)


class Memory:
    """Thread-safe. Set `fail_with` to have `publish` raise it before anything is kept.

    `fail_after` raises after the post is kept: an answer that was lost. It cannot look up.
    """

    def __init__(
        self,
        *,
        name: str = "memory",
        limits: Limits = GENEROUS,
        engagement: Engagement | None = None,
        follower_count: int | None = None,
    ) -> None:
        self.name = name
        self.limits = limits
        self.engagement = engagement or Engagement()
        self.follower_count = follower_count
        self.fail_with: Exception | None = None
        self.fail_after: Exception | None = None
        self._posts: dict[str, Post] = {}
        self._unconfirmed: set[str] = set()  # kept, but nobody was told the id
        self._sent = 0
        self._lock = Lock()

    @property
    def posts(self) -> list[Post]:
        """What the public sees now, oldest first."""
        with self._lock:
            return list(self._posts.values())

    def publish(self, post: Post, step: Step) -> Receipt:
        if known := step.ids.get("id"):
            return _receipt(known)
        if self.fail_with:
            raise self.fail_with
        id = self._keep(post)
        if self.fail_after:
            raise self.fail_after
        step.save(id=id)
        self._unconfirmed.discard(id)
        return _receipt(id)

    def metrics(self, receipt: Receipt) -> Engagement:
        with self._lock:
            return self.engagement if receipt.id in self._posts else Engagement()

    def withdraw(self, receipt: Receipt) -> None:
        with self._lock:
            self._posts.pop(receipt.id, None)

    def followers(self) -> int | None:
        return self.follower_count

    def check(self) -> str:
        return "Kênh thử: bài chỉ được giữ trong bộ nhớ, không đăng ra ngoài."

    def _keep(self, post: Post) -> str:
        with self._lock:
            self._sent += 1
            id = str(self._sent)
            self._posts[id] = post
            self._unconfirmed.add(id)
            return id


class MemoryWithLookUp(Memory):
    """The same, and it can tell whether a post is there. Its list is the truth: never in doubt."""

    def find(
        self,
        post: Post,
        ids: Mapping[str, str],
        since: datetime,  # noqa: ARG002  it has no clock
    ) -> Receipt | Sight:
        with self._lock:
            known = ids.get("id", "")
            lost = (id for id in self._unconfirmed if self._posts.get(id) == post)
            found = known if known in self._posts else next(lost, "")
            self._unconfirmed.discard(found)
        return _receipt(found) if found else Sight.ABSENT


def _receipt(id: str) -> Receipt:
    return Receipt(id=id, url=f"memory:{id}")
