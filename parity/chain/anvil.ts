import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { Backend } from './backend.ts'
import { connect } from './rpc.ts'

/** Thrown when the node cannot be started. */
export class NodeStartError extends Error {
  override name = 'NodeStartError'
}

const ANVIL = '1.7.1'
const START_TIMEOUT_MS = 30_000
const FLAGS = [
  ['--host', '127.0.0.1'],
  ['--hardfork', 'cancun'],
  ['--accounts', '1'],
  ['--prune-history', '8'],
  ['--transaction-block-keeper', '8'],
  ['--block-base-fee-per-gas', '0'],
  ['--gas-price', '0'],
  ['--timestamp', '1'],
  ['--threads', '1'],
  ['--memory-limit', '8589934592'],
  ['--disable-block-gas-limit', '--disable-code-size-limit', '--disable-min-priority-fee'],
  ['--no-request-size-limit', '--no-cors', '--quiet'],
].flat()

/**
 * Start anvil on a free port of the loopback interface.
 * @returns a backend; `close` ends the process.
 * @throws {NodeStartError} when the package or its binary is missing, or it does not answer.
 */
export async function startAnvil(): Promise<Backend> {
  const port = await freePort()
  const child = spawn(binary(), [...FLAGS, '--port', `${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    complaint += text
  })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const backend = await connect(`http://127.0.0.1:${port}`, () => {
    process.off('exit', end)
    end()
  })
  await answering(backend, child, () => complaint)
  return backend
}

function binary(): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${cpu}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return join(dirname(manifest), 'bin', 'anvil')
  } catch (cause) {
    // The lockfile holds the platform of CI; others take theirs beside it.
    const remedy = `run: npm install --prefix parity --no-save ${name}@${ANVIL}`
    throw new NodeStartError(`package '${name}' is not installed; ${remedy}`, { cause })
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => found(port))
    })
  })
}

async function answering(
  backend: Backend,
  child: ChildProcess,
  complaint: () => string,
): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      await backend.rpc('eth_chainId', [])
      return
    } catch (cause) {
      if (child.exitCode === null && performance.now() < until) {
        await new Promise((done) => setTimeout(done, 25))
        continue
      }
      backend.close()
      throw new NodeStartError(`anvil does not answer: ${complaint().trim() || 'no message'}`, {
        cause,
      })
    }
  }
}
