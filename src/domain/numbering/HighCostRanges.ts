import { DigitTrie, noValue } from "./DigitTrie.ts"

interface Range {
  readonly what: string
  readonly prefixes: string
}

/**
 * Ranges where a call costs its caller much and earns somebody a share: codes of the ITU that belong to satellites, private
 * networks and premium services; the premium ranges of national plans, after Google's libphonenumber; and codes of small
 * territories, whose numbers are mostly rented out for shared revenue.
 */
export const highCostRanges: ReadonlyArray<Range> = [
  { what: "satellite (Inmarsat)", prefixes: "870" },
  { what: "satellite (Iridium, Globalstar)", prefixes: "881" },
  { what: "satellite (Thuraya)", prefixes: "88216" },
  { what: "international network", prefixes: "882 883 878" },
  { what: "international premium rate", prefixes: "979" },
  { what: "premium rate, North America", prefixes: "1900" },
  {
    what: "premium rate",
    prefixes:
      "2786 30901 30909 31900 31906 31909 3290 3389 34803 34806 34807 351760 35990 358600 358700 3690 37190 380900 39166 " +
      "39899 40900 40906 41900 41901 41906 420900 420906 420909 43900 43930 43939 4487 449 46900 46939 46944 47820 47829 " +
      "4870 49900 55900 61190 62809 6490 7803 7809 88620 90900 972191 9721900"
  },
  { what: "personal number, United Kingdom", prefixes: "4470" },
  { what: "one-ring destination, Caribbean", prefixes: "1268 1284 1473 1649 1664 1767 1784 1809 1829 1849 1876" },
  {
    what: "revenue-share destination",
    prefixes:
      "239 245 246 247 252 269 290 500 53 670 672 674 675 676 677 678 680 681 682 683 685 686 687 688 689 690 691 692 960"
  }
]

const trie = new DigitTrie()
highCostRanges.forEach(({ prefixes }, index) => prefixes.split(" ").forEach((prefix) => trie.set(prefix, index)))

const plus = 43

const rangeOf = (e164: string): number => trie.longest(e164, e164.charCodeAt(0) === plus ? 1 : 0)

export const isHighCost = (e164: string): boolean => rangeOf(e164) !== noValue

/** What kind of costly range the E.164 number, with or without `+`, lies in; undefined for all others. */
export const highCostRange = (e164: string): string | undefined => {
  const found = rangeOf(e164)
  return found === noValue ? undefined : highCostRanges[found]?.what
}
