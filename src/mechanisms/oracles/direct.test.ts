import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { direct } from './direct.ts'
import { eventsOf, type Fall, oracleWorld } from './testWorld.conformance.ts'

const own = [direct, { source: 'market', assets: [ETH] }] as const
const swing: readonly Fall[] = [
  [0.2, 60],
  [-0.3, 180, 60],
]
priceSourceConformance('a source as it is', () => {
  const world = oracleWorld(swing, { direct: own })
  return { world, source: world.port('priceSource', 'direct'), asset: ETH, stranger: BTC }
})
modelConformance('a source as it is', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH], vol: 2 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    direct: own,
  }),
)

describe('a source as it is', () => {
  it('goes on saying what it said when it was stopped, until it is started again', () => {
    const world = oracleWorld(
      [
        [0.1, 12],
        [0.5, 36],
      ],
      { direct: own },
    )
    const source = world.port('priceSource', 'direct')
    const governed = world.port('governed', 'direct')
    stepWorld(world, 2)
    expect(governed.setTerm('answering', ETH, 0)).toBeNull()
    stepWorld(world, 2)
    expect(governed.setTerm('answering', ETH, 0)).toBeNull()
    expect(source.price(ETH)).toBeCloseTo(1800, 9)
    expect(source.moveOf(eventsOf(world, 'news')[1]!, ETH)).toBe(0)
    governed.setTerm('answering', ETH, 1)
    expect(source.price(ETH)).toBeCloseTo(900, 9)
    expect(governed.setTerm('answering', ETH, 2)).not.toBeNull()
  })
})
