import { MODELS } from '../mechanisms/index.ts'
import type { Model, ParamSpec, ParamSpecs } from '../world/index.ts'

function typeOf(spec: ParamSpec): string {
  if (spec.options) return spec.options.join(' | ')
  if (spec.type === 'ref') return `name of an instance with port ${spec.port}`
  if (spec.type === 'refs') return `names of instances with port ${spec.port}`
  if (spec.type === 'perAsset') return `per asset: ${spec.of ? typeOf(spec.of) : ''}`
  if (spec.type === 'list') return `list of ${spec.of ? typeOf(spec.of) : ''}`
  if (spec.type === 'data') return `${spec.shape} of a source`
  return spec.unit ?? spec.type
}

function defaultOf(spec: ParamSpec): string {
  if (spec.default === undefined) return spec.optional ? 'optional' : 'required'
  return `default ${JSON.stringify(spec.default)}`
}

function paramLines(params: ParamSpecs, indent: string): readonly string[] {
  return Object.entries(params).flatMap(([name, spec]) => {
    const fields = spec.fields ?? spec.of?.fields
    const line = `${indent}${name.padEnd(Math.max(2, 26 - indent.length))} ${spec.doc} [${typeOf(spec)}; ${defaultOf(spec)}]`
    return fields ? [line, ...paramLines(fields, `${indent}  `)] : [line]
  })
}

function modelText({ kind, doc, params }: Model): string {
  return [`${kind}`, `  ${doc}`, ...paramLines(params, '    ')].join('\n')
}

/**
 * Print every kind of model, its parameters and their units.
 * @param kind only this kind or family.
 * @returns the exit code.
 */
export function modelsCommand(
  kind: string | undefined,
  options: { readonly json?: boolean },
): number {
  const found = MODELS.filter((m) => !kind || m.kind === kind || m.kind.startsWith(`${kind}/`))
  if (found.length === 0) {
    const kinds = MODELS.map((m) => m.kind).join(', ')
    process.stderr.write(`breakwater: no kind is named "${kind}"; there are ${kinds}\n`)
    return 2
  }
  const plain = found.map(({ kind: name, phase, doc, params }) => ({
    kind: name,
    phase,
    doc,
    params,
  }))
  process.stdout.write(
    options.json ? `${JSON.stringify(plain, null, 2)}\n` : `${found.map(modelText).join('\n\n')}\n`,
  )
  return 0
}
