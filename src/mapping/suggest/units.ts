/** UN/ECE Rec 20 and 21 codes that trade uses, each with the words partners write for it. The pieces are EA (canonical model). */
const words: Readonly<Record<string, string>> = {
  EA: 'ea each pc pce pcs pcs. piece pieces unit units u un stk st st. stück stuk c62 h87 个 件 只 台 支 条 张 把 套件',
  SET: 'set sets 套',
  PR: 'pair pairs pr 双 对',
  KGM: 'kg kgs kgm kilogram kilograms kilo 千克 公斤',
  GRM: 'g gr grm gram grams 克',
  TNE: 't tne ton tonne 吨',
  LBR: 'lb lbs lbr pound pounds 磅',
  ONZ: 'oz onz ounce 盎司',
  MTR: 'm mtr meter metre 米',
  CMT: 'cm cmt centimeter centimetre 厘米',
  MMT: 'mm mmt 毫米',
  MTK: 'm2 mtk 平方米',
  MTQ: 'm3 mtq 立方米',
  LTR: 'l ltr liter litre 升',
  MLT: 'ml mlt milliliter 毫升',
  HUR: 'h hr hour hours hur 小时',
  DAY: 'day days 天',
  DZN: 'dz dzn dozen 打',
  XCS: 'cs case cases xcs',
  XCT: 'ct ctn carton cartons xct 箱',
  XBX: 'bx box boxes xbx 盒',
  XBG: 'bag bags xbg 袋',
  XBO: 'bottle bottles xbo 瓶',
  XPK: 'pk pack packs xpk 包',
  XPX: 'pallet pallets plt xpx 托盘',
  XRO: 'roll rolls xro 卷',
}
const codes: ReadonlyMap<string, string> = new Map(
  Object.entries(words).flatMap(([code, written]) => written.split(' ').map((word) => [word, code] as const)),
)

/** Hub code of a partner's word for a unit; undefined for one that is not known. */
export const unitOf = (word: string): string | undefined => codes.get(word.trim().toLowerCase())
/** Whether the text already is a code as the hub writes it. */
export const isUnitCode = (text: string): boolean => Object.hasOwn(words, text)
