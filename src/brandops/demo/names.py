"""Invented names, addresses and telephone numbers: personal data that must never leave the warehouse."""

import numpy as np

_FAMILY = np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"))
_GIVEN = np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文"))
_STREETS = np.array(["人民路", "解放路", "中山路", "建设路", "新华街", "和平路", "文化路", "长江路"])
CITIES = {
    "East": ("上海", "杭州", "南京", "苏州"), "South": ("广州", "深圳", "东莞", "南宁"), "North": ("北京", "天津", "石家庄"),
    "Central": ("武汉", "长沙", "郑州"), "Southwest": ("成都", "重庆", "昆明"), "Southeast": ("福州", "厦门", "南昌"),
    "Northeast": ("沈阳", "大连", "哈尔滨"), "Northwest": ("西安", "兰州", "乌鲁木齐"),
}  # fmt: skip


def person_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return `count` Chinese names."""
    family, first, second = rng.choice(_FAMILY, count), rng.choice(_GIVEN, count), rng.choice(_GIVEN, count)
    return np.char.add(np.char.add(family, first), np.where(rng.random(count) < 0.75, second, ""))


def company_names(rng: np.random.Generator, regions: np.ndarray, wholesale: np.ndarray) -> np.ndarray:
    """Return names of business customers, by region and kind."""
    count = len(regions)
    city = np.array([CITIES[region][0] for region in regions], dtype="U8") if count else np.empty(0, "U8")
    middle = np.char.add(rng.choice(_GIVEN, count), rng.choice(_GIVEN, count))
    return np.char.add(np.char.add(city, middle), np.where(wholesale, "商贸有限公司", "化妆品店"))


def contact_details(rng: np.random.Generator, numbers: np.ndarray, city: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return e-mail, telephone and address; the domains and number ranges are reserved for examples."""
    text = np.char.zfill(numbers.astype("U8"), 6)
    email = np.char.add(np.char.add("user", text), "@example.com")
    phone = np.char.add("100", np.char.zfill(rng.integers(0, 10**8, len(numbers)).astype("U8"), 8))
    house = rng.integers(1, 400, len(numbers)).astype("U3")
    street = np.char.add(rng.choice(_STREETS, len(numbers)), np.char.add(house, "号"))
    return email, phone, np.char.add(city.astype("U8"), street)
