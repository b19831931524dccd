"""The simulated people's names and words."""

FAMILY_NAMES = (
    "Nguyễn Thị", "Nguyễn Văn", "Trần Thị", "Trần Văn", "Lê Thị", "Lê Văn", "Phạm Thị", "Hoàng Văn",
    "A", "Y", "Đinh Thị", "Đinh Văn", "Bùi Thị", "Võ Văn", "Đặng Thị", "Phan Văn",
)  # fmt: skip
GIVEN_NAMES = (
    "Hoa", "Lan", "Mai", "Hạnh", "Hương", "Thảo", "Tuấn", "Minh", "Dũng", "Thắng", "Blong",
    "Thuyên", "Ngọc", "Phương", "Quân", "Sơn", "Trang", "Vân", "Khánh", "Bình",
)  # fmt: skip
COMMENTS = (
    "Cảm ơn xã đã thông tin.",
    "Hay quá, tôi làm theo được ngay.",
    "Cho hỏi làm ở xã hay phải lên tỉnh ạ?",
    "Bà con thôn mình chia sẻ cho nhau nhé.",
    "Nhờ cán bộ hướng dẫn thêm cách đăng nhập VNeID ạ.",
    "Tôi nộp trực tuyến tuần trước, ba ngày là có kết quả.",
    "Người già không có điện thoại thông minh thì làm sao ạ?",
    "Rất thiết thực.",
    "Đã đọc, cảm ơn.",
    "Thứ bảy xã có làm việc không ạ?",
    "Mong xã phát thêm trên loa buổi chiều.",
    "Phí bao nhiêu vậy ạ?",
)
