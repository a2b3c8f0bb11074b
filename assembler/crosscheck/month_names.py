"""The names of the months in the languages of the world, in small Latin letters.

Drawn from the Unicode CLDR (version 47, as `Babel` 2.19 has it): the names of the Gregorian
calendar, alone and within a date, written by `anyascii` without apostrophes; for Haitian Creole,
by hand.
"""

from __future__ import annotations

# of January, February, …; a name of two months ("listopad") is in both rows
MONTH_NAMES: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "jan durutu enero gener gennaio hownvar hownvari ianoyarios ianoyarioy ianuarie "
        "ianvari jaanuar jnuvri jnvri jnwry leden ledna ocak qangtar rebendan sausio sausis "
        "sichen sichnya sijecanj sijecnja studzen studzenya styczen stycznia tammikuu "
        "tammikuuta tri yanuari yanvar yanvarya yanwar ynvr ynyr zhnwyh",
        "feb aqpan fbrwry fbryr fevereiro fevral fevralya fevrier fevriye fevroyarios "
        "fevroyarioy fevruari fewral frar frwry fvrvr fwryh helmikuu helmikuuta lekatit "
        "lutego luty lyutaga lyutiy lyutogo lyuty nvm pebrero petrvar petrvari phebruari "
        "phebruvari phebruvri phebruyari phibrvri phrvri piprvri shbt shkurt sibat subat "
        "tebervali unor unora vasario vasaris veebruar veljaca veljace",
        "mar adar adhr berezen bereznya brezen brezna kovas kovo maaliskuu maaliskuuta maarso "
        "maart mac machi maedin mas megabit mrch mrs mrts nauryz ozujak ozujka sakavik "
        "sakavika",
        "apr abriil abril avril awryl balandis balandzio bryl dabril duben dubna epril eprl "
        "fryl huhtikuu huhtikuuta krasavik krasavika kviten kvitnya kwiecien kwietnia miyazya "
        "nisan nysn prill pryl sauir travanj travnja",
        "may geguze geguzes gulan gunbet kveten kvetna maayo maggio mai maig maijs maio maios "
        "maioy maisi maj maja majo majus mamyr mei mejju mey miy myw svibanj svibnja toukokuu "
        "toukokuuta traven travnya vesk",
        "jun birzelio birzelis cerven cervna cherven chervenya chervnya czerwca czerwiec "
        "giugno gunju haziran heziran hownis hownisi hunyo hzyrn ioynios ioynioy iunie ivnisi "
        "iyun iyunya jen juin juun juuni jwn kesakuu kesakuuta lipanj lipnja mausym poson "
        "qershor sene yuni yvny ywnyw zhwin",
        "jul aesl cervence cervenec hamle heinakuu heinakuuta howlis howlisi hulyo ioylios "
        "ioylioy iulie ivlisi iyul iyulya jiye juillet juuli jwliy jwly korrik liepa liepos "
        "lipca lipen lipenya lipiec lipnya luglio lulju luulyo shilde srpanj srpnja temmuz "
        "tirmeh tmwz yuli yvly ywlyw ywlywz zhwiyh",
        "aug agost agosti agosto agst agstu agust agustos agustus agvisto akst aout avgust "
        "avgusta avqust awgust awwissu aygoystos aygoystoy dagost elokuu elokuuta ghsht ghsts "
        "gst gusht kolovoz kolovoza nehase nikini ogest ogos ogosto ogostos ogostosi ogsrr "
        "ogst out rugpjucio rugpjutis serpen serpnya sierpien sierpnia srpen srpna tamyz "
        "tebax vgvst zhniunya zhniven",
        "sep binr ceptmpr eylul ilon meskerem qyrkuyek rugsejis rugsejo rujan rujna sbtmbr "
        "sebteembar sebtembar sektemberi sentabr sentyabr sentyabrya setembre setembro "
        "setiembre settembre settembru setyembre sftmvr shtator shtnbr sitmbr sptembr sptmbr "
        "stmbr syyskuu syyskuuta szeptember verasen verasnya veresen veresnya wrzesien "
        "wrzesnia ylwl zari",
        "oct aktobr aktopr aktubr cotmeh doctubre ekim hoktember hoktemberi kastrychnik "
        "kastrychnika ktbr ktwbr listopad listopada lokakuu lokakuuta oktabr oktob oktoba "
        "oktobar oktober oktobr oktobra oktobris oktobro oktomberi oktomvri oktoobar oktoober "
        "oktovrios oktovrioy oktubre oktyabr oktyabrya ottobre ottubru outubro pazdziernik "
        "pazdziernika qazan rijen rijna spalio spalis tetor tkmti vktvvr zhovten zhovtnya",
        "nov hdar kasim lapkricio lapkritis listapad listapada listopad listopada listopadu "
        "marraskuu marraskuuta mijdar nbhembr nentor nobhembr nobyembre noemberi noemvri "
        "noemvrios noemvrioy noiembrie noofeembar noyabr noyabrya noyember noyemberi nvembr "
        "nvmbr nvmpr nvvmvr nwfmbr nwmbr nwnbr qarasha studeni studenoga",
        "dec aralik berfanbar dekabr dekabrya dekemberi dekemvri dekemvrios dekemvrioy "
        "dektember dektemberi desanm desemba desember desembre detsembar detsember dezember "
        "dezembro dhjetor dicembre dicembru diciembre diseembar disember disembr dismbr "
        "disyembre djnbr dsmbr dtsmvr dysmbr gruden grudnia grudnya grudzien gruodis gruodzio "
        "joulukuu joulukuuta prosinac prosinca prosince prosinec snezhan snezhnya tahsas "
        "ticmpr unduvp zheltoqsan",
    )
)
