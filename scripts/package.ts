/**
 * Turn `dist/` into the package that is published: its own package.json, the launcher, README,
 * LICENSE, and those data files and scenarios that may be redistributed.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { publishedFiles } from './published.ts'

type Target = string | { readonly types: string; readonly default: string }

const COPIED_FIELDS = [
  ...['name', 'version', 'description', 'keywords', 'license', 'author', 'homepage', 'repository'],
  ...['bugs', 'type', 'engines', 'bin', 'dependencies'],
]

/**
 * Rewrite an exports map from sources to built files, leaving out what was not built.
 * @param exports subpath to source file, `*` allowed in both
 * @param built tells whether a path relative to the package exists
 */
export function builtExports(
  exports: Readonly<Record<string, string>>,
  built: (path: string) => boolean,
): Record<string, Target> {
  const result: Record<string, Target> = {}
  for (const [subpath, source] of Object.entries(exports)) {
    if (!source.startsWith('./src/')) {
      result[subpath] = source
      continue
    }
    const path = source.replace('./src/', './').replace(/\.ts$/, '')
    const exists = path.includes('*')
      ? built(path.slice(0, path.indexOf('*')))
      : built(`${path}.js`)
    if (exists) result[subpath] = { types: `${path}.d.ts`, default: `${path}.js` }
  }
  return result
}

function main(root: string): void {
  const dist = join(root, 'dist')
  const copy = (path: string): void => {
    mkdirSync(dirname(join(dist, path)), { recursive: true })
    cpSync(join(root, path), join(dist, path), { recursive: true })
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const fields = COPIED_FIELDS.filter((key) => key in manifest).map((key) => [key, manifest[key]])
  const exports = builtExports(manifest.exports, (path) => existsSync(join(dist, path)))
  const published = { ...Object.fromEntries(fields), exports }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)

  for (const path of ['bin', 'LICENSE', 'README.md']) {
    if (existsSync(join(root, path))) copy(path)
    else console.log(`package: no ${path} yet`)
  }
  const { data, scenarios, leftOut } = publishedFiles(root)
  for (const path of [...data, ...scenarios]) copy(path)
  for (const { scenario, reason } of leftOut) console.log(`package: without ${scenario}: ${reason}`)
  const counts = `${Object.keys(exports).length} exports, ${data.length} data files`
  console.log(`package: dist/ holds ${counts}, ${scenarios.length} scenarios`)
}

if (import.meta.main) main(resolve(import.meta.dirname, '..'))
