export const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))

/** Words that may stand between a quantity and the numbers it counts, without changing what is meant. */
export const adjectives =
  setOf(`new more additional extra further local phone telephone us u.s american canadian usa canada
  voice sms mms text fax geographic long virtual business voip sip fresh random consecutive sequential vanity of the these
  those our your different separate standard regular direct inward outbound inbound enabled capable voice-enabled sms-enabled
  spare test temporary other unique dedicated single clean available unassigned distinct metro area based code did dial-in
  company office main following please brand-new individual domestic mobile landline non-toll-free`)

/** Words that introduce a place. */
export const placePrepositions = setOf(
  "in for from with near around across within at using under inside of covering between on like"
)

/** Words after which a place is only what the numbers are for. */
export const purposePrepositions = setOf("for at with on")

/** Words that may stand between a preposition and its place. */
export const placeFillers =
  setOf(`the our a an new downtown greater main both each of area code codes either following city state
  province metro any local my their this these states cities provinces central northern southern preferably`)

/** Things at a place; "our Chicago office". */
export const placeNouns =
  setOf(`office offices location locations area region site branch market metro team store stores warehouse
  headquarters hq center state numbers number based`)

/** What numbers of other things than telephone numbers are called. */
export const otherNumbers =
  setOf(`account ticket order invoice reference ref case po tracking confirmation serial id model part pin
  extension customer contact employee routing support callback billing contract job version card`)

/** Spanish, French and German words of an order that this parser cannot read. */
export const foreignWords =
  setOf(`necesito necesitamos número números numero numeros teléfono besoin numéro numéros téléphone voudrions
  brauchen benötigen rufnummern nummern bestellen quisiera comprar commander quiero`)

/** Words that say nothing in an order. */
export const plainWords =
  setOf(`and or in for the a an our please pls plz kindly hi hello hey team all thanks thank you thx asap urgent
  urgently following follows follow below as new to of with from local on account us me we i is are be by soon today tomorrow now
  dear support everyone folks sir madam more additional`)
