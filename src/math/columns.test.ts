import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ColumnError,
  type ColumnSpec,
  type ColumnType,
  fillColumns,
  layoutColumns,
  viewColumns,
} from './columns.ts'

const specs = {
  price: { type: 'f64', length: 3, unit: 'USD', fill: 1.5 },
  flag: { type: 'u8', length: 5, unit: '1', fill: 1 },
  account: { type: 'i32', length: 3, unit: 'index', fill: -1 },
  empty: { type: 'f64', length: 0, unit: 'USD' },
} as const satisfies Record<string, ColumnSpec>

const anySpecs = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== '__proto__'),
  fc.record({
    type: fc.constantFrom<ColumnType>('f64', 'i32', 'u8'),
    length: fc.nat(40),
    unit: fc.constant('1'),
    fill: fc.integer({ min: 0, max: 255 }),
  }),
  { maxKeys: 12 },
)

describe('layoutColumns', () => {
  it('orders by name and aligns to 8 bytes', () => {
    expect(layoutColumns(specs)).toEqual({
      byteLength: 48,
      offsets: { account: 0, empty: 16, flag: 16, price: 24 },
    })
    expect(layoutColumns(specs, 64).offsets.price).toBe(88)
    expect(layoutColumns({})).toEqual({ byteLength: 0, offsets: {} })
  })

  it('does not depend on the order of keys', () => {
    const reversed = Object.fromEntries(Object.entries(specs).reverse())
    expect(layoutColumns(reversed)).toEqual(layoutColumns(specs))
  })

  it('rejects impossible lengths and offsets', () => {
    for (const length of [-1, 1.5, NaN, Infinity]) {
      expect(() => layoutColumns({ a: { type: 'u8', length, unit: '1' } })).toThrow(ColumnError)
    }
    for (const offset of [-8, 4, 0.5, NaN]) {
      expect(() => layoutColumns(specs, offset)).toThrow(ColumnError)
    }
  })
})

describe('viewColumns and fillColumns', () => {
  it('give typed arrays of the asked length over the shared buffer', () => {
    const buffer = new SharedArrayBuffer(8 + layoutColumns(specs, 8).byteLength)
    const columns = viewColumns(buffer, specs, 8)
    expect(columns.price).toBeInstanceOf(Float64Array)
    expect(columns.flag).toBeInstanceOf(Uint8Array)
    expect(columns.account).toBeInstanceOf(Int32Array)
    fillColumns(columns, specs)
    expect([...columns.price!]).toEqual([1.5, 1.5, 1.5])
    expect([...columns.account!]).toEqual([-1, -1, -1])
    expect(new Float64Array(buffer)[0]).toBe(0)
    columns.price![2] = 9
    expect(viewColumns(buffer, specs, 8).price![2]).toBe(9)
  })

  it('never overlap: each fill survives all others', () => {
    fc.assert(
      fc.property(anySpecs, fc.nat(4), (any, words) => {
        const { byteLength } = layoutColumns(any, words * 8)
        const columns = viewColumns(new ArrayBuffer(words * 8 + byteLength), any, words * 8)
        fillColumns(columns, any)
        for (const [name, spec] of Object.entries(any)) {
          expect(columns[name]).toHaveLength(spec.length)
          expect(columns[name]!.every((x: number) => x === spec.fill)).toBe(true)
        }
      }),
    )
  })

  it('reject a buffer that is too small and a missing column', () => {
    expect(() => viewColumns(new ArrayBuffer(40), specs)).toThrow(ColumnError)
    expect(() => fillColumns({}, specs)).toThrow(ColumnError)
  })
})
