import { configureGlobal } from 'fast-check'

/** Draw the same cases in every run; another seed is asked for by `PROPERTY_SEED=7 npx vitest run`. */
configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 8) })
