"""The words that WhatsApp writes into an export in place of what was there, by language.

They only say what is counted: all words of an export are printed, whatever language they are in.
"""

from __future__ import annotations

import re

_MOST = 120  # characters of such a line
# of "<Media omitted>" (Android) and "image omitted" (iOS), which vary with the kind of the file
_OMITTED_STEMS = (
    "omit",  # English, Spanish, French, Portuguese
    "omess",
    "oculto",
    "oculta",
    "absen",
    "exclu",
    "ausgeschlossen",
    "weggelassen",
    "weggelaten",
    "pomini",
    "опущен",
    "пропущен",
    "без медиа",
    "вилучен",
    "без медіа",
    "dahil edilmedi",
    "atland",
    "tidak disertakan",
    "dikecualikan",
    "استبعاد",
    "غير مرفق",
    "ارسال نشد",
    "پیوست نشد",
    "حذف رسانه",
    "הושמט",
    "לא נכלל",
    "छोड़",
    "省略",
    "略過",
    "忽略",
    "생략",
    "含まれて",
    "utelat",
    "udelad",
    "utelämn",
    "vynech",
    "izostav",
    "εξαιρ",
    "παραλείφθ",
    "bỏ qua",
    "ไม่รวม",
    "kihagy",
    "poissulj",
)
_DELETED = (
    "this message was deleted",
    "you deleted this message",
    "se eliminó este mensaje",
    "este mensaje fue eliminado",
    "eliminaste este mensaje",
    "eliminó este mensaje",
    "mensaje eliminado",
    "mensagem apagada",
    "esta mensagem foi apagada",
    "você apagou esta mensagem",
    "esta mensagem foi eliminada",
    "eliminou esta mensagem",
    "apagou esta mensagem",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht",
    "questo messaggio è stato eliminato",
    "hai eliminato questo messaggio",
    "dit bericht is verwijderd",
    "dit bericht werd verwijderd",
    "je hebt dit bericht verwijderd",
    "u hebt dit bericht verwijderd",
    "данное сообщение удалено",
    "это сообщение удалено",
    "сообщение удалено",
    "вы удалили данное сообщение",
    "вы удалили это сообщение",
    "це повідомлення видалено",
    "ви видалили це повідомлення",
    "bu mesaj silindi",
    "bu mesajı sildiniz",
    "pesan ini telah dihapus",
    "anda menghapus pesan ini",
    "تم حذف هذه الرسالة",
    "لقد حذفت هذه الرسالة",
    "حذفت هذه الرسالة",
    "این پیام حذف شد",
    "این پیام حذف شده است",
    "شما این پیام را حذف کردید",
    "הודעה זו נמחקה",
    "מחקת הודעה זו",
    "यह संदेश हटाया गया",
    "आपने यह संदेश हटा दिया",
    "यह मैसेज मिटाया गया",
    "आपने यह मैसेज मिटाया",
    "此消息已删除",
    "此消息已被删除",
    "您已删除此消息",
    "你已删除此消息",
    "此訊息已刪除",
    "您已刪除此訊息",
    "你已刪除此訊息",
    "このメッセージは削除されました",
    "メッセージを削除しました",
    "이 메시지는 삭제되었습니다",
    "이 메시지를 삭제했습니다",
    "삭제된 메시지입니다",
    "ta wiadomość została usunięta",
    "usunięto tę wiadomość",
    "acest mesaj a fost șters",
    "ați șters acest mesaj",
    "ai șters acest mesaj",
    "tin nhắn này đã bị xóa",
    "bạn đã xóa tin nhắn này",
    "det här meddelandet raderades",
    "du raderade det här meddelandet",
    "tämä viesti poistettiin",
    "poistit tämän viestin",
    "denne besked blev slettet",
    "denne meldingen ble slettet",
    "αυτό το μήνυμα διαγράφηκε",
    "διαγράψατε αυτό το μήνυμα",
)
_DELETED_BY_ADMIN = re.compile(r"this message was deleted by admin [^\n]{1,80}")
# of "<This message was edited>"
_EDITED_STEMS = (
    "edited",
    "editad",
    "editó",
    "editaste",
    "editou",
    "bearbeitet",
    "modifi",
    "bewerkt",
    "edytowa",
    "измен",
    "отредакт",
    "редагован",
    "düzenlen",
    "diedit",
    "تعديل",
    "ویرایش",
    "נערכ",
    "संपादित",
    "编辑",
    "編輯",
    "編集",
    "수정",
    "chỉnh sửa",
    "redigera",
    "muokat",
    "επεξεργ",
)


def is_deleted_message(plain: str) -> bool:
    """Return whether a text, without marks, is what stands for a deleted message."""
    words = plain.strip().rstrip(".。।").casefold()
    return words in _DELETED or _DELETED_BY_ADMIN.fullmatch(words) is not None


def is_omitted_file(plain: str, *, is_own: bool) -> bool:
    """Return whether a text, without marks, is what stands for a file that was left out.

    `is_own`: WhatsApp marked it as its own words; else it must be in angle brackets.
    """
    words = plain.strip().casefold()
    if "\n" in words or len(words) > _MOST:
        return False
    in_brackets = words.startswith("<") and words.endswith(">") and words.count("<") == 1
    return (is_own or in_brackets) and any(stem in words for stem in _OMITTED_STEMS)


def is_edited_message(plain: str) -> bool:
    """Return whether a text, without marks, ends with "<This message was edited>"."""
    words = plain.strip().casefold()
    place = words.rfind("<")
    return (
        place >= 0
        and len(words) - place <= _MOST
        and words.endswith(">")
        and any(stem in words[place:] for stem in _EDITED_STEMS)
    )
