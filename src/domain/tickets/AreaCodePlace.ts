import { isAssigned, isTollFree, placeElsewhereOfAreaCode, regionsOfAreaCode } from "../numbers/AreaCodes.ts"
import type { Place } from "./Token.ts"

/** What three digits mean once it is clear that they are an area code: in service, toll-free, elsewhere, or nothing. */
export const placeOfAreaCode = (npa: string, nxx?: string): Place => {
  if (isTollFree(npa)) return { tag: "tollFree", npa }
  if (isAssigned(npa)) {
    if (nxx === undefined) return { tag: "npa", npa }
    if (/^[2-9]/.test(nxx)) return { tag: "npa", npa, nxx }
    return {
      tag: "unclear",
      name: `${npa}-${nxx}`,
      question: `${npa}-${nxx} is not an exchange. Which NPA-NXX do you mean?`
    }
  }
  const elsewhere = placeElsewhereOfAreaCode(npa)
  const question =
    elsewhere === undefined
      ? `Area code ${npa} is not in service. Which area code do you mean?`
      : `Area code ${npa} is in ${elsewhere}, and numbers are ordered in the US and Canada only. Which area code shall it be?`
  return { tag: "unclear", name: `area code ${npa}`, question }
}

/** Both places can be the same one, so that the narrower of them says all: an area code and its own state or city. */
export const isConsistent = (npa: string, region: string): boolean => regionsOfAreaCode(npa).includes(region)
