"""Letters of a clinic in many languages with an honest English translation of each, about anybody.

A letter has four parts; each part of the original has numbers of its own, so a part that is left
out of the translation can be found.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from assembler.model import PageText, PartRole
from tests.support.page_texts import make_page_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter. `dated`: its day in numbers, as its country writes it."""

    language: str
    original: tuple[str, ...]
    english: tuple[str, ...]
    day: date

    def make_original(self, path: str = "evidence/letter.pdf") -> tuple[PageText, ...]:
        return tuple(
            make_page_text(text, path, page, language=self.language, seems=self.language)
            for page, text in enumerate(_join_by_two(self.original), 1)
        )

    def make_translation(
        self, *parts: int, path: str = "evidence/english.pdf", text: str = ""
    ) -> PageText:
        """The translation of these parts, or of all; `text` instead of it."""
        chosen = [self.english[part] for part in parts] if parts else self.english
        return make_page_text(
            text or "English translation\n" + "\n".join(chosen),
            path,
            role=PartRole.TRANSLATION,
            seems="en",
        )


def _join_by_two(parts: tuple[str, ...]) -> list[str]:
    return ["\n".join(parts[n : n + 2]) for n in range(0, len(parts), 2)]


# {dmy}, {day}: the day in numbers and in words; {a} to {h}: long numbers
_EN = (
    "City clinic, registration number {a}, telephone {b}. Date: {day}. To whom it may "
    "concern: we "
    "confirm that the patient {name} has been under our care since the spring.",
    "The patient came to us with severe pain in the chest. The medical record has the "
    "number {c}, "
    "and the insurance policy has the number {d}. The doctor ordered an operation.",
    "The operation was not possible in our country, because the hospital does not have the "
    "equipment. The referral has the number {e}, and the decision of the board has the "
    "number {f}.",
    "We ask every office to help the family. You can check this letter under the number {g}, or "
    "call us at the number {h}. The head doctor signed it and put the seal of the clinic on it.",
)
_TEXTS: dict[str, tuple[str, ...]] = {
    "es": (
        "Clínica municipal, registro número {a}, teléfono {b}. Fecha: {dmy}. A quien "
        "corresponda: "
        "confirmamos que el paciente {name} está bajo nuestro cuidado desde la primavera.",
        "El paciente llegó con un fuerte dolor en el pecho. La historia clínica tiene "
        "el número {c} "
        "y la póliza de seguro tiene el número {d}. El médico ordenó una operación.",
        "La operación no fue posible en nuestro país porque el hospital no tiene el equipo. La "
        "remisión tiene el número {e} y la decisión de la junta tiene el número {f}.",
        "Pedimos a todas las oficinas que ayuden a la familia. Puede verificar esta carta con el "
        "número {g} o llamarnos al número {h}. El médico jefe la firmó y puso el sello.",
    ),
    "fr": (
        "Clinique municipale, numéro d'enregistrement {a}, téléphone {b}. Date : {dmy}. À qui de "
        "droit : nous confirmons que le patient {name} est suivi chez nous depuis le printemps.",
        "Le patient est arrivé avec de fortes douleurs à la poitrine. Le dossier "
        "médical porte le "
        "numéro {c} et la police d'assurance le numéro {d}. Le médecin a ordonné une opération.",
        "L'opération n'était pas possible dans notre pays, car l'hôpital n'a pas "
        "l'équipement. La "
        "lettre de transfert porte le numéro {e} et la décision du conseil le numéro {f}.",
        "Nous prions tous les services d'aider la famille. Vous pouvez vérifier cette "
        "lettre sous "
        "le numéro {g} ou nous appeler au {h}. Le médecin chef l'a signée et y a mis le sceau.",
    ),
    "pt": (
        "Clínica municipal, número de registro {a}, telefone {b}. Data: {dmy}. A quem possa "
        "interessar: confirmamos que o paciente {name} está sob nossos cuidados desde "
        "a primavera.",
        "O paciente chegou com fortes dores no peito. O prontuário tem o número {c} e "
        "a apólice de "
        "seguro tem o número {d}. O médico determinou uma operação.",
        "A operação não foi possível em nosso país, porque o hospital não tem o equipamento. O "
        "encaminhamento tem o número {e} e a decisão da junta tem o número {f}.",
        "Pedimos a todos os órgãos que ajudem a família. Esta carta pode ser verificada com o "
        "número {g}, ou ligue para {h}. O médico chefe assinou e colocou o carimbo da clínica.",
    ),
    "de": (
        "Städtische Klinik, Registernummer {a}, Telefon {b}. Datum: {dmy}. An alle, die es "
        "betrifft: Wir bestätigen, dass der Patient {name} seit dem Frühling bei uns "
        "behandelt wird.",
        "Der Patient kam mit starken Schmerzen in der Brust zu uns. Die Krankenakte "
        "hat die Nummer "
        "{c}, die Versicherung die Nummer {d}. Der Arzt ordnete eine Operation an.",
        "Die Operation war in unserem Land nicht möglich, weil das Krankenhaus die Geräte nicht "
        "hat. Die Überweisung hat die Nummer {e}, der Beschluss des Rates die Nummer {f}.",
        "Wir bitten alle Behörden, der Familie zu helfen. Diesen Brief können Sie "
        "unter der Nummer "
        "{g} prüfen oder uns unter {h} anrufen. Der Chefarzt hat unterschrieben und gesiegelt.",
    ),
    "uk": (
        "Міська клініка, реєстраційний номер {a}, телефон {b}. Дата: {dmy}. За місцем вимоги: "
        "підтверджуємо, що пацієнт {name} перебуває під нашим наглядом із весни.",
        "Пацієнт звернувся до нас із сильним болем у грудях. Медична картка має номер {c}, а "
        "страховий поліс має номер {d}. Лікар призначив операцію.",
        "Операція була неможлива в нашій країні, бо лікарня не має обладнання. Направлення має "
        "номер {e}, а рішення комісії має номер {f}.",
        "Просимо всі установи допомогти родині. Цей лист можна перевірити за номером {g} або "
        "зателефонувати нам за номером {h}. Головний лікар підписав його і поставив печатку.",
    ),
    "ru": (
        "Городская клиника, регистрационный номер {a}, телефон {b}. Дата: {dmy}. По месту "
        "требования: подтверждаем, что пациент {name} находится под нашим наблюдением с весны.",
        "Пациент обратился к нам с сильной болью в груди. Медицинская карта имеет номер {c}, а "
        "страховой полис имеет номер {d}. Врач назначил операцию.",
        "Операция была невозможна в нашей стране, так как в больнице нет оборудования. "
        "Направление "
        "имеет номер {e}, а решение комиссии имеет номер {f}.",
        "Просим все учреждения помочь семье. Это письмо можно проверить по номеру {g} "
        "или позвонить "
        "нам по номеру {h}. Главный врач подписал его и поставил печать клиники.",
    ),
    "ar": (
        "عيادة المدينة، رقم التسجيل {a}، هاتف {b}. التاريخ: {dmy}. إلى من يهمه الأمر: "
        "نؤكد أن المريض "
        "{name} تحت رعايتنا منذ الربيع.",
        "جاء المريض إلينا وهو يعاني من ألم شديد في الصدر. رقم الملف الطبي {c} ورقم "
        "وثيقة التأمين {d}. "
        "أمر الطبيب بإجراء عملية.",
        "لم تكن العملية ممكنة في بلدنا لأن المستشفى لا يملك المعدات. رقم الإحالة {e} "
        "ورقم قرار المجلس "
        "{f}.",
        "نطلب من جميع المكاتب مساعدة الأسرة. يمكنكم التحقق من هذه الرسالة تحت الرقم "
        "{g} أو الاتصال بنا "
        "على الرقم {h}. وقعها رئيس الأطباء ووضع عليها ختم العيادة.",
    ),
    "he": (
        "מרפאת העיר, מספר רישום {a}, טלפון {b}. תאריך: {dmy}. לכל מאן דבעי: אנו מאשרים "
        "כי המטופל {name} "
        "נמצא בטיפולנו מאז האביב.",
        "המטופל הגיע אלינו עם כאב חזק בחזה. לתיק הרפואי יש המספר {c} ולפוליסת הביטוח "
        "יש המספר {d}. "
        "הרופא הורה על ניתוח.",
        "הניתוח לא היה אפשרי בארצנו כי לבית החולים אין את הציוד. להפניה יש המספר {e} "
        "ולהחלטת הוועדה יש "
        "המספר {f}.",
        "אנו מבקשים מכל המשרדים לעזור למשפחה. ניתן לבדוק מכתב זה תחת המספר {g} או "
        "להתקשר אלינו למספר "
        "{h}. הרופא הראשי חתם עליו ושם עליו את חותמת המרפאה.",
    ),
    "el": (
        "Δημοτική κλινική, αριθμός μητρώου {a}, τηλέφωνο {b}. Ημερομηνία: {dmy}. Προς κάθε "
        "ενδιαφερόμενο: βεβαιώνουμε ότι ο ασθενής {name} είναι υπό τη φροντίδα μας από "
        "την άνοιξη.",
        "Ο ασθενής ήρθε σε εμάς με έντονο πόνο στο στήθος. Ο ιατρικός φάκελος έχει τον "
        "αριθμό {c} και "
        "το ασφαλιστήριο έχει τον αριθμό {d}. Ο γιατρός όρισε εγχείρηση.",
        "Η εγχείρηση δεν ήταν δυνατή στη χώρα μας, γιατί το νοσοκομείο δεν έχει τον "
        "εξοπλισμό. Το "
        "παραπεμπτικό έχει τον αριθμό {e} και η απόφαση της επιτροπής τον αριθμό {f}.",
        "Ζητάμε από όλες τις υπηρεσίες να βοηθήσουν την οικογένεια. Μπορείτε να "
        "ελέγξετε αυτή την "
        "επιστολή με τον αριθμό {g} ή να μας καλέσετε στο {h}. Ο αρχίατρος την υπέγραψε και τη "
        "σφράγισε.",
    ),
    "ka": (
        "საქალაქო კლინიკა, რეგისტრაციის ნომერი {a}, ტელეფონი {b}. თარიღი: {dmy}. ყველა "
        "დაინტერესებულ "
        "პირს: ვადასტურებთ, რომ პაციენტი {name} გაზაფხულიდან ჩვენი მეთვალყურეობის ქვეშ იმყოფება.",
        "პაციენტმა მოგვმართა გულმკერდის ძლიერი ტკივილით. სამედიცინო ბარათის ნომერია {c}, ხოლო "
        "სადაზღვევო პოლისის ნომერია {d}. ექიმმა ოპერაცია დანიშნა.",
        "ოპერაცია ჩვენს ქვეყანაში შეუძლებელი იყო, რადგან საავადმყოფოს აღჭურვილობა არ "
        "აქვს. მიმართვის "
        "ნომერია {e}, ხოლო საბჭოს გადაწყვეტილების ნომერია {f}.",
        "ვთხოვთ ყველა დაწესებულებას, დაეხმაროს ოჯახს. ეს წერილი შეგიძლიათ შეამოწმოთ "
        "ნომრით {g} ან "
        "დაგვირეკოთ ნომერზე {h}. მთავარმა ექიმმა მას ხელი მოაწერა და კლინიკის ბეჭედი დაასვა.",
    ),
    "hy": (
        "Քաղաքային կլինիկա, գրանցման համար {a}, հեռախոս {b}։ Ամսաթիվ՝ {dmy}։ Ում որ "
        "վերաբերում է․ "
        "հաստատում ենք, որ հիվանդ {name} գարնանից մեր հսկողության տակ է։",
        "Հիվանդը մեզ դիմեց կրծքավանդակի ուժեղ ցավով։ Բժշկական քարտն ունի {c} համարը, իսկ "
        "ապահովագրությունը՝ {d} համարը։ Բժիշկը վիրահատություն նշանակեց։",
        "Վիրահատությունը մեր երկրում հնարավոր չէր, քանի որ հիվանդանոցը սարքավորումներ "
        "չունի։ Ուղեգիրն "
        "ունի {e} համարը, իսկ խորհրդի որոշումը՝ {f} համարը։",
        "Խնդրում ենք բոլոր հիմնարկներին օգնել ընտանիքին։ Այս նամակը կարող եք ստուգել "
        "{g} համարով կամ "
        "զանգահարել մեզ {h} համարով։ Գլխավոր բժիշկը ստորագրել է այն և դրել կլինիկայի կնիքը։",
    ),
    "zh": (
        "市诊所，登记号{a}，电话{b}。日期：{dmy}。致有关人士：我们确认患者{name}自"
        "春天以来一直由我们治疗。",
        "患者因胸部剧烈疼痛来我们这里就诊。病历号为{c}，保险单号为{d}。医生决定为患者做手术。",
        "由于医院没有设备，手术在我国无法进行。转诊单号为{e}，委员会的决定号为{f}。",
        "我们请求各机关帮助这个家庭。您可以用编号{g}核实这封信，或者拨打{h}给我们"
        "打电话。主任医师签了字并盖了诊所的章。",
    ),
    "ht": (
        "Klinik vil la, nimewo anrejistreman {a}, telefòn {b}. Dat: {dmy}. Pou tout "
        "moun sa konsène: nou "
        "konfime ke pasyan {name} anba swen nou depi prentan an.",
        "Pasyan an te vin jwenn nou ak yon gwo doulè nan lestomak. Dosye medikal la "
        "gen nimewo {c}, epi "
        "asirans lan gen nimewo {d}. Doktè a te mande yon operasyon.",
        "Operasyon an pa t posib nan peyi nou an, paske lopital la pa gen ekipman. "
        "Referans lan gen "
        "nimewo {e}, epi desizyon komite a gen nimewo {f}.",
        "Nou mande tout biwo yo pou ede fanmi an. Ou ka verifye lèt sa a ak nimewo "
        "{g}, oswa rele nou nan "
        "nimewo {h}. Doktè an chèf la te siyen li epi li mete so klinik la sou li.",
    ),
    "tr": (
        "Şehir kliniği, kayıt numarası {a}, telefon {b}. Tarih: {dmy}. İlgili makama: "
        "{name} adlı "
        "hastanın ilkbahardan beri tedavimiz altında olduğunu onaylıyoruz.",
        "Hasta bize göğsünde şiddetli bir ağrı ile geldi. Tıbbi dosyanın numarası {c}, sigorta "
        "poliçesinin numarası {d}. Doktor ameliyat kararı verdi.",
        "Ameliyat ülkemizde mümkün olmadı, çünkü hastanede gerekli cihazlar yok. Sevk belgesinin "
        "numarası {e}, kurul kararının numarası {f}.",
        "Bütün kurumlardan aileye yardım etmelerini rica ederiz. Bu mektubu {g} "
        "numarası ile kontrol "
        "edebilir ya da bizi {h} numarasından arayabilirsiniz. Başhekim imzaladı ve mühürledi.",
    ),
}
LANGUAGES = tuple(_TEXTS)
_DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩"}  # letters in this language have numbers in these digits


def draw_letter(
    language: str, name: str, native_name: str = "", *, day: date | None = None, seed: int = 0
) -> Letter:
    """Draw a letter about a person, with numbers of its own; a day that can be two, unless given.

    Args:
        native_name: how the original writes the name; "": as the translation does.
    """
    dice = random.Random(f"{language} {name} {seed}")
    chosen = day or date(2026, *dice.sample(range(1, 13), 2))
    numbers = {key: str(dice.randrange(10**6, 10**8)) for key in "abcdefgh"}
    is_dotted = language in ("de", "ru", "uk", "ka", "tr")
    dmy = f"{chosen:%d.%m.%Y}" if is_dotted else f"{chosen:%d/%m/%Y}"
    english = [
        text.format(name=name, day=f"{chosen:%B} {chosen.day}, {chosen.year}", **numbers)
        for text in _EN
    ]
    original = [
        text.format(name=native_name or name, dmy=dmy, **numbers) for text in _TEXTS[language]
    ]
    digits = _DIGITS.get(language)
    if digits:
        original = [text.translate(str.maketrans("0123456789", digits)) for text in original]
    return Letter(language=language, original=tuple(original), english=tuple(english), day=chosen)


def list_parts(language: str, name: str) -> tuple[str, ...]:
    """Return the parts of a letter without the first, which has a date."""
    return draw_letter(language, name).original[1:]
