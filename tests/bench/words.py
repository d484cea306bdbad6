"""Invented texts in several languages: common words are common and rare ones rare, as in life."""

from __future__ import annotations

from itertools import accumulate
from random import Random

from sms_desk.domain.search_text import indexed

SHARES = {
    "en": 56,
    "de": 8,
    "fr": 7,
    "es": 8,
    "pt": 5,
    "ru": 4,
    "ar": 3,
    "hi": 2,
    "zh": 3,
    "ja": 2,
    "th": 2,
}
"""Percent of texts per language."""

VOCABULARY = {
    "en": "the to you is for we your on can and order it of please thanks delivery today will have be at"
    " when with tomorrow hello price yes appointment invoice help back call size still number payment"
    " available parcel address store morning booking returned receipt voucher discount colour waiting"
    " confirm refund exchange jacket tent backpack boots replacement warranty umbrella lantern",
    "de": "die ich und der ist das für bitte danke wir haben nicht Bestellung morgen heute können noch"
    " Größe Lieferung Rechnung Termin Grüße Straße geöffnet Rückgabe Gutschein Päckchen möglich",
    "fr": "le de la vous est pour je merci bonjour commande votre pas demain livraison nous à être déjà"
    " reçu prix réponse numéro février garçon très colis facture rendez-vous s'il plaît",
    "es": "de la el que por para gracias hola pedido mañana está cuándo entrega precio también teléfono"
    " dirección número factura señora devolución talla tienda aún",
    "pt": "o de a que para obrigado olá pedido amanhã não entrega preço está você endereço também já"
    " tamanho devolução promoção loja",
    "ru": "и в не на заказ спасибо пожалуйста завтра сегодня доставка когда здравствуйте цена размер"
    " адрес можно ещё получил возврат магазин",
    "ar": "في من على شكرا مرحبا الطلب غدا اليوم متى التوصيل السعر المقاس العنوان ممكن فاتورة",
    "hi": "है का में धन्यवाद नमस्ते ऑर्डर कल आज कब डिलीवरी कीमत पता कृपया",
    "zh": "你好 谢谢 订单 明天 今天 什么时候 送货 价格 尺码 地址 可以 请问 退货 商店 快递",
    "ja": "こんにちは ありがとう 注文 明日 今日 いつ 配達 値段 サイズ 住所 お願いします 返品",
    "th": "สวัสดี ขอบคุณ คำสั่งซื้อ พรุ่งนี้ วันนี้ เมื่อไหร่ จัดส่ง ราคา ที่อยู่ ได้ไหม",
}
_UNSPACED = ("zh", "ja", "th")

NAMES = {
    "Latin": (
        70,
        "Ada Bilal Chiara Elif Farah Goran Hanna Idris Jorge Lena Marek Nadia Omar Paula Quinn Rosa"
        " Søren Tariq Uma Viktor Wanda Ximena Yusuf Zoë",
        "Archer Bauer Costa Dubois Eriksen Farouk García Hansen Jensen Kowalski López Müller Novák"
        " O'Brien Petrov Quist Rossi Silva Tanaka Ueda Vargas Weber Yılmaz Zając",
    ),
    "Cyrillic": (7, "Анна Дмитрий Екатерина Иван Ольга Юрий", "Иванов Петров Смирнова Ткаченко"),
    "Arabic": (6, "محمد فاطمة يوسف ليلى", "الخطيب حداد منصور"),
    "Devanagari": (5, "अर्जुन प्रिया राहुल सुनीता", "शर्मा वर्मा सिंह"),
    "Chinese": (6, "小明 伟 芳 静", "王 李 张 陈"),
    "Japanese": (4, "さくら 健太 陽子", "佐藤 鈴木 高橋"),
    "Thai": (2, "สมชาย มาลี", "แสงทอง ใจดี"),
}
"""Weight, given names and family names per script."""


_STOCK = 20_000


class Texts:
    """A stock of bodies of which each message gets one; every tenth carries a word of its own."""

    def __init__(self, rng: Random, messages: int) -> None:
        """messages: so many will be asked for; more bodies than that are not made."""
        self._rng = rng
        stock = min(messages, _STOCK)
        languages = rng.choices(list(SHARES), weights=list(SHARES.values()), k=stock)
        self._vocabulary = {name: words.split() for name, words in VOCABULARY.items()}
        self._weights = {
            name: list(accumulate(1 / (rank + 1) for rank in range(len(words))))
            for name, words in self._vocabulary.items()
        }
        texts = (self._text(language) for language in languages)
        self._stock = [(text, indexed(text)) for text in texts]

    def bodies(self, count: int) -> list[tuple[str, str]]:
        """That many bodies, each beside what the search index is fed for it."""
        found = self._rng.choices(self._stock, k=count)
        for n in range(self._rng.randrange(10), count, 10):
            body, tokens = found[n]
            own = f" Ref {self._rng.getrandbits(32):08X}"
            found[n] = body + own, tokens + own.lower()
        return found

    def name(self) -> str:
        (script,) = self._rng.choices(list(NAMES), [weight for weight, _, _ in NAMES.values()])
        _, given, family = NAMES[script]
        return f"{self._rng.choice(given.split())} {self._rng.choice(family.split())}"

    def _text(self, language: str) -> str:
        # Most messages are short; some say more.
        length = min(60, 2 + int(self._rng.expovariate(1 / 9)))
        words = self._rng.choices(
            self._vocabulary[language], cum_weights=self._weights[language], k=length
        )
        text = ("" if language in _UNSPACED else " ").join(words)
        return text[0].upper() + text[1:] + self._rng.choice((".", "?", "!", "", " 🙂"))
