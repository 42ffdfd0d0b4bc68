/** A carrier by our code of it. */
export interface Carrier {
  readonly en: string
  readonly zh: string
}

/** Our codes of carriers. What partners call them stands in the tables `carrier` of the mappings, once for each partner; a test holds that none of those names a code that is not here. */
export const carriers: Readonly<Record<string, Carrier>> = {
  'australia-post': { en: 'Australia Post', zh: '澳大利亚邮政' },
  best: { en: 'Best Express', zh: '百世快递' },
  'canada-post': { en: 'Canada Post', zh: '加拿大邮政' },
  'china-post': { en: 'China Post', zh: '中国邮政' },
  deppon: { en: 'Deppon Express', zh: '德邦快递' },
  dhl: { en: 'DHL Express', zh: 'DHL 国际快递' },
  'dhl-paket': { en: 'DHL Paket', zh: 'DHL 德国包裹' },
  dpd: { en: 'DPD', zh: 'DPD' },
  'dpd-uk': { en: 'DPD UK', zh: 'DPD 英国' },
  ems: { en: 'EMS', zh: '邮政特快专递（EMS）' },
  fedex: { en: 'FedEx', zh: '联邦快递' },
  gls: { en: 'GLS', zh: 'GLS' },
  jd: { en: 'JD Logistics', zh: '京东物流' },
  'jt-express': { en: 'J&T Express', zh: '极兔速递' },
  ontrac: { en: 'OnTrac', zh: 'OnTrac' },
  'royal-mail': { en: 'Royal Mail', zh: '英国皇家邮政' },
  'sf-express': { en: 'SF Express', zh: '顺丰速运' },
  sto: { en: 'STO Express', zh: '申通快递' },
  ups: { en: 'UPS', zh: '联合包裹（UPS）' },
  usps: { en: 'USPS', zh: '美国邮政' },
  yto: { en: 'YTO Express', zh: '圆通速递' },
  yunda: { en: 'Yunda Express', zh: '韵达速递' },
  zto: { en: 'ZTO Express', zh: '中通快递' },
}
