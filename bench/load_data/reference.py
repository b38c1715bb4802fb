"""The reference data of the benchmark: agencies, procedures and working days, as rows.

The codes of communes and offices follow from two numbers (`H51.29.31` has the id 2931), so that pgbench can name an
agency without looking it up.
"""

import datetime as dt
import json
import pathlib
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
DISTRICTS = range(21, 30)
COMMUNES = range(31, 38)
OFFICES = {5: "Phòng Tư pháp", 7: "Phòng Kinh tế và Hạ tầng"}
DEPARTMENTS = {
    10: "Sở Nội vụ", 11: "Sở Kế hoạch và Đầu tư", 12: "Sở Tài nguyên và Môi trường", 13: "Sở Tư pháp",
    14: "Sở Xây dựng", 15: "Sở Giao thông vận tải", 16: "Sở Y tế", 17: "Sở Công Thương",
}
DISTRICT_NAMES = ["Châu Thành", "Kế Sách", "Long Phú", "Mỹ Tú", "Mỹ Xuyên", "Thạnh Trị", "Trần Đề", "Vĩnh Châu", "Cù Lao Dung"]
SINCE = "2020-01-01"

# Field, its name, the level that decides it, and two subjects; with five verbs they make 200 procedures.
FIELDS = [
    ("ho-tich", "Hộ tịch", "commune", ["trích lục khai sinh", "giấy xác nhận tình trạng hôn nhân"]),
    ("chung-thuc", "Chứng thực", "commune", ["chứng thực chữ ký", "chứng thực bản sao từ bản chính"]),
    ("bao-tro-xa-hoi", "Bảo trợ xã hội", "commune", ["trợ cấp xã hội hằng tháng", "giấy xác nhận khuyết tật"]),
    ("giam-ngheo", "Giảm nghèo", "commune", ["giấy chứng nhận hộ nghèo", "giấy chứng nhận hộ cận nghèo"]),
    ("nguoi-co-cong", "Người có công", "commune", ["trợ cấp người có công", "giấy chứng nhận gia đình liệt sĩ"]),
    ("cu-tru", "Cư trú", "commune", ["xác nhận thông tin cư trú", "sổ tạm trú"]),
    ("thuy-loi", "Thủy lợi", "commune", ["giấy phép sử dụng kênh mương nội đồng", "hỗ trợ đầu tư thủy lợi nhỏ"]),
    ("trong-trot", "Trồng trọt", "commune", ["đăng ký chuyển đổi cơ cấu cây trồng", "mã số vùng trồng"]),
    ("ho-kinh-doanh", "Hộ kinh doanh", "district", ["giấy chứng nhận đăng ký hộ kinh doanh", "giấy phép bán lẻ rượu"]),
    ("xay-dung", "Xây dựng", "district", ["giấy phép xây dựng nhà ở riêng lẻ", "giấy phép quy hoạch"]),
    ("moi-truong", "Môi trường", "district", ["giấy phép môi trường", "xác nhận đăng ký môi trường"]),
    ("giao-duc", "Giáo dục", "district", ["quyết định thành lập trường tiểu học", "giấy phép hoạt động nhóm trẻ"]),
    ("van-hoa", "Văn hóa", "district", ["giấy phép kinh doanh karaoke", "đăng ký tổ chức lễ hội"]),
    ("dat-dai", "Đất đai", "land", ["giấy chứng nhận quyền sử dụng đất", "đăng ký biến động đất đai"]),
    ("giao-dich-bao-dam", "Giao dịch bảo đảm", "land", ["đăng ký thế chấp quyền sử dụng đất", "xóa đăng ký thế chấp"]),
    ("ly-lich-tu-phap", "Lý lịch tư pháp", "province", ["phiếu lý lịch tư pháp số 1", "phiếu lý lịch tư pháp số 2"]),
    ("duong-bo", "Đường bộ", "province", ["giấy phép lái xe", "phù hiệu xe vận tải"]),
    ("duoc-pham", "Dược phẩm", "province", ["chứng chỉ hành nghề dược", "giấy chứng nhận đủ điều kiện kinh doanh dược"]),
    ("lao-dong", "Lao động", "province", ["giấy phép lao động", "giấy phép hoạt động cho thuê lại lao động"]),
    ("dau-tu", "Đầu tư", "province", ["giấy chứng nhận đăng ký đầu tư", "văn bản thỏa thuận nghiên cứu khảo sát"]),
]
VERBS = ["Cấp", "Cấp lại", "Điều chỉnh", "Gia hạn", "Thu hồi"]
# Unit, amount in hundredths, cut-off; by turns.
LIMITS = [
    ("working_days", 500, None), ("working_days", 300, None), ("working_days", 1500, None), ("same_day", None, "15:00"),
    ("working_days", 1000, None), ("calendar_days", 1500, None), ("working_days", 700, None), ("working_hours", 400, None),
    ("working_days", 2000, None), ("calendar_days", 3000, None), ("working_days", 200, None), ("working_days", 1200, None),
    ("none", None, None),
]


def branch(district):
    """Id of the land registration branch of a district, which the district watches."""
    return 9000 + district


def agencies():
    """Rows (id, code, further code, name, level, parent), parents first."""
    rows = [(1, "H51", "000.00.00.H51", "Ủy ban nhân dân tỉnh Sóc Trăng", "province", None)]
    for number, name in DEPARTMENTS.items():
        rows.append((number, f"H51.{number}", f"000.00.{number}.H51", f"{name} tỉnh Sóc Trăng", "province", 1))
    rows.append((1203, "H51.12.03", "000.03.12.H51", "Văn phòng Đăng ký đất đai tỉnh Sóc Trăng", "province", 12))
    for district, name in zip(DISTRICTS, DISTRICT_NAMES):
        rows.append((district, f"H51.{district}", f"000.00.{district}.H51", f"Ủy ban nhân dân huyện {name}", "district", 1))
        code = f"H51.12.03.{district}"
        rows.append((branch(district), code, f"0{district}.03.12.H51", f"Chi nhánh Văn phòng Đăng ký đất đai huyện {name}", "province", 1203))
        units = [(n, office, "district") for n, office in OFFICES.items()]
        units += [(n, f"Ủy ban nhân dân xã {name} {n - 30}", "commune") for n in COMMUNES]
        for number, unit, level in units:
            code = f"H51.{district}.{number:02}"
            rows.append((district * 100 + number, code, f"000.{number:02}.{district}.H51", unit, level, district))
    return rows


def fold(text):
    """Lower case without accents and with d for đ, as the service keeps names for search."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def procedures():
    """Rows of procedures: a dict each, with the bounds in working days that its time limit lies between."""
    rows = []
    for field, field_name, level, subjects in FIELDS:
        for subject in subjects:
            for verb in VERBS:
                number = len(rows)
                unit, amount, cutoff = LIMITS[number % len(LIMITS)]
                rows.append({
                    "id": number + 1, "code": f"{1 + number % 2}.{number * 37 + 1001:06}", "name": f"{verb} {subject}",
                    "folded": fold(f"{verb} {subject}"), "field": field, "field_name": field_name,
                    "level": "district" if level == "land" else level, "land": level == "land",
                    "unit": unit, "amount": amount, "cutoff": cutoff, **bounds(unit, amount),
                })
    return rows


def bounds(unit, amount):
    """At most and at least so many working days lie between receipt and due day."""
    days = -(-(amount or 0) // 100)
    most, least = {
        "working_days": (days, days),
        # Seven calendar days are five working days, less when holidays lie among them.
        "calendar_days": (-(-days * 5 // 7) + 2, max(days * 5 // 7 - 3, 1)),
        "same_day": (1, 1),
        "working_hours": (2, 1),
        "none": (0, 30),
    }[unit]
    return {"most": most, "least": least}


def working_days():
    """Every working day of the shipped calendar."""
    years = json.loads((ROOT / "data/calendar/national.json").read_text(encoding="utf-8"))["years"]
    found = []
    for year, table in years.items():
        off = {day["date"] for day in table["days_off"]}
        worked = {day["date"] for day in table["worked_rest_days"]}
        day = dt.date(int(year), 1, 1)
        while day.year == int(year):
            if day.isoformat() in worked or (day.weekday() < 5 and day.isoformat() not in off):
                found.append(day)
            day += dt.timedelta(days=1)
    return sorted(found)
