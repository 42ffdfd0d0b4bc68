import type { Json, JsonObject } from '../../../src/model/json.ts'
import { type Random, seeded } from '../random.ts'

/** An element of UBL's JSON form: a list of one object whose content is `_` and whose attributes stand beside it. */
const element = (content: Json, attributes: JsonObject = {}): Json => [{ _: content, ...attributes }]
const money = (amount: string, currency: string): Json => element(amount, { currencyID: currency })
const cents = (amount: number): string => (amount / 100).toFixed(2)
const country = (code: string): Json => [{ IdentificationCode: element(code) }]
const day = (r: Random): string => `2026-${String(r.int(1, 12)).padStart(2, '0')}-${String(r.int(1, 28)).padStart(2, '0')}`

const address = (r: Random): JsonObject => ({
  StreetName: element(r.pick(['Hovedgaten 1', 'Kaiserstraße 29', 'Rue de la Loi 16', 'Nybrogade 2'])),
  ...(r.once(3) ? { AdditionalStreetName: element('Gate B') } : {}),
  CityName: element(r.pick(['Oslo', 'Mainz', 'Bruxelles', 'København'])),
  PostalZone: element(String(r.int(1_000, 99_999))),
  ...(r.once(2) ? { CountrySubentity: element('Region A') } : {}),
  Country: country(r.pick(['NO', 'DE', 'BE', 'dk'])),
})

const party = (r: Random, name: string): Json => [
  {
    Party: [
      {
        EndpointID: element(`73${r.int(10_000_000_000, 99_999_999_999)}`, { schemeID: r.once(5) ? '0192' : '0088' }),
        PartyIdentification: [{ ID: element(`id-${r.int(1, 99)}`) }],
        PartyName: [{ Name: element(name) }],
        PostalAddress: [address(r)],
        PartyTaxScheme: [{ CompanyID: element(`NO${r.int(100_000_000, 999_999_999)}MVA`), TaxScheme: [{ ID: element('VAT') }] }],
        ...(r.once(4) ? {} : { PartyLegalEntity: [{ RegistrationName: element(`${name} AS`), CompanyID: element('987654321') }] }),
        Contact: [{ Name: element('Ola Nordmann'), Telephone: element('+47 22 11 33 44'), ElectronicMail: element('ola@example.org') }],
      },
    ],
  },
]

const allowance = (r: Random, currency: string): JsonObject => ({
  ChargeIndicator: element(r.pick(['true', 'false'])),
  AllowanceChargeReasonCode: element(r.pick(['FC', '95', 'ABL', 'ZZZ'])),
  AllowanceChargeReason: element(r.pick(['Freight', 'Volume discount', 'Packing'])),
  Amount: money(r.money(100, 9_900), currency),
})

function line(r: Random, number: number, currency: string): JsonObject {
  const quantity = r.int(0, 40)
  const price = r.int(99, 49_999)
  return {
    ...(r.once(3) ? { Note: element('Deliver upright') } : {}),
    LineItem: [
      {
        ID: element(String(number)),
        Quantity: element(r.once(3) ? `${quantity}.5` : String(quantity), {
          unitCode: r.pick(['EA', 'C62', 'KGM', 'XBX', 'MTK']),
          unitCodeListID: 'UNECERec20',
        }),
        LineExtensionAmount: money(cents(quantity * price), currency),
        PartialDeliveryIndicator: element('false'),
        AccountingCost: element('acc-4711'),
        ...(r.once(2) ? { Delivery: [{ RequestedDeliveryPeriod: [{ StartDate: element(day(r)), EndDate: element(day(r)) }] }] } : {}),
        ...(r.once(3) ? { AllowanceCharge: [allowance(r, currency), allowance(r, currency)] } : {}),
        Price: [
          {
            PriceAmount: money(cents(price), currency),
            ...(r.once(4) ? { BaseQuantity: element('10', { unitCode: 'EA' }) } : {}),
          },
        ],
        Item: [
          {
            ...(r.once(2) ? { Description: element(r.pick(['Neutral packing', 'Colour as sample'])) } : {}),
            Name: element(r.pick(['Printer paper A4', 'Toner black', 'Office chair', 'Whiteboard pen'])),
            ...(r.once(3) ? { BuyersItemIdentification: [{ ID: element(`B-${r.int(100, 999)}`) }] } : {}),
            SellersItemIdentification: [{ ID: element(`S-${r.int(1_000, 9_999)}`) }],
            StandardItemIdentification: [{ ID: element(`0${r.int(1_000_000_000_000, 9_999_999_999_999)}`, { schemeID: '0160' }) }],
            CommodityClassification: [{ ItemClassificationCode: element('44121604', { listID: 'TST' }) }],
            ClassifiedTaxCategory: [{ ID: element('S'), Percent: element('25'), TaxScheme: [{ ID: element('VAT') }] }],
          },
        ],
      },
    ],
  }
}

function order(r: Random, number: number): JsonObject {
  const currency = r.pick(['NOK', 'EUR', 'EUR', 'DKK'])
  const goods = r.int(10_000, 900_000)
  const tax = Math.round(goods * 0.25)
  return {
    _D: 'urn:oasis:names:specification:ubl:schema:xsd:Order-2',
    _A: 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
    _B: 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
    Order: [
      {
        CustomizationID: element('urn:fdc:peppol.eu:poacc:trns:order:3'),
        ProfileID: element('urn:fdc:peppol.eu:poacc:bis:ordering:3'),
        ID: element(`PO-${10_000 + number}`),
        SalesOrderID: element('so-1'),
        IssueDate: element(day(r)),
        ...(r.once(2) ? { IssueTime: element(`${r.int(10, 23)}:${r.int(10, 59)}:00`) } : {}),
        OrderTypeCode: element(r.pick(['220', '227'])),
        ...(r.once(2) ? { Note: element('Information text for the whole order') } : {}),
        DocumentCurrencyCode: element(currency),
        CustomerReference: element('12345678'),
        AccountingCost: element('Project 5'),
        ValidityPeriod: [{ EndDate: element('2026-12-31') }],
        ...(r.once(2) ? { Contract: [{ ID: element(`C-${r.int(1, 99)}`), ContractType: element('Framework') }] } : {}),
        BuyerCustomerParty: party(r, 'Johnsen Kontor'),
        SellerSupplierParty: party(r, 'Moderne Produkter'),
        ...(r.once(8)
          ? {}
          : {
              Delivery: [
                {
                  DeliveryLocation: [
                    {
                      ID: element(`67${r.int(10_000_000_000, 99_999_999_999)}`, { schemeID: '0088' }),
                      Name: element('Warehouse'),
                      Address: [address(r)],
                    },
                  ],
                  RequestedDeliveryPeriod: [{ StartDate: element(day(r)), EndDate: element(day(r)) }],
                },
              ],
            }),
        DeliveryTerms: [{ ID: element(r.pick(['FOT', 'FOB', 'EXW'])), SpecialTerms: element('CAD') }],
        PaymentTerms: [{ Note: element('Net within 30 days') }],
        ...(r.once(2) ? { AllowanceCharge: [allowance(r, currency), allowance(r, currency)] } : {}),
        TaxTotal: [
          {
            TaxAmount: money(cents(tax), currency),
            TaxSubtotal: [
              {
                TaxableAmount: money(cents(goods), currency),
                TaxAmount: money(cents(tax), currency),
                TaxCategory: [{ ID: element('S'), Percent: element('25'), TaxScheme: [{ ID: element('VAT') }] }],
              },
            ],
          },
        ],
        AnticipatedMonetaryTotal: [
          {
            LineExtensionAmount: money(cents(goods), currency),
            TaxExclusiveAmount: money(cents(goods), currency),
            TaxInclusiveAmount: money(cents(goods + tax), currency),
            ...(r.once(2) ? { AllowanceTotalAmount: money('100.00', currency), ChargeTotalAmount: money('50.00', currency) } : {}),
            PayableAmount: money(cents(goods + tax), currency),
          },
        ],
        OrderLine: Array.from({ length: r.int(5, 10) }, (_, i) => line(r, i + 1, currency)),
      },
    ],
  }
}

/** Peppol orders in UBL 2.1's JSON form, 5 to 10 lines each; the same for the same seed. */
export function ublOrders(count: number, seed: number): JsonObject[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => order(random, i))
}
