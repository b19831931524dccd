"""What all stand-ins share: time, lock, numbers, settings, media, faults and the outbox."""

import base64
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Event, RLock

from sandbox.faults import Faults
from sandbox.timeline import Timeline
from sandbox.webhooks import Outbox

CALLS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about the stand-ins that may be changed; seconds are the sandbox's own.

    A limit of 0 is no limit. Sources: `api/zalo.md` §13, `api/social.md` §1, §5, §11.
    """

    zalo_processing_s: float = 6.0  # create or update accepted → article there; 0: at once
    zalo_verify_while_processing: str = "mixed"  # "code" (-214), "silent" (0, no id), "mixed"
    zalo_title_max: int = 149  # the official 150 is refused in practice
    zalo_description_max: int = 299
    zalo_articles_per_month: int = 0
    zalo_broadcasts_per_month: int = 4  # for each follower, besides one a day
    zalo_broadcast_delay_s: float = 1800.0
    zalo_calls_per_min: int = 4000
    zalo_old_token_dies: bool = True
    facebook_processing_s: float = 6.0  # films
    facebook_counters_after_s: float = 60.0  # counters are missing before
    facebook_refuse_same_text_s: float = 0.0  # code 506 for the same text within this time
    facebook_calls_per_day: int = 48_000
    facebook_photo_max: int = 4_000_000
    require_appsecret_proof: bool = False
    telegram_per_chat_per_min: int = 20
    telegram_reactions_every_s: float = 180.0
    list_lag_s: float = 0.0  # a new post shows in the services' lists only after this


@dataclass(frozen=True, slots=True)
class PublicPost:
    """What the public sees of one post; `media` are digests under /_sandbox/media/."""

    service: str
    account: str
    id: str
    title: str
    text: str
    at: datetime
    url: str
    html: str = ""  # the text as safe HTML, where the service knows formatting
    media: tuple[str, ...] = ()
    views: int | None = None
    reactions: int = 0
    comments: int = 0
    shares: int = 0
    announced_to: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a service received; `status` 0 means that no answer went back."""

    service: str
    operation: str
    status: int
    fault: str
    at: datetime


class Core:
    """Shared by the stand-ins. Handlers run under `lock`, and leave it by `unlocked` for I/O."""

    def __init__(self, clock: Callable[[], datetime], seed: int, settings: Settings) -> None:
        self.time = Timeline(clock)
        self.seed = seed
        self.settings = settings
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.stopping = Event()
        self.faults = Faults(seed)
        self.outbox = Outbox(self.time.now, self.faults)
        self.media: dict[str, bytes] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.base_url = "http://127.0.0.1"
        self._counters: Counter[str] = Counter()

    def now(self) -> datetime:
        return self.time.now()

    def count(self, name: str) -> int:
        """1, 2, 3 … for each name."""
        with self.lock:
            self._counters[name] += 1
            return self._counters[name]

    def hex_id(self, name: str, length: int = 20) -> str:
        """A fresh lower-case hexadecimal id, the same in each run with the same seed."""
        return self._digest(name).hex()[:length]

    def token(self, name: str, length: int = 120) -> str:
        """A fresh opaque token of URL-safe characters."""
        digest = self._digest(name)
        text = base64.urlsafe_b64encode(digest + hashlib.sha512(digest).digest() * 4).decode()
        return text.rstrip("=")[:length]

    def _digest(self, name: str) -> bytes:
        return hashlib.sha512(f"{self.seed}/{name}/{self.count(name)}".encode()).digest()

    def keep(self, data: bytes) -> str:
        """Keep a picture or file for the walls; its digest."""
        digest = hashlib.sha256(data).hexdigest()[:32]
        self.media.setdefault(digest, data)
        return digest

    def stop(self) -> None:
        """End every wait: the server stops, or the sandbox begins anew."""
        self.stopping.set()
        with self.lock:
            self.changed.notify_all()
        self.outbox.wake()

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Leave the lock, held once by this thread, while something slow goes on."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
