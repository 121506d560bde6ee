import type { Country } from "./RequestedLine.ts"

/** Postal codes and names of the US states and the District of Columbia (USPS Publication 28, appendix B). */
const stateNames =
  "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|" +
  "DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|" +
  "KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|" +
  "MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|" +
  "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|" +
  "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|" +
  "WV West Virginia|WI Wisconsin|WY Wyoming"

/** Postal codes and names of the Canadian provinces and territories (Canada Post, Addressing Guidelines). */
const provinceNames =
  "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|" +
  "NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon"

export interface Region {
  readonly code: string
  readonly name: string
  readonly country: Country
}

const parsed = (names: string, country: Country): ReadonlyArray<Region> =>
  names.split("|").map((entry) => ({ code: entry.slice(0, 2), name: entry.slice(3), country }))

export const regions: ReadonlyArray<Region> = [...parsed(stateNames, "US"), ...parsed(provinceNames, "CA")]

const byCode: ReadonlyMap<string, Region> = new Map(regions.map((region) => [region.code, region]))

/** The region of a two-letter postal code in upper case. */
export const regionOfCode = (code: string): Region | undefined => byCode.get(code)

/** Names in lower case; "newfoundland" and "pei" are as common as the full names. */
export const regionCodesByName: ReadonlyMap<string, string> = new Map([
  ...regions.map((region): [string, string] => [region.name.toLowerCase(), region.code]),
  ["newfoundland", "NL"],
  ["pei", "PE"],
  ["yukon territory", "YT"],
  ["washington state", "WA"],
  ["new york state", "NY"],
  ["upstate new york", "NY"],
  ["québec", "QC"]
])

/**
 * Large cities, after the 2020 censuses of the US and Canada. A city of a name that several large places share is here
 * under each of them; `citiesWithoutRegion` says which one is meant when nobody names the state.
 */
const cityNames =
  "AB Calgary,Edmonton,Red Deer,Lethbridge|AK Anchorage,Fairbanks,Juneau|AL Birmingham,Montgomery,Huntsville,Mobile|" +
  "AR Little Rock,Fayetteville|AZ Phoenix,Tucson,Mesa,Scottsdale,Chandler,Gilbert,Tempe,Glendale,Peoria,Flagstaff|" +
  "BC Vancouver,Victoria,Surrey,Burnaby,Kelowna,Richmond,Abbotsford|" +
  "CA Los Angeles,San Diego,San Jose,San Francisco,Fresno,Sacramento,Long Beach,Oakland,Bakersfield,Anaheim,Santa Ana," +
  "Irvine,Riverside,Stockton,Chula Vista,Fremont,San Bernardino,Modesto,Glendale,Pasadena,Berkeley,Palo Alto," +
  "Sunnyvale,Santa Clara,Santa Monica,Beverly Hills,Burbank,Ontario,Richmond,Mountain View,Concord,Santa Barbara|" +
  "CO Denver,Colorado Springs,Aurora,Fort Collins,Boulder,Pueblo|CT Hartford,New Haven,Bridgeport,Stamford|" +
  "DC Washington|DE Wilmington,Dover|" +
  "FL Miami,Tampa,Orlando,Jacksonville,St. Petersburg,Hialeah,Tallahassee,Fort Lauderdale,West Palm Beach,Boca Raton," +
  "Cape Coral,Naples,Sarasota,Gainesville,Pensacola,Hollywood,Melbourne|" +
  "GA Atlanta,Savannah,Augusta,Macon,Columbus,Athens|HI Honolulu|IA Des Moines,Cedar Rapids,Davenport|ID Boise|" +
  "IL Chicago,Springfield,Aurora,Naperville,Peoria,Rockford,Joliet,Bloomington|" +
  "IN Indianapolis,Fort Wayne,Evansville,South Bend,Bloomington,Lafayette|KS Wichita,Kansas City,Overland Park,Topeka|" +
  "KY Louisville,Lexington|LA New Orleans,Baton Rouge,Shreveport,Lafayette|" +
  "MA Boston,Worcester,Springfield,Cambridge,Lowell|MB Winnipeg|MD Baltimore,Annapolis,Bethesda,Rockville,Columbia|" +
  "ME Portland,Augusta|MI Detroit,Grand Rapids,Ann Arbor,Lansing,Flint,Dearborn|" +
  "MN Minneapolis,St. Paul,Rochester,Duluth,Bloomington|" +
  "MO Kansas City,St. Louis,Springfield,Columbia|MS Jackson,Gulfport|MT Billings,Missoula,Bozeman|" +
  "NB Moncton,Fredericton,Saint John|NC Charlotte,Raleigh,Greensboro,Durham,Winston-Salem,Fayetteville,Wilmington,Asheville|" +
  "ND Fargo,Bismarck|NE Omaha,Lincoln|NH Manchester,Nashua,Concord|NJ Newark,Jersey City,Trenton,Hoboken,Princeton|" +
  "NL St. John's|NM Albuquerque,Santa Fe,Las Cruces|NS Halifax|NV Las Vegas,Reno,Henderson|" +
  "NY New York,Buffalo,Rochester,Albany,Syracuse,Yonkers,Brooklyn,Manhattan,Queens,Bronx,Staten Island|" +
  "OH Columbus,Cleveland,Cincinnati,Toledo,Akron,Dayton,Springfield|OK Oklahoma City,Tulsa,Norman|" +
  "ON Toronto,Ottawa,Mississauga,Hamilton,London,Kitchener,Brampton,Markham,Windsor,Kingston,Waterloo,Thunder Bay,Sudbury|" +
  "OR Portland,Salem,Eugene,Bend|PA Philadelphia,Pittsburgh,Allentown,Harrisburg,Scranton,Lancaster|PE Charlottetown|" +
  "QC Montreal,Montréal,Quebec City,Laval,Gatineau,Sherbrooke|RI Providence|" +
  "SC Charleston,Columbia,Greenville,Myrtle Beach|SD Sioux Falls,Rapid City|SK Saskatoon,Regina|" +
  "TN Nashville,Memphis,Knoxville,Chattanooga,Franklin,Jackson|" +
  "TX Houston,Dallas,Austin,San Antonio,Fort Worth,El Paso,Arlington,Plano,Corpus Christi,Lubbock,Irving,Laredo,Frisco," +
  "McKinney,Amarillo,Waco,Pasadena,Paris|" +
  "UT Salt Lake City,Provo,Ogden,Park City|VA Virginia Beach,Norfolk,Richmond,Alexandria,Arlington,Chesapeake,Roanoke|" +
  "VT Burlington|WA Seattle,Spokane,Tacoma,Bellevue,Redmond,Olympia,Vancouver|WI Milwaukee,Madison,Green Bay|" +
  "WV Charleston|WY Cheyenne|YT Whitehorse"

export interface City {
  readonly name: string
  readonly region: string
}

export const cities: ReadonlyArray<City> = cityNames.split("|").flatMap((entry) =>
  entry
    .slice(3)
    .split(",")
    .map((name) => ({ name, region: entry.slice(0, 2) }))
)

/** Other names that people write, in lower case. */
export const cityAliases: ReadonlyMap<string, City> = new Map<string, City>([
  ["new york city", { name: "New York", region: "NY" }],
  ["nyc", { name: "New York", region: "NY" }],
  ["n.y.c.", { name: "New York", region: "NY" }],
  ["washington dc", { name: "Washington", region: "DC" }],
  ["washington d.c.", { name: "Washington", region: "DC" }],
  ["washington, dc", { name: "Washington", region: "DC" }],
  ["washington, d.c.", { name: "Washington", region: "DC" }],
  ["dc", { name: "Washington", region: "DC" }],
  ["d.c.", { name: "Washington", region: "DC" }],
  ["l.a.", { name: "Los Angeles", region: "CA" }],
  ["vegas", { name: "Las Vegas", region: "NV" }],
  ["philly", { name: "Philadelphia", region: "PA" }],
  ["san fran", { name: "San Francisco", region: "CA" }],
  ["sf", { name: "San Francisco", region: "CA" }],
  ["slc", { name: "Salt Lake City", region: "UT" }],
  ["montréal", { name: "Montreal", region: "QC" }],
  ["québec city", { name: "Quebec City", region: "QC" }],
  ["saint louis", { name: "St. Louis", region: "MO" }],
  ["saint paul", { name: "St. Paul", region: "MN" }],
  ["st louis", { name: "St. Louis", region: "MO" }],
  ["st paul", { name: "St. Paul", region: "MN" }],
  ["st petersburg", { name: "St. Petersburg", region: "FL" }],
  ["st johns", { name: "St. John's", region: "NL" }],
  ["ft worth", { name: "Fort Worth", region: "TX" }],
  ["ft. worth", { name: "Fort Worth", region: "TX" }],
  ["ft lauderdale", { name: "Fort Lauderdale", region: "FL" }],
  ["ft. lauderdale", { name: "Fort Lauderdale", region: "FL" }],
  ["the bronx", { name: "Bronx", region: "NY" }]
])

/** Shared names of which one place is by far the largest, so that nobody who means another leaves its state out. */
const byFarTheLargest: ReadonlyMap<string, string> = new Map([
  ["portland", "OR"],
  ["columbus", "OH"],
  ["augusta", "GA"],
  ["vancouver", "BC"]
])

/** Names that never mean a city of ours without its state: a larger place elsewhere, a state's name, or a plain word. */
const needsRegion: ReadonlySet<string> = new Set([
  ..."london,washington,ontario,mobile,paris,athens,melbourne,naples,manchester,cambridge,hollywood,lancaster".split(
    ","
  ),
  ..."franklin,norman,bend,concord,windsor,kingston,waterloo,surrey,jackson,princeton,dover,lincoln,victoria".split(
    ","
  ),
  ..."salem,columbia,gilbert,chandler,irving,henderson,burlington,mesa,florence,hamilton,durham".split(",")
])

const regionsByCity: ReadonlyMap<string, ReadonlyArray<City>> = cities.reduce((map, city) => {
  const key = city.name.toLowerCase()
  return map.set(key, [...(map.get(key) ?? []), city])
}, new Map<string, ReadonlyArray<City>>())

/** All large cities of that name (lower case); none when the name is unknown. */
export const citiesOfName = (name: string): ReadonlyArray<City> => regionsByCity.get(name) ?? []

/** The one city that a name (lower case) means when no state is given, or undefined when a person must be asked. */
export const cityWithoutRegion = (name: string): City | undefined => {
  const candidates = citiesOfName(name)
  if (needsRegion.has(name)) return undefined
  const largest = byFarTheLargest.get(name)
  return candidates.length === 1 ? candidates[0] : candidates.find((city) => city.region === largest)
}

/** Countries, and cities of theirs, that people ask for although numbers are ordered in the US and Canada only. */
export const foreignPlaces: ReadonlySet<string> = new Set(
  (
    "united kingdom,uk,england,scotland,ireland,germany,france,spain,italy,mexico,brazil,india,australia,japan,china," +
    "netherlands,belgium,switzerland,austria,sweden,norway,denmark,poland,portugal,singapore,hong kong,israel,philippines," +
    "colombia,argentina,chile,peru,new zealand,south africa,puerto rico,jamaica,bahamas,dominican republic,guam"
  ).split(",")
)
