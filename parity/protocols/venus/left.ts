const reasons: readonly (readonly [reason: string, names: string])[] = [
  [
    'XVS rewards are switched off: no speeds, no vault',
    `venusAccrued venusBorrowSpeeds venusBorrowState venusBorrowerIndex venusInitialIndex
     venusSupplierIndex venusSupplySpeeds venusSupplyState venusVAIVaultRate vaiVaultAddress
     minReleaseAmount releaseStartBlock _setVenusSpeeds _setVenusVAIVaultRate _setVAIVaultInfo
     _setXVSToken _setXVSVToken getXVSAddress`,
  ],
  [
    'VAI is not deployed',
    `mintVAIGuardianPaused repayVAIGuardianPaused mintedVAIs vaiMintRate setMintedVAIOf
     _setVAIController _setVAIMintRate liquidateVAICalculateSeizeTokens`,
  ],
  ['Prime is not deployed', '_setPrimeToken setPrimeToken'],
  [
    'pools beside the core pool (efficiency groups) are not modelled',
    `addPoolMarkets createPool enterPool getPoolMarketIndex getPoolVTokens hasValidPoolBorrows
     lastPoolId poolMarkets pools removePoolMarket setAllowCorePoolFallback setPoolActive
     setPoolLabel userPoolId`,
  ],
  [
    'flash loans are not modelled',
    `authorizedFlashLoan flashLoanPaused setFlashLoanPaused setWhiteListFlashLoanAccount`,
  ],
  [
    'the diamond itself: which facet holds which function',
    `_become diamondCut facetAddress facetFunctionSelectors facetPosition facets
     pendingComptrollerImplementation`,
  ],
  [
    'hooks that markets call; compared through the verbs',
    `mintAllowed redeemAllowed borrowAllowed repayBorrowAllowed seizeAllowed transferAllowed
     mintVerify redeemVerify borrowVerify repayBorrowVerify liquidateBorrowVerify seizeVerify
     transferVerify`,
  ],
  [
    'wiring, set once at deployment',
    `_setAccessControl _setComptrollerLens _setPauseGuardian _setPriceOracle setPriceOracle
     setDeviationBoundedOracle pauseGuardian borrowCapGuardian pendingAdmin`,
  ],
  [
    'the same function under its old name is called',
    `_setActionsPaused _setCloseFactor _setForcedLiquidation _setMarketBorrowCaps
     _setMarketSupplyCaps _supportMarket`,
  ],
]

const marketReasons: readonly (readonly [reason: string, names: string])[] = [
  [
    'flash loans are not modelled',
    `calculateFlashLoanFee flashLoanAmount flashLoanDebtPosition flashLoanFeeMantissa
     flashLoanProtocolShareMantissa isFlashLoanEnabled setFlashLoanEnabled
     setFlashLoanFeeMantissa transferInUnderlyingFlashLoan transferOutUnderlyingFlashLoan`,
  ],
  [
    'wiring, set once at deployment',
    `_acceptAdmin _becomeImplementation _resignImplementation _setComptroller _setPendingAdmin
     initialize pendingAdmin setAccessControlManager setProtocolShareReserve`,
  ],
  ['text', 'name symbol'],
]

/** Functions that are neither compared nor called, with the reason. */
export const left: Readonly<Record<string, string>> = {
  ...named('comptroller', reasons),
  ...named('v0', marketReasons),
  'lens.liquidateVAICalculateSeizeTokens': 'VAI is not deployed',
}

function named(on: string, list: typeof reasons): Record<string, string> {
  const entries = list.flatMap(([reason, names]) =>
    names.split(/\s+/).map((name) => [`${on}.${name}`, reason] as const),
  )
  return Object.fromEntries(entries)
}
