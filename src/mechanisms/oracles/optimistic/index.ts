export { askPerToken, leastBribe, type Temptation, type VoteRules, votesToBuy } from './kernel.ts'
export { optimistic } from './model.ts'
