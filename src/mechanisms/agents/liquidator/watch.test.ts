import { describe, expect, it } from 'vitest'
import { lendingWorld } from '../../lending/testWorld.conformance.ts'
import { createWatch } from './watch.ts'

const accounts = [
  { collateral: { ETH: 10 }, debt: { USDC: 15_000 } },
  { collateral: { ETH: 10, WBTC: 0.5 }, debt: { USDC: 24_000 } },
  { collateral: { ETH: 10 } },
]

function make(lag: number) {
  const from = lendingWorld({ accounts })
  const { assets } = from.world.spec
  const seen = new Float64Array((lag + 1) * assets.length)
  const watch = createWatch(from.lender, seen, { lag, assets, at: 0, of: 1 })
  watch.open()
  const look = (number: number) => {
    watch.see(number)
    const { count, row, debt, collateral, owed } = watch.find(0)
    return Array.from({ length: count }, (_, j) => [row[j], debt[j], collateral[j], owed[j]])
  }
  return { ...from, watch, look }
}

describe('a watch', () => {
  it('finds who is liquidatable, with the largest debt and the largest collateral', () => {
    const { look, setPrice, debt, collateral } = make(0)
    expect(look(1)).toEqual([])
    setPrice('ETH', 1000)
    const usdc = debt('USDC')
    expect(look(2)).toEqual([
      [0, usdc, collateral('ETH'), 15_000],
      [1, usdc, collateral('WBTC'), 24_000],
    ])
  })

  it('sees prices as many blocks late as it is told', () => {
    const { look, setPrice } = make(2)
    look(1)
    setPrice('ETH', 1000)
    expect(look(2)).toEqual([])
    expect(look(3)).toEqual([])
    expect(look(4).length).toBe(2)
    setPrice('ETH', 2000)
    expect(look(5).length).toBe(2)
    expect(look(6).length).toBe(2)
    expect(look(7).length).toBe(0)
  })

  it('finds the same whether it remembers its last look or not', () => {
    const from = make(1)
    from.setPrice('ETH', 1400)
    from.look(1)
    from.look(2)
    from.setPrice('ETH', 1600)
    const remembered = from.look(3)
    from.watch.forget()
    expect(from.look(3)).toEqual(remembered)
    // Row 1's largest collateral is BTC at the price that it sees, and ETH at the price now.
    expect(remembered[1]![2]).toBe(from.collateral('WBTC'))
  })

  it('has seen the opening prices before the first block', () => {
    const { look, setPrice } = make(2)
    setPrice('ETH', 1000)
    expect([0, 1, 2].map((number) => look(number).length)).toEqual([0, 0, 2])
  })

  it('sees changes of the book at once', () => {
    const from = make(1)
    from.setPrice('ETH', 1400)
    from.look(1)
    expect(from.look(2).map(([row]) => row)).toEqual([0, 1])
    from.lender.repay(0, from.debt('USDC'), 15_000, from.holder)
    expect(from.look(3).map(([row]) => row)).toEqual([1])
  })
})
