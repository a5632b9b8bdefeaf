/** A token of TypeScript source; comments are dropped, strings carry their value. */
export type Token = {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'punct'
  readonly text: string
  readonly line: number
}

/** One module reference of a file; `specifier` is null when it is computed at run time. */
export type ImportSite = { readonly specifier: string | null; readonly line: number }

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*/uy
const NUMBER = /0[xob][\da-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?n?/iy
const REGEX = /\/(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\/[a-z]*/iy
const BLANK = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/y
const QUOTED = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y
const BEFORE_REGEX = new Set(
  'return typeof case in of delete void throw new else do instanceof yield await'.split(' '),
)

/**
 * Split TypeScript source into tokens.
 * Expressions inside template literals are split too; a template without expressions is a string.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  const braces: ('code' | 'template')[] = []
  let at = 0
  let line = 1

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const text = pattern.exec(source)?.[0]
    return text === undefined || text === '' ? undefined : text
  }
  const advance = (text: string): void => {
    at += text.length
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) line++
  }
  const push = (kind: Token['kind'], text: string, length: number = text.length): void => {
    tokens.push({ kind, text, line })
    advance(source.slice(at, at + length))
  }
  const templatePart = (continued: boolean): void => {
    at++
    const text = take(TEMPLATE_PART) ?? ''
    const closed = source[at + text.length] !== '$'
    push(continued || !closed ? 'template' : 'string', text)
    at += closed ? 1 : 2
    if (!closed) braces.push('template')
  }

  while (at < source.length) {
    const char = source[at] as string
    const blank = take(BLANK)
    if (blank !== undefined) {
      advance(blank)
      continue
    }
    if (char === '`') {
      templatePart(false)
      continue
    }
    if (char === '{') braces.push('code')
    if (char === '}' && braces.pop() === 'template') {
      templatePart(true)
      continue
    }
    const quoted = take(QUOTED)
    const word = take(WORD)
    const number = /[\d.]/.test(char) ? take(NUMBER) : undefined
    const regex = char === '/' && startsRegex(tokens) ? take(REGEX) : undefined
    if (quoted !== undefined) push('string', quoted.slice(1, -1), quoted.length)
    else if (word !== undefined) push('word', word)
    else if (number !== undefined) push('number', number)
    else if (regex !== undefined) push('regex', regex)
    else push('punct', char)
  }
  return tokens
}

/** Tell whether a slash after these tokens starts a regular expression (rather than a division). */
function startsRegex(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1)
  if (!last) return true
  if (last.kind === 'word') return BEFORE_REGEX.has(last.text)
  if (last.kind !== 'punct') return false
  const before = tokens.at(-2)
  if (last.text === '!') return !before || !endsOperand(before)
  if ((last.text === '+' || last.text === '-') && before?.text === last.text) return false
  return !')]}'.includes(last.text)
}

function endsOperand(token: Token): boolean {
  if (token.kind === 'word') return !BEFORE_REGEX.has(token.text)
  return token.kind !== 'punct' || ')]!'.includes(token.text)
}

/** List every import, re-export and dynamic import, type-only ones and `import('x')` types included. */
export function importSites(tokens: readonly Token[]): ImportSite[] {
  const sites: ImportSite[] = []
  tokens.forEach((token, i) => {
    if (token.kind !== 'word' || tokens[i - 1]?.text === '.') return
    if (token.text === 'import') sites.push(...importAt(tokens, i))
    if (token.text === 'export') sites.push(...reExportAt(tokens, i))
  })
  return sites
}

function importAt(tokens: readonly Token[], start: number): ImportSite[] {
  const line = tokens[start]?.line ?? 0
  const next = tokens[start + 1]
  if (next?.kind === 'string') return [{ specifier: next.text, line }]
  if (next?.text === '(' && next.kind === 'punct') {
    const argument = tokens[start + 2]
    const literal = argument?.kind === 'string' && /^[,)]$/.test(tokens[start + 3]?.text ?? '')
    return [{ specifier: literal ? argument.text : null, line }]
  }
  return fromClause(tokens, start + 1, line)
}

function reExportAt(tokens: readonly Token[], start: number): ImportSite[] {
  const first = tokens[start + 1]?.text === 'type' ? start + 2 : start + 1
  const text = tokens[first]?.text
  if (text !== '{' && text !== '*') return []
  return fromClause(tokens, first, tokens[start]?.line ?? 0)
}

function fromClause(tokens: readonly Token[], first: number, line: number): ImportSite[] {
  let closed = false
  for (let i = first; i < tokens.length; i++) {
    const token = tokens[i] as Token
    const next = tokens[i + 1]
    if (token.text === 'from' && next?.kind === 'string') return [{ specifier: next.text, line }]
    // After `export { a }` comes `from` or the next statement.
    if (closed && token.kind === 'word' && token.text !== 'from') return []
    if (token.kind === 'punct' && !'{},*'.includes(token.text)) return []
    if (token.kind !== 'punct' && token.kind !== 'word' && token.kind !== 'string') return []
    closed = token.text === '}'
  }
  return []
}
