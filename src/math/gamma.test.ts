import { describe, expect, it, test } from 'vitest'
import { chiSquareQuantile, chiSquareTail, gammaCdf, gammaTail, logGamma } from './gamma.ts'
import { studentCdf, studentQuantile } from './interval.ts'
import { normalCdf } from './normal.ts'

// Reference values: SciPy 1.17.1 (gammaln, gammaincc, gammainc, chi2.isf, t.cdf).
describe('gamma functions agree with SciPy', () => {
  test.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [7.3, 7.147892523022249],
    [123.4, 469.3360974421906],
  ])('ln Gamma(%f)', (x, expected) => {
    expect(Math.abs(logGamma(x) / expected - 1)).toBeLessThan(1e-13)
  })

  test.each([
    [0.5, 0.1, 0.6547208460185768, 0.34527915398142317],
    [1.7, 3, 0.14377784754299047, 0.8562221524570095],
    [20, 15, 0.8752187849674751, 0.12478121503252496],
    [100, 130, 0.002750408367306518, 0.9972495916326934],
    [2, 40, 1.7418252446695558e-16, 1],
  ])('incomplete gamma of shape %f at %f', (a, x, upper, lower) => {
    expect(Math.abs(gammaTail(a, x) / upper - 1)).toBeLessThan(1e-11)
    expect(Math.abs(gammaCdf(a, x) / lower - 1)).toBeLessThan(1e-11)
  })

  test.each([
    [-6, 4, 8.884219098088753e-5],
    [-2, 2.5, 0.10978876563173844],
    [0.3, 7, 7.465314991108148],
    [4, 12.5, 43.02749307118462],
    [7, 3.1, 58.759113836426174],
  ])('chi-square quantile at the probability of %f sd, %f degrees', (z, df, expected) => {
    expect(
      Math.abs(chiSquareQuantile(normalCdf(z), normalCdf(-z), df) / expected - 1),
    ).toBeLessThan(1e-9)
  })

  test.each([
    [-5, 3, 0.007696219036651147],
    [-0.2, 4.5, 0.42509980594753105],
    [0.7, 12, 0.7513629231046463],
    [9, 3.3, 0.999017079493361],
  ])('Student distribution at %f with %f degrees', (t, df, expected) => {
    expect(Math.abs(studentCdf(t, df) / expected - 1)).toBeLessThan(1e-11)
    expect(studentQuantile(studentCdf(-Math.abs(t), df), df)).toBeCloseTo(-Math.abs(t), 9)
  })
})

it('is a distribution at its ends and nothing outside its domain', () => {
  expect([gammaTail(2, 0), gammaTail(2, Infinity), gammaCdf(2, 0)]).toEqual([1, 0, 0])
  expect([chiSquareTail(0, 3), chiSquareTail(-1, 3)]).toEqual([1, 1])
  expect([logGamma(0), gammaTail(0, 1), gammaTail(1, -1), gammaCdf(-1, 1)]).toEqual(
    new Array(4).fill(Number.NaN),
  )
  expect(studentCdf(Number.NaN, 3)).toBeNaN()
})
