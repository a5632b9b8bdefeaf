import { describe, expect, it } from 'vitest'
import { ETH, type Member, smallWorld, USDC } from '../../test/conformance/model.ts'
import { createStepper } from '../engine/index.ts'
import { control, slotsOf } from '../mechanisms/controls/control.ts'
import { aaveV3 } from '../mechanisms/lending/index.ts'
import { positionTable } from '../mechanisms/lending/testWorld.conformance.ts'
import { referenceMarket, schedule } from '../mechanisms/prices/index.ts'
import { list, type Model, type TermName, text, type World } from '../world/index.ts'
import {
  columnsOf,
  createWatched,
  endingOf,
  focusOf,
  haltsOf,
  openingOf,
  type PathView,
} from './index.ts'

const TERMS: readonly TermName[] = ['withdrawing', 'liquidationThreshold', 'ltv', 'borrowing']

/** Proposes by plan: `time term value`, of ETH in the lender. */
const planned: Model = control({
  kind: 'controls/byPlan',
  doc: 'proposes by plan',
  params: { plan: list('lines of time, term and value', text('one line')) },
  slots: () => slotsOf(['lender'], TERMS, [ETH]),
  create: (p, _s, _context, desk) => ({
    observe({ time }) {
      for (const line of p.plan) {
        const [at, term, value] = line.split(' ')
        const slot = TERMS.indexOf(term as TermName)
        if (Number(at) === time) desk.propose(slot, Number(value), -1)
      }
    },
  }),
})

const RESERVE = {
  ...{ ltv: 0.7, liquidationThreshold: 0.75, liquidationBonus: 0.08, liquidationProtocolFee: 0 },
  ...{ reserveFactor: 0, supplyCap: 0, borrowCap: 0, debtCeiling: 0, borrowableInIsolation: 0 },
  ...{ siloedBorrowing: 0, eMode: 0, optimalUtilization: 0.8, baseRate: 0, slope1: 0, slope2: 0 },
}

const lender: Member = [
  aaveV3,
  {
    ...{ oracle: 'market', rules: 'v3.3', eModes: [] },
    reserves: [
      { asset: ETH, value: { ...RESERVE, cash: 200 } },
      { asset: USDC, value: { ...RESERVE, cash: 4000 } },
    ],
    positions: positionTable(
      [{ collateral: { ETH: 100 }, debt: { USDC: 1e5 } }, { collateral: { ETH: 60 } }],
      ['USD', 'ETH', 'BTC', 'USDC'],
    ),
  },
]

const TICKS = 100
const END = 12 * TICKS

/** 200 ETH of 2,000 USD are in the market, 160 of them pledged; ETH falls by `drop` at `at`. */
function watched(plan: readonly string[] | null, drop = 0, at = 0) {
  const depth = [ETH, USDC].map((asset) => ({ asset, value: 1e9 }))
  const world = smallWorld(
    {
      fall: [schedule, { shocks: [{ assets: [ETH], drop, scale: 1, at, over: 0 }] }],
      market: [referenceMarket, { drivers: ['fall'], depth }],
      lender,
      ...(plan && { guard: [planned, { plan }] as const }),
    },
    { chain: { gasPrice: 30, native: ETH } },
  )
  const spec = { ...world.spec, ticks: TICKS }
  const own: World = Object.assign(world, { spec })
  const focus = focusOf(own, ETH, 'market')
  const opening = openingOf(own, focus)
  const watch = createWatched(own, focus)
  const step = createStepper(own)
  watch.look(0)
  for (let tick = 1; tick <= TICKS; tick++) {
    step()
    watch.look(tick)
  }
  const view: PathView = {
    ...{ world: own, focus, path: 0, opening, gains: [] },
    ...{ watched: watch.result(), ending: endingOf(own) },
  }
  const columns = columnsOf(['lender', 'nobody'])
  return { world: own, of: (name: string) => columns.find((c) => c.name === name)!.value(view) }
}

const NAMES = [
  'controlActions',
  'controlGas',
  'haltedTime',
  'fundsTrapped',
  'falseAlarms',
  'capitalCost',
]

describe('measures of controls', () => {
  const { world, of } = watched([
    '60 withdrawing 0',
    '120 liquidationThreshold 0.72',
    '180 withdrawing 1',
    '600 ltv 0.6',
    '1140 borrowing 0',
  ])

  it('count changes and their gas', () => {
    expect(of('controlActions')).toBe(5)
    expect(of('controlActions[lender]')).toBe(5)
    expect(of('controlActions[nobody]')).toBe(0)
    const guard = world.instances.find(({ name }) => name === 'guard')!.self
    expect(of('controlGas')).toBeGreaterThan(0)
    expect(of('controlGas')).toBeCloseTo(-world.ledger.balance(guard, 0), 9)
  })

  it('add up the time of halts, to the end where they last', () => {
    expect(of('haltedTime')).toBe(120 + (END - 1140))
    expect(of('haltedTime[nobody]')).toBe(0)
    expect(haltsOf(world).map(({ term, from, to, lasts }) => [term, from, to, lasts])).toEqual([
      ['withdrawing', 60, 180, false],
      ['borrowing', 1140, END, true],
    ])
  })

  it('add up what could have been taken out while withdrawing was halted', () => {
    expect(of('fundsTrapped')).toBeCloseTo((200 * 2000 * 120) / 3600, 6)
    expect(of('fundsTrapped[lender]')).toBe(of('fundsTrapped'))
  })

  it('average the borrowing power lost, by the larger fall of threshold and limit', () => {
    const pledged = 160 * 2000
    const expected = (pledged * (0.03 * (600 - 120) + 0.1 * (END - 600))) / END
    expect(of('capitalCost')).toBeCloseTo(expected, 6)
  })

  it('call a halt false after which nothing went bad', () => {
    expect(of('falseAlarms')).toBe(2)
  })

  it('are none without controls', () => {
    const bare = watched(null)
    expect(NAMES.map(bare.of)).toEqual(NAMES.map(() => null))
  })

  it('are zero where a control does nothing', () => {
    const idle = watched([])
    expect(NAMES.map(idle.of)).toEqual(NAMES.map(() => 0))
  })
})

describe('false alarms', () => {
  it('are none where bad debt arose, whether before the halt or after it', () => {
    const halt = ['600 withdrawing 0']
    expect(watched(halt, 0.3, 300).of('falseAlarms')).toBe(1)
    expect(watched(halt, 0.6, 300).of('falseAlarms')).toBe(0)
    expect(watched(halt, 0.6, 900).of('falseAlarms')).toBe(0)
  })
})

describe('capitalCost', () => {
  it('is at the prices of the moment, and below zero where both limits were loosened', () => {
    const tight = watched(['12 liquidationThreshold 0.7'], 0.5, 606)
    const pledged = 160 * 2000 * 0.05
    expect(tight.of('capitalCost')).toBeCloseTo((pledged * (50 + 0.5 * 49)) / TICKS, -1)
    const loose = ['12 liquidationThreshold 0.8']
    expect(watched(loose).of('capitalCost')).toBe(0)
    const looser = watched([...loose, '12 ltv 0.75'])
    expect(looser.of('capitalCost')).toBeCloseTo((-pledged * 99) / TICKS, 6)
  })
})
