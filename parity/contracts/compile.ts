/**
 * Compile the harness's own contracts: `node parity/contracts/compile.ts` writes harness.json,
 * `--check` fails when the committed file differs. Compiler: npm solc 0.8.27, settings below.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { abi: unknown; evm: { bytecode: { object: string } } }>>
    >
  >
}

const FILE = 'Harness.sol'
const SETTINGS = {
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
}

function compile(): string {
  const solc = createRequire(import.meta.url)('solc') as {
    version(): string
    compile(input: string): string
  }
  const content = readFileSync(join(import.meta.dirname, FILE), 'utf8')
  const input = { language: 'Solidity', sources: { [FILE]: { content } }, settings: SETTINGS }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const errors = output.errors?.filter((e) => e.severity === 'error') ?? []
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  const contracts = Object.entries(output.contracts?.[FILE] ?? {}).map(([name, c]) => [
    name,
    { abi: c.abi, bytecode: `0x${c.evm.bytecode.object}` },
  ])
  const { outputSelection: _, ...settings } = SETTINGS
  const sha256 = createHash('sha256').update(content).digest('hex')
  const compiler = `solc ${solc.version()}`
  const document = {
    source: FILE,
    sha256,
    compiler,
    settings,
    contracts: Object.fromEntries(contracts),
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

const target = join(import.meta.dirname, 'harness.json')
const text = compile()
if (!process.argv.includes('--check')) writeFileSync(target, text)
else if (readFileSync(target, 'utf8') !== text) {
  console.error('parity/contracts/harness.json is old; run: node parity/contracts/compile.ts')
  process.exitCode = 1
}
