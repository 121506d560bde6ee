import { countryOfAreaCode, geographicAreaCodes } from "../numbers/AreaCodes.ts"
import { DigitTrie, noValue } from "./DigitTrie.ts"

/**
 * Country calling codes of ITU-T E.164 by ISO 3166 alpha-2 code. Where countries share one code, the main country has it
 * and the others have the ranges that are theirs alone, after Google's libphonenumber.
 */
const callingCodes =
  "AC 247|AD 376|AE 971|AF 93|AL 355|AM 374|AO 244|AR 54|AT 43|AU 61|AW 297|AX 35818|AZ 994|BA 387|BD 880|BE 32|BF 226|" +
  "BG 359|BH 973|BI 257|BJ 229|BN 673|BO 591|BQ 5993 5994 5997|BR 55|BT 975|BW 267|BY 375|BZ 501|CC 6189162|CD 243|" +
  "CF 236|CG 242|CH 41|CI 225|CK 682|CL 56|CM 237|CN 86|CO 57|CR 506|CU 53|CV 238|CW 599|CX 6189164|CY 357|CZ 420|" +
  "DE 49|DJ 253|DK 45|DZ 213|EC 593|EE 372|EG 20|ER 291|ES 34|ET 251|FI 358|FJ 679|FK 500|FM 691|FO 298|FR 33|GA 241|" +
  "GB 44|GE 995|GF 594|GG 441481 447781 447839 4479111 4479117|GH 233|GI 350|GL 299|GM 220|GN 224|GP 590|GQ 240|GR 30|" +
  "GT 502|GW 245|GY 592|HK 852|HN 504|HR 385|HT 509|HU 36|ID 62|IE 353|IL 972|IM 441624 447524 4474576 447624 447924|" +
  "IN 91|IO 246|IQ 964|IR 98|IS 354|IT 39|JE 441534 447509 447797 447829 447937 4477003 4477007 4477008|JO 962|JP 81|" +
  "KE 254|KG 996|KH 855|KI 686|KM 269|KP 850|KR 82|KW 965|KZ 76 77|LA 856|LB 961|LI 423|LK 94|LR 231|LS 266|LT 370|" +
  "LU 352|LV 371|LY 218|MA 212|MC 377|MD 373|ME 382|MG 261|MH 692|MK 389|ML 223|MM 95|MN 976|MO 853|MQ 596|MR 222|" +
  "MT 356|MU 230|MV 960|MW 265|MX 52|MY 60|MZ 258|NA 264|NC 687|NE 227|NF 672|NG 234|NI 505|NL 31|NO 47|NP 977|NR 674|" +
  "NU 683|NZ 64|OM 968|PA 507|PE 51|PF 689|PG 675|PH 63|PK 92|PL 48|PM 508|PS 970|PT 351|PW 680|PY 595|QA 974|RE 262|" +
  "RO 40|RS 381|RU 7|RW 250|SA 966|SB 677|SC 248|SD 249|SE 46|SG 65|SH 290|SI 386|SJ 4779|SK 421|SL 232|SM 378|SN 221|" +
  "SO 252|SR 597|SS 211|ST 239|SV 503|SY 963|SZ 268|TA 2908|TD 235|TG 228|TH 66|TJ 992|TK 690|TL 670|TM 993|TN 216|" +
  "TO 676|TR 90|TV 688|TW 886|TZ 255|UA 380|UG 256|UY 598|UZ 998|VA 3906698|VE 58|VN 84|VU 678|WF 681|WS 685|XK 383|" +
  "YE 967|YT 262269 262639|ZA 27|ZM 260|ZW 263"

/** Area codes of the North American Numbering Plan (country code 1) outside the US states and Canada. */
const northAmericanElsewhere =
  "AG 268|AI 264|AS 684|BB 246|BM 441|BS 242|DM 767|DO 809 829 849|GD 473|GU 671|JM 658 876|KN 869|KY 345|LC 758|MP 670|" +
  "MS 664|PR 787 939|SX 721|TC 649|TT 868|VC 784|VG 284|VI 340"

const rowsOf = (table: string) =>
  table.split("|").map((row) => {
    const [country = "", ...prefixes] = row.split(" ")
    return { country, prefixes }
  })

const countries: Array<string> = []
const trie = new DigitTrie()

const assign = (prefix: string, country: string) => {
  const known = countries.indexOf(country)
  trie.set(prefix, known === -1 ? countries.push(country) - 1 : known)
}

for (const { country, prefixes } of rowsOf(callingCodes)) for (const prefix of prefixes) assign(prefix, country)
for (const { country, prefixes } of rowsOf(northAmericanElsewhere)) {
  for (const prefix of prefixes) assign(`1${prefix}`, country)
}
for (const npa of geographicAreaCodes) assign(`1${npa}`, countryOfAreaCode(npa) ?? "")

const plus = 43

/**
 * The country of an E.164 number, with or without `+`, as an ISO 3166 alpha-2 code. Empty for what belongs to no country:
 * global services, free and premium numbers of North America, and codes that nobody has.
 */
export const countryOf = (e164: string): string => {
  const found = trie.longest(e164, e164.charCodeAt(0) === plus ? 1 : 0)
  return found === noValue ? "" : (countries[found] ?? "")
}

const codeDigitsMax = 3

const wholeCodes: ReadonlyArray<string> = [
  "1",
  ...rowsOf(callingCodes).flatMap(({ prefixes }) => prefixes.filter((prefix) => prefix.length <= codeDigitsMax))
]

/** The digits are a country's whole code, or only the beginning of one, so all numbers of some country begin with them. */
export const coversCountry = (digits: string): boolean => wholeCodes.some((code) => code.startsWith(digits))
