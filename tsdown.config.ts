import { posix, relative } from 'node:path'
import { defineConfig, type UserConfig } from 'tsdown'

const REFERENCE = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*,\s*import\.meta\.url\s*\)/g

/**
 * Keep `new URL('./worker.ts', import.meta.url)` and `new URL('../../data/x', import.meta.url)` right
 * in the built package, where modules end in `.js` and `src/` has become the root.
 */
function movedReferences(root: string): { name: string; transform: typeof transform } {
  function transform(code: string, id: string): string | undefined {
    const file = relative(root, id).replaceAll('\\', '/')
    if (!file.startsWith('src/') || !code.includes('import.meta.url')) return undefined
    const folder = posix.dirname(file)
    return code.replace(REFERENCE, (_, _quote, path: string) => {
      const target = posix.join(folder, path)
      const built = target.replace(/^src\//, '').replace(/\.ts$/, '.js')
      const moved = posix.relative(folder.replace(/^src\/?/, ''), built)
      return `new URL('./${moved}${path.endsWith('/') ? '/' : ''}', import.meta.url)`
    })
  }
  return { name: 'moved-references', transform }
}

const config: UserConfig = defineConfig({
  entry: [
    'src/**/*.ts',
    '!src/**/*.test.ts',
    '!src/**/conformance.ts',
    '!src/**/*.conformance.ts',
    '!src/**/conformance/**',
  ],
  root: 'src',
  outDir: 'dist',
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  fixedExtension: false,
  unbundle: true,
  dts: true,
  clean: true,
  hash: false,
  report: false,
  logLevel: 'warn',
  plugins: [movedReferences(import.meta.dirname)],
})

export default config
