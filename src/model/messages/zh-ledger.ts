import type { enLedger } from './en-ledger.ts'

export const zhLedger: Readonly<Record<keyof typeof enLedger, string>> = {
  'column.why': '原因',
  'ledger.put': '由 JSON 文件新建或修改由本系统自己维护的单据',
  'ledger.file': 'JSON 文件',
  'ledger.seen': '所看到的版本，新建为 0；若已有更新的版本则拒绝',
  'ledger.why': '原因，与命令的结果一同保存',
  'ledger.noObject': '{file} 不是一个 JSON 对象。',
  'ledger.written': '{type} {key} 现为第 {version} 版。',
}
