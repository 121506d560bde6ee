/** Where the numbers of one area code are. LATAs of Canada are the industry's 888. */
export interface AreaCode {
  readonly npa: string
  readonly country: "US" | "CA"
  readonly region: string
  readonly regionName: string
  readonly city: string
  readonly rateCenter: string
  readonly lata: number
}

const rows: ReadonlyArray<readonly [string, "US" | "CA", string, string, string, string, number]> = [
  ["201", "US", "NJ", "New Jersey", "JERSEY CITY", "JERSEYCITY", 224],
  ["202", "US", "DC", "District of Columbia", "WASHINGTON", "WSHNGTNZN1", 236],
  ["204", "CA", "MB", "Manitoba", "WINNIPEG", "WINNIPEG", 888],
  ["205", "US", "AL", "Alabama", "BIRMINGHAM", "BIRMINGHAM", 476],
  ["206", "US", "WA", "Washington", "SEATTLE", "SEATTLE", 674],
  ["210", "US", "TX", "Texas", "SAN ANTONIO", "SANANTONIO", 566],
  ["212", "US", "NY", "New York", "NEW YORK", "NWYRCYZN01", 132],
  ["213", "US", "CA", "California", "LOS ANGELES", "LSAN DA 01", 730],
  ["214", "US", "TX", "Texas", "DALLAS", "DALLAS", 552],
  ["215", "US", "PA", "Pennsylvania", "PHILADELPHIA", "PHLDLPZN03", 228],
  ["216", "US", "OH", "Ohio", "CLEVELAND", "CLEVELAND", 320],
  ["240", "US", "MD", "Maryland", "ROCKVILLE", "ROCKVILLE", 236],
  ["250", "CA", "BC", "British Columbia", "VICTORIA", "VICTORIA", 888],
  ["267", "US", "PA", "Pennsylvania", "PHILADELPHIA", "PHLDLPZN03", 228],
  ["303", "US", "CO", "Colorado", "DENVER", "DENVER", 656],
  ["305", "US", "FL", "Florida", "MIAMI", "MIAMI", 460],
  ["310", "US", "CA", "California", "SANTA MONICA", "SNMN SNMN", 730],
  ["312", "US", "IL", "Illinois", "CHICAGO", "CHICAGOZ01", 358],
  ["313", "US", "MI", "Michigan", "DETROIT", "DETROITZN1", 340],
  ["314", "US", "MO", "Missouri", "SAINT LOUIS", "ST LOUIS", 520],
  ["315", "US", "NY", "New York", "SYRACUSE", "SYRACUSE", 136],
  ["347", "US", "NY", "New York", "BROOKLYN", "NWYRCYZN04", 132],
  ["403", "CA", "AB", "Alberta", "CALGARY", "CALGARY", 888],
  ["404", "US", "GA", "Georgia", "ATLANTA", "ATLANTA", 438],
  ["408", "US", "CA", "California", "SAN JOSE", "SNJS WEST", 722],
  ["412", "US", "PA", "Pennsylvania", "PITTSBURGH", "PITTSBGZN1", 234],
  ["415", "US", "CA", "California", "SAN FRANCISCO", "SNFC CNTRL", 722],
  ["416", "CA", "ON", "Ontario", "TORONTO", "TORONTO", 888],
  ["425", "US", "WA", "Washington", "BELLEVUE", "BELLEVUE", 674],
  ["437", "CA", "ON", "Ontario", "TORONTO", "TORONTO", 888],
  ["469", "US", "TX", "Texas", "DALLAS", "DALLAS", 552],
  ["503", "US", "OR", "Oregon", "PORTLAND", "PORTLAND", 672],
  ["504", "US", "LA", "Louisiana", "NEW ORLEANS", "NEWORLEANS", 490],
  ["512", "US", "TX", "Texas", "AUSTIN", "AUSTIN", 558],
  ["514", "CA", "QC", "Quebec", "MONTREAL", "MONTREAL", 888],
  ["587", "CA", "AB", "Alberta", "EDMONTON", "EDMONTON", 888],
  ["602", "US", "AZ", "Arizona", "PHOENIX", "PHOENIX", 666],
  ["604", "CA", "BC", "British Columbia", "VANCOUVER", "VANCOUVER", 888],
  ["612", "US", "MN", "Minnesota", "MINNEAPOLIS", "TWINCITIES", 628],
  ["613", "CA", "ON", "Ontario", "OTTAWA", "OTTAWAHULL", 888],
  ["615", "US", "TN", "Tennessee", "NASHVILLE", "NASHVILLE", 470],
  ["617", "US", "MA", "Massachusetts", "BOSTON", "BOSTON", 128],
  ["619", "US", "CA", "California", "SAN DIEGO", "SNDG SNDG", 732],
  ["628", "US", "CA", "California", "SAN FRANCISCO", "SNFC CNTRL", 722],
  ["646", "US", "NY", "New York", "NEW YORK", "NWYRCYZN01", 132],
  ["647", "CA", "ON", "Ontario", "TORONTO", "TORONTO", 888],
  ["702", "US", "NV", "Nevada", "LAS VEGAS", "LAS VEGAS", 721],
  ["713", "US", "TX", "Texas", "HOUSTON", "HOUSTON", 560],
  ["718", "US", "NY", "New York", "QUEENS", "NWYRCYZN08", 132],
  ["778", "CA", "BC", "British Columbia", "VANCOUVER", "VANCOUVER", 888],
  ["786", "US", "FL", "Florida", "MIAMI", "MIAMI", 460],
  ["801", "US", "UT", "Utah", "SALT LAKE CITY", "SALT LAKE", 660],
  ["813", "US", "FL", "Florida", "TAMPA", "TAMPACEN", 952],
  ["832", "US", "TX", "Texas", "HOUSTON", "HOUSTON", 560],
  ["902", "CA", "NS", "Nova Scotia", "HALIFAX", "HALIFAX", 888],
  ["917", "US", "NY", "New York", "NEW YORK", "NWYRCYZN01", 132],
  ["919", "US", "NC", "North Carolina", "RALEIGH", "RALEIGH", 426],
  ["972", "US", "TX", "Texas", "DALLAS", "DALLAS", 552]
]

/** The area codes that every fresh sandbox stocks. */
export const areaCodes: ReadonlyArray<AreaCode> = rows.map(
  ([npa, country, region, regionName, city, rateCenter, lata]) => ({
    npa,
    country,
    region,
    regionName,
    city,
    rateCenter,
    lata
  })
)

/** Area codes of toll-free numbers (NANPA). */
export const tollFreeAreaCodes: ReadonlyArray<string> = ["800", "833", "844", "855", "866", "877", "888"]

const byNpa = new Map(areaCodes.map((areaCode) => [areaCode.npa, areaCode]))

/** Any area code has a place; one that the table does not know is in a nameless city of the United States. */
export const areaCodeOfNumber = (digits: string): AreaCode => {
  const npa = digits.slice(1, 4)
  return byNpa.get(npa) ?? { npa, country: "US", region: "", regionName: "", city: "", rateCenter: "", lata: 0 }
}
