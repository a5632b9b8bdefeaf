import type { EngineSide } from './engine.ts'
import type { FusedLoop } from './reference/fusedLoop.ts'

/** How far the engine and the reference loop agree on a path. */
export type Agreement = {
  readonly liquidations: number
  readonly failed: number
  /** Whether count, rows, blocks and order of the liquidations are the same. */
  readonly isSame: boolean
  /** First liquidation that differs, in words; '' when none does. */
  readonly difference: string
  readonly badDebt: number
  /** Relative difference of the final bad debt. */
  readonly badDebtGap: number
}

/** Run both sides over the same blocks and compare what they did. */
export function compare(engine: EngineSide, fused: FusedLoop, blocks: number): Agreement {
  engine.run(blocks)
  const reference = fused.run('everyBlock', blocks)
  const { row, block } = engine.liquidations()
  const most = Math.max(row.length, reference.liquidations)
  let first = 0
  while (
    first < Math.min(row.length, reference.liquidations) &&
    row[first] === reference.row[first] &&
    block[first] === reference.block[first]
  )
    first++
  const badDebt = engine.badDebt()
  const other = fused.badDebt()
  const scale = Math.max(Math.abs(badDebt), Math.abs(other))
  const isSame = first === most && engine.failed() === reference.failed
  return {
    liquidations: row.length,
    failed: engine.failed(),
    isSame,
    difference:
      first === most
        ? ''
        : `number ${first}: engine row ${row[first]} in block ${block[first]} of ${row.length}, reference row ${reference.row[first]} in block ${reference.block[first]} of ${reference.liquidations}`,
    badDebt,
    badDebtGap: scale === 0 ? 0 : Math.abs(badDebt - other) / scale,
  }
}
