import { describe, expect, it } from 'vitest'
import { philoxDraws } from './draws.ts'
import { fastLength, fourier, unitRoots } from './fourier.ts'

describe('fourier', () => {
  it('has the roots of unity to the last digits', () => {
    for (const n of [1, 2, 3, 7, 8, 360, 1001]) {
      const { re, im } = unitRoots(n)
      for (let k = 0; k < n; k++) {
        expect(re[k]).toBeCloseTo(Math.cos((2 * Math.PI * k) / n), 14)
        expect(im[k]).toBeCloseTo(Math.sin((2 * Math.PI * k) / n), 14)
      }
    }
  })

  it('agrees with the sum that defines it, for lengths of any factors', () => {
    for (const n of [1, 2, 9, 30, 49, 97, 210]) {
      const draws = philoxDraws(n, 0, 'fourier')
      const x = {
        re: Float64Array.from({ length: n }, (_, t) => draws.normal(t, 0)),
        im: Float64Array.from({ length: n }, (_, t) => draws.normal(t, 1)),
      }
      const found = fourier(x, unitRoots(n))
      for (let k = 0; k < n; k++) {
        let [re, im] = [0, 0]
        for (let t = 0; t < n; t++) {
          const angle = (-2 * Math.PI * k * t) / n
          re += x.re[t]! * Math.cos(angle) - x.im[t]! * Math.sin(angle)
          im += x.re[t]! * Math.sin(angle) + x.im[t]! * Math.cos(angle)
        }
        expect(found.re[k]).toBeCloseTo(re, 10)
        expect(found.im[k]).toBeCloseTo(im, 10)
      }
    }
  })

  it('cuts a length to small prime factors, losing little', () => {
    expect([1, 11, 97, 1009, 19_997].map(fastLength)).toEqual([1, 10, 96, 1008, 19_845])
  })
})
