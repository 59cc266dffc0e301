package holiday

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// regions holds the holidays by upper-case ISO 3166 code.
var regions = map[string][]*cal.Holiday{
	"AR":     with(ar.Holidays, append(arTransferred, aa.GoodFriday)...),
	"AT":     at.Holidays,
	"AU":     auNational,
	"AU-ACT": au.HolidaysACT,
	"AU-NSW": with(au.HolidaysNSW, anzacNSW),
	"AU-NT":  au.HolidaysNT,
	"AU-QLD": au.HolidaysQLD,
	"AU-SA":  au.HolidaysSA,
	"AU-TAS": au.HolidaysTAS,
	"AU-VIC": au.HolidaysVIC,
	"AU-WA":  au.HolidaysWA,
	"BE":     be.Holidays,
	"BG":     bg.Holidays,
	"BR":     with(br.Holidays, conscienciaNegra),
	"CA":     ca.Holidays,
	"CH":     chMost,
	"CH-AG":  ch.HolidaysAG,
	"CH-AI":  ch.HolidaysAI,
	"CH-AR":  ch.HolidaysAR,
	"CH-BE":  ch.HolidaysBE,
	"CH-BL":  ch.HolidaysBL,
	"CH-BS":  ch.HolidaysBS,
	"CH-FR":  with(ch.HolidaysFR, ch.MariaEmpfangnis),
	"CH-GE":  with(ch.HolidaysGE, jeuneGenevois, restauration),
	"CH-GL":  ch.HolidaysGL,
	"CH-GR":  ch.HolidaysGR,
	"CH-JU":  with(ch.HolidaysJU, plebisciteJura),
	"CH-LU":  ch.HolidaysLU,
	"CH-NE":  with(ch.HolidaysNE, ch.Ostermontag, republique),
	"CH-NW":  ch.HolidaysNW,
	"CH-OW":  with(ch.HolidaysOW, bruderKlaus),
	"CH-SG":  ch.HolidaysSG,
	"CH-SH":  ch.HolidaysSH,
	"CH-SO":  ch.HolidaysSO,
	"CH-SZ":  ch.HolidaysSZ,
	"CH-TG":  ch.HolidaysTG,
	"CH-TI":  with(ch.HolidaysTI, pietroPaolo),
	"CH-UR":  ch.HolidaysUR,
	"CH-VD":  with(ch.HolidaysVD, lundiDuJeune),
	"CH-VS":  ch.HolidaysVS,
	"CH-ZG":  with(ch.HolidaysZG, ch.Fronleichnam, ch.MariaHimmelfahrt, ch.MariaEmpfangnis),
	"CH-ZH":  ch.HolidaysZH,
	"CZ":     cz.Holidays,
	"DE":     de.Holidays,
	"DE-BB":  de.HolidaysBB,
	"DE-BE":  de.HolidaysBE,
	"DE-BW":  de.HolidaysBW,
	"DE-BY":  de.HolidaysBY,
	"DE-HB":  de.HolidaysHB,
	"DE-HE":  de.HolidaysHE,
	"DE-HH":  de.HolidaysHH,
	"DE-MV":  with(de.HolidaysMV, frauentagMV),
	"DE-NI":  de.HolidaysNI,
	"DE-NW":  de.HolidaysNW,
	"DE-RP":  de.HolidaysRP,
	"DE-SH":  de.HolidaysSH,
	"DE-SL":  de.HolidaysSL,
	"DE-SN":  de.HolidaysSN,
	"DE-ST":  de.HolidaysST,
	"DE-TH":  de.HolidaysTH,
	"DK":     dk.Holidays,
	"EE":     estonia,
	"ES":     es.Holidays,
	"FI":     finland,
	"FR":     fr.Holidays,
	"GB":     gb.Holidays,
	"GB-ENG": gb.Holidays,
	"GB-NIR": with(gb.Holidays, saintPatrickNIR, boyne),
	"GB-SCT": gbScotland,
	"GB-WLS": gb.Holidays,
	"GR":     gr.Holidays,
	"HR":     hr.Holidays,
	"HU":     hungary,
	"IE":     with(ie.Holidays, saintPatrick, saintStephen),
	"IS":     iceland,
	"IT":     with(it.Holidays, sanFrancesco),
	"JP":     jp.Holidays,
	"LT":     lt.Holidays,
	"LU":     luxembourg,
	"LV":     lv.Holidays,
	"MW":     mw.Holidays,
	"MX":     mexico,
	"NC":     nc.Holidays,
	"NL":     nl.Holidays,
	"NO":     no.Holidays,
	"NZ":     with(nz.Holidays, matariki),
	"PL":     with(pl.Holidays, wigilia),
	"PT":     ptNational,
	"PT-20":  with(ptNational, aa.PentecostMonday),
	"PT-30":  with(ptNational, madeira, aa.ChristmasDay2),
	"RO":     with(ro.Holidays, boboteaza, sfantulIoan),
	"RU":     with(ru.Holidays, ruNewYear...),
	"SE":     se.Holidays,
	"SI":     si.Holidays,
	"SK":     sk.Holidays,
	"UA":     with(ua.Holidays, statehood, defenders),
	"US":     us.Holidays,
	"ZA":     za.Holidays,
}
