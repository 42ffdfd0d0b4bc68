import type { en } from './en.ts'
import { zhRun } from './zh-run.ts'

/** The same texts in simplified Chinese; the compiler demands every key, a test every parameter. */
export const zh: Readonly<Record<keyof typeof en, string>> = {
  ...zhRun,
  'program.about': '集成枢纽：在网店、ERP 与账本之间传送订单、库存、发票和发货，一条不丢。',
  'flag.help': '显示帮助',
  'flag.lang': '文字语言：en 或 zh（否则取 CROSSDOCK_LANG，再否则取系统区域）',
  'flag.json': '以 JSON 代替表格；列表每行一个文档',
  'flag.workspace': '含 crossdock.json 的文件夹（CROSSDOCK_WORKSPACE；默认为当前文件夹）',
  'flag.data': '数据库与锁所在文件夹（CROSSDOCK_DATA；默认 data）',
  'flag.url': '别处的枢纽（CROSSDOCK_URL）；密钥取自 CROSSDOCK_API_KEY',
  'flag.limit': '最多行数',

  'client.badUrl': '“{url}”不是地址：请写成 https://hub.example 这样。',
  'client.noKey': '未设置 CROSSDOCK_API_KEY：别处的枢纽需要密钥。请在那边用 `crossdock keys create` 生成。',
  'client.unreachable': '{where} 没有枢纽应答（{why}）。请用 `crossdock serve` 启动，或用 --url 指定另一个。',
  'client.noProblem': '枢纽回答 {status}，没有说明原因。原因见其日志。',

  'list.empty': '没有可显示的内容。',

  'check.about': '检查工作区及其所依赖的一切；所有错误一次列出',
  'check.noSecrets': '指向不存在之处的引用只算警告（用于没有密钥的机器）',
  'check.sizes': '{folder}：连接 {connections}，路由 {routes}，映射 {mappings}。',
  'check.good': '工作区有效。错误 {errors}，警告 {warnings}。',
  'check.bad': '工作区无效。错误 {errors}，警告 {warnings}。',

  'init.about': '写入起步工作区；不覆盖任何文件',
  'init.folder': '位置',
  'init.written': '已写入 {file}',
  'init.kept': '保留   {file}，它已存在',
  'init.nothing': '没有写入任何文件：{folder} 中已全部存在。',
  'init.next': '下一步：阅读那里的 README.md，把 .env.example 复制为 .env 并填写，然后运行 `crossdock check`。',
}
