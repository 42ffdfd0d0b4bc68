import type { Call, Step } from '../../src/connector/types.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { operation, ours, query } from './query.ts'

/** Document statuses: Z kept as a draft (暂存), A made, B in review, C audited, D to be reviewed again. */
const status = (form: string): Call => query({ form, fields: ['FDocumentStatus'], filter: ["FBillNo='{key|quoted}'"], order: '', limit: 1 })
const step = (name: string, form: string, only: readonly string[]): Step => ({
  ...operation(name, form, { formid: form, data: { Numbers: ['{key}'] } }),
  only: { call: status(form), path: '0.0', in: only },
})

/** In review, from wherever it stands before that. */
export const submitted = (form: string): readonly Step[] => [step('Submit', form, ['Z', 'A', 'D'])]
export const audited = (form: string): readonly Step[] => [...submitted(form), step('Audit', form, ['B'])]
/** Out of the review, where nobody audited it yet. */
export const withdrawn = (form: string): readonly Step[] => [step('CancelAssign', form, ['B'])]
/** Taken back to where it can be written; refused by Kingdee once later documents were made of it. */
export const reopened = (form: string): readonly Step[] => [step('UnAudit', form, ['C']), ...withdrawn(form)]

export const save = (form: string, model: JsonObject): Call =>
  operation('Save', form, {
    formid: form,
    data: {
      NeedUpDateFields: [],
      NeedReturnFields: [],
      IsDeleteEntry: 'true',
      IsVerifyBaseDataField: 'true',
      IsAutoSubmitAndAudit: 'false',
      Model: model,
    },
  })
export const savedKey = 'Result.ResponseStatus.SuccessEntitys.0.Number'

/** The document with the number that we gave it. */
export const byNumber = (form: string, organisation: string) =>
  ({
    kind: 'find',
    call: query({
      form,
      fields: ['FID', 'FBillNo'],
      filter: [ours(organisation), "FBillNo='{input.number|quoted}'"],
      order: 'FID',
      limit: 1,
    }),
    records: '',
    key: '1',
  }) as const

export const voided = (form: string): Call =>
  operation('ExcuteOperation', form, { formid: form, opNumber: 'Cancel', data: { Numbers: ['{key}'] } })
