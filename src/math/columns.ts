/** Element type of a column. */
export type ColumnType = 'f64' | 'i32' | 'u8'

/** One column: `length` in elements, `unit` in words, `fill` its first value (default 0). */
export type ColumnSpec = {
  readonly type: ColumnType
  readonly length: number
  readonly unit: string
  readonly fill?: number
}

/** A view of one column. */
export type Column = Float64Array | Int32Array | Uint8Array

/** A column or buffer has an impossible size or place. */
export class ColumnError extends Error {
  override readonly name = 'ColumnError'
}

const BYTES: Readonly<Record<ColumnType, number>> = Object.freeze({ f64: 8, i32: 4, u8: 1 })

/**
 * Place columns one after the other, in the order of their sorted names.
 *
 * @param specs columns by name; lengths in elements, integers >= 0.
 * @param offset first byte of the first column, a multiple of 8; default 0.
 * @returns offsets in bytes from the start of the buffer, each a multiple of 8, and byteLength in
 * bytes from `offset`, also a multiple of 8.
 * @throws {ColumnError} when a length or the offset is negative, fractional or misaligned.
 */
export function layoutColumns(
  specs: Readonly<Record<string, ColumnSpec>>,
  offset: number = 0,
): { readonly byteLength: number; readonly offsets: Readonly<Record<string, number>> } {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % 8 !== 0) {
    throw new ColumnError(`offset is '${offset}'; use a multiple of 8 that is not negative`)
  }
  const offsets: Record<string, number> = {}
  let end = offset
  for (const name of Object.keys(specs).sort()) {
    const { type, length } = specs[name]!
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ColumnError(`column '${name}' has length '${length}'; use an integer >= 0`)
    }
    offsets[name] = end
    end += Math.ceil((length * BYTES[type]) / 8) * 8
  }
  return { byteLength: end - offset, offsets }
}

/**
 * View the columns of a buffer; nothing is copied or written.
 *
 * @param buffer holds at least offset + layoutColumns(specs, offset).byteLength bytes.
 * @param specs as given to `layoutColumns`.
 * @param offset as given to `layoutColumns`.
 * @returns typed arrays by name, sharing the buffer's memory.
 * @throws {ColumnError} when the buffer is too small, or as `layoutColumns`.
 */
export function viewColumns(
  buffer: ArrayBufferLike,
  specs: Readonly<Record<string, ColumnSpec>>,
  offset: number = 0,
): Record<string, Column> {
  const { byteLength, offsets } = layoutColumns(specs, offset)
  if (offset + byteLength > buffer.byteLength) {
    throw new ColumnError(
      `buffer holds '${buffer.byteLength}' bytes and the columns need '${offset + byteLength}'; ` +
        'size it with layoutColumns',
    )
  }
  const columns: Record<string, Column> = {}
  for (const name of Object.keys(offsets)) {
    const { type, length } = specs[name]!
    columns[name] = view(buffer, type, offsets[name]!, length)
  }
  return columns
}

function view(buffer: ArrayBufferLike, type: ColumnType, offset: number, length: number): Column {
  if (type === 'f64') return new Float64Array(buffer, offset, length)
  if (type === 'i32') return new Int32Array(buffer, offset, length)
  return new Uint8Array(buffer, offset, length)
}

/**
 * Write every column's `fill` (0 without one) into all its elements.
 *
 * @param columns as returned by `viewColumns` for the same specs; overwritten.
 * @param specs columns by name.
 * @throws {ColumnError} when a column named in specs is missing.
 */
export function fillColumns(
  columns: Readonly<Record<string, Column>>,
  specs: Readonly<Record<string, ColumnSpec>>,
): void {
  for (const name of Object.keys(specs).sort()) {
    const column = columns[name]
    if (column === undefined) {
      throw new ColumnError(`column '${name}' is missing; view the columns with the same specs`)
    }
    column.fill(specs[name]!.fill ?? 0)
  }
}

/** Pick the columns whose names start with `prefix`, with the prefix taken off. */
export function columnsUnder(
  prefix: string,
  columns: Readonly<Record<string, Column>>,
): Record<string, Column> {
  const own: Record<string, Column> = {}
  for (const name of Object.keys(columns))
    if (name.startsWith(prefix)) own[name.slice(prefix.length)] = columns[name]!
  return own
}

/**
 * Allocate columns in one buffer, filled.
 *
 * @returns the columns, and the buffer's bytes.
 * @throws {ColumnError} as `layoutColumns`.
 */
export function createColumns(specs: Readonly<Record<string, ColumnSpec>>): {
  readonly columns: Record<string, Column>
  readonly bytes: Uint8Array
} {
  const buffer = new ArrayBuffer(layoutColumns(specs).byteLength)
  const columns = viewColumns(buffer, specs)
  fillColumns(columns, specs)
  return { columns, bytes: new Uint8Array(buffer) }
}

/** View the first `length` elements of a typed array as bytes; nothing is copied. */
export function bytesOf(
  array: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
  length: number,
): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.BYTES_PER_ELEMENT * length)
}
