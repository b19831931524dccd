"""Patterns for words of time, over plain letters that a scan may have spoilt."""

from __future__ import annotations

import re

TENS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7}
TENS |= {"tam": 8, "chin": 9, "muoi": 10}
UNITS_AFTER_TEN = r"(?: (?:mot|hai|ba|bon|lam|sau|bay|tam|chin))?"
WORD = rf"(?:(?:m[oegd]t|hai|ba|bon|nam|sau|bay|tam|chin|muoi{UNITS_AFTER_TEN})(?![a-z]))"
DIGITS = r"\d{1,3}(?![\d/.,]*\d)"
NUMBER = rf"(?:{DIGITS}|{WORD})"
SPOILT = r"[a-z]{1,2}"  # "0l", "O2": no number can be read out of it
SAID = r"(?:\s*\([a-z ]{2,12}\))?"  # "02 (hai)"
UNIT = r"(?:ng[aeido]{1,2}y|tu[aeido]{0,2}n|th[aeido]{0,2}ng|qu[yijv]|n[aeido]{1,3}m)"
NOUN = (
    r"(?:t[il]n(?:,? ?(?:va )?b[a-z]i)?|b[a-z]i(?: viet| dang)?|s[a-z]?|k[yj]|l[a-z]{1,2}n"
    r"|lu[a-z]{1,2}t|bu[a-z]{1,2}i"
    r"|cu[a-z]{1,2}c(?: thi)?|ch[uo]y?[a-z]{1,3}n (?:m[a-z]{1,2}c|d[a-z]|trang)"
    r"|ch[a-z]{2,4}ng tr[a-z]{1,2}nh"
    r"|infographics?|videos?(?: clip)?|clip|ph[a-z]{1,2}ng s[a-z]{1,2}|b[a-z]n tin"
    r"|h[a-z]{1,2}nh [a-z]nh|[a-z]nh"
    r"|d[a-z] ho[a-z]|posters?|h[a-z]{1,2}i ngh[a-z]|l[a-z]p|d[a-z]t|phi[a-z]{1,2}n|an pham"
    r"|podcasts?"
    r"|(?:s[a-z]n|t[a-z]c) ph[a-z]{1,2}m|th[a-z]ng di[a-z]p|t[a-z] (?:roi|gap)"
    r"|kh[a-z]{1,2}u hi[a-z]{1,2}u|bang ron|pano"
    r"|ap phich|tieu pham|c[a-z]{1,2}u chuy[a-z]{1,2}n|t[a-z]a d[a-z]m|d[a-z]{1,2}i tho[a-z]i"
    r"|livestream|status|file"
    r"|mau|so bao)"
)
EACH = r"(?:m[oeidb]{0,2}i|h[aeid]ng|tung|cu)"
LEAST = (
    r"(?:(?:it nhat|toi thieu|khong duoi|khong it hon|dat|khoang|tu|du kien|phan dau|co|la|du"
    r"|duoc|dam bao|so luong)\s+)*"
)
RANGE = rf"(?P<n>{NUMBER}){SAID}(?:\s*(?:-|den)\s*(?P<most>{NUMBER}))?"
LINK = (
    r"\s*(?:/|\bm[oeidb]{0,2}i\b|\bh[aeid]ng\b|\btrong\b|\btren\b|\btrong mot\b|\bmot\b|\b1\b)\s*"
)
NOT_ONE_MONTH = r"(?!\s*(?:\d|[ivx]+\b))"

BY_SLASH = re.compile(
    rf"\b{RANGE}\s*(?P<noun>[a-z][a-z ,&/]{{0,45}}?)\s*/"
    rf"\s*(?:(?P<m>{NUMBER})\s*)?(?P<unit>{UNIT})\b"
)
BY_WORDS = re.compile(
    rf"\b{RANGE}\s*(?P<noun>{NOUN})\b[a-z ]{{0,20}}?{LINK}(?:(?P<m>{NUMBER})\s*)?(?P<unit>{UNIT})\b"
    rf"(?:(?<=m)(?=\s+20\d\d)|{NOT_ONE_MONTH})"
)
IN_YEAR = re.compile(
    rf"\btrong (?P<unit>n[aeido]{{1,3}}m)\b(?:\s*20\d\d)?(?P<gap>[^.;\d]{{0,60}}?)\b{LEAST}{RANGE}"
    rf"\s*(?P<noun>{NOUN})\b"
)
PER_ISSUE = re.compile(
    rf"\b(?:(?P<m>{NUMBER})\s*)?(?P<unit>{UNIT})\s*/\s*(?:(?P<n>{NUMBER})\s*)?(?P<noun>{NOUN})(?=\W|$)"
)
ONE_IN = re.compile(
    rf"\b(?:{EACH}\s+)?(?P<m>{NUMBER})\s*(?P<unit>{UNIT})\s+(?:(?:co|ra|phat|dang|la|phat hanh"
    rf"|thuc hien|xay dung|to chuc|phat song)\s+)*{LEAST}(?P<n>{NUMBER}){SAID}\s*(?P<noun>{NOUN})\b"
)
EACH_TIME = re.compile(
    rf"\b{EACH}\s+(?:(?P<m>{NUMBER})\s*)?(?P<unit>{UNIT})\b(?P<gap>[^.;\d]{{0,70}}?)\b{LEAST}{RANGE}"
    rf"\s*(?P<noun>{NOUN})\b"
)
SPOILT_TIME = re.compile(
    rf"\b{EACH}\s+(?P<unit>{UNIT})\b[^.;\d]{{0,30}}?\b(?P<n>{SPOILT})\s+{NOUN}\b"
)
SPOILT_RATE = re.compile(rf"\b(?P<n>{SPOILT})\s+{NOUN}\s*/\s*(?P<unit>{UNIT})\b")
ONLY_PERIOD = re.compile(rf"\b(?:dinh ky\s+)?{EACH}\s+(?:(?P<m>{NUMBER})\s*)?(?P<unit>{UNIT})\b")
AFTER_PERIODIC = re.compile(
    rf"\bdinh ky\s*:?\s+(?:(?P<m>{DIGITS})\s*)?(?P<unit>thang|quy|tuan|nam|ngay)\b" + NOT_ONE_MONTH
)
MORE = re.compile(rf"\s*(?:,|;|va|\+)\s*(?:va\s+)?{LEAST}{RANGE}\s*(?P<noun>{NOUN})\b(?!\s*/)")
FEWER = re.compile(rf"{RANGE}\s*(?P<noun>{NOUN})\s*(?:,|;|va|\+)\s*(?:va\s+)?{LEAST}$")
CLEAR_NOUN = (
    r"(?:tin(?:,? ?(?:va )?bai)?|bai(?: viet| dang)?|so(?!\s*\d)|ky(?! hop)|lan(?! luot| thu)|luot"
    r"|buoi|cuoc|clip|videos?(?: clip)?|infographics?|phong su|chuyen (?:muc|de|trang)|ban tin)"
)
BARE = re.compile(
    rf"\b(?P<unit>ngay|tuan|thang|quy|nam)\s+(?P<n>\d{{1,2}}){SAID}\s+(?P<noun>{CLEAR_NOUN})\b"
)
NOT_BARE = re.compile(
    r"(?:\b(?:trong|tu|den|vao|het|truoc|sau|cua|ngay|thu|va|dau|giua|cuoi)|\d\s*[,-]?)\s*$"
)
HALF_FIRST = re.compile(
    rf"\b(?:{EACH}\s+)?nua\s+(?P<half>thang|nam)\b\s*(?:/\s*)?"
    r"(?:(?:co|ra|phat hanh|dang|thuc hien|to chuc|phat song)\s+)*"
    rf"{LEAST}(?:(?P<n>{NUMBER}){SAID}\s*)?(?P<noun>{NOUN})\b"
)
HALF_LAST = re.compile(
    rf"\b(?P<n>{NUMBER}){SAID}\s*(?P<noun>{NOUN}){LINK}(?:mot\s+)?nua\s+(?P<half>thang|nam)\b"
)
MEETING = re.compile(
    r"(?:giao ban|hoi nghi|cuoc hop|\bhop\b|phien hop|sinh hoat|bao cao|tong hop|ke hoach|nhiem vu"
    r"|trong tam|chuong trinh cong tac|danh gia)[a-z ,]{0,40}$"
)
RERUN = re.compile(
    rf"\b(?:ph[a-z]t(?: s[a-z]ng| thanh)? l[a-z]{{1,2}}i|tai phat|tiep song|tiep am|dang lai"
    rf"|phat tiep)\b"
    rf"[a-z ,:]{{0,40}}?{LEAST}(?P<n>{NUMBER}){SAID}\s*(?:lan|l[aeido]n|luot|buoi|ky)\b"
    rf"(?:{LINK}(?:(?P<m>{NUMBER})\s*)?(?:(?P<unit>{UNIT})|(?P<item>{NOUN}))\b)?"
)
RERUN_EACH = re.compile(
    rf"\b(?:ph[a-z]t(?: s[a-z]ng| thanh)? l[a-z]{{1,2}}i|tai phat|tiep song"
    rf"|dang lai)\b\s*{EACH}\s+(?P<unit>{UNIT})\s+"
    rf"{LEAST}(?P<n>{NUMBER}){SAID}\s*(?:lan|luot|buoi)\b"
)
RERUN_AFTER = re.compile(
    rf"\b(?P<n>{NUMBER}){SAID}\s*(?:lan|l[aeido]n"
    rf"|luot)\s+(?:ph[a-z]t(?: s[a-z]ng)? l[a-z]{{1,2}}i|tai phat)\b"
    rf"(?:{LINK}(?:(?P<unit>{UNIT})|(?P<item>{NOUN}))\b)?"
)
RERUN_WORD = re.compile(r"\b(?:ph[a-z]t(?: s[a-z]ng)? l[a-z]{1,2}i|tai phat)\b")

CONTINUOUS = re.compile(r"thuong xuy[a-z]{1,2}n|lien tuc|duy tri|hang ngay|quanh nam|suot nam")
KEPT_UP = re.compile(
    r"(?:^|[.;:,]\s*|\bva\s+|\btiep tuc\s+)duy tri\b"
    r"|(?:^|[.;:,]\s*|\bva\s+|\b(?:mon|vi|xa|khu|phuong|ban"
    r"|huyen)\s+)thuong xuy[a-z]{1,2}n\s+(?!xuyen)"
    r"|duy tri (?:cac )?(?:hoat dong|chuyen|muc)"
)
SPENDING = re.compile(r"(?:chi|hoat dong|dam bao|phien hop|viec lam|hop)\s+thuong xuy")
PERIODIC = re.compile(r"\b[dp]inh k[yj]\b")
ON_DEMAND = re.compile(
    r"theo (?:yeu cau|de nghi|chi dao|huong dan) (?:c[a-z]{1,2}a|cap)|khi co yeu cau|dot xuat"
)
IF_ANY = re.compile(r"\(?n[eéo]u co\b")
