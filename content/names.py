"""The words of the office for kinds and states, as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from models import DraftState, Kind

KIND_NAMES: Mapping[str, str] = {
    Kind.TIN: "tin",
    Kind.BAI: "bài",
    Kind.BAN_TIN: "bản tin",
    Kind.PHAT_THANH: "chuyên mục phát thanh",
    Kind.INFOGRAPHIC: "infographic",
    Kind.AP_PHICH: "áp phích",
    Kind.KHAU_HIEU: "khẩu hiệu",
    Kind.THONG_BAO: "thông báo",
    Kind.HUONG_DAN: "hướng dẫn",
    Kind.CANH_BAO: "cảnh báo",
    Kind.DINH_CHINH: "đính chính",
    Kind.THU_HOI: "thu hồi",
}

STATE_NAMES: Mapping[str, str] = {
    DraftState.WRITING: "đang soạn",
    DraftState.IN_REVIEW: "chờ duyệt",
    DraftState.APPROVED: "đã duyệt",
    DraftState.DROPPED: "đã bỏ",
}
