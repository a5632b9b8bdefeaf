import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'parity/{,chain/,protocols/*/}*.test.ts',
    ],
    setupFiles: ['test/properties.setup.ts'],
    watch: false,
    // Against what hangs: no verdict depends on how fast the machine is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // CI reads its closing line from this file, so that the count is what really ran.
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: '.vitest/results.json' }]]
      : ['default'],
  },
})

export default config
