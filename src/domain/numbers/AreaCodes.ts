import type { Country } from "./RequestedLine.ts"

/**
 * Geographic area codes (NPAs) in service in 2026, by state and District of Columbia, after the North American Numbering
 * Plan Administrator's list (nanpa.com) and Google's libphonenumber 9.0.35.
 */
const areaCodesByState: Record<string, string> = {
  AK: "907",
  AL: "205 251 256 334 659 938",
  AR: "327 479 501 870",
  AZ: "480 520 602 623 928",
  CA: "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951",
  CO: "303 719 720 748 970 983",
  CT: "203 475 860 959",
  DC: "202 771",
  DE: "302",
  FL: "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
  GA: "229 404 470 478 678 706 762 770 912 943",
  HI: "808",
  IA: "319 515 563 641 712",
  ID: "208 986",
  IL: "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
  IN: "219 260 317 463 574 765 812 930",
  KS: "316 620 785 913",
  KY: "270 364 502 606 859",
  LA: "225 318 337 504 985",
  MA: "339 351 413 508 617 774 781 857 978",
  MD: "227 240 301 410 443 667",
  ME: "207",
  MI: "231 248 269 313 517 586 616 679 734 810 906 947 989",
  MN: "218 320 507 612 651 763 952",
  MO: "235 314 417 557 573 636 660 816 975",
  MS: "228 601 662 769",
  MT: "406",
  NC: "252 336 472 704 743 828 910 919 980 984",
  ND: "701",
  NE: "308 402 531",
  NH: "603",
  NJ: "201 551 609 640 732 848 856 862 908 973",
  NM: "505 575",
  NV: "702 725 775",
  NY: "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934",
  OH: "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
  OK: "405 539 572 580 918",
  OR: "458 503 541 971",
  PA: "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
  RI: "401",
  SC: "803 821 839 843 854 864",
  SD: "605",
  TN: "423 615 629 731 865 901 931",
  TX: "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979",
  UT: "385 435 801",
  VA: "276 434 540 571 686 703 757 804 826 948",
  VT: "802",
  WA: "206 253 360 425 509 564",
  WI: "262 274 353 414 534 608 715 920",
  WV: "304 681",
  WY: "307"
}

/** As above by province, after the Canadian Numbering Administrator's list (cnac.ca). 867 and 902/782 are shared. */
const areaCodesByProvince: Record<string, string> = {
  AB: "368 403 587 780 825",
  BC: "236 250 257 604 672 778",
  MB: "204 431 584",
  NB: "428 506",
  NL: "709 879",
  NS: "782 902",
  NT: "867",
  ON: "226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 905 942",
  QC: "263 273 354 367 418 438 450 468 514 579 581 819 873",
  SK: "306 474 639"
}

const sharedAreaCodes: Record<string, ReadonlyArray<string>> = {
  "867": ["NT", "NU", "YT"],
  "782": ["NS", "PE"],
  "902": ["NS", "PE"]
}

/** NANP area codes outside the fifty states, DC and Canada; none of them is ordered, so a request for one is asked back. */
const areaCodesElsewhere: Record<string, string> = {
  "Puerto Rico": "787 939",
  "the US Virgin Islands": "340",
  Guam: "671",
  "the Northern Mariana Islands": "670",
  "American Samoa": "684",
  "the Bahamas": "242",
  Barbados: "246",
  Anguilla: "264",
  "Antigua and Barbuda": "268",
  "the British Virgin Islands": "284",
  "the Cayman Islands": "345",
  Bermuda: "441",
  Grenada: "473",
  "Turks and Caicos": "649",
  Jamaica: "658 876",
  Montserrat: "664",
  "Sint Maarten": "721",
  "Saint Lucia": "758",
  Dominica: "767",
  "Saint Vincent": "784",
  "the Dominican Republic": "809 829 849",
  "Trinidad and Tobago": "868",
  "Saint Kitts and Nevis": "869"
}

export const tollFreeAreaCodes: ReadonlySet<string> = new Set(["800", "833", "844", "855", "866", "877", "888"])

interface Assignment {
  readonly country: Country
  readonly regions: ReadonlyArray<string>
}

const assignments: ReadonlyMap<string, Assignment> = new Map(
  (
    [
      ["US", areaCodesByState],
      ["CA", areaCodesByProvince]
    ] as const
  ).flatMap(([country, codes]) =>
    Object.entries(codes).flatMap(([region, npas]) =>
      npas.split(" ").map((npa): [string, Assignment] => [npa, { country, regions: sharedAreaCodes[npa] ?? [region] }])
    )
  )
)

const elsewhere: ReadonlyMap<string, string> = new Map(
  Object.entries(areaCodesElsewhere).flatMap(([place, npas]) =>
    npas.split(" ").map((npa): [string, string] => [npa, place])
  )
)

/** All geographic area codes of the US and Canada in service. */
export const geographicAreaCodes: ReadonlyArray<string> = [...assignments.keys()].sort()

/** Every state or province that a geographic area code serves; more than one only for 782, 867 and 902. */
export const regionsOfAreaCode = (npa: string): ReadonlyArray<string> => assignments.get(npa)?.regions ?? []

/** Two-letter code of the (first) state or province that a geographic area code serves. */
export const regionOfAreaCode = (npa: string): string | undefined => assignments.get(npa)?.regions[0]

export const countryOfAreaCode = (npa: string): Country | undefined => assignments.get(npa)?.country

/** The area code is geographic and in service in the US or Canada. */
export const isAssigned = (npa: string): boolean => assignments.has(npa)

export const isTollFree = (npa: string): boolean => tollFreeAreaCodes.has(npa)

/** The territory or country of a NANP area code outside the US states and Canada. */
export const placeElsewhereOfAreaCode = (npa: string): string | undefined => elsewhere.get(npa)
