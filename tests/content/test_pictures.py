"""Pictures come from phones, Word files and the web; channels get small, upright, bare ones."""

import io
import resource
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, TiffImagePlugin

from channels.base import Limits
from content.pictures import PictureNotStored, PictureRefused, prepare

ZALO = Limits(text=2000, images=1, image_bytes=1_000_000)
COVER = replace(ZALO, image_ratio=(16, 9))
SWAPPED_ORIENTATIONS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def photo(width: int = 640, height: int = 480, sigma: float = 40) -> Image.Image:
    bands = [Image.effect_noise((width, height), sigma) for _ in range(3)]
    return Image.blend(Image.merge("RGB", bands), gradient(width, height), 0.5)


def gradient(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def infographic(width: int = 1080, height: int = 1350) -> Image.Image:
    image = Image.new("RGB", (width, height), (200, 30, 40))
    draw = ImageDraw.Draw(image)
    for row in range(60, height, 90):
        draw.text((60, row), f"Số {row}: 26 số trong năm", fill="white")
    return image


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    colour = image.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(image: Image.Image, format: str = "JPEG", **options: object) -> Path:
        path = tmp_path / f"nguon.{format.lower()}"
        image.save(path, format, **options)
        return path

    return save


@pytest.fixture
def kho(tmp_path: Path) -> Path:
    return tmp_path / "media"


def test_a_photo_becomes_a_small_progressive_jpeg_named_by_its_digest(
    saved: Callable[..., Path], kho: Path
) -> None:
    source = saved(photo(2600, 1950), quality=97)
    assert source.stat().st_size > 2_000_000
    ready = prepare(source, ZALO, kho)
    assert (ready.mime, ready.width, ready.height) == ("image/jpeg", 1920, 1440)
    assert ready.bytes == ready.path.stat().st_size <= 1_000_000
    assert ready.path == kho / f"{ready.digest}.jpg"
    assert ready.notes == ()
    with Image.open(ready.path) as image:
        assert image.info["progressive"]
        assert image.size == (1920, 1440)


@pytest.mark.parametrize("limit", [4_000_000, 300_000, 60_000, 20_000])
def test_however_small_the_limit_the_picture_is_under_it(
    saved: Callable[..., Path], kho: Path, limit: int
) -> None:
    source = saved(photo(1600, 1200), quality=95)
    assert prepare(source, replace(ZALO, image_bytes=limit), kho).bytes <= limit


def test_where_it_could_not_be_recognised_any_more_it_is_refused(
    saved: Callable[..., Path], kho: Path
) -> None:
    with pytest.raises(PictureRefused, match="Không nén được ảnh xuống dưới 1 KB"):
        prepare(saved(photo()), replace(ZALO, image_bytes=1000), kho)
    assert not kho.exists()


def test_the_same_picture_has_the_same_digest_and_is_written_once(
    saved: Callable[..., Path], kho: Path
) -> None:
    source = saved(photo())
    first = prepare(source, ZALO, kho)
    written = first.path.stat()
    assert prepare(source, ZALO, kho) == first
    assert first.path.stat().st_ino == written.st_ino
    assert [each.name for each in kho.iterdir()] == [first.path.name]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(
    saved: Callable[..., Path], kho: Path, orientation: int, format: str
) -> None:
    upright = gradient(400, 300)
    upright.paste((255, 0, 0), (0, 0, 100, 100))
    turn = SWAPPED_ORIENTATIONS[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    sideways = upright if turn is None else upright.transpose(turn)
    ready = prepare(saved(sideways, format, exif=exif), ZALO, kho)
    with Image.open(ready.path) as image:
        assert image.size == (400, 300)
        red, green, _ = pixel(image, 50, 50)
    assert red > 200 > 50 > green


def test_where_and_with_what_it_was_taken_stays_secret(
    saved: Callable[..., Path], kho: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MayAnhCuaToi"
    exif.get_ifd(0x8825)[2] = tuple(TiffImagePlugin.IFDRational(n) for n in (14, 39, 12))
    source = saved(photo(), exif=exif, comment=b"MayAnhCuaToi", xmp=b"MayAnhCuaToi")
    assert source.read_bytes().count(b"MayAnhCuaToi") == 3
    data = prepare(source, ZALO, kho).path.read_bytes()
    assert b"MayAnhCuaToi" not in data
    assert b"Exif" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_a_png_loses_its_metadata_too(saved: Callable[..., Path], kho: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MayAnhCuaToi"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = saved(infographic(), "PNG", exif=exif, icc_profile=profile, dpi=(300, 300))
    data = prepare(source, ZALO, kho).path.read_bytes()
    assert not [chunk for chunk in (b"eXIf", b"iCCP", b"tEXt", b"pHYs") if chunk in data]


def test_colours_are_brought_from_the_cameras_profile_to_srgb(
    saved: Callable[..., Path], kho: Path
) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "cam1".encode("utf-16-be"))
    red = Image.new("RGB", (640, 480), (220, 0, 0))
    ready = prepare(saved(red, icc_profile=swapped), ZALO, kho)
    with Image.open(ready.path) as image:
        r, g, _ = pixel(image, 99, 99)
    assert g > 200 > 60 > r


def test_a_broken_profile_does_not_cost_the_picture(saved: Callable[..., Path], kho: Path) -> None:
    assert prepare(saved(photo(), icc_profile=b"xyz"), ZALO, kho).width == 640


def test_transparency_becomes_white(saved: Callable[..., Path], kho: Path) -> None:
    logo = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    logo.paste((200, 0, 0, 255), (200, 200, 400, 400))
    for image in (logo, logo.convert("LA"), logo.quantize(8)):
        ready = prepare(saved(image, "PNG"), ZALO, kho)
        with Image.open(ready.path) as flat:
            assert flat.mode == "RGB"
            assert pixel(flat, 10, 10) == (255, 255, 255)


def test_cmyk_from_a_print_shop_becomes_rgb(saved: Callable[..., Path], kho: Path) -> None:
    cmyk = Image.new("CMYK", (600, 600), (0, 255, 255, 0))
    with Image.open(prepare(saved(cmyk), ZALO, kho).path) as image:
        assert image.mode == "RGB"
        red, green, _ = pixel(image, 9, 9)
    assert red > 200 > 60 > green


def test_a_16_bit_scan_keeps_its_greys(saved: Callable[..., Path], kho: Path) -> None:
    scan = Image.new("I;16", (600, 600), 32_768)
    with Image.open(prepare(saved(scan, "PNG"), ZALO, kho).path) as image:
        assert pixel(image.convert("RGB"), 9, 9) in [(127,) * 3, (128,) * 3]


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours_are_fine(saved: Callable[..., Path], kho: Path, mode: str) -> None:
    assert prepare(saved(photo().convert(mode), "PNG"), ZALO, kho).width == 640


class TestShape:
    def test_a_photo_is_cropped_to_the_channels_shape_and_it_says_so(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        ready = prepare(saved(photo(1200, 900)), COVER, kho)
        assert (ready.width, ready.height) == (1200, 675)
        assert ready.notes == ("Ảnh được cắt theo khổ 16:9, bỏ khoảng 25% diện tích.",)

    def test_a_portrait_is_cropped_across_and_keeps_its_upper_half(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        portrait = Image.new("RGB", (900, 1600), "white")
        portrait.paste((0, 0, 255), (0, 500, 900, 700))
        ready = prepare(saved(portrait), COVER, kho)
        with Image.open(ready.path) as image:
            assert image.size == (900, 506)
            assert pixel(image, 450, 150)[0] < 40

    def test_an_infographic_gets_margins_and_loses_no_word(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        ready = prepare(saved(infographic(), "PNG"), COVER, kho)
        assert (ready.width, ready.height) == (2400, 1350)
        assert ready.notes == ("Ảnh được thêm lề cho đúng khổ 16:9, không cắt mất chữ.",)
        with Image.open(ready.path) as image:
            inside = image.crop((660, 0, 1740, 1350))
            assert inside.tobytes() == infographic().tobytes()

    def test_without_a_shape_nothing_is_cropped(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        ready = prepare(saved(photo(900, 1600)), ZALO, kho)
        assert (ready.width, ready.height, ready.notes) == (900, 1600, ())

    def test_a_pixel_more_or_less_is_no_other_shape(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        assert prepare(saved(photo(1280, 719)), COVER, kho).height == 719


class TestPng:
    def test_an_infographic_stays_png_pixel_for_pixel(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        ready = prepare(saved(infographic(), "PNG"), ZALO, kho)
        assert (ready.mime, ready.path.suffix) == ("image/png", ".png")
        with Image.open(ready.path) as image:
            assert image.tobytes() == infographic().tobytes()

    def test_an_infographic_over_the_limit_becomes_a_jpeg(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        busy = infographic()
        busy.paste(photo(1080, 600), (0, 750))
        ready = prepare(saved(busy, "PNG"), ZALO, kho)
        assert ready.mime == "image/jpeg"
        assert (ready.width, ready.height) == (1080, 1350)

    def test_a_photo_saved_as_png_becomes_a_jpeg(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        assert prepare(saved(photo(), "PNG"), ZALO, kho).mime == "image/jpeg"


class TestRemarks:
    def test_of_a_moving_picture_the_first_frame_is_taken(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        frames = [Image.new("RGB", (600, 600), colour) for colour in ("red", "blue")]
        ready = prepare(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), ZALO, kho)
        assert ready.notes == ("Tệp có nhiều khung hình: chỉ dùng khung hình đầu tiên.",)
        with Image.open(ready.path) as image:
            assert pixel(image, 9, 9) == (255, 0, 0)

    def test_a_small_picture_is_taken_with_a_warning(
        self, saved: Callable[..., Path], kho: Path
    ) -> None:
        ready = prepare(saved(photo(320, 240)), ZALO, kho)
        assert ready.width == 320
        assert ready.notes == ("Ảnh nhỏ (320×240 điểm ảnh), có thể không rõ khi đăng.",)


def jpeg() -> bytes:
    out = io.BytesIO()
    photo().save(out, "JPEG")
    return out.getvalue()


def encoded(image: Image.Image, format: str) -> bytes:
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    small = encoded(Image.new("L", (64, 64)), "PNG")
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    crc = zlib.crc32(header).to_bytes(4, "big")
    return small[:12] + header + crc + small[33:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Tệp ảnh rỗng"),
        (b"Kinh gui UBND xa", "không phải là ảnh: chụp lại ở chế độ JPEG"),
        (b"%PDF-1.7", "không phải là ảnh"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC .* chụp lại ở chế độ JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG .* xuất ảnh sang PNG"),
        (jpeg()[:-4000], "bị hỏng hoặc chưa tải lên hết"),
        (encoded(photo(), "PNG")[:-4000], "bị hỏng hoặc chưa tải lên hết"),
        (encoded(photo(), "WEBP")[:-4000], "bị hỏng hoặc chưa tải lên hết"),
        (b"\xff\xd8\xff\xe0", "bị hỏng hoặc chưa tải lên hết"),
        (png_that_claims(60_000, 60_000), "tối đa 70 triệu: chụp lại ở độ phân giải thấp hơn"),
        (png_that_claims(10_000, 9_500), "tối đa 70 triệu"),
        (png_that_claims(10_000, 8_000), "tối đa 70 triệu"),
        (encoded(photo(1, 1), "PNG"), r"quá nhỏ \(1×1 điểm ảnh\)"),
        (encoded(Image.new("RGB", (2000, 60)), "PNG"), "quá dài và hẹp"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_in_one_clear_line(
    tmp_path: Path, kho: Path, data: bytes, why: str
) -> None:
    source = tmp_path / "nguon"
    source.write_bytes(data)
    with pytest.raises(PictureRefused, match=why) as refusal:
        prepare(source, ZALO, kho)
    assert "\n" not in str(refusal.value)
    assert not kho.exists()


def test_an_avif_is_refused_with_what_to_do(saved: Callable[..., Path], kho: Path) -> None:
    with pytest.raises(PictureRefused, match=r"AVIF .* xuất ảnh sang JPG"):
        prepare(saved(photo(), "AVIF"), ZALO, kho)


def test_what_cannot_be_read_is_refused(tmp_path: Path, kho: Path) -> None:
    for source in (tmp_path / "khong-co.jpg", tmp_path):
        with pytest.raises(PictureRefused, match="Không đọc được tệp ảnh"):
            prepare(source, ZALO, kho)


def test_a_photo_of_30_megabytes_is_taken_and_one_over_the_cap_is_not(
    saved: Callable[..., Path], kho: Path
) -> None:
    source = saved(photo())
    with source.open("ab") as file:
        file.truncate(30_000_000)
    assert prepare(source, ZALO, kho).bytes < 1_000_000
    with pytest.raises(PictureRefused, match="nặng 30 MB, hệ thống nhận tối đa 20,5 MB"):
        prepare(source, ZALO, kho, source_bytes=20_500_000)


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_nothing_half_written(saved: Callable[..., Path], kho: Path) -> None:
    source = saved(photo())
    with full_disk(1000), pytest.raises(PictureNotStored, match="Ổ đĩa của máy chủ đã đầy"):
        prepare(source, ZALO, kho)
    assert list(kho.iterdir()) == []
    assert prepare(source, ZALO, kho).path.exists()


def test_a_folder_that_cannot_be_written_is_named_as_the_cause(
    saved: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "tep").write_text("không phải thư mục")
    with pytest.raises(PictureNotStored, match="kiểm tra thư mục chứa ảnh"):
        prepare(saved(photo()), ZALO, tmp_path / "tep")


SAMPLES = [encoded(photo(64, 48), each) for each in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")]


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 300),
)
def test_damaged_files_are_prepared_or_refused_and_never_break_it(
    sample: bytes, damage: list[tuple[int, int]], missing: int
) -> None:
    data = bytearray(sample[: len(sample) - missing])
    for place, value in damage:
        data[place % len(data)] = value
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "nguon")
        source.write_bytes(data)
        with suppress(PictureRefused):
            assert prepare(source, ZALO, Path(folder)).bytes
