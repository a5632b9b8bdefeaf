/**
 * Compile the benchmark's own contract: `node bench/parity/compile.ts` writes loop.json, `--check`
 * fails when the committed file differs. Compiler: npm solc 0.8.27 of parity/, settings below.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parityRequire } from './packages.ts'

type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { abi: unknown; evm: { bytecode: { object: string } } }>>
    >
  >
}

const FILE = 'Loop.sol'
const CONTRACT = 'Loop'
const SETTINGS = {
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
}

function compile(): string {
  const solc = parityRequire('solc') as { version(): string; compile(input: string): string }
  const content = readFileSync(join(import.meta.dirname, FILE), 'utf8')
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
  const settings = { ...SETTINGS, outputSelection }
  const input = { language: 'Solidity', sources: { [FILE]: { content } }, settings }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const errors = output.errors?.filter((e) => e.severity === 'error') ?? []
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  const { abi, evm } = output.contracts![FILE]![CONTRACT]!
  const document = {
    source: FILE,
    sha256: createHash('sha256').update(content).digest('hex'),
    compiler: `solc ${solc.version()}`,
    settings: SETTINGS,
    name: CONTRACT,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

/** The formatter lays the committed file out its own way. */
function compact(json: string): string {
  return JSON.stringify(JSON.parse(json))
}

const target = join(import.meta.dirname, 'loop.json')
const text = compile()
if (!process.argv.includes('--check')) writeFileSync(target, text)
else if (compact(readFileSync(target, 'utf8')) !== compact(text)) {
  console.error('bench/parity/loop.json is old; run: node bench/parity/compile.ts')
  process.exitCode = 1
}
