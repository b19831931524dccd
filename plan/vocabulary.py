"""The words of the plan schema: its keys, and the channels that plans name."""

CHANNELS = frozenset(
    "radio.commune radio.grassroots radio.district tv.district tv.commune web.commune"
    " web.district web.unit zalo zalo.oa facebook fanpage tiktok social.other email press"
    " banner.street slogan poster web.banner oral meeting training dialogue contest event arts"
    " noticeboard ebulletin classroom community feedback ai".split()
)

CHANNEL_NAMES = {
    "radio.commune": "phát thanh xã",
    "radio.grassroots": "truyền thanh cơ sở",
    "radio.district": "đài huyện",
    "tv.district": "truyền hình huyện",
    "tv.commune": "truyền hình xã",
    "web.commune": "trang TTĐT xã",
    "web.district": "trang TTĐT huyện",
    "web.unit": "trang TTĐT đơn vị",
    "zalo": "Zalo",
    "zalo.oa": "Zalo OA",
    "facebook": "Facebook",
    "fanpage": "Fanpage",
    "tiktok": "TikTok",
    "social.other": "nền tảng khác",
    "email": "thư điện tử",
    "press": "báo chí",
    "banner.street": "băng rôn",
    "slogan": "khẩu hiệu",
    "poster": "pano, áp phích",
    "web.banner": "banner trên trang TTĐT",
    "oral": "tuyên truyền miệng",
    "meeting": "hội nghị, cuộc họp",
    "training": "tập huấn",
    "dialogue": "đối thoại",
    "contest": "cuộc thi",
    "event": "sự kiện",
    "arts": "văn hóa, văn nghệ",
    "noticeboard": "niêm yết",
    "ebulletin": "bản tin điện tử",
    "classroom": "giảng dạy",
    "community": "sinh hoạt khu dân cư",
    "feedback": "mục phản hồi",
    "ai": "trợ lý ảo",
}

FREQUENCY_KEYS = frozenset(
    "every per_week per_month per_quarter per_year count by from to window_text continuous"
    " periodic on_demand if_any event".split()
)
RERUN_KEYS = frozenset("per_week per_month per_quarter per_year per_issue".split())

TABLE_KEYS: dict[str, frozenset[str]] = {
    "": frozenset(
        "schema slug source plan purposes requirements topics forms tasks reports funding"
        " recipients".split()
    ),
    "source": frozenset(
        "file sha256 has_header has_signature has_appendix unreadable contradictions".split()
    ),
    "plan": frozenset(
        "doc_type number number_ocr number_uncertain date date_uncertain place issuer"
        " issuer_level province title title_en signed_as signer signer_uncertain period"
        " legal_bases standing_unit audience".split()
    ),
    "purposes": frozenset("code vi en lines".split()),
    "requirements": frozenset("code vi en lines".split()),
    "topics": frozenset("id code title vi en lines parent".split()),
    "forms": frozenset("code channels vi en lines frequency_text frequency".split()),
    "tasks": frozenset(
        "id section title en lead lead_uncertain co_leads partners channels channels_stated topics"
        " time_text time_uncertain frequency_text frequency reruns product product_stated"
        " product_uncertain languages audience lines".split()
    ),
    "reports": frozenset("id from to via every content mode lines en".split()),
    "funding": frozenset("vi en source lines".split()),
    "recipients": frozenset("vi en lines".split()),
}
