import type { Token } from "./Token.ts"

/**
 * What a phrase says about the words around it:
 * order: wants numbers. softOrder: does so if numbers follow ("get"). other: another matter. mild: another matter, unless
 * an order follows. complaint: another matter, said of what stood before. existing: numbers that are there already.
 * possessive: so, when no verb says otherwise. inquiry: only asks. negation: is not wanted. resume: what comes now is wanted again. aside: a reason, a time.
 * exclude: not in the place that follows.
 */
export type Cue =
  | "order"
  | "softOrder"
  | "other"
  | "mild"
  | "complaint"
  | "existing"
  | "possessive"
  | "inquiry"
  | "negation"
  | "resume"
  | "aside"
  | "exclude"
  | "approval"
  | "filler"
  | "each"
  | "split"
  | "rest"
  | "total"
  | "also"

const phrases: Record<Exclude<Cue, "possessive">, string> = {
  order: `
    arrange|arranging|kindly arrange|need|needs|needed|needing|in need of|order|ordering|place an order|
    place order|new order|purchase|purchasing|buy|buying|provision|provisioning|provisioned with|require|requires|
    required|request|requests|requesting|want|wants|wanted|would like|we'd like|i'd like|looking for|looking to|
    look to|procure|acquire|obtain|reserve|allocate|secure|set up|setup|turn up|spin up|interested in|
    following order|process our order|process the order|our order is|wish|could use|short of|in the market for|
    sourcing|source`,
  softOrder: `
    get|add|adding|assign|send|give|provide|have us|can we have|could we have|can i have|could i have|may we have|
    may i have|please have|grab|supply|issue|activate|include|make it|make that|hook us up|let us have|let me have`,
  other: `
    port|porting|ported|port in|port out|port-in|port-out|cancel|cancelling|canceling|cancellation|cancelled|
    canceled|disconnect|disconnecting|disconnection|release|releasing|remove|removing|delete|deleting|deactivate|
    terminate|terminating|surrender|transfer|transferring|transferred|migrate|migrating|moving|move|billed|
    billing|bill|invoice|invoiced|invoices|charge|charged|charges|overcharged|refund|credit|dispute|call quality|
    audio|static|echo|jitter|one-way|outage|degraded|unable to call|cannot call|can't call|can't receive|
    cannot receive|spam|scam|robocall|robocalls|forward calls|call forwarding|forwarding|reroute|route|routing|
    cnam|caller id|caller name|voicemail|e911|password|log in|login|reset|block|blocking|unblock|whitelist|
    suspend|suspended|cancel our order|password reset|loa|foc|no longer need|no longer want|no longer require|
    do not need any more|don't need any more|not need anymore|what is the status|what's the status|status of|
    status on|order status|any update|an update on|eta|delivery report|undelivered|10dlc|campaign|rename|relabel|
    give back|thanks for|thank you for|many thanks for|did you|have you|did we|lnp|cdr|cdrs|call records|
    report of|moved|changed|updated|activated|configured|enabled|tested|fixed|removed|released|deleted|
    disconnected|reconnected|unblocked|return|returning|sell|lost`,
  mild: `
    replace|replacing|swap|exchange|enable|disable|configure|map|point|link|attach|connect|unregister|switch|
    convert|confirm|verify|validate|update|status|test|testing|change|register|look up|lookup|call|calls|calling|
    report|problem|issue with|issues with|trouble|help with|question about|help|fix|investigate|troubleshoot`,
  complaint: `
    not working|stopped working|doesn't work|don't work|is down|are down|went down|went dead|fail|fails|failing|
    failed|drop|drops|dropping|dropped|flagged|labeled|labelled|marked as|were billed|was billed|were charged|
    rejected|busy|not received|haven't received|have not received|never received|not arrived|hasn't arrived|
    still waiting|delayed|broken|were cancelled|not ringing|sound great|works fine|work fine|arrived|delivered|
    received|are live|is live|are ready|is ready|have been|has been|were ordered|was ordered`,
  existing: `
    we have|i have|we had|have had|had|has|own|owns|we got|there are|there is|there's|ordered|purchased|bought|
    placed|our order|the order|my order|your order|this order|that order|last order|previous order|existing order|
    received from|we ordered|we requested|i requested|we asked for|i asked for|we needed|i needed|we wanted|
    i wanted|and got|but got|i got|were requested|was requested|currently have|already have|already ordered`,
  inquiry: `
    how much|price|prices|pricing|cost|costs|quote|is available|are available|any available|availability|
    do you have|do you offer|do you carry|are there any|possible to|how long|what is|what's|what are|if we order|
    if we ordered|if i order|if we were to|if we wanted|if we need|let me know if|lead time|thinking about|
    thinking of|considering|check|check if|check whether|see if|find out|might need|may need|
    will need in the future|next year|wondering|if we|if i|plan to|planning to|plan on|going to order|
    will be ordering|not able to order|unable to order|can't order|cannot order|tried to order|trying to order|
    could not order|couldn't order`,
  negation: `
    do not need|don't need|do not want|don't want|do not order|don't order|dont need|dont want|not looking for|
    no need for|not need|not want|please do not|please don't|need no|not interested in|not order|hold off on|
    ignore|disregard|scratch that|don't add|do not add|don't provision|do not provision`,
  resume: `
    but|only|just|instead|however|rather`,
  aside: `
    because|since|while|as we|as our|until|due to|so that|when|after|before|whereas|unless|once|whose|
    considering that`,
  exclude: `
    not in|not from|not|except|except for|excluding|avoid|instead of|rather than|other than|besides|anything but|
    no|without|nothing in|never`,
  approval: `
    go ahead|proceed|approved|see below|as below|per below|see attached|attached|as discussed|confirmed|
    see subject|below|per our call|please process|please advise on numbers`,
  filler: `
    cost center|cost centre|rate center|rate centers|as soon as possible|if possible|let me know when|
    let us know when|let me know if you|let us know if you|thanks for your help|in order to|block of|blocks of|the block|a block|number block|
    due date|call center|call centre|call queue|not only|no problem|no rush|just to|call me|call us|
    give me a call|give us a call|have been growing|has been growing|any questions|if available|if you can|
    business need|help desk|what do you need|need anything|need any|need from|needs from|do you need|you need|
    thank you for your order`,
  each: `
    each|apiece|per area code|per npa|per code|per city|per state|per location|per market|per site|a piece|of each`,
  split: `
    split|divided|evenly|equally|divide|spread evenly|distributed|half in|half and half|50/50`,
  rest: `
    the rest|the remaining|remaining|remainder|the remainder|the others|the balance`,
  total: `
    total|in total|altogether|in all|overall|total of|a total of|combined`,
  also: `
    also|additionally|in addition|plus|as well|furthermore|another|on top|too`
}

const cueOfPhrase: ReadonlyMap<string, Cue> = new Map(
  Object.entries(phrases).flatMap(([cue, listed]) =>
    listed.split("|").map((phrase): [string, Cue] => [phrase.trim(), cue as Cue])
  )
)
const longestPhrase = 5

export interface CueReading {
  readonly cue: Cue
  readonly phrase: string
  readonly length: number
}

/** The longest phrase at this place that says anything. */
export const readCue = (tokens: ReadonlyArray<Token>, at: number): CueReading | undefined => {
  for (let length = longestPhrase; length >= 1; length -= 1) {
    const words = tokens.slice(at, at + length)
    if (words.length < length || words.some((token) => token.kind !== "word")) continue
    const phrase = words.map((token) => (token.kind === "word" ? token.text : "")).join(" ")
    const cue = cueOfPhrase.get(phrase)
    if (cue !== undefined) return { cue, phrase, length }
  }
  return undefined
}
