import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { blocksOf, type CodeBlock, commandsOf, DocsMarkError, forgotten, runBlock } from './docs.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-docs-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The only block of a document. */
function only(text: string): CodeBlock {
  const blocks = blocksOf('README.md', text)
  expect(blocks).toHaveLength(1)
  return blocks[0]!
}

function outcome(text: string): Promise<string | null> {
  const block = only(text)
  if (block.order === null || typeof block.order === 'string') throw new Error('is not run')
  return runBlock(block, block.order, folder)
}

describe('blocks of a document', () => {
  it('are found with line, language and what the line before says', () => {
    const text = `a\n\n<!-- run: expect "x y" exit 2, short -->\n\`\`\`sh\nls\n\`\`\`\n\n~~~ts\n\`\`\`\n~~~\n<!-- no run: costs money -->\n\`\`\`\npay\n\`\`\`\n`
    const [one, two, three] = blocksOf('README.md', text)
    const order = { expected: ['x y'], exit: 2, without: [], short: true }
    expect(one).toMatchObject({ line: 4, language: 'shell', lines: ['ls'], order })
    expect(two).toMatchObject({ line: 8, language: 'ts', lines: ['```'], order: null })
    expect(three).toMatchObject({ line: 12, language: 'shell', order: 'costs money' })
  })

  it('that README.md leaves undecided are named, those of other scripts and languages are not', () => {
    const text = `\`\`\`\nls\n\`\`\`\n\n\`\`\`json\n{}\n\`\`\`\n<!-- table: x -->\n\`\`\`\n$ ls\n\`\`\``
    expect(forgotten(blocksOf('README.md', text)).map(({ line }) => line)).toEqual([1])
    expect(forgotten(blocksOf('docs/a.md', text))).toEqual([])
  })

  test.each([
    ['an unknown option', '<!-- run: fast -->\n```\nls\n```', /README\.md:1: cannot read "fast"/],
    ['no reason', '<!-- no run: -->\n```\nls\n```', /README\.md:1: say why/],
    ['a comment that no block follows', '\n<!-- run -->\n\n```\nls\n```', /README\.md:2: put this/],
    ['a block without an end', '```\nls\n', /README\.md:1: .*never closed/],
  ])('with %s are refused', (_, text, message) => {
    expect(() => blocksOf('README.md', text)).toThrow(DocsMarkError)
    expect(() => blocksOf('README.md', text)).toThrow(message)
  })
})

describe('commands of a block', () => {
  const textsOf = (text: string): (string | number)[][] => {
    const block = only(text)
    if (block.order === null || typeof block.order === 'string') throw new Error('is not run')
    return commandsOf(block, block.order).map((c) => [c.line, c.text])
  }

  it('are its lines, without comments, with continued lines as one', () => {
    expect(textsOf('<!-- run -->\n```\n# first\nls \\\n  -l\n\npwd\n```')).toEqual([
      [4, 'ls -l'],
      [7, 'pwd'],
    ])
  })

  it('are what follows a prompt where there is one', () => {
    expect(textsOf('<!-- run -->\n```\n$ ls\nfile\n```')).toEqual([[3, 'ls']])
  })

  it('lose what the order strips, and run short', () => {
    const text =
      '<!-- run: without "npm ci && " short -->\n```\nnpm ci && npx breakwater run a.yaml --json\n```'
    expect(textsOf(text)).toEqual([[3, 'npx breakwater run a.yaml --short --json']])
  })
})

describe('a shell block', () => {
  it('keeps folder and variables from line to line', async () => {
    const text = 'mkdir -p deep && cd deep\nexport WORD=kept\necho "$WORD $(basename "$PWD")"'
    expect(await outcome(`<!-- run: expect "kept deep" -->\n\`\`\`\n${text}\n\`\`\``)).toBeNull()
  })

  it('that fails says where, which command and what it printed', async () => {
    const why = await outcome('<!-- run -->\n```\necho fine\necho broken; exit 7\necho never\n```')
    expect(why).toBe('README.md:4: exits with 7, not 0\n  $ echo broken; exit 7\n  broken')
  })

  it('fails when a part of a pipe fails', async () => {
    expect(await outcome('<!-- run -->\n```\nfalse | cat\n```')).toContain('exits with 1')
  })

  it('fails when it does not print what is expected, or does not exit as expected', async () => {
    expect(await outcome('<!-- run: expect "b" -->\n```\necho a\n```')).toContain(
      'README.md:3: does not print "b"\n  $ echo a\n  a',
    )
    expect(await outcome('<!-- run: exit 1 -->\n```\ntrue\n```')).toContain('exits with 0, not 1')
    expect(await outcome('<!-- run: exit 1 -->\n```\ntrue\nfalse\n```')).toBeNull()
  })
})

describe('a TypeScript block', () => {
  it('runs, with types, against the package of its folder', async () => {
    const manifest = { name: 'breakwater', type: 'module', exports: { '.': './index.ts' } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(folder, 'index.ts'), 'export const answer: number = 42\n')
    const code =
      "import { answer } from 'breakwater'\nconst n: number = answer\nconsole.log('n', n)"
    expect(await outcome(`<!-- run: expect "n 42" -->\n\`\`\`ts\n${code}\n\`\`\``)).toBeNull()
  })

  it('that throws fails with the error', async () => {
    const why = await outcome("<!-- run -->\n```ts\nthrow new Error('on purpose')\n```")
    expect(why).toContain('README.md:3: exits with 1, not 0')
    expect(why).toContain('on purpose')
  })
})
