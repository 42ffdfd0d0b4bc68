import type { enConnector } from './en-connector.ts'

export const zhConnector: Readonly<Record<keyof typeof enConnector, string>> = {
  'connector.about': '连接器：其他系统的定义',
  'connector.list': '全部连接器',
  'connector.test': '检查连接器，运行其录制的对话，并指出缺少什么',
  'connector.readme': '按定义生成各连接器的 README',
  'connector.name': '连接器名；不给则全部',
  'connector.unknown': '没有连接器“{name}”。',
  'connector.noRecording': '{name} 没有可运行的录制对话：{file} 不存在，或缺少上列内容。',
  'connector.tested': '{name}：通过 {passed} 项，失败 {failed} 项',
  'connector.unloaded': '{name} 无法加载：请先修正其错误（{faults} 处）。',
  'connector.missing': '缺少：{what}（{file} 中的 {where}）',
  'connector.new': '在工作区中新建连接器：定义、模式、映射、用例、录制和测试，均可直接运行',
  'connector.newName': '新连接器的名称（小写加连字符），即其文件夹名',
  'connector.declarative': '写成 JSON（connectors/<name>/connector.json），不用 TypeScript',
  'connector.badName': '“{name}”不能作连接器名：须为小写字母、数字和单个连字符，以字母开头，最长 63 个字符。',
  'connector.taken': '已有连接器“{name}”：请另取名称。',
  'connector.fileThere': '{file} 已存在，未写入任何文件：请移走它或另取名称。',
  'connector.newNext':
    '下一步：在 {file} 中描述该系统，同时运行 `crossdock connector test {name} --watch`，并在 crossdock.json 中引用："connector": "{name}"。详见 docs/add-a-connector.md。',
  'connector.noWorkspace': '{folder} 中没有 crossdock.json：请先在那里运行 `crossdock init`，或用 --workspace 指定工作区。',
}
