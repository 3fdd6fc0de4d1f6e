"""Pages that are not articles, in every language that the phrase lists must cover."""

from __future__ import annotations

import pytest

from crawlers.extraction import Rejection, RejectionReason, extract
from tests.crawlers.extraction.test_rejections import OPENING, URL, article, page, paragraphs

PITCHES = {
    "en": "This article is for subscribers.",
    "de": "Sie haben bereits ein Abo?",
    "fr": "Cet article est réservé aux abonnés.",
    "es": "Para seguir leyendo, suscríbete.",
    "it": "Contenuto riservato agli abbonati",
    "pt": "Conteúdo exclusivo para assinantes",
    "nl": "Dit artikel is exclusief voor abonnees",
    "pl": "Aby czytać dalej, zaloguj się",
    "cs": "Pouze pro předplatitele",
    "sv": "Endast för prenumeranter",
    "no": "Kun for abonnenter",
    "da": "Kun for abonnenter",
    "fi": "Vain tilaajille",
    "tr": "Abonelere özel",
    "ru": "Доступно по подписке",
    "uk": "Лише для передплатників",
    "el": "Μόνο για συνδρομητές",
    "ar": "للمشتركين فقط",
    "he": "למנויים בלבד",
    "hi": "आगे पढ़ने के लिए",
    "zh": "会员专享",
    "ja": "有料会員限定",
    "ko": "유료 회원 전용",
}
CONSENT_TITLES = {
    "en": "Before you continue",
    "de": "Bevor Sie fortfahren",
    "fr": "Avant de continuer",
    "es": "Valoramos tu privacidad",
    "it": "Prima di continuare",
    "pt": "A sua privacidade",
    "nl": "Voordat je verdergaat",
    "pl": "Dbamy o Twoją prywatność",
    "cs": "Vaše soukromí",
    "sv": "Godkänn kakor",
    "no": "Samtykke kreves",
    "da": "Vi respekterer dit privatliv",
    "fi": "Arvostamme yksityisyyttäsi",
    "tr": "Devam etmeden önce",
    "ru": "Прежде чем продолжить",
    "uk": "Перш ніж продовжити",
    "el": "Πριν συνεχίσετε",
    "ar": "قبل المتابعة",
    "he": "לפני שממשיכים",
    "hi": "जारी रखने से पहले",
    "zh": "我们重视您的隐私",
    "ja": "続行する前に",
    "ko": "계속하기 전에",
}
ERROR_TITLES = {
    "en": "Page not found",
    "de": "Seite nicht gefunden",
    "fr": "Page introuvable",
    "es": "Página no encontrada",
    "it": "Pagina non trovata",
    "pt": "Página não encontrada",
    "nl": "Pagina niet gevonden",
    "pl": "Strona nie istnieje",
    "cs": "Stránka nenalezena",
    "sv": "Sidan hittades inte",
    "no": "Siden finnes ikke",
    "da": "Siden blev ikke fundet",
    "fi": "Sivua ei löydy",
    "tr": "Sayfa bulunamadı",
    "ru": "Страница не найдена",
    "uk": "Сторінку не знайдено",
    "el": "Η σελίδα δεν βρέθηκε",
    "ar": "الصفحة غير موجودة",
    "he": "העמוד לא נמצא",
    "hi": "पृष्ठ नहीं मिला",
    "zh": "找不到页面",
    "ja": "ページが見つかりません",
    "ko": "페이지를 찾을 수 없습니다",
}
CHALLENGE_TITLES = {
    "en": "Just a moment...",
    "de": "Sicherheitscheck",
    "fr": "Vérification de sécurité",
    "es": "¿Eres un robot?",
    "it": "Sei un robot?",
    "pt": "Verificação de segurança",
    "nl": "Ben je een robot?",
    "pl": "Czy jesteś robotem?",
    "cs": "Nejste robot?",
    "sv": "Är du en robot?",
    "no": "Er du en robot?",
    "da": "Er du en robot?",
    "fi": "Oletko robotti?",
    "tr": "Robot musunuz?",
    "ru": "Вы не робот?",
    "uk": "Перевірка браузера",
    "el": "Είστε ρομπότ;",
    "ar": "التحقق الأمني",
    "he": "אימות אבטחה",
    "hi": "सुरक्षा जांच",
    "zh": "人机验证",
    "ja": "セキュリティチェック",
    "ko": "보안 확인",
}
SCRIPT_NOTICES = {
    "en": "You need to enable JavaScript to run this app.",
    "de": "Bitte aktivieren Sie JavaScript.",
    "fr": "Veuillez activer JavaScript.",
    "es": "Por favor, active JavaScript.",
    "it": "Abilita JavaScript.",
    "pt": "Ative o JavaScript.",
    "nl": "Schakel JavaScript in.",
    "pl": "Włącz JavaScript.",
    "cs": "Povolte JavaScript.",
    "sv": "Aktivera JavaScript.",
    "no": "Slå på JavaScript.",
    "da": "Slå JavaScript til.",
    "fi": "Ota JavaScript käyttöön.",
    "tr": "JavaScript etkinleştirin.",
    "ru": "Включите JavaScript.",
    "uk": "Увімкніть JavaScript.",
    "el": "Ενεργοποιήστε το JavaScript.",
    "ar": "يرجى تفعيل javascript",
    "he": "יש לאפשר JavaScript",
    "hi": "कृपया JavaScript सक्षम करें",
    "zh": "请启用 JavaScript",
    "ja": "JavaScriptを有効にしてください",
    "ko": "JavaScript를 활성화하세요",
}
BANNERS = {
    "en": (
        "We and our partners store cookies on your device.",
        "You can withdraw your consent; see our privacy policy.",
    ),
    "fr": (
        "Nos partenaires et nous déposons des cookies.",
        "Sans votre consentement, rien : politique de confidentialité.",
    ),
    "ru": ("Мы используем файлы cookie.", "Вы даёте согласие; подробнее: политика конфиденциальности."),
    "ar": ("نستخدم نحن وشركاؤنا ملفات تعريف الارتباط", "نطلب موافقتك، انظر سياسة الخصوصية"),
    "he": ("אנו משתמשים בעוגיות לשיפור האתר", "נדרשת הסכמה, ראו מדיניות הפרטיות"),
    "hi": ("हम कुकीज़ का उपयोग करते हैं", "आपकी सहमति चाहिए, गोपनीयता नीति देखें"),
    "ja": (
        "当サイトではクッキーを使用しています。",
        "続けるには同意してください。プライバシーポリシーをご覧ください。",
    ),
}


def reason(text: str) -> RejectionReason | None:
    found = extract(text.encode(), URL)
    return found.reason if isinstance(found, Rejection) else None


@pytest.mark.parametrize("language", PITCHES)
class TestInEveryLanguage:
    def test_the_pitch_beside_an_opening_makes_a_paywall(self, language: str) -> None:
        pitch = f"<div>{PITCHES[language]}</div>"
        assert reason(article("X", OPENING, after=pitch, lang=language)) is RejectionReason.PAYWALL

    def test_the_title_of_a_consent_wall_tells_it(self, language: str) -> None:
        text = page(CONSENT_TITLES[language], paragraphs(OPENING, OPENING), lang=language)
        assert reason(text) is RejectionReason.CONSENT_WALL

    def test_the_title_of_an_error_page_tells_it(self, language: str) -> None:
        assert reason(page(ERROR_TITLES[language], paragraphs(OPENING), lang=language)) is RejectionReason.ERROR_PAGE

    def test_the_title_of_a_bot_wall_tells_it(self, language: str) -> None:
        assert reason(page(CHALLENGE_TITLES[language], "<p>…</p>", lang=language)) is RejectionReason.BOT_CHALLENGE

    def test_the_notice_to_those_without_scripts_tells_an_application(self, language: str) -> None:
        text = page("App", f"<noscript>{SCRIPT_NOTICES[language]}</noscript><p>…</p>", lang=language)
        assert reason(text) is RejectionReason.NEEDS_SCRIPT


@pytest.mark.parametrize("language", BANNERS)
def test_a_consent_dialogue_is_recognised_by_its_phrases(language: str) -> None:
    assert reason(page("X", paragraphs(*BANNERS[language]), lang=language)) is RejectionReason.CONSENT_WALL
