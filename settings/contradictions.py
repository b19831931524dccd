"""What no single key can tell: names used twice or lost, circles, what cannot go together."""

from collections.abc import Iterator

from settings.channels import TelegramSettings, ZaloBotSettings
from settings.mistakes import Finding, Wrong, named, suggest
from settings.values import Config, Unit


def contradictions(config: Config) -> Iterator[Finding]:
    """Every mistake that shows only when the values stand together."""
    yield from _repeated_units(config.units)
    yield from _lost_parents(config.units)
    yield from _circles(config.units)
    yield from _repeated_channels(config.units)
    yield from _lost_routes(config)
    yield from _open_webhooks(config.units)


def _repeated_units(units: tuple[Unit, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, unit in enumerate(units):
        if unit.id and first.setdefault(unit.id, number) != number:
            yield Finding(
                f"units[{number}].id",
                f'mã "{unit.id}" đã dùng ở units[{first[unit.id]}]; mỗi đơn vị cần một mã riêng',
            )


def _lost_parents(units: tuple[Unit, ...]) -> Iterator[Finding]:
    known = [unit.id for unit in units if unit.id]
    for number, unit in enumerate(units):
        if unit.parent and unit.parent not in known:
            hint = f"để trống hoặc mã một đơn vị của tệp này; {suggest(unit.parent, known)}"
            yield Finding(f"units[{number}].parent", Wrong(hint).told(unit.parent))


def _circles(units: tuple[Unit, ...]) -> Iterator[Finding]:
    """One finding a circle, at its first unit."""
    parents = {unit.id: unit.parent for unit in reversed(units)}
    seen: set[str] = set()
    for number, unit in enumerate(units):
        line = [unit.id]
        while (above := parents.get(line[-1])) and above not in line:
            line.append(above)
        if above and above == unit.id and above not in seen:
            seen.update(line)
            circle = " → ".join([*line, above])
            yield Finding(
                f"units[{number}].parent",
                f"các đơn vị nối thành vòng: {circle}; để trống parent ở một nơi",
            )


def _repeated_channels(units: tuple[Unit, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, unit in enumerate(units):
        for channel in unit.channels:
            if first.setdefault(channel.name, number) != number:
                yield Finding(
                    f"units[{number}].channels.{named(channel.name)}",
                    f"tên kênh đã dùng ở units[{first[channel.name]}]; "
                    "tên kênh là duy nhất trong toàn hệ thống, đặt tên khác",
                )


def _lost_routes(config: Config) -> Iterator[Finding]:
    known = {channel.name: channel for channel in config.channels}
    for number, unit in enumerate(config.units):
        for position, route in enumerate(unit.routes):
            key = f"units[{number}].routes[{position}].channels"
            for name in route.channels:
                if name not in known:
                    hint = f"tên một kênh đã khai báo; {suggest(name, known)}"
                    yield Finding(key, Wrong(hint).told(name))
                elif isinstance(known[name], ZaloBotSettings):
                    yield Finding(key, f'kênh "{name}" chỉ để trò chuyện, không đăng bài được')


def _open_webhooks(units: tuple[Unit, ...]) -> Iterator[Finding]:
    for number, unit in enumerate(units):
        for one in unit.channels:
            if not isinstance(one, TelegramSettings) or one.webhook_secret:
                continue
            if one.mode == "webhook":
                yield Finding(
                    f"units[{number}].channels.{named(one.name)}.webhook_secret",
                    'chưa ghi, cần env:TÊN hoặc file:ĐƯỜNG_DẪN khi mode = "webhook"',
                )
