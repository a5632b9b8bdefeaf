#!/usr/bin/env node
// Start the command line on a Node that can run it: this one, or the one that the `node` package brings.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entries = ['../src/cli/main.ts', '../cli/main.js'].map(
  (path) => new URL(path, import.meta.url),
)

if (runsHere(process.versions.node)) await start()
else await startOnBundledNode()

function runsHere(version) {
  const [major, minor] = version.split('.').map(Number)
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

async function start() {
  const entry = entries.find((url) => existsSync(url))
  if (!entry) return refuse('its command line (src/cli/main.ts) is missing from this checkout')
  module.enableCompileCache?.()
  const { main } = await import(entry.href)
  if (main) process.exitCode = await main(process.argv.slice(2))
}

async function startOnBundledNode() {
  const node = bundledNode()
  if (!node || process.env.BREAKWATER_RESTARTED) {
    return refuse(
      `Node ${process.versions.node} is too old: install Node 22.18 or later, or run "npm ci" in a clone`,
    )
  }
  const { spawn } = await import('node:child_process')
  const { isatty } = await import('node:tty')
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, BREAKWATER_RESTARTED: '1' },
  })
  // A terminal sends Ctrl-C to both processes; sent on as well, it would count twice.
  const onTerminal = [0, 1, 2].some(isatty)
  process.on('SIGINT', () => onTerminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => refuse(`cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function bundledNode() {
  try {
    const manifest = module.createRequire(import.meta.url).resolve('node/package.json')
    const name = process.platform === 'win32' ? 'node.exe' : 'node'
    const path = join(dirname(manifest), 'bin', name)
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function refuse(reason) {
  process.stderr.write(`breakwater cannot start: ${reason}.\n`)
  process.exitCode = 3
}
